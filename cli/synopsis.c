#include <string.h>

#include "cli/synopsis.h"

/* What one line of a synopsis may grow to before it is continued. */
#define LINE_WIDTH 78

/* The column where the explanations of --help begin. */
#define BRIEF_COLUMN 30

void
cli_synopsis_put(struct cli_synopsis *line, const char *before,
    const char *word, const char *after)
{
	int len = (int)(strlen(before) + strlen(word) + strlen(after)) + 1;

	if (line->column + len > LINE_WIDTH) {
		fprintf(line->out, "\n%*s", line->indent, "");
		line->column = line->indent;
	}
	fprintf(line->out, " %s%s%s", before, word, after);
	line->column += len;
}

void
cli_put_option(FILE *out, char letter, const char *name, const char *argument,
    const char *brief)
{
	int used;

	if (letter != '\0')
		used = fprintf(out, "  -%c, --%s", letter, name);
	else
		used = fprintf(out, "      --%s", name);
	if (argument != NULL)
		used += fprintf(out, " %s", argument);
	if (used + 2 > BRIEF_COLUMN) {
		fputc('\n', out);
		used = 0;
	}
	for (;;) {
		int len = (int)strcspn(brief, "\n");

		fprintf(out, "%*s%.*s\n", BRIEF_COLUMN - used, "", len, brief);
		if (brief[len] == '\0')
			return;
		brief += len + 1;
		used = 0;
	}
}
