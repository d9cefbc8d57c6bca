/*
 * conf -- idmap.conf, read and checked.
 *
 * Full library only: modules read the compiled policy in map.gdbm, never
 * this text.  The format is INI, read by libinih; idmap.conf(5) describes it.
 * A missing file is an empty one.
 */

#ifndef IDM_CONFIG_CONF_H
#define IDM_CONFIG_CONF_H

#include "base/err.h"
#include "map/format.h"

#define IDM_CONF_PATH IDM_SYSCONFDIR "/idmap.conf"

/*
 * Read path over the defaults of this host (UID_MIN and GID_MIN of
 * account_dir/login.defs, the uid of the user idmap-keep).  Every mistake is
 * told to mistake() as "path:line: section.key: reason", and all are told in
 * one run.  IDM_INVALID when there was one.  What
 * is no setting (epoch, users' store) is left at its default.
 */
enum idm_status idm_conf_load(const char *path, const char *account_dir,
    struct idm_policy *, void (*mistake)(void *context, const char *text),
    void *context, struct idm_err *) IDM_MUSTCHECK;

#endif
