#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "directory/ldaperr.h"
#include "directory/ranged.h"

#define NAME_SIZE 256
#define DN_SIZE   8192

static bool
keep(struct idm_ranged *ranged, LDAPMessage *message)
{
	if (ranged->n == ranged->size) {
		size_t size = ranged->size == 0 ? 8 : 2 * ranged->size;
		LDAPMessage **all = realloc(
		    ranged->message, size * sizeof(LDAPMessage *));

		if (all == NULL)
			return false;
		ranged->message = all;
		ranged->size = size;
	}
	ranged->message[ranged->n++] = message;
	return true;
}

void
idm_ranged_fini(struct idm_ranged *ranged)
{
	for (size_t i = 0; i < ranged->n; i++)
		(void)ldap_msgfree(ranged->message[i]);
	free(ranged->message);
	*ranged = (struct idm_ranged){ .n = 0 };
}

/* A DN without what an extended one has in front: "<GUID=...>;". */
static struct idm_str
plain_dn(struct idm_str dn)
{
	while (dn.len > 0 && dn.data[0] == '<') {
		const char *end = memmem(dn.data, dn.len, ">;", 2);

		if (end == NULL)
			break;
		dn.len -= (size_t)(end - dn.data) + 2;
		dn.data = end + 2;
	}
	return dn;
}

/* Ask for the next part of the values. */
static enum idm_status
send_question(struct idm_asking *asking, int *request, struct idm_err *err)
{
	struct idm_received *received = &asking->session->received;
	struct idm_str name = received->attribute[received->ranged].name;
	struct idm_str dn = plain_dn(received->object.dn);
	struct timeval limit = idm_ask_limit(asking);
	char memory[NAME_SIZE], place[DN_SIZE];
	char *attributes[] = { memory, NULL };
	struct idm_buf buf, base;
	int rc;

	idm_buf_init_fixed(&buf, memory, sizeof(memory) - 1);
	idm_buf_put(&buf, name.data, name.len);
	idm_buf_puts(&buf, ";range=");
	idm_buf_put_decimal(&buf, received->next);
	idm_buf_puts(&buf, "-*");
	memory[buf.len] = '\0';
	idm_buf_init_fixed(&base, place, sizeof(place) - 1);
	idm_buf_put(&base, dn.data, dn.len);
	place[base.len] = '\0';
	if (buf.status != IDM_OK || base.status != IDM_OK)
		return idm_fail(err, IDM_CORRUPT, "a name of %zu bytes",
		    name.len > dn.len ? name.len : dn.len);
	rc = ldap_search_ext(asking->session->link->ld, place, LDAP_SCOPE_BASE,
	    "(objectClass=*)", attributes, 0, NULL, NULL, &limit, LDAP_NO_LIMIT,
	    request);
	return rc == LDAP_SUCCESS ? IDM_OK : idm_ask_unsent(asking, rc, err);
}

/* Hear one message; *is_end: the last.  Takes it. */
static enum idm_status
hear(struct idm_ranged *ranged, struct idm_asking *asking, int request,
    bool *is_end, struct idm_err *err)
{
	struct idm_received *received = &asking->session->received;
	LDAP *ld = asking->session->link->ld;
	LDAPMessage *message = NULL;
	enum idm_status st;

	st = idm_ask_next(asking, request, false, &message, err);
	if (st != IDM_OK)
		return st;
	*is_end = ldap_msgtype(message) == LDAP_RES_SEARCH_RESULT;
	if (ldap_msgtype(message) == LDAP_RES_SEARCH_ENTRY &&
	    received->ranged != -1) {
		if (!keep(ranged, message))
			st = idm_fail(err, IDM_NOMEM, "out of memory");
		else {
			st = idm_received_append(received, ld, message, err);
			if (st == IDM_CORRUPT)
				asking->fault = IDM_FAULT_BROKEN;
			return st;
		}
	}
	(void)ldap_msgfree(message);
	return st;
}

enum idm_status
idm_ranged_complete(
    struct idm_ranged *ranged, struct idm_asking *asking, struct idm_err *err)
{
	struct idm_received *received = &asking->session->received;

	while (received->ranged != -1) {
		uint32_t before = received->next;
		enum idm_status st;
		bool is_end = false;
		int request = -1;

		st = send_question(asking, &request, err);
		while (st == IDM_OK && !is_end)
			st = hear(ranged, asking, request, &is_end, err);
		if (st != IDM_OK)
			return st;
		if (received->ranged != -1 && received->next == before) {
			/* Whatever it said, it was not the rest. */
			received->object.is_cut = true;
			received->ranged = -1;
		}
	}
	return IDM_OK;
}
