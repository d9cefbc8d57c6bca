#include "cli/change.h"
#include "cli/check.h"
#include "cli/entry.h"
#include "cli/explain.h"
#include "cli/fix.h"
#include "cli/import.h"
#include "cli/list.h"
#include "cli/mapopts.h"

#define ATTRIBUTE CLI_BIT(OPT_ATTRIBUTE)
#define DRY_RUN   CLI_BIT(OPT_DRY_RUN)
#define JSON      CLI_BIT(OPT_JSON)

/* clang-format off */
static const struct cli_form forms[] = {
	{
		.action = CLI_NO_ACTION,
		.admits = JSON,
		.root = true,
		.run = cli_list_attributes,
	},
	{
		.action = CLI_NO_ACTION,
		.needs = ATTRIBUTE,
		.admits = CLI_BIT(OPT_VALUE) | JSON,
		.root = true,
		.run = cli_list_entries,
	},
	{
		.action = OPT_ADD,
		.needs = ATTRIBUTE | CLI_BIT(OPT_REMOTE) | CLI_BIT(OPT_VALUE),
		.admits = DRY_RUN,
		.run = cli_add,
	},
	{
		.action = OPT_DELETE,
		.needs = ATTRIBUTE | CLI_BIT(OPT_VALUE),
		.admits = CLI_BIT(OPT_REMOTE) | DRY_RUN,
		.run = cli_delete,
	},
	{
		.action = OPT_INSTALL,
		.needs = ATTRIBUTE,
		.admits = DRY_RUN,
		.run = cli_install,
	},
	{
		.action = OPT_DROP,
		.needs = ATTRIBUTE,
		.admits = DRY_RUN,
		.run = cli_drop,
	},
	{
		.action = OPT_CHECK,
		.needs = ATTRIBUTE,
		.admits = JSON,
		.operand = "file",
		.root = true,
		.run = cli_check,
	},
	{
		.action = OPT_FIX,
		.needs = ATTRIBUTE,
		.admits = CLI_BIT(OPT_ANSWERS) | DRY_RUN,
		.operand = "file",
		.run = cli_fix,
	},
	{
		.action = OPT_TEST,
		.needs = ATTRIBUTE,
		.admits = JSON,
		.root = true,
		.run = cli_explain_attribute,
	},
	{
		.action = OPT_IMPORT,
		.needs = ATTRIBUTE,
		.admits = DRY_RUN,
		.run = cli_import,
	},
	{
		.action = OPT_EXPORT,
		.needs = ATTRIBUTE,
		.operand = "file",
		.root = true,
		.run = cli_export,
	},
	CLI_COMMON_FORMS,
};
/* clang-format on */

static const char *const briefs[OPT_COUNT] = {
	[OPT_ADD] = "add the entry that maps the remote value (-r)\n"
		    "to the local one (-l)",
	[OPT_DELETE] = "delete all entries that map to the local value,\n"
		       "or with -r just that one, and print them",
	[OPT_REMOTE] = "the remote value; * ? and [...] match within\n"
		       "a field",
	[OPT_INSTALL] = "install it; descr is the form of the remote\n"
			"values: M, a digit, a separator, M, a digit ...\n"
			"as in M1@M2; the higher its digit, the more a\n"
			"field weighs",
	[OPT_TEST] = "say what a remote value becomes, and why,\n"
		     "step by step",
};

static const char notes[] =
    "Without an action it lists: all attribute maps, the entries of one, or\n"
    "those of them that map to one local value.\n"
    "\n"
    "Examples:\n"
    "  attradmin -A uid -I M1@M2                  values like 104@venus\n"
    "  attradmin -A uid -a -r 104@venus -l 104\n"
    "  attradmin -A uid -a -r '*@mars' -l %1      uids of mars are ours\n"
    "  attradmin -A uid -t 101@mars               what would happen, and why\n"
    "\n"
    "Exit status: 0 done, 1 not done or something found.  Every attempt to\n"
    "change something is recorded in " IDM_LOGFILE ".\n"
    "The manual is attradmin(8); programs ask attrmap(3).\n";

const struct cli_tool cli_attradmin = {
	.name = "attradmin",
	.brief = "maps of remote attribute values to local ones",
	.options = cli_map_options,
	.noptions = OPT_COUNT,
	.briefs = briefs,
	.forms = forms,
	.nforms = IDM_COUNTOF(forms),
	.notes = notes,
};
