/*
 * module -- the functions that glibc looks up in libnss_idmap.so.2 by name.
 *
 * "NSS Modules Interface" in the GNU C Library manual says what they take and
 * return.  Left out are those that we could never answer: glibc goes on to
 * the next service when a function is missing.
 */

#ifndef IDM_NSS_MODULE_H
#define IDM_NSS_MODULE_H

#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <shadow.h>
#include <sys/types.h>

#include <stddef.h>

#include "base/attr.h"

/* For support: strings(1) or a debugger tells which version is loaded. */
IDM_EXPORT extern const char _nss_idmap_version[];

IDM_EXPORT enum nss_status _nss_idmap_getpwnam_r(const char *name,
    struct passwd *result, char *buffer, size_t buflen, int *errnop);
IDM_EXPORT enum nss_status _nss_idmap_getpwuid_r(
    uid_t uid, struct passwd *result, char *buffer, size_t buflen, int *errnop);
IDM_EXPORT enum nss_status _nss_idmap_setpwent(int stayopen);
IDM_EXPORT enum nss_status _nss_idmap_getpwent_r(
    struct passwd *result, char *buffer, size_t buflen, int *errnop);
IDM_EXPORT enum nss_status _nss_idmap_endpwent(void);

IDM_EXPORT enum nss_status _nss_idmap_getgrnam_r(const char *name,
    struct group *result, char *buffer, size_t buflen, int *errnop);
IDM_EXPORT enum nss_status _nss_idmap_getgrgid_r(
    gid_t gid, struct group *result, char *buffer, size_t buflen, int *errnop);
IDM_EXPORT enum nss_status _nss_idmap_setgrent(int stayopen);
IDM_EXPORT enum nss_status _nss_idmap_getgrent_r(
    struct group *result, char *buffer, size_t buflen, int *errnop);
IDM_EXPORT enum nss_status _nss_idmap_endgrent(void);

/*
 * Add the user's supplementary groups behind the *start numbers that the list
 * *groups already holds.  It has room for *size and may be moved by realloc()
 * to hold more, up to limit; a limit of 0 or less is none.
 */
IDM_EXPORT enum nss_status _nss_idmap_initgroups_dyn(const char *user,
    gid_t group, long *start, long *size, gid_t **groups, long limit,
    int *errnop);

IDM_EXPORT enum nss_status _nss_idmap_getspnam_r(const char *name,
    struct spwd *result, char *buffer, size_t buflen, int *errnop);

#endif
