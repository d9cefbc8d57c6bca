#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <nss.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/bench/world.h"

void
world_enter(char **argv, const char *title, const char *module_path)
{
	if (unshare(CLONE_NEWNS) == -1 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1) {
		printf("\n%s: left out, for it needs root and a mount "
		       "namespace\n",
		    title);
		return;
	}
	/* Where the loader looks is settled when a program starts. */
	if (setenv("LD_LIBRARY_PATH", module_path, 1) == 0)
		(void)execl("/proc/self/exe", argv[0], "inside", NULL);
	bench_die("exec: %s", strerror(errno));
}

void
world_replace(const char *from, const char *to)
{
	if (mount(from, to, NULL, MS_BIND, NULL) == -1)
		bench_die("mount %s: %s", to, strerror(errno));
}

/* The file systems that we have mounted, by their device. */
static dev_t ours[16];
static size_t nours;

static bool
is_ours(const char *path)
{
	struct stat st;

	if (stat(path, &st) == -1)
		bench_die("%s: %s", path, strerror(errno));
	for (size_t i = 0; i < nours; i++) {
		if (ours[i] == st.st_dev)
			return true;
	}
	return false;
}

static void
mount_empty(const char *path)
{
	struct stat st;

	if (mount("tmpfs", path, "tmpfs", 0, "mode=0755") == -1 ||
	    stat(path, &st) == -1 || nours == IDM_COUNTOF(ours))
		bench_die("mount %s: %s", path, strerror(errno));
	ours[nours++] = st.st_dev;
}

/* Where it is missing, in a tmpfs over the last folder on its way that exists:
 * nothing of the host's is changed. */
void
world_folder(const char *path)
{
	char memory[PATH_MAX];
	char *end = memory + strlen(path);

	if (end >= memory + sizeof(memory))
		bench_die("%s is too long", path);
	memcpy(memory, path, strlen(path) + 1);
	while (access(memory, F_OK) != 0) {
		while (end > memory && *end != '/')
			end--;
		*end = '\0';
	}
	if (end == memory)
		bench_die("%s is no place for this", path);
	if (!is_ours(memory))
		mount_empty(memory);
	while (strlen(memory) < strlen(path)) {
		memory[strlen(memory)] = '/';
		if (mkdir(memory, 0755) == -1)
			bench_die("mkdir %s: %s", memory, strerror(errno));
	}
}

void
world_file(const char *name)
{
	char path[] = "/tmp/idm-bench-XXXXXX";
	int fd = mkstemp(path);

	if (fd == -1 || fchmod(fd, 0644) == -1)
		bench_die("%s: %s", path, strerror(errno));
	world_replace(path, name);
	if (unlink(path) == -1 || close(fd) == -1)
		bench_die("%s: %s", path, strerror(errno));
}

void
world_service(const char *name)
{
	if (__nss_configure_lookup("passwd", name) != 0 ||
	    __nss_configure_lookup("group", name) != 0)
		bench_die("service %s: %s", name, strerror(errno));
}
