#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "rules/textmap.h"

/* A good entry is written as a line that reads back the same. */
static void
check_round_trip(
    const struct idm_descriptor *desc, const struct idm_entry *entry)
{
	struct idm_descriptor again;
	struct idm_textmap map;
	struct idm_entry copy;
	struct idm_buf text;

	idm_buf_init(&text, 1 << 16);
	idm_textmap_head(&text, desc);
	idm_textmap_line(&text, entry);
	if (idm_textmap_open(&map, (struct idm_str){ text.data, text.len },
		&again, NULL) != IDM_OK ||
	    idm_textmap_next(&map, &copy, NULL) != IDM_OK ||
	    idm_str_compare(copy.remote, entry->remote) != 0 ||
	    idm_str_compare(copy.target, entry->target) != 0)
		abort();
	idm_buf_fini(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_str text = { .data = (const char *)data, .len = len };
	struct idm_descriptor desc;
	struct idm_textmap map;
	struct idm_entry entry;
	enum idm_status st;

	if (idm_textmap_open(&map, text, &desc, NULL) != IDM_OK)
		return 0;
	for (;;) {
		st = idm_textmap_next(&map, &entry, NULL);
		if (st == IDM_NOTFOUND)
			break;
		if (st == IDM_OK &&
		    idm_entry_examine(&desc, &entry, NULL) == IDM_ENTRY_GOOD)
			check_round_trip(&desc, &entry);
	}
	return 0;
}
