# What the house rules say and a machine can check.  Sanitizers change what is
# linked and exported, so those builds leave it to the plain one.
if !SANITIZED
TESTS += \
	%D%/exports.sh \
	%D%/headers.sh \
	%D%/layers.sh \
	%D%/manpages.sh \
	%D%/style.sh
SYSTEM_TESTS += %D%/install.sh
endif
EXTRA_DIST += \
	%D%/exports.sh \
	%D%/headers.sh \
	%D%/house.sh \
	%D%/install.sh \
	%D%/layers.sh \
	%D%/manpages.sh \
	%D%/style.sh

# The lists as automake has them, for the checks.
.PHONY: show-base-sources show-full-sources show-installed-headers \
	show-pages show-programs
show-base-sources:
	@echo $(core_libidm_base_la_SOURCES)
show-full-sources:
	@echo $(core_libidm_full_la_SOURCES)
show-installed-headers:
	@echo $(include_HEADERS)
show-pages:
	@echo $(dist_man_MANS)
show-programs:
	@echo $(bin_PROGRAMS) $(sbin_PROGRAMS)
