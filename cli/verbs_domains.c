#include "cli/verb.h"
#include "cli/verb_domain.h"

const struct verb verbs_domains[] = {
	{
	    .name = "domain add",
	    .synopsis = "name [setting=value ...]",
	    .brief = "configure a domain",
	    .help = "Without a backend it is 'rid'; a backend that needs a "
		    "range and was given none gets\nthe next free one.  "
		    "Settings are those of idmap-domains(5); 'idmap domain "
		    "options'\nlists them.  With servers= or discovery= the "
		    "directory is asked for what is not\nsaid, and tried "
		    "before anything is saved.",
	    .argmin = 1,
	    .argmax = 64,
	    .options = VERB_JSON | VERB_DRY_RUN,
	    .own = verb_domain_add_options,
	    .run = verb_domain_add,
	},
	{
	    .name = "domain choices",
	    .synopsis = "",
	    .brief = "list the backends",
	    .help = "What each is for, and whether it is a domain's or the "
		    "catch-all's.",
	    .options = VERB_JSON,
	    .run = verb_domain_choices,
	},
	{
	    .name = "domain edit",
	    .synopsis = "name setting=value ...",
	    .brief = "change settings of a domain",
	    .help = "'setting=' takes a setting away; '*' is the catch-all.  "
		    "The file's comments stay.\nWhat would move numbers that "
		    "may have been served is refused: see it with\n"
		    "--dry-run, then give --force-move.",
	    .argmin = 2,
	    .argmax = 64,
	    .options = VERB_JSON | VERB_DRY_RUN,
	    .own = verb_domain_edit_options,
	    .run = verb_domain_edit,
	},
	{
	    .name = "domain list",
	    .synopsis = "",
	    .brief = "list the domains in force",
	    .help = "In the order in which they were first applied: name, "
		    "backend, range, SID, DNS name.",
	    .options = VERB_JSON,
	    .run = verb_domain_list,
	},
	{
	    .name = "domain options",
	    .synopsis = "[backend]",
	    .brief = "list the settings of domains, or options of a backend",
	    .help = "With defaults, and what is required.",
	    .argmax = 1,
	    .options = VERB_JSON,
	    .run = verb_domain_options_of,
	},
	{
	    .name = "domain pool",
	    .synopsis = "name",
	    .brief = "show or make the pool of a domain whose numbers hosts "
		     "share",
	    .help = "Of backend ldap.  Which numbers are next, and whether "
		    "those that this host has are\nthose of the directory.",
	    .argmin = 1,
	    .argmax = 1,
	    .options = VERB_JSON,
	    .own = verb_pool_options,
	    .run = verb_domain_pool,
	},
	{
	    .name = "domain remove",
	    .synopsis = "name",
	    .brief = "take a domain away",
	    .help = "Its numbers are remembered: when it comes back it must "
		    "agree with what it was, and no\nother domain may take "
		    "them, unless --force-move is given then.",
	    .argmin = 1,
	    .argmax = 1,
	    .options = VERB_JSON | VERB_DRY_RUN,
	    .own = verb_domain_options,
	    .run = verb_domain_remove,
	},
	{
	    .name = "domain show",
	    .synopsis = "name",
	    .brief = "show a domain's settings, and what is in force",
	    .help = "Any of the domain's names will do.  The output is again "
		    "a domain's file.",
	    .argmin = 1,
	    .argmax = 1,
	    .options = VERB_JSON,
	    .run = verb_domain_show,
	},
	{ .name = NULL },
};
