#include <string.h>

#include "config/updatelog.h"

#include "cli/ask.h"
#include "cli/change.h"
#include "cli/mapopts.h"
#include "cli/maps.h"
#include "cli/policy.h"
#include "cli/say.h"
#include "cli/serving.h"
#include "cli/update.h"

/* Make a change of what is there already. */
static int
run(const struct cli_request *request, cli_change *change)
{
	struct cli_update update = cli_update_of(request);

	return cli_update_run(&update, change) == IDM_OK ? 0 : 1;
}

/* The ruleset before the change. */
static enum idm_status
read_ruleset(const struct cli_update *update, struct idm_ruleset *ruleset,
    struct idm_err *err)
{
	const struct idm_view *view;
	enum idm_status st;

	st = cli_update_view(update, &view, err);
	if (st != IDM_OK)
		return st;
	return cli_ruleset_read(view, update->set, ruleset, err);
}

/* A dry run says on standard output what the real one would do. */
static void
tell_dry(const struct cli_update *update, const char *what)
{
	if (!update->dry_run)
		return;
	printf("would %s %s '", what, cli_kind_word(update->set.kind));
	cli_put(stdout, idm_str_of(update->set.name));
	printf("'\n");
}

static enum idm_status
change_install(struct cli_update *update, struct idm_err *err)
{
	const char *text = update->request->value[OPT_INSTALL];
	struct idm_descriptor descriptor;
	enum idm_status st = IDM_OK;

	if (idm_rewrite_view(update->rewrite) == NULL)
		st = cli_policy_begin(update->rewrite, err);
	if (st == IDM_OK)
		st = idm_descriptor_parse(idm_str_of(text), &descriptor, err);
	if (st == IDM_OK)
		st = idm_edit_install(
		    update->rewrite, update->set, &descriptor, err);
	if (st != IDM_OK)
		return st;
	tell_dry(update, "install");
	idm_buf_printf(&update->changes, "- -> %s%s", text,
	    update->set.kind == IDM_RULESET_SCHEME ? ", SECURE" : "");
	return IDM_OK;
}

int
cli_install(const struct cli_request *request)
{
	struct cli_update update = cli_update_of(request);

	update.create = true;
	if (cli_update_run(&update, change_install) != IDM_OK)
		return 1;
	if (update.set.kind == IDM_RULESET_SCHEME)
		cli_note_hidden(update.set.name);
	return 0;
}

static enum idm_status
change_drop(struct cli_update *update, struct idm_err *err)
{
	char text[IDM_DESCRIPTOR_TEXT_MAX];
	struct idm_ruleset ruleset;
	enum idm_status st;

	st = read_ruleset(update, &ruleset, err);
	if (st == IDM_OK)
		st = idm_edit_drop(update->rewrite, update->set, err);
	if (st != IDM_OK)
		return st;
	tell_dry(update, "delete");
	idm_buf_printf(&update->changes, "%s, %llu entries -> -",
	    idm_descriptor_format(&ruleset.descriptor, text),
	    (unsigned long long)ruleset.entries);
	return IDM_OK;
}

/*
 * Users' entries of a scheme that is gone count no more, whatever becomes of
 * their records; idmapd removes these when it runs.
 */
static void
purge(const struct cli_request *request)
{
	struct idm_user_request question = {
		.scheme = idm_str_of(request->value[OPT_SCHEME]),
		.remote = idm_str_of(""),
		.logname = idm_str_of(""),
		.command = idm_str_of("idadmin -D"),
	};
	struct idm_buf reply;

	idm_buf_init(&reply, IDM_WIRE_REPLY_MAX);
	if (cli_ask(IDM_OP_USERS_PURGE, &question, &reply, NULL) != IDM_OK)
		cli_note("idmapd does not run; it will clear away the users' "
			 "entries of this scheme another time");
	idm_buf_fini(&reply);
}

int
cli_drop(const struct cli_request *request)
{
	struct cli_update update = cli_update_of(request);
	struct idm_maps *maps = NULL;
	struct idm_err err;
	bool has_users;

	if (cli_update_run(&update, change_drop) != IDM_OK)
		return 1;
	if (update.dry_run || update.set.kind != IDM_RULESET_SCHEME ||
	    cli_maps_open(&maps, &err) != IDM_OK)
		return 0;
	has_users = maps->policy.has_users;
	idm_maps_close(&maps);
	if (has_users)
		purge(request);
	return 0;
}

static enum idm_status
switch_mode(struct cli_update *update, bool user_mode, struct idm_err *err)
{
	static const char *const modes[] = { "SECURE", "USER" };
	struct idm_ruleset ruleset;
	enum idm_status st;

	st = read_ruleset(update, &ruleset, err);
	if (st == IDM_OK)
		st = idm_edit_mode(
		    update->rewrite, update->set.name, user_mode, err);
	if (st != IDM_OK)
		return st;
	tell_dry(update,
	    user_mode ? "put into USER mode the" : "put into SECURE mode the");
	idm_buf_printf(&update->changes, "%s -> %s", modes[ruleset.user_mode],
	    modes[user_mode]);
	return IDM_OK;
}

static enum idm_status
change_to_user(struct cli_update *update, struct idm_err *err)
{
	const struct cli_request *request = update->request;
	struct idm_ruleset ruleset;
	struct idm_buf command;
	enum idm_status st;

	/* No users' map is made for a scheme that does not exist. */
	st = read_ruleset(update, &ruleset, err);
	if (st != IDM_OK)
		return st;
	if (!update->dry_run) {
		idm_buf_init(&command, 4 * IDM_COMMAND_MAX);
		idm_update_command(&command, request->argc, request->argv);
		st = cli_policy_adopt(update->rewrite,
		    cli_given(request, OPT_FORCE),
		    (struct idm_str){ command.data, command.len }, err);
		idm_buf_fini(&command);
	}
	if (st != IDM_OK)
		return idm_within(err, st, "%s '%s' stays as it is",
		    cli_kind_word(update->set.kind), update->set.name);
	return switch_mode(update, true, err);
}

static enum idm_status
change_to_secure(struct cli_update *update, struct idm_err *err)
{
	return switch_mode(update, false, err);
}

int
cli_user_mode(const struct cli_request *request)
{
	return run(request, change_to_user);
}

int
cli_secure_mode(const struct cli_request *request)
{
	return run(request, change_to_secure);
}

static const char *const serve_words[] = {
	[IDM_SERVE_AUTO] = "auto",
	[IDM_SERVE_YES] = "yes",
	[IDM_SERVE_NO] = "no",
};

static enum idm_status
parse_serve(const char *word, enum idm_serve *out, struct idm_err *err)
{
	for (unsigned i = 0; i < IDM_COUNTOF(serve_words); i++) {
		if (strcmp(word, serve_words[i]) == 0) {
			*out = (enum idm_serve)i;
			return IDM_OK;
		}
	}
	return idm_fail(err, IDM_INVALID,
	    "--nss: '%.64s' is none of yes, no and auto", word);
}

static enum idm_status
change_nss(struct cli_update *update, struct idm_err *err)
{
	struct idm_ruleset ruleset;
	enum idm_serve serve = IDM_SERVE_AUTO;
	enum idm_status st;

	st = parse_serve(update->request->value[OPT_NSS], &serve, err);
	if (st == IDM_OK)
		st = read_ruleset(update, &ruleset, err);
	if (st == IDM_OK)
		st = idm_edit_serve(
		    update->rewrite, update->set.name, serve, err);
	if (st != IDM_OK)
		return st;
	if (update->dry_run)
		printf("would set --nss of scheme '%s' to %s\n",
		    update->set.name, serve_words[serve]);
	idm_buf_printf(&update->changes, "nss %s -> nss %s",
	    serve_words[ruleset.serve], serve_words[serve]);
	return IDM_OK;
}

int
cli_nss(const struct cli_request *request)
{
	if (run(request, change_nss) != 0)
		return 1;
	cli_note_hidden(request->value[OPT_SCHEME]);
	return 0;
}
