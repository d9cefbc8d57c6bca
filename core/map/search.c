#include "map/search.h"
#include "map/shape.h"

enum idm_status
idm_search_get(const struct idm_view *view, const struct idm_buf *key,
    struct idm_str *value, struct idm_err *err)
{
	enum idm_status st;

	/* No record has a key that does not fit. */
	if (key->status != IDM_OK)
		return IDM_NOTFOUND;
	st = idm_view_get_key(view, key, value);
	if (st != IDM_OK && st != IDM_NOTFOUND)
		return idm_fail(err, st, "the map is damaged");
	return st;
}

enum idm_status
idm_search_ruleset(struct idm_search *search, struct idm_err *err)
{
	char memory[IDM_SCHEME_MAX + 2 + IDM_KEY_END];
	struct idm_str value;
	struct idm_buf key;
	enum idm_status st;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_key_ruleset(&key, search->kind, search->name);
	st = idm_search_get(search->view, &key, &value, err);
	if (st != IDM_OK)
		return st;
	return idm_ruleset_read(value, &search->ruleset, err);
}

enum idm_status
idm_search_literal(const struct idm_search *search, struct idm_str remote,
    struct idm_str *value, struct idm_err *err)
{
	char memory[IDM_KEY_MAX];
	struct idm_buf key;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_key_entry(&key, search->kind, search->name, remote);
	return idm_search_get(search->view, &key, value, err);
}

void
idm_search_patterns(struct idm_search *search, char memory[static IDM_KEY_MAX])
{
	search->shapes = search->ruleset.shapes;
	idm_buf_init_fixed(&search->key, memory, IDM_KEY_MAX);
	idm_key_patterns(&search->key, search->kind, search->name);
	search->stem = search->key.len;
}

bool
idm_search_shape(struct idm_search *search)
{
	return idm_ruleset_shape(
	    &search->shapes, &search->ruleset.descriptor, &search->shape);
}

enum idm_status
idm_search_status(const struct idm_search *search, struct idm_err *err)
{
	if (search->shapes.bad)
		return idm_fail(err, IDM_CORRUPT, "bad shape");
	return IDM_OK;
}

bool
idm_search_fits(struct idm_search *search)
{
	search->key.len = search->stem;
	return idm_key_bucket(&search->key, &search->ruleset.descriptor,
	    &search->shape, &search->fields);
}

enum idm_status
idm_search_bucket(
    const struct idm_search *search, struct idm_str *value, struct idm_err *err)
{
	return idm_search_get(search->view, &search->key, value, err);
}
