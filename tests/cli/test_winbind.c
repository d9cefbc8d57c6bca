#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit.h"

#include "backends/backend.h"
#include "base/attr.h"

#include "cli/file.h"
#include "cli/winbind.h"

/* What a winbindd 4.17 had in its databases, as tdbdump and net printed it. */
static struct idm_buf text;
static char rejects[4096];

static const struct idm_domain tdb = {
	.name = "*",
	.backend = IDM_BACKEND_TDB,
	.low = 1000000,
	.high = 1999999,
};

static const struct idm_domain autorid = {
	.name = "*",
	.backend = IDM_BACKEND_AUTORID,
	.low = 1000000,
	.high = 1999999,
	.rangesize = 100000,
};

static void
load(const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	struct idm_err why;

	(void)snprintf(path, sizeof(path), "%s/tests/cli/winbind/%s",
	    top == NULL ? "." : top, name);
	idm_buf_fini(&text);
	idm_buf_init(&text, 1 << 20);
	assert_good(cli_file_read(path, &text, NULL, &why), why);
}

static void
keep(void *context, const char *line)
{
	size_t len = strlen(rejects);

	(void)context;
	(void)snprintf(rejects + len, sizeof(rejects) - len, "%s\n", line);
}

static enum idm_status
read_plan(struct winbind_plan *plan, const struct idm_domain *domain,
    struct idm_err *why)
{
	rejects[0] = '\0';
	*plan = (struct winbind_plan){ .reject = keep };
	return winbind_read(
	    plan, (struct idm_str){ text.data, text.len }, domain, why);
}

static bool
has_pin(const struct winbind_plan *plan, enum idm_pin_type type, char kind,
    uint32_t id, uint64_t number, const char *sid)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct idm_pin *pin = &plan->pin[i];
		char memory[IDM_SID_TEXT_MAX];

		if (pin->type == type && pin->kind == kind && pin->id == id &&
		    pin->number == number &&
		    strcmp(pin->sid.nsubs == 0
			    ? ""
			    : idm_sid_format(&pin->sid, memory),
			sid) == 0)
			return true;
	}
	return false;
}

static void
assert_tdb(const struct winbind_plan *plan)
{
	assert_false(plan->is_autorid);
	assert_int_equal(plan->n, 4);
	assert_true(has_pin(plan, IDM_PIN_ID, 'G', 1000000, 0, "S-1-1-0"));
	assert_true(has_pin(plan, IDM_PIN_ID, 'G', 1000001, 0, "S-1-5-11"));
	assert_true(has_pin(plan, IDM_PIN_ID, 'G', 1000002, 0, "S-1-5-20"));
	/* One counter for both goes on behind the further one. */
	assert_true(has_pin(plan, IDM_PIN_NEXT, 'B', 0, 1000004, ""));
}

static void
test_tdb(void **state)
{
	static const char *const dumps[] = { "tdb.dump", "net.dump" };

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(dumps); i++) {
		struct winbind_plan plan;
		struct idm_err why;

		load(dumps[i]);
		assert_good(read_plan(&plan, &tdb, &why), why);
		assert_tdb(&plan);
		winbind_plan_free(&plan);
	}
}

static void
test_split_counters(void **state)
{
	struct idm_domain split = tdb;
	struct winbind_plan plan;
	struct idm_err why;

	(void)state;
	split.flags = IDM_DOMAIN_SPLIT_COUNTERS;
	load("tdb.dump");
	assert_good(read_plan(&plan, &split, &why), why);
	assert_int_equal(plan.n, 5);
	assert_true(has_pin(&plan, IDM_PIN_NEXT, 'U', 0, 1000001, ""));
	assert_true(has_pin(&plan, IDM_PIN_NEXT, 'G', 0, 1000004, ""));
	winbind_plan_free(&plan);
}

static void
test_autorid(void **state)
{
	static const char domain[] = "S-1-5-21-1-2-3";
	struct winbind_plan plan;
	struct idm_err why;

	(void)state;
	load("autorid.dump");
	assert_good(read_plan(&plan, &autorid, &why), why);
	assert_true(plan.is_autorid);
	assert_int_equal(plan.rangesize, 100000);
	assert_int_equal(plan.maxranges, 10);
	assert_true(has_pin(&plan, IDM_PIN_WINDOW, 'B', 0, 1, domain));
	assert_true(has_pin(&plan, IDM_PIN_WINDOW, 'B', 2, 5, domain));
	assert_true(has_pin(&plan, IDM_PIN_WINDOW, 'B', 1, 6, domain));
	assert_true(has_pin(&plan, IDM_PIN_ID, 'G', 1099999, 0, "S-1-1-0"));
	assert_true(has_pin(&plan, IDM_PIN_ID, 'G', 1099974, 0, "S-1-5-20"));
	assert_true(has_pin(&plan, IDM_PIN_NEXT, 'B', 0, 1000001, ""));
	/* The slices below were given, also those that are not there now. */
	assert_true(has_pin(&plan, IDM_PIN_NEXT, 'S', 0, 7, ""));
	assert_int_equal(plan.n, 3 + 26 + 2);
	winbind_plan_free(&plan);
}

/* What the layout gives needs no record; what it gives otherwise is told. */
static void
test_the_layout_of_autorid(void **state)
{
	struct idm_domain layout = autorid;
	struct winbind_plan plan;
	struct idm_err why;

	(void)state;
	layout.layout = IDM_LAYOUT_AUTORID;
	load("autorid.dump");
	assert_good(read_plan(&plan, &layout, &why), why);
	assert_int_equal(plan.n, 3 + 2);
	winbind_plan_free(&plan);
}

static void
test_a_domain_that_does_not_fit(void **state)
{
	struct idm_domain other = autorid;
	struct winbind_plan plan;
	struct idm_err why = { 0 };

	(void)state;
	load("autorid.dump");
	assert_fails(read_plan(&plan, &tdb, &why), IDM_INVALID, why,
	    "domain * is not of backend autorid");
	winbind_plan_free(&plan);
	other.rangesize = 200000;
	assert_fails(read_plan(&plan, &other, &why), IDM_INVALID, why,
	    "every number would change");
	winbind_plan_free(&plan);
	load("tdb.dump");
	other = tdb;
	other.high = 1000001;
	assert_fails(read_plan(&plan, &other, &why), IDM_INVALID, why,
	    "1 records are rejected; nothing was imported");
	assert_non_null(strstr(rejects,
	    "record 'GID 1000002': is outside the range 1000000-1000001"));
	winbind_plan_free(&plan);
}

/* clang-format off */
#define RECORD(key, nkey, data, ndata)                                         \
	"{\nkey(" #nkey ") = \"" key "\"\ndata(" #ndata ") = \"" data "\"\n}\n"

static const struct {
	const char *text;
	const char *why; /* of the result or of a reject */
} bad[] = {
	{ "", "there is nothing in it" },
	{ "{\n", "line 2: is not 'key(LENGTH) = \"...\"'" },
	{ "{\nkey(3) = \"ab\"\n", "line 2: the key has not the length" },
	{ "{\nkey(2) = \"a\\0\"\n", "line 2: the key has not the length" },
	{ "{\nkey(1) = \"a\"\ndata(0) = \"\"\nx\n", "line 4: is not the '}'" },
	{ RECORD("frob\\00", 5, "x", 1), "record 'frob': is of no kind" },
	{ RECORD("UID 1000000\\00", 12, "S-1-5-9\\00", 8),
	  "record 'UID 1000000': 'S-1-5-9' does not lead back to it" },
	{ RECORD("UID 0100\\00", 9, "S-1-5-9\\00", 8),
	  "record 'UID 0100': '0100' has a leading zero" },
	{ RECORD("GID 1000000\\00", 12, "S-1-5\\00", 6),
	  "record 'GID 1000000': SID 'S-1-5' has no sub-authority" },
	{ RECORD("S-1-5-9\\00", 8, "GID 1000000\\00", 12),
	  "record 'S-1-5-9': no id leads back to it" },
	{ RECORD("USER HWM\\00", 9, "\\01", 1), "'USER HWM': is no number" },
	{ RECORD("IDMAP_VERSION\\00", 14, "\\01\\00\\00\\00", 4),
	  "'IDMAP_VERSION': is not 2" },
	{ RECORD("ALLOC\\00", 6, "\\00\\00\\00\\00", 4),
	  "'ALLOC': does not belong into this file" },
	{ "GID x S-1-5-9\n", "record 'GID x': 'x' is not a number" },
	{ " S-1-5-21-1-2-3\n", "line 1: is no mapping; of autorid" },
	{ "USER HWM x\n", "line 1: is no number" },
};
/* clang-format on */

static void
test_what_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		struct winbind_plan plan;
		struct idm_err why = { 0 };

		idm_buf_fini(&text);
		idm_buf_init(&text, 1 << 20);
		idm_buf_puts(&text, bad[i].text);
		assert_int_equal(read_plan(&plan, &tdb, &why), IDM_INVALID);
		if (strstr(why.text, bad[i].why) == NULL &&
		    strstr(rejects, bad[i].why) == NULL)
			fail_msg("said '%s' and '%s', not '%s'", why.text,
			    rejects, bad[i].why);
		winbind_plan_free(&plan);
	}
}

static void
test_the_domain_that_it_is_of(void **state)
{
	struct winbind_plan plan = { .reject = keep };
	struct idm_domain domain;
	struct idm_err why;

	(void)state;
	load("autorid.dump");
	assert_good(winbind_domain(&plan,
			(struct idm_str){ text.data, text.len }, &domain, &why),
	    why);
	assert_int_equal(domain.backend, IDM_BACKEND_AUTORID);
	assert_int_equal(domain.low, 1000000);
	assert_int_equal(domain.high, 1999999);
	assert_int_equal(domain.rangesize, 100000);
	assert_int_equal(domain.layout, IDM_LAYOUT_AUTORID);
	load("tdb.dump");
	assert_good(winbind_domain(&plan,
			(struct idm_str){ text.data, text.len }, &domain, &why),
	    why);
	assert_int_equal(domain.backend, IDM_BACKEND_TDB);
	assert_int_equal(domain.high, 0);
	assert_fails(winbind_domain(&plan,
			 idm_str_of("{\nkey(7) = \"CONFIG\\00\"\ndata(51) = "
				    "\"minvalue:4000000000 rangesize:1000 "
				    "maxranges:999999\"\n}\n"),
			 &domain, &why),
	    IDM_INVALID, why, "is no range of ids");
	assert_int_equal(plan.n, 0);
}

static int
drop_text(void **state)
{
	(void)state;
	idm_buf_fini(&text);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tdb),
		cmocka_unit_test(test_split_counters),
		cmocka_unit_test(test_autorid),
		cmocka_unit_test(test_the_layout_of_autorid),
		cmocka_unit_test(test_a_domain_that_does_not_fit),
		cmocka_unit_test(test_what_is_refused),
		cmocka_unit_test(test_the_domain_that_it_is_of),
	};

	return cmocka_run_group_tests(tests, NULL, drop_text);
}
