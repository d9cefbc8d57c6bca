/*
 * Own identities through the functions of the module, on a host of the test's
 * own.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit.h"

#include "identity/id.h"
#include "map/rewrite.h"
#include "nss/module.h"
#include "rules/namerule.h"
#include "tests/nss/host.h"

#define UNTOUCHED 4711
#define STR(text)                                                              \
	{                                                                      \
		(text), sizeof(text) - 1                                       \
	}

/* ---- The host's domains, users and groups. */

static const struct idm_domain domains[] = {
	{
	    .name = "corp",
	    .dns = "corp.example",
	    .netbios = "CORP",
	    .alias = { "old.example" },
	    .naliases = 1,
	    .sid = { 5, { 21, 1, 2, 3 }, 4 },
	    .backend = IDM_BACKEND_RID,
	    .flags = IDM_DOMAIN_DEFAULT,
	    .low = 100000,
	    .high = 199999,
	},
	{
	    .name = "lab",
	    .netbios = "LAB",
	    .sid = { 5, { 21, 4, 5, 6 }, 4 },
	    .backend = IDM_BACKEND_RID,
	    .flags = IDM_DOMAIN_PLACEHOLDER | IDM_DOMAIN_USER_GROUPS |
		IDM_DOMAIN_ENUMERATE,
	    .low = 200000,
	    .high = 299999,
	},
};

#define USER(n, d, u, g)                                                       \
	{                                                                      \
		.name = STR(n), .key = STR(n), .domain = STR(d), .uid = u,     \
		.gid = g, .gecos = STR("Gecos"), .home = STR("/home/" n),      \
		.shell = STR("/bin/sh"),                                       \
		.sid = { 5,                                                    \
			{ 21, (d)[0] == 'c' ? 1 : 4, (d)[0] == 'c' ? 2 : 5,    \
			    (d)[0] == 'c' ? 3 : 6, (u) % 100000 },             \
			5 }                                                    \
	}
#define GROUP(n, d, g, members)                                                \
	{                                                                      \
		.name = STR(n), .key = STR(n), .domain = STR(d), .gid = g,     \
		.nmembers = members                                            \
	}

static const struct idm_own_user users[] = {
	USER("alice@corp.example", "corp", 101103, 100513),
	USER("bob@corp.example", "corp", 101104, 100513),
	USER("carol@lab", "lab", 201001, 201001),
	USER("dave@lab", "lab", 201002, 200513),
	USER("\xc3\xa9lise@corp.example", "corp", 101105, 100513),
	/* what no record may say, and no policy admits */
	USER("low@corp.example", "corp", 999, 100513),
	USER("out@corp.example", "corp", 200001, 100513),
	USER("none@gone", "gone", 300000, 100513),
	USER("odd@corp.example", "corp", 101106, 27),
	USER("sid-1666@lab", "lab", 300001, 200513),
	USER("plain@corp.example", "corp", 101107, 100513),
};
static const uint32_t groups_of_alice[] = { 100600, 100700, 300000 };

static const struct idm_own_group groups[] = {
	GROUP("domain users@corp.example", "corp", 100513, 2),
	GROUP("staff@corp.example", "corp", 100600, 1),
	GROUP("empty@corp.example", "corp", 100700, 0),
	GROUP("crew@lab", "lab", 200600, 2),
	GROUP("far@corp.example", "corp", 300001, 0),
};
static const struct idm_str members[] = {
	STR("alice@corp.example"),
	STR("bob@corp.example"),
};

static void
policy(const struct idm_policy *policy)
{
	fixture_policy(host_maps(), policy);
	host_forget_maps();
}

static int
make_host(void **state)
{
	struct idm_rewrite *rewrite;

	(void)state;
	host_make();
	fixture_domains(host_maps(), domains, IDM_COUNTOF(domains));
	rewrite = fixture_begin(host_maps());
	for (size_t i = 0; i < IDM_COUNTOF(users); i++)
		fixture_put_user(rewrite, &users[i], groups_of_alice,
		    i == 0 ? IDM_COUNTOF(groups_of_alice) : 0);
	for (size_t i = 0; i < IDM_COUNTOF(groups); i++)
		fixture_put_group(rewrite, &groups[i], members);
	fixture_commit(rewrite);
	host_forget_maps();
	return 0;
}

static int
remove_host(void **state)
{
	(void)state;
	host_remove();
	return 0;
}

/* ---- One call each, its result as the line of a file. */

struct reply {
	enum nss_status status;
	int error;
	char line[512];
};

static struct reply
user_reply(enum nss_status status, int error, const struct passwd *pw)
{
	struct reply reply = { .status = status, .error = error };

	assert_int_equal(errno, 42);
	if (status != NSS_STATUS_SUCCESS) {
		assert_int_equal(pw->pw_uid, UNTOUCHED);
		return reply;
	}
	(void)snprintf(reply.line, sizeof(reply.line), "%s:%s:%u:%u:%s:%s:%s",
	    pw->pw_name, pw->pw_passwd, pw->pw_uid, pw->pw_gid, pw->pw_gecos,
	    pw->pw_dir, pw->pw_shell);
	return reply;
}

static struct reply
group_reply(enum nss_status status, int error, const struct group *gr)
{
	struct reply reply = { .status = status, .error = error };
	struct idm_buf line;

	assert_int_equal(errno, 42);
	if (status != NSS_STATUS_SUCCESS) {
		assert_int_equal(gr->gr_gid, UNTOUCHED);
		return reply;
	}
	idm_buf_init_fixed(&line, reply.line, sizeof(reply.line));
	idm_buf_printf(
	    &line, "%s:%s:%u:", gr->gr_name, gr->gr_passwd, gr->gr_gid);
	for (char **member = gr->gr_mem; *member != NULL; member++) {
		idm_buf_puts(&line, member == gr->gr_mem ? "" : ",");
		idm_buf_puts(&line, *member);
	}
	(void)idm_buf_text(&line);
	return reply;
}

static struct reply
get_user_in(const char *name, char *buffer, size_t len)
{
	struct passwd pw = { .pw_uid = UNTOUCHED };
	enum nss_status status;
	int error = UNTOUCHED;

	errno = 42;
	status = _nss_idmap_getpwnam_r(name, &pw, buffer, len, &error);
	return user_reply(status, error, &pw);
}

static struct reply
get_user(const char *name)
{
	char buffer[512];

	return get_user_in(name, buffer, sizeof(buffer));
}

static struct reply
get_uid(uid_t uid)
{
	struct passwd pw = { .pw_uid = UNTOUCHED };
	enum nss_status status;
	int error = UNTOUCHED;
	char buffer[512];

	errno = 42;
	status = _nss_idmap_getpwuid_r(
	    uid, &pw, buffer, sizeof(buffer), &error);
	return user_reply(status, error, &pw);
}

static struct reply
get_group_in(const char *name, char *buffer, size_t len)
{
	struct group gr = { .gr_gid = UNTOUCHED };
	enum nss_status status;
	int error = UNTOUCHED;

	errno = 42;
	status = _nss_idmap_getgrnam_r(name, &gr, buffer, len, &error);
	return group_reply(status, error, &gr);
}

static struct reply
get_group(const char *name)
{
	char buffer[512];

	return get_group_in(name, buffer, sizeof(buffer));
}

static struct reply
get_gid(gid_t gid)
{
	struct group gr = { .gr_gid = UNTOUCHED };
	enum nss_status status;
	int error = UNTOUCHED;
	char buffer[512];

	errno = 42;
	status = _nss_idmap_getgrgid_r(
	    gid, &gr, buffer, sizeof(buffer), &error);
	return group_reply(status, error, &gr);
}

static struct reply
get_groups(const char *name, gid_t primary, long limit)
{
	struct reply reply = { .error = UNTOUCHED };
	gid_t *list = malloc(sizeof(*list));
	long start = 1, size = 1;
	struct idm_buf text;

	assert_non_null(list);
	list[0] = primary;
	errno = 42;
	reply.status = _nss_idmap_initgroups_dyn(
	    name, primary, &start, &size, &list, limit, &reply.error);
	assert_int_equal(errno, 42);
	idm_buf_init_fixed(&text, reply.line, sizeof(reply.line));
	for (long i = 1; i < start; i++)
		idm_buf_printf(&text, " %u", list[i]);
	(void)idm_buf_text(&text);
	free(list);
	return reply;
}

static void
check_reply(const char *what, struct reply got, enum nss_status status,
    int error, const char *line)
{
	if (got.status != status || got.error != error ||
	    strcmp(got.line, line) != 0) {
		fail_msg("'%s': status %d, errno %d, '%s', not '%s'", what,
		    got.status, got.error, got.line, line);
	}
}

static void
check_found(const char *what, struct reply got, const char *line)
{
	check_reply(what, got, NSS_STATUS_SUCCESS, UNTOUCHED, line);
}

static void
check_not_found(const char *what, struct reply got)
{
	check_reply(what, got, NSS_STATUS_NOTFOUND, ENOENT, "");
}

#define ALICE                                                                  \
	"alice@corp.example:*:101103:100513:Gecos:"                            \
	"/home/alice@corp.example:/bin/sh"
#define CAROL "carol@lab:*:201001:201001:Gecos:/home/carol@lab:/bin/sh"

/* ---- Names. */

static void
test_every_spelling_leads_to_one_user(void **state)
{
	static const char *const spellings[] = { "alice@corp.example",
		"ALICE@CORP.EXAMPLE", "Alice@Corp", "CORP\\alice",
		"corp\\ALICE", "corp.example\\alice", "alice@old.example",
		"OLD.example\\Alice" };

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(spellings); i++)
		check_found(spellings[i], get_user(spellings[i]), ALICE);
	check_found("101103", get_uid(101103), ALICE);
	check_found("lab\\Carol", get_user("lab\\Carol"), CAROL);
	check_found("\xc3\xa9lise@corp", get_user("\xc3\xa9LISE@corp"),
	    "\xc3\xa9lise@corp.example:*:101105:100513:Gecos:"
	    "/home/\xc3\xa9lise@corp.example:/bin/sh");
}

static void
test_other_names_are_nobodys(void **state)
{
	static const char *const names[] = { "alice", "alice@lab",
		"alice@corp.example@corp.example", "CORP\\CORP\\alice",
		"alice@", "@corp.example", "\\alice", "CORP\\", "alice@*",
		"nobody@corp.example", "alice@corp.example.", "al*ce@corp",
		"alice@corp.exampl", "lab\\alice", "sid-1001@lab", "sid-7@lab",
		"alice/@corp", "alice:x@corp", "alice@corp.example\n" };

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(names); i++) {
		check_not_found(names[i], get_user(names[i]));
		check_not_found(names[i], get_group(names[i]));
		check_not_found(names[i], get_groups(names[i], 100513, -1));
	}
}

static void
test_bare_names_are_the_default_domains_where_the_policy_says(void **state)
{
	struct idm_policy bare = idm_policy_default;

	(void)state;
	bare.short_names = true;
	policy(&bare);
	check_found("Alice", get_user("Alice"), ALICE);
	check_found("alice", get_groups("alice", 100513, -1), " 100600 100700");
	check_found("staff", get_group("staff"),
	    "staff@corp.example:*:100600:alice@corp.example");
	check_not_found("carol", get_user("carol"));
	/* A local user has the name; his primary group tells. */
	check_not_found("plain", get_groups("plain", 1600, -1));
	policy(&idm_policy_default);
	check_not_found("alice", get_user("alice"));
}

static void
test_names_of_schemes_still_lead_to_accounts(void **state)
{
	(void)state;
	check_found("comunix!foo", get_user("comunix!foo"),
	    "foo:x:1500:1600:Foo,,,:/home/foo:/bin/sh");
	check_found(
	    "comunix!foo", get_groups("comunix!foo", 1600, -1), " 27 100 44");
}

/* ---- Groups. */

static void
test_groups_are_found_by_name_and_number(void **state)
{
	static const char users_line[] = "domain users@corp.example:*:100513:"
					 "alice@corp.example,bob@corp.example";

	(void)state;
	check_found(
	    "Domain Users@CORP", get_group("Domain Users@CORP"), users_line);
	check_found(
	    "CORP\\domain users", get_group("CORP\\domain users"), users_line);
	check_found("100513", get_gid(100513), users_line);
	check_found("100700", get_gid(100700), "empty@corp.example:*:100700:");
	check_not_found("alice@corp", get_group("alice@corp"));
	check_not_found("staff@corp", get_user("staff@corp"));
	check_not_found("100600", get_uid(100600));
	check_not_found("101103", get_gid(101103));
}

static void
test_a_users_own_gid_is_a_group_where_the_domain_says(void **state)
{
	(void)state;
	check_found("carol@lab", get_group("carol@lab"), "carol@lab:*:201001:");
	check_found("LAB\\dave", get_group("LAB\\dave"), "dave@lab:*:201002:");
	check_found("201001", get_gid(201001), "carol@lab:*:201001:");
	check_found("201002", get_gid(201002), "dave@lab:*:201002:");
	check_not_found("101103", get_gid(101103));
}

static void
test_a_users_groups_are_all_but_the_primary(void **state)
{
	(void)state;
	/* 300000 is in no domain's range */
	check_found("alice", get_groups("alice@corp.example", 100513, -1),
	    " 100600 100700");
	check_found(
	    "ALICE", get_groups("CORP\\ALICE", 100513, -1), " 100600 100700");
	check_found(
	    "primary", get_groups("alice@corp.example", 100600, -1), " 100700");
	check_found(
	    "limit", get_groups("alice@corp.example", 100513, 2), " 100600");
	check_found("limit", get_groups("alice@corp.example", 100513, 1), "");
	check_found("bob", get_groups("bob@corp.example", 100513, -1), "");
	check_not_found("staff", get_groups("staff@corp.example", 100513, -1));
}

/* Of a whole name that /etc/passwd has too, a primary group of ours is ours. */
static void
test_a_local_user_gets_no_groups_of_others(void **state)
{
	static const char
	    passwd[] = "alice@corp.example:x:1700:1700::/:/bin/sh\n";
	struct reply reply;

	(void)state;
	host_write("passwd", passwd, sizeof(passwd) - 1);
	reply = get_groups("alice@corp.example", 1700, -1);
	check_not_found("alice", reply);
	check_found(
	    "alice", get_groups("alice@corp", 1700, -1), " 100600 100700");
	host_restore();
}

/* A bare name is the local user's, whatever group he has been given. */
static void
test_a_local_user_in_a_group_of_ours_stays_himself(void **state)
{
	static const char passwd[] = "alice:x:1700:100513::/:/bin/sh\n";
	struct idm_policy bare = idm_policy_default;
	struct reply reply;

	(void)state;
	bare.short_names = true;
	policy(&bare);
	host_write("passwd", passwd, sizeof(passwd) - 1);
	reply = get_groups("alice", 100513, -1);
	host_restore();
	policy(&idm_policy_default);
	check_not_found("alice", reply);
}

/* ---- What is not served. */

static void
test_what_the_policy_does_not_admit_is_not_found(void **state)
{
	struct idm_policy strict = idm_policy_default;

	(void)state;
	check_not_found("low", get_user("low@corp.example"));
	check_not_found("999", get_uid(999));
	check_not_found("out", get_user("out@corp.example"));
	check_not_found("200001", get_group("out@corp.example"));
	check_not_found("none", get_user("none@gone"));
	check_not_found("300000", get_uid(300000));
	check_not_found("odd", get_user("odd@corp.example"));
	check_not_found("101106", get_uid(101106));
	check_not_found("far", get_group("far@corp.example"));
	check_not_found("300001", get_gid(300001));
	strict.uid_min = 101104;
	policy(&strict);
	check_not_found("alice", get_user("alice@corp.example"));
	check_not_found("101103", get_uid(101103));
	check_not_found("alice", get_groups("alice@corp.example", 100513, -1));
	check_found("bob", get_uid(101104),
	    "bob@corp.example:*:101104:100513:Gecos:"
	    "/home/bob@corp.example:/bin/sh");
	policy(&idm_policy_default);
}

static void
test_numbers_that_are_nobodys_are_never_asked_for(void **state)
{
	static const uint32_t ids[] = { 0, 1, 999, 1000, 1500, 61184, 65519,
		65534, 65535, 99999, 300000, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(ids); i++) {
		char text[16];

		(void)snprintf(text, sizeof(text), "%u", ids[i]);
		check_not_found(text, get_uid(ids[i]));
		check_not_found(text, get_gid(ids[i]));
	}
}

/* The range as the map says now, whatever it was when the record was made. */
static void
test_a_domain_that_was_moved_takes_its_users_along(void **state)
{
	struct idm_domain moved[] = { domains[0], domains[1] };

	(void)state;
	moved[0].low = 101104;
	fixture_domains(host_maps(), moved, 2);
	host_forget_maps();
	check_not_found("alice", get_user("alice@corp.example"));
	check_not_found("101103", get_uid(101103));
	fixture_domains(host_maps(), &moved[1], 1);
	host_forget_maps();
	check_not_found("bob", get_user("bob@corp.example"));
	check_not_found("101104", get_uid(101104));
	check_found("201001", get_uid(201001), CAROL);
	fixture_domains(host_maps(), domains, 2);
	host_forget_maps();
	check_found("101103", get_uid(101103), ALICE);
}

static void
put_raw(const char *key, const char *value, size_t len)
{
	struct idm_rewrite *rewrite = fixture_begin(host_maps());
	struct idm_err err;

	assert_good(
	    idm_rewrite_put(rewrite, key, strlen(key), value, len, &err), err);
	fixture_commit(rewrite);
	host_forget_maps();
}

static void
test_a_damaged_record_is_refused_alone(void **state)
{
	struct idm_rewrite *rewrite;

	(void)state;
	put_raw("i/p/alice@corp.example", "I1nonsense", 10);
	check_reply("alice", get_user("alice@corp.example"), NSS_STATUS_UNAVAIL,
	    ENOENT, "");
	check_found("101103", get_uid(101103), ALICE);
	put_raw("i/m/alice@corp.example", "K1nonsense", 10);
	put_raw("i/G/100513", "J1", 2);
	check_reply("100513", get_gid(100513), NSS_STATUS_UNAVAIL, ENOENT, "");
	check_found("100700", get_gid(100700), "empty@corp.example:*:100700:");

	rewrite = fixture_begin(host_maps());
	fixture_put_user(
	    rewrite, &users[0], groups_of_alice, IDM_COUNTOF(groups_of_alice));
	fixture_put_group(rewrite, &groups[0], members);
	fixture_commit(rewrite);
	host_forget_maps();
	check_found("alice", get_user("alice@corp.example"), ALICE);
}

/* A record that another key leads to would give one user another's answer. */
static void
test_a_record_of_another_key_is_refused(void **state)
{
	struct idm_buf value;

	(void)state;
	idm_buf_init(&value, 4096);
	idm_own_user_write(&value, &users[0]);
	put_raw("i/p/eve@corp.example", value.data, value.len);
	put_raw("i/P/101999", value.data, value.len);
	check_reply("eve", get_user("eve@corp.example"), NSS_STATUS_UNAVAIL,
	    ENOENT, "");
	check_reply("101999", get_uid(101999), NSS_STATUS_UNAVAIL, ENOENT, "");
	idm_buf_fini(&value);
}

/* ---- Placeholders. */

static void
test_numbers_without_a_name_have_placeholders(void **state)
{
	(void)state;
	check_found("201555", get_uid(201555),
	    "sid-1555@lab:*:201555:200513:S-1-5-21-4-5-6-1555:/:"
	    "/usr/sbin/nologin");
	check_found("201555", get_gid(201555), "sid-1555@lab:*:201555:");
	check_not_found("sid-1555@lab", get_user("sid-1555@lab"));
	/* An account that is called so is no other number's name. */
	check_not_found("201666", get_uid(201666));
	check_not_found("sid-1555@lab", get_group("sid-1555@lab"));
	/* where the domain has none */
	check_not_found("101555", get_uid(101555));
	/* nor is a user's number a group's, or a group's a user's */
	check_not_found("200600", get_uid(200600));
	check_found("200600", get_gid(200600),
	    "crew@lab:*:200600:alice@corp.example,bob@corp.example");
}

/* ---- Name rules. */

#define FOO_LINE "foo:x:1500:1600:Foo,,,:/home/foo:/bin/sh"

static void
test_a_rule_makes_an_alias_of_a_windows_user(void **state)
{
	static const struct host_rule rules[] = {
		{ "Alice", "corp.example", "foo", false, 0 },
		{ "bob", "CORP", "", false, 0 },
		{ "ghost", "corp", "nobody.here", false, 0 },
		{ "plain", "corp", "root", false, 0 },
		{ "admin", "corp", "root", false, IDM_RULE_PRIVILEGED },
	};

	(void)state;
	host_rules(rules, IDM_COUNTOF(rules));
	check_found("alice", get_user("CORP\\ALICE"), FOO_LINE);
	check_found("alice", get_user("alice@old.example"), FOO_LINE);
	/* who has the local account's groups, and no others */
	check_found(
	    "alice", get_groups("alice@corp.example", 1600, -1), " 27 100 44");
	/* so the number is nobody's, lest it be shown as foo's */
	check_not_found("101103", get_uid(101103));
	check_not_found("bob", get_user("bob@corp.example"));
	check_not_found("101104", get_uid(101104));
	check_not_found("bob", get_groups("bob@corp", 100513, -1));
	check_not_found("ghost", get_user("ghost@corp"));
	/* a system account, only with --privileged */
	check_not_found("plain", get_user("plain@corp"));
	check_found(
	    "admin", get_user("admin@corp"), "root:x:0:0:root:/root:/bin/sh");
	check_found("201001", get_uid(201001), CAROL);
	host_rules(NULL, 0);
	check_found("alice", get_user("CORP\\ALICE"), ALICE);
	check_found("101103", get_uid(101103), ALICE);
}

static void
test_a_wildcard_equates_names_where_there_is_an_account(void **state)
{
	static const struct host_rule rules[] = {
		{ "*", "corp.example", "*", false, 0 },
		{ "*", "lab", "foo", false, 0 },
	};

	(void)state;
	host_rules(rules, IDM_COUNTOF(rules));
	check_found("plain", get_user("PLAIN@corp"),
	    "plain:x:1502:1600::/home/plain:/bin/sh");
	check_not_found("101107", get_uid(101107));
	check_found("alice", get_user("alice@corp"), ALICE);
	check_found("101103", get_uid(101103), ALICE);
	check_found(
	    "alice", get_groups("alice@corp", 100513, -1), " 100600 100700");
	/* never a system account, by whatever name */
	check_not_found("root", get_user("root@corp"));
	check_not_found("daemon", get_user("Daemon@corp"));
	check_found("carol", get_user("carol@lab"), FOO_LINE);
	check_not_found("201001", get_uid(201001));
	check_not_found("201001", get_gid(201001));
	host_rules(NULL, 0);
}

static void
test_a_rule_makes_an_alias_of_a_windows_group(void **state)
{
	static const struct host_rule rules[] = {
		{ "staff", "corp", "foo", true, 0 },
		{ "crew", "lab", "sudo", true, 0 },
		{ "wheel", "corp", "sudo", true, IDM_RULE_PRIVILEGED },
		{ "empty", "corp", "", true, 0 },
	};

	(void)state;
	host_rules(rules, IDM_COUNTOF(rules));
	check_found("staff", get_group("staff@corp"), "foo:x:1600:foo");
	check_not_found("100600", get_gid(100600));
	check_not_found("crew", get_group("crew@lab"));
	check_not_found("200600", get_gid(200600));
	check_found("wheel", get_group("CORP\\Wheel"), "sudo:x:27:foo,john");
	check_not_found("empty", get_group("empty@corp"));
	/* in a list it is the local group, and what is inhibited is not there
	 */
	check_found("alice", get_groups("alice@corp", 100513, -1), " 1600");
	host_rules(NULL, 0);
	check_found(
	    "alice", get_groups("alice@corp", 100513, -1), " 100600 100700");
}

static void
test_a_rule_leaves_users_their_primary_group(void **state)
{
	static const struct host_rule rules[] = {
		{ "domain users", "corp", "foo", true, 0 },
	};

	(void)state;
	host_rules(rules, IDM_COUNTOF(rules));
	check_found(
	    "domain users", get_group("domain users@corp"), "foo:x:1600:foo");
	check_not_found("100513", get_gid(100513));
	/* the number in her record, which her files have */
	check_found("alice", get_user("alice@corp"), ALICE);
	/* and the group that hers leads to beside it */
	check_found("alice", get_groups("alice@corp", 100513, -1),
	    " 1600 100600 100700");
	host_rules(NULL, 0);
}

static void
test_a_rule_for_users_is_none_for_groups(void **state)
{
	static const struct host_rule rules[] = {
		{ "alice", "corp", "foo", true, 0 },
		{ "staff", "corp", "foo", false, 0 },
	};

	(void)state;
	host_rules(rules, IDM_COUNTOF(rules));
	check_found("alice", get_user("alice@corp"), ALICE);
	check_found("alice", get_group("alice@corp"), "foo:x:1600:foo");
	check_found("staff", get_group("staff@corp"),
	    "staff@corp.example:*:100600:alice@corp.example");
	check_found("staff", get_user("staff@corp"), FOO_LINE);
	host_rules(NULL, 0);
}

static void
test_aliases_of_rules_are_answered_as_the_policy_says(void **state)
{
	static const struct host_rule rules[] = {
		{ "alice", "corp", "foo", false, 0 },
		{ "staff", "corp", "foo", true, 0 },
		{ "*", "lab", "*", false, 0 },
	};
	struct idm_policy other = idm_policy_default;

	(void)state;
	host_rules(rules, IDM_COUNTOF(rules));
	other.alias_reply = IDM_REPLY_TYPED;
	policy(&other);
	check_found("alice", get_user("CORP\\Alice"),
	    "CORP\\Alice:x:1500:1600:Foo,,,:/home/foo:/bin/sh");
	check_found("staff", get_group("Staff@corp"), "Staff@corp:x:1600:foo");
	other.alias_reply = IDM_REPLY_OFF;
	policy(&other);
	check_not_found("alice", get_user("alice@corp"));
	check_not_found("staff", get_group("staff@corp"));
	check_not_found("john", get_user("john@lab"));
	check_not_found("101103", get_uid(101103));
	policy(&idm_policy_default);
	host_rules(NULL, 0);
}

/* ---- The caller's buffer. */

static void
check_lengths(struct reply (*get)(const char *, char *, size_t),
    const char *name, const char *line, size_t *need)
{
	*need = 0;
	for (size_t len = 0; len < 512; len++) {
		for (size_t shift = 0; shift < 8; shift++) {
			char *memory = malloc(shift + len);
			struct reply reply;

			assert_non_null(memory);
			reply = get(name, memory + shift, len);
			free(memory);
			if (reply.status == NSS_STATUS_SUCCESS) {
				check_found(name, reply, line);
				if (*need == 0)
					*need = len;
			} else {
				check_reply(name, reply, NSS_STATUS_TRYAGAIN,
				    ERANGE, "");
				*need = 0;
			}
		}
	}
}

static void
test_a_buffer_needs_no_more_than_the_answer(void **state)
{
	static const char line[] = "domain users@corp.example:*:100513:"
				   "alice@corp.example,bob@corp.example";
	size_t need;

	(void)state;
	check_lengths(get_user_in, "alice@corp.example", ALICE, &need);
	assert_int_equal(need, sizeof(ALICE) - sizeof("101103:100513:") + 1);
	check_lengths(get_group_in, "domain users@corp", line, &need);
	/* three pointers, and up to seven bytes for their place */
	assert_in_range(need, sizeof(line) - 7 + 3 * sizeof(char *),
	    sizeof(line) + 4 * sizeof(char *));
}

static void
test_a_huge_group_is_told_whole(void **state)
{
	enum { MANY = 40000 };
	struct idm_own_group group = GROUP("huge@lab", "lab", 200700, MANY);
	struct idm_str *many = calloc(MANY, sizeof(*many));
	struct idm_rewrite *rewrite;
	char *names = malloc((size_t)MANY * 24), *buffer = NULL;
	size_t size = 512;
	struct group gr;
	int error = 0;

	(void)state;
	assert_non_null(many);
	assert_non_null(names);
	for (size_t i = 0; i < MANY; i++) {
		int n = snprintf(names + i * 24, 24, "user%zu@lab", i);

		many[i] = (struct idm_str){ names + i * 24, (size_t)n };
	}
	rewrite = fixture_begin(host_maps());
	fixture_put_group(rewrite, &group, many);
	fixture_commit(rewrite);
	host_forget_maps();
	do {
		size *= 2;
		assert_in_range(size, 0, 4 << 20);
		free(buffer);
		buffer = malloc(size);
		assert_non_null(buffer);
	} while (_nss_idmap_getgrgid_r(200700, &gr, buffer, size, &error) ==
		NSS_STATUS_TRYAGAIN &&
	    error == ERANGE);
	for (size_t i = 0; i < MANY; i++)
		assert_string_equal(gr.gr_mem[i], names + i * 24);
	assert_null(gr.gr_mem[MANY]);
	rewrite = fixture_begin(host_maps());
	for (const char *const *key =
		 (const char *const[]){ "i/g/huge@lab", "i/G/200700", NULL };
	     *key != NULL; key++) {
		assert_int_equal(
		    idm_rewrite_delete(rewrite, *key, strlen(*key), NULL),
		    IDM_OK);
	}
	fixture_commit(rewrite);
	host_forget_maps();
	free(buffer);
	free(names);
	free(many);
}

/* ---- Lists. */

static struct reply
next_user(char *buffer, size_t len)
{
	struct passwd pw = { .pw_uid = UNTOUCHED };
	enum nss_status status;
	int error = UNTOUCHED;

	errno = 42;
	status = _nss_idmap_getpwent_r(&pw, buffer, len, &error);
	return user_reply(status, error, &pw);
}

static struct reply
next_group(char *buffer, size_t len)
{
	struct group gr = { .gr_gid = UNTOUCHED };
	enum nss_status status;
	int error = UNTOUCHED;

	errno = 42;
	status = _nss_idmap_getgrent_r(&gr, buffer, len, &error);
	return group_reply(status, error, &gr);
}

/* Each line of a listing is one of these, each once. */
static void
check_listing(
    struct reply (*next)(char *, size_t), const char *const *lines, size_t n)
{
	unsigned seen[8] = { 0 };
	char buffer[512];

	assert_in_range(n, 0, IDM_COUNTOF(seen));
	for (size_t i = 0; i < n; i++) {
		struct reply reply = next(buffer, 4);
		size_t at = 0;

		/* Too short a buffer does not lose anybody. */
		check_reply("short", reply, NSS_STATUS_TRYAGAIN, ERANGE, "");
		reply = next(buffer, sizeof(buffer));
		while (at < n && strcmp(lines[at], reply.line) != 0)
			at++;
		if (at == n || seen[at]++ > 0)
			fail_msg("listed '%s'", reply.line);
	}
	check_not_found("end", next(buffer, sizeof(buffer)));
	check_not_found("end", next(buffer, sizeof(buffer)));
}

static void
test_listed_are_users_and_groups_of_domains_that_say_so(void **state)
{
	static const char *const all_users[] = { CAROL,
		"dave@lab:*:201002:200513:Gecos:/home/dave@lab:/bin/sh" };
	static const char *const all_groups[] = {
		"crew@lab:*:200600:alice@corp.example,bob@corp.example",
		"carol@lab:*:201001:", "dave@lab:*:201002:"
	};

	(void)state;
	check_listing(next_user, all_users, IDM_COUNTOF(all_users));
	assert_int_equal(_nss_idmap_setpwent(0), NSS_STATUS_SUCCESS);
	check_listing(next_user, all_users, IDM_COUNTOF(all_users));
	assert_int_equal(_nss_idmap_endpwent(), NSS_STATUS_SUCCESS);
	assert_int_equal(_nss_idmap_setgrent(1), NSS_STATUS_SUCCESS);
	check_listing(next_group, all_groups, IDM_COUNTOF(all_groups));
	assert_int_equal(_nss_idmap_endgrent(), NSS_STATUS_SUCCESS);
}

static void
test_a_listing_is_of_one_version(void **state)
{
	struct idm_domain silent[] = { domains[0], domains[1] };
	char buffer[512];
	struct reply first, second;

	(void)state;
	assert_int_equal(_nss_idmap_setpwent(0), NSS_STATUS_SUCCESS);
	first = next_user(buffer, sizeof(buffer));
	assert_int_equal(first.status, NSS_STATUS_SUCCESS);
	silent[1].flags = 0;
	fixture_domains(host_maps(), silent, 2);
	host_forget_maps();
	second = next_user(buffer, sizeof(buffer));
	assert_int_equal(second.status, NSS_STATUS_SUCCESS);
	assert_string_not_equal(first.line, second.line);
	check_not_found("end", next_user(buffer, sizeof(buffer)));
	assert_int_equal(_nss_idmap_setpwent(0), NSS_STATUS_SUCCESS);
	check_not_found("silent", next_user(buffer, sizeof(buffer)));
	assert_int_equal(_nss_idmap_endpwent(), NSS_STATUS_SUCCESS);
	fixture_domains(host_maps(), domains, 2);
	host_forget_maps();
}

#define TEST(name) cmocka_unit_test(test_##name)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_spelling_leads_to_one_user),
		TEST(other_names_are_nobodys),
		TEST(bare_names_are_the_default_domains_where_the_policy_says),
		TEST(names_of_schemes_still_lead_to_accounts),
		TEST(groups_are_found_by_name_and_number),
		TEST(a_users_own_gid_is_a_group_where_the_domain_says),
		TEST(a_users_groups_are_all_but_the_primary),
		TEST(a_local_user_gets_no_groups_of_others),
		TEST(a_local_user_in_a_group_of_ours_stays_himself),
		TEST(what_the_policy_does_not_admit_is_not_found),
		TEST(numbers_that_are_nobodys_are_never_asked_for),
		TEST(a_domain_that_was_moved_takes_its_users_along),
		TEST(a_damaged_record_is_refused_alone),
		TEST(a_record_of_another_key_is_refused),
		TEST(numbers_without_a_name_have_placeholders),
		TEST(a_rule_makes_an_alias_of_a_windows_user),
		TEST(a_wildcard_equates_names_where_there_is_an_account),
		TEST(a_rule_makes_an_alias_of_a_windows_group),
		TEST(a_rule_leaves_users_their_primary_group),
		TEST(a_rule_for_users_is_none_for_groups),
		TEST(aliases_of_rules_are_answered_as_the_policy_says),
		TEST(a_buffer_needs_no_more_than_the_answer),
		TEST(a_huge_group_is_told_whole),
		TEST(listed_are_users_and_groups_of_domains_that_say_so),
		TEST(a_listing_is_of_one_version),
	};

	return cmocka_run_group_tests(tests, make_host, remove_host);
}
