/*
 * resolve -- the pipeline: from any identity to its counterpart, and why.
 *
 * Windows to UNIX: well-known and inhibited; local SIDs and S-1-22-1/2;
 * overrides; directory-based mapping; name rules; the backend of the SID's
 * domain; the catch-all.  UNIX to Windows: well-known; overrides;
 * directory-based mapping; name rules; the backend whose range holds the id;
 * stored allocations; local SID.  A step that matched but failed stops with
 * its own reason.  Each step is told to the trace.
 *
 * Full library only.  Reads the maps of a moment, the local accounts and the
 * state; allocates only when asked to create, through the allocator.
 */

#ifndef IDM_RESOLVE_RESOLVE_H
#define IDM_RESOLVE_RESOLVE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/trace.h"
#include "identity/idtype.h"
#include "identity/name.h"
#include "map/cached.h"
#include "map/equal.h"
#include "map/snapshot.h"
#include "resolve/asker.h"
#include "resolve/inquired.h"
#include "rules/namerule.h"
#include "state/allocator.h"

/* How an answer was found: the words of "idmap show -v". */
enum idm_method {
	IDM_METHOD_NONE,
	IDM_METHOD_WELL_KNOWN, /* "Well-Known mapping" */
	IDM_METHOD_LOCAL_SID,  /* "Local SID" */
	IDM_METHOD_OVERRIDE,   /* "Override" */
	IDM_METHOD_NAME_RULE,  /* "Name Rule" */
	IDM_METHOD_BACKEND,    /* "Backend" and its name */
	IDM_METHOD_EPHEMERAL,  /* "Ephemeral" */
	IDM_METHOD_UNIX_SID,   /* S-1-22-1/2, "UNIX SID" */
	IDM_METHOD_AD,         /* "AD Directory"; with directories, these: */
	IDM_METHOD_LDAP,       /* "Native LDAP Directory" */
	IDM_METHOD_IDMU,       /* "IDMU" */
};
enum idm_source {
	IDM_SOURCE_NEW,   /* allocated by this very request */
	IDM_SOURCE_CACHE, /* stored: allocated before, or a record */
	IDM_SOURCE_HARD_CODED,
	IDM_SOURCE_ALGORITHMIC, /* computed: rules, rid, local SIDs ... */
	IDM_SOURCE_DIRECTORY,   /* a directory was asked for it */
};

/* What idmap's answers are told apart by; see idmap(8). */
enum idm_reason {
	IDM_REASON_NONE = 0,
	IDM_REASON_INHIBITED, /* a rule, or the well-known table, says no */
	IDM_REASON_NO_MAPPING,
	IDM_REASON_NONE_GENERATED, /* there is none yet; -c would make one */
	IDM_REASON_NO_ACCOUNT, /* a rule names an account that is not there */
	IDM_REASON_UNKNOWN_DOMAIN,
	IDM_REASON_NOT_USER, /* it is of the other kind */
	IDM_REASON_NOT_GROUP,
	IDM_REASON_RANGE, /* out of the domain's range, or reserved */
	IDM_REASON_FULL,  /* no number is left */
	IDM_REASON_READ_ONLY,
	IDM_REASON_UNAVAILABLE, /* idmapd or the state is not there */
	IDM_REASON_SENSE,       /* the question makes no sense */
};

struct idm_resolver {
	const struct idm_maps *maps;
	const char *account_dir;
	const char
	    *host; /* its name, the domain of its own accounts; or NULL */
	const struct idm_allocator *allocator; /* NULL: none may be asked */
	const struct idm_asker *asker;         /* likewise */
	const struct idm_inquired *inquired;   /* likewise; of directories */
	const struct idm_trace *trace;
	bool create; /* allocate what is not there */
};

/* One identity, as far as it is known.  Owns its texts. */
struct idm_resolved {
	enum idm_idtype type; /* as precise as known: USID, WINGROUP, GID ... */
	struct idm_sid sid;   /* nsubs 0: unknown */
	bool has_id;
	uint32_t id;
	char name[IDM_OWN_MAX + 1];      /* Windows or UNIX name; "" unknown */
	char domain[IDM_DOMAIN_MAX + 1]; /* of Windows names */
};

struct idm_resolution {
	struct idm_resolved from;
	struct idm_resolved to;
	enum idm_method method; /* of a failure, the one that said no */
	enum idm_source source;
	enum idm_rule_direction direction; /* in which it holds */
	uint8_t kind;                      /* enum idm_kind: what the id is */
	const char *backend;               /* name, for IDM_METHOD_BACKEND */
	/* Of what a directory said: when, whose it is, and until when it serves
	 * without being asked again (0: always). */
	uint64_t when; /* 0: none did */
	uint64_t expires;
	char directory[IDM_DOMAIN_MAX + 1];  /* name of its domain */
	char server[IDM_CACHED_URI_MAX + 1]; /* of it; "": not told */
	bool is_partial; /* its members are not all that there are */
	char rule[IDM_WINNAME_MAX * 4 + 600]; /* as "idmap list" has it */
	/* Directory-based mapping: the entry, and "attribute=value" in it. */
	char dn[IDM_EQUAL_DN_MAX + 1];
	char attribute[IDM_OWN_MAX + 80];
	enum idm_reason reason; /* of a failure */
	bool is_privileged;     /* the rule is literal and --privileged */
};

/*
 * Find the counterpart of an identity.  target IDM_ID_NONE: the straight one.
 * IDM_OK; IDM_NOTFOUND: none, for the reason; IDM_REFUSED: inhibited;
 * IDM_INVALID: makes no sense (both on one side); IDM_EXHAUSTED;
 * IDM_TEMPFAIL; IDM_CORRUPT.  *out tells as much as was found out, also after
 * a failure.
 */
enum idm_status idm_resolve(const struct idm_resolver *,
    const struct idm_identity *, enum idm_idtype target,
    struct idm_resolution *out, struct idm_err *) IDM_MUSTCHECK;

/* "Name Rule", "Hard Coded": as "show -v" prints them. */
const char *idm_method_name(enum idm_method);
const char *idm_source_name(enum idm_source);
/* A reason as words for programs, "no-account"; "" for none. */
const char *idm_reason_name(enum idm_reason);
/* The number that idmap(1M) has for it, as traces show it; 0 for none. */
int idm_reason_code(enum idm_reason);

#endif
