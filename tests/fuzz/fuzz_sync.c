#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

#include "directory/sync.h"

static enum idm_status
take(void *context, bool is_gone, const uint8_t *uuid, struct idm_err *err)
{
	unsigned *sum = context;

	(void)err;
	for (size_t i = 0; i < IDM_GUID_SIZE; i++)
		*sum += uuid[i];
	*sum += is_gone;
	return IDM_OK;
}

/* What a server says of changes: each value may stand for each of them. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct idm_str value = { (const char *)data, len };
	unsigned sum = 0;
	const struct idm_sync sync = { .each = take, .context = &sum };
	enum idm_sync_state state;
	uint8_t uuid[IDM_GUID_SIZE];
	struct idm_buf request;
	struct idm_err err;
	bool rest_is_gone;

	if (idm_sync_read_state(value, &state, uuid, &err) == IDM_OK &&
	    state > IDM_SYNC_DELETED)
		abort();
	if (idm_sync_read_info(value, &sync, &err) != IDM_OK &&
	    err.status != IDM_CORRUPT)
		abort();
	if (idm_sync_read_done(value, &rest_is_gone, &err) != IDM_OK &&
	    err.status != IDM_CORRUPT)
		abort();
	idm_buf_init(&request, 2 * len + 64);
	if (idm_sync_put_request(&request, value, &err) != IDM_OK)
		abort();
	idm_buf_fini(&request);
	return 0;
}
