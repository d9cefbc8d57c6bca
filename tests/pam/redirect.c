/*
 * redirect -- linked into a copy of pam_idmap.so, with --wrap, so that it
 * reads maps and accounts of the folder that IDM_TEST_FOLDER names, asks a
 * name service that the test invents, and logs to FOLDER/log.
 */

#include <pwd.h>
#include <security/pam_ext.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "identity/account.h"
#include "map/snapshot.h"

enum idm_status __real_idm_maps_open(
    const char *, uid_t, struct idm_maps **, struct idm_err *);
enum idm_status __wrap_idm_maps_open(
    const char *, uid_t, struct idm_maps **, struct idm_err *);
enum idm_status __real_idm_account_by_name(
    const char *, struct idm_str, struct idm_account *, struct idm_err *);
enum idm_status __wrap_idm_account_by_name(
    const char *, struct idm_str, struct idm_account *, struct idm_err *);
struct passwd *__wrap_pam_modutil_getpwnam(pam_handle_t *, const char *);
void __wrap_pam_syslog(const pam_handle_t *, int, const char *, ...)
    IDM_PRINTF(3, 4);

static const char *
folder(void)
{
	const char *path = getenv("IDM_TEST_FOLDER");

	return path == NULL ? "/nonexistent" : path;
}

enum idm_status
__wrap_idm_maps_open(
    const char *dir, uid_t owner, struct idm_maps **out, struct idm_err *err)
{
	(void)dir;
	(void)owner;
	return __real_idm_maps_open(folder(), geteuid(), out, err);
}

enum idm_status
__wrap_idm_account_by_name(const char *dir, struct idm_str name,
    struct idm_account *out, struct idm_err *err)
{
	(void)dir;
	return __real_idm_account_by_name(folder(), name, out, err);
}

/* Every name is the uid in IDM_TEST_UID, or nobody's when it is not set. */
struct passwd *
__wrap_pam_modutil_getpwnam(pam_handle_t *pamh, const char *name)
{
	static struct passwd answer;
	const char *uid = getenv("IDM_TEST_UID");

	(void)pamh;
	(void)name;
	if (uid == NULL)
		return NULL;
	answer.pw_uid = (uid_t)strtoul(uid, NULL, 10);
	return &answer;
}

void
__wrap_pam_syslog(const pam_handle_t *pamh, int priority, const char *fmt, ...)
{
	char path[256];
	FILE *log;
	va_list ap;

	(void)pamh;
	(void)snprintf(path, sizeof(path), "%s/log", folder());
	log = fopen(path, "ae");
	if (log == NULL)
		abort();
	(void)fprintf(log, "<%d> ", priority);
	va_start(ap, fmt);
	(void)vfprintf(log, fmt, ap);
	va_end(ap);
	(void)fputc('\n', log);
	(void)fclose(log);
}
