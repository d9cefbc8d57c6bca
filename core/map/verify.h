/*
 * verify -- is a map file whole, record by record?
 *
 * Full library only.  Reads a file with our own view and says everything that
 * is wrong with it: structure, keys whose end does not fit, records that do
 * not decode, counts that disagree, patterns under the wrong shape, entries
 * of rulesets that do not exist.
 */

#ifndef IDM_MAP_VERIFY_H
#define IDM_MAP_VERIFY_H

#include "base/err.h"
#include "map/view.h"

struct idm_verify_report {
	/* A finding, one line of text without a newline. */
	void (*finding)(void *context, const char *text);
	void *context;
	uint64_t records;  /* out: looked at */
	uint64_t findings; /* out */
};

/*
 * IDM_OK when the check could be made, whatever it found.  The two counts of
 * the report are set, not added to.
 */
enum idm_status idm_verify(const struct idm_view *, struct idm_verify_report *,
    struct idm_err *) IDM_MUSTCHECK;

/* Count a finding and tell it, with control bytes replaced by '?'. */
void idm_verify_found(struct idm_verify_report *, const char *, ...)
    IDM_PRINTF(2, 3);

/* The same about a record, whose key, less its end, the text names. */
void idm_verify_found_at(struct idm_verify_report *, struct idm_str key,
    const char *, ...) IDM_PRINTF(3, 4);

#endif
