check_PROGRAMS += \
	%D%/test_answer \
	%D%/test_foreign \
	%D%/test_gids \
	%D%/test_module \
	%D%/test_own \
	%D%/test_own_threads \
	%D%/test_threads
TESTS += \
	%D%/test_answer \
	%D%/test_foreign \
	%D%/test_gids \
	%D%/test_module \
	%D%/test_own \
	%D%/test_own_threads \
	%D%/test_threads

NSS_TEST_LIBS = nss/libnss-parts.la $(UNIT_LIBS)
%C%_test_answer_LDADD = $(NSS_TEST_LIBS)
%C%_test_gids_LDADD = $(NSS_TEST_LIBS)
%C%_test_gids_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=realloc

# The module on a host of the test's own.
check_LTLIBRARIES += %D%/libhost.la
%C%_libhost_la_SOURCES = %D%/host.c %D%/host.h
NSS_HOST_LIBS = nss/libnss-parts.la %D%/libhost.la $(FIXTURE_LIBS) \
	$(UNIT_LIBS)

%C%_test_foreign_LDADD = $(NSS_HOST_LIBS)
%C%_test_foreign_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=read
%C%_test_module_LDADD = $(NSS_HOST_LIBS)
%C%_test_module_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=read
%C%_test_own_LDADD = $(NSS_HOST_LIBS)
%C%_test_own_threads_LDADD = $(NSS_HOST_LIBS)
%C%_test_threads_LDADD = $(NSS_HOST_LIBS)

if !SANITIZED
check_PROGRAMS += %D%/test_limits
TESTS += %D%/test_limits
endif
# As the module is linked: binding on first use takes up to 3 KiB of stack.
%C%_test_limits_LDADD = $(NSS_HOST_LIBS)
%C%_test_limits_LDFLAGS = $(AM_LDFLAGS) -Wl,-z,now

# Through the real C library.  A program without sanitizers cannot load a
# module with them.
if !SANITIZED
SYSTEM_TESTS += \
	%D%/agree.sh \
	%D%/cached.sh \
	%D%/getent.sh \
	%D%/own.sh
check_PROGRAMS += \
	%D%/cacher \
	%D%/probe \
	%D%/strangers
endif
%C%_cacher_LDADD = $(FIXTURE_LIBS)
%C%_strangers_LDADD = $(FIXTURE_LIBS)
EXTRA_DIST += \
	%D%/agree.sh \
	%D%/cached.sh \
	%D%/getent.sh \
	%D%/own.sh \
	%D%/people.sh
