#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/nss/host.h"
#include "tests/unit.h"

#include "nss/foreign.h"

#define TRIES_MAX 500 /* of 10 ms */

ssize_t __real_read(int fd, void *bytes, size_t size);
ssize_t __wrap_read(int fd, void *bytes, size_t size);

static unsigned reads;

ssize_t
__wrap_read(int fd, void *bytes, size_t size)
{
	reads++;
	return __real_read(fd, bytes, size);
}

static int
make(void **state)
{
	(void)state;
	host_make();
	return 0;
}

static int
unmake(void **state)
{
	(void)state;
	host_remove();
	return 0;
}

/* Was the file read for it? */
static bool
is_read_for(const char *name, enum idm_status expected)
{
	unsigned before = reads;

	assert_int_equal(nss_foreign(idm_str_of(name)), expected);
	return reads > before;
}

/* A file that was just written is read each time; that ends soon. */
static void
come_to_know(const char *name)
{
	int tries = 0;

	while (is_read_for(name, IDM_OK)) {
		assert_true(++tries < TRIES_MAX);
		(void)poll(NULL, 0, 10);
	}
}

static void
test_who_is_foreign_is_remembered(void **state)
{
	(void)state;
	assert_true(is_read_for("nobodyhere", IDM_OK));
	come_to_know("nobodyhere");
	assert_false(is_read_for("nobodyhere", IDM_OK));
	/* Another name is another question. */
	assert_true(is_read_for("nobodyther", IDM_OK));
	assert_true(is_read_for("foo", IDM_NOTFOUND));
	assert_true(is_read_for("foo", IDM_NOTFOUND));
}

static void
test_a_new_local_user_is_seen_at_once(void **state)
{
	static const char passwd[] = "nobodyhere:x:1700:1700::/:/bin/sh\n";

	(void)state;
	come_to_know("nobodyhere");
	host_write("passwd", passwd, strlen(passwd));
	assert_true(is_read_for("nobodyhere", IDM_NOTFOUND));
	host_restore();
	assert_true(is_read_for("nobodyhere", IDM_OK));
}

/* More names than there are slots take each other's place, no more. */
static void
test_there_is_room_for_some(void **state)
{
	char name[32];

	(void)state;
	come_to_know("nobodyhere");
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(name, sizeof(name), "nobody%d", i);
		(void)is_read_for(name, IDM_OK);
	}
	(void)is_read_for("nobodyhere", IDM_OK);
	assert_false(is_read_for("nobodyhere", IDM_OK));
}

static void
test_without_the_file_nothing_is_known(void **state)
{
	char path[256];

	(void)state;
	come_to_know("nobodyhere");
	(void)snprintf(path, sizeof(path), "%s/passwd", host_accounts());
	assert_int_equal(unlink(path), 0);
	assert_int_not_equal(nss_foreign(idm_str_of("nobodyhere")), IDM_OK);
	host_restore();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_is_foreign_is_remembered),
		cmocka_unit_test(test_a_new_local_user_is_seen_at_once),
		cmocka_unit_test(test_there_is_room_for_some),
		cmocka_unit_test(test_without_the_file_nothing_is_known),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}
