/*
 * strangers -- put own identities into the host's map that its policy does not
 * admit, for scripts in a private root.  No tool of ours writes these.
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
static const struct idm_own_user users[] = {
	USER("low", "corp", 500, 100513, "/bin/sh"),
	USER("out", "corp", 300000, 100513, "/bin/sh"),
};

int
main(int argc, char **argv)
{
	struct fixture host = { .dir = IDM_STATEDIR, .owner = 0 };
	struct idm_rewrite *rewrite;

	if (argc != 1) {
		fprintf(stderr, "usage: %s\n", argv[0]);
		return 2;
	}
	rewrite = fixture_begin(&host);
	for (size_t i = 0; i < IDM_COUNTOF(users); i++)
		fixture_put_user(rewrite, &users[i], NULL, 0);
	fixture_commit(rewrite);
	return 0;
}
