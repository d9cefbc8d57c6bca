#include <unistd.h>

#include "tests/backends/ground.h"
#include "tests/fixture.h"
#include "tests/random.h"

#include "backends/hash.h"
#include "backends/murmur3.h"
#include "backends/rid.h"
#include "identity/id.h"
#include "map/own.h"
#include "map/rewrite.h"

#define CORP "S-1-5-21-1-2-3"

static struct idm_domain
domain_of(const char *name, const char *sid, uint8_t backend, uint32_t low,
    uint32_t high)
{
	struct idm_domain domain = {
		.backend = backend,
		.low = low,
		.high = high,
	};

	memcpy(domain.name, name, strlen(name));
	if (sid != NULL)
		domain.sid = sid_of(sid);
	return domain;
}

/* ---- The table. */

static void
test_every_backend_is_found_by_name_and_number(void **state)
{
	const struct idm_backend *const *all;
	unsigned n;

	(void)state;
	all = idm_backend_all(&n);
	assert_int_equal(n, 11);
	for (unsigned i = 0; i < n; i++) {
		const struct idm_backend *backend = all[i];

		assert_ptr_equal(
		    idm_backend_by_name(idm_str_of(backend->name)), backend);
		assert_ptr_equal(idm_backend_by_id(backend->id), backend);
		assert_non_null(backend->brief);
		assert_non_null(backend->options);
		assert_true(backend->for_domain || backend->for_catch_all);
		assert_non_null(backend->to_id);
		assert_non_null(backend->to_sid);
	}
	assert_ptr_equal(
	    idm_backend_by_name(idm_str_of("RID")), idm_backend_by_id(1));
	assert_null(idm_backend_by_name(idm_str_of("ri")));
	assert_null(idm_backend_by_id(200));
}

static void
test_options_are_complete_and_their_defaults_are_allowed(void **state)
{
	const struct idm_backend *const *all;
	unsigned n;

	(void)state;
	all = idm_backend_all(&n);
	for (unsigned i = 0; i < n; i++) {
		const struct idm_backend_option *option = all[i]->options;

		for (; option->name != NULL; option++) {
			bool known = option->words == NULL;

			assert_non_null(option->brief);
			assert_int_equal(
			    option->type == IDM_OPTION_WORD, !known);
			if (option->value == NULL)
				continue;
			assert_false(option->required);
			for (unsigned k = 0; !known; k++) {
				assert_non_null(option->words[k]);
				known = strcmp(option->words[k],
					    option->value) == 0;
			}
		}
	}
}

/* Nobody has asked, and no cache is there. */
static void
test_numbers_of_a_directory_are_asked_for(void **state)
{
	static const uint8_t backends[] = { IDM_BACKEND_AD,
		IDM_BACKEND_RFC2307 };
	struct ground ground;

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(backends); i++) {
		struct idm_domain domain = domain_of(
		    "corp", CORP, backends[i], 1000, 2000);

		ground_init(&ground, &domain, 1);
		assert_unmapped(&ground, &domain, CORP "-500", IDM_KIND_USER,
		    IDM_TEMPFAIL, false, "which was not asked");
		assert_no_sid(&ground, &domain, 1500, IDM_KIND_USER,
		    IDM_TEMPFAIL, "which was not asked");
	}
}

static void
test_a_backend_that_is_unknown_is_damage(void **state)
{
	struct idm_domain domain = domain_of("corp", CORP, 77, 1000, 2000);
	struct ground ground;

	(void)state;
	ground_init(&ground, &domain, 1);
	assert_unmapped(&ground, &domain, CORP "-500", IDM_KIND_USER,
	    IDM_CORRUPT, false, "number 77");
}

/* ---- The filter. */

static void
test_reserved_numbers_are_never_given(void **state)
{
	static const char *const sids[] = { CORP "-0", CORP "-61184",
		CORP "-65519", CORP "-65534", CORP "-65535" };
	static const uint32_t ids[] = { 0, 61184, 65519, 65534, 65535 };
	struct idm_domain domain = domain_of(
	    "corp", CORP, IDM_BACKEND_RID, 0, 100000);
	struct ground ground;

	(void)state;
	ground_init(&ground, &domain, 1);
	for (unsigned i = 0; i < IDM_COUNTOF(ids); i++) {
		assert_unmapped(&ground, &domain, sids[i], IDM_KIND_BOTH,
		    IDM_REFUSED, false, "is never given");
		assert_no_sid(&ground, &domain, ids[i], IDM_KIND_BOTH,
		    IDM_NOTFOUND, "is never given");
	}
	assert_mapped(&ground, &domain, CORP "-61183", 61183, IDM_KIND_BOTH);
	assert_mapped(&ground, &domain, CORP "-65520", 65520, IDM_KIND_BOTH);
}

static void
say(void *context, const char *text)
{
	struct idm_buf *buf = context;

	idm_buf_puts(buf, text);
	idm_buf_puts(buf, "\n");
}

static void
test_steps_are_traced(void **state)
{
	struct idm_domain domain = domain_of(
	    "corp", CORP, IDM_BACKEND_RID, 1000, 2000);
	struct idm_sid sid = sid_of(CORP "-500"), far = sid_of(CORP "-5000");
	struct idm_mapping mapping;
	struct ground ground;
	struct idm_buf buf;
	struct idm_trace trace = { .line = say, .context = &buf };
	bool place;

	(void)state;
	ground_init(&ground, &domain, 1);
	idm_buf_init(&buf, 4096);
	assert_int_equal(idm_backend_to_id(&ground.maps, &domain, &sid,
			     IDM_KIND_BOTH, &mapping, &place, &trace, NULL),
	    IDM_OK);
	assert_int_equal(idm_backend_to_id(&ground.maps, &domain, &far,
			     IDM_KIND_BOTH, &mapping, &place, &trace, NULL),
	    IDM_REFUSED);
	assert_int_equal(idm_backend_to_sid(&ground.maps, &domain, 2001,
			     IDM_KIND_BOTH, &mapping, &trace, NULL),
	    IDM_NOTFOUND);
	assert_string_equal(idm_buf_text(&buf),
	    "backend rid of domain 'corp': S-1-5-21-1-2-3-500 is id 1500 of a "
	    "user and group\n"
	    "backend rid of domain 'corp': refused: id 6000 is out of the "
	    "range 1000-2000 of domain 'corp'\n"
	    "backend rid of domain 'corp': notfound: id 2001 is out of the "
	    "range 1000-2000 of domain 'corp'\n");
	idm_buf_fini(&buf);
}

static void
test_allocations_that_are_away_are_no_absence(void **state)
{
	struct idm_domain domain = domain_of(
	    "*", NULL, IDM_BACKEND_TDB, 90000001, 100000000);
	struct idm_sid sid = sid_of(CORP "-500");
	struct idm_mapping mapping;
	struct ground ground;
	struct idm_err err;
	bool place = true;

	(void)state;
	ground_init(&ground, &domain, 1);
	ground.maps.policy.has_state = true;
	idm_fail(&ground.maps.state_err, IDM_TEMPFAIL, "state.gdbm is gone");
	assert_fails(idm_backend_to_id(&ground.maps, &domain, &sid,
			 IDM_KIND_BOTH, &mapping, &place, NULL, &err),
	    IDM_TEMPFAIL, err, "state.gdbm is gone");
	assert_false(place);
	ground.maps.policy.has_state = false;
	assert_int_equal(idm_backend_to_id(&ground.maps, &domain, &sid,
			     IDM_KIND_BOTH, &mapping, &place, NULL, &err),
	    IDM_NOTFOUND);
	assert_true(place);
}

/* ---- rid. */

static void
test_rid_is_moved_by_base_rid(void **state)
{
	struct idm_domain domain = domain_of(
	    "corp", CORP, IDM_BACKEND_RID, 100000001, 200000000);
	struct ground ground;

	(void)state;
	ground_init(&ground, &domain, 1);
	assert_mapped(&ground, &domain, CORP "-1107", 100001108, IDM_KIND_BOTH);
	assert_mapped(&ground, &domain, CORP "-0", 100000001, IDM_KIND_BOTH);
	assert_mapped(
	    &ground, &domain, CORP "-99999999", 200000000, IDM_KIND_BOTH);
	assert_unmapped(&ground, &domain, CORP "-100000000", IDM_KIND_BOTH,
	    IDM_REFUSED, false, "out of the range");
	domain.base_rid = 1000;
	assert_mapped(&ground, &domain, CORP "-1107", 100000108, IDM_KIND_BOTH);
	assert_unmapped(&ground, &domain, CORP "-999", IDM_KIND_BOTH,
	    IDM_REFUSED, false, "id 100000000 is out of the range");
	assert_unmapped(&ground, &domain, "S-1-5-21-1-2-4-1107", IDM_KIND_BOTH,
	    IDM_REFUSED, false, "no account of domain 'corp'");
	assert_unmapped(&ground, &domain, "S-1-5-21-1-2-3-4-1107",
	    IDM_KIND_BOTH, IDM_REFUSED, false, "no account of domain 'corp'");
}

/* Slices as observed with libsss_idmap 2.8.2, see sss_idmap.vectors. */
static void
test_rid_finds_the_range_of_sssd_compat(void **state)
{
	static const struct {
		const char *sid;
		uint32_t low;
	} cases[] = {
		{ CORP, 686200000 },
		{ "S-1-5-21-3623811015-3361044348-30300820", 674000000 },
		{ "S-1-5-21-4294967295-4294967295-4294967295", 1246200000 },
		{ "S-1-5-21-0-0-0", 1017000000 },
	};

	(void)state;
	for (unsigned i = 0; i < IDM_COUNTOF(cases); i++) {
		struct idm_sid sid = sid_of(cases[i].sid);
		uint32_t low, high;

		idm_rid_sssd_range(&sid, &low, &high);
		assert_int_equal(low, cases[i].low);
		assert_int_equal(high, cases[i].low + 100000000);
	}
}

/* The vectors of the algorithm's reference implementation. */
static void
test_murmur3_is_murmur3(void **state)
{
	static const struct {
		const char *text;
		uint32_t seed, hash;
	} cases[] = {
		{ "", 0, 0 },
		{ "", 1, 0x514e28b7 },
		{ "", 0xffffffff, 0x81f16f39 },
		{ "test", 0x9747b28c, 0x704b81dc },
		{ "Hello, world!", 0x9747b28c, 0x24884cba },
		{ "aaa", 0x9747b28c, 0x283e0130 },
		{ "ab", 0x9747b28c, 0x74875592 },
	};

	(void)state;
	for (unsigned i = 0; i < IDM_COUNTOF(cases); i++) {
		assert_int_equal(idm_murmur3(cases[i].text,
				     strlen(cases[i].text), cases[i].seed),
		    cases[i].hash);
	}
}

/* ---- hash. */

/* 1 ^ 2 ^ 4096 has the bits 3 and, moved by 8, 16: 19. */
#define HASHED    "S-1-5-21-1-2-4096"
#define SAME_HASH "S-1-5-21-2-1-4096"

static void
test_hash_is_twelve_bits_and_nineteen(void **state)
{
	struct idm_domain domain = domain_of(
	    "corp", HASHED, IDM_BACKEND_HASH, IDM_HASH_RIDS, INT32_MAX);
	struct ground ground;

	(void)state;
	ground_init(&ground, &domain, 1);
	assert_int_equal(idm_hash_domain(&domain.sid), 19);
	assert_mapped(&ground, &domain, HASHED "-1107", 19 * 524288u + 1107,
	    IDM_KIND_BOTH);
	assert_mapped(&ground, &domain, HASHED "-524287", 19 * 524288u + 524287,
	    IDM_KIND_BOTH);
	assert_unmapped(&ground, &domain, HASHED "-524288", IDM_KIND_BOTH,
	    IDM_REFUSED, false, "RID 524288");
	assert_unmapped(&ground, &domain, HASHED "-0", IDM_KIND_BOTH,
	    IDM_REFUSED, false, "RID 0");
	assert_unmapped(&ground, &domain, "S-1-5-32-544", IDM_KIND_BOTH,
	    IDM_REFUSED, false, "of no domain");
	assert_no_sid(&ground, &domain, 20 * 524288u + 1107, IDM_KIND_BOTH,
	    IDM_NOTFOUND, "nothing is allocated");
	assert_no_sid(&ground, &domain, 19 * 524288u, IDM_KIND_BOTH,
	    IDM_NOTFOUND, "no SID");
	domain.sid = sid_of("S-1-5-21-7-7-0");
	assert_unmapped(&ground, &domain, "S-1-5-21-7-7-0-1107", IDM_KIND_BOTH,
	    IDM_REFUSED, false, "hash 0");
}

static void
test_two_domains_of_one_hash_do_not_share_numbers(void **state)
{
	struct idm_domain domain[2] = {
		domain_of(
		    "corp", HASHED, IDM_BACKEND_HASH, IDM_HASH_RIDS, INT32_MAX),
		domain_of("late", SAME_HASH, IDM_BACKEND_HASH, IDM_HASH_RIDS,
		    INT32_MAX),
	};
	struct ground ground;

	(void)state;
	ground_init(&ground, domain, 2);
	assert_mapped(&ground, &domain[0], HASHED "-1107", 19 * 524288u + 1107,
	    IDM_KIND_BOTH);
	assert_unmapped(&ground, &domain[1], SAME_HASH "-1107", IDM_KIND_BOTH,
	    IDM_REFUSED, false, "has the hash 0x013 of " HASHED);
	assert_unmapped(&ground, &domain[1], HASHED "-1107", IDM_KIND_BOTH,
	    IDM_REFUSED, false, HASHED " is not domain 'late'");
	assert_no_sid(&ground, &domain[1], 19 * 524288u + 1107, IDM_KIND_BOTH,
	    IDM_NOTFOUND, "not of domain 'late'");
}

static void
test_hash_for_all_domains_remembers_whose_hash_it_is(void **state)
{
	struct idm_domain all = domain_of(
	    "*", NULL, IDM_BACKEND_HASH, IDM_HASH_RIDS, INT32_MAX);
	struct ground ground;

	(void)state;
	ground_init(&ground, &all, 1);
	assert_unmapped(&ground, &all, HASHED "-1107", IDM_KIND_BOTH,
	    IDM_NOTFOUND, true, "nothing is allocated");
	ground_slice(&ground, "*hash", HASHED, 0, 19);
	assert_mapped(
	    &ground, &all, HASHED "-1107", 19 * 524288u + 1107, IDM_KIND_BOTH);
	assert_unmapped(&ground, &all, SAME_HASH "-1107", IDM_KIND_BOTH,
	    IDM_REFUSED, false, "of " HASHED ", whose numbers these are");
}

/* ---- tdb and ephemeral. */

static void
test_tdb_answers_what_is_stored(void **state)
{
	struct idm_domain all = domain_of(
	    "*", NULL, IDM_BACKEND_TDB, 90000001, 100000000);
	struct ground ground;

	(void)state;
	ground_init(&ground, &all, 1);
	ground_allocation(&ground, "*", 'u', CORP "-1107", 90000005);
	ground_allocation(&ground, "*", 'g', CORP "-513", 90000006);
	ground_allocation(&ground, "*", 'g', CORP "-514", 100000001);
	ground_allocation(&ground, "corp", 'u', CORP "-1108", 90000009);
	assert_mapped(&ground, &all, CORP "-1107", 90000005, IDM_KIND_USER);
	assert_mapped(&ground, &all, CORP "-513", 90000006, IDM_KIND_GROUP);
	assert_unmapped(&ground, &all, CORP "-1107", IDM_KIND_GROUP,
	    IDM_CONFLICT, false, "is of a user, not of a group");
	assert_unmapped(&ground, &all, CORP "-513", IDM_KIND_USER, IDM_CONFLICT,
	    false, "is of a group, not of a user");
	assert_unmapped(&ground, &all, CORP "-514", IDM_KIND_GROUP, IDM_REFUSED,
	    false, "out of the range");
	assert_unmapped(&ground, &all, CORP "-1108", IDM_KIND_USER, IDM_REFUSED,
	    false, "given to it by domain 'corp'");
	assert_unmapped(&ground, &all, CORP "-9", IDM_KIND_USER, IDM_NOTFOUND,
	    true, "nothing is allocated");
	assert_no_sid(&ground, &all, 90000005, IDM_KIND_GROUP, IDM_CONFLICT,
	    "is of a user");
	assert_no_sid(&ground, &all, 90000009, IDM_KIND_USER, IDM_NOTFOUND,
	    "nothing is allocated");
	all.flags |= IDM_DOMAIN_READONLY;
	assert_unmapped(&ground, &all, CORP "-9", IDM_KIND_USER, IDM_NOTFOUND,
	    false, "nothing is allocated");
}

static void
test_records_that_contradict_each_other_are_damage(void **state)
{
	struct idm_domain all = domain_of(
	    "*", NULL, IDM_BACKEND_TDB, 90000001, 100000000);
	struct ground ground;

	(void)state;
	ground_init(&ground, &all, 1);
	ground_allocation(&ground, "*", 'u', CORP "-1107", 90000005);
	ground_allocation(&ground, "*", 'u', CORP "-1107", 90000006);
	assert_no_sid(&ground, &all, 90000005, IDM_KIND_USER, IDM_CORRUPT,
	    "whose id is 90000006");
}

static void
test_tdb_has_the_layout_of_truenas(void **state)
{
	static const struct {
		const char *sid;
		uint32_t offset;
	} cases[] = {
		{ "S-1-5-32-544", 0 },
		{ "S-1-5-32-545", 1 },
		{ "S-1-5-32-546", 2 },
		{ "S-1-1-0", 4 },
		{ "S-1-3-4", 9 },
		{ "S-1-5-1", 10 },
		{ "S-1-5-11", 16 },
		{ "S-1-5-20", 21 },
	};
	struct idm_domain all = domain_of(
	    "*", NULL, IDM_BACKEND_TDB, 90000001, 100000000);
	struct ground ground;

	(void)state;
	ground_init(&ground, &all, 1);
	all.layout = IDM_LAYOUT_TRUENAS;
	for (unsigned i = 0; i < IDM_COUNTOF(cases); i++) {
		assert_mapped(&ground, &all, cases[i].sid,
		    90000001 + cases[i].offset, IDM_KIND_GROUP);
	}
	/* The place of Nobody is kept free. */
	assert_no_sid(&ground, &all, 90000004, IDM_KIND_GROUP, IDM_NOTFOUND,
	    "nothing is allocated");
	assert_unmapped(&ground, &all, "S-1-0-0", IDM_KIND_GROUP, IDM_NOTFOUND,
	    true, "nothing is allocated");
	/* What was imported rules. */
	ground_allocation(&ground, "*", 'g', "S-1-1-0", 90000777);
	assert_mapped(&ground, &all, "S-1-1-0", 90000777, IDM_KIND_GROUP);
	assert_no_sid(&ground, &all, 90000005, IDM_KIND_GROUP, IDM_NOTFOUND,
	    "nothing is allocated");
}

static void
test_an_ephemeral_sid_may_have_a_uid_and_a_gid(void **state)
{
	struct idm_domain all = domain_of(
	    "*", NULL, IDM_BACKEND_EPHEMERAL, 2147483648, 4294967294);
	struct ground ground;

	(void)state;
	ground_init(&ground, &all, 1);
	ground_allocation(&ground, "*", 'u', CORP "-1107", 2147483649);
	assert_unmapped(&ground, &all, CORP "-1107", IDM_KIND_GROUP,
	    IDM_NOTFOUND, true, "nothing is allocated");
	ground_allocation(&ground, "*", 'g', CORP "-1107", 2147483650);
	assert_mapped(&ground, &all, CORP "-1107", 2147483649, IDM_KIND_USER);
	assert_mapped(&ground, &all, CORP "-1107", 2147483650, IDM_KIND_GROUP);
	assert_no_sid(&ground, &all, 2147483650, IDM_KIND_USER, IDM_NOTFOUND,
	    "nothing is allocated");
}

/* ---- nss. */

static void
put_own_sid(struct idm_rewrite *rewrite, const char *sid, bool is_group,
    uint32_t id, const char *domain)
{
	struct idm_own_sid own = {
		.is_group = is_group,
		.id = id,
		.name = idm_str_of("al"),
		.domain = idm_str_of(domain),
		.shown = idm_str_of("al@corp"),
	};
	struct idm_buf key, value;
	struct idm_err err;

	idm_buf_init(&key, 256);
	idm_buf_init(&value, 256);
	idm_buf_puts(&key, IDM_OWN_SID);
	idm_buf_puts(&key, sid);
	idm_own_sid_write(&value, &own);
	assert_good(idm_rewrite_put(rewrite, key.data, key.len, value.data,
			value.len, &err),
	    err);
	idm_buf_fini(&key);
	idm_buf_fini(&value);
}

static void
put_own(struct idm_rewrite *rewrite, const char prefix[IDM_OWN_PREFIX],
    uint32_t id, const struct idm_buf *value)
{
	struct idm_buf key;
	struct idm_err err;

	idm_buf_init(&key, 256);
	idm_own_key_id(&key, prefix, id);
	assert_good(idm_rewrite_put(rewrite, key.data, key.len, value->data,
			value->len, &err),
	    err);
	idm_buf_fini(&key);
}

/* The record of a uid; sid may be NULL. */
static void
put_own_user(struct idm_rewrite *rewrite, uint32_t uid, const char *sid,
    const char *domain)
{
	struct idm_own_user user = {
		.name = idm_str_of("al@corp"),
		.key = idm_str_of("al@corp"),
		.domain = idm_str_of(domain),
		.uid = uid,
		.gid = 1600,
	};
	struct idm_buf value;

	if (sid != NULL)
		user.sid = sid_of(sid);
	idm_buf_init(&value, 512);
	idm_own_user_write(&value, &user);
	put_own(rewrite, IDM_OWN_UID, uid, &value);
	idm_buf_fini(&value);
}

static void
put_own_group(struct idm_rewrite *rewrite, uint32_t gid, const char *sid,
    const char *domain)
{
	struct idm_own_group group = {
		.name = idm_str_of("all@corp"),
		.key = idm_str_of("all@corp"),
		.domain = idm_str_of(domain),
		.gid = gid,
		.sid = sid_of(sid),
	};
	struct idm_buf value;

	idm_buf_init(&value, 512);
	idm_own_group_write(&value, &group, NULL);
	put_own(rewrite, IDM_OWN_GID, gid, &value);
	idm_buf_fini(&value);
}

static void
assert_sid_of(struct ground *ground, const struct idm_domain *domain,
    uint32_t id, uint8_t want, const char *sid, uint8_t kind)
{
	struct idm_sid wanted = sid_of(sid);
	struct idm_mapping mapping;

	assert_good(
	    ground_to_sid(ground, domain, id, want, &mapping), ground->err);
	assert_true(idm_sid_equal(&mapping.sid, &wanted));
	assert_int_equal(mapping.kind, kind);
}

static void
test_nss_knows_whose_a_number_is(void **state)
{
	struct idm_domain domain = domain_of(
	    "corp", CORP, IDM_BACKEND_NSS, 1000, 2000);
	struct idm_rewrite *rewrite;
	struct fixture fixture;
	struct ground ground;
	struct idm_maps *maps;
	struct idm_err err;

	(void)state;
	fixture_make(&fixture, geteuid());
	rewrite = fixture_begin(&fixture);
	put_own_user(rewrite, 1500, CORP "-1107", "corp");
	put_own_group(rewrite, 1500, CORP "-513", "corp");
	put_own_group(rewrite, 1600, CORP "-514", "corp");
	put_own_user(rewrite, 1501, CORP "-1109", "other");
	put_own_user(rewrite, 1502, NULL, "corp");
	fixture_commit(rewrite);
	assert_good(idm_maps_open(fixture.dir, geteuid(), &maps, &err), err);
	ground_init(&ground, &domain, 1);
	ground.maps.map = maps->map;
	assert_sid_of(
	    &ground, &domain, 1500, IDM_KIND_USER, CORP "-1107", IDM_KIND_USER);
	assert_sid_of(&ground, &domain, 1500, IDM_KIND_GROUP, CORP "-513",
	    IDM_KIND_GROUP);
	assert_sid_of(
	    &ground, &domain, 1600, IDM_KIND_BOTH, CORP "-514", IDM_KIND_GROUP);
	assert_no_sid(&ground, &domain, 1600, IDM_KIND_USER, IDM_NOTFOUND,
	    "no account of the names file has");
	assert_no_sid(&ground, &domain, 1501, IDM_KIND_USER, IDM_NOTFOUND,
	    "no account of the names file has");
	assert_no_sid(&ground, &domain, 1502, IDM_KIND_USER, IDM_NOTFOUND,
	    "no account of the names file has");
	assert_no_sid(&ground, &domain, 1503, IDM_KIND_BOTH, IDM_NOTFOUND,
	    "no account of the names file has");
	idm_maps_close(&maps);
	fixture_remove(&fixture);
}

static void
test_nss_answers_what_was_compiled(void **state)
{
	struct idm_domain domain = domain_of(
	    "corp", CORP, IDM_BACKEND_NSS, 1000, 2000);
	struct idm_sid user = sid_of(CORP "-1107"), group = sid_of(CORP "-513");
	struct idm_rewrite *rewrite;
	struct idm_mapping mapping;
	struct fixture fixture;
	struct ground ground;
	struct idm_maps *maps;
	struct idm_err err;
	bool place;

	(void)state;
	fixture_make(&fixture, geteuid());
	rewrite = fixture_begin(&fixture);
	put_own_sid(rewrite, CORP "-1107", false, 1500, "corp");
	put_own_sid(rewrite, CORP "-513", true, 1600, "corp");
	put_own_sid(rewrite, CORP "-1108", false, 900, "corp");
	put_own_sid(rewrite, CORP "-1109", false, 1501, "other");
	fixture_commit(rewrite);
	assert_good(idm_maps_open(fixture.dir, geteuid(), &maps, &err), err);
	ground_init(&ground, &domain, 1);
	ground.maps.map = maps->map;
	assert_good(
	    ground_to_id(&ground, &domain, &user, 'U', &mapping, &place),
	    ground.err);
	assert_int_equal(mapping.id, 1500);
	assert_good(
	    ground_to_id(&ground, &domain, &group, 'G', &mapping, &place),
	    ground.err);
	assert_int_equal(mapping.id, 1600);
	assert_unmapped(&ground, &domain, CORP "-513", 'U', IDM_CONFLICT, false,
	    "of a group");
	assert_unmapped(&ground, &domain, CORP "-1108", 'U', IDM_REFUSED, false,
	    "out of the range");
	assert_unmapped(&ground, &domain, CORP "-1109", 'U', IDM_NOTFOUND,
	    false, "of domain 'other'");
	assert_unmapped(&ground, &domain, CORP "-9", 'U', IDM_NOTFOUND, false,
	    "no account of the names file");
	idm_maps_close(&maps);
	fixture_remove(&fixture);
}

/* ---- Anything. */

static void
test_computed_numbers_lead_back_and_stay_in_range(void **state)
{
	struct dice dice = { 64 };

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		bool hashed = roll(&dice, 2) == 0;
		struct idm_domain domain = domain_of("corp", HASHED,
		    hashed ? IDM_BACKEND_HASH : IDM_BACKEND_RID,
		    roll(&dice, 70000), 0);
		uint32_t rid = roll(&dice, 3) == 0
		    ? (uint32_t)roll(&dice, UINT32_MAX)
		    : (uint32_t)roll(&dice, 150000);
		struct idm_sid sid = idm_sid_of(&domain.sid, rid);
		struct idm_mapping to, back;
		static struct ground ground;
		bool place;

		domain.base_rid = roll(&dice, 4) == 0
		    ? (uint32_t)roll(&dice, UINT32_MAX)
		    : 0;
		domain.high = hashed ? INT32_MAX
				     : domain.low + roll(&dice, 100000);
		ground_init(&ground, &domain, 1);
		if (ground_to_id(&ground, &domain, &sid, 'B', &to, &place) !=
		    IDM_OK)
			continue;
		assert_true(to.id >= domain.low && to.id <= domain.high);
		assert_null(idm_id_reserved(to.id));
		assert_good(ground_to_sid(&ground, &domain, to.id, 'B', &back),
		    ground.err);
		assert_true(idm_sid_equal(&back.sid, &sid));
	}
}

static void
test_none_maps_nothing(void **state)
{
	struct idm_domain all = domain_of("*", NULL, IDM_BACKEND_NONE, 0, 0);
	struct ground ground;

	(void)state;
	ground_init(&ground, &all, 1);
	assert_unmapped(&ground, &all, CORP "-1107", IDM_KIND_BOTH,
	    IDM_NOTFOUND, false, "maps nothing");
	assert_no_sid(
	    &ground, &all, 5000, IDM_KIND_BOTH, IDM_NOTFOUND, "maps nothing");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_every_backend_is_found_by_name_and_number),
		cmocka_unit_test(
		    test_options_are_complete_and_their_defaults_are_allowed),
		cmocka_unit_test(test_numbers_of_a_directory_are_asked_for),
		cmocka_unit_test(test_a_backend_that_is_unknown_is_damage),
		cmocka_unit_test(test_reserved_numbers_are_never_given),
		cmocka_unit_test(test_steps_are_traced),
		cmocka_unit_test(test_allocations_that_are_away_are_no_absence),
		cmocka_unit_test(test_rid_is_moved_by_base_rid),
		cmocka_unit_test(test_rid_finds_the_range_of_sssd_compat),
		cmocka_unit_test(test_murmur3_is_murmur3),
		cmocka_unit_test(test_hash_is_twelve_bits_and_nineteen),
		cmocka_unit_test(
		    test_two_domains_of_one_hash_do_not_share_numbers),
		cmocka_unit_test(
		    test_hash_for_all_domains_remembers_whose_hash_it_is),
		cmocka_unit_test(test_tdb_answers_what_is_stored),
		cmocka_unit_test(
		    test_records_that_contradict_each_other_are_damage),
		cmocka_unit_test(test_tdb_has_the_layout_of_truenas),
		cmocka_unit_test(
		    test_an_ephemeral_sid_may_have_a_uid_and_a_gid),
		cmocka_unit_test(test_nss_answers_what_was_compiled),
		cmocka_unit_test(test_nss_knows_whose_a_number_is),
		cmocka_unit_test(
		    test_computed_numbers_lead_back_and_stay_in_range),
		cmocka_unit_test(test_none_maps_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
