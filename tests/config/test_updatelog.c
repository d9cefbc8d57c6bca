#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit.h"

#include "config/updatelog.h"

#define WRITERS 8
#define RECORDS 200

static char folder[] = "/tmp/idm-updatelog-XXXXXX";

static int
enter_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL || chdir(folder) == -1;
}

static int
leave_folder(void **state)
{
	(void)state;
	return chdir("/") == -1 || rmdir(folder) == -1;
}

/* clang-format off */
static const struct {
	struct idm_update update;
	const char *text;
} records[] = {
	{ { .program = "idadmin", .pid = 7, .login = 1000, .uid = 0,
	    .euid = 0, .scheme = { "s", 1 }, .command = { "idadmin -I", 10 },
	    .change = { "a -> b", 6 } },
	  "idadmin[7]: login=1000 uid=0 euid=0 scheme=\"s\" "
	  "command=\"idadmin -I\" result=ok change=\"a -> b\"" },
	{ { .program = "uidadmin", .pid = 7, .login = IDM_UPDATE_NONE,
	    .uid = 1001, .euid = 1001, .result = IDM_DENIED,
	    .reason = { "no", 2 } },
	  "uidadmin[7]: login=- uid=1001 euid=1001 result=denied "
	  "reason=\"no\"" },
	/* What a forger would type. */
	{ { .program = "x", .pid = 1, .login = 1,
	    .command = { "a\n2026 root did\t\"it\\\x1b[0m\x7f\0z", 27 } },
	  "x[1]: login=1 uid=0 euid=0 "
	  "command=\"a\\x0a2026 root did\\x09\\\"it\\\\\\x1b[0m\\x7f\\x00z\" "
	  "result=ok" },
	{ { .program = "x", .pid = 1, .login = 1,
	    .command = { "j\xc3\xb6rg\xff\xc2\x85", 8 } },
	  "x[1]: login=1 uid=0 euid=0 "
	  "command=\"j\\xc3\\xb6rg\\xff\\xc2\\x85\" result=ok" },
};
/* clang-format on */

static void
test_a_record_is_plain_text_whatever_was_typed(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(records); i++) {
		struct idm_buf buf;

		idm_buf_init(&buf, 4096);
		idm_update_format(&buf, &records[i].update);
		assert_string_equal(idm_buf_text(&buf), records[i].text);
		idm_buf_fini(&buf);
	}
}

static void
test_a_command_keeps_the_bounds_of_its_words(void **state)
{
	char *argv[] = { (char[]){ "idadmin" }, (char[]){ "-r" },
		(char[]){ "a!b" }, (char[]){ "" }, (char[]){ "it's" },
		(char[]){ "x@y" } };
	struct idm_buf buf;

	(void)state;
	idm_buf_init(&buf, 4096);
	idm_update_command(&buf, 6, argv);
	assert_string_equal(
	    idm_buf_text(&buf), "idadmin -r 'a!b' '' 'it'\\''s' x@y");
	idm_buf_fini(&buf);
}

static void
test_the_log_must_be_a_file_of_its_owner(void **state)
{
	struct idm_err err;
	struct stat st;
	int fd = -1;

	(void)state;
	(void)umask(022);
	assert_good(idm_update_open("log", geteuid(), &fd, &err), err);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_not_equal(fcntl(fd, F_GETFL) & O_APPEND, 0);
	assert_int_not_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	assert_int_equal(close(fd), 0);

	fd = -1;
	assert_fails(idm_update_open("log", geteuid() + 1, &fd, &err),
	    IDM_DENIED, err, "not trusted");
	assert_int_equal(chmod("log", 0662), 0);
	assert_fails(idm_update_open("log", geteuid(), &fd, &err), IDM_DENIED,
	    err, "lets others write");
	assert_int_equal(unlink("log"), 0);

	assert_int_equal(symlink("/etc/passwd", "log"), 0);
	assert_fails(idm_update_open("log", geteuid(), &fd, &err), IDM_SYSTEM,
	    err, "symbolic links");
	assert_int_equal(unlink("log"), 0);
	assert_int_equal(mkfifo("log", 0600), 0);
	assert_fails(idm_update_open("log", geteuid(), &fd, &err), IDM_SYSTEM,
	    err, "No such device");
	assert_int_equal(unlink("log"), 0);
	assert_int_equal(fd, -1);
}

/* A child's share of the records; a different letter for each child. */
static void
append_records(int who)
{
	char text[IDM_UPDATE_TEXT_MAX + 1];
	struct idm_update update = { .program = "t", .pid = who };
	int fd;

	memset(text, 'a' + who, sizeof(text));
	update.command = (struct idm_str){ text, (size_t)100 + (size_t)who };
	if (idm_update_open("log", geteuid(), &fd, NULL) != IDM_OK)
		_exit(1);
	for (int i = 0; i < RECORDS; i++) {
		if (idm_update_append(fd, &update, NULL) != IDM_OK)
			_exit(1);
	}
	_exit(0);
}

static void
check_record(const char *line)
{
	const char *command = strstr(line, "command=\"");
	const char *head = strstr(line, " t[");
	size_t len;
	int who;

	assert_non_null(head);
	assert_non_null(command);
	who = head[3] - '0';
	command += strlen("command=\"");
	len = strspn(command, (char[]){ (char)('a' + who), '\0' });
	assert_int_equal(len, 100 + who);
	assert_string_equal(command + len, "\" result=ok\n");
	/* 2026-11-23T07:45:12.123456+0100 */
	assert_int_equal(head - line, 31);
	assert_true(line[10] == 'T' && line[19] == '.');
}

static void
test_concurrent_records_stay_whole(void **state)
{
	char line[512];
	int count = 0;
	FILE *log;

	(void)state;
	for (int i = 0; i < WRITERS; i++) {
		pid_t child = fork();

		assert_int_not_equal(child, -1);
		if (child == 0)
			append_records(i);
	}
	for (int i = 0; i < WRITERS; i++) {
		int status;

		assert_int_not_equal(wait(&status), -1);
		assert_int_equal(status, 0);
	}
	log = fopen("log", "r");
	assert_non_null(log);
	while (fgets(line, sizeof(line), log) != NULL) {
		check_record(line);
		count++;
	}
	assert_int_equal(fclose(log), 0);
	assert_int_equal(count, WRITERS * RECORDS);
	assert_int_equal(unlink("log"), 0);
}

static void
test_a_long_text_is_cut_and_says_so(void **state)
{
	static char text[IDM_UPDATE_TEXT_MAX + 1];
	struct idm_update update = {
		.program = "t",
		.scheme = { text, sizeof(text) },
		.command = { text, sizeof(text) },
		.reason = { text, sizeof(text) },
		.change = { text, sizeof(text) },
	};
	struct idm_err err;
	struct stat st;
	int fd;

	(void)state;
	assert_good(idm_update_open("log", geteuid(), &fd, &err), err);
	assert_good(idm_update_append(fd, &update, &err), err);
	assert_int_equal(fstat(fd, &st), 0);
	/* Each NUL became \x00: the longest record there can be. */
	assert_true(st.st_size > (off_t)(4 * 4 * IDM_UPDATE_TEXT_MAX));
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink("log"), 0);
}

static void
test_a_full_disk_is_told(void **state)
{
	struct idm_update update = { .program = "t" };
	struct idm_err err;
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_int_not_equal(fd, -1);
	assert_fails(idm_update_append(fd, &update, &err), IDM_SYSTEM, err,
	    "update log: No space left");
	assert_int_equal(close(fd), 0);
}

/* Log in: the kernel lets those do it who may and have not done it yet. */
static bool
log_in(void)
{
	int fd = open("/proc/self/loginuid", O_WRONLY | O_CLOEXEC);
	bool done = fd != -1 && write(fd, "77", 2) == 2;

	if (fd != -1)
		assert_int_equal(close(fd), 0);
	return done;
}

static void
test_the_login_uid_is_the_kernels_or_none(void **state)
{
	(void)state;
	if (idm_update_login() == IDM_UPDATE_NONE && !log_in())
		skip();
	assert_int_not_equal(idm_update_login(), IDM_UPDATE_NONE);
	assert_int_equal(
	    idm_update_login_of(getpid(), geteuid()), idm_update_login());
	/* One that cannot be, one that is not seen, and one of another user. */
	assert_int_equal(
	    idm_update_login_of(0x7ffffff0, geteuid()), IDM_UPDATE_NONE);
	assert_int_equal(idm_update_login_of(0, geteuid()), IDM_UPDATE_NONE);
	assert_int_equal(
	    idm_update_login_of(getpid(), geteuid() + 1), IDM_UPDATE_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_record_is_plain_text_whatever_was_typed),
		cmocka_unit_test(test_a_command_keeps_the_bounds_of_its_words),
		cmocka_unit_test(test_the_log_must_be_a_file_of_its_owner),
		cmocka_unit_test(test_concurrent_records_stay_whole),
		cmocka_unit_test(test_a_long_text_is_cut_and_says_so),
		cmocka_unit_test(test_a_full_disk_is_told),
		cmocka_unit_test(test_the_login_uid_is_the_kernels_or_none),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
