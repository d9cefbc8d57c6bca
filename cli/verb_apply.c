#include <stdio.h>

#include "map/edit.h"
#include "map/host_edit.h"

#include "cli/json.h"
#include "cli/policy.h"
#include "cli/settings.h"
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

/*
 * Put the settings of the text into the policy.  The difference is the
 * update's context.  A host's first "apply" makes its map, even if all
 * settings are the defaults.
 */
static enum idm_status
apply(struct cli_update *update, struct idm_err *err)
{
	json_t **difference = update->context;
	struct idm_policy policy;
	struct idm_policy conf;
	struct idm_policy old;
	enum idm_status st;
	bool made;

	st = settings_load(&conf, err);
	if (st == IDM_OK)
		st = read_policy(update->rewrite, &old, err);
	if (st != IDM_OK)
		return st;
	policy = old;
	settings_merge(&policy, &conf);
	*difference = settings_difference(&old, &policy);
	settings_write(&update->changes, *difference);
	if (json_object_size(*difference) > 0 ||
	    idm_rewrite_view(update->rewrite) == NULL)
		st = idm_edit_policy(update->rewrite, &policy, err);
	/* Behind the policy: a host's first map has that, whatever it says. */
	if (st == IDM_OK)
		st = idm_machine_make(update->rewrite, &made, err);
	return st;
}

static void
report(const struct verb_call *call, json_t *difference)
{
	struct idm_buf text;

	if (call->json) {
		cli_json_print(json_pack("{s:b, s:O}", "dry_run", call->dry_run,
		    "changes", difference));
		return;
	}
	if (json_object_size(difference) == 0) {
		printf("nothing to change: the settings are in force\n");
		return;
	}
	idm_buf_init(&text, 65536);
	settings_write(&text, difference);
	printf("%s\n%s", idm_buf_text(&text),
	    call->dry_run ? "nothing was changed (--dry-run)\n" : "");
	idm_buf_fini(&text);
}

enum verb_exit
verb_apply(const struct verb_call *call)
{
	json_t *difference = NULL;
	struct cli_update update = {
		.request = &call->request,
		.dry_run = call->dry_run,
		.create = true,
		.context = &difference,
	};
	enum idm_status st;

	st = cli_update_run(&update, apply);
	if (st == IDM_OK)
		report(call, difference);
	json_decref(difference);
	return verb_exit_of(st);
}
