#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "daemon/link.h"

void
link_init(struct link *link, int fd)
{
	link->fd = fd;
	link->waiting = NULL;
	link->last = &link->waiting;
}

enum idm_status
link_await(struct link *link, int wait_ms, struct idm_err *err)
{
	struct pollfd pfd = { .fd = link->fd, .events = POLLIN };
	struct record_reply hello;

	if (poll(&pfd, 1, wait_ms) != 1) {
		return idm_fail(
		    err, IDM_TEMPFAIL, "the keeper did not become ready");
	}
	return link_receive(link, &hello, err);
}

void
link_fini(struct link *link)
{
	while (link->waiting != NULL) {
		struct job *job = link->waiting;

		link->waiting = job->next;
		if (job->has_left != NULL)
			job->has_left(job);
	}
}

void
link_queue(struct link *link, struct job *job)
{
	job->next = NULL;
	*link->last = job;
	link->last = &job->next;
}

/* A record of nobody's job has left. */
static void
forget(struct job *job)
{
	idm_buf_fini(&job->out);
	free(job);
}

enum idm_status
link_record(struct link *link, const struct record_request *request,
    struct idm_err *err)
{
	struct job *job = calloc(1, sizeof(*job));
	enum idm_status st;

	if (job == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	job->has_left = forget;
	idm_buf_init(&job->out, RECORD_MAX);
	record_request_write(&job->out, request);
	st = idm_buf_status(&job->out, err);
	if (st == IDM_OK)
		link_queue(link, job);
	else
		forget(job);
	return st;
}

bool
link_flush(struct link *link)
{
	while (link->waiting != NULL) {
		struct job *job = link->waiting;

		if (send(link->fd, job->out.data, job->out.len,
			MSG_NOSIGNAL | MSG_DONTWAIT) == -1) {
			return errno == EAGAIN || errno == EWOULDBLOCK ||
			    errno == EINTR;
		}
		link->waiting = job->next;
		if (link->waiting == NULL)
			link->last = &link->waiting;
		if (job->has_left != NULL)
			job->has_left(job);
	}
	return true;
}

bool
link_is_full(const struct link *link)
{
	return link->waiting != NULL;
}

enum idm_status
link_receive(struct link *link, struct record_reply *reply, struct idm_err *err)
{
	ssize_t len;

	do
		len = recv(link->fd, link->packet, sizeof(link->packet),
		    MSG_DONTWAIT | MSG_TRUNC);
	while (len == -1 && errno == EINTR);
	if (len == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return IDM_NOTFOUND;
	if (len <= 0)
		return idm_fail(err, IDM_TEMPFAIL, "the keeper is gone");
	if ((size_t)len > sizeof(link->packet)) {
		return idm_fail(
		    err, IDM_CORRUPT, "the keeper sent %zd bytes", len);
	}
	return record_reply_read(
	    (struct idm_str){ link->packet, (size_t)len }, reply, err);
}
