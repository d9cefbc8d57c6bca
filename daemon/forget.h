/*
 * forget -- domains with ephemeral = boot lose their numbers at a reboot.
 *
 * The state's record "boot" (an X record) names the boot of which its numbers
 * are.  Pinned numbers stay, and so do high-water marks, so that within one
 * boot no number is given twice; at a reboot a domain that has used half of
 * its range begins again from its low mark.
 */

#ifndef IDM_DAEMON_FORGET_H
#define IDM_DAEMON_FORGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "map/snapshot.h"
#include "state/state.h"

#define FORGET_BOOT_FILE "/proc/sys/kernel/random/boot_id"

/*
 * Stage what a boot that has not been seen yet changes; nothing in most cases.
 * boot_file is FORGET_BOOT_FILE, or a test's; when it cannot be read, nothing
 * is forgotten.
 */
enum idm_status forget_earlier_boots(const struct idm_maps *,
    const char *boot_file, struct idm_state *, uint32_t *forgotten,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * Stage that the domain forgets its numbers now; an empty name is all domains
 * that may.  IDM_NOTFOUND: no such domain.  IDM_REFUSED: it keeps its numbers.
 */
enum idm_status forget_domain(const struct idm_maps *, struct idm_str name,
    struct idm_state *, uint32_t *forgotten, struct idm_err *) IDM_MUSTCHECK;

#endif
