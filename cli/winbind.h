/*
 * winbind -- what winbindd's idmap databases say, as pins for the state store.
 *
 * winbindd_idmap.tdb has ids of SIDs and two high-water marks; autorid.tdb
 * has slices of SIDs, ids of the pool, and its configuration.  Both are read
 * as tdbdump(8) prints them, the first also as "net idmap dump" does.  Each
 * mapping stands in them twice; one that does not agree with itself is told.
 */

#ifndef IDM_CLI_WINBIND_H
#define IDM_CLI_WINBIND_H

#include "base/cursor.h"
#include "base/err.h"
#include "map/domain.h"
#include "state/request.h"

struct winbind_plan {
	bool is_autorid;
	uint32_t low; /* of autorid */
	uint32_t rangesize;
	uint32_t maxranges;
	struct idm_pin *pin;
	size_t n;
	size_t room;
	unsigned rejected;
	/* in: a record that is not taken over, and why; a line of text */
	void (*reject)(void *context, const char *text);
	void *context;
};

/*
 * Read the text into the plan; domain is the one that is to have it, and must
 * live as long as the plan.  IDM_INVALID: it is no such text, does not fit the
 * domain, or records were rejected.
 */
enum idm_status winbind_read(struct winbind_plan *, struct idm_str text,
    const struct idm_domain *domain, struct idm_err *) IDM_MUSTCHECK;
void winbind_plan_free(struct winbind_plan *);

/*
 * What the text says of the domain that gave the numbers: its backend, and of
 * autorid its range, rangesize and layout; tdb's range stands in smb.conf
 * alone.  Nothing is taken into the plan.  IDM_INVALID as above.
 */
enum idm_status winbind_domain(struct winbind_plan *, struct idm_str text,
    struct idm_domain *, struct idm_err *) IDM_MUSTCHECK;

#endif
