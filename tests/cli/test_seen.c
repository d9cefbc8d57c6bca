/* Names that were served with a number of their own, and new rules. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/fixture.h"
#include "tests/ruletext.h"
#include "tests/unit.h"

#include "map/namerules_edit.h"

#include "cli/seen.h"

static struct fixture fixture;

static const struct idm_domain domain[] = {
	{ .name = "corp",
	    .dns = "corp.example",
	    .netbios = "CORP",
	    .flags = IDM_DOMAIN_DEFAULT,
	    .backend = IDM_BACKEND_RID,
	    .low = 100000,
	    .high = 199999 },
	{ .name = "lab",
	    .dns = "lab.example",
	    .backend = IDM_BACKEND_RID,
	    .low = 200000,
	    .high = 299999 },
};

static void
put_user(
    struct idm_rewrite *rewrite, const char *key, const char *in, uint32_t uid)
{
	struct idm_own_user user = {
		.name = idm_str_of(key),
		.key = idm_str_of(key),
		.domain = idm_str_of(in),
		.uid = uid,
		.gid = 100513,
		.gecos = { "", 0 },
		.home = { "/", 1 },
		.shell = { "/bin/sh", 7 },
	};

	fixture_put_user(rewrite, &user, NULL, 0);
}

/* Own identities of two domains; "root" is also an account of this host. */
static int
make_folder(void **state)
{
	struct idm_rewrite *rewrite;

	(void)state;
	fixture_make(&fixture, geteuid());
	fixture_domains(&fixture, domain, IDM_COUNTOF(domain));
	rewrite = fixture_begin(&fixture);
	put_user(rewrite, "alice@corp.example", "corp", 101103);
	put_user(rewrite, "root@corp.example", "corp", 101104);
	put_user(rewrite, "alice@lab.example", "lab", 201103);
	fixture_commit(rewrite);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	fixture_remove(&fixture);
	return 0;
}

/* What is said on standard error meanwhile. */
static char said[4096];
static int said_fd = -1;
static int stderr_fd = -1;

static void
listen_begin(void)
{
	char path[] = "/tmp/test_seen.XXXXXX";

	fflush(stderr);
	said_fd = mkstemp(path);
	assert_true(said_fd != -1);
	(void)unlink(path);
	stderr_fd = dup(STDERR_FILENO);
	assert_true(dup2(said_fd, STDERR_FILENO) != -1);
}

static void
listen_end(void)
{
	ssize_t n;

	fflush(stderr);
	assert_true(dup2(stderr_fd, STDERR_FILENO) != -1);
	n = pread(said_fd, said, sizeof(said) - 1, 0);
	assert_true(n >= 0);
	said[n] = '\0';
	close(stderr_fd);
	close(said_fd);
}

/* clang-format off */
static const struct {
	const char *before; /* a rule that is there already; NULL */
	const char *rule;
	bool force;
	const char *why;    /* NULL: it may be added */
	const char *said;   /* NULL: nothing */
} cases[] = {
	/* One name takes effect, and both numbers are told. */
	{ NULL, "u:alice@corp.example == u:root", false, NULL,
	    "alice@corp.example: uid 101103 becomes 0 (root)" },
	{ NULL, "u:ALICE@CORP == u:root", false, NULL,
	    "alice@corp.example: uid 101103 becomes 0 (root)" },
	{ NULL, "u:CORP\\Alice => u:root", false, NULL,
	    "uid 101103 becomes 0 (root)" },
	{ NULL, "u:alice == u:root", false, NULL,
	    "alice@corp.example: uid 101103 becomes 0" },
	{ NULL, "u:alice@corp => u:", false, NULL,
	    "uid 101103 is no more" },
	{ NULL, "u:alice@corp => u:nosuchuser", false, NULL,
	    "uid 101103 is no more" },
	/* What was never served is nobody's business. */
	{ NULL, "u:bob@corp == u:root", false, NULL, NULL },
	{ NULL, "u:alice@elsewhere == u:root", false, NULL, NULL },
	{ NULL, "u:alice@corp <= u:root", false, NULL, NULL },
	{ NULL, "g:alice@corp == g:root", false, NULL, NULL },
	/* Wildcards that catch what was served are held. */
	{ NULL, "u:*@corp == u:*", false, "the numbers of 1 names",
	    "root@corp.example: uid 101104 becomes 0 (root)" },
	{ NULL, "u:*@lab == u:*", false, NULL, NULL },
	{ NULL, "u:*@corp => u:root", false, "the numbers of 2 names",
	    "alice@corp.example" },
	{ NULL, "u:*@* => u:root", false, "the numbers of 3 names",
	    "alice@lab.example" },
	{ NULL, "u:alice@* => u:root", false, "the numbers of 2 names",
	    "alice@lab.example" },
	{ NULL, "u:*@lab => u:", false, "the numbers of 1 names",
	    "uid 201103 is no more" },
	{ NULL, "u:*@corp => u:root", true, NULL, "alice@corp.example" },
	{ NULL, "u:*@elsewhere => u:root", false, NULL, NULL },
	{ NULL, "u:* <= u:*", false, NULL, NULL },
	/* A rule of the name's own comes before the wildcard. */
	{ "u:root@corp == u:nosuchuser", "u:*@corp == u:*", false, NULL,
	    NULL },
	{ "u:alice@lab == u:nosuchuser", "u:alice@* => u:root", false,
	    "the numbers of 1 names", "alice@corp.example" },
};
/* clang-format on */

static void
test_rules_are_judged_by_what_was_served(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		struct idm_rewrite *rewrite = fixture_begin(&fixture);
		struct idm_namerule rule = ruletext(cases[i].rule);
		enum idm_status st;
		struct idm_err err;
		bool unchanged;

		if (cases[i].before != NULL) {
			struct idm_namerule before = ruletext(cases[i].before);

			assert_good(idm_namerules_add(
					rewrite, &before, &unchanged, &err),
			    err);
		}
		listen_begin();
		st = seen_judge(rewrite, &rule, cases[i].force, &err);
		listen_end();
		idm_rewrite_end(&rewrite);
		if ((st == IDM_OK) != (cases[i].why == NULL))
			fail_msg("%s: status %d: %s", cases[i].rule, (int)st,
			    st == IDM_OK ? "" : err.text);
		if (st != IDM_OK && strstr(err.text, cases[i].why) == NULL)
			fail_msg("%s: said '%s'", cases[i].rule, err.text);
		if (cases[i].said == NULL ? said[0] != '\0'
					  : strstr(said, cases[i].said) == NULL)
			fail_msg("%s: told '%s'", cases[i].rule, said);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_rules_are_judged_by_what_was_served, make_folder,
		    remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
