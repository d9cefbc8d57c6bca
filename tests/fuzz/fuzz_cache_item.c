#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "daemon/cachecheck.h"
#include "daemon/cacheitem.h"
#include "map/own.h"

enum { OUT_MAX = 1 << 20 };

/* Nobody's: there is no domain, so that no record is admitted. */
static const struct idm_maps maps;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_str items = { .data = (const char *)data, .len = len };
	struct idm_str before = items;
	struct cache_item item;
	struct idm_buf buf;

	idm_buf_init(&buf, OUT_MAX);
	while (cache_item_next(&items, &item, NULL) == IDM_OK) {
		size_t taken = before.len - items.len;

		/* What was read can be written, and is then the same bytes. */
		idm_buf_clear(&buf);
		cache_item_write(&buf, &item);
		if (buf.len != taken ||
		    memcmp(buf.data, before.data, taken) != 0)
			abort();
		if (item.kind == CACHE_PUT &&
		    cache_check(&maps, item.key, item.value, NULL) == IDM_OK)
			abort();
		if (item.key.len > IDM_OWN_PREFIX)
			(void)cache_domain_of(item.key, item.value);
		before = items;
	}
	idm_buf_fini(&buf);
	return 0;
}
