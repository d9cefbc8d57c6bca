#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "config/updatelog.h"
#include "map/stamp.h"

#include "cli/mapopts.h"
#include "cli/maps.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "cli/update.h"

#define MAP_NAME    "map.gdbm"
#define LOCK_WAIT   60000 /* milliseconds; others' updates take far less */
#define CHANGES_MAX (256 << 20)
#define RECORD_MAX  (5 * 4 * IDM_UPDATE_TEXT_MAX)

static void
record_in_syslog(const struct idm_update *update)
{
	struct idm_buf buf;

	idm_buf_init(&buf, RECORD_MAX);
	idm_update_format(&buf, update);
	openlog("idmap", 0, LOG_AUTHPRIV);
	syslog(update->result == IDM_OK ? LOG_NOTICE : LOG_WARNING, "%s",
	    idm_buf_text(&buf));
	closelog();
	idm_buf_fini(&buf);
}

/*
 * Take as many of the changes, which newlines part, as one record may hold.
 * In the record they are parted by commas.
 */
static void
take_changes(struct idm_update *update, struct idm_buf *changes, size_t *at)
{
	char *text = changes->data + *at;
	size_t len = changes->len - *at;
	size_t taken = len;

	if (len > IDM_UPDATE_TEXT_MAX) {
		const char *end = memrchr(text, '\n', IDM_UPDATE_TEXT_MAX);

		taken = end == NULL ? IDM_UPDATE_TEXT_MAX
				    : (size_t)(end - text) + 1;
	}
	*at += taken;
	update->change = (struct idm_str){ text, taken };
	if (taken > 0 && text[taken - 1] == '\n')
		update->change.len--;
	for (size_t i = 0; i < update->change.len; i++)
		if (text[i] == '\n')
			text[i] = ',';
}

/* The copy in syslog has the first piece only: it must not drown the rest. */
static void
write_records(int fd, struct idm_update *update, struct idm_buf *changes)
{
	enum idm_status st = IDM_OK;
	struct idm_err err;
	size_t at = 0;

	take_changes(update, changes, &at);
	record_in_syslog(update);
	if (fd == -1)
		return;
	st = idm_update_append(fd, update, &err);
	while (st == IDM_OK && at < changes->len) {
		take_changes(update, changes, &at);
		st = idm_update_append(fd, update, &err);
	}
	if (st != IDM_OK)
		cli_note("not all is recorded: %s", err.text);
}

static void
record(const struct cli_request *request, enum idm_status result,
    const struct idm_err *reason, struct idm_buf *changes)
{
	struct idm_update update = {
		.program = request->tool->name,
		.pid = getpid(),
		.login = idm_update_login(),
		.uid = getuid(),
		.euid = geteuid(),
		.result = result,
	};
	const char *name = cli_ruleset_of(request).name;
	struct idm_buf command;
	struct idm_err err;
	int fd = -1;

	idm_buf_init(&command, 4 * IDM_UPDATE_TEXT_MAX);
	idm_update_command(&command, request->argc, request->argv);
	update.command = (struct idm_str){ command.data, command.len };
	if (name != NULL)
		update.scheme = idm_str_of(name);
	if (result != IDM_OK)
		update.reason = idm_str_of(reason->text);
	if (idm_update_open(IDM_LOGFILE, 0, &fd, &err) != IDM_OK &&
	    update.euid == 0)
		cli_note(
		    "the attempt is recorded in syslog only: %s", err.text);
	write_records(fd, &update, changes);
	if (fd != -1)
		(void)close(fd);
	idm_buf_fini(&command);
}

void
cli_record_failure(
    const struct cli_request *request, const struct idm_err *reason)
{
	struct idm_buf none;

	idm_buf_init(&none, 0);
	record(request, reason->status, reason, &none);
}

enum idm_status
cli_check_privilege(const struct cli_request *request, struct idm_err *err)
{
	bool has_user_map = strcmp(request->tool->name, "idadmin") == 0;

	if (geteuid() == 0)
		return IDM_OK;
	return idm_fail(err, IDM_DENIED,
	    "only root may do this, and you have uid %lu%s",
	    (unsigned long)geteuid(),
	    has_user_map ? "; your own entries are made with uidadmin" : "");
}

struct cli_update
cli_update_of(const struct cli_request *request)
{
	return (struct cli_update){
		.request = request,
		.set = cli_ruleset_of(request),
		.dry_run = cli_given(request, OPT_DRY_RUN),
	};
}

enum idm_status
cli_update_view(const struct cli_update *update, const struct idm_view **view,
    struct idm_err *err)
{
	const struct idm_view *present = idm_rewrite_view(update->rewrite);

	if (present == NULL)
		return idm_fail(err, IDM_NOTFOUND, "there is no %s '%s'",
		    cli_kind_word(update->set.kind), update->set.name);
	*view = present;
	return IDM_OK;
}

static enum idm_status
make_folder(struct idm_err *err)
{
	if (mkdir(IDM_STATEDIR, 0755) == -1)
		return errno == EEXIST
		    ? IDM_OK
		    : idm_fail_errno(err, "create %s", IDM_STATEDIR);
	/* Everybody reads the map, whatever the administrator's umask is. */
	if (chmod(IDM_STATEDIR, 0755) == -1)
		return idm_fail_errno(err, "chmod %s", IDM_STATEDIR);
	return IDM_OK;
}

enum idm_status
cli_update_begin(struct cli_update *update, struct idm_err *err)
{
	enum idm_status st = cli_check_privilege(update->request, err);

	idm_buf_init(&update->changes, CHANGES_MAX);
	if (st == IDM_OK && update->create)
		st = make_folder(err);
	if (st != IDM_OK)
		return st;
	st = idm_rewrite_begin(IDM_STATEDIR, MAP_NAME, IDM_MAP_POLICY, 0,
	    update->create, LOCK_WAIT, &update->rewrite, err);
	return st == IDM_OK ? st : cli_advise(err, st);
}

static enum idm_status
commit(struct cli_update *update, struct idm_err *err)
{
	struct cli_progress progress = cli_progress_begin("writing");
	enum idm_status st;

	st = idm_stamps_set(update->rewrite, err);
	if (st == IDM_OK)
		st = idm_rewrite_commit(
		    update->rewrite, cli_progress_show, &progress, err);
	cli_progress_end(&progress);
	return st;
}

void
cli_update_note(struct cli_update *update, const struct idm_entry *from,
    const struct idm_entry *to)
{
	static const struct idm_entry none = { .target = { "-", 1 } };
	struct idm_buf *changes = &update->changes;
	struct idm_str name = from != NULL ? from->remote : to->remote;

	if (from == NULL)
		from = &none;
	if (changes->len > 0)
		idm_buf_puts(changes, "\n ");
	idm_buf_put(changes, name.data, name.len);
	idm_buf_puts(changes, ": ");
	idm_buf_put(changes, from->target.data, from->target.len);
	idm_buf_puts(changes, " -> ");
	if (to == NULL)
		to = &none;
	/* An entry that got another name is told with it. */
	if (to->remote.data != NULL && idm_str_compare(to->remote, name) != 0) {
		idm_buf_put(changes, to->remote.data, to->remote.len);
		idm_buf_puts(changes, ": ");
	}
	idm_buf_put(changes, to->target.data, to->target.len);
}

/* What the record says: of a failed update nothing has changed. */
static void
settle_changes(struct cli_update *update, enum idm_status st)
{
	struct idm_buf *changes = &update->changes;
	bool is_lost = changes->status != IDM_OK;

	if (st == IDM_OK && !is_lost)
		return;
	idm_buf_clear(changes);
	if (is_lost)
		idm_buf_puts(changes, "more than can be listed");
}

enum idm_status
cli_update_finish(
    struct cli_update *update, enum idm_status st, struct idm_err *err)
{
	if (st == IDM_OK && !update->dry_run)
		st = commit(update, err);
	if (!update->dry_run) {
		settle_changes(update, st);
		record(update->request, st, err, &update->changes);
	}
	idm_rewrite_end(&update->rewrite);
	idm_buf_fini(&update->changes);
	return st;
}

enum idm_status
cli_update_run(struct cli_update *update, cli_change *change)
{
	struct idm_err err;
	enum idm_status st;

	st = cli_update_begin(update, &err);
	if (st == IDM_OK)
		st = change(update, &err);
	st = cli_update_finish(update, st, &err);
	if (st != IDM_OK)
		cli_error("%s", err.text);
	return st;
}
