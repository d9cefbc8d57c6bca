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

/* The dialogue about users' entries: all answers first, then the changes. */
struct fix {
	const struct cli_request *request;
	struct idm_user_request question;
	struct idm_buf command; /* what the question lends from */
	struct idm_descriptor descriptor;
	struct cli_logins *logins;
	struct cli_dialog dialog;
	struct cli_user_table table;
	struct cli_verdict *verdict; /* of each row */
	size_t changed, deleted, skipped;
};

static enum idm_status
fix_open(struct fix *fix, struct idm_err *err)
{
	enum idm_status st;

	fix->question = cli_user_question(fix->request, &fix->command);
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
	idm_buf_fini(&fix->command);
}

/* What idmapd would refuse is better refused while it is being typed. */
static enum idm_status
check_changed(void *context, const struct idm_entry *entry, struct idm_err *err)
{
	const struct fix *fix = context;
	struct idm_target target;

	if (cli_entry_judge(&fix->descriptor, IDM_RULESET_SCHEME, entry,
		fix->logins, err) != CLI_FAULTS)
		return err->status;
	if (!idm_pattern_is_literal(entry->remote) ||
	    idm_target_parse(entry->target, &target, err) != IDM_OK ||
	    target.kind != IDM_TARGET_NAME)
		return idm_fail(err, IDM_INVALID,
		    "a user's entry has no * ? [ ] and no %%n or %%i");
	return IDM_OK;
}

static enum idm_status
ask_all(struct fix *fix, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	for (size_t i = 0; st == IDM_OK && i < fix->table.n; i++) {
		struct idm_entry old = cli_user_entry(&fix->table.row[i]);

		if (fix->table.row[i].fault == IDM_USER_GOOD)
			continue;
		cli_user_print_fault(&fix->table.row[i], i);
		st = cli_dialog_decide(&fix->dialog, &old, check_changed, fix,
		    &fix->verdict[i], err);
		fix->skipped += st == IDM_OK &&
		    fix->verdict[i].answer == CLI_ANSWER_SKIP;
	}
	return st;
}

static enum idm_status
ask_daemon(const struct fix *fix, enum idm_op op, const struct idm_entry *entry,
    struct idm_err *err)
{
	struct idm_user_request question = fix->question;
	struct idm_buf reply;
	enum idm_status st;

	question.remote = entry->remote;
	question.logname = entry->target;
	idm_buf_init(&reply, IDM_WIRE_REPLY_MAX);
	st = cli_ask(op, &question, &reply, err);
	idm_buf_fini(&reply);
	return st;
}

/* First all that goes: a changed entry may take a deleted one's name. */
static enum idm_status
apply(struct fix *fix, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	for (size_t i = 0; st == IDM_OK && i < fix->table.n; i++) {
		struct idm_entry old = cli_user_entry(&fix->table.row[i]);

		if (fix->verdict[i].answer == CLI_ANSWER_SKIP)
			continue;
		st = ask_daemon(fix, IDM_OP_USER_DELETE, &old, err);
		fix->deleted += st == IDM_OK &&
		    fix->verdict[i].answer == CLI_ANSWER_DELETE;
	}
	for (size_t i = 0; st == IDM_OK && i < fix->table.n; i++) {
		if (fix->verdict[i].answer != CLI_ANSWER_CHANGE)
			continue;
		st = ask_daemon(
		    fix, IDM_OP_USER_ADD, &fix->verdict[i].entry, err);
		fix->changed += st == IDM_OK;
	}
	if (st != IDM_OK)
		return idm_within(err, st, "not all was done");
	return IDM_OK;
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
	if (st == IDM_OK) {
		st = apply(&fix, &err);
		printf("%zu changed, %zu deleted, %zu skipped\n", fix.changed,
		    fix.deleted, fix.skipped);
	}
	fix_close(&fix);
	if (st == IDM_REFUSED || st == IDM_DENIED)
		cli_record_failure(request, &err);
	return cli_user_end(request, st, &err, true);
}
