#include <time.h>

#include "backends/layout.h"
#include "backends/stored.h"
#include "identity/account.h"
#include "identity/id.h"
#include "identity/wellknown.h"
#include "map/host.h"
#include "map/own.h"
#include "state/place.h"
#include "state/placing.h"

/* Room for any key, and any value but that of a name. */
#define TEXT_MAX 1024

/* A key and a value on the stack. */
struct record {
	struct idm_buf key;
	struct idm_buf value;
	char key_memory[TEXT_MAX];
	char value_memory[TEXT_MAX];
};

static void
record_init(struct record *record)
{
	idm_buf_init_fixed(
	    &record->key, record->key_memory, sizeof(record->key_memory));
	idm_buf_init_fixed(
	    &record->value, record->value_memory, sizeof(record->value_memory));
}

/* ---- Where numbers come from. */

static bool
is_split(const struct idm_domain *domain)
{
	return (domain->flags & IDM_DOMAIN_SPLIT_COUNTERS) != 0;
}

/* The counters a mapping of this kind moves. */
static const char *
counters(const struct idm_domain *domain, uint8_t kind)
{
	if (!is_split(domain))
		return "b";
	if (kind == IDM_KIND_BOTH)
		return "ug";
	return kind == IDM_KIND_USER ? "u" : "g";
}

/* The first and the last number that counters may reach. */
struct bounds {
	uint32_t first;
	uint32_t last;
};

static struct bounds
bounds_of(const struct idm_domain *domain, const char *counter)
{
	struct bounds bounds = { domain->low, domain->high };

	/* The numbers of the layout's list are its own. */
	if (domain->backend == IDM_BACKEND_AUTORID) {
		bounds.last = domain->low + domain->rangesize - 1;
		if (domain->layout == IDM_LAYOUT_AUTORID)
			bounds.last -= IDM_LAYOUT_AUTORID_RESERVED;
	} else if (domain->layout == IDM_LAYOUT_TRUENAS && *counter != 'u') {
		bounds.first += IDM_LAYOUT_TRUENAS_RESERVED;
	}
	return bounds;
}

/* ---- Which of them are free. */

/*
 * Does a well-known SID have this number where they are hard-wired?  Of
 * Solaris' two counters each steps over those of its kind.
 */
static bool
is_well_known(uint32_t id, char counter)
{
	const struct idm_wellknown *row;
	unsigned n;

	row = idm_wellknown_all(&n);
	for (unsigned i = 0; i < n; i++) {
		if (((row[i].map == IDM_WK_UID && counter != 'g') ||
			(row[i].map == IDM_WK_GID && counter != 'u')) &&
		    row[i].id == id)
			return true;
	}
	return false;
}

/* Has an own identity this number, or does an override give it? */
static bool
is_in_map(const struct idm_view *map, uint32_t id)
{
	struct idm_str text;

	if (map == NULL)
		return false;
	return idm_own_find_id(map, IDM_OWN_UID, id, &text) == IDM_OK ||
	    idm_own_find_id(map, IDM_OWN_GID, id, &text) == IDM_OK ||
	    idm_host_override_by_id(map, false, id, &text, NULL) == IDM_OK ||
	    idm_host_override_by_id(map, true, id, &text, NULL) == IDM_OK;
}

/* Has an account of the host, or anybody in the map, this number? */
static enum idm_status
is_account(const struct idm_placing *placing, uint32_t id, bool *out,
    struct idm_err *err)
{
	struct idm_account_group group;
	struct idm_account account;
	enum idm_status st;

	*out = true;
	if (is_in_map(placing->which.maps->map, id))
		return IDM_OK;
	st = idm_account_by_uid(placing->account_dir, id, &account, err);
	if (st == IDM_NOTFOUND) {
		st = idm_account_group_by_gid(
		    placing->account_dir, id, &group, err);
	}
	if (st == IDM_OK || st == IDM_CORRUPT)
		return IDM_OK;
	*out = false;
	if (st == IDM_NOTFOUND)
		return IDM_OK;
	return idm_within(err, IDM_TEMPFAIL,
	    "cannot tell which numbers this host's accounts have");
}

enum idm_status
idm_place_is_free(const struct idm_maps *maps, const char *account_dir,
    uint32_t id, bool *out, struct idm_err *err)
{
	const struct idm_placing placing = {
		.account_dir = account_dir,
		.which = { .maps = maps },
	};
	enum idm_status st;
	bool is_taken;

	st = is_account(&placing, id, &is_taken, err);
	if (st == IDM_OK)
		*out = !is_taken;
	return st;
}

/* Was it given already, as one of these kinds? */
static enum idm_status
is_given(const struct idm_placing *placing, uint32_t id, char counter,
    bool *out, struct idm_err *err)
{
	enum idm_status st = IDM_NOTFOUND;
	struct idm_str text;

	if (counter != 'g')
		st = idm_stored_owner(&placing->which, 'u', id, &text, err);
	if (st == IDM_NOTFOUND && counter != 'u')
		st = idm_stored_owner(&placing->which, 'g', id, &text, err);
	*out = st == IDM_OK;
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

static enum idm_status
is_free(const struct idm_placing *placing, uint32_t id, const char *counter,
    bool *out, struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	bool given = false;

	*out = false;
	if (idm_id_reserved(id) != NULL)
		return IDM_OK;
	for (; *counter != '\0' && st == IDM_OK && !given; counter++) {
		given = is_well_known(id, *counter);
		if (!given)
			st = is_given(placing, id, *counter, &given, err);
	}
	if (st == IDM_OK && !given)
		st = is_account(placing, id, &given, err);
	*out = st == IDM_OK && !given;
	return st;
}

/* ---- Counting. */

enum idm_status
idm_place_counter(const struct idm_placing *placing, const struct idm_buf *key,
    uint64_t otherwise, uint64_t *out, struct idm_err *err)
{
	const struct idm_allocations *from = placing->which.allocated;
	struct idm_str text = { .data = key->data, .len = key->len };
	struct idm_str value;
	enum idm_status st;

	st = from->get(from->context, text, &value);
	if (st == IDM_NOTFOUND) {
		*out = otherwise;
		return IDM_OK;
	}
	if (st == IDM_OK)
		return idm_number_read(value, out, err);
	return idm_fail(
	    err, st, "counter '%.*s' is damaged", (int)text.len, text.data);
}

enum idm_status
idm_place_put(const struct idm_placing *placing, const struct idm_buf *key,
    const struct idm_buf *value, struct idm_err *err)
{
	enum idm_status st;

	st = idm_buf_status(key, err);
	if (st == IDM_OK)
		st = idm_buf_status(value, err);
	if (st != IDM_OK)
		return st;
	return idm_state_put(placing->state,
	    (struct idm_str){ key->data, key->len },
	    (struct idm_str){ value->data, value->len }, err);
}

/* Where the search begins: behind all that the counters gave. */
static enum idm_status
first_candidate(const struct idm_placing *placing, const char *counter,
    uint64_t *out, struct idm_err *err)
{
	const struct idm_domain *domain = placing->which.domain;
	enum idm_status st = IDM_OK;
	uint64_t candidate = 0;

	for (; *counter != '\0' && st == IDM_OK; counter++) {
		uint32_t first = bounds_of(domain, counter).first;
		struct record record;
		uint64_t next;

		record_init(&record);
		idm_state_key_next(
		    &record.key, idm_str_of(domain->name), *counter);
		st = idm_place_counter(placing, &record.key, first, &next, err);
		if (st == IDM_OK && next < first)
			next = first;
		if (st == IDM_OK && next > candidate)
			candidate = next;
	}
	if (st == IDM_OK)
		*out = candidate;
	return st;
}

static enum idm_status
set_counters(const struct idm_placing *placing, const char *counter,
    uint64_t next, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	for (; *counter != '\0' && st == IDM_OK; counter++) {
		struct record record;

		record_init(&record);
		idm_state_key_next(&record.key,
		    idm_str_of(placing->which.domain->name), *counter);
		idm_number_write(&record.value, next);
		st = idm_place_put(placing, &record.key, &record.value, err);
	}
	return st;
}

/* ---- Records. */

/* The allocation, and whose it is, of one kind. */
static enum idm_status
put_kind(const struct idm_placing *placing, char kind,
    const struct idm_allocated *allocated, struct idm_err *err)
{
	const struct idm_sid *sid = &placing->wish->sid;
	char text[IDM_SID_TEXT_MAX];
	struct record record;
	enum idm_status st;

	record_init(&record);
	if (sid->nsubs > 0)
		idm_state_key_sid(&record.key, kind, sid);
	else
		idm_state_key_name(&record.key, kind, placing->name);
	idm_allocated_write(&record.value, allocated);
	st = idm_place_put(placing, &record.key, &record.value, err);
	if (st != IDM_OK)
		return st;
	record_init(&record);
	idm_state_key_id(&record.key, kind, allocated->id);
	idm_owner_write(&record.value,
	    sid->nsubs > 0 ? idm_str_of(idm_sid_format(sid, text))
			   : placing->name);
	return idm_place_put(placing, &record.key, &record.value, err);
}

enum idm_status
idm_place_mapping(const struct idm_placing *placing, uint32_t id, uint8_t kind,
    struct idm_err *err)
{
	struct idm_allocated allocated = {
		.id = id,
		.kind = kind,
		.time = (uint64_t)time(NULL),
		.domain = idm_str_of(placing->which.domain->name),
	};
	enum idm_status st = IDM_OK;

	if (kind != IDM_KIND_GROUP)
		st = put_kind(placing, 'u', &allocated, err);
	if (st == IDM_OK && kind != IDM_KIND_USER)
		st = put_kind(placing, 'g', &allocated, err);
	return st;
}

enum idm_status
idm_place_told(const struct idm_placing *placing, struct idm_err *err)
{
	const struct idm_domain *domain = placing->which.domain;
	uint8_t kind = placing->wish->kind;
	const char *counter = counters(domain, kind);
	uint32_t id = placing->wish->told;
	enum idm_status st;
	uint64_t next;
	bool is_ours;

	if (id == 0)
		return idm_fail(err, IDM_NOTFOUND,
		    "the numbers of domain '%s' are in a directory",
		    domain->name);
	if (idm_id_reserved(id) != NULL || id < domain->low ||
	    id > domain->high)
		return idm_fail(err, IDM_REFUSED,
		    "the directory gives it %lu, which is none of domain '%s'",
		    (unsigned long)id, domain->name);
	st = is_free(placing, id, counter, &is_ours, err);
	if (st != IDM_OK)
		return st;
	if (!is_ours)
		return idm_fail(err, IDM_CONFLICT,
		    "the directory gives it %lu, which somebody else has on "
		    "this host",
		    (unsigned long)id);
	/* With another backend later, numbers would go on behind it. */
	st = first_candidate(placing, counter, &next, err);
	if (st == IDM_OK && next <= id)
		st = set_counters(placing, counter, (uint64_t)id + 1, err);
	return st == IDM_OK ? idm_place_mapping(placing, id, kind, err) : st;
}

enum idm_status
idm_place_number(const struct idm_placing *placing, struct idm_err *err)
{
	const struct idm_domain *domain = placing->which.domain;
	const char *counter = counters(domain, placing->wish->kind);
	struct bounds bounds = bounds_of(domain, counter);
	enum idm_status st;
	bool found = false;
	uint64_t id;

	st = first_candidate(placing, counter, &id, err);
	for (; st == IDM_OK && id <= bounds.last; id++) {
		st = is_free(placing, (uint32_t)id, counter, &found, err);
		if (found)
			break;
	}
	if (st == IDM_OK && !found) {
		return idm_fail(err, IDM_EXHAUSTED,
		    "domain '%s' has no number left of %lu-%lu: widen its "
		    "range",
		    domain->name, (unsigned long)bounds.first,
		    (unsigned long)bounds.last);
	}
	if (st == IDM_OK)
		st = set_counters(placing, counter, id + 1, err);
	if (st != IDM_OK)
		return st;
	return idm_place_mapping(
	    placing, (uint32_t)id, placing->wish->kind, err);
}
