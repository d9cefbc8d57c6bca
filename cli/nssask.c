#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "config/services.h"
#include "identity/name.h"

#include "cli/nssask.h"
#include "cli/run.h"

#define PROGRAM IDM_LIBEXECDIR "/idmap-ask"

/* Milliseconds for one name service to answer, and for each further name. */
#define PATIENCE      10000
#define PATIENCE_EACH 20

/* Bytes of a list of services with their actions. */
#define SERVICES_MAX 65536

/* Bytes of an answer: two words, two numbers and a name. */
#define ANSWER_MAX (IDM_REMOTE_MAX + 64)

/*
 * "a b" with what keeps glibc from going on to b when a fails, because whom a
 * would have named is not known then.
 */
static void
put_actions(struct idm_buf *buf, struct idm_str services)
{
	struct idm_str name;

	while (idm_services_next(&services, &name)) {
		idm_buf_put(buf, name.data, name.len);
		idm_buf_puts(buf, " [UNAVAIL=return TRYAGAIN=return] ");
	}
}

static enum idm_status
run(struct idm_str services, struct idm_str questions, unsigned deadline_ms,
    struct idm_buf *answers, struct idm_err *err)
{
	const char *argv[] = { PROGRAM, NULL, NULL };
	struct idm_buf list;
	enum idm_status st;

	idm_buf_init(&list, SERVICES_MAX);
	put_actions(&list, services);
	argv[1] = idm_buf_text(&list);
	st = idm_buf_status(&list, err);
	if (st == IDM_OK)
		st = cli_run_with(argv, questions, deadline_ms, answers, err);
	idm_buf_fini(&list);
	return st;
}

enum idm_status
cli_nss_ask(struct idm_str services, struct idm_str questions,
    unsigned deadline_ms, struct idm_buf *answers, struct idm_err *err)
{
	enum idm_status st = idm_services_check(services, err);

	if (st == IDM_OK)
		st = run(services, questions, deadline_ms, answers, err);
	return st == IDM_OK ? st
			    : idm_within(err, st, "name service '%.*s'",
				  (int)services.len, services.data);
}

static bool
take_word(struct idm_str *line, struct idm_str *word)
{
	const char *blank = line->len == 0 ? NULL
					   : memchr(line->data, ' ', line->len);

	if (blank == NULL)
		return false;
	*word = (struct idm_str){ line->data, (size_t)(blank - line->data) };
	line->data += word->len + 1;
	line->len -= word->len + 1;
	return true;
}

static bool
take_id(struct idm_str *line, uint32_t *id)
{
	struct idm_str word;

	return take_word(line, &word) &&
	    idm_num_id(word.data, word.len, id, NULL) == IDM_OK;
}

static bool
read_answer(struct idm_str line, struct cli_nss_answer *answer)
{
	struct idm_str word;

	if (!take_word(&line, &word))
		return false;
	answer->is_group = idm_str_is(word, "group") ||
	    idm_str_is(word, "nogroup");
	answer->is_there = idm_str_is(word, "group") ||
	    idm_str_is(word, "user");
	if (!answer->is_group && !answer->is_there &&
	    !idm_str_is(word, "nouser"))
		return false;
	if (answer->is_there && !take_id(&line, &answer->id))
		return false;
	if (answer->is_there && !answer->is_group &&
	    !take_id(&line, &answer->gid))
		return false;
	answer->name = line;
	return idm_name_remote(line, NULL) == IDM_OK;
}

/* The line of a service that failed. */
static enum idm_status
check_failed(struct idm_str line, struct idm_err *err)
{
	struct idm_str word;

	if (!take_word(&line, &word) || !idm_str_is(word, "failed"))
		return IDM_OK;
	return idm_fail(err, IDM_TEMPFAIL, "%.*s", (int)line.len, line.data);
}

enum idm_status
cli_nss_next(
    struct idm_str *answers, struct cli_nss_answer *out, struct idm_err *err)
{
	struct cli_nss_answer answer = { .id = 0 };
	struct idm_str line;
	const char *end;
	size_t len;

	if (answers->len == 0)
		return idm_fail(err, IDM_NOTFOUND, "no more answers");
	end = memchr(answers->data, '\n', answers->len);
	len = end == NULL ? 0 : (size_t)(end - answers->data);
	line = (struct idm_str){ answers->data, len };
	if (end != NULL && check_failed(line, err) != IDM_OK)
		return IDM_TEMPFAIL;
	if (end == NULL || !read_answer(line, &answer)) {
		return idm_fail(
		    err, IDM_CORRUPT, "an answer of a name service is broken");
	}
	answers->data += len + 1;
	answers->len -= len + 1;
	*out = answer;
	return IDM_OK;
}

/* ---- For the pipeline. */

static void
put_question(struct idm_buf *buf, const struct idm_account_question *question)
{
	bool is_group = question->is_group;

	if (question->name.len == 0) {
		idm_buf_printf(buf, "%s %lu\n", is_group ? "gid" : "uid",
		    (unsigned long)question->id);
		return;
	}
	idm_buf_puts(buf, is_group ? "group " : "user ");
	idm_buf_put(buf, question->name.data, question->name.len);
	idm_buf_puts(buf, "\n");
}

/* A question is a line: what cannot stand in one is nobody's name. */
static bool
can_be_asked(const struct idm_account_question *question)
{
	return question->name.len == 0 ||
	    idm_name_remote(question->name, NULL) == IDM_OK;
}

static enum idm_status
take_answer(struct idm_str *rest, const struct idm_account_question *question,
    struct idm_account_answer *out, struct idm_err *err)
{
	struct cli_nss_answer answer;
	enum idm_status st = cli_nss_next(rest, &answer, err);

	if (st != IDM_OK)
		return st;
	if (answer.is_group != question->is_group ||
	    answer.name.len >= sizeof(out->name)) {
		return idm_fail(
		    err, IDM_CORRUPT, "an answer is not one to what was asked");
	}
	out->is_there = answer.is_there;
	out->id = answer.id;
	(void)snprintf(out->name, sizeof(out->name), "%.*s",
	    (int)answer.name.len, answer.name.data);
	return IDM_OK;
}

static enum idm_status
take_answers(struct idm_buf *buf, const struct idm_account_question *question,
    size_t n, struct idm_account_answer *answer, struct idm_err *err)
{
	struct idm_str rest = { buf->data, buf->len };
	enum idm_status st = IDM_OK;

	for (size_t i = 0; i < n && st == IDM_OK; i++) {
		if (can_be_asked(&question[i]))
			st = take_answer(&rest, &question[i], &answer[i], err);
	}
	return st;
}

static enum idm_status
ask(void *context, struct idm_str services,
    const struct idm_account_question *question, size_t n,
    struct idm_account_answer *answer, struct idm_err *err)
{
	unsigned patience = PATIENCE + (unsigned)n * PATIENCE_EACH;
	struct idm_buf questions, answers;
	enum idm_status st;

	(void)context;
	idm_buf_init(&questions, n * ANSWER_MAX);
	idm_buf_init(&answers, n * ANSWER_MAX);
	for (size_t i = 0; i < n; i++) {
		answer[i] = (struct idm_account_answer){ .is_there = false };
		if (can_be_asked(&question[i]))
			put_question(&questions, &question[i]);
	}
	st = idm_buf_status(&questions, err);
	if (st == IDM_OK)
		st = cli_nss_ask(services,
		    (struct idm_str){ questions.data, questions.len }, patience,
		    &answers, err);
	if (st == IDM_OK) {
		st = take_answers(&answers, question, n, answer, err);
		if (st != IDM_OK)
			st = idm_within(err, st, "name service '%.*s'",
			    (int)services.len, services.data);
	}
	idm_buf_fini(&questions);
	idm_buf_fini(&answers);
	/* Whatever it was, nobody has said that somebody is not there. */
	return st == IDM_OK || st == IDM_INVALID || st == IDM_NOMEM
	    ? st
	    : IDM_TEMPFAIL;
}

const struct idm_asker cli_nss_asker = { .ask = ask };
