#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit.h"

#include "base/attr.h"
#include "config/directorykey.h"
#include "config/domainfile.h"
#include "map/format.h"

/* The section [directory] of a domain's file, and its record. */

static char dir[] = "/tmp/idm-directory-XXXXXX";

static int
enter_folder(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL || chdir(dir) == -1;
}

static int
leave_folder(void **state)
{
	(void)state;
	return chdir("/") == -1 || rmdir(dir) == -1;
}

struct told {
	char text[4096];
};

static void
tell(void *context, const char *text)
{
	struct told *told = context;
	size_t used = strlen(told->text);

	(void)snprintf(
	    told->text + used, sizeof(told->text) - used, "%s\n", text);
}

#define DOMAIN                                                                 \
	"[domain]\nbackend = rid\nrange = 100000-199999\n"                     \
	"sid = S-1-5-21-1-2-3\ndns = corp.example\n[directory]\n"

/* Read a file of this text; mistakes are told. */
static struct idm_domain_file *
read_file(const char *text, struct told *told)
{
	struct idm_domain_file *file = malloc(sizeof(*file));
	FILE *stream = fopen("corp.conf", "we");
	unsigned long mistakes = 0;
	struct idm_err err;

	assert_non_null(file);
	assert_non_null(stream);
	assert_true(fputs(text, stream) >= 0);
	assert_int_equal(fclose(stream), 0);
	assert_int_equal(chmod("corp.conf", 0644), 0);
	told->text[0] = '\0';
	assert_good(idm_domain_file_read(
			"corp.conf", file, &mistakes, tell, told, &err),
	    err);
	assert_int_equal(unlink("corp.conf"), 0);
	return file;
}

static void
test_little_is_needed(void **state)
{
	struct idm_domain_file *file;
	struct told told;

	(void)state;
	file = read_file(DOMAIN "schema = ad\n", &told);
	assert_string_equal(told.text, "");
	assert_true(file->has_directory);
	assert_int_equal(file->directory.schema, IDM_SCHEMA_AD);
	assert_int_equal(file->directory.bind, IDM_BIND_GSSAPI);
	assert_int_equal(file->directory.tls, IDM_TLS_OFF);
	assert_string_equal(file->directory.base, "dc=corp,dc=example");
	assert_string_equal(file->directory.discovery, "corp.example");
	assert_int_equal(file->directory.flags,
	    IDM_DIRECTORY_VERIFY | IDM_DIRECTORY_SITES | IDM_DIRECTORY_FOREIGN);
	assert_int_equal(
	    file->domain.flags & (IDM_DOMAIN_DIRECTORY | IDM_DOMAIN_REPLICATE),
	    IDM_DOMAIN_DIRECTORY);
	assert_int_equal(file->domain.cache_s, IDM_DIRECTORY_CACHE_S);
	assert_int_equal(file->domain.wait_ms, IDM_DIRECTORY_TIMEOUT_MS);
	free(file);
}

static void
test_without_a_section_there_is_none(void **state)
{
	struct idm_domain_file *file;
	struct told told;

	(void)state;
	file = read_file("[domain]\nbackend = rid\nrange = 100000-199999\n"
			 "sid = S-1-5-21-1-2-3\n",
	    &told);
	assert_string_equal(told.text, "");
	assert_false(file->has_directory);
	assert_int_equal(file->domain.flags, 0);
	free(file);
}

static const char everything[] = DOMAIN
    "schema = rfc2307bis\n"
    "servers = ldap://a.example ldaps://b.example:10636\n"
    "discovery = find.example\n"
    "sites = no\n"
    "site = Hamburg\n"
    "base = o=x\n"
    "user_base = ou=u,o=x\n"
    "group_base = ou=g,o=x\n"
    "user_filter = (&(a=1)(!(b=2)))\n"
    "group_filter = (c=*)\n"
    "allow_ous = ou=1,o=x;ou=2,o=x\n"
    "deny_ous = ou=3,o=x\n"
    "bind = simple\n"
    "bind_dn = cn=idmapd,o=x\n"
    "password_file = /etc/idmap/secret\n"
    "principal = host/a@X\n"
    "keytab = /etc/a.keytab\n"
    "tls = start_tls\n"
    "verify = no\n"
    "ca_file = /etc/ca.pem\n"
    "referrals = no\n"
    "timeout = 7\n"
    "page_size = 100\n"
    "cache_time = 11\n"
    "negative_time = 12\n"
    "stale_time = 13\n"
    "nesting = 3\n"
    "replicate = yes\n"
    "enumerate_max = 14\n"
    "disabled = hide\n"
    "on_change = hold\n"
    "schema_mode = sfu\n"
    "unix_primary_group = no\n"
    "unix_nss_info = no\n"
    "all_groupmem = yes\n"
    "foreign_members = no\n"
    "allowed_shells = /bin/sh /bin/bash\n"
    "shell_fallback = /bin/sh\n"
    "mapping = none\n"
    "user_name_attribute = a0\n"
    "group_name_attribute = a1\n"
    "uid_attribute = a2\n"
    "gid_attribute = a3\n"
    "group_gid_attribute = a4\n"
    "gecos_attribute = a5\n"
    "home_attribute = a6\n"
    "shell_attribute = a7\n"
    "member_attribute = a8\n"
    "sid_attribute = a9\n"
    "guid_attribute = a10\n"
    "unixuser_attribute = a11\n"
    "unixgroup_attribute = a12\n"
    "winname_attribute = a13\n";

static const struct idm_directory all_of_it = {
	.schema = IDM_SCHEMA_RFC2307BIS,
	.bind = IDM_BIND_SIMPLE,
	.tls = IDM_TLS_START,
	.mapping = IDM_MAPPING_NONE,
	.unix_schema = IDM_UNIX_SFU,
	.nesting = 3,
	.flags = IDM_DIRECTORY_REPLICATE | IDM_DIRECTORY_HIDE_DISABLED |
	    IDM_DIRECTORY_HOLD | IDM_DIRECTORY_ALL_MEMBERS,
	.timeout_ms = 7000,
	.page = 100,
	.cache_s = 11,
	.negative_s = 12,
	.stale_s = 13,
	.enumerate_max = 14,
	.servers = "ldap://a.example ldaps://b.example:10636",
	.discovery = "find.example",
	.site = "Hamburg",
	.base = "o=x",
	.user_base = "ou=u,o=x",
	.group_base = "ou=g,o=x",
	.user_filter = "(&(a=1)(!(b=2)))",
	.group_filter = "(c=*)",
	.allow_ous = "ou=1,o=x;ou=2,o=x",
	.deny_ous = "ou=3,o=x",
	.bind_dn = "cn=idmapd,o=x",
	.password_file = "/etc/idmap/secret",
	.principal = "host/a@X",
	.keytab = "/etc/a.keytab",
	.ca_file = "/etc/ca.pem",
	.allowed_shells = "/bin/sh /bin/bash",
	.shell_fallback = "/bin/sh",
	.attribute = { "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8",
	    "a9", "a10", "a11", "a12", "a13" },
};

static void
test_every_setting_is_taken_and_stored(void **state)
{
	struct idm_directory *again = calloc(1, sizeof(*again));
	struct idm_domain_file *file;
	struct idm_err err;
	struct idm_buf buf;
	struct told told;

	(void)state;
	assert_non_null(again);
	for (size_t i = 0; idm_directory_key(i).name != NULL; i++)
		assert_non_null(strstr(everything, idm_directory_key(i).name));
	file = read_file(everything, &told);
	assert_string_equal(told.text, "");
	assert_memory_equal(&file->directory, &all_of_it, sizeof(all_of_it));
	assert_int_equal(file->domain.stale_s, 13);
	assert_int_not_equal(file->domain.flags & IDM_DOMAIN_REPLICATE, 0);

	idm_buf_init(&buf, IDM_VALUE_MAX);
	idm_directory_write(&buf, &file->directory);
	assert_good(idm_directory_read(
			(struct idm_str){ buf.data, buf.len }, again, &err),
	    err);
	assert_memory_equal(again, &all_of_it, sizeof(all_of_it));
	idm_buf_fini(&buf);
	free(file);
	free(again);
}

/* What backends call otherwise; the directory's own setting counts. */
static void
test_options_of_backends_are_settings(void **state)
{
	struct idm_domain_file *file;
	struct told told;

	(void)state;
	file = read_file("[domain]\nbackend = ad\nrange = 100000-199999\n"
			 "sid = S-1-5-21-1-2-3\ndns = corp.example\n"
			 "[options]\nschema_mode = sfu20\nunix_nss_info = yes\n"
			 "deny_ous = ou=a,dc=b\n"
			 "[directory]\nschema = ad\nunix_nss_info = no\n",
	    &told);
	assert_string_equal(told.text, "");
	assert_int_equal(file->directory.unix_schema, IDM_UNIX_SFU20);
	assert_int_equal(file->directory.flags & IDM_DIRECTORY_UNIX_INFO, 0);
	assert_string_equal(file->directory.deny_ous, "ou=a,dc=b");
	free(file);
	file = read_file(
	    "[domain]\nbackend = rfc2307\nrange = 100000-199999\n"
	    "[options]\nldap_server = stand-alone\nuser_cn = yes\n"
	    "bind_path_user = ou=u,o=x\nbind_path_group = ou=g,o=x\n"
	    "ldap_url = ldaps://a.example\nssl = on\n"
	    "[directory]\nschema = rfc2307\nbase = o=x\n",
	    &told);
	assert_string_equal(told.text, "");
	assert_string_equal(file->directory.user_base, "ou=u,o=x");
	assert_string_equal(file->directory.group_base, "ou=g,o=x");
	assert_string_equal(file->directory.servers, "ldaps://a.example");
	assert_string_equal(
	    file->directory.attribute[IDM_ATTR_USER_NAME], "cn");
	free(file);
}

/* ---- Numbers that are elsewhere than names. */

#define SHARED                                                                 \
	"[domain]\nbackend = ldap\nrange = 700000-799999\n"                    \
	"[options]\nldap_base_dn = ou=idmap,o=x\n"
#define APART                                                                  \
	"[domain]\nbackend = rfc2307\nrange = 100000-199999\n"                 \
	"sid = S-1-5-21-1-2-3\ndns = corp.example\n[directory]\nschema = ad\n" \
	"ca_file = /ca\ntimeout = 7\n[options]\n"                              \
	"bind_path_user = ou=u,o=x\nbind_path_group = ou=g,o=x\n"

static void
test_shared_numbers_have_a_directory_of_their_own(void **state)
{
	struct idm_domain_file *file;
	struct told told;

	(void)state;
	file = read_file(SHARED
	    "ldap_url = a.example, ldaps://b.example\n"
	    "ldap_user_dn = cn=w\nldap_user_dn_password_file = /pw\n",
	    &told);
	assert_string_equal(told.text, "");
	assert_false(file->has_directory);
	assert_true(file->has_numbers);
	assert_string_equal(
	    file->numbers.servers, "ldaps://a.example ldaps://b.example");
	assert_string_equal(file->numbers.base, "ou=idmap,o=x");
	assert_string_equal(file->numbers.bind_dn, "cn=w");
	assert_int_equal(file->numbers.bind, IDM_BIND_SIMPLE);
	assert_int_equal(file->domain.flags, 0);
	free(file);
}

static void
test_names_and_numbers_are_kept_apart(void **state)
{
	struct idm_domain_file *file;
	struct told told;

	(void)state;
	file = read_file(APART "ldap_server = stand-alone\nuser_cn = yes\n"
			       "ldap_realm = yes\nssl = start_tls\n"
			       "ldap_url = a.example\n",
	    &told);
	assert_string_equal(told.text, "");
	assert_true(file->has_numbers);
	assert_string_equal(file->directory.servers, "");
	assert_string_equal(file->directory.user_base, "");
	assert_string_equal(file->numbers.servers, "ldap://a.example");
	assert_string_equal(file->numbers.user_base, "ou=u,o=x");
	assert_string_equal(file->numbers.group_base, "ou=g,o=x");
	assert_string_equal(file->numbers.realm, "corp.example");
	assert_string_equal(file->numbers.attribute[IDM_ATTR_USER_NAME], "cn");
	assert_string_equal(file->numbers.ca_file, "/ca");
	assert_int_equal(file->numbers.timeout_ms, 7000);
	assert_int_equal(file->numbers.schema, IDM_SCHEMA_RFC2307);
	free(file);
}

static void
test_numbers_can_be_in_another_domain(void **state)
{
	struct idm_domain_file *file;
	struct told told;

	(void)state;
	file = read_file(APART "ldap_server = ad\nldap_domain = other.example\n"
			       "realm = OTHER\n",
	    &told);
	assert_string_equal(told.text, "");
	assert_true(file->has_numbers);
	assert_string_equal(file->directory.discovery, "corp.example");
	assert_string_equal(file->numbers.discovery, "other.example");
	assert_string_equal(file->numbers.base, "dc=other,dc=example");
	assert_string_equal(file->numbers.realm, "OTHER");
	assert_int_equal(file->numbers.schema, IDM_SCHEMA_AD);
	assert_int_equal(file->numbers.bind, IDM_BIND_GSSAPI);
	free(file);
	/* Its own directory is none of its own. */
	file = read_file(
	    APART "ldap_server = ad\nldap_domain = corp.example\n", &told);
	assert_string_equal(told.text, "");
	assert_false(file->has_numbers);
	assert_string_equal(file->directory.user_base, "ou=u,o=x");
	free(file);
}

static void
test_mistakes_about_numbers(void **state)
{
	static const struct {
		const char *text;
		const char *mistake;
	} cases[] = {
		{ SHARED, "options.ldap_url: is missing" },
		{ SHARED "ldap_url = ldap://a\nssl = on\n",
		    "options.ssl: 'on' is ldaps:, but ldap_url says ldap:" },
		{ SHARED "ldap_url = a\nssl = off\nldap_user_dn = cn=w\n"
			 "ldap_user_dn_password_file = /pw\n",
		    "options.ssl: a password is not sent" },
		{ SHARED "ldap_url = a\nldap_user_dn = cn=w\n",
		    "options.ldap_user_dn_password_file: is missing" },
		{ SHARED "ldap_url = a\nldap_base_dn = nothing\n",
		    "already given" },
		{ APART "ldap_server = stand-alone\n",
		    "options.ldap_url: is missing" },
	};
	struct told told;

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		free(read_file(cases[i].text, &told));
		if (strstr(told.text, cases[i].mistake) == NULL)
			fail_msg("%s: said '%s'", cases[i].text, told.text);
	}
}

static void
test_a_cut_record_is_refused(void **state)
{
	static struct idm_directory out;
	struct idm_err err;
	struct idm_buf buf;

	(void)state;
	idm_buf_init(&buf, IDM_VALUE_MAX);
	idm_directory_write(&buf, &all_of_it);
	for (size_t len = 0; len < buf.len; len++) {
		assert_int_equal(
		    idm_directory_read(
			(struct idm_str){ buf.data, len }, &out, &err),
		    IDM_CORRUPT);
	}
	buf.data[2] = 9;
	assert_fails(idm_directory_read(
			 (struct idm_str){ buf.data, buf.len }, &out, &err),
	    IDM_CORRUPT, err, "schema out of range: 9");
	idm_buf_fini(&buf);
}

static const struct {
	const char *text; /* of the section */
	const char *mistake;
} mistakes[] = {
	{ "base = o=x\n", "corp.conf: directory.schema: is missing\n" },
	{ "schema = nis\n",
	    "corp.conf:7: directory.schema: 'nis' is none of ad, rfc2307, "
	    "rfc2307bis or ipa\n" },
	{ "schema = ad\nsite_s = yes\n",
	    "corp.conf:8: directory.site_s: there is no such setting; is it "
	    "'sites'?\n" },
	{ "schema = ad\nservers = http://a\n",
	    "corp.conf:8: directory.servers: 'http://a' is no server: write "
	    "ldap://HOST, ldaps://HOST or ldapi://PATH\n" },
	{ "schema = ad\nuser_filter = (a=1\n",
	    "corp.conf:8: directory.user_filter: " },
	{ "schema = ad\nbase = corp\n", "corp.conf:8: directory.base: " },
	{ "schema = ad\nuid_attribute = a b\n",
	    "corp.conf:8: directory.uid_attribute: " },
	{ "schema = ad\ntimeout = 0\n",
	    "corp.conf:8: directory.timeout: '0' is below 1, the least it may "
	    "be\n" },
	{ "schema = ad\nkeytab = a\n",
	    "corp.conf:8: directory.keytab: 'a' is no absolute path\n" },
	{ "schema = ad\nbind = simple\n",
	    "corp.conf: directory.bind: 'simple' needs bind_dn and "
	    "password_file\n" },
	{ "schema = ad\npassword_file = /x\n",
	    "corp.conf: directory.password_file: is of no use without 'bind = "
	    "simple'\n" },
	{ "schema = rfc2307\nservers = ldaps://a ldap://b\nbind_dn = o=x\n"
	  "password_file = /x\ntls = off\n",
	    "corp.conf: directory.tls: a password is not sent over a "
	    "connection that others can read\n" },
	{ "schema = ad\nreferrals = yes\n",
	    "corp.conf: directory.referrals: none is followed, because " },
	{ "schema = ad\nmapping = name\n",
	    "corp.conf: directory.mapping: 'name' needs unixuser_attribute, "
	    "unixgroup_attribute or winname_attribute\n" },
	{ "schema = rfc2307\nservers = ldaps://a\nmapping = idmu\n",
	    "corp.conf: directory.mapping: 'idmu' is of Active Directory's "
	    "numbers: it needs 'schema = ad'\n" },
};

static void
test_each_mistake_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(mistakes); i++) {
		char text[1024];
		struct told told;

		(void)snprintf(
		    text, sizeof(text), DOMAIN "%s", mistakes[i].text);
		free(read_file(text, &told));
		if (strncmp(told.text, mistakes[i].mistake,
			strlen(mistakes[i].mistake)) != 0)
			fail_msg("%s: said '%s'", mistakes[i].text, told.text);
	}
}

static void
test_what_has_no_directory(void **state)
{
	struct told told;

	(void)state;
	free(read_file(DOMAIN "schema = ad\n[domain]\nnames = /n\n", &told));
	assert_string_equal(told.text,
	    "corp.conf: names: a domain with a [directory] has no names "
	    "file\n");
	free(read_file("[domain]\nbackend = rid\nrange = 100000-199999\n"
		       "sid = S-1-5-21-1-2-3\n[directory]\nschema = ad\n",
	    &told));
	assert_string_equal(told.text,
	    "corp.conf: directory.servers: is missing, and there is no "
	    "'discovery' or 'dns' to find them by\n"
	    "corp.conf: directory.base: is missing, and there is no 'dns' to "
	    "make it of\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_little_is_needed),
		cmocka_unit_test(test_without_a_section_there_is_none),
		cmocka_unit_test(test_every_setting_is_taken_and_stored),
		cmocka_unit_test(test_options_of_backends_are_settings),
		cmocka_unit_test(
		    test_shared_numbers_have_a_directory_of_their_own),
		cmocka_unit_test(test_names_and_numbers_are_kept_apart),
		cmocka_unit_test(test_numbers_can_be_in_another_domain),
		cmocka_unit_test(test_mistakes_about_numbers),
		cmocka_unit_test(test_a_cut_record_is_refused),
		cmocka_unit_test(test_each_mistake_is_told),
		cmocka_unit_test(test_what_has_no_directory),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
