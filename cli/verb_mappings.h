/*
 * verb_mappings -- the verbs that show what maps to what.
 */

#ifndef IDM_CLI_VERB_MAPPINGS_H
#define IDM_CLI_VERB_MAPPINGS_H

#include "cli/verb.h"

extern const struct verb_option verb_show_options[];
extern const struct verb_option verb_dump_options[];
extern const struct verb_option verb_flush_options[];

enum verb_exit verb_show(const struct verb_call *);
enum verb_exit verb_dump(const struct verb_call *);
enum verb_exit verb_flush(const struct verb_call *);
enum verb_exit verb_script(const struct verb_call *);
enum verb_exit verb_test(const struct verb_call *);

#endif
