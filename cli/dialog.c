#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/dialog.h"
#include "cli/mapopts.h"
#include "cli/say.h"

enum idm_status
cli_dialog_open(const struct cli_request *request, struct cli_dialog *out,
    struct idm_err *err)
{
	struct cli_dialog dialog = { .in = stdin };
	const char *path = request->value[OPT_ANSWERS];

	if (cli_given(request, OPT_ANSWERS)) {
		dialog.in = fopen(path, "re");
		if (dialog.in == NULL)
			return idm_fail_errno(err, "--answers %s", path);
	}
	dialog.is_echoed = isatty(fileno(dialog.in)) != 1;
	*out = dialog;
	return IDM_OK;
}

void
cli_dialog_close(struct cli_dialog *dialog)
{
	if (dialog->in != NULL && dialog->in != stdin)
		(void)fclose(dialog->in);
	free(dialog->line);
	*dialog = (struct cli_dialog){ 0 };
}

/* The next answer, lent until the one after it. */
static enum idm_status
read_answer(
    struct cli_dialog *dialog, struct idm_str *answer, struct idm_err *err)
{
	ssize_t len;

	(void)fflush(stdout);
	len = getline(&dialog->line, &dialog->size, dialog->in);
	if (len == -1) {
		(void)putchar('\n');
		return idm_fail(err, IDM_REFUSED,
		    "the answers end here, so nothing was changed");
	}
	if (len > 0 && dialog->line[len - 1] == '\n')
		len--;
	*answer = (struct idm_str){ dialog->line, (size_t)len };
	if (dialog->is_echoed) {
		cli_put(stdout, *answer);
		(void)putchar('\n');
	}
	return IDM_OK;
}

/* Change, skip or delete?  Giving up ends the input. */
static enum idm_status
choose(struct cli_dialog *dialog, enum cli_answer *out, struct idm_err *err)
{
	static const struct {
		const char *word;
		enum cli_answer answer;
	} words[] = {
		{ "c", CLI_ANSWER_CHANGE },
		{ "change", CLI_ANSWER_CHANGE },
		{ "s", CLI_ANSWER_SKIP },
		{ "skip", CLI_ANSWER_SKIP },
		{ "d", CLI_ANSWER_DELETE },
		{ "delete", CLI_ANSWER_DELETE },
	};

	for (;;) {
		struct idm_str answer;
		enum idm_status st;

		fputs("(c)hange, (s)kip, (d)elete or (q)uit? ", stdout);
		st = read_answer(dialog, &answer, err);
		if (st != IDM_OK)
			return st;
		if (idm_str_is(answer, "q") || idm_str_is(answer, "quit"))
			return idm_fail(
			    err, IDM_REFUSED, "given up, nothing was changed");
		for (size_t i = 0; i < IDM_COUNTOF(words); i++) {
			if (idm_str_is(answer, words[i].word)) {
				*out = words[i].answer;
				return IDM_OK;
			}
		}
	}
}

/* Ask for a text; an empty answer is the old one.  *text is the caller's. */
static enum idm_status
ask_text(struct cli_dialog *dialog, const char *what, struct idm_str old,
    char **text, struct idm_err *err)
{
	struct idm_str answer;
	enum idm_status st;
	char *copy;

	printf("%s [", what);
	cli_put(stdout, old);
	fputs("]: ", stdout);
	st = read_answer(dialog, &answer, err);
	if (st != IDM_OK)
		return st;
	if (answer.len == 0)
		answer = old;
	copy = calloc(answer.len + 1, 1);
	if (copy == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	memcpy(copy, answer.data, answer.len);
	*text = copy;
	return IDM_OK;
}

void
cli_verdict_free(struct cli_verdict *verdict)
{
	free(verdict->remote);
	free(verdict->local);
	*verdict = (struct cli_verdict){ .answer = CLI_ANSWER_SKIP };
}

static enum idm_status
ask_entry(struct cli_dialog *dialog, const struct idm_entry *old,
    struct cli_verdict *verdict, struct idm_err *err)
{
	enum idm_status st;

	st = ask_text(
	    dialog, "remote name", old->remote, &verdict->remote, err);
	if (st == IDM_OK)
		st = ask_text(
		    dialog, "local name", old->target, &verdict->local, err);
	if (st != IDM_OK)
		return st;
	verdict->entry.remote = idm_str_of(verdict->remote);
	verdict->entry.target = idm_str_of(verdict->local);
	return IDM_OK;
}

enum idm_status
cli_dialog_decide(struct cli_dialog *dialog, const struct idm_entry *old,
    enum idm_status (*check)(
	void *context, const struct idm_entry *, struct idm_err *),
    void *context, struct cli_verdict *verdict, struct idm_err *err)
{
	enum idm_status st;

	for (;;) {
		struct idm_err why;

		st = choose(dialog, &verdict->answer, err);
		if (st != IDM_OK || verdict->answer != CLI_ANSWER_CHANGE)
			return st;
		st = ask_entry(dialog, old, verdict, err);
		if (st != IDM_OK ||
		    check(context, &verdict->entry, &why) == IDM_OK)
			return st;
		fputs("that will not do: ", stdout);
		cli_put(stdout, idm_str_of(why.text));
		(void)putchar('\n');
		cli_verdict_free(verdict);
	}
}
