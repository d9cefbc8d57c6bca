#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit.h"

#include "daemon/forget.h"
#include "map/allocated.h"
#include "map/domain.h"
#include "state/state.h"

static char dir[64], boot_file[80];

static const struct idm_domain domain[] = {
	{ .name = "*",
	    .backend = IDM_BACKEND_EPHEMERAL,
	    .flags = IDM_DOMAIN_BOOT,
	    .low = 1000,
	    .high = 1999 },
	{ .name = "corp",
	    .backend = IDM_BACKEND_TDB,
	    .low = 2000,
	    .high = 2999 },
};

static struct idm_maps maps;

/* As they come out of a map. */
static int
make_domains(void **state)
{
	struct idm_err err;
	struct idm_buf buf;

	(void)state;
	idm_buf_init(&buf, 65536);
	idm_domains_write(&buf, domain, IDM_COUNTOF(domain));
	assert_good(idm_domains_read((struct idm_str){ buf.data, buf.len },
			&maps.domains, &err),
	    err);
	idm_buf_fini(&buf);
	return 0;
}

static int
free_domains(void **state)
{
	(void)state;
	idm_domains_free(&maps.domains);
	return 0;
}

static struct idm_str
str_of_buf(const struct idm_buf *buf)
{
	return (struct idm_str){ .data = buf->data, .len = buf->len };
}

static void
say_boot(const char *id)
{
	FILE *file = fopen(boot_file, "w");

	assert_non_null(file);
	assert_true(fprintf(file, "%s\n", id) > 0);
	assert_int_equal(fclose(file), 0);
}

static struct idm_state *
begin(void)
{
	struct idm_state *state = NULL;
	struct idm_err err;

	(void)snprintf(dir, sizeof(dir), "/tmp/idm-forget-XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chmod(dir, 0755), 0);
	(void)snprintf(boot_file, sizeof(boot_file), "%s/boot_id", dir);
	assert_good(
	    idm_state_open(dir, geteuid(), NULL, true, 0, &state, &err), err);
	return state;
}

static void
end(struct idm_state **state)
{
	static const char *const names[] = { "state.gdbm", "journal", "boot_id",
		".state.gdbm.lock" };
	char path[128];

	idm_state_close(state);
	for (size_t i = 0; i < IDM_COUNTOF(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)unlink(path);
	}
	assert_int_equal(rmdir(dir), 0);
}

static void
give(struct idm_state *state, uint32_t id, const char *name, bool is_imported)
{
	struct idm_allocated allocated = {
		.id = id,
		.kind = 'U',
		.is_imported = is_imported,
		.domain = idm_str_of(name),
	};
	struct idm_sid sid = { 5, { 21, 1, 2, 3, id }, 5 };
	char key_memory[300], value_memory[300], text[IDM_SID_TEXT_MAX];
	struct idm_buf key, value;
	struct idm_err err;

	idm_buf_init_fixed(&key, key_memory, sizeof(key_memory));
	idm_buf_init_fixed(&value, value_memory, sizeof(value_memory));
	idm_state_key_sid(&key, 'u', &sid);
	idm_allocated_write(&value, &allocated);
	assert_good(
	    idm_state_put(state, str_of_buf(&key), str_of_buf(&value), &err),
	    err);
	idm_buf_clear(&key);
	idm_buf_clear(&value);
	idm_state_key_id(&key, 'u', id);
	idm_owner_write(&value, idm_str_of(idm_sid_format(&sid, text)));
	assert_good(
	    idm_state_put(state, str_of_buf(&key), str_of_buf(&value), &err),
	    err);
}

static void
set_mark(struct idm_state *state, const char *key, uint64_t number)
{
	struct idm_buf value;
	struct idm_err err;
	char memory[16];

	idm_buf_init_fixed(&value, memory, sizeof(memory));
	idm_number_write(&value, number);
	assert_good(
	    idm_state_put(state, idm_str_of(key), str_of_buf(&value), &err),
	    err);
}

static void
assert_mark(const struct idm_state *state, const char *key, uint64_t number)
{
	struct idm_str value;
	struct idm_err err;
	uint64_t found;

	assert_int_equal(idm_state_get(state, idm_str_of(key), &value), IDM_OK);
	assert_good(idm_number_read(value, &found, &err), err);
	assert_int_equal(found, number);
}

/* Both records are there, or neither. */
static void
assert_known(const struct idm_state *state, uint32_t id, bool is_known)
{
	struct idm_str value;
	char key[64];

	(void)snprintf(key, sizeof(key), "a/u/S-1-5-21-1-2-3-%u", id);
	assert_int_equal(idm_state_get(state, idm_str_of(key), &value),
	    is_known ? IDM_OK : IDM_NOTFOUND);
	(void)snprintf(key, sizeof(key), "x/u/%u", id);
	assert_int_equal(idm_state_get(state, idm_str_of(key), &value),
	    is_known ? IDM_OK : IDM_NOTFOUND);
}

/* A boot begins; what is forgotten? */
static uint32_t
boot(struct idm_state *state)
{
	uint32_t forgotten = 99;
	struct idm_err err;

	assert_good(
	    forget_earlier_boots(&maps, boot_file, state, &forgotten, &err),
	    err);
	assert_good(idm_state_sync(state, &err), err);
	return forgotten;
}

static void
fill(struct idm_state *state, uint64_t mark)
{
	struct idm_err err;

	give(state, 1001, "*", false);
	give(state, 1002, "*", true);
	give(state, 2001, "corp", false);
	set_mark(state, "h/*/b", mark);
	set_mark(state, "h/corp/b", 2900);
	assert_good(idm_state_sync(state, &err), err);
}

static void
test_a_reboot_forgets_what_it_may(void **unused)
{
	struct idm_state *state = begin();

	(void)unused;
	say_boot("one");
	assert_int_equal(boot(state), 0);
	fill(state, 1003);
	assert_int_equal(boot(state), 0); /* the same boot */
	assert_known(state, 1001, true);
	say_boot("two");
	assert_int_equal(boot(state), 1);
	assert_known(state, 1001, false);
	assert_known(state, 1002, true); /* imported */
	assert_known(state, 2001, true); /* another domain's */
	assert_mark(state, "h/*/b", 1003);
	assert_mark(state, "h/corp/b", 2900);
	assert_int_equal(boot(state), 0);
	end(&state);
}

static void
test_behind_half_of_the_range_it_begins_again(void **unused)
{
	struct idm_state *state = begin();

	(void)unused;
	say_boot("one");
	assert_int_equal(boot(state), 0);
	fill(state, 1600);
	say_boot("two");
	assert_int_equal(boot(state), 1);
	assert_mark(state, "h/*/b", 1000);
	assert_mark(state, "h/corp/b", 2900);
	end(&state);
}

static void
test_a_boot_that_cannot_be_told_forgets_nothing(void **unused)
{
	struct idm_state *state = begin();

	(void)unused;
	say_boot("one");
	assert_int_equal(boot(state), 0);
	fill(state, 1003);
	assert_int_equal(unlink(boot_file), 0);
	assert_int_equal(boot(state), 0);
	assert_known(state, 1001, true);
	end(&state);
}

static void
test_asked_to_a_domain_forgets_but_keeps_its_mark(void **unused)
{
	struct idm_state *state = begin();
	struct idm_err err;
	uint32_t n;

	(void)unused;
	fill(state, 1900);
	assert_fails(forget_domain(&maps, idm_str_of("corp"), state, &n, &err),
	    IDM_REFUSED, err, "keeps its numbers");
	assert_good(forget_domain(&maps, idm_str_of(""), state, &n, &err), err);
	assert_int_equal(n, 1);
	assert_known(state, 1001, false);
	assert_known(state, 2001, true);
	assert_mark(state, "h/*/b", 1900);
	end(&state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_reboot_forgets_what_it_may),
		cmocka_unit_test(test_behind_half_of_the_range_it_begins_again),
		cmocka_unit_test(
		    test_a_boot_that_cannot_be_told_forgets_nothing),
		cmocka_unit_test(
		    test_asked_to_a_domain_forgets_but_keeps_its_mark),
	};

	return cmocka_run_group_tests(tests, make_domains, free_domains);
}
