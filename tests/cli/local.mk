check_PROGRAMS += \
	%D%/json_get \
	%D%/test_batch \
	%D%/test_cover \
	%D%/test_domainjson \
	%D%/test_domaintext \
	%D%/test_options \
	%D%/test_pair \
	%D%/test_rulecheck \
	%D%/test_ruleline \
	%D%/test_run \
	%D%/test_say \
	%D%/test_sssd \
	%D%/test_seen \
	%D%/test_winbind
TESTS += \
	%D%/idmap1m.sh \
	%D%/manual.sh \
	%D%/test_batch \
	%D%/test_cover \
	%D%/test_domainjson \
	%D%/test_domaintext \
	%D%/test_options \
	%D%/test_pair \
	%D%/test_rulecheck \
	%D%/test_ruleline \
	%D%/test_run \
	%D%/test_say \
	%D%/test_sssd \
	%D%/test_seen \
	%D%/test_winbind
SYSTEM_TESTS += \
	%D%/attradmin.sh \
	%D%/batch.sh \
	%D%/broken.sh \
	%D%/concurrent.sh \
	%D%/diff.sh \
	%D%/domain.sh \
	%D%/fix.sh \
	%D%/firstuse.sh \
	%D%/former.sh \
	%D%/host.sh \
	%D%/idadmin.sh \
	%D%/idmap.sh \
	%D%/order.sh \
	%D%/rulecheck.sh \
	%D%/rules.sh \
	%D%/show.sh \
	%D%/solaris.sh \
	%D%/sssd.sh \
	%D%/textmap.sh \
	%D%/transfer.sh \
	%D%/uidadmin.sh \
	%D%/winbind.sh
# getent without sanitizers cannot load a module with them.
if !SANITIZED
SYSTEM_TESTS += %D%/names.sh
SYSTEM_TESTS += %D%/nssbackend.sh
endif

EXTRA_DIST += \
	%D%/attradmin.sh \
	%D%/batch.sh \
	%D%/broken.sh \
	%D%/concurrent.sh \
	%D%/diff.sh \
	%D%/domain.sh \
	%D%/fix.sh \
	%D%/firstuse.sh \
	%D%/former.sh \
	%D%/host.sh \
	%D%/idadmin.sh \
	%D%/idmap.sh \
	%D%/idmap1m.sh \
	%D%/idmap1m.txt \
	%D%/manual.sh \
	%D%/names.sh \
	%D%/nssbackend.sh \
	%D%/order.sh \
	%D%/rulecheck.sh \
	%D%/rules.sh \
	%D%/show.sh \
	%D%/solaris.sh \
	%D%/sssd.sh \
	%D%/textmap.sh \
	%D%/transfer.sh \
	%D%/uidadmin.sh \
	%D%/users.sh \
	%D%/winbind \
	%D%/winbind.sh

tests_cli_json_get_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_cli_json_get_LDADD = core/libidm-full.la $(JANSSON_LIBS)
tests_cli_test_run_LDADD = cli/libcli.la $(UNIT_LIBS)
tests_cli_test_sssd_LDADD = cli/libcli.la $(UNIT_LIBS)
tests_cli_test_domaintext_LDADD = $(UNIT_LIBS) cli/libcli.la
tests_cli_test_domainjson_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_cli_test_domainjson_LDADD = $(UNIT_LIBS) cli/libcli.la $(JANSSON_LIBS)
tests_cli_test_winbind_LDADD = cli/libcli.la $(UNIT_LIBS)
tests_cli_test_options_LDADD = cli/libcli.la $(UNIT_LIBS)
tests_cli_test_batch_LDADD = cli/libcli.la $(UNIT_LIBS)
tests_cli_test_pair_LDADD = cli/libcli.la $(UNIT_LIBS)
tests_cli_test_rulecheck_LDADD = cli/libcli.la $(UNIT_LIBS)
tests_cli_test_ruleline_LDADD = cli/libcli.la $(UNIT_LIBS)
tests_cli_test_seen_LDADD = cli/libcli.la $(UNIT_LIBS)
tests_cli_test_cover_LDADD = cli/libcli.la $(UNIT_LIBS)
tests_cli_test_say_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_cli_test_say_LDADD = cli/libcli.la $(UNIT_LIBS) $(JANSSON_LIBS)
