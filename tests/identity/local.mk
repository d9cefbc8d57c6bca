check_PROGRAMS += \
	%D%/test_account \
	%D%/test_fold \
	%D%/test_id \
	%D%/test_idtype \
	%D%/test_name \
	%D%/test_service \
	%D%/test_sid \
	%D%/test_visible \
	%D%/test_wellknown \
	%D%/test_winname
TESTS += \
	%D%/test_account \
	%D%/test_fold \
	%D%/test_id \
	%D%/test_idtype \
	%D%/test_name \
	%D%/test_service \
	%D%/test_sid \
	%D%/test_visible \
	%D%/test_wellknown \
	%D%/test_winname

tests_identity_test_account_LDADD = $(UNIT_LIBS)
tests_identity_test_account_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=read
tests_identity_test_fold_LDADD = $(UNIT_LIBS)
tests_identity_test_id_LDADD = $(UNIT_LIBS)
tests_identity_test_idtype_LDADD = $(UNIT_LIBS)
tests_identity_test_name_LDADD = $(UNIT_LIBS)
tests_identity_test_service_LDADD = $(UNIT_LIBS)
tests_identity_test_sid_LDADD = $(UNIT_LIBS)
tests_identity_test_visible_LDADD = $(UNIT_LIBS)
tests_identity_test_wellknown_LDADD = $(UNIT_LIBS)
tests_identity_test_winname_LDADD = $(UNIT_LIBS)
