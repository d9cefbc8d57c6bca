/*
 * idmap-ask -- asks name services, and is not idmap itself while it does.
 *
 *	idmap-ask "files [UNAVAIL=return] extrausers" <questions >answers
 *
 * cli/nssask.h says what a question and an answer are.  Whoever started it
 * kills it when it takes too long.
 */

#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

/* Not in glibc's headers since 2.34, but there for this very purpose. */
extern int __nss_configure_lookup(const char *database, const char *services);

/* Of one account, or a group with all of its members. */
static char memory[8 << 20];

static void
put_user(const struct passwd *user)
{
	printf("user %lu %lu %s\n", (unsigned long)user->pw_uid,
	    (unsigned long)user->pw_gid, user->pw_name);
}

static void
put_group(const struct group *group)
{
	printf("group %lu %s\n", (unsigned long)group->gr_gid, group->gr_name);
}

/* errno as it stays when a service fails without a reason, or is not there. */
#define NO_REASON ENOSYS

/*
 * It is told on standard output, so that who reads the answers has it, and
 * not that somebody is not there.
 */
static int
fail(int error)
{
	printf("failed %s\n",
	    error == NO_REASON ? "it is not there, or says nothing"
			       : strerror(error));
	return 1;
}

/* The end of a list is told by an error, too. */
static int
check_end(void)
{
	return errno == 0 || errno == ENOENT ? 0 : fail(errno);
}

/*
 * glibc's result is 0 for an answer, and for "there is none"; everything else
 * is a failure, also ENOENT: then a file of the service is missing.
 */
static int
ask_user(const char *name, int by_id)
{
	struct passwd user, *found = NULL;
	uint32_t uid = 0;
	int error;

	if (by_id && idm_num_id(name, strlen(name), &uid, NULL) != IDM_OK)
		return fail(EINVAL);
	errno = NO_REASON;
	error = by_id ? getpwuid_r(uid, &user, memory, sizeof(memory), &found)
		      : getpwnam_r(name, &user, memory, sizeof(memory), &found);
	if (found != NULL)
		put_user(found);
	else if (error == 0)
		printf("nouser %s\n", name);
	else
		return fail(error);
	return 0;
}

static int
ask_group(const char *name, int by_id)
{
	struct group group, *found = NULL;
	uint32_t gid = 0;
	int error;

	if (by_id && idm_num_id(name, strlen(name), &gid, NULL) != IDM_OK)
		return fail(EINVAL);
	errno = NO_REASON;
	error = by_id
	    ? getgrgid_r(gid, &group, memory, sizeof(memory), &found)
	    : getgrnam_r(name, &group, memory, sizeof(memory), &found);
	if (found != NULL)
		put_group(found);
	else if (error == 0)
		printf("nogroup %s\n", name);
	else
		return fail(error);
	return 0;
}

static int
ask_users(void)
{
	const struct passwd *user;

	setpwent();
	while (errno = 0, (user = getpwent()) != NULL)
		put_user(user);
	endpwent();
	return check_end();
}

static int
ask_groups(void)
{
	const struct group *group;

	setgrent();
	while (errno = 0, (group = getgrent()) != NULL)
		put_group(group);
	endgrent();
	return check_end();
}

static int
ask(const char *question)
{
	if (strncmp(question, "user ", 5) == 0)
		return ask_user(question + 5, 0);
	if (strncmp(question, "group ", 6) == 0)
		return ask_group(question + 6, 0);
	if (strncmp(question, "uid ", 4) == 0)
		return ask_user(question + 4, 1);
	if (strncmp(question, "gid ", 4) == 0)
		return ask_group(question + 4, 1);
	if (strcmp(question, "users") == 0)
		return ask_users();
	if (strcmp(question, "groups") == 0)
		return ask_groups();
	printf("failed '%s' is no question\n", question);
	return 1;
}

/* All, up to one that fails. */
static void
ask_all(void)
{
	char *line = NULL;
	size_t size = 0;
	int status = 0;
	ssize_t len;

	while (status == 0 && (len = getline(&line, &size, stdin)) != -1) {
		if (len > 0 && line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (line[0] != '\0')
			status = ask(line);
	}
	free(line);
}

int
main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: idmap-ask services <questions\n");
		return 2;
	}
	if (__nss_configure_lookup("passwd", argv[1]) != 0 ||
	    __nss_configure_lookup("group", argv[1]) != 0) {
		fprintf(stderr, "idmap-ask: '%s' is no list of name services\n",
		    argv[1]);
		return 2;
	}
	ask_all();
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
