#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backends/backend.h"
#include "base/num.h"
#include "config/updatelog.h"
#include "map/snapshot.h"

#include "cli/file.h"
#include "cli/maps.h"
#include "cli/run.h"
#include "cli/say.h"
#include "cli/state.h"
#include "cli/update.h"
#include "cli/verb_domain.h"
#include "cli/verb_host.h"
#include "cli/winbind.h"

#define DUMP_MAX     ((size_t)1 << 30)
#define PATIENCE     600000 /* milliseconds for tdbdump */
#define TDB_PATH     "/var/lib/samba/winbindd_idmap.tdb"
#define AUTORID_PATH "/var/lib/samba/autorid.tdb"
#define SETTING_MAX  64 /* bytes of "range=LOW-HIGH" and the like */

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
	if (access(path, R_OK) == -1 && errno == ENOENT) {
		return idm_fail(err, IDM_INVALID,
		    "%s: there is no such file: --tdb says where winbindd has "
		    "its numbers, --autorid that they are autorid's, --dump "
		    "what 'tdbdump' printed of them",
		    path);
	}
	if (access(path, R_OK) == -1)
		return idm_fail_errno(err, "%s", path);
	return cli_run(argv, PATIENCE, text, err);
}

/* "*" when none was given. */
static const char *
name_of(const struct verb_call *call)
{
	return call->given[WINBIND_DOMAIN] ? call->value[WINBIND_DOMAIN]
					   : IDM_CATCH_ALL;
}

static const struct idm_domain *
find_domain(const struct idm_maps *maps, const char *name)
{
	return strcmp(name, IDM_CATCH_ALL) == 0
	    ? maps->domains.catch_all
	    : idm_domain_by_name(&maps->domains, idm_str_of(name));
}

static enum idm_status
need_domain(const struct idm_maps *maps, const char *name,
    const struct idm_domain **domain, struct idm_err *err)
{
	*domain = find_domain(maps, name);
	if (*domain != NULL)
		return IDM_OK;
	return idm_fail(err, IDM_NOTFOUND,
	    "domain %s is not configured: give it the backend and the range "
	    "that smb.conf has, then 'idmap apply'",
	    name);
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

/* Take the text into the plan, as what the domain is to have. */
static enum idm_status
take(const struct verb_call *call, struct idm_str text,
    const struct idm_domain *domain, struct winbind_plan *plan,
    struct idm_err *err)
{
	enum idm_status st = winbind_read(plan, text, domain, err);

	if (st == IDM_OK && call->given[WINBIND_AUTORID] && !plan->is_autorid)
		st = idm_fail(err, IDM_INVALID, "it is not of autorid");
	if (st == IDM_OK && call->dry_run)
		list_pins(plan);
	return st;
}

/* ---- The domain's file. */

static enum idm_status
take_given_range(const struct verb_call *call, struct idm_domain *domain,
    struct idm_err *err)
{
	const char *range = call->value[WINBIND_RANGE];
	const char *dash;

	if (!call->given[WINBIND_RANGE]) {
		if (domain->high > 0)
			return IDM_OK;
		return idm_fail(err, IDM_INVALID,
		    "the range is missing: it is not in the database, give "
		    "--range what smb.conf has as 'idmap config * : range'");
	}
	dash = strchr(range, '-');
	if (dash == NULL ||
	    idm_num_id(range, (size_t)(dash - range), &domain->low, err) !=
		IDM_OK ||
	    idm_num_id(dash + 1, strlen(dash + 1), &domain->high, err) !=
		IDM_OK) {
		return idm_fail(
		    err, IDM_INVALID, "'%s' is no range: LOW-HIGH", range);
	}
	return IDM_OK;
}

static bool
is_configured(const struct idm_maps *maps, const struct idm_domain *wanted)
{
	const struct idm_domain *domain = find_domain(maps, wanted->name);

	return domain != NULL && domain->backend == wanted->backend &&
	    domain->low == wanted->low && domain->high == wanted->high &&
	    (wanted->rangesize == 0 || domain->rangesize == wanted->rangesize);
}

/* As "idmap domain edit" does it, with the same answers. */
static enum verb_exit
edit_domain(const struct verb_call *call, const struct idm_domain *wanted)
{
	const struct idm_backend *backend = idm_backend_by_id(wanted->backend);
	char name[IDM_DOMAIN_MAX + 1], of[SETTING_MAX], range[SETTING_MAX],
	    size[SETTING_MAX];
	char *argv[] = { name, of, range, size, NULL };
	struct verb_call edit = {
		.dry_run = call->dry_run,
		.argc = wanted->rangesize > 0 ? 4 : 3,
		.argv = argv,
		.request = call->request,
	};

	(void)snprintf(name, sizeof(name), "%s", wanted->name);
	(void)snprintf(of, sizeof(of), "backend=%s", backend->name);
	(void)snprintf(range, sizeof(range), "range=%lu-%lu",
	    (unsigned long)wanted->low, (unsigned long)wanted->high);
	(void)snprintf(size, sizeof(size), "rangesize=%lu",
	    (unsigned long)wanted->rangesize);
	edit.given[DOMAIN_FORCE_MOVE] = call->given[WINBIND_FORCE_MOVE];
	for (int i = 1; i < edit.argc; i++)
		printf("%s%s", argv[i], i + 1 < edit.argc ? " " : "\n");
	return verb_domain_edit(&edit);
}

/* Nobody has the domain yet: what the import would find is all there is. */
static enum idm_status
rehearse(const struct verb_call *call, struct idm_str text,
    const struct idm_domain *wanted, struct winbind_plan *plan,
    struct idm_err *err)
{
	enum idm_status st;

	if (edit_domain(call, wanted) != VERB_SUCCESS)
		return idm_fail(err, IDM_INVALID, "the domain cannot be so");
	st = take(call, text, wanted, plan, err);
	if (st == IDM_OK)
		printf(
		    "%zu records (--dry-run: nothing was changed)\n", plan->n);
	return st;
}

/* ---- All of it. */

/* The domain that the database is of; *is_done: it stands there as it must. */
static enum idm_status
find_wanted(const struct verb_call *call, struct idm_str text,
    const struct idm_maps *maps, struct idm_domain *wanted, bool *is_done,
    struct idm_err *err)
{
	struct winbind_plan plan = { .reject = tell };
	const char *name = name_of(call);
	enum idm_status st;

	if (strlen(name) > IDM_DOMAIN_MAX)
		return idm_fail(err, IDM_INVALID, "the name is too long");
	st = winbind_domain(&plan, text, wanted, err);
	if (st == IDM_OK)
		st = take_given_range(call, wanted, err);
	if (st != IDM_OK)
		return st;
	(void)snprintf(wanted->name, sizeof(wanted->name), "%s", name);
	*is_done = is_configured(maps, wanted);
	return IDM_OK;
}

static enum idm_status
run_text(const struct verb_call *call, struct idm_str text,
    struct idm_maps **maps, struct winbind_plan *plan, struct idm_err *err)
{
	const struct idm_domain *domain;
	struct idm_domain wanted;
	enum idm_status st = IDM_OK;
	bool is_done = true;

	if (call->given[WINBIND_CONFIGURE])
		st = find_wanted(call, text, *maps, &wanted, &is_done, err);
	if (st != IDM_OK)
		return st;
	if (!is_done && call->dry_run)
		return rehearse(call, text, &wanted, plan, err);
	if (!is_done) {
		if (edit_domain(call, &wanted) != VERB_SUCCESS)
			return idm_fail(
			    err, IDM_INVALID, "nothing was imported");
		idm_maps_close(maps);
		st = cli_maps_open(maps, err);
	}
	if (st == IDM_OK)
		st = need_domain(*maps, name_of(call), &domain, err);
	if (st == IDM_OK)
		st = take(call, text, domain, plan, err);
	return st == IDM_OK ? import(call, plan, err) : st;
}

static enum idm_status
run(const struct verb_call *call, struct idm_maps **maps,
    struct winbind_plan *plan, struct idm_err *err)
{
	const struct idm_domain *domain;
	struct idm_buf text;
	enum idm_status st = IDM_OK;

	idm_buf_init(&text, DUMP_MAX);
	if (!call->given[WINBIND_CONFIGURE])
		st = need_domain(*maps, name_of(call), &domain, err);
	if (st == IDM_OK)
		st = read_text(call, &text, err);
	if (st == IDM_OK)
		st = run_text(call, (struct idm_str){ text.data, text.len },
		    maps, plan, err);
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

	if ((call->given[WINBIND_RANGE] || call->given[WINBIND_FORCE_MOVE]) &&
	    !call->given[WINBIND_CONFIGURE]) {
		cli_error("import winbind: --range and --force-move go with "
			  "--configure");
		return VERB_USAGE;
	}
	st = cli_check_privilege(&call->request, &err);
	if (st == IDM_OK)
		st = cli_maps_open(&maps, &err);
	if (st == IDM_OK)
		st = run(call, &maps, &plan, &err);
	if (st != IDM_OK)
		cli_error("%s", err.text);
	winbind_plan_free(&plan);
	idm_maps_close(&maps);
	return verb_exit_of(st);
}
