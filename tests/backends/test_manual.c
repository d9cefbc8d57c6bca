/*
 * The examples of idmap-backends(7): lines of a SID and its id, below the name
 * of a backend.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/backends/ground.h"

#include "backends/sss.h"

static struct idm_domain domain;
static struct ground ground;

/* The domain that the page speaks of below this backend's name. */
static bool
set_up(const char *backend)
{
	const struct idm_backend *row = idm_backend_by_name(
	    idm_str_of(backend));
	struct idm_domain *list[] = { &domain };
	struct idm_err err;

	memset(&domain, 0, sizeof(domain));
	if (row == NULL)
		return false;
	memcpy(domain.name, "*", 2);
	memcpy(domain.space, "sssd", 5);
	domain.backend = row->id;
	domain.low = row->low;
	domain.high = row->high;
	domain.rangesize = row->id == IDM_BACKEND_SSS ? 200000 : 100000;
	if (row->id == IDM_BACKEND_RID || row->id == IDM_BACKEND_SSS)
		domain.sid = sid_of("S-1-5-21-1-2-3");
	if (row->id == IDM_BACKEND_HASH)
		domain.sid = sid_of("S-1-5-21-1-2-4096");
	if (row->id == IDM_BACKEND_RID) {
		domain.low = 100000001;
		domain.high = 200000000;
	} else if (row->id == IDM_BACKEND_AUTORID) {
		domain.low = 1000000;
		domain.high = 1999999;
		domain.layout = IDM_LAYOUT_AUTORID;
	} else if (row->id == IDM_BACKEND_TDB) {
		domain.low = 90000001;
		domain.high = 100000000;
		domain.layout = IDM_LAYOUT_TRUENAS;
	}
	ground_init(&ground, &domain, 1);
	if (row->id == IDM_BACKEND_AUTORID) {
		ground_slice(&ground, "*", "S-1-5-21-1-2-3", 0, 1);
		ground_slice(&ground, "*", "S-1-5-21-1-2-3", 1, 2);
	}
	if (row->id == IDM_BACKEND_SSS)
		assert_good(idm_sss_place(list, 1, NULL, &err), err);
	return true;
}

/* Does the line have a SID and an id, and nothing else? */
static bool
is_example(const char *line, char sid[static 128], uint32_t *id)
{
	size_t len = strcspn(line, " \n");
	char *end;

	if (strncmp(line, "S-1-", 4) != 0 || len >= 128)
		return false;
	memcpy(sid, line, len);
	sid[len] = '\0';
	*id = (uint32_t)strtoul(line + len, &end, 10);
	return end != line + len && strcmp(end, "\n") == 0;
}

static void
test_the_examples_of_the_manual_are_right(void **state)
{
	char line[512], sid[128], path[512];
	unsigned examples = 0;
	bool known = false;
	uint32_t id;
	FILE *file;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/man/idmap-backends.7",
	    getenv("top_srcdir"));
	file = fopen(path, "r");
	if (file == NULL)
		fail_msg("cannot open %s", path);
	while (fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, ".Ss ", 4) == 0) {
			line[strcspn(line, "\n")] = '\0';
			known = set_up(line + 4);
		} else if (is_example(line, sid, &id)) {
			bool is_one = strncmp(sid, "S-1-5-21-", 9) != 0;

			assert_true(known);
			assert_mapped(&ground, &domain, sid, id,
			    is_one ? IDM_KIND_GROUP : IDM_KIND_BOTH);
			examples++;
		}
	}
	(void)fclose(file);
	assert_int_equal(examples, 18);
}

/* Every option has its line, and its default is the one that is told. */
static void
test_every_backend_and_option_is_in_the_manual(void **state)
{
	const struct idm_backend *const *all;
	static char page[1 << 16];
	char path[512];
	unsigned n;
	FILE *file;
	size_t len;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/man/idmap-backends.7",
	    getenv("top_srcdir"));
	file = fopen(path, "r");
	assert_non_null(file);
	len = fread(page, 1, sizeof(page) - 1, file);
	(void)fclose(file);
	page[len] = '\0';
	all = idm_backend_all(&n);
	for (unsigned i = 0; i < n; i++) {
		const struct idm_backend_option *option = all[i]->options;
		char word[64];

		(void)snprintf(word, sizeof(word), ".It %s Ta", all[i]->name);
		if (strstr(page, word) == NULL)
			fail_msg("backend %s is not listed", all[i]->name);
		for (; option->name != NULL; option++) {
			if (strstr(page, option->name) == NULL)
				fail_msg("%s: %s is not there", all[i]->name,
				    option->name);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_examples_of_the_manual_are_right),
		cmocka_unit_test(
		    test_every_backend_and_option_is_in_the_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
