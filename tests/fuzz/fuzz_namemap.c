#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "base/cursor.h"
#include "map/namemap.h"

/*
 * A lookup in a map whose every record is hostile.  Linked with --wrap, so
 * that the input itself says what each key holds: a status, and a value.
 */
enum idm_status __wrap_idm_view_get(const struct idm_view *, const char *key,
    size_t len, struct idm_str *value);

static struct idm_cursor answers;

/* The values lent to the lookup, each of just its size for the sanitizer. */
static char *lent[64];
static size_t nlent;

enum idm_status
__wrap_idm_view_get(const struct idm_view *view, const char *key, size_t len,
    struct idm_str *value)
{
	uint8_t status = idm_cursor_u8(&answers);
	struct idm_str bytes = idm_cursor_str(&answers);

	(void)view;
	if (len > IDM_KEY_MAX || memchr(key, '/', len) == NULL)
		abort();
	if (answers.bad || nlent == IDM_COUNTOF(lent) || status == 1)
		return IDM_NOTFOUND;
	if (status > 1)
		return IDM_CORRUPT;
	lent[nlent] = malloc(bytes.len + 1);
	if (lent[nlent] == NULL)
		abort();
	/* Ends where the memory does; malloc(0) would be nothing. */
	value->data = lent[nlent++] + 1;
	value->len = bytes.len;
	memcpy(lent[nlent - 1] + 1, bytes.data, bytes.len);
	return IDM_OK;
}

enum idm_status __wrap_idm_view_get_key(
    const struct idm_view *, const struct idm_buf *, struct idm_str *value);

enum idm_status
__wrap_idm_view_get_key(const struct idm_view *view, const struct idm_buf *key,
    struct idm_str *value)
{
	return __wrap_idm_view_get(view, key->data, key->len, value);
}

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
	while (nlent > 0)
		free(lent[--nlent]);
	return 0;
}
