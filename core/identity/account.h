/*
 * account -- the accounts of this host, read from /etc/passwd, /etc/group and
 * /etc/shadow at each call, never through NSS.
 *
 * The files are the caller's to see: they are opened with the caller's own
 * rights, read with read(2) in pieces of 4 KiB, and closed within the call.  No
 * lock, no allocation, no state.  A line is found by its first field, byte for
 * byte; lines beginning with '#', '+' or '-' are passed over.
 *
 * dir is the folder of the files, IDM_ACCOUNTDIR outside tests.
 */

#ifndef IDM_IDENTITY_ACCOUNT_H
#define IDM_IDENTITY_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "identity/name.h"

struct idm_account {
	char name[IDM_LOGIN_MAX + 1];
	uint32_t uid;
	uint32_t gid;
};

/*
 * Find a user by name or by uid (the first line that has it).  IDM_NOTFOUND:
 * no such user.  IDM_CORRUPT: the line's numbers are malformed, or do not
 * stand in its first 1024 bytes.  IDM_DENIED, IDM_SYSTEM: the file cannot be
 * read.
 */
enum idm_status idm_account_by_name(const char *dir, struct idm_str name,
    struct idm_account *, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_account_by_uid(const char *dir, uint32_t uid,
    struct idm_account *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Find a group by name or by gid (the first line that has it).  Otherwise as
 * with users.
 */
struct idm_account_group {
	char name[IDM_LOGIN_MAX + 1];
	uint32_t gid;
};
enum idm_status idm_account_group_by_name(const char *dir, struct idm_str name,
    struct idm_account_group *, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_account_group_by_gid(const char *dir, uint32_t gid,
    struct idm_account_group *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Take the next field, and the colon behind it, off the front of a line.
 * False when there is no colon: the rest is the last field.
 */
bool idm_account_cut(struct idm_str *line, struct idm_str *field);

/* The account of a line of the passwd file.  IDM_CORRUPT as above. */
enum idm_status idm_account_parse(
    struct idm_str line, struct idm_account *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Call found() with each user in the passwd file's order; stop early when it
 * returns false.  Lines that are malformed are passed over.
 */
enum idm_status idm_account_each(const char *dir,
    bool (*found)(void *context, const struct idm_account *), void *context,
    struct idm_err *) IDM_MUSTCHECK;

/* The same of the groups in the group file. */
enum idm_status idm_account_each_group(const char *dir,
    bool (*found)(void *context, const struct idm_account_group *),
    void *context, struct idm_err *) IDM_MUSTCHECK;

/*
 * Append the line of the named file ("passwd", "group", "shadow") whose first
 * field is name to buf, without its newline.  IDM_EXHAUSTED: it does not fit
 * in buf.  IDM_CORRUPT: it is longer than 1 MiB.  Otherwise as above;
 * IDM_DENIED is how an unprivileged caller learns that /etc/shadow is not for
 * it.  After a failure buf holds what it held before.
 */
enum idm_status idm_account_line(const char *dir, const char *file,
    struct idm_str name, struct idm_buf *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Find the user name, for whom alias stands, unless alias is itself a user of
 * this host: IDM_CONFLICT.  Append the passwd line to the buffer, which may be
 * NULL.  Otherwise as idm_account_by_name() and idm_account_line(), but the
 * file is read once.
 */
enum idm_status idm_account_alias(const char *dir, struct idm_str alias,
    struct idm_str name, struct idm_account *, struct idm_buf *,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * Call found() with the gid of each group in the group file that lists name
 * as a member, in the file's order; stop early when it returns false.  A
 * group without a proper number is passed over.
 */
enum idm_status idm_account_groups(const char *dir, struct idm_str name,
    bool (*found)(void *context, uint32_t gid), void *context,
    struct idm_err *) IDM_MUSTCHECK;

#endif
