/*
 * probe -- what getent.sh cannot see from a shell.
 *
 *	probe load FILE		load a module as strictly as can be
 *	probe user NAME		getpwnam(), and whether we run set-id
 *	probe users		the uid of each name on standard input
 */

#include <dlfcn.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

static int
load(const char *file)
{
	void *module = dlopen(file, RTLD_NOW | RTLD_LOCAL);

	if (module == NULL) {
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	if (dlsym(module, "_nss_idmap_getpwnam_r") == NULL) {
		fprintf(stderr, "%s: no getpwnam\n", file);
		return 1;
	}
	return dlclose(module) != 0;
}

static int
user(const char *name)
{
	struct passwd *pw;

	errno = 0;
	pw = getpwnam(name);
	if (pw == NULL) {
		fprintf(stderr, "no user %s, errno %d\n", name, errno);
		return 1;
	}
	printf("%s %u, errno %d, secure %lu\n", pw->pw_name, pw->pw_uid, errno,
	    getauxval(AT_SECURE));
	return 0;
}

/* In one process, which has the maps mapped as they were. */
static int
users(void)
{
	char name[512];

	while (fgets(name, sizeof(name), stdin) != NULL) {
		struct passwd *pw;

		name[strcspn(name, "\n")] = '\0';
		errno = 0;
		pw = getpwnam(name);
		if (pw == NULL)
			printf("none, errno %d\n", errno);
		else
			printf("%u\n", pw->pw_uid);
		fflush(stdout);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "load") == 0)
		return load(argv[2]);
	if (argc == 3 && strcmp(argv[1], "user") == 0)
		return user(argv[2]);
	if (argc == 2 && strcmp(argv[1], "users") == 0)
		return users();
	fprintf(
	    stderr, "usage: probe load file | probe user name | probe users\n");
	return 2;
}
