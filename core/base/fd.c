#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"

int
idm_fd_above_stdio(int fd)
{
	int high, saved;

	if (fd == -1 || fd > STDERR_FILENO)
		return fd;
	high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	saved = errno;
	(void)close(fd);
	errno = saved;
	return high;
}
