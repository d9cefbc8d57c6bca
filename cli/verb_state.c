#include <sys/stat.h>

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "config/updatelog.h"
#include "map/snapshot.h"

#include "cli/json.h"
#include "cli/maps.h"
#include "cli/say.h"
#include "cli/state.h"
#include "cli/store.h"
#include "cli/update.h"
#include "cli/verb.h"
#include "cli/verb_state.h"

#define UUID_TEXT (2 * IDM_UUID_SIZE + 1)

static enum verb_exit
failed(enum idm_status st, const struct idm_err *err)
{
	cli_error("%s", err->text);
	return verb_exit_of(st);
}

/* The command line, for idmapd's log. */
static struct idm_str
command_of(const struct verb_call *call, struct idm_buf *buf)
{
	idm_buf_init(buf, IDM_COMMAND_MAX);
	idm_update_command(buf, call->request.argc, call->request.argv);
	return (struct idm_str){ buf->data, buf->len };
}

/* ---- status */

static const char *
format_uuid(const uint8_t uuid[IDM_UUID_SIZE], char text[static UUID_TEXT])
{
	for (int i = 0; i < IDM_UUID_SIZE; i++)
		(void)snprintf(text + 2 * i, 3, "%02x", uuid[i]);
	return text;
}

static void
describe_files(json_t *state)
{
	struct idm_state_peek peek = { 0 };
	const struct idm_header *header;
	char uuid[UUID_TEXT];
	struct idm_err err;

	/* One that nobody wants yet is not missing. */
	if (json_is_null(json_object_get(state, "adopted")) &&
	    access(CLI_STATE_PATH, F_OK) == -1 && errno == ENOENT)
		return;
	if (cli_state_peek(&peek, &err) != IDM_OK) {
		(void)json_object_set_new(
		    state, "problem", cli_json_text(idm_str_of(err.text)));
		return;
	}
	header = idm_view_header(peek.view);
	(void)json_object_update_new(state,
	    json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "uuid",
		format_uuid(header->uuid, uuid), "generation",
		(json_int_t)header->generation, "written",
		(json_int_t)header->time, "records",
		(json_int_t)header->records, "bytes",
		(json_int_t)idm_view_stat(peek.view)->st_size, "journal",
		(json_int_t)(peek.replay.len - IDM_JOURNAL_HEAD), "unfolded",
		(json_int_t)idm_changes_count(peek.changes)));
	idm_state_peek_fini(&peek);
}

static void
describe_adopted(json_t *state)
{
	struct idm_maps *maps = NULL;
	char uuid[UUID_TEXT];
	struct idm_err err;

	if (cli_maps_open(&maps, &err) != IDM_OK)
		return;
	(void)json_object_set_new(state, "adopted",
	    maps->policy.has_state
		? json_string(format_uuid(maps->policy.state_uuid, uuid))
		: json_null());
	idm_maps_close(&maps);
}

/* A line "key value" of idmapd's; of the cache if its key says so. */
static void
take_line(json_t *state, json_t *cache, struct idm_str line)
{
	static const char of_cache[] = "cache_";
	const size_t prefix = sizeof(of_cache) - 1;
	bool is_of_cache;
	const char *blank = memchr(line.data, ' ', line.len);
	struct idm_str value;
	uint64_t number;
	char key[32];

	if (blank == NULL || (size_t)(blank - line.data) >= sizeof(key))
		return;
	memcpy(key, line.data, (size_t)(blank - line.data));
	key[blank - line.data] = '\0';
	value.data = blank + 1;
	value.len = line.len - (size_t)(value.data - line.data);
	/* The name goes to a terminal, and idmapd is not root. */
	if (idm_name_scheme(idm_str_of(key), NULL) != IDM_OK)
		return;
	is_of_cache = strncmp(key, of_cache, prefix) == 0;
	if (is_of_cache && cache == NULL)
		return;
	(void)json_object_set_new(is_of_cache ? cache : state,
	    is_of_cache ? key + prefix : key,
	    idm_num_parse(value.data, value.len, INT64_MAX, &number, NULL) ==
		    IDM_OK
		? json_integer((json_int_t)number)
		: cli_json_text(value));
}

static void
describe_keeper(json_t *state, json_t *cache)
{
	struct idm_remote *remote = NULL;
	struct idm_str reply;
	struct idm_err err;
	enum idm_status st;

	st = cli_state_remote(&remote, &err);
	if (st == IDM_OK)
		st = idm_remote_ask(
		    remote, IDM_OP_STATE_STATUS, NULL, &reply, &err);
	if (st != IDM_OK) {
		(void)json_object_set_new(
		    state, "idmapd", cli_json_text(idm_str_of(err.text)));
	}
	while (st == IDM_OK && reply.len > 0) {
		const char *end = memchr(reply.data, '\n', reply.len);
		size_t len = end == NULL ? reply.len
					 : (size_t)(end - reply.data);

		take_line(state, cache, (struct idm_str){ reply.data, len });
		len += end != NULL;
		reply.data += len;
		reply.len -= len;
	}
	idm_remote_free(&remote);
}

json_t *
verb_state_describe(json_t *cache)
{
	json_t *state = json_pack("{s:s}", "file", CLI_STATE_PATH);

	describe_adopted(state);
	describe_files(state);
	describe_keeper(state, cache);
	return state;
}

static void
print_member(const char *key, json_t *value)
{
	char text[64] = "none";

	if (strcmp(key, "written") == 0) {
		time_t when = (time_t)json_integer_value(value);
		struct tm tm;

		if (localtime_r(&when, &tm) != NULL)
			(void)strftime(
			    text, sizeof(text), "%Y-%m-%d %H:%M:%S %z", &tm);
	} else if (json_is_integer(value)) {
		(void)snprintf(text, sizeof(text), "%lld",
		    (long long)json_integer_value(value));
	} else if (json_is_string(value)) {
		printf("%-12s %s\n", key, json_string_value(value));
		return;
	}
	printf("%-12s %s\n", key, text);
}

enum verb_exit
verb_state_status(const struct verb_call *call)
{
	json_t *state = verb_state_describe(NULL);
	bool is_well = json_object_get(state, "problem") == NULL;
	const char *key;
	json_t *value;

	/* A host that allocates nothing needs no state. */
	if (json_is_null(json_object_get(state, "adopted")))
		is_well = true;
	if (call->json) {
		cli_json_print(state);
	} else {
		json_object_foreach(state, key, value) print_member(key, value);
		json_decref(state);
	}
	return is_well ? VERB_SUCCESS : VERB_FAILURE;
}

/* ---- fold */

enum verb_exit
verb_state_fold(const struct verb_call *call)
{
	struct idm_state_request request = { .flags = 0 };
	struct idm_remote *remote = NULL;
	struct idm_buf command;
	struct idm_str reply;
	struct idm_err err;
	enum idm_status st;

	request.command = command_of(call, &command);
	st = cli_check_privilege(&call->request, &err);
	if (st == IDM_OK)
		st = cli_state_remote(&remote, &err);
	if (st == IDM_OK)
		st = idm_remote_ask(
		    remote, IDM_OP_STATE_FOLD, &request, &reply, &err);
	idm_remote_free(&remote);
	idm_buf_fini(&command);
	return st == IDM_OK ? VERB_SUCCESS : failed(st, &err);
}

/* ---- adopt */

static enum idm_status
adopt(struct cli_update *update, struct idm_err *err)
{
	const struct verb_call *call = update->context;
	struct idm_buf command;
	enum idm_status st;

	st = cli_state_adopt(
	    update->rewrite, call->given[0], command_of(call, &command), err);
	idm_buf_fini(&command);
	if (st == IDM_OK)
		idm_buf_puts(&update->changes,
		    call->given[0] ? "state: replaced -> adopted"
				   : "state: - -> adopted");
	return st;
}

enum verb_exit
verb_state_adopt(const struct verb_call *call)
{
	/* The call is only read; the update's context knows no const. */
	struct cli_update update = {
		.request = &call->request,
		.create = true,
		.context = (void *)(uintptr_t)call,
	};

	return verb_exit_of(cli_update_run(&update, adopt));
}

/* ---- restore */

/* The operand is the file, or the folder of a backup. */
static enum idm_status
open_backup(const char *operand, struct idm_view **out, struct idm_err *err)
{
	const uid_t owners[] = { 0, geteuid() };
	struct idm_view *view = NULL;
	char path[PATH_MAX];
	enum idm_status status;
	struct stat st;
	int n;

	n = snprintf(path, sizeof(path), "%s%s", operand,
	    stat(operand, &st) == 0 && S_ISDIR(st.st_mode)
		? "/" STORE_STATE_NAME
		: "");
	if (n < 0 || (size_t)n >= sizeof(path))
		return idm_fail(err, IDM_INVALID, "%s: name too long", operand);
	status = idm_view_open(
	    path, IDM_MAP_STATE, owners, IDM_COUNTOF(owners), &view, err);
	if (status == IDM_OK)
		status = store_whole(view, path, err);
	if (status == IDM_OK)
		*out = view;
	else
		idm_view_close(&view);
	return status;
}

static enum idm_status
restore(struct cli_update *update, struct idm_err *err)
{
	struct cli_state_restore *restoring = update->context;
	enum idm_status st;

	st = cli_state_restore(restoring, err);
	if (st != IDM_OK)
		return st;
	idm_buf_printf(&update->changes, "state: replaced -> %lu records",
	    (unsigned long)restoring->records);
	return cli_state_take(update->rewrite, restoring->uuid, err);
}

enum idm_status
verb_state_revive(const struct verb_call *call, const struct idm_view *backup,
    bool replace, uint32_t gap)
{
	struct cli_state_restore restoring = {
		.backup = backup,
		.replace = replace,
		.gap = gap,
	};
	struct cli_update update = {
		.request = &call->request,
		.create = true,
		.context = &restoring,
	};
	struct idm_buf command;
	enum idm_status st;

	restoring.command = command_of(call, &command);
	st = cli_update_run(&update, restore);
	idm_buf_fini(&command);
	if (st == IDM_OK)
		printf(CLI_STATE_PATH ": %lu records restored\n",
		    (unsigned long)restoring.records);
	return st;
}

static enum idm_status
read_gap(const char *text, uint32_t *gap, struct idm_err *err)
{
	uint64_t number = 0;
	enum idm_status st = IDM_OK;

	if (text != NULL)
		st = idm_num_parse(
		    text, strlen(text), UINT32_MAX - 1, &number, err);
	if (st == IDM_OK)
		*gap = (uint32_t)number;
	return st == IDM_OK ? st : idm_within(err, st, "--gap");
}

enum verb_exit
verb_state_restore(const struct verb_call *call)
{
	struct idm_view *backup = NULL;
	uint32_t gap = 0;
	struct idm_err err;
	enum idm_status st;

	st = cli_check_privilege(&call->request, &err);
	if (st == IDM_OK)
		st = read_gap(call->value[1], &gap, &err);
	if (st == IDM_OK)
		st = open_backup(call->argv[0], &backup, &err);
	if (st != IDM_OK)
		return failed(st, &err);
	st = verb_state_revive(call, backup, call->given[0], gap);
	idm_view_close(&backup);
	return verb_exit_of(st);
}
