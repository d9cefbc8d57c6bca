#include <string.h>
#include <strings.h>

#include "directory/dnset.h"
#include "directory/filter.h"
#include "directory/seek.h"
#include "identity/name.h"
#include "identity/visible.h"
#include "identity/winname.h"

/* Members of one group, with those of all groups in it. */
#define MEMBERS_MAX (1u << 20)

struct muster {
	const struct idm_finder *finder;
	idm_find_each *each;
	void *context;
	bool *is_partial;
	/*
	 * DNs as groups spell them, or names; where an entry itself says which
	 * groups it is in, the DNs of groups.
	 */
	struct idm_dnset *seen;
	struct idm_dnset *met; /* DNs as entries spell them */
};

/*
 * AD keeps memberOf beside member, and looks for it at once; many DNs it looks
 * for one by one.
 */
static bool
has_back_links(const struct idm_finder *finder)
{
	return finder->schema->schema == IDM_SCHEMA_AD;
}

/* ---- Members by name. */

static enum idm_status
tell_name(const struct muster *muster, struct idm_str name, struct idm_err *err)
{
	const struct idm_facts facts = { .name = name, .dn = idm_str_of("") };
	struct idm_winname split;
	enum idm_status st;
	bool is_new;

	if (idm_name_own(name, NULL) != IDM_OK ||
	    idm_visible_name(name, NULL) != IDM_OK ||
	    idm_winname_split(name, &split, NULL) != IDM_OK ||
	    split.spelling != IDM_SPELL_BARE)
		return IDM_OK;
	st = idm_dnset_add(muster->seen, name, &is_new, err);
	if (st != IDM_OK || !is_new)
		return st;
	return muster->each(muster->context, &facts, err);
}

static enum idm_status
tell_names(const struct muster *muster, const struct idm_facts *group,
    struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	for (size_t i = 0; i < group->members->n && st == IDM_OK; i++)
		st = tell_name(muster, group->members->value[i], err);
	return st;
}

/* ---- Members by DN. */

/* uniqueMember may have "#'0101'B" behind a DN (RFC 4517, 3.3.21). */
static struct idm_str
without_uid(struct idm_str dn)
{
	const char *at;

	if (dn.len < 4 || dn.data[dn.len - 1] != 'B' ||
	    dn.data[dn.len - 2] != '\'')
		return dn;
	at = memrchr(dn.data, '#', dn.len);
	if (at != NULL)
		dn.len = (size_t)(at - dn.data);
	return dn;
}

/* CN=S-1-5-21-...,CN=ForeignSecurityPrincipals,DC=...: an account elsewhere. */
static bool
is_foreign(struct idm_str dn, struct idm_sid *sid)
{
	static const char where[] = "CN=ForeignSecurityPrincipals,";
	struct idm_str rest;
	const char *comma;

	if (dn.len < 4 || strncasecmp(dn.data, "CN=S", 4) != 0)
		return false;
	comma = memchr(dn.data, ',', dn.len);
	if (comma == NULL)
		return false;
	rest = (struct idm_str){ comma + 1,
		dn.len - (size_t)(comma + 1 - dn.data) };
	if (rest.len < sizeof(where) - 1 ||
	    strncasecmp(rest.data, where, sizeof(where) - 1) != 0)
		return false;
	return idm_sid_parse((struct idm_str){ dn.data + 3,
				 (size_t)(comma - dn.data) - 3 },
		   sid, NULL) == IDM_OK;
}

bool
idm_find_is_foreign(
    const struct idm_finder *finder, struct idm_str dn, struct idm_sid *sid)
{
	struct idm_sid domain;
	uint32_t rid;

	if (is_foreign(dn, sid))
		return idm_sid_split(sid, &domain, &rid) &&
		    idm_sid_is_domain(&domain);
	*sid = (struct idm_sid){ .nsubs = 0 };
	return !idm_seek_is_of_domain(finder, dn);
}

static enum idm_status
tell_foreign(
    const struct muster *muster, const struct idm_sid *sid, struct idm_err *err)
{
	const struct idm_facts facts = {
		.name = idm_str_of(""),
		.dn = idm_str_of(""),
		.sid = *sid,
	};
	struct idm_sid domain;
	uint32_t rid;

	if (!idm_sid_split(sid, &domain, &rid) || !idm_sid_is_domain(&domain))
		return IDM_OK; /* "Authenticated Users" and the like */
	return muster->each(muster->context, &facts, err);
}

static enum idm_status
tell_elsewhere(
    const struct muster *muster, struct idm_str dn, struct idm_err *err)
{
	const struct idm_facts facts = { .name = idm_str_of(""), .dn = dn };

	return muster->each(muster->context, &facts, err);
}

/* Whoever is elsewhere is none of this directory, and cannot be asked for. */
static enum idm_status
add_member(const struct muster *muster, struct idm_str dn, struct idm_err *err)
{
	struct idm_sid sid;
	enum idm_status st;
	bool is_new;

	dn = without_uid(dn);
	if (is_foreign(dn, &sid))
		return tell_foreign(muster, &sid, err);
	if (has_back_links(muster->finder)) {
		/* It will tell itself, unless it is in another domain of the
		 * forest. */
		return idm_seek_is_of_domain(muster->finder, dn)
		    ? IDM_OK
		    : tell_elsewhere(muster, dn, err);
	}
	if (!idm_dn_is_below(dn, idm_str_of(muster->finder->settings->base))) {
		*muster->is_partial = true;
		return IDM_OK;
	}
	st = idm_dnset_add(muster->seen, dn, &is_new, err);
	return st;
}

static enum idm_status
add_members(const struct muster *muster,
    const struct idm_attribute_values *members, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	for (size_t i = 0; members != NULL && i < members->n && st == IDM_OK;
	     i++)
		st = add_member(muster, members->value[i], err);
	return st;
}

/* A user is one of those that were looked for; whatever has members, leads on.
 */
static enum idm_status
take_entry(void *context, const struct idm_object *object, struct idm_err *err)
{
	const struct muster *muster = context;
	const char *const *name = muster->finder->schema->member_attribute;
	struct idm_facts facts;
	enum idm_status st;
	bool is_new;

	st = idm_dnset_add(muster->met, object->dn, &is_new, err);
	if (st != IDM_OK || !is_new)
		return st;
	st = idm_seek_facts(muster->finder, object, &facts, err);
	if (st == IDM_OK && !facts.is_group)
		return muster->each(muster->context, &facts, err);
	/* A group for mail, or of an OU that is not wanted, ends there. */
	if (st == IDM_REFUSED)
		return IDM_OK;
	if (object->is_cut && !has_back_links(muster->finder))
		*muster->is_partial = true;
	st = IDM_OK;
	if (has_back_links(muster->finder))
		st = idm_dnset_add(muster->seen, object->dn, &is_new, err);
	for (; *name != NULL && st == IDM_OK; name++)
		st = add_members(muster, idm_object_values(object, *name), err);
	return st;
}

/* Users as the settings have them, and whatever is no user. */
static enum idm_status
put_wanted(const struct idm_finder *finder, struct idm_buf *filter,
    struct idm_err *err)
{
	enum idm_status st;

	if (finder->settings->user_filter[0] == '\0')
		return IDM_OK;
	idm_filter_open(filter, '|');
	idm_filter_open(filter, '&');
	st = idm_seek_put_kind(finder, false, filter, err);
	idm_filter_close(filter);
	idm_filter_open(filter, '!');
	idm_filter_equal(
	    filter, "objectClass", idm_str_of(finder->schema->user_class));
	idm_filter_close(filter);
	idm_filter_close(filter);
	return st;
}

static enum idm_status
seek_members(
    struct muster *muster, size_t first, size_t end, struct idm_err *err)
{
	const struct idm_finder *finder = muster->finder;
	const char *name = has_back_links(finder) ? "memberOf" : "entryDN";
	struct idm_seek_list list = { .n = 0 };
	struct idm_buf filter;
	enum idm_status st;

	idm_seek_list_users(&list, finder->schema);
	idm_seek_list_groups(&list, finder->schema);
	idm_seek_list_members(&list, finder->schema);
	idm_buf_init(&filter, IDM_SEEK_FILTER_MAX);
	idm_filter_open(&filter, '&');
	idm_filter_open(&filter, '|');
	for (size_t i = first; i < end; i++)
		idm_filter_equal(&filter, name, idm_dnset_at(muster->seen, i));
	idm_filter_close(&filter);
	st = put_wanted(finder, &filter, err);
	idm_filter_close(&filter);
	if (st == IDM_OK)
		st = idm_seek_below(finder, idm_str_of(finder->settings->base),
		    &filter, &list, 0, take_entry, muster, err);
	idm_buf_fini(&filter);
	return st;
}

/* Level by level; each entry is asked for once, so that a loop has an end. */
static enum idm_status
descend(struct muster *muster, struct idm_err *err)
{
	unsigned nesting = muster->finder->settings->nesting;
	enum idm_status st = IDM_OK;
	size_t first = 0;

	for (unsigned level = 0; level <= nesting && st == IDM_OK; level++) {
		size_t end = idm_dnset_count(muster->seen);

		while (first < end && st == IDM_OK) {
			size_t n = end - first < IDM_SEEK_BATCH
			    ? end - first
			    : IDM_SEEK_BATCH;

			st = seek_members(muster, first, first + n, err);
			first += n;
		}
	}
	if (first < idm_dnset_count(muster->seen))
		*muster->is_partial = true;
	return st;
}

enum idm_status
idm_find_members(const struct idm_finder *finder, const struct idm_facts *group,
    idm_find_each *each, void *context, bool *is_partial, struct idm_err *err)
{
	struct muster muster = { finder, each, context, is_partial, NULL,
		NULL };
	enum idm_status st = IDM_OK;
	bool is_new;

	*is_partial = group->is_cut && !has_back_links(finder);
	if (group->members == NULL)
		return IDM_OK;
	muster.seen = idm_dnset_new(MEMBERS_MAX);
	muster.met = idm_dnset_new(MEMBERS_MAX);
	if (muster.seen == NULL || muster.met == NULL) {
		st = idm_fail(err, IDM_NOMEM, "out of memory");
	} else if (group->members_are_names) {
		st = tell_names(&muster, group, err);
	} else {
		st = add_members(&muster, group->members, err);
		if (st == IDM_OK && has_back_links(finder))
			st = idm_dnset_add(
			    muster.seen, group->dn, &is_new, err);
		if (st == IDM_OK)
			st = descend(&muster, err);
	}
	idm_dnset_free(&muster.seen);
	idm_dnset_free(&muster.met);
	if (st == IDM_EXHAUSTED) {
		*is_partial = true;
		return IDM_OK;
	}
	return st;
}
