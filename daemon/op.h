/*
 * op -- what a client may ask, who may ask it, and who answers.
 *
 * A job is one request on its way through the engine.  A worker thread runs
 * the operation; one that changes something leaves a record for the keeper,
 * whose answer becomes the reply.  Operations may block; they share nothing
 * but the setup and the counters.
 */

#ifndef IDM_DAEMON_OP_H
#define IDM_DAEMON_OP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "daemon/record.h"

struct idm_census;
struct orders;
struct realms;

/* What operations work with; the counters are the event loop's to raise. */
struct op_context {
	const char *state_dir;     /* of map.gdbm */
	const char *accounts;      /* folder of passwd */
	struct idm_census *census; /* who is in it */
	struct realms *realms;     /* the directories */
	struct orders *orders;     /* to the keeper */
	int64_t started;           /* seconds since 1970 */
	atomic_ulong requests;     /* answered, whatever the answer */
	atomic_ulong refused;      /* requests and connections beyond a limit */
	atomic_uint clients;       /* connected now */
};

struct job {
	struct job *next; /* of the queue it stands in */
	const struct op *op;
	uint32_t id; /* not 0; of one job at a time */
	struct caller caller;
	uint32_t counted_as; /* by the limits: his uid, or LIMIT_STRANGERS */
	struct idm_str body; /* of the request; lent until the job is done */
	/*
	 * Before: IDM_OK, or why it is refused and only to be logged.
	 * After: of the reply, unless the keeper is to be asked.
	 */
	enum idm_status status;
	struct idm_err err;
	struct idm_buf out; /* body of the reply, or record for the keeper */
	bool is_for_keeper;
	/* Told when the record has left for the keeper; NULL: it is awaited. */
	void (*has_left)(struct job *);
	int64_t deadline; /* of a question that waits; 0: it has none */
	int64_t began;    /* when it was put */
};

struct op {
	uint16_t code;  /* enum idm_op */
	bool is_roots;  /* nobody else may ask */
	bool is_update; /* every attempt is logged, also a refused one */
	bool has_body;
	bool is_lookup; /* asked through daemon/asks.h */
	bool is_report; /* out begins with what only the event loop knows */
	void (*run)(const struct op_context *, struct job *);
};

/* The operation of this code, or NULL. */
const struct op *op_find(uint16_t code);

#endif
