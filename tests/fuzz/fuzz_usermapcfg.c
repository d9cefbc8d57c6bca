#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "cli/usermapcfg.h"

static void
check_same(struct idm_str one, struct idm_str other)
{
	if (idm_str_compare(one, other) != 0)
		abort();
}

/* What was read is a rule, and is written as a line that reads the same. */
static void
check_round_trip(const struct idm_namerule *rule)
{
	struct idm_namerule again;
	const char *remark;
	struct idm_buf text;

	if (idm_namerule_check(rule, NULL) != IDM_OK)
		abort();
	idm_buf_init(&text, 1 << 16);
	if (usermapcfg_put(&text, rule, &remark, NULL) != IDM_OK ||
	    usermapcfg_read((struct idm_str){ text.data, text.len }, &again,
		&remark, NULL) != IDM_OK)
		abort();
	check_same(rule->win, again.win);
	check_same(rule->domain, again.domain);
	check_same(rule->unix, again.unix);
	if (rule->direction != again.direction || rule->flags != again.flags)
		abort();
	idm_buf_fini(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_str line = { .data = (const char *)data, .len = len };
	struct idm_namerule rule;
	const char *remark;

	if (usermapcfg_read(line, &rule, &remark, NULL) == IDM_OK)
		check_round_trip(&rule);
	return 0;
}
