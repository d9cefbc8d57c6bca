#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "backends/backend.h"
#include "identity/winname.h"
#include "resolve/bearer.h"
#include "resolve/counterpart.h"
#include "resolve/crowd.h"
#include "resolve/equals.h"
#include "resolve/fetched.h"
#include "resolve/held.h"

#define OVERRIDE_PREFIX 4 /* bytes: "o/u/" */

/* ---- What is looked for. */

/* One question on its way. */
struct quest {
	const struct idm_fetch *with;
	const struct idm_lookup *lookup;
	struct idm_bearer bearer;
	struct idm_fetched *out;
	struct idm_facts *facts; /* what was found */
	/* Of whose directory what was found is, if that is another's. */
	const struct idm_domain *whose;
	bool keeps_refusal; /* which is an answer to be kept, too */
	struct idm_err *err;
};

static enum idm_status
keep_facts(void *context, const struct idm_facts *facts, struct idm_err *err)
{
	struct idm_facts **out = context;

	return idm_facts_dup(facts, out, err);
}

static enum idm_status
find(struct quest *quest, struct idm_find *wanted)
{
	uint8_t kind = quest->lookup->kind;
	bool any = kind == IDM_LOOKUP_ANY;

	wanted->groups = any || kind == IDM_LOOKUP_GROUP;
	wanted->users = any || kind != IDM_LOOKUP_GROUP;
	wanted->with_members = wanted->groups;
	return idm_find(
	    quest->with->finder, wanted, keep_facts, &quest->facts, quest->err);
}

/* Of which domain is the account that a SID, or name@domain, names? */
static const struct idm_domain *
domain_of_key(const struct idm_domains *domains, struct idm_str key,
    struct idm_find *account)
{
	struct idm_winname split;

	*account = (struct idm_find){ .by = IDM_FIND_SID };
	if (idm_sid_parse(key, &account->sid, NULL) == IDM_OK)
		return idm_domain_by_sid(domains, &account->sid);
	if (idm_winname_split(key, &split, NULL) != IDM_OK)
		return NULL;
	account->by = IDM_FIND_NAME;
	account->text = split.name;
	return idm_domain_by_name(domains, split.domain);
}

/* The account that an override's key names, or an allocation. */
static enum idm_status
find_key(struct quest *quest, struct idm_str key)
{
	struct idm_find wanted;

	quest->whose = domain_of_key(&quest->with->maps->domains, key, &wanted);
	if (quest->whose == quest->with->domain)
		return find(quest, &wanted);
	return idm_fail(quest->err, IDM_NOTFOUND, "it is of another domain");
}

/* ---- By name. */

/* The key of the override that gives this name; a walk through all of them. */
static enum idm_status
find_override(struct quest *quest, bool is_group, struct idm_str *key)
{
	const struct idm_view *map = quest->with->maps->map;
	const struct idm_realm *realm = &quest->bearer.realm;
	struct idm_str wanted;
	struct idm_walk walk = { 0 };
	struct idm_str value;
	enum idm_status st;

	st = idm_ownid_key(realm, quest->lookup->name, &wanted, quest->err);
	while (st == IDM_OK) {
		struct idm_ownid other = { .is_group = is_group };
		struct idm_str asked;
		struct idm_str its;

		st = idm_view_next_of(map, &walk, is_group ? "o/g/" : "o/u/",
		    key, &value, quest->err);
		if (st != IDM_OK)
			break;
		if (idm_override_read(value, &other.override, NULL) != IDM_OK ||
		    other.override.name.len == 0)
			continue;
		other.shown = other.override.name;
		if (idm_ownid_asked(realm, &other, &asked, NULL) == IDM_OK &&
		    idm_ownid_key(realm, asked, &its, NULL) == IDM_OK &&
		    idm_str_compare(its, wanted) == 0)
			break;
	}
	if (st != IDM_OK)
		return st;
	if (key->len <= OVERRIDE_PREFIX + IDM_KEY_END)
		return IDM_NOTFOUND;
	key->data += OVERRIDE_PREFIX;
	key->len -= OVERRIDE_PREFIX + IDM_KEY_END;
	return IDM_OK;
}

static enum idm_status
find_by_name(struct quest *quest)
{
	bool is_group = quest->lookup->kind == IDM_LOOKUP_GROUP;
	struct idm_find wanted = {
		.by = IDM_FIND_NAME,
		.text = quest->lookup->name,
	};
	struct idm_str key;
	enum idm_status st;

	st = find(quest, &wanted);
	if (st != IDM_NOTFOUND ||
	    find_override(quest, is_group, &key) != IDM_OK)
		return st;
	return find_key(quest, key);
}

/* ---- By number. */

/* A SID's text, or name@domain, of whoever was given the number. */
static enum idm_status
find_allocated(struct quest *quest, uint8_t kind)
{
	const struct idm_allocator *allocator = quest->with->allocator;
	struct idm_buf owner;
	enum idm_status st;

	if (allocator == NULL || allocator->find_id == NULL)
		return IDM_NOTFOUND;
	idm_buf_init(&owner, IDM_REMOTE_MAX);
	st = allocator->find_id(
	    allocator->context, quest->lookup->id, kind, &owner, quest->err);
	if (st == IDM_OK)
		st = find_key(quest, (struct idm_str){ owner.data, owner.len });
	idm_buf_fini(&owner);
	return st;
}

static enum idm_status
find_computed(struct quest *quest, uint8_t kind)
{
	const struct idm_maps *maps = quest->with->maps;
	const struct idm_domain *giver = idm_domain_giver(
	    &maps->domains, quest->with->domain);
	const struct idm_backend *backend;
	struct idm_find wanted = { .by = IDM_FIND_SID };
	struct idm_mapping mapping;
	enum idm_status st;

	if (giver == NULL)
		return idm_fail(
		    quest->err, IDM_NOTFOUND, "no domain gives numbers");
	backend = idm_backend_by_id(giver->backend);
	st = idm_backend_to_sid(
	    maps, giver, quest->lookup->id, kind, &mapping, NULL, quest->err);
	if (st == IDM_OK) {
		wanted.sid = mapping.sid;
		return find(quest, &wanted);
	}
	if (backend != NULL && backend->allocates)
		return find_allocated(quest, kind);
	return st;
}

/* By the name that has the number in the directory of numbers. */
static enum idm_status
find_counterpart(struct quest *quest, bool is_group)
{
	struct idm_find wanted = { .by = IDM_FIND_NAME };
	char memory[IDM_WINNAME_MAX + 1];
	struct idm_buf name;
	enum idm_status st;

	idm_buf_init_fixed(&name, memory, sizeof(memory));
	st = idm_counterpart_name(
	    quest->with, quest->lookup->id, is_group, &name, quest->err);
	if (st != IDM_OK)
		return st;
	wanted.text = (struct idm_str){ name.data, name.len };
	return find(quest, &wanted);
}

/* Who keeps it, though his entry may have another one. */
static enum idm_status
find_held(struct quest *quest, bool is_group)
{
	struct idm_str key;
	struct idm_sid sid;

	if (!idm_held_are(quest->with) ||
	    !idm_held_owner(
		quest->with, is_group, quest->lookup->id, &key, &sid))
		return IDM_NOTFOUND;
	return find_key(quest, key);
}

static enum idm_status
find_number(struct quest *quest, bool is_group)
{
	struct idm_find wanted = {
		.by = IDM_FIND_ID,
		.id = quest->lookup->id,
	};
	enum idm_status st = find_held(quest, is_group);

	if (st != IDM_NOTFOUND)
		return st;
	return quest->with->numbers != NULL ? find_counterpart(quest, is_group)
					    : find(quest, &wanted);
}

static enum idm_status
find_by_id(struct quest *quest)
{
	const struct idm_fetch *with = quest->with;
	bool is_group = quest->lookup->kind == IDM_LOOKUP_GROUP;
	uint8_t kind = is_group ? IDM_KIND_GROUP : IDM_KIND_USER;
	struct idm_str key;
	enum idm_status st;

	if (idm_host_override_by_id(with->maps->map, is_group,
		quest->lookup->id, &key, quest->err) == IDM_OK)
		st = find_key(quest, key);
	else if (with->numbers != NULL || idm_bearer_has_numbers(with->domain))
		st = find_number(quest, is_group);
	else
		st = find_computed(quest, kind);
	return st;
}

static enum idm_status
find_by_sid(struct quest *quest)
{
	struct idm_find wanted = {
		.by = IDM_FIND_SID,
		.sid = quest->lookup->sid,
	};

	return find(quest, &wanted);
}

/* ---- By the account that it is equal to. */

static enum idm_status
find_by_unix(struct quest *quest)
{
	const struct idm_directory *settings = quest->with->finder->settings;
	bool is_group = quest->lookup->kind == IDM_LOOKUP_GROUP;
	struct idm_find wanted = {
		.text = quest->lookup->name,
		.id = quest->lookup->id,
	};

	if (settings->mapping == IDM_MAPPING_IDMU) {
		wanted.by = IDM_FIND_ID;
		return find(quest, &wanted);
	}
	if (wanted.text.len == 0)
		return idm_fail(
		    quest->err, IDM_NOTFOUND, "what has no name equals nobody");
	if (settings->schema != IDM_SCHEMA_AD)
		wanted.by = IDM_FIND_NAME;
	else
		wanted.by = is_group ? IDM_FIND_UNIX_GROUP : IDM_FIND_UNIX_USER;
	return find(quest, &wanted);
}

/* The object whose attribute for the other kind names the account. */
static enum idm_status
find_by_other(struct quest *quest)
{
	const struct idm_schema_map *schema = quest->with->finder->schema;
	bool is_group = quest->lookup->kind == IDM_LOOKUP_GROUP;
	const char *user = schema->attribute[IDM_ATTR_UNIX_USER];
	const char *group = schema->attribute[IDM_ATTR_UNIX_GROUP];
	struct idm_find wanted = {
		.by = is_group ? IDM_FIND_UNIX_USER : IDM_FIND_UNIX_GROUP,
		.text = quest->lookup->name,
	};

	if (quest->with->finder->settings->mapping != IDM_MAPPING_NAME ||
	    schema->schema != IDM_SCHEMA_AD || user == NULL || group == NULL ||
	    strcasecmp(user, group) == 0)
		return idm_fail(quest->err, IDM_NOTFOUND,
		    "the directory names none of another kind");
	return find(quest, &wanted);
}

static enum idm_status
find_by_windows(struct quest *quest)
{
	struct idm_str spelling[IDM_EQUALS_SPELLINGS];
	struct idm_find wanted = {
		.by = IDM_FIND_WINNAME,
		.winname = spelling,
	};
	enum idm_status st;

	st = idm_equals_spellings(&quest->bearer, quest->lookup->name, spelling,
	    &wanted.nwinnames, quest->err);
	return st == IDM_OK ? find(quest, &wanted) : st;
}

static bool
is_for_equal(const struct idm_lookup *lookup)
{
	return lookup->by == IDM_LOOKUP_BY_UNIX ||
	    lookup->by == IDM_LOOKUP_BY_OTHER ||
	    lookup->by == IDM_LOOKUP_BY_WINDOWS;
}

static enum idm_status
find_any(struct quest *quest)
{
	switch ((enum idm_lookup_by)quest->lookup->by) {
	case IDM_LOOKUP_BY_NAME:
		return find_by_name(quest);
	case IDM_LOOKUP_BY_ID:
		return find_by_id(quest);
	case IDM_LOOKUP_BY_SID:
		return find_by_sid(quest);
	case IDM_LOOKUP_BY_UNIX:
		return find_by_unix(quest);
	case IDM_LOOKUP_BY_WINDOWS:
		return find_by_windows(quest);
	case IDM_LOOKUP_BY_OTHER:
		return find_by_other(quest);
	}
	return idm_fail(quest->err, IDM_INVALID, "not a question");
}

/* ---- What is made of it. */

static enum idm_status
make_user(struct quest *quest, struct idm_ownid *user)
{
	const struct idm_facts *facts = quest->facts;
	struct idm_own_member member = { .account = facts->name };
	struct idm_crowd crowd = { .bearer = &quest->bearer };
	bool with_groups = quest->lookup->kind == IDM_LOOKUP_GROUPS;
	enum idm_status st;

	st = idm_bearer_user(&quest->bearer, facts, user, &member, quest->err);
	if (st == IDM_OK && with_groups)
		st = idm_crowd_groups(
		    &crowd, facts, member.user.gid, quest->err);
	if (st == IDM_OK)
		st = idm_fetched_user(quest->out, &member, &facts->account,
		    with_groups ? idm_crowd_gids(&crowd) : NULL, crowd.ngids,
		    crowd.is_partial, quest->err);
	if (st == IDM_OK && with_groups &&
	    idm_equal_any(quest->with->domain, true))
		st = idm_fetched_locals(quest->out, member.user.key,
		    crowd.local, crowd.nlocals, quest->err);
	idm_crowd_fini(&crowd);
	return st;
}

static enum idm_status
make_group(struct quest *quest, struct idm_ownid *identity)
{
	struct idm_crowd crowd = { .bearer = &quest->bearer };
	struct idm_own_group_of group;
	enum idm_status st;

	st = idm_crowd_members(&crowd, quest->facts, quest->err);
	if (st == IDM_OK) {
		idm_bearer_group(&quest->bearer, identity, &group);
		group.group.nmembers = (uint32_t)crowd.nmembers;
		group.member = crowd.member;
		st = idm_fetched_group(
		    quest->out, &group, crowd.is_partial, quest->err);
	}
	idm_crowd_fini(&crowd);
	return st;
}

/* A number that leads to somebody who has another one by now. */
static enum idm_status
check_asked(const struct quest *quest, const struct idm_ownid *identity)
{
	if (quest->lookup->by != IDM_LOOKUP_BY_ID ||
	    quest->lookup->id == identity->id)
		return IDM_OK;
	return idm_fail(quest->err, IDM_NOTFOUND,
	    "whose number %u was has %u now", quest->lookup->id, identity->id);
}

static enum idm_status
make_own(struct quest *quest)
{
	const struct idm_facts *facts = quest->facts;
	struct idm_ownid identity;
	enum idm_status st;

	st = idm_bearer_identify(&quest->bearer, facts, &identity, quest->err);
	if (st == IDM_OK)
		st = check_asked(quest, &identity);
	if (st == IDM_OK)
		st = idm_fetched_held(quest->out, &identity, quest->err);
	if (st == IDM_OK)
		st = facts->is_group ? make_group(quest, &identity)
				     : make_user(quest, &identity);
	return st;
}

/* It may be no own identity: a user of this host has the name, too. */
static enum idm_status
make_own_beside(struct quest *quest)
{
	enum idm_status st = make_own(quest);

	return st == IDM_REFUSED && is_for_equal(quest->lookup) ? IDM_OK : st;
}

/* The number of the own identity that was made; 0: none was. */
static uint32_t
own_number(const struct quest *quest)
{
	const struct idm_looked_up *answer = idm_fetched_answer(quest->out);
	struct idm_own_group group;
	struct idm_own_user user;

	if (answer->group.len > 0 &&
	    idm_own_group_open(answer->group, &group, NULL) == IDM_OK)
		return group.gid;
	if (answer->user.len > 0 &&
	    idm_own_user_open(answer->user, &user, NULL) == IDM_OK)
		return user.uid;
	return 0;
}

/* An alias is no own identity; the entry of native LDAP that names a Windows
 * account may be one. */
static enum idm_status
make_equal(struct quest *quest, struct idm_equal *equal)
{
	bool is_alias = idm_equal_is_alias(equal, quest->with->domain);
	bool is_native = equal->by == IDM_EQUAL_BY_LDAP;
	enum idm_status st = IDM_OK;

	if (is_alias && quest->lookup->by == IDM_LOOKUP_BY_ID)
		return idm_fail(quest->err, IDM_NOTFOUND,
		    "whose number it would be is the alias of an account of "
		    "this host");
	if (is_native)
		st = make_own_beside(quest);
	if (st == IDM_OK && is_native)
		equal->id = own_number(quest);
	if (st == IDM_OK)
		st = idm_equals_put(&quest->bearer, quest->facts, equal,
		    quest->lookup->by, quest->out, quest->err);
	if (st == IDM_OK && !is_native && !is_alias)
		st = make_own_beside(quest);
	return st;
}

/* No entry names the Windows account; or none may, for this reason. */
static enum idm_status
make_nobody(struct quest *quest, const char *why, struct idm_err *err)
{
	uint8_t kind = quest->lookup->kind;
	enum idm_status st = IDM_OK;

	if (kind != IDM_LOOKUP_GROUP)
		st = idm_equals_put_nobody(&quest->bearer, false,
		    quest->lookup->name, why, quest->out, err);
	if (st == IDM_OK &&
	    (kind == IDM_LOOKUP_GROUP || kind == IDM_LOOKUP_ANY))
		st = idm_equals_put_nobody(&quest->bearer, true,
		    quest->lookup->name, why, quest->out, err);
	return st;
}

static enum idm_status
note_server(struct quest *quest)
{
	const struct idm_fetch *with = quest->with;

	return idm_fetched_from(quest->out, with->maps->cache, with->domain,
	    idm_str_of(idm_session_server(with->finder->session)), quest->err);
}

static enum idm_status
make(struct quest *quest)
{
	struct idm_equal equal;
	enum idm_status st;

	st = note_server(quest);
	if (st != IDM_OK)
		return st;
	st = idm_equals_of(&quest->bearer, quest->facts, &equal, quest->err);
	if (st == IDM_OK)
		return make_equal(quest, &equal);
	if (st == IDM_NOTFOUND && is_for_equal(quest->lookup))
		return idm_fail(
		    quest->err, st, "its entry names nobody as its equal");
	if (st == IDM_NOTFOUND)
		st = idm_equals_drop(
		    &quest->bearer, quest->facts, quest->out, quest->err);
	return st == IDM_OK ? make_own(quest) : st;
}

/* ---- Private groups. */

/*
 * Where the domain shows them, a group may be one that a user's own number is:
 * then the user is looked for, and the name service makes its group of it.
 */
static enum idm_status
fetch_private(struct quest *quest, struct idm_lookup *lookup)
{
	const struct idm_lookup *asked = quest->lookup;
	enum idm_status st;

	*lookup = *asked;
	lookup->kind = IDM_LOOKUP_USER;
	quest->lookup = lookup;
	st = find_any(quest);
	if (st == IDM_OK)
		st = make(quest);
	return st;
}

static enum idm_status
fetch(struct quest *quest)
{
	const struct idm_domain *domain = quest->with->domain;
	struct idm_lookup lookup;
	enum idm_status st;

	st = find_any(quest);
	if (st == IDM_NOTFOUND && quest->lookup->by == IDM_LOOKUP_BY_WINDOWS)
		return make_nobody(quest, NULL, quest->err);
	if (st == IDM_REFUSED && quest->lookup->by == IDM_LOOKUP_BY_WINDOWS)
		quest->keeps_refusal = quest->err != NULL &&
		    make_nobody(quest, quest->err->text, NULL) == IDM_OK;
	if (st == IDM_NOTFOUND && quest->lookup->kind == IDM_LOOKUP_GROUP &&
	    (domain->flags & IDM_DOMAIN_USER_GROUPS) != 0)
		return fetch_private(quest, &lookup);
	return st == IDM_OK ? make(quest) : st;
}

static enum idm_status
begin(struct quest *quest)
{
	const struct idm_fetch *with = quest->with;

	quest->out = idm_fetched_new(
	    with->maps, with->domain, with->finder->now);
	if (quest->out == NULL)
		return idm_fail(quest->err, IDM_NOMEM, "out of memory");
	quest->out->is_login = quest->lookup != NULL &&
	    quest->lookup->kind == IDM_LOOKUP_ACCOUNT;
	return idm_bearer_init(
	    &quest->bearer, with, quest->out->pool, quest->err);
}

static enum idm_status
end(struct quest *quest, enum idm_status st, struct idm_fetched **out)
{
	idm_bearer_fini(&quest->bearer);
	free(quest->facts);
	if (st == IDM_OK || (st == IDM_REFUSED && quest->keeps_refusal))
		*out = quest->out;
	else
		idm_fetched_free(&quest->out);
	return st;
}

/*
 * Whose a number is that several domains have from one range, the maps do not
 * tell while only the keeper knows it: then the first of them is asked.
 */
static enum idm_status
fetch_of(const struct idm_fetch *with, const struct idm_domain *whose,
    const struct idm_lookup *lookup, struct idm_fetched **out,
    struct idm_err *err)
{
	const struct idm_elsewhere *elsewhere = with->elsewhere;
	struct idm_lookup its = *lookup;
	struct idm_fetch there = *with;
	struct idm_finder finder;
	struct quest quest = { .with = &there, .lookup = &its, .err = err };
	enum idm_status st;

	st = elsewhere->lend(elsewhere->context, whose, &finder, err);
	if (st != IDM_OK)
		return st;
	finder.deadline = with->finder->deadline;
	its.domain = idm_str_of(whose->name);
	there.domain = whose;
	there.finder = &finder;
	there.numbers = NULL;
	st = begin(&quest);
	if (st == IDM_OK)
		st = fetch(&quest);
	st = end(&quest, st, out);
	elsewhere->give_back(elsewhere->context, whose, &finder);
	return st;
}

enum idm_status
idm_fetch(const struct idm_fetch *with, const struct idm_lookup *lookup,
    struct idm_fetched **out, struct idm_err *err)
{
	struct quest quest = { .with = with, .lookup = lookup, .err = err };
	enum idm_status st = begin(&quest);
	bool is_elsewhere;

	if (st == IDM_OK)
		st = fetch(&quest);
	is_elsewhere = st == IDM_NOTFOUND && quest.whose != NULL &&
	    quest.whose != with->domain && lookup->by == IDM_LOOKUP_BY_ID &&
	    with->elsewhere != NULL;
	st = end(&quest, st, out);
	return is_elsewhere ? fetch_of(with, quest.whose, lookup, out, err)
			    : st;
}

/* ---- Of facts that are there. */

/* The lists that somebody has who reads a whole directory. */
struct lists {
	const uint32_t *gid;
	size_t ngids;
	const struct idm_str *member;
	size_t nmembers;
};

static enum idm_status
make_user_of(struct quest *quest, const struct idm_facts *facts,
    const struct idm_ownid *identity, const struct lists *lists)
{
	struct idm_own_member user = { .account = facts->name };
	struct idm_crowd crowd = { .bearer = &quest->bearer };
	enum idm_status st;

	st = idm_bearer_user(
	    &quest->bearer, facts, identity, &user, quest->err);
	for (size_t i = 0; i < lists->ngids && st == IDM_OK; i++)
		st = idm_crowd_add_gid(&crowd, lists->gid[i], quest->err);
	idm_crowd_settle(&crowd, user.user.gid);
	if (st == IDM_OK)
		st = idm_fetched_user(quest->out, &user, &facts->account,
		    lists->gid == NULL ? NULL : idm_crowd_gids(&crowd),
		    crowd.ngids, false, quest->err);
	idm_crowd_fini(&crowd);
	return st;
}

static enum idm_status
make_own_of(struct quest *quest, const struct idm_facts *facts,
    const struct lists *lists)
{
	struct idm_own_group_of group;
	struct idm_ownid identity;
	enum idm_status st;

	st = idm_bearer_identify(&quest->bearer, facts, &identity, quest->err);
	if (st == IDM_OK)
		st = idm_fetched_held(quest->out, &identity, quest->err);
	if (st != IDM_OK)
		return st;
	if (!facts->is_group)
		return make_user_of(quest, facts, &identity, lists);
	idm_bearer_group(&quest->bearer, &identity, &group);
	group.group.nmembers = (uint32_t)lists->nmembers;
	group.member = lists->member;
	return idm_fetched_group(
	    quest->out, &group, lists->member == NULL, quest->err);
}

/* Whom it equals, as make_equal() has it, by all handles. */
static enum idm_status
make_equal_of(struct quest *quest, const struct idm_facts *facts,
    const struct lists *lists, struct idm_equal *equal)
{
	enum idm_status st = IDM_OK;

	if (!idm_equal_is_alias(equal, quest->with->domain))
		st = make_own_of(quest, facts, lists);
	if (equal->by == IDM_EQUAL_BY_LDAP) {
		if (st == IDM_REFUSED)
			st = IDM_OK;
		else if (st == IDM_OK)
			equal->id = own_number(quest);
	}
	return st == IDM_OK ? idm_equals_put(&quest->bearer, facts, equal, 0,
				  quest->out, quest->err)
			    : st;
}

enum idm_status
idm_fetch_facts(const struct idm_fetch *with, const struct idm_facts *facts,
    const uint32_t *gid, size_t ngids, const struct idm_str *member,
    size_t nmembers, struct idm_fetched **out, struct idm_err *err)
{
	const struct lists lists = { gid, ngids, member, nmembers };
	struct quest quest = { .with = with, .err = err };
	struct idm_equal equal;
	enum idm_status st = begin(&quest);

	if (st == IDM_OK)
		st = idm_equals_of(&quest.bearer, facts, &equal, err);
	if (st == IDM_OK)
		st = make_equal_of(&quest, facts, &lists, &equal);
	else if (st == IDM_NOTFOUND)
		st = make_own_of(&quest, facts, &lists);
	return end(&quest, st, out);
}

/* ---- Members of other domains. */

enum idm_status
idm_fetch_member(const struct idm_fetch *with, const struct idm_facts *member,
    idm_fetch_name *each, void *context, bool *is_partial, struct idm_err *err)
{
	struct quest quest = { .with = with, .err = err };
	struct idm_crowd crowd = { .bearer = &quest.bearer };
	struct idm_fetched *nothing = NULL;
	enum idm_status st = begin(&quest);

	if (st == IDM_OK)
		st = idm_crowd_member(&crowd, member, err);
	for (size_t i = 0; i < crowd.nmembers && st == IDM_OK; i++)
		st = each(context, crowd.member[i], err);
	*is_partial = crowd.is_partial;
	idm_crowd_fini(&crowd);
	st = end(&quest, st, &nothing);
	idm_fetched_free(&nothing);
	return st;
}
