# The reader's tests.
check_PROGRAMS += \
	%D%/test_allocated \
	%D%/test_cached \
	%D%/test_domain \
	%D%/test_format \
	%D%/test_own \
	%D%/test_siphash \
	%D%/test_snapshot \
	%D%/test_verify \
	%D%/test_verify_state \
	%D%/test_verify_rules \
	%D%/test_view
TESTS += \
	%D%/test_allocated \
	%D%/test_cached \
	%D%/test_domain \
	%D%/test_format \
	%D%/test_own \
	%D%/test_siphash \
	%D%/test_snapshot \
	%D%/test_verify \
	%D%/test_verify_state \
	%D%/test_verify_rules \
	%D%/test_view

tests_map_test_allocated_LDADD = $(UNIT_LIBS)
tests_map_test_cached_LDADD = $(FIXTURE_LIBS) $(UNIT_LIBS)
tests_map_test_domain_LDADD = $(UNIT_LIBS)
tests_map_test_format_LDADD = $(UNIT_LIBS)
tests_map_test_own_LDADD = $(FIXTURE_LIBS) $(UNIT_LIBS)
tests_map_test_siphash_LDADD = $(UNIT_LIBS)
tests_map_test_verify_SOURCES = %D%/test_verify.c %D%/raw.c %D%/raw.h
tests_map_test_verify_LDADD = $(FIXTURE_LIBS) $(UNIT_LIBS)
tests_map_test_verify_rules_LDADD = $(FIXTURE_LIBS) $(UNIT_LIBS)
tests_map_test_verify_state_LDADD = $(UNIT_LIBS)
tests_map_test_view_SOURCES = %D%/test_view.c %D%/raw.c %D%/raw.h
tests_map_test_view_LDADD = $(UNIT_LIBS)
tests_map_test_snapshot_SOURCES = %D%/test_snapshot.c %D%/raw.c %D%/raw.h
tests_map_test_snapshot_LDADD = $(UNIT_LIBS)
tests_map_test_snapshot_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime

# The writer's tests.
check_PROGRAMS += \
	%D%/test_changes \
	%D%/test_crash \
	%D%/test_disk \
	%D%/test_edit \
	%D%/test_host \
	%D%/test_mark \
	%D%/test_memory \
	%D%/test_publish \
	%D%/test_readback \
	%D%/test_rewrite \
	%D%/test_stamp \
	%D%/test_writers
TESTS += \
	%D%/test_changes \
	%D%/test_crash \
	%D%/test_disk \
	%D%/test_edit \
	%D%/test_host \
	%D%/test_mark \
	%D%/test_memory \
	%D%/test_publish \
	%D%/test_readback \
	%D%/test_rewrite \
	%D%/test_stamp \
	%D%/test_writers

tests_map_test_changes_LDADD = $(UNIT_LIBS)
tests_map_test_crash_LDADD = $(TRACED_LIBS) $(UNIT_LIBS)
tests_map_test_crash_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
tests_map_test_disk_LDADD = $(UNIT_LIBS)
tests_map_test_edit_LDADD = $(UNIT_LIBS) $(GDBM_LIBS)
tests_map_test_host_LDADD = $(UNIT_LIBS)
tests_map_test_mark_LDADD = $(UNIT_LIBS)
tests_map_test_mark_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=clock_gettime,--wrap=lstat,--wrap=renameat
tests_map_test_memory_LDADD = $(UNIT_LIBS)
tests_map_test_memory_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=reallocarray
tests_map_test_readback_LDADD = $(UNIT_LIBS)
tests_map_test_publish_LDADD = $(UNIT_LIBS)
tests_map_test_rewrite_LDADD = $(UNIT_LIBS)
tests_map_test_stamp_LDADD = $(FIXTURE_LIBS) $(UNIT_LIBS)
tests_map_test_writers_LDADD = $(UNIT_LIBS)
tests_map_test_publish_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=fsync,--wrap=renameat,--wrap=fchmod

# What namemap finds.
check_PROGRAMS += \
	%D%/test_namemap \
	%D%/test_namemap_random \
	%D%/test_namerules \
	%D%/test_namerules_random
TESTS += \
	%D%/test_namemap \
	%D%/test_namemap_random \
	%D%/test_namerules \
	%D%/test_namerules_random

tests_map_test_namemap_LDADD = $(FIXTURE_LIBS) $(UNIT_LIBS)
tests_map_test_namemap_random_LDADD = $(FIXTURE_LIBS) $(UNIT_LIBS)
tests_map_test_namerules_random_LDADD = $(FIXTURE_LIBS) $(UNIT_LIBS)
tests_map_test_namerules_LDADD = $(FIXTURE_LIBS) $(UNIT_LIBS)
