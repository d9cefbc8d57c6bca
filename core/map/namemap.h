/*
 * namemap -- which local name a remote name becomes, and why.
 *
 * The result is that of scanning a scheme's entries in their total order and
 * taking the first that matches; the cost does not depend on how many there
 * are.  In USER mode the users' own entries come first, unless an entry
 * without metacharacters says %i: that is a veto.  %i ends the search; so
 * does a login that does not exist.
 *
 * idm_match_*() look only into the maps.  Whether the account exists and may
 * be served is asked of /etc/passwd by idm_match_account().
 */

#ifndef IDM_MAP_NAMEMAP_H
#define IDM_MAP_NAMEMAP_H

#include <stdbool.h>

#include "base/cursor.h"
#include "base/err.h"
#include "base/trace.h"
#include "identity/account.h"
#include "map/snapshot.h"

enum idm_origin {
	IDM_ORIGIN_SYSTEM, /* the administrator's entry */
	IDM_ORIGIN_USER,   /* a user's own entry */
};

struct idm_match {
	char scheme[IDM_SCHEME_MAX + 1];
	char remote[IDM_REMOTE_MAX + 1]; /* of the entry: what matched */
	char target[IDM_REMOTE_MAX + 1]; /* of the entry, as in %1 */
	char result[IDM_REMOTE_MAX +
	    1]; /* the login or local value; "" for %i */
	enum idm_origin origin;
	bool literal;    /* neither side has a metacharacter or %n */
	bool privileged; /* the entry was added with --privileged */
	uint32_t uid;    /* who owns the entry, for IDM_ORIGIN_USER */
};

/*
 * Match a remote name in a scheme.  IDM_OK: *out is filled.  IDM_REFUSED:
 * %i, and *out is filled too.  IDM_NOTFOUND: no entry matches, or the first
 * that does gives what can be no login.  IDM_INVALID: the name is no remote
 * name or does not split, or there is no such scheme.  IDM_TEMPFAIL: the
 * scheme is in USER mode and the users' map is unavailable.  IDM_CORRUPT.
 */
enum idm_status idm_match_scheme(const struct idm_maps *, const char *scheme,
    struct idm_str remote, struct idm_match *out, const struct idm_trace *,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * The same for a name that comes in fields, in the order of the descriptor:
 * they may then contain its separators.
 */
enum idm_status idm_match_fields(const struct idm_maps *, const char *scheme,
    const struct idm_fields *, struct idm_match *out, const struct idm_trace *,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * The same in the first scheme serving NSS whose descriptor splits the name;
 * it answers finally.  IDM_NOTFOUND with *is_foreign false: no scheme splits
 * the name, so it is not ours.  IDM_INVALID as above, and for a name that is
 * not fit to be a user's: with '/' or ':' in a field, or a field that is "."
 * or "..".
 */
enum idm_status idm_match_serving(const struct idm_maps *,
    struct idm_str remote, struct idm_match *out, bool *is_foreign,
    const struct idm_trace *, struct idm_err *) IDM_MUSTCHECK;

/* Match a value in an attribute map; out->result is the local value. */
enum idm_status idm_match_attribute(const struct idm_maps *,
    const char *attribute, struct idm_str value, struct idm_match *out,
    const struct idm_trace *, struct idm_err *) IDM_MUSTCHECK;

/*
 * May an account be the result of this match?  strict is how NSS and PAM ask:
 * a system account (root, nobody, or below the policy's uid_min) only for a
 * literal entry added with --privileged.  Otherwise any literal entry of the
 * administrator may name one.  Never one of the other reserved numbers.  A
 * user's entry must still be owned by the account's uid.  IDM_REFUSED with
 * the reason.
 */
enum idm_status idm_match_allows(const struct idm_match *,
    const struct idm_policy *, const struct idm_account *, bool strict,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * Find the local account of a match and ask idm_match_allows().
 * IDM_NOTFOUND: there is no such account.
 */
enum idm_status idm_match_account(const struct idm_match *,
    const struct idm_policy *, const char *account_dir, bool strict,
    struct idm_account *, const struct idm_trace *,
    struct idm_err *) IDM_MUSTCHECK;

#endif
