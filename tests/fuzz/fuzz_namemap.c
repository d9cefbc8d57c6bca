#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/hostile.h"

#include "map/namemap.h"

static void
take_line(void *context, const char *text)
{
	*(size_t *)context += strlen(text);
}

/* What a match promises, whatever the map holds. */
static void
check(enum idm_status st, const struct idm_match *match, bool is_scheme)
{
	struct idm_str result = idm_str_of(match->result);

	if (st == IDM_REFUSED && (result.len != 0 || match->literal))
		abort();
	if (st == IDM_OK && idm_name_remote(result, NULL) != IDM_OK)
		abort();
	if (st == IDM_OK && is_scheme && idm_name_login(result, NULL) != IDM_OK)
		abort();
	if (st != IDM_OK && st != IDM_REFUSED && match->result[0] != '\0')
		abort();
}

/* Flags, the name to look up, and then the map's answers. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_maps maps = { .policy = idm_policy_default };
	struct idm_match match = { .result = "" };
	size_t told = 0;
	const struct idm_trace trace = { take_line, &told };
	enum idm_status st;
	struct idm_str name;
	struct idm_err err;
	uint8_t flags;

	answers = idm_cursor_over(data, len);
	flags = idm_cursor_u8(&answers);
	name = idm_cursor_str(&answers);
	/* Never looked into, but by the function that is wrapped. */
	maps.map = (const void *)&maps;
	maps.users = (flags & 1) != 0 ? (const void *)&maps : NULL;
	if ((flags & 2) != 0)
		st = idm_match_attribute(
		    &maps, "x", name, &match, &trace, &err);
	else
		st = idm_match_scheme(&maps, "x", name, &match, &trace, &err);
	check(st, &match, (flags & 2) == 0);
	hostile_end();
	return 0;
}
