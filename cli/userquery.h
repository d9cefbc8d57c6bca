/*
 * userquery -- users' entries, as idmapd tells them.
 */

#ifndef IDM_CLI_USERQUERY_H
#define IDM_CLI_USERQUERY_H

#include <stddef.h>

#include "base/buf.h"
#include "wire/message.h"

#include "cli/options.h"

struct cli_user_row {
	char *remote;
	char *logname;
	uint32_t uid;
	uint8_t fault; /* enum idm_user_fault */
};

struct cli_user_table {
	struct cli_user_row *row;
	size_t n;
};
void cli_user_table_free(struct cli_user_table *);

struct idm_entry cli_user_entry(const struct cli_user_row *);

/*
 * A question about the request's scheme, -r and -l.  command holds the text
 * of the command line, and is freed by the caller.
 */
struct idm_user_request cli_user_question(
    const struct cli_request *, struct idm_buf *command);

/*
 * Ask, page after page, and put the entries of the answer in the table, which
 * is freed by the caller, also after a failure: what a deletion has removed
 * by then stands in it.
 */
enum idm_status cli_user_fetch(enum idm_op, struct idm_user_request,
    struct cli_user_table *, struct idm_err *) IDM_MUSTCHECK;

/*
 * The end of an action: a message, and the exit status.  idmapd records what
 * reaches it; an update that did not is recorded here as well as can be.
 */
int cli_user_end(const struct cli_request *, enum idm_status,
    const struct idm_err *, bool is_update);

#endif
