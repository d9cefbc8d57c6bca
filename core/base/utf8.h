/*
 * utf8 -- one Unicode character at a time, strictly as RFC 3629 has it.
 *
 * No overlong forms, no surrogates, nothing above U+10FFFF.  Allocates
 * nothing and keeps nothing.
 */

#ifndef IDM_BASE_UTF8_H
#define IDM_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Decode the character at the front of the len bytes at text.  Returns how
 * many bytes it takes; 0 when there is none or it is malformed, and *point is
 * untouched.
 */
size_t idm_utf8_decode(const char *text, size_t len, uint32_t *point);

#endif
