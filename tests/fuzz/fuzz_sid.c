#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "identity/sid.h"
#include "identity/wellknown.h"

/* One SID has one text and one row of bytes. */
static void
check_text(struct idm_str text)
{
	char written[IDM_SID_TEXT_MAX];
	struct idm_sid sid;

	if (idm_sid_parse(text, &sid, NULL) != IDM_OK)
		return;
	if (!idm_str_is(text, idm_sid_format(&sid, written)))
		abort();
	(void)idm_wellknown_by_sid(&sid);
}

static void
check_binary(struct idm_str bytes)
{
	char memory[IDM_SID_BINARY_MAX];
	char text[IDM_SID_TEXT_MAX];
	struct idm_buf buf;
	struct idm_sid sid, back;

	if (idm_sid_read(bytes, &sid, NULL) != IDM_OK)
		return;
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	idm_sid_write(&buf, &sid);
	if (buf.len != bytes.len || memcmp(memory, bytes.data, buf.len) != 0)
		abort();
	if (idm_sid_parse(idm_str_of(idm_sid_format(&sid, text)), &back,
		NULL) != IDM_OK ||
	    !idm_sid_equal(&sid, &back) || idm_sid_compare(&sid, &back) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_str input = { .data = (const char *)data, .len = len };

	check_text(input);
	check_binary(input);
	return 0;
}
