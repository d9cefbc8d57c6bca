#include <ldap.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
/* After ldap.h, whose macros it needs. */
#include <openldap.h>

#include "tests/fuzz/fuzz.h"

#include "base/attr.h"
#include "base/clock.h"
#include "directory/link.h"
#include "directory/received.h"
#include "directory/stream.h"

#define MOST 100000 /* more would not fit into the socket */

/* Every value lies in memory that may be read. */
static void
check(const struct idm_object *object)
{
	if (object->n > IDM_OBJECT_ATTRIBUTES)
		abort();
	for (size_t i = 0; i < object->n; i++) {
		const struct idm_attribute_values *values = &object
								 ->attribute[i];

		for (size_t v = 0; v < values->n; v++) {
			if (idm_str_compare(
				values->value[v], values->value[v]) != 0)
				abort();
		}
	}
}

/*
 * libldap forgets the question of a connection that breaks.  This is for the
 * leak sanitizer, which knows it by this name.
 */
IDM_EXPORT const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:liblber\nleak:libldap\n";
}

/* As a session has it: libldap has memory for what is announced. */
static void
limit_messages(LDAP *ld)
{
	ber_len_t most = IDM_MESSAGE_MAX;
	Sockbuf *sockbuf = NULL;

	if (ldap_get_option(ld, LDAP_OPT_SOCKBUF, &sockbuf) != LDAP_SUCCESS ||
	    ber_sockbuf_ctrl(sockbuf, LBER_SB_OPT_SET_MAX_INCOMING, &most) < 0)
		abort();
}

/* The input is what a server says to the first question. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_received received;
	struct idm_link link = { .fd = -1 };
	int pair[2], request = -1;

	if (len > MOST || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		return 0;
	if (ldap_init_fd(pair[0], LDAP_PROTO_EXT, "ldap://x", &link.ld) != 0 ||
	    idm_stream_attach(link.ld, pair[0], NULL) != IDM_OK ||
	    ldap_search_ext(link.ld, "", LDAP_SCOPE_BASE, NULL, NULL, 0, NULL,
		NULL, NULL, 0, &request) != LDAP_SUCCESS)
		abort();
	limit_messages(link.ld);
	(void)send(pair[1], data, len, MSG_NOSIGNAL);
	(void)close(pair[1]);
	idm_received_init(&received);
	for (;;) {
		LDAPMessage *message = NULL;
		bool is_broken;

		if (idm_link_await(&link, request, idm_clock_ms() + 1000,
			&message, &is_broken, NULL) != IDM_OK)
			break;
		if (ldap_msgtype(message) == LDAP_RES_SEARCH_ENTRY &&
		    idm_received_read(&received, link.ld, message, NULL) ==
			IDM_OK)
			check(&received.object);
		/* As if it were the rest, too. */
		if (ldap_msgtype(message) == LDAP_RES_SEARCH_ENTRY &&
		    received.ranged != -1 &&
		    idm_received_append(&received, link.ld, message, NULL) ==
			IDM_OK)
			check(&received.object);
		(void)ldap_msgfree(message);
	}
	idm_received_fini(&received);
	(void)ldap_unbind_ext(link.ld, NULL, NULL);
	return 0;
}
