/*
 * updatelog -- the record of every attempt to change a map.
 *
 * Full library only.  One record is one line, written with one write to a
 * file opened O_APPEND, so that records of concurrent writers never mix:
 *
 *     2026-11-23T07:45:12.123456+0100 idadmin[4711]: login=1000 uid=0 euid=0
 *     scheme="s" command="idadmin -S s -a ..." result=ok change="..."
 *
 * (here on two lines).  Every byte of a quoted text that is not printable
 * ASCII is written as \xHH, '"' and '\' with a backslash in front: what a
 * user typed cannot end a record, begin one, or reach a terminal.
 *
 * Nothing is printed; the copy to syslog is the program's own, with the text
 * of idm_update_format().
 */

#ifndef IDM_CONFIG_UPDATELOG_H
#define IDM_CONFIG_UPDATELOG_H

#include <sys/types.h>

#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"

/* Bytes of one text; the rest is cut.  Write several records instead. */
#define IDM_UPDATE_TEXT_MAX 8192
#define IDM_UPDATE_NONE     4294967295u /* no login uid: not of a session */

struct idm_update {
	const char *program;    /* "idadmin", "uidadmin" ... */
	pid_t pid;              /* of the caller */
	uint32_t login;         /* idm_update_login() of the caller */
	uint32_t uid;           /* real */
	uint32_t euid;          /* effective */
	struct idm_str scheme;  /* or attribute; empty when there is none */
	struct idm_str command; /* idm_update_command() of the caller's */
	enum idm_status result;
	struct idm_str reason; /* why not, unless the result is IDM_OK */
	struct idm_str change; /* "old -> new", or empty */
};

/* The uid this process logged in with, or IDM_UPDATE_NONE. */
uint32_t idm_update_login(void);

/*
 * The same of another process, if it is one of uid's: a client may be gone,
 * and its number another's.  0 is a process that cannot be seen from here.
 */
uint32_t idm_update_login_of(pid_t, uid_t);

/* A command line as one text: words that need it in single quotes. */
void idm_update_command(struct idm_buf *, int argc, char *const *argv);

/* One record as text, from the program's name on, without the newline. */
void idm_update_format(struct idm_buf *, const struct idm_update *);

/*
 * Open the log for appending, made with mode 0640 if it is not there.  It
 * must be a regular file of owner that nobody else may write.  IDM_DENIED,
 * IDM_SYSTEM.
 */
enum idm_status idm_update_open(
    const char *path, uid_t owner, int *fd, struct idm_err *) IDM_MUSTCHECK;

/* Append a record.  IDM_SYSTEM: it is not there, or not all of it. */
enum idm_status idm_update_append(
    int fd, const struct idm_update *, struct idm_err *) IDM_MUSTCHECK;

#endif
