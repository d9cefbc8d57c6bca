#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "identity/winname.h"

#include "base/nearest.h"
#include "cli/batch.h"
#include "cli/pair.h"
#include "cli/ruleformat.h"

static const char *const words[] = {
	[RULE_FORMAT_USERMAP] = "usermap.cfg",
	[RULE_FORMAT_SMBUSERS] = "smbusers",
	[RULE_FORMAT_NATIVE] = "native",
};

enum idm_status
rule_format_parse(const char *word, enum rule_format *out, struct idm_err *err)
{
	struct idm_nearest nearest = idm_nearest_to(word);

	for (unsigned i = 0; i < IDM_COUNTOF(words); i++) {
		if (idm_fold_ascii_equal(
			idm_str_of(word), idm_str_of(words[i]))) {
			*out = (enum rule_format)i;
			return IDM_OK;
		}
		idm_nearest_try(&nearest, words[i]);
	}
	return idm_fail(err, IDM_INVALID,
	    "there is no format '%.64s'%s%s%s; there are usermap.cfg, "
	    "smbusers and native",
	    word, nearest.best == NULL ? "" : ", did you mean '",
	    nearest.best == NULL ? "" : nearest.best,
	    nearest.best == NULL ? "" : "'?");
}

/* A text on its way into a file's rules. */
struct reading {
	struct rule_file *file;
	const struct rule_file_teller *teller;
	unsigned long number;
	unsigned long bad_line; /* the last one with a mistake */
};

static void
tell_mistake(struct reading *reading, const struct idm_err *why)
{
	reading->teller->tell(
	    reading->teller->context, reading->number, true, why->text);
	if (reading->bad_line != reading->number)
		reading->file->bad++;
	reading->bad_line = reading->number;
}

static void
tell_remark(struct reading *reading, const char *remark)
{
	if (remark != NULL)
		reading->teller->tell(
		    reading->teller->context, reading->number, false, remark);
}

static enum idm_status
put(struct reading *reading, const struct idm_namerule *rule,
    struct idm_err *err)
{
	struct rule_file *file = reading->file;

	if (file->n == file->size) {
		size_t size = file->size == 0 ? 64 : 2 * file->size;
		struct rule_file_rule *grown = reallocarray(
		    file->rule, size, sizeof(*grown));

		if (grown == NULL)
			return idm_fail(err, IDM_NOMEM, "out of memory");
		file->rule = grown;
		file->size = size;
	}
	file->rule[file->n++] = (struct rule_file_rule){ *rule,
		reading->number };
	return IDM_OK;
}

static enum idm_status
read_usermap(struct reading *reading, struct idm_str line, struct idm_err *err)
{
	struct idm_namerule rule;
	const char *remark;
	enum idm_status st;
	struct idm_err why;

	st = usermapcfg_read(line, &rule, &remark, &why);
	if (st == IDM_NOTFOUND)
		return IDM_OK;
	if (st != IDM_OK) {
		tell_mistake(reading, &why);
		return IDM_OK;
	}
	tell_remark(reading, remark);
	return put(reading, &rule, err);
}

static enum idm_status
read_smbusers(struct reading *reading, struct idm_str text, struct idm_err *err)
{
	struct smbusers_line line;
	struct idm_namerule rule;
	enum idm_status st;
	struct idm_err why;

	st = smbusers_begin(text, &line, &why);
	if (st == IDM_NOTFOUND)
		return IDM_OK;
	if (st != IDM_OK) {
		tell_mistake(reading, &why);
		return IDM_OK;
	}
	tell_remark(reading, line.remark);
	while ((st = smbusers_next(&line, &rule, &why)) != IDM_NOTFOUND) {
		if (st != IDM_OK) {
			tell_mistake(reading, &why);
			continue;
		}
		st = put(reading, &rule, err);
		if (st != IDM_OK)
			return st;
	}
	return IDM_OK;
}

/* A copy of a word that stays as long as the rules. */
static enum idm_status
keep(struct rule_file *file, const char *word, const char **out,
    struct idm_err *err)
{
	char *copy = NULL;

	if (file->ntexts == file->texts_size) {
		size_t size = file->texts_size == 0 ? 64 : 2 * file->texts_size;
		char **grown = reallocarray(file->text, size, sizeof(*grown));

		if (grown == NULL)
			return idm_fail(err, IDM_NOMEM, "out of memory");
		file->text = grown;
		file->texts_size = size;
	}
	copy = strdup(word);
	if (copy == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	file->text[file->ntexts++] = copy;
	*out = copy;
	return IDM_OK;
}

/* Take "add", its options, and find where its names begin. */
static enum idm_status
read_options(
    int argc, char **argv, bool *one_way, bool *privileged, struct idm_err *err)
{
	int i = 2;

	*one_way = false;
	*privileged = false;
	if (strcmp(argv[1], "add") != 0)
		return idm_fail(err, IDM_INVALID,
		    "'%.64s': only 'add' may stand here; 'idmap -f' runs all "
		    "commands",
		    argv[1]);
	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "-d") == 0 ||
		    strcmp(argv[i], "--directional") == 0)
			*one_way = true;
		else if (strcmp(argv[i], "--privileged") == 0)
			*privileged = true;
		else
			return idm_fail(err, IDM_INVALID,
			    "'%.64s' is no option of add in a file", argv[i]);
	}
	if (argc - i != 2)
		return idm_fail(err, IDM_INVALID, "add needs two names");
	return IDM_OK;
}

/* Read what add says, from words that stay. */
static enum idm_status
read_pair(const char *first, const char *second, bool one_way, bool privileged,
    struct idm_namerule *rule, bool *is_winname, struct idm_err *err)
{
	struct cli_pair pair;
	enum idm_status st;

	st = cli_pair_parse(first, second, &pair, err);
	if (st != IDM_OK)
		return st;
	*is_winname = pair.win.type == IDM_ID_WINNAME;
	*rule = cli_pair_rule(&pair, one_way);
	if (privileged)
		rule->flags |= IDM_RULE_PRIVILEGED;
	return idm_namerule_check(rule, err);
}

static enum idm_status
read_native_words(
    struct reading *reading, int argc, char **argv, struct idm_err *err)
{
	struct idm_namerule rule;
	bool is_winname = false;
	const char *second = NULL;
	const char *first = NULL;
	bool privileged;
	enum idm_status st;
	struct idm_err why;
	bool one_way;

	st = read_options(argc, argv, &one_way, &privileged, &why);
	if (st == IDM_OK &&
	    keep(reading->file, argv[argc - 2], &first, err) != IDM_OK)
		return err->status;
	if (st == IDM_OK &&
	    keep(reading->file, argv[argc - 1], &second, err) != IDM_OK)
		return err->status;
	if (st == IDM_OK)
		st = read_pair(first, second, one_way, privileged, &rule,
		    &is_winname, &why);
	if (st != IDM_OK) {
		tell_mistake(reading, &why);
		return IDM_OK;
	}
	st = put(reading, &rule, err);
	if (st == IDM_OK && is_winname) {
		rule.win_is_group = true;
		st = put(reading, &rule, err);
	}
	return st;
}

/* Lines of a batch, which may be continued. */
struct native {
	struct batch_words words;
	bool is_open;
};

static enum idm_status
read_native(struct reading *reading, struct native *native, struct idm_str line,
    struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	struct idm_err why;
	char **argv;
	int argc;

	if (!native->is_open)
		st = batch_begin(&native->words, "idmap", err);
	if (st != IDM_OK)
		return st;
	if (batch_line(&native->words, line, &native->is_open, &why) !=
	    IDM_OK) {
		native->is_open = false;
		tell_mistake(reading, &why);
		return IDM_OK;
	}
	if (native->is_open)
		return IDM_OK;
	st = batch_argv(&native->words, &argc, &argv, err);
	if (st != IDM_OK || argc == 1)
		return st;
	return read_native_words(reading, argc, argv, err);
}

static struct idm_str
take_line(struct idm_str *text)
{
	const char *end = memchr(text->data, '\n', text->len);
	struct idm_str line = *text;

	if (end != NULL)
		line.len = (size_t)(end - text->data) + 1;
	text->data += line.len;
	text->len -= line.len;
	return line;
}

enum idm_status
rule_file_read(enum rule_format format, struct idm_str text,
    const struct rule_file_teller *teller, struct rule_file *file,
    struct idm_err *err)
{
	struct reading reading = { .file = file, .teller = teller };
	struct native native = { .is_open = false };
	enum idm_status st = IDM_OK;

	*file = (struct rule_file){ .rule = NULL };
	batch_init(&native.words);
	while (st == IDM_OK && text.len > 0) {
		struct idm_str line = take_line(&text);

		reading.number++;
		switch (format) {
		case RULE_FORMAT_USERMAP:
			st = read_usermap(&reading, line, err);
			break;
		case RULE_FORMAT_SMBUSERS:
			st = read_smbusers(&reading, line, err);
			break;
		case RULE_FORMAT_NATIVE:
			st = read_native(&reading, &native, line, err);
			break;
		}
	}
	if (st == IDM_OK && native.is_open) {
		struct idm_err why;

		(void)idm_fail(
		    &why, IDM_INVALID, "it is continued, and nothing follows");
		tell_mistake(&reading, &why);
	}
	batch_fini(&native.words);
	return st;
}

void
rule_file_free(struct rule_file *file)
{
	for (size_t i = 0; i < file->ntexts; i++)
		free(file->text[i]);
	free(file->text);
	free(file->rule);
	*file = (struct rule_file){ .rule = NULL };
}
