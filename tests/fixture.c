#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "map/rewrite.h"
#include "map/shape.h"
#include "tests/fixture.h"

#define WAIT_MS 10000

static _Noreturn void
die(const char *what, const char *why)
{
	fprintf(stderr, "fixture: %s: %s\n", what, why);
	abort();
}

/* Go on after IDM_OK only. */
static void
must(enum idm_status status, const struct idm_err *err, const char *what)
{
	if (status != IDM_OK)
		die(what, err->text);
}

/* "DIR/NAME" in memory of the caller's. */
static const char *
path_of(const struct fixture *fixture, const char *name, char path[PATH_MAX])
{
	int n = snprintf(path, PATH_MAX, "%s/%s", fixture->dir, name);

	if (n < 0 || n >= PATH_MAX)
		die(name, "path too long");
	return path;
}

static void
hand_over(const char *path, uid_t owner)
{
	if (owner != geteuid() && chown(path, owner, (gid_t)-1) == -1)
		die(path, strerror(errno));
	if (chmod(path, 0755) == -1)
		die(path, strerror(errno));
}

struct idm_rewrite *
fixture_begin(const struct fixture *fixture)
{
	struct idm_rewrite *rewrite;
	struct idm_err err;

	must(idm_rewrite_begin(fixture->dir, IDM_MAP_FILE, IDM_MAP_POLICY,
		 fixture->owner, true, WAIT_MS, &rewrite, &err),
	    &err, "begin");
	return rewrite;
}

void
fixture_commit(struct idm_rewrite *rewrite)
{
	struct idm_err err;

	must(idm_rewrite_commit(rewrite, NULL, NULL, &err), &err, "commit");
	idm_rewrite_end(&rewrite);
}

void
fixture_make(struct fixture *fixture, uid_t owner)
{
	*fixture = (struct fixture){
		.dir = "/tmp/idm-fixture-XXXXXX",
		.owner = owner,
	};
	if (mkdtemp(fixture->dir) == NULL)
		die(fixture->dir, strerror(errno));
	hand_over(fixture->dir, owner);
	fixture_policy(fixture, &idm_policy_default);
}

void
fixture_policy(const struct fixture *fixture, const struct idm_policy *policy)
{
	struct idm_rewrite *rewrite = fixture_begin(fixture);
	struct idm_err err;

	must(idm_edit_policy(rewrite, policy, &err), &err, "policy");
	fixture_commit(rewrite);
}

static struct idm_entry *
entries_of(const struct fixture_ruleset *ruleset)
{
	struct idm_entry *entry = calloc(ruleset->n + 1, sizeof(*entry));

	if (entry == NULL)
		die(ruleset->name.name, "out of memory");
	for (size_t i = 0; i < ruleset->n; i++) {
		entry[i] = (struct idm_entry){
			.remote = idm_str_of(ruleset->entry[i].remote),
			.target = idm_str_of(ruleset->entry[i].target),
			.flags = ruleset->entry[i].flags,
		};
	}
	return entry;
}

void
fixture_install(
    const struct fixture *fixture, const struct fixture_ruleset *ruleset)
{
	const char *name = ruleset->name.name;
	struct idm_rewrite *rewrite = fixture_begin(fixture);
	struct idm_entry *entry = entries_of(ruleset);
	struct idm_descriptor descriptor;
	struct idm_err err;

	must(idm_descriptor_parse(
		 idm_str_of(ruleset->descriptor), &descriptor, &err),
	    &err, name);
	must(idm_edit_install(rewrite, ruleset->name, &descriptor, &err), &err,
	    name);
	must(idm_edit_replace(rewrite, ruleset->name, entry, ruleset->n, &err),
	    &err, name);
	if (ruleset->name.kind == IDM_RULESET_SCHEME) {
		must(idm_edit_mode(rewrite, name, ruleset->user_mode, &err),
		    &err, name);
		must(idm_edit_serve(rewrite, name, ruleset->serve, &err), &err,
		    name);
	}
	fixture_commit(rewrite);
	free(entry);
}

/* ---- Users' own entries. */

static uint64_t
creation_of(const struct fixture *fixture, const char *scheme)
{
	struct idm_rewrite *rewrite = fixture_begin(fixture);
	struct idm_ruleset ruleset;
	struct idm_str value;
	struct idm_err err;
	struct idm_buf key;

	idm_buf_init(&key, IDM_KEY_MAX);
	idm_key_ruleset(&key, IDM_RULESET_SCHEME, idm_str_of(scheme));
	if (idm_rewrite_get(rewrite, key.data, key.len, &value) != IDM_OK)
		die(scheme, "no such scheme");
	must(idm_ruleset_read(value, &ruleset, &err), &err, scheme);
	idm_rewrite_end(&rewrite);
	idm_buf_fini(&key);
	return ruleset.creation;
}

/* Add a name to what one user owns. */
static void
add_to_list(struct idm_rewrite *users, uint32_t uid, const struct idm_buf *name)
{
	struct idm_cursor cursor = idm_cursor_over("", 0);
	struct idm_str *owned;
	struct idm_buf key, value;
	struct idm_str old;
	struct idm_err err;
	uint32_t n = 0;

	idm_buf_init(&key, IDM_KEY_MAX);
	idm_buf_init(&value, IDM_VALUE_MAX);
	idm_buf_printf(&key, "u/%u", uid);
	if (idm_rewrite_get(users, key.data, key.len, &old) == IDM_OK)
		must(idm_list_read(old, &cursor, &n, &err), &err, "u/UID");
	owned = calloc((size_t)n + 1, sizeof(*owned));
	if (owned == NULL)
		die("u/UID", "out of memory");
	for (uint32_t i = 0; i < n; i++)
		owned[i] = idm_cursor_str(&cursor);
	owned[n] = (struct idm_str){ .data = name->data, .len = name->len };
	idm_list_write(&value, owned, n + 1);
	must(idm_rewrite_put(
		 users, key.data, key.len, value.data, value.len, &err),
	    &err, "u/UID");
	free(owned);
	idm_buf_fini(&key);
	idm_buf_fini(&value);
}

/* Have the policy name this store as the users' own. */
static void
adopt(const struct fixture *fixture, const uint8_t uuid[IDM_UUID_SIZE])
{
	struct idm_rewrite *rewrite = fixture_begin(fixture);
	struct idm_policy policy;
	struct idm_str value;
	struct idm_err err;

	if (idm_rewrite_get(rewrite, "policy", 6, &value) != IDM_OK)
		die("policy", "is missing");
	must(idm_policy_read(value, &policy, &err), &err, "policy");
	policy.has_users = true;
	policy.nkeepers = 1;
	policy.keeper[0] = fixture->owner;
	memcpy(policy.users_uuid, uuid, IDM_UUID_SIZE);
	must(idm_edit_policy(rewrite, &policy, &err), &err, "policy");
	fixture_commit(rewrite);
}

void
fixture_user_entry(const struct fixture *fixture, const char *scheme,
    const char *remote, uint32_t uid, const char *logname)
{
	struct idm_user_entry entry = {
		.creation = creation_of(fixture, scheme),
		.uid = uid,
		.logname = idm_str_of(logname),
	};
	struct idm_rewrite *users;
	struct idm_buf key, value;
	char path[PATH_MAX];
	struct idm_err err;

	if (mkdir(path_of(fixture, "state", path), 0755) == -1 &&
	    errno != EEXIST)
		die(path, strerror(errno));
	hand_over(path, fixture->owner);
	must(idm_rewrite_begin(path, "users.gdbm", IDM_MAP_USERS,
		 fixture->owner, true, WAIT_MS, &users, &err),
	    &err, path);
	idm_buf_init(&key, IDM_KEY_MAX);
	idm_buf_init(&value, IDM_VALUE_MAX);
	idm_buf_printf(&key, "s/%s/u/%s", scheme, remote);
	idm_user_entry_write(&value, &entry);
	must(idm_rewrite_put(
		 users, key.data, key.len, value.data, value.len, &err),
	    &err, remote);
	add_to_list(users, uid, &key);
	must(idm_rewrite_commit(users, NULL, NULL, &err), &err, path);
	adopt(fixture, idm_view_header(idm_rewrite_view(users))->uuid);
	idm_rewrite_end(&users);
	idm_buf_fini(&key);
	idm_buf_fini(&value);
}

/* ---- Domains and own identities. */

void
fixture_domains(
    const struct fixture *fixture, const struct idm_domain *domain, uint32_t n)
{
	struct idm_rewrite *rewrite = fixture_begin(fixture);
	struct idm_buf value;
	struct idm_err err;

	idm_buf_init(&value, IDM_VALUE_MAX);
	idm_domains_write(&value, domain, n);
	must(idm_rewrite_put(rewrite, IDM_DOMAINS_KEY,
		 sizeof(IDM_DOMAINS_KEY) - 1, value.data, value.len, &err),
	    &err, "domains");
	idm_buf_fini(&value);
	fixture_commit(rewrite);
}

/* Where records go, and what stands in front of each; NULL: nothing. */
struct own_target {
	struct idm_rewrite *rewrite;
	const struct idm_cached *front;
};

static void
put_own(const struct own_target *target, const char *prefix,
    struct idm_str text, const struct idm_buf *value)
{
	char memory[IDM_KEY_MAX];
	struct idm_cached cached;
	struct idm_buf key, whole;
	struct idm_err err;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_own_key(&key, prefix, text);
	must(idm_buf_status(value, &err), &err, "own record");
	idm_buf_init(&whole, IDM_VALUE_MAX);
	if (target->front != NULL) {
		cached = *target->front;
		cached.record = (struct idm_str){ value->data, value->len };
		idm_cached_write(&whole, &cached);
	} else {
		idm_buf_put(&whole, value->data, value->len);
	}
	must(idm_rewrite_put(target->rewrite, key.data, key.len, whole.data,
		 whole.len, &err),
	    &err, "own record");
	idm_buf_fini(&whole);
}

static void
put_own_id(const struct own_target *target, const char *prefix, uint32_t id,
    const struct idm_buf *value)
{
	char memory[10];
	struct idm_buf text;

	idm_buf_init_fixed(&text, memory, sizeof(memory));
	idm_buf_put_decimal(&text, id);
	put_own(target, prefix, (struct idm_str){ text.data, text.len }, value);
}

static void
put_own_sid(const struct own_target *target, const struct idm_sid *sid,
    struct idm_own_sid *record, struct idm_buf *value)
{
	const char *at = memchr(record->shown.data, '@', record->shown.len);
	char text[IDM_SID_TEXT_MAX];

	if (sid->nsubs == 0)
		return;
	record->name = record->shown;
	if (at != NULL)
		record->name.len = (size_t)(at - record->shown.data);
	idm_buf_clear(value);
	idm_own_sid_write(value, record);
	put_own(
	    target, IDM_OWN_SID, idm_str_of(idm_sid_format(sid, text)), value);
}

static void
put_user(const struct own_target *target, const struct idm_own_user *user,
    const uint32_t *gid, uint32_t ngids)
{
	struct idm_own_sid record = {
		.id = user->uid,
		.domain = user->domain,
		.shown = user->name,
	};
	struct idm_buf value;

	idm_buf_init(&value, IDM_VALUE_MAX);
	idm_own_user_write(&value, user);
	put_own(target, IDM_OWN_USER, user->key, &value);
	put_own_id(target, IDM_OWN_UID, user->uid, &value);
	put_own_sid(target, &user->sid, &record, &value);
	idm_buf_clear(&value);
	idm_own_gids_write(&value, gid, ngids);
	if (ngids > 0)
		put_own(target, IDM_OWN_MEMBERSHIP, user->key, &value);
	idm_buf_fini(&value);
}

static void
put_group(const struct own_target *target, const struct idm_own_group *group,
    const struct idm_str *members)
{
	struct idm_own_sid record = {
		.is_group = true,
		.id = group->gid,
		.domain = group->domain,
		.shown = group->name,
	};
	struct idm_buf value;

	idm_buf_init(&value, IDM_VALUE_MAX);
	idm_own_group_write(&value, group, members);
	put_own(target, IDM_OWN_GROUP, group->key, &value);
	put_own_id(target, IDM_OWN_GID, group->gid, &value);
	put_own_sid(target, &group->sid, &record, &value);
	idm_buf_fini(&value);
}

void
fixture_put_user(struct idm_rewrite *rewrite, const struct idm_own_user *user,
    const uint32_t *gid, uint32_t ngids)
{
	put_user(&(struct own_target){ .rewrite = rewrite }, user, gid, ngids);
}

void
fixture_put_group(struct idm_rewrite *rewrite,
    const struct idm_own_group *group, const struct idm_str *members)
{
	put_group(&(struct own_target){ .rewrite = rewrite }, group, members);
}

/* ---- The cache. */

static void
name_keeper(const struct fixture *fixture)
{
	struct idm_rewrite *rewrite = fixture_begin(fixture);
	struct idm_policy policy = idm_policy_default;
	struct idm_str value;
	struct idm_err err;

	if (idm_rewrite_get(rewrite, "policy", 6, &value) == IDM_OK)
		must(idm_policy_read(value, &policy, &err), &err, "policy");
	if (policy.nkeepers == 0) {
		policy.nkeepers = 1;
		policy.keeper[0] = fixture->owner;
		must(idm_edit_policy(rewrite, &policy, &err), &err, "policy");
	}
	fixture_commit(rewrite);
}

struct idm_rewrite *
fixture_begin_cache(const struct fixture *fixture)
{
	struct idm_rewrite *rewrite = NULL;
	char path[PATH_MAX];
	struct idm_err err;

	name_keeper(fixture);
	if (mkdir(path_of(fixture, "state", path), 0755) == -1 &&
	    errno != EEXIST)
		die(path, strerror(errno));
	hand_over(path, fixture->owner);
	must(idm_rewrite_begin(path, "cache.gdbm", IDM_MAP_CACHE,
		 fixture->owner, true, WAIT_MS, &rewrite, &err),
	    &err, path);
	return rewrite;
}

void
fixture_cache_user(struct idm_rewrite *rewrite, const struct idm_cached *front,
    const struct idm_own_user *user, const uint32_t *gid, uint32_t ngids)
{
	put_user(&(struct own_target){ rewrite, front }, user, gid, ngids);
}

void
fixture_cache_group(struct idm_rewrite *rewrite, const struct idm_cached *front,
    const struct idm_own_group *group, const struct idm_str *members)
{
	put_group(&(struct own_target){ rewrite, front }, group, members);
}

void
fixture_cache_domain(struct idm_rewrite *rewrite, const char *domain,
    const struct idm_cached_domain *record)
{
	struct idm_buf value;

	idm_buf_init(&value, IDM_VALUE_MAX);
	idm_cached_domain_write(&value, record);
	put_own(&(struct own_target){ .rewrite = rewrite }, IDM_CACHED_DOMAIN,
	    idm_str_of(domain), &value);
	idm_buf_fini(&value);
}

/* ---- The end. */

static void
remove_tree(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	DIR *dir;

	if (fd == -1 || (dir = fdopendir(fd)) == NULL)
		die(name, strerror(errno));
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, entry->d_name, 0) == -1)
			remove_tree(fd, entry->d_name);
	}
	(void)closedir(dir);
	if (unlinkat(parent, name, AT_REMOVEDIR) == -1)
		die(name, strerror(errno));
}

void
fixture_remove(struct fixture *fixture)
{
	remove_tree(AT_FDCWD, fixture->dir);
	*fixture = (struct fixture){ 0 };
}
