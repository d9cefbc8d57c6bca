#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/fold.h"

void
fold_init(struct fold *fold)
{
	*fold = (struct fold){ .fd = -1 };
}

bool
fold_is_on(const struct fold *fold)
{
	return fold->child != 0;
}

/* ---- In the child. */

static _Noreturn void
be_child(const struct idm_state *state, pid_t parent, int out)
{
	struct idm_err err = { .status = IDM_OK };
	ssize_t n = 0;

	/* Whoever opens the state after the keeper must find the lock free. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != parent)
		_exit(1);
	if (idm_state_fold_write(state, &err) == IDM_OK)
		err.status = IDM_OK;
	n = write(out, &err, sizeof(err));
	_exit(n == sizeof(err) ? 0 : 1);
}

/* ---- In the keeper. */

static enum idm_status
start_child(
    struct fold *fold, const struct idm_state *state, struct idm_err *err)
{
	pid_t parent = getpid();
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) == -1)
		return idm_fail_errno(err, "pipe");
	child = fork();
	if (child == 0)
		be_child(state, parent, ends[1]);
	(void)close(ends[1]);
	if (child == -1) {
		(void)close(ends[0]);
		return idm_fail_errno(err, "fork");
	}
	fold->child = child;
	fold->fd = ends[0];
	return IDM_OK;
}

enum idm_status
fold_start(struct fold *fold, struct idm_state *state, struct idm_err *err)
{
	struct idm_err failure;
	enum idm_status st;

	st = idm_state_fold_begin(state, err);
	if (st != IDM_OK)
		return st;
	if (start_child(fold, state, &failure) == IDM_OK)
		return IDM_OK;
	return idm_state_fold_end(state, &failure, err);
}

bool
fold_await(const struct fold *fold, int ms)
{
	struct pollfd pfd = { .fd = fold->fd, .events = 0 };
	int n;

	if (!fold_is_on(fold))
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
fold_is_over(const struct fold *fold)
{
	return fold_await(fold, 0);
}

static void
reap(struct fold *fold)
{
	while (waitpid(fold->child, NULL, 0) == -1 && errno == EINTR)
		continue;
	(void)close(fold->fd);
	fold_init(fold);
}

/* What the child says of itself: all of it, or it was killed. */
static bool
hear(const struct fold *fold, struct idm_err *said)
{
	ssize_t n;

	do
		n = read(fold->fd, said, sizeof(*said));
	while (n == -1 && errno == EINTR);
	if (n != sizeof(*said))
		return false;
	said->text[sizeof(said->text) - 1] = '\0';
	return true;
}

enum idm_status
fold_end(struct fold *fold, struct idm_state *state, struct idm_err *err)
{
	struct idm_err failure;

	if (!hear(fold, &failure))
		(void)idm_fail(&failure, IDM_SYSTEM,
		    "the process that folds the state was killed");
	reap(fold);
	return idm_state_fold_end(
	    state, failure.status == IDM_OK ? NULL : &failure, err);
}

void
fold_stop(struct fold *fold)
{
	if (!fold_is_on(fold))
		return;
	(void)kill(fold->child, SIGKILL);
	reap(fold);
}
