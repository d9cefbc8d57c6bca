/*
 * pam_idmap -- the login of a name that the map turns into a local account, or
 * that is an own identity's.
 *
 *	account   decides: the name must map, and to an account that may be
 *	          served.  The one place, because a login by key asks only here
 *	          and in session.
 *	auth      the same check in front of or behind the module that asks for
 *	          a password; never a proof of anything.
 *	session   tells the session what was mapped, and the log.
 *
 * A name in /etc/passwd, or one of no domain that no scheme splits, gets
 * PAM_IGNORE everywhere.  Of the other codes every one but the PAM_SUCCESS of
 * a mapped name in account and session refuses.
 */

#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <security/pam_modutil.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/quote.h"
#include "pam/lookup.h"
#include "pam/mapping.h"
#include "pam/options.h"
#include "pam/standing.h"

#define MESSAGE_MAX 4096 /* bytes of a line of log */
#define NAME_SHOWN  200  /* bytes of a name in one; it may grow fourfold */

/* One call of libpam, and what it is about. */
struct visit {
	pam_handle_t *pamh;
	const char *service;
	const char *name;  /* as typed: PAM_USER, unless ... */
	bool is_canonical; /* ... that was changed to the account's */
	struct idm_pam_options options;
	enum idm_status status; /* of the lookup */
	bool has_expired;       /* that is why it is refused */
	struct idm_pam_answer answer;
	struct idm_err err;
};

/* What a status is to each kind of caller. */
struct codes {
	int auth;
	int account;
	int session;
};

static struct codes
pam_from_status(enum idm_status st)
{
	switch (st) {
	case IDM_OK:
		/*
		 * A mapper has proved nothing about who is asking, so from
		 * auth a mapped name is PAM_IGNORE: libpam denies a stack in
		 * which everybody ignored.
		 */
		return (struct codes){ PAM_IGNORE, PAM_SUCCESS, PAM_SUCCESS };
	case IDM_NOTFOUND:
		return (struct codes){ PAM_USER_UNKNOWN, PAM_USER_UNKNOWN,
			PAM_SESSION_ERR };
	case IDM_REFUSED:
	case IDM_INVALID:
	case IDM_CONFLICT:
		return (struct codes){ PAM_AUTH_ERR, PAM_PERM_DENIED,
			PAM_SESSION_ERR };
	case IDM_NOMEM:
		return (struct codes){ PAM_BUF_ERR, PAM_BUF_ERR, PAM_BUF_ERR };
	case IDM_EXHAUSTED:
	case IDM_DENIED:
	case IDM_TEMPFAIL:
	case IDM_CORRUPT:
	case IDM_SYSTEM:
		break;
	}
	/* Not knowing is refusing. */
	return (struct codes){ PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL,
		PAM_SESSION_ERR };
}

/* ---- What the log gets. */

static void
put_name(struct idm_buf *buf, const char *name)
{
	idm_quote_put(buf, '\'', idm_str_of(name), NAME_SHOWN);
}

static void
log_mapping(const struct visit *visit, const char *event,
    const struct idm_pam_answer *answer)
{
	char memory[MESSAGE_MAX];
	struct idm_buf buf;

	if (visit->options.quiet)
		return;
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	put_name(&buf, answer->name);
	idm_buf_puts(&buf, " is ");
	put_name(&buf, answer->account.name);
	if (answer->is_own) {
		pam_syslog(visit->pamh, LOG_INFO, "%s: %s, uid %lu of its own",
		    event, idm_buf_text(&buf),
		    (unsigned long)answer->account.uid);
		return;
	}
	idm_buf_puts(&buf, " by entry ");
	put_name(&buf, answer->match.remote);
	idm_buf_puts(&buf, " -> ");
	put_name(&buf, answer->match.target);
	idm_buf_printf(&buf, " of scheme '%s'", answer->match.scheme);
	if (answer->match.origin == IDM_ORIGIN_USER)
		idm_buf_puts(&buf, " (the user's own)");
	if (answer->match.privileged)
		idm_buf_puts(&buf, " (privileged)");
	pam_syslog(visit->pamh, LOG_INFO, "%s: %s", event, idm_buf_text(&buf));
}

static bool
is_decision(enum idm_status st)
{
	return st == IDM_NOTFOUND || st == IDM_REFUSED || st == IDM_INVALID ||
	    st == IDM_CONFLICT;
}

static void
log_refusal(const struct visit *visit)
{
	bool decided = is_decision(visit->status);
	char memory[MESSAGE_MAX];
	struct idm_buf buf;

	if (decided && visit->options.quiet)
		return;
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	put_name(&buf, visit->name);
	pam_syslog(visit->pamh, decided ? LOG_NOTICE : LOG_ERR,
	    "%s refused: %s", idm_buf_text(&buf), visit->err.text);
}

/*
 * Who is asked for a name sometimes types the password.  Until somebody has
 * been authenticated, a name that is none stays out of the log.
 */
static void
log_refusal_of_stranger(const struct visit *visit)
{
	if (visit->options.debug || !is_decision(visit->status)) {
		log_refusal(visit);
	} else if (!visit->options.quiet) {
		pam_syslog(visit->pamh, LOG_NOTICE,
		    "a name was refused (%s); debug shows it",
		    idm_status_name(visit->status));
	}
}

static void
log_step(void *context, const char *text)
{
	const struct visit *visit = context;

	pam_syslog(visit->pamh, LOG_DEBUG, "%s", text);
}

/* ---- What a directory says of the account. */

static bool
has_old_password(const struct visit *visit)
{
	return (visit->answer.standing.flags &
		   (IDM_ACCOUNT_PASSWORD_EXPIRED | IDM_ACCOUNT_MUST_CHANGE)) !=
	    0;
}

/*
 * account says why, to programs that tell the user.  An old password does not
 * close the account: the program has it changed, by whom the stack names for
 * that, before it goes on.
 */
static int
account_code(const struct visit *visit)
{
	char memory[MESSAGE_MAX];
	struct idm_buf buf;

	if (visit->has_expired)
		return PAM_ACCT_EXPIRED;
	if (visit->status != IDM_OK || !has_old_password(visit))
		return pam_from_status(visit->status).account;
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	put_name(&buf, visit->name);
	if (!visit->options.quiet)
		pam_syslog(visit->pamh, LOG_NOTICE,
		    "%s has to change its password first", idm_buf_text(&buf));
	return PAM_NEW_AUTHTOK_REQD;
}

/* ---- The steps of a call. */

/*
 * After canonicalize PAM_USER is local, but the login is still that of the
 * name which was kept, and has to pass what later lines demand of it.
 */
static bool
recall(struct visit *visit)
{
	const struct idm_pam_answer *kept = idm_pam_mapping_find(visit->pamh);

	if (kept == NULL || strcmp(kept->account.name, visit->name) != 0)
		return false;
	visit->answer = *kept;
	visit->name = visit->answer.name;
	visit->is_canonical = true;
	return true;
}

/* The mapping must come from a scheme that the options admit. */
static enum idm_status
check_scheme(const struct visit *visit, struct idm_err *err)
{
	const char *scheme = visit->answer.match.scheme;

	if (idm_pam_options_admit(&visit->options, scheme))
		return IDM_OK;
	if (visit->answer.is_own) {
		return idm_fail(err, IDM_REFUSED,
		    "only names of schemes are admitted here, and this is an "
		    "own identity's");
	}
	return idm_fail(err, IDM_REFUSED,
	    "scheme '%s' is not among those admitted here", scheme);
}

/* The directory may have closed the account. */
static enum idm_status
check_standing(struct visit *visit, struct idm_err *err)
{
	const struct idm_cached_account *account = &visit->answer.standing;
	uint64_t now = idm_clock_seconds();

	if ((account->flags & IDM_ACCOUNT_DISABLED) != 0)
		return idm_fail(err, IDM_REFUSED,
		    "the account is disabled in its directory");
	if ((account->flags & IDM_ACCOUNT_LOCKED) != 0)
		return idm_fail(
		    err, IDM_REFUSED, "the account is locked in its directory");
	visit->has_expired = idm_pam_standing_is_expired(account, now);
	if (visit->has_expired)
		return idm_fail(err, IDM_REFUSED,
		    "the account has expired in its directory");
	if (!idm_pam_standing_is_in_hours(account, now))
		return idm_fail(err, IDM_REFUSED,
		    "this is none of the hours in which its directory lets it "
		    "log in");
	return IDM_OK;
}

/*
 * Who is it about and what becomes of that name.  PAM_SUCCESS: the name is
 * ours, and visit->status, with the answer or the error, says the rest.
 * PAM_IGNORE: it is not ours.  Any other code is to be returned.
 */
static int
arrive(struct visit *visit, pam_handle_t *pamh, int argc, const char **argv)
{
	const struct idm_trace trace = { .line = log_step, .context = visit };
	const void *service = NULL;
	enum idm_status options;
	struct idm_err bad;
	int code;

	*visit = (struct visit){ .pamh = pamh };
	code = pam_get_user(pamh, &visit->name, NULL);
	if (code == PAM_CONV_AGAIN)
		return PAM_INCOMPLETE;
	if (code != PAM_SUCCESS)
		return code;
	if (visit->name == NULL || visit->name[0] == '\0')
		return PAM_USER_UNKNOWN;
	if (pam_get_item(pamh, PAM_SERVICE, &service) != PAM_SUCCESS ||
	    service == NULL)
		return PAM_SERVICE_ERR;
	visit->service = service;

	options = idm_pam_options_read(argc, argv, &visit->options, &bad);
	if (options != IDM_OK)
		pam_syslog(pamh, LOG_ERR, "%s", bad.text);
	visit->status = idm_pam_lookup(visit->name, visit->service,
	    &visit->answer, visit->options.debug ? &trace : NULL, &visit->err);
	if (visit->status == IDM_OK && !visit->answer.is_ours && !recall(visit))
		return PAM_IGNORE;
	if (visit->status == IDM_OK)
		visit->status = check_scheme(visit, &visit->err);
	if (visit->status == IDM_OK)
		visit->status = check_standing(visit, &visit->err);
	/* A mistake in a file of pam.d must not lock local users out, so it
	 * counts only now. */
	return options == IDM_OK ? PAM_SUCCESS : PAM_SERVICE_ERR;
}

/*
 * The application has its account from getpwnam(), not from us.  Another
 * service in nsswitch.conf, or an old answer of nscd, may know the name as
 * somebody else: then what we would approve is not who would be logged in.
 * Only names that are ours come here, so no local user waits for it.
 */
static enum idm_status
check_name_service(const struct visit *visit, struct idm_err *err)
{
	const struct passwd *pw;

	pw = pam_modutil_getpwnam(visit->pamh, visit->name);
	if (pw == NULL || pw->pw_uid == visit->answer.account.uid)
		return IDM_OK;
	return idm_fail(err, IDM_CONFLICT,
	    "the name service knows it as uid %lu, the map as uid %lu",
	    (unsigned long)pw->pw_uid,
	    (unsigned long)visit->answer.account.uid);
}

/* Make the account the user of this login, where that was asked for. */
static int
canonicalize(const struct visit *visit)
{
	const char *veto;
	int code;

	if (!visit->options.canonicalize || visit->is_canonical ||
	    visit->answer.is_own)
		return PAM_SUCCESS;
	veto = idm_pam_service_veto(visit->service, &visit->answer);
	if (veto != NULL) {
		pam_syslog(visit->pamh, LOG_WARNING,
		    "canonicalize is not for service '%s': %s; "
		    "PAM_USER stays as it is",
		    visit->service, veto);
		return PAM_SUCCESS;
	}
	code = idm_pam_mapping_keep(visit->pamh, &visit->answer);
	if (code != PAM_SUCCESS)
		return code;
	log_mapping(visit, "user changed", &visit->answer);
	return pam_set_item(visit->pamh, PAM_USER, visit->answer.account.name);
}

/* ---- What libpam calls. */

IDM_EXPORT int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct visit visit;
	int code;

	(void)flags;
	/* What an earlier attempt with this handle came to is over. */
	idm_pam_mapping_drop(pamh);
	code = arrive(&visit, pamh, argc, argv);
	if (code != PAM_SUCCESS)
		return code;
	if (visit.status == IDM_OK)
		code = canonicalize(&visit);
	else
		log_refusal_of_stranger(&visit);
	return code == PAM_SUCCESS ? pam_from_status(visit.status).auth : code;
}

/* We hold no credentials, as auth said: libpam expects the two to agree. */
IDM_EXPORT int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_IGNORE;
}

IDM_EXPORT int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct visit visit;
	int code;

	(void)flags;
	code = arrive(&visit, pamh, argc, argv);
	if (code != PAM_SUCCESS)
		return code;
	if (visit.status == IDM_OK)
		visit.status = check_name_service(&visit, &visit.err);
	if (visit.status == IDM_OK) {
		log_mapping(&visit, "admitted", &visit.answer);
		code = canonicalize(&visit);
	} else {
		log_refusal(&visit);
	}
	return code == PAM_SUCCESS ? account_code(&visit) : code;
}

IDM_EXPORT int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct visit visit;
	int code;

	(void)flags;
	code = arrive(&visit, pamh, argc, argv);
	if (code != PAM_SUCCESS)
		return code;
	if (visit.status != IDM_OK) {
		log_refusal(&visit);
		return pam_from_status(visit.status).session;
	}
	if (visit.answer.is_own) {
		/* There is no mapping to tell the session. */
		log_mapping(&visit, "session opened", &visit.answer);
		return PAM_SUCCESS;
	}
	code = idm_pam_mapping_keep(pamh, &visit.answer);
	if (code != PAM_SUCCESS)
		return code;
	log_mapping(&visit, "session opened", &visit.answer);
	return idm_pam_mapping_export(pamh, &visit.answer);
}

/* What was opened can be closed, whatever has become of the map since. */
IDM_EXPORT int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const struct idm_pam_answer *kept = idm_pam_mapping_find(pamh);
	struct visit visit = { .pamh = pamh };
	struct idm_err err;

	(void)flags;
	if (kept == NULL)
		return PAM_IGNORE;
	if (idm_pam_options_read(argc, argv, &visit.options, &err) != IDM_OK)
		pam_syslog(pamh, LOG_ERR, "%s", err.text);
	log_mapping(&visit, "session closed", kept);
	return PAM_SUCCESS;
}

/*
 * A password belongs to the account, and whoever keeps it changes it: that is
 * pam_unix or another, in both passes.  Setting PAM_USER to the account for
 * the time of the change was rejected: sshd and su would find it changed.
 * PAM_IGNORE alone changes nothing, so a stack of this module only refuses.
 */
IDM_EXPORT int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_IGNORE;
}
