/*
 * allocator -- how whoever resolves a SID gets a number for it.
 *
 * The keeper is the only one who allocates; everybody else asks it through
 * idmapd.  This is what they ask, in one place, so that the pipeline does not
 * care who answers: idmapd (state/remote.h), the keeper itself
 * (state/place.h), or a test.
 */

#ifndef IDM_STATE_ALLOCATOR_H
#define IDM_STATE_ALLOCATOR_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "identity/sid.h"

/* One wish.  The domain is found by the SID, or by the name's domain. */
struct idm_wish {
	struct idm_sid sid;  /* nsubs 0: known by name only */
	struct idm_str name; /* name@domain, folded; may be empty */
	uint8_t kind;        /* enum idm_kind; B when the caller cannot tell */
	/* Of a backend whose numbers hosts share: what their directory has
	 * said; 0: it was not asked. */
	uint32_t told;
};

struct idm_grant {
	enum idm_status status; /* of this wish: see below */
	uint32_t id;
	uint8_t kind;
	bool is_new;
	char reason[200]; /* for a status that is not IDM_OK */
};

/* The status of one grant, with its reason. */
static inline enum idm_status
idm_grant_status(const struct idm_grant *grant, struct idm_err *err)
{
	return grant->status == IDM_OK
	    ? IDM_OK
	    : idm_fail(err, grant->status, "%s", grant->reason);
}

/*
 * Grant n wishes.  What was granted is on disk when this returns, and the
 * same wish is always granted the same number.  Each grant has a status:
 * IDM_OK; IDM_NOTFOUND: no domain allocates for this SID; IDM_REFUSED: read
 * only, or of a domain that is not configured; IDM_EXHAUSTED: the range is
 * full; IDM_CONFLICT: it has an id of another kind.  The result is IDM_OK when
 * all were tried; IDM_TEMPFAIL: nobody can allocate now, the state is lost or
 * damaged, and err says what to do; IDM_DENIED: not for this caller.
 */
struct idm_allocator {
	enum idm_status (*grant)(void *context, const struct idm_wish *,
	    size_t n, struct idm_grant *, struct idm_err *);
	/*
	 * Find without allocating, also what is not folded into state.gdbm
	 * yet: the grant of a wish, or whose an id is: to owner is appended
	 * the text of a SID, or name@domain.
	 */
	enum idm_status (*find)(void *context, const struct idm_wish *,
	    struct idm_grant *, struct idm_err *);
	enum idm_status (*find_id)(void *context, uint32_t id, uint8_t kind,
	    struct idm_buf *owner, struct idm_err *);
	void *context;
};

#endif
