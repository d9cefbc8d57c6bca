#include <stdlib.h>

#include "directory/dnset.h"
#include "directory/filter.h"
#include "directory/seek.h"
#include "identity/winname.h"

/* Groups of one user; a token of Windows has 1015 at most. */
#define GROUPS_MAX 65536u

/* Bytes of the DN of a foreign security principal. */
#define PRINCIPAL_MAX 2048

struct hunt {
	const struct idm_finder *finder;
	const struct idm_facts *user;
	idm_find_each *each;
	void *context;
	bool *is_partial;
	struct idm_dnset *seen; /* DNs; the user's is the first */
	const char *member;     /* the attribute that is asked for them */
	struct idm_sid *sid;    /* of the user's token */
	size_t nsids;
};

/* ---- Entries that say who is in them. */

static enum idm_status
tell(const struct hunt *hunt, const struct idm_object *object,
    struct idm_err *err)
{
	struct idm_facts facts;
	enum idm_status st;

	st = idm_seek_facts(hunt->finder, object, &facts, err);
	if (st == IDM_REFUSED || st == IDM_NOTFOUND)
		return IDM_OK;
	if (st != IDM_OK || !facts.is_group)
		return st;
	return hunt->each(hunt->context, &facts, err);
}

/* Also one that is no group itself leads to those that it is in. */
static enum idm_status
take_holder(void *context, const struct idm_object *object, struct idm_err *err)
{
	const struct hunt *hunt = context;
	enum idm_status st;
	bool is_new;

	st = idm_dnset_add(hunt->seen, object->dn, &is_new, err);
	return st == IDM_OK && is_new ? tell(hunt, object, err) : st;
}

/* Who has these among his members? */
static enum idm_status
seek_holders(struct hunt *hunt, size_t first, size_t end, struct idm_err *err)
{
	const struct idm_finder *finder = hunt->finder;
	const char *filter_text = finder->settings->group_filter;
	struct idm_seek_list list = { .n = 0 };
	enum idm_status st = IDM_OK;
	struct idm_buf filter;

	idm_seek_list_groups(&list, finder->schema);
	idm_buf_init(&filter, IDM_SEEK_FILTER_MAX);
	idm_filter_open(&filter, '&');
	idm_filter_open(&filter, '|');
	for (size_t i = first; i < end; i++)
		idm_filter_equal(
		    &filter, hunt->member, idm_dnset_at(hunt->seen, i));
	idm_filter_close(&filter);
	if (filter_text[0] != '\0')
		st = idm_filter_text(&filter, idm_str_of(filter_text), err);
	idm_filter_close(&filter);
	if (st == IDM_OK)
		st = idm_seek_below(finder, idm_seek_base(finder, true),
		    &filter, &list, 0, take_holder, hunt, err);
	idm_buf_fini(&filter);
	return st;
}

/* Level by level; each group is asked for once, so that a loop has an end. */
static enum idm_status
climb(struct hunt *hunt, struct idm_err *err)
{
	unsigned nesting = hunt->finder->settings->nesting;
	enum idm_status st = IDM_OK;
	size_t first = 0;

	for (unsigned level = 0; level <= nesting && st == IDM_OK; level++) {
		size_t end = idm_dnset_count(hunt->seen);

		while (first < end && st == IDM_OK) {
			size_t n = end - first < IDM_SEEK_BATCH
			    ? end - first
			    : IDM_SEEK_BATCH;

			st = seek_holders(hunt, first, first + n, err);
			first += n;
		}
	}
	/* Whether the last ones are in others, nobody has asked. */
	if (st == IDM_EXHAUSTED || first < idm_dnset_count(hunt->seen))
		*hunt->is_partial = true;
	return st == IDM_EXHAUSTED ? IDM_OK : st;
}

static enum idm_status
find_by_dn(struct hunt *hunt, struct idm_err *err)
{
	const char *const *name = hunt->finder->schema->member_attribute;
	enum idm_status st;
	bool is_new;

	hunt->seen = idm_dnset_new(GROUPS_MAX);
	if (hunt->seen == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	st = idm_dnset_add(hunt->seen, hunt->user->dn, &is_new, err);
	/*
	 * A directory has members in one attribute or in the other, which it
	 * does not index: that one is asked for when the first had nobody.
	 */
	for (;
	     st == IDM_OK && *name != NULL && idm_dnset_count(hunt->seen) == 1;
	     name++) {
		hunt->member = *name;
		st = climb(hunt, err);
	}
	idm_dnset_free(&hunt->seen);
	return st;
}

/* ---- Accounts of other domains. */

static enum idm_status
add_principal(struct hunt *hunt, const struct idm_sid *sid, struct idm_err *err)
{
	char text[IDM_SID_TEXT_MAX], memory[IDM_DOMAIN_MAX + 1];
	struct idm_buf domain, dn;
	enum idm_status st;
	bool is_new;

	idm_buf_init_fixed(&domain, memory, sizeof(memory));
	if (!idm_dn_domain(&domain, idm_str_of(hunt->finder->settings->base)))
		return IDM_OK; /* of no domain that AD could have */
	idm_buf_init(&dn, PRINCIPAL_MAX);
	idm_buf_printf(&dn, "CN=%s,CN=ForeignSecurityPrincipals,",
	    idm_sid_format(sid, text));
	idm_dn_of_domain(&dn, (struct idm_str){ domain.data, domain.len });
	st = idm_buf_status(&dn, err);
	if (st == IDM_OK)
		st = idm_dnset_add(hunt->seen,
		    (struct idm_str){ dn.data, dn.len }, &is_new, err);
	idm_buf_fini(&dn);
	return st;
}

enum idm_status
idm_find_foreign_groups(const struct idm_finder *finder, struct idm_str dn,
    const struct idm_sid *sid, size_t n, idm_find_each *each, void *context,
    bool *is_partial, struct idm_err *err)
{
	struct hunt hunt = { finder, NULL, each, context, is_partial,
		idm_dnset_new(GROUPS_MAX), finder->schema->member_attribute[0],
		NULL, 0 };
	enum idm_status st;
	bool is_new;

	*is_partial = false;
	if (hunt.seen == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	st = idm_dnset_add(hunt.seen, dn, &is_new, err);
	for (size_t i = 0; i < n && st == IDM_OK; i++)
		st = add_principal(&hunt, &sid[i], err);
	if (st == IDM_OK)
		st = climb(&hunt, err);
	idm_dnset_free(&hunt.seen);
	return st;
}

/* ---- Entries that name their members. */

static enum idm_status
tell_entry(void *context, const struct idm_object *object, struct idm_err *err)
{
	return tell(context, object, err);
}

static enum idm_status
find_by_name(struct hunt *hunt, struct idm_err *err)
{
	const struct idm_finder *finder = hunt->finder;
	struct idm_seek_list list = { .n = 0 };
	struct idm_buf filter;
	enum idm_status st;

	idm_seek_list_groups(&list, finder->schema);
	idm_buf_init(&filter, IDM_SEEK_FILTER_MAX);
	idm_filter_open(&filter, '&');
	st = idm_seek_put_kind(finder, true, &filter, err);
	idm_filter_equal(&filter, finder->schema->attribute[IDM_ATTR_MEMBER],
	    hunt->user->name);
	idm_filter_close(&filter);
	if (st == IDM_OK)
		st = idm_seek_below(finder, idm_seek_base(finder, true),
		    &filter, &list, 0, tell_entry, hunt, err);
	idm_buf_fini(&filter);
	return st;
}

/* ---- Active Directory knows them all. */

static enum idm_status
take_token(void *context, const struct idm_object *object, struct idm_err *err)
{
	const struct idm_attribute_values *values = idm_object_values(
	    object, "tokenGroups");
	struct hunt *hunt = context;

	if (values == NULL || hunt->sid != NULL)
		return IDM_OK;
	if (values->n > GROUPS_MAX)
		return idm_fail(err, IDM_CORRUPT,
		    "a user in %zu groups: no token has so many", values->n);
	hunt->sid = calloc(values->n + 1, sizeof(*hunt->sid));
	if (hunt->sid == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	for (size_t i = 0; i < values->n; i++) {
		struct idm_sid sid;

		if (idm_sid_read(values->value[i], &sid, err) == IDM_OK)
			hunt->sid[hunt->nsids++] = sid;
		else
			*hunt->is_partial = true;
	}
	return IDM_OK;
}

/* Is it an account's, of whatever domain, and of ours? */
static bool
is_account(const struct hunt *hunt, const struct idm_sid *sid, bool *is_own)
{
	struct idm_sid domain;
	uint32_t rid;

	if (!idm_sid_split(sid, &domain, &rid) || !idm_sid_is_domain(&domain))
		return false;
	*is_own = idm_sid_equal(&domain, &hunt->finder->domain_sid);
	return true;
}

static enum idm_status
tell_sid(
    const struct hunt *hunt, const struct idm_sid *sid, struct idm_err *err)
{
	const struct idm_facts facts = {
		.is_group = true,
		.name = idm_str_of(""),
		.dn = idm_str_of(""),
		.sid = *sid,
	};

	return hunt->each(hunt->context, &facts, err);
}

static enum idm_status
seek_sids(struct hunt *hunt, const struct idm_sid *const *sid, size_t n,
    struct idm_err *err)
{
	const struct idm_finder *finder = hunt->finder;
	struct idm_seek_list list = { .n = 0 };
	struct idm_buf filter;
	enum idm_status st;

	if (n == 0)
		return IDM_OK;
	idm_seek_list_groups(&list, finder->schema);
	idm_buf_init(&filter, IDM_SEEK_FILTER_MAX);
	idm_filter_open(&filter, '&');
	st = idm_seek_put_kind(finder, true, &filter, err);
	idm_filter_open(&filter, '|');
	for (size_t i = 0; i < n; i++)
		idm_seek_put_sid(finder, sid[i], &filter);
	idm_filter_close(&filter);
	idm_filter_close(&filter);
	if (st == IDM_OK)
		st = idm_seek_below(finder, idm_seek_base(finder, true),
		    &filter, &list, 0, tell_entry, hunt, err);
	idm_buf_fini(&filter);
	return st;
}

/* Whether a group is one of those that are wanted may stand in its entry. */
static bool
can_do_with_sids(const struct idm_finder *finder)
{
	const struct idm_directory *settings = finder->settings;

	return finder->sids_suffice && settings->group_filter[0] == '\0' &&
	    settings->group_base[0] == '\0' && settings->allow_ous[0] == '\0' &&
	    settings->deny_ous[0] == '\0';
}

static enum idm_status
tell_token(struct hunt *hunt, struct idm_err *err)
{
	const struct idm_sid *batch[IDM_SEEK_BATCH];
	bool with_sids = can_do_with_sids(hunt->finder);
	enum idm_status st = IDM_OK;
	size_t n = 0;

	for (size_t i = 0; i < hunt->nsids && st == IDM_OK; i++) {
		bool is_own = false;

		if (!is_account(hunt, &hunt->sid[i], &is_own))
			continue; /* BUILTIN's, "Authenticated Users" ... */
		if (!is_own || with_sids) {
			st = tell_sid(hunt, &hunt->sid[i], err);
			continue;
		}
		batch[n++] = &hunt->sid[i];
		if (n == IDM_SEEK_BATCH) {
			st = seek_sids(hunt, batch, n, err);
			n = 0;
		}
	}
	return st == IDM_OK ? seek_sids(hunt, batch, n, err) : st;
}

/*
 * Every user's token has its primary group.  One that has none is not for us
 * to read; then the groups' members tell what they can.
 */
static enum idm_status
find_by_token(struct hunt *hunt, struct idm_err *err)
{
	static const char *const attribute[] = { "tokenGroups", NULL };
	enum idm_status st;

	st = idm_seek_entry(
	    hunt->finder, hunt->user->dn, attribute, take_token, hunt, err);
	if (st == IDM_OK && hunt->nsids > 0) {
		st = tell_token(hunt, err);
	} else if (st == IDM_OK) {
		*hunt->is_partial = true;
		st = find_by_dn(hunt, err);
	}
	free(hunt->sid);
	return st;
}

enum idm_status
idm_find_groups(const struct idm_finder *finder, const struct idm_facts *user,
    idm_find_each *each, void *context, bool *is_partial, struct idm_err *err)
{
	struct hunt hunt = { finder, user, each, context, is_partial, NULL,
		NULL, NULL, 0 };

	*is_partial = false;
	if (finder->schema->schema == IDM_SCHEMA_AD)
		return find_by_token(&hunt, err);
	if (finder->schema->members_are_names)
		return find_by_name(&hunt, err);
	return find_by_dn(&hunt, err);
}
