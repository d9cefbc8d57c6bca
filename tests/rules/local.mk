check_PROGRAMS += \
	%D%/test_descriptor \
	%D%/test_entry \
	%D%/test_namerule \
	%D%/test_pattern \
	%D%/test_textmap
TESTS += \
	%D%/test_descriptor \
	%D%/test_entry \
	%D%/test_namerule \
	%D%/test_pattern \
	%D%/test_textmap

tests_rules_test_descriptor_LDADD = $(UNIT_LIBS)
tests_rules_test_entry_LDADD = $(UNIT_LIBS)
tests_rules_test_namerule_LDADD = $(UNIT_LIBS)
tests_rules_test_pattern_LDADD = $(UNIT_LIBS)
tests_rules_test_textmap_LDADD = $(UNIT_LIBS)
