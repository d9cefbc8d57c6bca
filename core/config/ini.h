/*
 * ini -- settings from a text file: "[section]", "name = value", '#' and ';'
 * comments, one setting a line.
 *
 * Full library only.  libinih reads; what it does not know is kept here: the
 * number of the line that a setting stands in, and that one mistake is not the
 * end of reading.
 */

#ifndef IDM_CONFIG_INI_H
#define IDM_CONFIG_INI_H

#include <stdio.h>

#include "base/err.h"

struct idm_ini {
	const char *path;
	/* Told each mistake, as "path:line: reason". */
	void (*mistake)(void *context, const char *text);
	void *context;
	unsigned long line;     /* that is being read */
	unsigned long mistakes; /* so far */
	FILE *file;             /* private to ini.c */
};

/* Tell a mistake about the line that is being read. */
void idm_ini_complain(struct idm_ini *, const char *, ...) IDM_PRINTF(2, 3);

/*
 * Read a file that root or the caller owns and nobody else may write.  take()
 * gets each setting; value is NULL when there is no '='.  IDM_NOTFOUND: no such
 * file.  Mistakes are no failure: see ini->mistakes.
 */
enum idm_status idm_ini_read(struct idm_ini *,
    void (*take)(struct idm_ini *, void *owner, const char *section,
	const char *name, const char *value),
    void *owner, struct idm_err *) IDM_MUSTCHECK;

#endif
