/*
 * autorid.vectors: what a winbindd gave, step by step, the keeper's judgement
 * gives as well, over a state of its own.
 */

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit.h"

#include "backends/backend.h"
#include "base/attr.h"
#include "base/num.h"
#include "state/place.h"

#define LINE_MAX 512

struct host {
	char dir[64];
	struct idm_maps maps;
	struct idm_state *state;
	struct idm_err err;
};

static struct host host;
static unsigned checked;

static void
add_domain(void)
{
	const struct idm_domain domain = {
		.name = "*",
		.backend = IDM_BACKEND_AUTORID,
		.low = 1000000,
		.high = 1999999,
		.rangesize = 100000,
		.layout = IDM_LAYOUT_AUTORID,
	};
	struct idm_buf buf;

	idm_buf_init(&buf, 65536);
	idm_domains_write(&buf, &domain, 1);
	assert_good(idm_domains_read((struct idm_str){ buf.data, buf.len },
			&host.maps.domains, &host.err),
	    host.err);
	idm_buf_fini(&buf);
}

static int
make_host(void **state)
{
	static const char *const files[] = { "passwd", "group" };
	char path[128];
	FILE *file;

	(void)state;
	memset(&host, 0, sizeof(host));
	(void)snprintf(host.dir, sizeof(host.dir), "/tmp/idm-autorid-XXXXXX");
	assert_non_null(mkdtemp(host.dir));
	assert_int_equal(chmod(host.dir, 0755), 0);
	for (size_t i = 0; i < IDM_COUNTOF(files); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", host.dir, files[i]);
		file = fopen(path, "w");
		assert_non_null(file);
		assert_int_equal(fclose(file), 0);
	}
	add_domain();
	assert_good(idm_state_open(host.dir, geteuid(), NULL, true, 0,
			&host.state, &host.err),
	    host.err);
	return 0;
}

static int
remove_host(void **state)
{
	static const char *const names[] = { "state.gdbm", "journal",
		".state.gdbm.lock", "passwd", "group" };
	char path[128];

	(void)state;
	idm_state_close(&host.state);
	idm_domains_free(&host.maps.domains);
	for (size_t i = 0; i < IDM_COUNTOF(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", host.dir, names[i]);
		(void)unlink(path);
	}
	return rmdir(host.dir);
}

static struct idm_sid
sid_of(struct idm_str text)
{
	struct idm_sid sid = { .nsubs = 0 };

	assert_good(idm_sid_parse(text, &sid, &host.err), host.err);
	return sid;
}

static uint32_t
number_of(const char *text)
{
	uint64_t number = 0;

	assert_good(idm_num_parse(text, strspn(text, "0123456789"), UINT32_MAX,
			&number, &host.err),
	    host.err);
	return (uint32_t)number;
}

/* ---- Slices that were set by hand. */

static void
put(struct idm_buf *key, struct idm_buf *value)
{
	assert_good(
	    idm_state_put(host.state, (struct idm_str){ key->data, key->len },
		(struct idm_str){ value->data, value->len }, &host.err),
	    host.err);
	idm_buf_clear(key);
	idm_buf_clear(value);
}

static void
put_slice(const struct idm_sid *sid, uint32_t n, uint32_t slice)
{
	const struct idm_str scope = idm_str_of("*");
	struct idm_buf key, value, owner;

	idm_buf_init(&key, 1024);
	idm_buf_init(&value, 1024);
	idm_buf_init(&owner, 1024);
	idm_state_key_window(&key, scope, sid, n);
	idm_number_write(&value, slice);
	put(&key, &value);
	idm_state_key_slice(&key, scope, slice);
	idm_window_owner_put(&owner, sid, n);
	idm_owner_write(&value, (struct idm_str){ owner.data, owner.len });
	put(&key, &value);
	idm_state_key_next(&key, scope, 's');
	idm_number_write(&value, slice + 1);
	put(&key, &value);
	idm_buf_fini(&key);
	idm_buf_fini(&value);
	idm_buf_fini(&owner);
}

/* "range 1 = SID (index 0), range 5 = SID#2" */
static void
put_slices(const char *text)
{
	while ((text = strstr(text, "range ")) != NULL) {
		struct idm_sid sid;
		uint32_t slice, n = 0;
		size_t len;

		text += strlen("range ");
		slice = number_of(text);
		text = strstr(text, "S-1-");
		assert_non_null(text);
		len = strspn(text, "S-0123456789");
		sid = sid_of((struct idm_str){ text, len });
		if (text[len] == '#')
			n = number_of(text + len + 1);
		put_slice(&sid, n, slice);
		checked++;
	}
}

/* ---- Answers. */

static void
check_unmapped(const struct idm_wish *wish)
{
	struct idm_grant grant;

	assert_good(idm_place(&host.maps, host.dir, host.state, wish, &grant,
			&host.err),
	    host.err);
	assert_int_equal(grant.status, IDM_REFUSED);
}

static void
check_sid(const char *text, const char *answer, const char *remark)
{
	const struct idm_wish wish = {
		.sid = sid_of(idm_str_of(text)),
		.kind = IDM_KIND_BOTH,
	};
	struct idm_grant grant;

	/* What another part of winbindd answers is no wish here, either. */
	if (strcmp(answer, "unmapped") == 0 ||
	    (remark != NULL && strstr(remark, "not autorid") != NULL)) {
		check_unmapped(&wish);
		return;
	}
	assert_good(idm_place(&host.maps, host.dir, host.state, &wish, &grant,
			&host.err),
	    host.err);
	if (grant.status != IDM_OK)
		fail_msg("%s: %s", text, grant.reason);
	assert_int_equal(grant.id, number_of(answer));
	if (remark != NULL && strcmp(remark, "BOTH") == 0)
		assert_int_equal(grant.kind, IDM_KIND_BOTH);
}

static void
check_id(const char *id, const char *answer)
{
	char text[IDM_SID_TEXT_MAX];
	struct idm_sid sid;
	enum idm_status st;

	st = idm_place_find_sid(&host.maps, host.state, number_of(id),
	    IDM_KIND_GROUP, &sid, &host.err);
	if (answer[0] == '(') {
		assert_int_equal(st, IDM_NOTFOUND);
		return;
	}
	assert_good(st, host.err);
	assert_string_equal(idm_sid_format(&sid, text), answer);
}

static void
take_line(char *line)
{
	const char *word = strsep(&line, "\t");
	const char *one = line == NULL ? NULL : strsep(&line, "\t");
	const char *two = line == NULL ? NULL : strsep(&line, "\t");
	const char *remark = line;

	if (one == NULL || two == NULL) {
		/* Its counters of uids and gids; ours is one, see the manual.
		 */
		assert_int_equal(strncmp(word, "alloc_", 6), 0);
		return;
	}
	if (strncmp(word, "sid2", 4) == 0) {
		check_sid(one, two, remark);
	} else {
		assert_string_equal(word, "gid2sid");
		check_id(one, two);
	}
	checked++;
}

static void
test_numbers_are_those_of_winbindd(void **state)
{
	const char *top = getenv("top_srcdir");
	char path[LINE_MAX], line[LINE_MAX];
	FILE *file;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/tests/backends/autorid.vectors",
	    top == NULL ? "." : top);
	file = fopen(path, "r");
	if (file == NULL)
		fail_msg("cannot open %s", path);
	while (fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "# Ranges set by hand:", 21) == 0)
			put_slices(line);
		else if (line[0] != '#' && line[0] != '\0')
			take_line(line);
	}
	(void)fclose(file);
	assert_int_equal(checked, 2 + 8 + 5 + 7 + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_numbers_are_those_of_winbindd, make_host, remove_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
