/*
 * settings -- the settings of idmap.conf beside those in force.
 */

#ifndef IDM_CLI_SETTINGS_H
#define IDM_CLI_SETTINGS_H

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "map/format.h"

/*
 * Load idmap.conf; every mistake goes to standard error.  IDM_INVALID when
 * there was one, IDM_DENIED when the file is not to be trusted.
 */
enum idm_status settings_load(
    struct idm_policy *, struct idm_err *) IDM_MUSTCHECK;

/* Put the settings of conf into policy, which keeps what is not a setting. */
void settings_merge(struct idm_policy *policy, const struct idm_policy *conf);

/* The settings that differ, {"setting": {"from": .., "to": ..}}; owned. */
json_t *settings_difference(
    const struct idm_policy *from, const struct idm_policy *to);

/* Append "setting: from -> to", a line each, without the last newline. */
void settings_write(struct idm_buf *, json_t *difference);

#endif
