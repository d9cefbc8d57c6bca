/*
 * What a change costs: one durable edit of a map of so many entries, and all
 * of them at once.  The floor is what no change of such a file can do without:
 * to copy it beside itself and sync the copy.
 */

#include <sys/resource.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "map/edit.h"
#include "tests/bench/bench.h"
#include "tests/fixture.h"

#define TEXT_SIZE 48

static const struct idm_ruleset_name scheme = { IDM_RULESET_SCHEME, "corp" };

struct map {
	struct fixture fixture;
	struct idm_rewrite *rewrite;
	struct idm_entry *entry;
	char (*text)[TEXT_SIZE];
	size_t n;
	unsigned edits;
};

static void
must(enum idm_status status, const struct idm_err *err)
{
	if (status != IDM_OK)
		bench_die("%s", err->text);
}

/* Entries like those of a company: a domain, a login; some are patterns. */
static void
make_entries(struct map *map)
{
	map->entry = calloc(map->n, sizeof(*map->entry));
	map->text = calloc(map->n, sizeof(*map->text));
	if (map->entry == NULL || map->text == NULL)
		bench_die("out of memory");
	for (size_t i = 0; i < map->n; i++) {
		int len = snprintf(map->text[i], TEXT_SIZE, "%shost%zu!user%zu",
		    i % 1000 == 999 ? "*" : "", i % 977, i);
		map->entry[i].remote = (struct idm_str){
			.data = map->text[i],
			.len = (size_t)len,
		};
		map->entry[i].target = idm_str_of("foo");
	}
}

static void
copy_and_sync(void *arg, size_t calls)
{
	struct map *map = arg;
	char from[128], to[128];

	(void)snprintf(from, sizeof(from), "%s/map.gdbm", map->fixture.dir);
	(void)snprintf(to, sizeof(to), "%s/copy", map->fixture.dir);
	while (calls-- > 0)
		bench_copy(from, to);
}

/* Add an entry, from taking the lock to the folder's sync. */
static void
add_one(struct map *map, const char *pattern)
{
	struct idm_entry entry = { .target = idm_str_of("foo") };
	struct idm_rewrite *rewrite = fixture_begin(&map->fixture);
	char remote[TEXT_SIZE];
	struct idm_err err;
	bool unchanged;

	(void)snprintf(
	    remote, sizeof(remote), "%snew!user%u", pattern, map->edits++);
	entry.remote = idm_str_of(remote);
	must(idm_edit_add(rewrite, scheme, &entry, &unchanged, &err), &err);
	fixture_commit(rewrite);
}

static void
add_literals(void *arg, size_t calls)
{
	while (calls-- > 0)
		add_one(arg, "");
}

static void
add_patterns(void *arg, size_t calls)
{
	while (calls-- > 0)
		add_one(arg, "*");
}

static void
load_all(void *arg, size_t calls)
{
	struct map *map = arg;
	struct idm_rewrite *rewrite = fixture_begin(&map->fixture);

	while (calls-- > 0) {
		struct idm_entries entries;
		struct idm_err err;

		must(idm_entries_load(
			 idm_rewrite_view(rewrite), scheme, &entries, &err),
		    &err);
		bench_use(entries.n);
		idm_entries_free(&entries);
	}
	idm_rewrite_end(&rewrite);
}

/* All entries at once: the edit in memory, then the file. */
static void
measure_batch(struct map *map)
{
	struct idm_rewrite *rewrite = fixture_begin(&map->fixture);
	double start, edited, written;
	struct rusage usage;
	struct idm_err err;

	start = bench_now();
	must(idm_edit_replace(rewrite, scheme, map->entry, map->n, &err), &err);
	edited = bench_now();
	fixture_commit(rewrite);
	written = bench_now();
	bench_row("batch, durable", map->n, written - start);
	bench_row("  of that, the edit in memory", map->n, edited - start);
	(void)getrusage(RUSAGE_SELF, &usage);
	bench_value("memory at its highest", map->n,
	    (double)usage.ru_maxrss / 1024, "MB");
}

static void
measure_size(size_t n)
{
	struct fixture_ruleset none = {
		.name = scheme,
		.descriptor = "M2!M1",
	};
	struct map map = { .n = n };
	char title[64];

	make_entries(&map);
	fixture_make(&map.fixture, geteuid());
	fixture_install(&map.fixture, &none);
	(void)snprintf(title, sizeof(title), "all of %zu entries", n);
	bench_group(title);
	measure_batch(&map);
	(void)snprintf(title, sizeof(title), "one edit of %zu entries", n);
	bench_group(title);
	bench_run("copy and fsync of the file", n, 3, copy_and_sync, &map);
	bench_run("add a literal, durable", n, 3, add_literals, &map);
	bench_run("add a pattern, durable", n, 3, add_patterns, &map);
	bench_run("load and sort all entries", n, 1, load_all, &map);
	fixture_remove(&map.fixture);
	free(map.entry);
	free(map.text);
}

int
main(void)
{
	bench_table("edits of the map");
	measure_size(bench_size(10000, 100));
	measure_size(bench_size(100000, 200));
	measure_size(bench_size(1000000, 300));
	return 0;
}
