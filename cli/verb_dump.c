#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "identity/winname.h"
#include "map/cached.h"
#include "map/equal.h"
#include "map/own.h"

#include "cli/given.h"
#include "cli/json.h"
#include "cli/resolver.h"
#include "cli/say.h"
#include "cli/told.h"
#include "cli/verb_mappings.h"

enum { DUMP_NAMES, DUMP_VERBOSE };
const struct verb_option verb_dump_options[] = {
	[DUMP_NAMES] = { 'n', "names", NULL, "names, where there are any" },
	[DUMP_VERBOSE] = { 'v', "verbose", NULL, "how each came to be" },
	{ .name = NULL },
};

/* What is told to be an id of ours, in order and once. */
struct number {
	uint32_t id;
	bool is_group;
	bool is_cached; /* a directory told it; nobody was given it here */
};

struct dump {
	const struct verb_call *call;
	struct cli_resolver with;
	struct number *number;
	size_t n, room;
	size_t orphans; /* given once, and no domain's any more */
	struct cli_json_list list;
};

/* ---- Which numbers there are. */

static enum idm_status
note(struct dump *dump, bool is_group, uint32_t id, struct idm_err *err)
{
	if (dump->n == dump->room) {
		size_t room = dump->room == 0 ? 1024 : 2 * dump->room;
		struct number *number = reallocarray(
		    dump->number, room, sizeof(*number));

		if (number == NULL)
			return idm_fail(err, IDM_NOMEM, "out of memory");
		dump->number = number;
		dump->room = room;
	}
	dump->number[dump->n++] = (struct number){
		.id = id,
		.is_group = is_group,
	};
	return IDM_OK;
}

/* "i/P/1500#89abcdef", or without its end: the number behind a prefix. */
static bool
read_key(struct idm_str key, const char *prefix, uint32_t *id)
{
	size_t len = strlen(prefix);
	const char *end;

	if (key.len <= len || memcmp(key.data, prefix, len) != 0)
		return false;
	key.data += len;
	key.len -= len;
	end = memchr(key.data, '#', key.len);
	if (end != NULL)
		key.len = (size_t)(end - key.data);
	return idm_num_id(key.data, key.len, id, NULL) == IDM_OK;
}

static enum idm_status
note_key(struct dump *dump, struct idm_str key, struct idm_err *err)
{
	uint32_t id;

	if (read_key(key, IDM_OWN_UID, &id) || read_key(key, "x/u/", &id))
		return note(dump, false, id, err);
	if (read_key(key, IDM_OWN_GID, &id) || read_key(key, "x/g/", &id))
		return note(dump, true, id, err);
	return IDM_OK;
}

static enum idm_status
note_view(struct dump *dump, const struct idm_view *view, struct idm_err *err)
{
	struct idm_walk walk = { 0 };
	struct idm_str key, value;
	enum idm_status st;

	while ((st = idm_view_next(view, &walk, &key, &value, err)) == IDM_OK) {
		st = note_key(dump, key, err);
		if (st != IDM_OK)
			return st;
	}
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

static enum idm_status
note_given(struct dump *dump, struct idm_err *err)
{
	struct cli_given_walk walk = { .at = 0 };
	enum idm_status st = IDM_OK;
	struct idm_str key, value;
	struct cli_given given;

	cli_given_open(&given, dump->with.maps);
	while (st == IDM_OK && cli_given_next(&given, &walk, &key, &value))
		st = note_key(dump, key, err);
	cli_given_close(&given);
	return st;
}

/* Of what directories told: whoever has a number by them. */
static enum idm_status
note_cached(struct dump *dump, bool is_group, struct idm_err *err)
{
	const char *prefix = is_group ? IDM_OWN_GID : IDM_OWN_UID;
	const struct idm_view *cache = dump->with.maps->cache;
	struct idm_walk walk = { 0 };
	struct idm_str key, value;
	enum idm_status st;
	uint32_t id;

	while ((st = idm_view_next_of(
		    cache, &walk, prefix, &key, &value, err)) == IDM_OK) {
		if (!read_key(key, prefix, &id))
			continue;
		st = note(dump, is_group, id, err);
		if (st != IDM_OK)
			return st;
		dump->number[dump->n - 1].is_cached = true;
	}
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

static bool
is_same(const struct number *left, const struct number *right)
{
	return left->is_group == right->is_group && left->id == right->id;
}

static int
compare(const void *a, const void *b)
{
	const struct number *left = a;
	const struct number *right = b;

	if (left->is_group != right->is_group)
		return left->is_group ? 1 : -1;
	if (left->id != right->id)
		return left->id < right->id ? -1 : 1;
	return (int)left->is_cached - (int)right->is_cached;
}

static enum idm_status
collect(struct dump *dump, struct idm_err *err)
{
	enum idm_status st;

	st = note_view(dump, dump->with.maps->map, err);
	if (st == IDM_OK)
		st = note_given(dump, err);
	if (st == IDM_OK && dump->with.maps->cache != NULL) {
		st = note_cached(dump, false, err);
		if (st == IDM_OK)
			st = note_cached(dump, true, err);
	}
	if (st == IDM_OK && dump->n > 0)
		qsort(dump->number, dump->n, sizeof(*dump->number), compare);
	return st;
}

/* ---- What they are. */

/* Does the SID, or name, lead back to the number? */
static bool
leads_back(const struct dump *dump, const struct number *number,
    const struct idm_resolution *found)
{
	const struct idm_resolved *win = &found->to;
	struct idm_identity identity = {
		.type = number->is_group ? IDM_ID_GSID : IDM_ID_USID,
		.sid = win->sid,
	};
	struct idm_resolution back;

	if (win->sid.nsubs == 0) {
		identity.type = number->is_group ? IDM_ID_WINGROUP
						 : IDM_ID_WINUSER;
		identity.text = idm_str_of(win->name);
		identity.win.name = identity.text;
		identity.win.domain = idm_str_of(win->domain);
	}
	return idm_resolve(&dump->with.resolver, &identity,
		   number->is_group ? IDM_ID_GID : IDM_ID_UID, &back,
		   NULL) == IDM_OK &&
	    back.to.id == number->id;
}

static bool
is_group_type(enum idm_idtype type)
{
	return type == IDM_ID_GSID || type == IDM_ID_WINGROUP;
}

/* Names for numbers, where there are any. */
static void
use_names(struct idm_resolution *found)
{
	bool is_group = found->from.type == IDM_ID_GID;

	if (found->from.name[0] != '\0')
		found->from.type = is_group ? IDM_ID_UNIXGROUP
					    : IDM_ID_UNIXUSER;
	if (found->to.name[0] != '\0') {
		found->to.type = is_group_type(found->to.type) ? IDM_ID_WINGROUP
							       : IDM_ID_WINUSER;
	}
}

static void
print_line(const struct dump *dump, const struct idm_resolution *found,
    const char *direction)
{
	struct idm_buf line;

	idm_buf_init(&line, 65536);
	cli_identity_put(&line, &found->to);
	idm_buf_printf(&line, "\t%s\t", direction);
	cli_identity_put(&line, &found->from);
	idm_buf_puts(&line, "\n");
	if (dump->call->given[DUMP_VERBOSE]) {
		idm_buf_puts(&line, "Method:\t");
		cli_method_put(&line, found);
		idm_buf_puts(&line, "\n");
		cli_told_put(&line, found);
	}
	fputs(idm_buf_text(&line), stdout);
	idm_buf_fini(&line);
}

static void
put_json(struct dump *dump, const struct idm_resolution *found,
    const char *direction)
{
	struct idm_buf win;
	struct idm_buf unix;
	json_t *object;

	idm_buf_init(&win, 65536);
	idm_buf_init(&unix, 65536);
	cli_identity_put(&win, &found->to);
	cli_identity_put(&unix, &found->from);
	object = json_pack("{s:s, s:s, s:s}", "windows", idm_buf_text(&win),
	    "direction", direction, "unix", idm_buf_text(&unix));
	if (dump->call->given[DUMP_VERBOSE]) {
		idm_buf_clear(&win);
		cli_method_put(&win, found);
		(void)json_object_set_new(
		    object, "method", json_string(idm_buf_text(&win)));
	}
	cli_told_json(object, found);
	cli_json_put(&dump->list, object);
	idm_buf_fini(&win);
	idm_buf_fini(&unix);
}

static void
show(struct dump *dump, struct idm_resolution *found, const char *direction)
{
	if (dump->call->given[DUMP_NAMES])
		use_names(found);
	if (dump->call->json)
		put_json(dump, found, direction);
	else
		print_line(dump, found, direction);
}

static void
show_number(struct dump *dump, const struct number *number)
{
	const struct idm_identity identity = {
		.type = number->is_group ? IDM_ID_GID : IDM_ID_UID,
		.id = number->id,
	};
	struct idm_resolution found;

	if (idm_resolve(&dump->with.resolver, &identity,
		number->is_group ? IDM_ID_GSID : IDM_ID_USID, &found,
		NULL) != IDM_OK ||
	    found.method == IDM_METHOD_LOCAL_SID) {
		dump->orphans += !number->is_cached;
		return;
	}
	show(dump, &found, leads_back(dump, number, &found) ? "==" : "<=");
}

/* ---- What directories say is equal. */

/* Does the UNIX account lead back to the Windows one? */
static bool
is_both_ways(const struct dump *dump, const struct idm_resolution *found)
{
	const struct idm_resolved *win = &found->to;
	bool is_group = found->from.type == IDM_ID_GID;
	const struct idm_identity identity = {
		.type = found->from.type,
		.id = found->from.id,
	};
	struct idm_resolution back;

	if (idm_resolve(&dump->with.resolver, &identity,
		is_group ? IDM_ID_WINGROUP : IDM_ID_WINUSER, &back,
		NULL) != IDM_OK)
		return false;
	if (win->sid.nsubs > 0 && back.to.sid.nsubs > 0)
		return idm_sid_equal(&win->sid, &back.to.sid);
	return strcasecmp(win->name, back.to.name) == 0 &&
	    strcasecmp(win->domain, back.to.domain) == 0;
}

/* Was it shown by its number, which the cache has? */
static bool
is_shown(const struct dump *dump, const struct idm_resolution *found)
{
	const struct number number = {
		.id = found->from.id,
		.is_group = found->from.type == IDM_ID_GID,
		.is_cached = true,
	};

	return dump->n > 0 &&
	    bsearch(&number, dump->number, dump->n, sizeof(number), compare) !=
	    NULL;
}

/* A Windows account whom its own directory's object, or an entry, maps. */
static void
show_mapped(struct dump *dump, bool is_group, struct idm_str name)
{
	struct idm_identity identity = {
		.type = is_group ? IDM_ID_WINGROUP : IDM_ID_WINUSER,
		.text = name,
	};
	struct idm_resolution found;
	struct idm_resolved win;
	bool is_both;

	if (idm_winname_split(name, &identity.win, NULL) != IDM_OK ||
	    idm_resolve(&dump->with.resolver, &identity,
		is_group ? IDM_ID_GID : IDM_ID_UID, &found, NULL) != IDM_OK ||
	    (found.method != IDM_METHOD_AD && found.method != IDM_METHOD_LDAP &&
		found.method != IDM_METHOD_IDMU))
		return;
	win = found.from;
	found.from = found.to;
	found.to = win;
	if (win.sid.nsubs > 0)
		found.to.type = is_group ? IDM_ID_GSID : IDM_ID_USID;
	is_both = is_both_ways(dump, &found);
	if (!is_both || !is_shown(dump, &found))
		show(dump, &found, is_both ? "==" : "=>");
}

static void
show_key(struct dump *dump, struct idm_str key, struct idm_str value)
{
	const size_t handle = sizeof(IDM_EQUAL_HANDLE) - 1;
	struct idm_cached cached;
	struct idm_equal equal;
	struct idm_str name = key;

	if (key.len <= IDM_OWN_PREFIX + IDM_KEY_END ||
	    idm_cached_read(value, &cached, NULL) != IDM_OK)
		return;
	name.data += IDM_OWN_PREFIX;
	name.len -= IDM_OWN_PREFIX + IDM_KEY_END;
	if (memcmp(key.data, IDM_EQUAL_USER, IDM_OWN_PREFIX) == 0 ||
	    memcmp(key.data, IDM_EQUAL_GROUP, IDM_OWN_PREFIX) == 0) {
		show_mapped(dump, key.data[2] == 'E', name);
		return;
	}
	/* w:NAME@DOM@DOMAIN, of whom the entries of DOMAIN name. */
	if (memcmp(key.data, IDM_EQUAL_HANDLE, handle) != 0 ||
	    (name.data[0] != 'w' && name.data[0] != 'W') ||
	    idm_equal_read(cached.record, &equal, NULL) != IDM_OK ||
	    idm_equal_is_nobody(&equal))
		return;
	while (name.data[name.len - 1] != '@')
		name.len--;
	name.data += 2;
	name.len -= 3;
	show_mapped(dump, equal.is_group, name);
}

static void
show_directories(struct dump *dump)
{
	struct idm_walk walk = { 0 };
	struct idm_str key, value;

	while (dump->with.maps->cache != NULL &&
	    idm_view_next(dump->with.maps->cache, &walk, &key, &value, NULL) ==
		IDM_OK)
		show_key(dump, key, value);
}

static void
show_all(struct dump *dump)
{
	if (dump->call->json)
		cli_json_begin(&dump->list, json_object(), "mappings");
	for (size_t i = 0; i < dump->n; i++)
		if (i == 0 || !is_same(&dump->number[i - 1], &dump->number[i]))
			show_number(dump, &dump->number[i]);
	show_directories(dump);
	if (dump->call->json)
		cli_json_end(&dump->list);
	if (dump->orphans > 0)
		cli_note("%zu ids were given by domains that do not have them "
			 "any more, and are not shown",
		    dump->orphans);
}

enum verb_exit
verb_dump(const struct verb_call *call)
{
	struct dump dump = { .call = call };
	struct idm_err err;
	enum idm_status st;

	st = cli_resolver_open(&dump.with, &err);
	if (st == IDM_OK)
		st = collect(&dump, &err);
	if (st == IDM_OK)
		show_all(&dump);
	else
		cli_error("%s", err.text);
	free(dump.number);
	cli_resolver_close(&dump.with);
	return verb_exit_of(st);
}
