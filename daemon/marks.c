#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backends/autorid.h"
#include "daemon/marks.h"
#include "map/allocated.h"
#include "map/domain.h"
#include "state/journalfile.h"
#include "state/replay.h"

#define GAP_IDS    1024
#define GAP_SLICES 8
#define KEY_MAX    (IDM_DOMAIN_MAX + 16)

static struct idm_str
str_of_buf(const struct idm_buf *buf)
{
	return (struct idm_str){ .data = buf->data, .len = buf->len };
}

enum idm_status
marks_new(struct marks *marks, struct idm_err *err)
{
	*marks = (struct marks){ .is_whole = false };
	return idm_changes_new(&marks->known, err);
}

void
marks_free(struct marks *marks)
{
	idm_changes_free(&marks->known);
}

/* ---- What is known. */

enum idm_status
marks_take(struct marks *marks, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	struct idm_change present;
	uint64_t number, known = 0;

	if (key.len < 3 || memcmp(key.data, "h/", 2) != 0 ||
	    idm_number_read(value, &number, NULL) != IDM_OK)
		return IDM_OK;
	if (idm_changes_find(marks->known, key, &present) &&
	    idm_number_read(present.value, &known, NULL) == IDM_OK &&
	    known >= number)
		return IDM_OK;
	return idm_changes_put(marks->known, key, value, err);
}

/* The records of state.gdbm.  *whole: none was unreadable. */
static enum idm_status
take_view(struct marks *marks, const struct idm_view *view, bool *whole,
    struct idm_err *err)
{
	struct idm_walk walk = { 0 };
	struct idm_str key, value;
	enum idm_status st, taken;

	*whole = true;
	while ((st = idm_view_next(view, &walk, &key, &value, NULL)) !=
	    IDM_NOTFOUND) {
		if (st != IDM_OK) {
			*whole = false;
			return IDM_OK;
		}
		if (key.len <= IDM_KEY_END)
			continue;
		key.len -= IDM_KEY_END;
		taken = marks_take(marks, key, value, err);
		if (taken != IDM_OK)
			return taken;
	}
	return IDM_OK;
}

/* The records of the journal up to the first that is damaged. */
static enum idm_status
take_records(struct marks *marks, struct idm_str file, struct idm_err *err)
{
	struct idm_journal_walk walk;
	struct idm_journal_head head;
	enum idm_status st = IDM_OK;
	struct idm_change change;
	struct idm_str body;

	if (idm_journal_begin(file, &walk, &head, NULL) != IDM_OK)
		return IDM_OK;
	while (st == IDM_OK && idm_journal_next(&walk, &body, NULL) == IDM_OK) {
		while (st == IDM_OK && body.len > 0 &&
		    idm_journal_change_next(&body, &change, NULL) == IDM_OK) {
			if (!change.removed)
				st = marks_take(
				    marks, change.key, change.value, err);
		}
	}
	return st;
}

static enum idm_status
salvage_view(struct marks *marks, const char *dir, uid_t owner,
    const uint8_t *uuid, bool *whole, struct idm_err *err)
{
	struct idm_view *view = NULL;
	char path[PATH_MAX];
	enum idm_status st = IDM_OK;
	int n;

	*whole = false;
	n = snprintf(path, sizeof(path), "%s/" IDM_STATE_NAME, dir);
	if (n < 0 || (size_t)n >= sizeof(path))
		return idm_fail(err, IDM_INVALID, "%s: name too long", dir);
	if (idm_view_open(path, IDM_MAP_STATE, &owner, 1, &view, NULL) !=
	    IDM_OK)
		return IDM_OK;
	st = take_view(marks, view, whole, err);
	if (uuid != NULL &&
	    memcmp(idm_view_header(view)->uuid, uuid, IDM_UUID_SIZE) != 0)
		*whole = false;
	idm_view_close(&view);
	return st;
}

/* Do the journal and state.gdbm fit each other, without damage? */
static bool
fits(const char *dir, uid_t owner)
{
	struct idm_state_peek peek = { 0 };
	enum idm_status st = idm_state_peek(dir, owner, &peek, NULL);

	idm_state_peek_fini(&peek);
	return st == IDM_OK;
}

enum idm_status
marks_salvage(struct marks *marks, const char *dir, uid_t owner,
    const uint8_t *uuid, struct idm_err *err)
{
	char *bytes = NULL;
	enum idm_status st;
	bool is_whole;
	size_t len;

	st = salvage_view(marks, dir, owner, uuid, &is_whole, err);
	if (st != IDM_OK)
		return st;
	if (idm_journalfile_read(dir, owner, &bytes, &len, NULL) == IDM_OK)
		st = take_records(marks, (struct idm_str){ bytes, len }, err);
	free(bytes);
	marks->is_whole = st == IDM_OK && is_whole && fits(dir, owner);
	return st;
}

/* ---- What is staged. */

/* A counter of a domain, and where it may go. */
struct counter {
	char kind; /* of its key */
	bool is_of_ids;
	uint64_t low;
	uint64_t high; /* the last one */
};

#define COUNTERS_MAX 2

/* The counters that a domain allocates by; how many there are. */
static unsigned
counters_of(
    const struct idm_domain *domain, struct counter counter[COUNTERS_MAX])
{
	bool is_split = (domain->flags & IDM_DOMAIN_SPLIT_COUNTERS) != 0;
	struct counter ids = { 'b', true, domain->low, domain->high };

	switch ((enum idm_backend_id)domain->backend) {
	case IDM_BACKEND_TDB:
	case IDM_BACKEND_EPHEMERAL:
		counter[0] = counter[1] = ids;
		if (!is_split)
			return 1;
		counter[0].kind = 'u';
		counter[1].kind = 'g';
		return 2;
	case IDM_BACKEND_AUTORID:
		if (idm_autorid_slices(domain) == 0)
			return 0;
		/* The first slice is a pool of ids; the others go one by one.
		 */
		ids.high = domain->low + domain->rangesize - 1;
		counter[0] = ids;
		counter[1] = (struct counter){ 's', false, 1,
			idm_autorid_slices(domain) - 1 };
		return 2;
	case IDM_BACKEND_SSS: /* a window's slice depends on its SID */
	case IDM_BACKEND_NONE:
	case IDM_BACKEND_RID:
	case IDM_BACKEND_HASH:
	case IDM_BACKEND_NSS:
	case IDM_BACKEND_AD:
	case IDM_BACKEND_RFC2307:
	case IDM_BACKEND_LDAP: /* counted in a directory */
		return 0;
	}
	return 0;
}

/* Where a counter goes on, that is known to have been at number. */
static uint64_t
raised(const struct counter *counter, uint64_t number, uint32_t wanted)
{
	uint64_t least = counter->is_of_ids ? GAP_IDS : GAP_SLICES;
	uint64_t given, gap, left;

	if (number < counter->low)
		number = counter->low;
	if (number > counter->high)
		return number;
	given = number - counter->low;
	left = counter->high - number;
	gap = given > least ? given : least;
	if (wanted > 0 && counter->is_of_ids)
		gap = wanted;
	return number + (gap > left / 4 ? left / 4 : gap);
}

static enum idm_status
stage_mark(struct idm_state *state, struct idm_str key, uint64_t number,
    struct idm_err *err)
{
	char memory[16];
	struct idm_buf value;

	idm_buf_init_fixed(&value, memory, sizeof(memory));
	idm_number_write(&value, number);
	return idm_state_put(state, key, str_of_buf(&value), err);
}

static enum idm_status
stage_known(
    const struct marks *marks, struct idm_state *state, struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	struct idm_change change;
	size_t at = 0;

	while (st == IDM_OK && idm_changes_next(marks->known, &at, &change))
		st = idm_state_put(state, change.key, change.value, err);
	return st;
}

static enum idm_status
raise_counter(const struct marks *marks, const struct idm_domain *domain,
    const struct counter *counter, uint32_t gap, struct idm_state *state,
    struct idm_err *err)
{
	struct idm_change known;
	uint64_t number = 0;
	char memory[KEY_MAX];
	struct idm_buf key;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_state_key_next(&key, idm_str_of(domain->name), counter->kind);
	if (idm_changes_find(marks->known, str_of_buf(&key), &known) &&
	    idm_number_read(known.value, &number, NULL) != IDM_OK)
		number = 0; /* it was read when it was taken */
	return stage_mark(
	    state, str_of_buf(&key), raised(counter, number, gap), err);
}

static enum idm_status
raise_domain(const struct marks *marks, const struct idm_domain *domain,
    uint32_t gap, struct idm_state *state, struct idm_err *err)
{
	struct counter counter[COUNTERS_MAX];
	unsigned n = counters_of(domain, counter);
	enum idm_status st = IDM_OK;

	for (unsigned i = 0; i < n && st == IDM_OK; i++)
		st = raise_counter(marks, domain, &counter[i], gap, state, err);
	return st;
}

enum idm_status
marks_stage(const struct marks *marks, const struct idm_maps *maps,
    uint32_t gap, struct idm_state *state, struct idm_err *err)
{
	enum idm_status st = stage_known(marks, state, err);

	if (marks->is_whole || maps == NULL)
		return st;
	for (uint32_t i = 0; i < maps->domains.n && st == IDM_OK; i++)
		st = raise_domain(
		    marks, &maps->domains.domain[i], gap, state, err);
	return st;
}
