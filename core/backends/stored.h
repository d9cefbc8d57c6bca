/*
 * stored -- what was allocated, as backends read it.
 *
 * Each looks keys of map/allocated.h up in the case's allocations.
 * IDM_NOTFOUND: nothing is stored.  IDM_TEMPFAIL: allocations cannot be read
 * now.  IDM_CORRUPT: the record is damaged.
 */

#ifndef IDM_BACKENDS_STORED_H
#define IDM_BACKENDS_STORED_H

#include "backends/backend.h"

/*
 * The id of a SID, or of a name@domain, of that kind ('u' or 'g').
 * IDM_REFUSED: it was given an id under another domain, which stays its own.
 */
enum idm_status idm_stored_id(const struct idm_backend_case *, char kind,
    const struct idm_sid *, struct idm_mapping *,
    struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_stored_name(const struct idm_backend_case *, char kind,
    struct idm_str name, struct idm_mapping *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Whose id it is.  The text is lent, a SID's or a name@domain.  The other one
 * also reads the SID, and is IDM_NOTFOUND for a name.
 */
enum idm_status idm_stored_owner(const struct idm_backend_case *, char kind,
    uint32_t id, struct idm_str *text, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_stored_sid(const struct idm_backend_case *, char kind,
    uint32_t id, struct idm_sid *, struct idm_err *) IDM_MUSTCHECK;

/*
 * The mapping of a SID, or of an id, of the first of the kinds ("ug") that has
 * one.  IDM_CORRUPT: the records of both contradict each other.
 */
enum idm_status idm_stored_to_id(const struct idm_backend_case *,
    const char *kinds, const struct idm_sid *, struct idm_mapping *,
    struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_stored_to_sid(const struct idm_backend_case *,
    const char *kinds, uint32_t id, struct idm_mapping *,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * The same where a SID has one number, of one kind: of either kind, the wanted
 * one first; and what is not stored, by the domain's layout.
 */
enum idm_status idm_numbered_to_id(const struct idm_backend_case *,
    const struct idm_sid *, struct idm_mapping *,
    struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_numbered_to_sid(const struct idm_backend_case *,
    uint32_t id, struct idm_mapping *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Slices: that of the Nth window of a domain's SID, and whose window a slice
 * is.  The scope is under which name the domain's slices are stored: "*" of
 * autorid, "*hash" of the hash backend for all domains, the space of sss.
 */
struct idm_str idm_stored_scope(const struct idm_domain *);
enum idm_status idm_stored_slice(const struct idm_backend_case *,
    const struct idm_sid *, uint32_t n, uint32_t *slice,
    struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_stored_window(const struct idm_backend_case *,
    uint32_t slice, struct idm_sid *, uint32_t *n,
    struct idm_err *) IDM_MUSTCHECK;

#endif
