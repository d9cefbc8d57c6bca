#include <stdlib.h>

#include "tests/unit.h"

#include "wire/message.h"

static void
test_a_frame_survives_a_round_trip(void **state)
{
	struct idm_frame in = { .length = 70000, .op = 513, .status = 3 };
	struct idm_frame out = { 0 };
	struct idm_err err;
	struct idm_buf buf;

	(void)state;
	idm_buf_init(&buf, IDM_WIRE_FRAME);
	idm_frame_write(&buf, &in);
	assert_good(idm_buf_status(&buf, &err), err);
	assert_int_equal(buf.len, IDM_WIRE_FRAME);
	assert_good(
	    idm_frame_read((unsigned char *)buf.data, 70000, &out, &err), err);
	assert_int_equal(out.length, 70000);
	assert_int_equal(out.op, 513);
	assert_int_equal(out.status, 3);
	idm_buf_fini(&buf);
}

static void
test_a_bad_frame_is_refused(void **state)
{
	static const struct {
		unsigned char bytes[IDM_WIRE_FRAME + 1];
		const char *why;
	} bad[] = {
		{ "\x65\0\0\0\1\0\0\0", "101 bytes, at most 100" },
		{ "\xff\xff\xff\xff\1\0\0\0", "4294967295 bytes" },
		{ "\1\0\0\0\1\0\x0b\0", "unknown status 11" },
		{ "\1\0\0\0\1\0\0\1", "unknown status 256" },
	};

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		struct idm_frame frame = { .op = 42 };
		struct idm_err err;

		assert_fails(idm_frame_read(bad[i].bytes, 100, &frame, &err),
		    IDM_CORRUPT, err, bad[i].why);
		assert_int_equal(frame.op, 42); /* untouched */
	}
}

static void
test_the_greeting_picks_a_version(void **state)
{
	static const struct {
		unsigned char bytes[IDM_WIRE_GREETING + 1];
		const char *why; /* NULL: it is good */
	} cases[] = {
		{ "IDMAPD\r\n\1\0\1\0", NULL },
		{ "IDMAPD\r\n\0\0\xff\xff", NULL },
		{ "IDMAPD\r\n\2\0\3\0", "versions 2 to 3" },
		{ "IDMAPD\r\n\0\0\0\0", "versions 0 to 0" },
		{ "IDMAPD\r\n\2\0\1\0", "versions 2 to 1" },
		{ "IDMAPD\n\n\1\0\1\0", "this is not idmapd" },
		{ "220 smtp ESM", "this is not idmapd" },
	};

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		uint16_t version = 42;
		struct idm_err err;

		if (cases[i].why == NULL) {
			assert_good(
			    idm_greeting_read(cases[i].bytes, &version, &err),
			    err);
			assert_int_equal(version, IDM_WIRE_VERSION);
		} else {
			assert_fails(
			    idm_greeting_read(cases[i].bytes, &version, &err),
			    IDM_CORRUPT, err, cases[i].why);
			assert_int_equal(version, 42);
		}
	}
}

static void
test_our_own_greeting_is_understood(void **state)
{
	struct idm_err err;
	struct idm_buf buf;
	uint16_t version;

	(void)state;
	idm_buf_init(&buf, 64);
	idm_greeting_write(&buf);
	assert_int_equal(buf.len, IDM_WIRE_GREETING);
	assert_good(
	    idm_greeting_read((unsigned char *)buf.data, &version, &err), err);
	idm_buf_fini(&buf);
}

static void
test_a_request_survives_a_round_trip(void **state)
{
	struct idm_user_request in = {
		.flags = IDM_USER_REPLACE,
		.scheme = idm_str_of("s"),
		.remote = idm_str_of("comunix!foo"),
		.logname = idm_str_of("foo"),
		.command = idm_str_of("uidadmin -S s -a"),
	};
	struct idm_user_request out;
	struct idm_err err;
	struct idm_buf buf;

	(void)state;
	idm_buf_init(&buf, IDM_WIRE_REQUEST_MAX);
	idm_user_request_write(&buf, &in);
	assert_good(idm_user_request_read(
			(struct idm_str){ buf.data, buf.len }, &out, &err),
	    err);
	assert_int_equal(out.flags, IDM_USER_REPLACE);
	assert_true(idm_str_is(out.scheme, "s"));
	assert_true(idm_str_is(out.remote, "comunix!foo"));
	assert_true(idm_str_is(out.logname, "foo"));
	assert_true(idm_str_is(out.command, "uidadmin -S s -a"));

	/* Every shorter body is malformed, and so is a longer one. */
	for (size_t len = 0; len < buf.len; len++) {
		assert_fails(idm_user_request_read(
				 (struct idm_str){ buf.data, len }, &out, &err),
		    IDM_CORRUPT, err, "malformed request");
	}
	idm_buf_put_u8(&buf, 0);
	assert_fails(idm_user_request_read(
			 (struct idm_str){ buf.data, buf.len }, &out, &err),
	    IDM_CORRUPT, err, "malformed request");
	idm_buf_fini(&buf);
}

static void
test_a_request_gives_its_edits_and_ends(void **state)
{
	const struct idm_user_edit in = {
		.old_remote = idm_str_of("a!b"),
		.old_logname = idm_str_of("alice"),
		.remote = idm_str_of("a!c"),
		.logname = idm_str_of("bob"),
	};
	struct idm_user_request request = { .scheme = idm_str_of("s") };
	struct idm_user_edit out;
	struct idm_buf edits, buf;
	struct idm_err err;
	size_t bare;

	(void)state;
	idm_buf_init(&buf, IDM_WIRE_REQUEST_MAX);
	idm_user_request_write(&buf, &request);
	bare = buf.len;
	idm_buf_init(&edits, IDM_USER_EDITS_MAX);
	idm_user_edit_write(&edits, &in);
	idm_user_edit_write(&edits, &(struct idm_user_edit){ 0 });
	request.edits = (struct idm_str){ edits.data, edits.len };
	idm_buf_clear(&buf);
	idm_user_request_write(&buf, &request);
	idm_buf_fini(&edits);

	assert_good(idm_user_request_read(
			(struct idm_str){ buf.data, buf.len }, &request, &err),
	    err);
	assert_true(idm_user_edit_next(&request.edits, &out));
	assert_true(idm_str_is(out.old_remote, "a!b"));
	assert_true(idm_str_is(out.old_logname, "alice"));
	assert_true(idm_str_is(out.remote, "a!c"));
	assert_true(idm_str_is(out.logname, "bob"));
	assert_true(idm_user_edit_next(&request.edits, &out));
	assert_int_equal(out.remote.len, 0);
	assert_false(idm_user_edit_next(&request.edits, &out));

	/* An edit that is cut is malformed; the second one has 8 bytes. */
	for (size_t len = bare + 1; len < buf.len; len++) {
		if (len == buf.len - 8)
			continue;
		assert_fails(
		    idm_user_request_read(
			(struct idm_str){ buf.data, len }, &request, &err),
		    IDM_CORRUPT, err, "malformed request");
	}
	idm_buf_fini(&buf);
}

static void
test_too_many_edits_are_refused(void **state)
{
	const struct idm_user_edit edit = { 0 }; /* 8 bytes */
	struct idm_user_request request = { 0 };
	struct idm_user_request out;
	struct idm_err err;
	struct idm_buf buf;

	(void)state;
	idm_buf_init(&buf, IDM_WIRE_REQUEST_MAX);
	idm_user_request_write(&buf, &request);
	for (int i = 0; i < IDM_USER_EDITS_MAX / 8; i++)
		idm_user_edit_write(&buf, &edit);
	assert_good(idm_user_request_read(
			(struct idm_str){ buf.data, buf.len }, &out, &err),
	    err);
	assert_int_equal(out.edits.len, IDM_USER_EDITS_MAX);
	idm_user_edit_write(&buf, &edit);
	assert_fails(idm_user_request_read(
			 (struct idm_str){ buf.data, buf.len }, &out, &err),
	    IDM_CORRUPT, err, "4104 bytes of edits, at most 4096");
	idm_buf_fini(&buf);
}

static void
test_a_long_command_is_cut_by_the_writer_only(void **state)
{
	struct idm_user_request request = { 0 };
	struct idm_user_request out;
	struct idm_err err;
	struct idm_buf buf;
	char *command;

	(void)state;
	command = malloc(IDM_COMMAND_MAX + 1);
	assert_non_null(command);
	memset(command, 'x', IDM_COMMAND_MAX + 1);
	request.command = (struct idm_str){ command, IDM_COMMAND_MAX + 1 };
	idm_buf_init(&buf, IDM_WIRE_REQUEST_MAX);
	idm_user_request_write(&buf, &request);
	assert_good(idm_user_request_read(
			(struct idm_str){ buf.data, buf.len }, &out, &err),
	    err);
	assert_int_equal(out.command.len, IDM_COMMAND_MAX);

	idm_buf_clear(&buf);
	idm_buf_put_u8(&buf, 0);
	for (int i = 0; i < 3; i++)
		idm_buf_put_str(&buf, "", 0);
	idm_buf_put_str(&buf, command, IDM_COMMAND_MAX + 1);
	assert_fails(idm_user_request_read(
			 (struct idm_str){ buf.data, buf.len }, &out, &err),
	    IDM_CORRUPT, err, "command line too long");
	idm_buf_fini(&buf);
	free(command);
}

static void
test_unknown_flags_are_refused(void **state)
{
	static const char body[] = "\x80\0\0\0\0\0\0\0";
	struct idm_user_request out;
	struct idm_err err;

	(void)state;
	assert_fails(idm_user_request_read(
			 (struct idm_str){ body, sizeof(body) }, &out, &err),
	    IDM_CORRUPT, err, "unknown flags");
}

static void
test_a_page_gives_its_entries_and_ends(void **state)
{
	struct idm_user_reply in = {
		.remote = idm_str_of("a!b"),
		.logname = idm_str_of("alice"),
		.uid = 1001,
		.fault = IDM_USER_VETOED,
	};
	struct idm_user_page page;
	struct idm_user_reply out;
	struct idm_err err;
	struct idm_buf buf;

	(void)state;
	idm_buf_init(&buf, 1024);
	idm_buf_put_u8(&buf, 1);
	idm_user_reply_write(&buf, &in);
	idm_user_reply_write(&buf, &in);
	assert_good(idm_user_page_read(
			(struct idm_str){ buf.data, buf.len }, &page, &err),
	    err);
	assert_true(page.more);
	for (int i = 0; i < 2; i++) {
		assert_good(idm_user_page_next(&page, &out, &err), err);
		assert_true(idm_str_is(out.remote, "a!b"));
		assert_true(idm_str_is(out.logname, "alice"));
		assert_int_equal(out.uid, 1001);
		assert_int_equal(out.fault, IDM_USER_VETOED);
	}
	assert_fails(idm_user_page_next(&page, &out, &err), IDM_NOTFOUND, err,
	    "no more entries");
	idm_buf_fini(&buf);
}

static void
test_a_bad_page_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} bad[] = {
		{ "", 0 },
		{ "\2", 1 },
		{ "\0\1", 2 },
		{ "\0\1\0a\0\0\1\0\0\0", 10 },   /* no fault */
		{ "\0\1\0a\0\0\1\0\0\0\6", 11 }, /* unknown fault */
		{ "\0\xff\xff"
		  "a",
		    4 },
	};

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		struct idm_str body = { bad[i].bytes, bad[i].len };
		struct idm_user_page page;
		struct idm_user_reply out;
		struct idm_err err;
		enum idm_status st = idm_user_page_read(body, &page, &err);

		if (st == IDM_OK)
			st = idm_user_page_next(&page, &out, &err);
		assert_fails(st, IDM_CORRUPT, err, "malformed list");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_frame_survives_a_round_trip),
		cmocka_unit_test(test_a_bad_frame_is_refused),
		cmocka_unit_test(test_the_greeting_picks_a_version),
		cmocka_unit_test(test_our_own_greeting_is_understood),
		cmocka_unit_test(test_a_request_survives_a_round_trip),
		cmocka_unit_test(test_a_request_gives_its_edits_and_ends),
		cmocka_unit_test(test_too_many_edits_are_refused),
		cmocka_unit_test(test_a_long_command_is_cut_by_the_writer_only),
		cmocka_unit_test(test_unknown_flags_are_refused),
		cmocka_unit_test(test_a_page_gives_its_entries_and_ends),
		cmocka_unit_test(test_a_bad_page_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
