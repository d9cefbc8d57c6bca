/*
 * Own identities and their lists in many threads, while the map changes, and
 * in children that are forked meanwhile.  Threads tell what went wrong in
 * their result.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit.h"

#include "nss/module.h"
#include "tests/nss/host.h"

#define THREADS  4
#define USERS    50
#define SWITCHES 20
#define WAIT_S   20

static char wrong_answer[] = "an answer was wrong";
static char wrong_list[] = "a listing was wrong";

static const struct idm_domain domain = {
	.name = "corp",
	.sid = { 5, { 21, 1, 2, 3 }, 4 },
	.backend = IDM_BACKEND_RID,
	.flags = IDM_DOMAIN_ENUMERATE,
	.low = 100000,
	.high = 199999,
};

/* All users of one version have the same gecos and the same group. */
static void
publish(unsigned version)
{
	struct idm_rewrite *rewrite = fixture_begin(host_maps());
	char gecos[16], name[32];

	(void)snprintf(gecos, sizeof(gecos), "%u", version);
	for (uint32_t i = 0; i < USERS; i++) {
		const uint32_t gid = 110000 + version;
		struct idm_own_user user = {
			.domain = idm_str_of("corp"),
			.uid = 101000 + i,
			.gid = 100513,
			.gecos = idm_str_of(gecos),
			.home = idm_str_of("/"),
			.shell = idm_str_of("/bin/sh"),
		};

		(void)snprintf(name, sizeof(name), "user%u@corp", i);
		user.name = user.key = idm_str_of(name);
		fixture_put_user(rewrite, &user, &gid, 1);
	}
	fixture_commit(rewrite);
}

static int
make_host(void **state)
{
	(void)state;
	host_make();
	fixture_domains(host_maps(), &domain, 1);
	publish(0);
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

/* ---- What each thread does. */

static bool
is_whole(const struct passwd *pw, uint32_t number)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "user%u@corp", number);
	return strcmp(pw->pw_name, name) == 0 && pw->pw_gid == 100513 &&
	    strcmp(pw->pw_passwd, "*") == 0 && strcmp(pw->pw_dir, "/") == 0 &&
	    strcmp(pw->pw_shell, "/bin/sh") == 0;
}

static bool
ask_one(uint32_t number)
{
	long start = 1, size = 1;
	gid_t *list = malloc(sizeof(*list));
	char name[32], buffer[128];
	struct passwd pw;
	bool good;
	int error;

	if (list == NULL)
		return false;
	list[0] = 100513;
	(void)snprintf(name, sizeof(name), "user%u@corp", number);
	good = _nss_idmap_getpwnam_r(name, &pw, buffer, sizeof(buffer),
		   &error) == NSS_STATUS_SUCCESS &&
	    is_whole(&pw, number) &&
	    _nss_idmap_getpwuid_r(101000 + number, &pw, buffer, sizeof(buffer),
		&error) == NSS_STATUS_SUCCESS &&
	    is_whole(&pw, number) &&
	    _nss_idmap_initgroups_dyn(name, 100513, &start, &size, &list, -1,
		&error) == NSS_STATUS_SUCCESS &&
	    start == 2 && list[1] >= 110000 && list[1] <= 110000 + SWITCHES;
	free(list);
	return good;
}

/* A step of the listing that all threads share. */
static bool
list_one(void)
{
	struct passwd pw;
	char buffer[128];
	enum nss_status status;
	int error;

	status = _nss_idmap_getpwent_r(&pw, buffer, sizeof(buffer), &error);
	if (status == NSS_STATUS_NOTFOUND)
		return _nss_idmap_endpwent() == NSS_STATUS_SUCCESS;
	return status == NSS_STATUS_SUCCESS && pw.pw_uid >= 101000 &&
	    is_whole(&pw, pw.pw_uid - 101000);
}

static atomic_bool stop;

static void *
ask_all_the_time(void *unused)
{
	(void)unused;
	for (uint32_t i = 0; !atomic_load(&stop); i++) {
		if (!ask_one(i % USERS))
			return wrong_answer;
		if (!list_one())
			return wrong_list;
	}
	return NULL;
}

static void
start_threads(pthread_t thread[THREADS])
{
	atomic_store(&stop, false);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(
		    pthread_create(&thread[i], NULL, ask_all_the_time, NULL),
		    0);
	}
}

static void
join_threads(pthread_t thread[THREADS])
{
	void *complaint;

	atomic_store(&stop, true);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(thread[i], &complaint), 0);
		if (complaint != NULL)
			fail_msg("%s", (const char *)complaint);
	}
}

/* ---- The tests. */

static void
test_answers_are_whole_while_the_map_changes(void **state)
{
	pthread_t thread[THREADS];

	(void)state;
	start_threads(thread);
	for (unsigned i = 1; i <= SWITCHES; i++)
		publish(i);
	join_threads(thread);
}

/*
 * In a child of a process with threads the address sanitizer's allocator may be
 * locked for ever.
 */
#ifndef __SANITIZE_ADDRESS__
/* A child has a listing of its own, whatever a thread was just doing. */
static int
list_in_child(void)
{
	unsigned n = 0;
	struct passwd pw;
	char buffer[128], first[16] = "";
	int error;

	(void)alarm(WAIT_S);
	if (!ask_one(7) || _nss_idmap_setpwent(0) != NSS_STATUS_SUCCESS)
		return 1;
	while (_nss_idmap_getpwent_r(&pw, buffer, sizeof(buffer), &error) ==
	    NSS_STATUS_SUCCESS) {
		if (n++ == 0)
			(void)snprintf(first, sizeof(first), "%s", pw.pw_gecos);
		if (strcmp(first, pw.pw_gecos) != 0)
			return 2; /* of two versions */
	}
	return n == USERS ? 0 : 3;
}

static void
test_forked_children_list_for_themselves(void **state)
{
	pthread_t thread[THREADS];

	(void)state;
	start_threads(thread);
	for (unsigned i = 0; i < 40; i++) {
		int status;
		pid_t child;

		if (i % 8 == 0)
			publish(i % SWITCHES);
		child = fork();
		assert_int_not_equal(child, -1);
		if (child == 0)
			_exit(list_in_child());
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
	join_threads(thread);
	assert_int_equal(_nss_idmap_endpwent(), NSS_STATUS_SUCCESS);
}
#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers_are_whole_while_the_map_changes),
#ifndef __SANITIZE_ADDRESS__
		cmocka_unit_test(test_forked_children_list_for_themselves),
#endif
	};

	return cmocka_run_group_tests(tests, make_host, remove_host);
}
