#include <endian.h>
#include <string.h>

#include "map/siphash.h"

struct state {
	uint64_t a, b, c, d;
};

static inline uint64_t
rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static inline uint64_t
load(const unsigned char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return le64toh(word);
}

/* The last 0 to 7 bytes, the first one lowest. */
static inline uint64_t
load_rest(const unsigned char *at, size_t len, size_t whole)
{
	uint64_t word = 0;

	/* With eight bytes in front: those that end here, less the others. */
	if (len > 0 && whole > len)
		return load(at + len - 8) >> (8 * (8 - len));
	for (size_t i = 0; i < len; i++)
		word |= (uint64_t)at[i] << (8 * i);
	return word;
}

static inline void
round_of(struct state *s)
{
	s->a += s->b;
	s->c += s->d;
	s->b = rotate(s->b, 13) ^ s->a;
	s->d = rotate(s->d, 16) ^ s->c;
	s->a = rotate(s->a, 32);
	s->c += s->b;
	s->a += s->d;
	s->b = rotate(s->b, 17) ^ s->c;
	s->d = rotate(s->d, 21) ^ s->a;
	s->c = rotate(s->c, 32);
}

static inline void
compress(struct state *s, uint64_t word)
{
	s->d ^= word;
	round_of(s);
	round_of(s);
	s->a ^= word;
}

uint64_t
idm_siphash(const uint8_t key[IDM_SIPHASH_KEY], const void *text, size_t len)
{
	const unsigned char *at = text;
	uint64_t k0 = load(key);
	uint64_t k1 = load(key + 8);
	struct state s = {
		.a = k0 ^ 0x736f6d6570736575u,
		.b = k1 ^ 0x646f72616e646f6du,
		.c = k0 ^ 0x6c7967656e657261u,
		.d = k1 ^ 0x7465646279746573u,
	};
	size_t left = len;

	for (; left >= 8; at += 8, left -= 8)
		compress(&s, load(at));
	compress(&s, load_rest(at, left, len) | (uint64_t)len << 56);
	s.c ^= 0xff;
	for (int i = 0; i < 4; i++)
		round_of(&s);
	return s.a ^ s.b ^ s.c ^ s.d;
}
