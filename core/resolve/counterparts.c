#include <stdlib.h>

#include "identity/fold.h"
#include "map/siphash.h"
#include "resolve/counterparts.h"

#define HASH_KEY "numbers of names" /* 16 bytes; names are no secret */

struct row {
	uint64_t hash; /* of name and kind */
	uint32_t id;
	uint32_t gid;
	bool has_id;
	bool has_gid;
};

struct idm_counterparts {
	struct row *row; /* by hash */
	size_t n, room;
};

static enum idm_status
no_memory(struct idm_err *err)
{
	return idm_fail(err, IDM_NOMEM, "out of memory");
}

/* Names are alike that the server would take for each other. */
static enum idm_status
hash_of(struct idm_str name, bool is_group, uint64_t *out, struct idm_err *err)
{
	enum idm_status st;
	struct idm_buf buf;

	idm_buf_init(&buf, 4096);
	idm_buf_put_u8(&buf, is_group);
	st = idm_fold_put(&buf, name, err);
	if (st == IDM_OK)
		st = idm_buf_status(&buf, err);
	if (st == IDM_OK)
		*out = idm_siphash(
		    (const uint8_t *)HASH_KEY, buf.data, buf.len);
	idm_buf_fini(&buf);
	return st;
}

/* A name that cannot be folded is nobody's who could be asked for. */
static enum idm_status
take(void *context, const struct idm_facts *facts, struct idm_err *err)
{
	struct idm_counterparts *all = context;
	size_t room = all->room == 0 ? 1024 : all->room + all->room / 2;
	struct row row = {
		.id = facts->id,
		.gid = facts->gid,
		.has_id = facts->has_id,
		.has_gid = facts->has_gid,
	};
	struct row *grown;

	if (hash_of(facts->name, facts->is_group, &row.hash, NULL) != IDM_OK)
		return IDM_OK;
	if (all->n == all->room) {
		grown = reallocarray(all->row, room, sizeof(*grown));
		if (grown == NULL)
			return no_memory(err);
		all->row = grown;
		all->room = room;
	}
	all->row[all->n++] = row;
	return IDM_OK;
}

static int
compare_rows(const void *a, const void *b)
{
	uint64_t one = ((const struct row *)a)->hash;
	uint64_t other = ((const struct row *)b)->hash;

	return (one > other) - (one < other);
}

enum idm_status
idm_counterparts_new(const struct idm_finder *finder,
    struct idm_counterparts **out, struct idm_err *err)
{
	struct idm_counterparts *all = calloc(1, sizeof(*all));
	enum idm_status st;

	if (all == NULL)
		return no_memory(err);
	st = idm_find_all(finder, false, take, all, err);
	if (st == IDM_OK)
		st = idm_find_all(finder, true, take, all, err);
	if (st != IDM_OK) {
		idm_counterparts_free(&all);
		return st;
	}
	if (all->n > 0)
		qsort(all->row, all->n, sizeof(*all->row), compare_rows);
	*out = all;
	return IDM_OK;
}

void
idm_counterparts_free(struct idm_counterparts **all)
{
	if (*all == NULL)
		return;
	free((*all)->row);
	free(*all);
	*all = NULL;
}

enum idm_status
idm_counterparts_find(const struct idm_counterparts *all, struct idm_str name,
    bool is_group, struct idm_facts *facts, struct idm_err *err)
{
	const struct row *row = NULL;
	const struct row *end = all->row + all->n;
	struct row wanted = { .id = 0 };

	if (all->n > 0 && hash_of(name, is_group, &wanted.hash, NULL) == IDM_OK)
		row = bsearch(
		    &wanted, all->row, all->n, sizeof(wanted), compare_rows);
	if (row == NULL)
		return idm_fail(err, IDM_NOTFOUND, "there is none");
	if ((row > all->row && row[-1].hash == row->hash) ||
	    (row + 1 < end && row[1].hash == row->hash))
		return idm_fail(err, IDM_REFUSED,
		    "the directory of numbers has several '%.*s'",
		    (int)name.len, name.data);
	facts->has_id = row->has_id;
	facts->id = row->id;
	facts->has_gid = row->has_gid;
	facts->gid = row->gid;
	return IDM_OK;
}

uint64_t
idm_counterparts_sum(const struct idm_counterparts *all)
{
	uint64_t sum = all->n;

	for (size_t i = 0; i < all->n; i++) {
		const struct row *row = &all->row[i];
		struct idm_buf buf;
		char memory[32];

		idm_buf_init_fixed(&buf, memory, sizeof(memory));
		idm_buf_put_u64(&buf, row->hash);
		idm_buf_put_u32(&buf, row->has_id ? row->id : 0);
		idm_buf_put_u32(&buf, row->has_gid ? row->gid : 0);
		sum += idm_siphash(
		    (const uint8_t *)HASH_KEY, buf.data, buf.len);
	}
	return sum;
}
