#include <string.h>

#include "base/attr.h"
#include "base/clock.h"
#include "directory/ask.h"
#include "directory/ldaperr.h"
#include "directory/ranged.h"
#include "directory/sync.h"

#define SHOW_DELETED "1.2.840.113556.1.4.417"
#define EXTENDED_DN  "1.2.840.113556.1.4.529"

#define TEXT_MAX   65535 /* bytes of a filter or a base */
#define COOKIE_MAX 8192  /* bytes of a request for changes */

/* A search on its way, page by page. */
struct finding {
	const struct idm_search *search;
	const char *base;
	const char *filter;
	char *attribute[IDM_OBJECT_ATTRIBUTES + 1];
	idm_session_each *each;
	void *context;
	uint32_t n; /* entries so far */
	struct berval cookie;
	bool is_last; /* there is no further page */
	bool is_heard;
};

/* The controls of a page: as many as there may be, and NULL. */
struct controls {
	LDAPControl *list[5];
	LDAPControl *page;
	LDAPControl deleted;
	LDAPControl extended;
	LDAPControl sync;
	struct idm_buf request;
};

static enum idm_status
add_sync(const struct idm_sync *sync, struct controls *controls, size_t n,
    struct idm_err *err)
{
	static char oid[] = IDM_SYNC_REQUEST;
	enum idm_status st;

	st = idm_sync_put_request(&controls->request, sync->cookie, err);
	controls->sync = (LDAPControl){ .ldctl_oid = oid,
		.ldctl_value = { .bv_len = controls->request.len,
		    .bv_val = controls->request.data },
		.ldctl_iscritical = 1 };
	controls->list[n] = &controls->sync;
	return st;
}

static enum idm_status
make_controls(struct idm_asking *asking, struct finding *finding,
    struct controls *controls, struct idm_err *err)
{
	/* SEQUENCE { INTEGER 1 }: with <GUID=...>;<SID=...> in text form. */
	static char as_text[] = { 0x30, 0x03, 0x02, 0x01, 0x01 };
	LDAP *ld = asking->session->link->ld;
	size_t n = 0;
	int rc;

	memset(controls, 0, sizeof(*controls));
	idm_buf_init(&controls->request, COOKIE_MAX);
	if (finding->search->is_paged) {
		rc = ldap_create_page_control(ld,
		    (ber_int_t)asking->session->settings->page,
		    finding->cookie.bv_len > 0 ? &finding->cookie : NULL, 0,
		    &controls->page);
		if (rc != LDAP_SUCCESS)
			return idm_ldaperr_local(err, ld, rc);
		controls->list[n++] = controls->page;
	}
	if (finding->search->shows_deleted) {
		static char oid[] = SHOW_DELETED;

		controls->deleted = (LDAPControl){ .ldctl_oid = oid,
			.ldctl_iscritical = 1 };
		controls->list[n++] = &controls->deleted;
	}
	if (finding->search->extended_dn) {
		static char oid[] = EXTENDED_DN;

		controls->extended = (LDAPControl){ .ldctl_oid = oid,
			.ldctl_value = { .bv_len = sizeof(as_text),
			    .bv_val = as_text },
			.ldctl_iscritical = 1 };
		controls->list[n++] = &controls->extended;
	}
	if (finding->search->sync != NULL)
		return add_sync(finding->search->sync, controls, n, err);
	return IDM_OK;
}

static int
scope_of(enum idm_scope scope)
{
	switch (scope) {
	case IDM_SCOPE_BASE:
		return LDAP_SCOPE_BASE;
	case IDM_SCOPE_ONE:
		return LDAP_SCOPE_ONELEVEL;
	case IDM_SCOPE_SUBTREE:
		break;
	}
	return LDAP_SCOPE_SUBTREE;
}

static enum idm_status
send_page(struct idm_asking *asking, struct finding *finding, int *request,
    struct idm_err *err)
{
	struct timeval limit = idm_ask_limit(asking);
	struct controls controls;
	enum idm_status st;
	int rc;

	st = make_controls(asking, finding, &controls, err);
	if (st != IDM_OK) {
		ldap_control_free(controls.page);
		idm_buf_fini(&controls.request);
		return st;
	}
	rc = ldap_search_ext(asking->session->link->ld, finding->base,
	    scope_of(finding->search->scope), finding->filter,
	    finding->search->attribute == NULL ? NULL : finding->attribute, 0,
	    controls.list, NULL, &limit, LDAP_NO_LIMIT, request);
	ldap_control_free(controls.page);
	idm_buf_fini(&controls.request);
	if (rc != LDAP_SUCCESS)
		return idm_ask_unsent(asking, rc, err);
	return IDM_OK;
}

/* The cookie of the next page; an empty one, or none, is the end. */
static enum idm_status
read_cookie(struct idm_asking *asking, struct finding *finding,
    LDAPControl **controls, struct idm_err *err)
{
	LDAP *ld = asking->session->link->ld;
	struct berval cookie = { .bv_val = NULL };
	LDAPControl *page;
	ber_int_t estimate;
	int rc;

	page = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
	if (page == NULL)
		return IDM_OK;
	rc = LDAP_DECODING_ERROR;
	/* liblber reads beyond the end of nothing. */
	if (page->ldctl_value.bv_val != NULL && page->ldctl_value.bv_len > 0)
		rc = ldap_parse_pageresponse_control(
		    ld, page, &estimate, &cookie);
	if (rc != LDAP_SUCCESS)
		return idm_fail(err, IDM_CORRUPT, "the server's page is none");
	finding->is_last = cookie.bv_len == 0;
	ber_memfree(finding->cookie.bv_val);
	finding->cookie = cookie;
	return IDM_OK;
}

/* ---- What has changed. */

static struct idm_str
value_in(LDAPControl **controls, const char *oid)
{
	const LDAPControl *control = ldap_control_find(oid, controls, NULL);

	if (control == NULL || control->ldctl_value.bv_val == NULL)
		return (struct idm_str){ "", 0 };
	return (struct idm_str){ control->ldctl_value.bv_val,
		control->ldctl_value.bv_len };
}

static enum idm_status
end_sync(struct idm_sync *sync, LDAPControl **controls, struct idm_err *err)
{
	return idm_sync_read_done(
	    value_in(controls, IDM_SYNC_DONE), &sync->rest_is_gone, err);
}

/* Of an entry; *is_told: it says no more than that it is there, or was. */
static enum idm_status
hear_state(struct idm_asking *asking, struct idm_sync *sync,
    LDAPMessage *message, bool *is_told, struct idm_err *err)
{
	LDAP *ld = asking->session->link->ld;
	enum idm_sync_state state = IDM_SYNC_ADDED;
	LDAPControl **controls = NULL;
	enum idm_status st;

	asking->is_final = true;
	if (ldap_get_entry_controls(ld, message, &controls) != LDAP_SUCCESS)
		return idm_fail(err, IDM_CORRUPT, "controls that are none");
	st = idm_sync_read_state(
	    value_in(controls, IDM_SYNC_STATE), &state, sync->uuid, err);
	ldap_controls_free(controls);
	*is_told = state == IDM_SYNC_PRESENT || state == IDM_SYNC_DELETED;
	if (st == IDM_OK && *is_told)
		st = sync->each(
		    sync->context, state == IDM_SYNC_DELETED, sync->uuid, err);
	return st;
}

/* What else a server says on the way is nothing to us. */
static enum idm_status
hear_info(struct idm_asking *asking, const struct idm_sync *sync,
    LDAPMessage *message, struct idm_err *err)
{
	LDAP *ld = asking->session->link->ld;
	struct berval *value = NULL;
	enum idm_status st = IDM_OK;
	char *oid = NULL;

	if (sync == NULL)
		return IDM_OK;
	asking->is_final = true;
	if (ldap_parse_intermediate(ld, message, &oid, &value, NULL, 0) !=
	    LDAP_SUCCESS)
		return idm_fail(err, IDM_CORRUPT, "a message that is none");
	if (oid != NULL && strcmp(oid, IDM_SYNC_INFO) == 0 && value != NULL)
		st = idm_sync_read_info(
		    (struct idm_str){ value->bv_val, value->bv_len }, sync,
		    err);
	ldap_memfree(oid);
	ber_bvfree(value);
	return st;
}

/* The end of a page, or of the search. */
static enum idm_status
end_page(struct idm_asking *asking, struct finding *finding,
    LDAPMessage *message, struct idm_err *err)
{
	LDAPControl **controls = NULL;
	enum idm_status st;

	finding->is_last = true;
	st = idm_ldaperr_result(
	    asking->session->link->ld, message, &controls, err);
	if (st == IDM_OK && finding->search->is_paged)
		st = read_cookie(asking, finding, controls, err);
	if (st == IDM_OK && finding->search->sync != NULL)
		st = end_sync(finding->search->sync, controls, err);
	ldap_controls_free(controls);
	return st;
}

static enum idm_status
give_entry(struct idm_asking *asking, struct finding *finding,
    LDAPMessage *message, struct idm_err *err)
{
	struct idm_session *session = asking->session;
	struct idm_ranged ranged = { .n = 0 };
	enum idm_status st;

	/* What was given away cannot be taken back by asking again. */
	asking->is_final = true;
	if (finding->search->max != 0 && finding->n == finding->search->max) {
		return idm_fail(err, IDM_EXHAUSTED, "more than %u entries",
		    finding->search->max);
	}
	finding->n++;
	st = idm_received_read(
	    &session->received, session->link->ld, message, err);
	if (st == IDM_CORRUPT)
		asking->fault = IDM_FAULT_BROKEN;
	if (st == IDM_OK)
		st = idm_ranged_complete(&ranged, asking, err);
	if (st == IDM_OK)
		st = finding->each(
		    finding->context, &session->received.object, err);
	idm_ranged_fini(&ranged);
	return st;
}

static enum idm_status
hear_entry(struct idm_asking *asking, struct finding *finding,
    LDAPMessage *message, struct idm_err *err)
{
	struct idm_sync *sync = finding->search->sync;
	enum idm_status st = IDM_OK;
	bool is_told = false;

	if (sync != NULL)
		st = hear_state(asking, sync, message, &is_told, err);
	return st != IDM_OK || is_told
	    ? st
	    : give_entry(asking, finding, message, err);
}

/* Hear one message; *is_end: it was the last of the page. */
static enum idm_status
hear(struct idm_asking *asking, struct finding *finding, int request,
    bool *is_end, struct idm_err *err)
{
	LDAPMessage *message = NULL;
	enum idm_status st;

	st = idm_ask_next(asking, request, !finding->is_heard, &message, err);
	if (st != IDM_OK)
		return st;
	finding->is_heard = true;
	switch (ldap_msgtype(message)) {
	case LDAP_RES_SEARCH_ENTRY:
		st = hear_entry(asking, finding, message, err);
		break;
	case LDAP_RES_SEARCH_RESULT:
		*is_end = true;
		st = end_page(asking, finding, message, err);
		break;
	case LDAP_RES_INTERMEDIATE:
		st = hear_info(asking, finding->search->sync, message, err);
		break;
	case LDAP_RES_SEARCH_REFERENCE:
		/* Elsewhere is not where we were told to look. */
		break;
	default:
		asking->fault = IDM_FAULT_BROKEN;
		st = idm_fail(err, IDM_CORRUPT, "an answer of type %d",
		    ldap_msgtype(message));
	}
	(void)ldap_msgfree(message);
	return st;
}

static enum idm_status
find_page(
    struct idm_asking *asking, struct finding *finding, struct idm_err *err)
{
	enum idm_status st;
	bool is_end = false;
	int request = -1;

	st = send_page(asking, finding, &request, err);
	while (st == IDM_OK && !is_end) {
		bool was_heard = finding->is_heard;

		st = hear(asking, finding, request, &is_end, err);
		/* A server that never ends would keep us for ever; and one that
		 * stops in the middle is no other fault. */
		if (!is_end &&
		    (st == IDM_OK ? idm_clock_ms() >= asking->deadline
				  : was_heard && asking->is_late)) {
			asking->fault = IDM_FAULT_BROKEN;
			st = idm_fail(err, IDM_TEMPFAIL,
			    "no end of the answer in time, after %u entries",
			    finding->n);
		}
	}
	/* What is still to come would be the next question's burden, and a
	 * server need not care that it is not wanted any more. */
	if (st != IDM_OK && !is_end && request != -1 &&
	    asking->fault == IDM_FAULT_NONE)
		asking->fault = IDM_FAULT_BROKEN;
	return st;
}

/* A question as idm_ask() has it. */
static enum idm_status
find(void *context, struct idm_asking *asking, struct idm_err *err)
{
	struct finding *finding = context;
	enum idm_status st;

	finding->is_heard = false;
	finding->is_last = false;
	do {
		st = find_page(asking, finding, err);
	} while (st == IDM_OK && !finding->is_last);
	if (st == IDM_OK)
		return st;
	return idm_within(err, st, "search '%.100s' in '%.100s'",
	    finding->filter, finding->base);
}

/* A C string of it; NULL: it is too long or has a NUL inside. */
static const char *
text_of(struct idm_buf *buf, struct idm_str text, const char *otherwise)
{
	if (text.len == 0)
		return otherwise;
	if (memchr(text.data, '\0', text.len) != NULL)
		return NULL;
	idm_buf_put(buf, text.data, text.len);
	otherwise = idm_buf_text(buf);
	return buf->status == IDM_OK ? otherwise : NULL;
}

static enum idm_status
run(struct idm_session *session, struct finding *finding, int64_t deadline,
    struct idm_err *err)
{
	const struct idm_search *search = finding->search;
	enum idm_status st;
	size_t n = 0;

	while (search->attribute != NULL && search->attribute[n] != NULL) {
		if (n == IDM_OBJECT_ATTRIBUTES)
			return idm_fail(err, IDM_INVALID,
			    "more than %d attributes", IDM_OBJECT_ATTRIBUTES);
		/* libldap only reads them. */
		memcpy(&finding->attribute[n], &search->attribute[n],
		    sizeof(char *));
		n++;
	}
	st = idm_ask(session, deadline, find, finding, err);
	ber_memfree(finding->cookie.bv_val);
	return st;
}

enum idm_status
idm_session_search(struct idm_session *session, const struct idm_search *search,
    int64_t deadline, idm_session_each *each, void *context,
    struct idm_err *err)
{
	struct finding finding = {
		.search = search, .each = each, .context = context
	};
	struct idm_buf base, filter;
	enum idm_status st;

	idm_buf_init(&base, TEXT_MAX);
	idm_buf_init(&filter, TEXT_MAX);
	finding.base = text_of(&base, search->base, "");
	finding.filter = text_of(&filter, search->filter, "(objectClass=*)");
	if (finding.base == NULL || finding.filter == NULL) {
		st = idm_fail(err, IDM_INVALID,
		    "base or filter too long, or with a NUL in it");
	} else
		st = run(session, &finding, deadline, err);
	idm_buf_fini(&filter);
	idm_buf_fini(&base);
	return st;
}

enum idm_status
idm_session_root(struct idm_session *session, int64_t deadline,
    idm_session_each *each, void *context, struct idm_err *err)
{
	static const char *const all[] = { "*", "+", NULL };
	const struct idm_search search = {
		.base = { .data = "" },
		.scope = IDM_SCOPE_BASE,
		.attribute = all,
	};

	return idm_session_search(
	    session, &search, deadline, each, context, err);
}
