#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/updatelog.h"
#include "rules/entry.h"

#include "cli/ask.h"
#include "cli/mapopts.h"
#include "cli/say.h"
#include "cli/update.h"
#include "cli/userquery.h"

void
cli_user_table_free(struct cli_user_table *table)
{
	for (size_t i = 0; i < table->n; i++) {
		free(table->row[i].remote);
		free(table->row[i].logname);
	}
	free(table->row);
	*table = (struct cli_user_table){ 0 };
}

static enum idm_status
table_add(struct cli_user_table *table, const struct idm_user_reply *reply,
    struct idm_err *err)
{
	struct cli_user_row *grown;
	struct cli_user_row row = { .uid = reply->uid, .fault = reply->fault };

	grown = reallocarray(table->row, table->n + 1, sizeof(*table->row));
	if (grown == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	table->row = grown;
	row.remote = strndup(reply->remote.data, reply->remote.len);
	row.logname = strndup(reply->logname.data, reply->logname.len);
	table->row[table->n++] = row;
	if (row.remote == NULL || row.logname == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	return IDM_OK;
}

struct idm_entry
cli_user_entry(const struct cli_user_row *row)
{
	return (struct idm_entry){
		.remote = idm_str_of(row->remote),
		.target = idm_str_of(row->logname),
	};
}

struct idm_user_request
cli_user_question(const struct cli_request *request, struct idm_buf *command)
{
	const char *remote = request->value[OPT_REMOTE];
	const char *logname = request->value[OPT_LOGNAME];

	idm_buf_init(command, 4 * IDM_COMMAND_MAX);
	idm_update_command(command, request->argc, request->argv);
	return (struct idm_user_request){
		.scheme = idm_str_of(request->value[OPT_SCHEME]),
		.remote = idm_str_of(remote == NULL ? "" : remote),
		.logname = idm_str_of(logname == NULL ? "" : logname),
		.command = { command->data, command->len },
	};
}

/* Put a page's entries behind the table. */
static enum idm_status
take_page(struct idm_str body, struct cli_user_table *table, bool *more,
    struct idm_err *err)
{
	struct idm_user_page page;
	enum idm_status st;

	st = idm_user_page_read(body, &page, err);
	while (st == IDM_OK) {
		struct idm_user_reply reply;

		st = idm_user_page_next(&page, &reply, err);
		if (st == IDM_OK)
			st = table_add(table, &reply, err);
	}
	if (st != IDM_NOTFOUND)
		return st;
	*more = page.more;
	return IDM_OK;
}

/* Ask for one page and put its entries behind the table. */
static enum idm_status
fetch_page(enum idm_op op, const struct idm_user_request *question,
    struct cli_user_table *table, bool *more, struct idm_err *err)
{
	size_t before = table->n;
	struct idm_buf reply;
	enum idm_status st;

	idm_buf_init(&reply, IDM_WIRE_REPLY_MAX);
	st = cli_ask(op, question, &reply, err);
	if (st == IDM_OK)
		st = take_page((struct idm_str){ reply.data, reply.len }, table,
		    more, err);
	idm_buf_fini(&reply);
	if (st == IDM_OK && *more && table->n == before)
		return idm_fail(err, IDM_CORRUPT,
		    "idmapd has more to say but does not say it");
	return st;
}

/*
 * Where a listing goes on, the last name says; a deletion goes on by itself.
 * Of many pages idmapd may find that they are too many requests at once:
 * then the next one waits.
 */
enum idm_status
cli_user_fetch(enum idm_op op, struct idm_user_request question,
    struct cli_user_table *table, struct idm_err *err)
{
	const struct timespec pause = { .tv_nsec = 100 * 1000 * 1000 };
	unsigned patience = 50; /* pauses: five seconds */
	bool more = true;

	while (more) {
		enum idm_status st;

		st = fetch_page(op, &question, table, &more, err);
		if (st == IDM_EXHAUSTED && table->n > 0 && patience > 0) {
			patience--;
			(void)nanosleep(&pause, NULL);
		} else if (st != IDM_OK) {
			return st;
		}
		if (table->n > 0 && op != IDM_OP_USER_DELETE)
			question.remote = idm_str_of(
			    table->row[table->n - 1].remote);
	}
	return IDM_OK;
}

int
cli_user_end(const struct cli_request *request, enum idm_status st,
    const struct idm_err *err, bool is_update)
{
	if (st == IDM_OK)
		return 0;
	cli_error("%s", err->text);
	if (is_update && st == IDM_TEMPFAIL)
		cli_record_failure(request, err);
	return 1;
}
