check_PROGRAMS += \
	%D%/test_answer \
	%D%/test_gids
TESTS += \
	%D%/test_answer \
	%D%/test_gids

NSS_TEST_LIBS = nss/libnss-parts.la $(UNIT_LIBS)
%C%_test_answer_LDADD = $(NSS_TEST_LIBS)
%C%_test_gids_LDADD = $(NSS_TEST_LIBS)
%C%_test_gids_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=realloc
