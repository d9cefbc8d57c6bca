#include <stdio.h>
#include <stdlib.h>

#include "tests/unit.h"

#include "state/crc.h"
#include "state/journal.h"

#define RECORDS 5

/* A journal of some records, and where each of them ends. */
struct made {
	struct idm_buf file;
	size_t end[RECORDS + 1];
};

static const struct idm_journal_head head = {
	.uuid = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 },
	.base = 41,
};

static void
put_record(struct idm_buf *file, unsigned i)
{
	unsigned char bytes[IDM_JOURNAL_RECORD];
	struct idm_change change = { .removed = i % 2 == 1 };
	struct idm_buf body;
	char key[32];

	idm_buf_init(&body, 65536);
	(void)snprintf(key, sizeof(key), "a/u/S-1-5-21-1-2-3-%u", i);
	change.key = idm_str_of(key);
	change.value = idm_str_of(i % 2 == 1 ? "" : "value");
	idm_journal_change_write(&body, &change);
	change.key = idm_str_of("h/d/u");
	idm_journal_change_write(&body, &change);
	idm_journal_record_write(
	    bytes, head.base + 1 + i, (struct idm_str){ body.data, body.len });
	idm_buf_put(file, bytes, sizeof(bytes));
	idm_buf_put(file, body.data, body.len);
	idm_buf_fini(&body);
}

static void
make(struct made *made)
{
	idm_buf_init(&made->file, 65536);
	idm_journal_head_write(&made->file, &head);
	made->end[0] = made->file.len;
	for (unsigned i = 0; i < RECORDS; i++) {
		put_record(&made->file, i);
		made->end[i + 1] = made->file.len;
	}
	assert_int_equal(made->file.status, IDM_OK);
}

/* Read all there is: how many records, and how it ended. */
static unsigned
read_records(struct idm_str file, enum idm_status *end,
    struct idm_journal_walk *walk, struct idm_err *err)
{
	struct idm_journal_head found;
	struct idm_str body;
	unsigned n = 0;

	*end = idm_journal_begin(file, walk, &found, err);
	if (*end != IDM_OK)
		return 0;
	assert_memory_equal(found.uuid, head.uuid, sizeof(head.uuid));
	assert_int_equal(found.base, head.base);
	while ((*end = idm_journal_next(walk, &body, err)) == IDM_OK) {
		struct idm_change change;

		assert_good(idm_journal_change_next(&body, &change, err), *err);
		assert_int_equal(change.removed, n % 2 == 1);
		assert_good(idm_journal_change_next(&body, &change, err), *err);
		assert_true(idm_str_is(change.key, "h/d/u"));
		assert_int_equal(body.len, 0);
		n++;
	}
	return n;
}

static void
test_crc_is_that_of_rfc_3720(void **state)
{
	(void)state;
	assert_int_equal(idm_crc(0, "123456789", 9), 0xe3069283u);
	assert_int_equal(
	    idm_crc(idm_crc(0, "1234", 4), "56789", 5), 0xe3069283u);
}

static void
test_what_was_written_is_read(void **state)
{
	struct idm_journal_walk walk;
	struct idm_err err;
	enum idm_status end;
	struct made made;

	(void)state;
	make(&made);
	assert_int_equal(
	    read_records((struct idm_str){ made.file.data, made.file.len },
		&end, &walk, &err),
	    RECORDS);
	assert_int_equal(end, IDM_NOTFOUND);
	assert_false(walk.is_torn);
	assert_int_equal(walk.at, made.file.len);
	assert_int_equal(walk.sequence, head.base + RECORDS);
	idm_buf_fini(&made.file);
}

/* A crash in the middle of an append leaves what was whole before it. */
static void
test_cut_short_anywhere(void **state)
{
	struct idm_journal_walk walk;
	struct idm_err err;
	enum idm_status end;
	struct made made;

	(void)state;
	make(&made);
	for (size_t len = 0; len < made.file.len; len++) {
		/* In memory of its own, so that a sanitizer sees its end. */
		char *copy = malloc(len + 1);
		unsigned n, whole = 0;

		assert_non_null(copy);
		memcpy(copy, made.file.data, len);
		n = read_records(
		    (struct idm_str){ copy, len }, &end, &walk, &err);
		if (len < IDM_JOURNAL_HEAD) {
			assert_int_equal(end, IDM_CORRUPT);
		} else {
			while (made.end[whole + 1] <= len)
				whole++;
			assert_int_equal(n, whole);
			assert_int_equal(end, IDM_NOTFOUND);
			assert_int_equal(walk.at, made.end[whole]);
			assert_int_equal(walk.is_torn, len > made.end[whole]);
		}
		free(copy);
	}
	idm_buf_fini(&made.file);
}

/* No other damage, of whatever bit, is taken for that. */
static void
test_damaged_anywhere(void **state)
{
	struct idm_journal_walk walk;
	struct idm_err err;
	enum idm_status end;
	struct made made;

	(void)state;
	make(&made);
	for (size_t at = 0; at < made.file.len; at++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			unsigned n, whole = 0;

			made.file.data[at] ^= (char)(1 << bit);
			n = read_records(
			    (struct idm_str){ made.file.data, made.file.len },
			    &end, &walk, &err);
			assert_int_equal(end, IDM_CORRUPT);
			while (made.end[whole + 1] <= at)
				whole++;
			if (at >= IDM_JOURNAL_HEAD) {
				assert_int_equal(n, whole);
				assert_non_null(
				    strstr(err.text, "damaged at offset"));
			}
			made.file.data[at] ^= (char)(1 << bit);
		}
	}
	idm_buf_fini(&made.file);
}

static void
test_a_gap_and_a_repetition_are_damage(void **state)
{
	struct idm_journal_walk walk;
	struct idm_err err;
	enum idm_status end;
	struct idm_buf file;

	(void)state;
	idm_buf_init(&file, 65536);
	idm_journal_head_write(&file, &head);
	put_record(&file, 0);
	put_record(&file, 2);
	assert_int_equal(read_records((struct idm_str){ file.data, file.len },
			     &end, &walk, &err),
	    1);
	assert_fails(end, IDM_CORRUPT, err, "a record is missing");
	idm_buf_clear(&file);
	idm_journal_head_write(&file, &head);
	put_record(&file, 0);
	put_record(&file, 0);
	assert_int_equal(read_records((struct idm_str){ file.data, file.len },
			     &end, &walk, &err),
	    1);
	assert_fails(end, IDM_CORRUPT, err, "a record is missing");
	idm_buf_fini(&file);
}

static void
test_malformed_changes_are_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} bad[] = {
		{ "\x01", 1 },
		{ "\x03\x01\x00k", 4 },
		{ "\x01\x01\x00k", 4 },
		{ "\x01\x01\x00k\x05\x00v", 7 },
		{ "\x02\x02\x00k", 4 },
		{ "\x02\x00\x00", 3 },
	};

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		struct idm_str body = { bad[i].bytes, bad[i].len };
		struct idm_change change;
		struct idm_err err;

		assert_fails(idm_journal_change_next(&body, &change, &err),
		    IDM_CORRUPT, err, "malformed change");
		assert_int_equal(body.len, bad[i].len);
	}
}

static void
test_the_mark_of_a_fold_survives_a_round_trip(void **state)
{
	struct idm_folded folded = { .sequence = 77, .time = 1234567890123u };
	struct idm_folded read;
	struct idm_err err;
	struct idm_buf buf;

	(void)state;
	idm_buf_init(&buf, 64);
	idm_folded_write(&buf, &folded);
	assert_good(
	    idm_folded_read((struct idm_str){ buf.data, buf.len }, &read, &err),
	    err);
	assert_int_equal(read.sequence, folded.sequence);
	assert_int_equal(read.time, folded.time);
	assert_int_equal(
	    idm_folded_read(
		(struct idm_str){ buf.data, buf.len - 1 }, &read, &err),
	    IDM_CORRUPT);
	idm_buf_fini(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crc_is_that_of_rfc_3720),
		cmocka_unit_test(test_what_was_written_is_read),
		cmocka_unit_test(test_cut_short_anywhere),
		cmocka_unit_test(test_damaged_anywhere),
		cmocka_unit_test(test_a_gap_and_a_repetition_are_damage),
		cmocka_unit_test(test_malformed_changes_are_refused),
		cmocka_unit_test(test_the_mark_of_a_fold_survives_a_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
