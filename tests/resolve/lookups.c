/*
 * lookups -- resolve a SID and its id so many times, for who counts what that
 * asks of the kernel.
 */

#include <stdlib.h>

#include "tests/resolve/world.h"

int
main(int argc, char **argv)
{
	static struct world world;
	struct idm_resolver resolver;
	struct idm_identity sid = { .type = IDM_ID_USID };
	struct idm_identity uid = { .type = IDM_ID_UID };
	static struct idm_resolution found;
	struct idm_err err;
	uint64_t calls = 0;
	bool failed = false;

	if (argc != 2 ||
	    idm_num_parse(argv[1], strlen(argv[1]), 1 << 20, &calls, NULL) !=
		IDM_OK)
		return 2;
	world_make(&world);
	world_domain(
	    &world, "corp", "S-1-5-21-1-2-3", IDM_BACKEND_RID, 100000, 199999);
	world_open(&world);
	resolver = (struct idm_resolver){
		.maps = world.maps,
		.account_dir = world.fixture.dir,
		.host = WORLD_HOST,
	};
	sid.sid = world_sid("S-1-5-21-1-2-3-1107");
	for (uint64_t i = 0; i < calls && !failed; i++) {
		failed = idm_resolve(&resolver, &sid, IDM_ID_UID, &found,
			     &err) != IDM_OK ||
		    found.to.id != 101107;
		uid.id = found.to.id;
		failed = failed ||
		    idm_resolve(&resolver, &uid, IDM_ID_USID, &found, &err) !=
			IDM_OK ||
		    !idm_sid_equal(&found.to.sid, &sid.sid);
	}
	world_remove(&world);
	return failed;
}
