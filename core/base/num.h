/*
 * num -- decimal text to numbers, strictly.
 *
 * No sign, no blank, no leading zero, no overflow, nothing behind the digits.
 * "4294967295" is refused as an id: it is (uid_t)-1, which means "none".
 */

#ifndef IDM_BASE_NUM_H
#define IDM_BASE_NUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Read the len bytes at text as a number of at most max. */
enum idm_status idm_num_parse(const char *text, size_t len, uint64_t max,
    uint64_t *out, struct idm_err *) IDM_MUSTCHECK;

/* Read a uid or gid, 0 to 4294967294. */
enum idm_status idm_num_id(const char *text, size_t len, uint32_t *out,
    struct idm_err *) IDM_MUSTCHECK;

#endif
