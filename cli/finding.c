#include <stdarg.h>
#include <stdio.h>

#include "cli/finding.h"

void
cli_findings_add(
    struct cli_findings *findings, bool is_good, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!is_good)
		findings->problems++;
	findings->tell(findings->context, findings->check, is_good, text);
}
