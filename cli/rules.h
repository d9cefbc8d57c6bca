/*
 * rules -- name rules as the verbs of idmap(8) show them: the lines of "list",
 * JSON, the words of the update log.
 */

#ifndef IDM_CLI_RULES_H
#define IDM_CLI_RULES_H

#include <jansson.h>

#include "base/buf.h"
#include "rules/namerule.h"

#include "cli/update.h"

#define RULES_TEXT_MAX ((size_t)1 << 32) /* bytes of all lines together */

/* What is common to what programs read of a rule. */
json_t *rules_json(const struct idm_namerule *);

/* Note in the record of an update what became of a rule: "add", "remove". */
void rules_note(struct cli_update *, const char *what,
    const struct idm_namerule *, bool as_winname);

/*
 * Rules as lines, put one by one, in their order: an idm_namerule_each whose
 * context this is.  Two that differ only in the kind of the Windows name
 * become one line, of winname.  A rule's texts must stay until the next one,
 * or the end, is put.
 */
struct rules_lines {
	struct idm_buf *out;
	bool is_long; /* with a comment: id, time, uid */
	bool is_held;
	struct idm_namerule held; /* the next may belong to it */
};
enum idm_status rules_lines_put(
    void *lines, const struct idm_namerule *, struct idm_err *) IDM_MUSTCHECK;
void rules_lines_end(struct rules_lines *);

#endif
