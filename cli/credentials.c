#include <sys/types.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <unistd.h>

#include "identity/account.h"

#include "cli/credentials.h"

#define DAEMON_USER   "idmap"
#define SYSTEM_KEYTAB "/etc/krb5.keytab"

/* Open it as that user, in a child, for there is no way back to root. */
static int
try_as(const struct idm_account *user, const char *path)
{
	pid_t pid = fork();
	int status;

	if (pid == -1)
		return errno;
	if (pid == 0) {
		if (setgroups(0, NULL) == -1 ||
		    setresgid(user->gid, user->gid, user->gid) == -1 ||
		    setresuid(user->uid, user->uid, user->uid) == -1 ||
		    open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) == -1)
			_exit(errno);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) == -1) {
		if (errno != EINTR)
			return errno;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

static enum idm_status
check_file(
    const struct idm_account *user, const char *path, struct idm_err *err)
{
	int error = path[0] == '\0' ? 0 : try_as(user, path);

	if (error == 0)
		return IDM_OK;
	return idm_fail(err, IDM_DENIED,
	    "%s cannot be read by user '" DAEMON_USER
	    "', who asks directories: %s%s",
	    path, strerror(error),
	    error == EACCES ? "; 'chgrp " DAEMON_USER "' and 'chmod 640' let it"
			    : "");
}

enum idm_status
cli_credentials_check(const struct idm_directory *settings, struct idm_err *err)
{
	struct idm_account user;
	enum idm_status st;

	if (geteuid() != 0 ||
	    idm_account_by_name(
		IDM_ACCOUNTDIR, idm_str_of(DAEMON_USER), &user, NULL) != IDM_OK)
		return IDM_OK;
	st = check_file(&user, settings->ca_file, err);
	if (st == IDM_OK && settings->bind == IDM_BIND_SIMPLE)
		st = check_file(&user, settings->password_file, err);
	if (st == IDM_OK && settings->bind == IDM_BIND_GSSAPI)
		st = check_file(&user,
		    settings->keytab[0] != '\0' ? settings->keytab
						: SYSTEM_KEYTAB,
		    err);
	return st;
}
