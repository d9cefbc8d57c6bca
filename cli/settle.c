#include <errno.h>
#include <unistd.h>

#include "config/updatelog.h"
#include "wire/message.h"

#include "cli/domains.h"
#include "cli/maps.h"
#include "cli/say.h"
#include "cli/settle.h"
#include "cli/state.h"
#include "cli/update.h"

static enum idm_status
adopt(struct cli_update *update, struct idm_err *err)
{
	const struct cli_request *request = update->request;
	struct idm_buf command;
	enum idm_status st;

	idm_buf_init(&command, IDM_COMMAND_MAX);
	idm_update_command(&command, request->argc, request->argv);
	st = cli_state_adopt(update->rewrite, false,
	    (struct idm_str){ command.data, command.len }, err);
	idm_buf_fini(&command);
	if (st == IDM_OK)
		idm_buf_puts(&update->changes, "state: - -> adopted");
	return st;
}

/* Is idmapd there to be asked? */
static bool
is_reachable(void)
{
	struct idm_remote *remote = NULL;
	struct idm_state_request request = { 0 };
	struct idm_str reply;
	enum idm_status st;

	st = cli_state_remote(&remote, NULL);
	if (st == IDM_OK)
		st = idm_remote_ask(
		    remote, IDM_OP_STATE_STATUS, &request, &reply, NULL);
	idm_remote_free(&remote);
	return st != IDM_TEMPFAIL; /* whatever it says, it is there */
}

bool
cli_settle_state(const struct cli_request *request)
{
	struct cli_update update = { .request = request };
	struct idm_maps *maps = NULL;
	bool is_first;

	if (cli_maps_open(&maps, NULL) != IDM_OK)
		return false;
	is_first = !maps->policy.has_state;
	idm_maps_close(&maps);
	return is_first && cli_check_privilege(request, NULL) == IDM_OK &&
	    is_reachable() && cli_update_run(&update, adopt) == IDM_OK;
}

static enum idm_status
adopt_if_needed(const struct cli_names *names)
{
	struct cli_update update = { .request = names->request };
	struct idm_maps *maps = NULL;
	struct idm_err err;
	enum idm_status st;
	bool is_needed;

	st = cli_maps_open(&maps, &err);
	if (st != IDM_OK) {
		cli_error("%s", err.text);
		return st;
	}
	is_needed = !maps->policy.has_state &&
	    cli_domains_need_state(&maps->domains);
	idm_maps_close(&maps);
	if (!is_needed || names->dry_run)
		return IDM_OK;
	if (!is_reachable()) {
		cli_note("idmapd does not run: until it does, and 'idmap "
			 "apply' is said again, no numbers can be given");
		return IDM_OK;
	}
	return cli_update_run(&update, adopt);
}

enum idm_status
cli_settle(struct cli_names *names)
{
	enum idm_status st;

	/* A rehearsal on a host without a map has made none to go on with. */
	if (names->dry_run && access(IDM_STATEDIR "/map.gdbm", F_OK) == -1 &&
	    errno == ENOENT) {
		names->changes = json_array();
		return IDM_OK;
	}
	st = adopt_if_needed(names);
	if (st != IDM_OK)
		return st;
	st = cli_names_apply(names);
	if (st != IDM_OK && !names->dry_run)
		cli_note("the settings and domains are in force, the names "
			 "files are not: 'idmap apply' tries them again");
	return st;
}
