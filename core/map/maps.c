#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map/cached.h"
#include "map/host.h"
#include "map/maps.h"

static enum idm_status
load_policy(struct idm_maps *maps, struct idm_err *err)
{
	struct idm_str value;
	enum idm_status st;

	st = idm_view_get(maps->map, "policy", 6, &value);
	if (st == IDM_NOTFOUND) {
		maps->policy = idm_policy_default;
		return IDM_OK;
	}
	if (st == IDM_OK)
		st = idm_policy_read(value, &maps->policy, err);
	else
		st = idm_fail(err, st, "damaged");
	return st == IDM_OK ? st : idm_within(err, st, "record 'policy'");
}

/* One scheme that serves NSS, by its name. */
static enum idm_status
load_serving_scheme(
    struct idm_maps *maps, struct idm_str name, struct idm_err *err)
{
	struct idm_serving *serving = &maps->serving[maps->nserving];
	char key[2 + IDM_SCHEME_MAX];
	struct idm_ruleset ruleset;
	struct idm_str value;
	enum idm_status st;

	st = idm_name_scheme(name, err);
	if (st != IDM_OK)
		return st;
	memcpy(key, "s/", 2);
	memcpy(key + 2, name.data, name.len);
	st = idm_view_get(maps->map, key, 2 + name.len, &value);
	if (st != IDM_OK)
		return idm_fail(err, IDM_CORRUPT, "no such scheme");
	st = idm_ruleset_read(value, &ruleset, err);
	if (st != IDM_OK)
		return st;
	memcpy(serving->scheme, name.data, name.len);
	serving->scheme[name.len] = '\0';
	serving->descriptor = ruleset.descriptor;
	maps->nserving++;
	return IDM_OK;
}

/*
 * All or nothing: the first scheme that splits a name answers finally, so to
 * pass over one would change the answers of the others.
 */
static enum idm_status
load_serving(struct idm_maps *maps, struct idm_err *err)
{
	struct idm_cursor names;
	struct idm_str value;
	enum idm_status st;
	uint32_t n;

	st = idm_view_get(maps->map, "serving", 7, &value);
	if (st == IDM_NOTFOUND)
		return IDM_OK;
	if (st != IDM_OK)
		return idm_fail(err, st, "record 'serving': damaged");
	st = idm_list_read(value, &names, &n, err);
	if (st != IDM_OK)
		return idm_within(err, st, "record 'serving'");
	if (n > IDM_SERVING_MAX) {
		return idm_fail(err, IDM_CORRUPT,
		    "record 'serving': more than %d schemes", IDM_SERVING_MAX);
	}
	for (uint32_t i = 0; i < n; i++) {
		struct idm_str name = idm_cursor_str(&names);

		st = load_serving_scheme(maps, name, err);
		if (st != IDM_OK) {
			return idm_within(err, IDM_CORRUPT,
			    "record 'serving': scheme '%.*s'", (int)name.len,
			    name.data);
		}
	}
	return IDM_OK;
}

static enum idm_status
load_domains(struct idm_maps *maps, struct idm_err *err)
{
	struct idm_str value;
	enum idm_status st;

	st = idm_view_get(
	    maps->map, IDM_DOMAINS_KEY, sizeof(IDM_DOMAINS_KEY) - 1, &value);
	if (st == IDM_NOTFOUND)
		return IDM_OK;
	if (st == IDM_OK)
		st = idm_domains_read(value, &maps->domains, err);
	else
		st = idm_fail(err, st, "damaged");
	return st == IDM_OK ? st : idm_within(err, st, "record 'domains'");
}

/* In mixed mode Windows names are looked for in Active Directory alone. */
static uint8_t
find_natives(const struct idm_domains *domains)
{
	uint32_t flags = 0;
	uint8_t found = 0;

	for (uint32_t i = 0; i < domains->n; i++)
		flags |= domains->domain[i].flags;
	if ((flags & IDM_DOMAIN_WINNAMES) == 0)
		return 0;
	if ((flags & IDM_DOMAIN_EQUAL_USERS) == 0)
		found |= IDM_MAPS_NATIVE_USERS;
	if ((flags & IDM_DOMAIN_EQUAL_GROUPS) == 0)
		found |= IDM_MAPS_NATIVE_GROUPS;
	return found;
}

/* Whether there are name rules is asked at every look-up; so it is kept. */
static void
load_rules(struct idm_maps *maps)
{
	struct idm_str value;

	maps->rules = find_natives(&maps->domains);

	if (idm_view_get(maps->map, "w/uu", 4, &value) != IDM_NOTFOUND)
		maps->rules |= IDM_MAPS_RULE_USERS;
	if (idm_view_get(maps->map, "w/gg", 4, &value) != IDM_NOTFOUND)
		maps->rules |= IDM_MAPS_RULE_GROUPS;
}

/* The property default_domain stands above what the domains' files say. */
static void
choose_default(struct idm_maps *maps)
{
	const struct idm_domain *domain;
	struct idm_str name;

	if (idm_host_default_domain(
		maps->map, &maps->domains, &name, &domain, NULL) == IDM_OK)
		maps->domains.by_default = domain;
}

/* A file of the keeper's, when it is the one that the policy adopted. */
struct adopted {
	enum idm_map_kind kind;
	const char *what;
	const uint8_t *uuid; /* NULL: any will do */
};

static enum idm_status
load_adopted(const struct idm_policy *policy, const char *path,
    const struct adopted *adopted, const struct idm_view **out,
    struct idm_err *err)
{
	uid_t keeper[IDM_KEEPERS_MAX];
	struct idm_view *view = NULL;
	enum idm_status st;

	for (unsigned i = 0; i < policy->nkeepers; i++)
		keeper[i] = (uid_t)policy->keeper[i];
	st = idm_view_open(
	    path, adopted->kind, keeper, policy->nkeepers, &view, err);
	if (st != IDM_OK)
		return st;
	if (adopted->uuid != NULL &&
	    memcmp(idm_view_header(view)->uuid, adopted->uuid, IDM_UUID_SIZE) !=
		0) {
		idm_view_close(&view);
		return idm_fail(err, IDM_DENIED,
		    "%s: not the %s that was adopted: other UUID", path,
		    adopted->what);
	}
	*out = view;
	return IDM_OK;
}

static void
load_users(struct idm_maps *maps, const char *path)
{
	const struct adopted adopted = {
		.kind = IDM_MAP_USERS,
		.what = "users' map",
		.uuid = maps->policy.users_uuid,
	};

	maps->users_err.status = load_adopted(
	    &maps->policy, path, &adopted, &maps->users, &maps->users_err);
}

static void
load_state(struct idm_maps *maps, const char *path)
{
	const struct adopted adopted = {
		.kind = IDM_MAP_STATE,
		.what = "state store",
		.uuid = maps->policy.state_uuid,
	};

	maps->state_err.status = load_adopted(
	    &maps->policy, path, &adopted, &maps->state, &maps->state_err);
}

/* It may be deleted at any time, and the next one has another UUID. */
static void
load_cache(struct idm_maps *maps, const char *path)
{
	const struct adopted adopted = { .kind = IDM_MAP_CACHE };

	maps->cache_err.status = load_adopted(
	    &maps->policy, path, &adopted, &maps->cache, &maps->cache_err);
}

/* 0: it never was. */
static uint64_t
sure_until(const struct idm_view *cache, const struct idm_domain *domain)
{
	struct idm_cached_domain record;
	struct idm_str value;

	if ((domain->flags & IDM_DOMAIN_DIRECTORY) == 0 ||
	    idm_own_find(cache, IDM_CACHED_DOMAIN, idm_str_of(domain->name),
		&value) != IDM_OK ||
	    idm_cached_domain_read(value, &record, NULL) != IDM_OK ||
	    !record.is_complete)
		return 0;
	return record.sure;
}

/*
 * Asked for each record that is not sure, so it is looked up once.  Without
 * memory for it such records do not count, and their directory is asked.
 */
static void
load_sure(struct idm_maps *maps)
{
	const struct idm_domains *domains = &maps->domains;
	uint64_t *sure = NULL;

	for (uint32_t i = 0; maps->cache != NULL && i < domains->n; i++) {
		uint64_t until = sure_until(maps->cache, &domains->domain[i]);

		if (until > 0 && sure == NULL)
			sure = calloc(domains->n, sizeof(*sure));
		if (until > 0 && sure != NULL)
			sure[i] = until;
	}
	maps->sure = sure;
}

static bool
has_directory(const struct idm_domains *domains)
{
	for (uint32_t i = 0; i < domains->n; i++) {
		if ((domains->domain[i].flags & IDM_DOMAIN_DIRECTORY) != 0)
			return true;
	}
	return false;
}

static void
close_view(const struct idm_view **lent)
{
	struct idm_view *view = (struct idm_view *)(uintptr_t)*lent;

	idm_view_close(&view);
	*lent = NULL;
}

void
idm_maps_unload(struct idm_maps *maps)
{
	free((void *)(uintptr_t)maps->sure);
	maps->sure = NULL;
	idm_domains_free(&maps->domains);
	close_view(&maps->cache);
	close_view(&maps->state);
	close_view(&maps->users);
	close_view(&maps->map);
}

enum idm_status
idm_maps_load(struct idm_maps *maps, const struct idm_maps_paths *paths,
    uid_t owner, struct idm_err *err)
{
	struct idm_view *map = NULL;
	enum idm_status st;

	st = idm_view_open(paths->map, IDM_MAP_POLICY, &owner, 1, &map, err);
	if (st != IDM_OK)
		return st;
	maps->map = map;
	st = load_policy(maps, err);
	if (st == IDM_OK)
		st = load_serving(maps, err);
	if (st == IDM_OK)
		st = load_domains(maps, err);
	if (st == IDM_OK)
		choose_default(maps);
	if (st != IDM_OK) {
		idm_maps_unload(maps);
		return idm_within(err, st, "%s", paths->map);
	}
	load_rules(maps);
	/* Without these there is still the administrator's policy. */
	if (maps->policy.has_users)
		load_users(maps, paths->users);
	if (maps->policy.has_state)
		load_state(maps, paths->state);
	maps->has_directory = has_directory(&maps->domains);
	if (maps->has_directory)
		load_cache(maps, paths->cache);
	load_sure(maps);
	return IDM_OK;
}

enum idm_status
idm_maps_paths(const char *dir, char **out, struct idm_maps_paths *paths,
    struct idm_err *err)
{
	char *memory = NULL;

	if (asprintf(&memory, "%s/%s%c%s/%s%c%s/%s%c%s/%s", dir, IDM_MAP_FILE,
		'\0', dir, IDM_USERS_FILE, '\0', dir, IDM_STATE_FILE, '\0', dir,
		IDM_CACHE_FILE) == -1)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	paths->map = memory;
	paths->users = paths->map + strlen(paths->map) + 1;
	paths->state = paths->users + strlen(paths->users) + 1;
	paths->cache = paths->state + strlen(paths->state) + 1;
	*out = memory;
	return IDM_OK;
}

enum idm_status
idm_maps_open_paths(const struct idm_maps_paths *paths, uid_t owner,
    struct idm_maps **out, struct idm_err *err)
{
	struct idm_maps *maps = calloc(1, sizeof(*maps));
	enum idm_status st;

	if (maps == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	st = idm_maps_load(maps, paths, owner, err);
	if (st == IDM_OK)
		*out = maps;
	else
		free(maps);
	return st;
}

enum idm_status
idm_maps_open(
    const char *dir, uid_t owner, struct idm_maps **out, struct idm_err *err)
{
	struct idm_maps_paths paths;
	char *memory = NULL;
	enum idm_status st;

	st = idm_maps_paths(dir, &memory, &paths, err);
	if (st == IDM_OK)
		st = idm_maps_open_paths(&paths, owner, out, err);
	free(memory);
	return st;
}

void
idm_maps_close(struct idm_maps **maps)
{
	if (*maps == NULL)
		return;
	idm_maps_unload(*maps);
	free(*maps);
	*maps = NULL;
}
