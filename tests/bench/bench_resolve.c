/*
 * the pipeline in the caller's process: SID to uid and back, beside the
 * backend alone.
 */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/bench.h"

#include "backends/backend.h"
#include "backends/sss.h"
#include "resolve/resolve.h"
#include "tests/fixture.h"

enum { CALLS = 200000, RIDS = 100000 };

struct bench {
	struct fixture fixture;
	struct idm_maps *maps;
	struct idm_domain domain;
	uint32_t first; /* id of RID 0 */
};

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

	check(idm_sid_parse(idm_str_of("S-1-5-21-1-2-3"), &sid, &err), &err);
	return sid;
}

static void
publish(struct bench *bench)
{
	struct idm_rewrite *rewrite = fixture_begin(&bench->fixture);
	struct idm_buf buf;
	struct idm_err err;

	idm_buf_init(&buf, 1 << 20);
	idm_domains_write(&buf, &bench->domain, 1);
	check(idm_rewrite_put(rewrite, IDM_DOMAINS_KEY, strlen(IDM_DOMAINS_KEY),
		  buf.data, buf.len, &err),
	    &err);
	fixture_commit(rewrite);
	idm_buf_fini(&buf);
	idm_maps_close(&bench->maps);
	check(idm_maps_open(bench->fixture.dir, geteuid(), &bench->maps, &err),
	    &err);
}

static uint32_t
next_rid(uint64_t *dice)
{
	return 1000 + (uint32_t)(bench_random(dice) % (RIDS - 1000));
}

static void
backend_to_id(void *arg, size_t calls)
{
	const struct bench *bench = arg;
	struct idm_sid domain = corp();
	uint64_t dice = 7;

	for (size_t i = 0; i < calls; i++) {
		struct idm_sid sid = idm_sid_of(&domain, next_rid(&dice));
		struct idm_mapping mapping;
		struct idm_err err;
		bool place;

		check(
		    idm_backend_to_id(bench->maps, bench->maps->domains.domain,
			&sid, IDM_KIND_USER, &mapping, &place, NULL, &err),
		    &err);
		bench_use(mapping.id);
	}
}

static void
resolve(const struct bench *bench, const struct idm_identity *identity,
    enum idm_idtype target)
{
	const struct idm_resolver resolver = {
		.maps = bench->maps,
		.account_dir = IDM_ACCOUNTDIR,
	};
	static struct idm_resolution found;
	struct idm_err err;

	check(idm_resolve(&resolver, identity, target, &found, &err), &err);
	bench_use(found.to.id);
}

static void
sid_to_id(void *arg, size_t calls)
{
	struct idm_identity identity = { .type = IDM_ID_USID };
	struct idm_sid domain = corp();
	uint64_t dice = 7;

	for (size_t i = 0; i < calls; i++) {
		identity.sid = idm_sid_of(&domain, next_rid(&dice));
		resolve(arg, &identity, IDM_ID_UID);
	}
}

/* Also reads /etc/passwd, where the id might be a user's. */
static void
id_to_sid(void *arg, size_t calls)
{
	const struct bench *bench = arg;
	struct idm_identity identity = { .type = IDM_ID_UID };
	uint64_t dice = 7;

	for (size_t i = 0; i < calls; i++) {
		identity.id = bench->first + next_rid(&dice);
		resolve(bench, &identity, IDM_ID_USID);
	}
}

static void
run(struct bench *bench, const char *name)
{
	publish(bench);
	bench_group(name);
	bench_run(
	    "the backend alone: SID to id", 0, CALLS, backend_to_id, bench);
	bench_run("the pipeline: SID to id", 0, CALLS, sid_to_id, bench);
	bench_run("the pipeline: id to SID", 0, CALLS / 10, id_to_sid, bench);
}

int
main(void)
{
	struct bench bench = { .first = 100000 };
	struct idm_domain *list[] = { &bench.domain };
	struct idm_err err;

	fixture_make(&bench.fixture, geteuid());
	bench.domain = (struct idm_domain){
		.name = "corp",
		.sid = corp(),
		.backend = IDM_BACKEND_RID,
		.low = 100000,
		.high = 299999,
	};
	bench_table("resolve");
	run(&bench, "rid");
	bench.domain.backend = IDM_BACKEND_SSS;
	bench.domain.low = IDM_SSS_LOW;
	bench.domain.high = IDM_SSS_HIGH;
	bench.domain.rangesize = IDM_SSS_RANGESIZE;
	(void)snprintf(bench.domain.space, sizeof(bench.domain.space), "sssd");
	check(idm_sss_place(list, 1, NULL, &err), &err);
	bench.first = bench.domain.window[0].low;
	run(&bench, "sss");
	idm_maps_close(&bench.maps);
	fixture_remove(&bench.fixture);
	return 0;
}
