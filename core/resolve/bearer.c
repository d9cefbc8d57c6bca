#include <stdlib.h>
#include <string.h>

#include "backends/backend.h"
#include "base/quote.h"
#include "resolve/bearer.h"
#include "resolve/counterpart.h"
#include "resolve/held.h"

#define RID_USERS 513u /* "Domain Users", of every domain */

enum idm_status
idm_bearer_init(struct idm_bearer *bearer, const struct idm_fetch *with,
    struct idm_pool *pool, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	*bearer = (struct idm_bearer){
		.with = with,
		.realm = { with->maps, with->domain, pool },
		.taken = with->taken,
	};
	if (bearer->taken == NULL) {
		st = idm_taken_new(with->account_dir, &bearer->own_taken, err);
		bearer->taken = bearer->own_taken;
	}
	return st;
}

void
idm_bearer_fini(struct idm_bearer *bearer)
{
	idm_taken_free(&bearer->own_taken);
}

bool
idm_bearer_has_numbers(const struct idm_domain *domain)
{
	return domain->backend == IDM_BACKEND_AD ||
	    domain->backend == IDM_BACKEND_RFC2307;
}

/* Say of whom. */
static enum idm_status
of(const struct idm_facts *facts, enum idm_status st, struct idm_err *err)
{
	char memory[320];
	struct idm_buf dn;

	if (st != IDM_REFUSED)
		return st;
	idm_buf_init_fixed(&dn, memory, sizeof(memory));
	idm_quote_put(&dn, '\'', facts->dn, 76);
	return idm_within(err, st, "%s", idm_buf_text(&dn));
}

/* ---- Names. */

static enum idm_status
see_other(void *context, const struct idm_facts *facts, struct idm_err *err)
{
	const struct idm_facts *own = context;

	if (idm_str_compare(facts->dn, own->dn) == 0)
		return IDM_OK;
	return idm_fail(err, IDM_REFUSED,
	    "an override shows it by the name of '%.*s'", (int)facts->dn.len,
	    facts->dn.data);
}

/* The name that an override gives must not be another's of the directory. */
static enum idm_status
check_other_name(const struct idm_bearer *bearer, const struct idm_facts *facts,
    struct idm_str name, struct idm_err *err)
{
	const struct idm_find find = {
		.users = !facts->is_group,
		.groups = facts->is_group,
		.by = IDM_FIND_NAME,
		.text = name,
	};
	struct idm_facts own = *facts;
	enum idm_status st;

	st = idm_find(bearer->with->finder, &find, see_other, &own, err);
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

enum idm_status
idm_bearer_name(const struct idm_bearer *bearer, const struct idm_facts *facts,
    struct idm_ownid *out, struct idm_err *err)
{
	struct idm_str name;
	enum idm_status st;

	*out = (struct idm_ownid){
		.is_group = facts->is_group,
		.account = facts->name,
		.sid = facts->sid,
	};
	st = idm_ownid_name(&bearer->realm, out, err);
	if (st != IDM_OK || out->override.name.len == 0)
		return st;
	st = idm_ownid_asked(&bearer->realm, out, &name, err);
	if (st == IDM_OK)
		st = idm_ownid_take(&bearer->realm, out, name, err);
	return st;
}

/* ---- Numbers. */

/* Where numbers are. */
static const struct idm_finder *
numbers_of(const struct idm_bearer *bearer)
{
	return bearer->with->numbers != NULL ? bearer->with->numbers
					     : bearer->with->finder;
}

static enum idm_status
check_number(const struct idm_bearer *bearer, const struct idm_facts *facts,
    struct idm_ownid *identity, struct idm_err *err)
{
	const struct idm_domain *domain = bearer->realm.domain;
	const char *attribute = numbers_of(bearer)
				    ->schema->attribute[facts->is_group
					    ? IDM_ATTR_GROUP_GID
					    : IDM_ATTR_UID];
	char memory[160];
	struct idm_buf bad;

	if (facts->bad_id.len > 0) {
		idm_buf_init_fixed(&bad, memory, sizeof(memory));
		idm_quote_put(&bad, '\'', facts->bad_id, 32);
		return idm_fail(err, IDM_REFUSED,
		    "%s %s is no number to be served", attribute,
		    idm_buf_text(&bad));
	}
	if (!facts->has_id)
		return idm_fail(err, IDM_REFUSED, "has no %s", attribute);
	if (facts->id < domain->low || facts->id > domain->high) {
		return idm_fail(err, IDM_REFUSED,
		    "%s %u is out of the range %u-%u of domain '%s'", attribute,
		    facts->id, domain->low, domain->high, domain->name);
	}
	identity->id = facts->id;
	return IDM_OK;
}

/* It stands in the entry, or in that of the same name elsewhere. */
static enum idm_status
number_of_entry(const struct idm_bearer *bearer, const struct idm_facts *facts,
    struct idm_ownid *identity, struct idm_err *err)
{
	struct idm_facts *other = NULL;
	enum idm_status st = IDM_OK;

	if (bearer->with->numbers != NULL) {
		st = idm_counterpart_of(bearer->with, facts, &other, err);
		facts = other;
	}
	if (st == IDM_OK)
		st = check_number(bearer, facts, identity, err);
	if (st == IDM_OK)
		idm_held_keep(bearer->with, identity);
	free(other);
	return st;
}

enum idm_status
idm_bearer_number(const struct idm_bearer *bearer,
    const struct idm_facts *facts, struct idm_ownid *identity,
    bool *needs_grant, struct idm_err *err)
{
	const struct idm_domain *domain = bearer->realm.domain;
	const struct idm_domain *giver = idm_domain_giver(
	    &bearer->realm.maps->domains, domain);
	const struct idm_backend *backend = idm_backend_by_id(
	    giver == NULL ? IDM_BACKEND_NONE : giver->backend);

	*needs_grant = false;
	if (identity->override.has_id) {
		identity->id = identity->override.id;
		return IDM_OK;
	}
	if (idm_bearer_has_numbers(domain))
		return number_of_entry(bearer, facts, identity, err);
	if (domain->backend == IDM_BACKEND_NSS || backend == NULL)
		return idm_fail(err, IDM_REFUSED,
		    "the backend of domain '%s' numbers no directory's "
		    "accounts",
		    domain->name);
	if (identity->sid.nsubs > 0)
		return idm_ownid_number(
		    &bearer->realm, identity, needs_grant, err);
	/* What has no SID is allocated under its name. */
	*needs_grant = backend->allocates;
	if (!*needs_grant)
		return idm_fail(err, IDM_REFUSED,
		    "has no SID, of which backend %s makes numbers",
		    backend->name);
	return IDM_OK;
}

static enum idm_status
grant(const struct idm_bearer *bearer, struct idm_ownid *identity,
    struct idm_err *err)
{
	const struct idm_wish wish = idm_ownid_wish(identity);
	struct idm_grant granted = { .status = IDM_NOTFOUND };
	enum idm_status st;

	st = idm_ownid_grant(bearer->with->allocator, &wish, 1, &granted, err);
	if (st != IDM_OK)
		return st;
	if (granted.status != IDM_OK)
		return idm_fail(err, IDM_REFUSED, "%s", granted.reason);
	identity->id = granted.id;
	return IDM_OK;
}

/* ---- Nobody else's. */

static enum idm_status
see_one(void *context, const struct idm_facts *facts, struct idm_err *err)
{
	(void)context;
	(void)facts;
	(void)err;
	return IDM_OK;
}

/* Nobody gets a number that is held for somebody who is there still. */
static enum idm_status
check_held(const struct idm_bearer *bearer, const struct idm_ownid *identity,
    struct idm_str owner, struct idm_err *err)
{
	const struct idm_find find = {
		.users = !identity->is_group,
		.groups = identity->is_group,
		.by = IDM_FIND_NAME,
		.text = idm_ownid_part(&bearer->realm, owner),
	};
	enum idm_status st;

	if (!idm_held_are(bearer->with))
		return IDM_OK;
	st = idm_find(bearer->with->finder, &find, see_one, NULL, err);
	if (st == IDM_OK)
		return idm_fail(err, IDM_REFUSED,
		    "its number %u is held for '%.*s'", identity->id,
		    (int)owner.len, owner.data);
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

/*
 * Two entries may have one number, of which each is found by its own name.  The
 * cache tells of the first that somebody had it; whether he still has, only
 * the directory knows.
 */
static enum idm_status
check_unique(const struct idm_bearer *bearer, const struct idm_ownid *identity,
    struct idm_err *err)
{
	const struct idm_find find = {
		.users = !identity->is_group,
		.groups = identity->is_group,
		.by = IDM_FIND_ID,
		.id = identity->id,
	};
	struct idm_sid sid;
	struct idm_str key;
	enum idm_status st;

	if (!idm_bearer_has_numbers(bearer->realm.domain) ||
	    identity->override.has_id ||
	    !idm_held_owner(
		bearer->with, identity->is_group, identity->id, &key, &sid) ||
	    idm_str_compare(key, identity->key) == 0 ||
	    (sid.nsubs > 0 && idm_sid_equal(&sid, &identity->sid)))
		return IDM_OK;
	st = check_held(bearer, identity, key, err);
	if (st != IDM_OK)
		return st;
	st = idm_find(numbers_of(bearer), &find, see_one, NULL, err);
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

enum idm_status
idm_bearer_identify(const struct idm_bearer *bearer,
    const struct idm_facts *facts, struct idm_ownid *out, struct idm_err *err)
{
	bool needs_grant = false;
	enum idm_status st;

	st = idm_bearer_name(bearer, facts, out, err);
	if (st == IDM_OK)
		st = idm_bearer_number(bearer, facts, out, &needs_grant, err);
	if (st == IDM_OK && needs_grant)
		st = grant(bearer, out, err);
	if (st == IDM_OK)
		st = idm_ownid_free(&bearer->realm, bearer->taken, out, err);
	if (st == IDM_OK && out->other_name.len > 0)
		st = check_other_name(bearer, facts,
		    idm_ownid_part(&bearer->realm, out->other_name), err);
	if (st == IDM_OK)
		st = check_unique(bearer, out, err);
	return of(facts, st, err);
}

/* ---- A user's primary group. */

static enum idm_status
keep_group(void *context, const struct idm_facts *facts, struct idm_err *err)
{
	return idm_facts_dup(facts, context, err);
}

/* The number of a group of this domain, whose entry has it. */
static enum idm_status
gid_of_entry(const struct idm_bearer *bearer, struct idm_ownid *group,
    struct idm_err *err)
{
	const struct idm_find find = {
		.groups = true,
		.by = IDM_FIND_SID,
		.sid = group->sid,
	};
	struct idm_facts *facts = NULL;
	enum idm_status st;

	st = idm_find(bearer->with->finder, &find, keep_group, &facts, err);
	if (st == IDM_NOTFOUND)
		return idm_within(err, IDM_REFUSED, "its primary group");
	if (st == IDM_OK)
		st = number_of_entry(bearer, facts, group, err);
	free(facts);
	return st == IDM_REFUSED ? idm_within(err, st, "its primary group")
				 : st;
}

static enum idm_status
gid_of_sid(const struct idm_bearer *bearer, const struct idm_sid *sid,
    uint32_t *gid, struct idm_err *err)
{
	struct idm_ownid group = { .is_group = true, .sid = *sid };
	bool needs_grant = false;
	enum idm_status st;

	group.key = idm_str_of("");
	st = idm_host_override_of(bearer->realm.maps->map, true, sid, group.key,
	    &group.override, err);
	if (st != IDM_OK && st != IDM_NOTFOUND)
		return st;
	st = idm_ownid_number(&bearer->realm, &group, &needs_grant, err);
	if (st == IDM_OK && needs_grant)
		st = grant(bearer, &group, err);
	if (st == IDM_TEMPFAIL && idm_bearer_has_numbers(bearer->realm.domain))
		st = gid_of_entry(bearer, &group, err);
	if (st == IDM_OK)
		*gid = group.id;
	return st;
}

/* The number that the group with this one in its entry is served with. */
static enum idm_status
gid_of_number(
    const struct idm_bearer *bearer, uint32_t *gid, struct idm_err *err)
{
	const struct idm_find find = {
		.groups = true,
		.by = IDM_FIND_ID,
		.id = *gid,
	};
	struct idm_facts *facts = NULL;
	struct idm_ownid group;
	bool needs_grant;
	enum idm_status st;

	st = idm_find(numbers_of(bearer), &find, keep_group, &facts, err);
	if (st == IDM_OK)
		st = idm_bearer_name(bearer, facts, &group, err);
	if (st == IDM_OK)
		st = idm_bearer_number(
		    bearer, facts, &group, &needs_grant, err);
	if (st == IDM_OK)
		*gid = group.id;
	free(facts);
	/* What cannot be told stays as the user's entry has it. */
	return st == IDM_NOTFOUND || st == IDM_REFUSED ? IDM_OK : st;
}

/* The gidNumber of the user's own entry. */
static enum idm_status
gid_of_user(const struct idm_bearer *bearer, const struct idm_facts *facts,
    uint32_t *gid, struct idm_err *err)
{
	struct idm_facts *other = NULL;
	enum idm_status st = IDM_OK;
	struct idm_sid sid;
	struct idm_str key;

	if (bearer->with->numbers != NULL) {
		st = idm_counterpart_of(bearer->with, facts, &other, err);
		facts = other;
	}
	if (st == IDM_OK && !facts->has_gid)
		st = idm_fail(err, IDM_REFUSED,
		    "has no %s that could be served",
		    numbers_of(bearer)->schema->attribute[IDM_ATTR_GID]);
	if (st == IDM_OK)
		*gid = facts->gid;
	free(other);
	if (st == IDM_OK && idm_held_are(bearer->with) &&
	    !idm_held_owner(bearer->with, true, *gid, &key, &sid))
		st = gid_of_number(bearer, gid, err);
	return st;
}

/* The directory's; else RID 513; for who has no SID, its own number. */
static enum idm_status
primary_of(const struct idm_bearer *bearer, const struct idm_facts *facts,
    const struct idm_ownid *user, uint32_t *gid, struct idm_err *err)
{
	const struct idm_finder *finder = bearer->with->finder;
	struct idm_sid group;
	uint32_t rid;

	if (user->override.has_gid)
		return IDM_OK; /* which outdoes it */
	if (idm_bearer_has_numbers(bearer->realm.domain) &&
	    (finder->settings->flags & IDM_DIRECTORY_UNIX_GROUP) != 0)
		return gid_of_user(bearer, facts, gid, err);
	*gid = user->id;
	if (!idm_sid_split(&user->sid, &group, &rid))
		return IDM_OK;
	group = idm_sid_of(
	    &group, facts->primary_rid != 0 ? facts->primary_rid : RID_USERS);
	return gid_of_sid(bearer, &group, gid, err);
}

/* ---- A user's texts. */

/* Is it one of these words? */
static bool
is_listed(const char *list, struct idm_str word)
{
	static const char gaps[] = " ,;\t";

	for (list += strspn(list, gaps); *list != '\0';
	     list += strspn(list, gaps)) {
		size_t n = strcspn(list, gaps);

		if (n == word.len && memcmp(list, word.data, n) == 0)
			return true;
		list += n;
	}
	return false;
}

static struct idm_str
shell_of(const struct idm_directory *settings, struct idm_str shell)
{
	if (shell.len == 0 || settings->allowed_shells[0] == '\0' ||
	    is_listed(settings->allowed_shells, shell))
		return shell;
	return idm_str_of(settings->shell_fallback);
}

enum idm_status
idm_bearer_user(const struct idm_bearer *bearer, const struct idm_facts *facts,
    const struct idm_ownid *user, struct idm_own_member *out,
    struct idm_err *err)
{
	const struct idm_directory *settings = bearer->with->finder->settings;
	struct idm_given given = {
		.gecos = facts->gecos,
		.home = facts->home,
		.shell = shell_of(settings, facts->shell),
	};
	enum idm_status st;

	out->account = facts->name;
	out->other_name = user->other_name;
	st = primary_of(bearer, facts, user, &given.gid, err);
	if (st == IDM_OK)
		st = idm_ownid_user(
		    &bearer->realm, user, &given, &out->user, err);
	if (st == IDM_OK)
		st = idm_ownid_primary(&bearer->realm, out->user.gid, err);
	return of(facts, st, err);
}

void
idm_bearer_group(const struct idm_bearer *bearer, const struct idm_ownid *group,
    struct idm_own_group_of *out)
{
	*out = (struct idm_own_group_of){
		.group = {
			.name = group->shown,
			.key = group->key,
			.domain = idm_str_of(bearer->realm.domain->name),
			.gid = group->id,
			.sid = group->sid,
		},
		.account = group->account,
		.other_name = group->other_name,
	};
}
