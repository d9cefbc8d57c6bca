#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#include "cli/run.h"

struct child {
	const char *name;
	pid_t pid;
	int out; /* what it prints */
	int64_t deadline;
};

#define FOLDERS "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static char path_variable[] = "PATH=" FOLDERS;
static char locale_variable[] = "LC_ALL=C";

/*
 * winbindd sets it for what it starts, as "idmap script" is: libnss_winbind
 * does not ask it then, which would wait for us.
 */
#define WINBIND "_NO_WINBINDD"
static char winbind_variable[] = WINBIND "=1";

/* Its standard streams: what it is to read, the pipe, ours. */
static int
set_streams(posix_spawn_file_actions_t *actions, int in, int out)
{
	int error = posix_spawn_file_actions_init(actions);

	if (error != 0)
		return error;
	error = posix_spawn_file_actions_adddup2(actions, in, STDIN_FILENO);
	if (error == 0) {
		error = posix_spawn_file_actions_adddup2(
		    actions, out, STDOUT_FILENO);
	}
	if (error != 0)
		(void)posix_spawn_file_actions_destroy(actions);
	return error;
}

/*
 * The program's file, in the folders of the system: not in those of the
 * caller's PATH, which posix_spawnp() would look into, because the caller may
 * have become root only now.  A path is taken as it is.
 */
static bool
find_program(const char *name, char path[static PATH_MAX])
{
	const char *folder = FOLDERS;

	if (strchr(name, '/') != NULL)
		return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX;
	while (*folder != '\0') {
		size_t len = strcspn(folder, ":");
		int n = snprintf(
		    path, PATH_MAX, "%.*s/%s", (int)len, folder, name);

		if (n > 0 && n < PATH_MAX && access(path, X_OK) == 0)
			return true;
		folder += len;
		folder += *folder == ':';
	}
	return false;
}

static enum idm_status
start(struct child *child, const char *const *argv, int in, struct idm_err *err)
{
	const char *winbind = getenv(WINBIND);
	char *const environment[] = { path_variable, locale_variable,
		winbind != NULL && strcmp(winbind, "1") == 0 ? winbind_variable
							     : NULL,
		NULL };
	posix_spawn_file_actions_t actions;
	char path[PATH_MAX];
	int pipes[2];
	int error;

	if (!find_program(argv[0], path)) {
		return idm_fail(err, IDM_NOTFOUND,
		    "there is no program '%s' on this host", argv[0]);
	}
	if (pipe2(pipes, O_CLOEXEC) == -1)
		return idm_fail_errno(err, "pipe");
	error = set_streams(&actions, in, pipes[1]);
	if (error == 0) {
		error = posix_spawn(&child->pid, path, &actions, NULL,
		    (char *const *)(uintptr_t)argv, environment);
		(void)posix_spawn_file_actions_destroy(&actions);
	}
	(void)close(pipes[1]);
	if (error == 0) {
		child->out = pipes[0];
		return IDM_OK;
	}
	(void)close(pipes[0]);
	errno = error;
	if (error == ENOENT) {
		return idm_fail(err, IDM_NOTFOUND,
		    "there is no program '%s' on this host", argv[0]);
	}
	return idm_fail_errno(err, "start '%s'", argv[0]);
}

static enum idm_status
wait_for_output(const struct child *child, struct idm_err *err)
{
	struct pollfd pollfd = { .fd = child->out, .events = POLLIN };
	int64_t left;
	int n;

	do {
		left = child->deadline - idm_clock_ms();
		n = left <= 0 ? 0 : poll(&pollfd, 1, (int)left);
	} while (n == -1 && errno == EINTR);
	if (n == 0) {
		return idm_fail(err, IDM_TEMPFAIL,
		    "'%s' took too long and was ended", child->name);
	}
	return n == -1 ? idm_fail_errno(err, "poll") : IDM_OK;
}

static enum idm_status
read_output(const struct child *child, struct idm_buf *out, struct idm_err *err)
{
	char piece[4096];

	for (;;) {
		enum idm_status st = wait_for_output(child, err);
		ssize_t n;

		if (st != IDM_OK)
			return st;
		n = read(child->out, piece, sizeof(piece));
		if (n == -1 && errno != EINTR)
			return idm_fail_errno(
			    err, "read from '%s'", child->name);
		if (n == 0)
			return IDM_OK;
		if (n > 0)
			idm_buf_put(out, piece, (size_t)n);
		st = idm_buf_status(out, err);
		if (st != IDM_OK)
			return idm_within(err, st, "'%s'", child->name);
	}
}

/* One that closed its output and goes on is not waited for, either. */
static enum idm_status
finish(struct child *child, enum idm_status st, struct idm_err *err)
{
	int status = 0;

	(void)close(child->out);
	if (st != IDM_OK)
		(void)kill(child->pid, SIGKILL);
	while (waitpid(child->pid, &status, st == IDM_OK ? WNOHANG : 0) == 0) {
		(void)poll(NULL, 0, 5);
		if (idm_clock_ms() < child->deadline)
			continue;
		st = idm_fail(err, IDM_TEMPFAIL,
		    "'%s' took too long and was ended", child->name);
		(void)kill(child->pid, SIGKILL);
	}
	if (st != IDM_OK)
		return st;
	if (WIFSIGNALED(status)) {
		return idm_fail(err, IDM_SYSTEM, "'%s' died of signal %d",
		    child->name, WTERMSIG(status));
	}
	if (WEXITSTATUS(status) != 0) {
		return idm_fail(err, IDM_SYSTEM, "'%s' failed with status %d",
		    child->name, WEXITSTATUS(status));
	}
	return IDM_OK;
}

/* A file in memory, so that neither side waits for the other. */
static enum idm_status
make_input(struct idm_str input, int *fd, struct idm_err *err)
{
	*fd = memfd_create("input", MFD_CLOEXEC);
	if (*fd == -1)
		return idm_fail_errno(err, "memfd_create");
	while (input.len > 0) {
		ssize_t n = write(*fd, input.data, input.len);

		if (n == -1) {
			(void)close(*fd);
			return idm_fail_errno(err, "write the input");
		}
		input.data += n;
		input.len -= (size_t)n;
	}
	(void)lseek(*fd, 0, SEEK_SET);
	return IDM_OK;
}

enum idm_status
cli_run_with(const char *const *argv, struct idm_str input,
    unsigned deadline_ms, struct idm_buf *out, struct idm_err *err)
{
	struct child child = {
		.name = argv[0],
		.deadline = idm_clock_ms() + deadline_ms,
	};
	enum idm_status st;
	int in;

	st = make_input(input, &in, err);
	if (st != IDM_OK)
		return st;
	st = start(&child, argv, in, err);
	(void)close(in);
	if (st != IDM_OK)
		return st;
	return finish(&child, read_output(&child, out, err), err);
}

enum idm_status
cli_run(const char *const *argv, unsigned deadline_ms, struct idm_buf *out,
    struct idm_err *err)
{
	return cli_run_with(
	    argv, (struct idm_str){ "", 0 }, deadline_ms, out, err);
}
