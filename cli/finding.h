/*
 * finding -- what "idmap check" has found, as its parts tell it.
 */

#ifndef IDM_CLI_FINDING_H
#define IDM_CLI_FINDING_H

#include <stdbool.h>

#include "base/attr.h"

/* Told each finding; one that is good is a remark. */
typedef void cli_finding(
    void *context, const char *check, bool is_good, const char *text);

/* One part, and whom it tells. */
struct cli_findings {
	const char *check; /* its name */
	cli_finding *tell;
	void *context;
	unsigned problems; /* findings that are not good */
};

void cli_findings_add(struct cli_findings *, bool is_good, const char *, ...)
    IDM_PRINTF(3, 4);

#endif
