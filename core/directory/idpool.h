/*
 * idpool -- numbers that hosts share, in an LDAP directory.
 *
 * Samba's schema: the pool is an entry of class sambaUnixIdPool, whose
 * uidNumber and gidNumber are the next ones; what was given is an entry of
 * class sambaIdmapEntry for each SID.  A number is taken by a modification that
 * deletes the value it was seen as and adds the next, which one host of all
 * succeeds in (RFC 4511, 4.6); and stands in an entry whose name is the SID, of
 * which there is but one.  So whoever dies in between has lost a number, and
 * nobody has two.
 *
 * Where servers are written to that replicate to each other, each by itself,
 * two may give the same number.  Whatever is ambiguous is refused and named.
 */

#ifndef IDM_DIRECTORY_IDPOOL_H
#define IDM_DIRECTORY_IDPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "directory/session.h"
#include "identity/sid.h"

#define IDM_IDPOOL_REASON 160

struct idm_idpool {
	struct idm_session *session;
	struct idm_str base; /* below which the pool and the entries are */
	uint32_t low, high;
	bool is_split;    /* a uid and the gid of its number are two accounts */
	int64_t deadline; /* of each call; as idm_clock_ms() */
	/* May the number be given, as far as this host is concerned? */
	bool (*is_free)(void *context, uint32_t id);
	void *context;
};

/* A SID that wants its number, and what came of it. */
struct idm_idpool_wish {
	struct idm_sid sid;
	char want; /* 'U', 'G', or 'B' for either */
	/*
	 * IDM_OK; IDM_NOTFOUND: it has none; IDM_CONFLICT: of another kind, or
	 * ambiguous; IDM_REFUSED: one that cannot be served; IDM_EXHAUSTED.
	 */
	enum idm_status status;
	uint32_t id;
	char kind;
	char reason[IDM_IDPOOL_REASON];
};

/*
 * The numbers of n SIDs.  The result is IDM_OK when the directory has answered
 * for all of them; otherwise as idm_session_search(), and nothing is known.
 */
enum idm_status idm_idpool_find(const struct idm_idpool *,
    struct idm_idpool_wish *, size_t n, struct idm_err *) IDM_MUSTCHECK;

/* The same, and whoever has none is given one.  IDM_TEMPFAIL also: there is no
 * pool, or several. */
enum idm_status idm_idpool_take(const struct idm_idpool *,
    struct idm_idpool_wish *, size_t n, struct idm_err *) IDM_MUSTCHECK;

/* Whose number it is, as a uid or as a gid.  IDM_NOTFOUND; IDM_CONFLICT. */
enum idm_status idm_idpool_owner(const struct idm_idpool *, uint32_t id,
    char kind, struct idm_sid *, struct idm_err *) IDM_MUSTCHECK;

/* The pool: its next numbers, and where it is.  IDM_NOTFOUND: there is none. */
struct idm_idpool_state {
	uint32_t next_uid;
	uint32_t next_gid;
	char dn[256];
};
enum idm_status idm_idpool_look(const struct idm_idpool *,
    struct idm_idpool_state *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Make the pool, at the low end of the range: of the base's entry, which is
 * made, too, if it is an organizational unit that is not there.  IDM_CONFLICT:
 * there is one.
 */
enum idm_status idm_idpool_make(
    const struct idm_idpool *, struct idm_err *) IDM_MUSTCHECK;

/* ---- What an entry says; for tests, too. */

struct idm_idpool_entry {
	struct idm_sid sid;
	bool has_uid, has_gid;
	uint32_t uid, gid;
};
/* IDM_REFUSED: it is none that could be served, and why. */
enum idm_status idm_idpool_read(const struct idm_object *,
    struct idm_idpool_entry *, struct idm_err *) IDM_MUSTCHECK;

#endif
