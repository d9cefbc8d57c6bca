#include <sys/stat.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backends/backend.h"
#include "config/directorykey.h"

#include "cli/backendchange.h"
#include "cli/domainrange.h"
#include "cli/domains.h"
#include "cli/domaintext.h"
#include "cli/file.h"
#include "cli/json.h"
#include "cli/live.h"
#include "cli/policy.h"
#include "cli/say.h"
#include "cli/settle.h"
#include "cli/trial.h"
#include "cli/update.h"
#include "cli/verb_domain.h"

#define TEXT_MAX 65536

#define DEFAULT_NAME "default" /* with IDM_DOMAIN_SUFFIX, IDM_DEFAULT_FILE */

const struct verb_option verb_domain_options[] = {
	[DOMAIN_FORCE_MOVE] = {
	    .name = "force-move",
	    .brief = "though numbers move that may have been served",
	},
	{ .name = NULL },
};

const struct verb_option verb_domain_add_options[] = {
	[DOMAIN_FORCE_MOVE] = {
	    .name = "force-move",
	    .brief = "though numbers move that may have been served",
	},
	[DOMAIN_OFFLINE] = {
	    .name = "offline",
	    .brief = "do not ask the domain's directory",
	},
	{ .name = NULL },
};

const struct verb_option verb_domain_edit_options[] = {
	[DOMAIN_FORCE_MOVE] = {
	    .name = "force-move",
	    .brief = "though numbers move that may have been served",
	},
	[DOMAIN_DROP_OPTIONS] = {
	    .name = "drop-options",
	    .brief = "with another backend=: the range and all options go",
	},
	{ .name = NULL },
};

enum action { ADD, EDIT, REMOVE };

/* One change of one domain's file, and of the map with it. */
struct change {
	enum action action;
	const struct verb_call *call;
	const char *name; /* as it was typed */
	char path[PATH_MAX];
	struct cli_trial trial;
	struct idm_buf text; /* of the file, as it will be */
	struct idm_buf old;  /* as it was */
	struct stat stat;
	bool was_there;
	bool is_written;
	struct cli_domains domains;
	struct cli_names names;
	struct cli_live live;
};

/* ---- The file. */

static enum idm_status
make_path(struct change *change, struct idm_err *err)
{
	bool is_catch_all = strcmp(change->name, IDM_CATCH_ALL) == 0;
	char name[IDM_DOMAIN_MAX + 1];
	int n;

	/* What is typed must not lead out of the folder. */
	if (strchr(change->name, '/') != NULL) {
		return idm_fail(err, IDM_INVALID,
		    "'%s' is no domain's name: it has a '/'", change->name);
	}
	if (strcmp(change->name, DEFAULT_NAME) == 0) {
		return idm_fail(err, IDM_INVALID,
		    "the file '%s' is the catch-all's: write '*'",
		    IDM_DEFAULT_FILE);
	}
	n = snprintf(change->path, sizeof(change->path), "%s/%s%s",
	    IDM_DOMAINS_DIR, is_catch_all ? "" : change->name,
	    is_catch_all ? IDM_DEFAULT_FILE : IDM_DOMAIN_SUFFIX);
	if (n < 0 || (size_t)n >= sizeof(change->path))
		return idm_fail(err, IDM_INVALID, "the name is too long");
	return idm_domain_name_of(change->path, name, err);
}

static enum idm_status
read_old(struct change *change, struct idm_err *err)
{
	enum idm_status st;

	if (access(change->path, F_OK) == -1) {
		if (errno == ENOENT)
			return IDM_OK;
		return idm_fail_errno(err, "%s", change->path);
	}
	st = cli_file_read(change->path, &change->old, &change->stat, err);
	if (st != IDM_OK)
		return st;
	change->was_there = true;
	idm_buf_put(&change->text, change->old.data, change->old.len);
	return idm_buf_status(&change->text, err);
}

static const char *
given_value(const struct verb_call *call, const char *name)
{
	size_t len = strlen(name);

	for (int i = 1; i < call->argc; i++) {
		if (strncmp(call->argv[i], name, len) == 0 &&
		    call->argv[i][len] == '=')
			return call->argv[i] + len + 1;
	}
	return NULL;
}

static enum idm_status
check_there(const struct change *change, struct idm_err *err)
{
	bool is_catch_all = strcmp(change->name, IDM_CATCH_ALL) == 0;

	if (change->action == ADD && change->was_there)
		return idm_fail(err, IDM_CONFLICT,
		    "there is a domain '%s' already; 'idmap domain edit' "
		    "changes it",
		    change->name);
	if (change->action == REMOVE && is_catch_all)
		return idm_fail(err, IDM_REFUSED,
		    "the catch-all cannot be removed; 'idmap domain edit * "
		    "backend=none' has it map nothing");
	if (change->action != ADD && !change->was_there && !is_catch_all)
		return idm_fail(
		    err, IDM_NOTFOUND, "there is no domain '%s'", change->name);
	if (change->action == EDIT && !change->was_there &&
	    given_value(change->call, "backend") == NULL)
		return idm_fail(err, IDM_INVALID,
		    "the catch-all has no file yet, and is ephemeral without "
		    "one: say which backend it is to have, too, as in "
		    "backend=ephemeral");
	return IDM_OK;
}

/* ---- Settings as operands: "range=1000-1999", "space=" takes it away. */

static bool
is_key(const char *name)
{
	for (size_t i = 0; idm_domain_keys()[i].name != NULL; i++) {
		if (strcmp(idm_domain_keys()[i].name, name) == 0)
			return true;
	}
	return false;
}

static bool
is_directory_key(const char *name)
{
	for (size_t i = 0; idm_directory_key(i).name != NULL; i++) {
		if (strcmp(idm_directory_key(i).name, name) == 0)
			return true;
	}
	return false;
}

/*
 * The section that a setting is meant to be in: said in front of it, or else
 * the first that has one of this name.
 */
static const char *
section_of(const char **name)
{
	static const char *const sections[] = { CLI_SECTION_DOMAIN,
		CLI_SECTION_OPTIONS, CLI_SECTION_DIRECTORY };

	for (size_t i = 0; i < IDM_COUNTOF(sections); i++) {
		size_t len = strlen(sections[i]);

		if (strncmp(*name, sections[i], len) == 0 &&
		    (*name)[len] == '.') {
			*name += len + 1;
			return sections[i];
		}
	}
	if (is_key(*name))
		return CLI_SECTION_DOMAIN;
	return is_directory_key(*name) ? CLI_SECTION_DIRECTORY
				       : CLI_SECTION_OPTIONS;
}

static enum idm_status
split_operand(const char *operand, char name[static 64], const char **value,
    struct idm_err *err)
{
	const char *equals = strchr(operand, '=');
	size_t len;

	if (equals == NULL || equals == operand)
		return idm_fail(err, IDM_INVALID,
		    "'%s' is no setting: write NAME=VALUE", operand);
	len = (size_t)(equals - operand);
	if (len >= 64 || strpbrk(operand, "\n\r") != NULL)
		return idm_fail(
		    err, IDM_INVALID, "'%s' cannot be a setting", operand);
	memcpy(name, operand, len);
	name[len] = '\0';
	*value = equals[1] != '\0' ? equals + 1 : NULL;
	return IDM_OK;
}

static enum idm_status
set_operand(struct change *change, const char *operand, struct idm_err *err)
{
	char name[64];
	const char *value = NULL;
	const char *key = name;
	const char *section;
	enum idm_status st;

	st = split_operand(operand, name, &value, err);
	if (st != IDM_OK)
		return st;
	section = section_of(&key);
	return cli_domain_text_set(&change->text, section, key, value, err);
}

static enum idm_status
not_live(enum idm_status st, struct idm_err *err)
{
	struct idm_err why = *err;

	if (st == IDM_INVALID)
		return idm_within(err, st, "its directory");
	return idm_fail(err, st,
	    "its directory: %s (--offline adds the domain without asking it)",
	    why.text);
}

/* A backend's range when none is said. */
static enum idm_status
fill_in_range(struct change *change, const char *name, struct idm_err *err)
{
	const struct verb_call *call = change->call;
	const char *compat = given_value(call, "sssd_compat");
	const struct idm_backend *backend;
	uint32_t low, high;
	enum idm_status st;
	char range[32];

	backend = idm_backend_by_name(idm_str_of(name));
	if (backend == NULL || !backend->needs_range || backend->high > 0 ||
	    given_value(call, "range") != NULL ||
	    (compat != NULL && strcmp(compat, "yes") == 0))
		return IDM_OK;
	st = cli_domain_free_range(&low, &high, err);
	if (st != IDM_OK)
		return st;
	(void)snprintf(range, sizeof(range), "%u-%u", low, high);
	return cli_domain_text_set(
	    &change->text, CLI_SECTION_DOMAIN, "range", range, err);
}

static bool
get_setting(
    const struct change *change, const char *name, char *to, size_t size)
{
	struct idm_str value;

	if (!cli_domain_text_get(
		(struct idm_str){ change->text.data, change->text.len },
		CLI_SECTION_DOMAIN, idm_str_of(name), &value) ||
	    value.len >= size)
		return false;
	memcpy(to, value.data, value.len);
	to[value.len] = '\0';
	return true;
}

/*
 * A new domain gets a backend and a range when it says none, and what its
 * directory says.
 */
static enum idm_status
fill_in(struct change *change, struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	char name[32] = "rid";
	char range[64];

	if (!change->call->given[DOMAIN_OFFLINE])
		st = cli_live_fill(&change->live, &change->text, err);
	if (st != IDM_OK)
		return not_live(st, err);
	if (!get_setting(change, "backend", name, sizeof(name)))
		st = cli_domain_text_set(
		    &change->text, CLI_SECTION_DOMAIN, "backend", name, err);
	if (st != IDM_OK || get_setting(change, "range", range, sizeof(range)))
		return st;
	return fill_in_range(change, name, err);
}

/* Try the directory by what came of the settings. */
static enum idm_status
try_live(struct change *change, const struct idm_rewrite *rewrite,
    struct idm_err *err)
{
	char key[sizeof(IDM_DIRECTORY_KEY) + IDM_DOMAIN_MAX];
	const struct idm_domain *domain;
	struct idm_directory settings;
	struct idm_domains domains;
	struct idm_str value;
	enum idm_status st;

	st = cli_domains_get(rewrite, IDM_DOMAINS_KEY, &domains, err);
	if (st != IDM_OK)
		return st;
	domain = idm_domain_by_name(&domains, idm_str_of(change->name));
	if (domain == NULL) {
		idm_domains_free(&domains);
		return idm_fail(err, IDM_NOTFOUND, "there is no such domain");
	}
	(void)snprintf(
	    key, sizeof(key), "%s%s", IDM_DIRECTORY_KEY, domain->name);
	st = idm_rewrite_get(rewrite, key, strlen(key), &value);
	if (st == IDM_OK)
		st = idm_directory_read(value, &settings, err);
	if (st == IDM_OK)
		st = cli_live_try(&change->live, &settings, domain, err);
	idm_domains_free(&domains);
	return st == IDM_OK ? st : not_live(st, err);
}

/* What is dropped with the old backend is filled in as for a new domain. */
static enum idm_status
refill(struct change *change, struct idm_err *err)
{
	const char *name = given_value(change->call, "backend");

	if (!change->call->given[DOMAIN_DROP_OPTIONS])
		return IDM_OK;
	if (name == NULL) {
		return idm_fail(err, IDM_INVALID,
		    "--drop-options goes with another backend=");
	}
	return fill_in_range(change, name, err);
}

static enum idm_status
make_text(struct change *change, struct idm_err *err)
{
	const char *backend = given_value(change->call, "backend");
	enum idm_status st = IDM_OK;

	/* It comes first, because settings that are given stay. */
	if (backend != NULL && change->action == EDIT)
		st = cli_backend_drop(&change->text, backend,
		    change->call->given[DOMAIN_DROP_OPTIONS], err);
	for (int i = 1; i < change->call->argc && st == IDM_OK; i++)
		st = set_operand(change, change->call->argv[i], err);
	if (st == IDM_OK && change->action == ADD)
		st = fill_in(change, err);
	if (st == IDM_OK && change->action == EDIT)
		st = refill(change, err);
	return st;
}

static enum idm_status
try_change(struct change *change, struct idm_err *err)
{
	const char *name = strrchr(change->path, '/') + 1;
	enum idm_status st;

	st = cli_trial_make(&change->trial, err);
	if (st == IDM_OK && change->action == REMOVE)
		st = cli_trial_drop(&change->trial, name, err);
	else if (st == IDM_OK)
		st = cli_trial_put(&change->trial, name,
		    (struct idm_str){ change->text.data, change->text.len },
		    err);
	return st;
}

/* ---- Text and map together. */

static enum idm_status
make_folder(const char *path, struct idm_err *err)
{
	if (mkdir(path, 0755) == -1 && errno != EEXIST)
		return idm_fail_errno(err, "create %s", path);
	return IDM_OK;
}

static enum idm_status
write_text(struct change *change, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	if (change->action == REMOVE) {
		if (unlink(change->path) == -1)
			return idm_fail_errno(err, "remove %s", change->path);
	} else {
		st = make_folder(IDM_SYSCONFDIR, err);
		if (st == IDM_OK)
			st = make_folder(IDM_DOMAINS_DIR, err);
		if (st != IDM_OK)
			return st;
		st = cli_file_replace(change->path,
		    (struct idm_str){ change->text.data, change->text.len },
		    change->was_there ? &change->stat : NULL, err);
	}
	change->is_written = st == IDM_OK;
	return st;
}

/* The map could not be published: the text is again what it was. */
static void
put_back(const struct change *change)
{
	struct idm_err err;
	enum idm_status st = IDM_OK;

	if (!change->was_there)
		(void)unlink(change->path);
	else
		st = cli_file_replace(change->path,
		    (struct idm_str){ change->old.data, change->old.len }, NULL,
		    &err);
	if (st != IDM_OK)
		cli_error("%s: cannot be put back: %s", change->path, err.text);
}

static enum idm_status
make_change(struct cli_update *update, struct idm_err *err)
{
	struct change *change = update->context;
	enum idm_status st;

	st = read_old(change, err);
	if (st == IDM_OK)
		st = check_there(change, err);
	if (st == IDM_OK)
		st = make_text(change, err);
	if (st == IDM_OK)
		st = try_change(change, err);
	if (st == IDM_OK)
		st = cli_policy_settle(update->rewrite, err);
	if (st == IDM_OK) {
		change->domains.dir = change->trial.dir;
		st = cli_domains_apply(&change->domains, update->rewrite, err);
	}
	if (st == IDM_OK && change->live.is_used)
		st = try_live(change, update->rewrite, err);
	if (st == IDM_OK)
		cli_domains_describe(change->domains.changes, &update->changes);
	if (st == IDM_OK && !update->dry_run)
		st = write_text(change, err);
	cli_trial_remove(&change->trial);
	return st;
}

/* Who gets another backend may trip over what was right for the old one. */
static void
tell_kept(const struct change *change)
{
	struct idm_buf kept;

	idm_buf_init(&kept, TEXT_MAX);
	cli_backend_kept((struct idm_str){ change->old.data, change->old.len },
	    (struct idm_str){ change->text.data, change->text.len }, &kept);
	if (kept.len > 0) {
		cli_note("what the old backend had stays: %s; 'NAME=' takes "
			 "one away, --drop-options all",
		    idm_buf_text(&kept));
	}
	idm_buf_fini(&kept);
}

/* The file as it is now, which says what was found out; and whom it serves. */
static void
describe_live(const struct change *change, struct idm_buf *text)
{
	idm_buf_printf(text, "%s:\n", change->path);
	idm_buf_put(text, change->text.data, change->text.len);
	cli_live_describe(&change->live, text);
}

static void
report(const struct change *change, enum idm_status st)
{
	const json_t *changes = change->domains.changes;
	struct idm_buf text;

	if (changes == NULL || (st != IDM_OK && st != IDM_CONFLICT))
		return;
	if (change->call->json) {
		cli_json_print(json_pack("{s:b, s:b, s:O, s:O*, s:O*}",
		    "dry_run", change->call->dry_run, "done",
		    st == IDM_OK && !change->call->dry_run, "domains", changes,
		    "names", change->names.changes, "users",
		    change->live.users));
		return;
	}
	idm_buf_init(&text, (size_t)1 << 30);
	cli_domains_describe(changes, &text);
	cli_names_describe(change->names.changes, &text);
	if (change->live.is_used && st == IDM_OK)
		describe_live(change, &text);
	if (st == IDM_OK && change->call->dry_run)
		idm_buf_puts(&text, "nothing was changed (--dry-run)\n");
	else if (st == IDM_OK && text.len == 0)
		idm_buf_puts(&text, "nothing to change\n");
	printf("%s", idm_buf_text(&text));
	idm_buf_fini(&text);
}

static enum verb_exit
run(const struct verb_call *call, enum action action)
{
	struct change change = {
		.action = action,
		.call = call,
		.name = call->argv[0],
		/* A dry run shows what moves, and does not ask. */
		.domains.force_move = call->dry_run ||
		    call->given[DOMAIN_FORCE_MOVE],
	};
	struct cli_update update = {
		.request = &call->request,
		.dry_run = call->dry_run,
		.create = true,
		.context = &change,
	};
	enum idm_status st;
	struct idm_err err;

	if (action == REMOVE)
		change.domains.leaving = change.name;
	st = make_path(&change, &err);
	if (st != IDM_OK) {
		cli_error("%s", err.text);
		return verb_exit_of(st);
	}
	idm_buf_init(&change.text, TEXT_MAX);
	idm_buf_init(&change.old, TEXT_MAX);
	st = cli_update_run(&update, make_change);
	if (st != IDM_OK && change.is_written)
		put_back(&change);
	if (st == IDM_INVALID && action == EDIT)
		tell_kept(&change);
	if (st == IDM_OK) {
		change.names = (struct cli_names){
			.request = &call->request,
			.dry_run = call->dry_run,
			.force_move = change.domains.force_move,
		};
		st = cli_settle(&change.names);
	}
	report(&change, st);
	json_decref(change.names.changes);
	json_decref(change.domains.changes);
	cli_live_close(&change.live);
	idm_buf_fini(&change.text);
	idm_buf_fini(&change.old);
	return verb_exit_of(st);
}

enum verb_exit
verb_domain_add(const struct verb_call *call)
{
	return run(call, ADD);
}

enum verb_exit
verb_domain_edit(const struct verb_call *call)
{
	return run(call, EDIT);
}

enum verb_exit
verb_domain_remove(const struct verb_call *call)
{
	return run(call, REMOVE);
}
