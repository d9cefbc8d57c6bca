/*
 * Name rules by their number: looked up, listed, added and removed.  The floor
 * of the look-ups is the one of a record, that of the changes a copy of the
 * file and its sync.
 */

#include <sys/stat.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "map/namerules.h"
#include "map/namerules_edit.h"
#include "tests/bench/bench.h"
#include "tests/fixture.h"

enum {
	CALLS = 200000,
	NAMES = 65536, /* asked for in turn, too many for a cache */
	TEXT = 48,
};

struct world {
	struct fixture fixture;
	struct idm_maps *maps;
	size_t n;
	unsigned edits;
	char name[NAMES][TEXT];
};

static void
must(enum idm_status status, const struct idm_err *err)
{
	if (status != IDM_OK)
		bench_die("%s", err->text);
}

static struct idm_namerule
rule_of(const char *win, const char *local, enum idm_rule_direction direction)
{
	return (struct idm_namerule){
		.direction = (uint8_t)direction,
		.win = idm_str_of(win),
		.domain = idm_str_of("corp.example"),
		.unix = idm_str_of(local),
	};
}

/* Two thirds both ways, one third to UNIX; and what the rest becomes. */
static void
make_rules(struct world *world)
{
	struct idm_rewrite *rewrite = fixture_begin(&world->fixture);
	struct idm_namerule rest = rule_of("*", "guest", IDM_RULE_TO_UNIX);
	struct idm_namerules_adding *adding = NULL;
	struct idm_err err;
	bool unchanged;

	must(idm_namerules_add_begin(rewrite, &adding, &err), &err);
	for (size_t i = 0; i < world->n; i++) {
		char win[TEXT], local[TEXT];
		struct idm_namerule rule = rule_of(
		    win, local, i % 3 == 2 ? IDM_RULE_TO_UNIX : IDM_RULE_BOTH);

		(void)snprintf(win, sizeof(win), "First.Last%zu", i);
		(void)snprintf(local, sizeof(local), "user%zu", i);
		rule.win = idm_str_of(win);
		rule.unix = idm_str_of(local);
		must(idm_namerules_add_one(adding, &rule, &unchanged, &err),
		    &err);
	}
	must(idm_namerules_add_one(adding, &rest, &unchanged, &err), &err);
	must(idm_namerules_add_finish(adding, &err), &err);
	idm_namerules_add_free(&adding);
	fixture_commit(rewrite);
}

/* Names to ask for, in no order. */
static void
name_rules(struct world *world, const char *stem)
{
	uint64_t random = 1;

	for (size_t i = 0; i < NAMES; i++) {
		(void)snprintf(world->name[i], TEXT, "%s%llu", stem,
		    (unsigned long long)(bench_random(&random) % world->n));
	}
}

/* The first candidate, or none. */
static void
ask_to_unix(struct world *world, size_t calls, const char *domain, bool any)
{
	for (size_t i = 0; i < calls; i++) {
		struct idm_candidates candidates;
		struct idm_namerule rule;
		bool found;

		found = idm_candidates_to_unix(&candidates, world->maps,
			    idm_str_of(world->name[i % NAMES]),
			    idm_str_of(domain), false, false, NULL) &&
		    idm_candidates_next(&candidates, &rule, NULL) == IDM_OK;
		if (found != any)
			bench_die("%s: wrong", world->name[i % NAMES]);
	}
}

static void
ask_literal(void *arg, size_t calls)
{
	ask_to_unix(arg, calls, "corp.example", true);
}

static void
ask_nobody(void *arg, size_t calls)
{
	ask_to_unix(arg, calls, "other.example", false);
}

static void
ask_to_windows(void *arg, size_t calls)
{
	struct world *world = arg;

	for (size_t i = 0; i < calls; i++) {
		struct idm_candidates candidates;
		struct idm_namerule rule;

		if (!idm_candidates_to_windows(&candidates, world->maps,
			idm_str_of(world->name[i % NAMES]), false, NULL))
			bench_die("no rules");
		bench_use(idm_candidates_next(&candidates, &rule, NULL));
	}
}

/* No rules of that kind: what NSS pays for each of its own identities. */
static void
ask_no_rules(void *arg, size_t calls)
{
	struct world *world = arg;

	for (size_t i = 0; i < calls; i++) {
		struct idm_candidates candidates;

		if (idm_candidates_to_unix(&candidates, world->maps,
			idm_str_of(world->name[i % NAMES]),
			idm_str_of("corp.example"), true, true, NULL))
			bench_die("there are group rules");
	}
}

static void
get_record(void *arg, size_t calls)
{
	struct world *world = arg;

	for (size_t i = 0; i < calls; i++) {
		char key[TEXT * 2];
		struct idm_str value;
		int len = snprintf(key, sizeof(key),
		    "w/uu/e/first.last%s@corp.example",
		    world->name[i % NAMES] + strlen("First.Last"));

		if (idm_view_get(world->maps->map, key, (size_t)len, &value) !=
		    IDM_OK)
			bench_die("%s: no record", key);
		bench_use(value.len);
	}
}

static void
measure_lookups(struct world *world)
{
	char title[64];
	struct idm_err err;

	(void)snprintf(title, sizeof(title), "look-up in %zu rules", world->n);
	must(idm_maps_open(
		 world->fixture.dir, world->fixture.owner, &world->maps, &err),
	    &err);
	bench_group(title);
	name_rules(world, "First.Last");
	bench_run("the record alone, and its key", world->n, CALLS, get_record,
	    world);
	bench_run("a literal rule", world->n, CALLS, ask_literal, world);
	name_rules(world, "nobody");
	bench_run(
	    "a wildcard behind them", world->n, CALLS, ask_literal, world);
	bench_run("no rule", world->n, CALLS, ask_nobody, world);
	name_rules(world, "user");
	bench_run("UNIX to Windows", world->n, CALLS, ask_to_windows, world);
	bench_run("no rules of the kind", world->n, CALLS, ask_no_rules, world);
	idm_maps_close(&world->maps);
}

static void
copy_and_sync(void *arg, size_t calls)
{
	struct world *world = arg;
	char from[128], to[128];

	(void)snprintf(from, sizeof(from), "%s/map.gdbm", world->fixture.dir);
	(void)snprintf(to, sizeof(to), "%s/copy", world->fixture.dir);
	while (calls-- > 0)
		bench_copy(from, to);
}

static void
add_rules(void *arg, size_t calls)
{
	struct world *world = arg;

	while (calls-- > 0) {
		struct idm_rewrite *rewrite = fixture_begin(&world->fixture);
		char name[TEXT];
		struct idm_namerule rule = rule_of(name, name, IDM_RULE_BOTH);
		struct idm_err err;
		bool unchanged;

		(void)snprintf(name, sizeof(name), "new%u", world->edits++);
		rule.win = rule.unix = idm_str_of(name);
		must(idm_namerules_add(rewrite, &rule, &unchanged, &err), &err);
		fixture_commit(rewrite);
	}
}

/* has_domain: by both whole names; else by one, through all of the map. */
static void
remove_rules(struct world *world, size_t calls, bool has_domain)
{
	while (calls-- > 0) {
		struct idm_rewrite *rewrite = fixture_begin(&world->fixture);
		char name[TEXT];
		struct idm_namerule like = rule_of(name, name, IDM_RULE_BOTH);
		struct idm_namerule_filter filter = {
			.like = &like,
			.has_win = true,
			.has_domain = has_domain,
			.has_unix = has_domain,
		};
		struct idm_err err;
		size_t removed;

		(void)snprintf(name, sizeof(name), "new%u", --world->edits);
		like.win = like.unix = idm_str_of(name);
		must(idm_namerules_remove(rewrite, &filter, &removed, &err),
		    &err);
		if (removed != 1)
			bench_die("%s: removed %zu", name, removed);
		fixture_commit(rewrite);
	}
}

static void
remove_between(void *arg, size_t calls)
{
	remove_rules(arg, calls, true);
}

static void
remove_named(void *arg, size_t calls)
{
	remove_rules(arg, calls, false);
}

static enum idm_status
use_rule(void *context, const struct idm_namerule *rule, struct idm_err *err)
{
	(void)context;
	(void)err;
	bench_use(rule->id);
	return IDM_OK;
}

static void
list_rules(void *arg, size_t calls)
{
	struct world *world = arg;
	struct idm_rewrite *rewrite = fixture_begin(&world->fixture);
	struct idm_err err;

	while (calls-- > 0) {
		must(idm_namerules_each(
			 idm_rewrite_view(rewrite), use_rule, NULL, &err),
		    &err);
	}
	idm_rewrite_end(&rewrite);
}

static void
measure_edits(struct world *world)
{
	char title[64];

	(void)snprintf(title, sizeof(title), "changes of %zu rules", world->n);
	bench_group(title);
	bench_run(
	    "copy and fsync of the file", world->n, 2, copy_and_sync, world);
	bench_run("add one, durable", world->n, 2, add_rules, world);
	bench_run("remove by both names", world->n, 1, remove_between, world);
	bench_run("remove by one name", world->n, 1, remove_named, world);
	bench_run("list", world->n, 1, list_rules, world);
}

static void
measure(size_t n)
{
	static struct world world;
	double start;
	struct stat st;
	char path[128];

	world.n = n;
	world.edits = 0;
	fixture_make(&world.fixture, geteuid());
	start = bench_now();
	make_rules(&world);
	start = bench_now() - start;
	measure_lookups(&world);
	measure_edits(&world);
	bench_group("all at once");
	bench_row("added, durable", n, start);
	(void)snprintf(path, sizeof(path), "%s/map.gdbm", world.fixture.dir);
	if (stat(path, &st) == 0)
		bench_value("the file", n, (double)st.st_size / 1e6, "MB");
	fixture_remove(&world.fixture);
}

int
main(void)
{
	bench_table("name rules");
	measure(bench_size(10000, 100));
	measure(bench_size(1000000, 300));
	return 0;
}
