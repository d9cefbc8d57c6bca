check_PROGRAMS += %D%/test_conf
TESTS += %D%/test_conf
tests_config_test_conf_LDADD = $(UNIT_LIBS)
