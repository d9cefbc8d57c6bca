#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "directory/ping.h"
#include "directory/srv.h"

/* The least that can be drawn. */
static uint32_t
least(uint32_t below)
{
	(void)below;
	return 0;
}

/* The input is an answer of DNS, and of a domain controller. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_ping ping = { .dc_site = "" };
	struct idm_srvs srvs;

	if (idm_srv_parse(data, len, &srvs, NULL) == IDM_OK) {
		if (srvs.n == 0 || srvs.n > IDM_SRV_MAX)
			abort();
		idm_srv_sort(&srvs, least);
		for (size_t i = 0; i < srvs.n; i++) {
			if (strpbrk(srvs.srv[i].host, "/:@ \n") != NULL)
				abort();
		}
	}
	if (idm_ping_parse(data, len, &ping, NULL) == IDM_OK &&
	    memchr(ping.client_site, '\0', sizeof(ping.client_site)) == NULL)
		abort();
	return 0;
}
