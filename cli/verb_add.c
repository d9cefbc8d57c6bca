#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "config/updatelog.h"
#include "map/namerules_edit.h"

#include "cli/json.h"
#include "cli/pair.h"
#include "cli/policy.h"
#include "cli/rules.h"
#include "cli/ruletarget.h"
#include "cli/say.h"
#include "cli/seen.h"
#include "cli/transact.h"
#include "cli/verb.h"

enum { ADD_DIRECTIONAL, ADD_PRIVILEGED, ADD_FORCE };
const struct verb_option verb_add_options[] = {
	[ADD_DIRECTIONAL] = { 'd', "directional", NULL,
	    "only from name1 to name2" },
	[ADD_PRIVILEGED] = { '\0', "privileged", NULL,
	    "let NSS and PAM serve the rule although it names\n"
	    "root or another system account" },
	[ADD_FORCE] = { '\0', "force", NULL,
	    "add a wildcard although it changes numbers that\n"
	    "were served" },
	{ .name = NULL },
};

struct adding {
	const struct verb_call *call;
	struct idm_namerule rule;
	bool is_winname; /* a rule for users, and one for groups */
	bool is_new;     /* not all of it stood there before */
};

/* The rule with the highest number: the one that was added last. */
static enum idm_status
find_last(void *context, const struct idm_namerule *rule, struct idm_err *err)
{
	struct idm_namerule *last = context;

	(void)err;
	*last = *rule;
	return IDM_OK;
}

/* Take back the first half of a winname whose second cannot be added. */
static void
take_back(struct idm_rewrite *rewrite)
{
	struct idm_namerule last = { .id = 0 };
	struct idm_namerule_filter filter = {
		.like = &last,
		.has_win = true,
		.has_domain = true,
		.has_unix = true,
	};
	size_t removed;

	if (idm_namerules_each_of(rewrite, find_last, &last, NULL) != IDM_OK ||
	    idm_namerules_remove(rewrite, &filter, &removed, NULL) != IDM_OK)
		cli_note("half of the rule stays");
}

static enum idm_status
add_one(struct cli_update *update, const struct idm_namerule *rule,
    bool *unchanged, struct idm_err *err)
{
	struct adding *adding = update->context;
	enum idm_status st;

	st = seen_judge(
	    update->rewrite, rule, adding->call->given[ADD_FORCE], err);
	if (st == IDM_OK)
		st = idm_namerules_add(update->rewrite, rule, unchanged, err);
	return st;
}

static enum idm_status
change_add(struct cli_update *update, struct idm_err *err)
{
	struct adding *adding = update->context;
	struct idm_namerule rule = adding->rule;
	bool first_unchanged = true;
	bool unchanged = true;
	enum idm_status st = IDM_OK;

	if (idm_rewrite_view(update->rewrite) == NULL &&
	    !idm_rewrite_changed(update->rewrite))
		st = cli_policy_begin(update->rewrite, err);
	if (st == IDM_OK)
		st = add_one(update, &rule, &first_unchanged, err);
	if (st == IDM_OK && adding->is_winname) {
		rule.win_is_group = true;
		st = add_one(update, &rule, &unchanged, err);
		if (st != IDM_OK && !first_unchanged)
			take_back(update->rewrite);
	}
	if (st != IDM_OK)
		return st;
	adding->is_new = !first_unchanged || !unchanged;
	if (adding->is_new)
		rules_note(update, "add", &adding->rule, adding->is_winname);
	return IDM_OK;
}

/* The rule as it was typed; what it became is for "list" to say. */
static void
report(const struct verb_call *call, const struct adding *adding)
{
	struct idm_buf text;
	char *json;

	idm_buf_init(&text, 65536);
	if (call->json) {
		json_t *value = json_pack("{s:b, s:b, s:o}", "dry_run",
		    call->dry_run, "added", adding->is_new, "rule",
		    rules_json(&adding->rule));

		json = json_dumps(value, JSON_COMPACT);
		idm_buf_printf(&text, "%s\n", json == NULL ? "" : json);
		free(json);
		json_decref(value);
	} else {
		idm_namerule_put(&text, &adding->rule, adding->is_winname);
		idm_buf_puts(&text, "\n");
		if (call->dry_run)
			idm_buf_puts(
			    &text, "nothing was changed (--dry-run)\n");
	}
	verb_print(call, &text);
	idm_buf_fini(&text);
	if (!adding->is_new)
		cli_note("this rule was there already");
	/* Of a batch that would be a remark a line. */
	if (call->batch == NULL)
		rule_target_remark(&adding->rule);
}

static enum idm_status
parse(const struct verb_call *call, struct adding *adding, struct idm_err *err)
{
	struct idm_namerule *rule = &adding->rule;
	uint32_t login = idm_update_login();
	struct cli_pair pair;
	enum idm_status st;

	st = cli_pair_parse(call->argv[0], call->argv[1], &pair, err);
	if (st != IDM_OK)
		return st;
	adding->is_winname = pair.win.type == IDM_ID_WINNAME;
	*rule = cli_pair_rule(&pair, call->given[ADD_DIRECTIONAL]);
	rule->time = (uint64_t)time(NULL);
	rule->uid = login == IDM_UPDATE_NONE ? getuid() : login;
	if (!call->given[ADD_PRIVILEGED])
		return IDM_OK;
	rule->flags |= IDM_RULE_PRIVILEGED;
	return rule_target_privileged(rule, err);
}

enum verb_exit
verb_add(const struct verb_call *call)
{
	struct adding adding = { .call = call };
	struct cli_update update = {
		.request = &call->request,
		.dry_run = call->dry_run,
		.create = true,
		.context = &adding,
	};
	struct idm_err err;
	enum idm_status st;

	st = parse(call, &adding, &err);
	if (st != IDM_OK) {
		cli_error("add: %s", err.text);
		return VERB_USAGE;
	}
	st = verb_update(call, &update, change_add);
	if (st == IDM_OK)
		report(call, &adding);
	return verb_exit_of(st);
}
