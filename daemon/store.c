#include <stdlib.h>
#include <string.h>

#include "daemon/store.h"

/* ---- Keys. */

/* The part of text behind its beginning, or false when that is another. */
static bool
strip(struct idm_str *text, const char *beginning)
{
	size_t len = strlen(beginning);

	if (text->len < len || memcmp(text->data, beginning, len) != 0)
		return false;
	text->data += len;
	text->len -= len;
	return true;
}

bool
store_key_split(
    struct idm_str key, struct idm_str *scheme, struct idm_str *remote)
{
	const char *slash;

	if (!strip(&key, "s/"))
		return false;
	slash = memchr(key.data, '/', key.len);
	if (slash == NULL)
		return false;
	*scheme = (struct idm_str){ key.data, (size_t)(slash - key.data) };
	*remote = (struct idm_str){ slash, key.len - scheme->len };
	return strip(remote, "/u/");
}

/* ---- One entry and its owner's list. */

enum idm_status
store_get(const struct store *store, struct idm_str key,
    struct idm_user_entry *out, struct idm_err *err)
{
	struct idm_str value;
	enum idm_status st;

	st = idm_rewrite_get(store->rewrite, key.data, key.len, &value);
	if (st == IDM_OK)
		st = idm_user_entry_read(value, out, NULL);
	if (st != IDM_OK && st != IDM_NOTFOUND)
		return idm_fail(err, st, "an entry cannot be read");
	return st;
}

enum idm_status
store_owned_load(const struct store *store, uint32_t uid,
    struct store_owned *owned, struct idm_err *err)
{
	struct idm_cursor names = { 0 };
	struct idm_str value;
	enum idm_status st;

	*owned = (struct store_owned){ .n = 0 };
	idm_buf_init_fixed(&owned->key, owned->memory, sizeof(owned->memory));
	idm_buf_printf(&owned->key, "u/%lu", (unsigned long)uid);
	st = idm_rewrite_get(
	    store->rewrite, owned->key.data, owned->key.len, &value);
	if (st == IDM_OK)
		st = idm_list_read(value, &names, &owned->n, NULL);
	if (st != IDM_OK && st != IDM_NOTFOUND) {
		return idm_fail(err, st,
		    "the list of what uid %lu owns cannot be read",
		    (unsigned long)uid);
	}
	owned->name = calloc((size_t)owned->n + 1, sizeof(*owned->name));
	if (owned->name == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	for (uint32_t i = 0; i < owned->n; i++)
		owned->name[i] = idm_cursor_str(&names);
	return IDM_OK;
}

static enum idm_status
store_list(struct store *store, struct store_owned *owned, struct idm_err *err)
{
	struct idm_buf value;
	enum idm_status st;

	if (owned->n == 0)
		return idm_rewrite_delete(
		    store->rewrite, owned->key.data, owned->key.len, err);
	idm_buf_init(&value, IDM_VALUE_MAX);
	idm_list_write(&value, owned->name, owned->n);
	st = idm_buf_status(&value, err);
	if (st == IDM_OK)
		st = idm_rewrite_put(store->rewrite, owned->key.data,
		    owned->key.len, value.data, value.len, err);
	idm_buf_fini(&value);
	return st;
}

void
store_owned_free(struct store_owned *owned)
{
	free(owned->name);
	owned->name = NULL;
}

static enum idm_status
drop_from_list(
    struct store *store, uint32_t uid, struct idm_str key, struct idm_err *err)
{
	struct store_owned owned;
	enum idm_status st;
	uint32_t kept = 0;

	st = store_owned_load(store, uid, &owned, err);
	if (st != IDM_OK)
		return st;
	for (uint32_t i = 0; i < owned.n; i++) {
		if (idm_str_compare(owned.name[i], key) != 0)
			owned.name[kept++] = owned.name[i];
	}
	if (kept < owned.n) {
		owned.n = kept;
		st = store_list(store, &owned, err);
	}
	store_owned_free(&owned);
	return st;
}

enum idm_status
store_drop(
    struct store *store, struct idm_str key, uint32_t uid, struct idm_err *err)
{
	enum idm_status st;

	st = drop_from_list(store, uid, key, err);
	if (st != IDM_OK)
		return st;
	st = idm_rewrite_delete(store->rewrite, key.data, key.len, err);
	if (st == IDM_OK)
		store->entries--;
	else
		store->is_torn = true;
	return st;
}

enum idm_status
store_put(struct store *store, struct store_owned *owned, struct idm_str key,
    const struct idm_user_entry *entry, struct idm_err *err)
{
	struct idm_buf value;
	enum idm_status st;

	idm_buf_init(&value, IDM_KEY_MAX);
	idm_user_entry_write(&value, entry);
	st = idm_buf_status(&value, err);
	if (st != IDM_OK)
		goto out;
	st = idm_rewrite_put(
	    store->rewrite, key.data, key.len, value.data, value.len, err);
	if (st != IDM_OK)
		goto out;
	owned->name[owned->n++] = key;
	st = store_list(store, owned, err);
	if (st == IDM_OK)
		store->entries++;
	else if (idm_rewrite_delete(store->rewrite, key.data, key.len, NULL) !=
	    IDM_OK)
		store->is_torn = true;
out:
	idm_buf_fini(&value);
	return st;
}

static enum idm_status
count_entry(void *context, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	uint64_t *entries = context;
	struct idm_str scheme, remote;

	(void)value;
	(void)err;
	if (store_key_split(key, &scheme, &remote))
		(*entries)++;
	return IDM_OK;
}

enum idm_status
store_count(struct store *store, struct idm_err *err)
{
	uint64_t entries = 0;
	enum idm_status st;

	st = idm_rewrite_each(store->rewrite, count_entry, &entries, err);
	if (st == IDM_OK)
		store->entries = entries;
	return st;
}
