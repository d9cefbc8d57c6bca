#include "cli/verb.h"
#include "cli/verb_cache.h"
#include "cli/verb_state.h"

static const struct verb_option adopt_options[] = {
	{
	    .name = "replace",
	    .brief = "make a new, empty one whatever there is",
	},
	{ .name = NULL },
};

static const struct verb_option restore_options[] = {
	{
	    .name = "replace",
	    .brief = "even if the state in place is whole",
	},
	{
	    .name = "gap",
	    .argument = "number",
	    .brief = "leave so many ids out, lest one is given twice",
	},
	{ .name = NULL },
};

const struct verb verbs_state[] = {
	{
	    .name = "cache list",
	    .synopsis = "[domain]",
	    .brief = "list the users and groups that directories told of",
	    .help = "Each with its kind, id, state, age in seconds and name.  "
		    "States are fresh, stale\n(served, and asked again), "
		    "outdated (asked again first), expired and orphaned "
		    "(not\nserved).",
	    .argmax = 1,
	    .options = VERB_JSON,
	    .own = verb_cache_options,
	    .run = verb_cache_list,
	},
	{
	    .name = "cache show",
	    .synopsis = "name | id | sid",
	    .brief = "show each record that is cached of an identity",
	    .help = "As 'idmap cache list', with its groups, its account and "
		    "its SID.",
	    .argmin = 1,
	    .argmax = 1,
	    .options = VERB_JSON,
	    .own = verb_cache_options,
	    .run = verb_cache_show,
	},
	{
	    .name = "cache status",
	    .synopsis = "",
	    .brief =
		"show how much of each domain is cached, and how old it is",
	    .help = "",
	    .options = VERB_JSON,
	    .run = verb_cache_status,
	},
	{
	    .name = "state adopt",
	    .synopsis = "",
	    .brief =
		"take idmapd's store of allocations as the one that counts",
	    .help = "Makes it if there is none yet; 'idmap apply' does the "
		    "same when a domain needs one.\nA store that is lost is "
		    "brought back with 'idmap state restore'; --replace gives "
		    "it\nup: what it gave out is forgotten, but for the "
		    "numbers, which are left out.",
	    .own = adopt_options,
	    .run = verb_state_adopt,
	},
	{
	    .name = "state fold",
	    .synopsis = "",
	    .brief = "have idmapd put its journal into state.gdbm now",
	    .help = "It does so by itself, some seconds after the last "
		    "allocation.",
	    .run = verb_state_fold,
	},
	{
	    .name = "state restore",
	    .synopsis = "folder | file",
	    .brief = "bring back the allocations of a backup",
	    .help = "What is in place is set aside as state.gdbm.old.  Ids "
		    "that were allocated after the\nbackup are not known any "
		    "more, but are not given again either: what the lost "
		    "store\nstill shows of them is believed, and otherwise a "
		    "gap is left in each range.",
	    .argmin = 1,
	    .argmax = 1,
	    .own = restore_options,
	    .run = verb_state_restore,
	},
	{
	    .name = "state status",
	    .synopsis = "",
	    .brief = "show the store of allocations as it is",
	    .help = "The exit status is 1 when it is adopted and cannot be "
		    "used.",
	    .options = VERB_JSON,
	    .run = verb_state_status,
	},
	{ .name = NULL },
};
