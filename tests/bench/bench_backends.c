/*
 * Backends, both ways: those that compute beside rid, the floor; those that
 * look up what was allocated beside one lookup of a record in that file.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/bench.h"

#include "backends/backend.h"
#include "backends/hash.h"
#include "backends/sss.h"
#include "map/rewrite.h"

enum { CALLS = 1000000, FIRST = 90000001 };

#define CORP "S-1-5-21-3623811015-3361044348-30300820"

struct bench {
	struct idm_maps maps;
	struct idm_domain domain;
	size_t records;
	uint64_t dice;
};

static char dir[] = "/tmp/idm-bench-XXXXXX";

static void
check(enum idm_status st, const struct idm_err *err)
{
	if (st != IDM_OK)
		bench_die("%s", err->text);
}

static struct idm_sid
corp(void)
{
	struct idm_err err;
	struct idm_sid sid;

	check(idm_sid_parse(idm_str_of(CORP), &sid, &err), &err);
	return sid;
}

static void
put(struct idm_rewrite *rewrite, struct idm_buf *key, struct idm_buf *value)
{
	struct idm_err err;

	check(idm_rewrite_put(
		  rewrite, key->data, key->len, value->data, value->len, &err),
	    &err);
	idm_buf_clear(key);
	idm_buf_clear(value);
}

/* Users RID 0 to records - 1, and a slice for them all. */
static void
put_allocations(struct idm_rewrite *rewrite, size_t records)
{
	struct idm_allocated allocated = { .kind = 'U', .domain = { "*", 1 } };
	struct idm_sid domain = corp();
	char text[IDM_SID_TEXT_MAX];
	struct idm_buf key, value, owner;

	idm_buf_init(&key, 1024);
	idm_buf_init(&value, 1024);
	idm_buf_init(&owner, 1024);
	for (size_t i = 0; i < records; i++) {
		struct idm_sid sid = idm_sid_of(&domain, (uint32_t)i);

		allocated.id = FIRST + (uint32_t)i;
		idm_state_key_sid(&key, 'u', &sid);
		idm_allocated_write(&value, &allocated);
		put(rewrite, &key, &value);
		idm_state_key_id(&key, 'u', allocated.id);
		idm_owner_write(&value, idm_str_of(idm_sid_format(&sid, text)));
		put(rewrite, &key, &value);
	}
	idm_state_key_window(&key, idm_str_of("*"), &domain, 0);
	idm_number_write(&value, 3);
	put(rewrite, &key, &value);
	idm_state_key_slice(&key, idm_str_of("*"), 3);
	idm_window_owner_put(&owner, &domain, 0);
	idm_owner_write(&value, (struct idm_str){ owner.data, owner.len });
	put(rewrite, &key, &value);
	idm_buf_fini(&key);
	idm_buf_fini(&value);
	idm_buf_fini(&owner);
}

static void
make_state(struct bench *bench, struct idm_view **view)
{
	struct idm_rewrite *rewrite = NULL;
	uid_t owner = getuid();
	struct idm_err err;
	char path[64];

	check(idm_rewrite_begin(dir, "state.gdbm", IDM_MAP_STATE, owner, true,
		  0, &rewrite, &err),
	    &err);
	put_allocations(rewrite, bench->records);
	check(idm_rewrite_commit(rewrite, NULL, NULL, &err), &err);
	idm_rewrite_end(&rewrite);
	(void)snprintf(path, sizeof(path), "%s/state.gdbm", dir);
	check(idm_view_open(path, IDM_MAP_STATE, &owner, 1, view, &err), &err);
	bench->maps.state = *view;
}

/* ---- What is measured. */

static void
to_id(void *arg, size_t calls)
{
	struct bench *bench = arg;
	struct idm_sid domain = corp(), sid = idm_sid_of(&domain, 0);
	uint64_t dice = bench->dice;

	for (size_t i = 0; i < calls; i++) {
		struct idm_mapping mapping;
		struct idm_err err;
		bool place;

		sid.sub[4] = 1 +
		    (uint32_t)(bench_random(&dice) % (bench->records - 1));
		check(idm_backend_to_id(&bench->maps, &bench->domain, &sid,
			  IDM_KIND_USER, &mapping, &place, NULL, &err),
		    &err);
		bench_use(mapping.id);
	}
}

static void
to_sid(void *arg, size_t calls)
{
	struct bench *bench = arg;
	uint64_t dice = bench->dice;
	uint32_t first = bench->domain.low;

	if (bench->domain.nwindows > 0)
		first = bench->domain.window[0].low;
	if (bench->domain.backend == IDM_BACKEND_HASH)
		first = idm_hash_domain(&bench->domain.sid) << 19;
	if (bench->domain.backend == IDM_BACKEND_AUTORID)
		first += 3 * bench->domain.rangesize;
	for (size_t i = 0; i < calls; i++) {
		uint32_t id = first + 1 +
		    (uint32_t)(bench_random(&dice) % (bench->records - 1));
		struct idm_mapping mapping;
		struct idm_err err;

		check(idm_backend_to_sid(&bench->maps, &bench->domain, id,
			  IDM_KIND_USER, &mapping, NULL, &err),
		    &err);
		bench_use(mapping.sid.sub[4]);
	}
}

static void
lookup(void *arg, size_t calls)
{
	struct bench *bench = arg;
	uint64_t dice = bench->dice;

	for (size_t i = 0; i < calls; i++) {
		struct idm_str value;
		struct idm_buf key;
		char memory[64];

		idm_buf_init_fixed(&key, memory, sizeof(memory));
		idm_state_key_id(&key, 'u',
		    FIRST + (uint32_t)(bench_random(&dice) % bench->records));
		if (idm_view_get(
			bench->maps.state, key.data, key.len, &value) != IDM_OK)
			bench_die("a record is missing");
		bench_use(value.len);
	}
}

static void
run(struct bench *bench, const char *name, uint8_t backend)
{
	char what[64];

	bench->domain.backend = backend;
	(void)snprintf(what, sizeof(what), "%s: SID to id", name);
	bench_run(what, bench->records, CALLS, to_id, bench);
	(void)snprintf(what, sizeof(what), "%s: id to SID", name);
	bench_run(what, bench->records, CALLS, to_sid, bench);
}

static void
run_computed(size_t records)
{
	struct bench bench = {
		.records = records,
		.dice = 7,
		.domain = {
			.name = "corp",
			.space = "sssd",
			.low = IDM_SSS_LOW,
			.high = IDM_SSS_HIGH,
			.rangesize = IDM_SSS_RANGESIZE,
			.sid = corp(),
		},
	};
	struct idm_domain *list[] = { &bench.domain };
	struct idm_err err;

	bench.maps.domains.n = 1;
	bench.maps.domains.domain = &bench.domain;
	bench_group("computed");
	run(&bench, "rid", IDM_BACKEND_RID);
	run(&bench, "hash", IDM_BACKEND_HASH);
	check(idm_sss_place(list, 1, NULL, &err), &err);
	run(&bench, "sss", IDM_BACKEND_SSS);
}

static void
run_stored(size_t records)
{
	struct idm_view *view = NULL;
	struct bench bench = {
		.records = records,
		.dice = 7,
		.domain = {
			.name = "*",
			.low = FIRST,
			.high = INT32_MAX,
			.rangesize = 1000000,
		},
	};
	make_state(&bench, &view);
	bench_group("allocated");
	bench_run("a record of that file", records, CALLS, lookup, &bench);
	run(&bench, "tdb", IDM_BACKEND_TDB);
	run(&bench, "autorid", IDM_BACKEND_AUTORID);
	idm_view_close(&view);
}

int
main(void)
{
	char path[64];

	if (mkdtemp(dir) == NULL)
		bench_die("cannot make %s", dir);
	bench_table("backends");
	run_computed(100000);
	run_stored(bench_size(1000000, 1000));
	(void)snprintf(path, sizeof(path), "%s/state.gdbm", dir);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/.state.gdbm.lock", dir);
	(void)unlink(path);
	(void)rmdir(dir);
	return 0;
}
