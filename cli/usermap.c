#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/json.h"
#include "cli/mapopts.h"
#include "cli/maps.h"
#include "cli/say.h"
#include "cli/sheet.h"
#include "cli/usermap.h"
#include "cli/userquery.h"

static void
print_rows(const struct cli_user_table *table)
{
	for (size_t i = 0; i < table->n; i++) {
		cli_put(stdout, idm_str_of(table->row[i].remote));
		(void)putchar(' ');
		cli_put(stdout, idm_str_of(table->row[i].logname));
		(void)putchar('\n');
	}
}

enum idm_status
cli_user_descriptor(const struct cli_request *request,
    struct idm_descriptor *descriptor, struct idm_err *err)
{
	struct idm_ruleset ruleset;
	struct idm_maps *maps = NULL;
	enum idm_status st;

	st = cli_maps_open(&maps, err);
	if (st == IDM_OK)
		st = cli_ruleset_read(
		    maps->map, cli_ruleset_of(request), &ruleset, err);
	if (st == IDM_OK)
		*descriptor = ruleset.descriptor;
	idm_maps_close(&maps);
	return st;
}

static json_t *
row_json(const struct cli_user_row *row)
{
	struct idm_entry entry = cli_user_entry(row);
	json_t *json = cli_json_entry(&entry);

	(void)json_object_set_new(json, "uid", json_integer(row->uid));
	return json;
}

static void
list_as_json(
    const struct cli_request *request, const struct cli_user_table *table)
{
	struct cli_json_list list;
	json_t *head = json_object();

	(void)json_object_set_new(head, "scheme",
	    cli_json_text(idm_str_of(request->value[OPT_SCHEME])));
	cli_json_begin(&list, head, "entries");
	for (size_t i = 0; i < table->n; i++)
		cli_json_put(&list, row_json(&table->row[i]));
	cli_json_end(&list);
}

int
cli_user_list(const struct cli_request *request)
{
	char text[IDM_DESCRIPTOR_TEXT_MAX];
	struct idm_descriptor descriptor;
	struct cli_user_table table = { 0 };
	struct idm_buf command = { 0 };
	struct idm_err err;
	enum idm_status st;

	st = cli_user_descriptor(request, &descriptor, &err);
	if (st == IDM_OK)
		st = cli_user_fetch(IDM_OP_USER_LIST,
		    cli_user_question(request, &command), &table, &err);
	if (st == IDM_OK && cli_given(request, OPT_JSON)) {
		list_as_json(request, &table);
	} else if (st == IDM_OK) {
		if (!cli_given(request, OPT_LOGNAME))
			printf(
			    "!%s\n", idm_descriptor_format(&descriptor, text));
		print_rows(&table);
	}
	cli_user_table_free(&table);
	idm_buf_fini(&command);
	return cli_user_end(request, st, &err, false);
}

int
cli_user_add(const struct cli_request *request)
{
	struct idm_user_request question;
	struct idm_buf command = { 0 };
	struct idm_buf reply;
	struct idm_err err;
	enum idm_status st;

	if (geteuid() == 0 && !cli_given(request, OPT_LOGNAME)) {
		cli_error("root must say whose entry it is, by -l logname");
		return 1;
	}
	question = cli_user_question(request, &command);
	idm_buf_init(&reply, IDM_WIRE_REPLY_MAX);
	st = cli_ask(IDM_OP_USER_ADD, &question, &reply, &err);
	idm_buf_fini(&reply);
	idm_buf_fini(&command);
	return cli_user_end(request, st, &err, true);
}

int
cli_user_delete(const struct cli_request *request)
{
	struct cli_user_table table = { 0 };
	struct idm_buf command = { 0 };
	struct idm_err err;
	enum idm_status st;

	st = cli_user_fetch(IDM_OP_USER_DELETE,
	    cli_user_question(request, &command), &table, &err);
	print_rows(&table);
	cli_user_table_free(&table);
	idm_buf_fini(&command);
	return cli_user_end(request, st, &err, true);
}

/* What is wrong with an entry, as a category of -c and as a reason. */
static const struct {
	enum cli_fault category;
	const char *reason;
} faults[] = {
	[IDM_USER_GOOD] = { CLI_FAULTS, "nothing is wrong with it" },
	[IDM_USER_SYNTAX] = { CLI_SYNTAX,
	    "the remote name does not fit the scheme" },
	[IDM_USER_UNKNOWN] = { CLI_UNKNOWN, "there is no such login" },
	[IDM_USER_OTHER] = { CLI_UNKNOWN,
	    "the login is another account now, or one that no user may have" },
	[IDM_USER_VETOED] = { CLI_UNREACHABLE,
	    "an entry of the administrator refuses this name" },
	[IDM_USER_DEAD] = { CLI_UNREACHABLE,
	    "it was made for an earlier scheme of this name" },
};

/* The place in faults[]; what a newer idmapd may say counts as bad. */
static unsigned
fault_of(const struct cli_user_row *row)
{
	return row->fault < IDM_COUNTOF(faults) ? row->fault : IDM_USER_SYNTAX;
}

void
cli_user_print_fault(const struct cli_user_row *row, size_t at)
{
	unsigned fault = fault_of(row);

	printf("Error on line number %zu: %s\n\t", at + 2,
	    cli_fault_name(faults[fault].category));
	cli_put(stdout, idm_str_of(row->remote));
	(void)putchar(' ');
	cli_put(stdout, idm_str_of(row->logname));
	printf("\n\t(%s)\n", faults[fault].reason);
}

static json_t *
fault_json(const struct cli_user_row *row, size_t at)
{
	unsigned fault = fault_of(row);
	json_t *json = row_json(row);

	(void)json_object_set_new(
	    json, "line", json_integer((json_int_t)at + 2));
	(void)json_object_set_new(json, "category",
	    json_string(cli_fault_name(faults[fault].category)));
	(void)json_object_set_new(
	    json, "reason", json_string(faults[fault].reason));
	return json;
}

static size_t
count_faults(const struct cli_user_table *table)
{
	size_t n = 0;

	for (size_t i = 0; i < table->n; i++)
		n += fault_of(&table->row[i]) != IDM_USER_GOOD;
	return n;
}

static void
check_as_json(
    const struct cli_request *request, const struct cli_user_table *table)
{
	struct cli_json_list list;

	cli_json_begin(&list,
	    json_pack("{s:s, s:I, s:I}", "scheme", request->value[OPT_SCHEME],
		"count", (json_int_t)table->n, "errors",
		(json_int_t)count_faults(table)),
	    "findings");
	for (size_t i = 0; i < table->n; i++)
		if (fault_of(&table->row[i]) != IDM_USER_GOOD)
			cli_json_put(&list, fault_json(&table->row[i], i));
	cli_json_end(&list);
}

static void
check_as_text(const struct cli_user_table *table)
{
	size_t n = count_faults(table);

	for (size_t i = 0; i < table->n; i++)
		if (fault_of(&table->row[i]) != IDM_USER_GOOD)
			cli_user_print_fault(&table->row[i], i);
	printf("%zu error%s found in %zu %s\n", n, n == 1 ? "" : "s", table->n,
	    table->n == 1 ? "entry" : "entries");
}

int
cli_user_check(const struct cli_request *request)
{
	struct cli_user_table table = { 0 };
	struct idm_buf command = { 0 };
	struct idm_err err;
	enum idm_status st;
	size_t n;

	st = cli_user_fetch(IDM_OP_USER_CHECK,
	    cli_user_question(request, &command), &table, &err);
	if (st == IDM_OK && cli_given(request, OPT_JSON))
		check_as_json(request, &table);
	else if (st == IDM_OK)
		check_as_text(&table);
	n = count_faults(&table);
	cli_user_table_free(&table);
	idm_buf_fini(&command);
	return cli_user_end(request, st, &err, false) == 0 && n == 0 ? 0 : 1;
}
