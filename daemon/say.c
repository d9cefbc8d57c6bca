#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/say.h"

static bool is_journal;

void
say_init(void)
{
	is_journal = getenv("JOURNAL_STREAM") != NULL;
}

void
say(int priority, const char *fmt, ...)
{
	char text[1600];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* One call, so that lines of engine and keeper do not mix. */
	if (is_journal)
		fprintf(stderr, "<%d>idmapd: %s\n", priority, text);
	else
		fprintf(stderr, "idmapd: %s\n", text);
}
