check_PROGRAMS += \
	%D%/test_client \
	%D%/test_lookup \
	%D%/test_message
TESTS += \
	%D%/test_client \
	%D%/test_lookup \
	%D%/test_message

tests_wire_test_client_LDADD = $(UNIT_LIBS)
tests_wire_test_message_LDADD = $(UNIT_LIBS)
tests_wire_test_lookup_LDADD = $(UNIT_LIBS)
