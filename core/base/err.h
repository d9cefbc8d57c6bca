/*
 * err -- what went wrong, in a form both code and people can use.
 *
 * A core function that can fail returns enum idm_status and takes a struct
 * idm_err as its last argument.  The status is for the program; the text is
 * for the administrator.  The struct holds its text inline, so reporting an
 * error never allocates and works when memory is what ran out.  NULL is
 * accepted wherever a struct idm_err * is, and discards the text.
 *
 * Core never prints and never logs.  Programs and modules decide that.
 */

#ifndef IDM_BASE_ERR_H
#define IDM_BASE_ERR_H

#include "base/attr.h"

enum idm_status {
	IDM_OK = 0,
	IDM_NOTFOUND,  /* the question was good and the answer is "none" */
	IDM_REFUSED,   /* a rule says no: %i, a veto, a protected target */
	IDM_INVALID,   /* the caller's input is malformed */
	IDM_CONFLICT,  /* would contradict what is already there */
	IDM_EXHAUSTED, /* a limit is reached or no identifier is left */
	IDM_DENIED,    /* the peer or the file is not allowed or not trusted */
	IDM_TEMPFAIL, /* a file or the daemon is unavailable; try again later */
	IDM_CORRUPT,  /* a file or a peer broke its own format */
	IDM_NOMEM,    /* out of memory */
	IDM_SYSTEM,   /* a system call failed; the text ends in its reason */
};

struct idm_err {
	enum idm_status status;
	char text[480];
};

/* Record a failure and return its status: return idm_fail(err, ...). */
enum idm_status idm_fail(struct idm_err *, enum idm_status, const char *, ...)
    IDM_PRINTF(3, 4);

/* As idm_fail(), for a failed system call: IDM_SYSTEM, and errno's message. */
enum idm_status idm_fail_errno(struct idm_err *, const char *, ...)
    IDM_PRINTF(2, 3);

/*
 * Say where: put "context: " in front of the text and return st, which may
 * be another status than the cause had.
 */
enum idm_status idm_within(
    struct idm_err *, enum idm_status st, const char *, ...) IDM_PRINTF(3, 4);

/* A status as one lower-case word, for logs and --json.  Static storage. */
const char *idm_status_name(enum idm_status);

#endif
