#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "map/host_edit.h"
#include "map/snapshot.h"

#include "cli/domains.h"
#include "cli/file.h"
#include "cli/json.h"
#include "cli/maps.h"
#include "cli/run.h"
#include "cli/say.h"
#include "cli/update.h"
#include "cli/verb_host.h"

#define LIST_MAX   (64 << 20) /* bytes that list RIDs */
#define PATIENCE   60000      /* milliseconds for a tool of Samba's */
#define TOOL_WORDS 8

/* What is imported. */
struct machine {
	struct idm_sid sid;
	uint32_t *rid;
	size_t n;
	size_t room;
	struct idm_machine old;
	bool had_old;
};

static enum idm_status
add_rid(struct machine *machine, uint32_t rid, struct idm_err *err)
{
	if (machine->n == machine->room) {
		size_t room = machine->room == 0 ? 64 : 2 * machine->room;
		uint32_t *grown = reallocarray(
		    machine->rid, room, sizeof(*grown));

		if (grown == NULL)
			return idm_fail(err, IDM_NOMEM, "out of memory");
		machine->rid = grown;
		machine->room = room;
	}
	machine->rid[machine->n++] = rid;
	return IDM_OK;
}

/* The next SID in a text, which is cut off in front of what is behind it. */
static bool
next_sid(struct idm_str *text, struct idm_sid *sid)
{
	for (;;) {
		const char *at = text->len < 4
		    ? NULL
		    : memmem(text->data, text->len, "S-1-", 4);
		struct idm_str word;

		if (at == NULL)
			return false;
		text->len -= (size_t)(at - text->data);
		word = (struct idm_str){ at, 1 };
		while (word.len < text->len &&
		    (at[word.len] == '-' ||
			(at[word.len] >= '0' && at[word.len] <= '9')))
			word.len++;
		text->data = at + word.len;
		text->len -= word.len;
		if (idm_sid_parse(word, sid, NULL) == IDM_OK)
			return true;
	}
}

/* Each SID of this machine in a text, wherever it stands. */
static enum idm_status
take_sids(struct machine *machine, struct idm_str text, struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	struct idm_sid sid, domain;
	uint32_t rid;

	while (st == IDM_OK && next_sid(&text, &sid)) {
		if (idm_sid_split(&sid, &domain, &rid) &&
		    idm_sid_equal(&domain, &machine->sid))
			st = add_rid(machine, rid, err);
	}
	return st;
}

/* Lines that are a number and nothing else are RIDs, too. */
static enum idm_status
take_numbers(struct machine *machine, struct idm_str text, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	while (st == IDM_OK && text.len > 0) {
		const char *end = memchr(text.data, '\n', text.len);
		size_t len = end == NULL ? text.len : (size_t)(end - text.data);
		uint64_t rid;

		if (idm_num_parse(text.data, len, UINT32_MAX, &rid, NULL) ==
		    IDM_OK)
			st = add_rid(machine, (uint32_t)rid, err);
		len += end != NULL;
		text.data += len;
		text.len -= len;
	}
	return st;
}

static enum idm_status
take_file(struct machine *machine, const char *path, struct idm_err *err)
{
	struct idm_buf buf;
	struct idm_str text;
	enum idm_status st;

	idm_buf_init(&buf, LIST_MAX);
	st = cli_file_read(path, &buf, NULL, err);
	text = (struct idm_str){ buf.data, buf.len };
	if (st == IDM_OK)
		st = take_sids(machine, text, err);
	if (st == IDM_OK)
		st = take_numbers(machine, text, err);
	idm_buf_fini(&buf);
	return st;
}

/* Ask a tool of Samba's, with its configuration as the options have it. */
static enum idm_status
ask_samba(const struct verb_call *call, const char *const *words,
    struct idm_buf *out, struct idm_err *err)
{
	const char *argv[TOOL_WORDS + 1] = { NULL };
	struct idm_buf config, folder;
	enum idm_status st;
	size_t n = 0;

	idm_buf_init(&config, 8192);
	idm_buf_init(&folder, 8192);
	while (words[n] != NULL) {
		argv[n] = words[n];
		n++;
	}
	if (call->given[MACHINE_CONFIG]) {
		idm_buf_printf(
		    &config, "--configfile=%s", call->value[MACHINE_CONFIG]);
		argv[n++] = idm_buf_text(&config);
	}
	if (call->given[MACHINE_PRIVATE_DIR]) {
		idm_buf_printf(&folder, "--option=private dir=%s",
		    call->value[MACHINE_PRIVATE_DIR]);
		argv[n++] = idm_buf_text(&folder);
	}
	st = cli_run(argv, PATIENCE, out, err);
	idm_buf_fini(&config);
	idm_buf_fini(&folder);
	return st;
}

static enum idm_status
ask_samba_sid(
    const struct verb_call *call, struct idm_sid *sid, struct idm_err *err)
{
	static const char *const words[] = { "net", "getlocalsid", NULL };
	struct idm_str text;
	struct idm_buf buf;
	enum idm_status st;

	idm_buf_init(&buf, LIST_MAX);
	st = ask_samba(call, words, &buf, err);
	text = (struct idm_str){ buf.data, buf.len };
	if (st == IDM_OK && !next_sid(&text, sid)) {
		st = idm_fail(err, IDM_NOTFOUND,
		    "'net getlocalsid' names no SID: is Samba set up here?");
	}
	idm_buf_fini(&buf);
	return st;
}

static enum idm_status
ask_samba_rids(
    const struct verb_call *call, struct machine *machine, struct idm_err *err)
{
	static const char *const tools[][4] = {
		{ "pdbedit", "-L", "-v", NULL },
		{ "net", "groupmap", "list", NULL },
	};
	enum idm_status st = IDM_OK;

	for (size_t i = 0; st == IDM_OK && i < IDM_COUNTOF(tools); i++) {
		struct idm_buf buf;

		idm_buf_init(&buf, LIST_MAX);
		st = ask_samba(call, tools[i], &buf, err);
		if (st == IDM_OK) {
			st = take_sids(machine,
			    (struct idm_str){ buf.data, buf.len }, err);
		}
		idm_buf_fini(&buf);
	}
	return st;
}

/* The SID and the RIDs, from where the command line says. */
static enum idm_status
gather(
    const struct verb_call *call, struct machine *machine, struct idm_err *err)
{
	bool ask = strcmp(call->argv[0], "samba") == 0;
	enum idm_status st;

	st = ask ? ask_samba_sid(call, &machine->sid, err)
		 : idm_sid_parse(idm_str_of(call->argv[0]), &machine->sid, err);
	if (st == IDM_OK && ask)
		st = ask_samba_rids(call, machine, err);
	if (st == IDM_OK && call->given[MACHINE_RESERVE])
		st = take_file(machine, call->value[MACHINE_RESERVE], err);
	return st;
}

/* A domain's SIDs have numbers of their own, and would lose them. */
static enum idm_status
check_domains(const struct idm_rewrite *rewrite, const struct idm_sid *sid,
    struct idm_err *err)
{
	const struct idm_domain *domain;
	struct idm_domains domains;
	char text[IDM_SID_TEXT_MAX];
	enum idm_status st;

	st = cli_domains_get(rewrite, IDM_DOMAINS_KEY, &domains, err);
	if (st != IDM_OK)
		return st;
	domain = idm_domain_by_sid(&domains, sid);
	if (domain != NULL) {
		st = idm_fail(err, IDM_CONFLICT,
		    "%s is the SID of domain '%s', and no host's of its own",
		    idm_sid_format(sid, text), domain->name);
	}
	idm_domains_free(&domains);
	return st;
}

static enum idm_status
import(struct cli_update *update, struct idm_err *err)
{
	struct machine *machine = update->context;
	const struct idm_view *view = idm_rewrite_view(update->rewrite);
	char text[IDM_SID_TEXT_MAX];
	enum idm_status st;

	st = check_domains(update->rewrite, &machine->sid, err);
	if (st != IDM_OK)
		return st;
	machine->had_old = view != NULL &&
	    idm_host_machine(view, &machine->old, NULL) == IDM_OK;
	idm_buf_printf(&update->changes, "machine SID: %s -> ",
	    machine->had_old ? idm_sid_format(&machine->old.sid, text) : "-");
	idm_buf_puts(&update->changes, idm_sid_format(&machine->sid, text));
	return idm_machine_import(
	    update->rewrite, &machine->sid, machine->rid, machine->n, err);
}

static void
report(const struct verb_call *call, const struct machine *machine)
{
	char text[IDM_SID_TEXT_MAX];

	printf("machine SID %s, %zu RIDs seen\n",
	    idm_sid_format(&machine->sid, text), machine->n);
	if (machine->had_old &&
	    !idm_sid_equal(&machine->old.sid, &machine->sid)) {
		printf("it was %s: the SIDs of this host's accounts change\n",
		    idm_sid_format(&machine->old.sid, text));
	}
	if (call->dry_run)
		printf("nothing was changed (--dry-run)\n");
}

enum verb_exit
verb_machine_import(const struct verb_call *call)
{
	struct machine machine = { .n = 0 };
	struct cli_update update = {
		.request = &call->request,
		.dry_run = call->dry_run,
		.context = &machine,
	};
	struct idm_err err;
	enum idm_status st;

	st = gather(call, &machine, &err);
	if (st != IDM_OK)
		cli_error("%s", err.text);
	else
		st = cli_update_run(&update, import);
	if (st == IDM_OK)
		report(call, &machine);
	free(machine.rid);
	return verb_exit_of(st);
}

/* ---- show */

static json_t *
describe(const struct idm_machine *machine)
{
	struct idm_cursor reserved = machine->reserved;
	char sid[IDM_SID_TEXT_MAX];
	char uuid[2 * IDM_UUID_SIZE + 1];
	json_t *rids = json_array();

	for (int i = 0; i < IDM_UUID_SIZE; i++)
		(void)snprintf(uuid + 2 * i, 3, "%02x", machine->uuid[i]);
	for (uint32_t i = 0; i < machine->nreserved; i++) {
		(void)json_array_append_new(
		    rids, json_integer(idm_cursor_u32(&reserved)));
	}
	return json_pack("{s:s, s:s, s:b, s:o}", "sid",
	    idm_sid_format(&machine->sid, sid), "uuid", uuid, "imported",
	    machine->is_imported, "reserved", rids);
}

static void
print(const struct idm_machine *machine)
{
	struct idm_cursor reserved = machine->reserved;
	char sid[IDM_SID_TEXT_MAX];

	printf("sid %s\nimported %s\n", idm_sid_format(&machine->sid, sid),
	    machine->is_imported ? "yes" : "no");
	for (uint32_t i = 0; i < machine->nreserved; i++) {
		printf(
		    "reserved %lu\n", (unsigned long)idm_cursor_u32(&reserved));
	}
}

enum verb_exit
verb_machine_show(const struct verb_call *call)
{
	struct idm_maps *maps = NULL;
	struct idm_machine machine;
	struct idm_err err;
	enum idm_status st;

	st = cli_maps_open(&maps, &err);
	if (st == IDM_OK) {
		st = idm_host_machine(maps->map, &machine, &err);
		if (st == IDM_NOTFOUND) {
			st = idm_fail(&err, st,
			    "this host has no machine SID yet: 'idmap apply' "
			    "makes one");
		}
	}
	if (st != IDM_OK)
		cli_error("%s", err.text);
	else if (call->json)
		cli_json_print(describe(&machine));
	else
		print(&machine);
	idm_maps_close(&maps);
	return verb_exit_of(st);
}
