#include <string.h>

#include "base/num.h"
#include "directory/filter.h"
#include "directory/seek.h"

/*
 * Whatever has others below it.  When it is moved their DNs change, of which
 * they say nothing.
 */
static const char *const containers[] = { "organizationalUnit", "container",
	"organization", "locality", NULL };

/* One question for news. */
struct inquiry {
	const struct idm_finder *finder;
	const struct idm_news_sink *sink;
	struct idm_sync sync;
	uint64_t until; /* AD: the last number that is asked for */
	uint64_t n;     /* AD: entries that were seen up to it */
};

static bool
is_container(const struct idm_object *object)
{
	for (size_t i = 0; containers[i] != NULL; i++) {
		if (idm_object_has(object, "objectClass", containers[i]))
			return true;
	}
	return false;
}

static enum idm_status
has_moved(const struct idm_object *object, struct idm_err *err)
{
	return idm_fail(err, IDM_CONFLICT,
	    "'%.*s' has changed, and with it perhaps the names of all below",
	    object->dn.len < 150 ? (int)object->dn.len : 150, object->dn.data);
}

/* Users or groups, as the settings have them. */
static enum idm_status
put_kinds(const struct idm_finder *finder, struct idm_buf *filter,
    struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	for (int is_group = 0; is_group < 2 && st == IDM_OK; is_group++) {
		idm_filter_open(filter, '&');
		st = idm_seek_put_kind(finder, is_group != 0, filter, err);
		idm_filter_close(filter);
	}
	return st;
}

static void
list_all(const struct idm_finder *finder, struct idm_seek_list *list)
{
	idm_seek_list_users(list, finder->schema);
	idm_seek_list_groups(list, finder->schema);
	idm_seek_list_members(list, finder->schema);
}

/* ---- RFC 4533. */

/* An entry that is not wanted, or not any more, has gone. */
static enum idm_status
take_synced(void *context, const struct idm_object *object, struct idm_err *err)
{
	const struct inquiry *inquiry = context;
	const struct idm_news_sink *sink = inquiry->sink;
	struct idm_facts facts;
	enum idm_status st;

	st = idm_seek_facts(inquiry->finder, object, &facts, err);
	if (st == IDM_OK)
		return sink->changed(sink->context, &facts, err);
	if (st == IDM_NOTFOUND && is_container(object))
		return has_moved(object, err);
	if (st != IDM_REFUSED && st != IDM_NOTFOUND)
		return st;
	return sink->told(sink->context, true, inquiry->sync.uuid, err);
}

enum idm_status
idm_find_synced(const struct idm_finder *finder, struct idm_str cookie,
    const struct idm_news_sink *sink, bool *rest_is_gone, struct idm_err *err)
{
	struct inquiry inquiry = {
		.finder = finder,
		.sink = sink,
		.sync = {
		    .cookie = cookie,
		    .each = sink->told,
		    .context = sink->context,
		},
	};
	struct idm_search search = {
		.base = idm_str_of(finder->settings->base),
		.scope = IDM_SCOPE_SUBTREE,
		.sync = &inquiry.sync,
	};
	struct idm_seek_list list = { .n = 0 };
	struct idm_buf filter;
	enum idm_status st;

	idm_buf_init(&filter, IDM_SEEK_FILTER_MAX);
	idm_filter_open(&filter, '|');
	st = put_kinds(finder, &filter, err);
	for (size_t i = 0; containers[i] != NULL; i++)
		idm_filter_equal(
		    &filter, "objectClass", idm_str_of(containers[i]));
	idm_filter_close(&filter);
	list_all(finder, &list);
	search.filter = (struct idm_str){ filter.data, filter.len };
	search.attribute = list.name;
	if (st == IDM_OK)
		st = idm_buf_status(&filter, err);
	if (st == IDM_OK)
		st = idm_session_search(finder->session, &search,
		    finder->deadline, take_synced, &inquiry, err);
	idm_buf_fini(&filter);
	*rest_is_gone = inquiry.sync.rest_is_gone;
	return st;
}

/* ---- Active Directory. */

static bool
read_guid(const struct idm_object *object, uint8_t uuid[static IDM_GUID_SIZE])
{
	struct idm_str value = idm_object_first(object, "objectGUID");

	if (value.len != IDM_GUID_SIZE)
		return false;
	memcpy(uuid, value.data, IDM_GUID_SIZE);
	return true;
}

/* Of what was deleted nothing else is left. */
static enum idm_status
take_touched(
    void *context, const struct idm_object *object, struct idm_err *err)
{
	const struct idm_news_sink *sink;
	struct inquiry *inquiry = context;
	struct idm_str usn = idm_object_first(object, "uSNChanged");
	uint8_t uuid[IDM_GUID_SIZE];
	uint64_t number = 0;

	if (idm_num_parse(usn.data, usn.len, UINT64_MAX, &number, NULL) ==
		IDM_OK &&
	    number <= inquiry->until)
		inquiry->n++;
	if (!read_guid(object, uuid))
		return IDM_OK;
	if (is_container(object) &&
	    !idm_object_has(object, "isDeleted", "TRUE"))
		return has_moved(object, err);
	sink = inquiry->sink;
	return sink->told(sink->context, true, uuid, err);
}

static enum idm_status
take_changed(
    void *context, const struct idm_object *object, struct idm_err *err)
{
	const struct inquiry *inquiry = context;
	const struct idm_news_sink *sink = inquiry->sink;
	struct idm_facts facts;
	enum idm_status st;

	if (idm_object_has(object, "isDeleted", "TRUE"))
		return IDM_OK;
	st = idm_seek_facts(inquiry->finder, object, &facts, err);
	if (st == IDM_REFUSED || st == IDM_NOTFOUND)
		return IDM_OK;
	return st == IDM_OK ? sink->changed(sink->context, &facts, err) : st;
}

/*
 * What was touched at all comes first, deleted things with it as far as they
 * are shown; what of it is a user or a group is then told anew.
 */
enum idm_status
idm_find_since(const struct idm_finder *finder, uint64_t since, uint64_t until,
    const struct idm_news_sink *sink, bool *is_all, struct idm_err *err)
{
	static const char *const few[] = { "objectGUID", "uSNChanged",
		"objectClass", "isDeleted", NULL };
	struct inquiry inquiry = {
		.finder = finder, .sink = sink, .until = until
	};
	struct idm_search search = {
		.base = idm_str_of(finder->settings->base),
		.scope = IDM_SCOPE_SUBTREE,
		.attribute = few,
		.is_paged = true,
		.shows_deleted = true,
	};
	struct idm_seek_list list = { .n = 0 };
	struct idm_buf filter;
	enum idm_status st;

	idm_buf_init(&filter, IDM_SEEK_FILTER_MAX);
	idm_filter_at_least(&filter, "uSNChanged", since + 1);
	search.filter = (struct idm_str){ filter.data, filter.len };
	st = idm_session_search(finder->session, &search, finder->deadline,
	    take_touched, &inquiry, err);
	*is_all = inquiry.n == until - since;
	idm_buf_clear(&filter);
	idm_filter_open(&filter, '&');
	idm_filter_at_least(&filter, "uSNChanged", since + 1);
	idm_filter_open(&filter, '|');
	if (st == IDM_OK)
		st = put_kinds(finder, &filter, err);
	idm_filter_close(&filter);
	idm_filter_close(&filter);
	list_all(finder, &list);
	if (st == IDM_OK)
		st = idm_seek_below(finder, search.base, &filter, &list, 0,
		    take_changed, &inquiry, err);
	idm_buf_fini(&filter);
	return st;
}

static enum idm_status
take_present(
    void *context, const struct idm_object *object, struct idm_err *err)
{
	const struct inquiry *inquiry = context;
	const struct idm_news_sink *sink = inquiry->sink;
	uint8_t uuid[IDM_GUID_SIZE];

	return read_guid(object, uuid)
	    ? sink->told(sink->context, false, uuid, err)
	    : IDM_OK;
}

enum idm_status
idm_find_present(const struct idm_finder *finder,
    const struct idm_news_sink *sink, struct idm_err *err)
{
	struct inquiry inquiry = { .finder = finder, .sink = sink };
	struct idm_seek_list list = { .name = { "objectGUID", NULL }, .n = 1 };
	struct idm_buf filter;
	enum idm_status st;

	idm_buf_init(&filter, IDM_SEEK_FILTER_MAX);
	idm_filter_open(&filter, '|');
	st = put_kinds(finder, &filter, err);
	idm_filter_close(&filter);
	if (st == IDM_OK)
		st = idm_seek_below(finder, idm_str_of(finder->settings->base),
		    &filter, &list, 0, take_present, &inquiry, err);
	idm_buf_fini(&filter);
	return st;
}
