#include <string.h>
#include <time.h>

#include "backends/stored.h"
#include "daemon/pins.h"
#include "identity/id.h"
#include "map/allocated.h"
#include "resolve/taken.h"

/* "SID#N", or a name with its domain. */
#define OWNER_MAX (IDM_WINNAME_MAX + 1 + IDM_DOMAIN_MAX)

struct judge {
	struct pins *pins;
	struct idm_taken *taken; /* by local accounts */
	uint64_t now;
};

static struct idm_str
str_of_buf(const struct idm_buf *buf)
{
	return (struct idm_str){ .data = buf->data, .len = buf->len };
}

static enum idm_status
check_local(
    const struct judge *judge, const struct idm_pin *pin, struct idm_err *err)
{
	if (pin->kind != IDM_KIND_GROUP &&
	    idm_taken_id(judge->taken, false, pin->id)) {
		return idm_fail(err, IDM_CONFLICT,
		    "uid %lu is that of a local account",
		    (unsigned long)pin->id);
	}
	if (pin->kind != IDM_KIND_USER &&
	    idm_taken_id(judge->taken, true, pin->id)) {
		return idm_fail(err, IDM_CONFLICT,
		    "gid %lu is that of a local group", (unsigned long)pin->id);
	}
	return IDM_OK;
}

/* ---- What the maps say. */

static enum idm_status
find_domain(const struct pins *pins, struct idm_str name,
    const struct idm_domain **out, struct idm_err *err)
{
	const struct idm_domains *domains = &pins->maps->domains;

	if (idm_str_is(name, IDM_CATCH_ALL))
		*out = domains->catch_all;
	else
		*out = idm_domain_by_name(domains, name);
	if (*out == NULL) {
		return idm_fail(err, IDM_NOTFOUND,
		    "there is no domain '%.*s': make it with 'idmap domain "
		    "add' first",
		    (int)name.len, name.data);
	}
	return IDM_OK;
}

static enum idm_status
check_id(const struct judge *judge, const struct idm_pin *pin,
    const struct idm_domain *domain, struct idm_err *err)
{
	const char *reserved = idm_id_reserved(pin->id);

	if (reserved != NULL) {
		return idm_fail(err, IDM_REFUSED, "id %lu is %s",
		    (unsigned long)pin->id, reserved);
	}
	if (pin->id < domain->low || pin->id > domain->high) {
		return idm_fail(err, IDM_REFUSED,
		    "id %lu is not in the range %lu-%lu of domain '%s'",
		    (unsigned long)pin->id, (unsigned long)domain->low,
		    (unsigned long)domain->high, domain->name);
	}
	return check_local(judge, pin, err);
}

/*
 * Under which name windows stand: the domain's own, whatever it was called, or
 * the space it shares.
 */
static enum idm_status
find_scope(const struct pins *pins, struct idm_str name, struct idm_str *scope,
    struct idm_err *err)
{
	const struct idm_domains *domains = &pins->maps->domains;
	const struct idm_domain *domain;
	enum idm_status st;

	for (uint32_t i = 0; i < domains->n; i++) {
		if (idm_str_is(name, domains->domain[i].space)) {
			*scope = name;
			return IDM_OK;
		}
	}
	st = find_domain(pins, name, &domain, err);
	if (st == IDM_OK)
		*scope = idm_stored_scope(domain);
	return st;
}

/* The domain of a name@domain, too, has one name in keys. */
static enum idm_status
put_name(const struct pins *pins, struct idm_str name, struct idm_buf *key,
    struct idm_err *err)
{
	const char *at = name.len == 0 ? NULL
				       : memchr(name.data, '@', name.len);
	const struct idm_domain *domain;
	struct idm_str of;

	if (at == NULL)
		return IDM_OK;
	of.data = at + 1;
	of.len = name.len - (size_t)(of.data - name.data);
	domain = idm_domain_by_name(&pins->maps->domains, of);
	if (domain != NULL)
		of = idm_str_of(domain->name);
	idm_buf_put(key, name.data, (size_t)(at + 1 - name.data));
	idm_buf_put(key, of.data, of.len);
	return idm_buf_status(key, err);
}

/* ---- Two records that point at each other. */

/* A record and its reverse, as keys and as what they hold. */
struct pair {
	char memory[4][OWNER_MAX + 64 + IDM_DOMAIN_MAX];
	struct idm_buf key;   /* "a/u/SID" */
	struct idm_buf value; /* of key */
	struct idm_buf back;  /* "x/u/ID" */
	struct idm_buf owner; /* what back names: "SID" */
};

static void
pair_init(struct pair *pair)
{
	struct idm_buf *buf[] = { &pair->key, &pair->value, &pair->back,
		&pair->owner };

	for (size_t i = 0; i < IDM_COUNTOF(buf); i++)
		idm_buf_init_fixed(
		    buf[i], pair->memory[i], sizeof(pair->memory[i]));
}

static enum idm_status
pair_status(const struct pair *pair, struct idm_err *err)
{
	enum idm_status st = idm_buf_status(&pair->key, err);

	if (st == IDM_OK)
		st = idm_buf_status(&pair->value, err);
	if (st == IDM_OK)
		st = idm_buf_status(&pair->back, err);
	return st == IDM_OK ? idm_buf_status(&pair->owner, err) : st;
}

static enum idm_status
stage_pair(struct pins *pins, const struct pair *pair, struct idm_err *err)
{
	char memory[OWNER_MAX + 64];
	struct idm_buf text;
	enum idm_status st;

	idm_buf_init_fixed(&text, memory, sizeof(memory));
	idm_owner_write(&text, str_of_buf(&pair->owner));
	st = idm_buf_status(&text, err);
	if (st == IDM_OK)
		st = idm_state_put(pins->state, str_of_buf(&pair->key),
		    str_of_buf(&pair->value), err);
	if (st == IDM_OK)
		st = idm_state_put(pins->state, str_of_buf(&pair->back),
		    str_of_buf(&text), err);
	return st;
}

/* ---- An id. */

static void
put_owner_key(struct idm_buf *key, char kind, struct idm_str owner)
{
	struct idm_sid sid;

	if (memchr(owner.data, '@', owner.len) != NULL)
		idm_state_key_name(key, kind, owner);
	else if (idm_sid_parse(owner, &sid, NULL) == IDM_OK)
		idm_state_key_sid(key, kind, &sid);
}

static void
fill_id_pair(struct pair *pair, const struct judge *judge,
    const struct idm_pin *pin, char kind)
{
	struct idm_allocated allocated = {
		.id = pin->id,
		.kind = pin->kind,
		.is_imported = true,
		.time = judge->now,
		.domain = pin->domain,
	};
	char text[IDM_SID_TEXT_MAX];

	pair_init(pair);
	if (pin->sid.nsubs > 0)
		idm_buf_puts(&pair->owner, idm_sid_format(&pin->sid, text));
	else
		idm_buf_put(&pair->owner, pin->name.data, pin->name.len);
	put_owner_key(&pair->key, kind, str_of_buf(&pair->owner));
	idm_allocated_write(&pair->value, &allocated);
	idm_state_key_id(&pair->back, kind, pin->id);
}

/*
 * Has the SID an id already?  IDM_NOTFOUND: no, or no more.  IDM_OK: this one.
 */
static enum idm_status
clear_way_of_owner(struct pins *pins, const struct pair *pair,
    const struct idm_pin *pin, char kind, struct idm_err *err)
{
	struct idm_allocated present;
	struct idm_str value;
	char memory[64];
	struct idm_buf back;
	enum idm_status st;

	st = idm_state_get(pins->state, str_of_buf(&pair->key), &value);
	if (st != IDM_OK)
		return st;
	st = idm_allocated_read(value, &present, err);
	if (st != IDM_OK)
		return st;
	if (present.id == pin->id)
		return IDM_OK;
	if (!pins->replace) {
		return idm_fail(err, IDM_CONFLICT,
		    "'%.*s' has %cid %lu already, not %lu",
		    (int)pair->owner.len, pair->owner.data, kind,
		    (unsigned long)present.id, (unsigned long)pin->id);
	}
	idm_buf_init_fixed(&back, memory, sizeof(memory));
	idm_state_key_id(&back, kind, present.id);
	pins->removed++;
	st = idm_state_remove(pins->state, str_of_buf(&back), err);
	return st == IDM_OK ? IDM_NOTFOUND : st;
}

/* Is the id another one's?  IDM_NOTFOUND: no, or no more.  IDM_OK: ours. */
static enum idm_status
clear_way_of_id(struct pins *pins, const struct pair *pair,
    const struct idm_pin *pin, char kind, struct idm_err *err)
{
	struct idm_str value, owner;
	char memory[OWNER_MAX + 64];
	struct idm_buf key;
	enum idm_status st;

	st = idm_state_get(pins->state, str_of_buf(&pair->back), &value);
	if (st != IDM_OK)
		return st;
	st = idm_owner_read(value, &owner, err);
	if (st != IDM_OK)
		return st;
	if (idm_str_compare(owner, str_of_buf(&pair->owner)) == 0)
		return IDM_OK;
	if (!pins->replace) {
		return idm_fail(err, IDM_CONFLICT,
		    "%cid %lu belongs to '%.*s' already, not to '%.*s'", kind,
		    (unsigned long)pin->id, (int)owner.len, owner.data,
		    (int)pair->owner.len, pair->owner.data);
	}
	idm_buf_init_fixed(&key, memory, sizeof(memory));
	put_owner_key(&key, kind, owner);
	pins->removed++;
	st = idm_state_remove(pins->state, str_of_buf(&key), err);
	return st == IDM_OK ? IDM_NOTFOUND : st;
}

/* One kind of an id's pin.  *is_present: all of it was there. */
static enum idm_status
stage_kind(const struct judge *judge, const struct idm_pin *pin, char kind,
    bool *is_present, struct idm_err *err)
{
	struct pins *pins = judge->pins;
	enum idm_status st, other;
	struct pair pair;

	fill_id_pair(&pair, judge, pin, kind);
	st = pair_status(&pair, err);
	if (st != IDM_OK)
		return st;
	st = clear_way_of_owner(pins, &pair, pin, kind, err);
	if (st != IDM_OK && st != IDM_NOTFOUND)
		return st;
	other = clear_way_of_id(pins, &pair, pin, kind, err);
	if (other != IDM_OK && other != IDM_NOTFOUND)
		return other;
	if (st == IDM_OK && other == IDM_OK)
		return IDM_OK;
	*is_present = false;
	return stage_pair(pins, &pair, err);
}

static enum idm_status
stage_id(const struct judge *judge, const struct idm_pin *pin, bool *is_present,
    struct idm_err *err)
{
	const struct idm_domain *domain;
	struct idm_pin canonical = *pin;
	char memory[OWNER_MAX];
	struct idm_buf name;
	enum idm_status st;

	idm_buf_init_fixed(&name, memory, sizeof(memory));
	st = find_domain(judge->pins, pin->domain, &domain, err);
	if (st == IDM_OK)
		st = check_id(judge, pin, domain, err);
	if (st == IDM_OK)
		st = put_name(judge->pins, pin->name, &name, err);
	if (st != IDM_OK)
		return st;
	canonical.domain = idm_str_of(domain->name);
	canonical.name = str_of_buf(&name);
	if (pin->kind != IDM_KIND_GROUP)
		st = stage_kind(judge, &canonical, 'u', is_present, err);
	if (st == IDM_OK && pin->kind != IDM_KIND_USER)
		st = stage_kind(judge, &canonical, 'g', is_present, err);
	return st;
}

/* ---- A window. */

static enum idm_status
check_window(struct pins *pins, const struct pair *pair,
    const struct idm_pin *pin, bool *is_present, struct idm_err *err)
{
	struct idm_str value, owner;
	uint64_t slice = 0;
	enum idm_status st;

	*is_present = false;
	st = idm_state_get(pins->state, str_of_buf(&pair->key), &value);
	if (st == IDM_OK)
		st = idm_number_read(value, &slice, err);
	if (st == IDM_OK && slice != pin->number) {
		return idm_fail(err, IDM_CONFLICT,
		    "window '%.*s' has slice %llu already, not %llu",
		    (int)pair->owner.len, pair->owner.data,
		    (unsigned long long)slice, (unsigned long long)pin->number);
	}
	if (st != IDM_OK && st != IDM_NOTFOUND)
		return st;
	*is_present = st == IDM_OK;
	st = idm_state_get(pins->state, str_of_buf(&pair->back), &value);
	if (st == IDM_NOTFOUND)
		return IDM_OK;
	if (st == IDM_OK)
		st = idm_owner_read(value, &owner, err);
	if (st == IDM_OK &&
	    idm_str_compare(owner, str_of_buf(&pair->owner)) != 0) {
		return idm_fail(err, IDM_CONFLICT,
		    "slice %llu belongs to '%.*s' already, not to '%.*s'",
		    (unsigned long long)pin->number, (int)owner.len, owner.data,
		    (int)pair->owner.len, pair->owner.data);
	}
	return st;
}

/* Slices hold ids by the thousand: nothing of them gives way to an import. */
static enum idm_status
stage_window(const struct judge *judge, const struct idm_pin *pin,
    bool *is_present, struct idm_err *err)
{
	struct pins *pins = judge->pins;
	struct idm_str scope;
	struct pair pair;
	enum idm_status st;

	st = find_scope(pins, pin->domain, &scope, err);
	if (st != IDM_OK)
		return st;
	pair_init(&pair);
	idm_state_key_window(&pair.key, scope, &pin->sid, pin->id);
	idm_number_write(&pair.value, pin->number);
	idm_state_key_slice(&pair.back, scope, (uint32_t)pin->number);
	idm_window_owner_put(&pair.owner, &pin->sid, pin->id);
	st = pair_status(&pair, err);
	if (st == IDM_OK)
		st = check_window(pins, &pair, pin, is_present, err);
	if (st == IDM_OK && !*is_present)
		st = stage_pair(pins, &pair, err);
	return st;
}

/* ---- A high-water mark, which is never lowered. */

/* As in the key of the mark. */
static char
counter_of(uint8_t kind)
{
	switch (kind) {
	case IDM_KIND_USER:
		return 'u';
	case IDM_KIND_GROUP:
		return 'g';
	case IDM_PIN_SLICES:
		return 's';
	default:
		return 'b';
	}
}

static enum idm_status
stage_next(const struct judge *judge, const struct idm_pin *pin,
    bool *is_present, struct idm_err *err)
{
	struct pins *pins = judge->pins;
	char key_memory[IDM_DOMAIN_MAX + 16], value_memory[16];
	struct idm_buf key, number;
	struct idm_str scope, value;
	uint64_t present = 0;
	enum idm_status st;

	st = find_scope(pins, pin->domain, &scope, err);
	if (st != IDM_OK)
		return st;
	idm_buf_init_fixed(&key, key_memory, sizeof(key_memory));
	idm_buf_init_fixed(&number, value_memory, sizeof(value_memory));
	idm_state_key_next(&key, scope, counter_of(pin->kind));
	st = idm_state_get(pins->state, str_of_buf(&key), &value);
	if (st == IDM_OK)
		st = idm_number_read(value, &present, err);
	if (st != IDM_OK && st != IDM_NOTFOUND)
		return st;
	if (st == IDM_OK && present >= pin->number)
		return IDM_OK;
	*is_present = false;
	idm_number_write(&number, pin->number);
	return idm_state_put(
	    pins->state, str_of_buf(&key), str_of_buf(&number), err);
}

/* ---- All of them. */

static enum idm_status
stage_pin(
    const struct judge *judge, const struct idm_pin *pin, struct idm_err *err)
{
	bool is_present = true;
	enum idm_status st = IDM_OK;

	switch ((enum idm_pin_type)pin->type) {
	case IDM_PIN_ID:
		st = stage_id(judge, pin, &is_present, err);
		break;
	case IDM_PIN_WINDOW:
		st = stage_window(judge, pin, &is_present, err);
		break;
	case IDM_PIN_NEXT:
		st = stage_next(judge, pin, &is_present, err);
		break;
	}
	if (st == IDM_OK && is_present)
		judge->pins->present++;
	else if (st == IDM_OK)
		judge->pins->created++;
	return st;
}

enum idm_status
pins_stage(struct pins *pins, struct idm_str items, struct idm_err *err)
{
	struct judge judge = { .pins = pins, .now = (uint64_t)time(NULL) };
	struct idm_pin pin;
	enum idm_status st;

	st = idm_taken_new(pins->accounts, &judge.taken, err);
	while (st == IDM_OK && idm_pin_next(&items, &pin))
		st = stage_pin(&judge, &pin, err);
	idm_taken_free(&judge.taken);
	return st;
}
