#include <string.h>

#include "daemon/marks.h"
#include "daemon/revive.h"
#include "map/allocated.h"
#include "state/journal.h"

#define LOCK_WAIT_MS 2000

/* So many records are one change of the journal, and so many are folded. */
#define SYNC_RECORDS 8192
#define FOLD_RECORDS (1u << 19)

/* Is it a record of the state itself, which a new one has of its own? */
static bool
is_of_the_file(struct idm_str key)
{
	return idm_str_is(key, IDM_FOLDED_KEY) || idm_str_is(key, "boot");
}

static enum idm_status
check_record(const struct idm_state_record *record, struct idm_err *err)
{
	struct idm_allocated allocated;
	struct idm_str owner;
	enum idm_status st;
	uint64_t number;

	if (is_of_the_file(record->key))
		return IDM_OK;
	if (record->key.len < 3 || record->key.data[1] != '/')
		return idm_fail(err, IDM_INVALID, "is no record of a state");
	switch (record->key.data[0]) {
	case 'a':
	case 'b':
		st = idm_allocated_read(record->value, &allocated, err);
		break;
	case 'x':
	case 'v':
		st = idm_owner_read(record->value, &owner, err);
		break;
	case 'h':
	case 'w':
		st = idm_number_read(record->value, &number, err);
		break;
	default:
		st = idm_fail(err, IDM_INVALID, "is no record of a state");
	}
	return st == IDM_OK ? st : idm_within(err, IDM_INVALID, "backup");
}

/* All of them, before anything is touched. */
static enum idm_status
check_records(struct idm_str records, struct marks *marks, struct idm_err *err)
{
	struct idm_state_record record;
	enum idm_status st = IDM_OK;

	while (st == IDM_OK && idm_state_record_next(&records, &record)) {
		st = check_record(&record, err);
		if (st != IDM_OK)
			return idm_within(err, st, "record '%.*s'",
			    (int)(record.key.len > 100 ? 100 : record.key.len),
			    record.key.data);
		st = marks_take(marks, record.key, record.value, err);
	}
	return st;
}

/* Put the records in; a million need not be in memory twice. */
static enum idm_status
put_records(struct revive *revive, struct idm_err *err)
{
	struct idm_str records = revive->records;
	struct idm_state_record record;
	enum idm_status st = IDM_OK;

	while (st == IDM_OK && idm_state_record_next(&records, &record)) {
		if (is_of_the_file(record.key))
			continue;
		st = idm_state_put(
		    revive->state, record.key, record.value, err);
		revive->n++;
		if (st == IDM_OK && revive->n % SYNC_RECORDS == 0)
			st = idm_state_sync(revive->state, err);
		if (st == IDM_OK && revive->n % FOLD_RECORDS == 0)
			st = idm_state_fold(revive->state, err);
	}
	return st;
}

static enum idm_status
build(struct revive *revive, const struct marks *marks, struct idm_err *err)
{
	enum idm_status st;

	st = idm_state_set_aside(revive->dir, LOCK_WAIT_MS, err);
	if (st == IDM_OK)
		st = idm_state_open(revive->dir, revive->uid, NULL, true,
		    LOCK_WAIT_MS, &revive->state, err);
	if (st == IDM_OK)
		st = put_records(revive, err);
	if (st == IDM_OK)
		st = marks_stage(
		    marks, revive->maps, revive->gap, revive->state, err);
	if (st == IDM_OK)
		st = idm_state_sync(revive->state, err);
	if (st == IDM_OK)
		st = idm_state_fold(revive->state, err);
	if (st != IDM_OK)
		idm_state_close(&revive->state);
	return st;
}

enum idm_status
revive_state(struct revive *revive, struct idm_err *err)
{
	const uint8_t *uuid = NULL;
	enum idm_status st;
	struct marks marks;

	if (revive->maps != NULL && revive->maps->policy.has_state)
		uuid = revive->maps->policy.state_uuid;
	st = marks_new(&marks, err);
	if (st != IDM_OK)
		return st;
	st = check_records(revive->records, &marks, err);
	if (st == IDM_OK)
		st = marks_salvage(&marks, revive->dir, revive->uid, uuid, err);
	if (st == IDM_OK)
		st = build(revive, &marks, err);
	marks_free(&marks);
	return st;
}
