#include <stdio.h>
#include <string.h>

#include "backends/served.h"
#include "base/num.h"
#include "daemon/cachecheck.h"
#include "map/equal.h"
#include "map/windows.h"

/* What is looked at: a record, and what stands behind its key's prefix. */
struct check {
	const struct idm_maps *maps;
	struct idm_str text;
	struct idm_str record;
	struct idm_err *err;
};

static enum idm_status
other_key(const struct check *check)
{
	return idm_fail(check->err, IDM_INVALID, "is not of its key");
}

static enum idm_status
not_admitted(const struct check *check)
{
	return idm_fail(check->err, IDM_INVALID,
	    "is not of a domain with a directory that may have its number");
}

static enum idm_status
check_text(const struct check *check, struct idm_str own)
{
	return idm_str_compare(check->text, own) == 0 ? IDM_OK
						      : other_key(check);
}

static enum idm_status
check_number(const struct check *check, uint32_t own)
{
	uint32_t id;

	if (idm_num_id(check->text.data, check->text.len, &id, NULL) !=
		IDM_OK ||
	    id != own)
		return other_key(check);
	return IDM_OK;
}

static bool
has_directory(const struct idm_domain *domain)
{
	return domain != NULL && (domain->flags & IDM_DOMAIN_DIRECTORY) != 0;
}

/* A key "name@domain" must be one that a look-up would make. */
static enum idm_status
check_key_of(
    const struct check *check, struct idm_str key, struct idm_str domain)
{
	const struct idm_domain *found = idm_domain_by_name(
	    &check->maps->domains, domain);
	struct idm_windows windows;

	if (!has_directory(found))
		return not_admitted(check);
	if (!idm_windows_of_key(found, key, &windows) ||
	    idm_str_compare(windows.key, key) != 0)
		return other_key(check);
	return IDM_OK;
}

/* The same of a key whose record does not name its domain. */
static enum idm_status
check_lone_key(const struct check *check)
{
	struct idm_windows windows;

	if (!idm_windows_qualified(check->maps, check->text, &windows) ||
	    idm_str_compare(windows.key, check->text) != 0)
		return other_key(check);
	return has_directory(windows.domain) ? IDM_OK : not_admitted(check);
}

static enum idm_status
check_user(const struct check *check, bool by_id)
{
	struct idm_own_user user;
	enum idm_status st;

	st = idm_own_user_read(check->record, &user, check->err);
	if (st == IDM_OK)
		st = by_id ? check_number(check, user.uid)
			   : check_text(check, user.key);
	if (st == IDM_OK)
		st = check_key_of(check, user.key, user.domain);
	if (st == IDM_OK &&
	    !has_directory(idm_served_admits_user(check->maps, &user)))
		st = not_admitted(check);
	return st;
}

static enum idm_status
check_group(const struct check *check, bool by_id)
{
	struct idm_own_group group;
	enum idm_status st;

	st = idm_own_group_read(check->record, &group, check->err);
	if (st == IDM_OK)
		st = by_id ? check_number(check, group.gid)
			   : check_text(check, group.key);
	if (st == IDM_OK)
		st = check_key_of(check, group.key, group.domain);
	if (st == IDM_OK &&
	    !has_directory(idm_served_admits_group(check->maps, &group)))
		st = not_admitted(check);
	return st;
}

static enum idm_status
check_gids(const struct check *check)
{
	struct idm_cursor gids;
	enum idm_status st;
	uint32_t n;

	st = idm_own_gids_read(check->record, &gids, &n, check->err);
	if (st == IDM_OK && n > CACHE_GIDS_MAX)
		st = idm_fail(check->err, IDM_INVALID,
		    "has %lu groups, the limit is %d", (unsigned long)n,
		    CACHE_GIDS_MAX);
	return st == IDM_OK ? check_lone_key(check) : st;
}

static enum idm_status
check_other_name(const struct check *check)
{
	struct idm_own_name name;
	enum idm_status st;

	st = idm_own_name_read(check->record, &name, check->err);
	if (st == IDM_OK)
		st = check_key_of(check, name.key, name.domain);
	if (st == IDM_OK)
		st = check_key_of(check, check->text, name.domain);
	return st;
}

static enum idm_status
check_sid(const struct check *check)
{
	const struct idm_domain *domain;
	struct idm_own_sid record;
	char text[IDM_SID_TEXT_MAX];
	struct idm_sid sid;
	enum idm_status st;

	st = idm_own_sid_read(check->record, &record, check->err);
	if (st != IDM_OK)
		return st;
	if (check->text.len >= sizeof(text))
		return other_key(check);
	memcpy(text, check->text.data, check->text.len);
	text[check->text.len] = '\0';
	if (idm_sid_parse(idm_str_of(text), &sid, NULL) != IDM_OK)
		return other_key(check);
	domain = idm_domain_by_sid(&check->maps->domains, &sid);
	if (!has_directory(domain) || !idm_str_is(record.domain, domain->name))
		return not_admitted(check);
	return IDM_OK;
}

static enum idm_status
check_account(const struct check *check)
{
	struct idm_cached_account account;
	enum idm_status st;

	st = idm_cached_account_read(check->record, &account, check->err);
	return st == IDM_OK ? check_lone_key(check) : st;
}

/* Its key is "UUID@DOMAIN", which a name could be, too. */
static enum idm_status
check_entry(const struct check *check)
{
	struct idm_cached_entry entry;
	enum idm_status st;

	st = idm_cached_entry_read(check->record, &entry, check->err);
	return st == IDM_OK ? check_lone_key(check) : st;
}

/* Its key is "DIGITS@DOMAIN", which a name could be, too. */
static enum idm_status
check_server(const struct check *check)
{
	struct idm_str uri;
	enum idm_status st;
	char id[16];

	st = idm_cached_server_read(check->record, &uri, check->err);
	if (st != IDM_OK)
		return st;
	(void)snprintf(
	    id, sizeof(id), "%08lx@", (unsigned long)idm_cached_server_id(uri));
	if (check->text.len < strlen(id) ||
	    memcmp(check->text.data, id, strlen(id)) != 0)
		return other_key(check);
	return check_lone_key(check);
}

/* Whom a directory's domain equals: by the key of its account ... */
static enum idm_status
check_equal(const struct check *check, bool is_group)
{
	struct idm_equal equal;
	enum idm_status st;

	st = idm_equal_read(check->record, &equal, check->err);
	if (st == IDM_OK && equal.is_group != is_group)
		return other_key(check);
	return st == IDM_OK ? check_key_of(check, check->text, equal.domain)
			    : st;
}

/* ... or by any other handle, that readers compare with it. */
static enum idm_status
check_handle(const struct check *check)
{
	struct idm_equal equal;
	enum idm_status st;

	st = idm_equal_read(check->record, &equal, check->err);
	if (st == IDM_OK &&
	    !has_directory(
		idm_domain_by_name(&check->maps->domains, equal.domain)))
		st = not_admitted(check);
	return st;
}

static enum idm_status
check_locals(const struct check *check)
{
	struct idm_cursor names;
	enum idm_status st;
	uint32_t n;

	st = idm_equal_locals_read(check->record, &names, &n, check->err);
	return st == IDM_OK ? check_lone_key(check) : st;
}

/* Has no front. */
static enum idm_status
check_domain(const struct check *check)
{
	const struct idm_domain *domain = idm_domain_by_name(
	    &check->maps->domains, check->text);
	struct idm_cached_domain record;
	enum idm_status st;

	st = idm_cached_domain_read(check->record, &record, check->err);
	if (st != IDM_OK)
		return st;
	if (!has_directory(domain) || !idm_str_is(check->text, domain->name))
		return not_admitted(check);
	return IDM_OK;
}

static enum idm_status
check_kind(const struct check *check, char kind)
{
	switch (kind) {
	case 'p':
	case 'P':
		return check_user(check, kind == 'P');
	case 'g':
	case 'G':
		return check_group(check, kind == 'G');
	case 'm':
		return check_gids(check);
	case 'a':
	case 'A':
		return check_other_name(check);
	case 's':
		return check_sid(check);
	case 't':
		return check_account(check);
	case 'u':
		return check_entry(check);
	case 'w':
		return check_server(check);
	case 'e':
	case 'E':
		return check_equal(check, kind == 'E');
	case 'q':
		return check_handle(check);
	case 'l':
		return check_locals(check);
	default:
		return idm_fail(
		    check->err, IDM_INVALID, "is of no kind for the cache");
	}
}

enum idm_status
cache_check(const struct idm_maps *maps, struct idm_str key,
    struct idm_str value, struct idm_err *err)
{
	struct check check = { .maps = maps, .record = value, .err = err };
	struct idm_cached cached;
	enum idm_status st;

	if (key.len <= IDM_OWN_PREFIX || memcmp(key.data, "i/", 2) != 0 ||
	    key.data[3] != '/')
		return idm_fail(
		    err, IDM_INVALID, "is of no kind for the cache");
	check.text.data = key.data + IDM_OWN_PREFIX;
	check.text.len = key.len - IDM_OWN_PREFIX;
	if (key.data[2] == IDM_CACHED_DOMAIN[2])
		return check_domain(&check);
	st = idm_cached_read(value, &cached, err);
	if (st != IDM_OK)
		return st;
	check.record = cached.record;
	return check_kind(&check, key.data[2]);
}

/* ---- Whose a record is. */

static struct idm_str
behind(struct idm_str text, char separator)
{
	const char *at = memchr(text.data, separator, text.len);

	if (at == NULL)
		return (struct idm_str){ .data = "", .len = 0 };
	at++;
	return (struct idm_str){ at, text.len - (size_t)(at - text.data) };
}

struct idm_str
cache_domain_of(struct idm_str key, struct idm_str value)
{
	struct idm_str text = { key.data + IDM_OWN_PREFIX,
		key.len - IDM_OWN_PREFIX };
	struct idm_own_group group;
	struct idm_own_user user;
	struct idm_own_sid sid;
	struct idm_cached cached;
	struct idm_equal equal;

	if (key.data[2] == IDM_CACHED_DOMAIN[2])
		return text;
	if (idm_cached_read(value, &cached, NULL) != IDM_OK)
		return (struct idm_str){ .data = "", .len = 0 };
	switch (key.data[2]) {
	case 'P':
		if (idm_own_user_read(cached.record, &user, NULL) == IDM_OK)
			return user.domain;
		break;
	case 'G':
		if (idm_own_group_open(cached.record, &group, NULL) == IDM_OK)
			return group.domain;
		break;
	case 's':
		if (idm_own_sid_read(cached.record, &sid, NULL) == IDM_OK)
			return sid.domain;
		break;
	case 'q':
		if (idm_equal_read(cached.record, &equal, NULL) == IDM_OK)
			return equal.domain;
		break;
	default:
		return behind(text, '@');
	}
	return (struct idm_str){ .data = "", .len = 0 };
}
