check_PROGRAMS += \
	%D%/test_resolve \
	%D%/test_steps
TESTS += \
	%D%/test_resolve \
	%D%/test_steps

tests_resolve_test_resolve_LDADD = $(UNIT_LIBS)
tests_resolve_test_steps_LDADD = $(UNIT_LIBS)

noinst_HEADERS += %D%/world.h
