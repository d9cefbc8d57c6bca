#include <stdio.h>
#include <string.h>

#include "backends/stored.h"
#include "state/place.h"
#include "state/placing.h"

/* A wish's key by name: "name@domain", whatever the domain was called. */
#define NAME_MAX_LEN (IDM_WINNAME_MAX + 1 + IDM_DOMAIN_MAX)

/* ---- Whose wish it is. */

static bool
has_named_domains(const struct idm_domains *domains)
{
	return domains->n > (domains->catch_all == NULL ? 0u : 1u);
}

/* The domain for all those that are not configured. */
static enum idm_status
find_catch_all(const struct idm_maps *maps, const char *whose,
    const struct idm_domain **out, struct idm_err *err)
{
	const struct idm_domains *domains = &maps->domains;

	if (has_named_domains(domains) && !maps->policy.unknown_allocate) {
		return idm_fail(err, IDM_REFUSED,
		    "%s is not configured: see 'idmap domain add'", whose);
	}
	if (domains->catch_all == NULL) {
		return idm_fail(err, IDM_NOTFOUND,
		    "no domain gives numbers: see 'idmap domain add'");
	}
	*out = domains->catch_all;
	return IDM_OK;
}

static enum idm_status
check_sid(const struct idm_sid *sid, struct idm_err *err)
{
	char text[IDM_SID_TEXT_MAX];

	if (idm_sid_is_domain(sid)) {
		return idm_fail(err, IDM_REFUSED, "%s is a domain, no account",
		    idm_sid_format(sid, text));
	}
	if (sid->authority == 22) {
		return idm_fail(err, IDM_REFUSED,
		    "%s stands for a number already",
		    idm_sid_format(sid, text));
	}
	return IDM_OK;
}

static enum idm_status
find_by_sid(const struct idm_maps *maps, const struct idm_sid *sid,
    const struct idm_domain **out, struct idm_err *err)
{
	char text[IDM_SID_TEXT_MAX];
	struct idm_sid above;
	enum idm_status st;
	uint32_t rid;

	st = check_sid(sid, err);
	if (st != IDM_OK)
		return st;
	*out = idm_domain_by_sid(&maps->domains, sid);
	if (*out != NULL)
		return IDM_OK;
	if (idm_sid_split(sid, &above, &rid) && idm_sid_is_domain(&above)) {
		return find_catch_all(
		    maps, idm_sid_format(&above, text), out, err);
	}
	*out = maps->domains.catch_all;
	if (*out == NULL)
		return idm_fail(err, IDM_NOTFOUND, "no domain gives numbers");
	return IDM_OK;
}

/* Also append the name as its key has it. */
static enum idm_status
find_by_name(const struct idm_maps *maps, struct idm_str name,
    const struct idm_domain **out, struct idm_buf *key, struct idm_err *err)
{
	const char *at = memchr(name.data, '@', name.len);
	struct idm_str domain;
	enum idm_status st;

	if (at == NULL || at == name.data) {
		return idm_fail(err, IDM_REFUSED, "'%.*s' is no name@domain",
		    (int)name.len, name.data);
	}
	domain.data = at + 1;
	domain.len = name.len - (size_t)(domain.data - name.data);
	*out = idm_domain_by_name(&maps->domains, domain);
	if (*out != NULL && *out != maps->domains.catch_all) {
		idm_buf_put(key, name.data, name.len - domain.len);
		idm_buf_puts(key, (*out)->name);
	} else {
		char whose[80];

		(void)snprintf(whose, sizeof(whose), "domain '%.*s'",
		    (int)domain.len, domain.data);
		st = find_catch_all(maps, whose, out, err);
		if (st != IDM_OK)
			return st;
		idm_buf_put(key, name.data, name.len);
	}
	return idm_buf_status(key, err);
}

/* A directory's numbers are not ours to give. */
static enum idm_status
check_ours(const struct idm_domain *domain, struct idm_err *err)
{
	if (domain->backend != IDM_BACKEND_AD &&
	    domain->backend != IDM_BACKEND_RFC2307)
		return IDM_OK;
	return idm_fail(err, IDM_NOTFOUND,
	    "the numbers of domain '%s' are in a directory", domain->name);
}

/* Find the domain that is to grant the wish, and its key by name. */
static enum idm_status
find_domain(const struct idm_maps *maps, const struct idm_wish *wish,
    const struct idm_domain **out, struct idm_buf *key, struct idm_err *err)
{
	const struct idm_domain *giver;
	enum idm_status st = IDM_OK;

	*out = NULL;
	if (wish->name.len > 0)
		st = find_by_name(maps, wish->name, out, key, err);
	if (wish->sid.nsubs > 0) {
		/* Whose SID it is counts; the name is only a name. */
		if (st != IDM_OK)
			idm_buf_clear(key);
		st = find_by_sid(maps, &wish->sid, out, err);
	} else if (*out == NULL && st == IDM_OK) {
		st = idm_fail(err, IDM_REFUSED, "neither a SID nor a name");
	}
	if (st != IDM_OK)
		return st;
	giver = idm_domain_giver(&maps->domains, *out);
	if (giver != NULL)
		*out = giver;
	return check_ours(*out, err);
}

enum idm_status
idm_place_domain(const struct idm_maps *maps, const struct idm_wish *wish,
    const struct idm_domain **out, struct idm_err *err)
{
	char memory[NAME_MAX_LEN + 1];
	struct idm_buf key;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	return find_domain(maps, wish, out, &key, err);
}

/* ---- What stands already. */

/* Does each account get a number from a counter here? */
static bool
numbers_accounts(const struct idm_domain *domain)
{
	return domain->backend == IDM_BACKEND_TDB ||
	    domain->backend == IDM_BACKEND_EPHEMERAL;
}

static enum idm_status
check_kind(const struct idm_placing *placing, const struct idm_mapping *mapping,
    struct idm_err *err)
{
	uint8_t want = placing->wish->kind;

	if (want == IDM_KIND_BOTH || mapping->kind == IDM_KIND_BOTH ||
	    mapping->kind == want)
		return IDM_OK;
	return idm_fail(err, IDM_CONFLICT, "id %lu is of a %s, not of a %s",
	    (unsigned long)mapping->id, idm_kind_name(mapping->kind),
	    idm_kind_name(want));
}

/* The kinds of a name's number; ephemeral has one of each. */
static const char *
name_kinds(const struct idm_placing *placing)
{
	bool exact = placing->which.domain->backend == IDM_BACKEND_EPHEMERAL;

	if (placing->wish->kind == IDM_KIND_USER)
		return exact ? "u" : "ug";
	if (placing->wish->kind == IDM_KIND_GROUP)
		return exact ? "g" : "gu";
	return "ug";
}

/*
 * The number that the name was given before its SID was known; once that is,
 * the number is the SID's, and another one of that name gets its own.
 */
static enum idm_status
find_named(const struct idm_placing *placing, struct idm_mapping *out,
    struct idm_err *err)
{
	const struct idm_backend_case *which = &placing->which;
	const char *kind = name_kinds(placing);
	struct idm_mapping mapping = { .sid = placing->wish->sid };
	enum idm_status st = IDM_NOTFOUND;
	struct idm_str owner;

	if (placing->name.len == 0 || !numbers_accounts(which->domain))
		return idm_fail(err, st, "nothing is allocated");
	for (; *kind != '\0' && st == IDM_NOTFOUND; kind++) {
		st = idm_stored_name(
		    which, *kind, placing->name, &mapping, err);
		if (st != IDM_OK || placing->wish->sid.nsubs == 0)
			continue;
		st = idm_stored_owner(which, *kind, mapping.id, &owner, err);
		if (st == IDM_OK && idm_str_compare(owner, placing->name) != 0)
			st = idm_fail(err, IDM_NOTFOUND, "it is a SID's");
	}
	if (st == IDM_OK)
		st = check_kind(placing, &mapping, err);
	if (st == IDM_OK)
		*out = mapping;
	return st;
}

static enum idm_status
find_present(const struct idm_placing *placing, struct idm_mapping *out,
    bool *needs_place, struct idm_err *err)
{
	const struct idm_domain *domain = placing->which.domain;
	const struct idm_backend *backend = idm_backend_by_id(domain->backend);

	*needs_place = false;
	if (placing->wish->sid.nsubs > 0) {
		return idm_backend_ask_id(&placing->which, &placing->wish->sid,
		    out, needs_place, NULL, err);
	}
	if (!numbers_accounts(domain)) {
		return idm_fail(err, IDM_REFUSED,
		    "backend %s of domain '%s' needs the SID of '%.*s'",
		    backend == NULL ? "?" : backend->name, domain->name,
		    (int)placing->name.len, placing->name.data);
	}
	*needs_place = (domain->flags & IDM_DOMAIN_READONLY) == 0;
	return find_named(placing, out, err);
}

/* ---- Granting. */

/* Of one wish; of the others the state, or the host, is to blame. */
static bool
is_of_wish(enum idm_status st)
{
	return st == IDM_OK || st == IDM_NOTFOUND || st == IDM_REFUSED ||
	    st == IDM_INVALID || st == IDM_CONFLICT || st == IDM_EXHAUSTED;
}

static enum idm_status
grant(struct idm_grant *out, enum idm_status st,
    const struct idm_mapping *mapping, bool is_new, const struct idm_err *why)
{
	*out = (struct idm_grant){ .status = st };
	if (st == IDM_OK) {
		out->id = mapping->id;
		out->kind = mapping->kind;
		out->is_new = is_new;
	} else {
		if (st == IDM_INVALID)
			out->status = IDM_REFUSED;
		(void)snprintf(out->reason, sizeof(out->reason), "%.*s",
		    (int)sizeof(out->reason) - 1, why->text);
	}
	return IDM_OK;
}

/* Stage what the wish needs, and find what it has then. */
static enum idm_status
allocate(const struct idm_placing *placing, struct idm_mapping *out,
    struct idm_err *err)
{
	bool needs_place;
	enum idm_status st;

	if (numbers_accounts(placing->which.domain))
		st = idm_place_number(placing, err);
	else if (placing->which.domain->backend == IDM_BACKEND_LDAP)
		st = idm_place_told(placing, err);
	else
		st = idm_place_window(placing, err);
	if (st != IDM_OK)
		return st;
	return find_present(placing, out, &needs_place, err);
}

/* What was once served stays, whatever the directory says later. */
static enum idm_status
check_told(const struct idm_placing *placing, const struct idm_mapping *present,
    struct idm_err *err)
{
	uint32_t told = placing->wish->told;

	if (told == 0 || told == present->id ||
	    placing->which.domain->backend != IDM_BACKEND_LDAP)
		return IDM_OK;
	return idm_fail(err, IDM_CONFLICT,
	    "its id here is %lu, but the directory says %lu",
	    (unsigned long)present->id, (unsigned long)told);
}

/* The wish's own number, then that of its name, then a new one. */
static enum idm_status
find_or_allocate(const struct idm_placing *placing, struct idm_mapping *out,
    bool *is_new, struct idm_err *err)
{
	enum idm_status st;
	bool needs_place;

	*is_new = false;
	st = find_present(placing, out, &needs_place, err);
	if (st == IDM_OK)
		st = check_told(placing, out, err);
	if (st != IDM_NOTFOUND)
		return st;
	if (placing->wish->sid.nsubs > 0) {
		struct idm_err named;

		st = find_named(placing, out, &named);
		if (st == IDM_OK && placing->state != NULL) {
			st = idm_place_mapping(
			    placing, out->id, out->kind, err);
		} else if (st != IDM_OK && st != IDM_NOTFOUND) {
			*err = named;
		}
		if (st != IDM_NOTFOUND)
			return st;
	}
	if (placing->state == NULL)
		return st;
	if (!needs_place) {
		if ((placing->which.domain->flags & IDM_DOMAIN_READONLY) == 0)
			return st;
		return idm_fail(err, IDM_REFUSED,
		    "domain '%s' is read only, and gives no new numbers",
		    placing->which.domain->name);
	}
	*is_new = true;
	return allocate(placing, out, err);
}

static enum idm_status
get_from_state(const void *context, struct idm_str key, struct idm_str *value)
{
	return idm_state_get(context, key, value);
}

/* change: the same state, when it may be changed. */
static enum idm_status
place(const struct idm_maps *maps, const char *account_dir,
    const struct idm_state *state, struct idm_state *change,
    const struct idm_wish *wish, struct idm_grant *out, struct idm_err *err)
{
	struct idm_allocations allocated = { get_from_state, state, NULL };
	struct idm_mapping mapping = { .sid = wish->sid };
	size_t mark = change == NULL ? 0 : idm_state_mark(change);
	struct idm_placing placing = {
		.account_dir = account_dir,
		.state = change,
		.wish = wish,
		.which = { maps, &allocated, NULL, wish->kind },
	};
	char memory[NAME_MAX_LEN + 1];
	bool is_new = false;
	struct idm_buf key;
	struct idm_err why;
	enum idm_status st;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	st = find_domain(maps, wish, &placing.which.domain, &key, &why);
	placing.name = (struct idm_str){ key.data, key.len };
	if (st == IDM_OK)
		st = find_or_allocate(&placing, &mapping, &is_new, &why);
	if (st != IDM_OK && change != NULL)
		idm_state_back(change, mark);
	if (is_of_wish(st))
		return grant(out, st, &mapping, is_new, &why);
	if (err != NULL)
		*err = why;
	return st;
}

enum idm_status
idm_place(const struct idm_maps *maps, const char *account_dir,
    struct idm_state *state, const struct idm_wish *wish, struct idm_grant *out,
    struct idm_err *err)
{
	return place(maps, account_dir, state, state, wish, out, err);
}

enum idm_status
idm_place_find(const struct idm_maps *maps, const struct idm_state *state,
    const struct idm_wish *wish, struct idm_grant *out, struct idm_err *err)
{
	return place(maps, NULL, state, NULL, wish, out, err);
}

/* ---- Whose id it is. */

enum idm_status
idm_place_find_sid(const struct idm_maps *maps, const struct idm_state *state,
    uint32_t id, uint8_t kind, struct idm_sid *out, struct idm_err *err)
{
	struct idm_allocations allocated = { get_from_state, state, NULL };
	const struct idm_domain *const *domain;
	enum idm_status st;
	uint32_t n;

	st = idm_fail(
	    err, IDM_NOTFOUND, "id %lu is not allocated", (unsigned long)id);
	if (idm_domain_by_id(&maps->domains, id, &domain, &n) == NULL)
		return st;
	for (uint32_t i = 0; i < n && st == IDM_NOTFOUND; i++) {
		const struct idm_backend_case which = { maps, &allocated,
			domain[i], kind };
		const struct idm_backend *backend;
		struct idm_mapping mapping;

		backend = idm_backend_by_id(domain[i]->backend);
		if (backend == NULL || backend->is_stored)
			continue;
		st = idm_backend_ask_sid(&which, id, &mapping, NULL, err);
		if (st == IDM_OK)
			*out = mapping.sid;
	}
	return st;
}
