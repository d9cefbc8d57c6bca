#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit.h"

#include "daemon/confine.h"

/* What a child of the test tries; its exit status is what came of it. */
#define WORKS 0
#define OTHER 254

static int
outcome(long result)
{
	if (result >= 0)
		return WORKS;
	return errno > 0 && errno < OTHER ? errno : OTHER;
}

static int
try_exec(void)
{
	return outcome(execl("/bin/true", "true", (char *)NULL));
}

static int
try_ptrace(void)
{
	return outcome(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int
try_uring(void)
{
	return outcome(syscall(SYS_io_uring_setup, 0, NULL));
}

static int
try_unshare(void)
{
	return outcome(unshare(CLONE_FS));
}

static int
try_internet(void)
{
	return outcome(socket(AF_INET, SOCK_DGRAM, 0));
}

static int
try_internet6(void)
{
	return outcome(socket(AF_INET6, SOCK_STREAM, 0));
}

static int
try_netlink(void)
{
	return outcome(socket(AF_NETLINK, SOCK_RAW, 0));
}

static int
try_stream(void)
{
	return outcome(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static int
try_seqpacket(void)
{
	return outcome(socket(AF_UNIX, SOCK_SEQPACKET, 0));
}

static int
try_syslog(void)
{
	return outcome(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

/* A socket that was there before; the keeper's is to the engine. */
static int passed = -1;

static int
try_bind(void)
{
	const struct sockaddr_in any = { .sin_family = AF_INET };

	return outcome(
	    bind(passed, (const struct sockaddr *)&any, sizeof(any)));
}

static int
try_listen(void)
{
	return outcome(listen(passed, 1));
}

static int
try_accept(void)
{
	return outcome(accept4(passed, NULL, NULL, SOCK_NONBLOCK));
}

static int
try_file(void)
{
	return outcome(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

/* Of a child: filters are inherited. */
static int
try_child(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(try_internet());
	if (pid == -1 || waitpid(pid, &status, 0) != pid)
		return OTHER;
	return WEXITSTATUS(status);
}

typedef enum idm_status confine_to(struct idm_err *);

/* What trying it comes to in a process that is confined so. */
static int
confined(confine_to *confine, int (*try)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct idm_err err;

		passed = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (confine(&err) != IDM_OK)
			_exit(OTHER);
		_exit(try());
	}
	assert_int_not_equal(pid, -1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static const struct {
	const char *what;
	int (*try)(void);
	bool engine_may;
	bool keeper_may;
} tries[] = {
	{ "read a file", try_file, true, true },
	{ "talk to syslog", try_syslog, true, true },
	{ "start a program", try_exec, false, false },
	{ "trace", try_ptrace, false, false },
	{ "make a ring", try_uring, false, false },
	{ "change namespaces", try_unshare, false, false },
	{ "IPv4", try_internet, true, false },
	{ "IPv6", try_internet6, true, false },
	{ "netlink", try_netlink, true, false },
	{ "a local stream", try_stream, true, false },
	{ "local packets in sequence", try_seqpacket, true, false },
	{ "IPv4 in a child", try_child, true, false },
	{ "bind", try_bind, true, false },
	{ "listen", try_listen, true, false },
};

static void
test_what_each_process_may_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(tries); i++) {
		int engine = confined(confine_engine, tries[i].try);
		int keeper = confined(confine_keeper, tries[i].try);

		if (engine != (tries[i].engine_may ? WORKS : EPERM))
			fail_msg("engine: %s: %d", tries[i].what, engine);
		if (keeper != (tries[i].keeper_may ? WORKS : EPERM))
			fail_msg("keeper: %s: %d", tries[i].what, keeper);
	}
}

/* There is nobody to accept, so that the engine is told something else. */
static void
test_the_keeper_accepts_nobody(void **state)
{
	(void)state;
	assert_int_equal(confined(confine_engine, try_accept), EINVAL);
	assert_int_equal(confined(confine_keeper, try_accept), EPERM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_each_process_may_do),
		cmocka_unit_test(test_the_keeper_accepts_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
