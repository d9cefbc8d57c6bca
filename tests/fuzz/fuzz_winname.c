#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "identity/fold.h"
#include "identity/wellknown.h"
#include "identity/winname.h"

/* A name that splits is what its parts make, and can be folded. */
static void
check_parts(struct idm_str text, const struct idm_winname *name)
{
	struct idm_buf buf;

	idm_buf_init(&buf, IDM_WINNAME_MAX + IDM_DOMAIN_MAX + 1);
	idm_winname_put(&buf, name);
	if (idm_buf_status(&buf, NULL) != IDM_OK || buf.len != text.len ||
	    memcmp(buf.data, text.data, text.len) != 0)
		abort();
	idm_buf_fini(&buf);
	(void)idm_wellknown_by_name(name->name, name->domain);
}

/* Folding twice is folding once. */
static void
check_folding(struct idm_str text)
{
	struct idm_buf once, twice;

	idm_buf_init(&once, 4096);
	idm_buf_init(&twice, 4096);
	if (idm_fold_put(&once, text, NULL) != IDM_OK)
		abort();
	if (idm_fold_put(&twice, (struct idm_str){ once.data, once.len },
		NULL) != IDM_OK ||
	    once.len != twice.len ||
	    memcmp(once.data, twice.data, once.len) != 0)
		abort();
	idm_buf_fini(&once);
	idm_buf_fini(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_str text = { .data = (const char *)data, .len = len };
	struct idm_winname name;

	if (idm_winname_split(text, &name, NULL) == IDM_OK) {
		check_parts(text, &name);
		check_folding(text);
	}
	return 0;
}
