/*
 * fetch -- a question of the name service, answered by a directory.
 *
 * Facts become records as the policy of the moment has them: number by the
 * domain's backend, overrides, name format, templates, shells, primary group.
 * Nothing is stored here: what was made is handed back, to be answered and to
 * be put into the cache.
 *
 * An own identity never has the name or the number of an account of this
 * host; such a one is refused, and err says whose it is.
 */

#ifndef IDM_RESOLVE_FETCH_H
#define IDM_RESOLVE_FETCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "directory/find.h"
#include "map/cached.h"
#include "map/own_edit.h"
#include "map/snapshot.h"
#include "resolve/taken.h"
#include "state/allocator.h"
#include "wire/lookup.h"

/* Lends the directories of other domains, for one question. */
struct idm_elsewhere {
	/*
	 * Fill in that domain's finder.  IDM_NOTFOUND: it has no directory; it
	 * has to be given back else.
	 */
	enum idm_status (*lend)(void *context, const struct idm_domain *,
	    struct idm_finder *, struct idm_err *);
	void (*give_back)(
	    void *context, const struct idm_domain *, struct idm_finder *);
	void *context;
};

struct idm_counterparts;

struct idm_fetch {
	const struct idm_maps *maps;
	const struct idm_domain *domain;
	const struct idm_finder *finder; /* of this domain */
	/* Of the directory of its numbers, where that is another; or NULL. */
	const struct idm_finder *numbers;
	/* What that has, if it was read; else it is asked. */
	const struct idm_counterparts *counterparts;
	const char *account_dir;
	const struct idm_allocator *allocator; /* NULL: give no new numbers */
	/* The accounts of account_dir, if they were read; else they are. */
	const struct idm_taken *taken;
	/* For members and groups of other domains; NULL: those are not known.
	 */
	const struct idm_elsewhere *elsewhere;
};

/* What came out.  Everything hangs together: idm_fetched_free(). */
struct idm_fetched;

/*
 * Ask.  IDM_OK; IDM_NOTFOUND: the directory says there is none; IDM_REFUSED:
 * it must not be served, which may come with records that say so; IDM_TEMPFAIL.
 * A group that is asked for, and is a
 * user's private one (user_private_groups), is answered with the user.
 */
enum idm_status idm_fetch(const struct idm_fetch *, const struct idm_lookup *,
    struct idm_fetched **, struct idm_err *) IDM_MUSTCHECK;
/*
 * The same of facts that are there already, as replication has them: a user,
 * with the gids of its groups, or a group with its members' names, as shown;
 * either list may be NULL: not known.  Whom it equals is put by all handles,
 * which may be others', too; who is an alias, or native LDAP's counterpart of
 * a Windows account alone, has no record of its own.
 */
enum idm_status idm_fetch_facts(const struct idm_fetch *,
    const struct idm_facts *, const uint32_t *gid, size_t ngids,
    const struct idm_str *member, size_t nmembers, struct idm_fetched **,
    struct idm_err *) IDM_MUSTCHECK;
void idm_fetched_free(struct idm_fetched **);

/*
 * The users, as shown, whom a group's member of another domain stands for, as
 * idm_find_members() tells of it: by a SID, or by a DN, alone.  *is_partial:
 * they may not be all.
 */
typedef enum idm_status idm_fetch_name(
    void *context, struct idm_str shown, struct idm_err *);
enum idm_status idm_fetch_member(const struct idm_fetch *,
    const struct idm_facts *, idm_fetch_name *, void *context, bool *is_partial,
    struct idm_err *) IDM_MUSTCHECK;

/* The answer, lent. */
const struct idm_looked_up *idm_fetched_answer(const struct idm_fetched *);

/* That the number which was served stays, and another one stands in the
 * directory: words for whoever should know, lent; or empty. */
struct idm_str idm_fetched_what_is_held(const struct idm_fetched *);

/*
 * The cache's records: key less its end, value as map/cached.h has it.  An
 * empty one: what the cache has there, and the identity whose it is, goes.
 */
struct idm_fetched_record {
	struct idm_str key;
	struct idm_str value;
};
const struct idm_fetched_record *idm_fetched_records(
    const struct idm_fetched *, size_t *n);

#endif
