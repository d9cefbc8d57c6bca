/*
 * sent -- a filter as libldap sends it to a server.
 */

#ifndef IDM_TESTS_DIRECTORY_SENT_H
#define IDM_TESTS_DIRECTORY_SENT_H

#include <ldap.h>
#include <stddef.h>

/* What ldap_search_ext() calls; exported, and in no header. */
int ldap_pvt_put_filter(BerElement *, const char *filter);

/* The BER of a filter, to be freed; NULL: libldap refuses it. */
static inline struct berval *
sent_filter(const char *filter)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);
	struct berval *value = NULL;

	if (ber != NULL && ldap_pvt_put_filter(ber, filter) == 0 &&
	    ber_flatten(ber, &value) != 0)
		value = NULL;
	ber_free(ber, 1);
	return value;
}

#endif
