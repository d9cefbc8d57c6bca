#include <string.h>

#include "base/attr.h"
#include "base/quote.h"
#include "directory/ldaperr.h"

#define SHOWN_MAX 160

/* Everything else says that the server could not do it now. */
static const struct {
	int code;
	enum idm_status status;
} statuses[] = {
	{ LDAP_SUCCESS, IDM_OK },
	{ LDAP_NO_SUCH_OBJECT, IDM_NOTFOUND },
	{ LDAP_NO_RESULTS_RETURNED, IDM_NOTFOUND },
	{ LDAP_SIZELIMIT_EXCEEDED, IDM_EXHAUSTED },
	{ LDAP_ADMINLIMIT_EXCEEDED, IDM_EXHAUSTED },
	{ LDAP_AUTH_METHOD_NOT_SUPPORTED, IDM_DENIED },
	{ LDAP_STRONG_AUTH_REQUIRED, IDM_DENIED },
	{ LDAP_CONFIDENTIALITY_REQUIRED, IDM_DENIED },
	{ LDAP_INAPPROPRIATE_AUTH, IDM_DENIED },
	{ LDAP_INVALID_CREDENTIALS, IDM_DENIED },
	{ LDAP_INSUFFICIENT_ACCESS, IDM_DENIED },
	{ LDAP_REFERRAL, IDM_DENIED },
	{ LDAP_NO_SUCH_ATTRIBUTE, IDM_CONFLICT },
	{ LDAP_TYPE_OR_VALUE_EXISTS, IDM_CONFLICT },
	{ LDAP_ALREADY_EXISTS, IDM_CONFLICT },
	{ LDAP_ASSERTION_FAILED, IDM_CONFLICT },
	{ LDAP_UNDEFINED_TYPE, IDM_INVALID },
	{ LDAP_INAPPROPRIATE_MATCHING, IDM_INVALID },
	{ LDAP_CONSTRAINT_VIOLATION, IDM_INVALID },
	{ LDAP_INVALID_SYNTAX, IDM_INVALID },
	{ LDAP_INVALID_DN_SYNTAX, IDM_INVALID },
	{ LDAP_NAMING_VIOLATION, IDM_INVALID },
	{ LDAP_OBJECT_CLASS_VIOLATION, IDM_INVALID },
	{ LDAP_NOT_ALLOWED_ON_NONLEAF, IDM_INVALID },
	{ LDAP_NOT_ALLOWED_ON_RDN, IDM_INVALID },
	{ LDAP_PARAM_ERROR, IDM_INVALID },
	{ LDAP_FILTER_ERROR, IDM_INVALID },
	{ LDAP_PROTOCOL_ERROR, IDM_CORRUPT },
	{ LDAP_DECODING_ERROR, IDM_CORRUPT },
	{ LDAP_ENCODING_ERROR, IDM_CORRUPT },
	{ LDAP_CONTROL_NOT_FOUND, IDM_CORRUPT },
	{ LDAP_NO_MEMORY, IDM_NOMEM },
};

/* Who did not bind is told so by AD, and by Samba. */
static bool
is_unbound(const char *diagnostic)
{
	return strstr(diagnostic, "a successful bind must be completed") !=
	    NULL ||
	    strstr(diagnostic, "unavailable without authentication") != NULL;
}

enum idm_status
idm_ldaperr_status(int code, const char *diagnostic)
{
	if (code == LDAP_OPERATIONS_ERROR && diagnostic != NULL &&
	    is_unbound(diagnostic))
		return IDM_DENIED;
	for (size_t i = 0; i < IDM_COUNTOF(statuses); i++) {
		if (statuses[i].code == code)
			return statuses[i].status;
	}
	return IDM_TEMPFAIL;
}

/* The codes behind "data" in what AD says to a bind. */
static const struct {
	const char *code;
	const char *meaning;
} refusals[] = {
	{ "525", "no such user" },
	{ "52e", "wrong password or no such user" },
	{ "530", "not at this hour" },
	{ "531", "not from this host" },
	{ "532", "the password has expired" },
	{ "533", "the account is disabled" },
	{ "701", "the account has expired" },
	{ "773", "the password must be changed" },
	{ "775", "the account is locked" },
};

static const char *
refusal(const char *diagnostic)
{
	const char *data = strstr(diagnostic, ", data ");

	for (size_t i = 0; data != NULL && i < IDM_COUNTOF(refusals); i++) {
		if (strncmp(data + 7, refusals[i].code, 3) == 0)
			return refusals[i].meaning;
	}
	return NULL;
}

enum idm_status
idm_ldaperr_fail(struct idm_err *err, int code, const char *diagnostic)
{
	enum idm_status st = idm_ldaperr_status(code, diagnostic);
	char memory[SHOWN_MAX * 4 + 16];
	struct idm_buf shown;
	const char *meaning = NULL;

	if (diagnostic == NULL || diagnostic[0] == '\0') {
		return idm_fail(
		    err, st, "%s (%d)", ldap_err2string(code), code);
	}
	if (code == LDAP_INVALID_CREDENTIALS)
		meaning = refusal(diagnostic);
	if (meaning != NULL) {
		return idm_fail(err, st, "%s (%d): %s", ldap_err2string(code),
		    code, meaning);
	}
	idm_buf_init_fixed(&shown, memory, sizeof(memory));
	idm_quote_put(&shown, '\'', idm_str_of(diagnostic), SHOWN_MAX);
	return idm_fail(err, st, "%s (%d): %s", ldap_err2string(code), code,
	    idm_buf_text(&shown));
}

enum idm_status
idm_ldaperr_local(struct idm_err *err, LDAP *ld, int code)
{
	char *diagnostic = NULL;
	enum idm_status st;

	(void)ldap_get_option(ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &diagnostic);
	st = idm_ldaperr_fail(err, code, diagnostic);
	ldap_memfree(diagnostic);
	return st;
}

enum idm_status
idm_ldaperr_result(LDAP *ld, LDAPMessage *message, LDAPControl ***controls,
    struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	char *diagnostic = NULL;
	int code, rc;

	rc = ldap_parse_result(
	    ld, message, &code, NULL, &diagnostic, NULL, controls, 0);
	if (rc != LDAP_SUCCESS)
		return idm_ldaperr_local(err, ld, rc);
	if (code != LDAP_SUCCESS)
		st = idm_ldaperr_fail(err, code, diagnostic);
	ldap_memfree(diagnostic);
	return st;
}
