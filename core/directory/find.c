#include <stdlib.h>
#include <string.h>

#include "base/quote.h"
#include "directory/filter.h"
#include "directory/seek.h"
#include "identity/fold.h"
#include "identity/winname.h"

/* So many entries fit no question for one. */
#define CANDIDATES_MAX 32u

/* sAMAccountType: of computers there may be as many as of users. */
#define TYPE_USER   805306368u
#define TYPE_GLOBAL 268435456u /* also universal */
#define TYPE_LOCAL  536870912u

/* ---- The one that fits. */

struct choice {
	const struct idm_finder *finder;
	const struct idm_find *find;
	struct idm_facts *found[2]; /* a user, a group */
	size_t n[2];
	struct idm_buf names; /* DNs of those that fit */
	char memory[320];
	bool is_refused;
	struct idm_err why;
};

/* The server may have compared otherwise than we: by sounds, or by accents. */
static bool
is_name(struct idm_str name, struct idm_str asked)
{
	char memory[2][4 * IDM_WINNAME_MAX];
	struct idm_buf folded[2];

	idm_buf_init_fixed(&folded[0], memory[0], sizeof(memory[0]));
	idm_buf_init_fixed(&folded[1], memory[1], sizeof(memory[1]));
	return idm_fold_put(&folded[0], name, NULL) == IDM_OK &&
	    idm_fold_put(&folded[1], asked, NULL) == IDM_OK &&
	    idm_buf_status(&folded[0], NULL) == IDM_OK &&
	    idm_buf_status(&folded[1], NULL) == IDM_OK &&
	    folded[0].len == folded[1].len &&
	    memcmp(memory[0], memory[1], folded[0].len) == 0;
}

static bool
is_any_name(const struct idm_find *find, struct idm_str name)
{
	for (size_t i = 0; i < find->nwinnames; i++) {
		if (is_name(name, find->winname[i]))
			return true;
	}
	return false;
}

static bool
fits(const struct idm_find *find, const struct idm_facts *facts)
{
	if (facts->is_group ? !find->groups : !find->users)
		return false;
	switch (find->by) {
	case IDM_FIND_NAME:
		return is_name(facts->name, find->text);
	case IDM_FIND_ID:
		return facts->has_id && facts->id == find->id;
	case IDM_FIND_SID: /* or it was the account's once */
	case IDM_FIND_DN:
		return true;
	case IDM_FIND_UNIX_USER: /* whose case counts */
	case IDM_FIND_UNIX_GROUP:
		return idm_str_compare(
			   facts->unix_name[find->by == IDM_FIND_UNIX_GROUP],
			   find->text) == 0;
	case IDM_FIND_WINNAME:
		return is_any_name(find, facts->winname);
	}
	return false;
}

static enum idm_status
choose(void *context, const struct idm_object *object, struct idm_err *err)
{
	struct choice *choice = context;
	struct idm_facts facts;
	enum idm_status st;

	st = idm_seek_facts(choice->finder, object, &facts, &choice->why);
	choice->is_refused = choice->is_refused || st == IDM_REFUSED;
	if (st == IDM_REFUSED || st == IDM_NOTFOUND)
		return IDM_OK;
	if (st != IDM_OK || !fits(choice->find, &facts))
		return st;
	idm_buf_puts(&choice->names, choice->names.len == 0 ? "" : ", ");
	idm_quote_put(&choice->names, '\'', facts.dn, 100);
	if (choice->n[facts.is_group]++ > 0)
		return IDM_OK;
	return idm_facts_dup(&facts, &choice->found[facts.is_group], err);
}

static void
put_name(const struct idm_finder *finder, struct idm_str name, bool is_group,
    struct idm_buf *filter)
{
	const char *attribute = finder->schema
				    ->attribute[is_group ? IDM_ATTR_GROUP_NAME
							 : IDM_ATTR_USER_NAME];
	const char *realm = idm_schema_realm(finder->schema, is_group);
	struct idm_buf whole;

	if (realm[0] == '\0') {
		idm_filter_equal(filter, attribute, name);
		return;
	}
	idm_buf_init(&whole, IDM_SEEK_FILTER_MAX);
	idm_buf_put(&whole, name.data, name.len);
	idm_buf_printf(&whole, "@%s", realm);
	idm_filter_equal(
	    filter, attribute, (struct idm_str){ whole.data, whole.len });
	idm_buf_fini(&whole);
}

static enum idm_status
put_kind(const struct idm_finder *finder, const struct idm_find *find,
    bool is_group, struct idm_buf *filter, struct idm_err *err)
{
	const char *const *attribute = finder->schema->attribute;
	enum idm_status st;

	idm_filter_open(filter, '&');
	st = idm_seek_put_kind(finder, is_group, filter, err);
	switch (find->by) {
	case IDM_FIND_NAME:
		put_name(finder, find->text, is_group, filter);
		break;
	case IDM_FIND_ID:
		idm_filter_number(filter,
		    attribute[is_group ? IDM_ATTR_GROUP_GID : IDM_ATTR_UID],
		    find->id);
		break;
	case IDM_FIND_SID:
		idm_seek_put_sid(finder, &find->sid, filter);
		break;
	case IDM_FIND_UNIX_USER:
		idm_filter_equal(
		    filter, attribute[IDM_ATTR_UNIX_USER], find->text);
		break;
	case IDM_FIND_UNIX_GROUP:
		idm_filter_equal(
		    filter, attribute[IDM_ATTR_UNIX_GROUP], find->text);
		break;
	case IDM_FIND_WINNAME:
		idm_filter_open(filter, '|');
		for (size_t i = 0; i < find->nwinnames; i++)
			idm_filter_equal(filter, attribute[IDM_ATTR_WINNAME],
			    find->winname[i]);
		idm_filter_close(filter);
		break;
	case IDM_FIND_DN:
		break;
	}
	idm_filter_close(filter);
	return st;
}

static void
list_attributes(const struct idm_finder *finder, const struct idm_find *find,
    bool users, bool groups, struct idm_seek_list *list)
{
	if (users)
		idm_seek_list_users(list, finder->schema);
	if (groups)
		idm_seek_list_groups(list, finder->schema);
	if (groups && find->with_members)
		idm_seek_list_members(list, finder->schema);
}

static enum idm_status
seek(struct choice *choice, bool users, bool groups, struct idm_err *err)
{
	const struct idm_finder *finder = choice->finder;
	const struct idm_find *find = choice->find;
	struct idm_seek_list list = { .n = 0 };
	enum idm_status st = IDM_OK;
	struct idm_buf filter;

	idm_buf_init(&filter, IDM_SEEK_FILTER_MAX);
	if (users && groups)
		idm_filter_open(&filter, '|');
	if (users)
		st = put_kind(finder, find, false, &filter, err);
	if (st == IDM_OK && groups)
		st = put_kind(finder, find, true, &filter, err);
	if (users && groups)
		idm_filter_close(&filter);
	list_attributes(finder, find, users, groups, &list);
	if (st == IDM_OK)
		st = idm_seek_below(finder, idm_seek_base(finder, !users),
		    &filter, &list, CANDIDATES_MAX, choose, choice, err);
	idm_buf_fini(&filter);
	if (st == IDM_EXHAUSTED)
		return idm_within(err, IDM_REFUSED, "more fits than one entry");
	return st;
}

static bool
have_one_base(const struct idm_finder *finder)
{
	return idm_str_compare(idm_seek_base(finder, false),
		   idm_seek_base(finder, true)) == 0;
}

/* May entries have what is looked for at all? */
static bool
has_attribute(const struct idm_schema_map *schema, const struct idm_find *find)
{
	switch (find->by) {
	case IDM_FIND_SID:
		return schema->attribute[IDM_ATTR_SID] != NULL;
	case IDM_FIND_UNIX_USER:
		return schema->attribute[IDM_ATTR_UNIX_USER] != NULL;
	case IDM_FIND_UNIX_GROUP:
		return schema->attribute[IDM_ATTR_UNIX_GROUP] != NULL;
	case IDM_FIND_WINNAME:
		return schema->attribute[IDM_ATTR_WINNAME] != NULL;
	case IDM_FIND_NAME:
	case IDM_FIND_ID:
	case IDM_FIND_DN:
		break;
	}
	return true;
}

static enum idm_status
seek_all(struct choice *choice, struct idm_err *err)
{
	const struct idm_finder *finder = choice->finder;
	const struct idm_find *find = choice->find;
	struct idm_seek_list list = { .n = 0 };
	enum idm_status st = IDM_OK;

	if (!has_attribute(finder->schema, find))
		return idm_fail(err, IDM_NOTFOUND,
		    "the schema has no attribute for what is asked");
	if (find->by == IDM_FIND_DN) {
		list_attributes(finder, find, find->users, find->groups, &list);
		return idm_seek_entry(
		    finder, find->text, list.name, choose, choice, err);
	}
	if (find->users && find->groups && have_one_base(finder))
		return seek(choice, true, true, err);
	if (find->users)
		st = seek(choice, true, false, err);
	if (st == IDM_OK && find->groups && choice->n[0] == 0)
		st = seek(choice, false, true, err);
	return st;
}

static enum idm_status
conclude(
    const struct choice *choice, struct idm_facts **out, struct idm_err *err)
{
	bool is_group = choice->n[0] == 0;

	if (choice->n[is_group] > 1) {
		return idm_fail(err, IDM_REFUSED,
		    "several entries fit, of which none is served: %.*s",
		    (int)choice->names.len, choice->memory);
	}
	if (choice->n[is_group] == 1) {
		*out = choice->found[is_group];
		return IDM_OK;
	}
	if (choice->is_refused) {
		if (err != NULL)
			*err = choice->why;
		return IDM_REFUSED;
	}
	return idm_fail(err, IDM_NOTFOUND, "the directory has none");
}

enum idm_status
idm_find(const struct idm_finder *finder, const struct idm_find *find,
    idm_find_each *each, void *context, struct idm_err *err)
{
	struct choice choice = { .finder = finder, .find = find };
	struct idm_facts *facts = NULL;
	enum idm_status st;

	idm_buf_init_fixed(&choice.names, choice.memory, sizeof(choice.memory));
	st = seek_all(&choice, err);
	if (st == IDM_OK)
		st = conclude(&choice, &facts, err);
	if (st == IDM_OK)
		st = each(context, facts, err);
	free(choice.found[0]);
	free(choice.found[1]);
	return st;
}

/* ---- All. */

struct listing {
	const struct idm_finder *finder;
	idm_find_each *each;
	void *context;
	bool groups;
};

static enum idm_status
list_entry(void *context, const struct idm_object *object, struct idm_err *err)
{
	const struct listing *listing = context;
	struct idm_facts facts;
	enum idm_status st;

	st = idm_seek_facts(listing->finder, object, &facts, err);
	if (st == IDM_REFUSED || st == IDM_NOTFOUND)
		return IDM_OK;
	if (st != IDM_OK || facts.is_group != listing->groups)
		return st;
	return listing->each(listing->context, &facts, err);
}

enum idm_status
idm_find_all(const struct idm_finder *finder, bool groups, idm_find_each *each,
    void *context, struct idm_err *err)
{
	struct listing listing = { finder, each, context, groups };
	struct idm_seek_list list = { .n = 0 };
	struct idm_buf filter;
	enum idm_status st;

	idm_buf_init(&filter, IDM_SEEK_FILTER_MAX);
	idm_filter_open(&filter, '&');
	st = idm_seek_put_kind(finder, groups, &filter, err);
	if (finder->schema->schema == IDM_SCHEMA_AD && groups) {
		idm_filter_open(&filter, '|');
		idm_filter_number(&filter, "sAMAccountType", TYPE_GLOBAL);
		idm_filter_number(&filter, "sAMAccountType", TYPE_LOCAL);
		idm_filter_close(&filter);
	} else if (finder->schema->schema == IDM_SCHEMA_AD) {
		idm_filter_number(&filter, "sAMAccountType", TYPE_USER);
	}
	idm_filter_close(&filter);
	if (groups) {
		idm_seek_list_groups(&list, finder->schema);
		idm_seek_list_members(&list, finder->schema);
	} else {
		idm_seek_list_users(&list, finder->schema);
	}
	if (st == IDM_OK)
		st = idm_seek_below(finder, idm_seek_base(finder, groups),
		    &filter, &list, 0, list_entry, &listing, err);
	idm_buf_fini(&filter);
	return st;
}
