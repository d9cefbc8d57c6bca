#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/num.h"
#include "base/quote.h"
#include "base/trust.h"
#include "config/updatelog.h"

#define LOG_MODE   0640
/* Four texts of four bytes a byte, and room for the time and the numbers. */
#define RECORD_MAX (4 * 4 * IDM_UPDATE_TEXT_MAX + 1024)

/* The number in a file of /proc, which is taken; IDM_UPDATE_NONE if there is
 * none. */
static uint32_t
read_login(int fd)
{
	uint32_t login = IDM_UPDATE_NONE;
	char text[16];
	ssize_t len;

	if (fd == -1)
		return IDM_UPDATE_NONE;
	len = read(fd, text, sizeof(text));
	(void)close(fd);
	if (len > 0 && text[len - 1] == '\n')
		len--;
	if (len <= 0 || idm_num_id(text, (size_t)len, &login, NULL) != IDM_OK)
		return IDM_UPDATE_NONE;
	return login;
}

uint32_t
idm_update_login(void)
{
	return read_login(open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC));
}

uint32_t
idm_update_login_of(pid_t pid, uid_t uid)
{
	uint32_t login = IDM_UPDATE_NONE;
	struct stat st;
	char path[32];
	int dirfd;

	if (pid <= 0 ||
	    snprintf(path, sizeof(path), "/proc/%ld", (long)pid) < 0)
		return IDM_UPDATE_NONE;
	/* The folder stays that process's, whoever gets the number next. */
	dirfd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dirfd == -1)
		return IDM_UPDATE_NONE;
	if (fstat(dirfd, &st) == 0 && st.st_uid == uid) {
		login = read_login(
		    openat(dirfd, "loginuid", O_RDONLY | O_CLOEXEC));
	}
	(void)close(dirfd);
	return login;
}

/* A word a shell would read as itself. */
static bool
is_plain(const char *word)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789@%_+=:,./-";

	return *word != '\0' && word[strspn(word, plain)] == '\0';
}

void
idm_update_command(struct idm_buf *buf, int argc, char *const *argv)
{
	for (int i = 0; i < argc; i++) {
		if (i > 0)
			idm_buf_puts(buf, " ");
		if (is_plain(argv[i])) {
			idm_buf_puts(buf, argv[i]);
			continue;
		}
		idm_buf_puts(buf, "'");
		for (const char *at = argv[i]; *at != '\0'; at++) {
			if (*at == '\'')
				idm_buf_puts(buf, "'\\''");
			else
				idm_buf_put(buf, at, 1);
		}
		idm_buf_puts(buf, "'");
	}
}

/* Append key="text"; nothing when there is no text. */
static void
put_text(struct idm_buf *buf, const char *key, struct idm_str text)
{
	if (text.len == 0)
		return;
	idm_buf_printf(buf, " %s=", key);
	idm_quote_put(buf, '"', text, IDM_UPDATE_TEXT_MAX);
}

void
idm_update_format(struct idm_buf *buf, const struct idm_update *update)
{
	idm_buf_printf(buf, "%s[%ld]:", update->program, (long)update->pid);
	if (update->login == IDM_UPDATE_NONE)
		idm_buf_puts(buf, " login=-");
	else
		idm_buf_printf(buf, " login=%lu", (unsigned long)update->login);
	idm_buf_printf(buf, " uid=%lu euid=%lu", (unsigned long)update->uid,
	    (unsigned long)update->euid);
	put_text(buf, "scheme", update->scheme);
	put_text(buf, "command", update->command);
	idm_buf_printf(buf, " result=%s", idm_status_name(update->result));
	put_text(buf, "reason", update->reason);
	put_text(buf, "change", update->change);
}

enum idm_status
idm_update_open(const char *path, uid_t owner, int *out, struct idm_err *err)
{
	enum idm_status status;
	struct stat st;
	int fd;

	/* O_NONBLOCK: a FIFO in its place must not hold us up. */
	fd = open(path,
	    O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
		O_CLOEXEC,
	    LOG_MODE);
	if (fd == -1)
		return idm_fail_errno(err, "%s", path);
	fd = idm_fd_above_stdio(fd);
	if (fd == -1 || fstat(fd, &st) == -1) {
		status = idm_fail_errno(err, "%s", path);
		goto out;
	}
	status = idm_trust_check(path, &st, &owner, 1, err);
	if (status != IDM_OK)
		goto out;
	*out = fd;
	fd = -1;
out:
	if (fd != -1)
		(void)close(fd);
	return status;
}

static void
put_time(struct idm_buf *buf)
{
	struct timespec now;
	struct tm local;
	char zone[8];
	char text[32];

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (localtime_r(&now.tv_sec, &local) == NULL)
		return;
	(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &local);
	(void)strftime(zone, sizeof(zone), "%z", &local);
	idm_buf_printf(buf, "%s.%06ld%s ", text, now.tv_nsec / 1000, zone);
}

enum idm_status
idm_update_append(int fd, const struct idm_update *update, struct idm_err *err)
{
	enum idm_status st;
	struct idm_buf buf;
	ssize_t n;

	idm_buf_init(&buf, RECORD_MAX);
	put_time(&buf);
	idm_update_format(&buf, update);
	idm_buf_puts(&buf, "\n");
	st = idm_buf_status(&buf, err);
	if (st != IDM_OK)
		goto out;
	do
		n = write(fd, buf.data, buf.len);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		st = idm_fail_errno(err, "update log");
	else if ((size_t)n != buf.len)
		st = idm_fail(err, IDM_SYSTEM,
		    "update log: the record was cut: no space left?");
out:
	idm_buf_fini(&buf);
	return st;
}
