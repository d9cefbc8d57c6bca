#include <stdlib.h>

#include "base/clock.h"
#include "daemon/waiting.h"
#include "resolve/advance.h"

#define GRANT_MS  10000             /* for one batch */
#define BYTES_MAX ((size_t)1 << 20) /* of members that wait */

void
waiting_begin(struct waiting *waiting, struct orders *orders,
    const struct realms_moment *moment, const char *accounts)
{
	numbers_init(&waiting->numbers, orders, moment, accounts);
}

static void
drop(struct waiting *waiting)
{
	while (waiting->n > 0)
		free(waiting->facts[--waiting->n]);
	waiting->bytes = 0;
}

void
waiting_fini(struct waiting *waiting)
{
	drop(waiting);
	numbers_fini(&waiting->numbers);
}

/* Take those of n that do not lack a number; the others go to the front. */
static enum idm_status
take_some(struct waiting *waiting, struct idm_advance *advance, size_t *n,
    struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	size_t left = 0;

	for (size_t i = 0; i < *n && st == IDM_OK; i++) {
		struct idm_facts *facts = waiting->facts[i];

		st = waiting->each(waiting->context, facts, err);
		if (!idm_advance_missed(advance) || st != IDM_TEMPFAIL)
			continue;
		waiting->facts[i] = waiting->facts[left];
		waiting->facts[left++] = facts;
		st = IDM_OK;
	}
	*n = left;
	return st;
}

enum idm_status
waiting_end(struct waiting *waiting, struct idm_err *err)
{
	const struct idm_allocator keeper = numbers_allocator(
	    &waiting->numbers);
	struct idm_advance *advance = NULL;
	size_t n = waiting->n;
	enum idm_status st;

	if (n == 0)
		return IDM_OK;
	st = idm_advance_new(&keeper, &advance, err);
	if (st != IDM_OK)
		return st;
	waiting->allocator = idm_advance_allocator(advance);
	while (st == IDM_OK && n > 0) {
		st = take_some(waiting, advance, &n, err);
		waiting->numbers.deadline = idm_clock_ms() + GRANT_MS;
		if (st == IDM_OK)
			st = idm_advance_grant(advance, err);
	}
	idm_advance_free(&advance);
	drop(waiting);
	return st;
}

enum idm_status
waiting_add(
    struct waiting *waiting, const struct idm_facts *facts, struct idm_err *err)
{
	enum idm_status st;

	st = idm_facts_dup(facts, &waiting->facts[waiting->n], err);
	if (st != IDM_OK)
		return st;
	waiting->n++;
	for (size_t i = 0; facts->members != NULL && i < facts->members->n; i++)
		waiting->bytes += facts->members->value[i].len;
	if (waiting->n < WAITING_MAX && waiting->bytes < BYTES_MAX)
		return IDM_OK;
	return waiting_end(waiting, err);
}
