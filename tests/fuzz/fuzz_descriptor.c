#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "rules/descriptor.h"

/* The fields with their separators are the name again. */
static void
check_split(const struct idm_descriptor *desc, struct idm_str name)
{
	const char *at = name.data;
	struct idm_fields fields;

	if (idm_descriptor_split(desc, name, &fields, NULL) != IDM_OK)
		return;
	for (uint8_t i = 0; i < fields.nfields; i++) {
		if (fields.field[i].len == 0 || fields.field[i].data != at)
			abort();
		at += fields.field[i].len;
		if (i + 1 < fields.nfields && *at++ != desc->separator[i])
			abort();
	}
	if (at != name.data + name.len)
		abort();
}

/* A line with a descriptor, and the rest a name to split by it. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	const char *line = len == 0 ? NULL : memchr(text, '\n', len);
	char printed[IDM_DESCRIPTOR_TEXT_MAX];
	struct idm_descriptor desc;
	struct idm_str first = { .data = text, .len = len };
	struct idm_str name = { .data = "", .len = 0 };

	if (line != NULL) {
		first.len = (size_t)(line - text);
		name.data = line + 1;
		name.len = len - first.len - 1;
	}
	if (idm_descriptor_parse(first, &desc, NULL) != IDM_OK)
		return 0;
	if (!idm_str_is(first, idm_descriptor_format(&desc, printed)))
		abort();
	check_split(&desc, name);
	return 0;
}
