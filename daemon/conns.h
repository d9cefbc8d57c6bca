/*
 * conns -- who is connected.
 *
 * A connection is known by a handle that is never another's: what is told of
 * one that is gone is nobody's.  The engine's lock guards it.
 */

#ifndef IDM_DAEMON_CONNS_H
#define IDM_DAEMON_CONNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/conn.h"

/* Handles are not below this. */
#define CONNS_FIRST ((uint64_t)1 << 32)

struct conns;

struct conns *conns_new(void); /* NULL: out of memory */
/* And those that are in it. */
void conns_free(struct conns **);

/* Take a connection in, and give it its handle.  false: out of memory. */
bool conns_add(struct conns *, struct conn *);
/* It is the caller's again. */
void conns_remove(struct conns *, struct conn *);

/* NULL: it is gone. */
struct conn *conns_find(const struct conns *, uint64_t handle);

/* Of all, those at these places; NULL: there is none, but behind it may be. */
size_t conns_places(const struct conns *);
struct conn *conns_at(const struct conns *, size_t place);

size_t conns_count(const struct conns *);

#endif
