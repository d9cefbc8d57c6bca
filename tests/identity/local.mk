check_PROGRAMS += %D%/test_account
TESTS += %D%/test_account

tests_identity_test_account_LDADD = $(UNIT_LIBS)
tests_identity_test_account_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=read
