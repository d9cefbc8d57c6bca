/*
 * host -- what a map knows of its own host: its machine SID and its overrides.
 *
 *   key (less its end)   value  holds
 *   machine              M      the machine SID, and which RIDs are taken
 *   o/u/KEY, o/g/KEY     O      an override; KEY is a SID, or name@domain,
 *                               folded
 *   o/U/UID, o/G/GID     X      the KEY of the override that gives a number
 *   properties           L      "name=value", sorted: those that were set
 *
 * Local SIDs, as idmap(1M) has them: of uid U, machine SID - (1000 + U), while
 * that is below 2^31; of gid G, machine SID - (2^31 + G).  RIDs that an
 * imported Samba had given to its own accounts are reserved: they are no local
 * SIDs, and a uid whose RID is taken has none.
 */

#ifndef IDM_MAP_HOST_H
#define IDM_MAP_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "identity/sid.h"
#include "map/domain.h"
#include "map/view.h"

struct idm_machine {
	struct idm_sid sid;          /* S-1-5-21-a-b-c */
	uint8_t uuid[IDM_UUID_SIZE]; /* random, made once */
	bool is_imported;
	uint32_t nreserved;
	struct idm_cursor reserved; /* nreserved u32, ascending, checked */
};

/*
 * An override: what is empty or not given stays as it is.  A name is an
 * idm_name_own(), a path absolute, a number none of those never served.
 */
struct idm_override {
	struct idm_str name; /* the shown name */
	bool has_id;
	uint32_t id;
	bool has_gid; /* users: the primary group */
	uint32_t gid;
	struct idm_str gecos;
	struct idm_str home;
	struct idm_str shell;
};

void idm_machine_write(
    struct idm_buf *, const struct idm_machine *, const uint32_t *reserved);
enum idm_status idm_machine_read(
    struct idm_str value, struct idm_machine *, struct idm_err *) IDM_MUSTCHECK;
void idm_override_write(struct idm_buf *, const struct idm_override *);
enum idm_status idm_override_read(struct idm_str value, struct idm_override *,
    struct idm_err *) IDM_MUSTCHECK;

/* The keys above, less their ends. */
#define IDM_MACHINE_KEY    "machine"
#define IDM_PROPERTIES_KEY "properties"
#define IDM_DEFAULT_DOMAIN "default_domain" /* a property */
void idm_override_key(struct idm_buf *, bool is_group, struct idm_str text);
void idm_override_key_id(struct idm_buf *, bool is_group, uint32_t id);

/* Look up.  IDM_NOTFOUND. */
enum idm_status idm_host_machine(const struct idm_view *, struct idm_machine *,
    struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_host_override(const struct idm_view *, bool is_group,
    struct idm_str key, struct idm_override *, struct idm_err *) IDM_MUSTCHECK;

/*
 * The override of an identity: by its SID (nsubs 0: none), or else by its
 * name@domain, folded (may be empty).  IDM_NOTFOUND.
 */
enum idm_status idm_host_override_of(const struct idm_view *, bool is_group,
    const struct idm_sid *, struct idm_str name, struct idm_override *,
    struct idm_err *) IDM_MUSTCHECK;

/* Does that override give it a number? */
bool idm_host_gives_number(const struct idm_view *, bool is_group,
    const struct idm_sid *, struct idm_str name);

/* The KEY of the override that gives a uid, or gid.  Lent from the view. */
enum idm_status idm_host_override_by_id(const struct idm_view *, bool is_group,
    uint32_t id, struct idm_str *key, struct idm_err *) IDM_MUSTCHECK;

/*
 * A property that was set; lent from the view, or from the record of them all.
 * IDM_NOTFOUND.
 */
enum idm_status idm_property_find(struct idm_str record, const char *name,
    struct idm_str *value, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_host_property(const struct idm_view *, const char *name,
    struct idm_str *value, struct idm_err *) IDM_MUSTCHECK;

/*
 * What a bare Windows name belongs to: the property default_domain, or else
 * the domain that its file calls the default.  *domain is NULL when no such
 * domain is configured, and only its name is known.  IDM_NOTFOUND: neither.
 */
enum idm_status idm_host_default_domain(const struct idm_view *,
    const struct idm_domains *, struct idm_str *name,
    const struct idm_domain **domain, struct idm_err *) IDM_MUSTCHECK;

/* Local SIDs.  IDM_NOTFOUND: the number has none; the SID is no local one. */
enum idm_status idm_local_sid(const struct idm_machine *, uint32_t id,
    bool is_group, struct idm_sid *, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_local_id(const struct idm_machine *, const struct idm_sid *,
    uint32_t *id, bool *is_group, struct idm_err *) IDM_MUSTCHECK;

#endif
