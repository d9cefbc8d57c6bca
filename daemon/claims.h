/*
 * claims -- which name and which number is whose, in one reading of a domain.
 *
 * Of several users, or groups, with one number, or with names that are alike
 * when they are folded, none silently wins: who was served with it before goes
 * on to be, and if nobody was, nobody is.
 */

#ifndef IDM_DAEMON_CLAIMS_H
#define IDM_DAEMON_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"
#include "map/view.h"

struct claims;

/*
 * cache: whom it serves now; lent; may be NULL.  Of its records those that are
 * not sure count when they are not later than this.
 */
enum idm_status claims_new(const struct idm_view *cache, uint64_t sure_until,
    struct claims **, struct idm_err *) IDM_MUSTCHECK;
void claims_free(struct claims **);

struct claim {
	bool is_group;
	struct idm_str key; /* name@domain, folded */
	uint32_t id;
	bool is_served; /* the cache is known to serve it with both */
	uint32_t who;   /* the caller's */
};

/* What came of it. */
struct claims_verdict {
	bool is_granted;
	bool is_new; /* the name or the number it did not have before */
	/* Who claimed the same before, by number and by name; and whether they
	 * have lost what they were granted then. */
	struct claims_rival {
		bool is_one;
		bool is_by_id;
		bool has_lost;
		uint32_t who;
	} by_id, by_key;
};

/* Claim a name and a number together.  IDM_NOMEM. */
enum idm_status claims_make(struct claims *, const struct claim *,
    struct claims_verdict *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Whose a record of a user or group is, and with which number; key is lent from
 * it.  false: it cannot be read.
 */
bool claims_read(
    bool is_group, struct idm_str record, struct idm_str *key, uint32_t *id);

/* Have both the name and the number been granted to somebody? */
bool claims_are_held(const struct claims *, const struct claim *);

#endif
