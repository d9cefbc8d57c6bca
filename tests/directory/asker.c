/*
 * asker -- asks a directory what its standard input says.
 *
 *	asker KEY=VALUE... <commands
 *
 * KEYs are those of struct idm_directory, and bind, tls, verify, timeout; and
 * clock: by how many seconds this host's is wrong.
 * Each command is a line of words with a tab between, and gets one line:
 *
 *	count BASE FILTER [ATTRIBUTE]	ok ENTRIES VALUES [cut]
 *	page BASE FILTER		the same, paged
 *	show BASE FILTER ATTRIBUTE	ok VALUE|VALUE...
 *	max N				ok; so many entries and no more
 *	deadline MS			ok; of each question
 *	add DN ATTRIBUTE=VALUE...	ok
 *	swap DN ATTRIBUTE OLD NEW	ok; deletes one, adds the other
 *	delete DN			ok
 *	root ATTRIBUTE			ok VALUE|...
 *	server				ok URI
 *	status				ok URI up ANSWERS FAILURES|...
 *	retry				ok
 *	quit				ok; other processes may hold our input
 *	time N BASE FILTER		ok MICROSECONDS; of one, the median
 *
 * or STATUS TEXT; and " late" behind it when a question took three times as
 * long as it may, and a second.
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "base/attr.h"
#include "base/clock.h"
#include "directory/session.h"

static struct idm_directory settings;
static struct idm_servers *servers;
static struct idm_session *session;
static int64_t patience;
static uint32_t max_entries;
static char *words[40];
static int nwords;

/* What answers come to. */
struct tally {
	const char *attribute;
	size_t entries;
	size_t values;
	bool is_cut;
	bool shows;
};

static const struct setting {
	const char *name;
	size_t at;
	size_t size;
} texts[] = {
#define TEXT(field)                                                            \
	{                                                                      \
#field, offsetof(struct idm_directory, field),                 \
		    sizeof(((struct idm_directory *)0)->field)                 \
	}
	TEXT(servers),
	TEXT(discovery),
	TEXT(site),
	TEXT(base),
	TEXT(bind_dn),
	TEXT(password_file),
	TEXT(principal),
	TEXT(keytab),
	TEXT(ca_file),
};

static const struct {
	const char *text;
	uint8_t *field;
	uint8_t value;
} choices[] = {
	{ "bind=anonymous", &settings.bind, IDM_BIND_ANONYMOUS },
	{ "bind=simple", &settings.bind, IDM_BIND_SIMPLE },
	{ "bind=gssapi", &settings.bind, IDM_BIND_GSSAPI },
	{ "tls=start", &settings.tls, IDM_TLS_START },
	{ "tls=off", &settings.tls, IDM_TLS_OFF },
	{ "schema=ad", &settings.schema, IDM_SCHEMA_AD },
	{ "schema=rfc2307", &settings.schema, IDM_SCHEMA_RFC2307 },
};

/* ---- The clock, as Kerberos reads it. */

static time_t clock_error;

/* Also for libraries to find. */
IDM_EXPORT time_t
time(time_t *out)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += clock_error;
	if (out != NULL)
		*out = now.tv_sec;
	return now.tv_sec;
}

IDM_EXPORT int
gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	out->tv_sec = now.tv_sec + clock_error;
	out->tv_usec = now.tv_nsec / 1000;
	return 0;
}

/* ---- Settings. */

static void
set(const char *text)
{
	const char *value = strchr(text, '=');
	size_t len;

	if (value == NULL)
		errx(2, "%s: KEY=VALUE expected", text);
	len = (size_t)(value++ - text);
	for (size_t i = 0; i < IDM_COUNTOF(choices); i++) {
		if (strcmp(text, choices[i].text) == 0) {
			*choices[i].field = choices[i].value;
			return;
		}
	}
	for (size_t i = 0; i < IDM_COUNTOF(texts); i++) {
		if (strlen(texts[i].name) == len &&
		    memcmp(texts[i].name, text, len) == 0) {
			(void)snprintf((char *)&settings + texts[i].at,
			    texts[i].size, "%s", value);
			return;
		}
	}
	if (strcmp(text, "verify=no") == 0)
		settings.flags &= ~(uint32_t)IDM_DIRECTORY_VERIFY;
	else if (strncmp(text, "timeout=", 8) == 0)
		settings.timeout_ms = (uint32_t)strtoul(value, NULL, 10);
	else if (strncmp(text, "clock=", 6) == 0)
		clock_error = (time_t)strtol(value, NULL, 10);
	else if (strncmp(text, "page=", 5) == 0)
		settings.page = (uint32_t)strtoul(value, NULL, 10);
	else
		errx(2, "%s: unknown", text);
}

static enum idm_status
tell(void *context, const struct idm_object *object, struct idm_err *err)
{
	struct tally *tally = context;

	(void)err;
	tally->entries++;
	tally->is_cut = tally->is_cut || object->is_cut;
	for (size_t i = 0; i < object->n; i++) {
		const struct idm_attribute_values *values = &object
								 ->attribute[i];

		if (tally->attribute != NULL &&
		    values != idm_object_values(object, tally->attribute))
			continue;
		tally->values += values->n;
		for (size_t v = 0; tally->shows && v < values->n; v++) {
			(void)printf("%c%.*s", v == 0 ? ' ' : '|',
			    (int)values->value[v].len, values->value[v].data);
		}
	}
	return IDM_OK;
}

/* The rest of a reply. */
static void
end(enum idm_status st, const struct idm_err *err, int64_t begun)
{
	bool is_late = idm_clock_ms() - begun > 3 * patience + 1000;

	if (st != IDM_OK)
		(void)printf("%s %s", idm_status_name(st), err->text);
	(void)printf("%s\n", is_late ? " late" : "");
	(void)fflush(stdout);
}

static void
search(const char *command)
{
	const char *attribute[2] = { nwords > 3 ? words[3] : NULL, NULL };
	const struct idm_search what = {
		.base = idm_str_of(words[1]),
		.scope = IDM_SCOPE_SUBTREE,
		.filter = idm_str_of(words[2]),
		.attribute = nwords > 3 ? attribute : NULL,
		.is_paged = strcmp(command, "page") == 0,
		.max = max_entries,
	};
	struct tally tally = { .attribute = attribute[0] };
	int64_t begun = idm_clock_ms();
	struct idm_err err;
	enum idm_status st;

	tally.shows = strcmp(command, "show") == 0;
	if (tally.shows)
		(void)printf("ok");
	st = idm_session_search(
	    session, &what, begun + patience, tell, &tally, &err);
	if (tally.shows && st != IDM_OK)
		(void)printf(" ");
	if (st == IDM_OK && !tally.shows)
		(void)printf("ok %zu %zu%s", tally.entries, tally.values,
		    tally.is_cut ? " cut" : "");
	end(st, &err, begun);
}

static void
root(const char *command)
{
	struct tally tally = { .attribute = words[1], .shows = true };
	int64_t begun = idm_clock_ms();
	struct idm_err err;
	enum idm_status st;

	(void)command;
	(void)printf("ok");
	st = idm_session_root(session, begun + patience, tell, &tally, &err);
	end(st, &err, begun);
}

static void
change(const char *command)
{
	struct idm_attribute_change changes[40];
	int64_t begun = idm_clock_ms();
	int64_t deadline = begun + patience;
	struct idm_str dn = idm_str_of(words[1]);
	struct idm_err err;
	enum idm_status st;
	size_t n = 0;

	if (strcmp(command, "delete") == 0)
		st = idm_session_delete(session, dn, deadline, &err);
	else if (strcmp(command, "add") == 0) {
		for (int i = 2; i < nwords; i++) {
			char *value = strchr(words[i], '=');

			if (value == NULL)
				errx(2, "ATTRIBUTE=VALUE expected");
			*value++ = '\0';
			changes[n++] = (struct idm_attribute_change){
				IDM_CHANGE_ADD, words[i], idm_str_of(value)
			};
		}
		st = idm_session_add(session, dn, changes, n, deadline, &err);
	} else {
		changes[n++] = (struct idm_attribute_change){ IDM_CHANGE_DELETE,
			words[2], idm_str_of(words[3]) };
		changes[n++] = (struct idm_attribute_change){ IDM_CHANGE_ADD,
			words[2], idm_str_of(words[4]) };
		st = idm_session_change(
		    session, dn, changes, n, deadline, &err);
	}
	if (st == IDM_OK)
		(void)printf("ok");
	end(st, &err, begun);
}

static void
say(const char *command)
{
	struct idm_server_status status[IDM_SERVERS_MAX];
	size_t n;

	if (strcmp(command, "server") == 0)
		(void)printf("ok %s", idm_session_server(session));
	else if (strcmp(command, "retry") == 0) {
		idm_servers_retry(servers);
		(void)printf("ok");
	} else {
		n = idm_servers_status(servers, status, IDM_COUNTOF(status));
		(void)printf("ok");
		for (size_t i = 0; i < n; i++)
			(void)printf("%c%s %s %llu %llu", i == 0 ? ' ' : '|',
			    status[i].uri,
			    !status[i].was_asked  ? "unasked"
				: status[i].is_up ? "up"
						  : "down",
			    (unsigned long long)status[i].answers,
			    (unsigned long long)status[i].failures);
	}
	(void)printf("\n");
	(void)fflush(stdout);
}

static void
limit(const char *command)
{
	unsigned long value = strtoul(words[1], NULL, 10);

	if (strcmp(command, "max") == 0)
		max_entries = (uint32_t)value;
	else
		patience = (int64_t)value;
	(void)printf("ok\n");
	(void)fflush(stdout);
}

static int
compare_times(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void
measure(const char *command)
{
	static const char *const attribute[] = { "uidNumber", NULL };
	const struct idm_search what = {
		.base = idm_str_of(words[2]),
		.scope = IDM_SCOPE_SUBTREE,
		.filter = idm_str_of(words[3]),
		.attribute = attribute,
	};
	size_t n = strtoul(words[1], NULL, 10);
	double *us = calloc(n + 1, sizeof(*us));
	enum idm_status st = IDM_OK;
	struct idm_err err;

	(void)command;
	if (us == NULL)
		errx(2, "out of memory");
	for (size_t i = 0; i < n && st == IDM_OK; i++) {
		struct tally tally = { .attribute = NULL };
		struct timespec a, b;

		(void)clock_gettime(CLOCK_MONOTONIC, &a);
		st = idm_session_search(session, &what,
		    idm_clock_ms() + patience, tell, &tally, &err);
		(void)clock_gettime(CLOCK_MONOTONIC, &b);
		us[i] = (double)(b.tv_sec - a.tv_sec) * 1e6 +
		    (double)(b.tv_nsec - a.tv_nsec) / 1e3;
	}
	qsort(us, n, sizeof(*us), compare_times);
	if (st == IDM_OK)
		(void)printf("ok %.1f", us[n / 2]);
	end(st, &err, idm_clock_ms());
	free(us);
}

static const struct command {
	const char *name;
	int least; /* words */
	void (*run)(const char *);
} commands[] = {
	{ "count", 3, search },
	{ "page", 3, search },
	{ "show", 4, search },
	{ "root", 2, root },
	{ "add", 3, change },
	{ "swap", 5, change },
	{ "delete", 2, change },
	{ "server", 1, say },
	{ "status", 1, say },
	{ "retry", 1, say },
	{ "max", 2, limit },
	{ "deadline", 2, limit },
	{ "time", 4, measure },
};

static void
obey(char *line)
{
	nwords = 0;
	for (char *word; nwords < (int)IDM_COUNTOF(words) &&
	     (word = strsep(&line, "\t")) != NULL;)
		words[nwords++] = word;
	for (size_t i = 0; i < IDM_COUNTOF(commands); i++) {
		if (strcmp(words[0], commands[i].name) == 0 &&
		    nwords >= commands[i].least) {
			commands[i].run(words[0]);
			return;
		}
	}
	errx(2, "'%s' is not understood", words[0]);
}

int
main(int argc, char **argv)
{
	static char line[65536];
	struct idm_err err;

	idm_directory_defaults(&settings);
	settings.schema = IDM_SCHEMA_RFC2307;
	for (int i = 1; i < argc; i++)
		set(argv[i]);
	patience = settings.timeout_ms;
	if (idm_servers_new(&settings, &servers, &err) != IDM_OK ||
	    idm_session_new(&settings, servers, &session, &err) != IDM_OK) {
		(void)printf("%s %s\n", idm_status_name(err.status), err.text);
		return 1;
	}
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, "quit") == 0)
			break;
		obey(line);
	}
	idm_session_free(&session);
	idm_servers_free(&servers);
	return 0;
}
