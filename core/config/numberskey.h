/*
 * numberskey -- where a domain's numbers are, if that is not where its names
 * are: as options of its backend say it.
 *
 * Full library only.  With backend ldap that is where hosts share them, below
 * ldap_base_dn.  With rfc2307 it is a server that stands alone, or another
 * domain's, which has the numbers of Active Directory's accounts under the same
 * names.
 */

#ifndef IDM_CONFIG_NUMBERSKEY_H
#define IDM_CONFIG_NUMBERSKEY_H

#include <stdbool.h>

#include "map/directory.h"
#include "map/domain.h"

/* What a domain's file has. */
struct idm_numbers_source {
	const struct idm_domain *domain;
	const char *schema; /* of its [directory]; NULL: it has none */
	/* An option as it was given; NULL: it was not. */
	const char *(*get)(void *context, const char *option);
	/* Told one by one, as "options.NAME: reason". */
	void (*mistake)(void *context, const char *text);
	void *context;
};

/* Are the numbers elsewhere than the names?  Then no option is the names'. */
bool idm_numbers_are_apart(const struct idm_numbers_source *);

/* Fill in the directory of the numbers; names is that of the names, or NULL. */
void idm_numbers_fill(const struct idm_numbers_source *,
    const struct idm_directory *names, struct idm_directory *);

#endif
