/*
 * directorykey -- the settings of a domain's section [directory].
 *
 * Full library only.  A row for each; idmap-directory(5) describes them.
 */

#ifndef IDM_CONFIG_DIRECTORYKEY_H
#define IDM_CONFIG_DIRECTORYKEY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "map/directory.h"

struct idm_directory_key {
	const char *name;
	const char *brief;
	const char *value; /* what it is in words */
};

/* The row'th; its name is NULL behind the last. */
struct idm_directory_key idm_directory_key(size_t row);

/* Is this setting another one in the two? */
bool idm_directory_differs(
    size_t row, const struct idm_directory *, const struct idm_directory *);

/*
 * Some settings are options of backends, too, under names that other products
 * have for them: is this one?  The option that says the same as a setting, or
 * NULL; and what its value is for the setting, or NULL: nothing.
 */
bool idm_directory_has_option(const char *option);
const char *idm_directory_option(const char *key);
const char *idm_directory_option_value(const char *option, const char *value);

/* Store a value.  IDM_INVALID says what is wrong with it. */
enum idm_status idm_directory_set(struct idm_directory *, size_t row,
    const char *value, struct idm_err *) IDM_MUSTCHECK;

/*
 * When all is set: what follows from it, and what contradicts itself.  dns is
 * the domain's DNS name, or "".  given(context, name) tells whether a setting
 * was written down.  Mistakes are told one by one, as texts.
 */
void idm_directory_finish(struct idm_directory *, const char *dns,
    bool (*given)(void *context, const char *name),
    void (*mistake)(void *context, const char *text), void *context);

/* Does every one of these servers speak TLS, or is it on this host? */
bool idm_directory_is_private(const char *servers);

#endif
