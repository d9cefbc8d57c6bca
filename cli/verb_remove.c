#include <stdio.h>

#include "base/attr.h"
#include "map/namerules_edit.h"

#include "cli/json.h"
#include "cli/pair.h"
#include "cli/rules.h"
#include "cli/say.h"
#include "cli/transact.h"
#include "cli/verb.h"

enum { REMOVE_ALL, REMOVE_TO, REMOVE_FROM, REMOVE_DIRECTIONAL };
const struct verb_option verb_remove_options[] = {
	[REMOVE_ALL] = { 'a', "all", NULL, "all rules" },
	[REMOVE_TO] = { 't', "to", NULL, "rules that lead to the name" },
	[REMOVE_FROM] = { 'f', "from", NULL, "rules that lead from the name" },
	[REMOVE_DIRECTIONAL] = { 'd', "directional", NULL,
	    "rules that lead from name1 to name2" },
	{ .name = NULL },
};

struct removing {
	struct idm_namerule like;
	struct idm_namerule_filter filter;
	size_t removed;
};

/* Which operands go with which options. */
static enum idm_status
check_words(const struct verb_call *call, struct idm_err *err)
{
	bool one_way = call->given[REMOVE_TO] || call->given[REMOVE_FROM];

	if (call->given[REMOVE_ALL] &&
	    (call->argc > 0 || one_way || call->given[REMOVE_DIRECTIONAL]))
		return idm_fail(
		    err, IDM_INVALID, "-a goes alone: all rules are removed");
	if (!call->given[REMOVE_ALL] && call->argc == 0)
		return idm_fail(err, IDM_INVALID,
		    "a name is missing; -a would remove all rules");
	if (call->given[REMOVE_TO] && call->given[REMOVE_FROM])
		return idm_fail(err, IDM_INVALID,
		    "-f and -t exclude each other; without them, rules of "
		    "both directions are removed");
	if (call->given[REMOVE_DIRECTIONAL] && call->argc != 2)
		return idm_fail(err, IDM_INVALID,
		    "-d needs two names; of one name, -f removes the rules "
		    "that lead from it, -t those that lead to it");
	if (one_way && call->argc != 1)
		return idm_fail(
		    err, IDM_INVALID, "-f and -t take one name; -d is for two");
	return IDM_OK;
}

/* The parts of the filter that a Windows name gives. */
static void
take_windows(struct removing *removing, const struct idm_identity *win)
{
	removing->filter.has_win = true;
	removing->filter.any_win_kind = win->type == IDM_ID_WINNAME;
	/* What inhibits has no domain, and a bare name is in any. */
	removing->filter.has_domain = removing->like.domain.len > 0;
}

static enum idm_status
parse_one(const char *operand, struct removing *removing, struct idm_err *err)
{
	struct cli_pair pair = { .is_win_first = true };
	struct idm_identity name;
	enum idm_status st;

	st = cli_name_parse(operand, &name, err);
	if (st != IDM_OK)
		return st;
	if (idm_idtype_is_windows(name.type))
		pair.win = name;
	else
		pair.unix = name;
	removing->like = cli_pair_rule(&pair, false);
	if (idm_idtype_is_windows(name.type))
		take_windows(removing, &name);
	else
		removing->filter.has_unix = true;
	return IDM_OK;
}

static enum idm_status
parse_names(const struct verb_call *call, struct removing *removing,
    struct idm_err *err)
{
	struct cli_pair pair;
	enum idm_status st;

	removing->filter.like = &removing->like;
	removing->filter.as_destination = call->given[REMOVE_TO];
	removing->filter.as_source = call->given[REMOVE_FROM] ||
	    call->given[REMOVE_DIRECTIONAL];
	if (call->argc == 1)
		return parse_one(call->argv[0], removing, err);
	st = cli_pair_parse(call->argv[0], call->argv[1], &pair, err);
	if (st != IDM_OK)
		return st;
	removing->like = cli_pair_rule(&pair, true);
	removing->filter.has_unix = true;
	take_windows(removing, &pair.win);
	return IDM_OK;
}

static enum idm_status
change_remove(struct cli_update *update, struct idm_err *err)
{
	struct removing *removing = update->context;
	enum idm_status st;

	if (removing->filter.like == NULL)
		st = idm_namerules_clear(
		    update->rewrite, &removing->removed, err);
	else
		st = idm_namerules_remove(update->rewrite, &removing->filter,
		    &removing->removed, err);
	if (st == IDM_OK && removing->removed > 0)
		idm_buf_printf(&update->changes, "%s%zu name rules removed",
		    update->changes.len > 0 ? "\n " : "", removing->removed);
	return st;
}

static void
report(const struct verb_call *call, const struct removing *removing)
{
	struct idm_buf text;

	if (removing->removed == 0 && call->argc == 2)
		cli_note("there is no such rule between '%s' and '%s'",
		    call->argv[0], call->argv[1]);
	else if (removing->removed == 0 && call->argc == 1)
		cli_note("there is no such rule of '%s'", call->argv[0]);
	idm_buf_init(&text, 256);
	if (call->json)
		idm_buf_printf(&text, "{\"dry_run\": %s, \"removed\": %zu}\n",
		    call->dry_run ? "true" : "false", removing->removed);
	else if (call->dry_run)
		idm_buf_printf(&text,
		    "would remove %zu rules\n"
		    "nothing was changed (--dry-run)\n",
		    removing->removed);
	verb_print(call, &text);
	idm_buf_fini(&text);
}

enum verb_exit
verb_remove(const struct verb_call *call)
{
	struct removing removing = { .filter = { .like = NULL } };
	struct cli_update update = {
		.request = &call->request,
		.dry_run = call->dry_run,
		.create = true,
		.context = &removing,
	};
	struct idm_err err;
	enum idm_status st;

	st = check_words(call, &err);
	if (st == IDM_OK && call->argc > 0)
		st = parse_names(call, &removing, &err);
	if (st != IDM_OK) {
		cli_error("remove: %s", err.text);
		return VERB_USAGE;
	}
	st = verb_update(call, &update, change_remove);
	if (st == IDM_OK)
		report(call, &removing);
	return verb_exit_of(st);
}
