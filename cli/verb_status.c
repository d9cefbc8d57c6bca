#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/num.h"
#include "wire/client.h"

#include "cli/json.h"
#include "cli/maps.h"
#include "cli/store.h"
#include "cli/verb.h"
#include "cli/verb_state.h"

#define REPLY_WAIT_MS 2000
#define DATE_TEXT     40

/* What an open file says of itself; a failure's reason otherwise. */
static json_t *
describe_file(const char *path, enum store_file which)
{
	const struct idm_header *header;
	struct idm_view *view = NULL;
	struct idm_err err;
	json_t *file;

	if (store_open(path, which, &view, &err) != IDM_OK)
		return json_pack(
		    "{s:s, s:s}", "file", path, "problem", err.text);
	header = idm_view_header(view);
	file = json_pack("{s:s, s:I, s:I, s:I, s:I}", "file", path,
	    "generation", (json_int_t)header->generation, "written",
	    (json_int_t)header->time, "records", (json_int_t)header->records,
	    "bytes", (json_int_t)idm_view_stat(view)->st_size);
	idm_view_close(&view);
	return file;
}

/* Has the administrator adopted a users' map? */
static bool
is_adopted(void)
{
	struct idm_maps *maps = NULL;
	bool is_adopted;

	if (cli_maps_open(&maps, NULL) != IDM_OK)
		return true; /* what is there is all that can be told */
	is_adopted = maps->policy.has_users;
	idm_maps_close(&maps);
	return is_adopted;
}

/* One that nobody wants yet is not missing. */
static json_t *
describe_users(void)
{
	if (access(STORE_USERS_PATH, F_OK) == -1 && errno == ENOENT &&
	    !is_adopted()) {
		return json_pack(
		    "{s:s, s:n}", "file", STORE_USERS_PATH, "adopted");
	}
	return describe_file(STORE_USERS_PATH, STORE_USERS);
}

/* Nor is one that nothing was written to yet. */
static json_t *
describe_cache(void)
{
	if (access(STORE_CACHE_PATH, F_OK) == -1 && errno == ENOENT)
		return json_pack(
		    "{s:s, s:n}", "file", STORE_CACHE_PATH, "written");
	return describe_file(STORE_CACHE_PATH, STORE_ANY);
}

/* A value as a number if it is one, else as text. */
static json_t *
value_of(struct idm_str text)
{
	uint64_t number;

	if (idm_num_parse(text.data, text.len, INT64_MAX, &number, NULL) ==
	    IDM_OK)
		return json_integer((json_int_t)number);
	return cli_json_text(text);
}

/* The next word of a line, which is taken off; empty at the end. */
static struct idm_str
take_word(struct idm_str *line)
{
	const char *blank = memchr(line->data, ' ', line->len);
	struct idm_str word = *line;

	if (blank != NULL)
		word.len = (size_t)(blank - line->data);
	line->data += word.len;
	line->len -= word.len;
	if (line->len > 0) {
		line->data++;
		line->len--;
	}
	return word;
}

/* Lines of several words: see daemon/report.h.  An error is the last one. */
static const struct list {
	const char *word; /* that they begin with */
	const char *key;
	const char *names[10];
} lists[] = {
	{ "server", "servers",
	    { "domain", "uri", "state", "answers", "failures", "latency_us",
		"since", "error_time" } },
	{ "replica", "replicas",
	    { "domain", "state", "users", "groups", "refused", "since",
		"changed", "error_time" } },
};

static void
take_listed(json_t *daemon, const struct list *list, struct idm_str line)
{
	json_t *listed = json_object();

	for (size_t i = 0; list->names[i] != NULL; i++)
		(void)json_object_set_new(
		    listed, list->names[i], value_of(take_word(&line)));
	(void)json_object_set_new(listed, "error", cli_json_text(line));
	(void)json_array_append_new(json_object_get(daemon, list->key), listed);
}

/* One line "key value" of the daemon's reply. */
static void
take_line(json_t *daemon, struct idm_str line)
{
	const char *blank = memchr(line.data, ' ', line.len);
	struct idm_str value;
	char key[64];
	size_t len;

	if (blank == NULL || (size_t)(blank - line.data) >= sizeof(key))
		return;
	len = (size_t)(blank - line.data);
	for (size_t i = 0; i < IDM_COUNTOF(lists); i++) {
		if (!idm_str_is(
			(struct idm_str){ line.data, len }, lists[i].word))
			continue;
		take_listed(daemon, &lists[i],
		    (struct idm_str){ blank + 1, line.len - len - 1 });
		return;
	}
	/* The name goes to a terminal, and idmapd is not root. */
	if (idm_name_scheme((struct idm_str){ line.data, len }, NULL) != IDM_OK)
		return;
	memcpy(key, line.data, len);
	key[len] = '\0';
	value.data = blank + 1;
	value.len = line.len - len - 1;
	(void)json_object_set_new(daemon, key, value_of(value));
}

static enum idm_status
ask_daemon(struct idm_buf *reply, struct idm_err *err)
{
	const uid_t root = 0;
	struct idm_client *client = NULL;
	enum idm_status st;

	st = idm_client_open(IDM_SOCKET_PATH, &root, 1, &client, err);
	if (st == IDM_OK) {
		st = idm_client_call(client, IDM_OP_STATUS, idm_str_of(""),
		    REPLY_WAIT_MS, reply, err);
	}
	idm_client_close(&client);
	return st;
}

static json_t *
describe_daemon(void)
{
	json_t *daemon = json_pack("{s:s, s:[], s:[]}", "socket",
	    IDM_SOCKET_PATH, "servers", "replicas");
	struct idm_buf reply;
	struct idm_err err;

	idm_buf_init(&reply, IDM_WIRE_REPLY_MAX);
	if (ask_daemon(&reply, &err) != IDM_OK) {
		(void)json_object_set_new(
		    daemon, "problem", json_string(err.text));
	}
	for (size_t at = 0; at < reply.len;) {
		const char *line = reply.data + at;
		const char *end = memchr(line, '\n', reply.len - at);
		size_t len = end == NULL ? reply.len - at
					 : (size_t)(end - line);

		take_line(daemon, (struct idm_str){ line, len });
		at += len + 1;
	}
	idm_buf_fini(&reply);
	return daemon;
}

static const char *
date_text(json_int_t seconds, char text[static DATE_TEXT])
{
	time_t when = (time_t)seconds;
	struct tm tm;

	text[0] = '\0';
	if (localtime_r(&when, &tm) != NULL)
		(void)strftime(text, DATE_TEXT, "%Y-%m-%d %H:%M:%S %z", &tm);
	return text;
}

static json_int_t
number_in(json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static const char *
text_in(json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

/* Beneath something: what went wrong with it last. */
static void
print_error(json_t *listed)
{
	json_int_t error_time = number_in(listed, "error_time");
	char text[DATE_TEXT];

	if (error_time != 0)
		printf("    %s: %s\n", date_text(error_time, text),
		    text_in(listed, "error"));
}

/* A domain that is kept as a whole. */
static void
print_replica(json_t *replica)
{
	json_int_t since = number_in(replica, "since");
	json_int_t changed = number_in(replica, "changed");
	char text[DATE_TEXT];

	printf("  %s %s, %lld users, %lld groups, %lld refused",
	    text_in(replica, "domain"), text_in(replica, "state"),
	    (long long)number_in(replica, "users"),
	    (long long)number_in(replica, "groups"),
	    (long long)number_in(replica, "refused"));
	if (since != 0)
		printf(", as of %s", date_text(since, text));
	if (changed != 0)
		printf(", changed %s", date_text(changed, text));
	printf("\n");
	print_error(replica);
}

/* A server of a directory. */
static void
print_server(json_t *server)
{
	json_int_t since = number_in(server, "since");
	char text[DATE_TEXT];

	printf("  %s %s %s", text_in(server, "domain"), text_in(server, "uri"),
	    text_in(server, "state"));
	if (since != 0)
		printf(" since %s", date_text(since, text));
	printf(", %lld answers, %lld failures, %.2f ms\n",
	    (long long)number_in(server, "answers"),
	    (long long)number_in(server, "failures"),
	    (double)number_in(server, "latency_us") / 1000);
	print_error(server);
}

static void
print_value(const char *key, json_t *value)
{
	char text[DATE_TEXT];
	json_t *listed;
	size_t i;

	if (strcmp(key, "written") == 0 && json_is_integer(value)) {
		printf("  %-12s %s\n", key,
		    date_text(json_integer_value(value), text));
	} else if (strcmp(key, "replicas") == 0) {
		json_array_foreach(value, i, listed) print_replica(listed);
	} else if (json_is_array(value)) {
		json_array_foreach(value, i, listed) print_server(listed);
	} else if (json_is_integer(value)) {
		printf("  %-12s %lld\n", key,
		    (long long)json_integer_value(value));
	} else {
		printf("  %-12s %s\n", key,
		    json_is_null(value) ? "none" : json_string_value(value));
	}
}

static void
print_part(const char *name, json_t *part)
{
	const char *key;
	json_t *value;

	printf("%s\n", name);
	json_object_foreach(part, key, value) print_value(key, value);
}

enum verb_exit
verb_status(const struct verb_call *call)
{
	json_t *map = describe_file(STORE_MAP_PATH, STORE_MAP);
	json_t *users = describe_users();
	json_t *cache = describe_cache();
	json_t *state = verb_state_describe(cache);
	json_t *daemon = describe_daemon();
	enum verb_exit status = VERB_SUCCESS;

	/* Users' entries and their daemon are optional; the map is not. */
	if (json_object_get(map, "problem") != NULL)
		status = VERB_FAILURE;
	/* So is the store of allocations, once there is one. */
	if (json_object_get(state, "problem") != NULL &&
	    json_is_string(json_object_get(state, "adopted")))
		status = VERB_FAILURE;
	if (call->json) {
		json_t *all = json_pack("{s:O, s:O, s:O, s:O, s:O}", "map", map,
		    "users", users, "state", state, "cache", cache, "idmapd",
		    daemon);

		(void)json_dumpf(all, stdout, JSON_INDENT(2));
		(void)putchar('\n');
		json_decref(all);
	} else {
		print_part("map", map);
		print_part("users", users);
		print_part("state", state);
		print_part("cache", cache);
		print_part("idmapd", daemon);
	}
	json_decref(map);
	json_decref(users);
	json_decref(state);
	json_decref(cache);
	json_decref(daemon);
	return status;
}
