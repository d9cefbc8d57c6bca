# Benchmarks: "make bench", or with BENCH_QUICK=1 as a smoke test.  To add one:
# a line in BENCHMARKS and its _LDADD.
BENCHMARKS += \
	%D%/bench_backends \
	%D%/bench_directory \
	%D%/bench_edit \
	%D%/bench_frame \
	%D%/bench_grants \
	%D%/bench_namemap \
	%D%/bench_nss \
	%D%/bench_own \
	%D%/bench_reader \
	%D%/bench_resolve \
	%D%/bench_rules \
	%D%/bench_state

tests_bench_bench_backends_LDADD = $(BENCH_LIBS)
tests_bench_bench_directory_CPPFLAGS = $(AM_CPPFLAGS) $(LDAP_CFLAGS) \
	-DSCRIPT='"$(abs_srcdir)/%D%/directory.sh"'
tests_bench_bench_directory_LDADD = $(BENCH_LIBS) $(LDAP_LIBS)
tests_bench_bench_edit_LDADD = $(BENCH_LIBS)
tests_bench_bench_frame_LDADD = $(BENCH_LIBS)
tests_bench_bench_grants_LDADD = $(BENCH_LIBS)
tests_bench_bench_grants_CPPFLAGS = $(tests_bench_bench_nss_CPPFLAGS) \
	-DIDMAPD_PATH='"$(abs_builddir)/daemon/idmapd"'
tests_bench_bench_namemap_LDADD = $(BENCH_LIBS)
tests_bench_bench_reader_LDADD = $(BENCH_LIBS)
tests_bench_bench_resolve_LDADD = $(BENCH_LIBS)
tests_bench_bench_state_LDADD = $(BENCH_LIBS)
tests_bench_bench_rules_LDADD = $(BENCH_LIBS)
tests_bench_bench_nss_LDADD = $(BENCH_LIBS)
tests_bench_bench_nss_CPPFLAGS = $(AM_CPPFLAGS) \
	-DMODULE_PATH='"$(abs_builddir)/nss/.libs:$(abs_builddir)/%D%/.libs"'
tests_bench_bench_own_LDADD = $(BENCH_LIBS)
tests_bench_bench_own_CPPFLAGS = $(tests_bench_bench_nss_CPPFLAGS)

EXTRA_DIST += %D%/directory.sh %D%/services.sh
EXTRA_PROGRAMS += $(BENCHMARKS)
CLEANFILES += $(BENCHMARKS)

# What a benchmark links.
check_LTLIBRARIES += %D%/libbench.la
tests_bench_libbench_la_SOURCES = %D%/bench.c %D%/bench.h \
	%D%/world.c %D%/world.h
BENCH_LIBS = tests/bench/libbench.la $(FIXTURE_LIBS)

# A name service for bench_nss to measure glibc with.
EXTRA_LTLIBRARIES = %D%/libnss_idmnull.la
tests_bench_libnss_idmnull_la_SOURCES = %D%/null.c
tests_bench_libnss_idmnull_la_LDFLAGS = $(AM_LDFLAGS) -rpath /nowhere \
	-module -avoid-version -shrext .so.2

.PHONY: bench
bench: $(BENCHMARKS) $(EXTRA_LTLIBRARIES) daemon/idmapd
	@export top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)'; \
	for program in $(BENCHMARKS); do ./$$program || exit; done
