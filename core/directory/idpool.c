#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/quote.h"
#include "directory/filter.h"
#include "directory/idpool.h"
#include "identity/id.h"

#define CLASS_ENTRY "sambaIdmapEntry"
#define CLASS_SID   "sambaSidEntry"
#define CLASS_POOL  "sambaUnixIdPool"
#define ATTR_SID    "sambaSID"
#define ATTR_UID    "uidNumber"
#define ATTR_GID    "gidNumber"

#define BATCH      64 /* SIDs, or numbers, that are asked for together */
#define ROUNDS_MAX 64 /* numbers that one wish may cost */
#define FILTER_MAX (64u << 10)
#define DN_MAX     (IDM_DIRECTORY_TEXT_MAX + IDM_SID_TEXT_MAX + 16)

/* ---- One entry. */

/* The one number of an attribute; *has: it has one. */
static enum idm_status
read_number(const struct idm_object *object, const char *attribute, bool *has,
    uint32_t *out, struct idm_err *err)
{
	const struct idm_attribute_values *values = idm_object_values(
	    object, attribute);
	char memory[64];
	struct idm_buf text;

	*has = values != NULL && values->n > 0;
	if (!*has)
		return IDM_OK;
	if (values->n == 1 &&
	    idm_num_id(values->value[0].data, values->value[0].len, out,
		NULL) == IDM_OK)
		return IDM_OK;
	idm_buf_init_fixed(&text, memory, sizeof(memory));
	idm_quote_put(&text, '\'', values->value[0], 20);
	return idm_fail(err, IDM_REFUSED, "%s %s%s is no number", attribute,
	    idm_buf_text(&text), values->n > 1 ? " and others" : "");
}

enum idm_status
idm_idpool_read(const struct idm_object *object, struct idm_idpool_entry *out,
    struct idm_err *err)
{
	const struct idm_attribute_values *sids = idm_object_values(
	    object, ATTR_SID);
	struct idm_idpool_entry entry;
	enum idm_status st;

	if (sids == NULL || sids->n != 1 ||
	    idm_sid_parse(sids->value[0], &entry.sid, NULL) != IDM_OK)
		return idm_fail(err, IDM_REFUSED, "its " ATTR_SID " is none");
	st = read_number(object, ATTR_UID, &entry.has_uid, &entry.uid, err);
	if (st == IDM_OK)
		st = read_number(
		    object, ATTR_GID, &entry.has_gid, &entry.gid, err);
	if (st == IDM_OK && !entry.has_uid && !entry.has_gid)
		st = idm_fail(err, IDM_REFUSED,
		    "it has neither " ATTR_UID " nor " ATTR_GID);
	if (st == IDM_OK)
		*out = entry;
	return st;
}

static bool
has_number(const struct idm_idpool_entry *entry, uint32_t id, char kind)
{
	return (kind != 'G' && entry->has_uid && entry->uid == id) ||
	    (kind != 'U' && entry->has_gid && entry->gid == id);
}

/* ---- Wishes. */

static void settle(struct idm_idpool_wish *wish, enum idm_status st,
    const char *fmt, ...) IDM_PRINTF(3, 4);

static void
settle(struct idm_idpool_wish *wish, enum idm_status st, const char *fmt, ...)
{
	va_list ap;

	wish->status = st;
	va_start(ap, fmt);
	(void)vsnprintf(wish->reason, sizeof(wish->reason), fmt, ap);
	va_end(ap);
}

/* What an entry says of the kind that is wanted. */
static void
take_entry(const struct idm_idpool *pool, struct idm_idpool_wish *wish,
    const struct idm_idpool_entry *entry)
{
	bool is_user = wish->want != 'G' && entry->has_uid;
	const char *reserved;

	if (!is_user && (wish->want == 'U' || !entry->has_gid)) {
		settle(wish, IDM_CONFLICT, "the directory has it as a %s",
		    wish->want == 'U' ? "group" : "user");
		return;
	}
	wish->id = is_user ? entry->uid : entry->gid;
	wish->kind = is_user ? 'U' : 'G';
	if (entry->has_uid && entry->has_gid && entry->uid == entry->gid)
		wish->kind = 'B';
	reserved = idm_id_reserved(wish->id);
	if (reserved != NULL)
		settle(wish, IDM_REFUSED, "the directory gives it %u, which %s",
		    wish->id, reserved);
	else if (wish->id < pool->low || wish->id > pool->high)
		settle(wish, IDM_REFUSED,
		    "the directory gives it %u, which is out of the range "
		    "%u-%u",
		    wish->id, pool->low, pool->high);
	else
		wish->status = IDM_OK;
}

/* ---- Searches. */

/* Ends the filter's memory.  IDM_NOTFOUND: there is no base. */
static enum idm_status
search_below(const struct idm_idpool *pool, struct idm_buf *filter,
    const char *const *attribute, idm_session_each *each, void *context,
    struct idm_err *err)
{
	const struct idm_search search = {
		.base = pool->base,
		.scope = IDM_SCOPE_SUBTREE,
		.filter = { filter->data, filter->len },
		.attribute = attribute,
	};
	enum idm_status st = idm_buf_status(filter, err);

	if (st == IDM_OK)
		st = idm_session_search(
		    pool->session, &search, pool->deadline, each, context, err);
	idm_buf_fini(filter);
	return st;
}

/* For entries; without the base nothing is known. */
static enum idm_status
search(const struct idm_idpool *pool, struct idm_buf *filter,
    idm_session_each *each, void *context, struct idm_err *err)
{
	static const char *const wanted[] = { ATTR_SID, ATTR_UID, ATTR_GID,
		NULL };
	enum idm_status st;

	st = search_below(pool, filter, wanted, each, context, err);
	if (st == IDM_NOTFOUND)
		return idm_fail(err, IDM_TEMPFAIL, "there is no '%.*s'",
		    (int)pool->base.len, pool->base.data);
	return st;
}

/* Begin a filter for entries of any of the values that follow. */
static void
begin_filter(struct idm_buf *filter)
{
	idm_buf_init(filter, FILTER_MAX);
	idm_filter_open(filter, '&');
	idm_filter_equal(filter, "objectClass", idm_str_of(CLASS_ENTRY));
	idm_filter_open(filter, '|');
}

static void
end_filter(struct idm_buf *filter)
{
	idm_filter_close(filter);
	idm_filter_close(filter);
}

/* Wishes that are looked after together. */
struct batch {
	const struct idm_idpool *pool;
	struct idm_idpool_wish *wish;
	size_t n;
	bool is_seen[BATCH];   /* an entry was, in this search */
	bool was_there[BATCH]; /* and was so when we wanted to add it */
};

static struct batch
batch_of(const struct idm_idpool *pool, struct idm_idpool_wish *wish, size_t n)
{
	struct batch batch = { .pool = pool, .wish = wish };

	batch.n = n < BATCH ? n : BATCH;
	for (size_t i = 0; i < batch.n; i++)
		wish[i].status = IDM_OK;
	return batch;
}

static enum idm_status
see_sid(void *context, const struct idm_object *object, struct idm_err *err)
{
	struct batch *batch = context;
	struct idm_str text = idm_object_first(object, ATTR_SID);
	struct idm_idpool_entry entry;
	struct idm_sid sid;
	struct idm_err why;
	enum idm_status st;

	(void)err;
	if (idm_sid_parse(text, &sid, NULL) != IDM_OK)
		return IDM_OK;
	st = idm_idpool_read(object, &entry, &why);
	for (size_t i = 0; i < batch->n; i++) {
		struct idm_idpool_wish *wish = &batch->wish[i];

		if (!idm_sid_equal(&wish->sid, &sid))
			continue;
		if (batch->is_seen[i])
			settle(wish, IDM_CONFLICT,
			    "the directory has two entries for it: remove "
			    "'%.*s' or the other",
			    (int)object->dn.len, object->dn.data);
		else if (st != IDM_OK)
			settle(wish, st, "'%.*s': %s", (int)object->dn.len,
			    object->dn.data, why.text);
		else
			take_entry(batch->pool, wish, &entry);
		batch->is_seen[i] = true;
	}
	return IDM_OK;
}

/* Not again for those whom the pool had nothing for. */
static enum idm_status
find_entries(struct batch *batch, struct idm_err *err)
{
	char text[IDM_SID_TEXT_MAX];
	struct idm_buf filter;

	memset(batch->is_seen, 0, sizeof(batch->is_seen));
	begin_filter(&filter);
	for (size_t i = 0; i < batch->n; i++) {
		struct idm_idpool_wish *wish = &batch->wish[i];

		if (wish->status == IDM_EXHAUSTED)
			continue;
		(void)idm_sid_format(&wish->sid, text);
		settle(
		    wish, IDM_NOTFOUND, "the directory has no number for it");
		if (batch->was_there[i])
			settle(wish, IDM_REFUSED,
			    "'" ATTR_SID
			    "=%s' is there, and is no " CLASS_ENTRY,
			    text);
		idm_filter_equal(&filter, ATTR_SID, idm_str_of(text));
	}
	end_filter(&filter);
	return search(batch->pool, &filter, see_sid, batch, err);
}

/* Is the number also somebody else's? */
static enum idm_status
see_owner(void *context, const struct idm_object *object, struct idm_err *err)
{
	struct batch *batch = context;
	char text[IDM_SID_TEXT_MAX];
	struct idm_idpool_entry entry;

	(void)err;
	if (idm_idpool_read(object, &entry, NULL) != IDM_OK)
		return IDM_OK;
	for (size_t i = 0; i < batch->n; i++) {
		struct idm_idpool_wish *wish = &batch->wish[i];

		if (wish->status == IDM_OK &&
		    !idm_sid_equal(&wish->sid, &entry.sid) &&
		    has_number(&entry, wish->id,
			batch->pool->is_split ? wish->kind : 'B'))
			settle(wish, IDM_CONFLICT,
			    "the directory gives %u to %s, too", wish->id,
			    idm_sid_format(&entry.sid, text));
	}
	return IDM_OK;
}

static void
put_number(struct idm_buf *filter, uint32_t id)
{
	idm_filter_number(filter, ATTR_UID, id);
	idm_filter_number(filter, ATTR_GID, id);
}

static enum idm_status
check_unique(struct batch *batch, struct idm_err *err)
{
	struct idm_buf filter;
	bool any = false;

	begin_filter(&filter);
	for (size_t i = 0; i < batch->n; i++) {
		if (batch->wish[i].status != IDM_OK)
			continue;
		put_number(&filter, batch->wish[i].id);
		any = true;
	}
	end_filter(&filter);
	if (any)
		return search(batch->pool, &filter, see_owner, batch, err);
	idm_buf_fini(&filter);
	return IDM_OK;
}

static enum idm_status
find_batch(struct batch *batch, struct idm_err *err)
{
	enum idm_status st = find_entries(batch, err);

	return st == IDM_OK ? check_unique(batch, err) : st;
}

enum idm_status
idm_idpool_find(const struct idm_idpool *pool, struct idm_idpool_wish *wish,
    size_t n, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	for (size_t at = 0; at < n && st == IDM_OK; at += BATCH) {
		struct batch batch = batch_of(pool, wish + at, n - at);

		st = find_batch(&batch, err);
	}
	return st;
}

/* ---- By number. */

struct owning {
	uint32_t id;
	char kind;   /* as which it is asked for */
	char unique; /* as which nobody else may have it */
	unsigned n;
	bool is_so; /* it is of that kind */
	struct idm_sid sid;
};

static enum idm_status
see_of_number(
    void *context, const struct idm_object *object, struct idm_err *err)
{
	struct owning *owning = context;
	char text[2][IDM_SID_TEXT_MAX];
	struct idm_idpool_entry entry;

	if (idm_idpool_read(object, &entry, NULL) != IDM_OK ||
	    !has_number(&entry, owning->id, owning->unique))
		return IDM_OK;
	if (owning->n++ > 0)
		return idm_fail(err, IDM_CONFLICT,
		    "the directory gives %u to %s and to %s", owning->id,
		    idm_sid_format(&owning->sid, text[0]),
		    idm_sid_format(&entry.sid, text[1]));
	owning->is_so = has_number(&entry, owning->id, owning->kind);
	owning->sid = entry.sid;
	return IDM_OK;
}

enum idm_status
idm_idpool_owner(const struct idm_idpool *pool, uint32_t id, char kind,
    struct idm_sid *out, struct idm_err *err)
{
	struct owning owning = {
		.id = id,
		.kind = kind,
		.unique = pool->is_split ? kind : 'B',
	};
	struct idm_buf filter;
	enum idm_status st;

	begin_filter(&filter);
	put_number(&filter, id);
	end_filter(&filter);
	st = search(pool, &filter, see_of_number, &owning, err);
	if (st != IDM_OK)
		return st;
	if (!owning.is_so)
		return idm_fail(
		    err, IDM_NOTFOUND, "the directory gives %u to nobody", id);
	*out = owning.sid;
	return IDM_OK;
}

/* ---- The pool. */

struct looking {
	struct idm_idpool_state state;
	unsigned n;
};

static enum idm_status
see_pool(void *context, const struct idm_object *object, struct idm_err *err)
{
	struct looking *looking = context;
	struct idm_idpool_state *state = &looking->state;
	bool has_uid, has_gid;
	enum idm_status st;

	if (looking->n++ > 0)
		return idm_fail(err, IDM_TEMPFAIL,
		    "there are two pools, '%s' and '%.*s': remove one",
		    state->dn, (int)object->dn.len, object->dn.data);
	if (object->dn.len >= sizeof(state->dn))
		return idm_fail(err, IDM_TEMPFAIL, "the pool's DN is too long");
	memcpy(state->dn, object->dn.data, object->dn.len);
	state->dn[object->dn.len] = '\0';
	st = read_number(object, ATTR_UID, &has_uid, &state->next_uid, err);
	if (st == IDM_OK)
		st = read_number(
		    object, ATTR_GID, &has_gid, &state->next_gid, err);
	if (st == IDM_OK && !(has_uid && has_gid))
		st = idm_fail(
		    err, IDM_REFUSED, "it lacks " ATTR_UID " or " ATTR_GID);
	return st == IDM_OK
	    ? st
	    : idm_within(err, IDM_TEMPFAIL, "pool '%s'", state->dn);
}

enum idm_status
idm_idpool_look(const struct idm_idpool *pool, struct idm_idpool_state *out,
    struct idm_err *err)
{
	static const char *const wanted[] = { ATTR_UID, ATTR_GID, NULL };
	struct looking looking = { .n = 0 };
	struct idm_buf filter;
	enum idm_status st;

	idm_buf_init(&filter, FILTER_MAX);
	idm_filter_equal(&filter, "objectClass", idm_str_of(CLASS_POOL));
	st = search_below(pool, &filter, wanted, see_pool, &looking, err);
	if (st != IDM_OK && st != IDM_NOTFOUND)
		return st;
	if (looking.n == 0)
		return idm_fail(err, IDM_NOTFOUND,
		    "there is no pool of numbers below '%.*s': 'idmap domain "
		    "pool --create' makes it",
		    (int)pool->base.len, pool->base.data);
	*out = looking.state;
	return IDM_OK;
}

/* ---- Taking. */

/* Numbers that were taken out of the pool, for these kinds. */
struct taking {
	const struct idm_idpool *pool;
	char kind; /* whose counter; 'B': of both */
	size_t n;
	uint32_t id[BATCH];
	bool is_used[BATCH];
};

/* The next ones that may be given, from a number on; where to go on. */
static uint64_t
choose(struct taking *taking, uint64_t next, size_t want)
{
	const struct idm_idpool *pool = taking->pool;

	taking->n = 0;
	for (; taking->n < want && next <= pool->high; next++) {
		if (idm_id_reserved((uint32_t)next) == NULL &&
		    pool->is_free(pool->context, (uint32_t)next))
			taking->id[taking->n++] = (uint32_t)next;
	}
	return next;
}

static size_t
put_swap(struct idm_attribute_change change[2], const char *attribute,
    const char *from, const char *to)
{
	change[0] = (struct idm_attribute_change){ IDM_CHANGE_DELETE, attribute,
		idm_str_of(from) };
	change[1] = (struct idm_attribute_change){ IDM_CHANGE_ADD, attribute,
		idm_str_of(to) };
	return 2;
}

/* IDM_CONFLICT: somebody was faster. */
static enum idm_status
move(const struct taking *taking, const struct idm_idpool_state *from,
    uint64_t to, struct idm_err *err)
{
	const struct idm_idpool *pool = taking->pool;
	struct idm_attribute_change change[4];
	char uid[24], gid[24], next[24];
	size_t n = 0;

	(void)snprintf(uid, sizeof(uid), "%u", from->next_uid);
	(void)snprintf(gid, sizeof(gid), "%u", from->next_gid);
	(void)snprintf(next, sizeof(next), "%llu", (unsigned long long)to);
	if (taking->kind != 'G')
		n += put_swap(change + n, ATTR_UID, uid, next);
	if (taking->kind != 'U')
		n += put_swap(change + n, ATTR_GID, gid, next);
	return idm_session_change(pool->session, idm_str_of(from->dn), change,
	    n, pool->deadline, err);
}

/* Take some out of the pool; none: it is empty. */
static enum idm_status
reserve(struct taking *taking, size_t want, struct idm_err *err)
{
	const struct idm_idpool *pool = taking->pool;
	struct idm_idpool_state state;
	enum idm_status st;
	uint64_t next, end;

	do {
		st = idm_idpool_look(pool, &state, err);
		if (st == IDM_NOTFOUND)
			return idm_within(err, IDM_TEMPFAIL, "no new number");
		if (st != IDM_OK)
			return st;
		next = taking->kind == 'G' ? state.next_gid : state.next_uid;
		if (taking->kind == 'B' && state.next_gid > next)
			next = state.next_gid;
		end = choose(taking, next < pool->low ? pool->low : next, want);
		if (taking->n == 0)
			return IDM_OK;
		st = move(taking, &state, end, err);
	} while (st == IDM_CONFLICT && idm_clock_ms() < pool->deadline);
	return st == IDM_CONFLICT
	    ? idm_within(err, IDM_TEMPFAIL, "others were always faster")
	    : st;
}

static enum idm_status
see_used(void *context, const struct idm_object *object, struct idm_err *err)
{
	struct taking *taking = context;
	struct idm_idpool_entry entry;

	(void)err;
	if (idm_idpool_read(object, &entry, NULL) != IDM_OK)
		return IDM_OK;
	for (size_t i = 0; i < taking->n; i++)
		taking->is_used[i] |= has_number(&entry, taking->id[i],
		    taking->pool->is_split ? taking->kind : 'B');
	return IDM_OK;
}

/* The pool may have been set back: what has an entry was given. */
static enum idm_status
find_used(struct taking *taking, struct idm_err *err)
{
	struct idm_buf filter;

	memset(taking->is_used, 0, sizeof(taking->is_used));
	begin_filter(&filter);
	for (size_t i = 0; i < taking->n; i++)
		put_number(&filter, taking->id[i]);
	end_filter(&filter);
	return search(taking->pool, &filter, see_used, taking, err);
}

/* The entry of a SID.  IDM_CONFLICT: there is one. */
static enum idm_status
add_entry(const struct idm_idpool *pool, const struct idm_idpool_wish *wish,
    uint32_t id, struct idm_err *err)
{
	char sid[IDM_SID_TEXT_MAX], number[16], memory[DN_MAX];
	struct idm_attribute_change change[5] = {
		{ IDM_CHANGE_ADD, "objectClass", idm_str_of(CLASS_SID) },
		{ IDM_CHANGE_ADD, "objectClass", idm_str_of(CLASS_ENTRY) },
	};
	struct idm_buf dn;
	enum idm_status st;
	size_t n = 2;

	(void)idm_sid_format(&wish->sid, sid);
	(void)snprintf(number, sizeof(number), "%u", id);
	change[n++] = (struct idm_attribute_change){ IDM_CHANGE_ADD, ATTR_SID,
		idm_str_of(sid) };
	if (wish->want != 'G')
		change[n++] = (struct idm_attribute_change){ IDM_CHANGE_ADD,
			ATTR_UID, idm_str_of(number) };
	if (wish->want != 'U')
		change[n++] = (struct idm_attribute_change){ IDM_CHANGE_ADD,
			ATTR_GID, idm_str_of(number) };
	idm_buf_init_fixed(&dn, memory, sizeof(memory));
	idm_buf_printf(&dn, ATTR_SID "=%s,", sid);
	idm_buf_put(&dn, pool->base.data, pool->base.len);
	st = idm_buf_status(&dn, err);
	return st == IDM_OK ? idm_session_add(pool->session,
				  (struct idm_str){ dn.data, dn.len }, change,
				  n, pool->deadline, err)
			    : st;
}

static bool
wants(const struct batch *batch, size_t i, char counter)
{
	return batch->wish[i].status == IDM_NOTFOUND &&
	    (!batch->pool->is_split || batch->wish[i].want == counter);
}

/* Each of those who want one gets one of those taken. */
static enum idm_status
hand_out(struct batch *batch, const struct taking *taking, struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	size_t at = 0;

	for (size_t i = 0; i < batch->n && st == IDM_OK; i++) {
		if (!wants(batch, i, taking->kind))
			continue;
		while (at < taking->n && taking->is_used[at])
			at++;
		if (at == taking->n)
			break;
		st = add_entry(
		    batch->pool, &batch->wish[i], taking->id[at++], err);
		/* Another host's is read in the next round. */
		batch->was_there[i] = st == IDM_CONFLICT;
		if (st == IDM_CONFLICT)
			st = IDM_OK;
	}
	return st;
}

static void
be_exhausted(struct batch *batch, char counter)
{
	for (size_t i = 0; i < batch->n; i++) {
		if (wants(batch, i, counter))
			settle(&batch->wish[i], IDM_EXHAUSTED,
			    "the pool has no number left of %u-%u: widen the "
			    "range on all hosts",
			    batch->pool->low, batch->pool->high);
	}
}

/* A round for those of one counter; *any: somebody wanted one. */
static enum idm_status
take_kind(struct batch *batch, char counter, bool *any, struct idm_err *err)
{
	struct taking taking = { .pool = batch->pool, .kind = counter };
	enum idm_status st;
	size_t want = 0;

	for (size_t i = 0; i < batch->n; i++)
		want += wants(batch, i, counter);
	if (want == 0)
		return IDM_OK;
	*any = true;
	st = reserve(&taking, want, err);
	if (st == IDM_OK && taking.n == 0)
		be_exhausted(batch, counter);
	else if (st == IDM_OK)
		st = find_used(&taking, err);
	return st == IDM_OK ? hand_out(batch, &taking, err) : st;
}

static enum idm_status
take_round(struct batch *batch, bool *any, struct idm_err *err)
{
	const char *counter = batch->pool->is_split ? "UGB" : "B";
	enum idm_status st = IDM_OK;

	*any = false;
	for (; *counter != '\0' && st == IDM_OK; counter++)
		st = take_kind(batch, *counter, any, err);
	/* What is there now counts, whoever added it. */
	return st == IDM_OK && *any ? find_batch(batch, err) : st;
}

static enum idm_status
take_batch(struct batch *batch, struct idm_err *err)
{
	enum idm_status st = find_batch(batch, err);
	bool any = true;

	for (unsigned i = 0; st == IDM_OK && any; i++) {
		if (i == ROUNDS_MAX)
			return idm_fail(err, IDM_TEMPFAIL,
			    "the pool gives numbers that stand in entries "
			    "already: was it set back?");
		st = take_round(batch, &any, err);
	}
	return st;
}

enum idm_status
idm_idpool_take(const struct idm_idpool *pool, struct idm_idpool_wish *wish,
    size_t n, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	for (size_t at = 0; at < n && st == IDM_OK; at += BATCH) {
		struct batch batch = batch_of(pool, wish + at, n - at);

		st = take_batch(&batch, err);
	}
	return st;
}

/* ---- Making. */

/* The value of the base's own name; false: it is no organizational unit's. */
static bool
unit_of(struct idm_str base, struct idm_str *out)
{
	const char *comma = memchr(base.data, ',', base.len);

	if (base.len <= 3 || strncasecmp(base.data, "ou=", 3) != 0 ||
	    memchr(base.data, '\\', base.len) != NULL)
		return false;
	out->data = base.data + 3;
	out->len = (comma == NULL ? base.len : (size_t)(comma - base.data)) - 3;
	return out->len > 0;
}

static enum idm_status
make_base(const struct idm_idpool *pool, struct idm_attribute_change *change,
    size_t n, struct idm_err *err)
{
	struct idm_str unit;

	if (!unit_of(pool->base, &unit))
		return idm_fail(err, IDM_NOTFOUND,
		    "there is no '%.*s', and only a base 'ou=...' is made",
		    (int)pool->base.len, pool->base.data);
	change[n++] = (struct idm_attribute_change){ IDM_CHANGE_ADD,
		"objectClass", idm_str_of("organizationalUnit") };
	change[n++] = (struct idm_attribute_change){ IDM_CHANGE_ADD, "ou",
		unit };
	return idm_session_add(
	    pool->session, pool->base, change, n, pool->deadline, err);
}

enum idm_status
idm_idpool_make(const struct idm_idpool *pool, struct idm_err *err)
{
	struct idm_attribute_change change[5];
	struct idm_idpool_state state;
	enum idm_status st;
	char low[16];

	st = idm_idpool_look(pool, &state, err);
	if (st == IDM_OK)
		return idm_fail(err, IDM_CONFLICT,
		    "there is a pool already, '%s'", state.dn);
	if (st != IDM_NOTFOUND)
		return st;
	(void)snprintf(low, sizeof(low), "%u", pool->low);
	change[0] = (struct idm_attribute_change){ IDM_CHANGE_ADD, ATTR_UID,
		idm_str_of(low) };
	change[1] = (struct idm_attribute_change){ IDM_CHANGE_ADD, ATTR_GID,
		idm_str_of(low) };
	change[2] = (struct idm_attribute_change){ IDM_CHANGE_ADD,
		"objectClass", idm_str_of(CLASS_POOL) };
	st = idm_session_change(
	    pool->session, pool->base, change, 3, pool->deadline, err);
	return st == IDM_NOTFOUND ? make_base(pool, change, 3, err) : st;
}
