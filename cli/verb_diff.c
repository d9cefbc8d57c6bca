#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/file.h"
#include "cli/json.h"
#include "cli/nssask.h"
#include "cli/resolver.h"
#include "cli/say.h"
#include "cli/verb_host.h"

#define TABLE_MAX ((size_t)1 << 30)
#define PATIENCE  300000 /* milliseconds for a name service to list all */

/* A line of the table: who, and the number that others give it. */
struct row {
	struct idm_str given; /* who, as the table has it */
	struct idm_identity who;
	struct idm_identity number; /* uid or gid */
	unsigned long line;
};

struct diff {
	struct cli_resolver resolver;
	const char *path;
	bool json;
	json_t *differences;
	unsigned long same;
	unsigned long different;
	unsigned long malformed;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct idm_str
trim(struct idm_str text)
{
	while (text.len > 0 && is_blank(text.data[text.len - 1]))
		text.len--;
	while (text.len > 0 && is_blank(text.data[0])) {
		text.data++;
		text.len--;
	}
	return text;
}

/* The last word goes to *word, what is in front of it stays. */
static void
take_last_word(struct idm_str *text, struct idm_str *word)
{
	size_t at = text->len;

	while (at > 0 && !is_blank(text->data[at - 1]))
		at--;
	*word = (struct idm_str){ text->data + at, text->len - at };
	text->len = at;
	*text = trim(*text);
}

/* As idm_identity_parse(), but that a SID needs no type. */
static enum idm_status
read_who(struct idm_str text, struct idm_identity *who, struct idm_err *err)
{
	enum idm_status st;

	if (text.len > 4 && memcmp(text.data, "S-1-", 4) == 0) {
		*who = (struct idm_identity){ .type = IDM_ID_SID,
			.text = text };
		return idm_sid_parse(text, &who->sid, err);
	}
	st = idm_identity_parse(text, who, err);
	if (st != IDM_OK)
		return st;
	if (who->type == IDM_ID_NONE && who->win.name.len > 0)
		who->type = IDM_ID_WINNAME;
	if (!idm_idtype_is_windows(who->type)) {
		return idm_fail(err, IDM_INVALID,
		    "'%.*s' is neither a SID nor a Windows name", (int)text.len,
		    text.data);
	}
	return IDM_OK;
}

/* "WHO uid:NUMBER", also with an arrow between as "idmap dump" has it. */
static enum idm_status
read_row(struct idm_str text, struct row *row, struct idm_err *err)
{
	struct idm_str number, sign, front;
	enum idm_status st;

	take_last_word(&text, &number);
	front = text;
	take_last_word(&front, &sign);
	if (idm_str_is(sign, "==") || idm_str_is(sign, "=>"))
		text = front;
	st = idm_identity_parse(number, &row->number, err);
	if (st == IDM_OK && row->number.type != IDM_ID_UID &&
	    row->number.type != IDM_ID_GID) {
		st = idm_fail(err, IDM_INVALID,
		    "the line does not end in uid:NUMBER or gid:NUMBER");
	}
	row->given = text;
	return st == IDM_OK ? read_who(text, &row->who, err) : st;
}

static void
tell(struct diff *diff, const struct row *row,
    const struct idm_resolution *ours, enum idm_status st, const char *why)
{
	const char *type = idm_idtype_name(row->number.type);

	diff->different++;
	if (diff->json) {
		json_t *json = json_pack("{s:I, s:o, s:s, s:I}", "line",
		    (json_int_t)row->line, "identity",
		    cli_json_text(row->given), "kind", type, "theirs",
		    (json_int_t)row->number.id);

		(void)json_object_set_new(json, "ours",
		    st == IDM_OK ? json_integer(ours->to.id) : json_null());
		(void)json_object_set_new(
		    json, "reason", cli_json_text(idm_str_of(why)));
		(void)json_array_append_new(diff->differences, json);
		return;
	}
	cli_put(stdout, row->given);
	printf("\t%s:%lu\t", type, (unsigned long)row->number.id);
	if (st == IDM_OK)
		printf("%s:%lu\n", type, (unsigned long)ours->to.id);
	else
		printf("-\t%s\n", why);
}

static void
compare(struct diff *diff, const struct row *row)
{
	struct idm_resolution ours;
	struct idm_err err = { .text = "" };
	enum idm_status st;

	st = idm_resolve(
	    &diff->resolver.resolver, &row->who, row->number.type, &ours, &err);
	if (st == IDM_OK && ours.to.has_id && ours.to.id == row->number.id) {
		diff->same++;
		return;
	}
	if (st == IDM_OK && !ours.to.has_id)
		st = IDM_NOTFOUND;
	tell(diff, row, &ours, st, err.text);
}

static void
compare_line(struct diff *diff, struct idm_str text, unsigned long line)
{
	struct row row = { .line = line };
	struct idm_err err;

	text = trim(text);
	if (text.len == 0 || text.data[0] == '#')
		return;
	if (read_row(text, &row, &err) == IDM_OK) {
		compare(diff, &row);
		return;
	}
	diff->malformed++;
	cli_error("%s:%lu: %s", diff->path, line, err.text);
}

static void
compare_table(struct diff *diff, struct idm_str text)
{
	unsigned long number = 0;

	while (text.len > 0) {
		const char *end = memchr(text.data, '\n', text.len);
		struct idm_str line = text;

		if (end != NULL)
			line.len = (size_t)(end - text.data);
		text.data += line.len + (end != NULL);
		text.len -= line.len + (end != NULL);
		compare_line(diff, line, ++number);
	}
}

/* Whom the next question names; of no length: nobody, or all. */
static struct idm_str
take_asked(struct idm_str *questions)
{
	const char *end = memchr(questions->data, '\n', questions->len);
	struct idm_str line = *questions;
	size_t skip = 0;

	if (end != NULL)
		line.len = (size_t)(end - line.data);
	questions->data += line.len + (end != NULL);
	questions->len -= line.len + (end != NULL);
	if (line.len > 5 && memcmp(line.data, "user ", 5) == 0)
		skip = 5;
	else if (line.len > 6 && memcmp(line.data, "group ", 6) == 0)
		skip = 6;
	return (
	    struct idm_str){ line.data + skip, skip > 0 ? line.len - skip : 0 };
}

/*
 * The answers of a name service as a table.  It may call who was asked for by
 * a name that says less, as winbind's without a domain.
 */
static enum idm_status
write_table(struct idm_str answers, struct idm_str questions,
    struct idm_buf *table, struct idm_err *err)
{
	struct cli_nss_answer answer;
	enum idm_status st;

	while ((st = cli_nss_next(&answers, &answer, err)) == IDM_OK) {
		struct idm_str asked = take_asked(&questions);

		if (asked.len > 0)
			answer.name = asked;
		if (!answer.is_there) {
			cli_note("'%.*s' is not known there",
			    (int)answer.name.len, answer.name.data);
			continue;
		}
		idm_buf_puts(table, answer.is_group ? "wingroup:" : "winuser:");
		idm_buf_put(table, answer.name.data, answer.name.len);
		idm_buf_printf(table, " %s:%lu\n",
		    answer.is_group ? "gid" : "uid", (unsigned long)answer.id);
	}
	return st == IDM_NOTFOUND ? idm_buf_status(table, err) : st;
}

/* Names in a file are asked for one by one, else all that there are. */
static enum idm_status
ask_service(
    const struct verb_call *call, struct idm_buf *table, struct idm_err *err)
{
	struct idm_str questions = idm_str_of("users\ngroups\n");
	struct idm_buf names, answers;
	enum idm_status st = IDM_OK;

	idm_buf_init(&names, TABLE_MAX);
	idm_buf_init(&answers, TABLE_MAX);
	if (call->argc > 0) {
		st = cli_file_read(call->argv[0], &names, NULL, err);
		questions = (struct idm_str){ names.data, names.len };
	}
	if (st == IDM_OK) {
		st = cli_nss_ask(idm_str_of(call->value[DIFF_NSS]), questions,
		    PATIENCE, &answers, err);
	}
	if (st == IDM_OK) {
		st = write_table((struct idm_str){ answers.data, answers.len },
		    questions, table, err);
	}
	idm_buf_fini(&names);
	idm_buf_fini(&answers);
	return st;
}

static void
report(struct diff *diff)
{
	if (!diff->json) {
		printf("%lu the same, %lu different\n", diff->same,
		    diff->different);
		if (diff->same + diff->different == 0)
			cli_note(
			    "nobody was compared; a name service that "
			    "lists nobody, as sssd and winbind, has to be "
			    "given a list of 'user NAME' and 'group NAME'");
		return;
	}
	cli_json_print(json_pack("{s:I, s:I, s:O}", "same",
	    (json_int_t)diff->same, "different", (json_int_t)diff->different,
	    "differences", diff->differences));
}

enum verb_exit
verb_diff(const struct verb_call *call)
{
	struct diff diff = {
		.path = call->given[DIFF_NSS] ? call->value[DIFF_NSS]
					      : call->argv[0],
		.json = call->json,
		.differences = json_array(),
	};
	struct idm_buf text;
	struct idm_err err;
	enum idm_status st;

	if (!call->given[DIFF_NSS] && call->argc == 0) {
		cli_error("diff: a table or --nss is missing");
		json_decref(diff.differences);
		return VERB_USAGE;
	}
	idm_buf_init(&text, TABLE_MAX);
	st = cli_resolver_open(&diff.resolver, &err);
	/* Of whom nobody has asked for yet, too. */
	diff.resolver.resolver.inquired = &cli_inquired;
	if (st == IDM_OK && call->given[DIFF_NSS])
		st = ask_service(call, &text, &err);
	else if (st == IDM_OK)
		st = cli_file_read(diff.path, &text, NULL, &err);
	if (st == IDM_OK) {
		compare_table(&diff, (struct idm_str){ text.data, text.len });
		report(&diff);
	} else {
		cli_error("%s", err.text);
	}
	idm_buf_fini(&text);
	json_decref(diff.differences);
	cli_resolver_close(&diff.resolver);
	if (st != IDM_OK || diff.different > 0 || diff.malformed > 0)
		return VERB_FAILURE;
	return VERB_SUCCESS;
}
