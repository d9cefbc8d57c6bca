/*
 * ruletext -- name rules as tests write them down.
 *
 *	"u:joe@d.com == u:joe"   both ways; u: a user, g: a group
 *	"g:DOM\\staff => g:staff"  Windows to UNIX only
 *	"u:* <= u:*"             UNIX to Windows only
 *	"u:joe@d => u:"          an empty name inhibits
 *
 * The texts of the rule are lent from the text.
 */

#ifndef IDM_TESTS_RULETEXT_H
#define IDM_TESTS_RULETEXT_H

#include <stdlib.h>
#include <string.h>

#include "identity/winname.h"
#include "rules/namerule.h"

/* Cut "u:NAME" up; true for a group. */
static inline bool
ruletext_kind(struct idm_str *word)
{
	bool is_group = word->data[0] == 'g';

	word->data += 2;
	word->len -= 2;
	return is_group;
}

static inline void
ruletext_windows(struct idm_str word, struct idm_namerule *rule)
{
	struct idm_winname split;

	rule->win_is_group = ruletext_kind(&word);
	rule->win = rule->domain = (struct idm_str){ word.data, 0 };
	if (word.len == 0)
		return;
	if (idm_winname_split(word, &split, NULL) != IDM_OK)
		abort();
	rule->win = split.name;
	rule->domain = split.domain;
	if (split.spelling == IDM_SPELL_NT4)
		rule->flags |= IDM_RULE_NT4;
}

static inline struct idm_namerule
ruletext(const char *text)
{
	struct idm_namerule rule = { .time = 1700000000, .uid = 0 };
	const char *sign = strstr(text, " ==");
	struct idm_str win, local;

	if (sign == NULL) {
		sign = strstr(text, " =>");
		rule.direction = IDM_RULE_TO_UNIX;
	}
	if (sign == NULL) {
		sign = strstr(text, " <=");
		rule.direction = IDM_RULE_TO_WINDOWS;
	}
	if (sign == NULL)
		abort();
	win = (struct idm_str){ text, (size_t)(sign - text) };
	local = idm_str_of(sign + 4);
	ruletext_windows(win, &rule);
	rule.unix_is_group = ruletext_kind(&local);
	rule.unix = local;
	return rule;
}

#endif
