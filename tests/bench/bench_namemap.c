/*
 * namemap by the number of entries in a scheme, beside the one lookup of a
 * record that a literal name cannot do without.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bench/bench.h"

#include "map/namemap.h"
#include "map/shape.h"
#include "tests/fixture.h"

enum {
	CALLS = 200000,
	NAMES = 65536, /* asked for in turn, too many for a cache */
	TEXT = 48,     /* bytes of a name */
};

/* How the n-th entry of a scheme is called, and a name that it matches. */
struct kind {
	const char *scheme;
	void (*entry)(char text[TEXT], size_t n);
	void (*name)(char text[TEXT], size_t n);
};

static void IDM_PRINTF(2, 3) print(char text[TEXT], const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(text, TEXT, fmt, ap);
	va_end(ap);
	if (len < 0 || len >= TEXT)
		bench_die("name too long");
}

static void
literal(char text[TEXT], size_t n)
{
	print(text, "user%zu@host%zu", n, n % 1000);
}

/* Everybody of one host: all of one shape. */
static void
host(char text[TEXT], size_t n)
{
	print(text, "*@host%zu", n);
}

static void
host_name(char text[TEXT], size_t n)
{
	print(text, "user@host%zu", n);
}

/* Patterns of nine forms and names of many lengths: many shapes. */
static void
mixed(char text[TEXT], size_t n)
{
	static const char *const users[] = { "*", "adm*", "?" };
	const char *user = users[n % 3];

	switch (n / 3 % 3) {
	case 0:
		print(text, "%s@h%zu.*", user, n);
		break;
	case 1:
		print(text, "%s@*.d%zu", user, n);
		break;
	default:
		print(text, "%s@n%zu-[0-9]", user, n);
		break;
	}
}

static void
mixed_name(char text[TEXT], size_t n)
{
	static const char *const users[] = { "joe", "adm1", "z" };
	const char *user = users[n % 3];

	switch (n / 3 % 3) {
	case 0:
		print(text, "%s@h%zu.x", user, n);
		break;
	case 1:
		print(text, "%s@x.d%zu", user, n);
		break;
	default:
		print(text, "%s@n%zu-5", user, n);
		break;
	}
}

static void
stranger(char text[TEXT], size_t n)
{
	print(text, "stranger%zu@nowhere", n);
}

static const struct kind kinds[] = {
	{ "literal", literal, literal },
	{ "hosts", host, host_name },
	{ "mixed", mixed, mixed_name },
};

/* A scheme of n entries of a kind; "literal" has a last one for the rest. */
static void
install(const struct fixture *fixture, const struct kind *kind, size_t n)
{
	char(*text)[TEXT] = calloc(n, sizeof(*text));
	struct fixture_entry *entry = calloc(n + 1, sizeof(*entry));
	struct fixture_ruleset ruleset = {
		.name = { IDM_RULESET_SCHEME, kind->scheme },
		.descriptor = "M1@M2",
		.entry = entry,
		.n = n,
	};

	if (text == NULL || entry == NULL)
		bench_die("out of memory");
	for (size_t i = 0; i < n; i++) {
		kind->entry(text[i], i);
		entry[i] = (struct fixture_entry){ text[i], "bob", 0 };
	}
	if (kind->entry == literal) {
		entry[n] = (struct fixture_entry){ "*@host*", "%1", 0 };
		ruleset.n++;
	}
	fixture_install(fixture, &ruleset);
	free(entry);
	free(text);
}

/* Questions to one scheme. */
struct questions {
	const struct idm_maps *maps;
	const char *scheme;
	enum idm_status expected;
	size_t names; /* asked in turn: NAMES or 1 */
	char name[NAMES][TEXT];
};

static void
ask(void *arg, size_t calls)
{
	const struct questions *questions = arg;
	struct idm_match match;

	for (size_t i = 0; i < calls; i++) {
		const char *name = questions->name[i % questions->names];

		if (idm_match_scheme(questions->maps, questions->scheme,
			idm_str_of(name), &match, NULL,
			NULL) != questions->expected)
			bench_die("%s: wrong answer", name);
		bench_use((uint64_t)match.result[0]);
	}
}

/* What the bare record costs. */
static void
get(void *arg, size_t calls)
{
	const struct questions *questions = arg;

	for (size_t i = 0; i < calls; i++) {
		const char *name = questions->name[i % questions->names];
		char memory[IDM_KEY_MAX];
		struct idm_str value;
		struct idm_buf key;

		idm_buf_init_fixed(&key, memory, sizeof(memory));
		idm_key_entry(&key, IDM_RULESET_SCHEME,
		    idm_str_of(questions->scheme), idm_str_of(name));
		if (idm_view_get(questions->maps->map, key.data, key.len,
			&value) != IDM_OK)
			bench_die("%s: no record", name);
		bench_use(value.len);
	}
}

static void
not_ours(void *arg, size_t calls)
{
	const struct questions *questions = arg;
	struct idm_match match;
	bool is_foreign;

	for (size_t i = 0; i < calls; i++) {
		if (idm_match_serving(questions->maps, idm_str_of("alice"),
			&match, &is_foreign, NULL, NULL) != IDM_NOTFOUND ||
		    is_foreign)
			bench_die("alice is foreign");
	}
}

/* Ask of a scheme of n entries for names of random ones. */
static void
prepare(struct questions *questions, const char *scheme,
    void (*name)(char text[TEXT], size_t n), size_t n, enum idm_status expected)
{
	uint64_t random = 1;

	questions->scheme = scheme;
	questions->expected = expected;
	questions->names = NAMES;
	for (size_t i = 0; i < NAMES; i++)
		name(questions->name[i], bench_random(&random) % n);
}

static uint32_t
shapes_of(const struct idm_maps *maps, const char *scheme)
{
	struct idm_ruleset ruleset;
	char memory[IDM_KEY_MAX];
	struct idm_str value;
	struct idm_buf key;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_key_ruleset(&key, IDM_RULESET_SCHEME, idm_str_of(scheme));
	if (idm_view_get(maps->map, key.data, key.len, &value) != IDM_OK ||
	    idm_ruleset_read(value, &ruleset, NULL) != IDM_OK)
		bench_die("%s: no scheme", scheme);
	return ruleset.nshapes;
}

static void
measure(struct questions *questions, size_t n)
{
	char title[TEXT];

	print(title, "schemes of %zu entries", n);
	bench_group(title);
	prepare(questions, "literal", literal, n, IDM_OK);
	bench_run("the record alone", n, CALLS, get, questions);
	bench_run("literal", n, CALLS, ask, questions);
	questions->names = 1;
	bench_run("literal, the same again", n, CALLS, ask, questions);
	prepare(questions, "literal", host_name, n, IDM_OK);
	bench_run("pattern behind literals", n, CALLS, ask, questions);
	prepare(questions, "literal", stranger, n, IDM_NOTFOUND);
	bench_run("nothing matches", n, CALLS, ask, questions);
	prepare(questions, "hosts", host_name, n, IDM_OK);
	bench_run("*@hostN, one shape", n, CALLS, ask, questions);
	prepare(questions, "mixed", mixed_name, n, IDM_OK);
	bench_run("patterns of many shapes", n, CALLS, ask, questions);
	prepare(questions, "mixed", stranger, n, IDM_NOTFOUND);
	bench_run("nothing matches any shape", n, CALLS, ask, questions);
	bench_value("shapes", n, shapes_of(questions->maps, "mixed"), "");
	bench_run("a name that is not ours", n, CALLS, not_ours, questions);
}

static void
run(struct questions *questions, size_t n)
{
	struct idm_maps *maps = NULL;
	struct fixture fixture;
	struct idm_err err;

	fixture_make(&fixture, getuid());
	for (size_t i = 0; i < IDM_COUNTOF(kinds); i++)
		install(&fixture, &kinds[i], n);
	if (idm_maps_open(fixture.dir, fixture.owner, &maps, &err) != IDM_OK)
		bench_die("%s", err.text);
	questions->maps = maps;
	measure(questions, n);
	idm_maps_close(&maps);
	fixture_remove(&fixture);
}

int
main(void)
{
	static struct questions questions;

	bench_table("namemap");
	run(&questions, bench_size(10000, 100));
	if (!bench_quick()) {
		run(&questions, 100000);
		run(&questions, 1000000);
	}
	return 0;
}
