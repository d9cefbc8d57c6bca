#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/fixture.h"
#include "tests/ruletext.h"
#include "tests/unit.h"

#include "map/namerules_edit.h"
#include "map/rulerecord.h"
#include "map/verify.h"

static struct fixture fixture;

/* ---- A sound map of rules, and what verify says of it. */

static int
make_rules(void **state)
{
	static const char *const texts[] = {
		"u:joe@d == u:joe", /* 1 */
		"u:joe@d => u:",    /* 2: stands in front of 1 */
		"u:*@d == u:*",     /* 3 */
		"u:*@e == u:*",     /* 4 */
		"u:amy@d <= u:amy", /* 5 */
	};
	struct idm_rewrite *rewrite;
	struct idm_err err;

	(void)state;
	fixture_make(&fixture, geteuid());
	rewrite = fixture_begin(&fixture);
	for (size_t i = 0; i < IDM_COUNTOF(texts); i++) {
		struct idm_namerule rule = ruletext(texts[i]);
		bool unchanged;

		assert_good(
		    idm_namerules_add(rewrite, &rule, &unchanged, &err), err);
	}
	fixture_commit(rewrite);
	return 0;
}

static int
remove_rules(void **state)
{
	(void)state;
	fixture_remove(&fixture);
	return 0;
}

static void
keep(void *context, const char *text)
{
	struct idm_buf *findings = context;

	idm_buf_puts(findings, text);
	idm_buf_puts(findings, "\n");
}

static void
find(struct idm_buf *findings)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_verify_report report = { keep, findings, 0, 0 };
	struct idm_err err;

	idm_buf_init(findings, 10000);
	assert_good(idm_verify(idm_rewrite_view(rewrite), &report, &err), err);
	idm_rewrite_end(&rewrite);
}

/* ---- The damages. */

/* The rules of a record, to be changed and put back. */
struct edit {
	struct idm_rewrite *rewrite;
	const char *key;
	struct idm_namerule rule[8];
	uint32_t n;
};

static struct edit
begin(const char *key)
{
	struct edit edit = { .rewrite = fixture_begin(&fixture), .key = key };
	struct idm_cursor cursor;
	struct idm_str value;
	struct idm_err err;

	assert_int_equal(
	    idm_rewrite_get(edit.rewrite, key, strlen(key), &value), IDM_OK);
	assert_good(idm_rule_list_read(value, &cursor, &edit.n, &err), err);
	for (uint32_t i = 0; i < edit.n; i++) {
		assert_good(
		    idm_rule_list_next(&cursor, &edit.rule[i], &err), err);
	}
	return edit;
}

static void
put(struct idm_rewrite *rewrite, const char *key, const struct idm_buf *buf)
{
	struct idm_err err;

	assert_good(idm_rewrite_put(
			rewrite, key, strlen(key), buf->data, buf->len, &err),
	    err);
}

static void
end(struct edit *edit)
{
	struct idm_buf buf;

	idm_buf_init(&buf, 10000);
	idm_rule_list_write(&buf, edit->rule, edit->n);
	put(edit->rewrite, edit->key, &buf);
	fixture_commit(edit->rewrite);
	idm_buf_fini(&buf);
}

static void
other_account_in_one_direction(void)
{
	struct edit edit = begin("w/uu/e/joe@d");

	edit.rule[1].unix = idm_str_of("jim");
	end(&edit);
}

static void
one_direction_is_gone(void)
{
	struct edit edit = begin("w/uu/e/joe@d");

	edit.n = 1;
	end(&edit);
}

static void
list_is_gone(void)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_err err;

	assert_good(idm_rewrite_delete(rewrite, "n/u/e/joe", 9, &err), err);
	fixture_commit(rewrite);
}

static void
ruleset_is_gone(void)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_err err;

	assert_good(idm_rewrite_delete(rewrite, "n/u", 3, &err), err);
	fixture_commit(rewrite);
}

static void
list_is_not_sorted(void)
{
	struct edit edit = begin("w/uu/e/joe@d");
	struct idm_namerule first = edit.rule[0];

	edit.rule[0] = edit.rule[1];
	edit.rule[1] = first;
	end(&edit);
}

static void
wrong_key(void)
{
	struct edit edit = begin("w/uu/e/joe@d");

	edit.key = "w/uu/e/joe@x";
	edit.n = 1;
	end(&edit);
}

static void
wrong_kind(void)
{
	struct edit edit = begin("w/uu/e/joe@d");

	edit.rule[0].unix_is_group = true;
	end(&edit);
}

static void
invalid_rule(void)
{
	struct edit edit = begin("n/u/e/amy");

	edit.rule[0].domain = idm_str_of("*");
	end(&edit);
}

static void
wrong_direction(void)
{
	struct edit edit = begin("n/u/e/amy");

	edit.rule[0].direction = IDM_RULE_TO_UNIX;
	end(&edit);
}

static void
id_twice(void)
{
	struct edit edit = begin("n/u/e/amy");

	edit.rule[0].id = 2;
	end(&edit);
}

static void
id_to_come(void)
{
	struct edit edit = begin("n/u/e/amy");

	edit.rule[0].id = 99;
	end(&edit);
}

static void
rivals(void)
{
	struct edit edit = begin("n/u/e/amy");

	edit.rule[1] = edit.rule[0];
	edit.rule[1].id = 98;
	edit.rule[1].win = idm_str_of("ann");
	edit.n = 2;
	end(&edit);
}

static void
bytes_behind(void)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_str value;
	struct idm_buf buf;

	assert_int_equal(
	    idm_rewrite_get(rewrite, "n/u/e/amy", 9, &value), IDM_OK);
	idm_buf_init(&buf, 1000);
	idm_buf_put(&buf, value.data, value.len);
	idm_buf_put(&buf, "x", 1);
	put(rewrite, "n/u/e/amy", &buf);
	fixture_commit(rewrite);
	idm_buf_fini(&buf);
}

static void
cut_short(void)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_str value;
	struct idm_buf buf;

	assert_int_equal(
	    idm_rewrite_get(rewrite, "n/u/e/amy", 9, &value), IDM_OK);
	idm_buf_init(&buf, 1000);
	idm_buf_put(&buf, value.data, value.len - 1);
	put(rewrite, "n/u/e/amy", &buf);
	fixture_commit(rewrite);
	idm_buf_fini(&buf);
}

static void
unknown_kind(void)
{
	struct edit edit = begin("n/u/e/amy");

	edit.key = "n/x/e/amy";
	end(&edit);
}

static void
put_count(uint64_t rules, uint64_t next)
{
	struct idm_rule_count count = { .rules = rules, .next = next };
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_buf buf;

	idm_buf_init(&buf, 1000);
	idm_rule_count_write(&buf, &count);
	put(rewrite, IDM_RULES_KEY, &buf);
	fixture_commit(rewrite);
	idm_buf_fini(&buf);
}

static void
wrong_count(void)
{
	put_count(7, 100);
}

static void
count_is_gone(void)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_err err;

	assert_good(idm_rewrite_delete(
			rewrite, IDM_RULES_KEY, strlen(IDM_RULES_KEY), &err),
	    err);
	fixture_commit(rewrite);
}

static const struct {
	void (*make)(void);
	const char *why;
} damages[] = {
	{ other_account_in_one_direction,
	    "rule 1 is not the same in both directions" },
	{ one_direction_is_gone, "rule 1 is not the same in both directions" },
	{ one_direction_is_gone, "record 'w/uu': says 4 entries, has 3" },
	{ list_is_gone, "rule 1 is not the same in both directions" },
	{ ruleset_is_gone, "record 'n/u/e/amy': rules of a ruleset that" },
	{ ruleset_is_gone, "rules of a shape that does not exist" },
	{ ruleset_is_gone, "rule 3 is not the same in both directions" },
	{ list_is_not_sorted, "record 'w/uu/e/joe@d': the rules are not" },
	{ wrong_key, "record 'w/uu/e/joe@x': rule 2 is under the wrong key" },
	{ wrong_kind, "record 'w/uu/e/joe@d': rule 2 is under the wrong key" },
	{ invalid_rule,
	    "record 'n/u/e/amy': rule 5: UNIX to Windows, a name "
	    "cannot get any domain" },
	{ wrong_direction, "record 'n/u/e/amy': rule 5 leads the other way" },
	{ id_twice, "there are two rules 2" },
	{ id_to_come, "record 'rules': rule 99 has an id that is yet to come" },
	{ rivals, "record 'n/u/e/amy': rules 5 and 98 exclude each other" },
	{ bytes_behind, "there are bytes behind the last rule" },
	{ cut_short, "record 'n/u/e/amy': record is cut short" },
	{ unknown_kind, "record 'n/x/e/amy': rules of a ruleset that does" },
	{ wrong_count, "record 'rules': says 7 rules, there are 5" },
	{ count_is_gone, "record 'rules': is missing, and there are 5 rules" },
};

static void
test_sound_rules_are_whole(void **state)
{
	struct idm_buf findings;

	(void)state;
	find(&findings);
	assert_string_equal(idm_buf_text(&findings), "");
	idm_buf_fini(&findings);
}

static void
test_each_damage_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(damages); i++) {
		struct idm_buf findings;

		damages[i].make();
		find(&findings);
		if (strstr(idm_buf_text(&findings), damages[i].why) == NULL) {
			fail_msg("%zu: '%s' is not in: %s", i, damages[i].why,
			    idm_buf_text(&findings));
		}
		idm_buf_fini(&findings);
		(void)remove_rules(NULL);
		(void)make_rules(NULL);
	}
}

static void
test_a_damaged_rule_is_told_by_edits_and_lookups(void **state)
{
	struct idm_namerule like = ruletext("u:amy@d == u:amy");
	struct idm_namerule_filter filter = {
		.like = &like,
		.has_unix = true,
	};
	struct idm_rewrite *rewrite;
	size_t removed = 99;
	bool unchanged;
	struct idm_err err;

	(void)state;
	cut_short();
	rewrite = fixture_begin(&fixture);
	assert_fails(idm_namerules_add(rewrite, &like, &unchanged, &err),
	    IDM_CORRUPT, err, "record is cut short");
	assert_fails(idm_namerules_remove(rewrite, &filter, &removed, &err),
	    IDM_CORRUPT, err, "a record of name rules: record is cut short");
	assert_int_equal(removed, 99);
	assert_false(idm_rewrite_changed(rewrite));
	/* All of them can go, whatever they are. */
	assert_good(idm_namerules_clear(rewrite, &removed, &err), err);
	fixture_commit(rewrite);
	test_sound_rules_are_whole(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_sound_rules_are_whole, make_rules, remove_rules),
		cmocka_unit_test_setup_teardown(
		    test_each_damage_is_found, make_rules, remove_rules),
		cmocka_unit_test_setup_teardown(
		    test_a_damaged_rule_is_told_by_edits_and_lookups,
		    make_rules, remove_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
