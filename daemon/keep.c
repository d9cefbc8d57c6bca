#include "daemon/keep.h"
#include "daemon/cacheitem.h"
#include "map/equal.h"
#include "map/own.h"

static enum idm_status
send_packet(struct link *link, struct idm_str body, uint32_t number,
    struct idm_err *err)
{
	const struct record_request request = {
		.id = number,
		.op = IDM_OP_CACHE_PUT,
		.cache = body,
	};

	return link_record(link, &request, err);
}

/* Items, in as many packets as they need. */
enum idm_status
keep_items(struct link *link, const struct idm_buf *items, uint8_t flags,
    uint32_t number, struct idm_err *err)
{
	struct idm_str all = { items->data, items->len };
	enum idm_status st = idm_buf_status(items, err);
	struct idm_buf body;
	size_t at = 0;

	idm_buf_init(&body, RECORD_MAX);
	while (st == IDM_OK && cache_item_packet(all, &at, flags, &body)) {
		st = idm_buf_status(&body, err);
		if (st == IDM_OK)
			st = send_packet(link,
			    (struct idm_str){ body.data, body.len },
			    at == all.len ? number : 0, err);
		idm_buf_clear(&body);
	}
	idm_buf_fini(&body);
	return st;
}

/* Items of one question go with those of others, or all of them do not. */
static enum idm_status
settle(struct idm_buf *items, size_t before, struct idm_err *err)
{
	enum idm_status st = idm_buf_status(items, err);

	if (st != IDM_OK) {
		items->len = before;
		items->status = IDM_OK;
	}
	return st;
}

enum idm_status
keep_records(struct idm_buf *items, const struct idm_fetched_record *record,
    size_t n, struct idm_err *err)
{
	size_t before = items->len;

	for (size_t i = 0; i < n; i++) {
		const struct cache_item item = {
			.kind = record[i].value.len > 0 ? CACHE_PUT
							: CACHE_DELETE,
			.key = record[i].key,
			.value = record[i].value,
		};

		cache_item_write(items, &item);
	}
	return settle(items, before, err);
}

/* The key of a record by what was asked. */
static void
put_key(struct idm_buf *key, const struct idm_domain *domain,
    const struct idm_lookup *lookup, bool is_group)
{
	char sid[IDM_SID_TEXT_MAX];
	struct idm_buf name;

	switch (lookup->by) {
	case IDM_LOOKUP_BY_ID:
		idm_own_key_id(
		    key, is_group ? IDM_OWN_GID : IDM_OWN_UID, lookup->id);
		break;
	case IDM_LOOKUP_BY_SID:
		idm_own_key(key, IDM_OWN_SID,
		    idm_str_of(idm_sid_format(&lookup->sid, sid)));
		break;
	case IDM_LOOKUP_BY_UNIX:
		idm_buf_puts(key, IDM_EQUAL_HANDLE);
		idm_equal_put_login(key, domain, is_group, lookup->name);
		break;
	case IDM_LOOKUP_BY_OTHER:
		idm_buf_puts(key, IDM_EQUAL_HANDLE);
		idm_equal_put_other(key, domain, is_group, lookup->name);
		break;
	case IDM_LOOKUP_BY_WINDOWS:
		idm_buf_puts(key, IDM_EQUAL_HANDLE);
		idm_equal_put_windows(key, domain, is_group, lookup->name);
		break;
	default:
		idm_buf_init(&name, IDM_KEY_MAX);
		idm_buf_put(&name, lookup->name.data, lookup->name.len);
		idm_buf_printf(&name, "@%s", idm_domain_shown(domain));
		idm_own_key(key, is_group ? IDM_OWN_GROUP : IDM_OWN_USER,
		    (struct idm_str){ name.data, name.len });
		idm_buf_fini(&name);
	}
}

enum idm_status
keep_absence(struct idm_buf *items, const struct idm_domain *domain,
    const struct idm_lookup *lookup, struct idm_err *err)
{
	bool is_group = lookup->kind == IDM_LOOKUP_GROUP;
	struct cache_item item = { .kind = CACHE_DELETE, .value = { "", 0 } };
	size_t before = items->len;
	enum idm_status st;
	struct idm_buf key;

	idm_buf_init(&key, IDM_KEY_MAX);
	put_key(&key, domain, lookup, is_group);
	item.key = (struct idm_str){ key.data, key.len };
	st = idm_buf_status(&key, err);
	if (st == IDM_OK) {
		cache_item_write(items, &item);
		st = settle(items, before, err);
	}
	idm_buf_fini(&key);
	return st;
}
