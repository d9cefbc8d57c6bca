/*
 * host_edit -- changes of the host's own records: its machine SID, its
 * overrides, its properties.
 *
 * Full library only.  Each is all or nothing on one rewrite of map.gdbm and
 * raises the policy epoch; the caller commits the rewrite.  What the records
 * may hold is checked here, and that an override's number is no other
 * override's; whether it is served otherwise is the caller's to see.
 */

#ifndef IDM_MAP_HOST_EDIT_H
#define IDM_MAP_HOST_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "map/host.h"
#include "map/rewrite.h"

/* Make a machine SID of random bits, unless there is one: *made is false. */
enum idm_status idm_machine_make(
    struct idm_rewrite *, bool *made, struct idm_err *) IDM_MUSTCHECK;

/*
 * Put an imported machine SID in the place of the present one, with the RIDs
 * that are taken, in any order.  The UUID stays.  IDM_INVALID: it is no
 * S-1-5-21-a-b-c.
 */
enum idm_status idm_machine_import(struct idm_rewrite *, const struct idm_sid *,
    const uint32_t *rid, size_t n, struct idm_err *) IDM_MUSTCHECK;

/*
 * Put, or replace, the override of a SID or a folded name@domain.  IDM_INVALID:
 * it may not say that.  IDM_CONFLICT: another one gives this number; err names
 * it.
 */
enum idm_status idm_override_put(struct idm_rewrite *, bool is_group,
    struct idm_str text, const struct idm_override *,
    struct idm_err *) IDM_MUSTCHECK;
/* IDM_NOTFOUND: there is none. */
enum idm_status idm_override_drop(struct idm_rewrite *, bool is_group,
    struct idm_str text, struct idm_err *) IDM_MUSTCHECK;

/* As idm_host_override_of(), for the version to come. */
enum idm_status idm_override_of(const struct idm_rewrite *, bool is_group,
    const struct idm_sid *, struct idm_str name, struct idm_override *,
    struct idm_err *) IDM_MUSTCHECK;

/* Set a property, or unset it with NULL.  IDM_NOTFOUND: it was not set. */
enum idm_status idm_property_put(struct idm_rewrite *, const char *name,
    const char *value, struct idm_err *) IDM_MUSTCHECK;

/*
 * What idm_host_default_domain() will say of the version to come, whose domains
 * these are; "": there is none.
 */
enum idm_status idm_default_domain_of(const struct idm_rewrite *,
    const struct idm_domains *, char name[static IDM_DOMAIN_MAX + 1],
    struct idm_err *) IDM_MUSTCHECK;

#endif
