/*
 * unit -- what cmocka wants included before itself, and what it lacks.
 */

#ifndef IDM_TESTS_UNIT_H
#define IDM_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

/* The call must succeed; otherwise the test fails with the error's text. */
#define assert_good(call, err)                                                 \
	do {                                                                   \
		if ((call) != IDM_OK)                                          \
			fail_msg("%s: %s", #call, (err).text);                 \
	} while (0)

/* The call must fail with this status and a reason that contains why. */
#define assert_fails(call, st, err, why)                                       \
	do {                                                                   \
		assert_int_equal((call), (st));                                \
		if (strstr((err).text, (why)) == NULL)                         \
			fail_msg("%s: said '%s', not '%s'", #call, (err).text, \
			    (why));                                            \
	} while (0)

#endif
