#include "resolve/service.h"
#include "identity/id.h"

static bool
is_in_range(const struct idm_domain *domain, uint32_t id)
{
	return idm_id_reserved(id) == NULL && id >= domain->low &&
	    (domain->high == 0 || id <= domain->high);
}

static enum idm_status
ask(const struct idm_inquiry *inquiry, const struct idm_domain *domain,
    const struct idm_account_question *question, size_t n,
    struct idm_account_answer *answer, struct idm_err *err)
{
	const struct idm_resolver *resolver = inquiry->resolver;
	enum idm_status st;

	st = idm_accounts_ask(resolver->account_dir, resolver->asker,
	    domain->services, question, n, answer, err);
	if (st == IDM_OK)
		idm_inquiry_say(inquiry, "asked: %s", domain->services);
	return st;
}

static enum idm_status
found(struct idm_inquiry *inquiry, uint8_t kind)
{
	inquiry->out->kind = kind;
	inquiry->unix_kind = kind;
	inquiry->unix->has_id = true;
	inquiry->out->backend = "nss";
	return idm_inquiry_found(
	    inquiry, IDM_METHOD_BACKEND, IDM_SOURCE_ALGORITHMIC);
}

/* May the answer be of this kind?  A diagonal one it never is. */
static bool
may_be(const struct idm_inquiry *inquiry, bool is_group)
{
	uint8_t other = is_group ? IDM_KIND_USER : IDM_KIND_GROUP;

	return inquiry->win_kind != other && inquiry->unix_kind != other;
}

static enum idm_status
take(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    const struct idm_account_answer *answer, bool is_group, struct idm_err *err)
{
	struct idm_resolved *unix = inquiry->unix;

	if (!is_in_range(domain, answer->id)) {
		return idm_inquiry_stop(inquiry, IDM_NOTFOUND, IDM_REASON_RANGE,
		    err, "id %lu is out of the range of domain '%s'",
		    (unsigned long)answer->id, domain->name);
	}
	unix->id = answer->id;
	idm_inquiry_copy(
	    unix->name, sizeof(unix->name), idm_str_of(answer->name));
	return found(inquiry, is_group ? IDM_KIND_GROUP : IDM_KIND_USER);
}

/* Who was not asked is not known, and nobody says that he is not there. */
static enum idm_status
unavailable(struct idm_inquiry *inquiry, enum idm_status st,
    const struct idm_err *why, struct idm_err *err)
{
	if (err != NULL)
		*err = *why;
	return idm_inquiry_end(inquiry, st, IDM_REASON_UNAVAILABLE, why);
}

enum idm_status
idm_inquiry_service_to_unix(struct idm_inquiry *inquiry,
    const struct idm_domain *domain, struct idm_err *err)
{
	struct idm_str name = idm_str_of(inquiry->win->name);
	struct idm_account_question question[2];
	struct idm_account_answer answer[2];
	struct idm_err why;
	enum idm_status st;
	size_t n = 0;

	if (name.len == 0) {
		return idm_inquiry_stop(inquiry, IDM_NOTFOUND,
		    IDM_REASON_NO_MAPPING, err,
		    "its name is not known, and backend nss goes by names");
	}
	for (int is_group = 0; is_group < 2; is_group++) {
		if (may_be(inquiry, is_group))
			question[n++] = (struct idm_account_question){
				.name = name, .is_group = is_group
			};
	}
	st = ask(inquiry, domain, question, n, answer, &why);
	if (st != IDM_OK)
		return unavailable(inquiry, st, &why, err);
	for (size_t i = 0; i < n; i++) {
		if (answer[i].is_there)
			return take(inquiry, domain, &answer[i],
			    question[i].is_group, err);
	}
	return idm_inquiry_stop(inquiry, IDM_NOTFOUND, IDM_REASON_NO_ACCOUNT,
	    err, "no service of domain '%s' knows '%s'", domain->name,
	    inquiry->win->name);
}

/* ---- To Windows. */

/* The name that goes with the id; it may have been looked up already. */
static enum idm_status
need_name(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    bool *is_there, struct idm_err *err)
{
	struct idm_resolved *unix = inquiry->unix;
	const struct idm_account_question question = {
		.id = unix->id,
		.is_group = inquiry->unix_kind == IDM_KIND_GROUP,
	};
	struct idm_account_answer answer;
	enum idm_status st;

	st = ask(inquiry, domain, &question, 1, &answer, err);
	if (st != IDM_OK)
		return st;
	*is_there = answer.is_there && answer.id == unix->id;
	if (*is_there)
		idm_inquiry_copy(
		    unix->name, sizeof(unix->name), idm_str_of(answer.name));
	return IDM_OK;
}

enum idm_status
idm_inquiry_service_to_windows(struct idm_inquiry *inquiry,
    const struct idm_domain *domain, struct idm_err *err)
{
	bool is_there = false;
	struct idm_err why;
	enum idm_status st;

	if (!is_in_range(domain, inquiry->unix->id))
		return IDM_NOTFOUND;
	st = need_name(inquiry, domain, &is_there, &why);
	if (st != IDM_OK)
		return unavailable(inquiry, st, &why, err);
	if (!is_there)
		return IDM_NOTFOUND;
	if (inquiry->win_kind != IDM_KIND_BOTH &&
	    inquiry->win_kind != inquiry->unix_kind)
		return idm_inquiry_wrong_kind(inquiry, inquiry->win_kind, err);
	inquiry->win_kind = inquiry->unix_kind;
	idm_inquiry_name_text(
	    inquiry, idm_str_of(inquiry->unix->name), idm_str_of(domain->name));
	return found(inquiry, inquiry->unix_kind);
}

/* ---- Which id a name has. */

enum idm_status
idm_inquiry_service_id(struct idm_inquiry *inquiry, struct idm_err *err)
{
	const struct idm_domains *domains = &inquiry->maps->domains;
	const struct idm_account_question question = {
		.name = idm_str_of(inquiry->unix->name),
		.is_group = inquiry->unix_kind == IDM_KIND_GROUP,
	};

	for (uint32_t i = 0; i < domains->n; i++) {
		const struct idm_domain *domain = &domains->domain[i];
		struct idm_account_answer answer;
		enum idm_status st;

		if (domain->backend != IDM_BACKEND_NSS)
			continue;
		st = ask(inquiry, domain, &question, 1, &answer, err);
		if (st != IDM_OK)
			return st;
		if (answer.is_there && is_in_range(domain, answer.id)) {
			inquiry->unix->id = answer.id;
			return IDM_OK;
		}
	}
	return IDM_NOTFOUND;
}
