#include <stdio.h>

#include "tests/unit.h"

#include "base/attr.h"
#include "base/buf.h"
#include "directory/srv.h"

/* A DNS message, put together. */
static void
put16(struct idm_buf *buf, unsigned value)
{
	idm_buf_put_u8(buf, (uint8_t)(value >> 8));
	idm_buf_put_u8(buf, (uint8_t)value);
}

static void
put_head(struct idm_buf *buf, unsigned answers)
{
	idm_buf_init(buf, 4096);
	put16(buf, 1);      /* id */
	put16(buf, 0x8180); /* flags */
	put16(buf, 1);      /* questions */
	put16(buf, answers);
	put16(buf, 0);
	put16(buf, 0);
	idm_buf_put(buf, "\5_ldap\4_tcp\1x", 14);
	put16(buf, 33);
	put16(buf, 1);
}

/* A record of the name that was asked for, with its target behind it. */
static void
put_record(struct idm_buf *buf, unsigned type, unsigned ttl, unsigned priority,
    unsigned weight, unsigned port, const char *target, size_t len)
{
	put16(buf, 0xc00c); /* the name at 12 */
	put16(buf, type);
	put16(buf, 1);
	put16(buf, 0);
	put16(buf, ttl);
	put16(buf, (unsigned)len + 6);
	put16(buf, priority);
	put16(buf, weight);
	put16(buf, port);
	idm_buf_put(buf, target, len);
}

static enum idm_status
parse(struct idm_buf *buf, struct idm_srvs *srvs, struct idm_err *err)
{
	enum idm_status st = idm_srv_parse(buf->data, buf->len, srvs, err);

	idm_buf_fini(buf);
	return st;
}

static void
test_records_are_read(void **state)
{
	struct idm_srvs srvs;
	struct idm_buf buf;
	struct idm_err err;

	(void)state;
	put_head(&buf, 4);
	put_record(&buf, 33, 600, 10, 5, 389, "\3dc1\xc0\x17", 6);
	put_record(&buf, 1, 5, 0, 0, 0, "", 0);
	put_record(&buf, 33, 300, 0, 0, 3268, "\3dc2\1y", 7);
	put_record(&buf, 33, 900, 0, 0, 389, "", 1); /* "." */
	assert_good(parse(&buf, &srvs, &err), err);
	assert_int_equal(srvs.n, 2);
	assert_string_equal(srvs.srv[0].host, "dc1.x");
	assert_int_equal(srvs.srv[0].priority, 10);
	assert_int_equal(srvs.srv[0].weight, 5);
	assert_int_equal(srvs.srv[0].port, 389);
	assert_string_equal(srvs.srv[1].host, "dc2.y");
	assert_int_equal(srvs.srv[1].port, 3268);
	assert_int_equal(srvs.ttl, 300);
}

static void
test_none_is_no_error_of_dns(void **state)
{
	struct idm_srvs srvs;
	struct idm_buf buf;
	struct idm_err err;

	(void)state;
	put_head(&buf, 0);
	assert_fails(parse(&buf, &srvs, &err), IDM_NOTFOUND, err, "no SRV");
	put_head(&buf, 1);
	put_record(&buf, 33, 600, 0, 0, 389, "", 1);
	assert_fails(parse(&buf, &srvs, &err), IDM_NOTFOUND, err, "no SRV");
}

static void
test_a_host_that_no_uri_can_have_is_passed_over(void **state)
{
	static const char *const names[] = { "\3a/b", "\3a:b", "\3a b",
		"\3a@b" };
	struct idm_srvs srvs;
	struct idm_buf buf;
	struct idm_err err;

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(names); i++) {
		put_head(&buf, 1);
		put_record(&buf, 33, 600, 0, 0, 389, names[i], 5);
		assert_fails(
		    parse(&buf, &srvs, &err), IDM_NOTFOUND, err, "no SRV");
	}
}

/* Each beginning of a message is refused, or says what is whole in it. */
static void
test_a_message_that_is_cut_off_is_refused(void **state)
{
	struct idm_srvs srvs;
	struct idm_buf buf;

	(void)state;
	put_head(&buf, 1);
	put_record(&buf, 33, 600, 10, 5, 389, "\3dc1\xc0\x17", 6);
	for (size_t len = 0; len < buf.len; len++) {
		assert_int_equal(
		    idm_srv_parse(buf.data, len, &srvs, NULL), IDM_CORRUPT);
	}
	assert_int_equal(idm_srv_parse(buf.data, buf.len, &srvs, NULL), IDM_OK);
	idm_buf_fini(&buf);
}

static uint32_t drawn;

static uint32_t
chance(uint32_t below)
{
	return drawn < below ? drawn : below - 1;
}

static void
set(struct idm_srvs *srvs, size_t at, const char *host, uint16_t priority,
    uint16_t weight)
{
	struct idm_srv *srv = &srvs->srv[at];

	(void)snprintf(srv->host, sizeof(srv->host), "%s", host);
	srv->priority = priority;
	srv->weight = weight;
	srvs->n = at + 1;
}

static const struct {
	uint32_t drawn;
	const char *order;
} orders[] = {
	{ 0, "zdcba" }, /* the least of each: weight 0 comes first */
	{ 1, "cdzba" },
	{ 31, "dczba" }, /* beyond the 30 of c */
	{ 1000, "dczba" },
};

static void
test_the_order_is_by_priority_and_then_by_weight(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(orders); i++) {
		struct idm_srvs srvs = { .n = 0 };
		char order[8] = "";

		set(&srvs, 0, "a", 20, 0);
		set(&srvs, 1, "b", 10, 5);
		set(&srvs, 2, "c", 1, 30);
		set(&srvs, 3, "d", 1, 70);
		set(&srvs, 4, "z", 1, 0);
		drawn = orders[i].drawn;
		idm_srv_sort(&srvs, chance);
		for (size_t k = 0; k < srvs.n; k++)
			order[k] = srvs.srv[k].host[0];
		/* Who is first; behind come the others of its priority. */
		assert_int_equal(order[0], orders[i].order[0]);
		assert_string_equal(order + 3, "ba");
	}
}

/* Over all that can be drawn each is first as often as its weight says. */
static void
test_weights_are_shares(void **state)
{
	unsigned first[2] = { 0 };

	(void)state;
	for (drawn = 1; drawn <= 100; drawn++) {
		struct idm_srvs srvs = { .n = 0 };

		set(&srvs, 0, "c", 1, 30);
		set(&srvs, 1, "d", 1, 70);
		idm_srv_sort(&srvs, chance);
		first[srvs.srv[0].host[0] - 'c']++;
	}
	assert_int_equal(first[0], 30);
	assert_int_equal(first[1], 70);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records_are_read),
		cmocka_unit_test(test_none_is_no_error_of_dns),
		cmocka_unit_test(
		    test_a_host_that_no_uri_can_have_is_passed_over),
		cmocka_unit_test(test_a_message_that_is_cut_off_is_refused),
		cmocka_unit_test(
		    test_the_order_is_by_priority_and_then_by_weight),
		cmocka_unit_test(test_weights_are_shares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
