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

/* An alias has nothing else: the Windows side is from here, too. */
static bool
take_equal(struct idm_str value, struct idm_known *known)
{
	struct idm_known_equal *out = &known->equal;
	struct idm_equal equal;

	if (value.len == 0 || idm_equal_read(value, &equal, NULL) != IDM_OK ||
	    !idm_str_is(equal.domain, known->domain->name))
		return false;
	out->by = equal.by;
	out->is_group = equal.is_group;
	out->id = equal.id;
	out->sid = equal.sid;
	idm_inquiry_copy(out->account, sizeof(out->account), equal.account);
	idm_inquiry_copy(out->in, sizeof(out->in), equal.in);
	for (int i = 0; i < 2; i++)
		idm_inquiry_copy(
		    out->login[i], sizeof(out->login[i]), equal.login[i]);
	idm_inquiry_copy(out->dn, sizeof(out->dn), equal.dn);
	if (!idm_equal_is_alias(&equal, known->domain))
		return true;
	known->sid = equal.sid;
	take(known, equal.is_group, 0, equal.account, idm_str_of(""));
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

/* The key of a name; empty: it has none. */
static struct idm_str
key_of(const struct idm_known *known, struct idm_str name,
    char memory[static IDM_FOLDED_MAX])
{
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, memory, IDM_FOLDED_MAX);
	if (idm_fold_put(&buf, name, NULL) != IDM_OK)
		return idm_str_of("");
	idm_buf_puts(&buf, "@");
	idm_buf_puts(&buf, idm_domain_shown(known->domain));
	if (idm_buf_status(&buf, NULL) != IDM_OK)
		return idm_str_of("");
	return (struct idm_str){ buf.data, buf.len };
}

static bool
find_by_name(const struct idm_maps *maps, const struct idm_lookup *lookup,
    struct idm_known *known, struct idm_cached *cached)
{
	char memory[IDM_FOLDED_MAX];
	struct idm_str key = key_of(known, lookup->name, memory);

	return (lookup->kind != IDM_LOOKUP_GROUP &&
		   find_text(maps, IDM_OWN_USER, key, cached) &&
		   take_user(maps, cached->record, known)) ||
	    (lookup->kind != IDM_LOOKUP_USER &&
		find_text(maps, IDM_OWN_GROUP, key, cached) &&
		take_group(maps, cached->record, known));
}

/* ---- The same of equals. */

static bool
find_equal_text(const struct idm_maps *maps,
    const char prefix[static IDM_OWN_PREFIX], struct idm_str text,
    struct idm_known *known, struct idm_cached *cached)
{
	return text.len > 0 && find_text(maps, prefix, text, cached) &&
	    take_equal(cached->record, known);
}

static bool
find_equal_handle(const struct idm_maps *maps, const struct idm_buf *handle,
    struct idm_known *known, struct idm_cached *cached)
{
	return idm_buf_status(handle, NULL) == IDM_OK &&
	    find_equal_text(maps, IDM_EQUAL_HANDLE,
		(struct idm_str){ handle->data, handle->len }, known, cached);
}

/* Whom it named once may have another equal now. */
static bool
is_still(const struct idm_maps *maps, struct idm_known *known,
    struct idm_cached *cached)
{
	const struct idm_known_equal was = known->equal;
	char memory[IDM_FOLDED_MAX];

	if (was.by == IDM_EQUAL_BY_LDAP || was.by == IDM_EQUAL_REFUSED)
		return true;
	return find_equal_text(maps,
		   was.is_group ? IDM_EQUAL_GROUP : IDM_EQUAL_USER,
		   key_of(known, idm_str_of(was.account), memory), known,
		   cached) &&
	    known->equal.id == was.id &&
	    strcmp(known->equal.login[0], was.login[0]) == 0 &&
	    strcmp(known->equal.login[1], was.login[1]) == 0;
}

static bool
find_equal_by_unix(const struct idm_maps *maps, const struct idm_lookup *lookup,
    struct idm_known *known, struct idm_cached *cached)
{
	bool is_group = lookup->kind == IDM_LOOKUP_GROUP;
	char memory[IDM_FOLDED_MAX];
	struct idm_buf handle;

	idm_buf_init_fixed(&handle, memory, sizeof(memory));
	if (lookup->name.len > 0) {
		idm_equal_put_login(
		    &handle, known->domain, is_group, lookup->name);
		if (find_equal_handle(maps, &handle, known, cached))
			return is_still(maps, known, cached);
	}
	idm_buf_clear(&handle);
	idm_equal_put_number(&handle, known->domain, is_group, lookup->id);
	return find_equal_handle(maps, &handle, known, cached) &&
	    is_still(maps, known, cached);
}

static bool
find_equal_by_other(const struct idm_maps *maps,
    const struct idm_lookup *lookup, struct idm_known *known,
    struct idm_cached *cached)
{
	char memory[IDM_FOLDED_MAX];
	struct idm_buf handle;

	idm_buf_init_fixed(&handle, memory, sizeof(memory));
	idm_equal_put_other(&handle, known->domain,
	    lookup->kind == IDM_LOOKUP_GROUP, lookup->name);
	return find_equal_handle(maps, &handle, known, cached) &&
	    is_still(maps, known, cached);
}

static bool
find_equal_by_windows(const struct idm_maps *maps,
    const struct idm_lookup *lookup, bool is_group, struct idm_known *known,
    struct idm_cached *cached)
{
	char memory[IDM_FOLDED_MAX];
	struct idm_buf handle;

	if (lookup->kind == (is_group ? IDM_LOOKUP_USER : IDM_LOOKUP_GROUP))
		return false;
	idm_buf_init_fixed(&handle, memory, sizeof(memory));
	idm_equal_put_windows(&handle, known->domain, is_group, lookup->name);
	return find_equal_handle(maps, &handle, known, cached);
}

static bool
find_equal(const struct idm_maps *maps, const struct idm_lookup *lookup,
    struct idm_known *known, struct idm_cached *cached)
{
	char memory[IDM_FOLDED_MAX];
	char sid[IDM_SID_TEXT_MAX];
	struct idm_str key;

	switch ((enum idm_lookup_by)lookup->by) {
	case IDM_LOOKUP_BY_NAME:
		key = key_of(known, lookup->name, memory);
		return (lookup->kind != IDM_LOOKUP_GROUP &&
			   find_equal_text(
			       maps, IDM_EQUAL_USER, key, known, cached)) ||
		    (lookup->kind != IDM_LOOKUP_USER &&
			find_equal_text(
			    maps, IDM_EQUAL_GROUP, key, known, cached));
	case IDM_LOOKUP_BY_SID:
		return find_equal_text(maps, IDM_EQUAL_HANDLE,
			   idm_str_of(idm_sid_format(&lookup->sid, sid)), known,
			   cached) &&
		    is_still(maps, known, cached) &&
		    lookup->kind !=
		    (known->equal.is_group ? IDM_LOOKUP_USER
					   : IDM_LOOKUP_GROUP);
	case IDM_LOOKUP_BY_UNIX:
		return find_equal_by_unix(maps, lookup, known, cached);
	case IDM_LOOKUP_BY_WINDOWS:
		return find_equal_by_windows(
			   maps, lookup, false, known, cached) ||
		    find_equal_by_windows(maps, lookup, true, known, cached);
	case IDM_LOOKUP_BY_OTHER:
		return find_equal_by_other(maps, lookup, known, cached);
	case IDM_LOOKUP_BY_ID:
		break;
	}
	return false;
}

static bool
is_for_equal(const struct idm_lookup *lookup)
{
	return lookup->by == IDM_LOOKUP_BY_UNIX ||
	    lookup->by == IDM_LOOKUP_BY_OTHER ||
	    lookup->by == IDM_LOOKUP_BY_WINDOWS;
}

static void
forget_equal(struct idm_known *known)
{
	known->equal.by = 0;
	known->name[0] = '\0';
	known->sid.nsubs = 0;
}

/* Is what is known of whom it equals all that there is to be known? */
static bool
is_all(const struct idm_lookup *lookup, const struct idm_known *known)
{
	return known->equal.by != 0 &&
	    (is_for_equal(lookup) || known->name[0] != '\0');
}

static enum idm_cached_age
age_of(const struct idm_maps *maps, const struct idm_cached *cached,
    struct idm_known *known)
{
	known->is_cached = true;
	known->when = cached->when;
	known->is_partial = (cached->flags & IDM_CACHED_PARTIAL) != 0;
	idm_inquiry_copy(known->server, sizeof(known->server),
	    idm_cached_server(maps->cache, known->domain, cached));
	return idm_served_age(maps, known->domain, cached);
}

/* IDM_CACHED_EXPIRED: there is none that could be served. */
static enum idm_cached_age
find_cached(const struct idm_maps *maps, const struct idm_lookup *lookup,
    struct idm_known *known)
{
	struct idm_cached cached;
	bool is_there = find_equal(maps, lookup, known, &cached);

	if (is_there && is_all(lookup, known))
		return age_of(maps, &cached, known);
	if (!is_there)
		forget_equal(known);
	is_there = false;
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
	case IDM_LOOKUP_BY_UNIX:
	case IDM_LOOKUP_BY_WINDOWS:
	case IDM_LOOKUP_BY_OTHER:
		break;
	}
	return is_there ? age_of(maps, &cached, known) : IDM_CACHED_EXPIRED;
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
	if (take_equal(answer->equal, known) && is_all(lookup, known))
		return IDM_OK;
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

/* What is known may be that there is none. */
static enum idm_status
judge(struct idm_known *known)
{
	const struct idm_known_equal *equal = &known->equal;

	if (equal->by == IDM_EQUAL_REFUSED)
		return idm_fail(
		    &known->why, IDM_REFUSED, "%s", known->equal.dn);
	if (equal->by != IDM_EQUAL_BY_LDAP || equal->login[0][0] != '\0' ||
	    equal->login[1][0] != '\0')
		return IDM_OK;
	return idm_fail(&known->why, IDM_NOTFOUND,
	    "no entry of domain '%s' names it", known->domain->name);
}

/* All of the domain is here, and this is not. */
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
		return known->status = judge(known);
	if (age == IDM_CACHED_EXPIRED && is_absent(maps, domain)) {
		known->is_left_out = true;
		return known->status = idm_fail(&known->why, IDM_NOTFOUND,
			   "all of domain '%s' is here that can be served, and "
			   "it is not among them",
			   domain->name);
	}
	known->status = ask(maps, inquired, &question, known);
	if (known->status == IDM_OK)
		known->status = judge(known);
	/* Made under another policy, which is better than nothing. */
	if (age == IDM_CACHED_OUTDATED && known->status != IDM_OK &&
	    known->status != IDM_NOTFOUND && known->status != IDM_REFUSED &&
	    find_cached(maps, &question, known) == age)
		known->status = judge(known);
	return known->status;
}
