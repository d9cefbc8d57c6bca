check_PROGRAMS += \
	%D%/fetcher \
	%D%/lookups \
	%D%/put_domains \
	%D%/test_advance \
	%D%/test_asker \
	%D%/test_census \
	%D%/test_equals \
	%D%/test_fetch \
	%D%/test_random \
	%D%/test_resolve \
	%D%/test_steps
TESTS += \
	%D%/syscalls.sh \
	%D%/test_advance \
	%D%/test_asker \
	%D%/test_census \
	%D%/test_equals \
	%D%/test_fetch \
	%D%/test_random \
	%D%/test_resolve \
	%D%/test_steps

tests_resolve_fetcher_LDADD = $(UNIT_LIBS)
tests_resolve_lookups_LDADD = $(UNIT_LIBS)
tests_resolve_put_domains_LDADD = core/libidm-full.la
tests_resolve_test_advance_LDADD = $(UNIT_LIBS)
tests_resolve_test_asker_LDADD = $(UNIT_LIBS)
tests_resolve_test_census_LDADD = $(UNIT_LIBS)
tests_resolve_test_equals_LDADD = $(UNIT_LIBS)
tests_resolve_test_fetch_LDADD = $(UNIT_LIBS)
tests_resolve_test_random_LDADD = $(UNIT_LIBS)
tests_resolve_test_resolve_LDADD = $(UNIT_LIBS)
tests_resolve_test_steps_LDADD = $(UNIT_LIBS)

SYSTEM_TESTS += %D%/fetch.sh %D%/fetch_ad.sh %D%/script.sh %D%/winbind.sh
EXTRA_DIST += %D%/fetch.sh %D%/fetch_ad.sh %D%/script.sh %D%/syscalls.sh %D%/winbind.sh
noinst_HEADERS += %D%/world.h
