#include <string.h>

#include "tests/unit.h"

#include "base/attr.h"
#include "map/cached.h"
#include "wire/lookup.h"
#include "wire/message.h"

static struct idm_str
str_of(const struct idm_buf *buf)
{
	return (struct idm_str){ buf->data, buf->len };
}

static const struct idm_lookup questions[] = {
	{ .kind = IDM_LOOKUP_USER,
	    .by = IDM_LOOKUP_BY_NAME,
	    .domain = { "corp", 4 },
	    .name = { "alice", 5 } },
	{ .kind = IDM_LOOKUP_GROUP,
	    .by = IDM_LOOKUP_BY_ID,
	    .flags = IDM_LOOKUP_BEHIND,
	    .domain = { "", 0 },
	    .id = 4294967294u },
	{ .kind = IDM_LOOKUP_ANY,
	    .by = IDM_LOOKUP_BY_SID,
	    .flags = IDM_LOOKUP_AFRESH,
	    .domain = { "", 0 },
	    .sid = { .authority = 5,
		.sub = { 21, 1, 2, 3, 500 },
		.nsubs = 5 } },
};

static void
test_a_question_survives(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(questions); i++) {
		const struct idm_lookup *in = &questions[i];
		struct idm_lookup out;
		struct idm_err err;
		struct idm_buf buf;

		idm_buf_init(&buf, IDM_WIRE_REQUEST_MAX);
		idm_lookup_write(&buf, in);
		assert_good(idm_lookup_read(str_of(&buf), &out, &err), err);
		assert_int_equal(out.kind, in->kind);
		assert_int_equal(out.by, in->by);
		assert_int_equal(out.flags, in->flags);
		assert_int_equal(out.id, in->id);
		assert_true(idm_sid_equal(&out.sid, &in->sid));
		assert_int_equal(idm_str_compare(out.domain, in->domain), 0);
		assert_int_equal(out.name.len, in->name.len);
		for (size_t len = 0; len < buf.len; len++)
			assert_fails(
			    idm_lookup_read(
				(struct idm_str){ buf.data, len }, &out, &err),
			    IDM_CORRUPT, err, "cannot be read");
		idm_buf_put_u8(&buf, 0);
		assert_int_equal(
		    idm_lookup_read(str_of(&buf), &out, &err), IDM_CORRUPT);
		idm_buf_fini(&buf);
	}
}

/* Bytes of a question that is none, and where it stops being one. */
static void
test_what_is_no_question(void **state)
{
	static const char *const wrong[] = {
		"xn\0\0\0\1\0a",            /* kind */
		"ux\0\0\0\1\0a",            /* by */
		"un\x80\0\0\1\0a",          /* flags */
		"un\0\0\0\0\0a",            /* an empty name */
		"us\0\0\0\1\1\0\0\0\0\0\5", /* half a SID */
	};
	struct idm_lookup out;
	struct idm_err err;

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(wrong); i++)
		assert_fails(idm_lookup_read(
				 (struct idm_str){ wrong[i], 8 }, &out, &err),
		    IDM_CORRUPT, err, "cannot be read");
}

static void
test_an_answer_survives(void **state)
{
	static char members[70000]; /* more than a string's two bytes tell */
	const struct idm_looked_up in = {
		.flags = IDM_CACHED_PARTIAL,
		.when = 1700000000,
		.user = { "user", 4 },
		.group = { members, sizeof(members) },
		.gids = { "", 0 },
		.sid = { "sid", 3 },
		.account = { "t", 1 },
	};
	struct idm_looked_up out;
	struct idm_err err;
	struct idm_buf buf;

	(void)state;
	memset(members, 'm', sizeof(members));
	idm_buf_init(&buf, IDM_WIRE_REPLY_MAX);
	idm_looked_up_write(&buf, &in);
	assert_good(idm_looked_up_read(str_of(&buf), &out, &err), err);
	assert_int_equal(out.flags, in.flags);
	assert_int_equal(out.when, in.when);
	assert_int_equal(idm_str_compare(out.user, in.user), 0);
	assert_int_equal(idm_str_compare(out.group, in.group), 0);
	assert_int_equal(out.gids.len, 0);
	assert_int_equal(idm_str_compare(out.sid, in.sid), 0);
	assert_int_equal(idm_str_compare(out.account, in.account), 0);
	assert_fails(idm_looked_up_read(
			 (struct idm_str){ buf.data, buf.len - 1 }, &out, &err),
	    IDM_CORRUPT, err, "cannot be read");
	idm_buf_fini(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_question_survives),
		cmocka_unit_test(test_what_is_no_question),
		cmocka_unit_test(test_an_answer_survives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
