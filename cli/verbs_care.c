#include "cli/verb.h"

const struct verb verbs_care[] = {
	{
	    .name = "apply",
	    .synopsis = "",
	    .brief = "put idmap.conf and the domains' files in force",
	    .help = "Checks all of " IDM_SYSCONFDIR "/idmap.conf and "
		    "domains.d, tells every mistake with its\nline, and "
		    "publishes them in the map.  With a mistake nothing "
		    "changes.  What would move\nnumbers that may have been "
		    "served is refused: see it with --dry-run, then give\n"
		    "--force-move.",
	    .options = VERB_JSON | VERB_DRY_RUN,
	    .own = verb_apply_options,
	    .run = verb_apply,
	},
	{
	    .name = "backup",
	    .synopsis = "folder",
	    .brief = "copy the maps into a folder, after checking them",
	    .help = "Makes the folder if need be.  A damaged map is refused: "
		    "it is no backup.",
	    .argmin = 1,
	    .argmax = 1,
	    .run = verb_backup,
	},
	{
	    .name = "check",
	    .synopsis = "",
	    .brief = "say what is wrong with idmap on this host",
	    .help = "Looks at the maps, the settings, idmapd, "
		    "nsswitch.conf and PAM, and says what to do\nabout each "
		    "problem.  "
		    "'idadmin -S scheme -c' checks the entries of a scheme.",
	    .options = VERB_JSON,
	    .run = verb_check,
	},
	{
	    .name = "restore",
	    .synopsis = "folder",
	    .brief = "bring back the maps of a backup",
	    .help = "The map in place is kept beside it as map.gdbm.replaced.  "
		    "Users' entries are given\nback to idmapd, which must "
		    "run for that; and so are allocations, if those in\n"
		    "place are lost.",
	    .argmin = 1,
	    .argmax = 1,
	    .options = VERB_DRY_RUN,
	    .run = verb_restore,
	},
	{
	    .name = "status",
	    .synopsis = "",
	    .brief = "show the maps and idmapd as they are",
	    .help = "Versions, ages and sizes of the map files, and what "
		    "idmapd counts.",
	    .options = VERB_JSON,
	    .run = verb_status,
	},
	{
	    .name = "verify",
	    .synopsis = "[file]",
	    .brief = "check a map file record by record",
	    .help = "Without a file: those of this host.  A finding is a line; "
		    "the exit status is 1 when\nthere is one.",
	    .argmin = 0,
	    .argmax = 1,
	    .options = VERB_JSON,
	    .run = verb_verify,
	},
	{ .name = NULL },
};
