#include <limits.h>

#include "tests/unit.h"

#include "nss/answer.h"

/* The line in a buffer, with the NUL behind it that a look-up puts there. */
static struct idm_str
read_into(struct idm_buf *buf, void *memory, size_t size, const char *line)
{
	idm_buf_init_fixed(buf, memory, size);
	idm_buf_put(buf, line, strlen(line) + 1);
	assert_int_equal(buf->status, IDM_OK);
	return (struct idm_str){ .data = buf->data, .len = strlen(line) };
}

static const struct {
	const char *line;
	const char *name, *password;
	uint32_t uid, gid;
	const char *gecos, *home, *shell;
} users[] = {
	{ "foo:x:1500:1600:Foo Bar,,,:/home/foo:/bin/sh", "foo", "x", 1500,
	    1600, "Foo Bar,,,", "/home/foo", "/bin/sh" },
	{ "foo::1500:1600:::", "foo", "", 1500, 1600, "", "", "" },
	{ "foo:x:1:2:", "foo", "x", 1, 2, "", "", "" },
	{ "foo:x:1:2:gecos", "foo", "x", 1, 2, "gecos", "", "" },
	{ "foo:x:1:2:gecos:/home", "foo", "x", 1, 2, "gecos", "/home", "" },
	{ "foo:x:1:2::/:/bin/sh:-c", "foo", "x", 1, 2, "", "/", "/bin/sh:-c" },
};

static void
test_a_users_line_is_packed_in_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(users); i++) {
		char memory[64];
		struct nss_user user;
		struct passwd pw;
		struct idm_buf buf;
		size_t need = strlen(users[i].line) + 1;

		assert_int_equal(
		    nss_user_of_line(
			read_into(&buf, memory, need, users[i].line), &user),
		    IDM_OK);
		assert_int_equal(nss_pack_user(&user, &buf, &pw), IDM_OK);
		assert_int_equal(buf.len, need); /* not a byte more */
		assert_string_equal(pw.pw_name, users[i].name);
		assert_string_equal(pw.pw_passwd, users[i].password);
		assert_int_equal(pw.pw_uid, users[i].uid);
		assert_int_equal(pw.pw_gid, users[i].gid);
		assert_string_equal(pw.pw_gecos, users[i].gecos);
		assert_string_equal(pw.pw_dir, users[i].home);
		assert_string_equal(pw.pw_shell, users[i].shell);
	}
}

/* Strings of a map, or the name as typed, are copied. */
static void
test_strings_from_elsewhere_are_copied(void **state)
{
	const struct nss_user user = {
		.name = idm_str_of("comunix!foo"),
		.password = idm_str_of("*"),
		.gecos = idm_str_of(""),
		.home = idm_str_of("/home/foo"),
		.shell = idm_str_of("/bin/sh"),
		.uid = 1500,
		.gid = 1600,
	};
	const size_t need = 12 + 2 + 1 + 10 + 8;
	char memory[64];

	(void)state;
	for (size_t size = 0; size < sizeof(memory); size++) {
		struct passwd pw = { .pw_uid = 42 };
		struct idm_buf buf;
		enum idm_status st;

		memset(memory, '.', sizeof(memory));
		idm_buf_init_fixed(&buf, memory, size);
		st = nss_pack_user(&user, &buf, &pw);
		assert_int_equal(memory[size], '.');
		if (size < need) {
			assert_int_equal(st, IDM_EXHAUSTED);
			assert_int_equal(pw.pw_uid, 42); /* untouched */
			continue;
		}
		assert_int_equal(st, IDM_OK);
		assert_string_equal(pw.pw_name, "comunix!foo");
		assert_string_equal(pw.pw_passwd, "*");
		assert_string_equal(pw.pw_gecos, "");
		assert_string_equal(pw.pw_dir, "/home/foo");
		assert_string_equal(pw.pw_shell, "/bin/sh");
		assert_true(pw.pw_name >= memory);
		assert_true(pw.pw_shell + 8 <= memory + need);
	}
}

static const struct {
	const char *line;
	const char *password;
	long days[6];
	unsigned long flag;
} shadows[] = {
	{ "foo:$y$hash:19000:0:99999:7:14:20000:5", "$y$hash",
	    { 19000, 0, 99999, 7, 14, 20000 }, 5 },
	{ "foo:!*::::::", "!*", { -1, -1, -1, -1, -1, -1 }, ULONG_MAX },
	{ "foo::1:::::", "", { 1, -1, -1, -1, -1, -1 }, ULONG_MAX },
	{ "foo:x:1:2:3", "x", { 1, 2, 3, -1, -1, -1 }, ULONG_MAX },
	{ "foo:x:", "x", { -1, -1, -1, -1, -1, -1 }, ULONG_MAX },
};

static void
test_a_shadow_line_is_packed_in_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(shadows); i++) {
		char memory[64];
		struct nss_shadow shadow;
		struct idm_buf buf;
		struct spwd sp;
		size_t need = strlen(shadows[i].line) + 1;

		assert_int_equal(nss_shadow_of_line(read_into(&buf, memory,
							need, shadows[i].line),
				     &shadow),
		    IDM_OK);
		assert_int_equal(nss_pack_shadow(&shadow, &buf, &sp), IDM_OK);
		assert_int_equal(buf.len, need);
		assert_string_equal(sp.sp_namp, "foo");
		assert_string_equal(sp.sp_pwdp, shadows[i].password);
		assert_int_equal(sp.sp_lstchg, shadows[i].days[0]);
		assert_int_equal(sp.sp_min, shadows[i].days[1]);
		assert_int_equal(sp.sp_max, shadows[i].days[2]);
		assert_int_equal(sp.sp_warn, shadows[i].days[3]);
		assert_int_equal(sp.sp_inact, shadows[i].days[4]);
		assert_int_equal(sp.sp_expire, shadows[i].days[5]);
		assert_int_equal(sp.sp_flag, shadows[i].flag);
	}
}

/* Neither may pass for an account without a password or without expiry. */
static void
test_a_damaged_shadow_line_is_no_answer(void **state)
{
	static const char *const damaged[] = {
		"foo",
		"foo:",
		"foo:$y$ha",
		"foo:x:many:::::",
		"foo:x:1:2:-3::::",
		"foo:x:1:2:3:4:5:99999999999999999999:",
		"foo:x:1:2:3:4:5:6:seven",
		"foo:x:1:2:3:4:5:6:7:8",
	};

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(damaged); i++) {
		struct spwd sp = { .sp_min = 42 };
		struct nss_shadow shadow;
		struct idm_buf buf;
		char memory[64];
		enum idm_status st;

		st = nss_shadow_of_line(
		    read_into(&buf, memory, sizeof(memory), damaged[i]),
		    &shadow);
		if (st == IDM_OK)
			st = nss_pack_shadow(&shadow, &buf, &sp);
		if (st != IDM_CORRUPT)
			fail_msg("'%s' was accepted", damaged[i]);
		assert_int_equal(sp.sp_min, 42);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_users_line_is_packed_in_place),
		cmocka_unit_test(test_strings_from_elsewhere_are_copied),
		cmocka_unit_test(test_a_shadow_line_is_packed_in_place),
		cmocka_unit_test(test_a_damaged_shadow_line_is_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
