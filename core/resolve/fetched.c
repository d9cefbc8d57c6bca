#include <stdlib.h>
#include <string.h>

#include "base/quote.h"
#include "map/format.h"
#include "resolve/fetched.h"

#define SHOWN_MAX 160 /* bytes of a name in a message */
#define HELD_MAX  1024

struct idm_fetched *
idm_fetched_new(
    const struct idm_maps *maps, const struct idm_domain *domain, uint64_t when)
{
	struct idm_fetched *fetched = calloc(1, sizeof(*fetched));

	if (fetched == NULL)
		return NULL;
	fetched->pool = idm_pool_new();
	fetched->stamp = domain->stamp;
	fetched->crowd = idm_domain_crowd(&maps->domains, domain);
	fetched->keeps_sids = domain->sid.nsubs > 0;
	fetched->answer.when = when;
	if (fetched->pool == NULL)
		idm_fetched_free(&fetched);
	return fetched;
}

void
idm_fetched_free(struct idm_fetched **fetched)
{
	if (*fetched == NULL)
		return;
	idm_pool_free(&(*fetched)->pool);
	free((*fetched)->record);
	free(*fetched);
	*fetched = NULL;
}

const struct idm_looked_up *
idm_fetched_answer(const struct idm_fetched *fetched)
{
	return &fetched->answer;
}

const struct idm_fetched_record *
idm_fetched_records(const struct idm_fetched *fetched, size_t *n)
{
	*n = fetched->nrecords;
	return fetched->record;
}

struct idm_str
idm_fetched_what_is_held(const struct idm_fetched *fetched)
{
	return fetched->held;
}

/* ---- Records. */

static enum idm_status
no_memory(struct idm_err *err)
{
	return idm_fail(err, IDM_NOMEM, "out of memory");
}

static enum idm_status
keep(struct idm_fetched *fetched, const struct idm_buf *buf,
    struct idm_str *out, struct idm_err *err)
{
	enum idm_status st = idm_buf_status(buf, err);

	if (st != IDM_OK)
		return st;
	*out = idm_pool_text(
	    fetched->pool, (struct idm_str){ buf->data, buf->len });
	return out->data == NULL ? no_memory(err) : IDM_OK;
}

enum idm_status
idm_fetched_held(struct idm_fetched *fetched, const struct idm_ownid *identity,
    struct idm_err *err)
{
	char memory[HELD_MAX];
	struct idm_buf buf;

	if (identity->said == 0)
		return IDM_OK;
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	idm_buf_puts(&buf, identity->is_group ? "group " : "user ");
	idm_quote_put(&buf, '\'', identity->shown, SHOWN_MAX);
	idm_buf_printf(&buf,
	    " keeps %s %u, though its directory says %u (on_change = hold)",
	    identity->is_group ? "gid" : "uid", identity->id, identity->said);
	return keep(fetched, &buf, &fetched->held, err);
}

static enum idm_status
add_room(struct idm_fetched *fetched, struct idm_err *err)
{
	size_t room = fetched->room == 0 ? 8 : 2 * fetched->room;
	struct idm_fetched_record *grown;

	if (fetched->nrecords < fetched->room)
		return IDM_OK;
	grown = reallocarray(fetched->record, room, sizeof(*grown));
	if (grown == NULL)
		return no_memory(err);
	fetched->record = grown;
	fetched->room = room;
	return IDM_OK;
}

static bool
has_prefix(struct idm_str key, const char *prefix)
{
	return key.len >= IDM_OWN_PREFIX &&
	    memcmp(key.data, prefix, IDM_OWN_PREFIX) == 0;
}

/* Does it list members or groups? */
static bool
is_list(struct idm_str key)
{
	return has_prefix(key, IDM_OWN_MEMBERSHIP) ||
	    has_prefix(key, IDM_OWN_GROUP) || has_prefix(key, IDM_OWN_GID);
}

/* Only a list can be a part of what there is. */
static uint8_t
flags_of(const struct idm_fetched *fetched, struct idm_str key)
{
	if (has_prefix(key, IDM_CACHED_ACCOUNT))
		return fetched->is_login ? IDM_CACHED_LOGIN : 0;
	return is_list(key) ? fetched->answer.flags : 0;
}

static enum idm_status
add_record(struct idm_fetched *fetched, struct idm_str key,
    struct idm_str value, struct idm_err *err)
{
	struct idm_fetched_record record = {
		.key = idm_pool_text(fetched->pool, key),
		.value = value,
	};
	enum idm_status st = add_room(fetched, err);

	if (st == IDM_OK && record.key.data == NULL)
		return no_memory(err);
	if (st == IDM_OK)
		fetched->record[fetched->nrecords++] = record;
	return st;
}

static enum idm_status
put_record(void *context, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	struct idm_fetched *fetched = context;
	const struct idm_cached cached = {
		.flags = flags_of(fetched, key),
		.when = fetched->answer.when,
		.stamp = is_list(key) ? fetched->crowd : fetched->stamp,
		.server = fetched->server,
		.record = value,
	};
	struct idm_str kept;
	struct idm_buf buf;
	enum idm_status st;

	idm_buf_init(&buf, IDM_VALUE_MAX);
	idm_cached_write(&buf, &cached);
	st = keep(fetched, &buf, &kept, err);
	idm_buf_fini(&buf);
	return st == IDM_OK ? add_record(fetched, key, kept, err) : st;
}

/* What the records of an account are is the answer, too. */
static enum idm_status
put_answer(void *context, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	struct idm_fetched *fetched = context;
	struct idm_looked_up *answer = &fetched->answer;
	enum idm_status st = IDM_OK;
	struct idm_str *out = NULL;

	if (fetched->keeps_sids || !has_prefix(key, IDM_OWN_SID))
		st = put_record(fetched, key, value, err);
	if (has_prefix(key, IDM_OWN_USER))
		out = &answer->user;
	else if (has_prefix(key, IDM_OWN_GROUP))
		out = &answer->group;
	else if (has_prefix(key, IDM_OWN_MEMBERSHIP))
		out = &answer->gids;
	else if (has_prefix(key, IDM_OWN_SID))
		out = &answer->sid;
	else if (has_prefix(key, IDM_CACHED_ACCOUNT))
		out = &answer->account;
	else if (has_prefix(key, IDM_EQUAL_LOCALS))
		out = &answer->locals;
	else if (has_prefix(key, IDM_EQUAL_USER) ||
	    has_prefix(key, IDM_EQUAL_GROUP) ||
	    has_prefix(key, IDM_EQUAL_HANDLE))
		out = &answer->equal;
	if (st != IDM_OK || out == NULL)
		return st;
	*out = idm_pool_text(fetched->pool, value);
	return out->data == NULL ? no_memory(err) : IDM_OK;
}

static enum idm_status
put_keyed(struct idm_fetched *fetched, const char prefix[static IDM_OWN_PREFIX],
    struct idm_str text, const struct idm_buf *value, struct idm_err *err)
{
	char memory[IDM_KEY_MAX];
	struct idm_buf key;
	enum idm_status st = idm_buf_status(value, err);

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_own_key(&key, prefix, text);
	if (st == IDM_OK)
		st = idm_buf_status(&key, err);
	if (st != IDM_OK)
		return st;
	return put_answer(fetched, (struct idm_str){ key.data, key.len },
	    (struct idm_str){ value->data, value->len }, err);
}

/* ---- Who told it. */

/* Is that server named in the cache that everybody sees? */
static bool
is_named(const struct idm_view *cache, const struct idm_domain *domain,
    uint32_t id, struct idm_str uri)
{
	const struct idm_cached by = { .server = id };

	return idm_str_compare(idm_cached_server(cache, domain, &by), uri) == 0;
}

enum idm_status
idm_fetched_from(struct idm_fetched *fetched, const struct idm_view *cache,
    const struct idm_domain *domain, struct idm_str uri, struct idm_err *err)
{
	struct idm_buf text, value;
	enum idm_status st;

	if (uri.len == 0 || uri.len > IDM_CACHED_URI_MAX)
		return IDM_OK;
	fetched->server = idm_cached_server_id(uri);
	if (is_named(cache, domain, fetched->server, uri))
		return IDM_OK;
	idm_buf_init(&text, IDM_KEY_MAX);
	idm_buf_init(&value, IDM_KEY_MAX);
	idm_cached_server_put(
	    &text, fetched->server, idm_str_of(idm_domain_shown(domain)));
	idm_cached_server_write(&value, uri);
	st = idm_buf_status(&text, err);
	if (st == IDM_OK)
		st = put_keyed(fetched, IDM_CACHED_SERVER,
		    (struct idm_str){ text.data, text.len }, &value, err);
	idm_buf_fini(&text);
	idm_buf_fini(&value);
	return st;
}

/* ---- Accounts. */

/* What does not come through its own check must not be served. */
static enum idm_status
judge(enum idm_status st, struct idm_err *err)
{
	if (st == IDM_CORRUPT && err != NULL)
		err->status = IDM_REFUSED;
	return st == IDM_CORRUPT ? IDM_REFUSED : st;
}

static enum idm_status
put_gids(struct idm_fetched *fetched, struct idm_str key, const uint32_t *gid,
    uint32_t n, struct idm_err *err)
{
	struct idm_buf value;
	enum idm_status st;

	idm_buf_init(&value, IDM_VALUE_MAX);
	idm_own_gids_write(&value, gid, n);
	st = put_keyed(fetched, IDM_OWN_MEMBERSHIP, key, &value, err);
	idm_buf_fini(&value);
	return st;
}

enum idm_status
idm_fetched_user(struct idm_fetched *fetched,
    const struct idm_own_member *member,
    const struct idm_cached_account *account, const uint32_t *gid,
    uint32_t ngids, bool is_partial, struct idm_err *err)
{
	enum idm_status st;

	if (gid != NULL && is_partial)
		fetched->answer.flags |= IDM_CACHED_PARTIAL;
	st = judge(idm_own_user_records(member, put_answer, fetched, err), err);
	/* Also when there are none: it is known that there are none. */
	if (st == IDM_OK && gid != NULL)
		st = put_gids(fetched, member->user.key, gid, ngids, err);
	return st == IDM_OK
	    ? idm_fetched_account(fetched, member->user.key, account, err)
	    : st;
}

enum idm_status
idm_fetched_account(struct idm_fetched *fetched, struct idm_str key,
    const struct idm_cached_account *account, struct idm_err *err)
{
	struct idm_buf value;
	char memory[64];

	idm_buf_init_fixed(&value, memory, sizeof(memory));
	idm_cached_account_write(&value, account);
	return put_keyed(fetched, IDM_CACHED_ACCOUNT, key, &value, err);
}

enum idm_status
idm_fetched_equal(struct idm_fetched *fetched,
    const char prefix[static IDM_OWN_PREFIX], struct idm_str text,
    const struct idm_equal *equal, struct idm_err *err)
{
	struct idm_equal check;
	struct idm_buf value;
	enum idm_status st;

	idm_buf_init(&value, IDM_VALUE_MAX);
	idm_equal_write(&value, equal);
	st = idm_buf_status(&value, err);
	if (st == IDM_OK)
		st = judge(
		    idm_equal_read(
			(struct idm_str){ value.data, value.len }, &check, err),
		    err);
	if (st == IDM_OK)
		st = put_keyed(fetched, prefix, text, &value, err);
	idm_buf_fini(&value);
	return st;
}

enum idm_status
idm_fetched_locals(struct idm_fetched *fetched, struct idm_str key,
    const struct idm_str *name, size_t n, struct idm_err *err)
{
	struct idm_buf value;
	enum idm_status st;

	idm_buf_init(&value, IDM_VALUE_MAX);
	idm_equal_locals_write(&value, name, n);
	st = put_keyed(fetched, IDM_EQUAL_LOCALS, key, &value, err);
	idm_buf_fini(&value);
	return st;
}

enum idm_status
idm_fetched_drop(struct idm_fetched *fetched,
    const char prefix[static IDM_OWN_PREFIX], struct idm_str text,
    struct idm_err *err)
{
	char memory[IDM_KEY_MAX];
	struct idm_buf key;
	enum idm_status st;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_own_key(&key, prefix, text);
	st = idm_buf_status(&key, err);
	return st == IDM_OK
	    ? add_record(fetched, (struct idm_str){ key.data, key.len },
		  idm_str_of(""), err)
	    : st;
}

enum idm_status
idm_fetched_group(struct idm_fetched *fetched,
    const struct idm_own_group_of *group, bool is_partial, struct idm_err *err)
{
	if (is_partial)
		fetched->answer.flags |= IDM_CACHED_PARTIAL;
	return judge(
	    idm_own_group_records(group, put_answer, fetched, err), err);
}
