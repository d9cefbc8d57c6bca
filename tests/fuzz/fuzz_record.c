#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "map/allocated.h"
#include "map/domain.h"
#include "map/format.h"
#include "map/host.h"
#include "map/own.h"
#include "map/rulerecord.h"

enum {
	OUT_MAX = 1 << 20,
	POLICY_NEW = 20, /* bytes of a policy behind its services */
};

/*
 * What is read can be written, and is then the same bytes: so nothing that was
 * read was overlooked, and no record has two forms.
 */
static void
assert_same(struct idm_str value, struct idm_buf *buf)
{
	if (buf->status != IDM_OK || buf->len != value.len ||
	    memcmp(buf->data, value.data, value.len) != 0)
		abort();
}

static void
try_header(struct idm_str value, struct idm_buf *buf)
{
	struct idm_header header;

	if (idm_header_read(value, &header, NULL) != IDM_OK)
		return;
	idm_header_write(buf, &header);
	/* The mark may be any, and one of before there were marks has none. */
	if (idm_header_mark(value) == NULL)
		buf->len--;
	else if (buf->status == IDM_OK)
		buf->data[buf->len - 1] = *idm_header_mark(value);
	assert_same(value, buf);
}

static void
try_policy(struct idm_str value, struct idm_buf *buf)
{
	struct idm_policy policy;

	if (idm_policy_read(value, &policy, NULL) != IDM_OK)
		return;
	idm_policy_write(buf, &policy);
	/* One of before there were domains ends after the services. */
	if (!policy.has_state && buf->len == value.len + POLICY_NEW)
		buf->len = value.len;
	assert_same(value, buf);
}

static void
try_domains(struct idm_str value, struct idm_buf *buf)
{
	struct idm_domains domains;

	if (idm_removed_read(value, &domains, NULL) != IDM_OK)
		return;
	idm_domains_write(buf, domains.domain, domains.n);
	assert_same(value, buf);
	idm_domains_free(&domains);
}

static void
try_ruleset(struct idm_str value, struct idm_buf *buf)
{
	struct idm_ruleset ruleset;
	struct idm_shape *shapes;
	uint32_t n = 0;

	if (idm_ruleset_read(value, &ruleset, NULL) != IDM_OK)
		return;
	shapes = calloc((size_t)ruleset.nshapes + 1, sizeof(*shapes));
	if (shapes == NULL)
		abort();
	while (
	    idm_ruleset_shape(&ruleset.shapes, &ruleset.descriptor, &shapes[n]))
		n++;
	if (idm_cursor_done(&ruleset.shapes)) {
		if (n != ruleset.nshapes)
			abort();
		idm_ruleset_write(buf, &ruleset, shapes);
		assert_same(value, buf);
	}
	free(shapes);
}

static void
try_entry(struct idm_str value, struct idm_buf *buf)
{
	struct idm_entry entry;

	if (idm_entry_read(value, &entry, NULL) != IDM_OK)
		return;
	idm_entry_write(buf, &entry);
	assert_same(value, buf);
}

static void
try_bucket(struct idm_str value, struct idm_buf *buf)
{
	struct idm_cursor cursor;
	struct idm_entry *entry;
	uint32_t n, i = 0;

	if (idm_bucket_read(value, &cursor, &n, NULL) != IDM_OK)
		return;
	/* The count was checked against the value's length. */
	if (n > value.len)
		abort();
	entry = calloc(n, sizeof(*entry));
	if (entry == NULL)
		abort();
	while (i < n && idm_bucket_next(&cursor, &entry[i], NULL) == IDM_OK)
		i++;
	if (i == n && idm_cursor_done(&cursor)) {
		idm_bucket_write(buf, entry, n);
		assert_same(value, buf);
	}
	free(entry);
}

static void
try_user_entry(struct idm_str value, struct idm_buf *buf)
{
	struct idm_user_entry entry;

	if (idm_user_entry_read(value, &entry, NULL) != IDM_OK)
		return;
	idm_user_entry_write(buf, &entry);
	assert_same(value, buf);
}

static void
try_list(struct idm_str value, struct idm_buf *buf)
{
	struct idm_cursor cursor;
	struct idm_str *name;
	uint32_t n;

	if (idm_list_read(value, &cursor, &n, NULL) != IDM_OK)
		return;
	if (n > value.len)
		abort();
	name = calloc((size_t)n + 1, sizeof(*name));
	if (name == NULL)
		abort();
	for (uint32_t i = 0; i < n; i++)
		name[i] = idm_cursor_str(&cursor);
	if (!idm_cursor_done(&cursor))
		abort();
	idm_list_write(buf, name, n);
	assert_same(value, buf);
	free(name);
}

static void
try_own_user(struct idm_str value, struct idm_buf *buf)
{
	struct idm_own_user user, opened;
	enum idm_status st = idm_own_user_open(value, &opened, NULL);

	if (idm_own_user_read(value, &user, NULL) != IDM_OK)
		return;
	if (st != IDM_OK || opened.uid != user.uid ||
	    opened.shell.data != user.shell.data)
		abort();
	idm_own_user_write(buf, &user);
	assert_same(value, buf);
}

static void
try_own_group(struct idm_str value, struct idm_buf *buf)
{
	struct idm_own_group group;
	struct idm_str *member;

	if (idm_own_group_read(value, &group, NULL) != IDM_OK)
		return;
	if (group.nmembers > value.len)
		abort();
	member = calloc((size_t)group.nmembers + 1, sizeof(*member));
	if (member == NULL)
		abort();
	for (uint32_t i = 0; i < group.nmembers; i++)
		member[i] = idm_cursor_str(&group.members);
	if (!idm_cursor_done(&group.members))
		abort();
	idm_own_group_write(buf, &group, member);
	assert_same(value, buf);
	free(member);
}

static void
try_own_gids(struct idm_str value, struct idm_buf *buf)
{
	struct idm_cursor cursor;
	uint32_t *gid, n;

	if (idm_own_gids_read(value, &cursor, &n, NULL) != IDM_OK)
		return;
	if (n > value.len)
		abort();
	gid = calloc((size_t)n + 1, sizeof(*gid));
	if (gid == NULL)
		abort();
	for (uint32_t i = 0; i < n; i++)
		gid[i] = idm_cursor_u32(&cursor);
	if (!idm_cursor_done(&cursor))
		abort();
	idm_own_gids_write(buf, gid, n);
	assert_same(value, buf);
	free(gid);
}

static void
try_own_sid(struct idm_str value, struct idm_buf *buf)
{
	struct idm_own_sid sid;

	if (idm_own_sid_read(value, &sid, NULL) != IDM_OK)
		return;
	idm_own_sid_write(buf, &sid);
	assert_same(value, buf);
}

static void
try_own_name(struct idm_str value, struct idm_buf *buf)
{
	struct idm_own_name name;

	if (idm_own_name_read(value, &name, NULL) != IDM_OK)
		return;
	idm_own_name_write(buf, &name);
	assert_same(value, buf);
}

static void
try_own_file(struct idm_str value, struct idm_buf *buf)
{
	struct idm_own_file file;

	if (idm_own_file_read(value, &file, NULL) != IDM_OK)
		return;
	idm_own_file_write(buf, &file);
	assert_same(value, buf);
}

static void
try_machine(struct idm_str value, struct idm_buf *buf)
{
	struct idm_machine machine;
	uint32_t *rid;

	if (idm_machine_read(value, &machine, NULL) != IDM_OK)
		return;
	if (machine.nreserved > value.len)
		abort();
	rid = calloc((size_t)machine.nreserved + 1, sizeof(*rid));
	if (rid == NULL)
		abort();
	for (uint32_t i = 0; i < machine.nreserved; i++)
		rid[i] = idm_cursor_u32(&machine.reserved);
	if (!idm_cursor_done(&machine.reserved))
		abort();
	idm_machine_write(buf, &machine, rid);
	assert_same(value, buf);
	free(rid);
}

static void
try_override(struct idm_str value, struct idm_buf *buf)
{
	struct idm_override override;

	if (idm_override_read(value, &override, NULL) != IDM_OK)
		return;
	idm_override_write(buf, &override);
	assert_same(value, buf);
}

static void
try_rule_count(struct idm_str value, struct idm_buf *buf)
{
	struct idm_rule_count count;

	if (idm_rule_count_read(value, &count, NULL) != IDM_OK)
		return;
	idm_rule_count_write(buf, &count);
	assert_same(value, buf);
}

static void
try_rule_list(struct idm_str value, struct idm_buf *buf)
{
	struct idm_namerule *rule;
	struct idm_cursor cursor;
	uint32_t n, i = 0;

	if (idm_rule_list_read(value, &cursor, &n, NULL) != IDM_OK)
		return;
	if (n > value.len)
		abort();
	rule = calloc(n, sizeof(*rule));
	if (rule == NULL)
		abort();
	while (i < n && idm_rule_list_next(&cursor, &rule[i], NULL) == IDM_OK)
		i++;
	if (i == n && idm_cursor_done(&cursor)) {
		idm_rule_list_write(buf, rule, n);
		assert_same(value, buf);
	}
	free(rule);
}

static void
try_allocated(struct idm_str value, struct idm_buf *buf)
{
	struct idm_allocated allocated;

	if (idm_allocated_read(value, &allocated, NULL) != IDM_OK)
		return;
	idm_allocated_write(buf, &allocated);
	assert_same(value, buf);
}

static void
try_number(struct idm_str value, struct idm_buf *buf)
{
	uint64_t number;

	if (idm_number_read(value, &number, NULL) != IDM_OK)
		return;
	idm_number_write(buf, number);
	assert_same(value, buf);
}

static void
try_owner(struct idm_str value, struct idm_buf *buf)
{
	struct idm_str text;

	if (idm_owner_read(value, &text, NULL) != IDM_OK)
		return;
	idm_owner_write(buf, text);
	assert_same(value, buf);
}

static void
try_window_owner(struct idm_str value, struct idm_buf *buf)
{
	struct idm_buf text;
	struct idm_sid sid;
	uint32_t n;

	if (idm_window_owner_read(value, &sid, &n, NULL) != IDM_OK)
		return;
	idm_buf_init(&text, OUT_MAX);
	idm_window_owner_put(&text, &sid, n);
	idm_owner_write(buf, (struct idm_str){ text.data, text.len });
	assert_same(value, buf);
	idm_buf_fini(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static void (*const try[])(
	    struct idm_str, struct idm_buf *) = { try_domains, try_header,
		try_policy, try_ruleset, try_entry, try_bucket, try_user_entry,
		try_list, try_own_user, try_own_group, try_own_gids,
		try_own_sid, try_own_name, try_own_file, try_machine,
		try_override, try_rule_count, try_rule_list, try_allocated,
		try_number, try_owner, try_window_owner };
	struct idm_str value = { .data = (const char *)data, .len = len };

	/* Each reads each: a record of another kind is refused. */
	for (size_t i = 0; i < IDM_COUNTOF(try); i++) {
		struct idm_buf buf;

		idm_buf_init(&buf, OUT_MAX);
		try[i](value, &buf);
		idm_buf_fini(&buf);
	}
	return 0;
}
