check_PROGRAMS += \
	%D%/test_buf \
	%D%/test_cursor \
	%D%/test_err \
	%D%/test_nearest \
	%D%/test_num \
	%D%/test_quote \
	%D%/test_trust \
	%D%/test_utf8 \
	%D%/test_wiped
TESTS += \
	%D%/test_buf \
	%D%/test_cursor \
	%D%/test_err \
	%D%/test_nearest \
	%D%/test_num \
	%D%/test_quote \
	%D%/test_trust \
	%D%/test_utf8 \
	%D%/test_wiped

tests_base_test_buf_LDADD = $(UNIT_LIBS)
tests_base_test_cursor_LDADD = $(UNIT_LIBS)
tests_base_test_err_LDADD = $(UNIT_LIBS)
tests_base_test_nearest_LDADD = $(UNIT_LIBS)
tests_base_test_num_LDADD = $(UNIT_LIBS)
tests_base_test_quote_LDADD = $(UNIT_LIBS)
tests_base_test_trust_LDADD = $(UNIT_LIBS)
tests_base_test_utf8_LDADD = $(UNIT_LIBS)
tests_base_test_wiped_LDADD = $(UNIT_LIBS)
