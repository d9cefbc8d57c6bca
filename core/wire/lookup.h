/*
 * lookup -- what the name service asks idmapd, and what it is told.
 *
 * The body of IDM_OP_LOOKUP and of its reply.  An answer is made of the same
 * records as the maps (map/own.h), so that one reader reads both.
 *
 * IDM_NOTFOUND: somebody who must know says that there is none.
 * IDM_REFUSED: there is one that must not be served; the text says why.
 * IDM_TEMPFAIL: nobody could be asked.
 */

#ifndef IDM_WIRE_LOOKUP_H
#define IDM_WIRE_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "identity/sid.h"

enum idm_lookup_kind {
	IDM_LOOKUP_USER = 'u',
	IDM_LOOKUP_GROUP = 'g',
	IDM_LOOKUP_GROUPS = 'm',  /* a user, and the groups it is in */
	IDM_LOOKUP_ACCOUNT = 't', /* a user, and whether it may log in */
	IDM_LOOKUP_ANY = 'a',     /* user or group: of a SID or a name */
};

/* By what. */
enum idm_lookup_by {
	IDM_LOOKUP_BY_NAME = 'n', /* name, without its domain, as typed */
	IDM_LOOKUP_BY_ID = 'i',
	IDM_LOOKUP_BY_SID = 's',
	/* Directory-based mapping: whom this one equals (map/equal.h). */
	IDM_LOOKUP_BY_UNIX = 'x',    /* a UNIX account: name ("": none), id */
	IDM_LOOKUP_BY_WINDOWS = 'w', /* a Windows account: name@domain */
	IDM_LOOKUP_BY_OTHER = 'y', /* a UNIX account of the other kind: name */
};

/* The answer is not awaited: a stale record was served already. */
#define IDM_LOOKUP_BEHIND 0x01u
/* Ask the directory, whatever the cache has.  Root's. */
#define IDM_LOOKUP_AFRESH 0x02u
/* Of one that is not among those who are in the cache as a whole domain: ask
 * the directory, which can tell why. */
#define IDM_LOOKUP_WHY    0x04u

struct idm_lookup {
	uint8_t kind; /* enum idm_lookup_kind */
	uint8_t by;   /* enum idm_lookup_by */
	uint8_t flags;
	struct idm_str domain; /* its idm_domain's name; "": of any */
	struct idm_str name;
	uint32_t id;
	struct idm_sid sid;
};
void idm_lookup_write(struct idm_buf *, const struct idm_lookup *);
enum idm_status idm_lookup_read(
    struct idm_str body, struct idm_lookup *, struct idm_err *) IDM_MUSTCHECK;

/* Values of map/own.h, cached.h, equal.h; empty: not part of the answer. */
struct idm_looked_up {
	struct idm_str user;    /* I */
	struct idm_str group;   /* J */
	struct idm_str gids;    /* K */
	struct idm_str sid;     /* N */
	struct idm_str account; /* T */
	struct idm_str equal;   /* G */
	struct idm_str locals;  /* Z */
	uint64_t when;          /* the directory said so */
	uint8_t flags;          /* IDM_CACHED_PARTIAL */
};
void idm_looked_up_write(struct idm_buf *, const struct idm_looked_up *);
enum idm_status idm_looked_up_read(struct idm_str body, struct idm_looked_up *,
    struct idm_err *) IDM_MUSTCHECK;

#endif
