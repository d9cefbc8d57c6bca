#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/num.h"
#include "identity/account.h"

#include "cli/file.h"
#include "cli/hostids.h"

#define LINES_MAX (1 << 24)

void
cli_hostids_add(
    struct cli_hostids *list, uint32_t low, uint32_t high, const char *what)
{
	struct cli_hostid *one;

	if (list->n == list->room) {
		size_t room = list->room > 0 ? 2 * list->room : 64;
		struct cli_hostid *more = reallocarray(
		    list->at, room, sizeof(*more));

		if (more == NULL) {
			list->is_full = true;
			return;
		}
		list->at = more;
		list->room = room;
	}
	one = &list->at[list->n++];
	*one = (struct cli_hostid){ .low = low, .high = high };
	(void)snprintf(one->what, sizeof(one->what), "%s", what);
}

static void
add_named(struct cli_hostids *list, uint32_t low, uint32_t high,
    const char *kind, struct idm_str name)
{
	char what[80];

	(void)snprintf(what, sizeof(what), "%s '%.*s'", kind,
	    (int)(name.len > 40 ? 40 : name.len), name.data);
	cli_hostids_add(list, low, high, what);
}

static bool
add_account(void *context, const struct idm_account *account)
{
	add_named(context, account->uid, account->uid, "user",
	    idm_str_of(account->name));
	return true;
}

/* "name:x:gid:members" */
static void
add_group(struct cli_hostids *list, struct idm_str line)
{
	struct idm_str name, field;
	uint32_t gid;

	if (idm_account_cut(&line, &name) && idm_account_cut(&line, &field) &&
	    idm_account_cut(&line, &field) &&
	    idm_num_id(field.data, field.len, &gid, NULL) == IDM_OK)
		add_named(list, gid, gid, "group", name);
}

/* "name:start:count", as in subuid(5). */
static void
add_subordinate(struct cli_hostids *list, struct idm_str line)
{
	struct idm_str name, start, count;
	uint64_t low, n;

	if (!idm_account_cut(&line, &name) || !idm_account_cut(&line, &start))
		return;
	if (!idm_account_cut(&line, &count))
		count = line;
	if (idm_num_parse(start.data, start.len, UINT32_MAX, &low, NULL) !=
		IDM_OK ||
	    idm_num_parse(count.data, count.len, UINT32_MAX, &n, NULL) !=
		IDM_OK ||
	    n == 0)
		return;
	if (low + n - 1 > UINT32_MAX)
		n = UINT32_MAX - low + 1;
	add_named(list, (uint32_t)low, (uint32_t)(low + n - 1),
	    "subordinate ids of", name);
}

/* Of login.defs, which ranges are given out later. */
static const char *const reserves[] = { "UID", "GID", "SUB_UID", "SUB_GID" };

struct defs {
	uint32_t min[IDM_COUNTOF(reserves)];
	uint32_t max[IDM_COUNTOF(reserves)];
};

/* "UID_MIN   1000": the number behind a word, or 0. */
static uint32_t
number_behind(struct idm_str line, const char *word, const char *end)
{
	size_t len = strlen(word);
	uint32_t number;

	if (line.len <= len || memcmp(line.data, word, len) != 0)
		return 0;
	line.data += len;
	line.len -= len;
	len = strlen(end);
	if (line.len <= len || memcmp(line.data, end, len) != 0)
		return 0;
	line.data += len;
	line.len -= len;
	while (line.len > 0 && strchr(" \t", line.data[0]) != NULL) {
		line.data++;
		line.len--;
	}
	while (line.len > 0 && strchr(" \t\r", line.data[line.len - 1]) != NULL)
		line.len--;
	if (idm_num_id(line.data, line.len, &number, NULL) != IDM_OK)
		return 0;
	return number;
}

static void
each_line(const char *path, void (*take)(void *context, struct idm_str line),
    void *context)
{
	struct idm_buf text;
	const char *at, *end;

	idm_buf_init(&text, LINES_MAX);
	/* Most hosts lack one or the other. */
	if (cli_file_read(path, &text, NULL, NULL) != IDM_OK)
		text.len = 0;
	at = text.data;
	end = text.data + text.len;
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline != NULL ? newline : end;

		take(context, (struct idm_str){ at, (size_t)(stop - at) });
		at = newline != NULL ? newline + 1 : end;
	}
	idm_buf_fini(&text);
}

static void
take_group(void *context, struct idm_str line)
{
	add_group(context, line);
}

static void
take_subordinate(void *context, struct idm_str line)
{
	add_subordinate(context, line);
}

static void
take_defs(void *context, struct idm_str line)
{
	struct defs *defs = context;

	for (size_t i = 0; i < IDM_COUNTOF(reserves); i++) {
		uint32_t min = number_behind(line, reserves[i], "_MIN");
		uint32_t max = number_behind(line, reserves[i], "_MAX");

		if (min > 0)
			defs->min[i] = min;
		if (max > 0)
			defs->max[i] = max;
	}
}

static void
add_reserves(struct cli_hostids *list)
{
	struct defs defs = { 0 };

	each_line(IDM_ACCOUNTDIR "/login.defs", take_defs, &defs);
	for (size_t i = 0; i < IDM_COUNTOF(reserves); i++) {
		char what[80];

		if (defs.min[i] == 0 || defs.max[i] < defs.min[i])
			continue;
		(void)snprintf(what, sizeof(what),
		    "%s_MIN to %s_MAX of login.defs", reserves[i], reserves[i]);
		cli_hostids_add(list, defs.min[i], defs.max[i], what);
		if (!list->is_full)
			list->at[list->n - 1].is_reserve = true;
	}
}

enum idm_status
cli_hostids_gather(struct cli_hostids *list, struct idm_err *err)
{
	enum idm_status st;

	st = idm_account_each(IDM_ACCOUNTDIR, add_account, list, err);
	if (st != IDM_OK)
		return st;
	each_line(IDM_ACCOUNTDIR "/group", take_group, list);
	each_line(IDM_ACCOUNTDIR "/subuid", take_subordinate, list);
	each_line(IDM_ACCOUNTDIR "/subgid", take_subordinate, list);
	add_reserves(list);
	if (list->is_full)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	return IDM_OK;
}

static int
by_low(const void *a, const void *b)
{
	const struct cli_hostid *first = a, *second = b;

	return (first->low > second->low) - (first->low < second->low);
}

void
cli_hostids_sort(struct cli_hostids *list)
{
	if (list->n > 0)
		qsort(list->at, list->n, sizeof(*list->at), by_low);
}

void
cli_hostids_free(struct cli_hostids *list)
{
	free(list->at);
	*list = (struct cli_hostids){ 0 };
}
