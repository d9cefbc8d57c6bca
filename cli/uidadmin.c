#include "cli/list.h"
#include "cli/mapopts.h"
#include "cli/usermap.h"

#define SCHEME CLI_BIT(OPT_SCHEME)
#define JSON   CLI_BIT(OPT_JSON)

/* clang-format off */
static const struct cli_form forms[] = {
	{
		.action = CLI_NO_ACTION,
		.admits = JSON,
		.run = cli_list_schemes,
	},
	{
		.action = CLI_NO_ACTION,
		.needs = SCHEME,
		.admits = CLI_BIT(OPT_LOGNAME) | JSON,
		.run = cli_user_list,
	},
	{
		.action = OPT_ADD,
		.needs = SCHEME | CLI_BIT(OPT_REMOTE),
		.admits = CLI_BIT(OPT_LOGNAME),
		.run = cli_user_add,
	},
	{
		.action = OPT_DELETE,
		.needs = SCHEME | CLI_BIT(OPT_LOGNAME),
		.admits = CLI_BIT(OPT_REMOTE),
		.run = cli_user_delete,
	},
	{
		.action = OPT_CHECK,
		.needs = SCHEME,
		.admits = CLI_BIT(OPT_LOGNAME) | JSON,
		.root = true,
		.run = cli_user_check,
	},
	{
		.action = OPT_FIX,
		.needs = SCHEME,
		.admits = CLI_BIT(OPT_LOGNAME) | CLI_BIT(OPT_ANSWERS),
		.run = cli_user_fix,
	},
	CLI_COMMON_FORMS,
};
/* clang-format on */

static const char *const briefs[OPT_COUNT] = {
	[OPT_SCHEME] = "the scheme",
	[OPT_ADD] = "add the entry that maps the remote name (-r)\n"
		    "to you",
	[OPT_REMOTE] = "the remote name, all of it",
	[OPT_LOGNAME] = "your login; root names anybody's",
	[OPT_CHECK] = "check all users' entries, or one login's;\n"
		      "for root",
	[OPT_FIX] = "ask, for each bad entry, whether to change,\n"
		    "skip or delete it; for root",
};

static const char notes[] =
    "Without an action it lists: all schemes with their modes, or your own\n"
    "entries in one scheme.  Your entries count where the scheme is in USER\n"
    "mode; they name one remote name each, without * ? [ ] or %n, and your "
    "own\n"
    "login.  -c and -f are the administrator's, who must always give -l.\n"
    "\n"
    "Examples:\n"
    "  uidadmin -S myscheme -a -r 'comunix!me'    that is me\n"
    "  uidadmin -S myscheme                       my entries\n"
    "  uidadmin -S myscheme -d -r 'comunix!me' -l \"$LOGNAME\"\n"
    "\n"
    "Exit status: 0 done, 1 not done or something found.\n"
    "The manual is uidadmin(1).\n";

const struct cli_tool cli_uidadmin = {
	.name = "uidadmin",
	.brief = "your own remote names, mapped to your login",
	.options = cli_map_options,
	.noptions = OPT_COUNT,
	.briefs = briefs,
	.forms = forms,
	.nforms = IDM_COUNTOF(forms),
	.notes = notes,
};
