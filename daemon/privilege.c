#include <grp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/privilege.h"
#include "identity/account.h"
#include "identity/id.h"

enum idm_status
privilege_find(const char *accounts, struct role *role, struct idm_err *err)
{
	struct idm_account account;
	enum idm_status st;

	st = idm_account_by_name(
	    accounts, idm_str_of(role->name), &account, err);
	if (st == IDM_NOTFOUND) {
		return idm_fail(err, st,
		    "there is no system user '%s': make it with "
		    "systemd-sysusers, or useradd -r %s",
		    role->name, role->name);
	}
	if (st != IDM_OK)
		return st;
	if (idm_id_reserved(account.uid) != NULL || account.gid == 0) {
		return idm_fail(err, IDM_DENIED,
		    "user '%s' has uid %lu and gid %lu, which will not do",
		    role->name, (unsigned long)account.uid,
		    (unsigned long)account.gid);
	}
	role->uid = account.uid;
	role->gid = account.gid;
	return IDM_OK;
}

static enum idm_status
change_ids(const struct role *role, struct idm_err *err)
{
	if (setgroups(0, NULL) == -1)
		return idm_fail_errno(err, "setgroups");
	if (setresgid(role->gid, role->gid, role->gid) == -1)
		return idm_fail_errno(err, "setresgid");
	if (setresuid(role->uid, role->uid, role->uid) == -1)
		return idm_fail_errno(err, "setresuid");
	/* The way back must be closed. */
	if (setuid(0) != -1 || seteuid(0) != -1 || setgid(0) != -1)
		return idm_fail(err, IDM_DENIED, "root could be regained");
	return IDM_OK;
}

enum idm_status
privilege_drop(
    const struct role *role, bool without_network, struct idm_err *err)
{
	static const struct rlimit none = { 0, 0 };
	enum idm_status st;

	/* A second wall, where the system lets us build it. */
	if (without_network)
		(void)unshare(CLONE_NEWNET);
	st = change_ids(role, err);
	if (st != IDM_OK)
		return st;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return idm_fail_errno(err, "no_new_privs");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1)
		return idm_fail_errno(err, "dumpable");
	if (setrlimit(RLIMIT_CORE, &none) == -1)
		return idm_fail_errno(err, "setrlimit");
	(void)umask(077);
	return IDM_OK;
}
