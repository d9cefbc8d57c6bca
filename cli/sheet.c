#include <stdlib.h>
#include <string.h>

#include "identity/name.h"
#include "rules/textmap.h"

#include "cli/cover.h"
#include "cli/maps.h"
#include "cli/sheet.h"

static const char *const fault_names[CLI_FAULTS] = {
	[CLI_SYNTAX] = "Syntax error",
	[CLI_MISSING] = "Mandatory field missing",
	[CLI_TRANSPARENT] = "Bad transparent mapping",
	[CLI_DUPLICATE] = "Duplicate entry",
	[CLI_ORDER] = "Line out of order",
	[CLI_UNKNOWN] = "Unknown mapped user",
	[CLI_UNREACHABLE] = "Unreachable entry",
};

const char *
cli_fault_name(enum cli_fault fault)
{
	return fault_names[fault];
}

enum idm_status
cli_sheet_load(const struct idm_view *view, struct idm_ruleset_name set,
    struct cli_sheet *out, struct idm_err *err)
{
	struct cli_sheet sheet = { .kind = set.kind };
	struct idm_ruleset ruleset;
	enum idm_status st;

	st = cli_ruleset_read(view, set, &ruleset, err);
	if (st == IDM_OK)
		st = idm_entries_load(view, set, &sheet.entries, err);
	if (st != IDM_OK)
		return st;
	sheet.descriptor = ruleset.descriptor;
	sheet.n = sheet.entries.n;
	sheet.line = calloc(sheet.n + 1, sizeof(*sheet.line));
	if (sheet.line == NULL) {
		cli_sheet_free(&sheet);
		return idm_fail(err, IDM_NOMEM, "out of memory");
	}
	for (size_t i = 0; i < sheet.n; i++) {
		sheet.line[i].number = i + 2;
		sheet.line[i].is_entry = true;
		sheet.line[i].entry = sheet.entries.entry[i];
	}
	*out = sheet;
	return IDM_OK;
}

/* The line that reading has just passed, without its end. */
static struct idm_str
passed_line(const struct idm_textmap *map, struct idm_str text)
{
	struct idm_str line = { text.data, (size_t)(map->at - text.data) };
	const char *before;

	if (line.len > 0 && line.data[line.len - 1] == '\n')
		line.len--;
	before = memrchr(line.data, '\n', line.len);
	if (before != NULL) {
		line.len -= (size_t)(before + 1 - line.data);
		line.data = before + 1;
	}
	return line;
}

/* Read all lines behind the first into lines. */
static enum idm_status
take_lines(struct idm_textmap *map, struct idm_str text, struct idm_buf *lines,
    struct idm_err *err)
{
	for (;;) {
		struct cli_line line = { .is_entry = true };
		enum idm_status st;

		st = idm_textmap_next(map, &line.entry, NULL);
		if (st == IDM_NOTFOUND)
			return idm_buf_status(lines, err);
		line.number = map->line;
		if (st != IDM_OK) {
			line.is_entry = false;
			line.entry.remote = passed_line(map, text);
			line.entry.target = idm_str_of("");
		}
		idm_buf_put(lines, &line, sizeof(line));
	}
}

/* The first line alone, for a text that has no descriptor there. */
static void
take_first_line(struct idm_str text, struct idm_buf *lines)
{
	const char *end = memchr(text.data, '\n', text.len);
	struct cli_line line = { .number = 1 };

	line.entry.remote = text;
	if (end != NULL)
		line.entry.remote.len = (size_t)(end - text.data);
	line.entry.target = idm_str_of("");
	idm_buf_put(lines, &line, sizeof(line));
}

enum idm_status
cli_sheet_parse(struct idm_buf *text, enum idm_ruleset_kind kind,
    struct cli_sheet *out, struct idm_err *err)
{
	struct cli_sheet sheet = { .kind = kind, .text = *text };
	struct idm_str all = { sheet.text.data, sheet.text.len };
	struct idm_textmap map;
	struct idm_buf lines;
	enum idm_status st;

	*text = (struct idm_buf){ 0 };
	if (all.data == NULL)
		all.data = "";
	idm_buf_init(&lines, SIZE_MAX / 2);
	st = idm_textmap_open(&map, all, &sheet.descriptor, err);
	if (st == IDM_OK) {
		st = take_lines(&map, all, &lines, err);
	} else {
		sheet.is_headless = true;
		take_first_line(all, &lines);
		st = idm_buf_status(&lines, err);
	}
	if (st != IDM_OK) {
		idm_buf_fini(&lines);
		cli_sheet_free(&sheet);
		return st;
	}
	sheet.n = lines.len / sizeof(*sheet.line);
	sheet.line = (void *)lines.data;
	*out = sheet;
	return IDM_OK;
}

void
cli_sheet_free(struct cli_sheet *sheet)
{
	free(sheet->line);
	free(sheet->order);
	idm_entries_free(&sheet->entries);
	idm_buf_fini(&sheet->text);
	*sheet = (struct cli_sheet){ 0 };
}

static enum cli_fault
fault_of(enum idm_entry_fault fault)
{
	switch (fault) {
	case IDM_ENTRY_GOOD:
		break;
	case IDM_ENTRY_SYNTAX:
		return CLI_SYNTAX;
	case IDM_ENTRY_MISSING:
		return CLI_MISSING;
	case IDM_ENTRY_TRANSPARENT:
		return CLI_TRANSPARENT;
	}
	return CLI_FAULTS;
}

/* The target of a scheme's entry: a login that exists, if it is a login. */
static enum cli_fault
judge_login(
    struct idm_str name, const struct cli_logins *logins, struct idm_err *err)
{
	struct idm_target target;

	if (idm_target_parse(name, &target, err) != IDM_OK)
		return CLI_SYNTAX;
	if (target.kind != IDM_TARGET_NAME)
		return CLI_FAULTS;
	if (idm_name_login(name, err) != IDM_OK)
		return CLI_SYNTAX;
	if (logins == NULL || cli_logins_find(logins, name, NULL))
		return CLI_FAULTS;
	(void)idm_fail(err, IDM_NOTFOUND,
	    "there is no user '%.*s' in %s/passwd", (int)name.len, name.data,
	    IDM_ACCOUNTDIR);
	return CLI_UNKNOWN;
}

enum cli_fault
cli_entry_judge(const struct idm_descriptor *descriptor,
    enum idm_ruleset_kind kind, const struct idm_entry *entry,
    const struct cli_logins *logins, struct idm_err *err)
{
	enum cli_fault fault;

	fault = fault_of(idm_entry_examine(descriptor, entry, err));
	if (fault != CLI_FAULTS || kind != IDM_RULESET_SCHEME)
		return fault;
	return judge_login(entry->target, logins, err);
}

static void
mark(struct cli_sheet *sheet, struct cli_line *line, enum cli_fault fault)
{
	line->faults |= (uint8_t)CLI_FAULT(fault);
	sheet->faults++;
}

static void
judge_lines(struct cli_sheet *sheet, const struct cli_logins *logins)
{
	sheet->nsorted = 0;
	for (size_t i = 0; i < sheet->n; i++) {
		struct cli_line *line = &sheet->line[i];
		enum cli_fault fault = CLI_SYNTAX;

		if (line->is_entry)
			fault = cli_entry_judge(&sheet->descriptor, sheet->kind,
			    &line->entry, logins, NULL);
		if (fault != CLI_FAULTS)
			mark(sheet, line, fault);
		if ((line->faults & CLI_UNUSABLE) == 0)
			sheet->order[sheet->nsorted++] = i;
	}
}

static int
compare_lines(const void *a, const void *b, void *context)
{
	const struct cli_sheet *sheet = context;
	const size_t *one = a;
	const size_t *other = b;
	int order;

	order = idm_entry_compare(&sheet->descriptor, &sheet->line[*one].entry,
	    &sheet->line[*other].entry);
	if (order != 0)
		return order;
	return *one < *other ? -1 : *one > *other;
}

/* Mark what must come before an earlier line.  True when nothing must. */
static bool
mark_disorder(struct cli_sheet *sheet)
{
	size_t last = 0; /* the line that comes last, of those seen */
	bool is_sorted = true;

	for (size_t i = 1; i < sheet->nsorted; i++) {
		struct cli_line *line = &sheet->line[sheet->order[i]];

		if (compare_lines(
			&sheet->order[last], &sheet->order[i], sheet) <= 0) {
			last = i;
			continue;
		}
		is_sorted = false;
		mark(sheet, line, CLI_ORDER);
		line->before = sheet->order[last];
	}
	return is_sorted;
}

/* Mark, of lines with the same remote name, all but the first; drop them. */
static void
mark_duplicates(struct cli_sheet *sheet)
{
	size_t kept = 0;

	for (size_t i = 0; i < sheet->nsorted; i++) {
		struct cli_line *line = &sheet->line[sheet->order[i]];
		size_t first = kept == 0 ? 0 : sheet->order[kept - 1];

		if (kept == 0 ||
		    idm_str_compare(sheet->line[first].entry.remote,
			line->entry.remote) != 0) {
			sheet->order[kept++] = sheet->order[i];
			continue;
		}
		/* It has no place of its own to be out of. */
		if ((line->faults & CLI_FAULT(CLI_ORDER)) != 0) {
			line->faults &= (uint8_t)~CLI_FAULT(CLI_ORDER);
			sheet->faults--;
		}
		mark(sheet, line, CLI_DUPLICATE);
		line->other = first;
	}
	sheet->nsorted = kept;
}

static enum idm_status
mark_unreachable(struct cli_sheet *sheet, struct idm_err *err)
{
	size_t n = sheet->nsorted;
	const struct idm_entry **entries = calloc(n + 1, sizeof(*entries));
	size_t *covered_by = calloc(n + 1, sizeof(*covered_by));
	enum idm_status st;

	if (entries == NULL || covered_by == NULL) {
		st = idm_fail(err, IDM_NOMEM, "out of memory");
		goto out;
	}
	for (size_t i = 0; i < n; i++)
		entries[i] = &sheet->line[sheet->order[i]].entry;
	st = cli_cover_find(&sheet->descriptor, entries, n, covered_by, err);
	for (size_t i = 0; st == IDM_OK && i < n; i++) {
		struct cli_line *line = &sheet->line[sheet->order[i]];

		if (covered_by[i] == n)
			continue;
		mark(sheet, line, CLI_UNREACHABLE);
		line->other = sheet->order[covered_by[i]];
	}
out:
	free(covered_by);
	free(entries);
	return st;
}

enum idm_status
cli_sheet_inspect(struct cli_sheet *sheet, const struct cli_logins *logins,
    struct idm_err *err)
{
	sheet->faults = 0;
	sheet->order = calloc(sheet->n + 1, sizeof(*sheet->order));
	if (sheet->order == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	judge_lines(sheet, logins);
	if (!mark_disorder(sheet))
		qsort_r(sheet->order, sheet->nsorted, sizeof(*sheet->order),
		    compare_lines, sheet);
	mark_duplicates(sheet);
	return mark_unreachable(sheet, err);
}

/* What is wrong with a line as it stands, without looking at others. */
static void
explain_form(const struct cli_sheet *sheet, const struct cli_line *line,
    struct idm_err *err)
{
	struct idm_descriptor descriptor;
	struct idm_textmap map;

	(void)idm_fail(err, IDM_INVALID, "there is no local name");
	if (line->is_entry)
		(void)cli_entry_judge(
		    &sheet->descriptor, sheet->kind, &line->entry, NULL, err);
	else if (sheet->is_headless &&
	    idm_textmap_open(&map, line->entry.remote, &descriptor, err) ==
		IDM_OK)
		(void)idm_fail(err, IDM_INVALID, "there is no descriptor");
}

void
cli_sheet_explain(const struct cli_sheet *sheet, const struct cli_line *line,
    enum cli_fault fault, struct idm_err *err)
{
	const struct cli_line *other = &sheet->line[line->other];
	struct idm_str remote = other->entry.remote;

	switch (fault) {
	case CLI_SYNTAX:
	case CLI_MISSING:
	case CLI_TRANSPARENT:
		explain_form(sheet, line, err);
		break;
	case CLI_DUPLICATE:
		(void)idm_fail(err, IDM_CONFLICT,
		    "line %lu has the same remote name", other->number);
		break;
	case CLI_ORDER:
		(void)idm_fail(err, IDM_INVALID, "it belongs before line %lu",
		    sheet->line[line->before].number);
		break;
	case CLI_UNKNOWN:
		(void)idm_fail(err, IDM_NOTFOUND,
		    "there is no user '%.*s' in %s/passwd",
		    (int)line->entry.target.len, line->entry.target.data,
		    IDM_ACCOUNTDIR);
		break;
	case CLI_UNREACHABLE:
		(void)idm_fail(err, IDM_CONFLICT,
		    "line %lu, '%.*s', matches first whatever it matches",
		    other->number, (int)(remote.len > 300 ? 300 : remote.len),
		    remote.data);
		break;
	case CLI_FAULTS:
		break;
	}
}
