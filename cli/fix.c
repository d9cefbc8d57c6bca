#include <stdlib.h>
#include <string.h>

#include "rules/textmap.h"

#include "cli/check.h"
#include "cli/dialog.h"
#include "cli/file.h"
#include "cli/fix.h"
#include "cli/mapopts.h"
#include "cli/maps.h"
#include "cli/say.h"
#include "cli/update.h"

struct fix {
	const struct cli_request *request;
	struct cli_sheet sheet;
	struct cli_logins *logins;
	struct stat stat; /* of the text file */
	struct cli_dialog dialog;
	struct cli_verdict *verdict; /* of each line of the sheet */
	size_t at;                   /* the line in question */
	size_t asked, changed, deleted, moved;
};

static enum idm_status
fix_open(struct fix *fix, struct idm_err *err)
{
	enum idm_status st;

	st = cli_check_privilege(fix->request, err);
	if (st == IDM_OK)
		st = cli_check_open(
		    fix->request, &fix->sheet, &fix->logins, &fix->stat, err);
	if (st == IDM_OK && fix->sheet.is_headless)
		return idm_fail(err, IDM_INVALID,
		    "%s: line 1 is not '!' and a descriptor, as in '!M1@M2': "
		    "nobody but you can know what it should be",
		    fix->request->operand);
	if (st == IDM_OK)
		st = cli_dialog_open(fix->request, &fix->dialog, err);
	if (st != IDM_OK)
		return st;
	fix->verdict = calloc(fix->sheet.n + 1, sizeof(*fix->verdict));
	if (fix->verdict == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	return IDM_OK;
}

static void
fix_close(struct fix *fix)
{
	for (size_t i = 0; fix->verdict != NULL && i < fix->sheet.n; i++)
		cli_verdict_free(&fix->verdict[i]);
	free(fix->verdict);
	cli_dialog_close(&fix->dialog);
	cli_logins_close(&fix->logins);
	cli_sheet_free(&fix->sheet);
}

/* The entry that a line is now; NULL when it is none, or none any more. */
static const struct idm_entry *
entry_now(const struct fix *fix, size_t at)
{
	const struct cli_line *line = &fix->sheet.line[at];

	switch (fix->verdict[at].answer) {
	case CLI_ANSWER_SKIP:
		return line->is_entry ? &line->entry : NULL;
	case CLI_ANSWER_CHANGE:
		return &fix->verdict[at].entry;
	case CLI_ANSWER_DELETE:
		break;
	}
	return NULL;
}

/* A changed entry must be as good as a new one. */
static enum idm_status
check_changed(void *context, const struct idm_entry *entry, struct idm_err *err)
{
	const struct fix *fix = context;

	if (cli_entry_judge(&fix->sheet.descriptor, fix->sheet.kind, entry,
		fix->logins, err) != CLI_FAULTS)
		return err->status;
	for (size_t i = 0; i < fix->sheet.n; i++) {
		const struct idm_entry *other = NULL;

		if (i != fix->at)
			other = entry_now(fix, i);
		if (other != NULL &&
		    idm_str_compare(other->remote, entry->remote) == 0)
			return idm_fail(err, IDM_CONFLICT,
			    "line %lu has the same remote name",
			    fix->sheet.line[i].number);
	}
	return IDM_OK;
}

static enum idm_status
ask_line(struct fix *fix, struct idm_err *err)
{
	const struct cli_line *line = &fix->sheet.line[fix->at];
	struct cli_verdict *verdict = &fix->verdict[fix->at];
	enum idm_status st;

	fix->asked++;
	cli_check_print(&fix->sheet, line);
	st = cli_dialog_decide(
	    &fix->dialog, &line->entry, check_changed, fix, verdict, err);
	if (st == IDM_OK && verdict->answer == CLI_ANSWER_CHANGE)
		fix->changed++;
	if (st == IDM_OK && verdict->answer == CLI_ANSWER_DELETE)
		fix->deleted++;
	return st;
}

/* Is there something to ask about a line?  Its place is mended unasked. */
static bool
is_bad(const struct cli_line *line)
{
	return (line->faults & ~CLI_FAULT(CLI_ORDER)) != 0;
}

static enum idm_status
ask_all(struct fix *fix, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	for (size_t i = 0; st == IDM_OK && i < fix->sheet.n; i++) {
		const struct cli_line *line = &fix->sheet.line[i];

		if ((line->faults & CLI_FAULT(CLI_ORDER)) != 0)
			fix->moved++;
		fix->at = i;
		if (is_bad(line))
			st = ask_line(fix, err);
	}
	return st;
}

/* An entry must still be what was asked about. */
static enum idm_status
check_present(struct cli_update *update, const struct idm_view *view,
    const struct idm_entry *asked, struct idm_err *err)
{
	struct idm_entry there;
	enum idm_status st;

	st = idm_entries_find(view, update->set, asked->remote, &there, err);
	if (st == IDM_OK && idm_str_compare(there.target, asked->target) == 0)
		return IDM_OK;
	return idm_fail(err, IDM_CONFLICT,
	    "'%.*s %.*s' was changed by somebody else meanwhile; nothing was "
	    "changed, begin again",
	    (int)asked->remote.len, asked->remote.data, (int)asked->target.len,
	    asked->target.data);
}

/* First all that goes: a changed entry may take a deleted one's name. */
static enum idm_status
remove_old(struct cli_update *update, struct idm_err *err)
{
	const struct fix *fix = update->context;
	const struct idm_view *view;
	enum idm_status st;

	st = cli_update_view(update, &view, err);
	for (size_t i = 0; st == IDM_OK && i < fix->sheet.n; i++) {
		const struct idm_entry *old = &fix->sheet.line[i].entry;

		if (fix->verdict[i].answer == CLI_ANSWER_SKIP)
			continue;
		st = check_present(update, view, old, err);
		if (st == IDM_OK)
			st = idm_edit_delete(
			    update->rewrite, update->set, old->remote, err);
		cli_update_note(update, old, entry_now(fix, i));
	}
	return st;
}

static enum idm_status
change_database(struct cli_update *update, struct idm_err *err)
{
	const struct fix *fix = update->context;
	enum idm_status st = remove_old(update, err);

	for (size_t i = 0; st == IDM_OK && i < fix->sheet.n; i++) {
		bool unchanged;

		if (fix->verdict[i].answer == CLI_ANSWER_CHANGE)
			st = idm_edit_add(update->rewrite, update->set,
			    &fix->verdict[i].entry, &unchanged, err);
	}
	return st;
}

static int
compare_entries(const void *a, const void *b, void *descriptor)
{
	return idm_entry_compare(descriptor, a, b);
}

/* The text as it will be: what can be sorted, then the lines that cannot. */
static enum idm_status
compose(struct fix *fix, struct idm_buf *text, struct idm_err *err)
{
	struct idm_entry *entry = calloc(fix->sheet.n + 1, sizeof(*entry));
	struct idm_buf rest;
	size_t n = 0;

	if (entry == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	idm_buf_init(&rest, CLI_FILE_MAX);
	for (size_t i = 0; i < fix->sheet.n; i++) {
		const struct cli_line *line = &fix->sheet.line[i];
		const struct idm_entry *now = entry_now(fix, i);
		bool stays = fix->verdict[i].answer == CLI_ANSWER_SKIP;

		if (stays && !line->is_entry) {
			idm_buf_put(&rest, line->entry.remote.data,
			    line->entry.remote.len);
			idm_buf_put_u8(&rest, '\n');
		} else if (stays && (line->faults & CLI_UNUSABLE) != 0) {
			idm_textmap_line(&rest, now);
		} else if (now != NULL) {
			entry[n++] = *now;
		}
	}
	qsort_r(
	    entry, n, sizeof(*entry), compare_entries, &fix->sheet.descriptor);
	idm_textmap_head(text, &fix->sheet.descriptor);
	for (size_t i = 0; i < n; i++)
		idm_textmap_line(text, &entry[i]);
	idm_buf_put(text, rest.data, rest.len);
	if (rest.status != IDM_OK)
		text->status = rest.status;
	idm_buf_fini(&rest);
	free(entry);
	return idm_buf_status(text, err);
}

static enum idm_status
rewrite_text(struct fix *fix, struct idm_err *err)
{
	struct idm_buf text;
	enum idm_status st;

	idm_buf_init(&text, CLI_FILE_MAX);
	st = compose(fix, &text, err);
	if (st == IDM_OK)
		st = cli_file_replace(fix->request->operand,
		    (struct idm_str){ text.data, text.len }, &fix->stat, err);
	idm_buf_fini(&text);
	return st;
}

static void
print_summary(const struct fix *fix)
{
	printf("%zu changed, %zu deleted, %zu skipped, %zu put in order%s\n",
	    fix->changed, fix->deleted,
	    fix->asked - fix->changed - fix->deleted, fix->moved,
	    cli_given(fix->request, OPT_DRY_RUN) ? ", if this were no dry run"
						 : "");
}

/* Make what was decided.  The failures of an update are told by itself. */
static enum idm_status
apply(struct fix *fix)
{
	struct cli_update update = cli_update_of(fix->request);
	struct idm_err err;
	enum idm_status st;

	if (fix->changed + fix->deleted + fix->moved == 0)
		return IDM_OK;
	if (fix->request->operand == NULL) {
		update.context = fix;
		return cli_update_run(&update, change_database);
	}
	if (update.dry_run)
		return IDM_OK;
	st = rewrite_text(fix, &err);
	if (st != IDM_OK)
		cli_error("%s", err.text);
	return st;
}

int
cli_fix(const struct cli_request *request)
{
	struct fix fix = { .request = request };
	struct idm_err err;
	enum idm_status st;

	st = fix_open(&fix, &err);
	if (st == IDM_OK)
		st = ask_all(&fix, &err);
	if (st == IDM_OK) {
		st = apply(&fix);
		if (st == IDM_OK)
			print_summary(&fix);
	} else {
		cli_error("%s", err.text);
		if (request->operand == NULL &&
		    !cli_given(request, OPT_DRY_RUN))
			cli_record_failure(request, &err);
	}
	fix_close(&fix);
	return st == IDM_OK ? 0 : 1;
}
