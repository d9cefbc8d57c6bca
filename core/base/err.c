#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

/*
 * Names from a foreign peer stand in these texts.  A control byte in one
 * would let it write lines of its own into a log or a terminal.
 */
static void
defuse(char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
	}
}

enum idm_status
idm_fail(struct idm_err *err, enum idm_status st, const char *fmt, ...)
{
	va_list ap;

	if (err == NULL)
		return st;

	err->status = st;
	va_start(ap, fmt);
	(void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	defuse(err->text);
	return st;
}

enum idm_status
idm_fail_errno(struct idm_err *err, const char *fmt, ...)
{
	int saved = errno;
	char reason[64];
	size_t used;
	va_list ap;

	if (err == NULL)
		return IDM_SYSTEM;

	err->status = IDM_SYSTEM;
	va_start(ap, fmt);
	(void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	used = strlen(err->text);
	(void)snprintf(err->text + used, sizeof(err->text) - used, ": %s",
	    strerror_r(saved, reason, sizeof(reason)));
	defuse(err->text);
	return IDM_SYSTEM;
}

enum idm_status
idm_within(struct idm_err *err, enum idm_status st, const char *fmt, ...)
{
	char cause[sizeof(err->text)];
	size_t used;
	va_list ap;

	if (err == NULL)
		return st;

	err->status = st;
	memcpy(cause, err->text, sizeof(cause));
	va_start(ap, fmt);
	(void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	used = strlen(err->text);
	(void)snprintf(
	    err->text + used, sizeof(err->text) - used, ": %s", cause);
	defuse(err->text);
	return st;
}

const char *
idm_status_name(enum idm_status st)
{
	switch (st) {
	case IDM_OK:
		return "ok";
	case IDM_NOTFOUND:
		return "notfound";
	case IDM_REFUSED:
		return "refused";
	case IDM_INVALID:
		return "invalid";
	case IDM_CONFLICT:
		return "conflict";
	case IDM_EXHAUSTED:
		return "exhausted";
	case IDM_DENIED:
		return "denied";
	case IDM_TEMPFAIL:
		return "unavailable";
	case IDM_CORRUPT:
		return "corrupt";
	case IDM_NOMEM:
		return "nomem";
	case IDM_SYSTEM:
		return "system";
	}
	return "unknown";
}
