/*
 * What glibc calls.  Every entry point is a frame around one look-up: the
 * caller's errno and cancellation state are put aside and back, and our
 * status is translated.  No state is kept between calls, but where a listing
 * stands.
 */

#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <pthread.h>
#include <string.h>

#include "identity/name.h"
#include "nss/alias.h"
#include "nss/answer.h"
#include "nss/find.h"
#include "nss/list.h"
#include "nss/membership.h"
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

/*
 * The caller's buffer, and what will be copied to its struct: a name may turn
 * out not to be served after it was packed.
 */
struct reply {
	struct idm_buf buf;
	union {
		struct passwd user;
		struct group group;
	} packed;
};

static void
begin_reply(struct reply *reply, char *buffer, size_t buflen)
{
	idm_buf_init_fixed(&reply->buf, buffer, buflen);
}

static enum nss_status
leave_with_user(struct frame frame, enum idm_status st,
    const struct reply *reply, struct passwd *result, int *errnop)
{
	if (st == IDM_OK)
		*result = reply->packed.user;
	return leave(frame, st, errnop);
}

static enum nss_status
leave_with_group(struct frame frame, enum idm_status st,
    const struct reply *reply, struct group *result, int *errnop)
{
	if (st == IDM_OK)
		*result = reply->packed.group;
	return leave(frame, st, errnop);
}

static enum idm_status
pack_user(
    void *context, const struct idm_maps *maps, const struct idm_own_user *user)
{
	struct reply *reply = context;

	(void)maps;
	return nss_pack_own_user(user, &reply->buf, &reply->packed.user);
}

static enum idm_status
pack_group(void *context, const struct idm_maps *maps,
    const struct idm_own_group *group)
{
	struct reply *reply = context;

	(void)maps;
	return nss_pack_own_group(group, &reply->buf, &reply->packed.group);
}

static enum idm_status
get_user(struct idm_str name, struct reply *reply)
{
	struct nss_alias alias;
	struct nss_user user;
	enum idm_status st;
	bool is_alias;

	st = nss_find_user(name, pack_user, reply, &alias, &is_alias);
	if (st != IDM_OK || !is_alias)
		return st;
	st = nss_alias_user(&alias, name, &reply->buf, &user);
	if (st == IDM_OK)
		st = nss_pack_user(&user, &reply->buf, &reply->packed.user);
	return st;
}

enum nss_status
_nss_idmap_getpwnam_r(const char *name, struct passwd *result, char *buffer,
    size_t buflen, int *errnop)
{
	struct frame frame = enter();
	struct reply reply;

	begin_reply(&reply, buffer, buflen);
	return leave_with_user(
	    frame, get_user(name_of(name), &reply), &reply, result, errnop);
}

enum nss_status
_nss_idmap_getpwuid_r(
    uid_t uid, struct passwd *result, char *buffer, size_t buflen, int *errnop)
{
	struct frame frame = enter();
	struct reply reply;

	begin_reply(&reply, buffer, buflen);
	return leave_with_user(frame, nss_find_uid(uid, pack_user, &reply),
	    &reply, result, errnop);
}

static enum idm_status
get_group(struct idm_str name, struct reply *reply)
{
	struct nss_alias alias;
	enum idm_status st;
	bool is_alias;

	st = nss_find_group(name, pack_group, reply, &alias, &is_alias);
	if (st != IDM_OK || !is_alias)
		return st;
	return nss_alias_group(&alias, name, &reply->buf, &reply->packed.group);
}

enum nss_status
_nss_idmap_getgrnam_r(const char *name, struct group *result, char *buffer,
    size_t buflen, int *errnop)
{
	struct frame frame = enter();
	struct reply reply;

	begin_reply(&reply, buffer, buflen);
	return leave_with_group(
	    frame, get_group(name_of(name), &reply), &reply, result, errnop);
}

enum nss_status
_nss_idmap_getgrgid_r(
    gid_t gid, struct group *result, char *buffer, size_t buflen, int *errnop)
{
	struct frame frame = enter();
	struct reply reply;

	begin_reply(&reply, buffer, buflen);
	return leave_with_group(frame, nss_find_gid(gid, pack_group, &reply),
	    &reply, result, errnop);
}

/* pam_unix asks for the typed name; an own identity has no password here. */
static enum idm_status
skip_user(
    void *context, const struct idm_maps *maps, const struct idm_own_user *user)
{
	(void)context;
	(void)maps;
	(void)user;
	return IDM_NOTFOUND;
}

static enum idm_status
get_shadow(const char *name, struct spwd *result, char *buffer, size_t buflen)
{
	struct idm_str typed = name_of(name);
	struct nss_shadow shadow;
	struct nss_alias alias;
	enum idm_status st;
	struct idm_buf buf;
	bool is_alias;

	idm_buf_init_fixed(&buf, buffer, buflen);
	st = nss_find_user(typed, skip_user, NULL, &alias, &is_alias);
	if (st == IDM_OK)
		st = nss_alias_shadow(&alias, typed, &buf, &shadow);
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

	st = nss_membership_add(name_of(name), &gids);
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

/* ---- Lists of all own identities; aliases do not show in them. */

enum nss_status
_nss_idmap_setpwent(int stayopen)
{
	struct frame frame = enter();
	int error;

	(void)stayopen;
	nss_list_end_users();
	return leave(frame, IDM_OK, &error);
}

enum nss_status
_nss_idmap_getpwent_r(
    struct passwd *result, char *buffer, size_t buflen, int *errnop)
{
	struct frame frame = enter();
	struct reply reply;

	begin_reply(&reply, buffer, buflen);
	return leave_with_user(frame, nss_list_next_user(pack_user, &reply),
	    &reply, result, errnop);
}

enum nss_status
_nss_idmap_endpwent(void)
{
	return _nss_idmap_setpwent(0);
}

enum nss_status
_nss_idmap_setgrent(int stayopen)
{
	struct frame frame = enter();
	int error;

	(void)stayopen;
	nss_list_end_groups();
	return leave(frame, IDM_OK, &error);
}

enum nss_status
_nss_idmap_getgrent_r(
    struct group *result, char *buffer, size_t buflen, int *errnop)
{
	struct frame frame = enter();
	struct reply reply;

	begin_reply(&reply, buffer, buflen);
	return leave_with_group(frame, nss_list_next_group(pack_group, &reply),
	    &reply, result, errnop);
}

enum nss_status
_nss_idmap_endgrent(void)
{
	return _nss_idmap_setgrent(0);
}
