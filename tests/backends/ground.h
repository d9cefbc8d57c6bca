/*
 * ground -- domains and allocations in memory, for tests of backends.
 *
 *	struct ground ground;
 *
 *	ground_init(&ground, domains, n);	the domains are the caller's
 *	ground_to_id(&ground, "corp", "S-1-5-21-1-2-3-500", 'B');
 *
 * Allocations are a short list that is searched from its end.
 */

#ifndef IDM_TESTS_BACKENDS_GROUND_H
#define IDM_TESTS_BACKENDS_GROUND_H

#include "tests/unit.h"

#include "backends/backend.h"

enum { GROUND_RECORDS = 64, GROUND_BYTES = 640 };

struct ground {
	struct idm_maps maps;
	struct idm_allocations allocated;
	unsigned nrecords;
	struct {
		char bytes[GROUND_BYTES]; /* key, then value */
		size_t key;
		size_t value;
	} record[GROUND_RECORDS];
	struct idm_err err;
};

static inline struct idm_sid
sid_of(const char *text)
{
	struct idm_err err;
	struct idm_sid sid;

	assert_good(idm_sid_parse(idm_str_of(text), &sid, &err), err);
	return sid;
}

static inline enum idm_status
ground_get(const void *context, struct idm_str key, struct idm_str *value)
{
	const struct ground *ground = context;

	for (unsigned i = ground->nrecords; i-- > 0;) {
		const char *bytes = ground->record[i].bytes;

		if (ground->record[i].key == key.len &&
		    memcmp(bytes, key.data, key.len) == 0) {
			*value = (struct idm_str){ bytes + key.len,
				ground->record[i].value };
			return IDM_OK;
		}
	}
	return IDM_NOTFOUND;
}

static inline void
ground_init(struct ground *ground, const struct idm_domain *domain, uint32_t n)
{
	memset(ground, 0, sizeof(*ground));
	ground->maps.domains.n = n;
	ground->maps.domains.domain = domain;
	ground->allocated.get = ground_get;
	ground->allocated.context = ground;
}

static inline void
ground_put(struct ground *ground, const struct idm_buf *key,
    const struct idm_buf *value)
{
	unsigned i = ground->nrecords++;

	assert_true(i < GROUND_RECORDS);
	assert_true(key->len + value->len <= GROUND_BYTES);
	memcpy(ground->record[i].bytes, key->data, key->len);
	memcpy(ground->record[i].bytes + key->len, value->data, value->len);
	ground->record[i].key = key->len;
	ground->record[i].value = value->len;
}

/* A window of a SID on a slice, with both its records. */
static inline void
ground_slice(struct ground *ground, const char *scope, const char *sid_text,
    uint32_t n, uint32_t slice)
{
	struct idm_sid sid = sid_of(sid_text);
	struct idm_buf key, value, text;

	idm_buf_init(&key, GROUND_BYTES);
	idm_buf_init(&value, GROUND_BYTES);
	idm_buf_init(&text, GROUND_BYTES);
	idm_state_key_window(&key, idm_str_of(scope), &sid, n);
	idm_number_write(&value, slice);
	ground_put(ground, &key, &value);
	idm_buf_clear(&key);
	idm_buf_clear(&value);
	idm_state_key_slice(&key, idm_str_of(scope), slice);
	idm_window_owner_put(&text, &sid, n);
	idm_owner_write(&value, (struct idm_str){ text.data, text.len });
	ground_put(ground, &key, &value);
	idm_buf_fini(&key);
	idm_buf_fini(&value);
	idm_buf_fini(&text);
}

/* An allocation of one kind, 'u' or 'g', with both its records. */
static inline void
ground_allocation(struct ground *ground, const char *domain, char kind,
    const char *sid_text, uint32_t id)
{
	struct idm_allocated allocated = {
		.id = id,
		.kind = kind == 'u' ? IDM_KIND_USER : IDM_KIND_GROUP,
		.domain = idm_str_of(domain),
	};
	struct idm_sid sid = sid_of(sid_text);
	struct idm_buf key, value;

	idm_buf_init(&key, GROUND_BYTES);
	idm_buf_init(&value, GROUND_BYTES);
	idm_state_key_sid(&key, kind, &sid);
	idm_allocated_write(&value, &allocated);
	ground_put(ground, &key, &value);
	idm_buf_clear(&key);
	idm_buf_clear(&value);
	idm_state_key_id(&key, kind, id);
	idm_owner_write(&value, idm_str_of(sid_text));
	ground_put(ground, &key, &value);
	idm_buf_fini(&key);
	idm_buf_fini(&value);
}

/* Ask, and leave the reason in ground->err. */
static inline enum idm_status
ground_to_id(struct ground *ground, const struct idm_domain *domain,
    const struct idm_sid *sid, uint8_t want, struct idm_mapping *out,
    bool *needs_place)
{
	struct idm_backend_case which = { &ground->maps, &ground->allocated,
		domain, want };

	return idm_backend_ask_id(
	    &which, sid, out, needs_place, NULL, &ground->err);
}

static inline enum idm_status
ground_to_sid(struct ground *ground, const struct idm_domain *domain,
    uint32_t id, uint8_t want, struct idm_mapping *out)
{
	struct idm_backend_case which = { &ground->maps, &ground->allocated,
		domain, want };

	return idm_backend_ask_sid(&which, id, out, NULL, &ground->err);
}

/* The SID must have this id, and the id this SID. */
static inline void
assert_mapped(struct ground *ground, const struct idm_domain *domain,
    const char *sid_text, uint32_t id, uint8_t kind)
{
	struct idm_sid sid = sid_of(sid_text);
	struct idm_mapping mapping;
	bool needs_place = true;

	if (ground_to_id(ground, domain, &sid, kind, &mapping, &needs_place) !=
	    IDM_OK)
		fail_msg("%s: %s", sid_text, ground->err.text);
	assert_false(needs_place);
	assert_int_equal(mapping.kind, kind);
	if (mapping.id != id)
		fail_msg("%s is %u, not %u", sid_text, mapping.id, id);
	if (ground_to_sid(ground, domain, id, kind, &mapping) != IDM_OK)
		fail_msg("%u: %s", id, ground->err.text);
	assert_true(idm_sid_equal(&mapping.sid, &sid));
	assert_int_equal(mapping.kind, kind);
}

static inline void
assert_unmapped(struct ground *ground, const struct idm_domain *domain,
    const char *sid_text, uint8_t want, enum idm_status st, bool place,
    const char *why)
{
	struct idm_mapping mapping = { .id = 42 };
	struct idm_sid sid = sid_of(sid_text);
	bool needs_place;

	assert_fails(
	    ground_to_id(ground, domain, &sid, want, &mapping, &needs_place),
	    st, ground->err, why);
	assert_int_equal(mapping.id, 42);
	assert_int_equal(needs_place, place);
}

static inline void
assert_no_sid(struct ground *ground, const struct idm_domain *domain,
    uint32_t id, uint8_t want, enum idm_status st, const char *why)
{
	struct idm_mapping mapping = { .id = 42 };

	assert_fails(ground_to_sid(ground, domain, id, want, &mapping), st,
	    ground->err, why);
	assert_int_equal(mapping.id, 42);
}

#endif
