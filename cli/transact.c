#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

#include "cli/batch.h"
#include "cli/say.h"
#include "cli/transact.h"

#define INPUT_MAX  ((size_t)1 << 32)
#define OUTPUT_MAX ((size_t)1 << 32)

struct verb_batch {
	const char *progname;
	const struct batch_options *options;
	FILE *input;
	char *line; /* getline()'s */
	size_t line_size;
	struct idm_buf rest; /* what was read ahead, and is the input now */
	unsigned long at;    /* number of the line that was read last */
	bool is_ended;
	struct batch_words words;
	struct cli_update update;
	bool is_changing; /* the update was begun */
	struct idm_buf output;
	unsigned long failed;       /* commands */
	unsigned long first_failed; /* its line */
};

void
batch_end(struct verb_batch *batch)
{
	batch->is_ended = true;
}

/* Where the batch comes from, for messages. */
static const char *
name_of(const struct verb_batch *batch)
{
	const char *file = batch->options->file;

	return file == NULL || strcmp(file, "-") == 0 ? "standard input" : file;
}

static struct idm_str
trim_end(struct idm_str text)
{
	while (text.len > 0 && text.data[text.len - 1] != '\0' &&
	    strchr(" \t\r\n", text.data[text.len - 1]) != NULL)
		text.len--;
	return text;
}

/* "exit", and nothing else. */
static bool
is_end(struct idm_str line)
{
	while (line.len > 0 && (line.data[0] == ' ' || line.data[0] == '\t'))
		line = (struct idm_str){ line.data + 1, line.len - 1 };
	return idm_str_is(trim_end(line), "exit");
}

/*
 * Read what is left of the input and put it in the input's place.  Who types
 * it at a terminal ends it with "exit", so nothing behind that is waited for.
 */
static enum idm_status
read_ahead(struct verb_batch *batch, struct idm_err *err)
{
	bool continued = false;
	enum idm_status st;
	char *text = NULL;
	size_t size = 0;
	ssize_t len;
	FILE *rest;

	while ((len = getline(&text, &size, batch->input)) > 0) {
		struct idm_str line = { text, (size_t)len };

		idm_buf_put(&batch->rest, line.data, line.len);
		if (!continued && is_end(line))
			break;
		line = trim_end(line);
		continued = line.len > 0 && line.data[line.len - 1] == '\\';
	}
	free(text);
	if (ferror(batch->input))
		return idm_fail_errno(err, "read %s", name_of(batch));
	st = idm_buf_status(&batch->rest, err);
	if (st != IDM_OK || batch->rest.len == 0)
		return st;
	rest = fmemopen(batch->rest.data, batch->rest.len, "r");
	if (rest == NULL)
		return idm_fail_errno(err, "read %s", name_of(batch));
	if (batch->input != stdin)
		(void)fclose(batch->input);
	batch->input = rest;
	return IDM_OK;
}

/*
 * The first change of the batch: take the lock.  Who cannot begin ends the
 * batch, and leaves its record.
 */
static enum idm_status
begin_changes(struct verb_batch *batch, struct idm_err *err)
{
	enum idm_status st = read_ahead(batch, err);

	if (st == IDM_OK)
		st = cli_update_begin(&batch->update, err);
	batch->is_changing = st == IDM_OK;
	if (st != IDM_OK) {
		st = cli_update_finish(&batch->update, st, err);
		batch_end(batch);
	}
	return st;
}

static enum idm_status
change_in_batch(struct verb_batch *batch, struct cli_update *update,
    cli_change *change, struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	size_t before;

	if (!batch->is_changing)
		st = begin_changes(batch, err);
	if (st != IDM_OK)
		return st;
	/* The change notes what it does in the record of the batch. */
	before = batch->update.changes.len;
	update->rewrite = batch->update.rewrite;
	update->changes = batch->update.changes;
	st = change(update, err);
	batch->update.changes = update->changes;
	update->rewrite = NULL;
	if (st != IDM_OK)
		batch->update.changes.len = before;
	return st;
}

enum idm_status
verb_update(
    const struct verb_call *call, struct cli_update *update, cli_change *change)
{
	struct idm_err err;
	enum idm_status st;

	if (call->batch == NULL)
		return cli_update_run(update, change);
	if (update->dry_run && !call->batch->options->dry_run)
		st = idm_fail(&err, IDM_INVALID,
		    "a dry run is one of the whole batch: "
		    "'%s --dry-run -f file'",
		    call->batch->progname);
	else
		st = change_in_batch(call->batch, update, change, &err);
	if (st != IDM_OK)
		cli_error("%s", err.text);
	return st;
}

void
verb_print(const struct verb_call *call, const struct idm_buf *lines)
{
	if (call->batch != NULL)
		idm_buf_put(&call->batch->output, lines->data, lines->len);
	else
		cli_print(lines);
}

/* The next line, numbered; false: there is none. */
static bool
next_line(struct verb_batch *batch, struct idm_str *line)
{
	ssize_t len;

	if (batch->is_ended)
		return false;
	len = getline(&batch->line, &batch->line_size, batch->input);
	if (len < 0)
		return false;
	batch->at++;
	*line = (struct idm_str){ batch->line, (size_t)len };
	return true;
}

/* One command: where it begins, and how. */
struct command {
	unsigned long number;
	struct idm_buf text; /* its first line */
};

/*
 * Read the words of a command.  *none: there is no more.  IDM_INVALID: it
 * makes no sense.
 */
static enum idm_status
read_command(struct verb_batch *batch, struct command *command, bool *none,
    struct idm_err *err)
{
	enum idm_status st;
	struct idm_str trimmed;
	struct idm_str line;
	bool more;

	st = batch_begin(&batch->words, batch->progname, err);
	*none = !next_line(batch, &line);
	if (st != IDM_OK || *none)
		return st;
	command->number = batch->at;
	idm_buf_clear(&command->text);
	trimmed = trim_end(line);
	idm_buf_put(&command->text, trimmed.data, trimmed.len);
	for (;;) {
		st = batch_line(&batch->words, line, &more, err);
		if (st != IDM_OK || !more)
			return st;
		if (!next_line(batch, &line))
			return idm_fail(err, IDM_INVALID,
			    "it is continued, and nothing follows");
	}
}

static bool
run_command(struct verb_batch *batch)
{
	bool is_good;
	struct idm_err err;
	char **argv;
	int argc;

	if (batch_argv(&batch->words, &argc, &argv, &err) != IDM_OK) {
		cli_error("%s", err.text);
		return false;
	}
	if (argc == 1)
		return true;
	is_good = verb_run(argc, argv, batch) == VERB_SUCCESS;
	/* Whoever waits at the other end of a pipe gets the answer. */
	(void)fflush(stdout);
	return is_good;
}

static void
run_commands(struct verb_batch *batch)
{
	struct command command = { .number = 0 };

	idm_buf_init(&command.text, INPUT_MAX);
	for (;;) {
		enum idm_status st;
		struct idm_err err;
		bool is_good;
		bool none;

		st = read_command(batch, &command, &none, &err);
		if (none)
			break;
		cli_say_at_line(command.number,
		    (struct idm_str){ command.text.data, command.text.len });
		if (st != IDM_OK)
			cli_error("%s", err.text);
		is_good = st == IDM_OK && run_command(batch);
		if (!is_good && batch->failed++ == 0)
			batch->first_failed = command.number;
		if (!is_good && !cli_said_at_line())
			cli_error("it failed");
		cli_say_at_line(0, (struct idm_str){ NULL, 0 });
	}
	idm_buf_fini(&command.text);
}

/* Commit what the commands have changed, or do not. */
static enum idm_status
finish(struct verb_batch *batch, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	if (batch->failed > 0 && !batch->options->keep_going)
		st = idm_fail(err, IDM_INVALID,
		    "%s: %lu %s failed, the first at line %lu; nothing was "
		    "changed",
		    name_of(batch), batch->failed,
		    batch->failed == 1 ? "command" : "commands",
		    batch->first_failed);
	if (batch->is_changing) {
		st = cli_update_finish(&batch->update, st, err);
		if (st != IDM_OK)
			cli_error("%s", err->text);
	}
	return st;
}

static int
run(struct verb_batch *batch)
{
	struct idm_err err;
	enum idm_status st;

	run_commands(batch);
	if (ferror(batch->input)) {
		cli_error("read %s: %s", name_of(batch), strerror(errno));
		batch->failed++;
	}
	st = finish(batch, &err);
	if (st == IDM_OK)
		cli_print(&batch->output);
	if (st == IDM_OK && batch->failed > 0 && batch->is_changing)
		cli_note("%s: %lu failed; the other commands took effect",
		    name_of(batch), batch->failed);
	return st == IDM_OK && batch->failed == 0 ? VERB_SUCCESS : VERB_FAILURE;
}

int
batch_run(const char *progname, const struct batch_options *options,
    const struct cli_request *request)
{
	struct verb_batch batch = {
		.progname = progname,
		.options = options,
		.input = stdin,
		.update = {
			.request = request,
			.dry_run = options->dry_run,
			.create = true,
		},
	};
	int status = VERB_FAILURE;

	if (name_of(&batch) == options->file)
		batch.input = fopen(options->file, "re");
	if (batch.input == NULL) {
		cli_error("%s: %s", options->file, strerror(errno));
		return status;
	}
	batch_init(&batch.words);
	idm_buf_init(&batch.rest, INPUT_MAX);
	idm_buf_init(&batch.output, OUTPUT_MAX);
	status = run(&batch);
	if (batch.input != stdin)
		(void)fclose(batch.input);
	batch_fini(&batch.words);
	idm_buf_fini(&batch.rest);
	idm_buf_fini(&batch.output);
	free(batch.line);
	return status;
}
