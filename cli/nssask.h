/*
 * nssask -- what another name service of this host answers.
 *
 * Name services are asked in a process of their own, idmap-ask, which is
 * pinned to the listed ones and killed at a deadline: whatever they load or
 * wait for is not in here, and idmap is never asked by itself.
 *
 * A question is a line, an answer one or more:
 *
 *     user NAME     user UID GID NAME, or: nouser NAME
 *     uid NUMBER    likewise; NAME is the number when there is none
 *     group NAME    group GID NAME, or: nogroup NAME
 *     gid NUMBER    likewise
 *     users         user UID GID NAME, of each; or nothing
 *     groups        group GID NAME, of each
 *
 * A service that fails is told from one that knows nobody: the last line is
 * "failed REASON" then, and the whole asking fails.
 */

#ifndef IDM_CLI_NSSASK_H
#define IDM_CLI_NSSASK_H

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "resolve/asker.h"

/*
 * Ask services ("files extrausers", as in nsswitch.conf) all of the questions;
 * answers come in their order.  IDM_INVALID: the list is malformed, or idmap
 * is in it.  IDM_TEMPFAIL: they took longer than deadline_ms.
 */
enum idm_status cli_nss_ask(struct idm_str services, struct idm_str questions,
    unsigned deadline_ms, struct idm_buf *answers,
    struct idm_err *) IDM_MUSTCHECK;

/* One line of an answer.  Texts are lent. */
struct cli_nss_answer {
	bool is_group;
	bool is_there;
	uint32_t id;  /* uid, or gid of a group */
	uint32_t gid; /* of a user */
	struct idm_str name;
};

/*
 * Take the next answer off the text.  IDM_NOTFOUND: there is none.
 * IDM_TEMPFAIL: a service failed, and err says why.  IDM_CORRUPT: it is
 * malformed.
 */
enum idm_status cli_nss_next(struct idm_str *answers, struct cli_nss_answer *,
    struct idm_err *) IDM_MUSTCHECK;

/* Who asks them for the nss backend (resolve/asker.h). */
extern const struct idm_asker cli_nss_asker;

#endif
