#include <string.h>
#include <strings.h>

#include "directory/filter.h"
#include "directory/seek.h"
#include "identity/winname.h"

/* ---- Attributes. */

/* Most differ in the first letter; what is no letter is no other's either. */
static bool
is_same(const char *a, const char *b)
{
	return (a[0] | 0x20) == (b[0] | 0x20) && strcasecmp(a, b) == 0;
}

static void
add(struct idm_seek_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++) {
		if (is_same(list->name[i], name))
			return;
	}
	if (list->n < IDM_OBJECT_ATTRIBUTES)
		list->name[list->n++] = name;
	list->name[list->n] = NULL;
}

static void
add_all(struct idm_seek_list *list, const char *const *name)
{
	for (; *name != NULL; name++)
		add(list, *name);
}

void
idm_seek_list_users(
    struct idm_seek_list *list, const struct idm_schema_map *schema)
{
	add_all(list, schema->user_attribute);
}

void
idm_seek_list_groups(
    struct idm_seek_list *list, const struct idm_schema_map *schema)
{
	add_all(list, schema->group_attribute);
}

void
idm_seek_list_members(
    struct idm_seek_list *list, const struct idm_schema_map *schema)
{
	add_all(list, schema->member_attribute);
}

/* ---- Filters. */

struct idm_str
idm_seek_base(const struct idm_finder *finder, bool is_group)
{
	const struct idm_directory *settings = finder->settings;
	const char *base = is_group ? settings->group_base
				    : settings->user_base;

	return idm_str_of(base[0] != '\0' ? base : settings->base);
}

bool
idm_seek_is_of_domain(const struct idm_finder *finder, struct idm_str dn)
{
	char memory[2][IDM_DOMAIN_MAX + 1];
	struct idm_buf own, its;

	idm_buf_init_fixed(&own, memory[0], sizeof(memory[0]));
	idm_buf_init_fixed(&its, memory[1], sizeof(memory[1]));
	return idm_dn_domain(&own, idm_str_of(finder->settings->base)) &&
	    idm_dn_domain(&its, dn) &&
	    strcasecmp(idm_buf_text(&own), idm_buf_text(&its)) == 0;
}

enum idm_status
idm_seek_put_kind(const struct idm_finder *finder, bool is_group,
    struct idm_buf *filter, struct idm_err *err)
{
	const struct idm_directory *settings = finder->settings;
	const char *text = is_group ? settings->group_filter
				    : settings->user_filter;

	idm_filter_equal(filter, "objectClass",
	    idm_str_of(is_group ? finder->schema->group_class
				: finder->schema->user_class));
	if (text[0] == '\0')
		return IDM_OK;
	return idm_filter_text(filter, idm_str_of(text), err);
}

void
idm_seek_put_sid(const struct idm_finder *finder, const struct idm_sid *sid,
    struct idm_buf *filter)
{
	const char *attribute = finder->schema->attribute[IDM_ATTR_SID];
	char binary[IDM_SID_BINARY_MAX];
	char text[IDM_SID_TEXT_MAX];
	struct idm_buf buf;

	if (!finder->schema->binary_sid) {
		idm_filter_equal(
		    filter, attribute, idm_str_of(idm_sid_format(sid, text)));
		return;
	}
	idm_buf_init_fixed(&buf, binary, sizeof(binary));
	idm_sid_write(&buf, sid);
	idm_filter_open(filter, '|');
	idm_filter_bytes(
	    filter, attribute, (struct idm_str){ buf.data, buf.len });
	idm_filter_bytes(
	    filter, "sIDHistory", (struct idm_str){ buf.data, buf.len });
	idm_filter_close(filter);
}

/* ---- Searches. */

enum idm_status
idm_seek_below(const struct idm_finder *finder, struct idm_str base,
    const struct idm_buf *filter, const struct idm_seek_list *list,
    uint32_t max, idm_session_each *each, void *context, struct idm_err *err)
{
	const struct idm_search search = {
		.base = base,
		.scope = IDM_SCOPE_SUBTREE,
		.filter = { filter->data, filter->len },
		.attribute = list->name,
		.is_paged = max == 0,
		.max = max,
	};
	enum idm_status st = idm_buf_status(filter, err);

	if (st == IDM_OK)
		st = idm_session_search(finder->session, &search,
		    finder->deadline, each, context, err);
	if (st == IDM_NOTFOUND)
		return idm_fail(err, IDM_TEMPFAIL,
		    "the directory has no base '%.*s'", (int)base.len,
		    base.data);
	return st;
}

enum idm_status
idm_seek_entry(const struct idm_finder *finder, struct idm_str dn,
    const char *const *attribute, idm_session_each *each, void *context,
    struct idm_err *err)
{
	const struct idm_search search = {
		.base = dn,
		.scope = IDM_SCOPE_BASE,
		.filter = idm_str_of("(objectClass=*)"),
		.attribute = attribute,
	};
	enum idm_status st;

	st = idm_session_search(
	    finder->session, &search, finder->deadline, each, context, err);
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

/* ---- Entries. */

static enum idm_status
read_facts(const struct idm_finder *finder, const struct idm_object *object,
    struct idm_facts *out, struct idm_err *err)
{
	struct idm_facts facts;
	enum idm_status st;

	st = idm_facts_read(finder->schema, object, finder->now, &facts, err);
	if (st == IDM_OK)
		st = idm_facts_of_domain(&facts, &finder->domain_sid, err);
	if (st != IDM_OK)
		return st;
	if (!idm_dn_is_below(facts.dn, idm_seek_base(finder, facts.is_group)))
		return idm_fail(err, IDM_NOTFOUND,
		    "the entry is not where the domain's are");
	*out = facts;
	return IDM_OK;
}

enum idm_status
idm_seek_facts(const struct idm_finder *finder, const struct idm_object *object,
    struct idm_facts *out, struct idm_err *err)
{
	struct idm_err why;
	enum idm_status st = read_facts(finder, object, out, &why);

	if (st == IDM_REFUSED && finder->refused != NULL)
		finder->refused(finder->context, why.text);
	if (st != IDM_OK && err != NULL)
		*err = why;
	return st;
}
