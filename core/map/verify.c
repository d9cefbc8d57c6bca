#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/quote.h"
#include "base/trace.h"
#include "map/changes.h"
#include "map/directory.h"
#include "map/domain.h"
#include "map/shape.h"
#include "map/structure.h"
#include "map/verify.h"
#include "map/verify_host.h"
#include "map/verify_own.h"
#include "map/verify_rules.h"
#include "map/verify_state.h"

/* A shape of a ruleset, and how many entries of it were found. */
struct shape {
	struct idm_shape is;
	uint64_t found;
};

/* A scheme or attribute map, and what was found of it. */
struct set {
	struct idm_str key; /* "s/NAME" */
	struct idm_ruleset is;
	struct shape *shape; /* by id */
	uint32_t nshapes;
	uint64_t found;
	bool listed;
	bool serving;
};

/* A key, taken apart: "s/NAME" and what is behind "/e/". */
struct key {
	struct idm_str whole; /* without its end */
	struct idm_str set;
	struct idm_str rest;
};

struct verify {
	const struct idm_view *view;
	struct idm_verify_report *report;
	struct idm_str current; /* the key of the record that is looked at */
	struct set *set;        /* by key */
	size_t nsets;
	struct idm_changes *owned; /* user's entry to the uid that lists it */
	struct idm_verify_rules rules;
	bool out_of_memory;
};

void
idm_verify_found(struct idm_verify_report *report, const char *fmt, ...)
{
	struct idm_trace trace = { report->finding, report->context };
	char text[800];
	va_list ap;

	report->findings++;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	idm_trace_say(&trace, "%s", text);
}

static void found_at(struct idm_verify_report *, struct idm_str key,
    const char *, va_list) __attribute__((format(printf, 3, 0)));

static void
found_at(struct idm_verify_report *report, struct idm_str key, const char *fmt,
    va_list ap)
{
	char text[600], memory[500];
	struct idm_buf name;

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	idm_buf_init_fixed(&name, memory, sizeof(memory));
	idm_quote_put(&name, '\'', key, 100);
	idm_verify_found(report, "record %s: %s", idm_buf_text(&name), text);
}

void
idm_verify_found_at(
    struct idm_verify_report *report, struct idm_str key, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	found_at(report, key, fmt, ap);
	va_end(ap);
}

/* A finding about the record that is looked at. */
static void found(struct verify *, const char *, ...) IDM_PRINTF(2, 3);

static void
found(struct verify *verify, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	found_at(verify->report, verify->current, fmt, ap);
	va_end(ap);
}

/* ---- Keys. */

/* Cut the key's end off.  false, and a finding, when it does not fit. */
static bool
strip_end(struct verify *verify, struct idm_str key, struct idm_str *out)
{
	char memory[IDM_KEY_MAX];
	struct idm_buf buf;

	if (key.len < IDM_KEY_END || key.len > sizeof(memory)) {
		found(verify, "the key is no key of ours");
		return false;
	}
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	idm_buf_put(&buf, key.data, key.len - IDM_KEY_END);
	idm_key_finish(&buf, idm_view_header(verify->view)->seed);
	if (memcmp(buf.data, key.data, key.len) != 0) {
		found(verify, "the key does not end in its hash");
		return false;
	}
	*out = (struct idm_str){ .data = key.data,
		.len = key.len - IDM_KEY_END };
	return true;
}

/* Is a ruleset of this kind one of name rules? */
static bool
is_of_rules(char kind)
{
	return kind == IDM_RULESET_TO_UNIX || kind == IDM_RULESET_TO_WINDOWS;
}

static bool
is_directory(struct idm_str key)
{
	size_t len = strlen(IDM_DIRECTORY_KEY);

	return key.len > len && memcmp(key.data, IDM_DIRECTORY_KEY, len) == 0;
}

/*
 * What kind of record a key is for, as a letter: P S E B U Y as in format.h,
 * and of the lists 'R' rulesets, 'N' serving, 'O' what a user owns; 'I' all of
 * own identities, 'M' all of the host's own; 'W' and 'X' rules of names and of
 * wildcards.  0: no kind.
 */
static char
classify(struct key *key)
{
	const char *at = key->whole.data, *end = at + key->whole.len, *slash;

	if (idm_str_is(key->whole, "policy"))
		return 'P';
	if (idm_str_is(key->whole, IDM_DOMAINS_KEY) ||
	    idm_str_is(key->whole, IDM_REMOVED_KEY))
		return 'D';
	if (idm_str_is(key->whole, "rulesets"))
		return 'R';
	if (idm_str_is(key->whole, "serving"))
		return 'N';
	if (idm_str_is(key->whole, IDM_RULES_KEY))
		return 'C';
	if (is_directory(key->whole))
		return 'Y';
	if (idm_verify_is_host(key->whole))
		return 'M';
	if (key->whole.len < 3 || at[1] != '/')
		return 0;
	if (at[0] == 'u')
		return 'O';
	if (at[0] == 'i')
		return 'I';
	if (at[0] != IDM_RULESET_SCHEME && at[0] != IDM_RULESET_ATTRIBUTE &&
	    !is_of_rules(at[0]))
		return 0;
	slash = memchr(at + 2, '/', (size_t)(end - at - 2));
	key->set = key->whole;
	if (slash == NULL)
		return 'S';
	key->set.len = (size_t)(slash - at);
	if (end - slash < 4 || slash[2] != '/')
		return 0;
	key->rest.data = slash + 3;
	key->rest.len = (size_t)(end - slash - 3);
	if (slash[1] == 'u')
		return at[0] == IDM_RULESET_SCHEME ? 'U' : 0;
	if (slash[1] == 'e')
		return is_of_rules(at[0]) ? 'W' : 'E';
	if (slash[1] == 'p')
		return is_of_rules(at[0]) ? 'X' : 'B';
	return 0;
}

static struct set *
find_set(const struct verify *verify, struct idm_str key)
{
	size_t low = 0, high = verify->nsets;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = idm_str_compare(verify->set[middle].key, key);

		if (order == 0)
			return &verify->set[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* ---- The first walk: what other records are checked against. */

static int
by_id(const void *a, const void *b)
{
	uint32_t left = ((const struct shape *)a)->is.id;
	uint32_t right = ((const struct shape *)b)->is.id;

	return (left > right) - (left < right);
}

static int
by_key(const void *a, const void *b)
{
	return idm_str_compare(
	    ((const struct set *)a)->key, ((const struct set *)b)->key);
}

/* The shapes of a ruleset; what is wrong with them is told later. */
static bool
load_shapes(struct set *set)
{
	struct idm_cursor cursor = set->is.shapes;
	struct idm_shape shape;

	set->shape = calloc((size_t)set->is.nshapes + 1, sizeof(*set->shape));
	if (set->shape == NULL)
		return false;
	while (set->nshapes < set->is.nshapes &&
	    idm_ruleset_shape(&cursor, &set->is.descriptor, &shape))
		set->shape[set->nshapes++].is = shape;
	qsort(set->shape, set->nshapes, sizeof(*set->shape), by_id);
	return true;
}

static void
gather_set(struct verify *verify, struct idm_str key, struct idm_str value)
{
	struct set set = { .key = key };
	struct set *grown;

	if (idm_ruleset_read(value, &set.is, NULL) != IDM_OK)
		return;
	grown = reallocarray(
	    verify->set, verify->nsets + 1, sizeof(*verify->set));
	if (grown != NULL)
		verify->set = grown;
	if (grown == NULL || !load_shapes(&set)) {
		verify->out_of_memory = true;
		return;
	}
	verify->set[verify->nsets++] = set;
}

static bool
read_uid(struct idm_str text, uint32_t *uid)
{
	return idm_num_id(text.data + 2, text.len - 2, uid, NULL) == IDM_OK;
}

/* The uid stands in the key, as "u/1000". */
static void
gather_owned(struct verify *verify, struct idm_str key, struct idm_str value)
{
	struct idm_cursor names;
	uint32_t n, uid;
	struct idm_str owner = { .data = (const char *)&uid,
		.len = sizeof(uid) };

	if (!read_uid(key, &uid) ||
	    idm_list_read(value, &names, &n, NULL) != IDM_OK)
		return;
	for (uint32_t i = 0; i < n; i++) {
		struct idm_str name = idm_cursor_str(&names);
		struct idm_change before;

		if (idm_changes_find(verify->owned, name, &before))
			found(verify, "an entry is listed twice");
		else if (idm_changes_put(verify->owned, name, owner, NULL) !=
		    IDM_OK)
			verify->out_of_memory = true;
	}
}

static void
gather(struct verify *verify, struct idm_str whole, struct idm_str value)
{
	struct key key = { .whole = whole };

	if (whole.len < IDM_KEY_END)
		return;
	key.whole.len -= IDM_KEY_END;
	switch (classify(&key)) {
	case 'S':
		gather_set(verify, key.whole, value);
		break;
	case 'O':
		gather_owned(verify, key.whole, value);
		break;
	default:
		break;
	}
}

/* ---- The second walk: every record. */

static void
check_policy(struct verify *verify, const struct key *key, struct idm_str value)
{
	struct idm_policy policy;
	struct idm_err err;

	(void)key;
	if (idm_policy_read(value, &policy, &err) != IDM_OK)
		found(verify, "%s", err.text);
}

static void
check_domains(
    struct verify *verify, const struct key *key, struct idm_str value)
{
	struct idm_domains domains;
	struct idm_err err;

	enum idm_status st;

	if (idm_str_is(key->whole, IDM_DOMAINS_KEY))
		st = idm_domains_read(value, &domains, &err);
	else
		st = idm_removed_read(value, &domains, &err);
	if (st != IDM_OK)
		found(verify, "%s", err.text);
	else
		idm_domains_free(&domains);
}

static void
check_directory(
    struct verify *verify, const struct key *key, struct idm_str value)
{
	struct idm_directory directory;
	struct idm_err err;

	(void)key;
	if (idm_directory_read(value, &directory, &err) != IDM_OK)
		found(verify, "%s", err.text);
}

/* A list of names that is to be sorted: say what each() finds of each name. */
static void
check_list(struct verify *verify, struct idm_str value, uint32_t max,
    void (*each)(struct verify *, struct idm_str name))
{
	struct idm_str last = { .data = "" };
	struct idm_cursor names;
	struct idm_err err;
	uint32_t n;

	if (idm_list_read(value, &names, &n, &err) != IDM_OK) {
		found(verify, "%s", err.text);
		return;
	}
	if (n > max)
		found(verify, "more than %lu names", (unsigned long)max);
	for (uint32_t i = 0; i < n; i++) {
		struct idm_str name = idm_cursor_str(&names);

		if (i > 0 && idm_str_compare(last, name) >= 0)
			found(verify, "the list is not sorted");
		each(verify, name);
		last = name;
	}
}

static void
check_listed(struct verify *verify, struct idm_str key)
{
	struct set *set = find_set(verify, key);

	if (set == NULL)
		found(verify, "there is no '%.*s'", (int)key.len, key.data);
	else
		set->listed = true;
}

static void
check_rulesets(
    struct verify *verify, const struct key *key, struct idm_str value)
{
	(void)key;
	check_list(verify, value, UINT32_MAX, check_listed);
}

static void
check_served(struct verify *verify, struct idm_str name)
{
	char memory[IDM_KEY_MAX + 2];
	struct idm_buf buf;
	struct set *set;

	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	idm_key_ruleset(&buf, IDM_RULESET_SCHEME, name);
	set = find_set(verify, (struct idm_str){ buf.data, buf.len });
	if (set == NULL)
		found(verify, "there is no scheme '%.*s'", (int)name.len,
		    name.data);
	else
		set->serving = true;
}

static void
check_serving(
    struct verify *verify, const struct key *key, struct idm_str value)
{
	(void)key;
	check_list(verify, value, IDM_SERVING_MAX, check_served);
}

static void
check_shapes(struct verify *verify, const struct set *set)
{
	struct idm_cursor cursor = set->is.shapes;
	struct idm_shape last = { 0 }, shape;

	if (set->nshapes < set->is.nshapes) {
		found(verify, "a shape is damaged");
		return;
	}
	for (uint32_t i = 0; i < set->nshapes; i++) {
		if (!idm_ruleset_shape(&cursor, &set->is.descriptor, &shape))
			return;
		if (i > 0 &&
		    idm_shape_order(&set->is.descriptor, &last, &shape) >= 0)
			found(verify, "the shapes are not sorted");
		if (shape.id >= set->is.next_shape)
			found(verify, "a shape has an id that is yet to come");
		if (i > 0 && set->shape[i - 1].is.id == set->shape[i].is.id)
			found(verify, "two shapes have the same id");
		last = shape;
	}
}

static void
check_set(struct verify *verify, const struct key *key, struct idm_str value)
{
	struct idm_str name = { key->set.data + 2, key->set.len - 2 };
	struct idm_ruleset ruleset;
	const struct set *set;
	struct idm_err err;

	if (idm_name_scheme(name, &err) != IDM_OK)
		found(verify, "%s", err.text);
	if (idm_ruleset_read(value, &ruleset, &err) != IDM_OK) {
		found(verify, "%s", err.text);
		return;
	}
	if (ruleset.kind != (uint8_t)key->set.data[0])
		found(verify, "is of kind '%c'", ruleset.kind);
	set = find_set(verify, key->set);
	if (set != NULL)
		check_shapes(verify, set);
}

/* An entry on its own: may it stand in this ruleset?  Fill its shape. */
static bool
check_entry(struct verify *verify, const struct set *set,
    const struct idm_entry *entry, struct idm_fields *fields,
    struct idm_shape *shape)
{
	struct idm_err err;

	if (idm_entry_examine(&set->is.descriptor, entry, &err) !=
		IDM_ENTRY_GOOD ||
	    idm_descriptor_split(
		&set->is.descriptor, entry->remote, fields, &err) != IDM_OK) {
		found(verify, "%s", err.text);
		return false;
	}
	*shape = idm_shape_of(&set->is.descriptor, fields);
	return true;
}

static void
check_literal(
    struct verify *verify, const struct key *key, struct idm_str value)
{
	struct set *set = find_set(verify, key->set);
	struct idm_fields fields;
	struct idm_shape shape;
	struct idm_entry entry;
	struct idm_err err;

	if (set == NULL) {
		found(verify, "entry of a ruleset that does not exist");
		return;
	}
	set->found++;
	if (idm_entry_read(value, &entry, &err) != IDM_OK) {
		found(verify, "%s", err.text);
		return;
	}
	entry.remote = key->rest;
	if (check_entry(verify, set, &entry, &fields, &shape) &&
	    !idm_shape_literal(&set->is.descriptor, &shape))
		found(verify, "pattern among the literal entries");
}

/* The shape that a bucket's key names by its number, as in "7/...". */
static struct shape *
find_shape(const struct set *set, struct idm_str rest)
{
	const char *slash = memchr(rest.data, '/', rest.len);
	struct shape wanted;
	uint32_t id;

	if (slash == NULL ||
	    idm_num_id(rest.data, (size_t)(slash - rest.data), &id, NULL) !=
		IDM_OK)
		return NULL;
	wanted.is.id = id;
	return bsearch(
	    &wanted, set->shape, set->nshapes, sizeof(*set->shape), by_id);
}

/* A pattern must be where a lookup searches for it. */
static void
check_pattern(struct verify *verify, const struct key *key,
    const struct set *set, const struct idm_shape *shape,
    const struct idm_entry *entry)
{
	struct idm_str name = { key->set.data + 2, key->set.len - 2 };
	char memory[IDM_KEY_MAX];
	struct idm_fields fields;
	struct idm_shape own;
	struct idm_buf buf;

	if (!check_entry(verify, set, entry, &fields, &own))
		return;
	if (idm_shape_order(&set->is.descriptor, shape, &own) != 0) {
		found(verify, "pattern '%.*s' is of another shape",
		    (int)entry->remote.len, entry->remote.data);
		return;
	}
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	idm_key_patterns(&buf, set->is.kind, name);
	if (!idm_key_bucket(&buf, &set->is.descriptor, shape, &fields) ||
	    idm_str_compare(
		(struct idm_str){ buf.data, buf.len }, key->whole) != 0) {
		found(verify, "pattern '%.*s' is under the wrong key",
		    (int)entry->remote.len, entry->remote.data);
	}
}

static void
check_bucket(struct verify *verify, const struct key *key, struct idm_str value)
{
	struct set *set = find_set(verify, key->set);
	struct idm_str last = { .data = "" };
	struct idm_cursor cursor;
	struct idm_entry entry;
	struct shape *shape;
	struct idm_err err;
	uint32_t n;

	if (set == NULL) {
		found(verify, "patterns of a ruleset that does not exist");
		return;
	}
	shape = find_shape(set, key->rest);
	if (shape == NULL) {
		found(verify, "patterns of a shape that does not exist");
		return;
	}
	if (idm_bucket_read(value, &cursor, &n, &err) != IDM_OK) {
		found(verify, "%s", err.text);
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (idm_bucket_next(&cursor, &entry, &err) != IDM_OK) {
			found(verify, "%s", err.text);
			return;
		}
		if (i > 0 && idm_str_compare(last, entry.remote) >= 0)
			found(verify, "the patterns are not sorted");
		check_pattern(verify, key, set, &shape->is, &entry);
		last = entry.remote;
	}
	if (!idm_cursor_done(&cursor))
		found(verify, "there are bytes behind the last pattern");
	set->found += n;
	shape->found += n;
}

static void
check_user_entry(
    struct verify *verify, const struct key *key, struct idm_str value)
{
	struct idm_str name = { key->set.data + 2, key->set.len - 2 };
	struct idm_user_entry entry;
	struct idm_change owner;
	struct idm_err err;

	if (idm_name_scheme(name, &err) != IDM_OK ||
	    idm_name_remote(key->rest, &err) != IDM_OK ||
	    idm_user_entry_read(value, &entry, &err) != IDM_OK) {
		found(verify, "%s", err.text);
		return;
	}
	if (!idm_changes_find(verify->owned, key->whole, &owner) ||
	    memcmp(owner.value.data, &entry.uid, sizeof(entry.uid)) != 0) {
		found(verify, "is not in the list of what uid %lu owns",
		    (unsigned long)entry.uid);
	}
}

static void
check_owned(struct verify *verify, const struct key *key, struct idm_str value)
{
	struct idm_cursor names;
	struct idm_str at;
	struct idm_err err;
	uint32_t n, uid;

	if (!read_uid(key->whole, &uid))
		found(verify, "the key has no uid");
	if (idm_list_read(value, &names, &n, &err) != IDM_OK) {
		found(verify, "%s", err.text);
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct idm_str name = idm_cursor_str(&names);

		if (idm_view_get(verify->view, name.data, name.len, &at) !=
		    IDM_OK) {
			found(verify, "lists '%.*s', which does not exist",
			    (int)name.len, name.data);
		}
	}
}

static void
check_own(struct verify *verify, const struct key *key, struct idm_str value)
{
	idm_verify_own(verify->view, verify->report, key->whole, value);
}

static void
check_host(struct verify *verify, const struct key *key, struct idm_str value)
{
	idm_verify_host(verify->view, verify->report, key->whole, value);
}

static void
check_rules(struct verify *verify, const struct key *key, struct idm_str value)
{
	struct set *set = find_set(verify, key->set);

	if (set == NULL)
		found(verify, "rules of a ruleset that does not exist");
	else
		set->found += idm_verify_rules_list(
		    &verify->rules, key->whole, value);
}

static void
check_wildcard(
    struct verify *verify, const struct key *key, struct idm_str value)
{
	struct set *set = find_set(verify, key->set);
	struct shape *shape = set != NULL ? find_shape(set, key->rest) : NULL;
	uint32_t n;

	if (shape == NULL) {
		found(verify, "rules of a shape that does not exist");
		return;
	}
	n = idm_verify_rules_list(&verify->rules, key->whole, value);
	set->found += n;
	shape->found += n;
}

static void
check_rule_count(
    struct verify *verify, const struct key *key, struct idm_str value)
{
	idm_verify_rules_count(&verify->rules, key->whole, value);
}

static const struct {
	char letter;
	enum idm_map_kind kind; /* of the file where it belongs */
	void (*check)(
	    struct verify *, const struct key *, struct idm_str value);
} kinds[] = {
	{ 'P', IDM_MAP_POLICY, check_policy },
	{ 'D', IDM_MAP_POLICY, check_domains },
	{ 'Y', IDM_MAP_POLICY, check_directory },
	{ 'R', IDM_MAP_POLICY, check_rulesets },
	{ 'N', IDM_MAP_POLICY, check_serving },
	{ 'S', IDM_MAP_POLICY, check_set },
	{ 'E', IDM_MAP_POLICY, check_literal },
	{ 'B', IDM_MAP_POLICY, check_bucket },
	{ 'U', IDM_MAP_USERS, check_user_entry },
	{ 'O', IDM_MAP_USERS, check_owned },
	{ 'I', IDM_MAP_POLICY, check_own },
	{ 'C', IDM_MAP_POLICY, check_rule_count },
	{ 'W', IDM_MAP_POLICY, check_rules },
	{ 'X', IDM_MAP_POLICY, check_wildcard },
	{ 'M', IDM_MAP_POLICY, check_host },
};

static void
check_by_kind(struct verify *verify, struct key *key, struct idm_str value)
{
	const struct idm_header *header = idm_view_header(verify->view);
	size_t i = 0;
	char letter;

	if (header->kind == IDM_MAP_STATE) {
		idm_verify_state(
		    verify->view, verify->report, key->whole, value);
		return;
	}
	if (header->kind == IDM_MAP_CACHE) {
		idm_verify_cached(
		    verify->view, verify->report, key->whole, value);
		return;
	}
	letter = classify(key);
	while (i < IDM_COUNTOF(kinds) && kinds[i].letter != letter)
		i++;
	if (i < IDM_COUNTOF(kinds) && kinds[i].kind == header->kind)
		kinds[i].check(verify, key, value);
	else if (i < IDM_COUNTOF(kinds))
		found(verify, "does not belong into this kind of file");
	else if (header->minor <= IDM_MAP_MINOR)
		found(verify, "is of no kind that this program knows");
}

static void
check_record(struct verify *verify, struct idm_str whole, struct idm_str value)
{
	struct idm_str at = { .data = NULL };
	struct key key = { 0 };

	verify->report->records++;
	if (idm_view_get_raw(verify->view, whole.data, whole.len, &at) !=
		IDM_OK ||
	    at.data != value.data)
		found(verify, "a lookup of its key does not find it");
	if (!idm_str_is(whole, IDM_HEADER_KEY) &&
	    strip_end(verify, whole, &key.whole))
		check_by_kind(verify, &key, value);
}

/* ---- Both walks, and what the counts say after them. */

/*
 * Damage is passed over: the check of the structure tells it.  So does it
 * when records overlap; their sizes together may then be anything, and the
 * walk ends.
 */
static void
walk(struct verify *verify,
    void (*visit)(struct verify *, struct idm_str key, struct idm_str value))
{
	uint64_t left = idm_view_bytes(verify->view).len;
	struct idm_walk at = { 0 };
	struct idm_str key, value;
	enum idm_status st;

	while ((st = idm_view_next(verify->view, &at, &key, &value, NULL)) !=
	    IDM_NOTFOUND) {
		if (st != IDM_OK)
			continue;
		if (key.len + value.len > left)
			return;
		left -= key.len + value.len;
		verify->current = key;
		if (key.len > IDM_KEY_END)
			verify->current.len -= IDM_KEY_END;
		visit(verify, key, value);
	}
}

static void
check_counts_of(struct verify *verify, const struct set *set)
{
	verify->current = set->key;
	if (!set->listed && !is_of_rules((char)set->is.kind))
		found(verify, "is not in the list of rulesets");
	if (set->is.serve == IDM_SERVE_YES && !set->serving)
		found(verify, "is not in the list of serving schemes");
	if (set->is.serve == IDM_SERVE_NO && set->serving)
		found(verify, "is in the list of serving schemes");
	if (set->is.entries != set->found) {
		found(verify, "says %llu entries, has %llu",
		    (unsigned long long)set->is.entries,
		    (unsigned long long)set->found);
	}
	for (uint32_t i = 0; i < set->nshapes; i++) {
		const struct shape *shape = &set->shape[i];

		if (shape->is.entries != shape->found) {
			found(verify, "shape %lu says %lu entries, has %llu",
			    (unsigned long)shape->is.id,
			    (unsigned long)shape->is.entries,
			    (unsigned long long)shape->found);
		}
	}
}

static void
check_counts(struct verify *verify)
{
	const struct idm_header *header = idm_view_header(verify->view);

	for (size_t i = 0; i < verify->nsets; i++)
		check_counts_of(verify, &verify->set[i]);
	if (header->records != verify->report->records) {
		idm_verify_found(verify->report,
		    "file says %llu records, has %llu",
		    (unsigned long long)header->records,
		    (unsigned long long)verify->report->records);
	}
}

static void
verify_fini(struct verify *verify)
{
	for (size_t i = 0; i < verify->nsets; i++)
		free(verify->set[i].shape);
	free(verify->set);
	idm_changes_free(&verify->owned);
	idm_verify_rules_fini(&verify->rules);
}

enum idm_status
idm_verify(const struct idm_view *view, struct idm_verify_report *report,
    struct idm_err *err)
{
	struct verify verify = { .view = view, .report = report };
	enum idm_status st;

	report->records = 0;
	report->findings = 0;
	st = idm_changes_new(&verify.owned, err);
	if (st != IDM_OK)
		return st;
	st = idm_verify_rules_init(&verify.rules, view, report, err);
	if (st != IDM_OK)
		goto out;
	st = idm_structure_check(view, report, err);
	if (st != IDM_OK)
		goto out;
	/* A state has no rulesets, nor has a cache; its keys look like some. */
	if (idm_view_header(view)->kind != IDM_MAP_STATE &&
	    idm_view_header(view)->kind != IDM_MAP_CACHE)
		walk(&verify, gather);
	if (verify.out_of_memory) {
		st = idm_fail(err, IDM_NOMEM, "out of memory");
		goto out;
	}
	if (verify.nsets > 0)
		qsort(verify.set, verify.nsets, sizeof(*verify.set), by_key);
	walk(&verify, check_record);
	check_counts(&verify);
	idm_verify_rules_sum(&verify.rules);
	if (verify.rules.out_of_memory)
		st = idm_fail(err, IDM_NOMEM, "out of memory");
out:
	verify_fini(&verify);
	return st;
}
