#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/trust.h"
#include "directory/secret.h"
#include "identity/account.h"

#define DAEMON_USER "idmap"
#define REMEDY      "have it be root's, of group " DAEMON_USER ", mode 0640"

/* Root's tools ask with the password that is there for idmapd. */
static bool
is_for_daemon(gid_t gid)
{
	struct idm_account account;

	return geteuid() == 0 &&
	    idm_account_by_name(IDM_ACCOUNTDIR, idm_str_of(DAEMON_USER),
		&account, NULL) == IDM_OK &&
	    account.gid == gid;
}

static enum idm_status
check_readers(const char *path, const struct stat *st, struct idm_err *err)
{
	unsigned mode = st->st_mode & 07777;

	if ((mode & S_IROTH) != 0) {
		return idm_fail(err, IDM_DENIED,
		    "%s: mode %04o lets everybody read the password: " REMEDY,
		    path, mode);
	}
	if ((mode & S_IRGRP) != 0 && st->st_gid != 0 &&
	    st->st_gid != getegid() && !is_for_daemon(st->st_gid)) {
		return idm_fail(err, IDM_DENIED,
		    "%s: mode %04o lets group %lu read the password: " REMEDY,
		    path, mode, (unsigned long)st->st_gid);
	}
	return IDM_OK;
}

/* Read all of it; returns the length, or -1. */
static ssize_t
read_all(int fd, char *text, size_t size)
{
	size_t len = 0;

	while (len < size) {
		ssize_t n = read(fd, text + len, size - len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

enum idm_status
idm_secret_read(
    const char *path, struct idm_secret *secret, struct idm_err *err)
{
	const uid_t owners[] = { 0, geteuid() };
	char text[IDM_SECRET_MAX + 1];
	enum idm_status st;
	struct stat stat;
	ssize_t len;
	char *end;
	int fd = -1;

	errno = 0;
	st = idm_trust_open(path, owners, IDM_COUNTOF(owners), &fd, &stat, err);
	if (st == IDM_DENIED && errno == EACCES)
		return idm_fail(err, st, "%s: may not be read: " REMEDY, path);
	if (st != IDM_OK)
		return st;
	st = check_readers(path, &stat, err);
	if (st != IDM_OK)
		goto out;
	len = read_all(fd, text, sizeof(text));
	if (len == -1) {
		st = idm_fail_errno(err, "read %s", path);
		goto out;
	}
	end = memchr(text, '\n', (size_t)len);
	if (end != NULL)
		len = end - text;
	if (len > 0 && text[len - 1] == '\r')
		len--;
	if (len == 0)
		st = idm_fail(err, IDM_INVALID, "%s: no password in it", path);
	else if ((size_t)len > sizeof(secret->text))
		st = idm_fail(err, IDM_INVALID,
		    "%s: password longer than %d bytes", path, IDM_SECRET_MAX);
	if (st != IDM_OK)
		goto out;
	memcpy(secret->text, text, (size_t)len);
	secret->len = (size_t)len;
out:
	explicit_bzero(text, sizeof(text));
	(void)close(fd);
	return st;
}

void
idm_secret_fini(struct idm_secret *secret)
{
	explicit_bzero(secret, sizeof(*secret));
}
