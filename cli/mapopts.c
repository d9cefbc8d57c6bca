#include "cli/mapopts.h"
#include "cli/say.h"
#include "cli/update.h"

const struct cli_option cli_map_options[OPT_COUNT] = {
	[OPT_SCHEME] = {
		.letter = 'S',
		.name = "scheme",
		.argument = "scheme",
		.brief = "the scheme to list or change",
	},
	[OPT_ATTRIBUTE] = {
		.letter = 'A',
		.name = "attribute",
		.argument = "attr",
		.brief = "the attribute to list or change",
	},
	[OPT_ADD] = {
		.letter = 'a',
		.name = "add",
		.brief = "add the entry that maps the remote name (-r)\n"
			 "to the local one (-l)",
	},
	[OPT_DELETE] = {
		.letter = 'd',
		.name = "delete",
		.brief = "delete all entries that map to the local name,\n"
			 "or with -r just that one, and print them",
	},
	[OPT_REMOTE] = {
		.letter = 'r',
		.name = "remote",
		.argument = "g_name",
		.brief = "the remote name; * ? and [...] match within\n"
			 "a field",
	},
	[OPT_LOGNAME] = {
		.letter = 'l',
		.name = "logname",
		.argument = "logname",
		.brief = "the local login; %n is field n of the remote\n"
			 "name, %i refuses what matches",
	},
	[OPT_VALUE] = {
		.letter = 'l',
		.name = "local",
		.argument = "local",
		.brief = "the local value; %n is field n of the remote\n"
			 "one, %i refuses what matches",
	},
	[OPT_INSTALL] = {
		.letter = 'I',
		.name = "install",
		.argument = "descr",
		.brief = "install it; descr is the form of its remote\n"
			 "names: M, a digit, a separator, M, a digit ...\n"
			 "as in M1@M2; the higher its digit, the more a\n"
			 "field weighs",
	},
	[OPT_DROP] = {
		.letter = 'D',
		.name = "drop",
		.brief = "delete it with all its entries",
	},
	[OPT_USER] = {
		.letter = 'u',
		.name = "user",
		.brief = "USER mode: users' own entries count, and\n"
			 "come first",
	},
	[OPT_SECURE] = {
		.letter = 's',
		.name = "secure",
		.brief = "SECURE mode: only the administrator's entries\n"
			 "count",
	},
	[OPT_CHECK] = {
		.letter = 'c',
		.name = "check",
		.brief = "check the entries, or those of a text file",
	},
	[OPT_FIX] = {
		.letter = 'f',
		.name = "fix",
		.brief = "sort what is out of order and ask, for each\n"
			 "bad entry, whether to change, skip or delete\n"
			 "it; in the map, or in a text file",
	},
	[OPT_TEST] = {
		.letter = 't',
		.name = "test",
		.argument = "name",
		.brief = "say what a remote name becomes, and why,\n"
			 "step by step",
	},
	[OPT_IMPORT] = {
		.name = "import",
		.argument = "file",
		.brief = "replace all entries by those of a text file\n"
			 "(-: of standard input); install it first if\n"
			 "need be",
	},
	[OPT_EXPORT] = {
		.name = "export",
		.brief = "write the entries as text, to the file or to\n"
			 "standard output",
	},
	[OPT_NSS] = {
		.name = "nss",
		.argument = "yes|no|auto",
		.brief = "whether getpwnam(), and so every login, knows\n"
			 "the names of this scheme; auto: if it has two\n"
			 "or more fields and no ':' or '/' between them",
	},
	[OPT_ANSWERS] = {
		.name = "answers",
		.argument = "file",
		.brief = "take the answers from a file, a line each",
	},
	[OPT_FORCE] = {
		.name = "force",
		.brief = "do it although the login is unknown; with -u,\n"
			 "although the users' map is not the old one",
	},
	[OPT_PRIVILEGED] = {
		.name = "privileged",
		.brief = "let NSS and PAM serve the entry although it\n"
			 "names root or another system account",
	},
	[OPT_DRY_RUN] = {
		.name = "dry-run",
		.brief = "say what would change, and change nothing",
	},
	[OPT_JSON] = {
		.name = "json",
		.brief = "print JSON",
	},
	[OPT_HELP] = {
		.name = "help",
		.brief = "print this",
	},
	[OPT_VERSION] = {
		.name = "version",
		.brief = "print the version",
	},
};

int
cli_run_help(const struct cli_request *request)
{
	cli_help(request->tool, stdout);
	return 0;
}

int
cli_run_version(const struct cli_request *request)
{
	printf("%s (idmap) %s\n", request->tool->name, PACKAGE_VERSION);
	return 0;
}

int
cli_main(const struct cli_tool *tool, int argc, char **argv)
{
	struct cli_request request;
	struct idm_err err;
	int status;

	cli_say_as(tool->name);
	if (cli_parse(tool, argc, argv, &request, &err) != IDM_OK) {
		cli_error("%s", err.text);
		cli_usage_for(tool, argc, argv, stderr);
		return 1;
	}
	if (request.form->root &&
	    cli_check_privilege(&request, &err) != IDM_OK) {
		cli_error("%s", err.text);
		return 1;
	}
	status = request.form->run(&request);
	return cli_flush() ? status : 1;
}
