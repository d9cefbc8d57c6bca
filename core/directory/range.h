/*
 * range -- attribute names with options, as servers return them.
 */

#ifndef IDM_DIRECTORY_RANGE_H
#define IDM_DIRECTORY_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"

struct idm_range {
	struct idm_str name; /* without options */
	bool is_plain;       /* no options, or binary, which is none here */
	bool is_range;       /* "range=FIRST-LAST" */
	bool is_end;         /* "range=FIRST-*" */
	uint32_t first;
	uint32_t last;
};

/* Read it.  What has other options is neither plain nor a range. */
struct idm_range idm_range_read(struct idm_str);

#endif
