/*
 * sheet -- the lines of a map, from the database or from a text file, and
 * what is wrong with each.
 *
 * Line 1 is the descriptor.  In the database, an entry's line is where
 * "idadmin -S scheme" prints it.
 */

#ifndef IDM_CLI_SHEET_H
#define IDM_CLI_SHEET_H

#include "base/buf.h"
#include "map/edit.h"

#include "cli/logins.h"

/* What can be wrong, in the order in which it is told; bits of faults. */
enum cli_fault {
	CLI_SYNTAX,
	CLI_MISSING,
	CLI_TRANSPARENT,
	CLI_DUPLICATE,
	CLI_ORDER,
	CLI_UNKNOWN,
	CLI_UNREACHABLE,
	CLI_FAULTS
};
#define CLI_FAULT(fault) (1u << (fault))
/* The line is no entry that could be compared with others. */
#define CLI_UNUSABLE                                                           \
	(CLI_FAULT(CLI_SYNTAX) | CLI_FAULT(CLI_MISSING) |                      \
	    CLI_FAULT(CLI_TRANSPARENT))

/* The category's name, as "Syntax error". */
const char *cli_fault_name(enum cli_fault);

struct cli_line {
	unsigned long number;
	bool is_entry; /* otherwise the whole line stands in entry.remote */
	uint8_t faults;
	struct idm_entry entry;
	size_t before; /* out of order: the line that it belongs before */
	size_t other;  /* duplicate, unreachable: the line that wins */
};

struct cli_sheet {
	enum idm_ruleset_kind kind;
	bool is_headless; /* line 1 is no descriptor, and all there is */
	struct idm_descriptor descriptor;
	struct cli_line *line;
	size_t n;
	size_t *order; /* after inspection: usable lines, sorted */
	size_t nsorted;
	uint64_t faults; /* after inspection: findings in all */
	/* What the lines lend from: one of the two. */
	struct idm_entries entries;
	struct idm_buf text;
};

/* A ruleset as it stands in the database. */
enum idm_status cli_sheet_load(const struct idm_view *, struct idm_ruleset_name,
    struct cli_sheet *, struct idm_err *) IDM_MUSTCHECK;

/*
 * The text form of a map; the sheet takes the buffer, also on failure.  When
 * line 1 is no descriptor, that line is all of a headless sheet: how others
 * should split cannot be said.
 */
enum idm_status cli_sheet_parse(struct idm_buf *text, enum idm_ruleset_kind,
    struct cli_sheet *, struct idm_err *) IDM_MUSTCHECK;

void cli_sheet_free(struct cli_sheet *);

/*
 * Find everything that is wrong.  logins are who may be mapped to, NULL where
 * local names are no logins.
 */
enum idm_status cli_sheet_inspect(struct cli_sheet *, const struct cli_logins *,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * Examine one entry by itself: the fault, or CLI_FAULTS when there is none.
 * err gets the particulars.
 */
enum cli_fault cli_entry_judge(const struct idm_descriptor *,
    enum idm_ruleset_kind, const struct idm_entry *, const struct cli_logins *,
    struct idm_err *);

/* The particulars of one fault of an inspected line, for people. */
void cli_sheet_explain(const struct cli_sheet *, const struct cli_line *,
    enum cli_fault, struct idm_err *);

#endif
