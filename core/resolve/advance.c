#include <stdlib.h>

#include "resolve/advance.h"
#include "resolve/pool.h"

struct idm_advance {
	struct idm_allocator from;
	struct idm_pool *pool; /* of the wishes' names */
	struct idm_wish *wish;
	struct idm_grant *grant; /* of the first ngranted */
	size_t n;
	size_t ngranted;
	size_t room;
	bool has_missed;
};

enum idm_status
idm_advance_new(const struct idm_allocator *from, struct idm_advance **out,
    struct idm_err *err)
{
	struct idm_advance *advance = calloc(1, sizeof(*advance));

	if (advance != NULL)
		advance->pool = idm_pool_new();
	if (advance == NULL || advance->pool == NULL) {
		free(advance);
		return idm_fail(err, IDM_NOMEM, "out of memory");
	}
	advance->from = *from;
	*out = advance;
	return IDM_OK;
}

void
idm_advance_free(struct idm_advance **advance)
{
	if (*advance == NULL)
		return;
	idm_pool_free(&(*advance)->pool);
	free((*advance)->wish);
	free((*advance)->grant);
	free(*advance);
	*advance = NULL;
}

static bool
is_same(const struct idm_wish *one, const struct idm_wish *other)
{
	if (one->kind != other->kind || one->sid.nsubs != other->sid.nsubs)
		return false;
	return one->sid.nsubs > 0
	    ? idm_sid_equal(&one->sid, &other->sid)
	    : idm_str_compare(one->name, other->name) == 0;
}

static enum idm_status
add_room(struct idm_advance *advance, struct idm_err *err)
{
	size_t room = advance->room == 0 ? 64 : 2 * advance->room;
	struct idm_wish *wish;
	struct idm_grant *grant;

	if (advance->n < advance->room)
		return IDM_OK;
	wish = reallocarray(advance->wish, room, sizeof(*wish));
	if (wish != NULL)
		advance->wish = wish;
	grant = reallocarray(advance->grant, room, sizeof(*grant));
	if (grant != NULL)
		advance->grant = grant;
	if (wish == NULL || grant == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	advance->room = room;
	return IDM_OK;
}

static enum idm_status
note(struct idm_advance *advance, const struct idm_wish *wish,
    struct idm_err *err)
{
	enum idm_status st = add_room(advance, err);
	struct idm_wish own = *wish;

	if (st != IDM_OK)
		return st;
	own.name = idm_pool_text(advance->pool, wish->name);
	if (own.name.data == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	advance->wish[advance->n++] = own;
	return IDM_OK;
}

/* IDM_TEMPFAIL: it is noted. */
static enum idm_status
grant_one(struct idm_advance *advance, const struct idm_wish *wish,
    struct idm_grant *out, struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	size_t i = 0;

	while (i < advance->n && !is_same(&advance->wish[i], wish))
		i++;
	if (i < advance->ngranted) {
		*out = advance->grant[i];
		return IDM_OK;
	}
	advance->has_missed = true;
	if (i == advance->n)
		st = note(advance, wish, err);
	return st != IDM_OK
	    ? st
	    : idm_fail(err, IDM_TEMPFAIL, "its number is not granted yet");
}

static enum idm_status
grant(void *context, const struct idm_wish *wish, size_t n,
    struct idm_grant *out, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	for (size_t i = 0; i < n; i++) {
		enum idm_status one = grant_one(
		    context, &wish[i], &out[i], err);

		if (one != IDM_OK)
			st = one;
	}
	return st;
}

static enum idm_status
find(void *context, const struct idm_wish *wish, struct idm_grant *out,
    struct idm_err *err)
{
	const struct idm_advance *advance = context;

	return advance->from.find(advance->from.context, wish, out, err);
}

static enum idm_status
find_id(void *context, uint32_t id, uint8_t kind, struct idm_buf *owner,
    struct idm_err *err)
{
	const struct idm_advance *advance = context;

	return advance->from.find_id(
	    advance->from.context, id, kind, owner, err);
}

struct idm_allocator
idm_advance_allocator(struct idm_advance *advance)
{
	return (struct idm_allocator){
		.grant = grant,
		.find = find,
		.find_id = find_id,
		.context = advance,
	};
}

bool
idm_advance_missed(struct idm_advance *advance)
{
	bool has_missed = advance->has_missed;

	advance->has_missed = false;
	return has_missed;
}

enum idm_status
idm_advance_grant(struct idm_advance *advance, struct idm_err *err)
{
	size_t first = advance->ngranted;
	enum idm_status st;

	if (advance->n == first)
		return IDM_OK;
	st = advance->from.grant(advance->from.context, &advance->wish[first],
	    advance->n - first, &advance->grant[first], err);
	if (st == IDM_OK)
		advance->ngranted = advance->n;
	return st;
}
