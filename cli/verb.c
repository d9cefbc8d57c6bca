#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/say.h"
#include "cli/verb.h"

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static void
print_synopsis(FILE *out, const char *progname, const struct verb *verb)
{
	fprintf(out, "usage: %s %s%s%s%s%s\n", progname, verb->name,
	    (verb->options & VERB_DRY_RUN) != 0 ? " [--dry-run]" : "",
	    (verb->options & VERB_JSON) != 0 ? " [--json]" : "",
	    verb->synopsis[0] != '\0' ? " " : "", verb->synopsis);
}

static void
print_usage(FILE *out, const char *progname, const struct verb *table, size_t n)
{
	fprintf(out, "usage: %s verb [options] [operands]\n\n", progname);
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "  %-8s %-18s %s\n", table[i].name,
		    table[i].synopsis, table[i].brief);
	}
	fprintf(out,
	    "\n'%s help VERB' says more; the manual is idmap(8).\n"
	    "Schemes and entries are made with idadmin(8), users' own entries "
	    "with uidadmin(1).\n",
	    progname);
}

static const struct verb *
find_verb(const struct verb *table, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	}
	return NULL;
}

static const struct verb *
need_verb(
    const char *progname, const struct verb *table, size_t n, const char *name)
{
	const struct verb *verb = find_verb(table, n, name);

	if (verb == NULL) {
		cli_error("there is no verb '%s'", name);
		print_usage(stderr, progname, table, n);
	}
	return verb;
}

static void
print_help(const char *progname, const struct verb *verb)
{
	print_synopsis(stdout, progname, verb);
	printf("\n%s\n", verb->help);
}

static int
help(const char *progname, const struct verb *table, size_t n, int argc,
    char **argv)
{
	const struct verb *verb;

	if (argc == 0) {
		print_usage(stdout, progname, table, n);
		return VERB_SUCCESS;
	}
	verb = need_verb(progname, table, n, argv[0]);
	if (verb == NULL)
		return VERB_USAGE;
	print_help(progname, verb);
	return VERB_SUCCESS;
}

/* An option that this verb does not take is as unknown as any other. */
static bool
take_option(const struct verb *verb, int option, struct verb_call *call)
{
	if (option == 'j' && (verb->options & VERB_JSON) != 0)
		call->json = true;
	else if (option == 'n' && (verb->options & VERB_DRY_RUN) != 0)
		call->dry_run = true;
	else
		return false;
	return true;
}

static int
run(const char *progname, const struct verb *verb, int argc, char **argv)
{
	const struct cli_tool tool = { .name = progname };
	struct verb_call call = {
		.request = {
			.tool = &tool,
			/* With the program's name in front of the verb. */
			.argc = argc + 1,
			.argv = argv - 1,
		},
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "nhV", options, NULL)) != -1) {
		if (option == 'h') {
			print_help(progname, verb);
			return VERB_SUCCESS;
		}
		if (!take_option(verb, option, &call)) {
			cli_error("%s: '%s' is no option of it", verb->name,
			    argv[optind - 1]);
			print_synopsis(stderr, progname, verb);
			return VERB_USAGE;
		}
	}
	call.argc = argc - optind;
	call.argv = argv + optind;
	if (call.argc < verb->argmin || call.argc > verb->argmax) {
		cli_error("%s: %s operands", verb->name,
		    call.argc < verb->argmin ? "missing" : "too many");
		print_synopsis(stderr, progname, verb);
		return VERB_USAGE;
	}
	return (int)verb->run(&call);
}

int
verb_main(const char *progname, const struct verb *table, size_t n, int argc,
    char **argv)
{
	const struct verb *verb;
	int status;

	cli_say_as(progname);
	if (argc < 2) {
		print_usage(stderr, progname, table, n);
		return VERB_USAGE;
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0)
		return help(progname, table, n, argc - 2, argv + 2);
	if (strcmp(argv[1], "--version") == 0) {
		printf("%s %s\n", progname, PACKAGE_VERSION);
		return VERB_SUCCESS;
	}
	verb = need_verb(progname, table, n, argv[1]);
	if (verb == NULL)
		return VERB_USAGE;
	status = run(progname, verb, argc - 1, argv + 1);
	return cli_flush() ? status : VERB_FAILURE;
}

enum verb_exit
verb_exit_of(enum idm_status st)
{
	if (st == IDM_OK)
		return VERB_SUCCESS;
	return st == IDM_NOTFOUND ? VERB_ABSENT : VERB_FAILURE;
}
