check_PROGRAMS += \
	%D%/test_account \
	%D%/test_id \
	%D%/test_name \
	%D%/test_service
TESTS += \
	%D%/test_account \
	%D%/test_id \
	%D%/test_name \
	%D%/test_service

tests_identity_test_account_LDADD = $(UNIT_LIBS)
tests_identity_test_account_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=read
tests_identity_test_id_LDADD = $(UNIT_LIBS)
tests_identity_test_name_LDADD = $(UNIT_LIBS)
tests_identity_test_service_LDADD = $(UNIT_LIBS)
