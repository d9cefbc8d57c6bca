/*
 * fetched -- what came of a question to a directory: records, and the answer.
 *
 * For the files of this folder only.  See resolve/fetch.h.
 */

#ifndef IDM_RESOLVE_FETCHED_H
#define IDM_RESOLVE_FETCHED_H

#include "resolve/fetch.h"
#include "resolve/pool.h"

struct idm_fetched {
	struct idm_pool *pool; /* of all that hangs here */
	struct idm_looked_up answer;
	struct idm_fetched_record *record;
	size_t nrecords;
	size_t room;
	uint64_t stamp;  /* the domain's */
	bool keeps_sids; /* which are the domain's, as anybody can see */
};

/* when: the directory said so.  NULL: out of memory. */
struct idm_fetched *idm_fetched_new(const struct idm_domain *, uint64_t when);

/*
 * A user with its account's state, and its groups: ascending gids, each once;
 * NULL: not known.  IDM_REFUSED: the name service would not serve it.
 */
enum idm_status idm_fetched_user(struct idm_fetched *,
    const struct idm_own_member *, const struct idm_cached_account *,
    const uint32_t *gid, uint32_t ngids, bool is_partial,
    struct idm_err *) IDM_MUSTCHECK;

/* A group; of one whose members are not known, is_partial. */
enum idm_status idm_fetched_group(struct idm_fetched *,
    const struct idm_own_group_of *, bool is_partial,
    struct idm_err *) IDM_MUSTCHECK;

#endif
