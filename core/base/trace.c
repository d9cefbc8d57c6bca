#include <stdarg.h>
#include <stdio.h>

#include "base/trace.h"

void
idm_trace_say(const struct idm_trace *trace, const char *fmt, ...)
{
	char text[1400];
	va_list ap;

	if (trace == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (char *c = text; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	}
	trace->line(trace->context, text);
}
