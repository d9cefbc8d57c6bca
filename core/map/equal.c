#include "map/equal.h"
#include "identity/name.h"
#include "map/record.h"

static void
put(struct idm_buf *buf, struct idm_str text)
{
	idm_buf_put_str(buf, text.data, text.len);
}

void
idm_equal_write(struct idm_buf *buf, const struct idm_equal *equal)
{
	char memory[IDM_SID_BINARY_MAX];
	struct idm_buf sid;

	idm_buf_init_fixed(&sid, memory, sizeof(memory));
	if (equal->sid.nsubs > 0)
		idm_sid_write(&sid, &equal->sid);
	idm_record_begin(buf, 'G');
	idm_buf_put_u8(buf, equal->by);
	idm_buf_put_u8(buf, equal->is_group);
	idm_buf_put_u32(buf, equal->id);
	idm_buf_put_str(buf, memory, sid.len);
	put(buf, equal->domain);
	put(buf, equal->account);
	put(buf, equal->in);
	put(buf, equal->login[0]);
	put(buf, equal->login[1]);
	put(buf, equal->dn);
}

static enum idm_status
check_name(const char *what, struct idm_str name, struct idm_err *err)
{
	if (name.len == 0 || idm_name_own(name, err) == IDM_OK)
		return IDM_OK;
	return idm_within(err, IDM_CORRUPT, "record's %s", what);
}

static enum idm_status
check(const struct idm_equal *equal, uint8_t is_group, struct idm_err *err)
{
	enum idm_status st;

	if (equal->by < IDM_EQUAL_BY_AD || equal->by > IDM_EQUAL_REFUSED)
		return idm_record_out_of_range("origin", equal->by, err);
	if (is_group > 1)
		return idm_record_out_of_range("kind", is_group, err);
	if (equal->account.len == 0 || equal->dn.len > IDM_EQUAL_DN_MAX)
		return idm_fail(err, IDM_CORRUPT,
		    "record has no account, or too long a DN");
	st = check_name("account", equal->account, err);
	if (st == IDM_OK)
		st = check_name("user", equal->login[0], err);
	if (st == IDM_OK)
		st = check_name("group", equal->login[1], err);
	return st;
}

enum idm_status
idm_equal_read(struct idm_str value, struct idm_equal *out, struct idm_err *err)
{
	struct idm_equal equal = { .id = 0 };
	struct idm_cursor cursor;
	enum idm_status st;
	struct idm_str sid;
	uint8_t is_group;

	st = idm_record_open(value, 'G', &cursor, err);
	if (st != IDM_OK)
		return st;
	equal.by = idm_cursor_u8(&cursor);
	is_group = idm_cursor_u8(&cursor);
	equal.is_group = is_group == 1;
	equal.id = idm_cursor_u32(&cursor);
	sid = idm_cursor_str(&cursor);
	equal.domain = idm_cursor_str(&cursor);
	equal.account = idm_cursor_str(&cursor);
	equal.in = idm_cursor_str(&cursor);
	equal.login[0] = idm_cursor_str(&cursor);
	equal.login[1] = idm_cursor_str(&cursor);
	equal.dn = idm_cursor_str(&cursor);
	st = idm_record_close(&cursor, err);
	if (st == IDM_OK && sid.len > 0 &&
	    idm_sid_read(sid, &equal.sid, err) != IDM_OK)
		st = idm_within(err, IDM_CORRUPT, "record's SID");
	if (st == IDM_OK)
		st = check(&equal, is_group, err);
	if (st == IDM_OK)
		*out = equal;
	return st;
}

bool
idm_equal_is_own(const struct idm_equal *equal, const struct idm_domain *domain)
{
	return equal->by == IDM_EQUAL_BY_IDMU &&
	    equal->login[equal->is_group].len == 0 &&
	    (domain->backend == IDM_BACKEND_AD ||
		domain->backend == IDM_BACKEND_RFC2307) &&
	    equal->id >= domain->low && equal->id <= domain->high;
}

bool
idm_equal_is_alias(
    const struct idm_equal *equal, const struct idm_domain *domain)
{
	switch ((enum idm_equal_by)equal->by) {
	case IDM_EQUAL_BY_AD:
		return equal->login[equal->is_group].len > 0;
	case IDM_EQUAL_BY_IDMU:
		return !idm_equal_is_own(equal, domain);
	case IDM_EQUAL_BY_LDAP:
	case IDM_EQUAL_REFUSED:
		break;
	}
	return false;
}

bool
idm_equal_is_nobody(const struct idm_equal *equal)
{
	return equal->by == IDM_EQUAL_BY_LDAP && equal->login[0].len == 0 &&
	    equal->login[1].len == 0;
}

/* ---- Groups of this host. */

void
idm_equal_locals_write(
    struct idm_buf *buf, const struct idm_str *name, size_t n)
{
	idm_record_begin(buf, 'Z');
	idm_buf_put_u32(buf, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		put(buf, name[i]);
}

enum idm_status
idm_equal_locals_read(struct idm_str value, struct idm_cursor *out, uint32_t *n,
    struct idm_err *err)
{
	struct idm_cursor cursor, names;
	enum idm_status st;
	uint32_t count;

	st = idm_record_open(value, 'Z', &cursor, err);
	if (st != IDM_OK)
		return st;
	count = idm_cursor_u32(&cursor);
	names = cursor;
	if (count > IDM_EQUAL_LOCALS_MAX)
		return idm_record_out_of_range("groups", count, err);
	for (uint32_t i = 0; i < count && st == IDM_OK; i++)
		st = check_name("group", idm_cursor_str(&cursor), err);
	if (st == IDM_OK)
		st = idm_record_close(&cursor, err);
	if (st != IDM_OK)
		return st;
	*out = names;
	*n = count;
	return IDM_OK;
}

/* ---- Handles. */

static void
put_name(struct idm_buf *buf, const char *kind, struct idm_str name,
    const struct idm_domain *domain)
{
	idm_buf_puts(buf, kind);
	idm_buf_put(buf, name.data, name.len);
	idm_buf_puts(buf, "@");
	idm_buf_puts(buf, idm_domain_shown(domain));
}

void
idm_equal_put_login(struct idm_buf *buf, const struct idm_domain *domain,
    bool is_group, struct idm_str login)
{
	put_name(buf, is_group ? "g:" : "u:", login, domain);
}

void
idm_equal_put_number(struct idm_buf *buf, const struct idm_domain *domain,
    bool is_group, uint32_t id)
{
	idm_buf_puts(buf, is_group ? "g#" : "u#");
	idm_buf_put_decimal(buf, id);
	idm_buf_puts(buf, "@");
	idm_buf_puts(buf, idm_domain_shown(domain));
}

void
idm_equal_put_other(struct idm_buf *buf, const struct idm_domain *domain,
    bool is_group, struct idm_str login)
{
	put_name(buf, is_group ? "D:" : "d:", login, domain);
}

void
idm_equal_put_windows(struct idm_buf *buf, const struct idm_domain *domain,
    bool is_group, struct idm_str name)
{
	put_name(buf, is_group ? "W:" : "w:", name, domain);
}
