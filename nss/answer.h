/*
 * answer -- what a look-up found, and how it gets into the caller's buffer.
 *
 * A look-up fills an answer with counted strings, wherever they lie: in the
 * caller's buffer, where the line of an account was read, or in a map.
 * Packing makes C strings of them in the buffer, which is an idm_buf over the
 * caller's memory: a string that already lies there is ended in place, so the
 * answer needs no more room than it takes.
 */

#ifndef IDM_NSS_ANSWER_H
#define IDM_NSS_ANSWER_H

#include <grp.h>
#include <pwd.h>
#include <shadow.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "map/own.h"

struct nss_user {
	struct idm_str name;
	struct idm_str password;
	struct idm_str gecos;
	struct idm_str home;
	struct idm_str shell;
	uint32_t uid;
	uint32_t gid;
};

struct nss_shadow {
	struct idm_str name;
	struct idm_str password;
	struct idm_str days[6]; /* lstchg to expire, as text; "" is none */
	struct idm_str flag;
};

/* Members stand one behind the other, each with a ',' or the end behind it. */
struct nss_group {
	struct idm_str name;
	struct idm_str password;
	struct idm_str members;
	uint32_t gid;
};

/*
 * The user or shadow entry of a line, which has a NUL behind it.  IDM_CORRUPT:
 * it is none.
 */
enum idm_status nss_user_of_line(
    struct idm_str line, struct nss_user *) IDM_MUSTCHECK;
enum idm_status nss_shadow_of_line(
    struct idm_str line, struct nss_shadow *) IDM_MUSTCHECK;
enum idm_status nss_group_of_line(
    struct idm_str line, struct nss_group *) IDM_MUSTCHECK;

/*
 * Pack an answer.  IDM_EXHAUSTED: the buffer is too small.  IDM_CORRUPT: a
 * number of the shadow entry is none.  *out is untouched on failure.
 */
enum idm_status nss_pack_user(const struct nss_user *, struct idm_buf *,
    struct passwd *out) IDM_MUSTCHECK;
enum idm_status nss_pack_shadow(const struct nss_shadow *, struct idm_buf *,
    struct spwd *out) IDM_MUSTCHECK;
enum idm_status nss_pack_group(const struct nss_group *, struct idm_buf *,
    struct group *out) IDM_MUSTCHECK;

/*
 * The same for own identities: what their records lend is copied.
 * IDM_CORRUPT: the members are not what the record promised.
 */
enum idm_status nss_pack_own_user(const struct idm_own_user *, struct idm_buf *,
    struct passwd *out) IDM_MUSTCHECK;
enum idm_status nss_pack_own_group(const struct idm_own_group *,
    struct idm_buf *, struct group *out) IDM_MUSTCHECK;

#endif
