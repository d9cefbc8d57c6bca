#include <limits.h>

#include "cli/verb.h"

const struct verb verbs_rules[] = {
	{
	    .name = "exit",
	    .synopsis = "",
	    .brief = "end a batch",
	    .help = "What follows in the batch is not read.  Alone, it does "
		    "nothing.",
	    .options = VERB_SOLARIS | VERB_BATCH,
	    .run = verb_leave,
	},
	{
	    .name = "help",
	    .synopsis = "[verb]",
	    .brief = "list the verbs, or say more of one",
	    .help = "Of the first word of several verbs, like 'domain': "
		    "lists these.",
	    .argmax = INT_MAX,
	    .options = VERB_SOLARIS | VERB_BATCH,
	    .run = verb_help,
	},
	{ .name = NULL },
};
