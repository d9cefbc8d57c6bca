# Unit tests mirror core/; each folder below adds its own.  Every test speaks
# TAP, so that each case is counted: cmocka does, and tests/lib.sh does.
TEST_EXTENSIONS = .sh
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) \
	$(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
# What has got stuck fails: ten minutes are far more than the slowest test needs
# with a sanitizer and on a busy machine.
LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/program.sh
SH_LOG_COMPILER = timeout -k 10 600
# use_sigaltstack: what a cancelled thread leaves on its stack, the address
# sanitizer would take for damage when it puts its own signal stack away.
AM_TESTS_ENVIRONMENT = \
	export CMOCKA_MESSAGE_OUTPUT=TAP; \
	export top_srcdir='$(abs_top_srcdir)'; \
	export top_builddir='$(abs_top_builddir)'; \
	export CC='$(CC)'; \
	export SANITIZED='$(SANITIZE_CFLAGS)'; \
	export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:use_sigaltstack=0; \
	export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1;

# Tests that use private_root go into this list instead of TESTS: they need
# root and take their time.
SYSTEM_TESTS =
if SYSTEM_TESTS_WANTED
TESTS += $(SYSTEM_TESTS)
endif

# For ./check: the tests that are programs; and those that have threads, in
# them or in idmapd.
.PHONY: show-unit-tests show-threaded-tests
show-unit-tests:
	@for test in $(TESTS); do \
		case $$test in *.sh) ;; *) echo $$test ;; esac; \
	done
show-threaded-tests:
	@cd $(srcdir) && for test in $(TESTS); do \
		case $$test in \
		tests/daemon/*.sh) echo $$test ;; \
		*.sh) ;; \
		*) ! grep -qE 'pthread_create|crew_new' $$test.c || \
			echo $$test ;; \
		esac; \
	done

# Maps to test with: see fixture.h.
check_LTLIBRARIES += %D%/libfixture.la
%C%_libfixture_la_SOURCES = %D%/fixture.c %D%/fixture.h
FIXTURE_LIBS = %D%/libfixture.la core/libidm-full.la

# A child whose system calls fail, or are its last: see traced.h.
check_LTLIBRARIES += %D%/libtraced.la
%C%_libtraced_la_SOURCES = %D%/traced.c %D%/traced.h
TRACED_LIBS = %D%/libtraced.la

# What a unit test links.
UNIT_LIBS = $(FIXTURE_LIBS) $(CMOCKA_LIBS)

EXTRA_DIST += %D%/lib.sh %D%/packages.sh %D%/private.sh %D%/program.sh
noinst_HEADERS += %D%/permute.h %D%/random.h %D%/ruletext.h %D%/unit.h

include %D%/base/local.mk
include %D%/identity/local.mk
include %D%/rules/local.mk
include %D%/map/local.mk
include %D%/backends/local.mk
include %D%/config/local.mk
include %D%/resolve/local.mk
include %D%/state/local.mk
include %D%/wire/local.mk
include %D%/nss/local.mk
include %D%/pam/local.mk
include %D%/daemon/local.mk
include %D%/cli/local.mk
include %D%/lib/local.mk
include %D%/login/local.mk
include %D%/directory/local.mk
include %D%/house/local.mk
include %D%/fuzz/local.mk
include %D%/bench/local.mk
