#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/nearest.h"
#include "cli/say.h"
#include "cli/transact.h"
#include "cli/verb.h"
#include "cli/verbopts.h"

/* Where the second column of the table of verbs begins. */
#define BRIEF_COLUMN 20

/* What stands in front of a verb, or instead of one. */
enum { MAIN_FILE, MAIN_KEEP_GOING, MAIN_VERSION };
static const struct verb_option main_options[] = {
	[MAIN_FILE] = { 'f', "command-file", "file",
	    "run the commands of a file, or with '-' those of\n"
	    "standard input" },
	[MAIN_KEEP_GOING] = { '\0', "keep-going", NULL,
	    "let those commands of a batch take effect that\n"
	    "can, though others fail" },
	[MAIN_VERSION] = { '\0', "version", NULL, "print the version" },
	{ .name = NULL },
};
static const struct verb main_verb = {
	.name = "",
	.synopsis = "",
	.options = VERB_SOLARIS | VERB_DRY_RUN,
	.own = main_options,
};

/* The program and its verbs, set once by verb_main(). */
static const char *progname;
static const struct verb_group *groups;
static size_t ngroups;

/* Every verb, in the order of the table; NULL behind the last. */
static const struct verb *
verb_at(size_t index)
{
	for (size_t i = 0; i < ngroups; i++)
		for (const struct verb *verb = groups[i].verbs;
		     verb->name != NULL; verb++)
			if (index-- == 0)
				return verb;
	return NULL;
}

/*
 * How many words a name has, when they are the first of argv: 0 when they are
 * not.
 */
static int
match_words(const char *name, int argc, char **argv)
{
	int n = 0;

	for (;;) {
		size_t len = strcspn(name, " ");

		if (n == argc || strlen(argv[n]) != len ||
		    memcmp(argv[n], name, len) != 0)
			return 0;
		n++;
		if (name[len] == '\0')
			return n;
		name += len + 1;
	}
}

/* The verb with the longest name that argv begins with, and its words. */
static const struct verb *
find_verb(int argc, char **argv, int *words)
{
	const struct verb *found = NULL;
	const struct verb *verb;

	*words = 0;
	for (size_t i = 0; (verb = verb_at(i)) != NULL; i++) {
		int n = match_words(verb->name, argc, argv);

		if (n > *words) {
			*words = n;
			found = verb;
		}
	}
	return found;
}

/* Does the name begin with this word, and have others behind it? */
static bool
is_led_by(const struct verb *verb, const char *word)
{
	size_t len = strlen(word);

	return strncmp(verb->name, word, len) == 0 && verb->name[len] == ' ';
}

static void
print_row(FILE *out, const struct verb *verb)
{
	int used = fprintf(out, "  %s", verb->name);

	if (used >= BRIEF_COLUMN) {
		fputc('\n', out);
		used = 0;
	}
	fprintf(out, "%*s%s\n", BRIEF_COLUMN - used, "", verb->brief);
}

static void
print_synopsis(FILE *out)
{
	fprintf(out,
	    "usage: %s verb [options] [operands]\n"
	    "       %s [-n] [--keep-going] [-f file]     run a batch: verbs, "
	    "a line each\n",
	    progname, progname);
}

static void
print_usage(FILE *out)
{
	print_synopsis(out);
	for (size_t i = 0; i < ngroups; i++) {
		if (groups[i].verbs->name == NULL)
			continue;
		fprintf(out, "\n%s:\n", groups[i].title);
		for (const struct verb *verb = groups[i].verbs;
		     verb->name != NULL; verb++)
			print_row(out, verb);
	}
	fputs("\nOptions in front of, or instead of, a verb:\n", out);
	verb_options_put(out, &main_verb);
	fprintf(out,
	    "\n'%s help VERB' says more; the manual is idmap(8).\n"
	    "Schemes and entries are made with idadmin(8), users' own entries "
	    "with uidadmin(1).\n",
	    progname);
}

/* The verbs whose names begin with a word; false: there are none. */
static bool
print_led_by(FILE *out, const char *word)
{
	const struct verb *verb;
	bool any = false;

	for (size_t i = 0; (verb = verb_at(i)) != NULL; i++) {
		if (!is_led_by(verb, word))
			continue;
		if (!any)
			fprintf(out,
			    "usage: %s %s verb [options] [operands]\n\n",
			    progname, word);
		any = true;
		print_row(out, verb);
	}
	return any;
}

static void
print_help(const struct verb *verb)
{
	verb_synopsis_put(stdout, progname, verb);
	printf("\n%s\n\n", verb->help);
	verb_options_put(stdout, verb);
}

/* "domain lsit": what could have been meant by the words. */
static const char *
nearest_verb(char **argv, int words)
{
	char typed[64] = "";
	struct idm_nearest nearest;
	const struct verb *verb;

	(void)snprintf(typed, sizeof(typed), "%s%s%s", argv[0],
	    words > 1 ? " " : "", words > 1 ? argv[1] : "");
	nearest = idm_nearest_to(typed);
	for (size_t i = 0; (verb = verb_at(i)) != NULL; i++)
		idm_nearest_try(&nearest, verb->name);
	return nearest.best;
}

static void
explain_unknown(int argc, char **argv)
{
	const struct verb *verb;
	int words = 1;
	const char *near;

	for (size_t i = 0; (verb = verb_at(i)) != NULL; i++)
		if (is_led_by(verb, argv[0]))
			words = 2;
	if (words == 2 && (argc == 1 || argv[1][0] == '-')) {
		cli_error("'%s' alone is no verb", argv[0]);
		(void)print_led_by(stderr, argv[0]);
		return;
	}
	/* In a batch, out of habit. */
	if (strcmp(argv[0], progname) == 0) {
		cli_error("there is no verb '%s': write what stands behind it",
		    progname);
		return;
	}
	near = nearest_verb(argv, words);
	cli_error("there is no verb '%s%s%s'%s%s%s%s", argv[0],
	    words > 1 ? " " : "", words > 1 ? argv[1] : "",
	    near == NULL ? "" : "; did you mean '", near == NULL ? "" : near,
	    near == NULL ? "" : "'?",
	    near == NULL && words == 1 ? "; 'idmap help' lists them" : "");
	if (near == NULL && words == 2)
		(void)print_led_by(stderr, argv[0]);
}

/* An option that stands behind the operands is one of them. */
static const char *
say_too_many(const struct verb_call *call)
{
	for (int i = 0; i < call->argc; i++)
		if (call->argv[i][0] == '-' && call->argv[i][1] != '\0')
			return "too many operands; options stand in front of "
			       "them";
	return "too many operands";
}

static int
refuse(const struct verb *verb, const char *why)
{
	cli_error("%s: %s", verb->name, why);
	verb_synopsis_put(stderr, progname, verb);
	return VERB_USAGE;
}

/* argv[0] is the last word of the verb's name. */
static int
run_verb(const struct verb *verb, int argc, char **argv, struct verb_call *call)
{
	struct idm_err err;
	bool help;

	if (verb_options_parse(verb, argc, argv, call, &help, &err) != IDM_OK)
		return refuse(verb, err.text);
	if (help) {
		print_help(verb);
		return VERB_SUCCESS;
	}
	if (call->argc < verb->argmin)
		return refuse(verb, "missing operands");
	if (call->argc > verb->argmax)
		return refuse(verb, say_too_many(call));
	return (int)verb->run(call);
}

int
verb_run(int argc, char **argv, struct verb_batch *batch)
{
	const struct cli_tool tool = { .name = progname };
	struct verb_call call = {
		.request = { .tool = &tool, .argc = argc, .argv = argv },
		.batch = batch,
	};
	const struct verb *verb;
	int words;
	int status;

	verb = find_verb(argc - 1, argv + 1, &words);
	if (verb == NULL) {
		explain_unknown(argc - 1, argv + 1);
		return VERB_USAGE;
	}
	if (batch != NULL && (verb->options & VERB_BATCH) == 0) {
		cli_error("%s: cannot stand in a batch", verb->name);
		return VERB_USAGE;
	}
	status = run_verb(verb, argc - words, argv + words, &call);
	if ((verb->options & VERB_SOLARIS) != 0 && status != VERB_SUCCESS)
		return VERB_FAILURE;
	return status;
}

static int
run_batch(const struct verb_call *call)
{
	struct batch_options options = {
		.file = call->value[MAIN_FILE],
		.keep_going = call->given[MAIN_KEEP_GOING],
		.dry_run = call->dry_run,
	};

	if (call->argc > 0) {
		cli_error("-f, --keep-going and --dry-run in front of a verb "
			  "are for batches; '%s' is too much",
		    call->argv[0]);
		return VERB_FAILURE;
	}
	if (options.file == NULL && isatty(STDIN_FILENO)) {
		print_usage(stderr);
		return VERB_FAILURE;
	}
	return batch_run(progname, &options, &call->request);
}

/* Is it a batch that lacks its file?  Those fail with 1, whatever it is. */
static bool
lacks_file(const char *last)
{
	return strcmp(last, "-f") == 0 || strcmp(last, "--command-file") == 0;
}

/* The options in front of a verb. */
static int
run_main(int argc, char **argv)
{
	const struct cli_tool tool = { .name = progname };
	struct verb_call call = {
		.request = { .tool = &tool, .argc = argc, .argv = argv },
	};
	struct idm_err err;
	bool help;

	if (verb_options_parse(&main_verb, argc, argv, &call, &help, &err) !=
	    IDM_OK) {
		cli_error("%s", err.text);
		print_synopsis(stderr);
		return lacks_file(argv[argc - 1]) ? VERB_FAILURE : VERB_USAGE;
	}
	if (help) {
		print_usage(stdout);
		return VERB_SUCCESS;
	}
	if (call.given[MAIN_VERSION]) {
		printf("%s %s\n", progname, PACKAGE_VERSION);
		return VERB_SUCCESS;
	}
	return run_batch(&call);
}

int
verb_main(const char *name, const struct verb_group *table, size_t n, int argc,
    char **argv)
{
	int status;

	progname = name;
	groups = table;
	ngroups = n;
	cli_say_as(progname);
	if (argc < 2 || argv[1][0] == '-')
		status = run_main(argc, argv);
	else
		status = verb_run(argc, argv, NULL);
	return cli_flush() ? status : VERB_FAILURE;
}

enum verb_exit
verb_help(const struct verb_call *call)
{
	const struct verb *verb;
	int words;

	if (call->argc == 0) {
		print_usage(stdout);
		return VERB_SUCCESS;
	}
	verb = find_verb(call->argc, call->argv, &words);
	if (verb != NULL && words == call->argc) {
		print_help(verb);
		return VERB_SUCCESS;
	}
	if (call->argc == 1 && print_led_by(stdout, call->argv[0]))
		return VERB_SUCCESS;
	if (verb != NULL) {
		cli_error("help: '%s' is too much behind '%s'",
		    call->argv[words], verb->name);
		return VERB_USAGE;
	}
	explain_unknown(call->argc, call->argv);
	return VERB_USAGE;
}

enum verb_exit
verb_leave(const struct verb_call *call)
{
	if (call->batch != NULL)
		batch_end(call->batch);
	return VERB_SUCCESS;
}

enum verb_exit
verb_exit_of(enum idm_status st)
{
	if (st == IDM_OK)
		return VERB_SUCCESS;
	return st == IDM_NOTFOUND ? VERB_ABSENT : VERB_FAILURE;
}
