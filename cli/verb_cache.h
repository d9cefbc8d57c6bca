/*
 * verb_cache -- "idmap cache": what directories told, and how old it is.
 */

#ifndef IDM_CLI_VERB_CACHE_H
#define IDM_CLI_VERB_CACHE_H

#include "cli/verb.h"

extern const struct verb_option verb_cache_options[];

enum verb_exit verb_cache_list(const struct verb_call *);
enum verb_exit verb_cache_show(const struct verb_call *);
enum verb_exit verb_cache_status(const struct verb_call *);

#endif
