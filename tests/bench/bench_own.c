/*
 * Own identities through the real module, directly and through glibc, beside
 * the services that others use for many users without a network: glibc's
 * files, libnss-extrausers, libnss-cache, libnss-db, and nscd in front of
 * libnss-cache.  All of them have the same users.  Whoever is not installed is
 * left out.  BENCH_USERS=10000 (or 100000, 1000000) runs that size alone.
 */

#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "map/own.h"
#include "tests/bench/bench.h"
#include "tests/bench/world.h"
#include "tests/fixture.h"

#define FIRST_UID   1000000u
#define FIRST_GID   3000000u
#define GROUP_SIZE  100 /* users in a group */
#define NAME_SIZE   40
#define CALLS       200000
#define FILE_CALLS  1000 /* of a service that reads an index from a file */
#define SLOW_CALLS  20   /* of a service that reads a file line by line */
#define FRESH_CALLS 100

extern char **environ;

/* ---- The users: their number says all about them. */

static void
name_of(size_t i, char name[NAME_SIZE])
{
	(void)snprintf(name, NAME_SIZE, "user%zu@corp.example", i);
}

static const struct idm_domain domain = {
	.name = "corp",
	.dns = "corp.example",
	.netbios = "CORP",
	.sid = { 5, { 21, 1, 2, 3 }, 4 },
	.backend = IDM_BACKEND_RID,
	.flags = IDM_DOMAIN_ENUMERATE,
	.low = FIRST_UID,
	.high = FIRST_GID + 999999,
};

static struct idm_str
str(const char *text)
{
	return idm_str_of(text);
}

static void
put_group(struct idm_rewrite *rewrite, size_t first)
{
	struct idm_str member[GROUP_SIZE];
	char name[GROUP_SIZE][NAME_SIZE], own[NAME_SIZE];
	struct idm_own_group group = {
		.domain = str("corp"),
		.gid = FIRST_GID + (uint32_t)(first / GROUP_SIZE),
		.nmembers = GROUP_SIZE,
	};

	(void)snprintf(
	    own, sizeof(own), "group%zu@corp.example", first / GROUP_SIZE);
	group.name = group.key = str(own);
	for (size_t i = 0; i < GROUP_SIZE; i++) {
		name_of(first + i, name[i]);
		member[i] = str(name[i]);
	}
	fixture_put_group(rewrite, &group, member);
}

static void
make_map(const struct fixture *maps, size_t n)
{
	struct idm_rewrite *rewrite = fixture_begin(maps);

	for (size_t i = 0; i < n; i++) {
		uint32_t gid = FIRST_GID + (uint32_t)(i / GROUP_SIZE);
		struct idm_own_user user = {
			.domain = str("corp"),
			.uid = FIRST_UID + (uint32_t)i,
			.gid = FIRST_GID,
			.gecos = str("A User,,,"),
			.home = str("/home/user"),
			.shell = str("/bin/bash"),
		};
		char name[NAME_SIZE];

		name_of(i, name);
		user.name = user.key = str(name);
		fixture_put_user(rewrite, &user, &gid, 1);
		if (i % GROUP_SIZE == 0)
			put_group(rewrite, i);
	}
	fixture_commit(rewrite);
}

/* ---- The same for the others. */

static FILE *
create(const char *path)
{
	FILE *file = fopen(path, "we");

	if (file == NULL)
		bench_die("%s: %s", path, strerror(errno));
	return file;
}

static void
finish(FILE *file, const char *path)
{
	if (ferror(file) != 0 || fclose(file) != 0)
		bench_die("%s: %s", path, strerror(errno));
}

static void
print_user(FILE *file, size_t i)
{
	(void)fprintf(file,
	    "user%zu@corp.example:*:%zu:%u:A User,,,:/home/user:/bin/bash\n", i,
	    FIRST_UID + i, FIRST_GID);
}

static void
make_passwd(const char *path, size_t n)
{
	FILE *file = create(path);

	for (size_t i = 0; i < n; i++)
		print_user(file, i);
	finish(file, path);
}

static void
make_group(const char *path, size_t n)
{
	FILE *file = create(path);

	for (size_t i = 0; i < n; i++) {
		if (i % GROUP_SIZE == 0) {
			(void)fprintf(file, "%sgroup%zu@corp.example:*:%zu:",
			    i == 0 ? "" : "\n", i / GROUP_SIZE,
			    FIRST_GID + i / GROUP_SIZE);
		}
		(void)fprintf(file, "%suser%zu@corp.example",
		    i % GROUP_SIZE == 0 ? "" : ",", i);
	}
	(void)fprintf(file, "\n");
	finish(file, path);
}

/* A key and the offset of its line, as libnss-cache finds them. */
struct index_row {
	char key[NAME_SIZE];
	long offset;
};

static int
compare_rows(const void *a, const void *b)
{
	return strcmp(((const struct index_row *)a)->key,
	    ((const struct index_row *)b)->key);
}

static void
write_index(const char *path, struct index_row *row, size_t n)
{
	FILE *file = create(path);

	qsort(row, n, sizeof(*row), compare_rows);
	for (size_t i = 0; i < n; i++) {
		char line[2 * NAME_SIZE + 1] = { 0 };
		size_t len = strlen(row[i].key) + 1;

		memcpy(line, row[i].key, len);
		(void)snprintf(
		    line + len, sizeof(line) - len, "%08ld", row[i].offset);
		line[sizeof(line) - 1] = '\n';
		(void)fwrite(line, 1, sizeof(line), file);
	}
	finish(file, path);
}

static void
make_cache(size_t n)
{
	struct index_row *by_name = calloc(n, sizeof(*by_name));
	struct index_row *by_uid = calloc(n, sizeof(*by_uid));
	FILE *file = create("/etc/passwd.cache");

	if (by_name == NULL || by_uid == NULL)
		bench_die("out of memory");
	for (size_t i = 0; i < n; i++) {
		by_name[i].offset = by_uid[i].offset = ftell(file);
		name_of(i, by_name[i].key);
		(void)snprintf(
		    by_uid[i].key, sizeof(by_uid[i].key), "%zu", FIRST_UID + i);
		print_user(file, i);
	}
	finish(file, "/etc/passwd.cache");
	make_group("/etc/group.cache", n);
	write_index("/etc/passwd.cache.ixname", by_name, n);
	write_index("/etc/passwd.cache.ixuid", by_uid, n);
	free(by_name);
	free(by_uid);
}

static void
make_db(size_t n)
{
	static const char path[] = "/var/lib/misc/passwd.db";
	FILE *file = popen("makedb -o /var/lib/misc/passwd.db - 2>&1", "we");

	if (file == NULL)
		bench_die("makedb: %s", strerror(errno));
	for (size_t i = 0; i < n; i++) {
		(void)fprintf(file, "0%zu ", i);
		print_user(file, i);
		(void)fprintf(file, ".user%zu@corp.example ", i);
		print_user(file, i);
		(void)fprintf(file, "=%zu ", FIRST_UID + i);
		print_user(file, i);
	}
	if (pclose(file) != 0 || chmod(path, 0644) == -1)
		bench_die("makedb failed");
}

/* ---- Who is asked. */

struct asked {
	size_t n;      /* users */
	size_t stride; /* 0: always the same one; else any */
	bool missing;
};

typedef enum nss_status getpwnam_function(
    const char *, struct passwd *, char *, size_t, int *);
typedef enum nss_status getpwuid_function(
    uid_t, struct passwd *, char *, size_t, int *);
typedef enum nss_status getgrgid_function(
    gid_t, struct group *, char *, size_t, int *);
typedef enum nss_status initgroups_function(
    const char *, gid_t, long *, long *, gid_t **, long, int *);

static struct module {
	getpwnam_function *getpwnam;
	getpwuid_function *getpwuid;
	getgrgid_function *getgrgid;
	initgroups_function *initgroups;
} module;

static void *
find_function(void *handle, const char *name)
{
	void *found = dlsym(handle, name);

	if (found == NULL)
		bench_die("%s", dlerror());
	return found;
}

static void
load_module(void)
{
	void *handle = dlopen("libnss_idmap.so.2", RTLD_NOW);
	void *found;

	if (handle == NULL)
		bench_die("%s", dlerror());
	found = find_function(handle, "_nss_idmap_getpwnam_r");
	memcpy(&module.getpwnam, &found, sizeof(found));
	found = find_function(handle, "_nss_idmap_getpwuid_r");
	memcpy(&module.getpwuid, &found, sizeof(found));
	found = find_function(handle, "_nss_idmap_getgrgid_r");
	memcpy(&module.getgrgid, &found, sizeof(found));
	found = find_function(handle, "_nss_idmap_initgroups_dyn");
	memcpy(&module.initgroups, &found, sizeof(found));
}

/* Names are made before the clock runs: printf takes longer than a look-up. */
#define NAMES 65536
static char (*names)[NAME_SIZE];
static uint32_t *numbers;

static void
choose(const struct asked *asked)
{
	uint64_t random = 42;

	for (size_t i = 0; i < NAMES; i++) {
		size_t user = asked->stride == 0
		    ? asked->n / 2
		    : bench_random(&random) % asked->n;

		numbers[i] = (uint32_t)user;
		name_of(user + (asked->missing ? 5000000 : 0), names[i]);
	}
}

/* Threads begin at places of their own. */
static size_t
start_of_thread(void)
{
	return (size_t)((uint64_t)(uintptr_t)pthread_self() >> 12) * 7919;
}

static void
getpwnam_directly(void *arg, size_t calls)
{
	size_t at = start_of_thread();
	struct passwd pw;
	char buffer[1024];
	int error;

	(void)arg;
	for (size_t i = 0; i < calls; i++) {
		bench_use((uint64_t)module.getpwnam(
		    names[at++ % NAMES], &pw, buffer, sizeof(buffer), &error));
	}
}

static void
getpwuid_directly(void *arg, size_t calls)
{
	size_t at = start_of_thread();
	struct passwd pw;
	char buffer[1024];
	int error;

	(void)arg;
	for (size_t i = 0; i < calls; i++) {
		bench_use(
		    (uint64_t)module.getpwuid(FIRST_UID + numbers[at++ % NAMES],
			&pw, buffer, sizeof(buffer), &error));
	}
}

static void
getgrgid_directly(void *arg, size_t calls)
{
	size_t at = start_of_thread();
	struct group gr;
	char buffer[8192];
	int error;

	(void)arg;
	for (size_t i = 0; i < calls; i++) {
		bench_use((uint64_t)module.getgrgid(
		    FIRST_GID + numbers[at++ % NAMES] / GROUP_SIZE, &gr, buffer,
		    sizeof(buffer), &error));
	}
}

static void
initgroups_directly(void *arg, size_t calls)
{
	size_t at = start_of_thread();
	long size = 64;
	gid_t *list = calloc((size_t)size, sizeof(*list));
	int error;

	(void)arg;
	if (list == NULL)
		bench_die("out of memory");
	list[0] = FIRST_GID;
	for (size_t i = 0; i < calls; i++) {
		long start = 1;

		bench_use((uint64_t)module.initgroups(names[at++ % NAMES],
		    FIRST_GID, &start, &size, &list, -1, &error));
	}
	free(list);
}

static void
getpwnam_by_glibc(void *arg, size_t calls)
{
	size_t at = start_of_thread();
	struct passwd pw, *result;
	char buffer[1024];

	(void)arg;
	for (size_t i = 0; i < calls; i++) {
		(void)getpwnam_r(
		    names[at++ % NAMES], &pw, buffer, sizeof(buffer), &result);
		bench_use((uintptr_t)result);
	}
}

static void
getpwuid_by_glibc(void *arg, size_t calls)
{
	size_t at = start_of_thread();
	struct passwd pw, *result;
	char buffer[1024];

	(void)arg;
	for (size_t i = 0; i < calls; i++) {
		(void)getpwuid_r(FIRST_UID + numbers[at++ % NAMES], &pw, buffer,
		    sizeof(buffer), &result);
		bench_use((uintptr_t)result);
	}
}

static void
getgrgid_by_glibc(void *arg, size_t calls)
{
	size_t at = start_of_thread();
	struct group gr, *result;
	char buffer[8192];

	(void)arg;
	for (size_t i = 0; i < calls; i++) {
		(void)getgrgid_r(FIRST_GID + numbers[at++ % NAMES] / GROUP_SIZE,
		    &gr, buffer, sizeof(buffer), &result);
		bench_use((uintptr_t)result);
	}
}

static void
getgrouplist_by_glibc(void *arg, size_t calls)
{
	size_t at = start_of_thread();
	gid_t list[64];

	(void)arg;
	for (size_t i = 0; i < calls; i++) {
		int n = IDM_COUNTOF(list);

		bench_use((uint64_t)getgrouplist(
		    names[at++ % NAMES], FIRST_GID, list, &n));
	}
}

/* One listing of all users is a call for each. */
static void
list_all(void *arg, size_t calls)
{
	struct passwd pw, *result;
	char buffer[1024];
	size_t n = 0;

	(void)arg;
	setpwent();
	while (
	    n < calls && getpwent_r(&pw, buffer, sizeof(buffer), &result) == 0)
		n++;
	endpwent();
	if (n < calls)
		bench_die("only %zu of %zu users were listed", n, calls);
}

/* ---- The services. */

static const struct service {
	const char *name;
	const char *library;
	size_t calls; /* that take no minutes */
	size_t most;  /* users; more take minutes to make or to ask for */
} services[] = {
	{ "idmap", "libnss_idmap.so.2", CALLS, 1000000 },
	{ "files", "libc.so.6", SLOW_CALLS, 1000000 },
	{ "extrausers", "libnss_extrausers.so.2", SLOW_CALLS, 1000000 },
	{ "cache", "libnss_cache.so.2", FILE_CALLS, 1000000 },
	{ "db", "libnss_db.so.2", FILE_CALLS, 100000 },
};

static bool
is_installed(const struct service *service)
{
	void *handle = dlopen(service->library, RTLD_LAZY);

	if (handle != NULL)
		(void)dlclose(handle);
	return handle != NULL;
}

/* The answer must be there, lest we measure failures. */
static void
expect_user(const char *service)
{
	struct passwd pw, *result = NULL;
	char buffer[1024];
	int error;

	error = getpwnam_r(names[0], &pw, buffer, sizeof(buffer), &result);
	if (result == NULL || pw.pw_uid != FIRST_UID + numbers[0])
		bench_die("%s does not know %s: %s", service, names[0],
		    strerror(error));
}

static void
bench_services(const struct asked *asked, bench_work *work)
{
	for (size_t i = 0; i < IDM_COUNTOF(services); i++) {
		const struct service *service = &services[i];

		if (asked->n > service->most || !is_installed(service))
			continue;
		world_service(service->name);
		if (!asked->missing)
			expect_user(service->name);
		bench_run(service->name, asked->n, service->calls, work, NULL);
	}
}

static void
bench_lookups(const char *what, const struct asked *asked)
{
	char title[100];

	choose(asked);
	(void)snprintf(title, sizeof(title), "getpwnam, %s", what);
	bench_group(title);
	bench_run(
	    "idmap, without glibc", asked->n, CALLS, getpwnam_directly, NULL);
	bench_run_threads("idmap, without glibc, two threads", asked->n, CALLS,
	    getpwnam_directly, NULL, 2);
	bench_services(asked, getpwnam_by_glibc);
	if (asked->missing)
		return;
	(void)snprintf(title, sizeof(title), "getpwuid, %s", what);
	bench_group(title);
	bench_run(
	    "idmap, without glibc", asked->n, CALLS, getpwuid_directly, NULL);
	bench_run_threads("idmap, without glibc, two threads", asked->n, CALLS,
	    getpwuid_directly, NULL, 2);
	bench_services(asked, getpwuid_by_glibc);
}

static void
bench_groups(size_t n)
{
	const struct asked random = { .n = n, .stride = 1 };

	choose(&random);
	bench_group("getgrgid, random, a hundred members");
	bench_run("idmap, without glibc", n, CALLS, getgrgid_directly, NULL);
	world_service("idmap");
	bench_run("idmap", n, CALLS, getgrgid_by_glibc, NULL);
	world_service("files");
	bench_run("files", n, SLOW_CALLS, getgrgid_by_glibc, NULL);
	bench_group("groups of a user, random");
	bench_run("idmap, without glibc", n, CALLS, initgroups_directly, NULL);
	world_service("idmap");
	bench_run("idmap", n, CALLS, getgrouplist_by_glibc, NULL);
	world_service("files");
	bench_run("files", n, SLOW_CALLS, getgrouplist_by_glibc, NULL);
}

static void
bench_lists(size_t n)
{
	size_t calls = bench_quick() ? 100 : n;

	bench_group("getpwent");
	world_service("files");
	bench_run("files", n, calls, list_all, NULL);
	world_service("idmap");
	bench_run("idmap", n, calls, list_all, NULL);
}

/* ---- The first question of a process. */

static void
in_a_fresh_process(void *service_name, size_t calls)
{
	char self[] = "/proc/self/exe", ask[] = "ask";
	char *argv[] = { self, ask, service_name, names[0], NULL };

	for (size_t i = 0; i < calls; i++) {
		int status;
		pid_t pid;

		if (posix_spawn(&pid, self, NULL, NULL, argv, environ) != 0 ||
		    waitpid(pid, &status, 0) != pid || status != 0)
			bench_die("a fresh process failed");
	}
}

static int
ask_once(const char *service, const char *name)
{
	struct passwd pw, *result;
	char buffer[1024];

	if (strcmp(service, "-") == 0)
		return 0;
	world_service(service);
	(void)getpwnam_r(name, &pw, buffer, sizeof(buffer), &result);
	return result == NULL;
}

static void
bench_fresh(size_t n)
{
	const struct asked hot = { .n = n };
	char nobody[] = "-", idmap[] = "idmap", files[] = "files";

	choose(&hot);
	bench_group("the first question of a fresh process");
	bench_run("asking nobody", n, FRESH_CALLS, in_a_fresh_process, nobody);
	bench_run("idmap", n, FRESH_CALLS, in_a_fresh_process, idmap);
	bench_run("files", n, SLOW_CALLS, in_a_fresh_process, files);
}

/* ---- nscd. */

/* The time of a call, in a process that has not chosen its services. */
static int
ask_nscd(const char *users, const char *stride)
{
	const struct asked asked = { strtoul(users, NULL, 10),
		strtoul(stride, NULL, 10), false };

	choose(&asked);
	getpwnam_by_glibc(NULL, NAMES); /* into its cache */
	expect_user("nscd");
	printf("%.9e\n", bench_time(getpwnam_by_glibc, NULL, CALLS));
	return 0;
}

static bool
start_nscd(size_t n)
{
	FILE *conf = create("/etc/nscd.conf");
	FILE *services_file = create("/etc/nsswitch.conf");

	(void)fprintf(conf,
	    "threads 2\nparanoia no\nenable-cache passwd yes\n"
	    "suggested-size passwd %zu\npositive-time-to-live passwd 3600\n"
	    "check-files passwd no\npersistent passwd no\nshared passwd yes\n"
	    "max-db-size passwd 1073741824\nenable-cache group no\n"
	    "enable-cache hosts no\nenable-cache services no\n"
	    "enable-cache netgroup no\n",
	    n * 2 + 1);
	(void)fprintf(services_file, "passwd: cache\ngroup: cache\n");
	finish(conf, "/etc/nscd.conf");
	finish(services_file, "/etc/nsswitch.conf");
	if (system("nscd 2>/dev/null") != 0)
		return false;
	for (int i = 0; i < 100; i++) {
		if (access("/run/nscd/socket", F_OK) == 0)
			return true;
		(void)usleep(50000);
	}
	return false;
}

static void
stop_nscd(void)
{
	FILE *file = fopen("/run/nscd/nscd.pid", "re");
	char line[32];

	/* The number is that of the one that we started: the folder is ours. */
	if (file != NULL && fgets(line, sizeof(line), file) != NULL)
		(void)kill((pid_t)strtol(line, NULL, 10), SIGTERM);
	if (file != NULL)
		(void)fclose(file);
	(void)unlink("/run/nscd/socket");
	(void)usleep(200000);
}

static void
bench_nscd(size_t n, const char *what, int stride)
{
	char command[100], line[64];
	FILE *result;

	(void)snprintf(command, sizeof(command),
	    "/proc/%ld/exe nscd %zu %d 2>/dev/null", (long)getpid(), n, stride);
	result = popen(command, "re");
	if (result != NULL && fgets(line, sizeof(line), result) != NULL)
		bench_row(what, n, strtod(line, NULL));
	if (result != NULL)
		(void)pclose(result);
}

static void
bench_with_nscd(size_t n)
{
	bench_group("nscd in front of cache, through glibc");
	if (n > 100000 || access("/usr/sbin/nscd", X_OK) != 0)
		return;
	if (start_nscd(n)) {
		bench_nscd(n, "getpwnam, the same user", 0);
		bench_nscd(n, "getpwnam, random, all in its cache", 1);
	}
	stop_nscd();
}

/* ---- All of it. */

static void
bench_users(size_t n)
{
	const struct asked hot = { .n = n };
	const struct asked random = { .n = n, .stride = 1 };
	const struct asked missing = { .n = n, .stride = 1, .missing = true };
	struct fixture maps;

	fixture_make(&maps, 0);
	fixture_domains(&maps, &domain, 1);
	make_map(&maps, n);
	world_replace(maps.dir, IDM_STATEDIR);
	make_passwd("/etc/passwd", n);
	make_group("/etc/group", n);
	make_passwd("/var/lib/extrausers/passwd", n);
	make_group("/var/lib/extrausers/group", n);
	make_cache(n);
	if (is_installed(&services[4]) && n <= services[4].most)
		make_db(n);
	(void)usleep(200000); /* the module sees the new map */
	bench_lookups("the same user", &hot);
	bench_lookups("random", &random);
	bench_lookups("missing", &missing);
	bench_groups(n);
	bench_lists(n);
	bench_fresh(n);
	bench_with_nscd(n);
	fixture_remove(&maps);
}

/* Where the services look.  Programs need nothing of /etc. */
static void
make_world(void)
{
	world_folder("/etc");
	world_folder(IDM_STATEDIR);
	world_folder("/var/lib/extrausers");
	world_folder("/var/lib/misc");
	world_folder("/run");
	world_folder("/run/nscd");
}

int
main(int argc, char **argv)
{
	const size_t sizes[] = { 10000, 100000, 1000000 };
	const char *only = getenv("BENCH_USERS");

	names = calloc(NAMES, sizeof(*names));
	numbers = calloc(NAMES, sizeof(*numbers));
	if (names == NULL || numbers == NULL)
		bench_die("out of memory");
	if (argc == 4 && strcmp(argv[1], "ask") == 0)
		return ask_once(argv[2], argv[3]);
	if (argc == 4 && strcmp(argv[1], "nscd") == 0)
		return ask_nscd(argv[2], argv[3]);
	if (argc != 2 || strcmp(argv[1], "inside") != 0) {
		world_enter(argv, "own identities", MODULE_PATH);
		return 0;
	}
	make_world();
	load_module();
	bench_table("own identities");
	for (size_t i = 0; i < IDM_COUNTOF(sizes); i++) {
		bool is_wanted = only == NULL
		    ? i == 0 || !bench_quick()
		    : strtoul(only, NULL, 10) == sizes[i];

		if (is_wanted)
			bench_users(bench_size(sizes[i], 1000));
	}
	return 0;
}
