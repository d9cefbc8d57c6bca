#include <stdio.h>

#include "tests/directory/sent.h"
#include "tests/unit.h"

#include "base/attr.h"
#include "directory/filter.h"

static struct idm_str
str(const char *text)
{
	return idm_str_of(text);
}

/* The filter must be an equality of the attribute with just these bytes. */
static void
assert_asks_for(const char *filter, const char *attribute, struct idm_str value)
{
	struct berval *sent = sent_filter(filter);
	struct berval type, wanted;
	ber_len_t len;
	BerElement *ber;

	if (sent == NULL)
		fail_msg("libldap refuses %s", filter);
	ber = ber_init(sent);
	if (ber_peek_tag(ber, &len) != 0xa3 ||
	    ber_scanf(ber, "{mm}", &type, &wanted) == LBER_ERROR)
		fail_msg("%s is no equality", filter);
	assert_int_equal(type.bv_len, strlen(attribute));
	assert_memory_equal(type.bv_val, attribute, type.bv_len);
	if (wanted.bv_len != value.len ||
	    memcmp(wanted.bv_val, value.data, value.len) != 0)
		fail_msg("%s asks for something else", filter);
	ber_free(ber, 1);
	ber_bvfree(sent);
}

static void
check_value(const char *bytes, size_t len)
{
	struct idm_str value = { .data = bytes, .len = len };
	struct idm_buf buf, again;

	idm_buf_init(&buf, 4096);
	idm_buf_init(&again, 4096);
	idm_filter_equal(&buf, "cn", value);
	assert_asks_for(idm_buf_text(&buf), "cn", value);
	/* What we build we also read. */
	assert_int_equal(
	    idm_filter_text(&again, str(idm_buf_text(&buf)), NULL), IDM_OK);
	idm_buf_clear(&buf);
	idm_filter_bytes(&buf, "objectSid", value);
	assert_asks_for(idm_buf_text(&buf), "objectSid", value);
	idm_buf_fini(&buf);
	idm_buf_fini(&again);
}

/* Every byte, alone and beside every other. */
static void
test_no_value_means_anything_but_itself(void **state)
{
	(void)state;
	for (int a = 0; a < 256; a++) {
		char alone[] = { (char)a };
		char inside[] = { 'x', (char)a, 'y' };

		check_value(alone, 1);
		check_value(inside, 3);
		for (int b = 0; b < 256; b++) {
			char pair[] = { (char)a, (char)b };

			check_value(pair, 2);
		}
	}
	check_value("", 0);
	check_value("*)(objectClass=*", 16);
	check_value("\xc3\xbc\xf0\x9f\x98\x80", 6);
}

static const struct {
	const char *value;
	const char *filter;
} built[] = {
	{ "plain", "(cn=plain)" },
	{ "*", "(cn=\\2a)" },
	{ "a)(b\\", "(cn=a\\29\\28b\\5c)" },
	{ " a b ", "(cn=\\20a b\\20)" },
	{ "\xc3\xbc\xc3", "(cn=\xc3\xbc\\c3)" },
	{ "\n\x7f", "(cn=\\0a\\7f)" },
};

static void
test_what_means_something_is_escaped(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(built); i++) {
		struct idm_buf buf;

		idm_buf_init(&buf, 100);
		idm_filter_equal(&buf, "cn", str(built[i].value));
		assert_string_equal(idm_buf_text(&buf), built[i].filter);
		idm_buf_fini(&buf);
	}
}

static void
test_filters_are_put_together(void **state)
{
	static const char whole[] =
	    "(&(objectClass=user)(!(uid=*))(|(uidNumber=4294967295)"
	    "(uSNChanged>=12))(userAccountControl:1.2.840.113556.1.4.803:=2)"
	    "(objectSid=\\01\\00))";
	struct idm_buf buf, copy;

	(void)state;
	idm_buf_init(&buf, 1000);
	idm_filter_open(&buf, '&');
	idm_filter_equal(&buf, "objectClass", str("user"));
	idm_filter_open(&buf, '!');
	idm_filter_present(&buf, "uid");
	idm_filter_close(&buf);
	idm_filter_open(&buf, '|');
	idm_filter_number(&buf, "uidNumber", UINT32_MAX);
	idm_filter_at_least(&buf, "uSNChanged", 12);
	idm_filter_close(&buf);
	idm_filter_rule(
	    &buf, "userAccountControl", "1.2.840.113556.1.4.803", str("2"));
	idm_filter_bytes(
	    &buf, "objectSid", (struct idm_str){ .data = "\1", .len = 2 });
	idm_filter_close(&buf);
	assert_string_equal(idm_buf_text(&buf), whole);

	idm_buf_init(&copy, 1000);
	assert_int_equal(idm_filter_text(&copy, str(whole), NULL), IDM_OK);
	assert_string_equal(idm_buf_text(&copy), whole);
	idm_buf_fini(&copy);
	idm_buf_fini(&buf);
}

static void
test_a_filter_that_does_not_fit_is_told(void **state)
{
	char memory[8];
	struct idm_buf buf;

	(void)state;
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	idm_filter_equal(&buf, "cn", str("abcdef"));
	assert_int_equal(idm_buf_status(&buf, NULL), IDM_EXHAUSTED);
}

static const char *const good[] = {
	"(cn=*)",
	"(cn=)",
	"(cn=a)",
	"(cn=a*)",
	"(cn=*a*b*)",
	"(cn=a b c)",
	"(cn=\\2a\\FF)",
	"(cn~=a)",
	"(cn>=a)",
	"(cn<=a)",
	"(cn=a=b)",
	"(cn=a:b)",
	"(cn;lang-de=a)",
	"(2.5.4.3=a)",
	"(cn:dn:=a)",
	"(cn:caseExactMatch:=a)",
	"(cn:2.4.6.8.10:=a)",
	"(cn:dn:2.4.6.8.10:=a)",
	"(:dn:caseExactMatch:=a)",
	"(:caseExactMatch:=a)",
	"(&(a=b))",
	"(!(a=b))",
	"(|(&(a=b)(c=d))(!(e=f)))",
	"(cn=\xc3\xbc)",
};

static void
test_a_good_filter_is_taken_over(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(good); i++) {
		struct idm_err err;
		struct idm_buf buf;
		struct berval *sent;

		idm_buf_init(&buf, 100);
		idm_buf_puts(&buf, "<");
		assert_good(idm_filter_text(&buf, str(good[i]), &err), err);
		assert_string_equal(idm_buf_text(&buf) + 1, good[i]);
		sent = sent_filter(good[i]);
		if (sent == NULL)
			fail_msg("libldap refuses %s", good[i]);
		ber_bvfree(sent);
		idm_buf_fini(&buf);
	}
}

static const struct {
	const char *text;
	const char *why;
} bad[] = {
	{ "", "'(' expected at byte 1" },
	{ "cn=a", "'(' expected at byte 1" },
	{ "()", "begins with a letter at byte 2" },
	{ "(cn)", "'=' expected behind an attribute at byte 4" },
	{ "(cn=a", "')' expected at byte 6" },
	{ "(cn=a)(cn=b)", "something follows the filter at byte 7" },
	{ "(cn=a) ", "something follows" },
	{ " (cn=a)", "'(' expected" },
	{ "(&)", "'(' expected at byte 3" },
	{ "(&(a=b)", "')' expected" },
	{ "(& (a=b))", "'(' expected at byte 3" },
	{ "(!(a=b)(c=d))", "')' expected" },
	{ "(cn=a(b)", "unescaped byte" },
	{ "(cn=\\)", "two hexadecimal digits" },
	{ "(cn=\\2)", "two hexadecimal digits" },
	{ "(cn=\\zz)", "two hexadecimal digits" },
	{ "(cn=a**b)", "'**' means nothing" },
	{ "(cn>=a*)", "only '=' compares" },
	{ "(cn:=a*)", "only '=' compares" },
	{ "(cn>a)", "behind '~', '<' or '>'" },
	{ "(cn=\xff)", "unescaped byte" },
	{ "(c_n=a)", "'=' expected" },
	{ "(1=a)", "one part only" },
	{ "(1.=a)", "empty part" },
	{ "(1.02=a)", "leading zero" },
	{ "(cn;=a)", "an option is empty" },
	{ "(:=a)", "neither attribute nor matching rule" },
	{ "(:dn:=a)", "neither attribute nor matching rule" },
	{ "(cn:rule=a)", "':=' expected" },
};

static void
test_a_bad_filter_is_refused_at_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		struct idm_err err;
		struct idm_buf buf;

		idm_buf_init(&buf, 100);
		assert_fails(idm_filter_text(&buf, str(bad[i].text), &err),
		    IDM_INVALID, err, bad[i].why);
		assert_int_equal(buf.len, 0);
		idm_buf_fini(&buf);
	}
}

static void
test_a_NUL_is_no_end(void **state)
{
	struct idm_err err;
	struct idm_buf buf;

	(void)state;
	idm_buf_init(&buf, 100);
	assert_fails(idm_filter_text(&buf,
			 (struct idm_str){ .data = "(a=\0)", .len = 5 }, &err),
	    IDM_INVALID, err, "unescaped byte");
	assert_fails(idm_filter_text(&buf,
			 (struct idm_str){ .data = "(a=b\0", .len = 5 }, &err),
	    IDM_INVALID, err, "unescaped byte");
	idm_buf_fini(&buf);
}

static void
test_filters_nest_so_deep_and_no_deeper(void **state)
{
	struct idm_buf text, buf;
	struct idm_err err;

	(void)state;
	idm_buf_init(&text, 1000);
	idm_buf_init(&buf, 1000);
	for (int depth = 31; depth < 33; depth++) {
		struct idm_str filter;

		idm_buf_clear(&text);
		for (int i = 0; i < depth; i++)
			idm_filter_open(&text, '!');
		idm_filter_equal(&text, "a", str("b"));
		for (int i = 0; i < depth; i++)
			idm_filter_close(&text);
		filter = str(idm_buf_text(&text));
		if (depth < 32)
			assert_good(idm_filter_text(&buf, filter, &err), err);
		else
			assert_fails(idm_filter_text(&buf, filter, &err),
			    IDM_INVALID, err, "too many filters");
	}
	idm_buf_fini(&text);
	idm_buf_fini(&buf);
}

static void
test_an_attribute_is_a_name_or_an_oid(void **state)
{
	static const char *const names[] = { "cn", "uidNumber", "a-b", "2.5.4",
		"cn;lang-de;x-1", "member;range=0-" };
	struct idm_err err;

	(void)state;
	for (size_t i = 0; i + 1 < IDM_COUNTOF(names); i++)
		assert_good(idm_filter_attribute(str(names[i]), &err), err);
	assert_fails(idm_filter_attribute(str(names[5]), &err), IDM_INVALID,
	    err, "a character that no attribute has at byte 13");
	assert_fails(idm_filter_attribute(str(""), &err), IDM_INVALID, err,
	    "'' is no attribute: an attribute begins with a letter");
	assert_fails(idm_filter_attribute(str("cn=*)("), &err), IDM_INVALID,
	    err, "at byte 3");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_value_means_anything_but_itself),
		cmocka_unit_test(test_what_means_something_is_escaped),
		cmocka_unit_test(test_filters_are_put_together),
		cmocka_unit_test(test_a_filter_that_does_not_fit_is_told),
		cmocka_unit_test(test_a_good_filter_is_taken_over),
		cmocka_unit_test(test_a_bad_filter_is_refused_at_its_place),
		cmocka_unit_test(test_a_NUL_is_no_end),
		cmocka_unit_test(test_filters_nest_so_deep_and_no_deeper),
		cmocka_unit_test(test_an_attribute_is_a_name_or_an_oid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
