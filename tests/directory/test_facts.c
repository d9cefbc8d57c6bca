#include "tests/directory/made.h"
#include "tests/unit.h"

#include "directory/expiry.h"
#include "directory/facts.h"

#define NOW           1800000000u /* in 2027 */
#define SID           "S-1-5-21-1-2-3-1105"
#define TEXT(literal) literal, sizeof(literal) - 1

/* An entry, how it is read, and what came of it. */
struct reading {
	struct made made;
	struct idm_directory settings;
	struct idm_schema_map schema;
	struct idm_facts facts;
	struct idm_err err;
};

static void
begin(struct reading *reading, uint8_t schema, const char *dn)
{
	idm_directory_defaults(&reading->settings);
	reading->settings.schema = schema;
	made_entry(&reading->made, dn);
}

static void
put(char *setting, size_t size, const char *text)
{
	assert_true(strlen(text) < size);
	memcpy(setting, text, strlen(text) + 1);
}

static enum idm_status
look(struct reading *reading)
{
	idm_schema_map(&reading->settings, &reading->schema);
	return idm_facts_read(&reading->schema, &reading->made.object, NOW,
	    &reading->facts, &reading->err);
}

#define assert_refused(reading, why)                                           \
	assert_fails(look(reading), IDM_REFUSED, (reading)->err, why)

static void
ad_user(struct reading *reading)
{
	struct made *made = &reading->made;

	begin(
	    reading, IDM_SCHEMA_AD, "CN=Alice A,OU=People,DC=corp,DC=example");
	made_add(made, "objectClass", "top");
	made_add(made, "objectClass", "person");
	made_add(made, "objectClass", "user");
	made_add(made, "sAMAccountName", "Alice");
	made_sid(made, SID);
	made_bytes(made, "objectGUID", TEXT("0123456789abcdef"));
	made_add(made, "primaryGroupID", "513");
	made_add(made, "userAccountControl", "512");
	made_add(made, "displayName", "Alice Archer");
	made_add(made, "uidNumber", "10001");
	made_add(made, "gidNumber", "10002");
	made_add(made, "unixHomeDirectory", "/home/alice");
	made_add(made, "loginShell", "/bin/zsh");
	made_add(made, "gecos", "Alice,,,");
	made_add(made, "uSNChanged", "4711");
}

static void
posix_user(struct reading *reading, uint8_t schema)
{
	struct made *made = &reading->made;

	begin(reading, schema, "uid=bob,ou=people,dc=corp");
	reading->settings.flags |= IDM_DIRECTORY_UNIX_INFO;
	made_add(made, "objectClass", "inetOrgPerson");
	made_add(made, "objectClass", "posixAccount");
	made_add(made, "uid", "bob");
	made_add(made, "cn", "Bob Baker");
	made_add(made, "uidNumber", "20001");
	made_add(made, "gidNumber", "20100");
	made_add(made, "homeDirectory", "/home/bob");
	made_add(made, "loginShell", "/bin/bash");
}

static void
test_a_user_of_ad(void **state)
{
	struct reading reading;
	char text[IDM_SID_TEXT_MAX];

	(void)state;
	ad_user(&reading);
	assert_good(look(&reading), reading.err);
	assert_false(reading.facts.is_group);
	assert_true(idm_str_is(reading.facts.name, "Alice"));
	assert_string_equal(idm_sid_format(&reading.facts.sid, text), SID);
	assert_true(reading.facts.has_guid);
	assert_memory_equal(reading.facts.guid, "0123456789abcdef", 16);
	assert_int_equal(reading.facts.primary_rid, 513);
	assert_true(reading.facts.has_id);
	assert_int_equal(reading.facts.id, 10001);
	assert_true(reading.facts.has_gid);
	assert_int_equal(reading.facts.gid, 10002);
	assert_int_equal(reading.facts.change, 4711);
	assert_int_equal(reading.facts.account.flags, 0);
	/* UNIX' texts are taken where the domain says so. */
	assert_true(idm_str_is(reading.facts.gecos, "Alice Archer"));
	assert_int_equal(reading.facts.home.len, 0);
	assert_int_equal(reading.facts.shell.len, 0);
	reading.settings.flags |= IDM_DIRECTORY_UNIX_INFO;
	assert_good(look(&reading), reading.err);
	assert_true(idm_str_is(reading.facts.gecos, "Alice,,,"));
	assert_true(idm_str_is(reading.facts.home, "/home/alice"));
	assert_true(idm_str_is(reading.facts.shell, "/bin/zsh"));
}

static void
test_users_and_groups_of_ldap(void **state)
{
	struct reading reading;
	struct made *made = &reading.made;
	char text[IDM_SID_TEXT_MAX];

	(void)state;
	posix_user(&reading, IDM_SCHEMA_RFC2307);
	assert_good(look(&reading), reading.err);
	assert_true(idm_str_is(reading.facts.name, "bob"));
	assert_int_equal(reading.facts.sid.nsubs, 0);
	assert_int_equal(reading.facts.id, 20001);
	assert_int_equal(reading.facts.gid, 20100);
	assert_true(idm_str_is(reading.facts.gecos, "Bob Baker"));
	assert_true(idm_str_is(reading.facts.home, "/home/bob"));

	posix_user(&reading, IDM_SCHEMA_IPA);
	made_add(made, "ipaNTSecurityIdentifier", SID);
	made_add(made, "ipaUniqueID", "00112233-4455-6677-8899-aabbccddeeff");
	assert_good(look(&reading), reading.err);
	assert_string_equal(idm_sid_format(&reading.facts.sid, text), SID);
	assert_true(reading.facts.has_guid);
	assert_int_equal(reading.facts.guid[1], 0x11);
	assert_int_equal(reading.facts.guid[15], 0xff);

	begin(&reading, IDM_SCHEMA_RFC2307BIS, "cn=staff,dc=corp");
	made_add(made, "objectClass", "groupOfUniqueNames");
	made_add(made, "objectClass", "posixGroup");
	made_add(made, "cn", "staff");
	made_add(made, "gidNumber", "20200");
	made_add(made, "uniqueMember", "uid=bob,dc=corp");
	assert_good(look(&reading), reading.err);
	assert_true(reading.facts.is_group);
	assert_int_equal(reading.facts.id, 20200);
	assert_non_null(reading.facts.members);
	assert_int_equal(reading.facts.members->n, 1);
	assert_false(reading.facts.members_are_names);
}

static void
test_other_attributes(void **state)
{
	struct reading reading;
	struct made *made = &reading.made;

	(void)state;
	ad_user(&reading);
	made_add(made, "msSFU30UidNumber", "30001");
	made_add(made, "MSSFU2x-uidNumber", "30002");
	made_add(made, "employeeNumber", "30003");
	reading.settings.unix_schema = IDM_UNIX_SFU;
	assert_good(look(&reading), reading.err);
	assert_int_equal(reading.facts.id, 30001);
	reading.settings.unix_schema = IDM_UNIX_SFU20;
	assert_good(look(&reading), reading.err);
	assert_int_equal(reading.facts.id, 30002);
	put(reading.settings.attribute[IDM_ATTR_UID],
	    sizeof(reading.settings.attribute[IDM_ATTR_UID]), "employeeNumber");
	put(reading.settings.attribute[IDM_ATTR_UNIX_USER],
	    sizeof(reading.settings.attribute[IDM_ATTR_UNIX_USER]),
	    "localName");
	made_add(made, "localName", "al");
	assert_good(look(&reading), reading.err);
	assert_int_equal(reading.facts.id, 30003);
	assert_true(idm_str_is(reading.facts.unix_name[0], "al"));
}

/* Names that would be something else in a line of passwd, or elsewhere. */
static void
test_names_are_refused(void **state)
{
	static const struct {
		const char *name;
		size_t len;
		const char *why;
	} bad[] = {
		{ TEXT("a\nroot"), "control character" },
		{ TEXT("a:b"), "':'" },
		{ TEXT("a/b"), "'/'" },
		{ TEXT("a\0b"), "control character" },
		{ TEXT("a,b"), "','" },
		{ TEXT(" root"), "blank" },
		{ TEXT("0"), "digits" },
		{ TEXT("\xff\xfe"), "UTF-8" },
		{ TEXT(".."), "path" },
		{ TEXT("-x"), "'-'" },
		{ TEXT("a@b"), "'@'" },
		{ TEXT("a\\b"), "'\\'" },
		{ TEXT("dc1$"), "machine" },
		{ TEXT(""), "no sAMAccountName" },
	};
	char big[600];
	struct reading reading;

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		ad_user(&reading);
		made_set(&reading.made, "sAMAccountName", "");
		reading.made.value[1][0] = (struct idm_str){ bad[i].name,
			bad[i].len };
		assert_true(idm_str_is(
		    reading.made.attribute[1].name, "sAMAccountName"));
		assert_refused(&reading, bad[i].why);
		assert_non_null(strstr(reading.err.text, "CN=Alice A"));
	}
	memset(big, 'a', sizeof(big));
	ad_user(&reading);
	made_set(&reading.made, "sAMAccountName", "");
	reading.made.value[1][0] = (struct idm_str){ big, sizeof(big) };
	assert_refused(&reading, "bytes");
}

static void
test_sids_are_refused(void **state)
{
	struct reading reading;
	struct idm_sid domain;

	(void)state;
	ad_user(&reading);
	made_sid(&reading.made, "S-1-5-32-544");
	assert_refused(&reading, "BUILTIN");
	made_sid(&reading.made, "S-1-5-18");
	assert_refused(&reading, "no account's");
	made_sid(&reading.made, "S-1-5-21-1-2-3");
	assert_refused(&reading, "no account's");
	made_set(&reading.made, "objectSid", "S-1-5-21-1-2-3-500");
	assert_refused(&reading, "broken objectSid");
	made_set(&reading.made, "objectSid", "");
	assert_refused(&reading, "has 0 bytes");
	made_sid(&reading.made, SID);
	made_add(&reading.made, "objectSid", "x");
	assert_refused(&reading, "more than one");

	made_sid(&reading.made, SID);
	assert_good(look(&reading), reading.err);
	assert_good(
	    idm_sid_parse(idm_str_of("S-1-5-21-1-2-3"), &domain, &reading.err),
	    reading.err);
	assert_good(idm_facts_of_domain(&reading.facts, &domain, &reading.err),
	    reading.err);
	domain.sub[3] = 4;
	assert_fails(idm_facts_of_domain(&reading.facts, &domain, &reading.err),
	    IDM_REFUSED, reading.err, "not of this domain");
}

/* A number that is none is missing: it is not zero, and no bad account. */
static void
test_numbers_are_strict(void **state)
{
	static const char *const bad[] = { "0", "4294967295", "-1", "1e3",
		" 1000", "1000 ", "01000", "0x3e8", "+1000", "65534", "65535",
		"61184", "4294967296", "99999999999999999999", "" };
	struct reading reading;

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		ad_user(&reading);
		made_set(&reading.made, "uidNumber", bad[i]);
		made_set(&reading.made, "gidNumber", bad[i]);
		assert_good(look(&reading), reading.err);
		assert_false(reading.facts.has_id);
		assert_false(reading.facts.has_gid);
		assert_true(idm_str_is(reading.facts.bad_id, bad[i]));
	}
	ad_user(&reading);
	made_add(&reading.made, "uidNumber", "10009");
	assert_good(look(&reading), reading.err);
	assert_false(reading.facts.has_id);
}

static void
test_texts_are_dropped(void **state)
{
	static const char *const bad[] = { "/home/a:b", "/home/\n", "relative",
		"/\x7f", "/\xff", "" };
	struct reading reading;

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		ad_user(&reading);
		reading.settings.flags |= IDM_DIRECTORY_UNIX_INFO;
		made_set(&reading.made, "unixHomeDirectory", bad[i]);
		made_set(&reading.made, "loginShell", bad[i]);
		made_set(&reading.made, "gecos", "a:b");
		made_set(&reading.made, "displayName", "a\nb");
		assert_good(look(&reading), reading.err);
		assert_int_equal(reading.facts.home.len, 0);
		assert_int_equal(reading.facts.shell.len, 0);
		assert_int_equal(reading.facts.gecos.len, 0);
	}
}

static void
test_kinds(void **state)
{
	struct reading reading;

	(void)state;
	ad_user(&reading);
	made_add(&reading.made, "objectClass", "computer");
	assert_refused(&reading, "machine");
	ad_user(&reading);
	made_set(&reading.made, "userAccountControl", "4096");
	assert_refused(&reading, "machine");
	ad_user(&reading);
	made_add(&reading.made, "sAMAccountType", "805306370");
	assert_refused(&reading, "machine");
	ad_user(&reading);
	made_set(&reading.made, "objectClass", "contact");
	assert_int_equal(look(&reading), IDM_NOTFOUND);

	ad_user(&reading);
	made_set(&reading.made, "objectClass", "group");
	made_add(&reading.made, "groupType", "-2147483640");
	made_add(&reading.made, "member", "CN=x,DC=corp");
	assert_good(look(&reading), reading.err);
	assert_true(reading.facts.is_group);
	assert_int_equal(reading.facts.id, 10002);
	assert_int_equal(reading.facts.members->n, 1);
	made_set(&reading.made, "groupType", "8");
	assert_refused(&reading, "mail only");
}

static void
test_where_accounts_are_wanted(void **state)
{
	struct reading reading;

	(void)state;
	ad_user(&reading);
	put(reading.settings.deny_ous, sizeof(reading.settings.deny_ous),
	    "ou=x,dc=corp; ou=people,dc=corp,"
	    "dc=example");
	assert_refused(&reading, "deny_ous");
	put(reading.settings.deny_ous, sizeof(reading.settings.deny_ous),
	    "ou=peop,dc=corp,dc=example");
	assert_good(look(&reading), reading.err);
	put(reading.settings.allow_ous, sizeof(reading.settings.allow_ous),
	    "ou=other,dc=corp,dc=example");
	assert_refused(&reading, "allow_ous");
	put(reading.settings.allow_ous, sizeof(reading.settings.allow_ous),
	    "ou=other,dc=corp,dc=example;OU=People,DC=corp,DC=example");
	assert_good(look(&reading), reading.err);

	made_set(&reading.made, "userAccountControl", "514");
	assert_good(look(&reading), reading.err);
	assert_int_equal(reading.facts.account.flags, IDM_ACCOUNT_DISABLED);
	reading.settings.flags |= IDM_DIRECTORY_HIDE_DISABLED;
	assert_refused(&reading, "is disabled");
}

static void
test_accounts_of_ad(void **state)
{
	static const struct {
		const char *name;
		const char *value;
		uint8_t flags;
		uint64_t expires;
	} cases[] = {
		{ "accountExpires", "0", 0, 0 },
		{ "accountExpires", "9223372036854775807", 0, 0 },
		{ "accountExpires", "116444736010000000", IDM_ACCOUNT_EXPIRED,
		    1 },
		{ "accountExpires", "134800000000000000", 0, 1835526400 },
		{ "accountExpires", "rubbish", 0, 0 },
		{ "lockoutTime", "0", 0, 0 },
		{ "lockoutTime", "134000000000000000", IDM_ACCOUNT_LOCKED, 0 },
		{ "msDS-User-Account-Control-Computed", "16",
		    IDM_ACCOUNT_LOCKED, 0 },
		{ "msDS-User-Account-Control-Computed", "8388608",
		    IDM_ACCOUNT_PASSWORD_EXPIRED, 0 },
		{ "pwdLastSet", "0", IDM_ACCOUNT_MUST_CHANGE, 0 },
		{ "pwdLastSet", "134000000000000000", 0, 0 },
		{ "msDS-UserPasswordExpiryTimeComputed", "134000000000000000",
		    IDM_ACCOUNT_PASSWORD_EXPIRED, 0 },
		{ "msDS-UserPasswordExpiryTimeComputed", "134800000000000000",
		    0, 0 },
		{ "userAccountControl", "514", IDM_ACCOUNT_DISABLED, 0 },
	};
	struct reading reading;

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		ad_user(&reading);
		made_set(&reading.made, cases[i].name, cases[i].value);
		assert_good(look(&reading), reading.err);
		if (reading.facts.account.flags != cases[i].flags ||
		    reading.facts.account.expires != cases[i].expires)
			fail_msg("%s %s: %x %lu", cases[i].name, cases[i].value,
			    reading.facts.account.flags,
			    (unsigned long)reading.facts.account.expires);
	}
	/* The server says that the lock has ended. */
	ad_user(&reading);
	made_add(&reading.made, "lockoutTime", "134000000000000000");
	made_add(&reading.made, "msDS-User-Account-Control-Computed", "0");
	assert_good(look(&reading), reading.err);
	assert_int_equal(reading.facts.account.flags, 0);
	/* A password that never expires. */
	made_add(&reading.made, "pwdLastSet", "0");
	made_set(&reading.made, "userAccountControl", "66048");
	assert_good(look(&reading), reading.err);
	assert_int_equal(reading.facts.account.flags, 0);
}

/* In UTC, the lowest bit first; what has another length says nothing. */
static void
test_hours_of_ad(void **state)
{
	static const char bits[IDM_LOGON_HOURS + 1] = "\x80\x01";
	char all[IDM_LOGON_HOURS];
	const struct {
		struct idm_str value;
		bool has_hours;
	} cases[] = {
		{ { bits, IDM_LOGON_HOURS }, true },
		{ { bits, IDM_LOGON_HOURS - 1 }, false },
		{ { bits, IDM_LOGON_HOURS + 1 }, false },
		{ { bits, 0 }, false },
		{ { all, sizeof(all) }, false },
	};

	(void)state;
	memset(all, 0xff, sizeof(all));
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		const struct idm_attribute_values attribute = {
			.name = idm_str_of("logonHours"),
			.value = &cases[i].value,
			.n = 1,
		};
		const struct idm_object object = {
			.attribute = &attribute,
			.n = 1,
		};
		struct idm_cached_account account = { .flags = 0 };

		idm_expiry_read(&object, true, 0, &account);
		assert_int_equal(account.has_hours, cases[i].has_hours);
		if (account.has_hours)
			assert_memory_equal(
			    account.hours, bits, IDM_LOGON_HOURS);
		assert_int_equal(account.flags, 0);
	}
}

static void
test_accounts_of_ldap(void **state)
{
	static const struct {
		const char *name;
		const char *value;
		uint8_t flags;
		uint64_t expires;
	} cases[] = {
		{ "shadowExpire", "-1", 0, 0 },
		{ "shadowExpire", "30000", 0, 2592000000 },
		{ "shadowExpire", "10000", IDM_ACCOUNT_EXPIRED, 864000000 },
		{ "shadowExpire", "0", IDM_ACCOUNT_EXPIRED, 1 },
		{ "shadowLastChange", "0", IDM_ACCOUNT_MUST_CHANGE, 0 },
		{ "shadowLastChange", "10000", 0, 0 },
		{ "nsAccountLock", "TRUE", IDM_ACCOUNT_DISABLED, 0 },
		{ "nsAccountLock", "false", 0, 0 },
		{ "pwdAccountLockedTime", "000001010000Z", IDM_ACCOUNT_LOCKED,
		    0 },
		{ "krbPrincipalExpiration", "20200101000000Z",
		    IDM_ACCOUNT_EXPIRED, 1577836800 },
		{ "krbPrincipalExpiration", "20300101000000.0Z", 0,
		    1893456000 },
		{ "krbPrincipalExpiration", "2020", 0, 0 },
		{ "krbPasswordExpiration", "20200101000000Z",
		    IDM_ACCOUNT_PASSWORD_EXPIRED, 0 },
	};
	struct reading reading;

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		posix_user(&reading, IDM_SCHEMA_IPA);
		made_add(&reading.made, cases[i].name, cases[i].value);
		assert_good(look(&reading), reading.err);
		if (reading.facts.account.flags != cases[i].flags ||
		    reading.facts.account.expires != cases[i].expires)
			fail_msg("%s %s: %x %lu", cases[i].name, cases[i].value,
			    reading.facts.account.flags,
			    (unsigned long)reading.facts.account.expires);
	}
	posix_user(&reading, IDM_SCHEMA_RFC2307);
	made_add(&reading.made, "shadowLastChange", "10000");
	made_add(&reading.made, "shadowMax", "90");
	assert_good(look(&reading), reading.err);
	assert_int_equal(
	    reading.facts.account.flags, IDM_ACCOUNT_PASSWORD_EXPIRED);
}

static void
test_of_several_names_that_of_the_dn(void **state)
{
	struct reading reading;

	(void)state;
	posix_user(&reading, IDM_SCHEMA_RFC2307);
	made_set(&reading.made, "uid", "aaa");
	made_add(&reading.made, "uid", "bob");
	assert_good(look(&reading), reading.err);
	assert_true(idm_str_is(reading.facts.name, "bob"));
	made_set(&reading.made, "uid", "zzz");
	made_add(&reading.made, "uid", "ccc");
	assert_good(look(&reading), reading.err);
	assert_true(idm_str_is(reading.facts.name, "ccc"));
}

static void
test_a_copy_lends_nothing(void **state)
{
	struct idm_facts *copy = NULL;
	struct reading reading;

	(void)state;
	ad_user(&reading);
	made_set(&reading.made, "objectClass", "group");
	made_add(&reading.made, "member", "CN=x,DC=corp");
	made_add(&reading.made, "member", "CN=y,DC=corp");
	assert_good(look(&reading), reading.err);
	assert_good(
	    idm_facts_dup(&reading.facts, &copy, &reading.err), reading.err);
	memset(&reading, 0, sizeof(reading));
	assert_true(idm_str_is(copy->name, "Alice"));
	assert_true(idm_str_is(copy->members->value[1], "CN=y,DC=corp"));
	assert_int_equal(copy->members->n, 2);
	free(copy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_user_of_ad),
		cmocka_unit_test(test_users_and_groups_of_ldap),
		cmocka_unit_test(test_other_attributes),
		cmocka_unit_test(test_names_are_refused),
		cmocka_unit_test(test_sids_are_refused),
		cmocka_unit_test(test_numbers_are_strict),
		cmocka_unit_test(test_texts_are_dropped),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_where_accounts_are_wanted),
		cmocka_unit_test(test_accounts_of_ad),
		cmocka_unit_test(test_hours_of_ad),
		cmocka_unit_test(test_accounts_of_ldap),
		cmocka_unit_test(test_of_several_names_that_of_the_dn),
		cmocka_unit_test(test_a_copy_lends_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
