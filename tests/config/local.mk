check_PROGRAMS += \
	%D%/test_conf \
	%D%/test_directory \
	%D%/test_domains \
	%D%/test_namesfile \
	%D%/test_services \
	%D%/test_updatelog
TESTS += \
	%D%/test_conf \
	%D%/test_directory \
	%D%/test_domains \
	%D%/test_namesfile \
	%D%/test_services \
	%D%/test_updatelog

tests_config_test_conf_LDADD = $(UNIT_LIBS)
tests_config_test_directory_LDADD = $(UNIT_LIBS)
tests_config_test_domains_LDADD = $(UNIT_LIBS)
tests_config_test_namesfile_LDADD = $(UNIT_LIBS)
tests_config_test_services_LDADD = $(UNIT_LIBS)
tests_config_test_updatelog_LDADD = $(UNIT_LIBS)
