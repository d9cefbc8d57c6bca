#include <sys/random.h>

#include <stdlib.h>
#include <string.h>

#include "map/allocated.h"
#include "map/host_edit.h"
#include "map/operation.h"

static enum idm_status
begin(struct idm_op *op, struct idm_rewrite *rewrite, struct idm_err *err)
{
	return idm_op_begin(
	    op, rewrite, (struct idm_ruleset_name){ .name = "" }, err);
}

/* Hand all over when nothing went wrong, and give the operation back. */
static enum idm_status
finish(struct idm_op *op, enum idm_status st, struct idm_err *err)
{
	if (st == IDM_OK)
		st = idm_op_finish(op, err);
	idm_op_fini(op);
	return st;
}

/* ---- The machine SID. */

static int
by_number(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

/* Sort, and have each once. */
static uint32_t
sort_rids(uint32_t *rid, size_t n)
{
	uint32_t kept = 0;

	if (n > 0)
		qsort(rid, n, sizeof(*rid), by_number);
	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || rid[kept - 1] != rid[i])
			rid[kept++] = rid[i];
	}
	return kept;
}

/*
 * A random UUID (RFC 4122, version 4), and from it the three numbers of the
 * SID as idmap(1M) takes them: the last, the first and the second of its four
 * words, here in the order of its bytes on every machine.
 */
static enum idm_status
make_uuid(struct idm_machine *machine, struct idm_err *err)
{
	static const uint8_t word[] = { 12, 0, 4 };
	uint8_t *uuid = machine->uuid;

	if (getrandom(uuid, IDM_UUID_SIZE, 0) != IDM_UUID_SIZE)
		return idm_fail_errno(err, "random bits for the machine SID");
	uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x40);
	uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
	machine->sid = (struct idm_sid){
		.authority = 5, .sub = { 21 }, .nsubs = 4
	};
	for (unsigned i = 0; i < 3; i++) {
		const uint8_t *at = uuid + word[i];

		machine->sid.sub[i + 1] = (uint32_t)at[0] << 24 |
		    (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
	}
	return IDM_OK;
}

static enum idm_status
put_machine(struct idm_op *op, const struct idm_machine *machine,
    const uint32_t *rid, struct idm_err *err)
{
	idm_machine_write(idm_op_empty(&op->value), machine, rid);
	return idm_op_put(op, idm_str_of(IDM_MACHINE_KEY), err);
}

static enum idm_status
get_machine(
    const struct idm_op *op, struct idm_machine *machine, struct idm_err *err)
{
	struct idm_str value;
	enum idm_status st;

	st = idm_op_get(op, idm_str_of(IDM_MACHINE_KEY), &value, err);
	return st == IDM_OK ? idm_machine_read(value, machine, err) : st;
}

enum idm_status
idm_machine_make(struct idm_rewrite *rewrite, bool *made, struct idm_err *err)
{
	struct idm_machine machine = { .is_imported = false };
	enum idm_status st;
	struct idm_op op;

	st = begin(&op, rewrite, err);
	if (st == IDM_OK)
		st = get_machine(&op, &machine, err);
	if (st == IDM_OK) {
		idm_op_fini(&op);
		*made = false;
		return IDM_OK;
	}
	if (st == IDM_NOTFOUND)
		st = make_uuid(&machine, err);
	if (st == IDM_OK)
		st = put_machine(&op, &machine, NULL, err);
	st = finish(&op, st, err);
	if (st == IDM_OK)
		*made = true;
	return st;
}

enum idm_status
idm_machine_import(struct idm_rewrite *rewrite, const struct idm_sid *sid,
    const uint32_t *rid, size_t n, struct idm_err *err)
{
	struct idm_machine machine = { .is_imported = false };
	uint32_t *sorted;
	enum idm_status st;
	struct idm_op op;

	if (!idm_sid_is_domain(sid)) {
		return idm_fail(err, IDM_INVALID,
		    "a machine SID is S-1-5-21 and three numbers more");
	}
	sorted = calloc(n + 1, sizeof(*sorted));
	if (sorted == NULL)
		return idm_op_nomem(err);
	if (n > 0)
		memcpy(sorted, rid, n * sizeof(*rid));
	st = begin(&op, rewrite, err);
	if (st == IDM_OK)
		st = get_machine(&op, &machine, err);
	if (st == IDM_NOTFOUND)
		st = make_uuid(&machine, err);
	machine.sid = *sid;
	machine.is_imported = true;
	machine.nreserved = sort_rids(sorted, n);
	if (st == IDM_OK)
		st = put_machine(&op, &machine, sorted, err);
	st = finish(&op, st, err);
	free(sorted);
	return st;
}

/* ---- Overrides. */

static struct idm_str
override_key(struct idm_op *op, bool is_group, struct idm_str text)
{
	idm_override_key(idm_op_empty(&op->key), is_group, text);
	return idm_op_text(&op->key);
}

static struct idm_str
number_key(struct idm_op *op, bool is_group, uint32_t id)
{
	idm_override_key_id(idm_op_empty(&op->key), is_group, id);
	return idm_op_text(&op->key);
}

static enum idm_status
get_override(struct idm_op *op, bool is_group, struct idm_str text,
    struct idm_override *out, struct idm_err *err)
{
	struct idm_str value;
	enum idm_status st;

	st = idm_op_get(op, override_key(op, is_group, text), &value, err);
	if (st == IDM_NOTFOUND) {
		return idm_fail(err, st, "there is no override of '%.*s'",
		    (int)text.len, text.data);
	}
	return st == IDM_OK ? idm_override_read(value, out, err) : st;
}

/* The number is this override's from now on, or there is another that has it.
 */
static enum idm_status
claim_number(struct idm_op *op, bool is_group, uint32_t id, struct idm_str text,
    struct idm_err *err)
{
	struct idm_str value, owner;
	enum idm_status st;

	st = idm_op_get(op, number_key(op, is_group, id), &value, err);
	if (st == IDM_OK)
		st = idm_owner_read(value, &owner, err);
	if (st == IDM_OK && idm_str_compare(owner, text) != 0) {
		return idm_fail(err, IDM_CONFLICT,
		    "%s %lu is given to '%.*s' by another override",
		    is_group ? "gid" : "uid", (unsigned long)id, (int)owner.len,
		    owner.data);
	}
	if (st != IDM_OK && st != IDM_NOTFOUND)
		return st;
	idm_owner_write(idm_op_empty(&op->value), text);
	return idm_op_put(op, number_key(op, is_group, id), err);
}

/* What an earlier one of the same identity claimed. */
static enum idm_status
release_number(struct idm_op *op, bool is_group,
    const struct idm_override *earlier, struct idm_err *err)
{
	if (!earlier->has_id)
		return IDM_OK;
	return idm_changes_remove(
	    op->todo, number_key(op, is_group, earlier->id), err);
}

static enum idm_status
release_earlier(
    struct idm_op *op, bool is_group, struct idm_str text, struct idm_err *err)
{
	struct idm_override earlier;
	enum idm_status st;

	st = get_override(op, is_group, text, &earlier, err);
	if (st == IDM_NOTFOUND)
		return IDM_OK;
	return st == IDM_OK ? release_number(op, is_group, &earlier, err) : st;
}

/* What could not be read back is not to be kept. */
static enum idm_status
write_override(
    struct idm_op *op, const struct idm_override *override, struct idm_err *err)
{
	struct idm_override back;
	enum idm_status st;

	idm_override_write(idm_op_empty(&op->value), override);
	st = idm_buf_status(&op->value, err);
	if (st == IDM_OK)
		st = idm_override_read(idm_op_text(&op->value), &back, err);
	if (st == IDM_CORRUPT) {
		st = IDM_INVALID;
		if (err != NULL)
			err->status = st;
	}
	return st;
}

enum idm_status
idm_override_put(struct idm_rewrite *rewrite, bool is_group,
    struct idm_str text, const struct idm_override *override,
    struct idm_err *err)
{
	enum idm_status st;
	struct idm_op op;

	st = begin(&op, rewrite, err);
	if (st == IDM_OK)
		st = release_earlier(&op, is_group, text, err);
	if (st == IDM_OK && override->has_id)
		st = claim_number(&op, is_group, override->id, text, err);
	if (st == IDM_OK)
		st = write_override(&op, override, err);
	if (st == IDM_OK)
		st = idm_op_put(&op, override_key(&op, is_group, text), err);
	return finish(&op, st, err);
}

enum idm_status
idm_override_drop(struct idm_rewrite *rewrite, bool is_group,
    struct idm_str text, struct idm_err *err)
{
	struct idm_override override;
	enum idm_status st;
	struct idm_op op;

	st = begin(&op, rewrite, err);
	if (st == IDM_OK)
		st = get_override(&op, is_group, text, &override, err);
	if (st == IDM_OK)
		st = release_number(&op, is_group, &override, err);
	if (st == IDM_OK) {
		st = idm_changes_remove(
		    op.todo, override_key(&op, is_group, text), err);
	}
	return finish(&op, st, err);
}

static enum idm_status
find_override(const struct idm_rewrite *rewrite, bool is_group,
    struct idm_str text, struct idm_override *override, struct idm_err *err)
{
	char memory[IDM_KEY_MAX];
	struct idm_str value;
	struct idm_buf key;
	enum idm_status st = IDM_NOTFOUND;

	idm_buf_init_fixed(&key, memory, sizeof(memory) - IDM_KEY_END);
	idm_override_key(&key, is_group, text);
	if (key.status == IDM_OK)
		st = idm_rewrite_get(rewrite, key.data, key.len, &value);
	if (st != IDM_OK) {
		return idm_fail(err, st, "override of '%.*s': %s",
		    (int)text.len, text.data, idm_status_name(st));
	}
	return idm_override_read(value, override, err);
}

enum idm_status
idm_override_of(const struct idm_rewrite *rewrite, bool is_group,
    const struct idm_sid *sid, struct idm_str name,
    struct idm_override *override, struct idm_err *err)
{
	char text[IDM_SID_TEXT_MAX];
	enum idm_status st = IDM_NOTFOUND;

	if (sid->nsubs > 0) {
		st = find_override(rewrite, is_group,
		    idm_str_of(idm_sid_format(sid, text)), override, err);
	}
	if (st == IDM_NOTFOUND)
		st = find_override(rewrite, is_group, name, override, err);
	return st;
}

/* ---- Properties. */

struct properties {
	struct idm_str *text; /* "name=value"; lent but for the new one */
	uint32_t n;
};

static enum idm_status
load_properties(
    const struct idm_op *op, struct properties *all, struct idm_err *err)
{
	struct idm_cursor cursor = idm_cursor_over("", 0);
	struct idm_str value;
	enum idm_status st;
	uint32_t n = 0;

	st = idm_op_get(op, idm_str_of(IDM_PROPERTIES_KEY), &value, err);
	if (st == IDM_OK)
		st = idm_list_read(value, &cursor, &n, err);
	if (st != IDM_OK && st != IDM_NOTFOUND)
		return st;
	all->text = calloc((size_t)n + 1, sizeof(*all->text));
	if (all->text == NULL)
		return idm_op_nomem(err);
	for (uint32_t i = 0; i < n; i++)
		all->text[i] = idm_cursor_str(&cursor);
	all->n = n;
	return IDM_OK;
}

static bool
is_named(struct idm_str text, const char *name)
{
	size_t len = strlen(name);

	return text.len > len && memcmp(text.data, name, len) == 0 &&
	    text.data[len] == '=';
}

static bool
take_out(struct properties *all, const char *name)
{
	for (uint32_t i = 0; i < all->n; i++) {
		if (!is_named(all->text[i], name))
			continue;
		memmove(&all->text[i], &all->text[i + 1],
		    (--all->n - i) * sizeof(*all->text));
		return true;
	}
	return false;
}

static void
put_in(struct properties *all, struct idm_str text)
{
	uint32_t i = all->n++;

	while (i > 0 && idm_str_compare(all->text[i - 1], text) > 0) {
		all->text[i] = all->text[i - 1];
		i--;
	}
	all->text[i] = text;
}

static enum idm_status
change_property(struct idm_op *op, struct properties *all, const char *name,
    const char *value, struct idm_err *err)
{
	bool was_set = take_out(all, name);
	enum idm_status st = IDM_OK;
	struct idm_buf text;

	if (value == NULL && !was_set) {
		return idm_fail(
		    err, IDM_NOTFOUND, "property %s is not set", name);
	}
	idm_buf_init(&text, UINT16_MAX);
	if (value != NULL) {
		idm_buf_printf(&text, "%s=%s", name, value);
		st = idm_buf_status(&text, err);
		put_in(all, idm_op_text(&text));
	}
	idm_list_write(idm_op_empty(&op->value), all->text, all->n);
	if (st == IDM_OK)
		st = idm_op_put(op, idm_str_of(IDM_PROPERTIES_KEY), err);
	idm_buf_fini(&text);
	return st;
}

enum idm_status
idm_property_put(struct idm_rewrite *rewrite, const char *name,
    const char *value, struct idm_err *err)
{
	struct properties all = { 0 };
	enum idm_status st;
	struct idm_op op;

	st = begin(&op, rewrite, err);
	if (st == IDM_OK)
		st = load_properties(&op, &all, err);
	if (st == IDM_OK)
		st = change_property(&op, &all, name, value, err);
	free(all.text);
	return finish(&op, st, err);
}

enum idm_status
idm_default_domain_of(const struct idm_rewrite *rewrite,
    const struct idm_domains *domains, char name[static IDM_DOMAIN_MAX + 1],
    struct idm_err *err)
{
	const struct idm_domain *domain = domains->by_default;
	struct idm_str record;
	struct idm_str text = { "", 0 };
	enum idm_status st;

	st = idm_rewrite_get(
	    rewrite, IDM_PROPERTIES_KEY, strlen(IDM_PROPERTIES_KEY), &record);
	if (st == IDM_OK)
		st = idm_property_find(record, IDM_DEFAULT_DOMAIN, &text, err);
	if (st == IDM_OK)
		domain = idm_domain_by_name(domains, text);
	else if (st != IDM_NOTFOUND)
		return idm_fail(err, st, "the record of properties is damaged");
	if (domain != NULL)
		text = idm_str_of(idm_domain_shown(domain));
	if (text.len > IDM_DOMAIN_MAX)
		text.len = 0;
	memcpy(name, text.data, text.len);
	name[text.len] = '\0';
	return IDM_OK;
}
