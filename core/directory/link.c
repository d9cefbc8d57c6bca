#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ldap.h>
/* After ldap.h, whose macros it needs. */
#include <openldap.h>

#include "base/attr.h"
#include "base/clock.h"
#include "directory/ldaperr.h"
#include "directory/link.h"
#include "directory/reach.h"
#include "directory/sasl.h"
#include "directory/stream.h"

/* Where distributions keep the authorities that a system trusts. */
static const char *const authorities[] = {
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
};

/* What a link is made with. */
struct opening {
	const struct idm_link_order *order;
	LDAPURLDesc *url;
	struct idm_link *link;
};

static bool
is_scheme(const LDAPURLDesc *url, const char *scheme)
{
	return strcmp(url->lud_scheme, scheme) == 0;
}

static enum idm_status
parse(const char *uri, LDAPURLDesc **url, struct idm_err *err)
{
	LDAPURLDesc *got = NULL;

	if (ldap_url_parse(uri, &got) != LDAP_URL_SUCCESS)
		return idm_fail(err, IDM_INVALID, "'%s' is no LDAP URI", uri);
	if ((got->lud_dn != NULL && got->lud_dn[0] != '\0') ||
	    got->lud_attrs != NULL || got->lud_filter != NULL ||
	    got->lud_exts != NULL || got->lud_scope > LDAP_SCOPE_BASE ||
	    got->lud_host == NULL || got->lud_host[0] == '\0' ||
	    !(is_scheme(got, "ldap") || is_scheme(got, "ldaps") ||
		is_scheme(got, "ldapi"))) {
		ldap_free_urldesc(got);
		return idm_fail(err, IDM_INVALID,
		    "'%s' is no URI of a server: ldap://HOST, ldaps://HOST or "
		    "ldapi://PATH, and no more",
		    uri);
	}
	*url = got;
	return IDM_OK;
}

enum idm_status
idm_link_check(
    const struct idm_directory *settings, const char *uri, struct idm_err *err)
{
	enum idm_status st;
	LDAPURLDesc *url;

	st = parse(uri, &url, err);
	if (st != IDM_OK)
		return st;
	if (settings->bind == IDM_BIND_SIMPLE && settings->tls == IDM_TLS_OFF &&
	    is_scheme(url, "ldap"))
		st = idm_fail(err, IDM_REFUSED,
		    "%s: a password would go over the network in clear text: "
		    "use ldaps: or StartTLS",
		    uri);
	ldap_free_urldesc(url);
	return st;
}

static struct timeval
time_left(int64_t deadline)
{
	int64_t left = deadline - idm_clock_ms();

	if (left < 1)
		left = 1;
	return (struct timeval){ .tv_sec = (time_t)(left / 1000),
		.tv_usec = (suseconds_t)(left % 1000) * 1000 };
}

/* Nothing of this may come from ldap.conf(5) or the environment. */
static void
set_options(LDAP *ld, const struct idm_link_order *order)
{
	const struct timeval limit = time_left(order->deadline);
	const ber_len_t max = IDM_MESSAGE_MAX;
	const int version = LDAP_VERSION3, none = 0, never = LDAP_DEREF_NEVER;
	Sockbuf *sockbuf = NULL;

	(void)ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version);
	(void)ldap_set_option(ld, LDAP_OPT_SIZELIMIT, &none);
	(void)ldap_set_option(ld, LDAP_OPT_TIMELIMIT, &none);
	(void)ldap_set_option(ld, LDAP_OPT_DEREF, &never);
	(void)ldap_set_option(ld, LDAP_OPT_RESTART, LDAP_OPT_ON);
	(void)ldap_set_option(ld, LDAP_OPT_NETWORK_TIMEOUT, &limit);
	/* libldap would follow them by itself: with no deadline, no TLS of ours
	 * and no name that we know. */
	(void)ldap_set_option(ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
	if (ldap_get_option(ld, LDAP_OPT_SOCKBUF, &sockbuf) == LDAP_SUCCESS &&
	    sockbuf != NULL) {
		ber_len_t value = max;

		(void)ber_sockbuf_ctrl(
		    sockbuf, LBER_SB_OPT_SET_MAX_INCOMING, &value);
	}
}

/* The file of authorities that a server's certificate is checked with. */
static const char *
authority(const struct idm_directory *settings)
{
	if (settings->ca_file[0] != '\0')
		return settings->ca_file;
	for (size_t i = 0; i < IDM_COUNTOF(authorities); i++) {
		if (access(authorities[i], R_OK) == 0)
			return authorities[i];
	}
	return NULL;
}

static enum idm_status
prepare_tls(LDAP *ld, const struct idm_directory *settings, struct idm_err *err)
{
	bool verifies = (settings->flags & IDM_DIRECTORY_VERIFY) != 0;
	const int check = verifies ? LDAP_OPT_X_TLS_HARD : LDAP_OPT_X_TLS_NEVER;
	const int oldest = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
	const char *file = verifies ? authority(settings) : NULL;
	const int client = 0;
	int rc;

	if (verifies && file == NULL)
		return idm_fail(err, IDM_DENIED,
		    "no file of certificate authorities: set ca_file");
	if (file != NULL && access(file, R_OK) == -1) {
		return idm_fail(
		    err, IDM_DENIED, "read %s: %s", file, strerror(errno));
	}
	/* Nobody is trusted but those in the file, and we show nothing. */
	(void)ldap_set_option(ld, LDAP_OPT_X_TLS_CACERTDIR, NULL);
	(void)ldap_set_option(ld, LDAP_OPT_X_TLS_CERTFILE, NULL);
	(void)ldap_set_option(ld, LDAP_OPT_X_TLS_KEYFILE, NULL);
	(void)ldap_set_option(ld, LDAP_OPT_X_TLS_CACERTFILE, file);
	(void)ldap_set_option(ld, LDAP_OPT_X_TLS_PROTOCOL_MIN, &oldest);
	rc = ldap_set_option(ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &check);
	if (rc == LDAP_OPT_SUCCESS)
		rc = ldap_set_option(ld, LDAP_OPT_X_TLS_NEWCTX, &client);
	if (rc != LDAP_OPT_SUCCESS) {
		return idm_fail(err, IDM_DENIED,
		    "TLS cannot be prepared%s%s: is it a file of certificates?",
		    file != NULL ? " with " : "", file != NULL ? file : "");
	}
	return IDM_OK;
}

/* A file of certificates in another form is no mistake to GnuTLS. */
static bool
has_certificates(const char *path)
{
	static const char begin[] = "-----BEGIN ";
	FILE *file = fopen(path, "re");
	bool found = file == NULL; /* of which it was told before */
	char line[80];

	while (!found && fgets(line, sizeof(line), file) != NULL)
		found = strncmp(line, begin, sizeof(begin) - 1) == 0;
	if (file != NULL)
		(void)fclose(file);
	return found;
}

/* All that GnuTLS has to say of a certificate is that it is not right. */
static enum idm_status
say_untrusted(const struct opening *opening, struct idm_err *err)
{
	const char *file = authority(opening->order->settings);

	if (file != NULL && !has_certificates(file))
		return idm_fail(err, IDM_TEMPFAIL,
		    "TLS: %s has no certificate in it, in PEM's form", file);
	return idm_fail(err, IDM_TEMPFAIL,
	    "TLS: the certificate is not of an authority that is trusted, is "
	    "not valid today, or is not for the name %s",
	    opening->url->lud_host);
}

/* The handshake, on whatever the connection is by now. */
static enum idm_status
start_tls(struct opening *opening, struct idm_err *err)
{
	struct idm_link *link = opening->link;
	char *why = NULL;
	enum idm_status st;
	int rc, flags;

	st = prepare_tls(link->ld, opening->order->settings, err);
	if (st != IDM_OK)
		return st;
	rc = ldap_install_tls(link->ld);
	if (rc != LDAP_SUCCESS) {
		(void)ldap_get_option(
		    link->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &why);
		if (why != NULL && strstr(why, "unknown error code") != NULL)
			st = say_untrusted(opening, err);
		else
			st = idm_fail(err, IDM_TEMPFAIL, "TLS: %s",
			    why != NULL && why[0] != '\0'
				? why
				: ldap_err2string(rc));
		ldap_memfree(why);
		return st;
	}
	/* libldap makes the socket one that blocks after the handshake. */
	flags = fcntl(link->fd, F_GETFL);
	if (flags == -1 || fcntl(link->fd, F_SETFL, flags | O_NONBLOCK) == -1)
		return idm_fail_errno(err, "set O_NONBLOCK");
	link->is_tls = true;
	return IDM_OK;
}

enum idm_status
idm_link_await(struct idm_link *link, int request, int64_t deadline,
    LDAPMessage **message, bool *is_broken, struct idm_err *err)
{
	struct timeval left = time_left(deadline);
	int code = LDAP_SERVER_DOWN;
	int rc;

	*is_broken = false;
	errno = 0;
	rc = ldap_result(link->ld, request, LDAP_MSG_ONE, &left, message);
	if (rc > 0)
		return IDM_OK;
	if (rc == 0)
		return idm_fail(err, IDM_TEMPFAIL, "no answer in time");
	*is_broken = true;
	if (errno == ERANGE) {
		return idm_fail(err, IDM_CORRUPT,
		    "an answer of more than %u MiB", IDM_MESSAGE_MAX >> 20);
	}
	(void)ldap_get_option(link->ld, LDAP_OPT_RESULT_CODE, &code);
	if (code == LDAP_SERVER_DOWN)
		return idm_fail(err, IDM_TEMPFAIL, "the connection is closed");
	return idm_ldaperr_local(err, link->ld, code);
}

/* The answer to a request that has just one. */
static enum idm_status
await_result(struct opening *opening, int request, struct idm_err *err)
{
	LDAPMessage *message = NULL;
	enum idm_status st;
	bool is_broken;

	st = idm_link_await(opening->link, request, opening->order->deadline,
	    &message, &is_broken, err);
	if (st != IDM_OK)
		return st;
	st = idm_ldaperr_result(opening->link->ld, message, NULL, err);
	(void)ldap_msgfree(message);
	return st;
}

static enum idm_status
ask_for_tls(struct opening *opening, struct idm_err *err)
{
	LDAP *ld = opening->link->ld;
	enum idm_status st;
	int request = -1;
	int rc;

	rc = ldap_start_tls(ld, NULL, NULL, &request);
	if (rc != LDAP_SUCCESS)
		return idm_within(
		    err, idm_ldaperr_local(err, ld, rc), "StartTLS");
	st = await_result(opening, request, err);
	if (st != IDM_OK)
		return idm_within(err, st, "StartTLS");
	return start_tls(opening, err);
}

static enum idm_status
secure(struct opening *opening, struct idm_err *err)
{
	if (is_scheme(opening->url, "ldaps"))
		return start_tls(opening, err);
	if (is_scheme(opening->url, "ldap") &&
	    opening->order->settings->tls == IDM_TLS_START)
		return ask_for_tls(opening, err);
	return IDM_OK;
}

/* Simple, and with no name and no password anonymous. */
static enum idm_status
bind_simply(struct opening *opening, const char *dn, struct berval *password,
    struct idm_err *err)
{
	LDAP *ld = opening->link->ld;
	int request = -1;
	int rc;

	rc = ldap_sasl_bind(
	    ld, dn, LDAP_SASL_SIMPLE, password, NULL, NULL, &request);
	if (rc != LDAP_SUCCESS)
		return idm_ldaperr_local(err, ld, rc);
	return await_result(opening, request, err);
}

static enum idm_status
bind_by_password(struct opening *opening, struct idm_err *err)
{
	const struct idm_link_order *order = opening->order;
	struct berval password = { .bv_len = order->secret->len };
	char text[IDM_SECRET_MAX];
	enum idm_status st;

	/* An empty one would be taken for an anonymous bind, and succeed. */
	if (password.bv_len == 0)
		return idm_fail(err, IDM_DENIED, "the password is empty");
	if (!opening->link->is_tls && !opening->link->is_local)
		return idm_fail(err, IDM_REFUSED,
		    "a password would go over the network in clear text");
	memcpy(text, order->secret->text, password.bv_len);
	password.bv_val = text;
	st = bind_simply(opening, order->settings->bind_dn, &password, err);
	explicit_bzero(text, sizeof(text));
	if (st == IDM_OK)
		return IDM_OK;
	return idm_within(err, st, "bind as %s", order->settings->bind_dn);
}

/* Also the anonymous get an answer: a server that hangs takes connections. */
static enum idm_status
authenticate(struct opening *opening, struct idm_err *err)
{
	struct berval nothing = { .bv_val = NULL };
	enum idm_status st;

	if (opening->order->settings->bind == IDM_BIND_SIMPLE)
		return bind_by_password(opening, err);
	if (opening->order->settings->bind == IDM_BIND_GSSAPI) {
		st = idm_sasl_bind(opening->link, opening->order->tickets,
		    opening->link->is_local ? "localhost"
					    : opening->url->lud_host,
		    opening->order->deadline, err);
		return st == IDM_OK ? st : idm_within(err, st, "Kerberos");
	}
	st = bind_simply(opening, NULL, &nothing, err);
	return st == IDM_OK ? st : idm_within(err, st, "anonymous bind");
}

static enum idm_status
connect_socket(struct opening *opening, int *fd, struct idm_err *err)
{
	const LDAPURLDesc *url = opening->url;
	int port = url->lud_port;

	opening->link->is_local = is_scheme(url, "ldapi");
	if (opening->link->is_local) {
		return idm_reach_path(
		    url->lud_host, opening->order->deadline, fd, err);
	}
	if (port == 0)
		port = is_scheme(url, "ldaps") ? LDAPS_PORT : LDAP_PORT;
	return idm_reach_host(
	    url->lud_host, port, opening->order->deadline, fd, err);
}

/* libldap takes the socket over, in failure we close it. */
static enum idm_status
attach(struct opening *opening, int fd, struct idm_err *err)
{
	struct idm_link *link = opening->link;
	enum idm_status st;
	int rc;

	rc = ldap_init_fd(fd, LDAP_PROTO_EXT, opening->order->uri, &link->ld);
	if (rc != LDAP_SUCCESS) {
		(void)close(fd);
		link->ld = NULL;
		return idm_fail(err, IDM_NOMEM, "%s", ldap_err2string(rc));
	}
	st = idm_stream_attach(link->ld, fd, err);
	if (st != IDM_OK) {
		(void)close(fd);
		return st;
	}
	link->fd = fd;
	set_options(link->ld, opening->order);
	return IDM_OK;
}

/* The first use of libldap reads its files, and is not for two threads. */
static void
initialize(void)
{
	const int client = 0;
	LDAP *ld = NULL;

	if (ldap_create(&ld) != LDAP_SUCCESS)
		return;
	(void)ldap_set_option(ld, LDAP_OPT_X_TLS_NEWCTX, &client);
	(void)ldap_unbind_ext(ld, NULL, NULL);
}

enum idm_status
idm_link_open(const struct idm_link_order *order, struct idm_link **out,
    struct idm_err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct opening opening = { .order = order };
	enum idm_status st;
	int fd = -1;

	(void)pthread_once(&once, initialize);
	st = parse(order->uri, &opening.url, err);
	if (st != IDM_OK)
		return st;
	opening.link = calloc(1, sizeof(*opening.link));
	if (opening.link == NULL) {
		st = idm_fail(err, IDM_NOMEM, "out of memory");
		goto out;
	}
	(void)snprintf(
	    opening.link->uri, sizeof(opening.link->uri), "%s", order->uri);
	st = connect_socket(&opening, &fd, err);
	if (st == IDM_OK)
		st = attach(&opening, fd, err);
	if (st == IDM_OK)
		st = secure(&opening, err);
	if (st == IDM_OK)
		st = authenticate(&opening, err);
	if (st == IDM_OK) {
		*out = opening.link;
		opening.link = NULL;
	}
out:
	idm_link_free(&opening.link);
	ldap_free_urldesc(opening.url);
	return st;
}

void
idm_link_free(struct idm_link **link)
{
	if (*link == NULL)
		return;
	/* Says goodbye, which nobody waits for. */
	if ((*link)->ld != NULL)
		(void)ldap_unbind_ext((*link)->ld, NULL, NULL);
	free(*link);
	*link = NULL;
}
