#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "base/num.h"

/* What is accepted is exactly what printing the number gives back. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	uint64_t number = 0;
	char printed[24];

	if (idm_num_parse(text, len, UINT64_MAX, &number, NULL) != IDM_OK)
		return 0;
	(void)snprintf(printed, sizeof(printed), "%" PRIu64, number);
	if (strlen(printed) != len || memcmp(printed, text, len) != 0)
		abort();
	return 0;
}
