#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "base/attr.h"

#include "cli/mapopts.h"

#define ARGS_MAX 32

static const struct cli_tool *const tools[] = {
	&cli_idadmin,
	&cli_attradmin,
	&cli_uidadmin,
};

/* One of the words that the parser was given, or a part of one. */
static int
is_lent(const char *text, int argc, char *const *argv)
{
	for (int i = 1; i < argc; i++)
		if (text >= argv[i] && text <= argv[i] + strlen(argv[i]))
			return 1;
	return 0;
}

/* What a form admits is all that an accepted command line has. */
static void
check_request(const struct cli_request *request, int argc, char *const *argv)
{
	const struct cli_form *form = request->form;
	uint64_t admitted = form->needs | form->admits;

	if (form->action != CLI_NO_ACTION) {
		admitted |= CLI_BIT(form->action);
		if (!cli_given(request, form->action))
			abort();
	}
	if (form->overrides)
		return;
	if ((request->given & ~admitted) != 0 ||
	    (form->needs & ~request->given) != 0 ||
	    (request->operand != NULL && form->operand == NULL))
		abort();
	for (unsigned row = 0; row < request->tool->noptions; row++) {
		bool has_value = request->value[row] != NULL;
		bool takes_one = cli_given(request, row) &&
		    request->tool->options[row].argument != NULL;

		if (has_value != takes_one ||
		    (has_value && !is_lent(request->value[row], argc, argv)))
			abort();
	}
}

/* A byte that chooses the tool, then the words, each ended by a newline. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct cli_tool *tool;
	struct cli_request request;
	char *argv[ARGS_MAX + 1] = { NULL };
	struct idm_err err;
	char *text, *word;
	int argc = 0;

	if (len == 0)
		return 0;
	tool = tools[data[0] % IDM_COUNTOF(tools)];
	text = strndup((const char *)data + 1, len - 1);
	if (text == NULL)
		return 0;
	argv[argc++] = text;
	for (word = strchr(text, '\n'); word != NULL && argc < ARGS_MAX;
	     word = strchr(word, '\n')) {
		*word++ = '\0';
		argv[argc++] = word;
	}
	if (cli_parse(tool, argc, argv, &request, &err) == IDM_OK)
		check_request(&request, argc, argv);
	else if (err.status != IDM_INVALID || err.text[0] == '\0')
		abort();
	free(text);
	return 0;
}
