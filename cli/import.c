#include <stdlib.h>
#include <string.h>

#include "map/namemap.h"

#include "cli/file.h"
#include "cli/import.h"
#include "cli/mapopts.h"
#include "cli/maps.h"
#include "cli/policy.h"
#include "cli/say.h"
#include "cli/serving.h"
#include "cli/sheet.h"
#include "cli/update.h"

#define TOLD_MAX 20 /* mistakes that are told one by one */

struct import {
	const struct cli_request *request;
	const char *path;
	struct cli_sheet sheet;
	struct cli_logins *logins;
	struct idm_entry *entry; /* what the map will hold */
	size_t n;
	size_t unserved; /* system accounts that NSS and PAM will not serve */
	enum idm_status opened; /* could the file be read? */
	struct idm_err why;     /* ... and if not, why */
};

static enum idm_status
import_open(struct import *import, struct idm_err *err)
{
	enum idm_ruleset_kind kind = cli_ruleset_of(import->request).kind;
	struct idm_buf text;
	enum idm_status st;

	idm_buf_init(&text, CLI_FILE_MAX);
	st = cli_file_read(import->path, &text, NULL, err);
	if (st == IDM_OK)
		st = cli_sheet_parse(&text, kind, &import->sheet, err);
	idm_buf_fini(&text);
	if (st == IDM_OK && kind == IDM_RULESET_SCHEME)
		st = cli_logins_open(IDM_ACCOUNTDIR, &import->logins, err);
	if (st == IDM_OK)
		st = cli_sheet_inspect(&import->sheet, import->logins, err);
	return st;
}

static void
import_close(struct import *import)
{
	free(import->entry);
	cli_logins_close(&import->logins);
	cli_sheet_free(&import->sheet);
}

/* The faults that keep a line out of the map. */
static unsigned
grave_faults(const struct import *import, const struct cli_line *line)
{
	unsigned grave = CLI_UNUSABLE | CLI_FAULT(CLI_DUPLICATE);
	const struct cli_line *first = &import->sheet.line[line->other];

	if (!cli_given(import->request, OPT_FORCE))
		grave |= CLI_FAULT(CLI_UNKNOWN);
	grave &= line->faults;
	/* The same once more is no contradiction. */
	if ((grave & CLI_FAULT(CLI_DUPLICATE)) != 0 &&
	    idm_str_compare(line->entry.target, first->entry.target) == 0)
		grave &= ~CLI_FAULT(CLI_DUPLICATE);
	return grave;
}

static void
tell_line(
    const struct import *import, const struct cli_line *line, unsigned faults)
{
	struct idm_err why;

	for (unsigned fault = 0; fault < CLI_FAULTS; fault++) {
		if ((faults & CLI_FAULT(fault)) == 0)
			continue;
		cli_sheet_explain(
		    &import->sheet, line, (enum cli_fault)fault, &why);
		cli_error("%s:%lu: %s: %s", import->path, line->number,
		    cli_fault_name((enum cli_fault)fault), why.text);
	}
}

/* Tell what is wrong with the lines. */
static enum idm_status
judge(const struct import *import, struct idm_err *err)
{
	size_t bad = 0;

	for (size_t i = 0; i < import->sheet.n; i++) {
		const struct cli_line *line = &import->sheet.line[i];
		unsigned faults = grave_faults(import, line);

		if (faults == 0)
			continue;
		if (bad++ < TOLD_MAX)
			tell_line(import, line, faults);
	}
	if (bad == 0)
		return IDM_OK;
	return idm_fail(err, IDM_INVALID,
	    "%s: %zu line%s cannot be imported; nothing was changed",
	    import->path, bad, bad == 1 ? "" : "s");
}

/*
 * The flags of an entry: --force for logins that are not there, --privileged
 * for those of system accounts.
 */
static uint8_t
flags_of(struct import *import, const struct cli_line *line,
    const struct idm_policy *policy)
{
	struct idm_match match = {
		.literal = idm_pattern_is_literal(line->entry.remote),
	};
	struct idm_account account = { .uid = 0 };

	if ((line->faults & CLI_FAULT(CLI_UNKNOWN)) != 0)
		return IDM_ENTRY_FORCED;
	if (import->logins == NULL ||
	    !cli_logins_find(
		import->logins, line->entry.target, &account.uid) ||
	    idm_match_allows(&match, policy, &account, true, NULL) == IDM_OK)
		return 0;
	if (match.literal && cli_given(import->request, OPT_PRIVILEGED))
		return IDM_ENTRY_PRIVILEGED;
	import->unserved++;
	return 0;
}

static enum idm_status
collect(
    struct import *import, const struct idm_policy *policy, struct idm_err *err)
{
	import->n = import->sheet.nsorted;
	import->entry = calloc(import->n + 1, sizeof(*import->entry));
	if (import->entry == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	for (size_t i = 0; i < import->n; i++) {
		const struct cli_line
		    *line = &import->sheet.line[import->sheet.order[i]];

		import->entry[i] = line->entry;
		import->entry[i].flags = flags_of(import, line, policy);
	}
	return IDM_OK;
}

/* The ruleset must be there with this descriptor, or is installed. */
static enum idm_status
prepare(struct cli_update *update, const struct import *import,
    struct idm_ruleset *ruleset, struct idm_err *err)
{
	const struct idm_view *view = idm_rewrite_view(update->rewrite);
	char there[IDM_DESCRIPTOR_TEXT_MAX];
	char wanted[IDM_DESCRIPTOR_TEXT_MAX];
	enum idm_status st = IDM_NOTFOUND;

	*ruleset = (struct idm_ruleset){ .entries = 0 };
	if (view != NULL)
		st = cli_ruleset_read(view, update->set, ruleset, err);
	else if (cli_policy_begin(update->rewrite, err) != IDM_OK)
		return err->status;
	if (st == IDM_NOTFOUND)
		return idm_edit_install(update->rewrite, update->set,
		    &import->sheet.descriptor, err);
	if (st != IDM_OK)
		return st;
	if (strcmp(idm_descriptor_format(&ruleset->descriptor, there),
		idm_descriptor_format(&import->sheet.descriptor, wanted)) == 0)
		return IDM_OK;
	return idm_fail(err, IDM_CONFLICT,
	    "%s:1: the descriptor is %s, but %s '%s' has %s", import->path,
	    wanted, cli_kind_word(update->set.kind), update->set.name, there);
}

/* What a dry run says: how the entries of now and then differ. */
static enum idm_status
tell_difference(const struct cli_update *update, const struct import *import,
    struct idm_err *err)
{
	const struct idm_view *view = idm_rewrite_view(update->rewrite);
	struct idm_entries there = { 0 };
	size_t added = 0, changed = 0, kept = 0;
	size_t at = 0;
	enum idm_status st = IDM_NOTFOUND;

	if (view != NULL)
		st = idm_entries_load(view, update->set, &there, err);
	if (st != IDM_OK && st != IDM_NOTFOUND)
		return st;
	for (size_t i = 0; i < import->n; i++) {
		const struct idm_entry *entry = &import->entry[i];
		int order = -1;

		while (at < there.n &&
		    (order = idm_entry_compare(&import->sheet.descriptor,
			 &there.entry[at], entry)) < 0)
			at++;
		if (at == there.n || order > 0)
			added++;
		else if (idm_str_compare(
			     there.entry[at].target, entry->target) == 0)
			kept++;
		else
			changed++;
	}
	printf("would import %zu %s: %zu new, %zu changed, %zu as they "
	       "are; %zu would go\n",
	    import->n, import->n == 1 ? "entry" : "entries", added, changed,
	    kept, there.n - changed - kept);
	idm_entries_free(&there);
	return IDM_OK;
}

static enum idm_status
change_import(struct cli_update *update, struct idm_err *err)
{
	struct import *import = update->context;
	struct idm_policy policy = idm_policy_default;
	struct idm_ruleset ruleset;
	enum idm_status st;

	if (import->opened != IDM_OK)
		return idm_fail(err, import->opened, "%s", import->why.text);
	st = judge(import, err);
	if (st == IDM_OK)
		st = prepare(update, import, &ruleset, err);
	if (st == IDM_OK && idm_rewrite_view(update->rewrite) != NULL)
		st = cli_policy_read(
		    idm_rewrite_view(update->rewrite), &policy, err);
	if (st == IDM_OK)
		st = collect(import, &policy, err);
	if (st == IDM_OK && update->dry_run)
		st = tell_difference(update, import, err);
	if (st == IDM_OK)
		st = idm_edit_replace(update->rewrite, update->set,
		    import->entry, import->n, err);
	if (st != IDM_OK)
		return st;
	idm_buf_printf(&update->changes, "%llu entries -> %zu entries",
	    (unsigned long long)ruleset.entries, import->n);
	return IDM_OK;
}

int
cli_import(const struct cli_request *request)
{
	struct import import = {
		.request = request,
		.path = request->value[OPT_IMPORT],
	};
	struct cli_update update = cli_update_of(request);
	enum idm_status st;

	/* The file may be slow to read: no lock is held meanwhile. */
	import.opened = import_open(&import, &import.why);
	update.create = true;
	update.context = &import;
	st = cli_update_run(&update, change_import);
	if (st == IDM_OK && import.unserved > 0)
		cli_note(
		    "entries that name system accounts: %zu; NSS and PAM will "
		    "not serve them; to let them serve those of literal "
		    "names, import with --privileged",
		    import.unserved);
	if (st == IDM_OK && update.set.kind == IDM_RULESET_SCHEME)
		cli_note_hidden(update.set.name);
	import_close(&import);
	return st == IDM_OK ? 0 : 1;
}
