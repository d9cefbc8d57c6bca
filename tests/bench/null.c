/*
 * null -- a name service that knows nobody: what glibc itself costs.
 */

#include <errno.h>
#include <nss.h>
#include <pwd.h>

#include "base/attr.h"

IDM_EXPORT enum nss_status _nss_idmnull_getpwnam_r(const char *name,
    struct passwd *result, char *buffer, size_t buflen, int *errnop);
IDM_EXPORT enum nss_status _nss_idmnull_initgroups_dyn(const char *user,
    gid_t group, long *start, long *size, gid_t **groups, long limit,
    int *errnop);

enum nss_status
_nss_idmnull_getpwnam_r(const char *name, struct passwd *result, char *buffer,
    size_t buflen, int *errnop)
{
	(void)name;
	(void)result;
	(void)buffer;
	(void)buflen;
	*errnop = ENOENT;
	return NSS_STATUS_NOTFOUND;
}

enum nss_status
_nss_idmnull_initgroups_dyn(const char *user, gid_t group, long *start,
    long *size, gid_t **groups, long limit, int *errnop)
{
	(void)user;
	(void)group;
	(void)start;
	(void)size;
	(void)groups;
	(void)limit;
	*errnop = ENOENT;
	return NSS_STATUS_NOTFOUND;
}
