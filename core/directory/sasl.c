#include <stdbool.h>
#include <string.h>

#include <gssapi/gssapi_krb5.h>

#include "base/clock.h"
#include "directory/gsserr.h"
#include "directory/ldaperr.h"
#include "directory/sasl.h"
#include "directory/seal.h"

#define NAME_MAX_LEN 512
#define ROUNDS_MAX   10   /* of tokens; two are usual */
#define EARLY_S      60   /* a connection is given up so long before */
#define LAYER_NONE   0x01 /* as RFC 4752 numbers them */
#define LAYER_SEALED 0x04

struct bind {
	struct idm_link *link;
	int64_t deadline;
	gss_cred_id_t cred;
	gss_name_t target;
	gss_ctx_id_t context;
	OM_uint32 flags;
	OM_uint32 seconds;
	bool is_done; /* the server has accepted us */
	struct berval *answer;
};

/* One request of the bind, and the server's answer. */
static enum idm_status
exchange(struct bind *bind, const void *data, size_t len, struct idm_err *err)
{
	static char nothing[1];
	LDAP *ld = bind->link->ld;
	LDAPMessage *message = NULL;
	struct berval token = { .bv_len = len };
	enum idm_status st;
	bool is_broken;
	int request = -1;
	int rc;

	/* Empty, but there. */
	token.bv_val = nothing;
	if (len > 0)
		memcpy(&token.bv_val, &data, sizeof(token.bv_val));
	ber_bvfree(bind->answer);
	bind->answer = NULL;
	rc = ldap_sasl_bind(ld, NULL, "GSSAPI", &token, NULL, NULL, &request);
	if (rc != LDAP_SUCCESS)
		return idm_ldaperr_local(err, ld, rc);
	st = idm_link_await(
	    bind->link, request, bind->deadline, &message, &is_broken, err);
	if (st != IDM_OK)
		return st;
	rc = ldap_parse_sasl_bind_result(ld, message, &bind->answer, 1);
	if (rc == LDAP_SUCCESS)
		(void)ldap_get_option(ld, LDAP_OPT_RESULT_CODE, &rc);
	bind->is_done = rc == LDAP_SUCCESS;
	if (rc != LDAP_SUCCESS && rc != LDAP_SASL_BIND_IN_PROGRESS)
		return idm_ldaperr_local(err, ld, rc);
	return IDM_OK;
}

static enum idm_status
find_target(struct bind *bind, const char *host, struct idm_err *err)
{
	gss_buffer_desc name;
	OM_uint32 major, minor;
	enum idm_status st;
	struct idm_buf buf;

	idm_buf_init(&buf, NAME_MAX_LEN);
	st = idm_tickets_service(&buf, host, err);
	if (st == IDM_OK) {
		name.length = buf.len;
		name.value = buf.data;
		major = gss_import_name(
		    &minor, &name, GSS_KRB5_NT_PRINCIPAL_NAME, &bind->target);
		if (GSS_ERROR(major))
			st = idm_gsserr_fail(err, major, minor);
	}
	idm_buf_fini(&buf);
	return st;
}

/* One step; *token is to be sent if it is not empty. */
static enum idm_status
step(struct bind *bind, OM_uint32 wanted, gss_buffer_t token, bool *is_complete,
    struct idm_err *err)
{
	gss_buffer_desc input = GSS_C_EMPTY_BUFFER;
	OM_uint32 major, minor;

	if (bind->answer != NULL) {
		input.length = bind->answer->bv_len;
		input.value = bind->answer->bv_val;
	}
	major = gss_init_sec_context(&minor, bind->cred, &bind->context,
	    bind->target, gss_mech_krb5, wanted, 0, GSS_C_NO_CHANNEL_BINDINGS,
	    &input, NULL, token, &bind->flags, &bind->seconds);
	*is_complete = major == GSS_S_COMPLETE;
	if (GSS_ERROR(major))
		return idm_gsserr_fail(err, major, minor);
	return IDM_OK;
}

/* Have a context; the server's answer is then its offer of layers. */
static enum idm_status
make_context(struct bind *bind, OM_uint32 wanted, struct idm_err *err)
{
	bool is_complete = false;

	for (int round = 0;
	     !is_complete || bind->answer == NULL || bind->answer->bv_len == 0;
	     round++) {
		gss_buffer_desc token = GSS_C_EMPTY_BUFFER;
		enum idm_status st = IDM_OK;
		OM_uint32 minor;

		if (round == ROUNDS_MAX || bind->is_done)
			return idm_fail(err, IDM_CORRUPT,
			    "GSSAPI has no end, or a wrong one");
		if (!is_complete)
			st = step(bind, wanted, &token, &is_complete, err);
		if (st == IDM_OK)
			st = exchange(bind, token.value, token.length, err);
		(void)gss_release_buffer(&minor, &token);
		if (st != IDM_OK)
			return st;
	}
	if ((bind->flags & wanted) != wanted)
		return idm_fail(err, IDM_DENIED,
		    "the server does not agree to be known and to encrypt");
	return IDM_OK;
}

/* The offer: which layers there are, and how long a token may be. */
static enum idm_status
read_offer(struct bind *bind, uint8_t layer, uint32_t *max, struct idm_err *err)
{
	gss_buffer_desc offer = GSS_C_EMPTY_BUFFER;
	gss_buffer_desc token;
	unsigned char bytes[4] = { 0 };
	OM_uint32 major, minor;
	size_t len;

	token.length = bind->answer->bv_len;
	token.value = bind->answer->bv_val;
	major = gss_unwrap(&minor, bind->context, &token, &offer, NULL, NULL);
	if (GSS_ERROR(major))
		return idm_gsserr_fail(err, major, minor);
	len = offer.length;
	if (len == sizeof(bytes))
		memcpy(bytes, offer.value, sizeof(bytes));
	(void)gss_release_buffer(&minor, &offer);
	if (len != sizeof(bytes))
		return idm_fail(err, IDM_CORRUPT,
		    "the server's offer of layers has %zu bytes", len);
	if ((bytes[0] & layer) == 0) {
		return idm_fail(err, IDM_DENIED, "the server does not %s",
		    layer == LAYER_SEALED ? "encrypt: use TLS"
					  : "want GSSAPI over TLS");
	}
	*max = (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
	return IDM_OK;
}

static enum idm_status
choose_layer(struct bind *bind, uint8_t layer, struct idm_err *err)
{
	/* Of tokens as long as they may be; without a layer none. */
	unsigned char choice[4] = { layer };
	gss_buffer_desc plain = { .length = sizeof(choice), .value = choice };
	gss_buffer_desc token = GSS_C_EMPTY_BUFFER;
	OM_uint32 major, minor;
	enum idm_status st;

	if (layer != LAYER_NONE)
		memset(choice + 1, 0xff, 3);
	major = gss_wrap(
	    &minor, bind->context, 0, GSS_C_QOP_DEFAULT, &plain, NULL, &token);
	if (GSS_ERROR(major))
		return idm_gsserr_fail(err, major, minor);
	st = exchange(bind, token.value, token.length, err);
	(void)gss_release_buffer(&minor, &token);
	if (st == IDM_OK && !bind->is_done)
		st = idm_fail(err, IDM_CORRUPT, "the bind has no end");
	return st;
}

static enum idm_status
run(struct bind *bind, struct idm_err *err)
{
	bool is_tls = bind->link->is_tls;
	uint8_t layer = is_tls ? LAYER_NONE : LAYER_SEALED;
	OM_uint32 wanted = GSS_C_MUTUAL_FLAG;
	enum idm_status st;
	uint32_t max = 0;

	/* AD refuses a layer over TLS, even one that is only asked for. */
	if (!is_tls)
		wanted |= GSS_C_CONF_FLAG | GSS_C_INTEG_FLAG |
		    GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG;
	st = make_context(bind, wanted, err);
	if (st == IDM_OK)
		st = read_offer(bind, layer, &max, err);
	if (st == IDM_OK)
		st = choose_layer(bind, layer, err);
	if (st != IDM_OK || is_tls)
		return st;
	st = idm_seal_attach(bind->link->ld, bind->context, max, err);
	bind->context = GSS_C_NO_CONTEXT;
	return st;
}

enum idm_status
idm_sasl_bind(struct idm_link *link, struct idm_tickets *tickets,
    const char *host, int64_t deadline, struct idm_err *err)
{
	struct bind bind = { .link = link, .deadline = deadline };
	enum idm_status st;
	OM_uint32 minor;

	st = idm_tickets_get(tickets, &bind.cred, err);
	if (st == IDM_OK)
		st = find_target(&bind, host, err);
	if (st == IDM_OK)
		st = run(&bind, err);
	if (st == IDM_OK && bind.seconds != GSS_C_INDEFINITE)
		link->expires = idm_clock_ms() +
		    ((int64_t)bind.seconds - EARLY_S) * 1000;
	if (bind.context != GSS_C_NO_CONTEXT)
		(void)gss_delete_sec_context(
		    &minor, &bind.context, GSS_C_NO_BUFFER);
	if (bind.target != GSS_C_NO_NAME)
		(void)gss_release_name(&minor, &bind.target);
	if (bind.cred != GSS_C_NO_CREDENTIAL)
		(void)gss_release_cred(&minor, &bind.cred);
	ber_bvfree(bind.answer);
	return st;
}
