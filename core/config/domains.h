/*
 * domains -- all files of domains.d together, compiled.
 *
 * Full library only.  What domains must not have in common is checked here:
 * names, SIDs, ids.  Compiled domains keep the order in which they were first
 * applied, because sssd's slices depend on it.
 *
 * A host without any file has the catch-all that Solaris has: ephemeral ids.
 */

#ifndef IDM_CONFIG_DOMAINS_H
#define IDM_CONFIG_DOMAINS_H

#include <stddef.h>

#include "base/err.h"
#include "config/domainfile.h"
#include "map/allocated.h"
#include "map/domain.h"

#define IDM_DOMAINS_DIR IDM_SYSCONFDIR "/domains.d"

/* The domains as they will be, in their order. */
struct idm_domains_conf {
	struct idm_domain_file *file;
	size_t n;
};

/*
 * Read every file of dir, check and compile.  present is what the map has, and
 * gives the order; removed, those it had; either may be NULL.  allocated: the
 * slices that the keeper gave, or NULL.  Every mistake is told, as
 * "path:line: reason".  IDM_INVALID: there was one.  IDM_EXHAUSTED: sss has no
 * slice left.  *out is the caller's: idm_domains_conf_free().  A missing dir
 * is an empty one.
 */
enum idm_status idm_domains_load(const char *dir,
    const struct idm_domains *present, const struct idm_domains *removed,
    const struct idm_allocations *allocated, struct idm_domains_conf *out,
    void (*mistake)(void *context, const char *text), void *context,
    struct idm_err *) IDM_MUSTCHECK;
void idm_domains_conf_free(struct idm_domains_conf *);

/*
 * Directory-based mapping by idmap(1M)'s properties, of domains whose files
 * say nothing of it: attributes by the directory's sort; mapping; idmu of the
 * default domain alone.  properties is the map's record.
 */
void idm_domains_inherit(struct idm_domains_conf *, struct idm_str properties);

/* The catch-all of a host that configured none. */
extern const struct idm_domain idm_domain_ephemeral;

/*
 * What becomes of the numbers of a domain, when old becomes new; either may be
 * NULL: not there.  True: no number that old gives can be another's, or
 * another, with new; false: text says which move, and how.
 */
bool idm_domain_keeps(const struct idm_domain *old,
    const struct idm_domain *present, char text[static 200]);

#endif
