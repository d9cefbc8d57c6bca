#include <string.h>

#include "backends/layout.h"
#include "backends/stored.h"

/* A key and memory for it: the longest has a name, its domain, and a SID. */
struct key {
	struct idm_buf buf;
	char memory[IDM_WINNAME_MAX + IDM_DOMAIN_MAX + IDM_SID_TEXT_MAX];
};

static void
key_init(struct key *key)
{
	idm_buf_init_fixed(&key->buf, key->memory, sizeof(key->memory));
}

static enum idm_status
get(const struct idm_backend_case *which, const struct key *key,
    struct idm_str *value, struct idm_err *err)
{
	const struct idm_allocations *from = which->allocated;
	struct idm_str text = { .data = key->buf.data, .len = key->buf.len };
	enum idm_status st;

	if (key->buf.status != IDM_OK)
		return idm_fail(err, IDM_NOTFOUND, "longer than any key");
	st = from->get(from->context, text, value);
	if (st == IDM_OK)
		return st;
	if (st == IDM_NOTFOUND)
		return idm_fail(err, st, "nothing is allocated");
	if (st == IDM_TEMPFAIL && from->why != NULL)
		return idm_fail(err, st, "%s", from->why);
	return idm_fail(
	    err, st, "allocation '%.*s' is damaged", (int)text.len, text.data);
}

/* The mapping in an A record, if it is the domain's. */
static enum idm_status
get_mapping(const struct idm_backend_case *which, const struct key *key,
    struct idm_mapping *out, struct idm_err *err)
{
	struct idm_allocated allocated;
	struct idm_str value;
	enum idm_status st;

	st = get(which, key, &value, err);
	if (st == IDM_OK)
		st = idm_allocated_read(value, &allocated, err);
	if (st != IDM_OK)
		return st;
	if (!idm_str_is(allocated.domain, which->domain->name)) {
		return idm_fail(err, IDM_REFUSED,
		    "id %lu was given to it by domain '%.*s'",
		    (unsigned long)allocated.id, (int)allocated.domain.len,
		    allocated.domain.data);
	}
	out->id = allocated.id;
	out->kind = allocated.kind;
	return IDM_OK;
}

enum idm_status
idm_stored_id(const struct idm_backend_case *which, char kind,
    const struct idm_sid *sid, struct idm_mapping *out, struct idm_err *err)
{
	struct key key;

	key_init(&key);
	idm_state_key_sid(&key.buf, kind, sid);
	return get_mapping(which, &key, out, err);
}

enum idm_status
idm_stored_name(const struct idm_backend_case *which, char kind,
    struct idm_str name, struct idm_mapping *out, struct idm_err *err)
{
	struct key key;

	key_init(&key);
	idm_state_key_name(&key.buf, kind, name);
	return get_mapping(which, &key, out, err);
}

enum idm_status
idm_stored_owner(const struct idm_backend_case *which, char kind, uint32_t id,
    struct idm_str *text, struct idm_err *err)
{
	struct idm_str value;
	enum idm_status st;
	struct key key;

	key_init(&key);
	idm_state_key_id(&key.buf, kind, id);
	st = get(which, &key, &value, err);
	return st == IDM_OK ? idm_owner_read(value, text, err) : st;
}

enum idm_status
idm_stored_sid(const struct idm_backend_case *which, char kind, uint32_t id,
    struct idm_sid *out, struct idm_err *err)
{
	struct idm_str text;
	enum idm_status st;

	st = idm_stored_owner(which, kind, id, &text, err);
	if (st != IDM_OK)
		return st;
	if (memchr(text.data, '@', text.len) != NULL) {
		return idm_fail(err, IDM_NOTFOUND,
		    "id %lu is that of %.*s, whose SID is not known yet",
		    (unsigned long)id, (int)text.len, text.data);
	}
	st = idm_sid_parse(text, out, err);
	if (st == IDM_OK)
		return st;
	return idm_within(
	    err, IDM_CORRUPT, "owner of id %lu", (unsigned long)id);
}

enum idm_status
idm_stored_to_id(const struct idm_backend_case *which, const char *kinds,
    const struct idm_sid *sid, struct idm_mapping *out, struct idm_err *err)
{
	enum idm_status st = IDM_NOTFOUND;

	for (; *kinds != '\0' && st == IDM_NOTFOUND; kinds++)
		st = idm_stored_id(which, *kinds, sid, out, err);
	return st;
}

/* The mapping of an id of one kind, if it is the domain's. */
static enum idm_status
mapping_of_id(const struct idm_backend_case *which, char kind, uint32_t id,
    struct idm_mapping *out, struct idm_err *err)
{
	struct idm_mapping mapping = { .id = id };
	enum idm_status st;

	st = idm_stored_sid(which, kind, id, &mapping.sid, err);
	if (st == IDM_OK)
		st = idm_stored_id(which, kind, &mapping.sid, &mapping, err);
	if (st == IDM_OK && mapping.id != id) {
		return idm_fail(err, IDM_CORRUPT,
		    "id %lu is that of a SID whose id is %lu",
		    (unsigned long)id, (unsigned long)mapping.id);
	}
	if (st == IDM_OK)
		*out = mapping;
	/* Another domain's: that one will answer. */
	return st == IDM_REFUSED ? IDM_NOTFOUND : st;
}

enum idm_status
idm_stored_to_sid(const struct idm_backend_case *which, const char *kinds,
    uint32_t id, struct idm_mapping *out, struct idm_err *err)
{
	enum idm_status st = IDM_NOTFOUND;

	for (; *kinds != '\0' && st == IDM_NOTFOUND; kinds++)
		st = mapping_of_id(which, *kinds, id, out, err);
	return st;
}

static const char *
kinds_for(uint8_t want)
{
	return want == IDM_KIND_GROUP ? "gu" : "ug";
}

enum idm_status
idm_numbered_to_id(const struct idm_backend_case *which,
    const struct idm_sid *sid, struct idm_mapping *out, struct idm_err *err)
{
	enum idm_status st;

	st = idm_stored_to_id(which, kinds_for(which->want), sid, out, err);
	if (st != IDM_NOTFOUND ||
	    !idm_layout_to_id(which->domain, sid, &out->id))
		return st;
	out->kind = IDM_KIND_GROUP;
	return IDM_OK;
}

enum idm_status
idm_numbered_to_sid(const struct idm_backend_case *which, uint32_t id,
    struct idm_mapping *out, struct idm_err *err)
{
	struct idm_mapping other;
	enum idm_status st;

	st = idm_stored_to_sid(which, kinds_for(which->want), id, out, err);
	if (st != IDM_NOTFOUND ||
	    !idm_layout_to_sid(which->domain, id, &out->sid))
		return st;
	/* The SID may have been imported with another number. */
	if (idm_stored_to_id(which, "gu", &out->sid, &other, NULL) == IDM_OK)
		return st;
	out->kind = IDM_KIND_GROUP;
	return IDM_OK;
}

struct idm_str
idm_stored_scope(const struct idm_domain *domain)
{
	if (domain->backend == IDM_BACKEND_SSS)
		return idm_str_of(domain->space);
	if (domain->backend == IDM_BACKEND_HASH)
		return idm_str_of("*hash");
	return idm_str_of(domain->name);
}

enum idm_status
idm_stored_slice(const struct idm_backend_case *which,
    const struct idm_sid *sid, uint32_t n, uint32_t *out, struct idm_err *err)
{
	struct idm_str value;
	enum idm_status st;
	uint64_t slice;
	struct key key;

	key_init(&key);
	idm_state_key_window(&key.buf, idm_stored_scope(which->domain), sid, n);
	st = get(which, &key, &value, err);
	if (st == IDM_OK)
		st = idm_number_read(value, &slice, err);
	if (st != IDM_OK)
		return st;
	if (slice > UINT32_MAX) {
		return idm_fail(err, IDM_CORRUPT, "there is no slice %llu",
		    (unsigned long long)slice);
	}
	*out = (uint32_t)slice;
	return IDM_OK;
}

enum idm_status
idm_stored_window(const struct idm_backend_case *which, uint32_t slice,
    struct idm_sid *sid, uint32_t *n, struct idm_err *err)
{
	struct idm_str value;
	enum idm_status st;
	struct key key;

	key_init(&key);
	idm_state_key_slice(&key.buf, idm_stored_scope(which->domain), slice);
	st = get(which, &key, &value, err);
	return st == IDM_OK ? idm_window_owner_read(value, sid, n, err) : st;
}
