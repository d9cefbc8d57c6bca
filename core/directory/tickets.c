#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <krb5.h>

#include "directory/gsserr.h"
#include "directory/tickets.h"

#define SPARE_S 300 /* a ticket that ends sooner is got anew */

struct idm_tickets {
	pthread_mutex_t lock;
	char *principal; /* NULL: the caller's own are used */
	char *keytab;
	/* Caches that live by a context of their own.  Who still uses the one
	 * before is left it until the next. */
	krb5_context context;
	krb5_ccache now;
	krb5_ccache before;
	time_t end; /* of those in now */
};

/* A call to Kerberos for a principal with a keytab. */
struct fetch {
	krb5_context context;
	krb5_keytab keytab;
	krb5_principal principal;
	krb5_get_init_creds_opt *options;
	krb5_creds creds;
	bool has_creds;
};

static enum idm_status
status_of(krb5_error_code code)
{
	switch (code) {
	case KRB5_KDC_UNREACH:
	case KRB5_REALM_CANT_RESOLVE:
	case KRB5KDC_ERR_SVC_UNAVAILABLE:
	case KRB5KRB_AP_ERR_SKEW:
		return IDM_TEMPFAIL;
	case ENOMEM:
		return IDM_NOMEM;
	default:
		return IDM_DENIED;
	}
}

static enum idm_status
fail(struct idm_err *err, krb5_context context, krb5_error_code code,
    const char *what)
{
	const char *why = krb5_get_error_message(context, code);
	enum idm_status st;

	st = idm_fail(err, status_of(code), "%s: %.300s", what, why);
	krb5_free_error_message(context, why);
	return st;
}

enum idm_status
idm_tickets_new(const char *principal, const char *keytab,
    struct idm_tickets **out, struct idm_err *err)
{
	struct idm_tickets *tickets = calloc(1, sizeof(*tickets));

	if (tickets == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	(void)pthread_mutex_init(&tickets->lock, NULL);
	tickets->principal = strdup(principal);
	tickets->keytab = strdup(keytab);
	if (tickets->principal == NULL || tickets->keytab == NULL) {
		idm_tickets_free(&tickets);
		return idm_fail(err, IDM_NOMEM, "out of memory");
	}
	*out = tickets;
	return IDM_OK;
}

enum idm_status
idm_tickets_of_caller(struct idm_tickets **out, struct idm_err *err)
{
	struct idm_tickets *tickets = calloc(1, sizeof(*tickets));

	if (tickets == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	(void)pthread_mutex_init(&tickets->lock, NULL);
	*out = tickets;
	return IDM_OK;
}

void
idm_tickets_free(struct idm_tickets **out)
{
	struct idm_tickets *tickets = *out;

	*out = NULL;
	if (tickets == NULL)
		return;
	if (tickets->now != NULL)
		(void)krb5_cc_destroy(tickets->context, tickets->now);
	if (tickets->before != NULL)
		(void)krb5_cc_destroy(tickets->context, tickets->before);
	if (tickets->context != NULL)
		krb5_free_context(tickets->context);
	(void)pthread_mutex_destroy(&tickets->lock);
	free(tickets->principal);
	free(tickets->keytab);
	free(tickets);
}

/* The principal of the keytab's first key. */
static krb5_error_code
first_principal(struct fetch *fetch)
{
	krb5_keytab_entry entry;
	krb5_kt_cursor cursor;
	krb5_error_code code;

	code = krb5_kt_start_seq_get(fetch->context, fetch->keytab, &cursor);
	if (code != 0)
		return code;
	code = krb5_kt_next_entry(
	    fetch->context, fetch->keytab, &entry, &cursor);
	if (code == 0) {
		code = krb5_copy_principal(
		    fetch->context, entry.principal, &fetch->principal);
		(void)krb5_free_keytab_entry_contents(fetch->context, &entry);
	}
	(void)krb5_kt_end_seq_get(fetch->context, fetch->keytab, &cursor);
	return code;
}

static enum idm_status
find_key(
    const struct idm_tickets *tickets, struct fetch *fetch, struct idm_err *err)
{
	krb5_error_code code;

	if (tickets->keytab[0] != '\0')
		code = krb5_kt_resolve(
		    fetch->context, tickets->keytab, &fetch->keytab);
	else
		code = krb5_kt_default(fetch->context, &fetch->keytab);
	if (code != 0)
		return fail(err, fetch->context, code, "keytab");
	if (tickets->principal[0] == '\0') {
		code = first_principal(fetch);
		if (code != 0)
			return fail(err, fetch->context, code, "keytab");
		return IDM_OK;
	}
	code = krb5_parse_name(
	    fetch->context, tickets->principal, &fetch->principal);
	if (code != 0)
		return fail(err, fetch->context, code, "principal");
	return IDM_OK;
}

static enum idm_status
get_initial(struct fetch *fetch, struct idm_err *err)
{
	krb5_error_code code;

	code = krb5_get_init_creds_opt_alloc(fetch->context, &fetch->options);
	if (code == 0)
		code = krb5_get_init_creds_keytab(fetch->context, &fetch->creds,
		    fetch->principal, fetch->keytab, 0, NULL, fetch->options);
	if (code != 0)
		return fail(err, fetch->context, code, "ticket");
	fetch->has_creds = true;
	return IDM_OK;
}

/*
 * Another cache, in the context that was told the KDC's time: a cache keeps by
 * how much our clock is wrong, and who takes tickets from it says the right
 * time.
 */
static krb5_error_code
make_cache(struct fetch *fetch, krb5_ccache *cache)
{
	krb5_error_code code;

	code = krb5_cc_new_unique(fetch->context, "MEMORY", NULL, cache);
	if (code == 0)
		code = krb5_cc_initialize(
		    fetch->context, *cache, fetch->creds.client);
	if (code == 0)
		code = krb5_cc_store_cred(
		    fetch->context, *cache, &fetch->creds);
	return code;
}

/* What was got is what is used from now on. */
static enum idm_status
keep(struct idm_tickets *tickets, struct fetch *fetch, struct idm_err *err)
{
	krb5_ccache made = NULL, cache = NULL;
	krb5_error_code code = 0;
	char *name = NULL;

	if (tickets->context == NULL)
		code = krb5_init_context(&tickets->context);
	if (code == 0)
		code = make_cache(fetch, &made);
	if (code == 0)
		code = krb5_cc_get_full_name(fetch->context, made, &name);
	if (code == 0)
		code = krb5_cc_resolve(tickets->context, name, &cache);
	krb5_free_string(fetch->context, name);
	if (code != 0) {
		enum idm_status st = fail(
		    err, fetch->context, code, "keep a ticket");

		if (made != NULL)
			(void)krb5_cc_destroy(fetch->context, made);
		return st;
	}
	(void)krb5_cc_close(fetch->context, made);
	if (tickets->before != NULL)
		(void)krb5_cc_destroy(tickets->context, tickets->before);
	tickets->before = tickets->now;
	tickets->now = cache;
	tickets->end = (time_t)fetch->creds.times.endtime;
	return IDM_OK;
}

static enum idm_status
renew(struct idm_tickets *tickets, struct idm_err *err)
{
	struct fetch fetch = { .context = NULL };
	enum idm_status st;

	if (krb5_init_context(&fetch.context) != 0)
		return idm_fail(err, IDM_DENIED, "krb5.conf cannot be read");
	st = find_key(tickets, &fetch, err);
	if (st == IDM_OK)
		st = get_initial(&fetch, err);
	if (st == IDM_OK)
		st = keep(tickets, &fetch, err);
	if (fetch.has_creds)
		krb5_free_cred_contents(fetch.context, &fetch.creds);
	if (fetch.options != NULL)
		krb5_get_init_creds_opt_free(fetch.context, fetch.options);
	if (fetch.principal != NULL)
		krb5_free_principal(fetch.context, fetch.principal);
	if (fetch.keytab != NULL)
		(void)krb5_kt_close(fetch.context, fetch.keytab);
	krb5_free_context(fetch.context);
	return st;
}

/* Credentials over the cache that there is now. */
static enum idm_status
acquire(struct idm_tickets *tickets, gss_cred_id_t *cred, struct idm_err *err)
{
	gss_key_value_element_desc element = { .key = "ccache" };
	gss_key_value_set_desc store = { .count = 1, .elements = &element };
	gss_OID_set_desc mechanisms = { .count = 1, .elements = gss_mech_krb5 };
	OM_uint32 major, minor;
	char *name = NULL;
	krb5_error_code code;

	code = krb5_cc_get_full_name(tickets->context, tickets->now, &name);
	if (code != 0)
		return fail(err, tickets->context, code, "ticket");
	element.value = name;
	major = gss_acquire_cred_from(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE,
	    &mechanisms, GSS_C_INITIATE, &store, cred, NULL, NULL);
	krb5_free_string(tickets->context, name);
	if (GSS_ERROR(major))
		return idm_gsserr_fail(err, major, minor);
	return IDM_OK;
}

/* From the cache that Kerberos takes by default, as kinit filled it. */
static enum idm_status
acquire_callers(gss_cred_id_t *cred, struct idm_err *err)
{
	gss_OID_set_desc mechanisms = { .count = 1, .elements = gss_mech_krb5 };
	OM_uint32 major, minor;

	major = gss_acquire_cred(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE,
	    &mechanisms, GSS_C_INITIATE, cred, NULL, NULL);
	if (!GSS_ERROR(major))
		return IDM_OK;
	(void)idm_gsserr_fail(err, major, minor);
	return idm_within(err, IDM_DENIED, "your own ticket (see kinit)");
}

enum idm_status
idm_tickets_get(
    struct idm_tickets *tickets, gss_cred_id_t *cred, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	if (tickets->principal == NULL)
		return acquire_callers(cred, err);
	/* Others wait for the same KDC meanwhile, as they would anyway. */
	(void)pthread_mutex_lock(&tickets->lock);
	if (tickets->now == NULL || tickets->end - time(NULL) < SPARE_S)
		st = renew(tickets, err);
	/* An old one that still holds is better than none. */
	if (st == IDM_TEMPFAIL && tickets->now != NULL &&
	    tickets->end > time(NULL))
		st = IDM_OK;
	if (st == IDM_OK && tickets->end <= time(NULL))
		st = idm_fail(err, IDM_TEMPFAIL,
		    "ticket: it has expired before it is used: is the clock of "
		    "this host right?");
	if (st == IDM_OK)
		st = acquire(tickets, cred, err);
	(void)pthread_mutex_unlock(&tickets->lock);
	return st;
}

enum idm_status
idm_tickets_service(struct idm_buf *buf, const char *host, struct idm_err *err)
{
	krb5_context context = NULL;
	krb5_error_code code;
	char **realms = NULL;

	if (strpbrk(host, "/@\\") != NULL)
		return idm_fail(err, IDM_INVALID, "'%s' is no host", host);
	if (krb5_init_context(&context) != 0)
		return idm_fail(err, IDM_DENIED, "krb5.conf cannot be read");
	code = krb5_get_host_realm(context, host, &realms);
	idm_buf_puts(buf, "ldap/");
	idm_buf_puts(buf, host);
	idm_buf_puts(buf, "@");
	if (code == 0 && realms != NULL && realms[0] != NULL)
		idm_buf_puts(buf, realms[0]);
	if (code == 0)
		(void)krb5_free_host_realm(context, realms);
	krb5_free_context(context);
	return idm_buf_status(buf, err);
}
