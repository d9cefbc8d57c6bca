/*
 * ruleformat -- files of name rules, read whole: every mistake with its line.
 */

#ifndef IDM_CLI_RULEFORMAT_H
#define IDM_CLI_RULEFORMAT_H

#include <stddef.h>

#include "base/cursor.h"
#include "base/err.h"
#include "rules/namerule.h"

#include "cli/smbusers.h"
#include "cli/usermapcfg.h"

enum rule_format {
	RULE_FORMAT_USERMAP,  /* usermap.cfg */
	RULE_FORMAT_SMBUSERS, /* smbusers */
	RULE_FORMAT_NATIVE,   /* what "idmap list" prints */
};

/* The format of a word, case ignored.  IDM_INVALID. */
enum idm_status rule_format_parse(
    const char *word, enum rule_format *, struct idm_err *) IDM_MUSTCHECK;

/* A rule, and the line it stands in. */
struct rule_file_rule {
	struct idm_namerule rule;
	unsigned long number;
};

/* What a file holds.  Owns the texts of native rules, lends the others. */
struct rule_file {
	struct rule_file_rule *rule;
	size_t n;
	size_t size;
	size_t bad; /* lines with mistakes */
	char **text;
	size_t ntexts;
	size_t texts_size;
};

/*
 * Read a text; each mistake, and each remark on what is good, is told as the
 * line's.  The text must stay as long as the rules.  IDM_NOMEM.
 */
struct rule_file_teller {
	void (*tell)(void *context, unsigned long line, bool is_mistake,
	    const char *text);
	void *context;
};
enum idm_status rule_file_read(enum rule_format, struct idm_str text,
    const struct rule_file_teller *, struct rule_file *,
    struct idm_err *) IDM_MUSTCHECK;
void rule_file_free(struct rule_file *);

#endif
