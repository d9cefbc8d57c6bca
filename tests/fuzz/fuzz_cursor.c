#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

#include "base/cursor.h"

/*
 * The first byte of each step says what to read next.  However the bytes lie,
 * nothing is read past their end and a string that is lent lies within them.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_cursor cursor = idm_cursor_over(data, len);
	struct idm_str str;

	while (!cursor.bad && cursor.at < cursor.end) {
		switch (idm_cursor_u8(&cursor) % 6) {
		case 0:
			(void)idm_cursor_u16(&cursor);
			break;
		case 1:
			(void)idm_cursor_u32(&cursor);
			break;
		case 2:
			(void)idm_cursor_u64(&cursor);
			break;
		case 3:
			(void)idm_cursor_bytes(&cursor, 3);
			break;
		case 4:
			str = idm_cursor_rest(&cursor);
			if ((const uint8_t *)str.data + str.len != data + len)
				abort();
			break;
		default:
			str = idm_cursor_str(&cursor);
			if (str.len > len)
				abort();
			for (size_t i = 0; i < str.len; i++)
				if (str.data + i >= (const char *)data + len)
					abort();
		}
	}
	return 0;
}
