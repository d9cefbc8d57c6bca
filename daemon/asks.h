/*
 * asks -- questions of the name service that only a directory can answer.
 *
 * Equal questions are asked once; everybody who put one has the same answer,
 * or his own deadline.  What was just answered is not asked again
 * (daemon/memo.h).  Who is next to have a worker says daemon/turn.h.
 *
 * The event loop owns all of it; only what a worker runs is a thread's.
 */

#ifndef IDM_DAEMON_ASKS_H
#define IDM_DAEMON_ASKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "daemon/crew.h"
#include "daemon/op.h"
#include "daemon/realms.h"
#include "daemon/tally.h"
#include "resolve/fetch.h"

#define ASKS_MAX     1024 /* questions that are open at a time */
#define ASKS_OF_ROOT 64   /* of these, root's alone */

struct asks;

struct asks_setup {
	struct realms *realms;
	struct crew *crew;
	unsigned workers; /* of the crew, for questions */
	/* What came out is to be put into the cache; or, with fetched NULL,
	 * what the question is about is to be taken out. */
	void (*keep)(void *context, const struct idm_domain *,
	    const struct idm_lookup *, const struct idm_fetched *);
	void *context;
};

/* The setup is copied. */
enum idm_status asks_new(
    const struct asks_setup *, struct asks **, struct idm_err *) IDM_MUSTCHECK;
/* Tell of each question who put it and what he was answered? */
void asks_log(struct asks *, bool is_on);
/* The crew must be gone. */
void asks_free(struct asks **);

/*
 * Take a client's job.  true: it is answered, in status, err and out.  false:
 * it waits, at most until job->deadline; its body need not stay.
 */
bool asks_take(struct asks *, struct job *);

/* Nobody waits for this job any more. */
void asks_leave(struct asks *, struct job *);

/* A job of the crew that is not a client's. */
bool asks_owns(const struct job *);

/*
 * It has run: the clients' jobs that it answers, linked by next.  asks_done()
 * then remembers the answer, and is the end of it.
 */
struct job *asks_answer(struct asks *, struct job *);
void asks_done(struct asks *, struct job *);

/* Forget what was answered: the directory, or root, says that it changed. */
void asks_forget(struct asks *);

struct asks_counts {
	uint64_t asked;      /* of a directory */
	uint64_t remembered; /* answered without */
	uint64_t shared;     /* waited for what another one had asked */
	uint64_t unavailable;
	uint64_t refused;
	uint64_t absent;
	uint64_t late; /* deadlines that passed */
	uint64_t busy; /* too many, and not taken */
	unsigned open;
	unsigned running; /* of these, with a worker */
	unsigned memo_entries;
	size_t memo_bytes;
};
struct asks_counts asks_count(const struct asks *);

/* What came of them, of each domain; lent. */
const struct tally *asks_tally(const struct asks *);

#endif
