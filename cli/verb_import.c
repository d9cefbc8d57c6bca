#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "config/updatelog.h"
#include "map/namerules_edit.h"

#include "cli/file.h"
#include "cli/policy.h"
#include "cli/ruleformat.h"
#include "cli/rules.h"
#include "cli/say.h"
#include "cli/seen.h"
#include "cli/update.h"
#include "cli/verb.h"

enum { IMPORT_FLUSH, IMPORT_FILE, IMPORT_FORCE };
const struct verb_option verb_import_options[] = {
	[IMPORT_FLUSH] = { 'F', "flush", NULL,
	    "remove all rules first, those of groups too" },
	[IMPORT_FILE] = { 'f', "file", "file", "read this file" },
	[IMPORT_FORCE] = { '\0', "force", NULL,
	    "add wildcards although they change numbers that\n"
	    "were served" },
	{ .name = NULL },
};

struct importing {
	const struct verb_call *call;
	const char *path; /* for messages */
	enum rule_format format;
	struct idm_buf text;
	struct rule_file file;
	enum idm_status read; /* could the file be read, and all of it? */
	struct idm_err why;
	size_t removed;
	size_t added;
};

static void
tell(void *context, unsigned long line, bool is_mistake, const char *text)
{
	const struct importing *importing = context;

	if (is_mistake)
		cli_error("%s:%lu: %s", importing->path, line, text);
	else
		cli_note("%s:%lu: %s", importing->path, line, text);
}

static enum idm_status
read_file(struct importing *importing, struct idm_err *err)
{
	const struct rule_file_teller teller = { tell, importing };
	const char *path = importing->call->value[IMPORT_FILE];
	enum idm_status st;

	st = cli_file_read(
	    path == NULL ? "-" : path, &importing->text, NULL, err);
	if (st == IDM_OK)
		st = rule_file_read(importing->format,
		    (struct idm_str){
			importing->text.data, importing->text.len },
		    &teller, &importing->file, err);
	if (st == IDM_OK && importing->file.bad > 0)
		st = idm_fail(err, IDM_INVALID,
		    "%s: %zu %s cannot be imported; nothing was changed",
		    importing->path, importing->file.bad,
		    importing->file.bad == 1 ? "line" : "lines");
	return st;
}

static enum idm_status
count_groups(
    void *context, const struct idm_namerule *rule, struct idm_err *err)
{
	size_t *n = context;

	(void)err;
	if (rule->win_is_group || rule->unix_is_group)
		++*n;
	return IDM_OK;
}

/* -F: all rules, also those that no file of this format could hold. */
static enum idm_status
flush(
    struct cli_update *update, struct importing *importing, struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	size_t groups = 0;

	if (importing->format != RULE_FORMAT_NATIVE)
		st = idm_namerules_each_of(
		    update->rewrite, count_groups, &groups, err);
	if (st == IDM_OK)
		st = idm_namerules_clear(
		    update->rewrite, &importing->removed, err);
	if (st == IDM_OK && groups > 0)
		cli_note("of the rules that -F removes, %zu are about groups, "
			 "which this format does not know",
		    groups);
	if (st == IDM_OK && importing->removed > 0)
		idm_buf_printf(&update->changes, "%zu name rules removed",
		    importing->removed);
	return st;
}

/* One rule more, or what is wrong with it, which *bad counts. */
static enum idm_status
add_one(struct cli_update *update, struct importing *importing,
    struct idm_namerules_adding *adding, const struct rule_file_rule *at,
    size_t *bad, struct idm_err *err)
{
	bool unchanged = false;
	enum idm_status st;

	st = idm_namerules_add_one(adding, &at->rule, &unchanged, err);
	if (st == IDM_CONFLICT || st == IDM_INVALID || st == IDM_EXHAUSTED) {
		tell(importing, at->number, true, err->text);
		++*bad;
		return IDM_OK;
	}
	if (st != IDM_OK)
		return st;
	if (!unchanged) {
		rules_note(update, "add", &at->rule, false);
		importing->added++;
	}
	return IDM_OK;
}

static enum idm_status
add_all(
    struct cli_update *update, struct importing *importing, struct idm_err *err)
{
	struct idm_namerules_adding *adding = NULL;
	uint32_t login = idm_update_login();
	uint64_t now = (uint64_t)time(NULL);
	enum idm_status st;
	size_t bad = 0;

	st = idm_namerules_add_begin(update->rewrite, &adding, err);
	for (size_t i = 0; st == IDM_OK && i < importing->file.n; i++) {
		struct idm_namerule *rule = &importing->file.rule[i].rule;

		rule->time = now;
		rule->uid = login == IDM_UPDATE_NONE ? getuid() : login;
		st = add_one(update, importing, adding,
		    &importing->file.rule[i], &bad, err);
	}
	if (st == IDM_OK && bad > 0)
		st = idm_fail(err, IDM_CONFLICT,
		    "%s: %zu rules cannot be added; nothing was changed",
		    importing->path, bad);
	if (st == IDM_OK)
		st = idm_namerules_add_finish(adding, err);
	idm_namerules_add_free(&adding);
	return st;
}

/* What they do to numbers that were served is seen when all are there. */
static enum idm_status
judge_all(struct cli_update *update, const struct importing *importing,
    struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	for (size_t i = 0; st == IDM_OK && i < importing->file.n; i++)
		st = seen_judge(update->rewrite, &importing->file.rule[i].rule,
		    importing->call->given[IMPORT_FORCE], err);
	return st;
}

static enum idm_status
change_import(struct cli_update *update, struct idm_err *err)
{
	struct importing *importing = update->context;
	enum idm_status st = importing->read;

	if (st != IDM_OK)
		return idm_fail(err, st, "%s", importing->why.text);
	if (idm_rewrite_view(update->rewrite) == NULL)
		st = cli_policy_begin(update->rewrite, err);
	if (st == IDM_OK && importing->call->given[IMPORT_FLUSH])
		st = flush(update, importing, err);
	if (st == IDM_OK)
		st = add_all(update, importing, err);
	if (st == IDM_OK)
		st = judge_all(update, importing, err);
	return st;
}

static void
report(const struct importing *importing)
{
	const struct verb_call *call = importing->call;
	size_t same = importing->file.n - importing->added;

	if (call->json)
		printf("{\"dry_run\": %s, \"removed\": %zu, \"added\": %zu, "
		       "\"unchanged\": %zu}\n",
		    call->dry_run ? "true" : "false", importing->removed,
		    importing->added, same);
	else if (call->dry_run)
		printf("would remove %zu rules and add %zu; %zu are there\n"
		       "nothing was changed (--dry-run)\n",
		    importing->removed, importing->added, same);
}

enum verb_exit
verb_import(const struct verb_call *call)
{
	struct importing importing = {
		.call = call,
		.path = call->value[IMPORT_FILE],
	};
	struct cli_update update = {
		.request = &call->request,
		.dry_run = call->dry_run,
		.create = true,
		.context = &importing,
	};
	struct idm_err err;
	enum idm_status st;

	st = rule_format_parse(call->argv[0], &importing.format, &err);
	if (st != IDM_OK) {
		cli_error("import: %s", err.text);
		return VERB_USAGE;
	}
	if (importing.path == NULL || strcmp(importing.path, "-") == 0)
		importing.path = "standard input";
	idm_buf_init(&importing.text, CLI_FILE_MAX);
	/* The file may be slow to read: no lock is held meanwhile. */
	importing.read = read_file(&importing, &importing.why);
	st = cli_update_run(&update, change_import);
	if (st == IDM_OK)
		report(&importing);
	rule_file_free(&importing.file);
	idm_buf_fini(&importing.text);
	return verb_exit_of(st);
}
