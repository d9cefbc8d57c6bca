#include "nss/place.h"

struct idm_snapshot *
nss_snapshot(void)
{
	return idm_snapshot_system();
}

const char *
nss_account_dir(void)
{
	return IDM_ACCOUNTDIR;
}
