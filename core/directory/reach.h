/*
 * reach -- a socket connected to a host, at the latest when time is up.
 */

#ifndef IDM_DIRECTORY_REACH_H
#define IDM_DIRECTORY_REACH_H

#include <stdint.h>

#include "base/err.h"

/*
 * A socket that is connected to a port of a host by TCP.  The addresses of a
 * name are tried in their order, each with its share of the time.  Looking up
 * the name is the only thing here that knows no deadline.
 */
enum idm_status idm_reach_host(const char *host, int port, int64_t deadline,
    int *fd, struct idm_err *) IDM_MUSTCHECK;

/* The same of a socket in the file system. */
enum idm_status idm_reach_path(const char *path, int64_t deadline, int *fd,
    struct idm_err *) IDM_MUSTCHECK;

#endif
