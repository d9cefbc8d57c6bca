#include <stddef.h>
#include <string.h>

#include "map/directory.h"
#include "map/format.h"
#include "map/record.h"

#define RECORD_LETTER 'Y'
#define FLAGS_KNOWN   0x3ffu

/* The texts of a directory, in the order of the record. */
#define TEXT(field)                                                            \
	{                                                                      \
#field, offsetof(struct idm_directory, field),                 \
		    sizeof(((struct idm_directory *)0)->field)                 \
	}
static const struct text {
	const char *name;
	size_t at;
	size_t size;
} texts[] = {
	TEXT(servers),
	TEXT(discovery),
	TEXT(site),
	TEXT(base),
	TEXT(user_base),
	TEXT(group_base),
	TEXT(user_filter),
	TEXT(group_filter),
	TEXT(allow_ous),
	TEXT(deny_ous),
	TEXT(bind_dn),
	TEXT(password_file),
	TEXT(principal),
	TEXT(keytab),
	TEXT(ca_file),
	TEXT(allowed_shells),
	TEXT(shell_fallback),
	TEXT(realm),
};

void
idm_directory_defaults(struct idm_directory *directory)
{
	memset(directory, 0, sizeof(*directory));
	directory->schema = IDM_SCHEMA_AD;
	directory->flags = IDM_DIRECTORY_VERIFY | IDM_DIRECTORY_SITES |
	    IDM_DIRECTORY_FOREIGN;
	directory->nesting = IDM_DIRECTORY_NESTING;
	directory->timeout_ms = IDM_DIRECTORY_TIMEOUT_MS;
	directory->page = IDM_DIRECTORY_PAGE;
	directory->cache_s = IDM_DIRECTORY_CACHE_S;
	directory->negative_s = IDM_DIRECTORY_NEGATIVE_S;
}

void
idm_directory_write(struct idm_buf *buf, const struct idm_directory *directory)
{
	idm_record_begin(buf, RECORD_LETTER);
	idm_buf_put_u8(buf, directory->schema);
	idm_buf_put_u8(buf, directory->bind);
	idm_buf_put_u8(buf, directory->tls);
	idm_buf_put_u8(buf, directory->mapping);
	idm_buf_put_u8(buf, directory->unix_schema);
	idm_buf_put_u8(buf, directory->nesting);
	idm_buf_put_u32(buf, directory->flags);
	idm_buf_put_u32(buf, directory->timeout_ms);
	idm_buf_put_u32(buf, directory->page);
	idm_buf_put_u32(buf, directory->cache_s);
	idm_buf_put_u32(buf, directory->negative_s);
	idm_buf_put_u32(buf, directory->stale_s);
	idm_buf_put_u32(buf, directory->enumerate_max);
	for (size_t i = 0; i < IDM_COUNTOF(texts); i++) {
		const char *text = (const char *)directory + texts[i].at;

		idm_buf_put_str(buf, text, strlen(text));
	}
	for (size_t i = 0; i < IDM_ATTRIBUTES; i++)
		idm_buf_put_str(buf, directory->attribute[i],
		    strlen(directory->attribute[i]));
}

static enum idm_status
read_text(struct idm_cursor *cursor, const char *name, char *out, size_t size,
    struct idm_err *err)
{
	struct idm_str text = idm_cursor_str(cursor);

	if (text.len >= size)
		return idm_record_out_of_range(name, text.len, err);
	if (text.len > 0 && memchr(text.data, '\0', text.len) != NULL)
		return idm_fail(err, IDM_CORRUPT, "NUL in %s", name);
	if (text.len > 0)
		memcpy(out, text.data, text.len);
	out[text.len] = '\0';
	return IDM_OK;
}

static enum idm_status
check_numbers(const struct idm_directory *directory, struct idm_err *err)
{
	if (directory->schema < IDM_SCHEMA_AD ||
	    directory->schema > IDM_SCHEMA_IPA)
		return idm_record_out_of_range(
		    "schema", directory->schema, err);
	if (directory->bind > IDM_BIND_GSSAPI)
		return idm_record_out_of_range("bind", directory->bind, err);
	if (directory->tls > IDM_TLS_OFF)
		return idm_record_out_of_range("tls", directory->tls, err);
	if (directory->mapping > IDM_MAPPING_IDMU)
		return idm_record_out_of_range(
		    "mapping", directory->mapping, err);
	if (directory->unix_schema > IDM_UNIX_SFU20)
		return idm_record_out_of_range(
		    "unix_schema", directory->unix_schema, err);
	if (directory->nesting > IDM_DIRECTORY_NESTING_MAX)
		return idm_record_out_of_range(
		    "nesting", directory->nesting, err);
	if ((directory->flags & ~FLAGS_KNOWN) != 0)
		return idm_record_out_of_range("flags", directory->flags, err);
	if (directory->timeout_ms == 0 || directory->page == 0)
		return idm_record_out_of_range("timeout or page", 0, err);
	return IDM_OK;
}

enum idm_status
idm_directory_read(
    struct idm_str value, struct idm_directory *out, struct idm_err *err)
{
	struct idm_cursor cursor;
	enum idm_status st;

	st = idm_record_open(value, RECORD_LETTER, &cursor, err);
	if (st != IDM_OK)
		return st;
	out->schema = idm_cursor_u8(&cursor);
	out->bind = idm_cursor_u8(&cursor);
	out->tls = idm_cursor_u8(&cursor);
	out->mapping = idm_cursor_u8(&cursor);
	out->unix_schema = idm_cursor_u8(&cursor);
	out->nesting = idm_cursor_u8(&cursor);
	out->flags = idm_cursor_u32(&cursor);
	out->timeout_ms = idm_cursor_u32(&cursor);
	out->page = idm_cursor_u32(&cursor);
	out->cache_s = idm_cursor_u32(&cursor);
	out->negative_s = idm_cursor_u32(&cursor);
	out->stale_s = idm_cursor_u32(&cursor);
	out->enumerate_max = idm_cursor_u32(&cursor);
	for (size_t i = 0; i < IDM_COUNTOF(texts) && st == IDM_OK; i++)
		st = read_text(&cursor, texts[i].name,
		    (char *)out + texts[i].at, texts[i].size, err);
	for (size_t i = 0; i < IDM_ATTRIBUTES && st == IDM_OK; i++)
		st = read_text(&cursor, "attribute", out->attribute[i],
		    sizeof(out->attribute[i]), err);
	if (st == IDM_OK)
		st = idm_record_close(&cursor, err);
	return st == IDM_OK ? check_numbers(out, err) : st;
}

static enum idm_status
get(const struct idm_view *map, const char *prefix, const char *domain,
    struct idm_str *value, struct idm_err *err)
{
	char memory[sizeof(IDM_DIRECTORY_NUMBERS_KEY) + IDM_DOMAIN_MAX];
	struct idm_buf key;
	enum idm_status st;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_buf_puts(&key, prefix);
	idm_buf_puts(&key, domain);
	st = idm_buf_status(&key, err);
	return st == IDM_OK ? idm_view_get(map, key.data, key.len, value) : st;
}

static enum idm_status
find(const struct idm_view *map, const char *prefix, const char *domain,
    struct idm_directory *out, struct idm_err *err)
{
	struct idm_str value;
	enum idm_status st = get(map, prefix, domain, &value, err);

	if (st == IDM_NOTFOUND)
		return idm_fail(
		    err, st, "domain '%s' has no directory", domain);
	if (st == IDM_OK)
		st = idm_directory_read(value, out, err);
	return st == IDM_OK ? st
			    : idm_within(err, st, "directory of '%s'", domain);
}

uint32_t
idm_directory_list_max(const struct idm_view *map, const char *domain)
{
	enum { BYTES = 6, NUMBERS = 6 }; /* in front of enumerate_max */
	struct idm_cursor cursor;
	struct idm_str value;
	uint32_t max;

	if (get(map, IDM_DIRECTORY_KEY, domain, &value, NULL) != IDM_OK ||
	    idm_record_open(value, RECORD_LETTER, &cursor, NULL) != IDM_OK)
		return 0;
	(void)idm_cursor_bytes(&cursor, BYTES + NUMBERS * sizeof(max));
	max = idm_cursor_u32(&cursor);
	return cursor.bad ? 0 : max;
}

enum idm_status
idm_directory_find(const struct idm_view *map, const char *domain,
    struct idm_directory *out, struct idm_err *err)
{
	return find(map, IDM_DIRECTORY_KEY, domain, out, err);
}

enum idm_status
idm_directory_find_numbers(const struct idm_view *map, const char *domain,
    struct idm_directory *out, struct idm_err *err)
{
	return find(map, IDM_DIRECTORY_NUMBERS_KEY, domain, out, err);
}
