/*
 * idmap.h -- which local name a remote name becomes: namemap(3), attrmap(3).
 *
 * An authentication program that has proven a remote identity asks here which
 * login it runs as.  The answers are those of the system's map, read in this
 * process without a lock; see idmap-rules(7).  All functions are safe in
 * threads and keep errno.  Nothing that is returned needs to be freed.
 */

#ifndef IDMAP_H
#define IDMAP_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IDMAP_LOGNAME_SIZE 256  /* bytes of a login, with its NUL */
#define IDMAP_NAME_SIZE    1024 /* bytes of a remote name or value, likewise */

/*
 * UnixWare's two functions.  0: the local name was stored; -1: there is none,
 * whatever the reason, and the buffer is as it was.  The caller's buffer must
 * have IDMAP_LOGNAME_SIZE bytes for a logname, IDMAP_NAME_SIZE for out.
 */
int namemap(const char *scheme, const char *g_name, char *logname);
int attrmap(const char *attr, const char *in, char *out);

enum idmap_result {
	IDMAP_MAPPED = 0,
	IDMAP_ABSENT = 1,    /* no entry matches, or no such local account */
	IDMAP_REFUSED = 2,   /* an entry says %i, or the target is protected */
	IDMAP_INVALID = 3,   /* no such scheme, or the name does not fit it */
	IDMAP_TOO_SMALL = 4, /* the caller's buffer is */
	IDMAP_UNAVAILABLE = 5, /* the map is missing, damaged or not trusted */
};

/* Why, for logs and people. */
struct idmap_reason {
	char entry[IDMAP_NAME_SIZE]; /* remote side of the entry that matched */
	char target[IDMAP_NAME_SIZE]; /* its local side, as in "%1"; or "" */
	int is_user_entry;            /* made with uidadmin(1) */
	char text[512]; /* of a failure, one line without control bytes */
};

/*
 * The same with a size, a result that says what happened, and the reason,
 * which may be NULL.  Except for IDMAP_MAPPED the buffer is as it was.
 */
enum idmap_result idmap_namemap(const char *scheme, const char *g_name,
    char *logname, size_t size, struct idmap_reason *);
enum idmap_result idmap_attrmap(const char *attr, const char *in, char *out,
    size_t size, struct idmap_reason *);

/*
 * As idmap_namemap(), for a name that comes in fields, in the order of the
 * scheme's descriptor: a field may then contain its separators.
 */
enum idmap_result idmap_namemap_fields(const char *scheme,
    const char *const *fields, size_t nfields, char *logname, size_t size,
    struct idmap_reason *);

#ifdef __cplusplus
}
#endif

#endif
