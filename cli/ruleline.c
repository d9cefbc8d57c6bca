#include "base/utf8.h"

#include "cli/ruleline.h"

enum idm_status
rule_line_strip(struct idm_str *line, struct idm_err *err)
{
	struct idm_str rest;
	uint32_t point = 0;

	if (line->len > 0 && line->data[line->len - 1] == '\n')
		line->len--;
	if (line->len > 0 && line->data[line->len - 1] == '\r')
		line->len--;
	rest = *line;
	while (rest.len > 0) {
		size_t len = idm_utf8_decode(rest.data, rest.len, &point);

		if (len == 0)
			return idm_fail(err, IDM_INVALID, "it is no UTF-8");
		if ((point < 0x20 && point != '\t') ||
		    (point >= 0x7f && point < 0xa0))
			return idm_fail(err, IDM_INVALID,
			    "there is a control character in it");
		rest.data += len;
		rest.len -= len;
	}
	return IDM_OK;
}

enum idm_status
rule_line_degrade(
    struct idm_namerule *rule, const char **remark, struct idm_err *err)
{
	enum idm_status st = idm_namerule_check(rule, err);
	struct idm_namerule one_way = *rule;

	if (st == IDM_OK || rule->direction != IDM_RULE_BOTH)
		return st;
	one_way.direction = IDM_RULE_TO_UNIX;
	if (idm_namerule_check(&one_way, NULL) == IDM_OK) {
		*remark = "taken as => (Windows to UNIX): it does not hold "
			  "the other way";
	} else {
		one_way.direction = IDM_RULE_TO_WINDOWS;
		if (idm_namerule_check(&one_way, NULL) != IDM_OK)
			return st;
		*remark = "taken as <= (UNIX to Windows): it does not hold "
			  "the other way";
	}
	*rule = one_way;
	return IDM_OK;
}
