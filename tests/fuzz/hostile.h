/*
 * hostile -- a map whose every record is what the fuzzer's input says.
 *
 * For targets that are linked with --wrap=idm_view_get and
 * --wrap=idm_view_get_key.  Each look-up takes a status and a value from the
 * input; the values are lent in memory of just their size, for the sanitizer.
 */

#ifndef IDM_TESTS_FUZZ_HOSTILE_H
#define IDM_TESTS_FUZZ_HOSTILE_H

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/cursor.h"
#include "map/view.h"

/* What was not answered yet. */
static struct idm_cursor answers;

static char *lent[64];
static size_t nlent;

enum idm_status __wrap_idm_view_get(const struct idm_view *, const char *key,
    size_t len, struct idm_str *value);
enum idm_status __wrap_idm_view_get_key(
    const struct idm_view *, const struct idm_buf *, struct idm_str *value);

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

enum idm_status
__wrap_idm_view_get_key(const struct idm_view *view, const struct idm_buf *key,
    struct idm_str *value)
{
	return __wrap_idm_view_get(view, key->data, key->len, value);
}

static inline void
hostile_end(void)
{
	while (nlent > 0)
		free(lent[--nlent]);
}

#endif
