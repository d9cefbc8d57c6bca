#include <stdlib.h>

#include "daemon/claims.h"
#include "daemon/places.h"
#include "map/cached.h"
#include "map/siphash.h"

#define HASH_KEY "whose names these" /* 16 bytes; the keys are no secret */

/* Who has claimed something. */
struct holder {
	uint32_t who;
	bool had_id; /* before this reading */
	bool had_key;
	bool has_lost;
};

struct claims {
	const struct idm_view *cache;
	uint64_t sure_until;
	struct places by_id[2]; /* users, groups */
	struct places by_key[2];
	struct holder *holder;
	size_t n, room;
};

static enum idm_status
no_memory(struct idm_err *err)
{
	return idm_fail(err, IDM_NOMEM, "out of memory");
}

/* ---- Who had it before. */

bool
claims_read(
    bool is_group, struct idm_str record, struct idm_str *key, uint32_t *id)
{
	struct idm_own_group group;
	struct idm_own_user user;

	if (is_group) {
		if (idm_own_group_open(record, &group, NULL) != IDM_OK)
			return false;
		*key = group.key;
		*id = group.gid;
		return true;
	}
	if (idm_own_user_open(record, &user, NULL) != IDM_OK)
		return false;
	*key = user.key;
	*id = user.uid;
	return true;
}

/* It was served, or would be now. */
static bool
counts(const struct claims *claims, const struct idm_cached *cached)
{
	return (cached->flags & IDM_CACHED_UNSURE) == 0 ||
	    cached->when <= claims->sure_until;
}

static bool
had_id(const struct claims *claims, const struct claim *claim)
{
	struct idm_cached cached;
	struct idm_str key;
	uint32_t id;

	return idm_cached_find_id(claims->cache,
		   claim->is_group ? IDM_OWN_GID : IDM_OWN_UID, claim->id,
		   &cached) == IDM_OK &&
	    counts(claims, &cached) &&
	    claims_read(claim->is_group, cached.record, &key, &id) &&
	    idm_str_compare(key, claim->key) == 0;
}

static bool
had_key(const struct claims *claims, const struct claim *claim)
{
	struct idm_cached cached;
	struct idm_str key;
	uint32_t id;

	return idm_cached_find(claims->cache,
		   claim->is_group ? IDM_OWN_GROUP : IDM_OWN_USER, claim->key,
		   &cached) == IDM_OK &&
	    counts(claims, &cached) &&
	    claims_read(claim->is_group, cached.record, &key, &id) &&
	    id == claim->id;
}

/* ---- Claims. */

static uint64_t
hash_of(struct idm_str key)
{
	return idm_siphash((const uint8_t *)HASH_KEY, key.data, key.len);
}

/* Who of two is right, when both claim the same? */
static void
judge(struct claims *claims, uint32_t at, bool had, bool holder_had,
    struct claims_rival *rival, bool *is_granted)
{
	struct holder *holder = &claims->holder[at];

	rival->is_one = true;
	rival->who = holder->who;
	if (!had || holder_had)
		*is_granted = false;
	if (!holder_had && !holder->has_lost) {
		holder->has_lost = true;
		rival->has_lost = true;
	}
}

static bool
add_holder(struct claims *claims, const struct holder *holder)
{
	size_t room = claims->room == 0 ? 1024
					: claims->room + claims->room / 2;
	struct holder *grown;

	if (claims->n == claims->room) {
		grown = reallocarray(claims->holder, room, sizeof(*grown));
		if (grown == NULL)
			return false;
		claims->holder = grown;
		claims->room = room;
	}
	claims->holder[claims->n++] = *holder;
	return true;
}

/* Who comes last and is granted it stands there from now on. */
static bool
note(struct places *places, uint64_t handle, uint32_t at, uint32_t old,
    bool is_granted)
{
	if (old == PLACES_NONE)
		return places_add(places, handle, at);
	if (is_granted)
		places_set(places, handle, at);
	return true;
}

enum idm_status
claims_make(struct claims *claims, const struct claim *claim,
    struct claims_verdict *out, struct idm_err *err)
{
	struct places *by_id = &claims->by_id[claim->is_group];
	struct places *by_key = &claims->by_key[claim->is_group];
	uint64_t key = hash_of(claim->key);
	uint32_t id_at = places_find(by_id, claim->id);
	uint32_t key_at = places_find(by_key, key);
	struct holder own = { .who = claim->who };
	uint32_t at = (uint32_t)claims->n;

	*out = (struct claims_verdict){
		.is_granted = true,
		.by_id = { .is_by_id = true },
	};
	own.had_id = claim->is_served || had_id(claims, claim);
	own.had_key = claim->is_served || had_key(claims, claim);
	out->is_new = !own.had_id || !own.had_key;
	if (id_at != PLACES_NONE)
		judge(claims, id_at, own.had_id, claims->holder[id_at].had_id,
		    &out->by_id, &out->is_granted);
	if (key_at != PLACES_NONE)
		judge(claims, key_at, own.had_key,
		    claims->holder[key_at].had_key, &out->by_key,
		    &out->is_granted);
	own.has_lost = !out->is_granted;
	if (!add_holder(claims, &own) ||
	    !note(by_id, claim->id, at, id_at, out->is_granted) ||
	    !note(by_key, key, at, key_at, out->is_granted))
		return no_memory(err);
	return IDM_OK;
}

static bool
is_held(const struct claims *claims, uint32_t at)
{
	return at != PLACES_NONE && !claims->holder[at].has_lost;
}

bool
claims_are_held(const struct claims *claims, const struct claim *claim)
{
	uint64_t key = hash_of(claim->key);

	return is_held(claims,
		   places_find(&claims->by_id[claim->is_group], claim->id)) &&
	    is_held(claims, places_find(&claims->by_key[claim->is_group], key));
}

/* ---- All of it. */

enum idm_status
claims_new(const struct idm_view *cache, uint64_t sure_until,
    struct claims **out, struct idm_err *err)
{
	struct claims *claims = calloc(1, sizeof(*claims));

	if (claims == NULL)
		return no_memory(err);
	claims->cache = cache;
	claims->sure_until = sure_until;
	*out = claims;
	return IDM_OK;
}

void
claims_free(struct claims **out)
{
	struct claims *claims = *out;

	if (claims == NULL)
		return;
	for (size_t i = 0; i < 2; i++) {
		places_fini(&claims->by_id[i]);
		places_fini(&claims->by_key[i]);
	}
	free(claims->holder);
	free(claims);
	*out = NULL;
}
