#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "daemon/places.h"
#include "daemon/roll.h"
#include "identity/fold.h"
#include "map/siphash.h"
#include "resolve/pool.h"

#define HANDLE_TEXT_MAX 4096
#define HANDLE_KEY      "a roll's handles" /* 16 bytes; no secret, for they */
/* are kept in the cache */

struct group {
	struct roll_group own;
	uint64_t *member;
	uint32_t nmembers;
	uint32_t walk; /* the last one that came here */
};

struct roll {
	unsigned nesting;
	struct idm_pool *pool;
	struct places user_places; /* by handle */
	struct places group_places;
	struct roll_user *user;
	size_t nusers, users_room;
	struct group *group;
	size_t ngroups, groups_room;
	/* The group whose members were asked for. */
	uint32_t walk;
	unsigned doubt; /* of its members */
	uint32_t *met;  /* by user: the last walk that met it */
	uint32_t *inside;
	struct idm_str *name;
	size_t ninside, inside_room, names_room;
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
roll_handle(struct idm_str text, bool is_dn)
{
	const uint8_t *key = (const uint8_t *)HANDLE_KEY;
	char memory[HANDLE_TEXT_MAX];
	struct idm_buf buf;
	enum idm_status st = IDM_OK;

	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	if (is_dn)
		put_dn(&buf, text);
	else
		st = idm_fold_put(&buf, text, NULL);
	if (st != IDM_OK || idm_buf_status(&buf, NULL) != IDM_OK)
		return idm_siphash(key, text.data, text.len);
	return idm_siphash(key, buf.data, buf.len);
}

/* ---- Who is there. */

/* A name that is its key, too, as most are, is kept once. */
static bool
copy_user(struct roll *roll, struct roll_user *user)
{
	bool is_same = idm_str_compare(user->entry.key, user->shown) == 0;

	user->entry.key = idm_pool_text(roll->pool, user->entry.key);
	user->shown = is_same ? user->entry.key
			      : idm_pool_text(roll->pool, user->shown);
	return user->entry.key.data != NULL && user->shown.data != NULL;
}

enum idm_status
roll_add_user(struct roll *roll, const struct roll_user *user, uint32_t *place,
    struct idm_err *err)
{
	uint32_t at = (uint32_t)roll->nusers;
	struct roll_user own = *user;

	if (roll_find_user(roll, user->entry.handle) != ROLL_NONE)
		return idm_fail(err, IDM_CONFLICT, "is there already");
	if (!copy_user(roll, &own) ||
	    !MAKE_ROOM(&roll->user, roll->nusers, &roll->users_room) ||
	    !places_add(&roll->user_places, user->entry.handle, at))
		return no_memory(err);
	roll->user[roll->nusers++] = own;
	if (place != NULL)
		*place = at;
	return IDM_OK;
}

static bool
copy_group(struct roll *roll, struct group *group, const uint64_t *member)
{
	struct roll_group *own = &group->own;

	own->entry.key = idm_pool_text(roll->pool, own->entry.key);
	own->record = idm_pool_text(roll->pool, own->record);
	own->local = idm_pool_text(
	    roll->pool, own->local.len > 0 ? own->local : idm_str_of(""));
	if (own->entry.key.data == NULL || own->record.data == NULL ||
	    own->local.data == NULL)
		return false;
	if (group->nmembers == 0)
		return true;
	group->member = reallocarray(NULL, group->nmembers, sizeof(*member));
	if (group->member != NULL)
		memcpy(
		    group->member, member, group->nmembers * sizeof(*member));
	return group->member != NULL;
}

enum idm_status
roll_add_group(struct roll *roll, const struct roll_group *own,
    const uint64_t *member, size_t nmembers, uint32_t *place,
    struct idm_err *err)
{
	struct group group = { .own = *own, .nmembers = (uint32_t)nmembers };
	uint32_t at = (uint32_t)roll->ngroups;

	if (roll_find_group(roll, own->entry.handle) != ROLL_NONE)
		return idm_fail(err, IDM_CONFLICT, "is there already");
	if (!MAKE_ROOM(&roll->group, roll->ngroups, &roll->groups_room) ||
	    !copy_group(roll, &group, member))
		return no_memory(err);
	if (!places_add(&roll->group_places, own->entry.handle, at)) {
		free(group.member);
		return no_memory(err);
	}
	roll->group[roll->ngroups++] = group;
	if (place != NULL)
		*place = at;
	return IDM_OK;
}

uint32_t
roll_find_user(const struct roll *roll, uint64_t handle)
{
	return places_find(&roll->user_places, handle);
}

uint32_t
roll_find_group(const struct roll *roll, uint64_t handle)
{
	return places_find(&roll->group_places, handle);
}

uint32_t
roll_users(const struct roll *roll)
{
	return (uint32_t)roll->nusers;
}

uint32_t
roll_groups(const struct roll *roll)
{
	return (uint32_t)roll->ngroups;
}

struct roll_user *
roll_user_at(struct roll *roll, uint32_t place)
{
	return &roll->user[place];
}

struct roll_group *
roll_group_at(struct roll *roll, uint32_t place)
{
	return &roll->group[place].own;
}

const uint64_t *
roll_named(const struct roll *roll, uint32_t group, uint32_t *n)
{
	*n = roll->group[group].nmembers;
	return roll->group[group].member;
}

/* ---- Who is where. */

static bool
meet(struct roll *roll, uint32_t user)
{
	if (roll->met[user] == roll->walk || roll->user[user].entry.is_out)
		return true;
	if (!MAKE_ROOM(&roll->inside, roll->ninside, &roll->inside_room))
		return false;
	roll->met[user] = roll->walk;
	roll->inside[roll->ninside++] = user;
	return true;
}

/* Each group is gone into once, so that a loop has an end. */
static bool
go_into(struct roll *roll, struct group *group, unsigned level)
{
	group->walk = roll->walk;
	roll->doubt |= group->own.doubt;
	for (uint32_t i = 0; i < group->nmembers; i++) {
		uint32_t at = roll_find_user(roll, group->member[i]);

		if (at != ROLL_NONE) {
			if (!meet(roll, at))
				return false;
			continue;
		}
		at = roll_find_group(roll, group->member[i]);
		if (at != ROLL_NONE && level < roll->nesting &&
		    roll->group[at].walk != roll->walk &&
		    !go_into(roll, &roll->group[at], level + 1))
			return false;
	}
	return true;
}

/* Find all users in a group: roll->inside. */
static enum idm_status
walk(struct roll *roll, uint32_t group, struct idm_err *err)
{
	if (roll->met == NULL) {
		roll->met = calloc(roll->nusers + 1, sizeof(*roll->met));
		if (roll->met == NULL)
			return no_memory(err);
	}
	roll->walk++;
	roll->doubt = 0;
	roll->ninside = 0;
	return go_into(roll, &roll->group[group], 0) ? IDM_OK : no_memory(err);
}

enum idm_status
roll_members(struct roll *roll, uint32_t group, const struct idm_str **name,
    size_t *n, struct idm_err *err)
{
	enum idm_status st = walk(roll, group, err);

	if (st != IDM_OK)
		return st;
	for (size_t i = 0; i <= roll->ninside; i++) {
		if (!MAKE_ROOM(&roll->name, i, &roll->names_room))
			return no_memory(err);
		if (i < roll->ninside)
			roll->name[i] = roll->user[roll->inside[i]].shown;
	}
	*name = roll->name;
	*n = roll->ninside;
	return IDM_OK;
}

unsigned
roll_doubt(const struct roll *roll)
{
	return roll->doubt;
}

bool
roll_has_member(const struct roll *roll, uint64_t handle)
{
	uint32_t user = roll_find_user(roll, handle);

	return user != ROLL_NONE && roll->met[user] == roll->walk;
}

/*
 * The gids of all users, those of one behind those of the other: end[u] is
 * where user u's end, gid those of all.
 */
struct lists {
	uint32_t *end;
	uint32_t *gid; /* NULL: they are counted only */
};

/* Go through all groups that are served, and count, or put, their gids. */
static enum idm_status
list_all(struct roll *roll, struct lists *lists, struct idm_err *err)
{
	for (uint32_t at = 0; at < roll->ngroups; at++) {
		const struct roll_group *group = &roll->group[at].own;
		enum idm_status st;

		if (group->entry.is_out)
			continue;
		st = walk(roll, at, err);
		if (st != IDM_OK)
			return st;
		for (size_t i = 0; i < roll->ninside; i++) {
			uint32_t *end = &lists->end[roll->inside[i]];

			if (lists->gid != NULL)
				lists->gid[*end] = group->gid;
			(*end)++;
		}
	}
	return IDM_OK;
}

/* They are counted first, so that no more memory is needed than they take. */
static enum idm_status
make_lists(struct roll *roll, struct lists *lists, struct idm_err *err)
{
	uint32_t sum = 0;
	enum idm_status st;

	lists->end = calloc(roll->nusers + 1, sizeof(*lists->end));
	if (lists->end == NULL)
		return no_memory(err);
	st = list_all(roll, lists, err);
	if (st != IDM_OK)
		return st;
	for (size_t i = 0; i < roll->nusers; i++) {
		uint32_t n = lists->end[i];

		lists->end[i] = sum; /* until they are put */
		sum += n;
	}
	lists->gid = calloc((size_t)sum + 1, sizeof(*lists->gid));
	if (lists->gid == NULL)
		return no_memory(err);
	return list_all(roll, lists, err);
}

static int
compare_gids(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a;
	uint32_t other = *(const uint32_t *)b;

	return (one > other) - (one < other);
}

/* In place: ascending, each once, without the primary one.  How many? */
static uint32_t
settle(uint32_t *gid, uint32_t n, uint32_t primary)
{
	uint32_t kept = 0;

	qsort(gid, n, sizeof(*gid), compare_gids);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t next = gid[i];

		if (next != primary && (kept == 0 || gid[kept - 1] != next))
			gid[kept++] = next;
	}
	return kept;
}

enum idm_status
roll_gids(
    struct roll *roll, roll_each *each, void *context, struct idm_err *err)
{
	struct lists lists = { NULL, NULL };
	enum idm_status st = make_lists(roll, &lists, err);
	uint32_t at = 0;

	for (uint32_t i = 0; i < roll->nusers && st == IDM_OK; i++) {
		const struct roll_user *user = &roll->user[i];
		uint32_t *gid = lists.gid + at;
		uint32_t n = settle(gid, lists.end[i] - at, user->primary);

		at = lists.end[i];
		if (!user->entry.is_out && !user->entry.is_guest)
			st = each(context, user, gid, n, err);
	}
	free(lists.end);
	free(lists.gid);
	return st;
}

/* ---- Groups of this host. */

/* A user and such a group that he is in. */
struct local {
	uint32_t user;
	uint32_t group;
};

struct locals {
	struct local *at;
	size_t n, room;
};

static enum idm_status
note_locals(struct roll *roll, struct locals *locals, struct idm_err *err)
{
	for (uint32_t group = 0; group < roll->ngroups; group++) {
		enum idm_status st;

		if (roll->group[group].own.local.len == 0)
			continue;
		st = walk(roll, group, err);
		for (size_t i = 0; i < roll->ninside && st == IDM_OK; i++) {
			if (!MAKE_ROOM(&locals->at, locals->n, &locals->room))
				return no_memory(err);
			locals->at[locals->n++] = (struct local){
				roll->inside[i], group
			};
		}
		if (st != IDM_OK)
			return st;
	}
	return IDM_OK;
}

static int
compare_locals(const void *a, const void *b)
{
	const struct local *one = a;
	const struct local *other = b;

	if (one->user != other->user)
		return one->user < other->user ? -1 : 1;
	return (one->group > other->group) - (one->group < other->group);
}

/* Those of one user, from first on; *n is how many they are. */
static enum idm_status
name_locals(struct roll *roll, const struct locals *locals, size_t first,
    size_t *n, struct idm_err *err)
{
	const struct local *at = &locals->at[first];

	*n = 0;
	while (first + *n < locals->n && at[*n].user == at->user) {
		if (!MAKE_ROOM(&roll->name, *n, &roll->names_room))
			return no_memory(err);
		roll->name[*n] = roll->group[at[*n].group].own.local;
		(*n)++;
	}
	return IDM_OK;
}

enum idm_status
roll_locals(struct roll *roll, roll_each_local *each, void *context,
    struct idm_err *err)
{
	struct locals locals = { .n = 0 };
	enum idm_status st = note_locals(roll, &locals, err);
	size_t n = 0;

	if (locals.n > 0)
		qsort(locals.at, locals.n, sizeof(*locals.at), compare_locals);
	for (size_t i = 0; i < locals.n && st == IDM_OK; i += n) {
		st = name_locals(roll, &locals, i, &n, err);
		if (st == IDM_OK)
			st = each(context, &roll->user[locals.at[i].user],
			    roll->name, n, err);
	}
	free(locals.at);
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
	places_fini(&roll->user_places);
	places_fini(&roll->group_places);
	idm_pool_free(&roll->pool);
	free(roll->user);
	free(roll->group);
	free(roll->met);
	free(roll->inside);
	free(roll->name);
	free(roll);
	*out = NULL;
}
