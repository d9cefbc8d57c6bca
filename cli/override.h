/*
 * override -- overrides as text: a line each, and whom one is of.
 *
 *     user:SUBJECT:name:uid:gid:gecos:home:shell      this program's own
 *     group:SUBJECT:name:gid
 *     orig:name:uid:gid:gecos:home:shell:certificate  sss_override user-export
 *     orig:name:gid                                   ... group-export
 *
 * An empty field leaves alone what it stands for.  SUBJECT and orig are a
 * name@domain, DOMAIN\name, or SID.
 */

#ifndef IDM_CLI_OVERRIDE_H
#define IDM_CLI_OVERRIDE_H

#include "map/host.h"
#include "map/snapshot.h"

#include "cli/update.h"

enum override_format {
	OVERRIDE_OWN,
	OVERRIDE_SSS_USERS,
	OVERRIDE_SSS_GROUPS,
};

/* Texts are lent from the line. */
struct override_line {
	bool is_group;
	struct idm_str subject;
	struct idm_override override;
	bool has_certificate; /* which nothing here keeps */
};

/*
 * Read a line without its newline.  IDM_NOTFOUND: it is blank or a comment.
 * IDM_INVALID.
 */
enum idm_status override_read(struct idm_str line, enum override_format,
    struct override_line *, struct idm_err *) IDM_MUSTCHECK;

/* Append a line with its newline. */
void override_write(
    struct idm_buf *, enum override_format, const struct override_line *);

/* Whose a subject, as override_subject() writes it, is; NULL: nobody's. */
const struct idm_domain *override_domain(
    struct idm_str subject, const struct idm_domains *);

/*
 * Append the key of whom a text names: the SID, or name@domain, folded, with
 * the shown name of the domain if it is configured.  IDM_INVALID: a bare name,
 * or none at all.
 */
enum idm_status override_subject(struct idm_buf *, struct idm_str text,
    const struct idm_domains *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Set the overrides of a file, as part of an update.  All lines are looked at,
 * and each that is refused is told; then it is IDM_INVALID.
 */
struct override_import {
	const struct idm_maps *maps;
	const char *path;
	enum override_format format;
	unsigned made;     /* out */
	unsigned rejected; /* out */
};
enum idm_status override_import(struct cli_update *, struct override_import *,
    struct idm_err *) IDM_MUSTCHECK;

#endif
