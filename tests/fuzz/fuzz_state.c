#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "state/journal.h"
#include "state/request.h"

/* What was read and written again is the same bytes. */
static void
must_equal(const struct idm_buf *again, struct idm_str from, size_t left)
{
	if (again->status != IDM_OK || again->len != from.len - left ||
	    (again->len > 0 && memcmp(again->data, from.data, again->len) != 0))
		abort();
}

static void
read_wishes(struct idm_str items)
{
	struct idm_str rest = items;
	struct idm_wish wish;
	struct idm_buf again;

	idm_buf_init(&again, items.len);
	while (idm_wish_next(&rest, &wish))
		idm_wish_write(&again, &wish);
	must_equal(&again, items, rest.len);
	idm_buf_fini(&again);
}

static void
read_pins(struct idm_str items)
{
	struct idm_str rest = items;
	struct idm_pin pin;
	struct idm_buf again;

	idm_buf_init(&again, items.len);
	while (idm_pin_next(&rest, &pin))
		idm_pin_write(&again, &pin);
	must_equal(&again, items, rest.len);
	idm_buf_fini(&again);
}

static void
read_records(struct idm_str items)
{
	struct idm_state_record record;
	struct idm_str rest = items;
	struct idm_buf again;

	idm_buf_init(&again, items.len);
	while (idm_state_record_next(&rest, &record))
		idm_state_record_write(&again, &record);
	must_equal(&again, items, rest.len);
	idm_buf_fini(&again);
}

/* A grant's reason ends in the struct, whatever it was. */
static void
read_grants(struct idm_str items)
{
	struct idm_grant grant;

	while (idm_grant_next(&items, &grant)) {
		if (memchr(grant.reason, '\0', sizeof(grant.reason)) == NULL)
			abort();
	}
}

static void
read_request(uint16_t op, struct idm_str body)
{
	struct idm_state_request request;
	struct idm_buf again;

	if (idm_state_request_read(op, body, &request, NULL) != IDM_OK)
		return;
	idm_buf_init(&again, body.len);
	idm_state_request_write(&again, &request);
	must_equal(&again, body, 0);
	idm_buf_fini(&again);
}

/* Whatever a journal holds, the walk ends in it, and no further. */
static void
read_journal(struct idm_str file)
{
	struct idm_journal_walk walk;
	struct idm_journal_head head;
	struct idm_change change;
	struct idm_str body;

	if (idm_journal_begin(file, &walk, &head, NULL) != IDM_OK)
		return;
	while (idm_journal_next(&walk, &body, NULL) == IDM_OK) {
		while (body.len > 0 &&
		    idm_journal_change_next(&body, &change, NULL) == IDM_OK)
			continue;
	}
	if (walk.at > file.len)
		abort();
}

/* The changes of a record, whose CRC a fuzzer would not find. */
static void
read_body(struct idm_str body)
{
	struct idm_str rest = body;
	struct idm_change change;
	struct idm_buf again;

	idm_buf_init(&again, body.len);
	while (rest.len > 0 &&
	    idm_journal_change_next(&rest, &change, NULL) == IDM_OK)
		idm_journal_change_write(&again, &change);
	must_equal(&again, body, rest.len);
	idm_buf_fini(&again);
}

/* The first byte is the operation; the rest is everything in turn. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_str rest = { (const char *)data + 1, len - 1 };
	struct idm_folded folded;

	if (len == 0)
		return 0;
	read_request(data[0], rest);
	read_wishes(rest);
	read_pins(rest);
	read_records(rest);
	read_grants(rest);
	read_journal(rest);
	read_body(rest);
	(void)!idm_folded_read(rest, &folded, NULL);
	return 0;
}
