#include "directory/ask.h"
#include "base/clock.h"
#include "directory/ldaperr.h"

struct timeval
idm_ask_limit(const struct idm_asking *asking)
{
	int64_t left = asking->deadline - idm_clock_ms();

	return (struct timeval){
		.tv_sec = left < 1000 ? 1 : (time_t)(left / 1000)
	};
}

/* Ask for nothing; -1: not even that could be sent. */
static int
ask_whether_it_is_there(struct idm_link *link)
{
	char none[] = LDAP_NO_ATTRS;
	char *attributes[] = { none, NULL };
	int request = -1;

	if (ldap_search_ext(link->ld, "", LDAP_SCOPE_BASE, "(objectClass=*)",
		attributes, 0, NULL, NULL, NULL, 1, &request) != LDAP_SUCCESS)
		return -1;
	return request;
}

static bool
is_there(struct idm_link *link, int request)
{
	LDAPMessage *message = NULL;
	struct timeval none = { 0 };

	if (request == -1 ||
	    ldap_result(link->ld, request, LDAP_MSG_ALL, &none, &message) <= 0)
		return false;
	(void)ldap_msgfree(message);
	return true;
}

/* As idm_link_await(), for a part of the time. */
static enum idm_status
wait_until(struct idm_asking *asking, int request, int64_t until,
    LDAPMessage **message, struct idm_err *err)
{
	enum idm_status st;
	bool is_broken;

	st = idm_link_await(
	    asking->session->link, request, until, message, &is_broken, err);
	if (st != IDM_OK && is_broken)
		asking->fault = IDM_FAULT_BROKEN;
	asking->is_late = st == IDM_TEMPFAIL && !is_broken;
	return st;
}

enum idm_status
idm_ask_next(struct idm_asking *asking, int request, bool is_first,
    LDAPMessage **message, struct idm_err *err)
{
	struct idm_session *session = asking->session;
	struct idm_link *link = session->link;
	int64_t now = idm_clock_ms();
	int64_t third = (asking->deadline - now) / 3;
	enum idm_status st;
	bool lives;
	int sign;

	st = wait_until(asking, request,
	    is_first ? now + third : asking->deadline, message, err);
	if (st == IDM_OK || asking->fault != IDM_FAULT_NONE || !is_first)
		goto out;
	sign = ask_whether_it_is_there(link);
	st = wait_until(asking, request, now + 2 * third, message, err);
	if (st == IDM_OK || asking->fault != IDM_FAULT_NONE)
		goto out;
	lives = is_there(link, sign);
	if (lives || !idm_servers_has_other(session->servers, link->server)) {
		st = wait_until(
		    asking, request, asking->deadline, message, err);
		if (st == IDM_OK || asking->fault != IDM_FAULT_NONE || lives ||
		    is_there(link, sign))
			goto out;
	}
	asking->fault = IDM_FAULT_SILENT;
	return idm_fail(err, IDM_TEMPFAIL, "no sign of life for %lld ms",
	    (long long)(idm_clock_ms() - now));
out:
	/* An answer that comes too late would be the next question's burden. */
	if (st != IDM_OK && asking->fault == IDM_FAULT_NONE)
		asking->fault = IDM_FAULT_BROKEN;
	return st;
}

enum idm_status
idm_ask_unsent(struct idm_asking *asking, int code, struct idm_err *err)
{
	struct idm_link *link = asking->session->link;

	if (code == LDAP_SERVER_DOWN || code == LDAP_TIMEOUT) {
		asking->fault = IDM_FAULT_BROKEN;
		return idm_fail(err, IDM_TEMPFAIL, "the connection is closed");
	}
	return idm_ldaperr_local(err, link->ld, code);
}
