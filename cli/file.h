/*
 * file -- text files that an administrator names: read whole, replaced whole.
 */

#ifndef IDM_CLI_FILE_H
#define IDM_CLI_FILE_H

#include <sys/stat.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"

#define CLI_FILE_MAX ((size_t)1 << 32) /* bytes of a text file */

/*
 * Append the file's content to text; "-" is standard input.  st, unless it
 * is NULL, is what the file was.
 */
enum idm_status cli_file_read(const char *path, struct idm_buf *text,
    struct stat *st, struct idm_err *) IDM_MUSTCHECK;

/*
 * Put a file with this content in place of path, at once or not at all.  With
 * old, which cli_file_read() gave, owner and mode stay, and a file that has
 * changed since is left alone: IDM_CONFLICT.
 */
enum idm_status cli_file_replace(const char *path, struct idm_str text,
    const struct stat *old, struct idm_err *) IDM_MUSTCHECK;

#endif
