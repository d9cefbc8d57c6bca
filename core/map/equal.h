/*
 * equal -- which accounts a directory itself says are one: directory-based
 * mapping, as idmap(1M) has it.
 *
 *   key (less its end)         holds
 *   i/e/NAME, i/E/NAME         of a Windows user, or group; NAME as in own.h
 *   i/q/SID                    of a Windows account, by its SID
 *   i/q/u:LOGIN@DOMAIN         of a UNIX user; g: of a group
 *   i/q/u#NUMBER@DOMAIN        likewise, by number
 *   i/q/d:LOGIN@DOMAIN         of a UNIX group that a Windows user names; D: of
 *                              a UNIX user that a Windows group does
 *   i/q/w:NAME@DOM@DOMAIN      of a Windows user named in a UNIX account's
 *                              entry; W: of a group
 *   i/l/NAME                   Z: groups of this host, by name, that an own
 *                              identity is in, because its own ones equal them
 *
 * DOMAIN is the shown name of the domain whose directory has said so.  They
 * stand in the cache, behind the front of map/cached.h.  Who equals an account
 * of this host is its alias, and has no record of map/own.h.
 */

#ifndef IDM_MAP_EQUAL_H
#define IDM_MAP_EQUAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "identity/sid.h"
#include "map/domain.h"

#define IDM_EQUAL_USER   "i/e/"
#define IDM_EQUAL_GROUP  "i/E/"
#define IDM_EQUAL_HANDLE "i/q/"
#define IDM_EQUAL_LOCALS "i/l/"

#define IDM_EQUAL_DN_MAX     1023
#define IDM_EQUAL_LOCALS_MAX 1024 /* groups of one user */

/* As stored: never renumber. */
enum idm_equal_by {
	IDM_EQUAL_BY_AD = 1,   /* the Windows object names the UNIX account */
	IDM_EQUAL_BY_LDAP = 2, /* the UNIX entry names the Windows account */
	IDM_EQUAL_BY_IDMU = 3, /* the Windows object has the UNIX number */
	IDM_EQUAL_REFUSED = 4, /* nobody, since dn says why: several do */
};

/* Texts are lent. */
struct idm_equal {
	uint8_t by;             /* enum idm_equal_by */
	bool is_group;          /* the Windows account */
	struct idm_sid sid;     /* the Windows account's; nsubs 0: not known */
	struct idm_str domain;  /* name of the struct idm_domain that says so */
	struct idm_str account; /* the Windows name, in its own case */
	struct idm_str in;      /* its domain, as LDAP's entry spells it */
	struct idm_str login[2]; /* the UNIX user, the UNIX group; "": none */
	/* IDMU: by this number.  Native LDAP: that of the own identity; 0:
	 * it is none. */
	uint32_t id;
	struct idm_str dn; /* of the entry that says so */
};

void idm_equal_write(struct idm_buf *, const struct idm_equal *);
/* IDM_CORRUPT: its form is broken, or a name can be nobody's. */
enum idm_status idm_equal_read(
    struct idm_str value, struct idm_equal *, struct idm_err *) IDM_MUSTCHECK;

/*
 * By number: is it the number that the account has as an own identity of its
 * domain?
 */
bool idm_equal_is_own(const struct idm_equal *, const struct idm_domain *);
/*
 * Is the Windows account no own identity of its domain, but the alias of an
 * account of this host, or of nobody?
 */
bool idm_equal_is_alias(const struct idm_equal *, const struct idm_domain *);

/* Of native LDAP: what no entry names has a record that says so. */
bool idm_equal_is_nobody(const struct idm_equal *);

/* Append what stands behind IDM_EQUAL_HANDLE; name is name@domain, folded. */
void idm_equal_put_login(struct idm_buf *, const struct idm_domain *,
    bool is_group, struct idm_str login);
void idm_equal_put_number(
    struct idm_buf *, const struct idm_domain *, bool is_group, uint32_t id);
/* is_group: the Windows account, which is of the other kind. */
void idm_equal_put_other(struct idm_buf *, const struct idm_domain *,
    bool is_group, struct idm_str login);
void idm_equal_put_windows(struct idm_buf *, const struct idm_domain *,
    bool is_group, struct idm_str name);

/* n names, each of a group of this host. */
void idm_equal_locals_write(struct idm_buf *, const struct idm_str *, size_t n);
/* A cursor of n idm_cursor_str(), which were checked. */
enum idm_status idm_equal_locals_read(struct idm_str value, struct idm_cursor *,
    uint32_t *n, struct idm_err *) IDM_MUSTCHECK;

/* May accounts of this kind of the domain be somebody's aliases? */
static inline bool
idm_equal_any(const struct idm_domain *domain, bool is_group)
{
	return (domain->flags &
		   (is_group ? IDM_DOMAIN_EQUAL_GROUPS
			     : IDM_DOMAIN_EQUAL_USERS)) != 0;
}

#endif
