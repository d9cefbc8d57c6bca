#include <string.h>

#include "base/num.h"
#include "identity/id.h"
#include "map/allocated.h"
#include "map/record.h"
#include "map/verify_state.h"

/* Room for any key of a state. */
#define STATE_KEY_MAX (IDM_WINNAME_MAX + 2 * IDM_DOMAIN_MAX)

/* The record that is looked at. */
struct look {
	const struct idm_view *view;
	struct idm_verify_report *report;
	struct idm_str key;
	struct idm_str value;
};

/* A key on the stack. */
struct state_key {
	struct idm_buf buf;
	char memory[STATE_KEY_MAX];
};

static void
key_init(struct state_key *key)
{
	idm_buf_init_fixed(&key->buf, key->memory, sizeof(key->memory));
}

static bool
find(const struct look *look, const struct state_key *key, struct idm_str *out)
{
	return key->buf.status == IDM_OK &&
	    idm_view_get(look->view, key->buf.data, key->buf.len, out) ==
	    IDM_OK;
}

static void
missing(const struct look *look, const struct state_key *key)
{
	idm_verify_found_at(look->report, look->key, "there is no '%.*s'",
	    (int)key->buf.len, key->buf.data);
}

static void
unreadable(const struct look *look, const struct idm_err *why)
{
	idm_verify_found_at(look->report, look->key, "%s", why->text);
}

/* What stands behind "a/u/". */
static struct idm_str
rest_of(struct idm_str key)
{
	return (struct idm_str){ key.data + 4, key.len - 4 };
}

/* ---- An id of a SID or a name. */

/* The mark of one counter; 0 when there is none. */
static uint64_t
mark_of(const struct look *look, struct idm_str domain, char counter)
{
	struct state_key key;
	struct idm_str value;
	uint64_t mark = 0;

	key_init(&key);
	idm_state_key_next(&key.buf, domain, counter);
	if (!find(look, &key, &value) ||
	    idm_number_read(value, &mark, NULL) != IDM_OK)
		return 0;
	return mark;
}

/*
 * Well-known SIDs may have numbers from a list, that no counter reaches; and
 * of what was imported, counters know nothing.
 */
static void
check_mark(
    const struct look *look, const struct idm_allocated *allocated, char kind)
{
	uint64_t mark = mark_of(look, allocated->domain, kind);
	uint64_t common = mark_of(look, allocated->domain, 'b');
	struct idm_str owner = rest_of(look->key);
	struct idm_sid sid, above;
	uint32_t rid;

	if (allocated->is_imported ||
	    (idm_sid_parse(owner, &sid, NULL) == IDM_OK &&
		(!idm_sid_split(&sid, &above, &rid) ||
		    !idm_sid_is_domain(&above))))
		return;
	if (common > mark)
		mark = common;
	if (allocated->id >= mark) {
		idm_verify_found_at(look->report, look->key,
		    "id %lu is not below the high-water mark of domain '%.*s', "
		    "%llu: it would be given again",
		    (unsigned long)allocated->id, (int)allocated->domain.len,
		    allocated->domain.data, (unsigned long long)mark);
	}
}

/* A name whose SID is known by now has left its id to that. */
static bool
is_named_for(const struct look *look, struct idm_str owner, uint32_t id)
{
	struct idm_allocated allocated;
	struct state_key key;
	struct idm_str value;
	struct idm_sid sid;

	if (look->key.data[0] != 'b' ||
	    idm_sid_parse(owner, &sid, NULL) != IDM_OK)
		return false;
	key_init(&key);
	idm_state_key_sid(&key.buf, look->key.data[2], &sid);
	return find(look, &key, &value) &&
	    idm_allocated_read(value, &allocated, NULL) == IDM_OK &&
	    allocated.id == id;
}

static void
check_back(const struct look *look, uint32_t id)
{
	struct idm_str value, owner;
	struct state_key key;

	key_init(&key);
	idm_state_key_id(&key.buf, look->key.data[2], id);
	if (!find(look, &key, &value)) {
		missing(look, &key);
		return;
	}
	if (idm_owner_read(value, &owner, NULL) != IDM_OK)
		return; /* a finding of its own */
	if (idm_str_compare(owner, rest_of(look->key)) != 0 &&
	    !is_named_for(look, owner, id)) {
		idm_verify_found_at(look->report, look->key,
		    "id %lu is that of '%.*s'", (unsigned long)id,
		    (int)owner.len, owner.data);
	}
}

/* An id of both kinds stands under both, and is the same. */
static void
check_twin(const struct look *look, const struct idm_allocated *allocated)
{
	char kind = look->key.data[2];
	struct idm_allocated other;
	struct state_key key;
	struct idm_str value;

	if (allocated->kind != 'B') {
		if ((kind == 'u') != (allocated->kind == 'U'))
			idm_verify_found_at(look->report, look->key,
			    "is of kind '%c'", allocated->kind);
		return;
	}
	key_init(&key);
	idm_buf_put(&key.buf, look->key.data, look->key.len);
	key.memory[2] = kind == 'u' ? 'g' : 'u';
	if (!find(look, &key, &value))
		missing(look, &key);
	else if (idm_allocated_read(value, &other, NULL) == IDM_OK &&
	    other.id != allocated->id)
		idm_verify_found_at(look->report, look->key,
		    "is id %lu, and '%.*s' is %lu",
		    (unsigned long)allocated->id, (int)key.buf.len,
		    key.buf.data, (unsigned long)other.id);
}

static void
check_allocated(const struct look *look)
{
	struct idm_allocated allocated;
	struct idm_err err;
	struct idm_sid sid;

	if (look->key.data[0] == 'a' &&
	    idm_sid_parse(rest_of(look->key), &sid, &err) != IDM_OK)
		unreadable(look, &err);
	if (idm_allocated_read(look->value, &allocated, &err) != IDM_OK) {
		unreadable(look, &err);
		return;
	}
	if (idm_id_reserved(allocated.id) != NULL)
		idm_verify_found_at(look->report, look->key, "id %lu is %s",
		    (unsigned long)allocated.id, idm_id_reserved(allocated.id));
	check_back(look, allocated.id);
	check_twin(look, &allocated);
	check_mark(look, &allocated, look->key.data[2]);
}

/* ---- Whose an id is. */

static void
check_owner(const struct look *look)
{
	struct idm_str number = rest_of(look->key);
	struct idm_allocated allocated;
	struct state_key key;
	struct idm_str owner, value;
	struct idm_err err;
	struct idm_sid sid;
	uint32_t id;

	if (idm_num_id(number.data, number.len, &id, &err) != IDM_OK ||
	    idm_owner_read(look->value, &owner, &err) != IDM_OK) {
		unreadable(look, &err);
		return;
	}
	key_init(&key);
	if (idm_sid_parse(owner, &sid, NULL) == IDM_OK)
		idm_state_key_sid(&key.buf, look->key.data[2], &sid);
	else
		idm_state_key_name(&key.buf, look->key.data[2], owner);
	if (!find(look, &key, &value))
		missing(look, &key);
	else if (idm_allocated_read(value, &allocated, NULL) == IDM_OK &&
	    allocated.id != id)
		idm_verify_found_at(look->report, look->key, "'%.*s' is id %lu",
		    (int)key.buf.len, key.buf.data,
		    (unsigned long)allocated.id);
}

/* ---- Windows and slices: "w/DOMAIN/SID#N", "v/DOMAIN/SLICE". */

/* Take the domain and the rest of such a key. */
static bool
split(const struct look *look, struct idm_str *domain, struct idm_str *rest)
{
	const char *start = look->key.data + 2;
	const char *end = look->key.data + look->key.len;
	const char *slash = memrchr(start, '/', (size_t)(end - start));

	if (slash == NULL) {
		idm_verify_found_at(
		    look->report, look->key, "the key has no domain");
		return false;
	}
	*domain = (struct idm_str){ start, (size_t)(slash - start) };
	*rest = (struct idm_str){ slash + 1, (size_t)(end - slash - 1) };
	return true;
}

static void
check_window(const struct look *look)
{
	struct idm_str domain, window, value, owner;
	struct state_key key;
	struct idm_err err;
	uint64_t slice;

	if (idm_number_read(look->value, &slice, &err) != IDM_OK) {
		unreadable(look, &err);
		return;
	}
	if (!split(look, &domain, &window))
		return;
	key_init(&key);
	idm_state_key_slice(&key.buf, domain, (uint32_t)slice);
	if (!find(look, &key, &value))
		missing(look, &key);
	else if (idm_owner_read(value, &owner, NULL) == IDM_OK &&
	    idm_str_compare(owner, window) != 0)
		idm_verify_found_at(look->report, look->key,
		    "slice %llu is that of '%.*s'", (unsigned long long)slice,
		    (int)owner.len, owner.data);
}

static void
check_slice(const struct look *look)
{
	struct idm_str domain, number, value;
	struct state_key key;
	struct idm_err err;
	struct idm_sid sid;
	uint64_t slice, back;
	uint32_t n;

	if (idm_window_owner_read(look->value, &sid, &n, &err) != IDM_OK) {
		unreadable(look, &err);
		return;
	}
	if (!split(look, &domain, &number))
		return;
	if (idm_num_parse(number.data, number.len, UINT32_MAX, &slice, &err) !=
	    IDM_OK) {
		unreadable(look, &err);
		return;
	}
	key_init(&key);
	idm_state_key_window(&key.buf, domain, &sid, n);
	if (!find(look, &key, &value))
		missing(look, &key);
	else if (idm_number_read(value, &back, NULL) == IDM_OK && back != slice)
		idm_verify_found_at(look->report, look->key,
		    "'%.*s' is slice %llu", (int)key.buf.len, key.buf.data,
		    (unsigned long long)back);
	else if (mark_of(look, domain, 's') > 0 &&
	    slice >= mark_of(look, domain, 's'))
		idm_verify_found_at(look->report, look->key,
		    "is not below the high-water mark of its domain");
}

/* ---- The rest. */

static void
check_number(const struct look *look)
{
	struct idm_err err;
	uint64_t number;

	if (idm_number_read(look->value, &number, &err) != IDM_OK)
		unreadable(look, &err);
}

/* J; its codec belongs to the journal, which is above us. */
static void
check_folded(const struct look *look)
{
	struct idm_cursor cursor;
	struct idm_err err;
	enum idm_status st;

	st = idm_record_open(look->value, 'J', &cursor, &err);
	if (st == IDM_OK) {
		(void)idm_cursor_u64(&cursor); /* sequence */
		(void)idm_cursor_u64(&cursor); /* time */
		st = idm_record_close(&cursor, &err);
	}
	if (st != IDM_OK)
		unreadable(look, &err);
}

static void
check_text(const struct look *look)
{
	struct idm_str text;
	struct idm_err err;

	if (idm_owner_read(look->value, &text, &err) != IDM_OK)
		unreadable(look, &err);
}

/* Is it "LETTER/" and something, or of ids "LETTER/u/" or "LETTER/g/"? */
static bool
begins(struct idm_str key, char letter, bool is_of_ids)
{
	if (key.len < 3 || key.data[0] != letter || key.data[1] != '/')
		return false;
	return !is_of_ids ||
	    (key.len > 4 && key.data[3] == '/' &&
		(key.data[2] == 'u' || key.data[2] == 'g'));
}

static const struct {
	char letter;
	bool is_of_ids;
	void (*check)(const struct look *);
} kinds[] = {
	{ 'a', true, check_allocated },
	{ 'b', true, check_allocated },
	{ 'x', true, check_owner },
	{ 'h', false, check_number },
	{ 'w', false, check_window },
	{ 'v', false, check_slice },
};

void
idm_verify_state(const struct idm_view *view, struct idm_verify_report *report,
    struct idm_str key, struct idm_str value)
{
	const struct look look = { view, report, key, value };

	if (idm_str_is(key, "journal")) {
		check_folded(&look);
		return;
	}
	if (idm_str_is(key, "boot")) {
		check_text(&look);
		return;
	}
	for (size_t i = 0; i < IDM_COUNTOF(kinds); i++) {
		if (begins(key, kinds[i].letter, kinds[i].is_of_ids)) {
			kinds[i].check(&look);
			return;
		}
	}
	if (idm_view_header(view)->minor <= IDM_MAP_MINOR)
		idm_verify_found_at(
		    report, key, "is of no kind that this program knows");
}
