#include <stddef.h>
#include <string.h>

#include "base/attr.h"
#include "identity/service.h"

static const char *const holders[] = {
	"doas",
	"runuser",
	"ssh",
	"sshd",
	"su",
	"sudo",
};

bool
idm_service_holds_name(struct idm_str service)
{
	const char *dash = memchr(service.data, '-', service.len);
	struct idm_str stem = service;

	if (dash != NULL)
		stem.len = (size_t)(dash - service.data);
	for (size_t i = 0; i < IDM_COUNTOF(holders); i++) {
		if (idm_str_is(stem, holders[i]))
			return true;
	}
	return false;
}
