/*
 * schema -- which attributes and classes a directory keeps identities in.
 *
 * A row for each schema, with what the domain sets otherwise laid over it.
 */

#ifndef IDM_DIRECTORY_SCHEMA_H
#define IDM_DIRECTORY_SCHEMA_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "map/directory.h"

/* The schema of one domain; names are lent from it or from the row. */
struct idm_schema_map {
	const struct idm_directory *settings;
	uint8_t schema;         /* enum idm_schema */
	const char *user_class; /* objectClass of users */
	const char *group_class;
	const char *attribute[IDM_ATTRIBUTES]; /* NULL: it has none */
	const char *full_name; /* of users, where there is no gecos */
	bool members_are_names;
	bool binary_sid; /* objectSid of AD; else text */
	/* All that facts need, NULL-terminated; of groups without members. */
	const char *user_attribute[32];
	const char *group_attribute[32];
	const char *member_attribute[3];
};

/*
 * What stands behind the '@' of names of this kind in the entries, and is no
 * part of them; "": nothing does.
 */
const char *idm_schema_realm(const struct idm_schema_map *, bool is_group);

/* Lends the settings. */
void idm_schema_map(const struct idm_directory *, struct idm_schema_map *);

#endif
