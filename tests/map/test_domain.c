#include <stdio.h>

#include "tests/unit.h"

#include "map/domain.h"

#define VALUE_MAX (16 << 20)

static struct idm_str
str_of(const struct idm_buf *buf)
{
	return (struct idm_str){ .data = buf->data, .len = buf->len };
}

static struct idm_sid
domain_sid(uint32_t last)
{
	return (struct idm_sid){
		.authority = 5, .sub = { 21, 1, 2, last }, .nsubs = 4
	};
}

static struct idm_sid
account_sid(uint32_t last, uint32_t rid)
{
	struct idm_sid sid = domain_sid(last);

	sid.sub[sid.nsubs++] = rid;
	return sid;
}

/* Everything that a domain can hold. */
static struct idm_domain
full_domain(void)
{
	struct idm_domain domain = {
		.name = "corp",
		.dns = "corp.example",
		.netbios = "CORP",
		.alias = { "firma", "corp.old.example" },
		.naliases = 2,
		.sid = domain_sid(3),
		.backend = IDM_BACKEND_SSS,
		.layout = IDM_LAYOUT_AUTORID,
		.flags = IDM_DOMAIN_DEFAULT | IDM_DOMAIN_ENUMERATE |
		    IDM_DOMAIN_DIRECTORY,
		.low = 200000,
		.high = 2000200000,
		.base_rid = 7,
		.rangesize = 200000,
		.space = "sss",
		.nwindows = 2,
		.window = { { 0, 400000 }, { 200000, 800000 } },
		.services = "files ldap",
		.home = "/home/%D/%U",
		.shell = "/bin/sh",
		.gecos = "%U",
		.stamp = 0x1122334455667788,
		.cache_s = 900,
		.stale_s = 86400,
		.wait_ms = 3000,
	};

	return domain;
}

static struct idm_domain
plain_domain(const char *name, uint32_t last, uint32_t low, uint32_t high)
{
	struct idm_domain domain = {
		.backend = IDM_BACKEND_RID,
		.low = low,
		.high = high,
	};

	assert_true(snprintf(domain.name, sizeof(domain.name), "%s", name) > 0);
	if (last != 0)
		domain.sid = domain_sid(last);
	return domain;
}

static void
read_back(const struct idm_domain *in, uint32_t n, struct idm_domains *domains)
{
	struct idm_buf buf;
	struct idm_err err;

	idm_buf_init(&buf, VALUE_MAX);
	idm_domains_write(&buf, in, n);
	assert_good(idm_domains_read(str_of(&buf), domains, &err), err);
	idm_buf_fini(&buf);
}

static void
test_a_domain_survives_a_round_trip(void **state)
{
	struct idm_domain in[2] = { full_domain(),
		plain_domain(IDM_CATCH_ALL, 0, 5000000, 6000000) };
	struct idm_domains out;

	(void)state;
	in[0].high = 4999999;
	read_back(in, 2, &out);
	assert_int_equal(out.n, 2);
	assert_memory_equal(&out.domain[0], &in[0], sizeof(in[0]));
	assert_memory_equal(&out.domain[1], &in[1], sizeof(in[1]));
	assert_ptr_equal(out.catch_all, &out.domain[1]);
	assert_ptr_equal(out.by_default, &out.domain[0]);
	idm_domains_free(&out);
	assert_int_equal(out.n, 0);
	assert_null(out.domain);
}

static void
test_no_domains_are_a_good_record(void **state)
{
	struct idm_sid sid = account_sid(1, 2);
	struct idm_domains out;

	(void)state;
	read_back(NULL, 0, &out);
	assert_int_equal(out.n, 0);
	assert_null(out.catch_all);
	assert_null(idm_domain_by_name(&out, idm_str_of("corp")));
	assert_null(idm_domain_by_sid(&out, &sid));
	assert_null(idm_domain_by_id(&out, 5, NULL, NULL));
	idm_domains_free(&out);
}

static void
test_every_name_finds_its_domain(void **state)
{
	static const char *const names[] = { "corp", "CORP", "Corp.Example",
		"cORP", "FIRMA", "corp.old.EXAMPLE" };
	struct idm_domain in[3] = { plain_domain("a", 1, 1000, 1999),
		full_domain(), plain_domain("z", 2, 2000, 2999) };
	struct idm_domains out;

	(void)state;
	read_back(in, 3, &out);
	for (size_t i = 0; i < IDM_COUNTOF(names); i++) {
		assert_ptr_equal(idm_domain_by_name(&out, idm_str_of(names[i])),
		    &out.domain[1]);
	}
	assert_ptr_equal(
	    idm_domain_by_name(&out, idm_str_of("Z")), &out.domain[2]);
	assert_null(idm_domain_by_name(&out, idm_str_of("")));
	assert_null(idm_domain_by_name(&out, idm_str_of("corp.exampl")));
	assert_null(idm_domain_by_name(&out, idm_str_of("corp.example.")));
	assert_string_equal(idm_domain_shown(&out.domain[1]), "corp.example");
	assert_string_equal(idm_domain_shown(&out.domain[2]), "z");
	idm_domains_free(&out);
}

static void
test_a_sid_finds_its_domain(void **state)
{
	struct idm_domain in[3] = { plain_domain("b", 9, 1000, 1999),
		plain_domain("a", 8, 2000, 2999),
		plain_domain(IDM_CATCH_ALL, 0, 3000, 3999) };
	struct idm_sid domain = domain_sid(9);
	struct idm_sid account = account_sid(8, 500);
	struct idm_sid unknown = account_sid(7, 500);
	struct idm_sid deeper = account_sid(8, 500);
	struct idm_domains out;

	(void)state;
	deeper.sub[deeper.nsubs++] = 1;
	read_back(in, 3, &out);
	assert_ptr_equal(idm_domain_by_sid(&out, &domain), &out.domain[0]);
	assert_ptr_equal(idm_domain_by_sid(&out, &account), &out.domain[1]);
	assert_null(idm_domain_by_sid(&out, &unknown));
	assert_null(idm_domain_by_sid(&out, &deeper));
	idm_domains_free(&out);
}

static void
test_an_id_finds_all_domains_that_share_its_range(void **state)
{
	struct idm_domain in[5] = { plain_domain("d", 4, 5000, 5000),
		plain_domain("b", 2, 2000, 2999),
		plain_domain("c", 3, 2000, 2999),
		plain_domain("a", 1, 1000, 1999),
		plain_domain("none", 0, 0, 0) };
	const struct idm_domain *const *first;
	struct idm_domains out;
	uint32_t n;

	(void)state;
	read_back(in, 5, &out);
	assert_int_equal(out.nranges, 4);
	assert_null(idm_domain_by_id(&out, 0, &first, &n));
	assert_null(idm_domain_by_id(&out, 999, &first, &n));
	assert_ptr_equal(
	    idm_domain_by_id(&out, 1999, &first, &n), &out.domain[3]);
	assert_int_equal(n, 1);
	assert_ptr_equal(
	    idm_domain_by_id(&out, 2000, &first, &n), &out.domain[1]);
	assert_int_equal(n, 2);
	assert_ptr_equal(first[0], &out.domain[1]);
	assert_ptr_equal(first[1], &out.domain[2]);
	assert_ptr_equal(
	    idm_domain_by_id(&out, 2999, NULL, NULL), &out.domain[1]);
	assert_null(idm_domain_by_id(&out, 3000, &first, &n));
	assert_ptr_equal(
	    idm_domain_by_id(&out, 5000, &first, &n), &out.domain[0]);
	assert_null(idm_domain_by_id(&out, UINT32_MAX, &first, &n));
	idm_domains_free(&out);
}

static void
test_as_many_as_may_be(void **state)
{
	static struct idm_domain in[IDM_DOMAINS_MAX];
	struct idm_domains out;

	(void)state;
	for (uint32_t i = 0; i < IDM_DOMAINS_MAX; i++) {
		char name[16];

		assert_true(snprintf(name, sizeof(name), "d%u", i) > 0);
		in[i] = plain_domain(
		    name, i + 1, 1000 + i * 1000, 1999 + i * 1000);
	}
	read_back(in, IDM_DOMAINS_MAX, &out);
	for (uint32_t i = 0; i < IDM_DOMAINS_MAX; i++) {
		struct idm_sid sid = account_sid(i + 1, i);

		assert_ptr_equal(
		    idm_domain_by_name(&out, idm_str_of(in[i].name)),
		    &out.domain[i]);
		assert_ptr_equal(idm_domain_by_sid(&out, &sid), &out.domain[i]);
		assert_ptr_equal(idm_domain_by_id(&out, in[i].high, NULL, NULL),
		    &out.domain[i]);
	}
	idm_domains_free(&out);
}

static void
test_a_cut_or_extended_record_is_refused(void **state)
{
	struct idm_domain in[2] = { full_domain(),
		plain_domain("b", 2, 1000, 1999) };
	struct idm_domains out;
	struct idm_str value;
	struct idm_buf buf;
	struct idm_err err;

	(void)state;
	idm_buf_init(&buf, VALUE_MAX);
	idm_domains_write(&buf, in, 2);
	value = str_of(&buf);
	for (value.len = 0; value.len < buf.len; value.len++) {
		if (idm_domains_read(value, &out, &err) != IDM_CORRUPT)
			fail_msg("%zu bytes were accepted", value.len);
	}
	idm_buf_put_u8(&buf, 0);
	assert_fails(idm_domains_read(str_of(&buf), &out, &err), IDM_CORRUPT,
	    err, "1 bytes too many");
	idm_buf_fini(&buf);
}

static void
spoil_backend(struct idm_domain *domain)
{
	domain->backend = IDM_BACKEND_LDAP + 1;
}

static void
spoil_layout(struct idm_domain *domain)
{
	domain->layout = IDM_LAYOUT_TRUENAS + 1;
}

static void
spoil_flags(struct idm_domain *domain)
{
	domain->flags = 0x8000;
}

static void
spoil_range(struct idm_domain *domain)
{
	domain->low = domain->high + 1;
}

static void
spoil_window(struct idm_domain *domain)
{
	domain->window[1].low = domain->high + 1;
}

static void
spoil_rangesize(struct idm_domain *domain)
{
	domain->rangesize = 0;
}

static void
spoil_name(struct idm_domain *domain)
{
	domain->name[0] = '\0';
}

static void
spoil_authority(struct idm_domain *domain)
{
	domain->sid.authority = UINT64_C(1) << 48;
}

static void
spoil_overlap(struct idm_domain *domain)
{
	domain->low = 150000;
}

static const struct {
	void (*spoil)(struct idm_domain *);
	const char *why;
} damages[] = {
	{ spoil_backend, "domain 1: record has backend out of range: 11" },
	{ spoil_layout, "record has layout out of range: 3" },
	{ spoil_flags, "record has flags out of range: 32768" },
	{ spoil_range, "record has low end of range out of range" },
	{ spoil_window, "record has window out of range" },
	{ spoil_rangesize, "record has rangesize out of range: 0" },
	{ spoil_name, "record has length of name out of range: 0" },
	{ spoil_authority, "authority of SID out of range" },
	{ spoil_overlap, "ranges of 'b' and 'corp' overlap" },
};

static void
test_each_damage_has_its_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(damages); i++) {
		struct idm_domain in[2] = { full_domain(),
			plain_domain("b", 2, 1000, 199999) };
		struct idm_err err = { .text = "nothing" };
		struct idm_domains out;
		struct idm_buf buf;

		damages[i].spoil(&in[0]);
		idm_buf_init(&buf, VALUE_MAX);
		idm_domains_write(&buf, in, 2);
		assert_fails(idm_domains_read(str_of(&buf), &out, &err),
		    IDM_CORRUPT, err, damages[i].why);
		idm_buf_fini(&buf);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_domain_survives_a_round_trip),
		cmocka_unit_test(test_no_domains_are_a_good_record),
		cmocka_unit_test(test_every_name_finds_its_domain),
		cmocka_unit_test(test_a_sid_finds_its_domain),
		cmocka_unit_test(
		    test_an_id_finds_all_domains_that_share_its_range),
		cmocka_unit_test(test_as_many_as_may_be),
		cmocka_unit_test(test_a_cut_or_extended_record_is_refused),
		cmocka_unit_test(test_each_damage_has_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
