#include "cli/verb_host.h"
#include "cli/verb_mappings.h"

static const struct verb_option machine_options[] = {
	[MACHINE_RESERVE] = {
	    .name = "reserve",
	    .argument = "file",
	    .brief = "a list of SIDs or RIDs that are accounts already",
	},
	[MACHINE_CONFIG] = {
	    .name = "samba-config",
	    .argument = "file",
	    .brief = "the smb.conf that Samba's tools are to read",
	},
	[MACHINE_PRIVATE_DIR] = {
	    .name = "samba-private-dir",
	    .argument = "folder",
	    .brief = "where Samba's tools find secrets.tdb and passdb.tdb",
	},
	{ .name = NULL },
};

static const struct verb_option sssd_options[] = {
	{
	    .name = "sssd",
	    .argument = "user|group",
	    .brief = "lines as 'sss_override user-export' and 'group-export' "
		     "have them",
	},
	{ .name = NULL },
};

static const struct verb_option override_options[] = {
	[OVERRIDE_NAME] = {
	    .name = "name",
	    .argument = "name",
	    .brief = "the name it is shown by",
	},
	[OVERRIDE_UID] = {
	    .name = "uid",
	    .argument = "number",
	    .brief = "its uid",
	},
	[OVERRIDE_GID] = {
	    .name = "gid",
	    .argument = "number",
	    .brief = "a group's gid, a user's primary group",
	},
	[OVERRIDE_HOME] = {
	    .name = "home",
	    .argument = "path",
	    .brief = "its home directory",
	},
	[OVERRIDE_SHELL] = {
	    .name = "shell",
	    .argument = "path",
	    .brief = "its shell",
	},
	[OVERRIDE_GECOS] = {
	    .name = "gecos",
	    .argument = "text",
	    .brief = "its full name",
	},
	{ .name = NULL },
};

static const struct verb_option import_sssd_options[] = {
	[SSSD_DOMAIN] = {
	    .name = "domain",
	    .argument = "name",
	    .brief = "the domain in sssd.conf whose cache has the slices",
	},
	[SSSD_CACHE] = {
	    .name = "cache",
	    .argument = "file",
	    .brief = "the cache itself; ldbsearch reads it",
	},
	[SSSD_LDIF] = {
	    .name = "ldif",
	    .argument = "file",
	    .brief = "what ldbsearch printed of it",
	},
	[SSSD_USERS] = {
	    .name = "users",
	    .argument = "file",
	    .brief = "what 'sss_override user-export' wrote",
	},
	[SSSD_GROUPS] = {
	    .name = "groups",
	    .argument = "file",
	    .brief = "what 'sss_override group-export' wrote",
	},
	[SSSD_FORCE_MOVE] = {
	    .name = "force-move",
	    .brief = "even if numbers move that idmap served meanwhile",
	},
	{ .name = NULL },
};

static const struct verb_option winbind_options[] = {
	[WINBIND_TDB] = {
	    .name = "tdb",
	    .argument = "file",
	    .brief = "the database; tdbdump reads it",
	},
	[WINBIND_DUMP] = {
	    .name = "dump",
	    .argument = "file",
	    .brief = "what 'tdbdump' or 'net idmap dump' printed; '-' is "
		     "standard input",
	},
	[WINBIND_DOMAIN] = {
	    .name = "domain",
	    .argument = "name",
	    .brief = "the domain that is to have the numbers; '*' without it",
	},
	[WINBIND_AUTORID] = {
	    .name = "autorid",
	    .brief = "it is autorid.tdb",
	},
	[WINBIND_CONFIGURE] = {
	    .name = "configure",
	    .brief = "write the domain's file before: backend and range",
	},
	[WINBIND_RANGE] = {
	    .name = "range",
	    .argument = "low-high",
	    .brief = "with --configure: what smb.conf has; autorid.tdb says it",
	},
	[WINBIND_FORCE_MOVE] = {
	    .name = "force-move",
	    .brief = "with --configure: though numbers move that idmap served",
	},
	{ .name = NULL },
};

static const struct verb_option diff_options[] = {
	[DIFF_NSS] = {
	    .name = "nss",
	    .argument = "services",
	    .brief = "compare with name services of this host; the table is "
		     "then a list of\n'user NAME' and 'group NAME', or all "
		     "that they list",
	},
	{ .name = NULL },
};

const struct verb verbs_identities[] = {
	{
	    .name = "diff",
	    .synopsis = "[table]",
	    .brief = "compare the numbers here with those of a table",
	    .help = "A line is a SID or a Windows name, and uid:NUMBER or "
		    "gid:NUMBER, as 'idmap dump'\nprints it on another host.  "
		    "Exits with 1 when anything differs.",
	    .argmax = 1,
	    .options = VERB_JSON,
	    .own = diff_options,
	    .run = verb_diff,
	},
	{
	    .name = "import sssd",
	    .synopsis = "",
	    .brief = "keep the slices and overrides of sssd",
	    .help = "Puts the slice that sssd's cache has for each domain "
		    "into the domain's file, and sets\nthe overrides; all of "
		    "it or nothing.  The domains must be there, of backend "
		    "sss.",
	    .options = VERB_DRY_RUN,
	    .own = import_sssd_options,
	    .run = verb_import_sssd,
	},
	{
	    .name = "import winbind",
	    .synopsis = "",
	    .brief = "keep every number that winbindd gave",
	    .help = "All mappings and high-water marks of winbindd_idmap.tdb "
		    "or autorid.tdb go into the\nstore of allocations, or "
		    "none.  The domain must have the backend and the range "
		    "that\nsmb.conf has.  --dry-run lists them.  winbindd "
		    "should be stopped before.",
	    .options = VERB_DRY_RUN,
	    .own = winbind_options,
	    .run = verb_import_winbind,
	},
	{
	    .name = "machine import",
	    .synopsis = "sid | samba",
	    .brief = "take over the machine SID of a Samba server",
	    .help = "With 'samba', asks 'net getlocalsid', 'pdbedit -L -v' and "
		    "'net groupmap list' of\nthis host.  RIDs that are "
		    "accounts there are reserved: they are no SIDs of this\n"
		    "host's UNIX accounts.",
	    .argmin = 1,
	    .argmax = 1,
	    .options = VERB_DRY_RUN,
	    .own = machine_options,
	    .run = verb_machine_import,
	},
	{
	    .name = "machine show",
	    .synopsis = "",
	    .brief = "show the machine SID",
	    .help = "The SIDs of this host's own accounts begin with it: of "
		    "uid U it is followed by\n1000 + U, of gid G by "
		    "2147483648 + G.",
	    .options = VERB_JSON,
	    .run = verb_machine_show,
	},
	{
	    .name = "override export",
	    .synopsis = "",
	    .brief = "print all overrides, for 'override import'",
	    .help = "With --sssd user or --sssd group, those of that kind in "
		    "sss_override's form.",
	    .own = sssd_options,
	    .run = verb_override_export,
	},
	{
	    .name = "override import",
	    .synopsis = "file",
	    .brief = "set overrides from a file, all or none",
	    .help = "Every line that is refused is told.  '-' is standard "
		    "input.",
	    .argmin = 1,
	    .argmax = 1,
	    .options = VERB_DRY_RUN,
	    .own = sssd_options,
	    .run = verb_override_import,
	},
	{
	    .name = "override list",
	    .synopsis = "",
	    .brief = "list the overrides",
	    .help = "A line each: kind, whom it is of, name, uid, gid, gecos, "
		    "home and shell.",
	    .options = VERB_JSON,
	    .run = verb_override_list,
	},
	{
	    .name = "override set",
	    .synopsis = "user|group name|sid",
	    .brief = "give an identity another name, number, home or shell "
		     "here",
	    .help = "What is not given stays as it is; an empty value takes "
		    "an earlier override back.\nA number that is served "
		    "already is refused.",
	    .argmin = 2,
	    .argmax = 2,
	    .options = VERB_DRY_RUN,
	    .own = override_options,
	    .run = verb_override_set,
	},
	{
	    .name = "override unset",
	    .synopsis = "user|group name|sid",
	    .brief = "remove an override",
	    .help = "The identity is then again what its domain says.",
	    .argmin = 2,
	    .argmax = 2,
	    .options = VERB_DRY_RUN,
	    .run = verb_override_unset,
	},
	{
	    .name = "property get",
	    .synopsis = "[name]",
	    .brief = "print a property, or all of them",
	    .help = "What nobody set has its default.",
	    .argmax = 1,
	    .options = VERB_JSON,
	    .run = verb_property_get,
	},
	{
	    .name = "property list",
	    .synopsis = "",
	    .brief = "list the properties and what each does here",
	    .help = "Properties that are about directories are kept and have "
		    "no effect yet.",
	    .options = VERB_JSON,
	    .run = verb_property_list,
	},
	{
	    .name = "property set",
	    .synopsis = "name=value",
	    .brief = "set a property",
	    .help = "The value is checked by the property's type.",
	    .argmin = 1,
	    .argmax = 1,
	    .options = VERB_DRY_RUN,
	    .run = verb_property_set,
	},
	{
	    .name = "property unset",
	    .synopsis = "name",
	    .brief = "give a property its default again",
	    .help = "The default is what 'property list' shows of one that "
		    "is not set.",
	    .argmin = 1,
	    .argmax = 1,
	    .options = VERB_DRY_RUN,
	    .run = verb_property_unset,
	},
	{
	    .name = "test",
	    .synopsis = "identity [target-type]",
	    .brief = "explain what an identity maps to, and why",
	    .help = "As 'show -vV': each step that is taken.  Nothing is "
		    "allocated.",
	    .argmin = 1,
	    .argmax = 2,
	    .options = VERB_JSON,
	    .run = verb_test,
	},
	{ .name = NULL },
};
