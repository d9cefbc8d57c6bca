#include <string.h>

#include "identity/service.h"
#include "map/snapshot.h"
#include "pam/lookup.h"

/* No scheme that serves NSS by default can split these: they have no
 * separator. */
#define PLAIN                                                                  \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

static enum idm_status
nothing_of_ours(struct idm_pam_answer *out)
{
	*out = (struct idm_pam_answer){ .is_ours = false };
	return IDM_OK;
}

/*
 * What is needed to decide cannot be read.  A plain name is left to the other
 * modules, which can do nothing worse with it than without us; any other may
 * be one that a rule refuses.
 */
static enum idm_status
cannot_tell(const char *name, const char *what, const struct idm_err *cause,
    struct idm_pam_answer *out, struct idm_err *err)
{
	if (name[strspn(name, PLAIN)] == '\0')
		return nothing_of_ours(out);
	return idm_fail(err, IDM_TEMPFAIL, "%s: %s", what, cause->text);
}

static bool
lists(const struct idm_policy *policy, const char *service)
{
	for (uint8_t i = 0; i < policy->nservices; i++) {
		if (strcmp(policy->service[i], service) == 0)
			return true;
	}
	return false;
}

/* A foreign name: its entry, the account, and whether it may be served. */
static enum idm_status
match(const struct idm_maps *maps, const char *name, const char *service,
    struct idm_pam_answer *out, const struct idm_trace *trace,
    struct idm_err *err)
{
	struct idm_pam_answer answer = { .is_ours = true };
	bool is_foreign = true;
	enum idm_status st;

	st = idm_match_serving(
	    maps, idm_str_of(name), &answer.match, &is_foreign, trace, err);
	if (st == IDM_NOTFOUND && !is_foreign)
		return nothing_of_ours(out);
	if (st != IDM_OK)
		return st;
	st = idm_match_account(&answer.match, &maps->policy, IDM_ACCOUNTDIR,
	    true, &answer.account, trace, err);
	if (st != IDM_OK)
		return st;
	/* It matched, so it is no longer than a remote name may be. */
	memcpy(answer.name, name, strlen(name) + 1);
	answer.lists_service = lists(&maps->policy, service);
	*out = answer;
	return IDM_OK;
}

enum idm_status
idm_pam_lookup(const char *name, const char *service,
    struct idm_pam_answer *out, const struct idm_trace *trace,
    struct idm_err *err)
{
	struct idm_err cause = { 0 };
	struct idm_maps *maps = NULL;
	struct idm_account local;
	enum idm_status st;

	st = idm_account_by_name(
	    IDM_ACCOUNTDIR, idm_str_of(name), &local, &cause);
	/* A broken line of that name is still a line of that name. */
	if (st == IDM_OK || st == IDM_CORRUPT)
		return nothing_of_ours(out);
	if (st != IDM_NOTFOUND)
		return cannot_tell(name, "no local accounts", &cause, out, err);

	st = idm_maps_open(IDM_STATEDIR, 0, &maps, &cause);
	if (st != IDM_OK)
		return cannot_tell(name, "no usable map", &cause, out, err);
	st = match(maps, name, service, out, trace, err);
	idm_maps_close(&maps);
	return st;
}

const char *
idm_pam_service_veto(const char *service, const struct idm_pam_answer *answer)
{
	if (idm_service_holds_name(idm_str_of(service)))
		return "it holds on to the name it began with";
	if (!answer->lists_service)
		return "idmap.conf does not list it";
	return NULL;
}
