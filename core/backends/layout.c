#include "backends/layout.h"
#include "base/attr.h"

/* S-1-AUTHORITY-SUB; with rid, S-1-AUTHORITY-SUB-RID. */
struct row {
	uint8_t authority;
	uint8_t sub;
	uint16_t rid;
};

/* From the end of the first slice down. */
static const struct row autorid[] = {
	{ 1, 0, 0 },
	{ 2, 0, 0 },
	{ 2, 1, 0 },
	{ 3, 0, 0 },
	{ 3, 1, 0 },
	{ 3, 2, 0 },
	{ 3, 3, 0 },
	{ 3, 4, 0 },
	{ 5, 1, 0 },
	{ 5, 2, 0 },
	{ 5, 3, 0 },
	{ 5, 4, 0 },
	{ 5, 6, 0 },
	{ 5, 7, 0 },
	{ 5, 8, 0 },
	{ 5, 9, 0 },
	{ 5, 10, 0 },
	{ 5, 11, 0 },
	{ 5, 12, 0 },
	{ 5, 13, 0 },
	{ 5, 14, 0 },
	{ 5, 15, 0 },
	{ 5, 17, 0 },
	{ 5, 18, 0 },
	{ 5, 19, 0 },
	{ 5, 20, 0 },
};

/*
 * From the beginning of the range up: first three groups of BUILTIN, then
 * the list, whose first number stands for Nobody and is not given.
 */
static const struct row truenas[] = {
	{ 5, 32, 544 },
	{ 5, 32, 545 },
	{ 5, 32, 546 },
	{ 0, 0, 0 },
	{ 1, 0, 0 },
	{ 2, 0, 0 },
	{ 2, 1, 0 },
	{ 3, 0, 0 },
	{ 3, 1, 0 },
	{ 3, 4, 0 },
	{ 5, 1, 0 },
	{ 5, 2, 0 },
	{ 5, 3, 0 },
	{ 5, 4, 0 },
	{ 5, 6, 0 },
	{ 5, 7, 0 },
	{ 5, 11, 0 },
	{ 5, 13, 0 },
	{ 5, 14, 0 },
	{ 5, 18, 0 },
	{ 5, 19, 0 },
	{ 5, 20, 0 },
};

static struct idm_sid
sid_of(const struct row *row)
{
	struct idm_sid sid = {
		.authority = row->authority,
		.sub = { row->sub, row->rid },
		.nsubs = row->rid == 0 ? 1 : 2,
	};

	return sid;
}

static bool
is_row(const struct row *row, const struct idm_sid *sid)
{
	return sid->authority == row->authority && sid->sub[0] == row->sub &&
	    sid->nsubs == (row->rid == 0 ? 1 : 2) &&
	    (row->rid == 0 || sid->sub[1] == row->rid);
}

/* The list of the domain's layout; the number of its first row; and up or
 * down from there. */
struct list {
	const struct row *row;
	uint32_t n;
	uint32_t first;
	bool down;
};

static struct list
list_of(const struct idm_domain *domain)
{
	struct list list = { .n = 0 };

	if (domain->layout == IDM_LAYOUT_AUTORID && domain->rangesize > 0) {
		list.row = autorid;
		list.n = IDM_COUNTOF(autorid);
		list.first = domain->low + domain->rangesize - 1;
		list.down = true;
	} else if (domain->layout == IDM_LAYOUT_TRUENAS) {
		list.row = truenas;
		list.n = IDM_COUNTOF(truenas);
		list.first = domain->low;
	}
	return list;
}

static bool
is_given(const struct row *row)
{
	return row->authority != 0;
}

bool
idm_layout_to_id(
    const struct idm_domain *domain, const struct idm_sid *sid, uint32_t *id)
{
	struct list list = list_of(domain);

	if (sid->nsubs > 2)
		return false;
	for (uint32_t i = 0; i < list.n; i++) {
		if (is_given(&list.row[i]) && is_row(&list.row[i], sid)) {
			*id = list.down ? list.first - i : list.first + i;
			return true;
		}
	}
	return false;
}

bool
idm_layout_to_sid(
    const struct idm_domain *domain, uint32_t id, struct idm_sid *sid)
{
	struct list list = list_of(domain);
	uint32_t i = list.down ? list.first - id : id - list.first;

	if (i >= list.n || !is_given(&list.row[i]))
		return false;
	*sid = sid_of(&list.row[i]);
	return true;
}
