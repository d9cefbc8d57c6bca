#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

#include "identity/idtype.h"

/* What was read stands in what it was read from, and fits its type. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_str operand = { .data = (const char *)data, .len = len };
	struct idm_identity identity;

	if (idm_identity_parse(operand, &identity, NULL) != IDM_OK)
		return 0;
	if (identity.text.len > len)
		abort();
	if (identity.text.len > 0 &&
	    (identity.text.data < operand.data ||
		identity.text.data + identity.text.len > operand.data + len))
		abort();
	if (identity.type != IDM_ID_NONE &&
	    idm_idtype_is_windows(identity.type) ==
		idm_idtype_is_unix(identity.type))
		abort();
	if (!idm_idtype_is_name(identity.type) &&
	    identity.type != IDM_ID_NONE && identity.text.len == 0)
		abort();
	return 0;
}
