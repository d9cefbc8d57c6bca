#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "config/domains.h"
#include "identity/account.h"
#include "map/snapshot.h"

#include "cli/domainrange.h"
#include "cli/file.h"

/* Where the first domain begins, as on TrueNAS. */
#define FIRST_ID  100000001u
#define LINES_MAX (1 << 24)

struct taken {
	uint32_t low;
	uint32_t high;
};

struct list {
	struct taken *at;
	size_t n;
	size_t room;
	bool is_full; /* out of memory */
};

static void
take(struct list *list, uint32_t low, uint32_t high)
{
	if (list->n == list->room) {
		size_t room = list->room > 0 ? 2 * list->room : 64;
		struct taken *more = reallocarray(
		    list->at, room, sizeof(*more));

		if (more == NULL) {
			list->is_full = true;
			return;
		}
		list->at = more;
		list->room = room;
	}
	list->at[list->n++] = (struct taken){ low, high };
}

static bool
take_account(void *context, const struct idm_account *account)
{
	take(context, account->uid, account->uid);
	take(context, account->gid, account->gid);
	return true;
}

static void
take_domains(struct list *list, const struct idm_domains *domains)
{
	for (uint32_t i = 0; i < domains->n; i++) {
		if (domains->domain[i].high > 0)
			take(list, domains->domain[i].low,
			    domains->domain[i].high);
	}
}

/* "name:start:count", as in subuid(5). */
static void
take_subordinate(struct list *list, struct idm_str line)
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
	take(list, (uint32_t)low,
	    low + n - 1 > UINT32_MAX ? UINT32_MAX : (uint32_t)(low + n - 1));
}

/* "name:x:gid:members" */
static void
take_group(struct list *list, struct idm_str line)
{
	struct idm_str field = { 0 };
	uint32_t gid;

	for (int i = 0; i < 3; i++) {
		if (!idm_account_cut(&line, &field))
			return;
	}
	if (idm_num_id(field.data, field.len, &gid, NULL) == IDM_OK)
		take(list, gid, gid);
}

static void
take_lines(struct list *list, const char *path,
    void (*take_line)(struct list *, struct idm_str))
{
	struct idm_buf text;
	const char *at, *end;

	idm_buf_init(&text, LINES_MAX);
	if (cli_file_read(path, &text, NULL, NULL) != IDM_OK)
		text.len = 0; /* most hosts have no such file */
	at = text.data;
	end = text.data + text.len;
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline != NULL ? newline : end;

		take_line(list, (struct idm_str){ at, (size_t)(stop - at) });
		at = newline != NULL ? newline + 1 : end;
	}
	idm_buf_fini(&text);
}

static enum idm_status
gather(struct list *list, struct idm_err *err)
{
	struct idm_maps *maps = NULL;
	struct idm_domains removed;
	struct idm_str value;
	enum idm_status st;

	if (idm_maps_open(IDM_STATEDIR, 0, &maps, NULL) == IDM_OK) {
		take_domains(list, &maps->domains);
		if (idm_view_get(maps->map, IDM_REMOVED_KEY,
			strlen(IDM_REMOVED_KEY), &value) == IDM_OK &&
		    idm_removed_read(value, &removed, NULL) == IDM_OK) {
			take_domains(list, &removed);
			idm_domains_free(&removed);
		}
		idm_maps_close(&maps);
	}
	st = idm_account_each(IDM_ACCOUNTDIR, take_account, list, err);
	if (st != IDM_OK)
		return st;
	take_lines(list, IDM_ACCOUNTDIR "/group", take_group);
	take_lines(list, IDM_ACCOUNTDIR "/subuid", take_subordinate);
	take_lines(list, IDM_ACCOUNTDIR "/subgid", take_subordinate);
	if (list->is_full)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	return IDM_OK;
}

static int
by_low(const void *a, const void *b)
{
	const struct taken *first = a, *second = b;

	return (first->low > second->low) - (first->low < second->low);
}

/* The first gap of so many ids from here on; 0: there is none. */
static uint32_t
find_gap(const struct list *list, uint32_t from, uint32_t size)
{
	uint64_t low = from;

	for (size_t i = 0; i < list->n; i++) {
		if (list->at[i].high < low)
			continue;
		if (list->at[i].low > low + size - 1)
			break;
		low = (uint64_t)list->at[i].high + 1;
	}
	return low + size - 1 <= IDM_RANGE_MAX ? (uint32_t)low : 0;
}

enum idm_status
cli_domain_free_range(uint32_t *low, uint32_t *high, struct idm_err *err)
{
	static const uint32_t sizes[] = { 100000000, 10000000, 1000000 };
	struct list list = { 0 };
	enum idm_status st = gather(&list, err);
	uint32_t found = 0;

	if (st == IDM_OK && list.n > 0)
		qsort(list.at, list.n, sizeof(*list.at), by_low);
	for (size_t i = 0; st == IDM_OK && i < IDM_COUNTOF(sizes); i++) {
		found = find_gap(&list, FIRST_ID, sizes[i]);
		if (found != 0) {
			*low = found;
			*high = found + sizes[i] - 1;
			break;
		}
	}
	free(list.at);
	if (st == IDM_OK && found == 0)
		st = idm_fail(err, IDM_EXHAUSTED,
		    "there is no free range of %u ids: give one with "
		    "'range=LOW-HIGH'",
		    sizes[IDM_COUNTOF(sizes) - 1]);
	return st;
}
