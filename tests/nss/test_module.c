#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit.h"

#include "nss/module.h"
#include "tests/nss/host.h"

#define FOO       "foo:x:1500:1600:Foo,,,:/home/foo:/bin/sh"
#define UNTOUCHED 4711

/* What was asked of the heap.  Linked with --wrap, as read() below. */
static unsigned allocations;
static bool no_memory;

void *__real_malloc(size_t);
void *__wrap_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__wrap_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void *__wrap_realloc(void *, size_t);

void *
__wrap_malloc(size_t size)
{
	allocations++;
	return no_memory ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	allocations++;
	return no_memory ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	allocations++;
	return no_memory ? NULL : __real_realloc(old, size);
}

ssize_t __real_read(int, void *, size_t);
ssize_t __wrap_read(int, void *, size_t);

/* Nothing is read as if it were a standard stream. */
ssize_t
__wrap_read(int fd, void *buffer, size_t len)
{
	assert_true(fd > STDERR_FILENO);
	return __real_read(fd, buffer, len);
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

/* ---- One call each, its result as the line of a file. */

struct reply {
	enum nss_status status;
	int error;
	char line[256];
};

static struct reply
get_user_in(const char *name, char *buffer, size_t len)
{
	struct passwd pw = { .pw_uid = UNTOUCHED };
	struct reply reply = { .error = UNTOUCHED };

	errno = 42;
	reply.status = _nss_idmap_getpwnam_r(
	    name, &pw, buffer, len, &reply.error);
	assert_int_equal(errno, 42);
	if (reply.status != NSS_STATUS_SUCCESS) {
		assert_int_equal(pw.pw_uid, UNTOUCHED);
		return reply;
	}
	(void)snprintf(reply.line, sizeof(reply.line), "%s:%s:%u:%u:%s:%s:%s",
	    pw.pw_name, pw.pw_passwd, pw.pw_uid, pw.pw_gid, pw.pw_gecos,
	    pw.pw_dir, pw.pw_shell);
	return reply;
}

static struct reply
get_user(const char *name)
{
	char buffer[256];

	return get_user_in(name, buffer, sizeof(buffer));
}

static struct reply
get_shadow_in(const char *name, char *buffer, size_t len)
{
	struct spwd sp = { .sp_min = UNTOUCHED };
	struct reply reply = { .error = UNTOUCHED };

	errno = 42;
	reply.status = _nss_idmap_getspnam_r(
	    name, &sp, buffer, len, &reply.error);
	assert_int_equal(errno, 42);
	if (reply.status != NSS_STATUS_SUCCESS) {
		assert_int_equal(sp.sp_min, UNTOUCHED);
		return reply;
	}
	(void)snprintf(reply.line, sizeof(reply.line),
	    "%s:%s:%ld:%ld:%ld:%ld:%ld:%ld:%ld", sp.sp_namp, sp.sp_pwdp,
	    sp.sp_lstchg, sp.sp_min, sp.sp_max, sp.sp_warn, sp.sp_inact,
	    sp.sp_expire, (long)sp.sp_flag);
	return reply;
}

static struct reply
get_shadow(const char *name)
{
	char buffer[256];

	return get_shadow_in(name, buffer, sizeof(buffer));
}

/* The groups as text, from a list of size entries with primary in it. */
static struct reply
get_groups_in(const char *name, gid_t primary, long size, long limit)
{
	gid_t *list = malloc((size_t)size * sizeof(*list));
	struct reply reply = { .error = UNTOUCHED };
	struct idm_buf text;
	long start = 1;

	assert_non_null(list);
	list[0] = primary;
	errno = 42;
	reply.status = _nss_idmap_initgroups_dyn(
	    name, primary, &start, &size, &list, limit, &reply.error);
	assert_int_equal(errno, 42);
	assert_true(start <= size);
	assert_int_equal(list[0], primary);
	if (reply.status != NSS_STATUS_SUCCESS)
		assert_int_equal(start, 1);
	idm_buf_init_fixed(&text, reply.line, sizeof(reply.line));
	for (long i = 1; i < start; i++)
		idm_buf_printf(&text, " %u", list[i]);
	(void)idm_buf_text(&text);
	free(list);
	return reply;
}

static struct reply
get_groups(const char *name)
{
	return get_groups_in(name, 1600, 64, -1);
}

static void
check_reply(const char *name, struct reply got, enum nss_status status,
    int error, const char *line)
{
	if (got.status != status || got.error != error ||
	    strcmp(got.line, line) != 0) {
		fail_msg("'%s': status %d, errno %d, '%s'", name, got.status,
		    got.error, got.line);
	}
}

static void
check_found(const char *name, struct reply got, const char *line)
{
	check_reply(name, got, NSS_STATUS_SUCCESS, UNTOUCHED, line);
}

static void
check_not_found(const char *name, struct reply got)
{
	check_reply(name, got, NSS_STATUS_NOTFOUND, ENOENT, "");
}

static void
check_unavailable(const char *name, struct reply got)
{
	check_reply(name, got, NSS_STATUS_UNAVAIL, ENOENT, "");
}

/* ---- Which names are answered. */

static const struct {
	const char *name;
	const char *user;
	const char *shadow; /* NULL: not found */
	const char *groups; /* beside 1600 */
} found[] = {
	{ "comunix!foo", FOO, "foo:$y$foo:19002:1:99999:7:14:20000:5",
	    " 27 100 44" },
	{ "mars!foo", FOO, "foo:$y$foo:19002:1:99999:7:14:20000:5",
	    " 27 100 44" },
	{ "mars!plain", "plain:x:1502:1600::/home/plain:/bin/sh", NULL, "" },
	{ "john.smith", "john:x:1400:1400:John:/home/john:/bin/sh",
	    "john:$y$john:19001:0:99999:7:-1:-1:-1", " 27" },
	{ "comunix!admin", "root:x:0:0:root:/root:/bin/sh",
	    "root:*:19000:-1:-1:-1:-1:-1:-1", "" },
};

static const char *const not_found[] = {
	/* refused, without an account, or an account that is not served */
	"comunix!bad",
	"comunix!gone",
	"comunix!daemon",
	"mars!root",
	"mars!daemon",
	"mars!nobody",
	"mars!dynamic",
	"mars!1500",
	"mars!-foo",
	/* local, though the scheme "dotted" splits it */
	"john.doe",
	/* not ours, or no names at all */
	"foo",
	"root",
	"1500",
	"",
	"!",
	"!foo",
	"comunix!",
	"comunix!foo!bar",
	"comunix!foo\n",
	"comunix!foo:x",
	"comunix!\303\050",
	"comunix!\033[2J",
};

static void
test_aliases_answer_with_their_account(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(found); i++) {
		struct reply user = get_user(found[i].name);
		struct reply shadow = get_shadow(found[i].name);
		struct reply groups = get_groups(found[i].name);

		check_found(found[i].name, user, found[i].user);
		check_found(found[i].name, groups, found[i].groups);
		if (found[i].shadow != NULL) {
			check_found(found[i].name, shadow, found[i].shadow);
		} else {
			check_not_found(found[i].name, shadow);
		}
	}
}

static void
test_other_names_are_not_found(void **state)
{
	char longest[1100];

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(not_found); i++) {
		struct reply user = get_user(not_found[i]);
		struct reply shadow = get_shadow(not_found[i]);
		struct reply groups = get_groups(not_found[i]);
		struct reply tiny = get_user_in(not_found[i], NULL, 0);

		check_not_found(not_found[i], user);
		check_not_found(not_found[i], shadow);
		check_not_found(not_found[i], groups);
		/* Only a record that will be shown is worth more room. */
		check_not_found(not_found[i], tiny);
	}
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	longest[10] = '!';
	for (size_t len = 1000; len < sizeof(longest) - 1; len++) {
		char end = longest[len];

		longest[len] = '\0';
		check_not_found(longest, get_user(longest));
		longest[len] = end;
	}
}

static void
test_an_entry_of_an_account_that_is_damaged_is_unavailable(void **state)
{
	(void)state;
	check_unavailable("mars!odd", get_user("mars!odd"));
	check_unavailable("mars!odd", get_shadow("mars!odd"));
	check_unavailable("mars!odd", get_groups("mars!odd"));
	check_found("mars!bar", get_user("mars!bar"),
	    "bar:x:1501:1600::/home/bar:/bin/sh");
	check_unavailable("mars!bar", get_shadow("mars!bar"));
}

static void
test_a_shadow_file_of_others_is_unavailable(void **state)
{
	const char *name = "comunix!foo";
	uid_t me = geteuid();
	char path[128];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/shadow", host_accounts());
	assert_int_equal(chmod(path, me == 0 ? 0600 : 0), 0);
	if (me == 0)
		assert_int_equal(seteuid(65534), 0);
	check_unavailable(name, get_shadow(name));
	check_found(name, get_user(name), FOO);
	assert_int_equal(seteuid(me), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

static void
test_the_reply_bears_the_name_that_the_policy_says(void **state)
{
	const char *name = "comunix!foo";

	(void)state;
	host_reply(IDM_REPLY_TYPED);
	check_found(name, get_user(name),
	    "comunix!foo:x:1500:1600:Foo,,,:/home/foo:/bin/sh");
	check_found(name, get_shadow(name),
	    "comunix!foo:$y$foo:19002:1:99999:7:14:20000:5");
	check_found(name, get_groups(name), " 27 100 44");
	host_reply(IDM_REPLY_OFF);
	check_not_found(name, get_user(name));
	check_not_found(name, get_shadow(name));
	check_not_found(name, get_groups(name));
	host_reply(IDM_REPLY_CANONICAL);
	check_found(name, get_user(name), FOO);
}

/* A user's own entry counts while the login has the user's uid. */
static void
test_users_entries_answer_for_their_owner_only(void **state)
{
	static const struct fixture_ruleset scheme = {
		.name = { IDM_RULESET_SCHEME, "own" },
		.descriptor = "M2^M1",
		.user_mode = true,
	};

	(void)state;
	fixture_install(host_maps(), &scheme);
	fixture_user_entry(host_maps(), "own", "mars^me", 1500, "foo");
	fixture_user_entry(host_maps(), "own", "mars^you", 1500, "bar");
	fixture_user_entry(host_maps(), "own", "mars^all", 0, "root");
	host_forget_maps();
	check_found("mars^me", get_user("mars^me"), FOO);
	check_not_found("mars^you", get_user("mars^you"));
	check_not_found("mars^all", get_user("mars^all"));
}

static void
test_numbers_and_groups_are_others_to_answer(void **state)
{
	struct passwd pw;
	struct group gr;
	char buffer[64];
	int error;

	(void)state;
#define check(call)                                                            \
	do {                                                                   \
		error = 0;                                                     \
		assert_int_equal((call), NSS_STATUS_NOTFOUND);                 \
		assert_int_equal(error, ENOENT);                               \
	} while (0)
	check(_nss_idmap_getpwuid_r(1500, &pw, buffer, sizeof(buffer), &error));
	check(_nss_idmap_getpwuid_r(0, &pw, NULL, 0, &error));
	check(_nss_idmap_getgrgid_r(1600, &gr, buffer, sizeof(buffer), &error));
	check(_nss_idmap_getgrnam_r(
	    "comunix!foo", &gr, buffer, sizeof(buffer), &error));
	assert_int_equal(_nss_idmap_setpwent(0), NSS_STATUS_SUCCESS);
	check(_nss_idmap_getpwent_r(&pw, buffer, sizeof(buffer), &error));
	assert_int_equal(_nss_idmap_endpwent(), NSS_STATUS_SUCCESS);
	assert_int_equal(_nss_idmap_setgrent(1), NSS_STATUS_SUCCESS);
	check(_nss_idmap_getgrent_r(&gr, buffer, sizeof(buffer), &error));
	assert_int_equal(_nss_idmap_endgrent(), NSS_STATUS_SUCCESS);
#undef check
}

/* ---- The caller's buffer. */

/*
 * Ask with buffers of every length, at every alignment and in memory of just
 * that length: too short is ERANGE, and from need on the answer is the same.
 */
static void
check_lengths(struct reply (*get)(const char *, char *, size_t),
    const char *name, size_t need, const char *line)
{
	for (size_t len = 0; len < need + 4; len++) {
		for (size_t shift = 0; shift < 8; shift++) {
			char *memory = malloc(shift + len);
			struct reply reply;

			reply = get(name, memory + shift, len);
			if (len < need) {
				check_reply(name, reply, NSS_STATUS_TRYAGAIN,
				    ERANGE, "");
			} else {
				check_found(name, reply, line);
			}
			free(memory);
		}
	}
}

static void
test_a_buffer_needs_the_length_of_the_line(void **state)
{
	const char *shadow = "foo:$y$foo:19002:1:99999:7:14:20000:5";

	(void)state;
	check_lengths(get_user_in, "comunix!foo", sizeof(FOO), FOO);
	check_lengths(get_shadow_in, "comunix!foo", strlen(shadow) + 1, shadow);
	host_reply(IDM_REPLY_TYPED);
	check_lengths(get_user_in, "mars!plain",
	    sizeof("plain:x:1502:1600::/home/plain:/bin/sh") +
		sizeof("mars!plain"),
	    "mars!plain:x:1502:1600::/home/plain:/bin/sh");
	host_reply(IDM_REPLY_CANONICAL);
}

/* glibc doubles the buffer as long as it hears ERANGE. */
static void
test_an_absurd_line_ends_the_doubling(void **state)
{
	const size_t len = 3 << 20;
	char *text = malloc(len);
	char *buffer = NULL;
	struct reply reply;
	size_t size;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', len);
	memcpy(text, "foo:x:1500:1600:", 16);
	host_write("passwd", text, len);
	free(text);
	for (size = 1024; size <= (4 << 20); size *= 2) {
		buffer = realloc(buffer, size);
		assert_non_null(buffer);
		reply = get_user_in("comunix!foo", buffer, size);
		if (reply.error != ERANGE)
			break;
	}
	free(buffer);
	assert_true(size <= (2 << 20));
	check_unavailable("comunix!foo", reply);
	host_remove();
	host_make();
}

/* ---- Lists of groups. */

static void
test_groups_fit_lists_of_any_size(void **state)
{
	(void)state;
	for (long size = 1; size < 8; size++) {
		check_found("comunix!foo",
		    get_groups_in("comunix!foo", 1600, size, -1), " 27 100 44");
		check_found("comunix!foo",
		    get_groups_in("comunix!foo", 1600, size, 0), " 27 100 44");
	}
	/* The primary group is in the list already. */
	check_found("comunix!foo", get_groups_in("comunix!foo", 27, 2, -1),
	    " 1600 100 44");
	/* At the limit there are just no more. */
	check_found(
	    "comunix!foo", get_groups_in("comunix!foo", 1600, 1, 1), "");
	check_found(
	    "comunix!foo", get_groups_in("comunix!foo", 1600, 2, 3), " 27 100");
}

static void
test_thousands_of_groups_are_all_found(void **state)
{
	long start = 1, size = 64;
	struct idm_buf text;
	gid_t *list;
	int error;

	(void)state;
	idm_buf_init(&text, 1 << 20);
	for (unsigned gid = 2000; gid < 7000; gid++)
		idm_buf_printf(&text, "g%u:x:%u:bar,foo\n", gid, gid);
	host_write("group", text.data, text.len);
	idm_buf_fini(&text);

	list = malloc(64 * sizeof(*list));
	assert_non_null(list);
	list[0] = 1600;
	assert_int_equal(_nss_idmap_initgroups_dyn("comunix!foo", 1600, &start,
			     &size, &list, 65536, &error),
	    NSS_STATUS_SUCCESS);
	assert_int_equal(start, 5001);
	for (long i = 1; i < start; i++)
		assert_int_equal(list[i], 1999 + i);
	free(list);
	host_remove();
	host_make();
}

static void
test_no_memory_for_the_list_is_said(void **state)
{
	gid_t *list = malloc(sizeof(*list));
	long start = 1, size = 1;
	enum nss_status status;
	int error = 0;

	(void)state;
	assert_non_null(list);
	*list = 1600;
	(void)get_user("comunix!foo"); /* the map is open */
	no_memory = true;
	status = _nss_idmap_initgroups_dyn(
	    "comunix!foo", 1600, &start, &size, &list, -1, &error);
	no_memory = false;
	assert_int_equal(status, NSS_STATUS_TRYAGAIN);
	assert_int_equal(error, ENOMEM);
	assert_int_equal(start, 1);
	assert_int_equal(size, 1);
	free(list);
}

/* ---- What the module leaves alone. */

static void
test_nothing_is_allocated_for_an_answer(void **state)
{
	(void)state;
	(void)get_user("comunix!foo"); /* the map is open */
	allocations = 0;
	check_found("comunix!foo", get_user("comunix!foo"), FOO);
	check_not_found("comunix!bad", get_user("comunix!bad"));
	check_not_found("foo", get_user("foo"));
	(void)get_shadow("comunix!foo");
	assert_int_equal(allocations, 0);
	check_found("comunix!foo", get_groups("comunix!foo"), " 27 100 44");
	assert_int_equal(allocations, 1); /* the list that we handed over */
}

static void
ask_everything(void)
{
	host_forget_maps();
	for (size_t i = 0; i < IDM_COUNTOF(found); i++) {
		(void)get_user(found[i].name);
		(void)get_shadow(found[i].name);
		(void)get_groups(found[i].name);
	}
	for (size_t i = 0; i < IDM_COUNTOF(not_found); i++) {
		(void)get_user(not_found[i]);
		(void)get_shadow(not_found[i]);
		(void)get_groups(not_found[i]);
	}
}

static void
test_no_file_stays_open(void **state)
{
	unsigned before = open_files();

	(void)state;
	ask_everything();
	assert_int_equal(open_files(), before);
}

static void
test_closed_standard_streams_stay_closed(void **state)
{
	int saved[3];

	(void)state;
	for (int fd = 0; fd < 3; fd++) {
		saved[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
		(void)close(fd);
	}
	ask_everything();
	for (int fd = 0; fd < 3; fd++) {
		assert_int_equal(fcntl(fd, F_GETFD), -1);
		if (saved[fd] != -1) {
			assert_int_equal(dup2(saved[fd], fd), fd);
			(void)close(saved[fd]);
		}
	}
	check_found("comunix!foo", get_user("comunix!foo"), FOO);
}

static void
test_signals_and_their_handlers_are_left_alone(void **state)
{
	struct sigaction before[NSIG], after;
	sigset_t mask_before, mask_after;

	(void)state;
	memset(before, 0, sizeof(before));
	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, NULL, &before[i]);
	(void)sigprocmask(SIG_SETMASK, NULL, &mask_before);
	ask_everything();
	(void)sigprocmask(SIG_SETMASK, NULL, &mask_after);
	for (int i = 1; i < NSIG; i++) {
		memset(&after, 0, sizeof(after));
		(void)sigaction(i, NULL, &after);
		assert_ptr_equal(before[i].sa_handler, after.sa_handler);
		assert_int_equal(before[i].sa_flags, after.sa_flags);
		assert_int_equal(
		    sigismember(&mask_before, i), sigismember(&mask_after, i));
	}
}

static void
forbid_files(bool forbid)
{
	static rlim_t allowed;
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (forbid)
		allowed = limit.rlim_cur;
	limit.rlim_cur = forbid ? 0 : allowed;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* That also shows which names are answered without a look at any file. */
static void
test_a_process_that_may_open_nothing_is_told_so(void **state)
{
	(void)state;
	check_found("comunix!foo", get_user("comunix!foo"), FOO);
	forbid_files(true);
	check_unavailable("comunix!foo", get_user("comunix!foo"));
	check_unavailable("comunix!foo", get_shadow("comunix!foo"));
	check_unavailable("comunix!foo", get_groups("comunix!foo"));
	check_not_found("foo", get_user("foo"));
	check_not_found("foo", get_groups("foo"));
	check_not_found("root", get_shadow("root"));
	check_not_found("comunix!bad", get_user("comunix!bad"));
	host_forget_maps();
	check_unavailable("foo", get_user("foo"));
	check_not_found("a\nb", get_user("a\nb"));
	check_not_found("", get_user(""));
	forbid_files(false);
	host_forget_maps();
	check_found("comunix!foo", get_user("comunix!foo"), FOO);
}

/* ---- Maps that are not to be used. */

struct map {
	char path[128];
	char *data;
	size_t len;
};

static struct map
load_map(void)
{
	struct map map;
	struct stat st;
	FILE *file;

	(void)snprintf(
	    map.path, sizeof(map.path), "%s/map.gdbm", host_maps()->dir);
	file = fopen(map.path, "re");
	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &st), 0);
	map.len = (size_t)st.st_size;
	map.data = malloc(map.len);
	assert_non_null(map.data);
	assert_int_equal(fread(map.data, 1, map.len, file), map.len);
	(void)fclose(file);
	return map;
}

static void
store_map(const struct map *map, const char *data, size_t len, mode_t mode)
{
	FILE *file;

	(void)unlink(map->path);
	file = fopen(map->path, "wxe");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fchmod(fileno(file), mode), 0);
	assert_int_equal(fclose(file), 0);
	host_forget_maps();
}

static void
check_all_unavailable(const char *what)
{
	check_unavailable(what, get_user("comunix!foo"));
	check_unavailable(what, get_shadow("comunix!foo"));
	check_unavailable(what, get_groups("comunix!foo"));
	check_unavailable(what, get_user("foo"));
	check_not_found(what, get_user("a\nb"));
}

/* The record that says what file this is begins so. */
static char *
find_header(const struct map *map)
{
	static const char start[] = "idmapH1";
	char *at = memmem(map->data, map->len, start, sizeof(start) - 1);

	assert_non_null(at);
	return at + sizeof(start) - 1;
}

static void
test_a_map_that_is_not_good_makes_us_unavailable(void **state)
{
	struct map map = load_map();
	char *version = find_header(&map);
	char newer = *version;

	(void)state;
	(void)unlink(map.path);
	host_forget_maps();
	check_all_unavailable("no map");
	store_map(&map, map.data, map.len, 0666);
	check_all_unavailable("a map that anybody may write");
	store_map(&map, map.data, 0, 0644);
	check_all_unavailable("an empty map");
	store_map(&map, map.data, map.len / 2, 0644);
	check_all_unavailable("half a map");
	*version = 2;
	store_map(&map, map.data, map.len, 0644);
	check_all_unavailable("a newer map");
	*version = newer;
	if (geteuid() == 0) {
		store_map(&map, map.data, map.len, 0644);
		assert_int_equal(chown(map.path, 65534, 0), 0);
		host_forget_maps();
		check_all_unavailable("somebody else's map");
	}
	store_map(&map, map.data, map.len, 0644);
	check_found("comunix!foo", get_user("comunix!foo"), FOO);
	free(map.data);
}

#define TEST(name) cmocka_unit_test(test_##name)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(aliases_answer_with_their_account),
		TEST(other_names_are_not_found),
		TEST(an_entry_of_an_account_that_is_damaged_is_unavailable),
		TEST(a_shadow_file_of_others_is_unavailable),
		TEST(the_reply_bears_the_name_that_the_policy_says),
		TEST(users_entries_answer_for_their_owner_only),
		TEST(numbers_and_groups_are_others_to_answer),
		TEST(a_buffer_needs_the_length_of_the_line),
		TEST(an_absurd_line_ends_the_doubling),
		TEST(groups_fit_lists_of_any_size),
		TEST(thousands_of_groups_are_all_found),
		TEST(no_memory_for_the_list_is_said),
		TEST(nothing_is_allocated_for_an_answer),
		TEST(no_file_stays_open),
		TEST(closed_standard_streams_stay_closed),
		TEST(signals_and_their_handlers_are_left_alone),
		TEST(a_process_that_may_open_nothing_is_told_so),
		TEST(a_map_that_is_not_good_makes_us_unavailable),
	};

	return cmocka_run_group_tests(tests, make_host, remove_host);
}
