/*
 * verb_domain -- "idmap domain": the domains' files, by commands.
 */

#ifndef IDM_CLI_VERB_DOMAIN_H
#define IDM_CLI_VERB_DOMAIN_H

#include "cli/verb.h"

/* Options of add, edit and remove. */
enum { DOMAIN_FORCE_MOVE, DOMAIN_DROP_OPTIONS, DOMAIN_OFFLINE = 1 };
extern const struct verb_option verb_domain_options[];
extern const struct verb_option verb_domain_add_options[];
extern const struct verb_option verb_domain_edit_options[]; /* both */
extern const struct verb_option verb_pool_options[];

enum verb_exit verb_domain_add(const struct verb_call *);
enum verb_exit verb_domain_edit(const struct verb_call *);
enum verb_exit verb_domain_remove(const struct verb_call *);
enum verb_exit verb_domain_list(const struct verb_call *);
enum verb_exit verb_domain_show(const struct verb_call *);
enum verb_exit verb_domain_pool(const struct verb_call *);
enum verb_exit verb_domain_options_of(const struct verb_call *);
enum verb_exit verb_domain_choices(const struct verb_call *);

#endif
