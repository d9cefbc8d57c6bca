#include "cli/change.h"
#include "cli/check.h"
#include "cli/entry.h"
#include "cli/explain.h"
#include "cli/fix.h"
#include "cli/import.h"
#include "cli/list.h"
#include "cli/mapopts.h"

#define SCHEME  CLI_BIT(OPT_SCHEME)
#define DRY_RUN CLI_BIT(OPT_DRY_RUN)
#define JSON    CLI_BIT(OPT_JSON)

/* clang-format off */
static const struct cli_form forms[] = {
	{
		.action = CLI_NO_ACTION,
		.admits = JSON,
		.root = true,
		.run = cli_list_schemes,
	},
	{
		.action = CLI_NO_ACTION,
		.needs = SCHEME,
		.admits = CLI_BIT(OPT_LOGNAME) | JSON,
		.root = true,
		.run = cli_list_entries,
	},
	{
		.action = OPT_ADD,
		.needs = SCHEME | CLI_BIT(OPT_REMOTE) | CLI_BIT(OPT_LOGNAME),
		.admits = CLI_BIT(OPT_FORCE) | CLI_BIT(OPT_PRIVILEGED) |
		    DRY_RUN,
		.run = cli_add,
	},
	{
		.action = OPT_DELETE,
		.needs = SCHEME | CLI_BIT(OPT_LOGNAME),
		.admits = CLI_BIT(OPT_REMOTE) | DRY_RUN,
		.run = cli_delete,
	},
	{
		.action = OPT_INSTALL,
		.needs = SCHEME,
		.admits = DRY_RUN,
		.run = cli_install,
	},
	{
		.action = OPT_DROP,
		.needs = SCHEME,
		.admits = DRY_RUN,
		.run = cli_drop,
	},
	{
		.action = OPT_USER,
		.needs = SCHEME,
		.admits = CLI_BIT(OPT_FORCE) | DRY_RUN,
		.run = cli_user_mode,
	},
	{
		.action = OPT_SECURE,
		.needs = SCHEME,
		.admits = DRY_RUN,
		.run = cli_secure_mode,
	},
	{
		.action = OPT_CHECK,
		.needs = SCHEME,
		.admits = JSON,
		.operand = "file",
		.root = true,
		.run = cli_check,
	},
	{
		.action = OPT_FIX,
		.needs = SCHEME,
		.admits = CLI_BIT(OPT_ANSWERS) | DRY_RUN,
		.operand = "file",
		.run = cli_fix,
	},
	{
		.action = OPT_TEST,
		.needs = SCHEME,
		.admits = JSON,
		.root = true,
		.run = cli_explain_scheme,
	},
	{
		.action = OPT_IMPORT,
		.needs = SCHEME,
		.admits = CLI_BIT(OPT_FORCE) | CLI_BIT(OPT_PRIVILEGED) |
		    DRY_RUN,
		.run = cli_import,
	},
	{
		.action = OPT_EXPORT,
		.needs = SCHEME,
		.operand = "file",
		.root = true,
		.run = cli_export,
	},
	{
		.action = OPT_NSS,
		.needs = SCHEME,
		.admits = DRY_RUN,
		.run = cli_nss,
	},
	CLI_COMMON_FORMS,
};
/* clang-format on */

static const char notes[] =
    "Without an action it lists: all schemes with their modes, the entries of\n"
    "one scheme, or those of them that map to one login.\n"
    "\n"
    "Examples:\n"
    "  idadmin -S myscheme -I 'M2!M1'             names like host!user\n"
    "  idadmin -S myscheme -a -r 'comunix!foo' -l foo\n"
    "  idadmin -S myscheme -a -r '*!*' -l %1      everybody, by the same name\n"
    "  idadmin -S myscheme -a -r 'guest!*' -l %i  but nobody of that host\n"
    "  idadmin -S myscheme -t 'comunix!foo'       what would happen, and why\n"
    "  idadmin -S myscheme --export map.txt       the classic text form\n"
    "\n"
    "Exit status: 0 done, 1 not done or something found.  Every attempt to\n"
    "change something is recorded in " IDM_LOGFILE ".\n"
    "The manual is idadmin(8); users edit their own entries with "
    "uidadmin(1).\n";

const struct cli_tool cli_idadmin = {
	.name = "idadmin",
	.brief = "schemes that map remote names to local logins",
	.options = cli_map_options,
	.noptions = OPT_COUNT,
	.forms = forms,
	.nforms = IDM_COUNTOF(forms),
	.notes = notes,
};
