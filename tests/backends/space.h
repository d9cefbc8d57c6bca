/*
 * space -- sss domains of one space, for tests.
 */

#ifndef IDM_TESTS_BACKENDS_SPACE_H
#define IDM_TESTS_BACKENDS_SPACE_H

#include <stdio.h>
#include <stdlib.h>

#include "tests/backends/ground.h"
#include "tests/random.h"

#include "backends/sss.h"

enum { SPACE_MAX = 64 };

struct space {
	uint32_t n;
	struct idm_domain domain[SPACE_MAX];
	struct idm_domain *list[SPACE_MAX];
};

static inline void
space_add(struct space *space, const struct idm_domain *like, const char *sid)
{
	struct idm_domain *domain = &space->domain[space->n];

	assert_true(space->n < SPACE_MAX);
	*domain = *like;
	domain->backend = IDM_BACKEND_SSS;
	domain->sid = sid_of(sid);
	(void)snprintf(
	    domain->name, sizeof(domain->name), "d%u", (unsigned)space->n);
	memcpy(domain->space, "sssd", 5);
	space->list[space->n++] = domain;
}

/* A SID that is likely to be near others, or far from them. */
static inline const char *
random_sid(struct dice *dice, char text[static 64])
{
	unsigned sides = roll(dice, 2) == 0 ? 8 : UINT32_MAX;

	(void)snprintf(text, 64, "S-1-5-21-%u-%u-%u", roll(dice, sides),
	    roll(dice, sides), roll(dice, sides));
	return text;
}

static inline bool
space_has(const struct space *space, const char *sid)
{
	struct idm_sid wanted = sid_of(sid);

	for (uint32_t i = 0; i < space->n; i++) {
		if (idm_sid_equal(&space->domain[i].sid, &wanted))
			return true;
	}
	return false;
}

/* Add n domains, no two of one SID. */
static inline void
space_fill(struct space *space, struct dice *dice,
    const struct idm_domain *like, unsigned n)
{
	char sid[64];

	while (n > 0) {
		if (space_has(space, random_sid(dice, sid)))
			continue;
		space_add(space, like, sid);
		n--;
	}
}

#endif
