#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/domains.h"

#include "cli/file.h"
#include "cli/trial.h"

#define FOLDER   "/tmp/idmap-domains-XXXXXX"
#define TEXT_MAX ((size_t)64 << 20)

static enum idm_status
make_path(char path[static PATH_MAX], const char *folder, const char *name,
    struct idm_err *err)
{
	int len = snprintf(path, PATH_MAX, "%s/%s", folder, name);

	if (len < 0 || len >= PATH_MAX)
		return idm_fail(err, IDM_INVALID, "%s: too long", name);
	return IDM_OK;
}

enum idm_status
cli_trial_put(const struct cli_trial *trial, const char *name,
    struct idm_str text, struct idm_err *err)
{
	char path[PATH_MAX];
	enum idm_status st;
	struct idm_err why;

	st = make_path(path, trial->dir, name, err);
	if (st != IDM_OK)
		return st;
	st = cli_file_replace(path, text, NULL, &why);
	if (st == IDM_OK)
		return st;
	/* Here it is /tmp that matters. */
	st = cli_trial_say(err, st, trial->dir, why.text);
	return idm_within(err, st, "a copy in /tmp, to try the change");
}

enum idm_status
cli_trial_drop(
    const struct cli_trial *trial, const char *name, struct idm_err *err)
{
	char path[PATH_MAX];
	enum idm_status st = make_path(path, trial->dir, name, err);

	if (st == IDM_OK && unlink(path) == -1 && errno != ENOENT)
		st = idm_fail_errno(err, "a copy of %s in /tmp", name);
	return st;
}

static enum idm_status
copy(const struct cli_trial *trial, const char *name, struct idm_err *err)
{
	struct idm_buf text;
	char path[PATH_MAX];
	enum idm_status st;

	idm_buf_init(&text, TEXT_MAX);
	st = make_path(path, IDM_DOMAINS_DIR, name, err);
	if (st == IDM_OK)
		st = cli_file_read(path, &text, NULL, err);
	if (st == IDM_OK)
		st = cli_trial_put(
		    trial, name, (struct idm_str){ text.data, text.len }, err);
	idm_buf_fini(&text);
	return st;
}

enum idm_status
cli_trial_make(struct cli_trial *trial, struct idm_err *err)
{
	const struct dirent *entry;
	enum idm_status st = IDM_OK;
	DIR *dir;

	memcpy(trial->dir, FOLDER, sizeof(FOLDER));
	if (mkdtemp(trial->dir) == NULL) {
		trial->dir[0] = '\0';
		return idm_fail_errno(err, "create a folder in /tmp");
	}
	dir = opendir(IDM_DOMAINS_DIR);
	if (dir == NULL)
		return errno == ENOENT
		    ? IDM_OK
		    : idm_fail_errno(err, "%s", IDM_DOMAINS_DIR);
	while (st == IDM_OK && (entry = readdir(dir)) != NULL) {
		if (idm_domain_is_file(entry->d_name))
			st = copy(trial, entry->d_name, err);
	}
	(void)closedir(dir);
	return st;
}

void
cli_trial_remove(struct cli_trial *trial)
{
	const struct dirent *entry;
	DIR *dir;

	if (trial->dir[0] == '\0')
		return;
	dir = opendir(trial->dir);
	while (dir != NULL && (entry = readdir(dir)) != NULL)
		(void)unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir != NULL)
		(void)closedir(dir);
	(void)rmdir(trial->dir);
	trial->dir[0] = '\0';
}

enum idm_status
cli_trial_say(
    struct idm_err *out, enum idm_status st, const char *dir, const char *text)
{
	const char *at = dir == NULL ? NULL : strstr(text, dir);

	if (at == NULL)
		return idm_fail(out, st, "%s", text);
	return idm_fail(out, st, "%.*s" IDM_DOMAINS_DIR "%s", (int)(at - text),
	    text, at + strlen(dir));
}
