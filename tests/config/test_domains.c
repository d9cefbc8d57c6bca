#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit.h"

#include "base/attr.h"
#include "config/domains.h"

static char dir[] = "/tmp/idm-domains-XXXXXX";

static void
put(const char *name, const char *text)
{
	FILE *file = fopen(name, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(name, 0644), 0);
}

static int
enter_folder(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL || chdir(dir) == -1;
}

static int
leave_folder(void **state)
{
	(void)state;
	return chdir("/") == -1 || rmdir(dir) == -1;
}

/* Every mistake, a line each. */
struct told {
	char text[8192];
};

static void
tell(void *context, const char *text)
{
	struct told *told = context;
	size_t used = strlen(told->text);

	(void)snprintf(
	    told->text + used, sizeof(told->text) - used, "%s\n", text);
}

#define SID_A "sid = S-1-5-21-1-2-3\n"
#define SID_B "sid = S-1-5-21-1-2-4\n"
#define RID   "[domain]\nbackend = rid\nrange = 100000-199999\n" SID_A

/* ---- One file, and what is said about it. */

static const struct {
	const char *name;
	const char *text;
	const char *mistakes; /* "" when there are none */
} files[] = {
	{ "corp.conf", RID, "" },
	{ "corp.conf", "[domain]\n" SID_A, "corp.conf: backend: is missing\n" },
	{ "corp.conf", "[domain]\nbackend = rod\n",
	    "corp.conf:2: backend: there is none named 'rod'; is it 'rid'?\n" },
	{ "corp.conf", "[domain]\nbackend = autorid\nrange=10000-99999999\n",
	    "corp.conf:2: backend: 'autorid' can only be the catch-all's, in "
	    "default.conf\n" },
	{ "default.conf", "[domain]\nbackend = rid\nrange = 5000-6000\n",
	    "default.conf:2: backend: 'rid' cannot be the catch-all's: it "
	    "needs a domain of its own\n" },
	{ "corp.conf", "[domain]\nbackend = rid\n" SID_A,
	    "corp.conf: range: is missing; 'idmap domain add' offers a free "
	    "one\n" },
	{ "corp.conf", "[domain]\nbackend = rid\nrange = 100000-199999\n",
	    "corp.conf: sid: is missing; the backend computes with the "
	    "domain's SID\n" },
	{ "corp.conf", RID "rnage = 1-2\n",
	    "corp.conf:5: rnage: there is no such setting; is it 'range'?\n" },
	{ "corp.conf", RID "[options]\nbase-rid = 1\n",
	    "corp.conf:6: options.base-rid: backend 'rid' has no such option; "
	    "is it 'base_rid'?\n" },
	{ "corp.conf", RID "[optiones]\nbase_rid = 1\n",
	    "corp.conf:6: there is no section '[optiones]'; there are "
	    "[domain], [options] and [directory]\n" },
	{ "corp.conf", RID "dns\n",
	    "corp.conf:5: dns: there is no '=' behind the name\n" },
	{ "corp.conf", RID "backend = tdb\n",
	    "corp.conf:5: backend: already given in line 2\n" },
	{ "corp.conf", RID "[options]\nbase_rid = 1x\n",
	    "corp.conf:6: options.base_rid: '1x' is not a number\n" },
	{ "corp.conf", RID "default = maybe\n",
	    "corp.conf:5: default: 'maybe' is neither 'yes' nor 'no'\n" },
	{ "corp.conf", RID "netbios = A-NAME-OF-16-BYT\n",
	    "corp.conf:5: netbios: 'A-NAME-OF-16-BYT' is longer than 15 "
	    "bytes\n" },
	{ "corp.conf", RID "dns = a@b\n",
	    "corp.conf:5: dns: 'a@b' has a '@' in it, which no domain's name "
	    "can have\n" },
	{ "corp.conf", RID "aliases = a b c d e\n",
	    "corp.conf:5: aliases: more than 4 names\n" },
	{ "corp.conf", RID "names = here\n",
	    "corp.conf:5: names: 'here' is no absolute path\n" },
	{ "corp.conf", RID "home = /home/%x\n",
	    "corp.conf:5: home: '%x' is none of %U (name), %D (NetBIOS "
	    "domain), %d (DNS domain), %u (name@domain) and %%\n" },
	{ "corp.conf", RID "shell = /bin/a:b\n",
	    "corp.conf:5: shell: '/bin/a:b' has a colon\n" },
	{ "corp.conf", RID "gecos = a\001b\n",
	    "corp.conf:5: gecos: 'a?b' has a control character, or is not "
	    "UTF-8\n" },
	{ "corp.conf", RID "gecos = a\xff\n",
	    "corp.conf:5: gecos: 'a\xff' has a control character, or is not "
	    "UTF-8\n" },
	{ "corp.conf", RID "home = %d\n",
	    "corp.conf:5: home: '%d' is no absolute path\n" },
	{ "corp.conf", "[domain]\nbackend = rid\nrange = 999-5000\n" SID_A,
	    "corp.conf:3: range: 999 is below 1000, where system accounts "
	    "are\n" },
	{ "corp.conf",
	    "[domain]\nbackend = rid\nrange = 5000-2147000001\n" SID_A,
	    "corp.conf:3: range: 2147000001 is above 2147000000, the highest "
	    "id a range may have\n" },
	{ "corp.conf", "[domain]\nbackend = tdb\nrange = 5000-5000\n", "" },
	{ "corp.conf", "[domain]\nbackend = tdb\nrange = 65534-65534\n",
	    "corp.conf:3: range: 65534 is nobody's\n" },
	{ "corp.conf", "[domain]\nbackend = tdb\nrange = 6000-5000\n",
	    "corp.conf:3: range: the first number, 6000, is above the last, "
	    "5000\n" },
	{ "corp.conf", "[domain]\nbackend = tdb\nrange = 5000\n",
	    "corp.conf:3: range: '5000' is no range: write LOW-HIGH, both of "
	    "them included\n" },
	{ "corp.conf",
	    "[domain]\nbackend = tdb\nrange = 5000-6000\nsid = S-1-5-21-1-2\n",
	    "corp.conf:4: sid: 'S-1-5-21-1-2' is no domain's SID: that is "
	    "S-1-5-21- and three numbers\n" },
	{ "default.conf",
	    "[domain]\nbackend = autorid\nrange = 1000000-1999999\n", "" },
	{ "default.conf",
	    "[domain]\nbackend = autorid\nrange = "
	    "1000000-1999999\n[options]\nrangesize = 1999\n",
	    "default.conf:5: options.rangesize: '1999' is below 2000, the "
	    "least it may be\n" },
	{ "default.conf", "[domain]\nbackend = none\ndns = a.b\n",
	    "default.conf: the catch-all stands for all other domains: it has "
	    "no sid, names or 'default'\n" },
	{ "corp.conf",
	    "[domain]\nbackend = rid\n" SID_A "[options]\nsssd_compat = yes\n",
	    "" },
	{ "corp.conf", "[domain]\nbackend = sss\n" SID_A, "" },
	{ "corp.conf",
	    "[domain]\nbackend = sss\n" SID_A "[options]\nslices = 5:1\n",
	    "corp.conf:5: options.slices: RID 5 and slice 1 are not of slices "
	    "of 200000 ids in this range\n" },
	{ "Corp.conf", RID,
	    "Corp.conf: domains' files are named in lower case: corp.conf\n" },
	{ "co rp.conf", RID,
	    "co rp.conf: 'co rp' has a ' ' in it, which no domain's name can "
	    "have\n" },
	{ "corp.conf", "[domain]\nbackend = ad\n" SID_A "range=5000-6000\n",
	    "corp.conf: backend: 'ad' needs a [directory], where the numbers "
	    "are\n" },
	{ "corp.conf", "[domain]\nbackend = ldap\n" SID_A "range=5000-6000\n",
	    "corp.conf: options.ldap_base_dn: is missing; backend 'ldap' needs "
	    "it\ncorp.conf: options.ldap_url: is missing; backend 'ldap' needs "
	    "it\n" },
};

/* What is told begins with the path of the folder, as it was given: ".". */
static void
assert_told(const struct told *told, const char *expected)
{
	char text[8192];
	size_t len = 0;

	for (const char *at = told->text; *at != '\0'; at++) {
		bool starts = at == told->text || at[-1] == '\n';

		if (starts && strncmp(at, "./", 2) == 0)
			at += 2;
		text[len++] = *at;
	}
	text[len] = '\0';
	assert_string_equal(text, expected);
}

static void
test_each_file_and_what_is_said_of_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(files); i++) {
		struct idm_domains_conf conf = { 0 };
		struct told told = { "" };
		struct idm_err err;
		enum idm_status st;

		put(files[i].name, files[i].text);
		st = idm_domains_load(
		    ".", NULL, NULL, NULL, &conf, tell, &told, &err);
		assert_int_equal(unlink(files[i].name), 0);
		assert_told(&told, files[i].mistakes);
		assert_int_equal(
		    st, files[i].mistakes[0] == '\0' ? IDM_OK : IDM_INVALID);
		idm_domains_conf_free(&conf);
	}
}

/* ---- Two files. */

static const struct {
	const char *a;
	const char *b;
	const char *mistakes;
} pairs[] = {
	{ RID, "[domain]\nbackend = rid\nrange = 200000-299999\n" SID_B, "" },
	{ RID, "[domain]\nbackend = rid\nrange = 199999-299999\n" SID_B,
	    "b.conf:3: range: 199999-299999 shares 199999-199999 with domain "
	    "'a', which has 100000-199999\n" },
	{ RID, "[domain]\nbackend = rid\nrange = 200000-299999\n" SID_A,
	    "b.conf: sid: is also that of domain 'a'\n" },
	{ RID "dns = X.example\n",
	    "[domain]\nbackend = tdb\nrange = 5000-6000\nnetbios = A\n",
	    "b.conf: netbios: 'A' is also the name of domain 'a'\n" },
	{ RID "default = yes\n",
	    "[domain]\nbackend = tdb\nrange = 5000-6000\ndefault = yes\n",
	    "b.conf: default: domain 'a' is the default one already\n" },
	{ "[domain]\nbackend = sss\n" SID_A, "[domain]\nbackend = sss\n" SID_B,
	    "" },
	{ "[domain]\nbackend = sss\n" SID_A,
	    "[domain]\nbackend = sss\n" SID_B "[options]\nspace = other\n",
	    "b.conf: range: 200000-2000199999 shares 200000-2000199999 with "
	    "domain 'a', which has 200000-2000199999\n" },
};

static void
test_each_pair_and_what_is_said_of_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(pairs); i++) {
		struct idm_domains_conf conf = { 0 };
		struct told told = { "" };
		struct idm_err err;
		enum idm_status st;

		put("a.conf", pairs[i].a);
		put("b.conf", pairs[i].b);
		st = idm_domains_load(
		    ".", NULL, NULL, NULL, &conf, tell, &told, &err);
		assert_int_equal(unlink("a.conf"), 0);
		assert_int_equal(unlink("b.conf"), 0);
		assert_told(&told, pairs[i].mistakes);
		assert_int_equal(
		    st, pairs[i].mistakes[0] == '\0' ? IDM_OK : IDM_INVALID);
		idm_domains_conf_free(&conf);
	}
}

/* ---- Compiling. */

static void
load(struct idm_domains_conf *conf, const struct idm_domains *present)
{
	struct told told = { "" };
	struct idm_err err;

	assert_good(
	    idm_domains_load(".", present, NULL, NULL, conf, tell, &told, &err),
	    err);
	assert_told(&told, "");
}

static void
test_a_host_without_files_has_ephemeral_ids(void **state)
{
	struct idm_domains_conf conf = { 0 };

	(void)state;
	load(&conf, NULL);
	assert_int_equal(conf.n, 1);
	assert_string_equal(conf.file[0].domain.name, "*");
	assert_int_equal(conf.file[0].domain.backend, IDM_BACKEND_EPHEMERAL);
	assert_int_equal(conf.file[0].domain.low, 2147483648u);
	assert_int_equal(conf.file[0].domain.high, 4294967294u);
	idm_domains_conf_free(&conf);
}

/* A domain that is new stands behind those that are there, whatever its name:
 * so sssd's slices of the old ones do not move. */
static void
test_new_domains_come_last_and_move_no_window(void **state)
{
	struct idm_domains_conf before = { 0 }, after = { 0 };
	struct idm_domains present;
	struct idm_domain stored;
	struct idm_err err;
	struct idm_buf buf;

	(void)state;
	put("m.conf", "[domain]\nbackend = sss\nsid = S-1-5-21-1000-2000-81\n");
	load(&before, NULL);
	stored = before.file[0].domain;
	assert_string_equal(stored.name, "m");
	assert_int_equal(stored.window[0].low, 449200000);
	idm_buf_init(&buf, IDM_VALUE_MAX);
	idm_domains_write(&buf, &stored, 1);
	assert_good(idm_domains_read(
			(struct idm_str){ buf.data, buf.len }, &present, &err),
	    err);

	/* Its hash names the same slice. */
	put("a.conf", "[domain]\nbackend = sss\nsid = S-1-5-21-1000-2000-74\n");
	load(&after, &present);
	assert_int_equal(after.n, 3);
	assert_string_equal(after.file[0].domain.name, "m");
	assert_memory_equal(
	    after.file[0].domain.window, stored.window, sizeof(stored.window));
	assert_string_equal(after.file[1].domain.name, "a");
	assert_int_equal(after.file[1].domain.window[0].low, 449400000);
	assert_int_equal(unlink("a.conf"), 0);
	assert_int_equal(unlink("m.conf"), 0);
	idm_domains_free(&present);
	idm_buf_fini(&buf);
	idm_domains_conf_free(&before);
	idm_domains_conf_free(&after);
}

/* ---- What moves. */

static void
assert_moves(const struct idm_domain *old, const struct idm_domain *present,
    const char *why)
{
	char text[200] = "";

	assert_int_equal(idm_domain_keeps(old, present, text), why == NULL);
	assert_string_equal(text, why == NULL ? "" : why);
}

static void
test_what_moves_numbers(void **state)
{
	struct idm_domain old = { .backend = IDM_BACKEND_RID,
		.low = 1000,
		.high = 1999,
		.sid = { .authority = 5, .nsubs = 4, .sub = { 21, 1, 2, 3 } } };
	struct idm_domain changed = old;

	(void)state;
	assert_moves(&old, &changed, NULL);
	changed.high = 2999;
	assert_moves(&old, &changed, NULL);
	changed.high = 1998;
	assert_moves(&old, &changed, "the range ends earlier");
	changed = old;
	changed.low = 999;
	assert_moves(&old, &changed, "the range begins elsewhere");
	changed = old;
	changed.sid.sub[3] = 4;
	assert_moves(&old, &changed, "the SID is another one");
	changed = old;
	changed.base_rid = 1;
	assert_moves(&old, &changed, "base_rid is another one");
	changed = old;
	changed.backend = IDM_BACKEND_TDB;
	assert_moves(&old, &changed, "the backend is another one");
	assert_moves(&old, NULL, "the domain goes");
	assert_moves(NULL, &old, NULL);
	/* What was allocated stays where it is when there is more room. */
	old.backend = changed.backend = IDM_BACKEND_TDB;
	changed.low = 900;
	assert_moves(&old, &changed, NULL);
	changed.low = 1001;
	assert_moves(&old, &changed, "the range begins elsewhere");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_file_and_what_is_said_of_it),
		cmocka_unit_test(test_each_pair_and_what_is_said_of_it),
		cmocka_unit_test(test_a_host_without_files_has_ephemeral_ids),
		cmocka_unit_test(test_new_domains_come_last_and_move_no_window),
		cmocka_unit_test(test_what_moves_numbers),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
