#include "nss/place.h"
#include "wire/client.h"

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

const char *
nss_socket(void)
{
	return IDM_SOCKET_PATH;
}
