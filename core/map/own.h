/*
 * own -- records of own identities: users and groups whose names and numbers
 * come from idmap.  Ready answers: one look-up and one copy.
 *
 *   key (less its end)   value  holds
 *   i/p/NAME             I      a user, by its shown name, folded
 *   i/P/UID              I      the same, by number
 *   i/g/NAME             J      a group, likewise
 *   i/G/GID              J      the same, by number
 *   i/m/NAME             K      gids of a user's groups, without the primary,
 *                               in ascending order
 *   i/a/NAME             Q      another name of a user, by an override: whose
 *   i/A/NAME             Q      another name of a group, likewise
 *   i/s/SID              N      a SID's kind, account name, shown name, id
 *   i/f/DOMAIN           F      which names file they came from, and how many;
 *                               with a directory see stamp.h
 *
 * NAME is "name@domain" with the domain's shown name, whatever name_format
 * says.  Another name is nobody's own: there is no i/p/ beside an i/a/, and no
 * i/g/ beside an i/A/.  They stand in map.gdbm, compiled from the names files
 * by "idmap apply"; a directory's will stand in the cache, in the same form.
 */

#ifndef IDM_MAP_OWN_H
#define IDM_MAP_OWN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "identity/sid.h"
#include "map/view.h"

#define IDM_OWN_PREFIX     4 /* bytes: "i/p/" */
#define IDM_OWN_USER       "i/p/"
#define IDM_OWN_UID        "i/P/"
#define IDM_OWN_GROUP      "i/g/"
#define IDM_OWN_GID        "i/G/"
#define IDM_OWN_MEMBERSHIP "i/m/"
#define IDM_OWN_USER_NAME  "i/a/"
#define IDM_OWN_GROUP_NAME "i/A/"
#define IDM_OWN_SID        "i/s/"
#define IDM_OWN_FILE       "i/f/"

/*
 * Texts are lent from the record.  In one that was read, name, gecos, home and
 * shell lie one behind the other, each with a NUL behind it: to answer takes
 * one copy.
 */
struct idm_own_user {
	struct idm_str name;   /* as shown: what pw_name will be */
	struct idm_str key;    /* name@domain, folded: its own and i/m/'s key */
	struct idm_str domain; /* name of its struct idm_domain */
	uint32_t uid;
	uint32_t gid;
	struct idm_str gecos;
	struct idm_str home;  /* absolute, or empty */
	struct idm_str shell; /* likewise */
	struct idm_sid sid;   /* nsubs 0: none */
};

struct idm_own_group {
	struct idm_str name;
	struct idm_str key;
	struct idm_str domain;
	uint32_t gid;
	struct idm_sid sid;
	uint32_t nmembers;
	struct idm_cursor members; /* nmembers idm_cursor_str(), checked */
};

struct idm_own_sid {
	bool is_group;
	uint32_t id;
	struct idm_str name;   /* the Windows account's name in its own case */
	struct idm_str domain; /* name of its struct idm_domain */
	struct idm_str shown;
};

/* Whose another name is: he stands under his key. */
struct idm_own_name {
	struct idm_str domain; /* name of its struct idm_domain */
	struct idm_str key;
};

/* What was compiled: the same again would come to the same records. */
struct idm_own_file {
	uint64_t fingerprint; /* of the file and of what it was compiled for */
	uint32_t users;
	uint32_t groups;
};

/*
 * Each writes its record, or reads one back whole.  IDM_CORRUPT: its form is
 * broken, a name is no idm_name_own(), a text no idm_name_field(), a path not
 * absolute, or a number one of those that are never served.  So whoever writes
 * a record from foreign texts reads it back before he keeps it.
 */
void idm_own_user_write(struct idm_buf *, const struct idm_own_user *);
enum idm_status idm_own_user_read(struct idm_str value, struct idm_own_user *,
    struct idm_err *) IDM_MUSTCHECK;
/*
 * As idm_own_user_read(), for who answers quickly: of key and domain only the
 * lengths are checked, because he compares them with what he knows, and the
 * SID is not read.  After a failure *out holds nothing of use.
 */
enum idm_status idm_own_user_open(struct idm_str value, struct idm_own_user *,
    struct idm_err *) IDM_MUSTCHECK;
void idm_own_group_write(struct idm_buf *, const struct idm_own_group *,
    const struct idm_str *members);
enum idm_status idm_own_group_read(struct idm_str value, struct idm_own_group *,
    struct idm_err *) IDM_MUSTCHECK;
/*
 * As before, but the members, who may be very many, are not looked at.  Whoever
 * reads them checks that each is an idm_name_own(), and idm_cursor_done().
 */
enum idm_status idm_own_group_open(struct idm_str value, struct idm_own_group *,
    struct idm_err *) IDM_MUSTCHECK;
/* n of idm_cursor_u32(), in ascending order, each once. */
void idm_own_gids_write(struct idm_buf *, const uint32_t *, uint32_t n);
enum idm_status idm_own_gids_read(struct idm_str value, struct idm_cursor *,
    uint32_t *n, struct idm_err *) IDM_MUSTCHECK;
void idm_own_sid_write(struct idm_buf *, const struct idm_own_sid *);
enum idm_status idm_own_sid_read(
    struct idm_str value, struct idm_own_sid *, struct idm_err *) IDM_MUSTCHECK;
void idm_own_name_write(struct idm_buf *, const struct idm_own_name *);
enum idm_status idm_own_name_read(struct idm_str value, struct idm_own_name *,
    struct idm_err *) IDM_MUSTCHECK;
void idm_own_file_write(struct idm_buf *, const struct idm_own_file *);
enum idm_status idm_own_file_read(struct idm_str value, struct idm_own_file *,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * Append a key, less its end, as idm_rewrite_put() wants it; idm_own_find()
 * makes its own.
 */
void idm_own_key(struct idm_buf *, const char prefix[static IDM_OWN_PREFIX],
    struct idm_str text);
void idm_own_key_id(
    struct idm_buf *, const char prefix[static IDM_OWN_PREFIX], uint32_t id);

/*
 * Look a record up by text ("alice@corp.example") or number.  The value is
 * lent from the view.  IDM_NOTFOUND, IDM_CORRUPT as idm_view_get() has them.
 */
enum idm_status idm_own_find(const struct idm_view *,
    const char prefix[static IDM_OWN_PREFIX], struct idm_str text,
    struct idm_str *value) IDM_MUSTCHECK;
enum idm_status idm_own_find_id(const struct idm_view *,
    const char prefix[static IDM_OWN_PREFIX], uint32_t id,
    struct idm_str *value) IDM_MUSTCHECK;

#endif
