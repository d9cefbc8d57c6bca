#include "backends/murmur3.h"

static uint32_t
rotate(uint32_t value, unsigned bits)
{
	return value << bits | value >> (32 - bits);
}

static uint32_t
scramble(uint32_t block)
{
	return rotate(block * 0xcc9e2d51u, 15) * 0x1b873593u;
}

/* Up to four bytes as a number, the first one lowest. */
static uint32_t
load(const unsigned char *at, size_t len)
{
	uint32_t value = 0;

	for (size_t i = 0; i < len; i++)
		value |= (uint32_t)at[i] << (8 * i);
	return value;
}

uint32_t
idm_murmur3(const void *bytes, size_t len, uint32_t seed)
{
	const unsigned char *at = bytes;
	uint32_t hash = seed;
	size_t left = len;

	for (; left >= 4; at += 4, left -= 4) {
		hash ^= scramble(load(at, 4));
		hash = rotate(hash, 13) * 5 + 0xe6546b64u;
	}
	hash ^= scramble(load(at, left));
	hash ^= (uint32_t)len;
	hash = (hash ^ hash >> 16) * 0x85ebca6bu;
	hash = (hash ^ hash >> 13) * 0xc2b2ae35u;
	return hash ^ hash >> 16;
}
