#include "pam/standing.h"
#include "backends/served.h"
#include "base/clock.h"
#include "map/host.h"
#include "wire/client.h"
#include "wire/lookup.h"

void
idm_pam_standing_init(struct idm_pam_standing *standing)
{
	idm_buf_init(&standing->reply, IDM_WIRE_REPLY_MAX);
	standing->is_alias = standing->has_user = false;
	standing->account = (struct idm_cached_account){ .flags = 0 };
}

void
idm_pam_standing_fini(struct idm_pam_standing *standing)
{
	idm_buf_fini(&standing->reply);
}

static enum idm_status
ask(const struct idm_lookup *lookup, unsigned wait_ms, const char *socket,
    struct idm_buf *reply, struct idm_err *err)
{
	char memory[IDM_ONCE_MAX];
	struct idm_buf request;
	enum idm_status st;
	bool is_silent;

	idm_buf_init_fixed(&request, memory, sizeof(memory));
	idm_lookup_write(&request, lookup);
	st = idm_buf_status(&request, err);
	if (st != IDM_OK)
		return st;
	return idm_client_once(socket, NULL, 0, IDM_OP_LOOKUP,
	    (struct idm_str){ request.data, request.len }, wait_ms, reply,
	    &is_silent, err);
}

static bool
is_alias(const struct idm_windows *windows, const struct idm_equal *equal)
{
	return !equal->is_group &&
	    idm_str_is(equal->domain, windows->domain->name) &&
	    idm_equal_any(windows->domain, false) &&
	    idm_equal_is_alias(equal, windows->domain);
}

/* The account's state, and whom it equals. */
static enum idm_status
read_reply(struct idm_pam_standing *standing, struct idm_looked_up *found,
    struct idm_err *err)
{
	const struct idm_buf *reply = &standing->reply;
	enum idm_status st;

	st = idm_looked_up_read(
	    (struct idm_str){ reply->data, reply->len }, found, err);
	if (st == IDM_OK && found->account.len > 0)
		st = idm_cached_account_read(
		    found->account, &standing->account, err);
	if (st == IDM_OK && found->equal.len > 0)
		st = idm_equal_read(found->equal, &standing->equal, err);
	if (st == IDM_OK && found->account.len == 0 &&
	    (found->equal.len == 0 || !idm_equal_is_nobody(&standing->equal)))
		st = idm_fail(
		    err, IDM_CORRUPT, "idmapd does not say how it stands");
	return st;
}

static enum idm_status
read_user(const struct idm_maps *maps, const struct idm_domain *domain,
    struct idm_str record, struct idm_pam_standing *standing,
    struct idm_err *err)
{
	enum idm_status st = idm_own_user_read(record, &standing->user, err);

	if (st == IDM_OK &&
	    idm_served_admits_user(maps, &standing->user) != domain)
		st = idm_fail(err, IDM_REFUSED,
		    "the map does not admit its uid %u and gid %u",
		    standing->user.uid, standing->user.gid);
	standing->has_user = st == IDM_OK;
	return st;
}

/* What idmapd answered is believed no more than what the cache has. */
static enum idm_status
read_answer(const struct idm_maps *maps, const struct idm_windows *windows,
    struct idm_pam_standing *standing, struct idm_err *err)
{
	struct idm_looked_up found;
	enum idm_status st;

	st = read_reply(standing, &found, err);
	standing->is_alias = st == IDM_OK && found.equal.len > 0 &&
	    is_alias(windows, &standing->equal);
	return st == IDM_OK && !standing->is_alias
	    ? read_user(maps, windows->domain, found.user, standing, err)
	    : st;
}

/* What the cache has of how an account stands. */
static enum idm_status
find_account(const struct idm_maps *maps, const struct idm_domain *domain,
    struct idm_str key, struct idm_pam_standing *standing)
{
	struct idm_cached cached;
	enum idm_status st;

	st = idm_cached_find(maps->cache, IDM_CACHED_ACCOUNT, key, &cached);
	if (st == IDM_OK &&
	    idm_served_age(maps, domain, &cached) == IDM_CACHED_EXPIRED)
		st = IDM_NOTFOUND;
	return st == IDM_OK
	    ? idm_cached_account_read(cached.record, &standing->account, NULL)
	    : st;
}

/* Nobody else can be asked: why is what the error says so far. */
static enum idm_status
find_cached(const struct idm_maps *maps, const struct idm_windows *windows,
    struct idm_pam_standing *standing, struct idm_err *err)
{
	const struct idm_domain *domain = windows->domain;
	struct idm_served served;
	enum idm_status st;

	st = idm_served_equal(maps, windows, false, &standing->equal, &served);
	standing->is_alias = st == IDM_OK &&
	    is_alias(windows, &standing->equal) &&
	    !idm_host_gives_number(
		maps->map, false, &standing->equal.sid, windows->key);
	if (!standing->is_alias)
		st = idm_served_user(maps, windows, &standing->user, &served);
	standing->has_user = !standing->is_alias && st == IDM_OK;
	if (st == IDM_NOTFOUND && served.directory == NULL)
		return idm_fail(err, st, "the directory has no such user");
	if (st == IDM_OK)
		st = find_account(maps, domain,
		    standing->is_alias ? windows->key : standing->user.key,
		    standing);
	if (st == IDM_OK)
		return IDM_OK;
	return idm_within(
	    err, IDM_TEMPFAIL, "whether it may log in is not known");
}

enum idm_status
idm_pam_standing_find(const struct idm_maps *maps,
    const struct idm_windows *windows, const char *socket,
    struct idm_pam_standing *standing, struct idm_err *err)
{
	const struct idm_lookup lookup = {
		.kind = IDM_LOOKUP_ACCOUNT,
		.by = IDM_LOOKUP_BY_NAME,
		.domain = idm_str_of(windows->domain->name),
		.name = windows->name,
	};
	struct idm_err why = { 0 };
	enum idm_status st;

	st = ask(
	    &lookup, windows->domain->wait_ms, socket, &standing->reply, &why);
	if (st == IDM_OK)
		st = read_answer(maps, windows, standing, &why);
	if (st != IDM_OK && st != IDM_NOTFOUND && st != IDM_REFUSED)
		st = find_cached(maps, windows, standing, &why);
	if (st != IDM_OK && err != NULL)
		*err = why;
	return st;
}

/* ---- Native LDAP. */

static enum idm_status
nobody(const struct idm_domain *native, struct idm_err *err)
{
	return idm_fail(err, IDM_NOTFOUND, "no entry of domain '%s' names it",
	    native->name);
}

/* The entry may be an own identity, or stand for a user of this host alone. */
static enum idm_status
read_native(const struct idm_maps *maps, const struct idm_domain *native,
    struct idm_pam_standing *standing, struct idm_err *err)
{
	struct idm_looked_up found;
	enum idm_status st;

	st = read_reply(standing, &found, err);
	if (st == IDM_OK &&
	    (found.equal.len == 0 || standing->equal.is_group ||
		!idm_str_is(standing->equal.domain, native->name) ||
		idm_equal_is_nobody(&standing->equal)))
		return nobody(native, err);
	return st == IDM_OK && found.user.len > 0
	    ? read_user(maps, native, found.user, standing, err)
	    : st;
}

static enum idm_status
find_cached_native(const struct idm_maps *maps,
    const struct idm_windows *windows, const struct idm_domain *native,
    struct idm_pam_standing *standing, struct idm_err *err)
{
	char memory[IDM_OWN_MAX + 1];
	struct idm_served served;
	struct idm_windows own;
	struct idm_buf key;
	enum idm_status st;

	st = idm_served_native(
	    maps, windows, false, native, &standing->equal, &served);
	if ((st == IDM_OK && idm_equal_is_nobody(&standing->equal)) ||
	    (st == IDM_NOTFOUND && served.directory == NULL))
		return nobody(native, err);
	idm_buf_init_fixed(&key, memory, sizeof(memory));
	if (st == IDM_OK) {
		idm_buf_put(&key, standing->equal.login[0].data,
		    standing->equal.login[0].len);
		idm_buf_puts(&key, "@");
	}
	if (st == IDM_OK && standing->equal.by == IDM_EQUAL_REFUSED)
		return idm_fail(err, IDM_REFUSED, "%.*s",
		    (int)standing->equal.dn.len, standing->equal.dn.data);
	if (st == IDM_OK &&
	    !idm_windows_of_key(
		native, (struct idm_str){ key.data, key.len }, &own))
		st = IDM_CORRUPT;
	if (st == IDM_OK)
		st = find_account(maps, native, own.key, standing);
	if (st != IDM_OK)
		return idm_within(
		    err, IDM_TEMPFAIL, "whether it may log in is not known");
	standing->has_user = idm_served_user(maps, &own, &standing->user,
				 &served) == IDM_OK;
	return IDM_OK;
}

enum idm_status
idm_pam_standing_native(const struct idm_maps *maps,
    const struct idm_windows *windows, const struct idm_domain *native,
    const char *socket, struct idm_pam_standing *standing, struct idm_err *err)
{
	const struct idm_lookup lookup = {
		.kind = IDM_LOOKUP_ACCOUNT,
		.by = IDM_LOOKUP_BY_WINDOWS,
		.domain = idm_str_of(native->name),
		.name = windows->key,
	};
	struct idm_err why = { 0 };
	enum idm_status st;

	st = ask(&lookup, native->wait_ms, socket, &standing->reply, &why);
	if (st == IDM_OK)
		st = read_native(maps, native, standing, &why);
	if (st != IDM_OK && st != IDM_NOTFOUND && st != IDM_REFUSED)
		st = find_cached_native(maps, windows, native, standing, &why);
	if (st != IDM_OK && err != NULL)
		*err = why;
	return st;
}

bool
idm_pam_standing_is_expired(
    const struct idm_cached_account *account, uint64_t now)
{
	return (account->flags & IDM_ACCOUNT_EXPIRED) != 0 ||
	    (account->expires != 0 && account->expires <= now);
}

bool
idm_pam_standing_is_in_hours(
    const struct idm_cached_account *account, uint64_t now)
{
	/* 1970 began on a Thursday, the week does on Sunday. */
	uint64_t hour = (now / 3600 + UINT64_C(4) * 24) % (7 * UINT64_C(24));

	return !account->has_hours ||
	    (account->hours[hour / 8] >> hour % 8 & 1) != 0;
}
