#include <string.h>

#include "base/nearest.h"

#define WORD_MAX 40

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * How many letters must be changed, put in, taken out or swapped with their
 * neighbour to make one word the other: optimal string alignment.
 */
static unsigned
distance(const char *a, size_t alen, const char *b, size_t blen)
{
	unsigned rows[3][WORD_MAX + 1];
	unsigned *before = rows[0];
	unsigned *last = rows[1];
	unsigned *row = rows[2];

	for (size_t j = 0; j <= blen; j++)
		last[j] = (unsigned)j;
	for (size_t i = 1; i <= alen; i++) {
		unsigned *oldest = before;

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= blen; j++) {
			row[j] = least(least(last[j], row[j - 1]) + 1,
			    last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		before = last;
		last = row;
		row = oldest;
	}
	return last[blen];
}

struct idm_nearest
idm_nearest_to(const char *word)
{
	size_t len = strlen(word);

	/* One letter in three may be wrong, and one more is too far. */
	return (struct idm_nearest){
		.word = word,
		.distance = 2 + (unsigned)(len < WORD_MAX ? len : 0) / 3,
	};
}

void
idm_nearest_try(struct idm_nearest *nearest, const char *candidate)
{
	size_t len = strlen(nearest->word);
	size_t other = strlen(candidate);
	unsigned found;

	if (len == 0 || len > WORD_MAX || other > WORD_MAX)
		return;
	/* A word that was begun and not ended is nearer than any other. */
	found = strncmp(candidate, nearest->word, len) == 0
	    ? 0
	    : distance(nearest->word, len, candidate, other);
	if (found < nearest->distance ||
	    strcmp(nearest->word, candidate) == 0) {
		nearest->distance = found;
		nearest->best = candidate;
	}
}
