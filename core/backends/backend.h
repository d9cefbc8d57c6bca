/*
 * backend -- how a domain's SIDs and ids belong together.
 *
 * One file each behind this interface; what a backend is, needs and may be
 * asked is a row of the table.  Backends are pure: they read the compiled
 * domain and the maps of a moment, and never allocate, wait or ask anybody.
 * What must first be allocated is said to be so (IDM_TEMPFAIL is never used
 * for that); the keeper is who allocates, by place().  In libidm-base, so
 * that the name service can answer for numbers without names.
 *
 * Every answer is filtered by idm_backend_*() below: nothing outside the
 * domain's range, and no reserved number, comes out whatever a backend says.
 */

#ifndef IDM_BACKENDS_BACKEND_H
#define IDM_BACKENDS_BACKEND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/trace.h"
#include "identity/sid.h"
#include "map/allocated.h"
#include "map/domain.h"
#include "map/snapshot.h"

/* What an id may be used as. */
enum idm_kind {
	IDM_KIND_USER = 'U',
	IDM_KIND_GROUP = 'G',
	IDM_KIND_BOTH = 'B',
};

struct idm_mapping {
	struct idm_sid sid;
	uint32_t id;
	uint8_t kind; /* enum idm_kind */
};

/* How an option of a domain file is read; rows of idm_backend.options. */
enum idm_option_type {
	IDM_OPTION_NUMBER,
	IDM_OPTION_BOOL,
	IDM_OPTION_WORD, /* one of words */
	IDM_OPTION_TEXT,
};
struct idm_backend_option {
	const char *name;
	const char *brief; /* for "idmap domain options" */
	uint8_t type;      /* enum idm_option_type */
	bool required;
	const char *value;        /* the default, as text; NULL: none */
	uint64_t min, max;        /* of numbers */
	const char *const *words; /* NULL-terminated */
};

/* What a backend is asked of, and may look at. */
struct idm_backend_case {
	const struct idm_maps *maps;
	const struct idm_allocations *allocated;
	const struct idm_domain *domain;
	uint8_t want; /* enum idm_kind; B when the caller cannot tell */
};

struct idm_backend {
	const char *name;
	const char *brief;
	uint8_t id;         /* enum idm_backend_id */
	bool for_domain;    /* may a named domain have it? */
	bool for_catch_all; /* may "*"? */
	bool needs_sid;     /* a named domain's SID must be configured */
	bool needs_range;
	bool allocates; /* may answer *needs_place */
	bool is_stored; /* each of its numbers has a record of its own */
	uint8_t kind;   /* enum idm_kind of what it maps */
	uint32_t low;   /* the range when none is given; 0, 0: it must be */
	uint32_t high;
	const struct idm_backend_option *options; /* ended by a NULL name */
	/*
	 * The id of a SID.  IDM_NOTFOUND: none; *needs_place: one could be
	 * allocated.  IDM_REFUSED: there never can be one; err says why.
	 */
	enum idm_status (*to_id)(const struct idm_backend_case *,
	    const struct idm_sid *, struct idm_mapping *, bool *needs_place,
	    struct idm_err *);
	/* The SID of an id, which is in the range and not reserved. */
	enum idm_status (*to_sid)(const struct idm_backend_case *, uint32_t id,
	    struct idm_mapping *, struct idm_err *);
};

/* NULL: no backend of this name, or number. */
const struct idm_backend *idm_backend_by_name(struct idm_str);
const struct idm_backend *idm_backend_by_id(unsigned);
/* All, in the order they are listed in. */
const struct idm_backend *const *idm_backend_all(unsigned *n);

/*
 * Ask the domain's backend, and filter its answer.  want is U or G, or B when
 * the caller cannot tell.  IDM_NOTFOUND, IDM_REFUSED as above.  IDM_CONFLICT:
 * it has an id, but of the other kind than wanted.  IDM_TEMPFAIL: the
 * allocations, or the directory, that would know are not there.  The steps are
 * traced.
 */
enum idm_status idm_backend_to_id(const struct idm_maps *,
    const struct idm_domain *, const struct idm_sid *, uint8_t want,
    struct idm_mapping *, bool *needs_place, const struct idm_trace *,
    struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_backend_to_sid(const struct idm_maps *,
    const struct idm_domain *, uint32_t id, uint8_t want, struct idm_mapping *,
    const struct idm_trace *, struct idm_err *) IDM_MUSTCHECK;

/* The same with allocations from elsewhere than the maps' state.gdbm. */
enum idm_status idm_backend_ask_id(const struct idm_backend_case *,
    const struct idm_sid *, struct idm_mapping *, bool *needs_place,
    const struct idm_trace *, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_backend_ask_sid(const struct idm_backend_case *,
    uint32_t id, struct idm_mapping *, const struct idm_trace *,
    struct idm_err *) IDM_MUSTCHECK;

/* The allocations of the maps' state.gdbm, for a case. */
struct idm_allocations idm_backend_allocations(const struct idm_maps *);

/*
 * For backends: the RID of an account of the domain.  IDM_REFUSED: the SID is
 * not right below the domain's, or that is not known.
 */
enum idm_status idm_backend_rid(const struct idm_domain *,
    const struct idm_sid *, uint32_t *rid, struct idm_err *) IDM_MUSTCHECK;

/* "user", "group", "user and group".  Static storage. */
const char *idm_kind_name(uint8_t kind);

#endif
