#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "rules/namerule.h"

/* A rule that passes has a rank wherever it leads, and fits in one line. */
static void
check_good(const struct idm_namerule *rule)
{
	char memory[4096];
	struct idm_buf line;
	unsigned tabs = 0;

	if ((idm_namerule_rank_to_unix(rule) != 0) !=
		(rule->direction != IDM_RULE_TO_WINDOWS) ||
	    (idm_namerule_rank_to_windows(rule) != 0) !=
		(rule->direction != IDM_RULE_TO_UNIX))
		abort();
	idm_buf_init_fixed(&line, memory, sizeof(memory));
	idm_namerule_put(&line, rule, false);
	if (line.status != IDM_OK)
		abort();
	for (size_t i = 0; i < line.len; i++) {
		tabs += memory[i] == '\t';
		if ((unsigned char)memory[i] < ' ' && memory[i] != '\t')
			abort();
	}
	if (tabs != 2)
		abort();
}

/* Direction, flags, kinds and three names. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_cursor cursor = idm_cursor_over(data, len);
	struct idm_namerule rule = { 0 };
	struct idm_err err;
	uint8_t kinds;

	rule.direction = idm_cursor_u8(&cursor) % 3;
	rule.flags = idm_cursor_u8(&cursor) & 7;
	kinds = idm_cursor_u8(&cursor);
	rule.win_is_group = (kinds & 1) != 0;
	rule.unix_is_group = (kinds & 2) != 0;
	rule.win = idm_cursor_str(&cursor);
	rule.domain = idm_cursor_str(&cursor);
	rule.unix = idm_cursor_str(&cursor);
	if (idm_namerule_check(&rule, &err) == IDM_OK)
		check_good(&rule);
	else if (err.status != IDM_INVALID || err.text[0] == '\0')
		abort();
	return 0;
}
