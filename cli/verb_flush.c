#include <stdio.h>

#include "base/cursor.h"
#include "config/updatelog.h"
#include "map/edit.h"
#include "map/snapshot.h"
#include "map/stamp.h"

#include "cli/policy.h"
#include "cli/refresh.h"
#include "cli/say.h"
#include "cli/state.h"
#include "cli/update.h"
#include "cli/verb_mappings.h"

enum { FLUSH_ALL, FLUSH_DOMAIN };
const struct verb_option verb_flush_options[] = {
	[FLUSH_ALL] = { 'a', "all", NULL,
	    "also forget the ids of domains with ephemeral = boot" },
	[FLUSH_DOMAIN] = { .name = "domain",
	    .argument = "name",
	    .brief = "only what its directory told" },
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

/* Is it one that has a directory, and was asked for? */
static bool
is_chosen(const struct cli_update *update, const struct idm_domain *domain)
{
	const char *only = update->context;

	return (domain->flags & IDM_DOMAIN_DIRECTORY) != 0 &&
	    (only == NULL ||
		idm_fold_ascii_equal(
		    idm_str_of(only), idm_str_of(domain->name)));
}

static enum idm_status
renew_stamps(struct cli_update *update, const struct idm_domains *domains,
    struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	bool is_any = false;

	for (uint32_t i = 0; i < domains->n && st == IDM_OK; i++) {
		const struct idm_domain *domain = &domains->domain[i];

		if (!is_chosen(update, domain))
			continue;
		is_any = true;
		st = idm_stamp_renew(update->rewrite, domain, err);
		if (update->changes.len > 0)
			idm_buf_puts(&update->changes, "\n ");
		idm_buf_printf(
		    &update->changes, "domain %s: flushed", domain->name);
		if (st == IDM_OK && !update->dry_run)
			printf("%s: what is cached of it is asked for again by "
			       "the next look-up, and served until its "
			       "directory has answered\n",
			    domain->name);
	}
	if (st == IDM_OK && !is_any && update->context != NULL)
		return idm_fail(err, IDM_NOTFOUND,
		    "there is no domain '%s' that has a directory",
		    (const char *)update->context);
	return st;
}

/* What directories told is outdated from now on; nothing of it is lost. */
static enum idm_status
flush_domains(struct cli_update *update, struct idm_err *err)
{
	struct idm_domains domains;
	struct idm_str value;
	enum idm_status st;

	st = raise_epoch(update, err);
	if (st != IDM_OK)
		return st;
	st = idm_rewrite_get(update->rewrite, IDM_DOMAINS_KEY,
	    sizeof(IDM_DOMAINS_KEY) - 1, &value);
	if (st == IDM_NOTFOUND && update->context == NULL)
		return IDM_OK;
	if (st == IDM_OK)
		st = idm_domains_read(value, &domains, err);
	else
		st = idm_fail(err, st, "no domain is configured");
	if (st != IDM_OK)
		return st;
	st = renew_stamps(update, &domains, err);
	idm_domains_free(&domains);
	return st;
}

static bool
has_directory(void)
{
	struct idm_maps *maps = NULL;
	bool has;

	has = idm_maps_open(IDM_STATEDIR, 0, &maps, NULL) == IDM_OK &&
	    maps->has_directory;
	idm_maps_close(&maps);
	return has;
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

/* ---- One identity. */

static void
print_refreshed(const char *asked, const struct cli_refreshed *now)
{
	cli_put(stdout, idm_str_of(asked));
	if (!now->is_there)
		printf(": the directory of '%s' does not serve it: %s",
		    now->domain, now->why.text);
	else if (now->is_equal)
		printf(": the directory of '%s' says that it is %s '%s'",
		    now->domain, now->is_group ? "group" : "user",
		    now->name[0] != '\0' ? now->name : "nobody here");
	else
		printf(": the directory of '%s' has %s, %s %lu", now->domain,
		    now->name, now->is_group ? "gid" : "uid",
		    (unsigned long)now->id);
	if (now->has_groups)
		printf(", in %lu groups beside the primary one",
		    (unsigned long)now->ngroups);
	if (now->was_cached)
		printf("; what was cached was %llu seconds old\n",
		    (unsigned long long)now->age_s);
	else
		printf("; nothing of it was cached\n");
}

static enum idm_status
flush_one(const char *text, struct idm_err *err)
{
	struct cli_refreshed refreshed;
	struct idm_identity identity;
	enum idm_status st;

	st = idm_identity_parse(idm_str_of(text), &identity, err);
	if (st == IDM_OK)
		st = cli_refresh(&identity, &refreshed, err);
	if (st == IDM_OK)
		print_refreshed(text, &refreshed);
	return st;
}

/* All of them, whatever becomes of one; the last failure is the outcome. */
static enum verb_exit
flush_some(const struct verb_call *call)
{
	enum idm_status st = IDM_OK;
	struct idm_err err;

	if (call->given[FLUSH_ALL] || call->given[FLUSH_DOMAIN] ||
	    call->dry_run) {
		cli_error("flush: identities are asked for one by one: -a, "
			  "--domain and -n do not go with them");
		return VERB_USAGE;
	}
	for (int i = 0; i < call->argc; i++) {
		enum idm_status one = flush_one(call->argv[i], &err);

		if (one == IDM_OK)
			continue;
		cli_error("%s: %s", call->argv[i], err.text);
		st = one;
	}
	return verb_exit_of(st);
}

enum verb_exit
verb_flush(const struct verb_call *call)
{
	struct cli_update update = cli_update_of(&call->request);
	struct idm_err err;
	enum idm_status st;

	if (call->argc > 0)
		return flush_some(call);
	update.dry_run = call->dry_run;
	update.context = (void *)(uintptr_t)call->value[FLUSH_DOMAIN];
	st = cli_update_run(&update, flush_domains);
	if (st != IDM_OK)
		return verb_exit_of(st);
	if (!has_directory())
		printf("nothing is cached: rules, domains and local files are "
		       "read anew by each lookup\n");
	if (call->given[FLUSH_ALL]) {
		st = flush_all(call, &err);
		if (st != IDM_OK)
			cli_error("%s", err.text);
	}
	if (st == IDM_OK && call->dry_run)
		printf("nothing was changed (--dry-run)\n");
	return verb_exit_of(st);
}
