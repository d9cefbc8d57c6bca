/*
 * clients -- those who are connected, from the accept to the close.
 *
 * Lets them in as far as the limits allow, puts their bytes together, hands
 * whole requests on, and sends the replies.  Whoever is too slow is let go.
 * Nothing here waits; the engine's lock guards it.
 */

#ifndef IDM_DAEMON_CLIENTS_H
#define IDM_DAEMON_CLIENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"
#include "daemon/conn.h"
#include "daemon/crew.h"
#include "daemon/limit.h"
#include "daemon/op.h"

struct clients;

struct clients_setup {
	int listener;
	uint64_t what;        /* as which it is watched: below CONNS_FIRST */
	const char *accounts; /* folder of passwd */
	struct limits *limits;
	struct crew *crew;
	struct op_context *counters;
	/* A whole request is here; conn->state says what became of it. */
	void (*begin)(void *context, struct conn *);
	/* Who waits for an answer is gone, or has waited for too long. */
	void (*give_up)(void *context, struct conn *);
	void *context;
};

/* The setup is copied, and the listener is watched.  IDM_NOMEM, IDM_SYSTEM. */
enum idm_status clients_new(const struct clients_setup *, struct clients **,
    struct idm_err *) IDM_MUSTCHECK;
void clients_free(struct clients **);

/* Take who waits to be let in. */
void clients_accept(struct clients *);
/* Something happened to the one with this handle, if there is one. */
void clients_serve(struct clients *, uint64_t handle, uint32_t events);

/* Reply to a request at once. */
void clients_reply(struct clients *, struct conn *, uint16_t op,
    enum idm_status, struct idm_str body);
/* Reply with what came of the connection's job. */
void clients_answer(struct clients *, struct conn *);
/*
 * After an answer: take in what the client has said meanwhile.  It may be gone
 * when this returns.
 */
void clients_go_on(struct clients *, struct conn *);

/* Whose job this is; a client that has one is never freed. */
struct conn *clients_of_job(struct job *);
/* Who waits for the answer with this number; NULL: nobody. */
struct conn *clients_waiting(const struct clients *, uint32_t id);
size_t clients_count(const struct clients *);

/* Let nobody in any more, and close who does not wait for an answer. */
void clients_stop(struct clients *);

/* Do what is due; when is the next thing?  See crew_duties. */
int64_t clients_tend(struct clients *);

#endif
