#include "state/asked.h"

static enum idm_status
ask_wishes(const struct idm_asked *asked, enum idm_op op,
    const struct idm_wish *wish, size_t n, struct idm_grant *grant,
    struct idm_err *err)
{
	struct idm_state_request request = { 0 };
	struct idm_str reply;
	struct idm_buf items;
	enum idm_status st;

	idm_buf_init(&items, IDM_STATE_ITEMS_MAX);
	for (size_t i = 0; i < n; i++)
		idm_wish_write(&items, &wish[i]);
	st = idm_buf_status(&items, err);
	request.items = (struct idm_str){ items.data, items.len };
	if (st == IDM_OK)
		st = asked->ask(asked->context, op, &request, &reply, err);
	idm_buf_fini(&items);
	if (st != IDM_OK)
		return st;
	for (size_t i = 0; i < n; i++) {
		if (!idm_grant_next(&reply, &grant[i]))
			return idm_fail(
			    err, IDM_CORRUPT, "idmapd's answer is malformed");
	}
	return IDM_OK;
}

/* How many wishes from the first on go in one request. */
static size_t
count_fitting(const struct idm_wish *wish, size_t n)
{
	size_t bytes = 0, i = 0;

	while (i < n && i < IDM_WISHES_MAX) {
		bytes += 9 + IDM_SID_BINARY_MAX + wish[i].name.len;
		if (bytes > IDM_STATE_ITEMS_MAX && i > 0)
			break;
		i++;
	}
	return i;
}

enum idm_status
idm_asked_wishes(const struct idm_asked *asked, enum idm_op op,
    const struct idm_wish *wish, size_t n, struct idm_grant *out,
    struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	while (n > 0 && st == IDM_OK) {
		size_t part = count_fitting(wish, n);

		st = ask_wishes(asked, op, wish, part, out, err);
		wish += part;
		out += part;
		n -= part;
	}
	return st;
}

static enum idm_status
grant(void *context, const struct idm_wish *wish, size_t n,
    struct idm_grant *out, struct idm_err *err)
{
	return idm_asked_wishes(context, IDM_OP_STATE_GRANT, wish, n, out, err);
}

static enum idm_status
find(void *context, const struct idm_wish *wish, struct idm_grant *out,
    struct idm_err *err)
{
	struct idm_grant found = { 0 };
	enum idm_status st;

	st = ask_wishes(context, IDM_OP_STATE_FIND, wish, 1, &found, err);
	if (st == IDM_OK)
		st = idm_grant_status(&found, err);
	if (st == IDM_OK)
		*out = found;
	return st;
}

static enum idm_status
find_id(void *context, uint32_t id, uint8_t kind, struct idm_buf *owner,
    struct idm_err *err)
{
	struct idm_state_request request = { .kind = kind, .id = id };
	const struct idm_asked *asked = context;
	struct idm_str reply;
	enum idm_status st;

	st = asked->ask(
	    asked->context, IDM_OP_STATE_FIND_ID, &request, &reply, err);
	if (st != IDM_OK)
		return st;
	idm_buf_put(owner, reply.data, reply.len);
	return idm_buf_status(owner, err);
}

struct idm_allocator
idm_asked_allocator(struct idm_asked *asked)
{
	return (struct idm_allocator){
		.grant = grant,
		.find = find,
		.find_id = find_id,
		.context = asked,
	};
}
