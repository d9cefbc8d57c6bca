/*
 * fuzz -- what a fuzz target defines, for libFuzzer and for replay.c alike.
 */

#ifndef IDM_TESTS_FUZZ_H
#define IDM_TESTS_FUZZ_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

/* Feed len foreign bytes to the parser under test.  Always returns 0; what is
 * wrong shows by a crash, a sanitizer's report or abort(). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#endif
