#include <stdio.h>

#include "map/namerules_edit.h"

#include "cli/json.h"
#include "cli/maps.h"
#include "cli/rules.h"
#include "cli/say.h"
#include "cli/verb.h"

enum { LIST_LONG };
const struct verb_option verb_list_options[] = {
	[LIST_LONG] = { '\0', "long", NULL,
	    "with each rule's number, time of adding and uid\n"
	    "of who added it, as a comment" },
	{ .name = NULL },
};

static enum idm_status
put_json(void *context, const struct idm_namerule *rule, struct idm_err *err)
{
	(void)err;
	cli_json_put(context, rules_json(rule));
	return IDM_OK;
}

/* A host without a map has no rules. */
static enum idm_status
each_rule(const struct idm_maps *maps, idm_namerule_each *each, void *context,
    struct idm_err *err)
{
	return maps == NULL ? IDM_OK
			    : idm_namerules_each(maps->map, each, context, err);
}

static enum idm_status
list_as_json(const struct idm_maps *maps, struct idm_err *err)
{
	struct cli_json_list list;
	enum idm_status st;

	cli_json_begin(&list, json_object(), "rules");
	st = each_rule(maps, put_json, &list, err);
	cli_json_end(&list);
	return st;
}

static enum idm_status
list_as_text(const struct idm_maps *maps, bool is_long, struct idm_err *err)
{
	struct idm_buf text;
	struct rules_lines lines = { .out = &text, .is_long = is_long };
	enum idm_status st;

	idm_buf_init(&text, RULES_TEXT_MAX);
	st = each_rule(maps, rules_lines_put, &lines, err);
	rules_lines_end(&lines);
	if (st == IDM_OK)
		st = idm_buf_status(&text, err);
	if (st == IDM_OK)
		cli_print(&text);
	idm_buf_fini(&text);
	return st;
}

enum verb_exit
verb_list(const struct verb_call *call)
{
	struct idm_maps *maps = NULL;
	struct idm_err err;
	enum idm_status st;

	st = cli_maps_open(&maps, &err);
	if (st == IDM_OK || st == IDM_NOTFOUND)
		st = call->json
		    ? list_as_json(maps, &err)
		    : list_as_text(maps, call->given[LIST_LONG], &err);
	if (st != IDM_OK)
		cli_error("%s", err.text);
	idm_maps_close(&maps);
	return verb_exit_of(st);
}
