/*
 * world -- a host with accounts, domains, rules and a keeper, to resolve in.
 *
 *	world_make(&world);
 *	world_accounts(&world, "al:1500 bob:1501", "staff:1600");
 *	world_domain(&world, "corp", "S-1-5-21-1-2-3", IDM_BACKEND_RID, ...);
 *	world_rule(&world, "u:joe@corp == u:al");
 *	world_open(&world);
 *	... world_show(&world, "winuser:joe@corp", "uid") ...
 *	world_remove(&world);
 *
 * The allocator is the keeper's own judgement over a real state.
 */

#ifndef IDM_TESTS_RESOLVE_WORLD_H
#define IDM_TESTS_RESOLVE_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fixture.h"
#include "tests/ruletext.h"
#include "tests/unit.h"

#include "backends/backend.h"
#include "base/num.h"
#include "map/domain.h"
#include "map/host.h"
#include "map/namerules_edit.h"
#include "map/own.h"
#include "resolve/resolve.h"
#include "state/place.h"

#define WORLD_HOST    "host1"
#define WORLD_MACHINE "S-1-5-21-7-8-9"
#define WORLD_DOMAINS 8

struct world {
	struct fixture fixture;
	struct idm_policy policy;
	struct idm_domain domain[WORLD_DOMAINS];
	uint32_t ndomains;
	struct idm_maps *maps;
	struct idm_state *state;
	struct idm_allocator allocator;
	const struct idm_inquired *inquired; /* NULL: no directory is asked */
	bool create;
	struct idm_buf trace;
	struct idm_resolution found;
	struct idm_err err;
	enum idm_status status;
	char shown[2048];
};

static inline void
world_file(const struct world *world, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", world->fixture.dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static inline void
world_put(const struct world *world, const char *key, const struct idm_buf *buf)
{
	struct idm_rewrite *rewrite = fixture_begin(&world->fixture);
	struct idm_err err;

	assert_int_equal(buf->status, IDM_OK);
	assert_good(idm_rewrite_put(
			rewrite, key, strlen(key), buf->data, buf->len, &err),
	    err);
	fixture_commit(rewrite);
}

static inline struct idm_sid
world_sid(const char *text)
{
	struct idm_err err;
	struct idm_sid sid;

	assert_good(idm_sid_parse(idm_str_of(text), &sid, &err), err);
	return sid;
}

/* Append "name:x:number" and an end for each "name:number" of a list. */
static inline void
world_put_accounts(struct idm_buf *buf, const char *list, const char *end)
{
	while (*list != '\0') {
		size_t name = strcspn(list, ":");
		size_t number = strcspn(list + name, " ");

		idm_buf_put(buf, list, name);
		idm_buf_puts(buf, ":x");
		idm_buf_put(buf, list + name, number);
		idm_buf_puts(buf, end);
		list += name + number;
		list += strspn(list, " ");
	}
}

/* The accounts beside root and nobody: "name:number name:number". */
static inline void
world_accounts(struct world *world, const char *users, const char *groups)
{
	struct idm_buf text;

	idm_buf_init(&text, 65536);
	world_put_accounts(&text, "root:0 nobody:65534", ":65534::/:\n");
	world_put_accounts(&text, users, ":100::/:\n");
	world_file(world, "passwd", idm_buf_text(&text));
	idm_buf_clear(&text);
	world_put_accounts(&text, "root:0 nogroup:65534", ":\n");
	world_put_accounts(&text, groups, ":\n");
	world_file(world, "group", idm_buf_text(&text));
	idm_buf_fini(&text);
}

static inline void
world_make(struct world *world)
{
	const struct idm_machine machine = { .sid = world_sid(WORLD_MACHINE) };
	struct idm_buf buf;

	memset(world, 0, sizeof(*world));
	fixture_make(&world->fixture, geteuid());
	world->policy = idm_policy_default;
	world_accounts(world, "", "");
	idm_buf_init(&buf, 4096);
	idm_machine_write(&buf, &machine, NULL);
	world_put(world, IDM_MACHINE_KEY, &buf);
	idm_buf_fini(&buf);
	idm_buf_init(&world->trace, 1 << 20);
}

static inline struct idm_domain *
world_domain(struct world *world, const char *name, const char *sid,
    uint8_t backend, uint32_t low, uint32_t high)
{
	struct idm_domain *domain = &world->domain[world->ndomains++];

	memset(domain, 0, sizeof(*domain));
	(void)snprintf(domain->name, sizeof(domain->name), "%s", name);
	if (sid != NULL)
		domain->sid = world_sid(sid);
	domain->backend = backend;
	domain->low = low;
	domain->high = high;
	return domain;
}

/* The catch-all that idmap(1M) has: uids and gids are counted apart. */
static inline void
world_ephemeral(struct world *world)
{
	world_domain(
	    world, "*", NULL, IDM_BACKEND_EPHEMERAL, 2147483648u, 4294967294u)
	    ->flags |= IDM_DOMAIN_SPLIT_COUNTERS;
}

static inline void
world_rule_flags(struct world *world, const char *text, uint8_t flags)
{
	struct idm_rewrite *rewrite = fixture_begin(&world->fixture);
	struct idm_namerule rule = ruletext(text);
	struct idm_err err;
	bool unchanged;

	rule.flags |= flags;
	assert_good(idm_namerules_add(rewrite, &rule, &unchanged, &err), err);
	fixture_commit(rewrite);
}

static inline void
world_rule(struct world *world, const char *text)
{
	world_rule_flags(world, text, 0);
}

/* An own user's or group's records: name@domain of this SID has this id. */
static inline void
world_own(struct world *world, const char *domain, const char *name,
    const char *sid, bool is_group, uint32_t id)
{
	char shown[256], key[512];
	struct idm_own_user user = {
		.name = { shown, 0 },
		.domain = idm_str_of(domain),
		.uid = id,
		.gid = id,
		.gecos = { "", 0 },
		.home = idm_str_of("/"),
		.shell = idm_str_of("/bin/sh"),
		.sid = world_sid(sid),
	};
	struct idm_own_group group = {
		.domain = user.domain, .gid = id, .sid = user.sid
	};
	struct idm_own_sid own = {
		.is_group = is_group,
		.id = id,
		.name = idm_str_of(name),
		.domain = user.domain,
	};
	struct idm_buf buf;

	(void)snprintf(shown, sizeof(shown), "%s@%s", name, domain);
	user.name = user.key = group.name = group.key = own.shown = idm_str_of(
	    shown);
	idm_buf_init(&buf, 8192);
	if (is_group)
		idm_own_group_write(&buf, &group, NULL);
	else
		idm_own_user_write(&buf, &user);
	(void)snprintf(key, sizeof(key), "%s%s",
	    is_group ? IDM_OWN_GROUP : IDM_OWN_USER, shown);
	world_put(world, key, &buf);
	(void)snprintf(
	    key, sizeof(key), "%s%u", is_group ? IDM_OWN_GID : IDM_OWN_UID, id);
	world_put(world, key, &buf);
	idm_buf_clear(&buf);
	idm_own_sid_write(&buf, &own);
	(void)snprintf(key, sizeof(key), "%s%s", IDM_OWN_SID, sid);
	world_put(world, key, &buf);
	idm_buf_fini(&buf);
}

/* An override's two records. */
static inline void
world_override(struct world *world, const char *key, bool is_group, uint32_t id)
{
	const struct idm_override override = { .has_id = true, .id = id };
	struct idm_buf value, name;

	idm_buf_init(&value, 4096);
	idm_buf_init(&name, 4096);
	idm_override_write(&value, &override);
	idm_override_key(&name, is_group, idm_str_of(key));
	world_put(world, idm_buf_text(&name), &value);
	idm_buf_clear(&name);
	idm_buf_clear(&value);
	idm_override_key_id(&name, is_group, id);
	idm_owner_write(&value, idm_str_of(key));
	world_put(world, idm_buf_text(&name), &value);
	idm_buf_fini(&value);
	idm_buf_fini(&name);
}

/* ---- The keeper, without its process. */

static inline enum idm_status
world_grant(void *context, const struct idm_wish *wish, size_t n,
    struct idm_grant *grant, struct idm_err *err)
{
	struct world *world = context;
	enum idm_status st = IDM_OK;

	for (size_t i = 0; i < n && st == IDM_OK; i++)
		st = idm_place(world->maps, world->fixture.dir, world->state,
		    &wish[i], &grant[i], err);
	return st == IDM_OK ? idm_state_sync(world->state, err) : st;
}

static inline enum idm_status
world_find(void *context, const struct idm_wish *wish, struct idm_grant *grant,
    struct idm_err *err)
{
	struct world *world = context;

	return idm_place_find(world->maps, world->state, wish, grant, err);
}

static inline enum idm_status
world_find_id(void *context, uint32_t id, uint8_t kind, struct idm_buf *owner,
    struct idm_err *err)
{
	struct world *world = context;
	struct idm_str value, text;
	struct idm_buf key;
	enum idm_status st;

	idm_buf_init(&key, 64);
	idm_state_key_id(&key, kind == IDM_KIND_GROUP ? 'g' : 'u', id);
	st = idm_state_get(
	    world->state, (struct idm_str){ key.data, key.len }, &value);
	idm_buf_fini(&key);
	if (st == IDM_OK)
		st = idm_owner_read(value, &text, err);
	if (st == IDM_OK)
		idm_buf_put(owner, text.data, text.len);
	return st;
}

static inline void
world_keeper(struct world *world)
{
	char dir[128];

	(void)snprintf(dir, sizeof(dir), "%s/state", world->fixture.dir);
	assert_true(mkdir(dir, 0755) == 0);
	assert_good(idm_state_open(dir, geteuid(), NULL, true, 0, &world->state,
			&world->err),
	    world->err);
	world->allocator = (struct idm_allocator){
		.grant = world_grant,
		.find = world_find,
		.find_id = world_find_id,
		.context = world,
	};
	world->policy.has_state = true;
	world->policy.nkeepers = 1;
	world->policy.keeper[0] = geteuid();
	memcpy(world->policy.state_uuid, idm_state_uuid(world->state),
	    IDM_UUID_SIZE);
}

/* What was given up to now stands in state.gdbm, too. */
static inline void
world_fold(struct world *world)
{
	assert_good(idm_state_fold(world->state, &world->err), world->err);
	idm_maps_close(&world->maps);
	assert_good(idm_maps_open(world->fixture.dir, geteuid(), &world->maps,
			&world->err),
	    world->err);
}

/* Publish the domains and the policy, and look at the maps from now on. */
static inline void
world_open(struct world *world)
{
	struct idm_buf buf;

	idm_buf_init(&buf, 1 << 20);
	idm_domains_write(&buf, world->domain, world->ndomains);
	world_put(world, IDM_DOMAINS_KEY, &buf);
	idm_buf_fini(&buf);
	fixture_policy(&world->fixture, &world->policy);
	idm_maps_close(&world->maps);
	assert_good(idm_maps_open(world->fixture.dir, geteuid(), &world->maps,
			&world->err),
	    world->err);
}

static inline void
world_remove(struct world *world)
{
	static const char *const names[] = { "passwd", "group",
		"state/state.gdbm", "state/journal", "state/.state.gdbm.lock" };
	char path[128];

	idm_buf_fini(&world->trace);
	idm_maps_close(&world->maps);
	idm_state_close(&world->state);
	for (size_t i = 0; i < IDM_COUNTOF(names); i++) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", world->fixture.dir, names[i]);
		(void)unlink(path);
	}
	(void)snprintf(path, sizeof(path), "%s/state", world->fixture.dir);
	(void)rmdir(path);
	fixture_remove(&world->fixture);
}

/* ---- Asking. */

static inline void
world_line(void *context, const char *text)
{
	struct idm_buf *trace = context;

	idm_buf_puts(trace, text);
	idm_buf_puts(trace, "\n");
}

/* "uid:1500", "winuser:joe@corp", "usid:S-1-5-..". */
static inline void
world_put_side(struct world *world, const struct idm_resolved *side)
{
	char sid[IDM_SID_TEXT_MAX];
	char *to = world->shown;
	size_t size = sizeof(world->shown);

	switch (side->type) {
	case IDM_ID_UID:
	case IDM_ID_GID:
		(void)snprintf(to, size, "%s:%lu", idm_idtype_name(side->type),
		    (unsigned long)side->id);
		break;
	case IDM_ID_USID:
	case IDM_ID_GSID:
	case IDM_ID_SID:
		(void)snprintf(to, size, "%s:%s", idm_idtype_name(side->type),
		    idm_sid_format(&side->sid, sid));
		break;
	case IDM_ID_NONE:
	case IDM_ID_UNIXUSER:
	case IDM_ID_UNIXGROUP:
	case IDM_ID_WINUSER:
	case IDM_ID_WINGROUP:
	case IDM_ID_WINNAME:
		(void)snprintf(to, size, "%s:%s%s%s",
		    idm_idtype_name(side->type), side->name,
		    side->domain[0] != '\0' ? "@" : "", side->domain);
		break;
	}
}

/* The answer, or the reason why there is none: "no-mapping". */
static inline const char *
world_show(struct world *world, const char *from, const char *target)
{
	const struct idm_trace trace = { world_line, &world->trace };
	const struct idm_resolver resolver = {
		.maps = world->maps,
		.account_dir = world->fixture.dir,
		.host = WORLD_HOST,
		.allocator = world->state == NULL ? NULL : &world->allocator,
		.inquired = world->inquired,
		.trace = &trace,
		.create = world->create,
	};
	enum idm_idtype type = IDM_ID_NONE;
	struct idm_identity identity;

	idm_buf_clear(&world->trace);
	assert_good(
	    idm_identity_parse(idm_str_of(from), &identity, &world->err),
	    world->err);
	if (target != NULL)
		assert_good(
		    idm_idtype_parse(idm_str_of(target), &type, &world->err),
		    world->err);
	world->status = idm_resolve(
	    &resolver, &identity, type, &world->found, &world->err);
	if (world->status != IDM_OK) {
		(void)snprintf(world->shown, sizeof(world->shown), "%s",
		    idm_reason_name(world->found.reason));
		return world->shown;
	}
	world_put_side(world, &world->found.to);
	return world->shown;
}

#endif
