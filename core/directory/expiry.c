#include <string.h>
#include <time.h>

#include "base/num.h"
#include "directory/expiry.h"

#define DAY_S          86400u
#define FILETIME_S     10000000    /* its units are 100 ns */
#define FILETIME_EPOCH 11644473600 /* it counts from 1601 */
#define SHADOW_FOREVER 99999

bool
idm_expiry_number(
    const struct idm_object *object, const char *name, int64_t *out)
{
	struct idm_str text = idm_object_first(object, name);
	bool is_negative = text.len > 0 && text.data[0] == '-';
	uint64_t number;

	if (is_negative) {
		text.data++;
		text.len--;
	}
	if (text.len == 0 ||
	    idm_num_parse(text.data, text.len, INT64_MAX, &number, NULL) !=
		IDM_OK)
		return false;
	*out = is_negative ? -(int64_t)number : (int64_t)number;
	return true;
}

static void
expires_at(struct idm_cached_account *account, uint64_t when, uint64_t now)
{
	account->expires = when == 0 ? 1 : when; /* 0 would be never */
	if (account->expires <= now)
		account->flags |= IDM_ACCOUNT_EXPIRED;
}

/* ---- Active Directory. */

/* A point in time; false: never, which is 0 or the greatest number. */
static bool
filetime(const struct idm_object *object, const char *name, uint64_t *out)
{
	int64_t number;

	if (!idm_expiry_number(object, name, &number) || number <= 0 ||
	    number == INT64_MAX)
		return false;
	number = number / FILETIME_S - FILETIME_EPOCH;
	*out = number < 0 ? 0 : (uint64_t)number;
	return true;
}

static void
read_password(const struct idm_object *object, int64_t control, uint64_t now,
    struct idm_cached_account *account)
{
	int64_t last_set;
	uint64_t when;

	if ((control & (IDM_UAC_PASSWORD_STAYS | IDM_UAC_SMARTCARD)) != 0)
		return;
	if (idm_expiry_number(object, "pwdLastSet", &last_set) && last_set == 0)
		account->flags |= IDM_ACCOUNT_MUST_CHANGE;
	else if (filetime(
		     object, "msDS-UserPasswordExpiryTimeComputed", &when) &&
	    when <= now)
		account->flags |= IDM_ACCOUNT_PASSWORD_EXPIRED;
}

/*
 * In which hours of the week; one of another length says nothing, as with AD.
 * Where they are all there, nothing is to be kept.
 */
static void
read_hours(const struct idm_object *object, struct idm_cached_account *account)
{
	struct idm_str hours = idm_object_first(object, "logonHours");

	if (hours.len != sizeof(account->hours))
		return;
	memcpy(account->hours, hours.data, sizeof(account->hours));
	for (size_t i = 0; i < sizeof(account->hours); i++) {
		if (account->hours[i] != 0xff)
			account->has_hours = true;
	}
}

static void
read_ad(const struct idm_object *object, uint64_t now,
    struct idm_cached_account *account)
{
	int64_t computed = 0;
	int64_t control = 0;
	uint64_t when;
	bool is_told;

	(void)idm_expiry_number(object, "userAccountControl", &control);
	is_told = idm_expiry_number(
	    object, "msDS-User-Account-Control-Computed", &computed);
	if ((control & IDM_UAC_DISABLED) != 0)
		account->flags |= IDM_ACCOUNT_DISABLED;
	/* lockoutTime stays when the lock has ended: the server knows. */
	if (is_told ? (computed & IDM_UAC_LOCKED) != 0
		    : filetime(object, "lockoutTime", &when))
		account->flags |= IDM_ACCOUNT_LOCKED;
	if (filetime(object, "accountExpires", &when))
		expires_at(account, when, now);
	read_hours(object, account);
	read_password(object, control, now, account);
	if ((computed & IDM_UAC_PASSWORD_EXPIRED) != 0 &&
	    (account->flags & IDM_ACCOUNT_MUST_CHANGE) == 0)
		account->flags |= IDM_ACCOUNT_PASSWORD_EXPIRED;
}

/* ---- The others. */

/* YYYYMMDDHHMMSS, a fraction perhaps, Z. */
static bool
generalized_time(
    const struct idm_object *object, const char *name, uint64_t *out)
{
	static const uint8_t width[] = { 4, 2, 2, 2, 2, 2 };
	struct idm_str text = idm_object_first(object, name);
	const char *at = text.data;
	int part[6] = { 0 };
	struct tm tm;
	time_t when;

	if (text.len < 15 || text.data[text.len - 1] != 'Z' ||
	    (text.len > 15 && text.data[14] != '.' && text.data[14] != ','))
		return false;
	for (size_t i = 0; i < IDM_COUNTOF(width); i++) {
		for (size_t digits = width[i]; digits > 0; digits--, at++) {
			if (*at < '0' || *at > '9')
				return false;
			part[i] = part[i] * 10 + (*at - '0');
		}
	}
	tm = (struct tm){
		.tm_year = part[0] - 1900,
		.tm_mon = part[1] - 1,
		.tm_mday = part[2],
		.tm_hour = part[3],
		.tm_min = part[4],
		.tm_sec = part[5],
	};
	when = timegm(&tm);
	*out = when < 0 ? 0 : (uint64_t)when;
	return true;
}

static void
read_shadow(const struct idm_object *object, uint64_t now,
    struct idm_cached_account *account)
{
	const int64_t today = (int64_t)(now / DAY_S);
	int64_t days;
	int64_t max;

	if (idm_expiry_number(object, "shadowExpire", &days) && days >= 0 &&
	    days < INT32_MAX)
		expires_at(account, (uint64_t)days * DAY_S, now);
	if (!idm_expiry_number(object, "shadowLastChange", &days) || days < 0 ||
	    days >= INT32_MAX)
		return;
	if (days == 0)
		account->flags |= IDM_ACCOUNT_MUST_CHANGE;
	else if (idm_expiry_number(object, "shadowMax", &max) && max >= 0 &&
	    max < SHADOW_FOREVER && days + max < today)
		account->flags |= IDM_ACCOUNT_PASSWORD_EXPIRED;
}

static void
read_ldap(const struct idm_object *object, uint64_t now,
    struct idm_cached_account *account)
{
	uint64_t when;

	if (idm_object_has(object, "nsAccountLock", "true"))
		account->flags |= IDM_ACCOUNT_DISABLED;
	/* The year 0 is for ever; from others only a bind tells the end. */
	if (idm_object_has(object, "pwdAccountLockedTime", "000001010000Z"))
		account->flags |= IDM_ACCOUNT_LOCKED;
	if (generalized_time(object, "krbPrincipalExpiration", &when))
		expires_at(account, when, now);
	if (generalized_time(object, "krbPasswordExpiration", &when) &&
	    when <= now)
		account->flags |= IDM_ACCOUNT_PASSWORD_EXPIRED;
	read_shadow(object, now, account);
}

void
idm_expiry_read(const struct idm_object *object, bool is_ad, uint64_t now,
    struct idm_cached_account *out)
{
	struct idm_cached_account account = { .flags = 0 };

	if (is_ad)
		read_ad(object, now, &account);
	else
		read_ldap(object, now, &account);
	*out = account;
}
