#include <string.h>

#include "base/num.h"
#include "directory/filter.h"
#include "identity/id.h"

#include "cli/livenumbers.h"

#define NUMBER_MIN 1000
#define NUMBER_END (UINT32_MAX / 2) /* those above are taken for mistakes */
#define FILTER_MAX 512

static const char *const attributes[] = { "uidNumber", "gidNumber", NULL };

struct reading {
	struct idm_session *session;
	const char *base;
	int64_t deadline;
	struct cli_live_numbers numbers;
	uint64_t n; /* entries that were shown */
};

static void
take_number(struct cli_live_numbers *numbers, struct idm_str value)
{
	uint32_t id;

	if (idm_num_id(value.data, value.len, &id, NULL) != IDM_OK ||
	    id < NUMBER_MIN || idm_id_reserved(id) != NULL)
		return;
	if (numbers->low == 0 || id < numbers->low)
		numbers->low = id;
	if (id > numbers->high)
		numbers->high = id;
}

static enum idm_status
take_entry(void *context, const struct idm_object *object, struct idm_err *err)
{
	struct reading *reading = context;

	(void)err;
	reading->n++;
	for (size_t i = 0; attributes[i] != NULL; i++)
		take_number(
		    &reading->numbers, idm_object_first(object, attributes[i]));
	return IDM_OK;
}

static enum idm_status
search(
    struct reading *reading, const struct idm_buf *filter, struct idm_err *err)
{
	const struct idm_search search = {
		.base = idm_str_of(reading->base),
		.scope = IDM_SCOPE_SUBTREE,
		.filter = { filter->data, filter->len },
		.attribute = attributes,
		.is_paged = true,
	};

	return idm_session_search(reading->session, &search, reading->deadline,
	    take_entry, reading, err);
}

static enum idm_status
read_all(struct reading *reading, struct idm_err *err)
{
	char memory[FILTER_MAX];
	struct idm_buf filter;

	idm_buf_init_fixed(&filter, memory, sizeof(memory));
	idm_filter_open(&filter, '|');
	for (size_t i = 0; attributes[i] != NULL; i++)
		idm_filter_present(&filter, attributes[i]);
	idm_filter_close(&filter);
	return search(reading, &filter, err);
}

/* Take the numbers from low on, below end, as far as they are shown. */
static enum idm_status
read_between(
    struct reading *reading, uint32_t low, uint32_t end, struct idm_err *err)
{
	uint64_t before = reading->n;
	char memory[FILTER_MAX];
	struct idm_buf filter;
	enum idm_status st;

	idm_buf_init_fixed(&filter, memory, sizeof(memory));
	idm_filter_open(&filter, '|');
	for (size_t i = 0; attributes[i] != NULL; i++) {
		idm_filter_open(&filter, '&');
		idm_filter_at_least(&filter, attributes[i], low);
		idm_filter_open(&filter, '!');
		idm_filter_at_least(&filter, attributes[i], end);
		idm_filter_close(&filter);
		idm_filter_close(&filter);
	}
	idm_filter_close(&filter);
	st = search(reading, &filter, err);
	return st == IDM_EXHAUSTED && reading->n > before ? IDM_OK : st;
}

/*
 * The ends, of a server that does not show all: each question halves what is
 * open.  Nobody is below low, nor at end or above.
 */
static enum idm_status
find_lowest(struct reading *reading, struct idm_err *err)
{
	uint32_t low = NUMBER_MIN;
	enum idm_status st = IDM_OK;

	while (st == IDM_OK && low < reading->numbers.low) {
		uint32_t middle = low + (reading->numbers.low - low + 1) / 2;

		st = read_between(reading, low, middle, err);
		if (reading->numbers.low >= middle)
			low = middle;
	}
	return st;
}

static enum idm_status
find_highest(struct reading *reading, struct idm_err *err)
{
	uint32_t end = NUMBER_END;
	enum idm_status st = IDM_OK;

	while (st == IDM_OK && reading->numbers.high + 1 < end) {
		uint32_t middle = end - (end - reading->numbers.high) / 2;

		st = read_between(reading, middle, end, err);
		if (reading->numbers.high < middle)
			end = middle;
	}
	return st;
}

static enum idm_status
find_ends(struct reading *reading, const char *why, struct idm_err *err)
{
	uint32_t known = reading->numbers.low;
	uint64_t before = reading->n;
	enum idm_status st;

	st = read_between(reading, known, known + 1, err);
	if (st == IDM_OK && reading->n == before)
		return idm_fail(err, IDM_EXHAUSTED,
		    "%s, and it does not compare numbers: say range=LOW-HIGH",
		    why);
	if (st == IDM_OK)
		st = find_lowest(reading, err);
	return st == IDM_OK ? find_highest(reading, err) : st;
}

enum idm_status
cli_live_numbers(struct idm_session *session, const char *base,
    int64_t deadline, struct cli_live_numbers *out, struct idm_err *err)
{
	struct reading reading = {
		.session = session,
		.base = base,
		.deadline = deadline,
	};
	struct idm_err why;
	enum idm_status st = read_all(&reading, &why);

	if (st == IDM_EXHAUSTED && reading.numbers.low != 0)
		st = find_ends(&reading, why.text, err);
	else if (st != IDM_OK && err != NULL)
		*err = why;
	if (st == IDM_OK)
		*out = reading.numbers;
	return st;
}
