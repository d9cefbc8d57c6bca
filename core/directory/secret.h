/*
 * secret -- the password that a file keeps for us.
 */

#ifndef IDM_DIRECTORY_SECRET_H
#define IDM_DIRECTORY_SECRET_H

#include <stddef.h>

#include "base/err.h"

#define IDM_SECRET_MAX 1024

struct idm_secret {
	char text[IDM_SECRET_MAX];
	size_t len;
};

/*
 * Read the first line of a file that is root's or our own and that nobody else
 * may read, but for the group when it is root's or our own, or when we are root
 * and it is idmapd's.  IDM_DENIED: it is
 * somebody else's, or readable (err names the mode), or not for us to read.
 * IDM_INVALID: it is empty, or too long.  IDM_NOTFOUND.
 */
enum idm_status idm_secret_read(
    const char *path, struct idm_secret *, struct idm_err *) IDM_MUSTCHECK;

/* Overwrite it. */
void idm_secret_fini(struct idm_secret *);

#endif
