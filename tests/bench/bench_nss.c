/*
 * An alias through the real module, directly and through glibc, beside
 * glibc's own service "files" on the same /etc/passwd.
 */

#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/bench/bench.h"
#include "tests/bench/world.h"
#include "tests/fixture.h"

#define CALLS       100000
#define FRESH_CALLS 100
#define ALIAS       "comunix!foo"
#define ACCOUNT     "foo"
#define STRANGER    "nobody.knows"

extern char **environ;

typedef enum nss_status getpwnam_function(
    const char *, struct passwd *, char *, size_t, int *);

/* ---- The host that the module sees. */

static const struct fixture_entry entries[] = {
	{ "comunix!foo", "foo", 0 },
	{ "*!*", "%1", 0 },
};
static const struct fixture_ruleset scheme = {
	FIXTURE_SCHEME("myscheme", "M2!M1", entries),
};

/* Fill it with so many lines and, in the middle, the account's. */
static void
fill_file(const char *name, size_t lines, const char *other, const char *own)
{
	FILE *file = fopen(name, "we");

	if (file == NULL)
		bench_die("%s: %s", name, strerror(errno));
	for (size_t i = 0; i < lines; i++) {
		if (i == lines / 2)
			(void)fprintf(file, "%s\n", own);
		(void)fprintf(file, "u%zu:%s\n", i, other);
	}
	if (fclose(file) != 0)
		bench_die("%s: %s", name, strerror(errno));
}

static void
fill_accounts(size_t lines)
{
	fill_file("/etc/passwd", lines,
	    "x:3000:3000:A User,,,:/home/user:/bin/bash",
	    "foo:x:1500:1500:Foo,,,:/home/foo:/bin/bash");
	fill_file("/etc/group", lines, "x:3000:", "team:x:1600:foo");
}

/* ---- What is measured. */

/* The answer that is expected, lest we measure failures. */
static void
expect(const char *name, bool known)
{
	struct passwd pw, *result = NULL;
	char buffer[1024];
	int error;

	error = getpwnam_r(name, &pw, buffer, sizeof(buffer), &result);
	if ((result != NULL) != known) {
		bench_die("%s is %s: %s", name, known ? "unknown" : "known",
		    strerror(error));
	}
}

static void
through_glibc(void *name, size_t calls)
{
	struct passwd pw, *result;
	char buffer[1024];

	for (size_t i = 0; i < calls; i++) {
		(void)getpwnam_r(name, &pw, buffer, sizeof(buffer), &result);
		bench_use((uintptr_t)result);
	}
}

static void
groups_through_glibc(void *name, size_t calls)
{
	gid_t list[64];

	for (size_t i = 0; i < calls; i++) {
		int n = IDM_COUNTOF(list);

		bench_use((uint64_t)getgrouplist(name, 1500, list, &n));
	}
}

struct direct {
	getpwnam_function *getpwnam;
	const char *name;
};

static void
directly(void *arg, size_t calls)
{
	const struct direct *direct = arg;
	struct passwd pw;
	char buffer[1024];
	int error;

	for (size_t i = 0; i < calls; i++) {
		bench_use((uint64_t)direct->getpwnam(
		    direct->name, &pw, buffer, sizeof(buffer), &error));
	}
}

static getpwnam_function *
load(const char *file, const char *function)
{
	void *module = dlopen(file, RTLD_NOW);
	void *found = module == NULL ? NULL : dlsym(module, function);
	getpwnam_function *getpwnam;

	if (found == NULL)
		bench_die("%s", dlerror());
	memcpy(&getpwnam, &found, sizeof(getpwnam));
	return getpwnam;
}

/* Ourselves again, asking once: see main(). */
static void
in_a_fresh_process(void *service_name, size_t calls)
{
	char self[] = "/proc/self/exe", ask[] = "ask";
	char *argv[] = { self, ask, service_name, NULL };

	for (size_t i = 0; i < calls; i++) {
		int status;
		pid_t pid;

		if (posix_spawn(&pid, self, NULL, NULL, argv, environ) != 0 ||
		    waitpid(pid, &status, 0) != pid || status != 0)
			bench_die("a fresh process failed");
	}
}

/* ---- The rows. */

static void
bench_user(size_t lines, getpwnam_function *module)
{
	char account[] = ACCOUNT, alias[] = ALIAS;
	struct direct direct = { module, alias };
	size_t calls = CALLS / 10;

	world_service("idmnull");
	bench_run(
	    "no service: glibc itself", lines, CALLS, through_glibc, alias);
	world_service("files");
	expect(account, true);
	bench_run("files, the account", lines, calls, through_glibc, account);
	world_service("idmap");
	expect(alias, true);
	bench_run("idmap, the alias", lines, calls, through_glibc, alias);
	bench_run("idmap, without glibc", lines, calls, directly, &direct);
}

static void
bench_groups(size_t lines)
{
	char account[] = ACCOUNT, alias[] = ALIAS;
	size_t calls = CALLS / 10;

	world_service("files");
	bench_run(
	    "files, the account", lines, calls, groups_through_glibc, account);
	world_service("idmap");
	bench_run(
	    "idmap, the alias", lines, calls, groups_through_glibc, alias);
}

static void
bench_stranger(getpwnam_function *null, getpwnam_function *module)
{
	char name[] = STRANGER;
	struct direct through_null = { null, name };
	struct direct through_module = { module, name };

	bench_run("no service", 0, CALLS * 10, directly, &through_null);
	bench_run("idmap", 0, CALLS * 10, directly, &through_module);
	world_service("idmnull");
	bench_run("no service, through glibc", 0, CALLS, through_glibc, name);
	world_service("idmap");
	expect(name, false);
	bench_run("idmap, through glibc", 0, CALLS, through_glibc, name);
}

static void
bench_fresh(void)
{
	char nothing[] = "-", null[] = "idmnull", files[] = "files",
	     idmap[] = "idmap";

	bench_run("asking nobody", 0, FRESH_CALLS, in_a_fresh_process, nothing);
	bench_run("no service", 0, FRESH_CALLS, in_a_fresh_process, null);
	bench_run("files", 0, FRESH_CALLS, in_a_fresh_process, files);
	bench_run("idmap", 0, FRESH_CALLS, in_a_fresh_process, idmap);
}

static void
bench_all(void)
{
	getpwnam_function *module = load(
	    "libnss_idmap.so.2", "_nss_idmap_getpwnam_r");
	getpwnam_function *null = load(
	    "libnss_idmnull.so.2", "_nss_idmnull_getpwnam_r");
	const size_t lines[] = { 30, 1000 };

	bench_table("NSS");
	for (size_t i = 0; i < IDM_COUNTOF(lines); i++) {
		fill_accounts(lines[i]);
		bench_group("a user, by lines of /etc/passwd");
		bench_user(lines[i], module);
		bench_group("its groups, by lines of /etc/group");
		bench_groups(lines[i]);
	}
	bench_group("a name that is not ours");
	bench_stranger(null, module);
	bench_group("the first question of a fresh process");
	bench_fresh();
}

/* The other end of in_a_fresh_process(). */
static int
ask_once(const char *service_name)
{
	struct passwd pw, *result;
	char buffer[1024];

	if (strcmp(service_name, "-") == 0)
		return 0;
	world_service(service_name);
	(void)getpwnam_r(strcmp(service_name, "files") == 0 ? ACCOUNT : ALIAS,
	    &pw, buffer, sizeof(buffer), &result);
	return (result == NULL) != (strcmp(service_name, "idmnull") == 0);
}

int
main(int argc, char **argv)
{
	struct fixture maps;

	if (argc == 3 && strcmp(argv[1], "ask") == 0)
		return ask_once(argv[2]);
	if (argc == 1) {
		world_enter(argv, "NSS", MODULE_PATH);
		return 0;
	}
	fixture_make(&maps, 0);
	fixture_install(&maps, &scheme);
	world_folder(IDM_STATEDIR);
	world_replace(maps.dir, IDM_STATEDIR);
	world_file("/etc/passwd");
	world_file("/etc/group");
	bench_all();
	fixture_remove(&maps);
	return 0;
}
