# Fuzz targets.  Without --enable-fuzzing they are tests: replay.c runs each
# over its corpus, corpus/NAME for fuzz_NAME.  With it they link libFuzzer, and
# "make fuzz FUZZ_SECONDS=600" runs each for that long.  To add one: a line in
# FUZZERS, its _LDADD, and a folder with its first inputs.
FUZZERS += \
	%D%/fuzz_batch \
	%D%/fuzz_cache_item \
	%D%/fuzz_cached \
	%D%/fuzz_cmdline \
	%D%/fuzz_cursor \
	%D%/fuzz_descriptor \
	%D%/fuzz_dn \
	%D%/fuzz_domainfile \
	%D%/fuzz_filter \
	%D%/fuzz_facts \
	%D%/fuzz_identity \
	%D%/fuzz_name \
	%D%/fuzz_namemap \
	%D%/fuzz_namerule \
	%D%/fuzz_namerules \
	%D%/fuzz_namesfile \
	%D%/fuzz_nssask \
	%D%/fuzz_num \
	%D%/fuzz_pattern \
	%D%/fuzz_received \
	%D%/fuzz_record \
	%D%/fuzz_sid \
	%D%/fuzz_srv \
	%D%/fuzz_sssd \
	%D%/fuzz_smbusers \
	%D%/fuzz_sss_place \
	%D%/fuzz_state \
	%D%/fuzz_sync \
	%D%/fuzz_textmap \
	%D%/fuzz_usermapcfg \
	%D%/fuzz_view \
	%D%/fuzz_winbind \
	%D%/fuzz_winname \
	%D%/fuzz_wire_client \
	%D%/fuzz_wire_server

tests_fuzz_fuzz_batch_LDADD = $(FUZZ_LIBS) cli/libcli.la
tests_fuzz_fuzz_cache_item_LDADD = daemon/libidmapd.la $(FUZZ_LIBS)
tests_fuzz_fuzz_cached_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_cmdline_LDADD = $(FUZZ_LIBS) cli/libcli.la
tests_fuzz_fuzz_cursor_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_descriptor_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_dn_CPPFLAGS = $(AM_CPPFLAGS) $(LDAP_CFLAGS)
tests_fuzz_fuzz_dn_LDADD = $(FUZZ_LIBS) $(LDAP_LIBS)
tests_fuzz_fuzz_domainfile_LDADD = $(FUZZ_LIBS) cli/libcli.la
tests_fuzz_fuzz_filter_CPPFLAGS = $(AM_CPPFLAGS) $(LDAP_CFLAGS)
tests_fuzz_fuzz_filter_LDADD = $(FUZZ_LIBS) $(LDAP_LIBS)
tests_fuzz_fuzz_facts_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_identity_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_name_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_namemap_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_namemap_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=idm_view_get,--wrap=idm_view_get_key
tests_fuzz_fuzz_namerule_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_namerules_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_namerules_LDFLAGS = $(tests_fuzz_fuzz_namemap_LDFLAGS)
tests_fuzz_fuzz_namesfile_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_nssask_LDADD = $(FUZZ_LIBS) cli/libcli.la
tests_fuzz_fuzz_num_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_pattern_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_received_CPPFLAGS = $(AM_CPPFLAGS) $(LDAP_CFLAGS)
tests_fuzz_fuzz_received_LDADD = $(FUZZ_LIBS) $(LDAP_LIBS)
tests_fuzz_fuzz_record_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_sid_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_srv_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_sssd_LDADD = $(FUZZ_LIBS) cli/libcli.la
tests_fuzz_fuzz_smbusers_LDADD = $(FUZZ_LIBS) cli/libcli.la
tests_fuzz_fuzz_sss_place_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_state_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_sync_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_textmap_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_usermapcfg_LDADD = $(FUZZ_LIBS) cli/libcli.la
tests_fuzz_fuzz_view_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_winbind_LDADD = $(FUZZ_LIBS) cli/libcli.la
tests_fuzz_fuzz_winname_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_wire_client_LDADD = $(FUZZ_LIBS)
tests_fuzz_fuzz_wire_server_LDADD = daemon/libidmapd.la $(FUZZ_LIBS)

noinst_HEADERS += %D%/fuzz.h %D%/hostile.h
EXTRA_DIST += %D%/corpus %D%/run.sh

FUZZ_SECONDS = 60

.PHONY: fuzz

if FUZZING
EXTRA_PROGRAMS += $(FUZZERS)
CLEANFILES += $(FUZZERS)
FUZZ_LIBS = core/libidm-full.la $(LIBFUZZER)

fuzz: $(FUZZERS)
	@$(SHELL) $(srcdir)/%D%/run.sh $(FUZZ_SECONDS) $(srcdir) $(FUZZERS)
else
check_PROGRAMS += $(FUZZERS)
TESTS += $(FUZZERS)
check_LTLIBRARIES += %D%/libreplay.la
tests_fuzz_libreplay_la_SOURCES = %D%/replay.c
FUZZ_LIBS = tests/fuzz/libreplay.la core/libidm-full.la

fuzz:
	@echo 'make fuzz: configure with CC=clang --enable-fuzzing' >&2; exit 1
endif
