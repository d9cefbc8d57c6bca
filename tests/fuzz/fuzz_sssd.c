#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

#include "cli/sssd.h"

/* Each slice is a domain's, and the text comes to its end. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_str text = { .data = (const char *)data, .len = len };
	unsigned long line = 0;
	enum idm_status st;

	do {
		struct sssd_slice slice;
		size_t before = text.len;

		st = sssd_next_slice(&text, &slice, &line, NULL);
		if (st == IDM_OK && !idm_sid_is_domain(&slice.sid))
			abort();
		if (st != IDM_NOTFOUND && text.len == before)
			abort();
	} while (st != IDM_NOTFOUND);
	if (text.len != 0 || line > len)
		abort();
	return 0;
}
