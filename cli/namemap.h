/*
 * namemap -- the one attribute of a directory's object that says who it is on
 * the other side, as get-, set- and unset-namemap have it.
 *
 * A Windows name's object is in the Active Directory of its domain, or of the
 * default one; a UNIX name's entry in the native LDAP directory: that of its
 * domain, or of the default one, or the only one there is.
 */

#ifndef IDM_CLI_NAMEMAP_H
#define IDM_CLI_NAMEMAP_H

#include "directory/session.h"
#include "identity/idtype.h"
#include "map/snapshot.h"

/* How to bind, when not as the domain's settings have it. */
struct cli_namemap_bind {
	const char *method;        /* NULL: simple with a dn, else as set */
	const char *dn;            /* NULL: as set */
	const char *password_file; /* NULL: ask, if there is a dn */
};

struct cli_namemap {
	struct idm_maps *maps;
	const struct idm_domain *domain;
	struct idm_directory settings;
	struct idm_servers *servers;
	struct idm_session *session;
	int64_t deadline;
	struct idm_secret typed; /* len 0: none was */
};

/*
 * Connect to nobody yet, but know whom to ask.  IDM_NOTFOUND: there is no such
 * directory.  IDM_INVALID: the method is none that works.  Close it, whatever
 * became of it.
 */
enum idm_status cli_namemap_open(struct cli_namemap *,
    const struct idm_identity *, const struct cli_namemap_bind *,
    struct idm_err *) IDM_MUSTCHECK;
void cli_namemap_close(struct cli_namemap *);

/*
 * The attribute for a counterpart of this type (unixuser, unixgroup; of a UNIX
 * name, whatever the type, its Windows name).  IDM_NOTFOUND: it is not set.
 */
enum idm_status cli_namemap_attribute(const struct cli_namemap *,
    const struct idm_identity *, enum idm_idtype, const char **out,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * Find the object: its DN, and the first value of an attribute, which may be
 * NULL.  IDM_NOTFOUND; IDM_CONFLICT: several have the name.
 */
enum idm_status cli_namemap_find(struct cli_namemap *,
    const struct idm_identity *, const char *attribute, struct idm_buf *dn,
    struct idm_buf *value, struct idm_err *) IDM_MUSTCHECK;

/* Find the object and replace the attribute; an empty value takes it away. */
enum idm_status cli_namemap_put(struct cli_namemap *,
    const struct idm_identity *, const char *attribute, struct idm_str value,
    struct idm_err *) IDM_MUSTCHECK;

#endif
