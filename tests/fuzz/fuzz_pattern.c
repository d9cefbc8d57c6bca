#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "base/utf8.h"
#include "rules/pattern.h"

#define NAIVE_MAX 12 /* bytes of each side, for the naive matcher's sake */

static size_t
point_at(struct idm_str text, uint32_t *point)
{
	size_t used = idm_utf8_decode(text.data, text.len, point);

	if (used > 0)
		return used;
	*point = 0x110000u + (unsigned char)text.data[0];
	return 1;
}

static struct idm_str
skip(struct idm_str text, size_t n)
{
	return (struct idm_str){ text.data + n, text.len - n };
}

/* The set behind its '[', in a pattern that was checked; returns its end. */
static struct idm_str
naive_set(struct idm_str at, uint32_t point, bool *holds)
{
	bool negated = at.data[0] == '!';
	const char *first;
	bool found = false;

	if (negated)
		at = skip(at, 1);
	first = at.data;
	while (at.data == first || at.data[0] != ']') {
		uint32_t low, high;

		at = skip(at, point_at(at, &low));
		high = low;
		if (at.data[0] == '-' && at.data[1] != ']') {
			at = skip(at, 1);
			at = skip(at, point_at(at, &high));
		}
		if (point >= low && point <= high)
			found = true;
	}
	*holds = negated ? !found : found;
	return skip(at, 1);
}

/* As the manual describes it, trying everything. */
static bool
naive(struct idm_str pattern, struct idm_str value)
{
	uint32_t literal, point;
	size_t taken;
	bool holds;

	if (pattern.len == 0)
		return value.len == 0;
	if (pattern.data[0] == '*') {
		if (naive(skip(pattern, 1), value))
			return true;
		return value.len > 0 &&
		    naive(pattern, skip(value, point_at(value, &point)));
	}
	if (value.len == 0)
		return false;
	taken = point_at(value, &point);
	if (pattern.data[0] == '?')
		return naive(skip(pattern, 1), skip(value, taken));
	if (pattern.data[0] == '[') {
		pattern = naive_set(skip(pattern, 1), point, &holds);
		return holds && naive(pattern, skip(value, taken));
	}
	pattern = skip(pattern, point_at(pattern, &literal));
	return literal == point && naive(pattern, skip(value, taken));
}

/* What the index of a map relies on. */
static void
check_rank(struct idm_str pattern, struct idm_str value, bool matches)
{
	struct idm_rank rank = idm_pattern_rank(pattern);
	struct idm_str prefix = idm_pattern_prefix(pattern);
	struct idm_str suffix = idm_pattern_suffix(pattern);

	if ((rank.class == IDM_PATTERN_LITERAL) !=
	    idm_pattern_is_literal(pattern))
		abort();
	if (prefix.len + suffix.len > pattern.len)
		abort();
	if (rank.class == IDM_PATTERN_LITERAL) {
		if (prefix.len != pattern.len || rank.literals != 0)
			abort();
		return;
	}
	if (rank.first != prefix.len || prefix.len + suffix.len > rank.literals)
		abort();
	if (matches &&
	    (value.len < rank.literals ||
		memcmp(value.data, prefix.data, prefix.len) != 0 ||
		memcmp(value.data + value.len - suffix.len, suffix.data,
		    suffix.len) != 0))
		abort();
}

/* A line with a pattern, and the rest a value to match it with. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	const char *line = len == 0 ? NULL : memchr(text, '\n', len);
	struct idm_str pattern, value;
	bool matches;

	if (line == NULL || len > UINT16_MAX)
		return 0;
	pattern = (struct idm_str){ text, (size_t)(line - text) };
	value = (struct idm_str){ line + 1, len - pattern.len - 1 };
	matches = idm_pattern_match(pattern, value);
	if (idm_pattern_check(pattern, NULL) != IDM_OK)
		return 0;
	check_rank(pattern, value, matches);
	if (pattern.len <= NAIVE_MAX && value.len <= NAIVE_MAX &&
	    matches != naive(pattern, value))
		abort();
	return 0;
}
