#include <stdlib.h>
#include <string.h>

#include "daemon/cacheroom.h"
#include "daemon/say.h"
#include "map/cached.h"
#include "map/own.h"

#define SHARE 4 /* one part in so many goes when there is too much */

static bool
has_prefix(struct idm_str key, const char *prefix)
{
	return key.len >= IDM_OWN_PREFIX &&
	    memcmp(key.data, prefix, IDM_OWN_PREFIX) == 0;
}

bool
cache_is_login(struct idm_str key, struct idm_str value)
{
	struct idm_cached cached;

	return has_prefix(key, IDM_CACHED_ACCOUNT) &&
	    idm_cached_read(value, &cached, NULL) == IDM_OK &&
	    (cached.flags & IDM_CACHED_LOGIN) != 0;
}

static bool
has_logged_in(const struct idm_rewrite *rewrite, struct idm_str key)
{
	struct idm_str value;

	return idm_rewrite_get(rewrite, key.data, key.len, &value) == IDM_OK &&
	    cache_is_login(key, value);
}

/* When the records of a file were told, and from when on they stay. */
struct ages {
	struct idm_rewrite *rewrite;
	uint64_t *when;
	size_t n;
	size_t size;
	uint64_t oldest;
	bool spares_logins;
};

/* Is it a record of a user who has logged in, or of a server? */
static bool
is_spared(const struct ages *ages, struct idm_str key, struct idm_str value)
{
	struct idm_str text = { key.data + IDM_OWN_PREFIX,
		key.len - IDM_OWN_PREFIX };
	char memory[IDM_KEY_MAX];
	struct idm_cached cached;
	struct idm_own_user user;
	struct idm_own_sid sid;
	struct idm_buf account;

	/* There are few; others' records are told by them. */
	if (has_prefix(key, IDM_CACHED_SERVER))
		return true;
	if (!ages->spares_logins || key.len <= IDM_OWN_PREFIX)
		return false;
	if (has_prefix(key, IDM_OWN_UID) || has_prefix(key, IDM_OWN_SID)) {
		if (idm_cached_read(value, &cached, NULL) != IDM_OK)
			return false;
		if (idm_own_user_read(cached.record, &user, NULL) == IDM_OK)
			text = user.key;
		else if (idm_own_sid_read(cached.record, &sid, NULL) ==
			IDM_OK &&
		    !sid.is_group)
			text = sid.shown;
	}
	idm_buf_init_fixed(&account, memory, sizeof(memory));
	idm_own_key(&account, IDM_CACHED_ACCOUNT, text);
	return idm_buf_status(&account, NULL) == IDM_OK &&
	    has_logged_in(
		ages->rewrite, (struct idm_str){ account.data, account.len });
}

static int
by_time(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a;
	uint64_t right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static enum idm_status
note_age(void *context, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	struct ages *ages = context;
	struct idm_cached cached;

	(void)err;
	if (ages->n < ages->size &&
	    idm_cached_read(value, &cached, NULL) == IDM_OK &&
	    !is_spared(ages, key, value))
		ages->when[ages->n++] = cached.when;
	return IDM_OK;
}

/* A domain of which something goes is not here as a whole any more. */
static enum idm_status
drop_old(void *context, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	struct ages *ages = context;
	struct idm_cached cached;

	if (idm_cached_read(value, &cached, NULL) == IDM_OK &&
	    (cached.when > ages->oldest || is_spared(ages, key, value)))
		return IDM_OK;
	return idm_rewrite_delete(ages->rewrite, key.data, key.len, err);
}

static bool
is_too_large(
    const struct idm_rewrite *rewrite, uint64_t max_records, uint64_t max_bytes)
{
	const struct idm_view *view = idm_rewrite_view(rewrite);

	if (view == NULL)
		return false;
	return idm_view_header(view)->records > max_records ||
	    (uint64_t)idm_view_stat(view)->st_size > max_bytes;
}

enum idm_status
cache_make_room(struct idm_rewrite *rewrite, uint64_t max_records,
    uint64_t max_bytes, uint64_t staged, struct idm_err *err)
{
	struct ages ages = { .rewrite = rewrite, .spares_logins = true };
	enum idm_status st;

	if (!is_too_large(rewrite, max_records, max_bytes))
		return IDM_OK;
	ages.size = idm_view_header(idm_rewrite_view(rewrite))->records +
	    staged / IDM_OWN_PREFIX + 1;
	ages.when = calloc(ages.size, sizeof(*ages.when));
	if (ages.when == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	st = idm_rewrite_each(rewrite, note_age, &ages, err);
	if (st == IDM_OK && ages.n == 0) { /* nobody else is left */
		ages.spares_logins = false;
		st = idm_rewrite_each(rewrite, note_age, &ages, err);
	}
	if (st == IDM_OK && ages.n > 0) {
		qsort(ages.when, ages.n, sizeof(*ages.when), by_time);
		ages.oldest = ages.when[ages.n / SHARE];
		st = idm_rewrite_each(rewrite, drop_old, &ages, err);
		say(LOG_WARNING,
		    "keeper: cache: the oldest of %zu records go, because the "
		    "file is larger than it may be",
		    ages.n);
	}
	free(ages.when);
	return st;
}
