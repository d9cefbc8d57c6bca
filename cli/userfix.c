#include <stdlib.h>
#include <string.h>

#include "rules/entry.h"

#include "cli/ask.h"
#include "cli/dialog.h"
#include "cli/mapopts.h"
#include "cli/say.h"
#include "cli/sheet.h"
#include "cli/update.h"
#include "cli/usermap.h"
#include "cli/userquery.h"

/* The dialogue about users' entries: all answers first, then one request. */
struct fix {
	const struct cli_request *request;
	struct idm_user_request question;
	struct idm_buf command; /* what the question lends from */
	struct idm_descriptor descriptor;
	struct cli_logins *logins;
	struct cli_dialog dialog;
	struct cli_user_table table;
	/*
	 * Of each row.  A bad one counts as deleted until there is an answer,
	 * so that there is always room for that.
	 */
	struct cli_verdict *verdict;
	struct idm_buf edits; /* what the verdicts come to */
	size_t bad, changed, deleted;
};

static enum idm_status
fix_open(struct fix *fix, struct idm_err *err)
{
	enum idm_status st;

	fix->question = cli_user_question(fix->request, &fix->command);
	idm_buf_init(&fix->edits, IDM_USER_EDITS_MAX);
	st = cli_check_privilege(fix->request, err);
	if (st == IDM_OK)
		st = cli_user_descriptor(fix->request, &fix->descriptor, err);
	if (st == IDM_OK)
		st = cli_logins_open(IDM_ACCOUNTDIR, &fix->logins, err);
	if (st == IDM_OK)
		st = cli_dialog_open(fix->request, &fix->dialog, err);
	if (st == IDM_OK)
		st = cli_user_fetch(
		    IDM_OP_USER_CHECK, fix->question, &fix->table, err);
	if (st != IDM_OK)
		return st;
	fix->verdict = calloc(fix->table.n + 1, sizeof(*fix->verdict));
	if (fix->verdict == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	return IDM_OK;
}

static void
fix_close(struct fix *fix)
{
	for (size_t i = 0; fix->verdict != NULL && i < fix->table.n; i++)
		cli_verdict_free(&fix->verdict[i]);
	free(fix->verdict);
	cli_user_table_free(&fix->table);
	cli_dialog_close(&fix->dialog);
	cli_logins_close(&fix->logins);
	idm_buf_fini(&fix->edits);
	idm_buf_fini(&fix->command);
}

/* Do the edits, as the verdicts are now, fit into one request? */
static enum idm_status
compose(struct fix *fix, struct idm_err *err)
{
	idm_buf_clear(&fix->edits);
	for (size_t i = 0; i < fix->table.n; i++) {
		struct idm_entry old = cli_user_entry(&fix->table.row[i]);
		struct idm_user_edit edit = { .old_remote = old.remote,
			.old_logname = old.target };

		if (fix->verdict[i].answer == CLI_ANSWER_SKIP)
			continue;
		if (fix->verdict[i].answer == CLI_ANSWER_CHANGE) {
			edit.remote = fix->verdict[i].entry.remote;
			edit.logname = fix->verdict[i].entry.target;
		}
		idm_user_edit_write(&fix->edits, &edit);
	}
	return idm_buf_status(&fix->edits, err);
}

/* What idmapd would refuse is better refused while it is being typed. */
static enum idm_status
check_changed(void *context, const struct idm_entry *entry, struct idm_err *err)
{
	struct fix *fix = context;
	struct idm_target target;

	if (cli_entry_judge(&fix->descriptor, IDM_RULESET_SCHEME, entry,
		fix->logins, err) != CLI_FAULTS)
		return err->status;
	if (!idm_pattern_is_literal(entry->remote) ||
	    idm_target_parse(entry->target, &target, err) != IDM_OK ||
	    target.kind != IDM_TARGET_NAME)
		return idm_fail(err, IDM_INVALID,
		    "a user's entry has no * ? [ ] and no %%n or %%i");
	if (compose(fix, err) != IDM_OK)
		return idm_within(err, err->status,
		    "this would be more than can be changed at once");
	return IDM_OK;
}

/* Nobody should answer what cannot be done afterwards. */
static enum idm_status
check_room(struct fix *fix, struct idm_err *err)
{
	enum idm_status st;

	for (size_t i = 0; i < fix->table.n; i++) {
		if (fix->table.row[i].fault == IDM_USER_GOOD)
			continue;
		fix->verdict[i].answer = CLI_ANSWER_DELETE;
		fix->bad++;
	}
	st = compose(fix, err);
	if (st == IDM_EXHAUSTED)
		return idm_fail(err, st,
		    "%zu bad entries are more than can be changed at once; "
		    "choose those of one login with -l, or delete some with -d",
		    fix->bad);
	return st;
}

static enum idm_status
ask_all(struct fix *fix, struct idm_err *err)
{
	enum idm_status st = check_room(fix, err);

	for (size_t i = 0; st == IDM_OK && i < fix->table.n; i++) {
		struct idm_entry old = cli_user_entry(&fix->table.row[i]);
		struct cli_verdict *verdict = &fix->verdict[i];

		if (fix->table.row[i].fault == IDM_USER_GOOD)
			continue;
		cli_user_print_fault(&fix->table.row[i], i);
		*verdict = (struct cli_verdict){ .answer = CLI_ANSWER_SKIP };
		st = cli_dialog_decide(
		    &fix->dialog, &old, check_changed, fix, verdict, err);
		fix->changed += verdict->answer == CLI_ANSWER_CHANGE;
		fix->deleted += verdict->answer == CLI_ANSWER_DELETE;
	}
	return st;
}

/* All of it or nothing, says idmapd. */
static enum idm_status
apply(struct fix *fix, struct idm_err *err)
{
	struct idm_buf reply;
	enum idm_status st;

	if (fix->changed + fix->deleted == 0)
		return IDM_OK;
	st = compose(fix, err);
	if (st != IDM_OK)
		return st;
	fix->question.remote = fix->question.logname = idm_str_of("");
	fix->question.edits = (struct idm_str){ fix->edits.data,
		fix->edits.len };
	idm_buf_init(&reply, IDM_WIRE_REPLY_MAX);
	st = cli_ask(IDM_OP_USERS_FIX, &fix->question, &reply, err);
	idm_buf_fini(&reply);
	return st;
}

int
cli_user_fix(const struct cli_request *request)
{
	struct fix fix = { .request = request };
	struct idm_err err;
	enum idm_status st;

	st = fix_open(&fix, &err);
	if (st == IDM_OK)
		st = ask_all(&fix, &err);
	/* Of a refusal of its own idmapd has a record. */
	if (st == IDM_REFUSED || st == IDM_DENIED || st == IDM_EXHAUSTED)
		cli_record_failure(request, &err);
	if (st == IDM_OK)
		st = apply(&fix, &err);
	if (st == IDM_OK)
		printf("%zu changed, %zu deleted, %zu skipped\n", fix.changed,
		    fix.deleted, fix.bad - fix.changed - fix.deleted);
	fix_close(&fix);
	return cli_user_end(request, st, &err, true);
}
