#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backends/backend.h"
#include "backends/served.h"
#include "base/num.h"
#include "identity/account.h"
#include "identity/id.h"
#include "map/host_edit.h"
#include "map/own.h"
#include "map/snapshot.h"
#include "resolve/ownid.h"

#include "cli/file.h"
#include "cli/json.h"
#include "cli/maps.h"
#include "cli/names.h"
#include "cli/override.h"
#include "cli/say.h"
#include "cli/update.h"
#include "cli/verb_host.h"

#define TEXT_MAX (64 << 20) /* bytes of a list of overrides */
#define PREFIX   4          /* bytes: "o/u/" */

/* ---- Is a number free to be given? */

struct wish {
	const struct idm_maps *maps;
	bool is_group;
	struct idm_str subject;
	uint32_t id;
};

static bool
is_subjects(
    const struct wish *wish, const struct idm_sid *sid, struct idm_str key)
{
	char text[IDM_SID_TEXT_MAX];

	return idm_str_compare(key, wish->subject) == 0 ||
	    (sid->nsubs > 0 &&
		idm_str_is(wish->subject, idm_sid_format(sid, text)));
}

static enum idm_status
taken(const struct wish *wish, struct idm_str by, struct idm_err *err)
{
	return idm_fail(err, IDM_CONFLICT, "%s %lu is already that of %.*s",
	    wish->is_group ? "gid" : "uid", (unsigned long)wish->id,
	    (int)by.len, by.data);
}

static enum idm_status
check_accounts(const struct wish *wish, struct idm_err *err)
{
	struct idm_account account;
	struct idm_account_group group;

	if (wish->is_group) {
		if (idm_account_group_by_gid(
			IDM_ACCOUNTDIR, wish->id, &group, NULL) == IDM_OK) {
			return idm_fail(err, IDM_CONFLICT,
			    "gid %lu is that of this host's group '%s'",
			    (unsigned long)wish->id, group.name);
		}
	} else if (idm_account_by_uid(
		       IDM_ACCOUNTDIR, wish->id, &account, NULL) == IDM_OK) {
		return idm_fail(err, IDM_CONFLICT,
		    "uid %lu is that of this host's user '%s'",
		    (unsigned long)wish->id, account.name);
	}
	return IDM_OK;
}

static enum idm_status
check_own(const struct wish *wish, struct idm_err *err)
{
	struct idm_own_group group;
	struct idm_own_user user;
	struct idm_str value;

	if (wish->is_group) {
		if (idm_own_find_id(wish->maps->map, IDM_OWN_GID, wish->id,
			&value) == IDM_OK &&
		    idm_own_group_read(value, &group, NULL) == IDM_OK &&
		    !is_subjects(wish, &group.sid, group.key))
			return taken(wish, group.name, err);
	} else if (idm_own_find_id(wish->maps->map, IDM_OWN_UID, wish->id,
		       &value) == IDM_OK &&
	    idm_own_user_read(value, &user, NULL) == IDM_OK &&
	    !is_subjects(wish, &user.sid, user.key)) {
		return taken(wish, user.name, err);
	}
	return IDM_OK;
}

/*
 * A number in a domain's range is, or will be, another SID's, unless the
 * domain's own backend says that it is this one's.
 */
static enum idm_status
check_ranges(const struct wish *wish, struct idm_err *err)
{
	const struct idm_domain *const *all;
	const struct idm_domain *domain;
	struct idm_mapping mapping;
	uint32_t n;

	domain = idm_domain_by_id(&wish->maps->domains, wish->id, &all, &n);
	if (domain == NULL)
		return IDM_OK;
	if (idm_backend_to_sid(wish->maps, domain, wish->id,
		wish->is_group ? IDM_KIND_GROUP : IDM_KIND_USER, &mapping, NULL,
		NULL) == IDM_OK &&
	    is_subjects(wish, &mapping.sid, idm_str_of("")))
		return IDM_OK;
	return idm_fail(err, IDM_CONFLICT,
	    "%s %lu is in the range of domain %s, which gives it to another "
	    "SID",
	    wish->is_group ? "gid" : "uid", (unsigned long)wish->id,
	    domain->name);
}

static enum idm_status
check_number(const struct wish *wish, struct idm_err *err)
{
	enum idm_status st = check_accounts(wish, err);

	if (st == IDM_OK)
		st = check_own(wish, err);
	if (st == IDM_OK)
		st = check_ranges(wish, err);
	return st;
}

/* Below these, the name service serves nothing. */
static enum idm_status
check_floor(const struct idm_maps *maps, bool is_group, uint32_t id,
    struct idm_err *err)
{
	uint32_t floor = is_group ? maps->policy.gid_min : maps->policy.uid_min;

	if (id >= floor)
		return IDM_OK;
	return idm_fail(err, IDM_REFUSED,
	    "%s %lu is below %lu: the name service would not serve it",
	    is_group ? "gid" : "uid", (unsigned long)id, (unsigned long)floor);
}

/* Does an override, as they will be, give the number to a group? */
static bool
is_given_to_group(const struct idm_rewrite *rewrite, uint32_t gid)
{
	char memory[IDM_KEY_MAX];
	struct idm_str value;
	struct idm_buf key;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_override_key_id(&key, true, gid);
	return idm_rewrite_get(rewrite, key.data, key.len, &value) == IDM_OK;
}

/*
 * The name service drops a user whose primary group is one of this host, or
 * nobody's: see idm_served_admits_gid().
 */
static enum idm_status
check_primary(const struct idm_maps *maps, const struct idm_rewrite *rewrite,
    uint32_t gid, struct idm_err *err)
{
	const struct wish wish = { .is_group = true, .id = gid };
	enum idm_status st = check_floor(maps, true, gid, err);

	if (st == IDM_OK)
		st = check_accounts(&wish, err);
	if (st != IDM_OK || idm_served_admits_gid(maps, gid) ||
	    is_given_to_group(rewrite, gid))
		return st;
	return idm_fail(err, IDM_REFUSED,
	    "gid %lu is in no domain's range, and no override gives it to a "
	    "group: the name service would not serve the user",
	    (unsigned long)gid);
}

/*
 * Whom a directory knows must be found by the name that he is shown by: a
 * names file is compiled with what overrides say, a directory is asked.
 */
static enum idm_status
check_name(const struct idm_maps *maps, struct idm_str subject,
    struct idm_str name, struct idm_err *err)
{
	const struct idm_domain *domain = override_domain(
	    subject, &maps->domains);
	const struct idm_realm realm = { .maps = maps, .domain = domain };
	const struct idm_ownid identity = { .shown = name };
	struct idm_str asked;

	if (domain == NULL || (domain->flags & IDM_DOMAIN_DIRECTORY) == 0)
		return IDM_OK;
	return idm_ownid_asked(&realm, &identity, &asked, err);
}

/* ---- One override of an update. */

static void
note(struct cli_update *update, bool is_group, struct idm_str subject,
    const char *what)
{
	if (update->changes.len > 0)
		idm_buf_puts(&update->changes, "\n");
	idm_buf_printf(&update->changes, "override of %s %.*s: %s",
	    is_group ? "group" : "user", (int)subject.len, subject.data, what);
}

/* Judge an override and put it; the rewrite stays as it was if it is refused.
 */
static enum idm_status
put_line(struct cli_update *update, const struct idm_maps *maps,
    const struct override_line *line, struct idm_err *err)
{
	struct wish wish = { .maps = maps, .is_group = line->is_group };
	struct idm_buf subject;
	enum idm_status st;

	idm_buf_init(&subject, IDM_KEY_MAX);
	st = override_subject(&subject, line->subject, &maps->domains, err);
	if (st == IDM_OK)
		st = idm_buf_status(&subject, err);
	wish.subject = (struct idm_str){ subject.data, subject.len };
	wish.id = line->override.id;
	if (st == IDM_OK && line->override.has_id)
		st = check_number(&wish, err);
	if (st == IDM_OK && line->override.has_id &&
	    idm_id_reserved(wish.id) == NULL)
		st = check_floor(maps, wish.is_group, wish.id, err);
	if (st == IDM_OK && line->override.has_gid &&
	    idm_id_reserved(line->override.gid) == NULL)
		st = check_primary(
		    maps, update->rewrite, line->override.gid, err);
	if (st == IDM_OK && line->override.name.len > 0)
		st = check_name(maps, wish.subject, line->override.name, err);
	if (st == IDM_OK) {
		st = idm_override_put(update->rewrite, line->is_group,
		    wish.subject, &line->override, err);
	}
	if (st == IDM_OK)
		note(update, line->is_group, wish.subject, "set");
	idm_buf_fini(&subject);
	return st;
}

/*
 * Own identities bear what the overrides say: those of names files are
 * compiled anew.  Numbers that move thereby are meant to.
 */
static enum idm_status
settle(const struct verb_call *call)
{
	struct cli_names names = {
		.request = &call->request,
		.force_move = true,
		.anew = true,
	};
	enum idm_status st;

	if (call->dry_run)
		return IDM_OK;
	st = cli_names_apply(&names);
	if (st != IDM_OK) {
		cli_note("the overrides are kept; own identities follow when "
			 "'idmap apply' succeeds");
	}
	json_decref(names.changes);
	return st;
}

/* ---- set */

static enum idm_status
read_kind(const char *word, bool *is_group, struct idm_err *err)
{
	*is_group = strcmp(word, "group") == 0;
	if (*is_group || strcmp(word, "user") == 0)
		return IDM_OK;
	return idm_fail(
	    err, IDM_INVALID, "'%s' is neither 'user' nor 'group'", word);
}

static enum idm_status
take_text(const struct verb_call *call, unsigned row, struct idm_str *text)
{
	if (call->given[row])
		*text = idm_str_of(call->value[row]);
	return IDM_OK;
}

static enum idm_status
take_id(const struct verb_call *call, unsigned row, bool *has, uint32_t *id,
    struct idm_err *err)
{
	const char *value = call->value[row];

	if (!call->given[row])
		return IDM_OK;
	*has = value[0] != '\0';
	return *has ? idm_num_id(value, strlen(value), id, err) : IDM_OK;
}

/* Lay what the command line says over what is there. */
static enum idm_status
take_options(const struct verb_call *call, struct override_line *line,
    struct idm_err *err)
{
	struct idm_override *override = &line->override;
	enum idm_status st;

	(void)take_text(call, OVERRIDE_NAME, &override->name);
	(void)take_text(call, OVERRIDE_HOME, &override->home);
	(void)take_text(call, OVERRIDE_SHELL, &override->shell);
	(void)take_text(call, OVERRIDE_GECOS, &override->gecos);
	if (line->is_group) {
		return take_id(
		    call, OVERRIDE_GID, &override->has_id, &override->id, err);
	}
	st = take_id(call, OVERRIDE_UID, &override->has_id, &override->id, err);
	if (st == IDM_OK) {
		st = take_id(call, OVERRIDE_GID, &override->has_gid,
		    &override->gid, err);
	}
	return st;
}

static enum idm_status
check_options(const struct verb_call *call, bool is_group, struct idm_err *err)
{
	bool any = false;

	for (unsigned i = OVERRIDE_NAME; i <= OVERRIDE_GECOS; i++)
		any = any || call->given[i];
	if (!any)
		return idm_fail(err, IDM_INVALID, "nothing is to be set");
	if (is_group &&
	    (call->given[OVERRIDE_UID] || call->given[OVERRIDE_HOME] ||
		call->given[OVERRIDE_SHELL] || call->given[OVERRIDE_GECOS])) {
		return idm_fail(
		    err, IDM_INVALID, "a group has but --name and --gid");
	}
	return IDM_OK;
}

struct one {
	const struct verb_call *call;
	struct idm_maps *maps;
	bool is_group;
};

static enum idm_status
present_line(const struct one *one, struct idm_str subject,
    struct override_line *line, struct idm_err *err)
{
	static const struct idm_str none = { "", 0 };
	enum idm_status st;

	*line = (struct override_line){
		.is_group = one->is_group,
		.subject = idm_str_of(one->call->argv[1]),
		.override = { .name = none,
		    .gecos = none,
		    .home = none,
		    .shell = none },
	};
	st = idm_host_override(
	    one->maps->map, one->is_group, subject, &line->override, err);
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

static enum idm_status
set_one(struct cli_update *update, struct idm_err *err)
{
	const struct one *one = update->context;
	struct override_line line;
	struct idm_buf subject;
	enum idm_status st;

	idm_buf_init(&subject, IDM_KEY_MAX);
	st = override_subject(
	    &subject, idm_str_of(one->call->argv[1]), &one->maps->domains, err);
	if (st == IDM_OK) {
		st = present_line(one,
		    (struct idm_str){ subject.data, subject.len }, &line, err);
	}
	if (st == IDM_OK)
		st = take_options(one->call, &line, err);
	if (st == IDM_OK)
		st = put_line(update, one->maps, &line, err);
	idm_buf_fini(&subject);
	return st;
}

static enum idm_status
unset_one(struct cli_update *update, struct idm_err *err)
{
	const struct one *one = update->context;
	struct idm_buf subject;
	enum idm_status st;

	idm_buf_init(&subject, IDM_KEY_MAX);
	st = override_subject(
	    &subject, idm_str_of(one->call->argv[1]), &one->maps->domains, err);
	if (st == IDM_OK) {
		st = idm_override_drop(update->rewrite, one->is_group,
		    (struct idm_str){ subject.data, subject.len }, err);
	}
	if (st == IDM_OK) {
		note(update, one->is_group,
		    (struct idm_str){ subject.data, subject.len }, "unset");
	}
	idm_buf_fini(&subject);
	return st;
}

static enum verb_exit
run_one(const struct verb_call *call, cli_change *change, bool sets)
{
	struct one one = { .call = call };
	struct cli_update update = {
		.request = &call->request,
		.dry_run = call->dry_run,
		.context = &one,
	};
	struct idm_err err;
	enum idm_status st;

	st = read_kind(call->argv[0], &one.is_group, &err);
	if (st == IDM_OK && sets)
		st = check_options(call, one.is_group, &err);
	if (st != IDM_OK) {
		cli_error("%s", err.text);
		return VERB_USAGE;
	}
	st = cli_maps_open(&one.maps, &err);
	if (st != IDM_OK)
		cli_error("%s", err.text);
	else
		st = cli_update_run(&update, change);
	if (st == IDM_OK)
		st = settle(call);
	idm_maps_close(&one.maps);
	return verb_exit_of(st);
}

enum verb_exit
verb_override_set(const struct verb_call *call)
{
	return run_one(call, set_one, true);
}

enum verb_exit
verb_override_unset(const struct verb_call *call)
{
	return run_one(call, unset_one, false);
}

/* ---- import */

static bool
next_line(struct idm_str *text, struct idm_str *line)
{
	const char *end;

	if (text->len == 0)
		return false;
	end = memchr(text->data, '\n', text->len);
	line->data = text->data;
	line->len = end == NULL ? text->len : (size_t)(end - text->data);
	text->data += line->len + (end != NULL);
	text->len -= line->len + (end != NULL);
	return true;
}

static void
import_line(struct cli_update *update, struct override_import *import,
    struct idm_str text, unsigned number, bool is_group)
{
	struct override_line line;
	struct idm_err err;
	enum idm_status st;

	st = override_read(text, import->format, &line, &err);
	if (st == IDM_NOTFOUND || (st == IDM_OK && line.is_group != is_group) ||
	    (st != IDM_OK && is_group))
		return;
	if (st == IDM_OK && line.has_certificate) {
		cli_note("%s:%u: the certificate is not taken over",
		    import->path, number);
	}
	if (st == IDM_OK)
		st = put_line(update, import->maps, &line, &err);
	if (st == IDM_OK) {
		import->made++;
		return;
	}
	cli_error("%s:%u: %s", import->path, number, err.text);
	import->rejected++;
}

/* Those of one kind; what is of neither is told with the users. */
static void
import_lines(struct cli_update *update, struct override_import *import,
    struct idm_str text, bool is_group)
{
	struct idm_str line;

	for (unsigned number = 1; next_line(&text, &line); number++)
		import_line(update, import, line, number, is_group);
}

enum idm_status
override_import(struct cli_update *update, struct override_import *import,
    struct idm_err *err)
{
	struct idm_buf buf;
	enum idm_status st;

	idm_buf_init(&buf, TEXT_MAX);
	st = cli_file_read(import->path, &buf, NULL, err);
	if (st == IDM_OK) {
		const struct idm_str text = { buf.data, buf.len };

		/* A user's primary group may be another line's. */
		import_lines(update, import, text, true);
		import_lines(update, import, text, false);
	}
	idm_buf_fini(&buf);
	if (st != IDM_OK || import->rejected == 0)
		return st;
	return idm_fail(err, IDM_INVALID,
	    "%s: %u of %u lines are refused; nothing was imported",
	    import->path, import->rejected, import->rejected + import->made);
}

static enum idm_status
import_all(struct cli_update *update, struct idm_err *err)
{
	return override_import(update, update->context, err);
}

static bool
read_format(const struct verb_call *call, enum override_format *format)
{
	const char *word = call->value[0];

	if (!call->given[0])
		*format = OVERRIDE_OWN;
	else if (strcmp(word, "user") == 0)
		*format = OVERRIDE_SSS_USERS;
	else if (strcmp(word, "group") == 0)
		*format = OVERRIDE_SSS_GROUPS;
	else
		return false;
	return true;
}

static enum verb_exit
bad_format(const struct verb_call *call)
{
	cli_error("--sssd is 'user' or 'group', not '%s'", call->value[0]);
	return VERB_USAGE;
}

enum verb_exit
verb_override_import(const struct verb_call *call)
{
	struct override_import import = { .path = call->argv[0] };
	struct cli_update update = {
		.request = &call->request,
		.dry_run = call->dry_run,
		.context = &import,
	};
	struct idm_maps *maps = NULL;
	struct idm_err err;
	enum idm_status st;

	if (!read_format(call, &import.format))
		return bad_format(call);
	st = cli_maps_open(&maps, &err);
	import.maps = maps;
	if (st != IDM_OK)
		cli_error("%s", err.text);
	else
		st = cli_update_run(&update, import_all);
	if (st == IDM_OK)
		st = settle(call);
	if (st == IDM_OK) {
		printf("%u overrides imported%s\n", import.made,
		    call->dry_run ? " (--dry-run: nothing was changed)" : "");
	}
	idm_maps_close(&maps);
	return verb_exit_of(st);
}

/* ---- list, export */

struct found {
	struct override_line *line;
	size_t n;
	size_t room;
};

static int
by_subject(const void *a, const void *b)
{
	const struct override_line *left = a, *right = b;

	if (left->is_group != right->is_group)
		return left->is_group ? 1 : -1;
	return idm_str_compare(left->subject, right->subject);
}

static enum idm_status
add_found(struct found *found, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	struct override_line line = {
		.is_group = key.data[2] == 'g',
		.subject = { key.data + PREFIX,
		    key.len - PREFIX - IDM_KEY_END },
	};
	enum idm_status st = idm_override_read(value, &line.override, err);

	if (st != IDM_OK) {
		return idm_within(err, st, "override of '%.*s'",
		    (int)line.subject.len, line.subject.data);
	}
	if (found->n == found->room) {
		size_t room = found->room == 0 ? 64 : 2 * found->room;
		struct override_line *grown = reallocarray(
		    found->line, room, sizeof(*grown));

		if (grown == NULL)
			return idm_fail(err, IDM_NOMEM, "out of memory");
		found->line = grown;
		found->room = room;
	}
	found->line[found->n++] = line;
	return IDM_OK;
}

static bool
is_override(struct idm_str key)
{
	return key.len > PREFIX + IDM_KEY_END &&
	    (memcmp(key.data, "o/u/", PREFIX) == 0 ||
		memcmp(key.data, "o/g/", PREFIX) == 0);
}

static enum idm_status
find_all(const struct idm_view *view, struct found *found, struct idm_err *err)
{
	struct idm_walk walk = { 0 };
	struct idm_str key, value;
	enum idm_status st;

	while ((st = idm_view_next(view, &walk, &key, &value, err)) == IDM_OK) {
		if (!is_override(key))
			continue;
		st = add_found(found, key, value, err);
		if (st != IDM_OK)
			return st;
	}
	if (st != IDM_NOTFOUND)
		return cli_advise(err, st);
	if (found->n > 0)
		qsort(found->line, found->n, sizeof(*found->line), by_subject);
	return IDM_OK;
}

static void
set_text(json_t *json, const char *name, struct idm_str text)
{
	if (text.len > 0)
		(void)json_object_set_new(json, name, cli_json_text(text));
}

static json_t *
describe(const struct override_line *line)
{
	const struct idm_override *override = &line->override;
	json_t *json = json_pack("{s:s, s:o}", "kind",
	    line->is_group ? "group" : "user", "of",
	    cli_json_text(line->subject));

	set_text(json, "name", override->name);
	if (override->has_id) {
		(void)json_object_set_new(json, line->is_group ? "gid" : "uid",
		    json_integer(override->id));
	}
	if (override->has_gid) {
		(void)json_object_set_new(
		    json, "gid", json_integer(override->gid));
	}
	set_text(json, "gecos", override->gecos);
	set_text(json, "home", override->home);
	set_text(json, "shell", override->shell);
	return json;
}

static void
list_json(const struct found *found)
{
	json_t *all = json_array();

	for (size_t i = 0; i < found->n; i++)
		(void)json_array_append_new(all, describe(&found->line[i]));
	cli_json_print(all);
}

/* Lines of the wanted kind; all of them in our own form. */
static enum idm_status
write_lines(const struct found *found, enum override_format format,
    struct idm_buf *out, struct idm_err *err)
{
	for (size_t i = 0; i < found->n; i++) {
		const struct override_line *line = &found->line[i];

		if (format == OVERRIDE_OWN ||
		    line->is_group == (format == OVERRIDE_SSS_GROUPS))
			override_write(out, format, line);
	}
	return idm_buf_status(out, err);
}

static enum verb_exit
run_list(const struct verb_call *call, enum override_format format)
{
	struct found found = { .n = 0 };
	struct idm_maps *maps = NULL;
	struct idm_buf out;
	struct idm_err err;
	enum idm_status st;

	idm_buf_init(&out, TEXT_MAX);
	st = cli_maps_open(&maps, &err);
	if (st == IDM_OK)
		st = find_all(maps->map, &found, &err);
	if (st == IDM_OK)
		st = write_lines(&found, format, &out, &err);
	if (st != IDM_OK)
		cli_error("%s", err.text);
	else if (call->json)
		list_json(&found);
	else
		(void)fwrite(out.data, 1, out.len, stdout);
	idm_buf_fini(&out);
	free(found.line);
	idm_maps_close(&maps);
	return verb_exit_of(st);
}

enum verb_exit
verb_override_list(const struct verb_call *call)
{
	return run_list(call, OVERRIDE_OWN);
}

enum verb_exit
verb_override_export(const struct verb_call *call)
{
	enum override_format format;

	if (!read_format(call, &format))
		return bad_format(call);
	return run_list(call, format);
}
