#include <ini.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/trust.h"
#include "config/ini.h"

/* Bytes of a line with its NUL, as libinih counts them. */
#define LINE_MAX_BYTES 1000

/* What is handed through libinih. */
struct reading {
	struct idm_ini *ini;
	void (*take)(struct idm_ini *, void *owner, const char *section,
	    const char *name, const char *value);
	void *owner;
};

void
idm_ini_complain(struct idm_ini *ini, const char *fmt, ...)
{
	struct idm_err err;
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)idm_fail(
	    &err, IDM_INVALID, "%s:%lu: %s", ini->path, ini->line, text);
	ini->mistake(ini->context, err.text);
	ini->mistakes++;
}

/*
 * Hand libinih one line, without the blanks in front that it would take for
 * the continuation of a value, and count it.  An overlong line is reported
 * and passed over whole.
 */
static char *
read_line(char *out, int size, void *context)
{
	struct idm_ini *ini = ((struct reading *)context)->ini;
	size_t blanks;

	for (;;) {
		int next = 0;

		if (fgets(out, size, ini->file) == NULL)
			return NULL;
		ini->line++;
		if (strchr(out, '\n') != NULL || feof(ini->file))
			break;
		next = getc(ini->file);
		if (next == EOF)
			break;
		while (next != '\n' && next != EOF)
			next = getc(ini->file);
		idm_ini_complain(ini, "the line is longer than %d bytes",
		    LINE_MAX_BYTES - 3);
	}
	blanks = strspn(out, " \t");
	memmove(out, out + blanks, strlen(out + blanks) + 1);
	if (out[0] == '[' && strchr(out, ']') == NULL) {
		idm_ini_complain(ini, "the section's name has no ']'");
		/* A comment: after one error libinih passes over others. */
		out[0] = '#';
	}
	return out;
}

static int
take_setting(
    void *context, const char *section, const char *name, const char *value)
{
	struct reading *reading = context;

	reading->take(reading->ini, reading->owner, section, name, value);
	return 1;
}

static enum idm_status
open_file(struct idm_ini *ini, struct idm_err *err)
{
	const uid_t owners[] = { 0, geteuid() };
	enum idm_status status;
	struct stat st;
	int fd = -1;

	status = idm_trust_open(
	    ini->path, owners, IDM_COUNTOF(owners), &fd, &st, err);
	if (status != IDM_OK)
		return status;
	ini->file = fdopen(fd, "re");
	if (ini->file == NULL) {
		status = idm_fail_errno(err, "%s", ini->path);
		(void)close(fd);
	}
	return status;
}

enum idm_status
idm_ini_read(struct idm_ini *ini,
    void (*take)(struct idm_ini *, void *owner, const char *section,
	const char *name, const char *value),
    void *owner, struct idm_err *err)
{
	struct reading reading = { .ini = ini, .take = take, .owner = owner };
	enum idm_status st;

	ini->line = 0;
	st = open_file(ini, err);
	if (st != IDM_OK)
		return st;

	/* Process-wide settings of the library; nobody else uses it here. */
	ini_max_line = LINE_MAX_BYTES;
	ini_use_stack = false;
	ini_initial_alloc = LINE_MAX_BYTES;
	ini_allow_multiline = false;
	ini_allow_no_value = true;
	if (ini_parse_stream(read_line, &reading, take_setting, &reading) < 0)
		st = idm_fail(err, IDM_NOMEM, "out of memory");
	else if (ferror(ini->file))
		st = idm_fail_errno(err, "%s", ini->path);
	(void)fclose(ini->file);
	ini->file = NULL;
	return st;
}
