#include <ldap.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "directory/filter.h"

/* The input is a DN, and a value in one. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_str text = { .data = (const char *)data, .len = len };
	struct idm_str base = { .data = "dc=y", .len = 4 };
	struct idm_buf buf;
	LDAPDN dn = NULL;

	idm_buf_init(&buf, 4 * len + 64);
	if (idm_dn_check(text, NULL) == IDM_OK) {
		idm_buf_put(&buf, text.data, text.len);
		if (ldap_str2dn(idm_buf_text(&buf), &dn, LDAP_DN_FORMAT_LDAP) !=
			LDAP_SUCCESS ||
		    !idm_dn_is_below(text, text))
			abort();
		ldap_dnfree(dn);
	} else if (idm_dn_is_below(text, base) || idm_dn_is_below(base, text))
		abort();
	idm_buf_clear(&buf);
	if (idm_dn_domain(&buf, text) != (buf.len > 0))
		abort();
	idm_buf_clear(&buf);
	idm_buf_puts(&buf, "cn=");
	idm_dn_value(&buf, text);
	idm_buf_puts(&buf, ",dc=y");
	text.data = buf.data;
	text.len = buf.len;
	if (!idm_dn_is_below(text, base))
		abort();
	idm_buf_fini(&buf);
	return 0;
}
