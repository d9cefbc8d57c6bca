#include <stdio.h>

#include "tests/unit.h"

#include "base/attr.h"
#include "directory/filter.h"

static struct idm_str
str(const char *text)
{
	return idm_str_of(text);
}

static const char *const good[] = {
	"dc=corp,dc=example",
	"CN=Smith\\, John,OU=People,DC=x",
	"cn = a b , dc = x",
	"cn=",
	"cn=,dc=x",
	"cn=a+uid=b,dc=x",
	"2.5.4.3=a",
	"cn=#0c0161",
	"cn=\\23\\20\\ ",
	"cn=a=b",
	"cn=\xc3\xbc,dc=x",
	"cn=\\C3\\BC",
	"cn=a#b/c:d*e(f)g",
};

static const struct {
	const char *text;
	const char *why;
} bad[] = {
	{ "", "it is empty" },
	{ " ", "expected at byte 1" },
	{ "corp.example", "expected at byte 1" },
	{ "dc=a,", "expected at byte 6" },
	{ "dc=a,,dc=b", "expected at byte 6" },
	{ ",dc=b", "expected at byte 1" },
	{ "dc=a;dc=b", "expected at byte 1" },
	{ "dc;x=a", "expected at byte 1" },
	{ "dc=a\\", "expected at byte 1" },
	{ "dc=a\\g", "expected at byte 1" },
	{ "dc=a\\1", "expected at byte 1" },
	{ "dc=\"a\"", "expected at byte 1" },
	{ "dc=<a>", "expected at byte 1" },
	{ "dc=#0", "expected at byte 1" },
	{ "dc=#", "expected at byte 1" },
	{ "dc=\xff", "expected at byte 1" },
	{ "dc=\n\n#0a", "expected at byte 1" },
	{ "<GUID=1>;dc=a", "expected at byte 1" },
	{ "d c=a", "expected at byte 1" },
};

static void
test_a_DN_is_known(void **state)
{
	struct idm_err err;

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(good); i++)
		assert_good(idm_dn_check(str(good[i]), &err), err);
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++)
		assert_fails(idm_dn_check(str(bad[i].text), &err), IDM_INVALID,
		    err, bad[i].why);
	assert_int_equal(
	    idm_dn_check((struct idm_str){ "dc=\0", 4 }, NULL), IDM_INVALID);
}

static const struct {
	const char *dn;
	const char *base;
	bool is_below;
} places[] = {
	{ "dc=x", "dc=x", true },
	{ "cn=a,dc=x", "dc=x", true },
	{ "CN=a, OU=b , DC=X", "ou=B,dc=x", true },
	{ "dc=x", "cn=a,dc=x", false },
	{ "cn=adc=x", "dc=x", false },
	{ "cn=a\\,dc=x", "dc=x", false },
	{ "cn=a\\\\,dc=x", "dc=x", true },
	{ "cn=a+dc=x", "dc=x", false },
	{ "cn=a,dc=x", ",dc=x", false },
	{ "cn=a,dc=x,dc=y", "dc=x", false },
	{ "cn=a,dc=xx", "dc=x", false },
	{ "cn=a,dc=x", "dc=xx", false },
	{ "cn=a,ou=\\c3\\bc,dc=x", "ou=\xc3\xbc,dc=x", true },
	{ "cn=a,ou=b\\2cc,dc=x", "ou=b\\,c,dc=x", true },
	{ "cn=a,ou=p+cn=q,dc=x", "cn=Q+ou=P,dc=x", true },
	{ "cn=a,ou=p+cn=q,dc=x", "ou=p,dc=x", false },
	{ "cn=a,ou=p,dc=x", "ou=p+cn=q,dc=x", false },
	{ "cn=a,dc=x", "", false },
	{ "", "dc=x", false },
	{ "no dn", "dc=x", false },
	{ "cn=a,dc=x", "x", false },
};

static void
test_what_lies_below_what(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(places); i++) {
		if (idm_dn_is_below(str(places[i].dn), str(places[i].base)) !=
		    places[i].is_below)
			fail_msg("%s, %s", places[i].dn, places[i].base);
	}
}

/* Every byte is a value of its own, and none ends the name. */
static void
test_a_value_stays_one_in_a_DN(void **state)
{
	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		char value[] = { (char)byte, 'x', (char)byte };
		char all[100];
		struct idm_buf buf;

		for (size_t len = 1; len <= sizeof(value); len++) {
			idm_buf_init(&buf, 200);
			idm_buf_puts(&buf, "cn=");
			idm_dn_value(&buf, (struct idm_str){ value, len });
			idm_buf_puts(&buf, ",dc=y");
			if (idm_dn_check(str(idm_buf_text(&buf)), NULL) !=
				IDM_OK ||
			    !idm_dn_is_below(
				str(idm_buf_text(&buf)), str("dc=y")))
				fail_msg("%s", idm_buf_text(&buf));
			idm_buf_fini(&buf);
		}
		/* All of its bytes in hexadecimal are the same name. */
		snprintf(all, sizeof(all), "cn=\\%02x\\78\\%02x", byte, byte);
		idm_buf_init(&buf, 200);
		idm_buf_puts(&buf, "cn=");
		idm_dn_value(&buf, (struct idm_str){ value, 3 });
		assert_true(idm_dn_is_below(str(idm_buf_text(&buf)), str(all)));
		idm_buf_fini(&buf);
	}
}

static const struct {
	const char *domain;
	const char *dn;
} domains[] = {
	{ "corp.example", "dc=corp,dc=example" },
	{ "corp.example.", "dc=corp,dc=example" },
	{ "x", "dc=x" },
	{ "a,b.c", "dc=a\\,b,dc=c" },
};

static void
test_a_domain_has_a_DN(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(domains); i++) {
		struct idm_buf buf;

		idm_buf_init(&buf, 200);
		idm_dn_of_domain(&buf, str(domains[i].domain));
		assert_string_equal(idm_buf_text(&buf), domains[i].dn);
		idm_buf_fini(&buf);
	}
}

static const struct {
	const char *dn;
	const char *domain; /* NULL: none */
} parts[] = {
	{ "dc=corp,dc=example", "corp.example" },
	{ "CN=a,OU=b,DC=Corp , DC=example", "Corp.example" },
	{ "cn=a,dc=b,ou=c,dc=d", "d" },
	{ "dc=\\63orp", "corp" },
	{ "cn=a", NULL },
	{ "dc=a,o=b", NULL },
	{ "dc=a+cn=b", NULL },
	{ "cn=b+dc=a", NULL },
	{ "dc=a\\2eb", NULL },
	{ "dc=a\\,b", "a,b" },
	{ "dc=a b", NULL },
	{ "dc=", NULL },
	{ "dc=#0c0161", NULL },
	{ "", NULL },
};

static void
test_a_DN_has_a_domain(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(parts); i++) {
		struct idm_buf buf;
		bool has;

		idm_buf_init(&buf, 200);
		idm_buf_puts(&buf, "<");
		has = idm_dn_domain(&buf, str(parts[i].dn));
		if (has != (parts[i].domain != NULL))
			fail_msg("%s: %s", parts[i].dn, idm_buf_text(&buf));
		assert_string_equal(
		    idm_buf_text(&buf) + 1, has ? parts[i].domain : "");
		idm_buf_fini(&buf);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_DN_is_known),
		cmocka_unit_test(test_what_lies_below_what),
		cmocka_unit_test(test_a_value_stays_one_in_a_DN),
		cmocka_unit_test(test_a_domain_has_a_DN),
		cmocka_unit_test(test_a_DN_has_a_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
