/*
 * What glibc calls.  Every entry point is a frame around one look-up: the
 * caller's errno and cancellation state are put aside and back, and our
 * status is translated.  No state is kept between calls.
 */

#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <pthread.h>
#include <string.h>

#include "identity/name.h"
#include "nss/alias.h"
#include "nss/answer.h"
#include "nss/gids.h"
#include "nss/module.h"

const char _nss_idmap_version[] = PACKAGE_VERSION;

struct frame {
	int saved_errno;
	int cancel_state;
};

/* A thread cancelled inside would leave files open and the maps entered. */
static struct frame
enter(void)
{
	struct frame frame = { .saved_errno = errno };

	(void)pthread_setcancelstate(
	    PTHREAD_CANCEL_DISABLE, &frame.cancel_state);
	return frame;
}

/*
 * The one place where our statuses become glibc's.  An error is never 0, and
 * ERANGE only says that the buffer is too small.  All that makes us
 * unavailable is ENOENT to the caller: some programs take another error for
 * fatal and give up on users that the next service knows.
 */
static enum nss_status
nss_from_status(enum idm_status st, int *errnop)
{
	switch (st) {
	case IDM_OK:
		return NSS_STATUS_SUCCESS;
	case IDM_NOTFOUND:
	case IDM_REFUSED:
	case IDM_INVALID:
		*errnop = ENOENT;
		return NSS_STATUS_NOTFOUND;
	case IDM_EXHAUSTED:
		*errnop = ERANGE;
		return NSS_STATUS_TRYAGAIN;
	case IDM_NOMEM:
		*errnop = ENOMEM;
		return NSS_STATUS_TRYAGAIN;
	case IDM_CONFLICT:
	case IDM_DENIED:
	case IDM_TEMPFAIL:
	case IDM_CORRUPT:
	case IDM_SYSTEM:
		break;
	}
	*errnop = ENOENT;
	return NSS_STATUS_UNAVAIL;
}

static enum nss_status
leave(struct frame frame, enum idm_status st, int *errnop)
{
	(void)pthread_setcancelstate(frame.cancel_state, NULL);
	errno = frame.saved_errno;
	return nss_from_status(st, errnop);
}

/* The name as a counted string; one that is too long stays so. */
static struct idm_str
name_of(const char *name)
{
	return (struct idm_str){
		.data = name,
		.len = strnlen(name, IDM_REMOTE_MAX + 1),
	};
}

static enum idm_status
get_user(const char *name, struct passwd *result, char *buffer, size_t buflen)
{
	struct nss_user user;
	enum idm_status st;
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, buffer, buflen);
	st = nss_alias_user(name_of(name), &buf, &user);
	if (st == IDM_OK)
		st = nss_pack_user(&user, &buf, result);
	return st;
}

enum nss_status
_nss_idmap_getpwnam_r(const char *name, struct passwd *result, char *buffer,
    size_t buflen, int *errnop)
{
	struct frame frame = enter();

	return leave(frame, get_user(name, result, buffer, buflen), errnop);
}

static enum idm_status
get_shadow(const char *name, struct spwd *result, char *buffer, size_t buflen)
{
	struct nss_shadow shadow;
	enum idm_status st;
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, buffer, buflen);
	st = nss_alias_shadow(name_of(name), &buf, &shadow);
	if (st == IDM_OK)
		st = nss_pack_shadow(&shadow, &buf, result);
	return st;
}

enum nss_status
_nss_idmap_getspnam_r(const char *name, struct spwd *result, char *buffer,
    size_t buflen, int *errnop)
{
	struct frame frame = enter();

	return leave(frame, get_shadow(name, result, buffer, buflen), errnop);
}

static enum idm_status
get_groups(const char *name, gid_t primary, long *start, long *size,
    gid_t **list, long limit)
{
	struct nss_gids gids = {
		.primary = primary,
		.used = *start,
		.size = size,
		.list = list,
		.limit = limit,
	};
	enum idm_status st;

	st = nss_alias_groups(name_of(name), nss_gids_add, &gids);
	if (st == IDM_OK && gids.out_of_memory)
		st = IDM_NOMEM;
	if (st == IDM_OK)
		*start = gids.used;
	return st;
}

enum nss_status
_nss_idmap_initgroups_dyn(const char *user, gid_t group, long *start,
    long *size, gid_t **groups, long limit, int *errnop)
{
	struct frame frame = enter();

	return leave(
	    frame, get_groups(user, group, start, size, groups, limit), errnop);
}

/*
 * No map gives names to groups, or numbers of its own to anybody: an alias is
 * known by its name only, and its numbers belong to the account that the
 * other services answer for.  So these need not look anywhere.
 */

enum nss_status
_nss_idmap_getpwuid_r(
    uid_t uid, struct passwd *result, char *buffer, size_t buflen, int *errnop)
{
	(void)uid;
	(void)result;
	(void)buffer;
	(void)buflen;
	return nss_from_status(IDM_NOTFOUND, errnop);
}

enum nss_status
_nss_idmap_getgrnam_r(const char *name, struct group *result, char *buffer,
    size_t buflen, int *errnop)
{
	(void)name;
	(void)result;
	(void)buffer;
	(void)buflen;
	return nss_from_status(IDM_NOTFOUND, errnop);
}

enum nss_status
_nss_idmap_getgrgid_r(
    gid_t gid, struct group *result, char *buffer, size_t buflen, int *errnop)
{
	(void)gid;
	(void)result;
	(void)buffer;
	(void)buflen;
	return nss_from_status(IDM_NOTFOUND, errnop);
}

/* Nor do aliases show when all users or groups are listed. */

enum nss_status
_nss_idmap_setpwent(int stayopen)
{
	(void)stayopen;
	return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_idmap_getpwent_r(
    struct passwd *result, char *buffer, size_t buflen, int *errnop)
{
	(void)result;
	(void)buffer;
	(void)buflen;
	return nss_from_status(IDM_NOTFOUND, errnop);
}

enum nss_status
_nss_idmap_endpwent(void)
{
	return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_idmap_setgrent(int stayopen)
{
	(void)stayopen;
	return NSS_STATUS_SUCCESS;
}

enum nss_status
_nss_idmap_getgrent_r(
    struct group *result, char *buffer, size_t buflen, int *errnop)
{
	(void)result;
	(void)buffer;
	(void)buflen;
	return nss_from_status(IDM_NOTFOUND, errnop);
}

enum nss_status
_nss_idmap_endgrent(void)
{
	return NSS_STATUS_SUCCESS;
}
