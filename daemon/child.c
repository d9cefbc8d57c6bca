#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/child.h"

void
child_init(struct child *child)
{
	*child = (struct child){ .fd = -1 };
}

bool
child_is_on(const struct child *child)
{
	return child->pid != 0;
}

/* ---- In the child. */

static _Noreturn void
be_child(child_work *work, void *context, pid_t parent, int out)
{
	struct idm_err err = { .status = IDM_OK };
	ssize_t n = 0;

	/* Whoever opens a file after the keeper must find its lock free. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != parent)
		_exit(1);
	if (work(context, &err) == IDM_OK)
		err.status = IDM_OK;
	n = write(out, &err, sizeof(err));
	_exit(n == sizeof(err) ? 0 : 1);
}

/* ---- In the keeper. */

enum idm_status
child_start(
    struct child *child, child_work *work, void *context, struct idm_err *err)
{
	pid_t parent = getpid();
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) == -1)
		return idm_fail_errno(err, "pipe");
	pid = fork();
	if (pid == 0)
		be_child(work, context, parent, ends[1]);
	(void)close(ends[1]);
	if (pid == -1) {
		(void)close(ends[0]);
		return idm_fail_errno(err, "fork");
	}
	child->pid = pid;
	child->fd = ends[0];
	return IDM_OK;
}

bool
child_await(const struct child *child, int ms)
{
	struct pollfd pfd = { .fd = child->fd, .events = 0 };
	int n;

	if (!child_is_on(child))
		return false;
	do
		n = poll(&pfd, 1, ms);
	while (n == -1 && errno == EINTR);
	return n == 1;
}

/*
 * Not when there is something to read: a dying process gives its memory back
 * first, which takes a while, and its files then.
 */
bool
child_is_over(const struct child *child)
{
	return child_await(child, 0);
}

static void
reap(struct child *child)
{
	while (waitpid(child->pid, NULL, 0) == -1 && errno == EINTR)
		continue;
	(void)close(child->fd);
	child_init(child);
}

/* What the child says of itself: all of it, or it was killed. */
static bool
hear(const struct child *child, struct idm_err *said)
{
	ssize_t n;

	do
		n = read(child->fd, said, sizeof(*said));
	while (n == -1 && errno == EINTR);
	if (n != sizeof(*said))
		return false;
	said->text[sizeof(said->text) - 1] = '\0';
	return true;
}

enum idm_status
child_end(struct child *child, struct idm_err *err)
{
	struct idm_err said;
	bool was_heard = hear(child, &said);

	reap(child);
	if (!was_heard)
		return idm_fail(err, IDM_SYSTEM, "its process was killed");
	if (said.status != IDM_OK && err != NULL)
		*err = said;
	return said.status;
}

void
child_stop(struct child *child)
{
	if (!child_is_on(child))
		return;
	(void)kill(child->pid, SIGKILL);
	reap(child);
}
