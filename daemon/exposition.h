/*
 * exposition -- measurements in Prometheus' text format, version 0.0.4:
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 *
 * A family is begun once and then has its samples, which end up in no other
 * place.  Counters' names end in _total; seconds and bytes are the units.
 */

#ifndef IDM_DAEMON_EXPOSITION_H
#define IDM_DAEMON_EXPOSITION_H

#include <stdint.h>

#include "base/buf.h"

/* Begin a family.  type: counter, gauge or histogram; help: one line. */
void exposition_family(
    struct idm_buf *, const char *name, const char *type, const char *help);

/* Labels end with one that has no name; their values are any UTF-8. */
struct exposition_label {
	const char *name;
	const char *value;
};

/* A sample; labels may be NULL. */
void exposition_count(struct idm_buf *, const char *name,
    const struct exposition_label *, uint64_t value);
/* The same of a time, in seconds. */
void exposition_time(struct idm_buf *, const char *name,
    const struct exposition_label *, uint64_t microseconds);

#endif
