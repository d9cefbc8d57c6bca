/*
 * Ids that a real idmapd allocates: asked for by one process, by eight at the
 * same time, and many in a request.  Each answer is on disk.  The floor is what
 * no durable allocation can do without: an append, and fdatasync().
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "state/remote.h"
#include "tests/bench/bench.h"
#include "tests/bench/world.h"
#include "tests/fixture.h"

#define RECORD_BYTES 260 /* of an allocation in the journal, about */
#define PROCESSES    8
#define CALLS        200
#define WAIT_MS      20000
#define SOCKET       "/run/idmap/bench.sock"
#define START_TRIES  1000 /* naps of 10 ms until idmapd is there */

extern char **environ;

struct asking {
	struct idm_remote *remote;
	uint32_t domain; /* SIDs of different ones differ */
	uint32_t next;
	int floor; /* a file to append to */
};

static void
must(enum idm_status st, const struct idm_err *err)
{
	if (st != IDM_OK)
		bench_die("%s", err->text);
}

/* ---- idmapd. */

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	if (file == NULL || fputs(text, file) == EOF || fclose(file) != 0)
		bench_die("%s: %s", path, strerror(errno));
}

/* A map whose catch-all allocates. */
static void
make_map(struct fixture *maps)
{
	static const struct idm_domain all = {
		.name = IDM_CATCH_ALL,
		.backend = IDM_BACKEND_TDB,
		.low = 200000,
		.high = 1999999999,
	};

	(void)snprintf(
	    maps->dir, sizeof(maps->dir), "/var/tmp/idm-bench-XXXXXX");
	maps->owner = 0;
	if (mkdtemp(maps->dir) == NULL || chmod(maps->dir, 0755) == -1)
		bench_die("%s: %s", maps->dir, strerror(errno));
	fixture_domains(maps, &all, 1);
}

static pid_t
start_daemon(const struct fixture *maps)
{
	char path[] = IDMAPD_PATH, dir[sizeof(maps->dir)], log[128];
	char socket_option[] = "--socket", socket_path[] = SOCKET;
	char state_option[] = "--state", log_option[] = "--log";
	char *argv[] = { path, socket_option, socket_path, state_option, dir,
		log_option, log, NULL };
	pid_t pid;

	memcpy(dir, maps->dir, sizeof(dir));
	(void)snprintf(log, sizeof(log), "%s/log", dir);
	if (posix_spawn(&pid, path, NULL, NULL, argv, environ) != 0)
		bench_die("%s: %s", path, strerror(errno));
	return pid;
}

static void
stop_daemon(pid_t pid)
{
	if (kill(pid, SIGTERM) == 0)
		(void)waitpid(pid, NULL, 0);
}

/* The keeper is the engine's only child. */
static pid_t
find_keeper(pid_t engine)
{
	char path[64], line[32] = "";
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children",
	    (long)engine, (long)engine);
	file = fopen(path, "re");
	if (file == NULL || fgets(line, sizeof(line), file) == NULL)
		bench_die("%s: no child", path);
	(void)fclose(file);
	return (pid_t)strtol(line, NULL, 10);
}

/* ---- Asking. */

static struct idm_remote *
open_remote(void)
{
	struct idm_remote *remote = NULL;
	struct idm_err err;

	must(idm_remote_new(SOCKET, NULL, 0, WAIT_MS, &remote, &err), &err);
	return remote;
}

/* What root's "idmap state adopt" does; also waits until idmapd is there. */
static void
adopt(const struct fixture *maps, struct idm_remote *remote)
{
	const struct timespec nap = { .tv_nsec = 10000000 };
	struct idm_state_request request = { .command = { "bench", 5 } };
	struct idm_policy policy = idm_policy_default;
	enum idm_status st = IDM_TEMPFAIL;
	struct idm_str reply;
	struct idm_err err;

	for (int i = 0; i < START_TRIES && st != IDM_OK; i++) {
		st = idm_remote_ask(
		    remote, IDM_OP_STATE_ADOPT, &request, &reply, &err);
		if (st != IDM_OK)
			(void)nanosleep(&nap, NULL);
	}
	must(st, &err);
	if (reply.len < IDM_UUID_SIZE)
		bench_die("idmapd's answer is cut short");
	policy.has_state = true;
	memcpy(policy.state_uuid, reply.data, IDM_UUID_SIZE);
	policy.nkeepers = 1;
	policy.keeper[0] = 902;
	fixture_policy(maps, &policy);
}

/* So many new SIDs in one request. */
static void
ask(struct asking *asking, size_t n)
{
	static struct idm_wish wish[IDM_WISHES_MAX];
	static struct idm_grant grant[IDM_WISHES_MAX];
	struct idm_allocator allocator = idm_remote_allocator(asking->remote);
	struct idm_err err;

	for (size_t i = 0; i < n; i++) {
		wish[i] = (struct idm_wish){
			.sid = { 5,
			    { 21, 1, 2, asking->domain, asking->next++ }, 5 },
			.kind = 'B',
		};
	}
	must(allocator.grant(allocator.context, wish, n, grant, &err), &err);
	for (size_t i = 0; i < n; i++) {
		if (grant[i].status != IDM_OK || !grant[i].is_new)
			bench_die("not granted: %s", grant[i].reason);
	}
}

static void
ask_each(void *arg, size_t calls)
{
	while (calls-- > 0)
		ask(arg, 1);
}

static void
append_each(void *arg, size_t calls)
{
	const struct asking *asking = arg;

	while (calls-- > 0)
		bench_append(asking->floor, RECORD_BYTES);
}

/* Several processes at the same time, one SID in a request. */
static void
ask_from_many(struct asking *asking, size_t calls)
{
	pid_t child[PROCESSES];

	for (unsigned i = 0; i < PROCESSES; i++) {
		asking->domain++;
		child[i] = fork();
		if (child[i] == -1)
			bench_die("fork: %s", strerror(errno));
		if (child[i] == 0) {
			asking->remote = open_remote();
			ask_each(asking, calls);
			_exit(0);
		}
	}
	for (unsigned i = 0; i < PROCESSES; i++) {
		int status;

		if (waitpid(child[i], &status, 0) != child[i] || status != 0)
			bench_die("a process failed");
	}
	asking->domain++;
}

static void
ask_in_bulk(struct asking *asking, size_t n)
{
	for (size_t done = 0; done < n; done += IDM_WISHES_MAX)
		ask(asking, IDM_WISHES_MAX);
}

/* ---- All of it. */

static void
measure(struct asking *asking, pid_t keeper, size_t there)
{
	size_t calls = bench_size(CALLS, 10);
	char title[64];
	double start;

	(void)snprintf(title, sizeof(title), "one more of %zu", there);
	bench_group(title);
	bench_run("append and fdatasync", there, calls, append_each, asking);
	bench_run("one process", there, calls, ask_each, asking);
	start = bench_now();
	ask_from_many(asking, calls);
	bench_row("eight processes", there,
	    (bench_now() - start) / (double)(calls * PROCESSES));
	bench_value("private memory of the keeper", there,
	    (double)bench_private_memory_of(keeper) / 1024, "MB");
}

static void
measure_bulk(struct asking *asking, pid_t keeper, size_t n)
{
	double start = bench_now();

	ask_in_bulk(asking, n);
	bench_group("256 in a request");
	bench_row("one process", n, (bench_now() - start) / (double)n);
	bench_value("private memory of the keeper", n,
	    (double)bench_private_memory_of(keeper) / 1024, "MB");
}

static void
bench_grants(const struct fixture *maps, pid_t daemon)
{
	struct asking asking = { .remote = open_remote(), .next = 1000 };
	size_t many = bench_size(200000, 512);
	char path[128];
	pid_t keeper;

	(void)snprintf(path, sizeof(path), "%s/floor", maps->dir);
	asking.floor = open(
	    path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (asking.floor == -1)
		bench_die("%s: %s", path, strerror(errno));
	adopt(maps, asking.remote);
	keeper = find_keeper(daemon);
	measure(&asking, keeper, 0);
	measure_bulk(&asking, keeper, many);
	measure(&asking, keeper, many);
	(void)close(asking.floor);
	idm_remote_free(&asking.remote);
}

static pid_t daemon_pid;

/* Whatever ends us: nothing is left running. */
static void
clean_up(void)
{
	if (daemon_pid > 0)
		stop_daemon(daemon_pid);
}

int
main(int argc, char **argv)
{
	struct fixture maps;

	if (argc != 2 || strcmp(argv[1], "inside") != 0) {
		world_enter(argv, "grants by idmapd", MODULE_PATH);
		return 0;
	}
	world_folder("/etc");
	world_folder("/run");
	write_file("/etc/passwd",
	    "root:x:0:0::/:/bin/sh\nidmap:x:901:901::/:/bin/false\n"
	    "idmap-keep:x:902:902::/:/bin/false\n");
	write_file("/etc/group", "root:x:0:\n");
	make_map(&maps);
	bench_table("grants by idmapd");
	daemon_pid = start_daemon(&maps);
	if (atexit(clean_up) != 0)
		bench_die("atexit");
	bench_grants(&maps, daemon_pid);
	clean_up();
	daemon_pid = 0;
	fixture_remove(&maps);
	return 0;
}
