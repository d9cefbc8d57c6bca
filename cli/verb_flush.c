#include <stdio.h>

#include "base/cursor.h"
#include "config/updatelog.h"
#include "map/edit.h"
#include "map/snapshot.h"

#include "cli/policy.h"
#include "cli/say.h"
#include "cli/state.h"
#include "cli/update.h"
#include "cli/verb_mappings.h"

enum { FLUSH_ALL };
const struct verb_option verb_flush_options[] = {
	[FLUSH_ALL] = { 'a', "all", NULL,
	    "also forget the ids of domains with ephemeral = boot" },
	{ .name = NULL },
};

/* Whoever keeps an answer sees by the epoch that it is old. */
static enum idm_status
raise_epoch(struct cli_update *update, struct idm_err *err)
{
	struct idm_policy policy = idm_policy_default;
	const struct idm_view *view;
	enum idm_status st;

	st = cli_update_view(update, &view, err);
	if (st == IDM_OK)
		st = cli_policy_read(view, &policy, err);
	if (st == IDM_OK)
		st = idm_edit_policy(update->rewrite, &policy, err);
	if (st == IDM_OK)
		idm_buf_puts(&update->changes, "policy epoch: raised");
	return st;
}

static enum idm_status
forget_ids(
    const struct verb_call *call, uint32_t *forgotten, struct idm_err *err)
{
	struct idm_state_request request = { .flags = 0 };
	struct idm_remote *remote = NULL;
	struct idm_cursor cursor;
	struct idm_buf command;
	struct idm_str reply;
	enum idm_status st;

	idm_buf_init(&command, IDM_COMMAND_MAX);
	idm_update_command(&command, call->request.argc, call->request.argv);
	request.command = (struct idm_str){ command.data, command.len };
	st = cli_state_remote(&remote, err);
	if (st == IDM_OK)
		st = idm_remote_ask(
		    remote, IDM_OP_STATE_FLUSH, &request, &reply, err);
	if (st == IDM_OK) {
		cursor = idm_cursor_over(reply.data, reply.len);
		*forgotten = idm_cursor_u32(&cursor);
	}
	idm_remote_free(&remote);
	idm_buf_fini(&command);
	return st;
}

/* Does any domain let go of what it gave?  Those are listed if so wanted. */
static bool
has_forgetful(const struct idm_maps *maps, bool list)
{
	bool any = false;

	for (uint32_t i = 0; i < maps->domains.n; i++) {
		const struct idm_domain *domain = &maps->domains.domain[i];

		if ((domain->flags & IDM_DOMAIN_BOOT) == 0)
			continue;
		any = true;
		if (list)
			printf("domain %s: its ids would be forgotten\n",
			    domain->name);
	}
	return any;
}

static enum idm_status
flush_all(const struct verb_call *call, struct idm_err *err)
{
	struct idm_maps *maps = NULL;
	uint32_t forgotten = 0;
	enum idm_status st;
	bool any;

	st = idm_maps_open(IDM_STATEDIR, 0, &maps, err);
	any = st == IDM_OK && has_forgetful(maps, call->dry_run);
	idm_maps_close(&maps);
	if (st == IDM_OK && any && call->dry_run)
		return IDM_OK;
	if (st == IDM_OK && any)
		st = forget_ids(call, &forgotten, err);
	if (st != IDM_OK)
		return st;
	if (!any)
		printf("no id was forgotten: no domain has ephemeral = boot, "
		       "and what was given stays\n");
	else
		printf("%lu ids forgotten; none of them is given again\n",
		    (unsigned long)forgotten);
	return IDM_OK;
}

enum verb_exit
verb_flush(const struct verb_call *call)
{
	struct cli_update update = cli_update_of(&call->request);
	struct idm_err err;
	enum idm_status st;

	update.dry_run = call->dry_run;
	st = cli_update_run(&update, raise_epoch);
	if (st != IDM_OK)
		return verb_exit_of(st);
	printf("nothing is cached: rules, domains and local files are read "
	       "anew by each lookup\n");
	if (call->given[FLUSH_ALL]) {
		st = flush_all(call, &err);
		if (st != IDM_OK)
			cli_error("%s", err.text);
	}
	if (st == IDM_OK && call->dry_run)
		printf("nothing was changed (--dry-run)\n");
	return verb_exit_of(st);
}
