check_PROGRAMS += \
	%D%/test_autorid \
	%D%/test_backends \
	%D%/test_manual \
	%D%/test_none \
	%D%/test_served \
	%D%/test_sss
TESTS += \
	%D%/test_autorid \
	%D%/test_backends \
	%D%/test_manual \
	%D%/test_none \
	%D%/test_served \
	%D%/test_sss

tests_backends_test_autorid_LDADD = $(UNIT_LIBS)
tests_backends_test_backends_LDADD = $(UNIT_LIBS)
tests_backends_test_manual_LDADD = $(UNIT_LIBS)
tests_backends_test_none_LDADD = $(UNIT_LIBS)
tests_backends_test_served_LDADD = $(FIXTURE_LIBS) $(UNIT_LIBS)
tests_backends_test_sss_LDADD = $(UNIT_LIBS)

# Compared with the real library where there is one.
if HAVE_SSS_IDMAP
check_PROGRAMS += \
	%D%/test_sss_library
TESTS += \
	%D%/test_sss_library
tests_backends_test_sss_library_CPPFLAGS = $(AM_CPPFLAGS) $(SSS_IDMAP_CFLAGS)
tests_backends_test_sss_library_LDADD = $(UNIT_LIBS) $(SSS_IDMAP_LIBS)
endif

noinst_HEADERS += %D%/ground.h %D%/space.h
EXTRA_DIST += %D%/autorid.vectors %D%/sss_idmap.vectors

# Compared with a real winbindd.
check_PROGRAMS += %D%/mapper
tests_backends_mapper_LDADD = $(UNIT_LIBS)
SYSTEM_TESTS += %D%/winbind.sh
EXTRA_DIST += %D%/winbind.sh
