/*
 * domains -- the files of domains.d and the domains of the map, together.
 *
 * What the files say is compiled and compared with what the map has.  A change
 * that would move a number which may have been served is held: that is for
 * whoever has seen the list of what moves, and says so.
 */

#ifndef IDM_CLI_DOMAINS_H
#define IDM_CLI_DOMAINS_H

#include <jansson.h>

#include "config/domains.h"
#include "map/rewrite.h"

#include "cli/update.h"

struct cli_domains {
	const char *dir; /* instead of IDM_DOMAINS_DIR; NULL: that one */
	bool force_move; /* numbers may move */
	const char
	    *leaving; /* a domain that is taken away on purpose, or NULL */
	/* Out: an array of {domain, change, range, settings, moves, numbers},
	 * the last four where there are any.  The caller's. */
	json_t *changes;
	unsigned nmoves; /* domains of which numbers move */
};

/*
 * Compile the files into the rewrite.  Mistakes are printed, all of them.
 * IDM_CONFLICT: numbers would move, and force_move is not given; changes is
 * filled then, too.
 */
enum idm_status cli_domains_apply(
    struct cli_domains *, struct idm_rewrite *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Have the map adopt idmapd's store of allocations, when a domain allocates and
 * none was adopted yet.  That idmapd is not there is a remark, no failure: it
 * can be done later.
 */
void cli_domains_adopt(struct cli_update *);

/*
 * Did somebody choose a backend that gives numbers and stores them?  Solaris'
 * catch-all, which every host has, is nobody's choice, and sss gives most of
 * its numbers without.
 */
bool cli_domains_need_state(const struct idm_domains *);

/* Lines for people: what changes, and what moves. */
void cli_domains_describe(const json_t *changes, struct idm_buf *);

/* The domains of the rewrite, or none; of the record with this key. */
enum idm_status cli_domains_get(const struct idm_rewrite *, const char *key,
    struct idm_domains *, struct idm_err *) IDM_MUSTCHECK;

#endif
