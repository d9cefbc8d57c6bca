#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

#include "config/namesfile.h"

/* Lines come in their order, and each text lies inside the file. */
static void
check_inside(struct idm_str file, struct idm_str part)
{
	if (part.len > 0 &&
	    (part.data < file.data ||
		part.data + part.len > file.data + file.len))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_str file = { .data = (const char *)data, .len = len };
	struct idm_names_reader reader = { .rest = file };
	struct idm_names_line line;
	unsigned long last = 0;
	enum idm_status st;

	while ((st = idm_names_next(&reader, &line, NULL)) != IDM_NOTFOUND) {
		struct idm_str member;

		if (reader.line <= last)
			abort();
		last = reader.line;
		if (st != IDM_OK)
			continue;
		check_inside(file, line.name);
		check_inside(file, line.shell);
		while (idm_names_member(&line.members, &member)) {
			check_inside(file, member);
			if (member.len == 0)
				abort();
		}
	}
	return 0;
}
