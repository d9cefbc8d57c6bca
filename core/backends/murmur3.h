/*
 * murmur3 -- MurmurHash3 for 32 bits, which sssd places domains by.
 */

#ifndef IDM_BACKENDS_MURMUR3_H
#define IDM_BACKENDS_MURMUR3_H

#include <stddef.h>
#include <stdint.h>

uint32_t idm_murmur3(const void *bytes, size_t len, uint32_t seed);

#endif
