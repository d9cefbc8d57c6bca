/*
 * ownid -- an own identity of a domain, as the policy of the moment has it.
 *
 * Full library only.  What is the same of those that names files tell of
 * (resolve/compile.h) and those that directories do (resolve/fetch.h): the
 * name it is shown by, overrides, its number, and what it may not bear.
 *
 * IDM_REFUSED always means that this one cannot be served, and err says why
 * without saying who it is.  Other failures are not the identity's.
 */

#ifndef IDM_RESOLVE_OWNID_H
#define IDM_RESOLVE_OWNID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "identity/sid.h"
#include "map/host.h"
#include "map/own.h"
#include "map/snapshot.h"
#include "resolve/pool.h"
#include "resolve/taken.h"
#include "state/allocator.h"

/* Where identities are: all of them at one moment. */
struct idm_realm {
	const struct idm_maps *maps;
	const struct idm_domain *domain;
	struct idm_pool *pool; /* texts made here stay as long as it */
};

struct idm_ownid {
	bool is_group;
	struct idm_str account; /* the Windows name, in its own case */
	struct idm_sid sid;     /* nsubs 0: none */
	struct idm_str key;     /* name@domain, folded */
	struct idm_str shown;
	struct idm_str other_name; /* an override's, as a key; or empty */
	struct idm_override override;
	uint32_t id;
	uint32_t said; /* held (resolve/held.h): by its entry; 0: not held */
};

/* Append "name@domain", folded: the key of such an account. */
#define IDM_OWNID_KEY_MAX 2048 /* bytes, whatever folding does */
enum idm_status idm_ownid_put_key(const struct idm_realm *, struct idm_str name,
    struct idm_buf *, struct idm_err *) IDM_MUSTCHECK;
/* The same, kept. */
enum idm_status idm_ownid_key(const struct idm_realm *, struct idm_str name,
    struct idm_str *key, struct idm_err *) IDM_MUSTCHECK;

/* The part of a key of the domain in front of its '@'. */
struct idm_str idm_ownid_part(const struct idm_realm *, struct idm_str key);

/*
 * The shown name of a key's account that no override names: by the policy's
 * name format.
 */
enum idm_status idm_ownid_shown(const struct idm_realm *, struct idm_str key,
    struct idm_str *shown, struct idm_err *) IDM_MUSTCHECK;

/* From account, SID and kind: key, override, and shown name. */
enum idm_status idm_ownid_name(const struct idm_realm *, struct idm_ownid *,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * Of one that an override names: the name in front of the domain by which it
 * will be asked for.  It must be of its own domain, so that no two domains come
 * to one name, and that it leads to whom it shows.
 */
enum idm_status idm_ownid_asked(const struct idm_realm *,
    const struct idm_ownid *, struct idm_str *name,
    struct idm_err *) IDM_MUSTCHECK;
/* That name becomes its other one. */
enum idm_status idm_ownid_take(const struct idm_realm *, struct idm_ownid *,
    struct idm_str name, struct idm_err *) IDM_MUSTCHECK;

/*
 * Its number, by override or backend (but nss, which asks others).
 * *needs_grant: whoever allocates must be asked, with the wish below; the
 * result is IDM_OK then, too.
 */
enum idm_status idm_ownid_number(const struct idm_realm *, struct idm_ownid *,
    bool *needs_grant, struct idm_err *) IDM_MUSTCHECK;
struct idm_wish idm_ownid_wish(const struct idm_ownid *);
/* As the allocator's grant; there may be none (NULL): IDM_TEMPFAIL. */
enum idm_status idm_ownid_grant(const struct idm_allocator *,
    const struct idm_wish *, size_t n, struct idm_grant *,
    struct idm_err *) IDM_MUSTCHECK;

/* Nobody else's: neither its number is reserved or an account's, nor its name.
 */
enum idm_status idm_ownid_free(const struct idm_realm *,
    const struct idm_taken *, const struct idm_ownid *,
    struct idm_err *) IDM_MUSTCHECK;

/* With another primary group the name service would drop the user. */
enum idm_status idm_ownid_primary(
    const struct idm_realm *, uint32_t gid, struct idm_err *) IDM_MUSTCHECK;

/* What its source says of a user; each may be empty: then by template. */
struct idm_given {
	uint32_t gid;
	struct idm_str gecos;
	struct idm_str home;
	struct idm_str shell;
};
enum idm_status idm_ownid_user(const struct idm_realm *,
    const struct idm_ownid *, const struct idm_given *, struct idm_own_user *,
    struct idm_err *) IDM_MUSTCHECK;

#endif
