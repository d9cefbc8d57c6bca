#include <stdio.h>

#include "map/edit.h"
#include "map/host_edit.h"

#include "cli/domains.h"
#include "cli/json.h"
#include "cli/policy.h"
#include "cli/settings.h"
#include "cli/settle.h"
#include "cli/update.h"
#include "cli/verb.h"

/* The policy in force; of a host without a map, the defaults. */
static enum idm_status
read_policy(const struct idm_rewrite *rewrite, struct idm_policy *policy,
    struct idm_err *err)
{
	const struct idm_view *view = idm_rewrite_view(rewrite);

	if (view != NULL)
		return cli_policy_read(view, policy, err);
	*policy = idm_policy_default;
	return IDM_OK;
}

const struct verb_option verb_apply_options[] = {
	{
	    .name = "force-move",
	    .brief = "though numbers move that may have been served",
	},
	{ .name = NULL },
};

/* What an apply found to change. */
struct applied {
	json_t *difference; /* of the settings */
	struct cli_domains domains;
	struct cli_names names;
};

/*
 * Put the settings of the text into the policy.  A host's first "apply" makes
 * its map, even if all settings are the defaults.
 */
static enum idm_status
apply_settings(
    struct cli_update *update, struct applied *applied, struct idm_err *err)
{
	struct idm_policy policy;
	struct idm_policy conf;
	struct idm_policy old;
	enum idm_status st;

	st = settings_load(&conf, err);
	if (st == IDM_OK)
		st = read_policy(update->rewrite, &old, err);
	if (st != IDM_OK)
		return st;
	policy = old;
	settings_merge(&policy, &conf);
	applied->difference = settings_difference(&old, &policy);
	settings_write(&update->changes, applied->difference);
	if (json_object_size(applied->difference) == 0 &&
	    idm_rewrite_view(update->rewrite) != NULL)
		return IDM_OK;
	return idm_edit_policy(update->rewrite, &policy, err);
}

/* Both files and folder are read, whatever is wrong with the first. */
static enum idm_status
apply(struct cli_update *update, struct idm_err *err)
{
	struct applied *applied = update->context;
	enum idm_status st, of_domains;
	struct idm_err later;
	bool made;

	st = apply_settings(update, applied, err);
	of_domains = cli_domains_apply(
	    &applied->domains, update->rewrite, &later);
	if (st == IDM_OK && of_domains != IDM_OK) {
		*err = later;
		return of_domains;
	}
	/* Behind the policy: a host's first map has that, whatever it says. */
	if (st == IDM_OK)
		st = idm_machine_make(update->rewrite, &made, err);
	if (st == IDM_OK)
		cli_domains_adopt(update);
	if (st == IDM_OK && json_array_size(applied->domains.changes) > 0) {
		if (update->changes.len > 0)
			idm_buf_puts(&update->changes, "\n");
		cli_domains_describe(
		    applied->domains.changes, &update->changes);
	}
	return st;
}

static void
print_text(const struct verb_call *call, const struct applied *applied)
{
	const json_t *domains = applied->domains.changes;
	struct idm_buf text;

	idm_buf_init(&text, (size_t)1 << 30);
	settings_write(&text, applied->difference);
	if (text.len > 0)
		idm_buf_puts(&text, "\n");
	cli_domains_describe(domains, &text);
	cli_names_describe(applied->names.changes, &text);
	if (text.len == 0)
		idm_buf_puts(
		    &text, "nothing to change: the settings are in force\n");
	else if (call->dry_run)
		idm_buf_puts(&text, "nothing was changed (--dry-run)\n");
	printf("%s", idm_buf_text(&text));
	idm_buf_fini(&text);
}

static void
report(const struct verb_call *call, const struct applied *applied,
    enum idm_status st)
{
	struct idm_buf text;

	if (st == IDM_OK && call->json) {
		cli_json_print(json_pack("{s:b, s:O, s:O, s:O}", "dry_run",
		    call->dry_run, "changes", applied->difference, "domains",
		    applied->domains.changes, "names", applied->names.changes));
	} else if (st == IDM_OK) {
		print_text(call, applied);
	} else if (applied->domains.nmoves > 0) {
		/* Refused: what would move, beside the message. */
		idm_buf_init(&text, (size_t)1 << 30);
		cli_domains_describe(applied->domains.changes, &text);
		fputs(idm_buf_text(&text), stderr);
		idm_buf_fini(&text);
	}
}

enum verb_exit
verb_apply(const struct verb_call *call)
{
	struct applied applied = {
		/* A dry run shows what moves, and does not ask. */
		.domains.force_move = call->dry_run || call->given[0],
	};
	struct cli_update update = {
		.request = &call->request,
		.dry_run = call->dry_run,
		.create = true,
		.context = &applied,
	};
	enum idm_status st;

	st = cli_update_run(&update, apply);
	if (st == IDM_OK) {
		applied.names = (struct cli_names){
			.request = &call->request,
			.dry_run = call->dry_run,
			.force_move = applied.domains.force_move,
		};
		st = cli_settle(&applied.names);
	}
	report(call, &applied, st);
	json_decref(applied.names.changes);
	json_decref(applied.difference);
	json_decref(applied.domains.changes);
	return verb_exit_of(st);
}
