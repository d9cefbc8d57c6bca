/*
 * ownmap -- put two domains and their own identities into the host's map, for
 * scripts in a private root.
 */

#include <stdio.h>
#include <string.h>

#include "tests/fixture.h"

#define STR(text)                                                              \
	{                                                                      \
		(text), sizeof(text) - 1                                       \
	}
#define USER(n, d, u, g, s)                                                    \
	{                                                                      \
		.name = STR(n "@" d), .key = STR(n "@" d), .domain = STR(d),   \
		.uid = u, .gid = g, .gecos = STR("A User"),                    \
		.home = STR("/home/" n), .shell = STR(s)                       \
	}
#define GROUP(n, d, g, m)                                                      \
	{                                                                      \
		.name = STR(n "@" d), .key = STR(n "@" d), .domain = STR(d),   \
		.gid = g, .nmembers = m                                        \
	}

static const struct idm_domain domains[] = {
	{
	    .name = "corp",
	    .netbios = "CORP",
	    .sid = { 5, { 21, 1, 2, 3 }, 4 },
	    .backend = IDM_BACKEND_RID,
	    .flags = IDM_DOMAIN_DEFAULT | IDM_DOMAIN_PLACEHOLDER |
		IDM_DOMAIN_ENUMERATE,
	    .low = 100000,
	    .high = 199999,
	},
	{
	    .name = "quiet",
	    .sid = { 5, { 21, 4, 5, 6 }, 4 },
	    .backend = IDM_BACKEND_RID,
	    .low = 200000,
	    .high = 299999,
	},
};

static const struct idm_own_user users[] = {
	USER("alice", "corp", 101103, 100513, "/bin/sh"),
	USER("off", "corp", 101104, 100513, "/usr/sbin/nologin"),
	USER("mute", "quiet", 201001, 200513, "/bin/sh"),
	/* what the policy does not admit */
	USER("low", "corp", 500, 100513, "/bin/sh"),
	USER("out", "corp", 300000, 100513, "/bin/sh"),
};
static const uint32_t gids[] = { 100600 };

static const struct idm_own_group groups[] = {
	GROUP("domain users", "corp", 100513, 0),
	GROUP("staff", "corp", 100600, 1),
};
static const struct idm_str members[] = { STR("alice@corp") };

int
main(int argc, char **argv)
{
	struct fixture host = { .dir = IDM_STATEDIR, .owner = 0 };
	struct idm_rewrite *rewrite;

	if (argc != 1) {
		fprintf(stderr, "usage: %s\n", argv[0]);
		return 2;
	}
	fixture_domains(&host, domains, IDM_COUNTOF(domains));
	rewrite = fixture_begin(&host);
	for (size_t i = 0; i < IDM_COUNTOF(users); i++)
		fixture_put_user(rewrite, &users[i], gids, i == 0);
	for (size_t i = 0; i < IDM_COUNTOF(groups); i++)
		fixture_put_group(rewrite, &groups[i], members);
	fixture_commit(rewrite);
	return 0;
}
