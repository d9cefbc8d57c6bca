/*
 * idmap-ask -- asks name services, and is not idmap itself while it does.
 *
 *	idmap-ask "files extrausers" <questions >answers
 *
 * cli/nssask.h says what a question and an answer are.  Whoever started it
 * kills it when it takes too long.
 */

#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Not in glibc's headers since 2.34, but there for this very purpose. */
extern int __nss_configure_lookup(const char *database, const char *services);

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

/*
 * errno of a look-up that found nobody: what means just that.  Others are
 * failures of the service.
 */
static int
check_error(void)
{
	if (errno == 0 || errno == ENOENT || errno == ESRCH)
		return 0;
	perror("idmap-ask");
	return 1;
}

static int
ask_user(const char *name)
{
	const struct passwd *user;

	errno = 0;
	user = getpwnam(name);
	if (user != NULL)
		put_user(user);
	else
		printf("nouser %s\n", name);
	return user != NULL ? 0 : check_error();
}

static int
ask_group(const char *name)
{
	const struct group *group;

	errno = 0;
	group = getgrnam(name);
	if (group != NULL)
		put_group(group);
	else
		printf("nogroup %s\n", name);
	return group != NULL ? 0 : check_error();
}

static int
ask_users(void)
{
	const struct passwd *user;

	setpwent();
	while (errno = 0, (user = getpwent()) != NULL)
		put_user(user);
	endpwent();
	return check_error();
}

static int
ask_groups(void)
{
	const struct group *group;

	setgrent();
	while (errno = 0, (group = getgrent()) != NULL)
		put_group(group);
	endgrent();
	return check_error();
}

static int
ask(const char *question)
{
	if (strncmp(question, "user ", 5) == 0)
		return ask_user(question + 5);
	if (strncmp(question, "group ", 6) == 0)
		return ask_group(question + 6);
	if (strcmp(question, "users") == 0)
		return ask_users();
	if (strcmp(question, "groups") == 0)
		return ask_groups();
	fprintf(stderr, "idmap-ask: '%s' is no question\n", question);
	return 1;
}

static int
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
	return status;
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
	if (ask_all() != 0)
		return 1;
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
