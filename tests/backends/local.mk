check_PROGRAMS += \
	%D%/test_backends
TESTS += \
	%D%/test_backends

tests_backends_test_backends_LDADD = $(UNIT_LIBS)

noinst_HEADERS += %D%/ground.h
