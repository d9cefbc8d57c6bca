#include "rules/pattern.h"
#include "base/utf8.h"

/* What stands at one place of a pattern. */
enum piece_kind {
	PIECE_CHARACTER,
	PIECE_ANY,  /* ? */
	PIECE_SET,  /* [...] */
	PIECE_STAR, /* * */
};

static bool
is_meta(char c)
{
	return c == '*' || c == '?' || c == '[';
}

/*
 * The character at the front of a text that is not empty, and how many bytes
 * it takes.  A byte that is no UTF-8 gets a number no character has.
 */
static size_t
next_point(struct idm_str text, uint32_t *point)
{
	size_t used;

	if ((unsigned char)text.data[0] < 0x80) {
		*point = (unsigned char)text.data[0];
		return 1;
	}
	used = idm_utf8_decode(text.data, text.len, point);
	if (used > 0)
		return used;
	*point = 0x110000u + (unsigned char)text.data[0];
	return 1;
}

static struct idm_str
behind(struct idm_str text, size_t used)
{
	return (
	    struct idm_str){ .data = text.data + used, .len = text.len - used };
}

/*
 * Read the set whose '[' is behind us.  Returns the bytes up to and with its
 * ']', or 0 when it has no end or a range runs backwards.  *holds says
 * whether point is in the set.
 */
static size_t
read_set(struct idm_str text, uint32_t point, bool *holds)
{
	struct idm_str at = text;
	bool is_negated = at.len > 0 && at.data[0] == '!';
	bool found = false;

	if (is_negated)
		at = behind(at, 1);
	for (bool is_first = true; at.len > 0; is_first = false) {
		uint32_t low, high;

		if (at.data[0] == ']' && !is_first) {
			*holds = found != is_negated;
			return (size_t)(at.data + 1 - text.data);
		}
		at = behind(at, next_point(at, &low));
		high = low;
		if (at.len > 1 && at.data[0] == '-' && at.data[1] != ']') {
			at = behind(at, 1);
			at = behind(at, next_point(at, &high));
		}
		if (low > high)
			return 0;
		found |= low <= point && point <= high;
	}
	return 0;
}

/*
 * The piece at the front of a pattern that is not empty: its kind, its bytes,
 * and whether it takes this one character.  A set without an end takes none;
 * idm_pattern_check() refuses it.
 */
static enum piece_kind
next_piece(struct idm_str pattern, uint32_t point, size_t *used, bool *takes)
{
	uint32_t literal;
	size_t set;

	*used = 1;
	*takes = true;
	switch (pattern.data[0]) {
	case '*':
		return PIECE_STAR;
	case '?':
		return PIECE_ANY;
	case '[':
		set = read_set(behind(pattern, 1), point, takes);
		if (set == 0) {
			*takes = false;
			*used = pattern.len;
		} else {
			*used = 1 + set;
		}
		return PIECE_SET;
	default:
		*used = next_point(pattern, &literal);
		*takes = literal == point;
		return PIECE_CHARACTER;
	}
}

bool
idm_pattern_is_literal(struct idm_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (is_meta(text.data[i]))
			return false;
	}
	return true;
}

enum idm_status
idm_pattern_check(struct idm_str text, struct idm_err *err)
{
	bool takes;
	size_t set;

	if (text.len == 0)
		return idm_fail(err, IDM_INVALID, "the pattern is empty");
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] != '[')
			continue;
		set = read_set(behind(text, i + 1), 0, &takes);
		if (set == 0) {
			return idm_fail(err, IDM_INVALID,
			    "the '[' at %zu has no ']', or a range in it "
			    "runs backwards",
			    i + 1);
		}
		i += set;
	}
	return IDM_OK;
}

struct idm_rank
idm_pattern_rank(struct idm_str text)
{
	struct idm_rank rank = { .class = IDM_PATTERN_LITERAL };
	size_t literals = 0;
	size_t stars = 0;
	size_t used;
	bool takes;

	if (idm_pattern_is_literal(text))
		return rank;
	rank.class = IDM_PATTERN_BRACKET;
	rank.first = (uint16_t)idm_pattern_prefix(text).len;
	for (; text.len > 0; text = behind(text, used)) {
		switch (next_piece(text, 0, &used, &takes)) {
		case PIECE_CHARACTER:
			literals += used;
			break;
		case PIECE_STAR:
			stars++;
			rank.class = IDM_PATTERN_ASTERISK;
			break;
		case PIECE_ANY:
		case PIECE_SET:
			break;
		}
	}
	rank.literals = (uint16_t)literals;
	rank.stars = (uint16_t)stars;
	return rank;
}

int
idm_rank_compare(const struct idm_rank *a, const struct idm_rank *b)
{
	if (a->class != b->class)
		return a->class - b->class;
	if (a->first != b->first)
		return b->first - a->first;
	if (a->literals != b->literals)
		return b->literals - a->literals;
	return a->stars - b->stars;
}

struct idm_str
idm_pattern_prefix(struct idm_str text)
{
	size_t len = 0;

	while (len < text.len && !is_meta(text.data[len]))
		len++;
	return (struct idm_str){ .data = text.data, .len = len };
}

struct idm_str
idm_pattern_suffix(struct idm_str text)
{
	struct idm_str suffix = behind(text, text.len);
	size_t used;
	bool takes;

	for (; text.len > 0; text = behind(text, used)) {
		if (next_piece(text, 0, &used, &takes) != PIECE_CHARACTER)
			suffix = behind(text, used);
	}
	return suffix;
}

/*
 * Only the last star ever needs to be tried again: whatever an earlier one
 * could take in addition, the last one can take as well.
 */
bool
idm_pattern_match(struct idm_str pattern, struct idm_str value)
{
	struct idm_str star = { .data = NULL };
	struct idm_str retry = value;
	uint32_t point = 0;
	size_t taken = 0;

	for (;;) {
		enum piece_kind kind = PIECE_CHARACTER;
		bool takes = false;
		size_t used = 0;

		if (value.len > 0)
			taken = next_point(value, &point);
		if (pattern.len > 0)
			kind = next_piece(pattern, point, &used, &takes);
		else if (value.len == 0)
			return true;
		if (kind == PIECE_STAR) {
			pattern = star = behind(pattern, used);
			retry = value;
		} else if (takes && value.len > 0) {
			pattern = behind(pattern, used);
			value = behind(value, taken);
		} else if (star.data != NULL && retry.len > 0) {
			retry = behind(retry, next_point(retry, &point));
			pattern = star;
			value = retry;
		} else {
			return false;
		}
	}
}
