#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "identity/name.h"
#include "identity/visible.h"

/* The bytes that no name may have, whatever else it looks like. */
static void
check_harmless(struct idm_str name)
{
	if (name.len == 0 || name.len > IDM_REMOTE_MAX)
		abort();
	for (size_t i = 0; i < name.len; i++) {
		if ((unsigned char)name.data[i] < 0x20 || name.data[i] == 0x7f)
			abort();
	}
}

/* What is left of a text is all to be seen, and as it was if that was so. */
static void
check_visible(struct idm_str text)
{
	struct idm_buf left;

	idm_buf_init(&left, text.len + 1);
	idm_visible_put(&left, text);
	if (idm_visible_name((struct idm_str){ left.data, left.len }, NULL) !=
	    IDM_OK)
		abort();
	if (idm_visible_name(text, NULL) == IDM_OK &&
	    (left.len != text.len ||
		(text.len > 0 && memcmp(left.data, text.data, text.len) != 0)))
		abort();
	idm_buf_fini(&left);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_str name = { .data = (const char *)data, .len = len };

	check_visible(name);
	if (idm_name_remote(name, NULL) == IDM_OK)
		check_harmless(name);
	/* What may be a login or a scheme's name may be a remote name, too. */
	if ((idm_name_login(name, NULL) == IDM_OK ||
		idm_name_scheme(name, NULL) == IDM_OK) &&
	    (idm_name_remote(name, NULL) != IDM_OK ||
		memchr(name.data, '/', name.len) != NULL))
		abort();
	return 0;
}
