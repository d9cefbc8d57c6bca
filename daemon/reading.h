/*
 * reading -- users and groups of a domain, taken one by one, and made into
 * what the cache is to say of them all.
 *
 * Users come first, then groups; who is in which groups is told at the end,
 * when all are there.  What is in the way of one leaves that one out; what is
 * in the way of all is a failure, and nothing more is sent.
 */

#ifndef IDM_DAEMON_READING_H
#define IDM_DAEMON_READING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "daemon/claims.h"
#include "daemon/guests.h"
#include "daemon/places.h"
#include "daemon/realms.h"
#include "daemon/roll.h"
#include "daemon/shipment.h"
#include "daemon/waiting.h"
#include "resolve/fetch.h"

/* What somebody is told while a domain is read. */
struct reading_counts {
	uint64_t users; /* that are served */
	uint64_t groups;
	uint64_t refused; /* that cannot be */
	uint64_t sent;    /* records that are new or other ones */
	uint64_t removed;
	uint64_t when; /* what the records say */
	bool is_alone; /* nothing has changed that matters to others */
	bool has_guests;
	bool is_silent;       /* another domain did not tell what was asked */
	uint64_t numbers_sum; /* of a directory of numbers that was read */
};

struct reading_setup {
	const struct realms_moment *moment;
	const struct idm_domain *domain;
	struct realm *realm;
	struct idm_session *list; /* all entries come by this one ... */
	struct idm_session *ask;  /* ... while this one is asked */
	struct realm *numbers;    /* where the numbers are; NULL: there, too */
	const char *accounts;     /* folder of passwd */
	struct orders *orders;    /* of numbers */
	uint64_t known_sure;      /* idm_cached_domain.sure, or 0 */
	uint64_t known_users;     /* that were served before */
	uint64_t known_groups;
	bool may_ask;                  /* others, of members across domains */
	bool is_crossing;              /* something is to be seen of others */
	struct reading_counts *counts; /* as they grow */
	shipment_send *send;
	bool (*is_over)(void *context);
	/* Somebody is refused, two are in each other's way, a number is held.
	 */
	void (*notable)(void *context, const char *text);
	void *context; /* of all three */
};

struct reading {
	const struct reading_setup *setup;
	struct shipment shipment;
	struct idm_finder list;
	/* Its own. */
	struct idm_finder ask;
	struct idm_finder numbers; /* where they are elsewhere */
	struct idm_counterparts *counterparts;
	struct idm_fetch with;
	struct idm_taken *taken;
	struct roll *roll;
	struct claims *claims;
	struct guests guests;
	struct places equals; /* handles of map/equal.h that were put */
	struct places moved;  /* handles that are other ones now */
	uint64_t *moved_to;
	bool is_amended;  /* nobody comes twice: that is a doubt */
	bool has_waiting; /* numbers are allocated: */
	struct waiting waiting;
	struct idm_buf value; /* for whatever is written next ... */
	struct idm_buf front; /* ... behind its front */
	uint64_t *handle;     /* of the members of one group */
	size_t handles_room;
	uint8_t flags;        /* of the record that is put */
	struct idm_str *name; /* members that a group had, and has ... */
	uint32_t *gid;        /* ... or groups of a user */
	size_t names_room, gids_room;
};

/* After a failure, too, end with reading_fini(). */
enum idm_status reading_init(struct reading *, const struct reading_setup *,
    struct idm_err *) IDM_MUSTCHECK;
void reading_fini(struct reading *);

/* Read the numbers that are elsewhere; otherwise they are asked one by one. */
enum idm_status reading_numbers(
    struct reading *, struct idm_err *) IDM_MUSTCHECK;

/* Before anybody is taken: who of other domains has to do with them. */
enum idm_status reading_begin(struct reading *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Take one whom the directory tells of: an idm_find_each, whose context is the
 * reading.  One that is there already is passed over.
 */
enum idm_status reading_facts(
    void *reading, const struct idm_facts *, struct idm_err *) IDM_MUSTCHECK;

/*
 * The entry had another handle once.  In AD groups that name it follow, and do
 * not say so: so those of them that the cache tells of next name it as this.
 */
enum idm_status reading_moved(struct reading *, uint64_t old,
    const struct idm_facts *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Take one whom the cache tells of.  IDM_CONFLICT: it does not tell enough, so
 * that the whole domain has to be read.
 */
enum idm_status reading_kept(struct reading *, const uint8_t *uuid,
    const struct idm_cached_entry *, struct idm_err *) IDM_MUSTCHECK;

/* All users, or all groups, were taken.  Users come first. */
enum idm_status reading_taken(struct reading *, struct idm_err *) IDM_MUSTCHECK;

/*
 * A user of whom the cache tells by this entry, and nothing has changed that
 * matters to others: neither name, number, primary group nor DN.  *is_same:
 * that is so, and it was taken; otherwise nothing was done.
 */
enum idm_status reading_same_user(struct reading *, const struct idm_facts *,
    const struct idm_cached_entry *, bool *is_same,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * Does the directory say who equals whom?  Of several entries that name one
 * account none counts, which only who has seen them all can tell.
 */
bool reading_has_equals(const struct reading *);

/*
 * All users were taken.  IDM_TEMPFAIL: there is none where many were, as when
 * rights are taken from us: that is not believed.
 */
enum idm_status reading_check(
    const struct reading *, struct idm_err *) IDM_MUSTCHECK;

/* All are there: tell who is in which groups. */
enum idm_status reading_finish(
    struct reading *, struct idm_err *) IDM_MUSTCHECK;

/* Append the key of what became of an entry. */
void reading_entry_key(
    const struct reading *, const uint8_t *uuid, struct idm_buf *);

#endif
