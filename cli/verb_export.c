#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/attr.h"
#include "map/namerules_edit.h"

#include "cli/file.h"
#include "cli/maps.h"
#include "cli/ruleformat.h"
#include "cli/rules.h"
#include "cli/say.h"
#include "cli/verb.h"

enum { EXPORT_FILE, EXPORT_STRICT };
const struct verb_option verb_export_options[] = {
	[EXPORT_FILE] = { 'f', "file", "file",
	    "write this file, at once or not at all" },
	[EXPORT_STRICT] = { '\0', "strict", NULL,
	    "exit with 1 when a rule cannot be written, or not\n"
	    "all of it" },
	{ .name = NULL },
};

/* Rules on their way into a file. */
struct writing {
	enum rule_format format;
	struct idm_buf *out;
	struct idm_buf unix; /* of smbusers: whose line is open; empty: none */
	size_t lost;
};

static void
tell(struct writing *writing, const struct idm_namerule *rule, const char *what,
    const char *why)
{
	struct idm_buf text;

	writing->lost++;
	idm_buf_init(&text, 65536);
	idm_namerule_put(&text, rule, false);
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '\t')
			text.data[i] = ' ';
	cli_note("%s: %s: %s", what, idm_buf_text(&text), why);
	idm_buf_fini(&text);
}

static void
end_line(struct writing *writing)
{
	if (writing->unix.len > 0)
		idm_buf_puts(writing->out, "\n");
	idm_buf_clear(&writing->unix);
}

static enum idm_status
put_smbusers(struct writing *writing, const struct idm_namerule *rule,
    const char **remark, struct idm_err *err)
{
	struct idm_str before = { "", 0 };
	struct idm_buf line;
	enum idm_status st;

	if (writing->unix.len > 0)
		before = (struct idm_str){ writing->unix.data,
			writing->unix.len };
	idm_buf_init(&line, 65536);
	st = smbusers_put(&line, rule, before, remark, err);
	if (st == IDM_OK) {
		if (idm_str_compare(before, rule->unix) != 0)
			end_line(writing);
		idm_buf_put(writing->out, line.data, line.len);
		idm_buf_clear(&writing->unix);
		idm_buf_put(&writing->unix, rule->unix.data, rule->unix.len);
	}
	idm_buf_fini(&line);
	return st;
}

static enum idm_status
put_rule(void *context, const struct idm_namerule *rule, struct idm_err *err)
{
	struct writing *writing = context;
	const char *remark = NULL;
	enum idm_status st;

	st = writing->format == RULE_FORMAT_SMBUSERS
	    ? put_smbusers(writing, rule, &remark, err)
	    : usermapcfg_put(writing->out, rule, &remark, err);
	if (st == IDM_REFUSED)
		tell(writing, rule, "not exported", err->text);
	else if (st == IDM_OK && remark != NULL)
		tell(writing, rule, "not all of it is exported", remark);
	return st == IDM_REFUSED ? IDM_OK : st;
}

static enum idm_status
put_native(
    const struct idm_maps *maps, struct writing *writing, struct idm_err *err)
{
	struct rules_lines lines = { .out = writing->out, .is_long = true };
	enum idm_status st;

	idm_buf_puts(writing->out,
	    "# name rules of idmap(8): 'idmap -f' or 'idmap import native' "
	    "reads them\n");
	st = idm_namerules_each(maps->map, rules_lines_put, &lines, err);
	rules_lines_end(&lines);
	return st;
}

static enum idm_status
write_rules(struct writing *writing, struct idm_err *err)
{
	struct idm_maps *maps = NULL;
	enum idm_status st;

	st = cli_maps_open(&maps, err);
	/* A host without a map has no rules. */
	if (st == IDM_NOTFOUND)
		return IDM_OK;
	if (st == IDM_OK)
		st = writing->format == RULE_FORMAT_NATIVE
		    ? put_native(maps, writing, err)
		    : idm_namerules_each(maps->map, put_rule, writing, err);
	end_line(writing);
	idm_maps_close(&maps);
	return st;
}

static enum idm_status
export_to(const char *path, struct writing *writing, struct idm_err *err)
{
	struct idm_str text;
	enum idm_status st;

	st = write_rules(writing, err);
	if (st == IDM_OK)
		st = idm_buf_status(writing->out, err);
	if (st != IDM_OK)
		return st;
	text = (struct idm_str){ writing->out->data, writing->out->len };
	if (path != NULL && strcmp(path, "-") != 0)
		return cli_file_replace(path, text, NULL, err);
	cli_print(writing->out);
	return IDM_OK;
}

enum verb_exit
verb_export(const struct verb_call *call)
{
	struct writing writing = { .lost = 0 };
	struct idm_buf text;
	struct idm_err err;
	enum idm_status st;

	st = rule_format_parse(call->argv[0], &writing.format, &err);
	if (st != IDM_OK) {
		cli_error("export: %s", err.text);
		return VERB_USAGE;
	}
	idm_buf_init(&text, RULES_TEXT_MAX);
	idm_buf_init(&writing.unix, 65536);
	writing.out = &text;
	st = export_to(call->value[EXPORT_FILE], &writing, &err);
	if (st != IDM_OK)
		cli_error("%s", err.text);
	idm_buf_fini(&writing.unix);
	idm_buf_fini(&text);
	if (st == IDM_OK && writing.lost > 0 && call->given[EXPORT_STRICT])
		return VERB_FAILURE;
	return verb_exit_of(st);
}
