#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/hostile.h"

#include "map/namerules.h"

/* Nothing that the input can hold gives more rules than it has bytes. */
#define RULES_MAX 4096

static void
take_line(void *context, const char *text)
{
	*(size_t *)context += strlen(text);
}

/* What a candidate promises, whatever the map holds. */
static void
check(const struct idm_namerule *rule, bool to_unix)
{
	unsigned rank = to_unix ? idm_namerule_rank_to_unix(rule)
				: idm_namerule_rank_to_windows(rule);

	if (rank < 1 || rank > 10)
		abort();
	if (rule->win.len > IDM_WINNAME_MAX ||
	    rule->domain.len > IDM_DOMAIN_MAX || rule->unix.len > IDM_LOGIN_MAX)
		abort();
}

static void
go_through(struct idm_candidates *candidates, bool to_unix)
{
	enum idm_status st;
	unsigned n = 0;

	do {
		struct idm_namerule rule;
		struct idm_err err;

		st = idm_candidates_next(candidates, &rule, &err);
		if (st == IDM_OK)
			check(&rule, to_unix);
		else if (st != IDM_NOTFOUND && st != IDM_CORRUPT)
			abort();
		if (n++ > RULES_MAX)
			abort();
	} while (st == IDM_OK);
}

/* Flags, the names to look up, and then the map's answers. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_maps maps = { .policy = idm_policy_default };
	struct idm_candidates candidates;
	size_t told = 0;
	const struct idm_trace trace = { take_line, &told };
	struct idm_str name, domain;
	uint8_t flags;
	bool to_unix, any;

	answers = idm_cursor_over(data, len);
	flags = idm_cursor_u8(&answers);
	name = idm_cursor_str(&answers);
	domain = idm_cursor_str(&answers);
	/* Never looked into, but by the function that is wrapped. */
	maps.map = (const void *)&maps;
	to_unix = (flags & 1) == 0;
	if (to_unix) {
		any = idm_candidates_to_unix(&candidates, &maps, name, domain,
		    (flags & 2) != 0, (flags & 4) != 0, &trace);
	} else {
		any = idm_candidates_to_windows(
		    &candidates, &maps, name, (flags & 4) != 0, &trace);
	}
	if (any)
		go_through(&candidates, to_unix);
	hostile_end();
	return 0;
}
