check_PROGRAMS += \
	%D%/test_crash \
	%D%/test_journal \
	%D%/test_place \
	%D%/test_staged \
	%D%/test_state
TESTS += \
	%D%/test_crash \
	%D%/test_journal \
	%D%/test_place \
	%D%/test_staged \
	%D%/test_state

tests_state_test_crash_LDADD = $(TRACED_LIBS) $(UNIT_LIBS)
tests_state_test_journal_LDADD = $(UNIT_LIBS)
tests_state_test_place_LDADD = $(UNIT_LIBS)
tests_state_test_staged_LDADD = $(UNIT_LIBS)
tests_state_test_state_LDADD = $(UNIT_LIBS)
