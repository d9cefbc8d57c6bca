/*
 * siphash -- SipHash-2-4, the keyed hash of short texts.
 *
 * Who does not know the key cannot make texts whose hashes collide.  After
 * Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012.
 */

#ifndef IDM_MAP_SIPHASH_H
#define IDM_MAP_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

#define IDM_SIPHASH_KEY 16 /* bytes */

uint64_t idm_siphash(
    const uint8_t key[IDM_SIPHASH_KEY], const void *text, size_t len);

#endif
