/*
 * verb_state -- "idmap state", and what backup, restore and status need of it.
 */

#ifndef IDM_CLI_VERB_STATE_H
#define IDM_CLI_VERB_STATE_H

#include <jansson.h>

#include "map/view.h"

#include "cli/verb.h"

enum verb_exit verb_state_adopt(const struct verb_call *);
enum verb_exit verb_state_fold(const struct verb_call *);
enum verb_exit verb_state_restore(const struct verb_call *);
enum verb_exit verb_state_status(const struct verb_call *);

/*
 * What there is to tell of the state; "problem" when it cannot be used.  What
 * the keeper tells of its cache is put there, if cache is not NULL.
 */
json_t *verb_state_describe(json_t *cache);

/*
 * Put the records of a backup in the place of the state, and adopt it; a
 * message was printed.
 */
enum idm_status verb_state_revive(const struct verb_call *,
    const struct idm_view *backup, bool replace, uint32_t gap) IDM_MUSTCHECK;

#endif
