#include <stdlib.h>
#include <strings.h>

#include "directory/ldaperr.h"
#include "directory/range.h"
#include "directory/received.h"

void
idm_received_init(struct idm_received *entry)
{
	memset(entry, 0, sizeof(*entry));
}

void
idm_received_fini(struct idm_received *entry)
{
	free(entry->value);
	memset(entry, 0, sizeof(*entry));
}

static bool
reserve(struct idm_received *entry, size_t more)
{
	size_t size = entry->size == 0 ? 64 : entry->size;
	struct idm_str *value;

	while (size - entry->n < more)
		size *= 2;
	if (size == entry->size)
		return true;
	value = realloc(entry->value, size * sizeof(*value));
	if (value == NULL)
		return false;
	entry->value = value;
	entry->size = size;
	return true;
}

/* Append values to those of the last attribute, as many as may be. */
static enum idm_status
take(struct idm_received *entry, size_t at, const struct berval *values,
    struct idm_err *err)
{
	size_t n = 0;

	while (values != NULL && values[n].bv_val != NULL)
		n++;
	if (!reserve(entry, n))
		return idm_fail(err, IDM_NOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		entry->bytes += values[i].bv_len + sizeof(struct idm_str);
		if (entry->bytes > IDM_OBJECT_VALUES_MAX) {
			entry->object.is_cut = true;
			break;
		}
		entry->value[entry->n].data = values[i].bv_val;
		entry->value[entry->n++].len = values[i].bv_len;
		entry->attribute[at].n++;
	}
	return IDM_OK;
}

/* The attribute of that name, or a new one; -1: there is no room. */
static int
place(struct idm_received *entry, struct idm_str name)
{
	size_t n = entry->object.n;

	for (size_t i = 0; i < n; i++) {
		if (entry->attribute[i].name.len == name.len &&
		    strncasecmp(entry->attribute[i].name.data, name.data,
			name.len) == 0)
			return (int)i;
	}
	if (n == IDM_OBJECT_ATTRIBUTES) {
		entry->object.is_cut = true;
		return -1;
	}
	entry->attribute[n] = (struct idm_attribute_values){ .name = name };
	entry->object.n++;
	return (int)n;
}

/*
 * Take one attribute over.  A beginning comes with an empty attribute of the
 * plain name beside it, which is not to be believed.
 */
static enum idm_status
take_attribute(struct idm_received *entry, const struct berval *type,
    const struct berval *values, struct idm_err *err)
{
	struct idm_str text = { .data = type->bv_val, .len = type->bv_len };
	struct idm_range range = idm_range_read(text);
	int at;

	if (!range.is_plain && !range.is_range)
		return IDM_OK;
	at = place(entry, range.name);
	if (at == -1 || values == NULL || values[0].bv_val == NULL)
		return IDM_OK;
	/* Twice the same attribute: the server is not to be believed. */
	if (entry->attribute[at].n > 0) {
		entry->object.is_cut = true;
		return IDM_OK;
	}
	entry->first[at] = entry->n;
	if (range.is_range && !range.is_end) {
		if (range.first != 0 || entry->ranged != -1)
			entry->object.is_cut = true;
		else {
			entry->ranged = at;
			entry->next = range.last + 1;
		}
	}
	return take(entry, (size_t)at, values, err);
}

/* Memory has moved while values were taken: say where they are now. */
static void
point(struct idm_received *entry)
{
	for (size_t i = 0; i < entry->object.n; i++) {
		entry->attribute[i].value = entry->attribute[i].n == 0
		    ? NULL
		    : entry->value + entry->first[i];
	}
	entry->object.attribute = entry->attribute;
}

/* Call take_one() for all attributes of a message. */
static enum idm_status
each_attribute(struct idm_received *entry, LDAP *ld, LDAPMessage *message,
    enum idm_status (*take_one)(struct idm_received *,
	const struct berval *type, const struct berval *values,
	struct idm_err *),
    struct idm_str *dn, struct idm_err *err)
{
	struct berval name = { .bv_val = NULL };
	enum idm_status st = IDM_OK;
	BerElement *ber = NULL;
	int rc;

	rc = ldap_get_dn_ber(ld, message, &ber, &name);
	if (rc != LDAP_SUCCESS || ber == NULL) {
		ber_free(ber, 0);
		return idm_fail(err, IDM_CORRUPT, "an entry that is none");
	}
	dn->data = name.bv_val == NULL ? "" : name.bv_val;
	dn->len = name.bv_len;
	while (st == IDM_OK) {
		struct berval type = { .bv_val = NULL };
		struct berval *values = NULL;

		rc = ldap_get_attribute_ber(ld, message, ber, &type, &values);
		if (rc == LDAP_SUCCESS && type.bv_val != NULL)
			st = take_one(entry, &type, values, err);
		ber_memfree(values);
		if (rc != LDAP_SUCCESS || type.bv_val == NULL)
			break;
	}
	ber_free(ber, 0);
	if (st == IDM_OK && rc != LDAP_SUCCESS)
		st = idm_fail(err, IDM_CORRUPT, "an entry with broken values");
	return st;
}

enum idm_status
idm_received_read(struct idm_received *entry, LDAP *ld, LDAPMessage *message,
    struct idm_err *err)
{
	enum idm_status st;

	entry->object = (struct idm_object){ .n = 0 };
	entry->n = 0;
	entry->bytes = 0;
	entry->ranged = -1;
	st = each_attribute(
	    entry, ld, message, take_attribute, &entry->object.dn, err);
	point(entry);
	return st;
}

/* Of the rest of a ranged attribute: only what follows what we have. */
static enum idm_status
append_attribute(struct idm_received *entry, const struct berval *type,
    const struct berval *values, struct idm_err *err)
{
	struct idm_str text = { .data = type->bv_val, .len = type->bv_len };
	struct idm_range range = idm_range_read(text);
	int at = entry->ranged;
	struct idm_str name;

	if (at == -1 || !range.is_range || range.first != entry->next)
		return IDM_OK;
	name = entry->attribute[at].name;
	if (range.name.len != name.len ||
	    strncasecmp(range.name.data, name.data, name.len) != 0)
		return IDM_OK;
	if (values == NULL || values[0].bv_val == NULL)
		return IDM_OK;
	if (range.is_end)
		entry->ranged = -1;
	else
		entry->next = range.last + 1;
	return take(entry, (size_t)at, values, err);
}

/* Values of an attribute lie together: have the ranged one's at the end. */
static bool
move_to_end(struct idm_received *entry, size_t at)
{
	size_t n = entry->attribute[at].n;

	if (entry->first[at] + n == entry->n)
		return true;
	if (!reserve(entry, n))
		return false;
	memcpy(entry->value + entry->n, entry->value + entry->first[at],
	    n * sizeof(*entry->value));
	entry->first[at] = entry->n;
	entry->n += n;
	return true;
}

enum idm_status
idm_received_append(struct idm_received *entry, LDAP *ld, LDAPMessage *message,
    struct idm_err *err)
{
	uint32_t before = entry->next;
	enum idm_status st;
	struct idm_str dn;

	if (!move_to_end(entry, (size_t)entry->ranged))
		return idm_fail(err, IDM_NOMEM, "out of memory");
	st = each_attribute(entry, ld, message, append_attribute, &dn, err);
	/* Nothing new, or no room: so this is all that we can have. */
	if (entry->ranged != -1 &&
	    (entry->next == before || entry->object.is_cut)) {
		entry->object.is_cut = true;
		entry->ranged = -1;
	}
	point(entry);
	return st;
}
