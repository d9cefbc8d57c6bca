#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "cli/smbusers.h"

/* What can be written reads back the same. */
static void
check_round_trip(const struct idm_namerule *rule)
{
	struct idm_str none = { "", 0 };
	struct smbusers_line line;
	struct idm_namerule again;
	const char *remark;
	struct idm_buf text;

	if (idm_namerule_check(rule, NULL) != IDM_OK)
		abort();
	idm_buf_init(&text, 1 << 16);
	if (smbusers_put(&text, rule, none, &remark, NULL) == IDM_OK) {
		if (smbusers_begin((struct idm_str){ text.data, text.len },
			&line, NULL) != IDM_OK ||
		    smbusers_next(&line, &again, NULL) != IDM_OK ||
		    idm_str_compare(rule->win, again.win) != 0 ||
		    idm_str_compare(rule->domain, again.domain) != 0 ||
		    idm_str_compare(rule->unix, again.unix) != 0 ||
		    rule->flags != again.flags)
			abort();
	}
	idm_buf_fini(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_str text = { .data = (const char *)data, .len = len };
	struct smbusers_line line;
	struct idm_namerule rule;
	enum idm_status st;

	if (smbusers_begin(text, &line, NULL) != IDM_OK)
		return 0;
	while ((st = smbusers_next(&line, &rule, NULL)) != IDM_NOTFOUND)
		if (st == IDM_OK)
			check_round_trip(&rule);
	return 0;
}
