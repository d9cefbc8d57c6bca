#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/buf.h"
#include "daemon/roll.h"
#include "identity/fold.h"
#include "map/siphash.h"
#include "resolve/pool.h"

#define HANDLE_TEXT_MAX 4096
#define NONE            UINT32_MAX

/* From handles to places in an array: open addressing, never full. */
struct places {
	uint64_t *handle;
	uint32_t *place; /* NONE: free */
	size_t n;
	size_t room; /* a power of two */
};

struct group {
	uint64_t *member;
	uint32_t nmembers;
	uint32_t walk; /* the last one that came here */
	void *context;
};

/* That a user is in a group. */
struct pair {
	uint32_t user;
	uint32_t gid;
};

struct roll {
	uint8_t secret[IDM_SIPHASH_KEY];
	unsigned nesting;
	struct idm_pool *pool;
	struct places by_handle[2]; /* users, groups */
	struct roll_user *user;
	size_t nusers, users_room;
	struct group *group;
	size_t ngroups, groups_room;
	struct pair *pair;
	size_t npairs, pairs_room;
	/* The group whose members were asked for. */
	uint32_t walk;
	uint32_t *met; /* by user: the last walk that met it */
	uint32_t *inside;
	struct idm_str *name;
	size_t ninside, names_room;
};

static enum idm_status
no_memory(struct idm_err *err)
{
	return idm_fail(err, IDM_NOMEM, "out of memory");
}

/* Room for one more in the array whose address is here; false: no memory. */
static bool
make_room(void *where, size_t n, size_t *room, size_t size)
{
	size_t more = *room == 0 ? 64 : *room + *room / 2;
	void *array;

	if (n < *room)
		return true;
	memcpy(&array, where, sizeof(array));
	array = reallocarray(array, more, size);
	if (array == NULL)
		return false;
	memcpy(where, &array, sizeof(array));
	*room = more;
	return true;
}

#define MAKE_ROOM(array, n, room)                                              \
	make_room((array), (n), (room), sizeof(**(array)))

/* ---- Handles. */

static uint32_t
find_place(const struct places *places, uint64_t handle)
{
	size_t at = (size_t)handle & (places->room - 1);

	if (places->room == 0)
		return NONE;
	while (places->place[at] != NONE && places->handle[at] != handle)
		at = (at + 1) & (places->room - 1);
	return places->place[at];
}

static void
put_place(struct places *places, uint64_t handle, uint32_t place)
{
	size_t at = (size_t)handle & (places->room - 1);

	while (places->place[at] != NONE)
		at = (at + 1) & (places->room - 1);
	places->handle[at] = handle;
	places->place[at] = place;
	places->n++;
}

static bool
add_place(struct places *places, uint64_t handle, uint32_t place)
{
	struct places grown = { .room = places->room == 0 ? 256
							  : 2 * places->room };

	if (2 * places->n < places->room) {
		put_place(places, handle, place);
		return true;
	}
	grown.handle = calloc(grown.room, sizeof(*grown.handle));
	grown.place = calloc(grown.room, sizeof(*grown.place));
	if (grown.handle == NULL || grown.place == NULL) {
		free(grown.handle);
		free(grown.place);
		return false;
	}
	memset(grown.place, 0xff, grown.room * sizeof(*grown.place));
	for (size_t i = 0; i < places->room; i++) {
		if (places->place[i] != NONE)
			put_place(&grown, places->handle[i], places->place[i]);
	}
	free(places->handle);
	free(places->place);
	*places = grown;
	put_place(places, handle, place);
	return true;
}

/* ASCII case, and blanks behind commas, mean nothing in a DN. */
static void
put_dn(struct idm_buf *buf, struct idm_str dn)
{
	bool is_begin = true;

	for (size_t i = 0; i < dn.len; i++) {
		char c = dn.data[i];

		if (c == ' ' && is_begin)
			continue;
		is_begin = c == ',' && (i == 0 || dn.data[i - 1] != '\\');
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		idm_buf_put(buf, &c, 1);
	}
}

uint64_t
roll_handle(const struct roll *roll, struct idm_str text, bool is_dn)
{
	char memory[HANDLE_TEXT_MAX];
	struct idm_buf buf;
	enum idm_status st = IDM_OK;

	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	if (is_dn)
		put_dn(&buf, text);
	else
		st = idm_fold_put(&buf, text, NULL);
	if (st != IDM_OK || idm_buf_status(&buf, NULL) != IDM_OK)
		return idm_siphash(roll->secret, text.data, text.len);
	return idm_siphash(roll->secret, buf.data, buf.len);
}

/* ---- Who is there. */

enum idm_status
roll_add_user(
    struct roll *roll, const struct roll_user *user, struct idm_err *err)
{
	struct roll_user own = *user;

	if (roll_has_user(roll, user->handle))
		return idm_fail(err, IDM_CONFLICT, "is there already");
	own.key = idm_pool_text(roll->pool, user->key);
	own.shown = idm_pool_text(roll->pool, user->shown);
	if (own.key.data == NULL || own.shown.data == NULL ||
	    !MAKE_ROOM(&roll->user, roll->nusers, &roll->users_room) ||
	    !add_place(
		&roll->by_handle[0], user->handle, (uint32_t)roll->nusers))
		return no_memory(err);
	roll->user[roll->nusers++] = own;
	return IDM_OK;
}

bool
roll_has_user(const struct roll *roll, uint64_t handle)
{
	return find_place(&roll->by_handle[0], handle) != NONE;
}

size_t
roll_users(const struct roll *roll)
{
	return roll->nusers;
}

enum idm_status
roll_add_group(struct roll *roll, uint64_t handle, const uint64_t *member,
    size_t nmembers, void *context, struct idm_err *err)
{
	struct group group = {
		.nmembers = (uint32_t)nmembers,
		.context = context,
	};

	if (find_place(&roll->by_handle[1], handle) != NONE)
		return idm_fail(err, IDM_CONFLICT, "is there already");
	if (!MAKE_ROOM(&roll->group, roll->ngroups, &roll->groups_room))
		return no_memory(err);
	if (nmembers > 0) {
		group.member = reallocarray(NULL, nmembers, sizeof(*member));
		if (group.member == NULL)
			return no_memory(err);
		memcpy(group.member, member, nmembers * sizeof(*member));
	}
	if (!add_place(&roll->by_handle[1], handle, (uint32_t)roll->ngroups)) {
		free(group.member);
		return no_memory(err);
	}
	roll->group[roll->ngroups++] = group;
	return IDM_OK;
}

size_t
roll_groups(const struct roll *roll)
{
	return roll->ngroups;
}

void *
roll_context(const struct roll *roll, size_t group)
{
	return roll->group[group].context;
}

/* ---- Who is where. */

static bool
meet(struct roll *roll, uint32_t user)
{
	size_t room = roll->names_room;

	if (roll->met[user] == roll->walk)
		return true;
	if (!MAKE_ROOM(&roll->name, roll->ninside, &room) ||
	    !MAKE_ROOM(&roll->inside, roll->ninside, &roll->names_room))
		return false;
	roll->met[user] = roll->walk;
	roll->inside[roll->ninside] = user;
	roll->name[roll->ninside++] = roll->user[user].shown;
	return true;
}

/* Each group is gone into once, so that a loop has an end. */
static bool
go_into(struct roll *roll, struct group *group, unsigned level)
{
	group->walk = roll->walk;
	for (uint32_t i = 0; i < group->nmembers; i++) {
		uint32_t at = find_place(&roll->by_handle[0], group->member[i]);

		if (at != NONE) {
			if (!meet(roll, at))
				return false;
			continue;
		}
		at = find_place(&roll->by_handle[1], group->member[i]);
		if (at != NONE && level < roll->nesting &&
		    roll->group[at].walk != roll->walk &&
		    !go_into(roll, &roll->group[at], level + 1))
			return false;
	}
	return true;
}

enum idm_status
roll_members(struct roll *roll, size_t group, const struct idm_str **name,
    size_t *n, struct idm_err *err)
{
	if (roll->met == NULL) {
		roll->met = calloc(roll->nusers + 1, sizeof(*roll->met));
		if (roll->met == NULL ||
		    !MAKE_ROOM(&roll->name, 0, &(size_t){ 0 }))
			return no_memory(err);
	}
	roll->walk++;
	roll->ninside = 0;
	if (!go_into(roll, &roll->group[group], 0))
		return no_memory(err);
	*name = roll->name;
	*n = roll->ninside;
	return IDM_OK;
}

enum idm_status
roll_number(struct roll *roll, uint32_t gid, struct idm_err *err)
{
	for (size_t i = 0; i < roll->ninside; i++) {
		if (!MAKE_ROOM(&roll->pair, roll->npairs, &roll->pairs_room))
			return no_memory(err);
		roll->pair[roll->npairs++] = (struct pair){ roll->inside[i],
			gid };
	}
	return IDM_OK;
}

static int
compare_pairs(const void *a, const void *b)
{
	const struct pair *one = a;
	const struct pair *other = b;

	if (one->user != other->user)
		return one->user < other->user ? -1 : 1;
	return (one->gid > other->gid) - (one->gid < other->gid);
}

enum idm_status
roll_gids(
    struct roll *roll, roll_each *each, void *context, struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	uint32_t *gid = calloc(roll->ngroups + 1, sizeof(*gid));
	size_t at = 0;

	if (gid == NULL)
		return no_memory(err);
	if (roll->npairs > 0)
		qsort(roll->pair, roll->npairs, sizeof(*roll->pair),
		    compare_pairs);
	for (uint32_t i = 0; i < roll->nusers && st == IDM_OK; i++) {
		const struct roll_user *user = &roll->user[i];
		uint32_t n = 0;

		for (; at < roll->npairs && roll->pair[at].user == i; at++) {
			uint32_t next = roll->pair[at].gid;

			if (next != user->primary &&
			    (n == 0 || gid[n - 1] != next))
				gid[n++] = next;
		}
		st = each(context, user->key, gid, n, err);
	}
	free(gid);
	return st;
}

/* ---- All of it. */

enum idm_status
roll_new(unsigned nesting, struct roll **out, struct idm_err *err)
{
	struct roll *roll = calloc(1, sizeof(*roll));

	if (roll == NULL)
		return no_memory(err);
	roll->nesting = nesting;
	roll->pool = idm_pool_new();
	if (roll->pool == NULL) {
		free(roll);
		return no_memory(err);
	}
	if (getrandom(roll->secret, sizeof(roll->secret), 0) !=
	    (ssize_t)sizeof(roll->secret)) {
		roll_free(&roll);
		return idm_fail_errno(err, "getrandom");
	}
	*out = roll;
	return IDM_OK;
}

void
roll_free(struct roll **out)
{
	struct roll *roll = *out;

	if (roll == NULL)
		return;
	for (size_t i = 0; i < roll->ngroups; i++)
		free(roll->group[i].member);
	for (size_t i = 0; i < 2; i++) {
		free(roll->by_handle[i].handle);
		free(roll->by_handle[i].place);
	}
	idm_pool_free(&roll->pool);
	free(roll->user);
	free(roll->group);
	free(roll->pair);
	free(roll->met);
	free(roll->inside);
	free(roll->name);
	free(roll);
	*out = NULL;
}
