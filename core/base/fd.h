/*
 * fd -- file descriptors in processes that are not ours.
 */

#ifndef IDM_BASE_FD_H
#define IDM_BASE_FD_H

/*
 * Take a fresh descriptor and give one above 2 for it, close-on-exec, so that
 * a program which closed its standard streams does not find our file in their
 * place.  -1 passes through.  On failure fd is closed, -1 is returned and
 * errno says why.
 */
int idm_fd_above_stdio(int fd);

#endif
