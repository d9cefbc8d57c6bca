/*
 * object -- one entry of a directory: attributes and their values, as bytes.
 *
 * Nothing of it is believed: what reads an entry checks what it finds.  An
 * entry can be made of anything that has attributes, so that parsers are
 * tested and fuzzed without a server.  Everything is lent.
 */

#ifndef IDM_DIRECTORY_OBJECT_H
#define IDM_DIRECTORY_OBJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cursor.h"

/* What an attribute may come to; more is cut off and told by is_cut. */
#define IDM_OBJECT_VALUES_MAX (4u << 20)
#define IDM_OBJECT_ATTRIBUTES 64

#define IDM_GUID_SIZE 16 /* bytes of what names an entry for ever */

struct idm_attribute_values {
	struct idm_str name; /* without options, as the server spells it */
	const struct idm_str *value;
	size_t n;
};

struct idm_object {
	struct idm_str dn;
	const struct idm_attribute_values *attribute;
	size_t n;
	bool is_cut; /* something of it did not fit or could not be fetched */
};

/* The values of an attribute, ASCII case ignored; NULL: it has none. */
const struct idm_attribute_values *idm_object_values(
    const struct idm_object *, const char *name);
/* Its first value; empty when there is none. */
struct idm_str idm_object_first(const struct idm_object *, const char *name);
/* Is this text, ASCII case ignored, among the values? */
bool idm_object_has(
    const struct idm_object *, const char *name, const char *value);

#endif
