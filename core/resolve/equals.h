/*
 * equals -- whom a directory's entry says its account is equal to.
 *
 * For the files of this folder only.  Directory-based mapping (map/equal.h) as
 * the domain's settings have it; of an account to which an override gives a
 * number, nobody: overrides come first.
 */

#ifndef IDM_RESOLVE_EQUALS_H
#define IDM_RESOLVE_EQUALS_H

#include "map/equal.h"
#include "resolve/bearer.h"
#include "resolve/fetched.h"

/* IDM_NOTFOUND: nobody.  Texts are the facts', or of the bearer's pool. */
enum idm_status idm_equals_of(const struct idm_bearer *,
    const struct idm_facts *, struct idm_equal *,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * Put it into what was fetched; of an alias with what is said of its account,
 * in place of an own identity's records.  Others may name the same account: by
 * the one that it names it is put only when that was asked for (by is an enum
 * idm_lookup_by), which finds them all; or for who knows them all (by is 0),
 * and has to see to it that each handle is one entry's.
 */
enum idm_status idm_equals_put(const struct idm_bearer *,
    const struct idm_facts *, const struct idm_equal *, uint8_t by,
    struct idm_fetched *, struct idm_err *) IDM_MUSTCHECK;
/*
 * Native LDAP: that no entry names a Windows account, which is to be known,
 * too, or everybody would have to be asked for again and again; or why those
 * that do are refused (NULL: none does).
 */
enum idm_status idm_equals_put_nobody(const struct idm_bearer *, bool is_group,
    struct idm_str name, const char *why, struct idm_fetched *,
    struct idm_err *) IDM_MUSTCHECK;
/* It has none now, whatever the cache has. */
enum idm_status idm_equals_drop(const struct idm_bearer *,
    const struct idm_facts *, struct idm_fetched *,
    struct idm_err *) IDM_MUSTCHECK;

/* Bytes of a handle, however long its names are. */
#define IDM_EQUALS_HANDLE_MAX (IDM_OWNID_KEY_MAX + IDM_DOMAIN_MAX + 16)

/*
 * All spellings that an entry may have of a Windows account, name@domain.
 * IDM_INVALID: it is none.
 */
#define IDM_EQUALS_SPELLINGS (2 * (3 + IDM_ALIASES_MAX) + 1)
enum idm_status idm_equals_spellings(const struct idm_bearer *,
    struct idm_str name, struct idm_str out[static IDM_EQUALS_SPELLINGS],
    size_t *n, struct idm_err *) IDM_MUSTCHECK;

#endif
