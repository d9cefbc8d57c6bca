#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

#include "cli/winbind.h"

static void
ignore(void *context, const char *text)
{
	(void)context;
	(void)text;
}

/* What is pinned is of the domain, and an id is in its range. */
static void
check_plan(const struct winbind_plan *plan, const struct idm_domain *domain)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct idm_pin *pin = &plan->pin[i];

		if (!idm_str_is(pin->domain, domain->name))
			abort();
		if (pin->type == IDM_PIN_ID &&
		    (pin->id < domain->low || pin->id > domain->high))
			abort();
	}
}

/* A range that is told is one. */
static void
check_domain(struct idm_str text)
{
	struct winbind_plan plan = { .reject = ignore };
	struct idm_domain domain;

	if (winbind_domain(&plan, text, &domain, NULL) == IDM_OK &&
	    domain.backend == IDM_BACKEND_AUTORID &&
	    (domain.high < domain.low || domain.rangesize == 0))
		abort();
	winbind_plan_free(&plan);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct idm_domain domains[] = {
		{ .name = "*",
		    .backend = IDM_BACKEND_TDB,
		    .low = 1000000,
		    .high = 1999999 },
		{ .name = "*",
		    .backend = IDM_BACKEND_AUTORID,
		    .low = 1000000,
		    .high = 1999999,
		    .rangesize = 100000 },
	};
	struct idm_str text = { .data = (const char *)data, .len = len };

	for (size_t i = 0; i < IDM_COUNTOF(domains); i++) {
		struct winbind_plan plan = { .reject = ignore };

		if (winbind_read(&plan, text, &domains[i], NULL) == IDM_OK)
			check_plan(&plan, &domains[i]);
		winbind_plan_free(&plan);
	}
	check_domain(text);
	return 0;
}
