/*
 * cacher -- write the host's cache as the keeper would, for scripts in a
 * private root: one user and one group of the domain corp.
 *
 *	cacher SECONDS   # so old, under the present policy
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "map/snapshot.h"
#include "tests/fixture.h"

#define STR(text)                                                              \
	{                                                                      \
		(text), sizeof(text) - 1                                       \
	}

static const struct idm_own_user alice = {
	.name = STR("alice@corp.example"),
	.key = STR("alice@corp.example"),
	.domain = STR("corp"),
	.uid = 101103,
	.gid = 100513,
	.gecos = STR("Alice"),
	.home = STR("/home/alice"),
	.shell = STR("/bin/sh"),
	.sid = { 5, { 21, 1, 2, 3, 1103 }, 5 },
};
static const struct idm_own_group staff = {
	.name = STR("staff@corp.example"),
	.key = STR("staff@corp.example"),
	.domain = STR("corp"),
	.gid = 100600,
	.sid = { 5, { 21, 1, 2, 3, 600 }, 5 },
	.nmembers = 1,
};
static const struct idm_own_group users = {
	.name = STR("domain users@corp.example"),
	.key = STR("domain users@corp.example"),
	.domain = STR("corp"),
	.gid = 100513,
	.sid = { 5, { 21, 1, 2, 3, 513 }, 5 },
};
static const struct idm_str members[] = { STR("alice@corp.example") };
static const uint32_t gids[] = { 100600 };

static void
check(enum idm_status st, const struct idm_err *err)
{
	if (st == IDM_OK)
		return;
	fprintf(stderr, "cacher: %s\n", err->text);
	exit(1);
}

static struct idm_rewrite *
begin(uid_t keeper)
{
	struct idm_rewrite *rewrite = NULL;
	struct idm_err err;

	check(idm_rewrite_begin(IDM_STATEDIR "/state", "cache.gdbm",
		  IDM_MAP_CACHE, keeper, true, 1000, &rewrite, &err),
	    &err);
	return rewrite;
}

int
main(int argc, char **argv)
{
	const struct idm_domain *corp;
	struct idm_maps *maps = NULL;
	struct idm_rewrite *rewrite;
	struct idm_cached front = { .flags = 0 };
	struct idm_err err;
	uint32_t seconds;

	if (argc != 2 ||
	    idm_num_id(argv[1], strlen(argv[1]), &seconds, &err) != IDM_OK) {
		fprintf(stderr, "usage: %s seconds\n", argv[0]);
		return 2;
	}
	check(idm_maps_open(IDM_STATEDIR, 0, &maps, &err), &err);
	corp = idm_domain_by_name(&maps->domains, idm_str_of("corp"));
	if (corp == NULL || maps->policy.nkeepers == 0) {
		fprintf(stderr, "cacher: there is no domain, or no keeper\n");
		return 1;
	}
	front.when = (uint64_t)time(NULL) - seconds;
	front.stamp = corp->stamp;
	rewrite = begin((uid_t)maps->policy.keeper[0]);
	fixture_cache_user(rewrite, &front, &alice, gids, IDM_COUNTOF(gids));
	fixture_cache_group(rewrite, &front, &staff, members);
	fixture_cache_group(rewrite, &front, &users, members);
	fixture_commit(rewrite);
	idm_maps_close(&maps);
	return 0;
}
