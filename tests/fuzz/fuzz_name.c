#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "identity/name.h"

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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_str name = { .data = (const char *)data, .len = len };

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
