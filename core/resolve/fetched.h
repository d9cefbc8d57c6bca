/*
 * fetched -- what came of a question to a directory: records, and the answer.
 *
 * For the files of this folder only.  See resolve/fetch.h.
 */

#ifndef IDM_RESOLVE_FETCHED_H
#define IDM_RESOLVE_FETCHED_H

#include "map/equal.h"
#include "resolve/fetch.h"
#include "resolve/ownid.h"
#include "resolve/pool.h"

struct idm_fetched {
	struct idm_pool *pool; /* of all that hangs here */
	struct idm_looked_up answer;
	struct idm_fetched_record *record;
	size_t nrecords;
	size_t room;
	uint64_t stamp;      /* the domain's ... */
	uint64_t crowd;      /* ... and that of its lists */
	uint32_t server;     /* as fronts have it */
	bool is_login;       /* asked by who lets somebody in */
	bool keeps_sids;     /* which are the domain's, as anybody can see */
	struct idm_str held; /* that its number is, in words; or empty */
};

/* when: the directory said so.  NULL: out of memory. */
struct idm_fetched *idm_fetched_new(
    const struct idm_maps *, const struct idm_domain *, uint64_t when);

/*
 * From which server all that follows is, for who looks into the cache; it is
 * put beside it once.  "": it is not told.
 */
enum idm_status idm_fetched_from(struct idm_fetched *,
    const struct idm_view *cache, const struct idm_domain *, struct idm_str uri,
    struct idm_err *) IDM_MUSTCHECK;

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

/* Whether its number is held (resolve/held.h). */
enum idm_status idm_fetched_held(struct idm_fetched *, const struct idm_ownid *,
    struct idm_err *) IDM_MUSTCHECK;

/* What is said of a user's account, under the key of its records. */
enum idm_status idm_fetched_account(struct idm_fetched *, struct idm_str key,
    const struct idm_cached_account *, struct idm_err *) IDM_MUSTCHECK;

/* Whom an account is equal to, by one of its handles (map/equal.h). */
enum idm_status idm_fetched_equal(struct idm_fetched *,
    const char prefix[static IDM_OWN_PREFIX], struct idm_str text,
    const struct idm_equal *, struct idm_err *) IDM_MUSTCHECK;
/* The groups of this host that a user is in by his own ones. */
enum idm_status idm_fetched_locals(struct idm_fetched *, struct idm_str key,
    const struct idm_str *name, size_t n, struct idm_err *) IDM_MUSTCHECK;
/* What the cache has there is not so any more: a record without a value. */
enum idm_status idm_fetched_drop(struct idm_fetched *,
    const char prefix[static IDM_OWN_PREFIX], struct idm_str text,
    struct idm_err *) IDM_MUSTCHECK;

#endif
