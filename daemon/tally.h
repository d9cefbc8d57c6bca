/*
 * tally -- what came of the questions to each directory, and how long that
 * took.  Not for threads: the event loop owns it.
 */

#ifndef IDM_DAEMON_TALLY_H
#define IDM_DAEMON_TALLY_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct tally; /* of all domains; NULL is an empty one */

/* A question was answered so, after so long.  What has no memory is left out.
 */
void tally_note(struct tally **, const char *domain, enum idm_status,
    uint64_t microseconds);
void tally_free(struct tally **);

/* idmap_directory_answers_total and the histogram
 * idmap_directory_answer_seconds. */
void tally_expose(const struct tally *, struct idm_buf *);

#endif
