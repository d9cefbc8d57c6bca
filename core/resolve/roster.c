#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "resolve/roster.h"

enum idm_status
idm_roster_no_memory(struct idm_roster *roster)
{
	return idm_fail(
	    roster->err, IDM_NOMEM, "%s: out of memory", roster->with->path);
}

void
idm_roster_complain(struct idm_roster *roster,
    const struct idm_names_line *line, const char *fmt, ...)
{
	const struct idm_compile *with = roster->with;
	struct idm_err err;
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)idm_fail(
	    &err, IDM_INVALID, "%s:%lu: %s", with->path, line->line, text);
	with->mistake(with->context, err.text);
	roster->mistakes++;
}

enum idm_status
idm_roster_judge(struct idm_roster *roster, const struct idm_roster_item *item,
    enum idm_status st, const struct idm_err *why)
{
	if (st == IDM_REFUSED) {
		idm_roster_complain(roster, &item->line, "%s", why->text);
		return IDM_OK;
	}
	if (st != IDM_OK)
		*roster->err = *why;
	return st;
}

void
idm_roster_progress(const struct idm_roster *roster, size_t done)
{
	const struct idm_compile *with = roster->with;

	if (with->progress != NULL && done % 4096 == 0)
		with->progress(with->context, done, roster->n);
}

/* ---- Lines. */

static enum idm_status
add_item(struct idm_roster *roster, const struct idm_names_line *line)
{
	struct idm_roster_item *item;

	if (roster->n == roster->room) {
		size_t room = roster->room == 0 ? 256 : 2 * roster->room;

		item = reallocarray(roster->item, room, sizeof(*item));
		if (item == NULL || room > UINT32_MAX)
			return idm_roster_no_memory(roster);
		roster->item = item;
		roster->room = room;
	}
	item = &roster->item[roster->n++];
	*item = (struct idm_roster_item){
		.line = *line,
		.who = {
			.is_group = line->is_group,
			.account = line->name,
			.sid = line->sid,
		},
	};
	if (item->who.sid.nsubs == 0 && roster->with->domain->sid.nsubs > 0)
		item->who.sid = idm_sid_of(
		    &roster->with->domain->sid, line->rid);
	if (item->who.sid.nsubs == 0) {
		idm_roster_complain(roster, line,
		    "RID %u: the SID of domain '%s' is not configured",
		    line->rid, roster->with->domain->name);
	}
	return IDM_OK;
}

static enum idm_status
read_lines(struct idm_roster *roster)
{
	struct idm_names_reader reader = { .rest = roster->with->text };
	struct idm_names_line line;
	enum idm_status st;
	struct idm_err err;

	for (;;) {
		st = idm_names_next(&reader, &line, &err);
		if (st == IDM_NOTFOUND)
			return IDM_OK;
		if (st == IDM_OK) {
			st = add_item(roster, &line);
			if (st != IDM_OK)
				return st;
			continue;
		}
		line.line = reader.line;
		idm_roster_complain(roster, &line, "%s", err.text);
	}
}

/* ---- Names. */

static enum idm_status
name_item(struct idm_roster *roster, struct idm_roster_item *item)
{
	struct idm_err why;
	enum idm_status st;

	st = idm_ownid_name(&roster->realm, &item->who, &why);
	return idm_roster_judge(roster, item, st, &why);
}

static enum idm_status
name_items(struct idm_roster *roster)
{
	enum idm_status st = IDM_OK;

	for (size_t i = 0; i < roster->n && st == IDM_OK; i++)
		st = name_item(roster, &roster->item[i]);
	return st;
}

/* ---- In order, to find them and to see who is there twice. */

static int
compare_key(const void *a, const void *b, void *context)
{
	const struct idm_roster_item *item = context;
	const struct idm_roster_item *one = &item[*(const uint32_t *)a];
	const struct idm_roster_item *other = &item[*(const uint32_t *)b];
	int order = idm_str_compare(one->who.key, other->who.key);

	if (order == 0)
		order = (int)one->line.is_group - (int)other->line.is_group;
	if (order == 0)
		order = one->line.line < other->line.line ? -1 : 1;
	return order;
}

static int
compare_sid(const void *a, const void *b, void *context)
{
	const struct idm_roster_item *item = context;
	const struct idm_roster_item *one = &item[*(const uint32_t *)a];
	const struct idm_roster_item *other = &item[*(const uint32_t *)b];
	int order = idm_sid_compare(&one->who.sid, &other->who.sid);

	if (order == 0)
		order = one->line.line < other->line.line ? -1 : 1;
	return order;
}

static void
find_twins(struct idm_roster *roster)
{
	for (size_t i = 1; i < roster->n; i++) {
		const struct idm_roster_item
		    *one = &roster->item[roster->by_key[i - 1]];
		const struct idm_roster_item
		    *other = &roster->item[roster->by_key[i]];

		if (one->line.is_group == other->line.is_group &&
		    idm_str_compare(one->who.key, other->who.key) == 0) {
			idm_roster_complain(roster, &other->line,
			    "name '%.*s' stands in line %lu, too",
			    (int)other->line.name.len, other->line.name.data,
			    one->line.line);
		}
		one = &roster->item[roster->by_sid[i - 1]];
		other = &roster->item[roster->by_sid[i]];
		if (one->who.sid.nsubs > 0 &&
		    idm_sid_equal(&one->who.sid, &other->who.sid)) {
			char text[IDM_SID_TEXT_MAX];

			idm_roster_complain(roster, &other->line,
			    "%s stands in line %lu, too",
			    idm_sid_format(&other->who.sid, text),
			    one->line.line);
		}
	}
}

uint32_t *
idm_roster_order(const struct idm_roster *roster,
    int (*compare)(const void *, const void *, void *))
{
	uint32_t *index = calloc(roster->n + 1, sizeof(*index));

	if (index == NULL)
		return NULL;
	for (size_t i = 0; i < roster->n; i++)
		index[i] = (uint32_t)i;
	qsort_r(index, roster->n, sizeof(*index), compare, roster->item);
	return index;
}

static enum idm_status
order_items(struct idm_roster *roster)
{
	roster->by_key = idm_roster_order(roster, compare_key);
	roster->by_sid = idm_roster_order(roster, compare_sid);
	if (roster->by_key == NULL || roster->by_sid == NULL)
		return idm_roster_no_memory(roster);
	find_twins(roster);
	return IDM_OK;
}

/* The first of this key, whose kind is told; NULL: there is none. */
static struct idm_roster_item *
find_key(const struct idm_roster *roster, struct idm_str key, bool is_group)
{
	size_t low = 0;
	size_t high = roster->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct idm_roster_item
		    *item = &roster->item[roster->by_key[middle]];
		int order = idm_str_compare(item->who.key, key);

		if (order == 0)
			order = (int)item->line.is_group - (int)is_group;
		if (order == 0)
			return item;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

struct idm_roster_item *
idm_roster_sid(const struct idm_roster *roster, const struct idm_sid *sid)
{
	size_t low = 0;
	size_t high = roster->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct idm_roster_item
		    *item = &roster->item[roster->by_sid[middle]];
		int order = idm_sid_compare(&item->who.sid, sid);

		if (order == 0)
			return item;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

struct idm_roster_item *
idm_roster_word(
    const struct idm_roster *roster, struct idm_str word, bool is_group)
{
	char memory[IDM_OWNID_KEY_MAX];
	struct idm_roster_item *item;
	struct idm_sid sid;
	struct idm_buf buf;
	uint32_t rid;

	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	if (idm_ownid_put_key(&roster->realm, word, &buf, NULL) != IDM_OK)
		return NULL;
	item = find_key(
	    roster, (struct idm_str){ buf.data, buf.len }, is_group);
	if (item != NULL)
		return item;
	if (idm_names_sid(word, &sid, &rid, NULL) != IDM_OK)
		return NULL;
	if (sid.nsubs == 0)
		sid = idm_sid_of(&roster->with->domain->sid, rid);
	item = idm_roster_sid(roster, &sid);
	return item != NULL && item->line.is_group == is_group ? item : NULL;
}

/* ---- Names that overrides give. */

/* The key by which what it is shown as is looked up. */
static struct idm_str
found_by(const struct idm_roster_item *item)
{
	return item->who.other_name.len > 0 ? item->who.other_name
					    : item->who.key;
}

static int
compare_shown(const void *a, const void *b, void *context)
{
	const struct idm_roster_item *item = context;
	const struct idm_roster_item *one = &item[*(const uint32_t *)a];
	const struct idm_roster_item *other = &item[*(const uint32_t *)b];
	int order = idm_str_compare(found_by(one), found_by(other));

	if (order == 0)
		order = (int)one->line.is_group - (int)other->line.is_group;
	if (order == 0)
		order = one->line.line < other->line.line ? -1 : 1;
	return order;
}

/* Two that are shown by one name would be taken for each other. */
static enum idm_status
find_same_names(struct idm_roster *roster)
{
	uint32_t *by_shown = idm_roster_order(roster, compare_shown);

	if (by_shown == NULL)
		return idm_roster_no_memory(roster);
	for (size_t i = 1; i < roster->n; i++) {
		const struct idm_roster_item
		    *one = &roster->item[by_shown[i - 1]];
		const struct idm_roster_item *other = &roster
							   ->item[by_shown[i]];

		if (one->line.is_group == other->line.is_group &&
		    idm_str_compare(found_by(one), found_by(other)) == 0 &&
		    idm_str_compare(one->who.key, other->who.key) != 0) {
			idm_roster_complain(roster, &other->line,
			    "its name is shown as '%.*s', and so is that of "
			    "line %lu",
			    (int)other->who.shown.len, other->who.shown.data,
			    one->line.line);
		}
	}
	free(by_shown);
	return IDM_OK;
}

static enum idm_status
take_other_name(struct idm_roster *roster, struct idm_roster_item *item)
{
	const struct idm_roster_item *other;
	struct idm_str name;
	struct idm_err why;
	enum idm_status st;

	st = idm_ownid_asked(&roster->realm, &item->who, &name, &why);
	if (st != IDM_OK)
		return idm_roster_judge(roster, item, st, &why);
	other = idm_roster_word(roster, name, item->line.is_group);
	if (other != NULL && other != item) {
		idm_roster_complain(roster, &item->line,
		    "an override shows it as '%.*s', which is the name of line "
		    "%lu",
		    (int)item->who.shown.len, item->who.shown.data,
		    other->line.line);
		return IDM_OK;
	}
	return idm_ownid_take(&roster->realm, &item->who, name, roster->err);
}

static enum idm_status
check_shown(struct idm_roster *roster)
{
	enum idm_status st = IDM_OK;

	for (size_t i = 0; i < roster->n && st == IDM_OK; i++) {
		if (roster->item[i].who.override.name.len > 0)
			st = take_other_name(roster, &roster->item[i]);
	}
	return st == IDM_OK ? find_same_names(roster) : st;
}

/* ---- All of it. */

enum idm_status
idm_roster_mistaken(struct idm_roster *roster)
{
	if (roster->mistakes == 0)
		return IDM_OK;
	return idm_fail(roster->err, IDM_INVALID, "%s: %zu mistake%s",
	    roster->with->path, roster->mistakes,
	    roster->mistakes == 1 ? "" : "s");
}

enum idm_status
idm_roster_read(struct idm_roster *roster)
{
	enum idm_status st = read_lines(roster);

	if (st == IDM_OK)
		st = name_items(roster);
	if (st == IDM_OK)
		st = order_items(roster);
	if (st == IDM_OK)
		st = check_shown(roster);
	return st;
}

void
idm_roster_init(struct idm_roster *roster, const struct idm_compile *with,
    struct idm_pool *pool, struct idm_err *err)
{
	*roster = (struct idm_roster){
		.with = with,
		.err = err,
		.realm = { with->maps, with->domain, pool },
	};
}

void
idm_roster_fini(struct idm_roster *roster)
{
	free(roster->item);
	free(roster->by_key);
	free(roster->by_sid);
}
