/*
 * metrics -- what idmapd measures, in a file for node_exporter(1)'s textfile
 * collector.
 *
 * The file is replaced as a whole, by a rename, and is for everybody to read.
 * It is written as soon as there is one, every METRICS_S seconds, and a last
 * time at the end, with idmap_up 0.  idmapd(8) lists what is in it.  Not for
 * threads: the event loop owns it, and writing waits for no disk.
 */

#ifndef IDM_DAEMON_METRICS_H
#define IDM_DAEMON_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/asks.h"
#include "daemon/op.h"
#include "map/format.h"

#define METRICS_S 15

struct metrics {
	char path[IDM_METRICS_MAX + 1]; /* empty: nobody wants them */
	int64_t at;                     /* when to write again */
	bool has_failed;                /* and somebody was told */
};

/* All is lent. */
struct metrics_source {
	struct op_context *context;
	struct asks *asks;
};

/* Write to this file from now on; an empty one: to none.  The former goes. */
void metrics_set(struct metrics *, const char *path);

/* Write if it is time; when is the next?  INT64_MAX: never. */
int64_t metrics_tend(struct metrics *, const struct metrics_source *);

/* Write a last time. */
void metrics_end(struct metrics *, const struct metrics_source *);

#endif
