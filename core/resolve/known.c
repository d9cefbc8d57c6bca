#include <string.h>

#include "backends/served.h"
#include "base/clock.h"
#include "identity/fold.h"
#include "resolve/inquiry.h"
#include "resolve/known.h"
#include "wire/message.h"

/* ---- Records, of the cache or of an answer. */

/* The part of a key in front of its '@'. */
static struct idm_str
name_of(struct idm_str key)
{
	while (key.len > 0 && key.data[key.len - 1] != '@')
		key.len--;
	key.len -= key.len > 0;
	return key;
}

static void
take(struct idm_known *known, bool is_group, uint32_t id, struct idm_str name,
    struct idm_str shown)
{
	known->is_group = is_group;
	known->id = id;
	idm_inquiry_copy(known->name, sizeof(known->name), name);
	idm_inquiry_copy(known->shown, sizeof(known->shown), shown);
}

/* Each: may it be served, and is it this domain's? */

static bool
take_user(
    const struct idm_maps *maps, struct idm_str value, struct idm_known *known)
{
	struct idm_own_user user;

	if (value.len == 0 || idm_own_user_read(value, &user, NULL) != IDM_OK ||
	    idm_served_admits_user(maps, &user) != known->domain)
		return false;
	known->sid = user.sid;
	take(known, false, user.uid, name_of(user.key), user.name);
	return true;
}

static bool
take_group(
    const struct idm_maps *maps, struct idm_str value, struct idm_known *known)
{
	struct idm_own_group group;

	if (value.len == 0 ||
	    idm_own_group_read(value, &group, NULL) != IDM_OK ||
	    idm_served_admits_group(maps, &group) != known->domain)
		return false;
	known->sid = group.sid;
	take(known, true, group.gid, name_of(group.key), group.name);
	return true;
}

static bool
take_sid(const struct idm_maps *maps, struct idm_str value,
    const struct idm_sid *sid, struct idm_known *known)
{
	struct idm_own_sid own;

	if (value.len == 0 || idm_own_sid_read(value, &own, NULL) != IDM_OK ||
	    idm_served_domain(maps, own.domain, own.id) != known->domain)
		return false;
	known->sid = *sid;
	take(known, own.is_group, own.id, own.name, own.shown);
	return true;
}

/* ---- The cache. */

static bool
find_text(const struct idm_maps *maps, const char prefix[static IDM_OWN_PREFIX],
    struct idm_str text, struct idm_cached *cached)
{
	return idm_cached_find(maps->cache, prefix, text, cached) == IDM_OK;
}

static bool
find_by_sid(const struct idm_maps *maps, const struct idm_lookup *lookup,
    struct idm_known *known, struct idm_cached *cached)
{
	char text[IDM_SID_TEXT_MAX];

	return find_text(maps, IDM_OWN_SID,
		   idm_str_of(idm_sid_format(&lookup->sid, text)), cached) &&
	    take_sid(maps, cached->record, &lookup->sid, known) &&
	    lookup->kind !=
	    (known->is_group ? IDM_LOOKUP_USER : IDM_LOOKUP_GROUP);
}

static bool
find_by_id(const struct idm_maps *maps, const struct idm_lookup *lookup,
    struct idm_known *known, struct idm_cached *cached)
{
	bool is_group = lookup->kind == IDM_LOOKUP_GROUP;

	if (idm_cached_find_id(maps->cache,
		is_group ? IDM_OWN_GID : IDM_OWN_UID, lookup->id,
		cached) != IDM_OK)
		return false;
	return is_group ? take_group(maps, cached->record, known)
			: take_user(maps, cached->record, known);
}

static bool
find_by_name(const struct idm_maps *maps, const struct idm_lookup *lookup,
    struct idm_known *known, struct idm_cached *cached)
{
	char memory[IDM_FOLDED_MAX];
	struct idm_str key;
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	if (idm_fold_put(&buf, lookup->name, NULL) != IDM_OK)
		return false;
	idm_buf_puts(&buf, "@");
	idm_buf_puts(&buf, idm_domain_shown(known->domain));
	if (idm_buf_status(&buf, NULL) != IDM_OK)
		return false;
	key = (struct idm_str){ buf.data, buf.len };
	return (lookup->kind != IDM_LOOKUP_GROUP &&
		   find_text(maps, IDM_OWN_USER, key, cached) &&
		   take_user(maps, cached->record, known)) ||
	    (lookup->kind != IDM_LOOKUP_USER &&
		find_text(maps, IDM_OWN_GROUP, key, cached) &&
		take_group(maps, cached->record, known));
}

/* IDM_CACHED_EXPIRED: there is none that could be served. */
static enum idm_cached_age
find_cached(const struct idm_maps *maps, const struct idm_lookup *lookup,
    struct idm_known *known)
{
	struct idm_cached cached;
	bool is_there = false;

	switch ((enum idm_lookup_by)lookup->by) {
	case IDM_LOOKUP_BY_NAME:
		is_there = find_by_name(maps, lookup, known, &cached);
		break;
	case IDM_LOOKUP_BY_ID:
		is_there = find_by_id(maps, lookup, known, &cached);
		break;
	case IDM_LOOKUP_BY_SID:
		is_there = find_by_sid(maps, lookup, known, &cached);
		break;
	}
	if (!is_there)
		return IDM_CACHED_EXPIRED;
	known->is_cached = true;
	known->when = cached.when;
	return idm_served_age(maps, known->domain, &cached);
}

/* ---- Asking. */

static enum idm_status
take_answer(const struct idm_maps *maps, const struct idm_lookup *lookup,
    const struct idm_looked_up *answer, struct idm_known *known)
{
	struct idm_sid sid;
	bool is_there;

	known->is_cached = false;
	known->when = answer->when;
	is_there = (lookup->kind != IDM_LOOKUP_GROUP &&
		       take_user(maps, answer->user, known)) ||
	    (lookup->kind != IDM_LOOKUP_USER &&
		take_group(maps, answer->group, known));
	if (!is_there)
		return idm_fail(&known->why, IDM_REFUSED,
		    "idmapd's answer is not of domain '%s', or of a number it "
		    "does not have",
		    known->domain->name);
	/* Its own case, which no key has. */
	sid = known->sid;
	if (sid.nsubs > 0)
		(void)take_sid(maps, answer->sid, &sid, known);
	return IDM_OK;
}

static enum idm_status
ask(const struct idm_maps *maps, const struct idm_inquired *inquired,
    const struct idm_lookup *lookup, struct idm_known *known)
{
	struct idm_looked_up answer;
	struct idm_buf reply;
	enum idm_status st;

	if (inquired == NULL)
		return idm_fail(&known->why, IDM_TEMPFAIL,
		    "it is not in the cache, and the directory of domain '%s' "
		    "was not asked",
		    known->domain->name);
	idm_buf_init(&reply, IDM_WIRE_REPLY_MAX);
	st = inquired->ask(inquired->context, lookup, known->domain->wait_ms,
	    &reply, &answer, &known->why);
	if (st == IDM_OK)
		st = take_answer(maps, lookup, &answer, known);
	idm_buf_fini(&reply);
	return st;
}

/* All of the domain is here, and this is not: then it is not anywhere. */
static bool
is_absent(const struct idm_maps *maps, const struct idm_domain *domain)
{
	struct idm_cached as_of;

	return idm_cached_is_complete(maps->cache, domain, &as_of) &&
	    idm_cached_age(&as_of, domain, idm_clock_seconds()) ==
	    IDM_CACHED_FRESH;
}

enum idm_status
idm_known_find(const struct idm_maps *maps, const struct idm_inquired *inquired,
    const struct idm_domain *domain, const struct idm_lookup *lookup,
    struct idm_known *known)
{
	struct idm_lookup question = *lookup;
	enum idm_cached_age age;

	memset(known, 0, sizeof(*known));
	known->domain = domain;
	question.flags = 0;
	question.domain = idm_str_of(domain->name);
	age = find_cached(maps, &question, known);
	if (age == IDM_CACHED_FRESH || age == IDM_CACHED_STALE)
		return known->status = IDM_OK;
	if (age == IDM_CACHED_EXPIRED && is_absent(maps, domain)) {
		return known->status = idm_fail(&known->why, IDM_NOTFOUND,
			   "the directory of domain '%s' does not have it",
			   domain->name);
	}
	known->status = ask(maps, inquired, &question, known);
	/* Made under another policy, which is better than nothing. */
	if (age == IDM_CACHED_OUTDATED && known->status != IDM_OK &&
	    known->status != IDM_NOTFOUND && known->status != IDM_REFUSED &&
	    find_cached(maps, &question, known) == age)
		known->status = IDM_OK;
	return known->status;
}
