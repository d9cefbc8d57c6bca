#include <limits.h>

#include "cli/verb.h"
#include "cli/verb_mappings.h"

const struct verb verbs_rules[] = {
	{
	    .name = "add",
	    .synopsis = "name1 name2",
	    .brief = "add a name rule",
	    .help = "One name is a Windows name, winuser:, wingroup: or "
		    "winname: (both), as name@domain,\ndomain\\name or name "
		    "in the default domain; the other a UNIX name, unixuser: "
		    "or\nunixgroup:.  '*' stands for any name, '*@*' for "
		    "those of all domains, \"\" inhibits.\nThe rule holds "
		    "both ways, or with -d only from name1 to name2.\n"
		    "    idmap add winuser:joe@example.com unixuser:joes\n"
		    "    idmap add -d 'winuser:*@example.com' unixuser:guest",
	    .argmin = 2,
	    .argmax = 2,
	    .options = VERB_SOLARIS | VERB_BATCH | VERB_JSON | VERB_DRY_RUN,
	    .own = verb_add_options,
	    .run = verb_add,
	},
	{
	    .name = "dump",
	    .synopsis = "",
	    .brief = "list own identities and allocated ids",
	    .help = "One line each: Windows identity, direction, UNIX "
		    "identity.  What is computed, by rules\nor by a backend, "
		    "is not listed: there is no end of it.",
	    .options = VERB_SOLARIS | VERB_JSON | VERB_BATCH,
	    .own = verb_dump_options,
	    .run = verb_dump,
	},
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
	    .name = "export",
	    .synopsis = "format",
	    .brief = "write the name rules in a format of others",
	    .help = "Formats are usermap.cfg (NetApp), smbusers (Samba) and "
		    "native (what 'idmap -f' and\n'idmap import native' "
		    "read).  What a format cannot hold is told.",
	    .argmin = 1,
	    .argmax = 1,
	    .options = VERB_SOLARIS | VERB_BATCH,
	    .own = verb_export_options,
	    .run = verb_export,
	},
	{
	    .name = "flush",
	    .synopsis = "[identity ...]",
	    .brief = "have what was resolved before resolved anew",
	    .help =
		"Ids that were allocated stay what they are.  Of identities "
		"(a name, a SID, uid:number ...)\nthe directory is asked "
		"now, groups included, and what it says is told when the\n"
		"cache has it.",
	    .argmax = 64,
	    .options = VERB_SOLARIS | VERB_BATCH | VERB_DRY_RUN,
	    .own = verb_flush_options,
	    .run = verb_flush,
	},
	{
	    .name = "get-namemap",
	    .synopsis = "name",
	    .brief = "show the mapping in an object of a directory",
	    .help = "A Windows name is looked up in Active Directory, a UNIX "
		    "name in the native LDAP\ndirectory.",
	    .argmin = 1,
	    .argmax = 1,
	    .options = VERB_SOLARIS | VERB_BATCH,
	    .run = verb_get_namemap,
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
	{
	    .name = "import",
	    .synopsis = "format",
	    .brief = "add the name rules of a file in a format of others",
	    .help = "Formats are usermap.cfg (NetApp), smbusers (Samba) and "
		    "native (what 'idmap list'\nprints).  All lines are read "
		    "first, and every mistake is told with its line; with a\n"
		    "mistake nothing changes, -F or not.",
	    .argmin = 1,
	    .argmax = 1,
	    .options = VERB_SOLARIS | VERB_JSON | VERB_DRY_RUN,
	    .own = verb_import_options,
	    .run = verb_import,
	},
	{
	    .name = "list",
	    .synopsis = "",
	    .brief = "list the name rules",
	    .help = "In the order of adding, each as the command that would "
		    "add it: a batch.",
	    .options = VERB_SOLARIS | VERB_BATCH | VERB_JSON,
	    .own = verb_list_options,
	    .run = verb_list,
	},
	{
	    .name = "remove",
	    .synopsis = "[name1 [name2]]",
	    .brief = "remove name rules",
	    .help = "Those of a name, those between two names, or with -a all. "
		    " Of a rule of both ways,\n-f, -t and -d take away one and "
		    "leave the other.  A bare Windows name is one of any\n"
		    "domain.",
	    .argmax = 2,
	    .options = VERB_SOLARIS | VERB_BATCH | VERB_JSON | VERB_DRY_RUN,
	    .own = verb_remove_options,
	    .run = verb_remove,
	},
	{
	    .name = "script",
	    .synopsis = "SIDTOID sid | IDTOSID UID|GID|XID number",
	    .brief = "answer winbindd, as its idmap script",
	    .help = "Speaks the protocol of Samba's idmap_script(8); idmap(8) "
		    "shows the lines of smb.conf.",
	    .argmin = 1,
	    .argmax = 3,
	    .run = verb_script,
	},
	{
	    .name = "set-namemap",
	    .synopsis = "name1 name2",
	    .brief = "put a mapping into an object of a directory",
	    .help = "With a Windows name first, name2 is put into its object "
		    "in Active Directory; with a\nUNIX name first, into its "
		    "entry in the native LDAP directory.",
	    .argmin = 2,
	    .argmax = 2,
	    .options = VERB_SOLARIS | VERB_BATCH,
	    .own = verb_namemap_options,
	    .run = verb_set_namemap,
	},
	{
	    .name = "show",
	    .synopsis = "identity [target-type]",
	    .brief = "show what an identity maps to",
	    .help = "An identity is type:value.  Types: winuser, wingroup, "
		    "winname, sid, usid, gsid, unixuser,\nunixgroup, uid, "
		    "gid.  A Windows name with its domain needs no type.",
	    .argmin = 1,
	    .argmax = 2,
	    .options = VERB_SOLARIS | VERB_JSON | VERB_BATCH,
	    .own = verb_show_options,
	    .run = verb_show,
	},
	{
	    .name = "unset-namemap",
	    .synopsis = "name [target-type]",
	    .brief = "take a mapping out of an object of a directory",
	    .help = "Of a Windows name, target-type says which of its two: "
		    "unixuser (the default) or\nunixgroup.",
	    .argmin = 1,
	    .argmax = 2,
	    .options = VERB_SOLARIS | VERB_BATCH,
	    .own = verb_namemap_options,
	    .run = verb_unset_namemap,
	},
	{ .name = NULL },
};
