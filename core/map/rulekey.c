#include "map/rulekey.h"
#include "map/format.h"

const struct idm_ruleset_of_rules idm_rule_sets[IDM_RULE_SETS] = {
	{ IDM_RULESET_TO_UNIX, "uu", "M2@M1" },
	{ IDM_RULESET_TO_UNIX, "ug", "M2@M1" },
	{ IDM_RULESET_TO_UNIX, "gu", "M2@M1" },
	{ IDM_RULESET_TO_UNIX, "gg", "M2@M1" },
	{ IDM_RULESET_TO_WINDOWS, "u", "M1" },
	{ IDM_RULESET_TO_WINDOWS, "g", "M1" },
};

unsigned
idm_rule_set_to_unix(bool win_is_group, bool unix_is_group)
{
	return (unix_is_group ? 2u : 0u) + (win_is_group ? 1u : 0u);
}

unsigned
idm_rule_set_to_windows(bool unix_is_group)
{
	return unix_is_group ? 5 : 4;
}

/* One byte of a part that is not the wildcard. */
static void
put_byte(struct idm_buf *key, char c)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char byte = (unsigned char)c;
	char escaped[3] = { '%', digits[byte >> 4], digits[byte & 0xf] };

	switch (c) {
	case '%':
	case '*':
	case '?':
	case '[':
	case '@':
		idm_buf_put(key, escaped, sizeof(escaped));
		break;
	default:
		idm_buf_put(key, &c, 1);
		break;
	}
}

void
idm_rule_key_windows(struct idm_buf *key, struct idm_str part)
{
	if (part.len == 0)
		idm_buf_put(key, "%", 1);
	for (size_t i = 0; i < part.len; i++) {
		char c = part.data[i];

		put_byte(key, c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
	}
}

void
idm_rule_key_unix(struct idm_buf *key, struct idm_str part)
{
	if (part.len == 0)
		idm_buf_put(key, "%", 1);
	for (size_t i = 0; i < part.len; i++)
		put_byte(key, part.data[i]);
}

struct idm_str
idm_rule_domain(const struct idm_domains *domains, struct idm_str name)
{
	const struct idm_domain *domain = NULL;

	if (domains->n > 0 && name.len > 0)
		domain = idm_domain_by_name(domains, name);
	return domain != NULL ? idm_str_of(domain->name) : name;
}
