/*
 * fixture -- a folder with maps in it, for tests and benchmarks.
 *
 *	static const struct fixture_entry entries[] = {
 *		{ "comunix!foo", "foo", 0 },
 *		{ "*!*", "%1", 0 },
 *	};
 *	static const struct fixture_ruleset scheme = {
 *		FIXTURE_SCHEME("myscheme", "M2!M1", entries),
 *	};
 *
 *	struct fixture fixture;
 *
 *	fixture_make(&fixture, getuid());
 *	fixture_install(&fixture, &scheme);
 *	... fixture.dir ...
 *	fixture_remove(&fixture);
 *
 * Whatever fails ends the program with a message: a test that has no maps has
 * nothing to say.
 */

#ifndef IDM_TESTS_FIXTURE_H
#define IDM_TESTS_FIXTURE_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "map/cached.h"
#include "map/domain.h"
#include "map/edit.h"
#include "map/format.h"
#include "map/own.h"

struct fixture {
	char dir[64]; /* mode 0755, as /var/lib/idmap */
	uid_t owner;  /* of the folder and of the files */
};

struct fixture_entry {
	const char *remote;
	const char *target;
	uint8_t flags;
};

struct fixture_ruleset {
	struct idm_ruleset_name name;
	const char *descriptor;
	const struct fixture_entry *entry;
	size_t n;
	bool user_mode;       /* of a scheme */
	enum idm_serve serve; /* of a scheme */
};

#define FIXTURE_SCHEME(scheme, descr, entries)                                 \
	.name = { IDM_RULESET_SCHEME, scheme }, .descriptor = descr,           \
	.entry = entries, .n = IDM_COUNTOF(entries)
#define FIXTURE_ATTRIBUTE(attribute, descr, entries)                           \
	.name = { IDM_RULESET_ATTRIBUTE, attribute }, .descriptor = descr,     \
	.entry = entries, .n = IDM_COUNTOF(entries)

/*
 * Make a new folder with a map.gdbm of the default policy.  An owner other
 * than the caller takes root.
 */
void fixture_make(struct fixture *, uid_t owner);

/* Remove the folder and everything in it. */
void fixture_remove(struct fixture *);

/* Install a ruleset with its entries. */
void fixture_install(const struct fixture *, const struct fixture_ruleset *);

/* Replace the policy. */
void fixture_policy(const struct fixture *, const struct idm_policy *);

/*
 * Give a user an own entry in a scheme that is installed.  The first one
 * makes state/users.gdbm, which belongs to the fixture's owner, and has the
 * policy adopt it.
 */
void fixture_user_entry(const struct fixture *, const char *scheme,
    const char *remote, uint32_t uid, const char *logname);

/* Replace the domains. */
void fixture_domains(
    const struct fixture *, const struct idm_domain *, uint32_t n);

/*
 * Put an own identity into a rewrite of map.gdbm, with all its records: by
 * name, by number, by SID when it has one, and a user's groups when there are
 * any.  The account's name in Windows is what stands in front of the '@'.
 */
void fixture_put_user(struct idm_rewrite *, const struct idm_own_user *,
    const uint32_t *gid, uint32_t ngids);
void fixture_put_group(struct idm_rewrite *, const struct idm_own_group *,
    const struct idm_str *members);

/*
 * The same of the cache: begin, as the keeper, put identities behind a front
 * whose record is not used, and fixture_commit().  A policy without a keeper
 * gets the fixture's owner for one.
 */
struct idm_rewrite *fixture_begin_cache(const struct fixture *);
void fixture_cache_user(struct idm_rewrite *, const struct idm_cached *front,
    const struct idm_own_user *, const uint32_t *gid, uint32_t ngids);
void fixture_cache_group(struct idm_rewrite *, const struct idm_cached *front,
    const struct idm_own_group *, const struct idm_str *members);
void fixture_cache_domain(
    struct idm_rewrite *, const char *domain, const struct idm_cached_domain *);

/* Begin and commit a rewrite of map.gdbm, for what is not above. */
struct idm_rewrite *fixture_begin(const struct fixture *);
void fixture_commit(struct idm_rewrite *);

#endif
