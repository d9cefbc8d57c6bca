#include "map/cached.h"
#include "map/own.h"
#include "map/record.h"
#include "map/siphash.h"

#define FLAGS_KNOWN (IDM_CACHED_PARTIAL | IDM_CACHED_LOGIN | IDM_CACHED_UNSURE)
#define HAS_SERVER  0x80u /* in the record: its server follows */

#define PARTIAL_S 60 /* a list that is not whole is fresh for so long */

#define ENTRY_KNOWN (IDM_ENTRY_GROUP | IDM_ENTRY_OUT | IDM_ENTRY_CONTESTED)

#define ACCOUNT_KNOWN                                                          \
	(IDM_ACCOUNT_DISABLED | IDM_ACCOUNT_LOCKED | IDM_ACCOUNT_EXPIRED |     \
	    IDM_ACCOUNT_PASSWORD_EXPIRED | IDM_ACCOUNT_MUST_CHANGE)

/* ---- The front of every record. */

void
idm_cached_write(struct idm_buf *buf, const struct idm_cached *cached)
{
	uint8_t has_server = cached->server != 0 ? HAS_SERVER : 0;

	idm_record_begin(buf, 'C');
	idm_buf_put_u8(buf, cached->flags | has_server);
	idm_buf_put_u64(buf, cached->when);
	idm_buf_put_u64(buf, cached->stamp);
	if (has_server != 0)
		idm_buf_put_u32(buf, cached->server);
	idm_buf_put(buf, cached->record.data, cached->record.len);
}

enum idm_status
idm_cached_read(
    struct idm_str value, struct idm_cached *out, struct idm_err *err)
{
	struct idm_cached cached = { .server = 0 };
	struct idm_cursor cursor;
	enum idm_status st;
	uint8_t flags;

	st = idm_record_open(value, 'C', &cursor, err);
	if (st != IDM_OK)
		return st;
	flags = idm_cursor_u8(&cursor);
	cached.flags = flags & (uint8_t)~HAS_SERVER;
	cached.when = idm_cursor_u64(&cursor);
	cached.stamp = idm_cursor_u64(&cursor);
	if ((flags & HAS_SERVER) != 0)
		cached.server = idm_cursor_u32(&cursor);
	if (cursor.bad)
		return idm_fail(err, IDM_CORRUPT, "record is cut short");
	if ((cached.flags & ~FLAGS_KNOWN) != 0)
		return idm_record_out_of_range("flags", cached.flags, err);
	if ((flags & HAS_SERVER) != 0 && cached.server == 0)
		return idm_record_out_of_range("server", 0, err);
	cached.record = idm_cursor_rest(&cursor);
	*out = cached;
	return IDM_OK;
}

enum idm_status
idm_cached_find(const struct idm_view *cache,
    const char prefix[static IDM_OWN_PREFIX], struct idm_str text,
    struct idm_cached *out)
{
	struct idm_str value;
	enum idm_status st;

	if (cache == NULL)
		return IDM_NOTFOUND;
	st = idm_own_find(cache, prefix, text, &value);
	return st == IDM_OK ? idm_cached_read(value, out, NULL) : st;
}

enum idm_status
idm_cached_find_id(const struct idm_view *cache,
    const char prefix[static IDM_OWN_PREFIX], uint32_t id,
    struct idm_cached *out)
{
	struct idm_str value;
	enum idm_status st;

	if (cache == NULL)
		return IDM_NOTFOUND;
	st = idm_own_find_id(cache, prefix, id, &value);
	return st == IDM_OK ? idm_cached_read(value, out, NULL) : st;
}

/* ---- Servers. */

uint32_t
idm_cached_server_id(struct idm_str uri)
{
	static const uint8_t seed[IDM_SIPHASH_KEY] = "server of cache";
	uint32_t id = (uint32_t)idm_siphash(seed, uri.data, uri.len);

	return id == 0 ? 1 : id;
}

void
idm_cached_server_put(struct idm_buf *buf, uint32_t id, struct idm_str dom)
{
	idm_buf_printf(
	    buf, "%08lx@%.*s", (unsigned long)id, (int)dom.len, dom.data);
}

void
idm_cached_server_write(struct idm_buf *buf, struct idm_str uri)
{
	idm_record_begin(buf, 'W');
	idm_buf_put_str(buf, uri.data, uri.len);
}

static enum idm_status
check_uri(struct idm_str uri, struct idm_err *err)
{
	return uri.len > 0 && uri.len <= IDM_CACHED_URI_MAX
	    ? IDM_OK
	    : idm_record_out_of_range("length of a URI", uri.len, err);
}

enum idm_status
idm_cached_server_read(
    struct idm_str value, struct idm_str *uri, struct idm_err *err)
{
	struct idm_cursor cursor;
	struct idm_str found;
	enum idm_status st;

	st = idm_record_open(value, 'W', &cursor, err);
	if (st != IDM_OK)
		return st;
	found = idm_cursor_str(&cursor);
	st = idm_record_close(&cursor, err);
	if (st == IDM_OK)
		st = check_uri(found, err);
	if (st == IDM_OK)
		*uri = found;
	return st;
}

/* Of a domain that is kept as a whole: where that was read. */
static struct idm_str
server_of_whole(const struct idm_view *cache, const struct idm_domain *domain)
{
	struct idm_cached_domain record;
	struct idm_str value;

	if (cache == NULL ||
	    idm_own_find(cache, IDM_CACHED_DOMAIN, idm_str_of(domain->name),
		&value) != IDM_OK ||
	    idm_cached_domain_read(value, &record, NULL) != IDM_OK)
		return idm_str_of("");
	return record.server;
}

struct idm_str
idm_cached_server(const struct idm_view *cache, const struct idm_domain *domain,
    const struct idm_cached *told)
{
	struct idm_str uri = idm_str_of("");
	char memory[IDM_KEY_MAX];
	struct idm_cached cached;
	struct idm_buf text;

	if (told->server == 0)
		return server_of_whole(cache, domain);
	idm_buf_init_fixed(&text, memory, sizeof(memory));
	idm_cached_server_put(
	    &text, told->server, idm_str_of(idm_domain_shown(domain)));
	if (idm_buf_status(&text, NULL) != IDM_OK ||
	    idm_cached_find(cache, IDM_CACHED_SERVER,
		(struct idm_str){ text.data, text.len }, &cached) != IDM_OK ||
	    idm_cached_server_read(cached.record, &uri, NULL) != IDM_OK)
		return idm_str_of("");
	return uri;
}

/* ---- Age. */

enum idm_cached_age
idm_cached_age(const struct idm_cached *cached, const struct idm_domain *domain,
    uint64_t now)
{
	/* A clock that was set back tells nothing of a record's age. */
	bool is_timeless = cached->when > now;
	uint64_t age = is_timeless ? 0 : now - cached->when;
	uint64_t fresh = domain->cache_s;

	/* What could not be known then may be by now. */
	if ((cached->flags & IDM_CACHED_PARTIAL) != 0 && fresh > PARTIAL_S)
		fresh = PARTIAL_S;
	if (domain->stale_s != 0 && age > domain->stale_s)
		return IDM_CACHED_EXPIRED;
	if (cached->stamp != domain->stamp)
		return IDM_CACHED_OUTDATED;
	if (is_timeless || age > fresh)
		return IDM_CACHED_STALE;
	return IDM_CACHED_FRESH;
}

bool
idm_cached_is_complete(const struct idm_view *cache,
    const struct idm_domain *domain, struct idm_cached *out)
{
	struct idm_cached_domain record;
	struct idm_str value;

	if (cache == NULL || (domain->flags & IDM_DOMAIN_REPLICATE) == 0 ||
	    idm_own_find(cache, IDM_CACHED_DOMAIN, idm_str_of(domain->name),
		&value) != IDM_OK ||
	    idm_cached_domain_read(value, &record, NULL) != IDM_OK ||
	    !record.is_complete || record.stamp != domain->stamp)
		return false;
	*out = (struct idm_cached){
		.when = record.when,
		.stamp = record.stamp,
	};
	return true;
}

/* ---- Accounts. */

void
idm_cached_account_write(
    struct idm_buf *buf, const struct idm_cached_account *account)
{
	idm_record_begin(buf, 'T');
	idm_buf_put_u8(buf, account->flags);
	idm_buf_put_u64(buf, account->expires);
	if (account->has_hours)
		idm_buf_put(buf, account->hours, sizeof(account->hours));
}

enum idm_status
idm_cached_account_read(
    struct idm_str value, struct idm_cached_account *out, struct idm_err *err)
{
	struct idm_cached_account account = { .has_hours = false };
	struct idm_cursor cursor;
	enum idm_status st;

	st = idm_record_open(value, 'T', &cursor, err);
	if (st != IDM_OK)
		return st;
	account.flags = idm_cursor_u8(&cursor);
	account.expires = idm_cursor_u64(&cursor);
	account.has_hours = !cursor.bad && cursor.at != cursor.end;
	if (account.has_hours)
		idm_record_bytes(&cursor, account.hours, sizeof(account.hours));
	st = idm_record_close(&cursor, err);
	if (st == IDM_OK && (account.flags & ~ACCOUNT_KNOWN) != 0)
		st = idm_record_out_of_range("flags", account.flags, err);
	if (st == IDM_OK)
		*out = account;
	return st;
}

/* ---- Domains. */

void
idm_cached_domain_write(
    struct idm_buf *buf, const struct idm_cached_domain *domain)
{
	idm_record_begin(buf, 'V');
	idm_buf_put_u8(buf, domain->is_complete);
	idm_buf_put_u64(buf, domain->when);
	idm_buf_put_u64(buf, domain->sure);
	idm_buf_put_u64(buf, domain->stamp);
	idm_buf_put_u64(buf, domain->users);
	idm_buf_put_u64(buf, domain->groups);
	idm_buf_put_u64(buf, domain->refused);
	idm_buf_put_u8(buf, domain->has_guests);
	idm_buf_put_u64(buf, domain->crowd);
	idm_buf_put_u64(buf, domain->kept);
	idm_buf_put_u64(buf, domain->asked);
	idm_buf_put_str(buf, domain->cookie.data, domain->cookie.len);
	idm_buf_put_str(buf, domain->numbers.data, domain->numbers.len);
	idm_buf_put_u64(buf, domain->numbers_sum);
	if (domain->server.len > 0)
		idm_buf_put_str(buf, domain->server.data, domain->server.len);
}

enum idm_status
idm_cached_domain_read(
    struct idm_str value, struct idm_cached_domain *out, struct idm_err *err)
{
	struct idm_cached_domain domain = { .server = { "", 0 } };
	struct idm_cursor cursor;
	enum idm_status st;
	uint8_t is_complete, has_guests;
	bool has_server;

	st = idm_record_open(value, 'V', &cursor, err);
	if (st != IDM_OK)
		return st;
	is_complete = idm_cursor_u8(&cursor);
	domain.is_complete = is_complete == 1;
	domain.when = idm_cursor_u64(&cursor);
	domain.sure = idm_cursor_u64(&cursor);
	domain.stamp = idm_cursor_u64(&cursor);
	domain.users = idm_cursor_u64(&cursor);
	domain.groups = idm_cursor_u64(&cursor);
	domain.refused = idm_cursor_u64(&cursor);
	has_guests = idm_cursor_u8(&cursor);
	domain.has_guests = has_guests == 1;
	domain.crowd = idm_cursor_u64(&cursor);
	domain.kept = idm_cursor_u64(&cursor);
	domain.asked = idm_cursor_u64(&cursor);
	domain.cookie = idm_cursor_str(&cursor);
	domain.numbers = idm_cursor_str(&cursor);
	domain.numbers_sum = idm_cursor_u64(&cursor);
	/* There is none in one that was written before it was told. */
	has_server = !cursor.bad && cursor.at != cursor.end;
	if (has_server)
		domain.server = idm_cursor_str(&cursor);
	st = idm_record_close(&cursor, err);
	if (st == IDM_OK && has_server)
		st = check_uri(domain.server, err);
	if (st == IDM_OK && is_complete > 1)
		st = idm_record_out_of_range("is_complete", is_complete, err);
	if (st == IDM_OK && has_guests > 1)
		st = idm_record_out_of_range("has_guests", has_guests, err);
	if (st == IDM_OK)
		*out = domain;
	return st;
}

/* ---- Entries. */

void
idm_cached_entry_write(struct idm_buf *buf,
    const struct idm_cached_entry *entry, const uint64_t *members,
    const struct idm_str *foreign)
{
	idm_record_begin(buf, 'U');
	idm_buf_put_u8(buf, entry->flags);
	idm_buf_put_str(buf, entry->key.data, entry->key.len);
	idm_buf_put_u64(buf, entry->handle);
	idm_buf_put_u32(buf, entry->nmembers);
	for (uint32_t i = 0; i < entry->nmembers; i++)
		idm_buf_put_u64(buf, members[i]);
	idm_buf_put_u32(buf, entry->nforeign);
	for (uint32_t i = 0; i < entry->nforeign; i++)
		idm_buf_put_str(buf, foreign[i].data, foreign[i].len);
}

enum idm_status
idm_cached_entry_read(
    struct idm_str value, struct idm_cached_entry *out, struct idm_err *err)
{
	struct idm_cached_entry entry;
	struct idm_cursor cursor;
	enum idm_status st;

	st = idm_record_open(value, 'U', &cursor, err);
	if (st != IDM_OK)
		return st;
	entry.flags = idm_cursor_u8(&cursor);
	entry.key = idm_cursor_str(&cursor);
	entry.handle = idm_cursor_u64(&cursor);
	entry.nmembers = idm_cursor_u32(&cursor);
	entry.members = cursor;
	if (entry.nmembers > IDM_VALUE_MAX / sizeof(uint64_t))
		return idm_record_out_of_range("members", entry.nmembers, err);
	(void)idm_cursor_bytes(
	    &cursor, (size_t)entry.nmembers * sizeof(uint64_t));
	entry.nforeign = idm_cursor_u32(&cursor);
	entry.foreign = cursor;
	if (entry.nforeign > entry.nmembers)
		return idm_record_out_of_range("foreign", entry.nforeign, err);
	for (uint32_t i = 0; i < entry.nforeign && !cursor.bad; i++)
		(void)idm_cursor_str(&cursor);
	st = idm_record_close(&cursor, err);
	if (st == IDM_OK && (entry.flags & ~ENTRY_KNOWN) != 0)
		st = idm_record_out_of_range("flags", entry.flags, err);
	if (st == IDM_OK)
		*out = entry;
	return st;
}
