/*
 * namesfile -- the users and groups of a domain that has no directory.
 *
 * One a line, in fields that colons separate, as idmap-names(5) has them:
 *
 *     user:RID or SID:name:primary group:full name:home:shell
 *     group:RID or SID:name:member,member...
 *
 * Fields at the end may be left out.  '#' begins a line that is a comment.
 * Pure: nothing here opens a file, and texts are lent from the bytes.
 */

#ifndef IDM_CONFIG_NAMESFILE_H
#define IDM_CONFIG_NAMESFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"
#include "identity/sid.h"

struct idm_names_line {
	unsigned long line;
	bool is_group;
	struct idm_sid sid; /* nsubs 0: rid is below the domain's SID */
	uint32_t rid;
	struct idm_str name;    /* in its own case, without a domain */
	struct idm_str primary; /* of a user: a group's name, RID or SID */
	struct idm_str gecos;
	struct idm_str home;
	struct idm_str shell;
	struct idm_str members; /* of a group: see idm_names_member() */
};

/* Where the reading stands; all of the file at the start. */
struct idm_names_reader {
	struct idm_str rest;
	unsigned long line; /* that was read last; 0 at the start */
};

/*
 * The next user or group.  IDM_NOTFOUND: there is none.  IDM_INVALID: the line
 * says nothing that can be; err says why, without the place, and reading can
 * go on.
 */
enum idm_status idm_names_next(struct idm_names_reader *,
    struct idm_names_line *, struct idm_err *) IDM_MUSTCHECK;

/* Take the next member off a list; false when there is none. */
bool idm_names_member(struct idm_str *members, struct idm_str *member);

/* A RID, below a domain's SID that is not told here, or a SID. */
enum idm_status idm_names_sid(struct idm_str text, struct idm_sid *sid,
    uint32_t *rid, struct idm_err *) IDM_MUSTCHECK;

#endif
