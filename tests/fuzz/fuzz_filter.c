#include <stdlib.h>
#include <string.h>

#include "tests/directory/sent.h"
#include "tests/fuzz/fuzz.h"

#include "directory/filter.h"

/* Is the filter that libldap would send for text an equality with value? */
static bool
asks_for(const char *text, struct idm_str value)
{
	struct berval *sent = sent_filter(text);
	BerElement *ber;
	struct berval type, wanted;
	ber_len_t len;
	bool is_same = false;

	if (sent == NULL)
		abort();
	ber = ber_init(sent);
	if (ber_peek_tag(ber, &len) == 0xa3 &&
	    ber_scanf(ber, "{mm}", &type, &wanted) != LBER_ERROR)
		is_same = wanted.bv_len == value.len &&
		    memcmp(wanted.bv_val, value.data, value.len) == 0;
	ber_free(ber, 1);
	ber_bvfree(sent);
	return is_same;
}

/* The input is the value of a filter, and a filter. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_str text = { .data = (const char *)data, .len = len };
	struct berval *sent;
	struct idm_buf buf;

	idm_buf_init(&buf, 4 * len + 64);
	idm_filter_equal(&buf, "cn", text);
	if (!asks_for(idm_buf_text(&buf), text))
		abort();
	idm_buf_clear(&buf);
	/* What we take for a filter is one for libldap. */
	if (idm_filter_text(&buf, text, NULL) == IDM_OK) {
		sent = sent_filter(idm_buf_text(&buf));
		if (buf.len != len || sent == NULL)
			abort();
		ber_bvfree(sent);
	} else if (buf.len != 0)
		abort();
	idm_buf_fini(&buf);
	return 0;
}
