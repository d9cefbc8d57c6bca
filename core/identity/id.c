#include <stddef.h>

#include "base/attr.h"
#include "identity/id.h"

static const struct {
	uint32_t first;
	uint32_t last;
	const char *why;
} reserved[] = {
	{ 0, 0, "is root's" },
	{ 61184, 65519, "belongs to systemd's dynamic users" },
	{ 65534, 65534, "is nobody's" },
	{ 65535, 65535, "is no id in 16 bits" },
	{ UINT32_MAX, UINT32_MAX, "is no id" },
};

const char *
idm_id_reserved(uint32_t id)
{
	/* Nearly all. */
	if (id > 65535 && id != UINT32_MAX)
		return NULL;
	for (size_t i = 0; i < IDM_COUNTOF(reserved); i++) {
		if (id >= reserved[i].first && id <= reserved[i].last)
			return reserved[i].why;
	}
	return NULL;
}
