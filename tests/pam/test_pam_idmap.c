/*
 * Each management group through the real libpam, with stacks and maps in a
 * folder of our own (redirect.c), as any user.
 */

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fixture.h"
#include "tests/unit.h"

#include "base/attr.h"
#include "map/namerules_edit.h"

#define SERVICE "door"

/* What a call of the module came to: a PAM code of libpam's for the stack,
 * or this, when libpam was told to ignore it. */
#define IGNORED (-1)

enum group { AUTH, CRED, ACCOUNT, OPEN, CLOSE, PASSWORD };

static const char *const group_name[] = {
	[AUTH] = "auth",
	[CRED] = "auth",
	[ACCOUNT] = "account",
	[OPEN] = "session",
	[CLOSE] = "session",
	[PASSWORD] = "password",
};

static struct fixture fixture;
/* The paths of the module as tested and as installed. */
static char module[PATH_MAX];
static char plain_module[PATH_MAX];

/* ---- Files. */

static void
module_path(const char *name, char path[PATH_MAX])
{
	const char *top = getenv("top_builddir");
	char relative[PATH_MAX];
	int n = snprintf(
	    relative, sizeof(relative), "%s/%s", top == NULL ? "." : top, name);

	assert_true(n > 0 && (size_t)n < sizeof(relative));
	assert_non_null(realpath(relative, path));
}

static void
write_file(const char *name, const char *text, size_t len)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	assert_int_equal(close(fd), 0);
}

/* The content of a file, lent until the next call; empty if there is none. */
static struct idm_str
read_file(const char *name)
{
	static char text[1 << 20];
	struct idm_str content = { .data = text };
	int fd = open(name, O_RDONLY);
	ssize_t len = 1;

	if (fd == -1)
		return content;
	/* A file of /proc gives a page at a time. */
	while (len > 0) {
		len = read(
		    fd, text + content.len, sizeof(text) - 1 - content.len);
		assert_int_not_equal(len, -1);
		content.len += (size_t)len;
	}
	assert_true(content.len < sizeof(text) - 1);
	assert_int_equal(close(fd), 0);
	text[content.len] = '\0';
	return content;
}

/* The log of the module since the last look. */
static const char *
take_log(void)
{
	struct idm_str log = read_file("log");

	(void)unlink("log");
	return log.len == 0 ? "" : log.data;
}

/* ---- Stacks. */

/* Write a stack for SERVICE; in each line '@' stands for the module. */
static void
write_stack(const char *text)
{
	char stack[16384];
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, stack, sizeof(stack));
	for (; *text != '\0'; text++) {
		if (*text == '@')
			idm_buf_puts(&buf, module);
		else
			idm_buf_put(&buf, text, 1);
	}
	write_file(SERVICE, stack, buf.len);
}

static int conversation_code = PAM_CONV_ERR;

static int
converse(int n, const struct pam_message **messages,
    struct pam_response **responses, void *context)
{
	(void)n;
	(void)messages;
	(void)responses;
	(void)context;
	return conversation_code;
}

static pam_handle_t *
begin(const char *service, const char *user)
{
	static const struct pam_conv conversation = { .conv = converse };
	pam_handle_t *pamh = NULL;

	assert_int_equal(
	    pam_start_confdir(service, user, &conversation, fixture.dir, &pamh),
	    PAM_SUCCESS);
	return pamh;
}

static int
call(pam_handle_t *pamh, enum group group)
{
	switch (group) {
	case AUTH:
		return pam_authenticate(pamh, 0);
	case CRED:
		return pam_setcred(pamh, PAM_ESTABLISH_CRED);
	case ACCOUNT:
		return pam_acct_mgmt(pamh, 0);
	case OPEN:
		return pam_open_session(pamh, 0);
	case CLOSE:
		return pam_close_session(pamh, 0);
	case PASSWORD:
		return pam_chauthtok(pamh, 0);
	}
	return PAM_SYSTEM_ERR;
}

/* Ask the stack that write_stack() wrote, with a handle of its own. */
static int
ask(enum group group, const char *user)
{
	pam_handle_t *pamh = begin(SERVICE, user);
	int code = call(pamh, group);

	assert_int_equal(pam_end(pamh, code), PAM_SUCCESS);
	return code;
}

/*
 * What the module itself says.  libpam does not tell that a module ignored,
 * but then pam_permit behind it is what counts.
 */
static int
ask_module(enum group group, const char *options, const char *user)
{
	char stack[512];
	int alone;
	int n;

	n = snprintf(stack, sizeof(stack), "%s required @ %s\n",
	    group_name[group], options);
	assert_true(n > 0 && (size_t)n < sizeof(stack));
	write_stack(stack);
	alone = ask(group, user);
	n = snprintf(stack, sizeof(stack),
	    "%s required @ %s quiet\n%s required pam_permit.so\n",
	    group_name[group], options, group_name[group]);
	assert_true(n > 0 && (size_t)n < sizeof(stack));
	write_stack(stack);
	if (alone == PAM_PERM_DENIED && ask(group, user) == PAM_SUCCESS)
		return IGNORED;
	return alone;
}

/* ---- The map of most cases, and the accounts. */

static const char passwd[] = "root:x:0:0::/root:/bin/sh\n"
			     "op:x:200:200::/:/bin/sh\n"
			     "foo:x:1500:1500::/:/bin/sh\n"
			     "bar:x:1501:1501::/:/bin/sh\n"
			     "odd!one:x:many:1::/:/bin/sh\n"
			     "home!grown:x:1502:1502::/:/bin/sh\n";

/* clang-format off */
static const struct fixture_entry my_entries[] = {
	{ "comunix!foo",   "foo",   0 },
	{ "comunix!ghost", "ghost", 0 },
	{ "comunix!chief", "root",  IDM_ENTRY_PRIVILEGED },
	{ "comunix!op",    "op",    0 },
	{ "home!grown",    "%i",    0 },
	{ "guest!*",       "%i",    0 },
	{ "mars!*",        "%1",    0 },
};

static const struct fixture_entry corp_entries[] = {
	{ "*@corp", "bar", 0 },
};

static const struct fixture_ruleset schemes[] = {
	{ FIXTURE_SCHEME("myscheme", "M2!M1", my_entries) },
	{ FIXTURE_SCHEME("corp", "M1@M2", corp_entries) },
	{ .name = { IDM_RULESET_SCHEME, "own" }, .descriptor = "M1#M2",
	    .user_mode = true },
};

static const struct idm_domain win = {
	.name = "win",
	.dns = "win.example",
	.netbios = "WIN",
	.sid = { 5, { 21, 1, 2, 3 }, 4 },
	.backend = IDM_BACKEND_RID,
	.flags = IDM_DOMAIN_PLACEHOLDER,
	.low = 200000,
	.high = 299999,
};

static const struct {
	const char *name;
	uint32_t uid;
	const char *shell;
} own_users[] = {
	{ "ann@win.example", 201000, "/bin/sh" },
	{ "off@win.example", 201001, "/usr/sbin/nologin" },
	{ "low@win.example", 500, "/bin/sh" },
	{ "rule@win.example", 201002, "/bin/sh" },
};

static const struct {
	const char *win;
	const char *unix;
} rules[] = {
	{ "rule", "foo" },
	{ "sys", "op" },
	{ "out", "" },
};

/* What each group answers, and the log: the reason, or NULL for none. */
static const struct {
	const char *name;
	int auth;
	const char *auth_log;
	int account;
	int session;
	const char *log; /* of account and session */
} cases[] = {
	{ "foo", IGNORED, NULL, IGNORED, IGNORED, NULL },
	{ "odd!one", IGNORED, NULL, IGNORED, IGNORED, NULL },
	{ "home!grown", IGNORED, NULL, IGNORED, IGNORED, NULL },
	{ "stranger", IGNORED, NULL, IGNORED, IGNORED, NULL },
	{ "a/b", IGNORED, NULL, IGNORED, IGNORED, NULL },
	{ "a!b!c", IGNORED, NULL, IGNORED, IGNORED, NULL },
	{ "comunix!", IGNORED, NULL, IGNORED, IGNORED, NULL },
	{ "comunix!foo", IGNORED, NULL, PAM_SUCCESS, PAM_SUCCESS,
	    "'comunix!foo' is 'foo' by entry 'comunix!foo' -> 'foo' of scheme "
	    "'myscheme'\n" },
	{ "mars!bar", IGNORED, NULL, PAM_SUCCESS, PAM_SUCCESS,
	    "'mars!bar' is 'bar' by entry 'mars!*' -> '%1' of scheme "
	    "'myscheme'\n" },
	{ "al@corp", IGNORED, NULL, PAM_SUCCESS, PAM_SUCCESS,
	    "'al@corp' is 'bar' by entry '*@corp' -> 'bar' of scheme 'corp'\n" },
	{ "comunix!chief", IGNORED, NULL, PAM_SUCCESS, PAM_SUCCESS,
	    "is 'root' by entry 'comunix!chief' -> 'root' of scheme 'myscheme' "
	    "(privileged)\n" },
	{ "me#home", IGNORED, NULL, PAM_SUCCESS, PAM_SUCCESS,
	    "'me#home' is 'foo' by entry 'me#home' -> 'foo' of scheme 'own' "
	    "(the user's own)\n" },
	{ "me#stolen", PAM_AUTH_ERR, "a name was refused (refused)",
	    PAM_PERM_DENIED, PAM_SESSION_ERR,
	    "<5> 'me#stolen' refused: uid 1500 made the entry, but 'bar' is "
	    "now uid 1501\n" },
	{ "venus!x", PAM_USER_UNKNOWN, "a name was refused (notfound)",
	    PAM_USER_UNKNOWN, PAM_SESSION_ERR,
	    "<5> 'venus!x' refused: no entry of scheme 'myscheme' matches\n" },
	{ "comunix!ghost", PAM_USER_UNKNOWN, "a name was refused (notfound)",
	    PAM_USER_UNKNOWN, PAM_SESSION_ERR,
	    "<5> 'comunix!ghost' refused: " },
	{ "guest!x", PAM_AUTH_ERR, "a name was refused (refused)",
	    PAM_PERM_DENIED, PAM_SESSION_ERR,
	    "<5> 'guest!x' refused: entry 'guest!*' of scheme 'myscheme' "
	    "refuses the name\n" },
	{ "mars!root", PAM_AUTH_ERR, "a name was refused (refused)",
	    PAM_PERM_DENIED, PAM_SESSION_ERR,
	    "<5> 'mars!root' refused: 'root' is a system account" },
	{ "comunix!op", PAM_AUTH_ERR, "a name was refused (refused)",
	    PAM_PERM_DENIED, PAM_SESSION_ERR,
	    "<5> 'comunix!op' refused: 'op' is a system account (uid 200) and "
	    "the entry was not added with --privileged\n" },
	{ "ann@win.example", IGNORED, NULL, PAM_SUCCESS, PAM_SUCCESS,
	    "'ann@win.example' is 'ann@win.example', uid 201000 of its own\n" },
	{ "WIN\\Ann", IGNORED, NULL, PAM_SUCCESS, PAM_SUCCESS,
	    "'WIN\\\\Ann' is 'ann@win.example', uid 201000 of its own\n" },
	{ "off@win", PAM_AUTH_ERR, "a name was refused (refused)",
	    PAM_PERM_DENIED, PAM_SESSION_ERR,
	    "<5> 'off@win' refused: its shell '/usr/sbin/nologin' is none to "
	    "log in with\n" },
	{ "low@win", PAM_USER_UNKNOWN, "a name was refused (notfound)",
	    PAM_USER_UNKNOWN, PAM_SESSION_ERR,
	    "<5> 'low@win' refused: no such user in domain 'win'\n" },
	{ "sid-77@win.example", PAM_USER_UNKNOWN,
	    "a name was refused (notfound)", PAM_USER_UNKNOWN, PAM_SESSION_ERR,
	    "<5> 'sid-77@win.example' refused: no such user in domain 'win'\n" },
	{ "rule@win", IGNORED, NULL, PAM_SUCCESS, PAM_SUCCESS,
	    "'rule@win' is 'foo' by entry 'rule@win.example' -> 'foo' of scheme "
	    "'(name rules)'\n" },
	{ "sys@win", PAM_AUTH_ERR, "a name was refused (refused)",
	    PAM_PERM_DENIED, PAM_SESSION_ERR,
	    "<5> 'sys@win' refused: 'op' is a system account" },
	{ "out@win", PAM_AUTH_ERR, "a name was refused (refused)",
	    PAM_PERM_DENIED, PAM_SESSION_ERR,
	    "<5> 'out@win' refused: a name rule inhibits it\n" },
	{ "mars!o'n\ne", PAM_AUTH_ERR, "a name was refused (invalid)",
	    PAM_PERM_DENIED, PAM_SESSION_ERR,
	    "<5> 'mars!o\\'n\\x0ae' refused: " },
};
/* clang-format on */

/* ---- What can happen to the files, and how they are when all is well. */

static void
remove_map(void)
{
	assert_int_equal(unlink("map.gdbm"), 0);
}

static void
empty_map(void)
{
	write_file("map.gdbm", "", 0);
}

static void
garble_map(void)
{
	write_file("map.gdbm", passwd, strlen(passwd));
}

static void
open_map_to_others(void)
{
	assert_int_equal(chmod("map.gdbm", 0666), 0);
}

static void
remove_passwd(void)
{
	assert_int_equal(unlink("passwd"), 0);
}

static void
mend(void)
{
	struct idm_str map = read_file("map.good");

	(void)unlink("map.gdbm");
	write_file("map.gdbm", map.data, map.len);
	write_file("passwd", passwd, strlen(passwd));
}

static void
check_log(const char *what, const char *name, const char *expected)
{
	const char *log = take_log();

	if (expected == NULL && log[0] != '\0')
		fail_msg("%s '%s': logged %s", what, name, log);
	if (expected != NULL && strstr(log, expected) == NULL)
		fail_msg("%s '%s': logged '%s', not '%s'", what, name, log,
		    expected);
}

static void
check(enum group group, const char *options, const char *name, int expected,
    const char *log)
{
	int code = ask_module(group, options, name);

	if (code != expected) {
		fail_msg("%s of '%s': %d instead of %d", group_name[group],
		    name, code, expected);
	}
	check_log(group_name[group], name, log);
}

/* ---- The tests. */

static void
test_each_group_answers_each_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		check(
		    AUTH, "", cases[i].name, cases[i].auth, cases[i].auth_log);
		check(
		    ACCOUNT, "", cases[i].name, cases[i].account, cases[i].log);
		check(OPEN, "", cases[i].name, cases[i].session, cases[i].log);
		check(CRED, "", cases[i].name, IGNORED, NULL);
		check(CLOSE, "", cases[i].name, IGNORED, NULL);
		check(PASSWORD, "", cases[i].name, IGNORED, NULL);
	}
}

/* Who is asked for a name sometimes types the password. */
static void
test_auth_logs_no_name_it_does_not_know(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		(void)ask_module(AUTH, "", cases[i].name);
		assert_null(strstr(take_log(), cases[i].name));
	}
	check(AUTH, "debug", "guest!x", PAM_AUTH_ERR, "'guest!x' refused: ");
}

static void
test_alone_in_a_stack_it_lets_nobody_authenticate(void **state)
{
	static const char *const controls[] = { "required", "requisite",
		"sufficient", "optional", "[default=ok]", "[default=done]",
		"[success=ok ignore=ok default=bad]" };

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(controls); i++) {
		char stack[128];
		int n = snprintf(
		    stack, sizeof(stack), "auth %s @\n", controls[i]);

		assert_true(n > 0 && (size_t)n < sizeof(stack));
		write_stack(stack);
		for (size_t j = 0; j < IDM_COUNTOF(cases); j++) {
			if (ask(AUTH, cases[j].name) == PAM_SUCCESS) {
				fail_msg("'%s' came in by '%s'", cases[j].name,
				    stack);
			}
		}
	}
	(void)take_log();
}

/* In front of or behind the module that knows the password, auth refuses what
 * does not map and leaves the rest to that module. */
static void
test_in_a_stack_it_only_ever_refuses(void **state)
{
	static const struct {
		const char *stack;
		const char *name;
		int code;
	} stacks[] = {
		{ "required @\nauth required pam_permit.so", "comunix!foo",
		    PAM_SUCCESS },
		{ "required @\nauth required pam_permit.so", "foo",
		    PAM_SUCCESS },
		{ "required @\nauth required pam_permit.so", "guest!x",
		    PAM_AUTH_ERR },
		{ "required @\nauth required pam_permit.so", "venus!x",
		    PAM_USER_UNKNOWN },
		{ "required @\nauth required pam_deny.so", "comunix!foo",
		    PAM_AUTH_ERR },
		{ "required @\nauth required pam_deny.so", "foo",
		    PAM_AUTH_ERR },
		{ "required pam_permit.so\nauth required @", "comunix!foo",
		    PAM_SUCCESS },
		{ "required pam_permit.so\nauth required @", "guest!x",
		    PAM_AUTH_ERR },
		{ "[success=1 default=ignore] pam_permit.so\n"
		  "auth requisite pam_deny.so\nauth required @",
		    "venus!x", PAM_USER_UNKNOWN },
		{ "requisite @\nauth sufficient pam_permit.so", "guest!x",
		    PAM_AUTH_ERR },
		{ "required @\nauth sufficient pam_permit.so", "guest!x",
		    PAM_AUTH_ERR },
	};

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(stacks); i++) {
		char stack[256];
		int n = snprintf(
		    stack, sizeof(stack), "auth %s\n", stacks[i].stack);
		int code;

		assert_true(n > 0 && (size_t)n < sizeof(stack));
		write_stack(stack);
		code = ask(AUTH, stacks[i].name);
		if (code != stacks[i].code) {
			fail_msg("'%s' by '%s': %d instead of %d",
			    stacks[i].name, stack, code, stacks[i].code);
		}
	}
	(void)take_log();
}

static void
test_options(void **state)
{
	/* clang-format off */
	static const struct {
		const char *options;
		const char *name;
		int account;
		const char *log;
	} options[] = {
		{ "schemes=corp", "al@corp", PAM_SUCCESS, "<6> admitted: " },
		{ "schemes=corp", "comunix!foo", PAM_PERM_DENIED,
		    "refused: scheme 'myscheme' is not among those admitted" },
		{ "schemes=corp", "foo", IGNORED, NULL },
		{ "schemes=corp,myscheme", "comunix!foo", PAM_SUCCESS, "<6> " },
		{ "schemes=myscheme1,my", "comunix!foo", PAM_PERM_DENIED,
		    "not among those admitted" },
		{ "quiet", "comunix!foo", PAM_SUCCESS, NULL },
		{ "quiet", "guest!x", PAM_PERM_DENIED, NULL },
		{ "quiet", "venus!x", PAM_USER_UNKNOWN, NULL },
		{ "debug", "comunix!foo", PAM_SUCCESS,
		    "<7> account 'foo' has uid 1500" },
		{ "debug", "foo", IGNORED, NULL },
		{ "shemes=corp", "comunix!foo", PAM_SERVICE_ERR,
		    "<3> unknown option 'shemes=corp'" },
		{ "shemes=corp", "guest!x", PAM_SERVICE_ERR, "unknown option" },
		{ "shemes=corp", "foo", IGNORED, "<3> unknown option" },
		{ "shemes=corp", "stranger", IGNORED, "<3> unknown option" },
		{ "debug=yes", "al@corp", PAM_SERVICE_ERR,
		    "option 'debug' takes no value" },
		{ "schemes", "al@corp", PAM_SERVICE_ERR,
		    "option 'schemes' needs a value" },
		{ "schemes=", "al@corp", PAM_SERVICE_ERR, "option 'schemes': " },
		{ "schemes=corp,", "al@corp", PAM_SERVICE_ERR,
		    "option 'schemes': " },
		{ "schemes=../corp", "al@corp", PAM_SERVICE_ERR,
		    "option 'schemes': " },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(options); i++) {
		check(ACCOUNT, options[i].options, options[i].name,
		    options[i].account, options[i].log);
	}
}

/* An old answer of nscd, or another service in front of ours. */
static void
test_a_name_service_that_disagrees_is_refused(void **state)
{
	(void)state;
	assert_int_equal(setenv("IDM_TEST_UID", "1500", 1), 0);
	check(ACCOUNT, "", "comunix!foo", PAM_SUCCESS, "admitted");
	assert_int_equal(setenv("IDM_TEST_UID", "1501", 1), 0);
	check(ACCOUNT, "", "comunix!foo", PAM_PERM_DENIED,
	    "the name service knows it as uid 1501, the map as uid 1500");
	check(ACCOUNT, "", "foo", IGNORED, NULL);
	assert_int_equal(unsetenv("IDM_TEST_UID"), 0);
}

/* Nobody local is locked out by what has happened to our files. */
static void
test_without_a_map_local_users_come_in_and_others_do_not(void **state)
{
	static const struct {
		const char *name;
		int auth;
		int account;
		int session;
	} names[] = {
		{ "foo", IGNORED, IGNORED, IGNORED },
		{ "home!grown", IGNORED, IGNORED, IGNORED },
		{ "stranger", IGNORED, IGNORED, IGNORED },
		{ "a.b_c-9", IGNORED, IGNORED, IGNORED },
		{ "comunix!foo", PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL,
		    PAM_SESSION_ERR },
		{ "al@corp", PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL,
		    PAM_SESSION_ERR },
		{ "a b", PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL,
		    PAM_SESSION_ERR },
	};
	static void (*const damages[])(
	    void) = { remove_map, empty_map, garble_map, open_map_to_others };

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(damages); i++) {
		damages[i]();
		for (size_t j = 0; j < IDM_COUNTOF(names); j++) {
			const char *log = names[j].account == IGNORED ? NULL
								      : "<3> ";

			check(AUTH, "", names[j].name, names[j].auth, log);
			check(
			    ACCOUNT, "", names[j].name, names[j].account, log);
			check(OPEN, "", names[j].name, names[j].session, log);
		}
		check(ACCOUNT, "", "comunix!foo", PAM_AUTHINFO_UNAVAIL,
		    "<3> 'comunix!foo' refused: no usable map: ");
		mend();
	}
}

/* Nor is anybody let in because it cannot be told who is local. */
static void
test_without_a_passwd_file_plain_names_are_left_to_others(void **state)
{
	(void)state;
	remove_passwd();
	check(ACCOUNT, "", "foo", IGNORED, NULL);
	check(ACCOUNT, "", "home!grown", PAM_AUTHINFO_UNAVAIL,
	    "<3> 'home!grown' refused: no local accounts: ");
	check(ACCOUNT, "", "comunix!foo", PAM_AUTHINFO_UNAVAIL,
	    "<3> 'comunix!foo' refused: no local accounts: ");
	mend();
}

static void
test_a_session_exports_what_was_mapped(void **state)
{
	static const char *const expected[] = {
		"IDMAP_NAME=mars!bar",
		"IDMAP_SCHEME=myscheme",
		"IDMAP_ENTRY=mars!* %1",
		"IDMAP_LOGNAME=bar",
	};
	pam_handle_t *pamh;
	char **env;

	(void)state;
	write_stack("session required @\n");
	pamh = begin(SERVICE, "mars!bar");
	assert_int_equal(call(pamh, OPEN), PAM_SUCCESS);
	env = pam_getenvlist(pamh);
	assert_non_null(env);
	for (size_t i = 0; i < IDM_COUNTOF(expected); i++) {
		assert_string_equal(env[i], expected[i]);
		free(env[i]);
	}
	assert_null(env[IDM_COUNTOF(expected)]);
	free(env);

	/* What was opened is closed, whatever has become of the map. */
	remove_map();
	assert_int_equal(call(pamh, CLOSE), PAM_SUCCESS);
	assert_int_equal(pam_end(pamh, PAM_SUCCESS), PAM_SUCCESS);
	mend();
	assert_string_equal(take_log(),
	    "<6> session opened: 'mars!bar' is 'bar' by entry 'mars!*' -> '%1' "
	    "of scheme 'myscheme'\n"
	    "<6> session closed: 'mars!bar' is 'bar' by entry 'mars!*' -> '%1' "
	    "of scheme 'myscheme'\n");
}

/* The user's map is part of the answer: without it there is none. */
static void
test_without_the_users_map_their_schemes_are_refused(void **state)
{
	(void)state;
	assert_int_equal(rename("state/users.gdbm", "state/gone"), 0);
	check(AUTH, "", "me#home", PAM_AUTHINFO_UNAVAIL,
	    "<3> 'me#home' refused: ");
	check(ACCOUNT, "", "me#home", PAM_AUTHINFO_UNAVAIL, "<3> ");
	check(OPEN, "", "me#home", PAM_SESSION_ERR, "<3> ");
	check(ACCOUNT, "", "comunix!foo", PAM_SUCCESS, "admitted");
	assert_int_equal(rename("state/gone", "state/users.gdbm"), 0);
}

/* ---- canonicalize. */

static const char *
user_of(pam_handle_t *pamh)
{
	const void *user = NULL;

	assert_int_equal(pam_get_item(pamh, PAM_USER, &user), PAM_SUCCESS);
	return user;
}

/* What PAM_USER is, and what was logged, after a group of a service. */
static void
check_service(
    const char *service, enum group group, const char *user, const char *log)
{
	pam_handle_t *pamh;

	write_stack("auth required @ canonicalize\n"
		    "auth required pam_permit.so\n"
		    "account required @ canonicalize\n");
	assert_int_equal(rename(SERVICE, service), 0);
	pamh = begin(service, "comunix!foo");
	assert_int_equal(call(pamh, group), PAM_SUCCESS);
	assert_string_equal(user_of(pamh), user);
	assert_int_equal(pam_end(pamh, PAM_SUCCESS), PAM_SUCCESS);
	assert_int_equal(unlink(service), 0);
	check_log("canonicalize", service, log);
}

static void
test_canonicalize_is_for_listed_services(void **state)
{
	/* clang-format off */
	static const struct {
		const char *service;
		const char *user; /* afterwards */
		const char *log;
	} services[] = {
		{ "login", "foo", "<6> user changed: 'comunix!foo' is 'foo' " },
		{ "other", "comunix!foo",
		    "<4> canonicalize is not for service 'other': idmap.conf "
		    "does not list it; PAM_USER stays as it is\n" },
		{ "logi",  "comunix!foo", "does not list it" },
		{ "sshd",  "comunix!foo",
		    "<4> canonicalize is not for service 'sshd': it holds on to "
		    "the name it began with; PAM_USER stays as it is\n" },
		{ "su",    "comunix!foo", "holds on to the name" },
		{ "su-l",  "comunix!foo", "holds on to the name" },
		{ "sudo",  "comunix!foo", "holds on to the name" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(services); i++) {
		check_service(services[i].service, AUTH, services[i].user,
		    services[i].log);
		check_service(services[i].service, ACCOUNT, services[i].user,
		    services[i].log);
	}
}

static void
test_canonicalize_changes_nothing_for_a_name_that_is_refused(void **state)
{
	pam_handle_t *pamh;

	(void)state;
	write_stack("auth required @ canonicalize\n");
	assert_int_equal(rename(SERVICE, "login"), 0);
	pamh = begin("login", "guest!x");
	assert_int_equal(call(pamh, AUTH), PAM_AUTH_ERR);
	assert_string_equal(user_of(pamh), "guest!x");
	assert_int_equal(pam_end(pamh, PAM_SUCCESS), PAM_SUCCESS);
	assert_int_equal(unlink("login"), 0);
	(void)take_log();
}

/*
 * The session knows what the name was, although PAM_USER is local by then;
 * but not of another user, nor of another attempt with the same handle.
 */
static void
test_a_session_after_canonicalize_knows_the_name(void **state)
{
	pam_handle_t *pamh;

	(void)state;
	write_stack("auth required @ canonicalize\n"
		    "auth required pam_permit.so\n"
		    "session required @\nsession required pam_permit.so\n");
	assert_int_equal(rename(SERVICE, "login"), 0);
	pamh = begin("login", "comunix!foo");
	assert_int_equal(call(pamh, AUTH), PAM_SUCCESS);
	assert_int_equal(call(pamh, OPEN), PAM_SUCCESS);
	assert_string_equal(pam_getenv(pamh, "IDMAP_NAME"), "comunix!foo");
	assert_string_equal(pam_getenv(pamh, "IDMAP_LOGNAME"), "foo");
	assert_int_equal(call(pamh, CLOSE), PAM_SUCCESS);
	assert_int_equal(pam_end(pamh, PAM_SUCCESS), PAM_SUCCESS);

	pamh = begin("login", "comunix!foo");
	assert_int_equal(call(pamh, AUTH), PAM_SUCCESS);
	assert_int_equal(pam_set_item(pamh, PAM_USER, "bar"), PAM_SUCCESS);
	assert_int_equal(call(pamh, OPEN), PAM_SUCCESS);
	assert_null(pam_getenv(pamh, "IDMAP_NAME"));
	assert_int_equal(pam_set_item(pamh, PAM_USER, "foo"), PAM_SUCCESS);
	assert_int_equal(call(pamh, AUTH), PAM_SUCCESS);
	assert_int_equal(call(pamh, OPEN), PAM_SUCCESS);
	assert_null(pam_getenv(pamh, "IDMAP_NAME"));
	assert_int_equal(pam_end(pamh, PAM_SUCCESS), PAM_SUCCESS);
	assert_int_equal(unlink("login"), 0);
	(void)take_log();
}

/* Later lines of the stack have their say about the name that was typed. */
static void
test_canonicalize_gets_nobody_around_a_later_line(void **state)
{
	pam_handle_t *pamh;

	(void)state;
	write_stack("auth required @ canonicalize quiet\n"
		    "auth required pam_permit.so\n"
		    "account required @ schemes=corp\n"
		    "account required pam_permit.so\n");
	assert_int_equal(rename(SERVICE, "login"), 0);
	pamh = begin("login", "comunix!foo");
	assert_int_equal(call(pamh, AUTH), PAM_SUCCESS);
	assert_string_equal(user_of(pamh), "foo");
	assert_int_equal(call(pamh, ACCOUNT), PAM_PERM_DENIED);
	assert_int_equal(pam_end(pamh, PAM_SUCCESS), PAM_SUCCESS);
	check_log("account", "comunix!foo",
	    "'comunix!foo' refused: scheme 'myscheme' is not among those");

	pamh = begin("login", "al@corp");
	assert_int_equal(call(pamh, AUTH), PAM_SUCCESS);
	assert_int_equal(call(pamh, ACCOUNT), PAM_SUCCESS);
	assert_int_equal(pam_end(pamh, PAM_SUCCESS), PAM_SUCCESS);
	check_log("account", "al@corp", "<6> admitted: 'al@corp' is 'bar' ");

	pamh = begin("login", "foo");
	assert_int_equal(call(pamh, ACCOUNT), PAM_SUCCESS);
	assert_int_equal(pam_end(pamh, PAM_SUCCESS), PAM_SUCCESS);
	check_log("account", "foo", NULL);
	assert_int_equal(unlink("login"), 0);
}

/* However long a name is, it is refused, and logged in part. */
static void
test_an_endless_name_is_refused(void **state)
{
	static char name[100000];

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	check(ACCOUNT, "", name, IGNORED, NULL);
	memcpy(name, "mars!", 5);
	check(ACCOUNT, "", name, PAM_PERM_DENIED, "aaaa...' refused: ");
	check(AUTH, "debug", name, PAM_AUTH_ERR, "aaaa...' refused: ");
}

/* ---- The module as a guest in somebody's process. */

static void
test_a_conversation_that_must_wait_is_incomplete(void **state)
{
	pam_handle_t *pamh;

	(void)state;
	write_stack("auth required @\n");
	pamh = begin(SERVICE, NULL);
	conversation_code = PAM_CONV_AGAIN;
	assert_int_equal(call(pamh, AUTH), PAM_INCOMPLETE);
	conversation_code = PAM_CONV_ERR;
	assert_int_equal(call(pamh, AUTH), PAM_CONV_ERR);
	assert_int_equal(pam_end(pamh, PAM_SUCCESS), PAM_SUCCESS);
	pamh = begin(SERVICE, "");
	assert_int_equal(call(pamh, AUTH), PAM_USER_UNKNOWN);
	assert_int_equal(pam_end(pamh, PAM_SUCCESS), PAM_SUCCESS);
	assert_string_equal(take_log(), "");
}

static size_t
count_lines(const char *path)
{
	struct idm_str text = read_file(path);
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += text.data[i] == '\n';
	return n;
}

/* No descriptor and no mapping stays behind, however often it is asked. */
static void
test_nothing_is_left_behind(void **state)
{
	size_t before = 0;
	int fd;

	(void)state;
	write_stack("account required @ quiet\n");
	for (int i = 0; i < 50; i++) {
		if (i == 10)
			before = count_lines("/proc/self/maps");
		assert_int_equal(ask(ACCOUNT, "comunix!foo"), PAM_SUCCESS);
		assert_int_equal(ask(ACCOUNT, "guest!x"), PAM_PERM_DENIED);
	}
	assert_true(count_lines("/proc/self/maps") <= before);
	fd = open("/dev/null", O_RDONLY);
	assert_true(fd < 10);
	assert_int_equal(close(fd), 0);
}

/* The module as installed: every symbol is there at once, and it can go. */
static void
test_it_loads_whole_and_unloads(void **state)
{
	static const char *const symbols[] = { "pam_sm_authenticate",
		"pam_sm_setcred", "pam_sm_acct_mgmt", "pam_sm_open_session",
		"pam_sm_close_session", "pam_sm_chauthtok" };
	void *handle;

	(void)state;
	handle = dlopen(plain_module, RTLD_NOW | RTLD_LOCAL);
	if (handle == NULL)
		fail_msg("%s", dlerror());
	for (size_t i = 0; i < IDM_COUNTOF(symbols); i++)
		assert_non_null(dlsym(handle, symbols[i]));
	assert_int_equal(dlclose(handle), 0);
	assert_null(dlopen(plain_module, RTLD_NOW | RTLD_NOLOAD));
}

static void
add_own_identities(void)
{
	struct idm_rewrite *rewrite;
	struct idm_err err;

	fixture_domains(&fixture, &win, 1);
	rewrite = fixture_begin(&fixture);
	for (size_t i = 0; i < IDM_COUNTOF(own_users); i++) {
		struct idm_own_user user = {
			.name = idm_str_of(own_users[i].name),
			.key = idm_str_of(own_users[i].name),
			.domain = idm_str_of("win"),
			.uid = own_users[i].uid,
			.gid = 200513,
			.gecos = idm_str_of(""),
			.home = idm_str_of("/"),
			.shell = idm_str_of(own_users[i].shell),
		};

		fixture_put_user(rewrite, &user, NULL, 0);
	}
	for (size_t i = 0; i < IDM_COUNTOF(rules); i++) {
		struct idm_namerule rule = {
			.direction = IDM_RULE_TO_UNIX,
			.win = idm_str_of(rules[i].win),
			.domain = idm_str_of("win.example"),
			.unix = idm_str_of(rules[i].unix),
		};
		bool unchanged;

		assert_good(
		    idm_namerules_add(rewrite, &rule, &unchanged, &err), err);
	}
	fixture_commit(rewrite);
}

static int
enter_folder(void **state)
{
	struct idm_policy policy = idm_policy_default;
	struct idm_str map;

	(void)state;
	module_path("tests/pam/.libs/pam_redirected.so", module);
	module_path("pam/.libs/pam_idmap.so", plain_module);
	fixture_make(&fixture, geteuid());
	policy.nservices = 3;
	memcpy(policy.service[0], "login", sizeof("login"));
	memcpy(policy.service[1], "sshd", sizeof("sshd"));
	memcpy(policy.service[2], "su-l", sizeof("su-l"));
	fixture_policy(&fixture, &policy);
	for (size_t i = 0; i < IDM_COUNTOF(schemes); i++)
		fixture_install(&fixture, &schemes[i]);
	fixture_user_entry(&fixture, "own", "me#home", 1500, "foo");
	fixture_user_entry(&fixture, "own", "me#stolen", 1500, "bar");
	add_own_identities();
	if (chdir(fixture.dir) == -1 ||
	    setenv("IDM_TEST_FOLDER", fixture.dir, 1) == -1)
		return 1;
	map = read_file("map.gdbm");
	write_file("map.good", map.data, map.len);
	mend();
	return 0;
}

static int
leave_folder(void **state)
{
	(void)state;
	fixture_remove(&fixture);
	return chdir("/");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_group_answers_each_name),
		cmocka_unit_test(test_auth_logs_no_name_it_does_not_know),
		cmocka_unit_test(
		    test_alone_in_a_stack_it_lets_nobody_authenticate),
		cmocka_unit_test(test_in_a_stack_it_only_ever_refuses),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_a_name_service_that_disagrees_is_refused),
		cmocka_unit_test(
		    test_without_a_map_local_users_come_in_and_others_do_not),
		cmocka_unit_test(
		    test_without_a_passwd_file_plain_names_are_left_to_others),
		cmocka_unit_test(
		    test_without_the_users_map_their_schemes_are_refused),
		cmocka_unit_test(test_a_session_exports_what_was_mapped),
		cmocka_unit_test(test_canonicalize_is_for_listed_services),
		cmocka_unit_test(
		    test_canonicalize_changes_nothing_for_a_name_that_is_refused),
		cmocka_unit_test(
		    test_a_session_after_canonicalize_knows_the_name),
		cmocka_unit_test(
		    test_canonicalize_gets_nobody_around_a_later_line),
		cmocka_unit_test(test_an_endless_name_is_refused),
		cmocka_unit_test(
		    test_a_conversation_that_must_wait_is_incomplete),
		cmocka_unit_test(test_nothing_is_left_behind),
		cmocka_unit_test(test_it_loads_whole_and_unloads),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
