check_PROGRAMS += \
	%D%/test_descriptor \
	%D%/test_entry \
	%D%/test_pattern
TESTS += \
	%D%/test_descriptor \
	%D%/test_entry \
	%D%/test_pattern

tests_rules_test_descriptor_LDADD = $(UNIT_LIBS)
tests_rules_test_entry_LDADD = $(UNIT_LIBS)
tests_rules_test_pattern_LDADD = $(UNIT_LIBS)
