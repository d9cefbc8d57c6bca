/*
 * update -- one attempt to change the map: allowed, locked, made, logged.
 *
 * Every attempt leaves a record in /var/log/idmap.log and in syslog, whether
 * it succeeds or not, and whoever makes it.  A dry run is no attempt: it does
 * everything but the commit and the record.
 */

#ifndef IDM_CLI_UPDATE_H
#define IDM_CLI_UPDATE_H

#include "base/buf.h"
#include "map/edit.h"

#include "cli/options.h"

struct cli_update {
	const struct cli_request *request;
	struct idm_ruleset_name set;
	bool dry_run;
	bool create; /* a missing map is made */
	struct idm_rewrite *rewrite;
	struct idm_buf changes; /* for the log, by cli_update_note() */
	void *context;
};

/* Make the change in update->rewrite; it is committed afterwards. */
typedef enum idm_status cli_change(struct cli_update *, struct idm_err *);

/*
 * Make a change and commit it.  On failure nothing has changed, and a message
 * was printed.
 */
enum idm_status cli_update_run(struct cli_update *, cli_change *);

/*
 * Its parts, when one update is made of several changes: begin, even if that
 * fails; then the changes; then finish, with how they went.  Only a finish
 * whose changes and commit went well has changed anything.  err is the reason
 * of the failure, for the record too.
 */
enum idm_status cli_update_begin(
    struct cli_update *, struct idm_err *) IDM_MUSTCHECK;
enum idm_status cli_update_finish(struct cli_update *, enum idm_status so_far,
    struct idm_err *) IDM_MUSTCHECK;

/* An update of what the request names. */
struct cli_update cli_update_of(const struct cli_request *);

/* The version before the change; IDM_NOTFOUND when there is no map yet. */
enum idm_status cli_update_view(const struct cli_update *,
    const struct idm_view **, struct idm_err *) IDM_MUSTCHECK;

/*
 * Note for the record that an entry became another one; NULL: there was, or
 * is, none.
 */
void cli_update_note(struct cli_update *, const struct idm_entry *from,
    const struct idm_entry *to);

/* Root?  Otherwise IDM_DENIED. */
enum idm_status cli_check_privilege(
    const struct cli_request *, struct idm_err *) IDM_MUSTCHECK;

/* Record an attempt that failed, and why. */
void cli_record_failure(const struct cli_request *, const struct idm_err *);

#endif
