/*
 * live -- a domain's directory, asked while the domain is being added: what
 * its server says of itself fills in what was not written down, and whoever
 * would be known by it is tried before anything is saved.
 */

#ifndef IDM_CLI_LIVE_H
#define IDM_CLI_LIVE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "directory/session.h"
#include "map/directory.h"
#include "map/domain.h"

struct cli_live {
	struct idm_directory settings;
	struct idm_servers *servers;
	struct idm_session *session;
	int64_t deadline;
	bool is_used; /* the text has a directory */
	bool is_ad;
	char base[IDM_DIRECTORY_TEXT_MAX + 1];
	char partitions[IDM_DIRECTORY_TEXT_MAX + 1]; /* AD: of forest's names */
	json_t *users; /* a sample: array of {name, uid, gid, home} */
};

/*
 * Fill in schema, base, backend and names of a domain's text, as far as they
 * are not there; nothing is done to one without servers or discovery.
 * IDM_INVALID: a setting is none.  IDM_TEMPFAIL, IDM_DENIED: no server answers
 * us, and why.  Close it, whatever became of it.
 */
enum idm_status cli_live_fill(
    struct cli_live *, struct idm_buf *text, struct idm_err *) IDM_MUSTCHECK;

/*
 * Look up some users by the settings that were compiled: fills users.
 * IDM_NOTFOUND: there is nobody whom the domain could serve, and why.
 */
enum idm_status cli_live_try(struct cli_live *, const struct idm_directory *,
    const struct idm_domain *, struct idm_err *) IDM_MUSTCHECK;

/* Lines for people: what the sample would get. */
void cli_live_describe(const struct cli_live *, struct idm_buf *);

void cli_live_close(struct cli_live *);

#endif
