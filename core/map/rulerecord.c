#include "map/rulerecord.h"
#include "identity/name.h"
#include "identity/winname.h"
#include "map/record.h"

#define WIN_GROUP  0x01u
#define UNIX_GROUP 0x02u

#define RULE_FLAGS (IDM_RULE_NT4 | IDM_RULE_PRIVILEGED | IDM_RULE_CANONICAL)

/* A rule with three empty names. */
#define RULE_SIZE_MIN (8 + 3 + 3 * 2 + 8 + 4)

void
idm_rule_count_write(struct idm_buf *buf, const struct idm_rule_count *count)
{
	idm_record_begin(buf, 'C');
	idm_buf_put_u64(buf, count->rules);
	idm_buf_put_u64(buf, count->next);
}

enum idm_status
idm_rule_count_read(
    struct idm_str value, struct idm_rule_count *out, struct idm_err *err)
{
	struct idm_rule_count count;
	struct idm_cursor cursor;
	enum idm_status st;

	st = idm_record_open(value, 'C', &cursor, err);
	if (st != IDM_OK)
		return st;
	count.rules = idm_cursor_u64(&cursor);
	count.next = idm_cursor_u64(&cursor);
	st = idm_record_close(&cursor, err);
	if (st == IDM_OK)
		*out = count;
	return st;
}

static void
write_rule(struct idm_buf *buf, const struct idm_namerule *rule)
{
	idm_buf_put_u64(buf, rule->id);
	idm_buf_put_u8(buf, rule->direction);
	idm_buf_put_u8(buf, rule->flags);
	idm_buf_put_u8(buf,
	    (uint8_t)((rule->win_is_group ? WIN_GROUP : 0) |
		(rule->unix_is_group ? UNIX_GROUP : 0)));
	idm_buf_put_str(buf, rule->win.data, rule->win.len);
	idm_buf_put_str(buf, rule->domain.data, rule->domain.len);
	idm_buf_put_str(buf, rule->unix.data, rule->unix.len);
	idm_buf_put_u64(buf, rule->time);
	idm_buf_put_u32(buf, rule->uid);
}

void
idm_rule_list_write(
    struct idm_buf *buf, const struct idm_namerule *rule, uint32_t n)
{
	idm_record_begin(buf, 'R');
	idm_buf_put_u32(buf, n);
	for (uint32_t i = 0; i < n; i++)
		write_rule(buf, &rule[i]);
}

enum idm_status
idm_rule_list_read(struct idm_str value, struct idm_cursor *out,
    uint32_t *out_n, struct idm_err *err)
{
	struct idm_cursor cursor;
	enum idm_status st;
	uint32_t n;

	st = idm_record_open(value, 'R', &cursor, err);
	if (st != IDM_OK)
		return st;
	n = idm_cursor_u32(&cursor);
	if (cursor.bad)
		return idm_fail(err, IDM_CORRUPT, "record is cut short");
	if (n == 0 || n > (size_t)(cursor.end - cursor.at) / RULE_SIZE_MIN)
		return idm_record_out_of_range("number of rules", n, err);
	*out = cursor;
	*out_n = n;
	return IDM_OK;
}

static enum idm_status
check_rule(const struct idm_namerule *rule, uint8_t kinds, struct idm_err *err)
{
	if (rule->direction > IDM_RULE_TO_WINDOWS)
		return idm_record_out_of_range(
		    "direction", rule->direction, err);
	if ((rule->flags & ~RULE_FLAGS) != 0)
		return idm_record_out_of_range("flags", rule->flags, err);
	if ((kinds & ~(WIN_GROUP | UNIX_GROUP)) != 0)
		return idm_record_out_of_range("kinds", kinds, err);
	if (rule->win.len > IDM_WINNAME_MAX)
		return idm_record_out_of_range(
		    "length of a Windows name", rule->win.len, err);
	if (rule->domain.len > IDM_DOMAIN_MAX)
		return idm_record_out_of_range(
		    "length of a domain", rule->domain.len, err);
	if (rule->unix.len > IDM_LOGIN_MAX)
		return idm_record_out_of_range(
		    "length of a UNIX name", rule->unix.len, err);
	return IDM_OK;
}

enum idm_status
idm_rule_list_next(
    struct idm_cursor *cursor, struct idm_namerule *out, struct idm_err *err)
{
	struct idm_namerule rule = { 0 };
	enum idm_status st;
	uint8_t kinds;

	rule.id = idm_cursor_u64(cursor);
	rule.direction = idm_cursor_u8(cursor);
	rule.flags = idm_cursor_u8(cursor);
	kinds = idm_cursor_u8(cursor);
	rule.win = idm_cursor_str(cursor);
	rule.domain = idm_cursor_str(cursor);
	rule.unix = idm_cursor_str(cursor);
	rule.time = idm_cursor_u64(cursor);
	rule.uid = idm_cursor_u32(cursor);
	if (cursor->bad)
		return idm_fail(err, IDM_CORRUPT, "record is cut short");
	st = check_rule(&rule, kinds, err);
	if (st != IDM_OK)
		return st;
	rule.win_is_group = (kinds & WIN_GROUP) != 0;
	rule.unix_is_group = (kinds & UNIX_GROUP) != 0;
	*out = rule;
	return IDM_OK;
}
