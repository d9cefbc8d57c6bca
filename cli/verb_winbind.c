#include <stdio.h>

#include "backends/backend.h"
#include "config/updatelog.h"
#include "map/snapshot.h"

#include "cli/file.h"
#include "cli/maps.h"
#include "cli/run.h"
#include "cli/say.h"
#include "cli/state.h"
#include "cli/update.h"
#include "cli/verb_host.h"
#include "cli/winbind.h"

#define DUMP_MAX     ((size_t)1 << 30)
#define PATIENCE     600000 /* milliseconds for tdbdump */
#define TDB_PATH     "/var/lib/samba/winbindd_idmap.tdb"
#define AUTORID_PATH "/var/lib/samba/autorid.tdb"

static enum idm_status
read_text(
    const struct verb_call *call, struct idm_buf *text, struct idm_err *err)
{
	const char *path = call->value[WINBIND_TDB];
	const char *argv[] = { "tdbdump", NULL, NULL };

	if (call->given[WINBIND_DUMP])
		return cli_file_read(
		    call->value[WINBIND_DUMP], text, NULL, err);
	if (!call->given[WINBIND_TDB])
		path = call->given[WINBIND_AUTORID] ? AUTORID_PATH : TDB_PATH;
	argv[1] = path;
	return cli_run(argv, PATIENCE, text, err);
}

static enum idm_status
find_domain(const struct idm_maps *maps, const char *name,
    const struct idm_domain **domain, struct idm_err *err)
{
	bool is_any = name == NULL || idm_str_is(idm_str_of(name), "*");

	*domain = is_any ? maps->domains.catch_all
			 : idm_domain_by_name(&maps->domains, idm_str_of(name));
	if (*domain != NULL)
		return IDM_OK;
	return idm_fail(err, IDM_NOTFOUND,
	    "domain %s is not configured: give it the backend and the range "
	    "that smb.conf has, then 'idmap apply'",
	    is_any ? "*" : name);
}

static void
tell(void *context, const char *text)
{
	(void)context;
	cli_error("%s", text);
}

static void
list_pins(const struct winbind_plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct idm_pin *pin = &plan->pin[i];
		char sid[IDM_SID_TEXT_MAX];

		switch ((enum idm_pin_type)pin->type) {
		case IDM_PIN_ID:
			printf("%s %lu %s\n",
			    pin->kind == IDM_KIND_USER ? "uid" : "gid",
			    (unsigned long)pin->id,
			    idm_sid_format(&pin->sid, sid));
			break;
		case IDM_PIN_WINDOW:
			printf("slice %llu %s#%lu\n",
			    (unsigned long long)pin->number,
			    idm_sid_format(&pin->sid, sid),
			    (unsigned long)pin->id);
			break;
		case IDM_PIN_NEXT:
			printf("next %c %llu\n", pin->kind,
			    (unsigned long long)pin->number);
			break;
		}
	}
}

/* Have the keeper judge all pins, and keep them unless it is a rehearsal. */
static enum idm_status
send(const struct verb_call *call, const struct winbind_plan *plan,
    struct idm_cursor *reply, struct idm_remote *remote, struct idm_err *err)
{
	struct idm_transfer transfer;
	struct idm_state_request request = {
		.flags = call->dry_run ? IDM_STATE_CHECK : 0,
	};
	struct idm_buf command;
	struct idm_str body;
	enum idm_status st;

	idm_buf_init(&command, IDM_COMMAND_MAX);
	idm_update_command(&command, call->request.argc, call->request.argv);
	request.command = (struct idm_str){ command.data, command.len };
	st = idm_transfer_begin(
	    &transfer, remote, IDM_OP_STATE_IMPORT, &request, err);
	for (size_t i = 0; st == IDM_OK && i < plan->n; i++)
		st = idm_transfer_pin(&transfer, &plan->pin[i], err);
	if (st == IDM_OK)
		st = idm_transfer_end(&transfer, &body, err);
	if (st == IDM_OK)
		*reply = idm_cursor_over(body.data, body.len);
	idm_transfer_fini(&transfer);
	idm_buf_fini(&command);
	return st;
}

static enum idm_status
import(const struct verb_call *call, const struct winbind_plan *plan,
    struct idm_err *err)
{
	struct idm_remote *remote = NULL;
	struct idm_cursor reply;
	enum idm_status st;

	st = cli_state_remote(&remote, err);
	if (st == IDM_OK)
		st = send(call, plan, &reply, remote, err);
	if (st == IDM_OK) {
		uint32_t created = idm_cursor_u32(&reply);

		printf("%lu new, %lu there already%s\n", (unsigned long)created,
		    (unsigned long)idm_cursor_u32(&reply),
		    call->dry_run ? " (--dry-run: nothing was changed)" : "");
	}
	idm_remote_free(&remote);
	return st;
}

static enum idm_status
run(const struct verb_call *call, const struct idm_maps *maps,
    struct winbind_plan *plan, struct idm_err *err)
{
	const struct idm_domain *domain;
	struct idm_buf text;
	enum idm_status st;

	idm_buf_init(&text, DUMP_MAX);
	st = find_domain(maps, call->value[WINBIND_DOMAIN], &domain, err);
	if (st == IDM_OK)
		st = read_text(call, &text, err);
	if (st == IDM_OK) {
		st = winbind_read(
		    plan, (struct idm_str){ text.data, text.len }, domain, err);
	}
	if (st == IDM_OK && call->given[WINBIND_AUTORID] && !plan->is_autorid)
		st = idm_fail(err, IDM_INVALID, "it is not of autorid");
	if (st == IDM_OK && call->dry_run)
		list_pins(plan);
	if (st == IDM_OK)
		st = import(call, plan, err);
	idm_buf_fini(&text);
	return st;
}

enum verb_exit
verb_import_winbind(const struct verb_call *call)
{
	struct winbind_plan plan = { .reject = tell };
	struct idm_maps *maps = NULL;
	struct idm_err err;
	enum idm_status st;

	st = cli_check_privilege(&call->request, &err);
	if (st == IDM_OK)
		st = cli_maps_open(&maps, &err);
	if (st == IDM_OK)
		st = run(call, maps, &plan, &err);
	if (st != IDM_OK)
		cli_error("%s", err.text);
	winbind_plan_free(&plan);
	idm_maps_close(&maps);
	return verb_exit_of(st);
}
