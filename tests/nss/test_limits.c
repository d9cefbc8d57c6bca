/*
 * The module in programs that have little stack or memory.  Not in builds
 * with sanitizers, which take much more themselves.
 */

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/unit.h"

#include "nss/module.h"
#include "tests/nss/host.h"

#define PAINT 0xa5

static char failure[] = "an answer was wrong";

static void *
do_nothing(void *unused)
{
	return unused;
}

/* One of each kind; the first has to open the maps. */
static void *
ask_everything(void *unused)
{
	long start = 1, size = 2;
	gid_t *list = calloc(2, sizeof(*list));
	struct passwd pw;
	struct spwd sp;
	char buffer[128];
	int error;

	(void)unused;
	if (_nss_idmap_getpwnam_r("mars!foo", &pw, buffer, sizeof(buffer),
		&error) != NSS_STATUS_SUCCESS)
		return failure;
	if (_nss_idmap_getpwnam_r("mars!foo", &pw, buffer, 8, &error) !=
	    NSS_STATUS_TRYAGAIN)
		return failure;
	if (_nss_idmap_getspnam_r("mars!foo", &sp, buffer, sizeof(buffer),
		&error) != NSS_STATUS_SUCCESS)
		return failure;
	if (list == NULL ||
	    _nss_idmap_initgroups_dyn("mars!foo", 1600, &start, &size, &list,
		-1, &error) != NSS_STATUS_SUCCESS)
		return failure;
	free(list);
	return NULL;
}

/* Names that rules lead to accounts, one of them by a wildcard, and others. */
static void *
ask_by_rules(void *unused)
{
	long start = 1, size = 2;
	gid_t *list = calloc(2, sizeof(*list));
	struct passwd pw;
	struct group gr;
	char buffer[128];
	int error;

	(void)unused;
	if (_nss_idmap_getpwnam_r("CORP\\Alice", &pw, buffer, sizeof(buffer),
		&error) != NSS_STATUS_SUCCESS)
		return failure;
	if (_nss_idmap_getpwnam_r("bar@corp", &pw, buffer, sizeof(buffer),
		&error) != NSS_STATUS_SUCCESS)
		return failure;
	if (_nss_idmap_getpwnam_r("nobody.here@corp", &pw, buffer,
		sizeof(buffer), &error) != NSS_STATUS_NOTFOUND)
		return failure;
	if (_nss_idmap_getgrnam_r("Staff@corp", &gr, buffer, sizeof(buffer),
		&error) != NSS_STATUS_SUCCESS)
		return failure;
	if (_nss_idmap_getpwuid_r(101103, &pw, buffer, sizeof(buffer),
		&error) != NSS_STATUS_SUCCESS)
		return failure; /* a placeholder */
	if (list == NULL ||
	    _nss_idmap_initgroups_dyn("CORP\\Alice", 1600, &start, &size, &list,
		-1, &error) != NSS_STATUS_SUCCESS)
		return failure;
	free(list);
	return NULL;
}

/* Run a thread on the smallest stack that POSIX lets one have. */
static size_t
stack_used_by(void *(*run)(void *))
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size = (size_t)PTHREAD_STACK_MIN;
	unsigned char *stack;
	pthread_attr_t attr;
	pthread_t thread;
	void *complaint;
	size_t unused = 0;

	stack = mmap(NULL, page + size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(stack, MAP_FAILED);
	/* What is below it must not be written. */
	assert_int_equal(mprotect(stack, page, PROT_NONE), 0);
	stack += page;
	memset(stack, PAINT, size);
	assert_int_equal(pthread_attr_init(&attr), 0);
	assert_int_equal(pthread_attr_setstack(&attr, stack, size), 0);
	assert_int_equal(pthread_create(&thread, &attr, run, NULL), 0);
	assert_int_equal(pthread_join(thread, &complaint), 0);
	if (complaint != NULL)
		fail_msg("%s", (const char *)complaint);
	while (unused < size && stack[unused] == PAINT)
		unused++;
	assert_int_equal(pthread_attr_destroy(&attr), 0);
	assert_int_equal(munmap(stack - page, page + size), 0);
	return size - unused;
}

static void
test_the_smallest_stack_is_enough(void **state)
{
	size_t floor, used;

	(void)state;
	floor = stack_used_by(do_nothing);
	used = stack_used_by(ask_everything);
	print_message(
	    "# %zu bytes, beside %zu of any thread\n", used - floor, floor);
	assert_in_range(used - floor, 1, 11 * 1024);
}

static void
test_it_is_enough_for_name_rules(void **state)
{
	static const struct idm_domain corp = {
		.name = "corp",
		.sid = { 5, { 21, 1, 2, 3 }, 4 },
		.backend = IDM_BACKEND_RID,
		.flags = IDM_DOMAIN_PLACEHOLDER,
		.low = 100000,
		.high = 199999,
	};
	static const struct host_rule rules[] = {
		{ "alice", "corp", "foo", false, 0 },
		{ "*", "corp", "*", false, 0 },
		{ "staff", "corp", "bar", true, 0 },
	};
	size_t floor, used;

	(void)state;
	fixture_domains(host_maps(), &corp, 1);
	host_rules(rules, IDM_COUNTOF(rules));
	floor = stack_used_by(do_nothing);
	used = stack_used_by(ask_by_rules);
	print_message("# %zu bytes with rules\n", used - floor);
	assert_in_range(used - floor, 1, 11 * 1024);
}

/* ---- Memory. */

static enum nss_status
ask_user(int *error)
{
	struct passwd pw;
	char buffer[128];

	return _nss_idmap_getpwnam_r(
	    "comunix!foo", &pw, buffer, sizeof(buffer), error);
}

/* No map can be mapped; what is mapped still answers. */
static void
test_a_process_without_memory_is_told_so(void **state)
{
	const struct rlimit none = { .rlim_cur = 0, .rlim_max = RLIM_INFINITY };
	struct rlimit limit;
	enum nss_status status;
	int error = 0;

	(void)state;
	host_forget_maps();
	assert_int_equal(getrlimit(RLIMIT_AS, &limit), 0);
	assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
	status = ask_user(&error);
	assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
	if (status == NSS_STATUS_TRYAGAIN) {
		assert_int_equal(error, ENOMEM);
	} else {
		assert_int_equal(status, NSS_STATUS_UNAVAIL);
		assert_int_equal(error, ENOENT);
	}

	host_forget_maps();
	assert_int_equal(ask_user(&error), NSS_STATUS_SUCCESS);
	assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
	status = ask_user(&error);
	assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
	assert_int_equal(status, NSS_STATUS_SUCCESS);
}

static int
make_host(void **state)
{
	(void)state;
	host_make();
	return 0;
}

static int
remove_host(void **state)
{
	(void)state;
	host_remove();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_smallest_stack_is_enough),
		cmocka_unit_test(test_it_is_enough_for_name_rules),
		cmocka_unit_test(test_a_process_without_memory_is_told_so),
	};

	return cmocka_run_group_tests(tests, make_host, remove_host);
}
