#include <errno.h>
#include <ldap.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <resolv.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "directory/ping.h"

#define REQUEST     1
#define ANSWER_MAX  4096
#define RESPONSE_EX 23 /* LOGON_SAM_LOGON_RESPONSE_EX */
#define NAMES_AT    24 /* behind opcode, flags and the domain's GUID */
#define AGAIN_MS    400

/* Which of the names in an answer are the sites. */
#define NAMES       8
#define DC_SITE     6
#define CLIENT_SITE 7

static enum idm_status
parse_value(
    const struct berval *value, struct idm_ping *out, struct idm_err *err)
{
	const unsigned char *start = (const unsigned char *)value->bv_val;
	const unsigned char *end = start + value->bv_len;
	const unsigned char *at = start + NAMES_AT;
	char names[NAMES][IDM_DOMAIN_MAX + 1];

	if (value->bv_len < NAMES_AT || start[0] != RESPONSE_EX ||
	    start[1] != 0)
		return idm_fail(err, IDM_CORRUPT, "not what was asked for");
	for (int i = 0; i < NAMES; i++) {
		int len = dn_expand(start, end, at, names[i], sizeof(names[i]));

		if (len < 0)
			return idm_fail(
			    err, IDM_CORRUPT, "name %d is broken", i + 1);
		at += len;
	}
	memcpy(out->dc_site, names[DC_SITE], sizeof(out->dc_site));
	memcpy(out->client_site, names[CLIENT_SITE], sizeof(out->client_site));
	return IDM_OK;
}

enum idm_status
idm_ping_parse(
    const void *data, size_t len, struct idm_ping *out, struct idm_err *err)
{
	enum idm_status st = IDM_CORRUPT;
	struct berval message = { .bv_len = len };
	struct berval dn, type, value;
	BerElement *ber;
	ber_tag_t tag;
	ber_int_t id;

	/* liblber reads beyond the end of nothing. */
	if (len == 0)
		return idm_fail(err, IDM_CORRUPT, "no entry");
	memcpy(&message.bv_val, &data, sizeof(message.bv_val));
	ber = ber_init(&message);
	if (ber == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	if (ber_scanf(ber, "{it", &id, &tag) == LBER_ERROR || id != REQUEST ||
	    tag != LDAP_RES_SEARCH_ENTRY ||
	    ber_scanf(ber, "{m{{m[m", &dn, &type, &value) == LBER_ERROR)
		st = idm_fail(err, IDM_CORRUPT, "no entry");
	else
		st = parse_value(&value, out, err);
	ber_free(ber, 1);
	return st;
}

/* (&(DnsDomain=...)(NtVer=\06\00\00\00)): in the form of version 5, extended */
static struct berval *
make_request(const char *domain)
{
	static const char version[4] = { 0x06 };
	BerElement *ber = ber_alloc_t(LBER_USE_DER);
	struct berval *request = NULL;

	if (ber == NULL)
		return NULL;
	if (ber_printf(ber, "{it{seeiibt{t{ss}t{so}}{s}}}", REQUEST,
		LDAP_REQ_SEARCH, "", LDAP_SCOPE_BASE, LDAP_DEREF_NEVER, 0, 0, 0,
		LDAP_FILTER_AND, LDAP_FILTER_EQUALITY, "DnsDomain", domain,
		LDAP_FILTER_EQUALITY, "NtVer", version,
		(ber_len_t)sizeof(version), "NetLogon") == -1 ||
	    ber_flatten(ber, &request) == -1)
		request = NULL;
	ber_free(ber, 1);
	return request;
}

static int
open_socket(const char *host)
{
	const struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_DGRAM,
		.ai_flags = AI_NUMERICSERV,
	};
	struct addrinfo *all = NULL;
	int fd = -1;

	if (getaddrinfo(host, "389", &hints, &all) != 0)
		return -1;
	for (struct addrinfo *at = all; at != NULL && fd == -1;
	     at = at->ai_next) {
		fd = idm_fd_above_stdio(socket(at->ai_family,
		    SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
		/* Connected: only this host's answers come through. */
		if (fd != -1 &&
		    connect(fd, at->ai_addr, at->ai_addrlen) == -1) {
			(void)close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(all);
	return fd;
}

/* Send and wait, and once more: packets get lost. */
static ssize_t
converse(int fd, const struct berval *request, int64_t deadline, void *answer,
    size_t size)
{
	int64_t now;

	while ((now = idm_clock_ms()) < deadline) {
		struct pollfd wanted = { .fd = fd, .events = POLLIN };
		int64_t wait = deadline - now;

		if (send(fd, request->bv_val, request->bv_len, MSG_NOSIGNAL) ==
		    -1)
			return -1;
		if (poll(&wanted, 1, wait < AGAIN_MS ? (int)wait : AGAIN_MS) ==
		    1)
			return recv(fd, answer, size, 0);
	}
	errno = ETIMEDOUT;
	return -1;
}

enum idm_status
idm_ping(const char *host, const char *domain, int64_t deadline,
    struct idm_ping *out, struct idm_err *err)
{
	struct berval *request = make_request(domain);
	unsigned char answer[ANSWER_MAX];
	enum idm_status st;
	ssize_t len;
	int fd;

	if (request == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	fd = open_socket(host);
	if (fd == -1) {
		ber_bvfree(request);
		return idm_fail(err, IDM_TEMPFAIL, "ping %s: no address", host);
	}
	len = converse(fd, request, deadline, answer, sizeof(answer));
	if (len == -1) {
		st = idm_fail(
		    err, IDM_TEMPFAIL, "ping %s: %s", host, strerror(errno));
	} else {
		st = idm_ping_parse(answer, (size_t)len, out, err);
		if (st != IDM_OK)
			st = idm_within(err, st, "ping %s", host);
	}
	(void)close(fd);
	ber_bvfree(request);
	return st;
}
