#include "resolve/elsewhere.h"
#include "base/clock.h"
#include "directory/filter.h"
#include "resolve/fetched.h"

#define LEFT_MS 100 /* with less nobody else is asked */

/* A directory that is lent. */
struct visit {
	struct idm_fetch there;
	struct idm_finder finder;
};

static enum idm_status
enter(struct visit *visit, const struct idm_crowd *crowd,
    const struct idm_domain *domain, struct idm_err *err)
{
	const struct idm_bearer *bearer = crowd->bearer;
	const struct idm_elsewhere *elsewhere = bearer->with->elsewhere;
	int64_t now = idm_clock_ms();
	int64_t left = bearer->with->finder->deadline - now;
	enum idm_status st;

	if (elsewhere == NULL || domain == NULL)
		return idm_fail(err, IDM_TEMPFAIL, "its domain is not asked");
	/* Who has no time cannot say that a server did not answer in it. */
	if (left < LEFT_MS)
		return idm_fail(err, IDM_TEMPFAIL, "no time is left to ask");
	st = elsewhere->lend(elsewhere->context, domain, &visit->finder, err);
	if (st != IDM_OK)
		return st;
	visit->finder.deadline = now + left / 2;
	visit->there = *bearer->with;
	visit->there.domain = domain;
	visit->there.finder = &visit->finder;
	visit->there.taken = bearer->taken;
	visit->there.elsewhere = NULL; /* nobody is sent further */
	return IDM_OK;
}

static void
leave(struct visit *visit, const struct idm_crowd *crowd)
{
	const struct idm_elsewhere *elsewhere = crowd->bearer->with->elsewhere;

	elsewhere->give_back(
	    elsewhere->context, visit->there.domain, &visit->finder);
}

/* What one of another domain comes to: only our own trouble is a failure. */
static enum idm_status
conclude(struct idm_crowd *crowd, enum idm_status st)
{
	switch (st) {
	case IDM_OK:
	case IDM_NOTFOUND: /* its domain says that there is none */
	case IDM_REFUSED:
		return IDM_OK;
	case IDM_NOMEM:
		return st;
	case IDM_INVALID:
	case IDM_CONFLICT:
	case IDM_EXHAUSTED:
	case IDM_DENIED:
	case IDM_TEMPFAIL:
	case IDM_CORRUPT:
	case IDM_SYSTEM:
		break;
	}
	crowd->is_partial = true;
	return IDM_OK;
}

/* ---- Members. */

static enum idm_status
add_answer(struct idm_crowd *crowd, const struct idm_looked_up *answer,
    struct idm_err *err)
{
	struct idm_own_group group;
	struct idm_own_user user;
	enum idm_status st;

	if (answer->user.len > 0) {
		st = idm_own_user_read(answer->user, &user, err);
		return st == IDM_OK
		    ? idm_crowd_add_member(crowd, user.name, err)
		    : st;
	}
	if ((answer->flags & IDM_CACHED_PARTIAL) != 0)
		crowd->is_partial = true;
	st = idm_own_group_read(answer->group, &group, err);
	for (uint32_t i = 0; st == IDM_OK && i < group.nmembers; i++)
		st = idm_crowd_add_member(
		    crowd, idm_cursor_str(&group.members), err);
	return st;
}

enum idm_status
idm_elsewhere_member(
    struct idm_crowd *crowd, const struct idm_sid *sid, struct idm_err *err)
{
	const struct idm_lookup lookup = {
		.kind = IDM_LOOKUP_ANY,
		.by = IDM_LOOKUP_BY_SID,
		.sid = *sid,
	};
	struct idm_fetched *fetched = NULL;
	enum idm_status st;
	struct visit visit;

	st = enter(&visit, crowd,
	    idm_domain_by_sid(&crowd->bearer->realm.maps->domains, sid), err);
	if (st == IDM_NOTFOUND) /* there is nobody to say so */
		st = IDM_TEMPFAIL;
	if (st != IDM_OK)
		return conclude(crowd, st);
	st = idm_fetch(&visit.there, &lookup, &fetched, err);
	if (st == IDM_OK)
		st = add_answer(crowd, idm_fetched_answer(fetched), err);
	if (fetched != NULL)
		idm_fetched_free(&fetched);
	leave(&visit, crowd);
	return conclude(crowd, st);
}

struct naming {
	struct idm_bearer bearer;
	struct idm_crowd *crowd;
};

/* A group's members are in its own domain, or further away still. */
static enum idm_status
name(void *context, const struct idm_facts *facts, struct idm_err *err)
{
	struct naming *naming = context;
	struct idm_ownid user;
	enum idm_status st;

	if (facts->is_group)
		return idm_fail(err, IDM_TEMPFAIL, "its members are not asked");
	st = idm_bearer_name(&naming->bearer, facts, &user, err);
	return st == IDM_OK
	    ? idm_crowd_add_member(naming->crowd, user.shown, err)
	    : st;
}

enum idm_status
idm_elsewhere_entry(
    struct idm_crowd *crowd, struct idm_str dn, struct idm_err *err)
{
	const struct idm_domains *domains = &crowd->bearer->realm.maps->domains;
	const struct idm_find find = {
		.users = true,
		.groups = true,
		.by = IDM_FIND_DN,
		.text = dn,
	};
	struct naming naming = { .crowd = crowd };
	char memory[IDM_DOMAIN_MAX + 1];
	struct idm_buf dns;
	struct visit visit;
	enum idm_status st;

	idm_buf_init_fixed(&dns, memory, sizeof(memory));
	if (!idm_dn_domain(&dns, dn))
		return conclude(crowd, IDM_TEMPFAIL);
	st = enter(&visit, crowd,
	    idm_domain_by_name(domains, (struct idm_str){ dns.data, dns.len }),
	    err);
	if (st != IDM_OK)
		return conclude(crowd, st == IDM_NOTFOUND ? IDM_TEMPFAIL : st);
	st = idm_bearer_init(
	    &naming.bearer, &visit.there, crowd->bearer->realm.pool, err);
	if (st == IDM_OK)
		st = idm_find(&visit.finder, &find, name, &naming, err);
	idm_bearer_fini(&naming.bearer);
	leave(&visit, crowd);
	return conclude(crowd, st);
}

/* ---- A group's number. */

struct numbering {
	struct idm_bearer bearer;
	struct idm_ownid *group;
};

static enum idm_status
number(void *context, const struct idm_facts *facts, struct idm_err *err)
{
	struct numbering *numbering = context;
	struct idm_ownid *group = numbering->group;
	bool needs_grant = false;
	enum idm_status st;

	st = idm_bearer_name(&numbering->bearer, facts, group, err);
	if (st == IDM_OK)
		st = idm_bearer_number(
		    &numbering->bearer, facts, group, &needs_grant, err);
	if (st == IDM_OK && needs_grant)
		return idm_fail(err, IDM_TEMPFAIL, "it has no number yet");
	return st;
}

enum idm_status
idm_elsewhere_number(
    const struct idm_crowd *crowd, struct idm_ownid *group, struct idm_err *err)
{
	const struct idm_domain *domain = idm_domain_by_sid(
	    &crowd->bearer->realm.maps->domains, &group->sid);
	const struct idm_find find = {
		.groups = true,
		.by = IDM_FIND_SID,
		.sid = group->sid,
	};
	struct numbering numbering = { .group = group };
	enum idm_status st;
	struct visit visit;

	if (domain == NULL || !idm_bearer_has_numbers(domain))
		return idm_fail(err, IDM_TEMPFAIL, "its number is not known");
	st = enter(&visit, crowd, domain, err);
	if (st != IDM_OK)
		return IDM_TEMPFAIL;
	st = idm_bearer_init(
	    &numbering.bearer, &visit.there, crowd->bearer->realm.pool, err);
	if (st == IDM_OK)
		st = idm_find(&visit.finder, &find, number, &numbering, err);
	idm_bearer_fini(&numbering.bearer);
	leave(&visit, crowd);
	if (st == IDM_OK || st == IDM_NOMEM)
		return st;
	return st == IDM_NOTFOUND || st == IDM_REFUSED ? IDM_REFUSED
						       : IDM_TEMPFAIL;
}

/* ---- Groups. */

static enum idm_status
add_groups_of(struct idm_crowd *crowd, struct visit *visit,
    const struct idm_facts *user, struct idm_err *err)
{
	struct idm_bearer bearer;
	struct idm_crowd others = { .bearer = &bearer };
	enum idm_status st;

	st = idm_bearer_init(
	    &bearer, &visit->there, crowd->bearer->realm.pool, err);
	if (st == IDM_OK)
		st = idm_crowd_foreign(
		    &others, user->dn, crowd->sid, crowd->nsids, err);
	crowd->is_partial = crowd->is_partial || others.is_partial;
	for (uint32_t i = 0; st == IDM_OK && i < others.ngids; i++)
		st = idm_crowd_add_gid(crowd, others.gid[i], err);
	idm_crowd_fini(&others);
	idm_bearer_fini(&bearer);
	return st;
}

/* Only an Active Directory has members of other domains, and groups them so. */
static bool
trusts(const struct idm_finder *finder)
{
	return finder->schema->schema == IDM_SCHEMA_AD &&
	    (finder->settings->flags & IDM_DIRECTORY_FOREIGN) != 0;
}

enum idm_status
idm_elsewhere_groups(
    struct idm_crowd *crowd, const struct idm_facts *user, struct idm_err *err)
{
	const struct idm_fetch *with = crowd->bearer->with;
	const struct idm_domains *domains = &with->maps->domains;
	enum idm_status st = IDM_OK;

	if (with->elsewhere == NULL ||
	    with->finder->schema->schema != IDM_SCHEMA_AD)
		return IDM_OK;
	for (uint32_t i = 0; i < domains->n && st == IDM_OK; i++) {
		const struct idm_domain *domain = &domains->domain[i];
		struct visit visit;

		if (domain == with->domain ||
		    (domain->flags & IDM_DOMAIN_DIRECTORY) == 0)
			continue;
		st = enter(&visit, crowd, domain, err);
		if (st == IDM_OK) {
			if (trusts(&visit.finder))
				st = add_groups_of(crowd, &visit, user, err);
			leave(&visit, crowd);
		}
		st = conclude(crowd, st);
	}
	return st;
}
