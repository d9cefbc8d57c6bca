/*
 * random -- names and patterns that overlap a lot, from a repeatable dice.
 *
 * A tiny alphabet makes most entries match most names, which is where an
 * order can be wrong.
 */

#ifndef IDM_TESTS_RANDOM_H
#define IDM_TESTS_RANDOM_H

#include "base/attr.h"
#include "base/buf.h"
#include "rules/descriptor.h"

struct dice {
	uint64_t state; /* never 0 */
};

/* A number below sides. */
static inline unsigned
roll(struct dice *dice, unsigned sides)
{
	dice->state ^= dice->state << 13;
	dice->state ^= dice->state >> 7;
	dice->state ^= dice->state << 17;
	return (unsigned)((dice->state >> 11) % sides);
}

/* 1 to most words of a list, one behind the other. */
static inline void
random_words(struct dice *dice, const char *const *words, unsigned nwords,
    unsigned most, struct idm_buf *out)
{
	for (unsigned n = 1 + roll(dice, most); n > 0; n--)
		idm_buf_puts(out, words[roll(dice, nwords)]);
}

/* A field of a name; with patterns, of an entry. */
static inline void
random_field(struct dice *dice, bool patterns, struct idm_buf *out)
{
	static const char *const letters[] = { "a", "b", "a", "\xc3\xa9" };
	static const char *const pieces[] = { "a", "b", "\xc3\xa9", "*", "*",
		"?", "[ab]", "[!a]", "[a-\xc3\xa9]" };

	if (patterns && roll(dice, 3) > 0)
		random_words(dice, pieces, IDM_COUNTOF(pieces), 4, out);
	else
		random_words(dice, letters, IDM_COUNTOF(letters), 3, out);
}

/* A name, or with patterns the remote name of an entry, that splits. */
static inline void
random_name(struct dice *dice, const struct idm_descriptor *desc, bool patterns,
    struct idm_buf *out)
{
	for (uint8_t i = 0; i < desc->nfields; i++) {
		if (i > 0)
			idm_buf_put(out, &desc->separator[i - 1], 1);
		random_field(dice, patterns, out);
	}
}

/* A descriptor of 1 to most fields with numbers in any order. */
static inline void
random_descriptor(struct dice *dice, uint8_t most, struct idm_descriptor *out)
{
	static const char separators[] = "@:.";
	uint8_t n = (uint8_t)(1 + roll(dice, most));
	char text[IDM_DESCRIPTOR_TEXT_MAX];
	bool used[10] = { false };
	size_t len = 0;

	for (uint8_t i = 0; i < n; i++) {
		unsigned number = 1 + roll(dice, 9);

		while (used[number])
			number = number % 9 + 1;
		used[number] = true;
		if (i > 0)
			text[len++] = separators[roll(dice, 3)];
		text[len++] = 'M';
		text[len++] = (char)('0' + number);
	}
	if (idm_descriptor_parse((struct idm_str){ text, len }, out, NULL) !=
	    IDM_OK)
		out->nfields = 0;
}

#endif
