#include <string.h>

#include "identity/fold.h"
#include "identity/id.h"
#include "resolve/service.h"

static bool
lists_files(const struct idm_domain *domain)
{
	const char *at = domain->services;

	while (*at != '\0') {
		size_t len = strcspn(at, ", \t");

		if (len == 5 && memcmp(at, "files", len) == 0)
			return true;
		at += len;
		at += strspn(at, ", \t");
	}
	return false;
}

static bool
is_in_range(const struct idm_domain *domain, uint32_t id)
{
	return idm_id_reserved(id) == NULL && id >= domain->low &&
	    (domain->high == 0 || id <= domain->high);
}

/* The name as it is, then in lower case, which is how most services have it. */
static enum idm_status
find_name(struct idm_inquiry *inquiry, bool is_group, struct idm_err *err)
{
	struct idm_str name = idm_str_of(inquiry->win->name);
	struct idm_resolved *unix = inquiry->unix;
	char memory[IDM_FOLDED_MAX];
	struct idm_buf lower;
	enum idm_status st;

	st = idm_inquiry_local_id(inquiry, name, is_group, &unix->id, err);
	if (st == IDM_NOTFOUND) {
		idm_buf_init_fixed(&lower, memory, sizeof(memory));
		if (idm_lower_put(&lower, name, NULL) != IDM_OK)
			return st;
		name = (struct idm_str){ memory, lower.len };
		st = idm_inquiry_local_id(
		    inquiry, name, is_group, &unix->id, err);
	}
	if (st == IDM_OK)
		idm_inquiry_copy(unix->name, sizeof(unix->name), name);
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

static enum idm_status
to_unix_as(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    bool is_group, struct idm_err *err)
{
	uint8_t kind = is_group ? IDM_KIND_GROUP : IDM_KIND_USER;
	struct idm_err why;
	enum idm_status st;

	st = find_name(inquiry, is_group, &why);
	if (st == IDM_NOTFOUND)
		return st;
	if (st != IDM_OK) {
		if (err != NULL)
			*err = why;
		return idm_inquiry_end(
		    inquiry, st, IDM_REASON_UNAVAILABLE, &why);
	}
	if (!is_in_range(domain, inquiry->unix->id)) {
		return idm_inquiry_stop(inquiry, IDM_NOTFOUND, IDM_REASON_RANGE,
		    err, "id %lu is out of the range of domain '%s'",
		    (unsigned long)inquiry->unix->id, domain->name);
	}
	return found(inquiry, kind);
}

enum idm_status
idm_inquiry_service_to_unix(struct idm_inquiry *inquiry,
    const struct idm_domain *domain, struct idm_err *err)
{
	enum idm_status st = IDM_NOTFOUND;

	if (inquiry->win->name[0] == '\0') {
		return idm_inquiry_stop(inquiry, IDM_NOTFOUND,
		    IDM_REASON_NO_MAPPING, err,
		    "its name is not known, and backend nss goes by names");
	}
	if (lists_files(domain) && inquiry->win_kind != IDM_KIND_GROUP &&
	    inquiry->unix_kind != IDM_KIND_GROUP)
		st = to_unix_as(inquiry, domain, false, err);
	if (lists_files(domain) && st == IDM_NOTFOUND &&
	    inquiry->out->reason == IDM_REASON_NONE &&
	    inquiry->win_kind != IDM_KIND_USER &&
	    inquiry->unix_kind != IDM_KIND_USER)
		st = to_unix_as(inquiry, domain, true, err);
	if (st != IDM_NOTFOUND || inquiry->out->reason != IDM_REASON_NONE)
		return st;
	return idm_inquiry_stop(inquiry, IDM_NOTFOUND, IDM_REASON_NO_ACCOUNT,
	    err, "no service of domain '%s' knows '%s'", domain->name,
	    inquiry->win->name);
}

enum idm_status
idm_inquiry_service_to_windows(struct idm_inquiry *inquiry,
    const struct idm_domain *domain, struct idm_err *err)
{
	idm_inquiry_need_name(inquiry);
	if (!lists_files(domain) || inquiry->unix->name[0] == '\0' ||
	    !is_in_range(domain, inquiry->unix->id))
		return IDM_NOTFOUND;
	if (inquiry->win_kind != IDM_KIND_BOTH &&
	    inquiry->win_kind != inquiry->unix_kind)
		return idm_inquiry_wrong_kind(inquiry, inquiry->win_kind, err);
	inquiry->win_kind = inquiry->unix_kind;
	idm_inquiry_name_text(
	    inquiry, idm_str_of(inquiry->unix->name), idm_str_of(domain->name));
	return found(inquiry, inquiry->unix_kind);
}
