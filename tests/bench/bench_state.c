/*
 * What an allocation costs: durable, one by one, in a state of a thousand and
 * of a million; many with one sync; and a fold.  The floor is what no durable
 * allocation can do without: an append of as many bytes, and fdatasync().
 */

#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "map/allocated.h"
#include "state/state.h"
#include "tests/bench/bench.h"

#define RECORD_BYTES 260 /* of an allocation in the journal, about */

struct allocating {
	char dir[64];
	struct idm_state *state;
	uint32_t next;
	int floor; /* a file to append to */
};

static void
must(enum idm_status st, const struct idm_err *err)
{
	if (st != IDM_OK)
		bench_die("%s", err->text);
}

static struct idm_str
str_of_buf(const struct idm_buf *buf)
{
	return (struct idm_str){ .data = buf->data, .len = buf->len };
}

/* One id of kind B: four records and the mark, as idm_place() stages them. */
static void
stage(struct allocating *all)
{
	char memory[4][300], sid_text[IDM_SID_TEXT_MAX];
	struct idm_sid sid = { 5, { 21, 1, 2, 3, all->next }, 5 };
	struct idm_allocated allocated = {
		.id = 200000 + all->next,
		.kind = 'B',
		.domain = { "*", 1 },
	};
	struct idm_buf key, value, back, owner;
	struct idm_err err;

	for (const char *kind = "ug"; *kind != '\0'; kind++) {
		idm_buf_init_fixed(&key, memory[0], sizeof(memory[0]));
		idm_buf_init_fixed(&value, memory[1], sizeof(memory[1]));
		idm_buf_init_fixed(&back, memory[2], sizeof(memory[2]));
		idm_buf_init_fixed(&owner, memory[3], sizeof(memory[3]));
		idm_state_key_sid(&key, *kind, &sid);
		idm_allocated_write(&value, &allocated);
		idm_state_key_id(&back, *kind, allocated.id);
		idm_owner_write(
		    &owner, idm_str_of(idm_sid_format(&sid, sid_text)));
		must(idm_state_put(all->state, str_of_buf(&key),
			 str_of_buf(&value), &err),
		    &err);
		must(idm_state_put(all->state, str_of_buf(&back),
			 str_of_buf(&owner), &err),
		    &err);
	}
	idm_buf_init_fixed(&key, memory[0], sizeof(memory[0]));
	idm_buf_init_fixed(&value, memory[1], sizeof(memory[1]));
	idm_state_key_next(&key, idm_str_of("*"), 'b');
	idm_number_write(&value, allocated.id + 1u);
	must(idm_state_put(
		 all->state, str_of_buf(&key), str_of_buf(&value), &err),
	    &err);
	all->next++;
}

static void
sync_state(struct allocating *all)
{
	struct idm_err err;

	must(idm_state_sync(all->state, &err), &err);
}

static void
fold(struct allocating *all)
{
	struct idm_err err;

	must(idm_state_fold(all->state, &err), &err);
}

static void
append_and_sync(void *arg, size_t calls)
{
	const struct allocating *all = arg;

	while (calls-- > 0)
		bench_append(all->floor, RECORD_BYTES);
}

static void
allocate_each(void *arg, size_t calls)
{
	while (calls-- > 0) {
		stage(arg);
		sync_state(arg);
	}
}

static void
allocate_64(void *arg, size_t calls)
{
	while (calls-- > 0) {
		for (int i = 0; i < 64; i++)
			stage(arg);
		sync_state(arg);
	}
}

/* A fold after a thousand new ones. */
static double
time_fold(struct allocating *all)
{
	double started;

	for (int i = 0; i < 1000; i++)
		stage(all);
	sync_state(all);
	started = bench_now();
	fold(all);
	return bench_now() - started;
}

static void
open_all(struct allocating *all)
{
	struct idm_err err;
	char path[128];

	(void)snprintf(all->dir, sizeof(all->dir), "/var/tmp/idm-bench-XXXXXX");
	if (mkdtemp(all->dir) == NULL || chmod(all->dir, 0755) == -1)
		bench_die("cannot make a folder");
	must(idm_state_open(
		 all->dir, geteuid(), NULL, true, 0, &all->state, &err),
	    &err);
	(void)snprintf(path, sizeof(path), "%s/floor", all->dir);
	all->floor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (all->floor == -1)
		bench_die("cannot make a file");
}

static void
close_all(struct allocating *all)
{
	static const char *const names[] = { "floor", "journal", "state.gdbm",
		".state.gdbm.lock" };
	char path[128];

	idm_state_close(&all->state);
	(void)close(all->floor);
	for (size_t i = 0; i < IDM_COUNTOF(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", all->dir, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(all->dir);
}

/* So many, in changes of 4096 each; what all of it took. */
static void
fill(struct allocating *all, size_t n)
{
	double started = bench_now(), synced;

	for (size_t i = 1; i <= n; i++) {
		stage(all);
		if (i % 4096 == 0 || i == n)
			sync_state(all);
	}
	synced = bench_now();
	fold(all);
	bench_row(
	    "granted in bulk, durable", n, (synced - started) / (double)n);
	bench_row("first fold of all", n, bench_now() - synced);
}

static void
measure(size_t n)
{
	struct allocating all = { .next = 1 };
	char title[64];

	open_all(&all);
	(void)snprintf(title, sizeof(title), "%zu in bulk", n);
	bench_group(title);
	fill(&all, n);
	(void)snprintf(title, sizeof(title), "one more of %zu", n);
	bench_group(title);
	bench_run("append and fdatasync", n, 200, append_and_sync, &all);
	bench_run("one, durable", n, 200, allocate_each, &all);
	bench_run("64 with one sync", n, 50, allocate_64, &all);
	bench_row("fold of a thousand new ones", n, time_fold(&all));
	bench_value(
	    "private memory", n, (double)bench_private_memory() / 1024, "MB");
	close_all(&all);
}

int
main(void)
{
	bench_table("allocations");
	measure(bench_size(1000, 100));
	measure(bench_size(1000000, 1000));
	return 0;
}
