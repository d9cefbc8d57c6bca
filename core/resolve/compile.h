/*
 * compile -- own identities out of a names file.
 *
 * Full library only.  Numbers come from the domain's backend, and from the
 * allocator where they must be given; overrides, templates and the form of
 * names are applied; groups are taken apart to their users.  What cannot be
 * served is told, and then nothing is compiled.
 */

#ifndef IDM_RESOLVE_COMPILE_H
#define IDM_RESOLVE_COMPILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "map/own_edit.h"
#include "map/snapshot.h"
#include "resolve/asker.h"
#include "state/allocator.h"

struct idm_compile {
	const struct idm_maps *maps; /* has the domain, as it is in force */
	const struct idm_domain *domain;
	const char *path; /* of the file, for messages */
	struct idm_str text;
	const char *account_dir;
	const struct idm_allocator *allocator; /* NULL: give no new numbers */
	const struct idm_asker *asker; /* NULL: only files can be asked */
	/* Every mistake, as "path:line: reason". */
	void (*mistake)(void *context, const char *text);
	void *context;
	/* Told now and then how far it is; may be NULL. */
	void (*progress)(void *context, size_t done, size_t all);
};

/* Everything hangs together: idm_compiled_free(). */
struct idm_compiled;

/*
 * Compile.  IDM_INVALID: there were mistakes.  Otherwise as the allocator and
 * the backend say.
 */
enum idm_status idm_compile_names(const struct idm_compile *,
    struct idm_compiled **, struct idm_err *) IDM_MUSTCHECK;
void idm_compiled_free(struct idm_compiled **);

const struct idm_own_member *idm_compiled_users(
    const struct idm_compiled *, size_t *n);
const struct idm_own_group_of *idm_compiled_groups(
    const struct idm_compiled *, size_t *n);

#endif
