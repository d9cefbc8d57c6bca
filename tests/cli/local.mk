check_PROGRAMS += \
	%D%/test_options
TESTS += \
	%D%/test_options

tests_cli_test_options_LDADD = cli/libcli.la $(UNIT_LIBS)

SYSTEM_TESTS += %D%/idmap.sh
EXTRA_DIST += %D%/idmap.sh
