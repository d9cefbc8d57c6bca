#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit.h"

#include "identity/account.h"

static char dir[] = "/tmp/idm-account-XXXXXX";

/*
 * How read() behaves.  Linked with --wrap=read: at most read_most bytes a
 * call, every second call interrupted, and EIO after read_total bytes.
 */
static size_t read_most;
static size_t read_total;
static bool read_interrupts;

ssize_t __real_read(int, void *, size_t);
ssize_t __wrap_read(int, void *, size_t);

ssize_t
__wrap_read(int fd, void *buf, size_t len)
{
	static bool interrupt;

	assert_true(fd > 2);
	assert_true(len <= 4096);
	interrupt = !interrupt;
	if (read_interrupts && interrupt) {
		errno = EINTR;
		return -1;
	}
	if (read_total == 0) {
		errno = EIO;
		return -1;
	}
	if (len > read_most)
		len = read_most;
	if (len > read_total)
		len = read_total;
	read_total -= len;
	return __real_read(fd, buf, len);
}

static int
plain_reads(void **state)
{
	(void)state;
	read_most = SIZE_MAX;
	read_total = SIZE_MAX;
	read_interrupts = false;
	return 0;
}

static int
enter_folder(void **state)
{
	(void)plain_reads(state);
	return mkdtemp(dir) == NULL || chdir(dir) == -1 || chmod(dir, 0755);
}

static int
leave_folder(void **state)
{
	(void)state;
	return unlink("passwd") == -1 || unlink("group") == -1 ||
	    unlink("shadow") == -1 || chdir("/") == -1 || rmdir(dir) == -1;
}

static void
write_file(const char *name, const char *text, size_t len)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void
write_text(const char *name, const char *text)
{
	write_file(name, text, strlen(text));
}

static unsigned
open_files(void)
{
	DIR *fds = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(fds);
	while (readdir(fds) != NULL)
		n++;
	(void)closedir(fds);
	return n;
}

#define PASSWD                                                                 \
	"root:x:0:0:root:/root:/bin/sh\n"                                      \
	"# foo:x:1:1::/:\n"                                                    \
	"#odd:x:2:2::/:\n"                                                     \
	"+nis:x:3:3::/:\n"                                                     \
	"-nis:x:4:4::/:\n"                                                     \
	"\n"                                                                   \
	"nocolon\n"                                                            \
	"foobar:x:1400:1400::/:\n"                                             \
	"foo:x:1500:1600:Foo,,,:/home/foo:/bin/sh\n"                           \
	"foo:x:1501:1601:second:/:\n"                                          \
	"same:x:1500:1700::/:\n"                                               \
	"sign:x:-1:5::/:\n"                                                    \
	"zero:x:01:5::/:\n"                                                    \
	"none:x:4294967295:5::/:\n"                                            \
	"nogid:x:7::::/:\n"                                                    \
	"short:x:8\n"                                                          \
	"empty::9:9:::\n"                                                      \
	"last:x:4294967294:10::/:/last"

static const struct {
	const char *name;
	uint32_t uid, gid;
} known[] = {
	{ "root", 0, 0 },
	{ "foobar", 1400, 1400 },
	{ "foo", 1500, 1600 },
	{ "same", 1500, 1700 },
	{ "empty", 9, 9 },
	{ "last", 4294967294, 10 },
};

static const struct {
	const char *name;
	enum idm_status st;
	const char *why;
} unknown[] = {
	{ "", IDM_NOTFOUND, "no such user" },
	{ "fo", IDM_NOTFOUND, "no user fo" },
	{ "fooba", IDM_NOTFOUND, "no user fooba" },
	{ "Foo", IDM_NOTFOUND, "no user Foo" },
	{ "foo:x", IDM_NOTFOUND, "no such user" },
	{ "nocolon", IDM_NOTFOUND, "no user nocolon" },
	{ "nocolon\nfoobar", IDM_NOTFOUND, "no such user" },
	{ "# foo", IDM_NOTFOUND, "no such user" },
	{ "#odd", IDM_NOTFOUND, "no such user" },
	{ "+nis", IDM_NOTFOUND, "no such user" },
	{ "-nis", IDM_NOTFOUND, "no such user" },
	{ "sign", IDM_CORRUPT, "user sign: '-1' is not a number" },
	{ "zero", IDM_CORRUPT, "user zero: '01' has a leading zero" },
	{ "none", IDM_CORRUPT, "user none: '4294967295' is above" },
	{ "nogid", IDM_CORRUPT, "user nogid: '' is not a number" },
	{ "short", IDM_CORRUPT, "too few fields" },
};

static void
check_known_users(void)
{
	for (size_t i = 0; i < IDM_COUNTOF(known); i++) {
		struct idm_account account;
		struct idm_err err;

		assert_good(idm_account_by_name(
				dir, idm_str_of(known[i].name), &account, &err),
		    err);
		assert_string_equal(account.name, known[i].name);
		assert_int_equal(account.uid, known[i].uid);
		assert_int_equal(account.gid, known[i].gid);
	}
}

static void
test_users_are_found_by_name(void **state)
{
	unsigned before = open_files();

	(void)state;
	write_text("passwd", PASSWD);
	check_known_users();
	assert_int_equal(open_files(), before);
}

static void
test_other_names_are_not_found_and_say_why(void **state)
{
	unsigned before = open_files();

	(void)state;
	write_text("passwd", PASSWD);
	for (size_t i = 0; i < IDM_COUNTOF(unknown); i++) {
		struct idm_account account = { .uid = 42 };
		struct idm_err err;

		assert_fails(idm_account_by_name(dir,
				 idm_str_of(unknown[i].name), &account, &err),
		    unknown[i].st, err, unknown[i].why);
		assert_int_equal(account.uid, 42); /* untouched */
	}
	assert_int_equal(open_files(), before);
}

static void
test_users_are_found_by_uid(void **state)
{
	struct idm_account account;
	struct idm_err err;

	(void)state;
	write_text("passwd", PASSWD);
	assert_good(idm_account_by_uid(dir, 0, &account, &err), err);
	assert_string_equal(account.name, "root");
	assert_good(idm_account_by_uid(dir, 1500, &account, &err), err);
	assert_string_equal(account.name, "foo");
	assert_good(idm_account_by_uid(dir, 4294967294, &account, &err), err);
	assert_string_equal(account.name, "last");
	assert_fails(idm_account_by_uid(dir, 1, &account, &err), IDM_NOTFOUND,
	    err, "no user with uid 1");
	assert_fails(idm_account_by_uid(dir, 3, &account, &err), IDM_NOTFOUND,
	    err, "no user with uid 3");
	assert_fails(idm_account_by_uid(dir, UINT32_MAX, &account, &err),
	    IDM_CORRUPT, err, "user none");
	assert_fails(idm_account_by_uid(dir, 7, &account, &err), IDM_CORRUPT,
	    err, "user nogid");
}

static void
test_short_and_interrupted_reads_change_nothing(void **state)
{
	(void)state;
	write_text("passwd", PASSWD);
	read_interrupts = true;
	for (read_most = 1; read_most < 70; read_most++)
		check_known_users();
}

/* A line may lie in any way across the pieces that are read. */
static void
test_lines_are_found_wherever_they_lie(void **state)
{
	static char text[3 * 4096];
	struct idm_account account;
	struct idm_err err;

	(void)state;
	for (size_t pad = 4096 - 80; pad < 4096 + 8; pad++) {
		size_t len;

		memset(text, 'a', pad);
		text[pad] = '\n';
		len = pad + 1;
		memcpy(text + len, PASSWD, sizeof(PASSWD) - 1);
		write_file("passwd", text, len + sizeof(PASSWD) - 1);
		check_known_users();
		assert_good(idm_account_by_uid(dir, 1500, &account, &err), err);
		assert_string_equal(account.name, "foo");
	}
}

static void
test_the_numbers_must_stand_near_the_front(void **state)
{
	char text[1200];
	struct idm_account account;
	struct idm_err err;
	int len;

	(void)state;
	len = snprintf(text, sizeof(text), "a:%0999d:1:2:::\n", 0);
	write_file("passwd", text, (size_t)len);
	assert_good(
	    idm_account_by_name(dir, idm_str_of("a"), &account, &err), err);
	assert_int_equal(account.gid, 2);

	len = snprintf(text, sizeof(text), "a:%01100d:1:2:::\n", 0);
	write_file("passwd", text, (size_t)len);
	assert_fails(idm_account_by_name(dir, idm_str_of("a"), &account, &err),
	    IDM_CORRUPT, err, "too few fields");
}

static void
test_a_line_is_appended_to_the_buffer(void **state)
{
	char memory[80] = "";
	struct idm_buf buf;
	struct idm_err err;

	(void)state;
	write_text("shadow", "root:*:1::::::\nfoo:$y$hash:19000:0:9:7:::");
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	idm_buf_puts(&buf, "> ");
	assert_good(
	    idm_account_line(dir, "shadow", idm_str_of("foo"), &buf, &err),
	    err);
	assert_string_equal(idm_buf_text(&buf), "> foo:$y$hash:19000:0:9:7:::");
	assert_fails(
	    idm_account_line(dir, "shadow", idm_str_of("bar"), &buf, &err),
	    IDM_NOTFOUND, err, "shadow: no entry bar");
	assert_fails(
	    idm_account_line(dir, "shadow", idm_str_of(":"), &buf, &err),
	    IDM_NOTFOUND, err, "shadow: no such name");
	assert_string_equal(idm_buf_text(&buf), "> foo:$y$hash:19000:0:9:7:::");
}

static void
test_a_line_needs_its_own_length_and_no_more(void **state)
{
	const char *line = "foo:x:1500:1600:Foo,,,:/home/foo:/bin/sh";
	char memory[80];

	(void)state;
	write_text("passwd", PASSWD);
	for (size_t size = 0; size < sizeof(memory); size++) {
		struct idm_err err;
		struct idm_buf buf;
		enum idm_status st;

		memset(memory, '.', sizeof(memory));
		idm_buf_init_fixed(&buf, memory, size);
		st = idm_account_line(
		    dir, "passwd", idm_str_of("foo"), &buf, &err);
		if (size < strlen(line)) {
			assert_int_equal(st, IDM_EXHAUSTED);
			assert_int_equal(buf.len, 0);
		} else {
			assert_int_equal(st, IDM_OK);
			assert_int_equal(buf.len, strlen(line));
			assert_memory_equal(memory, line, strlen(line));
		}
		assert_int_equal(memory[size], '.');
	}
}

/* The account of an alias, unless that is somebody's own name. */
static void
test_an_alias_is_no_user_of_its_own(void **state)
{
	static const struct {
		const char *alias, *name;
		enum idm_status st;
		const char *told; /* the line, or the reason */
	} cases[] = {
		{ "a!b", "last", IDM_OK, "last:x:4294967294:10::/:/last" },
		{ "a:b", "empty", IDM_OK, "empty::9:9:::" },
		{ "", "empty", IDM_OK, "empty::9:9:::" },
		{ "a!b", "bar", IDM_NOTFOUND, "no user bar" },
		{ "a!b", "a:b", IDM_NOTFOUND, "no such user" },
		{ "root", "foo", IDM_CONFLICT, "root is a user" },
		{ "last", "foo", IDM_CONFLICT, "last is a user" },
		{ "foo", "foo", IDM_CONFLICT, "foo is a user" },
		{ "short", "nobody", IDM_CONFLICT, "short is a user" },
		{ "#odd", "empty", IDM_OK, "empty::9:9:::" },
		{ "a!b", "short", IDM_CORRUPT, "passwd: too few fields" },
	};

	(void)state;
	write_text("passwd", PASSWD);
	for (read_most = 1; read_most < 200; read_most += 7) {
		for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
			struct idm_account account = { .name = "untouched" };
			char memory[80] = "";
			struct idm_buf buf;
			struct idm_err err;
			enum idm_status st;

			idm_buf_init_fixed(&buf, memory, sizeof(memory));
			st = idm_account_alias(dir, idm_str_of(cases[i].alias),
			    idm_str_of(cases[i].name), &account, &buf, &err);
			assert_int_equal(st, cases[i].st);
			assert_string_equal(account.name,
			    st == IDM_OK ? cases[i].name : "untouched");
			if (st == IDM_OK)
				assert_string_equal(memory, cases[i].told);
			else
				assert_string_equal(err.text, cases[i].told);
			assert_int_equal(
			    buf.len, st == IDM_OK ? strlen(cases[i].told) : 0);
		}
	}
}

/* That is found out even when the line has no room. */
static void
test_an_alias_without_room_is_told_the_worse(void **state)
{
	struct idm_account account;
	char memory[8];
	struct idm_buf buf;
	struct idm_err err;

	(void)state;
	write_text("passwd", PASSWD);
	assert_good(idm_account_alias(dir, idm_str_of("a!b"), idm_str_of("foo"),
			&account, NULL, &err),
	    err);
	assert_int_equal(account.uid, 1500);
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	assert_fails(idm_account_alias(dir, idm_str_of("a!b"),
			 idm_str_of("foo"), &account, &buf, &err),
	    IDM_EXHAUSTED, err, "longer than 8");
	idm_buf_clear(&buf);
	assert_fails(idm_account_alias(dir, idm_str_of("last"),
			 idm_str_of("foo"), &account, &buf, &err),
	    IDM_CONFLICT, err, "last is a user");
	assert_int_equal(buf.len, 0);
}

/* One MiB is the most; a longer line is refused and harms no other. */
static void
test_an_overlong_line_is_refused(void **state)
{
	const size_t limit = 1 << 20;
	char *text = malloc(limit + 100);
	struct idm_err err;
	struct idm_buf buf;

	(void)state;
	assert_non_null(text);
	idm_buf_init(&buf, 2 * limit);
	for (size_t len = limit; len <= limit + 1; len++) {
		memset(text, 'x', len);
		memcpy(text, "big:", 4);
		memcpy(text + len, "\nfoo:rest\n", 10);
		write_file("passwd", text, len + 10);
		idm_buf_clear(&buf);
		if (len == limit) {
			assert_good(idm_account_line(dir, "passwd",
					idm_str_of("big"), &buf, &err),
			    err);
			assert_int_equal(buf.len, len);
		} else {
			assert_fails(idm_account_line(dir, "passwd",
					 idm_str_of("big"), &buf, &err),
			    IDM_CORRUPT, err, "longer than 1048576");
			assert_int_equal(buf.len, 0);
		}
		idm_buf_clear(&buf);
		assert_good(idm_account_line(
				dir, "passwd", idm_str_of("foo"), &buf, &err),
		    err);
		assert_string_equal(idm_buf_text(&buf), "foo:rest");
	}
	idm_buf_fini(&buf);
	free(text);
}

/* The gids that idm_account_groups() found, as text. */
static bool
note_gid(void *context, uint32_t gid)
{
	idm_buf_printf(context, " %lu", (unsigned long)gid);
	return gid != 99;
}

static void
check_groups(const char *name, const char *expected)
{
	struct idm_err err;
	struct idm_buf buf;

	idm_buf_init(&buf, 4096);
	assert_good(
	    idm_account_groups(dir, idm_str_of(name), note_gid, &buf, &err),
	    err);
	assert_string_equal(idm_buf_text(&buf), expected);
	idm_buf_fini(&buf);
}

#define GROUP                                                                  \
	"root:x:0:\n"                                                          \
	"foo:x:1600:\n"                                                        \
	"one:x:10:foo\n"                                                       \
	"#two:x:11:foo\n"                                                      \
	"+two:x:12:foo\n"                                                      \
	"\n"                                                                   \
	"foo\n"                                                                \
	"nolist:x:13\n"                                                        \
	"bad:x:014:foo\n"                                                      \
	"none:x:4294967295:foo\n"                                              \
	"three:x:15:foobar,fo,,foo,bar\n"                                      \
	"four:x:16:xfoo,foox,Foo\n"                                            \
	"five:x:17:bar,foo\n"                                                  \
	"five:x:17:foo,bar\n"                                                  \
	"stop:x:99:bob\n"                                                      \
	"last:x:18:bob,foo"

static void
test_groups_are_those_that_list_the_name(void **state)
{
	(void)state;
	write_text("group", GROUP);
	read_interrupts = true;
	for (read_most = 1; read_most < 40; read_most++) {
		check_groups("foo", " 10 15 17 17 18");
		check_groups("bar", " 15 17 17");
		check_groups("fo", " 15");
		check_groups("bob", " 99"); /* stopped before 18 */
		check_groups("root", "");
		check_groups("", "");
		check_groups("foo,bar", "");
		check_groups("bob\nlast", "");
	}
}

/* A list may begin wherever the front of a line that is looked at ends. */
static void
test_lists_are_found_wherever_they_begin(void **state)
{
	char text[1200];

	(void)state;
	for (int len = 1000; len < 1040; len++) {
		int n = snprintf(text, sizeof(text), "g:%0*d:7:foo\n", len, 0);

		write_file("group", text, (size_t)n);
		/* "g:", the password, ":7:" */
		check_groups("foo", 2 + len + 3 <= 1024 ? " 7" : "");
	}
}

/* Long lists, and members longer than any login that end like ours. */
static void
test_groups_with_very_many_members_are_read(void **state)
{
	struct idm_buf buf;

	(void)state;
	idm_buf_init(&buf, 1 << 22);
	idm_buf_puts(&buf, "many:x:20:");
	for (unsigned i = 0; i < 20000; i++)
		idm_buf_printf(&buf, "member%u,", i);
	idm_buf_puts(&buf, "foo\nlong:x:21:");
	for (unsigned i = 0; i < 8192; i++)
		idm_buf_puts(&buf, "y");
	idm_buf_puts(&buf, "foo,bar\nnext:x:22:foo\n");
	write_file("group", buf.data, buf.len);
	idm_buf_fini(&buf);

	check_groups("foo", " 20 22");
	check_groups("bar", " 21");
	check_groups("member0", " 20");
	check_groups("member9999", " 20");
	check_groups("member19999", " 20");
	check_groups("member20000", "");
}

static void
test_a_failed_read_is_no_answer(void **state)
{
	struct idm_account account = { .uid = 42 };
	struct idm_err err;
	struct idm_buf buf;
	char memory[200];

	(void)state;
	write_text("passwd", PASSWD);
	write_text("group", GROUP);
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	for (size_t good = 0; good < strlen(PASSWD); good++) {
		read_total = good;
		assert_fails(idm_account_by_name(
				 dir, idm_str_of("last"), &account, &err),
		    IDM_SYSTEM, err, "passwd: Input/output error");
		assert_int_equal(account.uid, 42);
		read_total = good;
		assert_fails(idm_account_line(
				 dir, "passwd", idm_str_of("last"), &buf, &err),
		    IDM_SYSTEM, err, "passwd: Input/output error");
		assert_int_equal(buf.len, 0);
	}
	read_total = 30;
	assert_fails(
	    idm_account_groups(dir, idm_str_of("bob"), note_gid, &buf, &err),
	    IDM_SYSTEM, err, "group: Input/output error");
}

static void
test_files_that_cannot_be_read_say_why(void **state)
{
	uid_t me = geteuid();
	struct idm_account account;
	struct idm_err err;
	struct idm_buf buf;
	char memory[80];

	(void)state;
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	write_text("shadow", "foo:secret:1::::::\n");
	assert_int_equal(chmod("shadow", 0), 0);
	if (me == 0)
		assert_int_equal(seteuid(65534), 0);
	assert_fails(
	    idm_account_line(dir, "shadow", idm_str_of("foo"), &buf, &err),
	    IDM_DENIED, err, "shadow: permission denied");
	assert_int_equal(seteuid(me), 0);

	assert_fails(idm_account_by_name(
			 "/nonexistent", idm_str_of("foo"), &account, &err),
	    IDM_SYSTEM, err, "/nonexistent/passwd: No such file");
	assert_fails(
	    idm_account_line("/", "tmp", idm_str_of("foo"), &buf, &err),
	    IDM_SYSTEM, err, "//tmp: Is a directory");
}

static void
test_closed_standard_streams_stay_closed(void **state)
{
	int in = dup(STDIN_FILENO);

	(void)state;
	write_text("passwd", PASSWD);
	(void)close(STDIN_FILENO);
	check_known_users(); /* read() looks at the descriptor */
	assert_int_equal(fcntl(STDIN_FILENO, F_GETFD), -1);
	assert_int_equal(dup2(in, STDIN_FILENO), STDIN_FILENO);
	(void)close(in);
}

static void
test_groups_are_found_by_name_and_gid(void **state)
{
	struct idm_account_group group = { .gid = 1 };
	struct idm_err err;

	(void)state;
	write_text("group",
	    "root:x:0:\n#staff:x:50:\n+nis:x:3:\nstaff:x:50:foo,bar\n"
	    "crew:x:50:\nbad:x:-1:\nlast:x:4294967294:");
	assert_good(
	    idm_account_group_by_name(dir, idm_str_of("staff"), &group, &err),
	    err);
	assert_int_equal(group.gid, 50);
	assert_good(idm_account_group_by_gid(dir, 50, &group, &err), err);
	assert_string_equal(group.name, "staff");
	assert_good(
	    idm_account_group_by_gid(dir, 4294967294, &group, &err), err);
	assert_string_equal(group.name, "last");
	assert_fails(idm_account_group_by_gid(dir, 3, &group, &err),
	    IDM_NOTFOUND, err, "no group with gid 3");
	assert_fails(
	    idm_account_group_by_name(dir, idm_str_of("sta"), &group, &err),
	    IDM_NOTFOUND, err, "no group sta");
	assert_fails(
	    idm_account_group_by_name(dir, idm_str_of("bad"), &group, &err),
	    IDM_CORRUPT, err, "group: bad");
	assert_fails(
	    idm_account_group_by_name(dir, idm_str_of("#staff"), &group, &err),
	    IDM_NOTFOUND, err, "no such group");
	assert_string_equal(group.name, "last"); /* untouched */
}

#define TEST(name) cmocka_unit_test_setup(test_##name, plain_reads)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(users_are_found_by_name),
		TEST(other_names_are_not_found_and_say_why),
		TEST(users_are_found_by_uid),
		TEST(short_and_interrupted_reads_change_nothing),
		TEST(lines_are_found_wherever_they_lie),
		TEST(the_numbers_must_stand_near_the_front),
		TEST(a_line_is_appended_to_the_buffer),
		TEST(a_line_needs_its_own_length_and_no_more),
		TEST(an_alias_is_no_user_of_its_own),
		TEST(an_alias_without_room_is_told_the_worse),
		TEST(an_overlong_line_is_refused),
		TEST(groups_are_those_that_list_the_name),
		TEST(lists_are_found_wherever_they_begin),
		TEST(groups_with_very_many_members_are_read),
		TEST(groups_are_found_by_name_and_gid),
		TEST(a_failed_read_is_no_answer),
		TEST(files_that_cannot_be_read_say_why),
		TEST(closed_standard_streams_stay_closed),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
