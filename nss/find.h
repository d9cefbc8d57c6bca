/*
 * find -- whose name is it, and what becomes of it.
 *
 * In this order: a name with a known domain part is a Windows name; else the
 * first scheme that splits it has it; else it is a Windows name of the
 * default domain, where the policy admits bare ones.  Whoever has it answers
 * finally.  Of a Windows name the name rules are asked first, then its record.
 *
 * A name that stands for an account of this host is an alias, to be read when
 * the maps have been left.  An own identity is handed to own() while they are
 * lent, because its texts are.
 */

#ifndef IDM_NSS_FIND_H
#define IDM_NSS_FIND_H

#include "backends/served.h"
#include "base/err.h"
#include "map/verdict.h"
#include "nss/alias.h"
#include "nss/ask.h"

typedef enum idm_status nss_own_user_function(
    void *context, const struct idm_maps *, const struct idm_own_user *);
typedef enum idm_status nss_own_group_function(
    void *context, const struct idm_maps *, const struct idm_own_group *);

/*
 * IDM_OK with *is_alias: the alias was filled.  Without: own() was called, and
 * what it returned is returned.  IDM_NOTFOUND, IDM_REFUSED, IDM_INVALID: nobody
 * has the name.  Otherwise the maps are not available.
 */
enum idm_status nss_find_user(struct idm_str name, nss_own_user_function *own,
    void *context, struct nss_alias *, bool *is_alias) IDM_MUSTCHECK;
enum idm_status nss_find_group(struct idm_str name, nss_own_group_function *own,
    void *context, struct nss_alias *, bool *is_alias) IDM_MUSTCHECK;

/*
 * As nss_find_user(), with what is asked of idmapd on the way for the caller
 * to look at, begin and end.
 */
enum idm_status nss_find_member(struct idm_str name, nss_own_user_function *own,
    void *context, struct nss_alias *, bool *is_alias,
    struct nss_ask *) IDM_MUSTCHECK;

/*
 * The same by number.  A number belongs to an own identity or to nobody: an
 * alias is known by its name only.
 */
enum idm_status nss_find_uid(
    uint32_t uid, nss_own_user_function *own, void *context) IDM_MUSTCHECK;
enum idm_status nss_find_gid(
    uint32_t gid, nss_own_group_function *own, void *context) IDM_MUSTCHECK;

/*
 * May an own identity be answered by number, or listed?  IDM_NOTFOUND: a rule,
 * or native LDAP, has caught its name, which now leads elsewhere.  IDM_OK: no,
 * unless a wildcard of the rule has an account (verdict.h).  What is asked of
 * idmapd on the way is the caller's; NULL: nothing is.
 */
enum idm_status nss_find_rule_of_user(struct nss_ask *, const struct idm_maps *,
    const struct idm_own_user *, struct idm_verdict *) IDM_MUSTCHECK;
enum idm_status nss_find_rule_of_group(struct nss_ask *,
    const struct idm_maps *, const struct idm_own_group *,
    struct idm_verdict *) IDM_MUSTCHECK;

/*
 * Complete an alias of the policy's (nss_find_begin_alias()) by a rule, when
 * the maps have been left: by a wildcard that has an account, or else by the
 * rule that caught the name.  IDM_NOTFOUND: no rule makes one, or the policy
 * wants none to be served.  IDM_REFUSED: inhibited.
 */
void nss_find_begin_alias(struct nss_alias *, const struct idm_policy *);
enum idm_status nss_find_alias_of_rule(const struct idm_verdict *,
    bool is_group, struct nss_alias *) IDM_MUSTCHECK;

#endif
