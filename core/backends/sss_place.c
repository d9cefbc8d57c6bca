#include <stdlib.h>
#include <string.h>

#include "backends/sss.h"
#include "backends/stored.h"

/* A slice that somebody has. */
struct taken {
	bool used;
	uint32_t slice;
	uint32_t by; /* which domain of the list; its primary only */
	bool is_primary;
};

/*
 * The slices of a space while windows are placed: a hash table with linear
 * probing, because a space may have far more slices than windows.
 */
struct space {
	struct idm_domain *const *domain;
	uint32_t n;
	uint32_t slices;
	const struct idm_allocations *allocated;
	struct taken *table;
	uint32_t mask;
	uint16_t *before; /* windows each domain had */
};

static const struct taken *
find(const struct space *space, uint32_t slice)
{
	uint32_t at = slice * 2654435761u & space->mask;

	while (space->table[at].used && space->table[at].slice != slice)
		at = (at + 1) & space->mask;
	return &space->table[at];
}

static bool
is_taken(const struct space *space, uint32_t slice)
{
	return find(space, slice)->used;
}

static void
take(struct space *space, uint32_t slice, uint32_t by, bool is_primary)
{
	struct taken *entry = &space->table[find(space, slice) - space->table];

	*entry = (struct taken){ true, slice, by, is_primary };
}

/* Was the slice given to somebody's window by the keeper? */
static enum idm_status
is_allocated(
    const struct space *space, uint32_t slice, bool *out, struct idm_err *err)
{
	struct idm_backend_case which = {
		.allocated = space->allocated,
		.domain = space->domain[0],
	};
	struct idm_sid owner;
	enum idm_status st;
	uint32_t n;

	*out = false;
	if (space->allocated == NULL)
		return IDM_OK;
	st = idm_stored_window(&which, slice, &owner, &n, err);
	*out = st == IDM_OK;
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

/* The next slice from start on that nobody has.  IDM_EXHAUSTED. */
static enum idm_status
next_free(const struct space *space, uint32_t start, uint32_t *out,
    struct idm_err *err)
{
	uint32_t slice = start;
	enum idm_status st;
	bool allocated;

	for (uint32_t i = 0; i < space->slices; i++) {
		if (!is_taken(space, slice)) {
			st = is_allocated(space, slice, &allocated, err);
			if (st != IDM_OK)
				return st;
			if (!allocated) {
				*out = slice;
				return IDM_OK;
			}
		}
		slice = slice + 1 == space->slices ? 0 : slice + 1;
	}
	return idm_fail(err, IDM_EXHAUSTED,
	    "all %lu slices of space '%s' are taken: widen its range",
	    (unsigned long)space->slices, space->domain[0]->space);
}

static void
add_window(struct space *space, uint32_t i, uint32_t n, uint32_t slice)
{
	struct idm_domain *domain = space->domain[i];

	domain->window[domain->nwindows++] = (struct idm_window){
		.first_rid = n * domain->rangesize,
		.low = domain->low + slice * domain->rangesize,
	};
	take(space, slice, i, n == 0);
}

/* Does the window lack a place, and is there room to note one? */
static bool
is_missing(const struct idm_domain *domain, uint32_t n)
{
	uint32_t slice;

	return domain->nwindows < IDM_WINDOWS_MAX &&
	    (uint64_t)n * domain->rangesize <= UINT32_MAX &&
	    !idm_sss_compiled(domain, n, &slice);
}

/* ---- What is there already. */

static enum idm_status
check_window(const struct space *space, uint32_t i,
    const struct idm_window *window, struct idm_err *err)
{
	const struct idm_domain *domain = space->domain[i];
	uint32_t slice = (window->low - domain->low) / domain->rangesize;

	if (window->low < domain->low ||
	    (window->low - domain->low) % domain->rangesize != 0 ||
	    window->first_rid % domain->rangesize != 0 ||
	    slice >= space->slices) {
		return idm_fail(err, IDM_CONFLICT,
		    "domain '%s': RIDs from %lu at %lu are no slice of space "
		    "'%s'",
		    domain->name, (unsigned long)window->first_rid,
		    (unsigned long)window->low, domain->space);
	}
	if (is_taken(space, slice)) {
		return idm_fail(err, IDM_CONFLICT,
		    "domain '%s': slice %lu of space '%s' is that of domain "
		    "'%s'",
		    domain->name, (unsigned long)slice, domain->space,
		    space->domain[find(space, slice)->by]->name);
	}
	return IDM_OK;
}

static enum idm_status
check_domain(const struct space *space, uint32_t i, struct idm_err *err)
{
	const struct idm_domain *first = space->domain[0];
	const struct idm_domain *domain = space->domain[i];

	if (!idm_sid_is_domain(&domain->sid)) {
		return idm_fail(err, IDM_INVALID,
		    "domain '%s': sss needs a SID of the form S-1-5-21-a-b-c",
		    domain->name);
	}
	if (domain->low != first->low || domain->high != first->high ||
	    domain->rangesize != first->rangesize ||
	    ((domain->flags ^ first->flags) & IDM_DOMAIN_AUTORID_COMPAT) != 0) {
		return idm_fail(err, IDM_INVALID,
		    "domains '%s' and '%s' of space '%s' must have the same "
		    "range, rangesize and autorid_compat",
		    first->name, domain->name, domain->space);
	}
	return IDM_OK;
}

static enum idm_status
take_present(struct space *space, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	for (uint32_t i = 0; i < space->n && st == IDM_OK; i++) {
		const struct idm_domain *domain = space->domain[i];

		st = check_domain(space, i, err);
		for (uint32_t k = 0; k < domain->nwindows && st == IDM_OK;
		     k++) {
			const struct idm_window *window = &domain->window[k];

			st = check_window(space, i, window, err);
			if (st == IDM_OK) {
				take(space,
				    (window->low - domain->low) /
					domain->rangesize,
				    i, window->first_rid == 0);
			}
		}
	}
	return st;
}

/* What the keeper placed is a window like those that are compiled. */
static enum idm_status
adopt(struct space *space, uint32_t i, uint32_t n, struct idm_err *err)
{
	struct idm_backend_case which = {
		.allocated = space->allocated,
		.domain = space->domain[i],
	};
	enum idm_status st;
	uint32_t slice;

	if (space->allocated == NULL || !is_missing(space->domain[i], n))
		return IDM_OK;
	st = idm_stored_slice(&which, &space->domain[i]->sid, n, &slice, err);
	if (st == IDM_OK && slice < space->slices && !is_taken(space, slice))
		add_window(space, i, n, slice);
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

/* ---- Placing. */

static enum idm_status
place_primaries(struct space *space, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	for (uint32_t i = 0; i < space->n && st == IDM_OK; i++) {
		const struct idm_domain *domain = space->domain[i];
		uint32_t slice;

		if (!is_missing(domain, 0))
			continue;
		st = next_free(space, idm_sss_slot(domain, 0), &slice, err);
		if (st == IDM_OK)
			add_window(space, i, 0, slice);
		else
			st = idm_within(err, st, "domain '%s'", domain->name);
	}
	return st;
}

/*
 * Where libsss_idmap looks for a window when it adds the domain: it knows
 * the primaries up to this domain's, and no extension window.
 */
static uint32_t
sssd_slice(const struct space *space, uint32_t i, uint32_t n)
{
	uint32_t slice = idm_sss_slot(space->domain[i], n);

	for (uint32_t k = 0; k < space->slices; k++) {
		const struct taken *entry = find(space, slice);

		if (!entry->used || !entry->is_primary || entry->by > i)
			break;
		slice = slice + 1 == space->slices ? 0 : slice + 1;
	}
	return slice;
}

/* A place of an extension window: sssd's, or the next free one. */
static enum idm_status
place_extension(struct space *space, uint32_t i, uint32_t n, bool displaced,
    struct idm_err *err)
{
	uint32_t slice = sssd_slice(space, i, n);
	enum idm_status st = IDM_OK;
	bool allocated;

	if (displaced) {
		st = next_free(space, slice, &slice, err);
		/* No place, no window: its RIDs are not mapped. */
		if (st == IDM_EXHAUSTED)
			return IDM_OK;
	} else {
		if (is_taken(space, slice))
			return IDM_OK;
		st = is_allocated(space, slice, &allocated, err);
		if (allocated)
			return IDM_OK;
	}
	if (st == IDM_OK)
		add_window(space, i, n, slice);
	return st;
}

static enum idm_status
place_extensions(struct space *space, bool displaced, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	for (uint32_t i = 0; i < space->n && st == IDM_OK; i++) {
		for (uint32_t n = 1; n <= IDM_SSS_HELPERS && st == IDM_OK;
		     n++) {
			if (is_missing(space->domain[i], n)) {
				st = place_extension(
				    space, i, n, displaced, err);
			}
		}
	}
	return st;
}

static enum idm_status
place_all(struct space *space, struct idm_err *err)
{
	bool compat = (space->domain[0]->flags & IDM_DOMAIN_AUTORID_COMPAT) !=
	    0;
	enum idm_status st;

	st = take_present(space, err);
	for (uint32_t i = 0; i < space->n && st == IDM_OK; i++) {
		for (uint32_t n = 0; n <= IDM_SSS_HELPERS && st == IDM_OK; n++)
			st = adopt(space, i, n, err);
	}
	if (st == IDM_OK)
		st = place_primaries(space, err);
	if (st != IDM_OK || compat || space->slices < IDM_SSS_ROOM)
		return st;
	st = place_extensions(space, false, err);
	return st == IDM_OK ? place_extensions(space, true, err) : st;
}

/* ---- The space. */

static enum idm_status
space_init(struct space *space, struct idm_err *err)
{
	size_t size = 256;

	while (size < (size_t)space->n * (IDM_WINDOWS_MAX + 1) * 2)
		size *= 2;
	space->mask = (uint32_t)(size - 1);
	space->table = calloc(size, sizeof(*space->table));
	space->before = calloc(space->n, sizeof(*space->before));
	if (space->table == NULL || space->before == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	return IDM_OK;
}

static int
by_rid(const void *a, const void *b)
{
	const struct idm_window *one = a, *other = b;

	return (one->first_rid > other->first_rid) -
	    (one->first_rid < other->first_rid);
}

/* Keep what was placed, or what was there before. */
static void
settle(struct space *space, enum idm_status st)
{
	for (uint32_t i = 0; i < space->n; i++) {
		struct idm_domain *domain = space->domain[i];

		if (st != IDM_OK)
			domain->nwindows = space->before[i];
		else
			qsort(domain->window, domain->nwindows,
			    sizeof(*domain->window), by_rid);
	}
}

enum idm_status
idm_sss_place(struct idm_domain *const *domain, uint32_t n,
    const struct idm_allocations *allocated, struct idm_err *err)
{
	struct space space = {
		.domain = domain,
		.n = n,
		.allocated = allocated,
	};
	enum idm_status st;

	if (n == 0)
		return IDM_OK;
	space.slices = idm_sss_slices(domain[0]);
	if (space.slices == 0) {
		return idm_fail(err, IDM_INVALID,
		    "domain '%s': the range of space '%s' is smaller than a "
		    "slice",
		    domain[0]->name, domain[0]->space);
	}
	st = space_init(&space, err);
	if (st == IDM_OK) {
		for (uint32_t i = 0; i < n; i++)
			space.before[i] = domain[i]->nwindows;
		st = place_all(&space, err);
		settle(&space, st);
	}
	free(space.table);
	free(space.before);
	return st;
}
