/*
 * The map reader beside libgdbm on the same file, and beside the floor: a
 * plain hash table in a mapped file, half full, that trusts every byte of it.
 * The floor hashes names by SipHash too, as does whoever looks up names that
 * strangers choose.
 */

#include <fcntl.h>
#include <gdbm.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/bench/bench.h"

#include "map/rewrite.h"
#include "map/siphash.h"
#include "map/snapshot.h"
#include "map/view.h"

enum {
	CALLS = 200000,
	NAMES = 1 << 20, /* looked up in turn: more than a cache keeps */
	TEXT = 40,       /* bytes of a name */
	VALUE = 48,      /* bytes of a record: an account's line, say */
};

static const uint8_t seed[IDM_SEED_SIZE] = "not a secret...";

struct name {
	uint8_t len;
	char text[TEXT - 1];
};

/* A record in the floor's file: lengths, then key and value. */
struct slot {
	uint32_t hash;
	uint32_t offset; /* 0: empty */
};

struct bench {
	size_t records;
	struct name *names;  /* NAMES of them */
	size_t mask;         /* how many of them are used, less one */
	_Atomic size_t next; /* where the next run begins, so that all differ */
	const struct idm_view *view;
	struct idm_snapshot *snapshot;
	GDBM_FILE gdbm;
	uint8_t view_seed[IDM_SEED_SIZE];
	const unsigned char *floor;
	size_t floor_mask;
};

static char dir[] = "/tmp/idm-bench-XXXXXX";

static void
fill_name(struct name *name, size_t n)
{
	int len = snprintf(
	    name->text, sizeof(name->text), "s/bench/e/corp!user%07zu", n);

	name->len = (uint8_t)len;
}

static void
fill_value(char value[VALUE], size_t n)
{
	memset(value, 'v', VALUE);
	memcpy(value, &n, sizeof(n));
}

/* ---- The map, by the writer that makes real ones. */

static void
check(enum idm_status st, const struct idm_err *err)
{
	if (st != IDM_OK)
		bench_die("%s", err->text);
}

static void
make_map(size_t records)
{
	struct idm_rewrite *rewrite = NULL;
	struct idm_err err;

	check(idm_rewrite_begin(dir, IDM_MAP_FILE, IDM_MAP_POLICY, getuid(),
		  true, 0, &rewrite, &err),
	    &err);
	for (size_t i = 0; i < records; i++) {
		struct name name;
		char value[VALUE];

		fill_name(&name, i);
		fill_value(value, i);
		check(idm_rewrite_put(
			  rewrite, name.text, name.len, value, VALUE, &err),
		    &err);
	}
	check(idm_rewrite_commit(rewrite, NULL, NULL, &err), &err);
	idm_rewrite_end(&rewrite);
}

/* ---- The floor. */

static void
store_floor(
    struct slot *slots, size_t mask, unsigned char *data, size_t *at, size_t n)
{
	struct name name;
	char value[VALUE];
	size_t i;

	fill_name(&name, n);
	fill_value(value, n);
	i = idm_siphash(seed, name.text, name.len) & mask;
	while (slots[i].offset != 0)
		i = (i + 1) & mask;
	slots[i].hash = (uint32_t)(idm_siphash(seed, name.text, name.len) >>
	    32);
	slots[i].offset = (uint32_t)*at;
	data[*at] = name.len;
	data[*at + 1] = VALUE;
	memcpy(data + *at + 2, name.text, name.len);
	memcpy(data + *at + 2 + name.len, value, VALUE);
	*at += 2 + (size_t)name.len + VALUE;
}

static void
make_floor(struct bench *bench)
{
	size_t nslots = 1, at, size;
	unsigned char *data;
	int fd;

	while (nslots < 2 * bench->records)
		nslots *= 2;
	at = nslots * sizeof(struct slot);
	size = at + bench->records * (2 + TEXT + VALUE);
	fd = open("floor", O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd == -1 || ftruncate(fd, (off_t)size) == -1)
		bench_die("cannot make a file");
	data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (data == MAP_FAILED)
		bench_die("cannot map a file");
	for (size_t i = 0; i < bench->records; i++)
		store_floor((struct slot *)data, nslots - 1, data, &at, i);
	(void)munmap(data, size);
	data = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (data == MAP_FAILED)
		bench_die("cannot map a file");
	(void)close(fd);
	bench->floor = data;
	bench->floor_mask = nslots - 1;
}

static bool
floor_get(
    const struct bench *bench, const struct name *name, struct idm_str *value)
{
	const struct slot *slots = (const struct slot *)bench->floor;
	uint64_t hash = idm_siphash(seed, name->text, name->len);
	size_t i = hash & bench->floor_mask;

	for (; slots[i].offset != 0; i = (i + 1) & bench->floor_mask) {
		const unsigned char *at = bench->floor + slots[i].offset;

		if (slots[i].hash != (uint32_t)(hash >> 32) ||
		    at[0] != name->len ||
		    memcmp(at + 2, name->text, name->len) != 0)
			continue;
		*value = (struct idm_str){
			.data = (const char *)at + 2 + name->len,
			.len = at[1],
		};
		return true;
	}
	return false;
}

/* ---- One lookup after another. */

static size_t
begin_run(struct bench *bench, size_t calls)
{
	return atomic_fetch_add(&bench->next, calls);
}

static const struct name *
name_at(const struct bench *bench, size_t n)
{
	return &bench->names[n & bench->mask];
}

static void
look_in_floor(void *arg, size_t calls)
{
	struct bench *bench = arg;
	size_t from = begin_run(bench, calls);

	for (size_t i = from; i < from + calls; i++) {
		struct idm_str value;

		if (floor_get(bench, name_at(bench, i), &value))
			bench_use((uint64_t)value.data[0]);
	}
}

static void
look_in_view(void *arg, size_t calls)
{
	struct bench *bench = arg;
	size_t from = begin_run(bench, calls);

	for (size_t i = from; i < from + calls; i++) {
		const struct name *name = name_at(bench, i);
		struct idm_str value;

		if (idm_view_get(bench->view, name->text, name->len, &value) ==
		    IDM_OK)
			bench_use((uint64_t)value.data[0]);
	}
}

/* As a module does it: enter, look up, leave. */
static void
look_in_snapshot(void *arg, size_t calls)
{
	struct bench *bench = arg;
	size_t from = begin_run(bench, calls);

	for (size_t i = from; i < from + calls; i++) {
		const struct name *name = name_at(bench, i);
		struct idm_inside inside;
		struct idm_str value;

		if (idm_snapshot_enter(bench->snapshot, &inside, NULL) !=
		    IDM_OK)
			bench_die("the map is unavailable");
		if (idm_view_get(inside.maps->map, name->text, name->len,
			&value) == IDM_OK)
			bench_use((uint64_t)value.data[0]);
		idm_snapshot_leave(&inside);
	}
}

static void
enter_and_leave(void *arg, size_t calls)
{
	struct bench *bench = arg;
	struct idm_inside inside;

	for (size_t i = 0; i < calls; i++) {
		if (idm_snapshot_enter(bench->snapshot, &inside, NULL) !=
		    IDM_OK)
			bench_die("the map is unavailable");
		idm_snapshot_leave(&inside);
	}
}

static void
look_in_gdbm(void *arg, size_t calls)
{
	struct bench *bench = arg;
	size_t from = begin_run(bench, calls);

	for (size_t i = from; i < from + calls; i++) {
		const struct name *name = name_at(bench, i);
		char memory[TEXT + 16];
		struct idm_buf key;
		datum value;

		idm_buf_init_fixed(&key, memory, sizeof(memory));
		idm_buf_put(&key, name->text, name->len);
		idm_key_finish(&key, bench->view_seed);
		value = gdbm_fetch(
		    bench->gdbm, (datum){ key.data, (int)key.len });
		if (value.dptr != NULL)
			bench_use((uint64_t)value.dptr[0]);
		free(value.dptr);
	}
}

/* ---- The table. */

/* Random names of those that are there, or of others; or one alone. */
static void
choose(struct bench *bench, size_t from, size_t n)
{
	uint64_t state = 1;

	for (size_t i = 0; i <= bench->mask; i++)
		fill_name(&bench->names[i], from + bench_random(&state) % n);
}

static void
measure(struct bench *bench, const char *title)
{
	char group[80];

	(void)snprintf(
	    group, sizeof(group), "%s, %zu records", title, bench->records);
	bench_group(group);
	bench_run("plain hash table, mapped", bench->records, CALLS,
	    look_in_floor, bench);
	bench_run("our view", bench->records, CALLS, look_in_view, bench);
	bench_run("our view in a snapshot", bench->records, CALLS,
	    look_in_snapshot, bench);
	bench_run("libgdbm, mapped, no lock", bench->records, CALLS,
	    look_in_gdbm, bench);
	bench_run_threads("plain hash table, 2 threads", bench->records, CALLS,
	    look_in_floor, bench, 2);
	bench_run_threads("our view, 2 threads", bench->records, CALLS,
	    look_in_view, bench, 2);
	bench_run_threads("our view in a snapshot, 2 threads", bench->records,
	    CALLS, look_in_snapshot, bench, 2);
}

/* What a process has for itself after having looked up very much. */
static void
measure_memory(struct bench *bench)
{
	static const struct {
		const char *what;
		bench_work *work;
	} readers[] = {
		{ "our view, private memory", look_in_view },
		{ "libgdbm, private memory", look_in_gdbm },
	};

	for (size_t i = 0; i < IDM_COUNTOF(readers); i++) {
		size_t before, after;

		/* Or it would go on in memory that the writer gave back. */
		(void)malloc_trim(0);
		before = bench_private_memory();
		readers[i].work(bench, 2 * bench->records);
		after = bench_private_memory();
		bench_value(readers[i].what, bench->records,
		    after > before ? (double)(after - before) : 0, "kB");
	}
}

static void
measure_size(struct bench *bench, size_t records)
{
	struct idm_view *view = NULL;
	uid_t owner = getuid();
	struct idm_err err;

	bench->records = records;
	make_map(records);
	make_floor(bench);
	check(
	    idm_view_open(IDM_MAP_FILE, IDM_MAP_POLICY, &owner, 1, &view, &err),
	    &err);
	check(idm_snapshot_new(dir, owner, &bench->snapshot, &err), &err);
	bench->view = view;
	memcpy(bench->view_seed, idm_view_header(view)->seed, IDM_SEED_SIZE);
	bench->gdbm = gdbm_open(
	    IDM_MAP_FILE, 0, GDBM_READER | GDBM_NOLOCK, 0, NULL);
	if (bench->gdbm == NULL)
		bench_die("libgdbm cannot open the map");

	bench->mask = (bench_quick() ? 1024 : NAMES) - 1;
	choose(bench, 0, records);
	measure_memory(bench);
	measure(bench, "random names");
	choose(bench, records, records);
	measure(bench, "names that are missing");
	bench->mask = 0;
	choose(bench, 0, 1);
	measure(bench, "one name again and again");

	(void)gdbm_close(bench->gdbm);
	idm_snapshot_free(&bench->snapshot);
	idm_view_close(&view);
	(void)munmap((void *)(uintptr_t)bench->floor,
	    (bench->floor_mask + 1) * sizeof(struct slot) +
		records * (2 + TEXT + VALUE));
	(void)unlink(IDM_MAP_FILE);
	(void)unlink("floor");
}

int
main(void)
{
	static const size_t sizes[] = { 10000, 100000, 1000000 };
	struct bench bench = { .records = 0 };
	struct idm_err err;

	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		bench_die("cannot make a folder");
	bench.names = calloc(NAMES, sizeof(*bench.names));
	if (bench.names == NULL)
		bench_die("out of memory");
	bench_table("map reader");
	for (size_t i = 0; i < IDM_COUNTOF(sizes); i++)
		measure_size(&bench, bench_size(sizes[i], sizes[i] / 1000));

	make_map(10);
	check(idm_snapshot_new(dir, getuid(), &bench.snapshot, &err), &err);
	bench_group("the snapshot alone");
	bench_run("enter and leave", 0, 1000000, enter_and_leave, &bench);
	bench_run_threads("enter and leave, 2 threads", 0, 1000000,
	    enter_and_leave, &bench, 2);
	idm_snapshot_free(&bench.snapshot);
	free(bench.names);
	(void)unlink(IDM_MAP_FILE);
	(void)unlink(".map.gdbm.lock");
	if (chdir("/") == -1 || rmdir(dir) == -1)
		bench_die("cannot remove %s", dir);
	return 0;
}
