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

static bool
is_plain(char c)
{
	return c != '%' && c != '*' && c != '?' && c != '[' && c != '@';
}

/* One byte of a part that is not the wildcard, into room for three. */
static size_t
escape(char c, char *out)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char byte = (unsigned char)c;

	if (is_plain(c)) {
		out[0] = c;
		return 1;
	}
	out[0] = '%';
	out[1] = digits[byte >> 4];
	out[2] = digits[byte & 0xf];
	return 3;
}

static char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static char
keep(char c)
{
	return c;
}

/* In pieces: to append byte by byte takes longer than the look-up. */
static inline void
put_part(struct idm_buf *key, struct idm_str part, char (*change)(char))
{
	char piece[96];
	size_t n = 0;

	if (part.len == 0)
		idm_buf_put(key, "%", 1);
	for (size_t i = 0; i < part.len; i++) {
		n += escape(change(part.data[i]), piece + n);
		if (n > sizeof(piece) - 3 || i + 1 == part.len) {
			idm_buf_put(key, piece, n);
			n = 0;
		}
	}
}

void
idm_rule_key_windows(struct idm_buf *key, struct idm_str part)
{
	put_part(key, part, fold);
}

void
idm_rule_key_unix(struct idm_buf *key, struct idm_str part)
{
	put_part(key, part, keep);
}

struct idm_str
idm_rule_domain(const struct idm_domains *domains, struct idm_str name)
{
	const struct idm_domain *domain = NULL;

	if (domains->n > 0 && name.len > 0)
		domain = idm_domain_by_name(domains, name);
	return domain != NULL ? idm_str_of(domain->name) : name;
}
