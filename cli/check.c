#include "cli/check.h"
#include "cli/file.h"
#include "cli/json.h"
#include "cli/mapopts.h"
#include "cli/maps.h"
#include "cli/say.h"

static enum idm_status
open_database(const struct cli_request *request, struct cli_sheet *sheet,
    struct idm_err *err)
{
	struct idm_maps *maps = NULL;
	enum idm_status st;

	st = cli_maps_open(&maps, err);
	if (st == IDM_OK)
		st = cli_sheet_load(
		    maps->map, cli_ruleset_of(request), sheet, err);
	idm_maps_close(&maps);
	return st;
}

static enum idm_status
open_text(const struct cli_request *request, struct cli_sheet *sheet,
    struct stat *stat, struct idm_err *err)
{
	struct idm_buf text;
	enum idm_status st;

	idm_buf_init(&text, CLI_FILE_MAX);
	st = cli_file_read(request->operand, &text, stat, err);
	if (st == IDM_OK)
		st = cli_sheet_parse(
		    &text, cli_ruleset_of(request).kind, sheet, err);
	idm_buf_fini(&text);
	return st;
}

enum idm_status
cli_check_open(const struct cli_request *request, struct cli_sheet *sheet,
    struct cli_logins **logins, struct stat *stat, struct idm_err *err)
{
	enum idm_status st;

	st = request->operand == NULL ? open_database(request, sheet, err)
				      : open_text(request, sheet, stat, err);
	if (st == IDM_OK && sheet->kind == IDM_RULESET_SCHEME)
		st = cli_logins_open(IDM_ACCOUNTDIR, logins, err);
	if (st == IDM_OK)
		st = cli_sheet_inspect(sheet, *logins, err);
	return st;
}

static void
print_entry(const struct cli_line *line)
{
	cli_put(stdout, line->entry.remote);
	if (line->is_entry) {
		(void)putchar(' ');
		cli_put(stdout, line->entry.target);
	}
}

static void
print_finding(const struct cli_sheet *sheet, const struct cli_line *line,
    enum cli_fault fault)
{
	struct idm_err why;

	cli_sheet_explain(sheet, line, fault, &why);
	printf("Error on line number %lu: %s\n\t", line->number,
	    cli_fault_name(fault));
	print_entry(line);
	fputs("\n\t(", stdout);
	cli_put(stdout, idm_str_of(why.text));
	fputs(")\n", stdout);
}

static json_t *
finding_json(const struct cli_sheet *sheet, const struct cli_line *line,
    enum cli_fault fault)
{
	json_t *json = json_object();
	struct idm_err why;

	cli_sheet_explain(sheet, line, fault, &why);
	(void)json_object_set_new(
	    json, "line", json_integer((json_int_t)line->number));
	(void)json_object_set_new(
	    json, "category", json_string(cli_fault_name(fault)));
	(void)json_object_set_new(
	    json, "remote", cli_json_text(line->entry.remote));
	if (line->is_entry)
		(void)json_object_set_new(
		    json, "local", cli_json_text(line->entry.target));
	(void)json_object_set_new(
	    json, "reason", cli_json_text(idm_str_of(why.text)));
	return json;
}

/* Call tell() with every finding of a line. */
static void
each_fault(const struct cli_sheet *sheet, const struct cli_line *line,
    void (*tell)(void *, const struct cli_sheet *, const struct cli_line *,
	enum cli_fault),
    void *context)
{
	for (unsigned fault = 0; fault < CLI_FAULTS; fault++)
		if ((line->faults & CLI_FAULT(fault)) != 0)
			tell(context, sheet, line, (enum cli_fault)fault);
}

static void
tell_text(void *context, const struct cli_sheet *sheet,
    const struct cli_line *line, enum cli_fault fault)
{
	(void)context;
	print_finding(sheet, line, fault);
}

static void
tell_json(void *context, const struct cli_sheet *sheet,
    const struct cli_line *line, enum cli_fault fault)
{
	cli_json_put(context, finding_json(sheet, line, fault));
}

void
cli_check_print(const struct cli_sheet *sheet, const struct cli_line *line)
{
	each_fault(sheet, line, tell_text, NULL);
}

static void
print_as_text(const struct cli_sheet *sheet)
{
	for (size_t i = 0; i < sheet->n; i++)
		each_fault(sheet, &sheet->line[i], tell_text, NULL);
	printf("%llu error%s found in %zu %s\n",
	    (unsigned long long)sheet->faults, sheet->faults == 1 ? "" : "s",
	    sheet->n, sheet->n == 1 ? "entry" : "entries");
}

static void
print_as_json(const struct cli_request *request, const struct cli_sheet *sheet)
{
	struct cli_json_list list;
	json_t *head = json_object();

	if (request->operand != NULL)
		(void)json_object_set_new(
		    head, "file", cli_json_text(idm_str_of(request->operand)));
	else
		(void)json_object_set_new(head, cli_kind_word(sheet->kind),
		    json_string(cli_ruleset_of(request).name));
	(void)json_object_set_new(
	    head, "count", json_integer((json_int_t)sheet->n));
	(void)json_object_set_new(
	    head, "errors", json_integer((json_int_t)sheet->faults));
	cli_json_begin(&list, head, "findings");
	for (size_t i = 0; i < sheet->n; i++)
		each_fault(sheet, &sheet->line[i], tell_json, &list);
	cli_json_end(&list);
}

int
cli_check(const struct cli_request *request)
{
	struct cli_logins *logins = NULL;
	struct cli_sheet sheet = { 0 };
	struct stat stat;
	struct idm_err err;
	enum idm_status st;
	uint64_t faults;

	st = cli_check_open(request, &sheet, &logins, &stat, &err);
	if (st != IDM_OK)
		cli_error("%s", err.text);
	else if (cli_given(request, OPT_JSON))
		print_as_json(request, &sheet);
	else
		print_as_text(&sheet);
	faults = sheet.faults;
	cli_sheet_free(&sheet);
	cli_logins_close(&logins);
	return st == IDM_OK && faults == 0 ? 0 : 1;
}
