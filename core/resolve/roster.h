/*
 * roster -- the users and groups of a names file, with what each one bears.
 *
 * For the files of this folder only; full library.  Whoever is at fault is told
 * of, each with his line, and the count of such mistakes stands in the roster:
 * the work goes on, so that one run finds all of them.
 */

#ifndef IDM_RESOLVE_ROSTER_H
#define IDM_RESOLVE_ROSTER_H

#include "config/namesfile.h"
#include "resolve/compile.h"
#include "resolve/ownid.h"

/* One line, and what becomes of it. */
struct idm_roster_item {
	struct idm_names_line line;
	struct idm_ownid who;
	bool is_visited; /* while a group is taken apart */
};

struct idm_roster {
	const struct idm_compile *with;
	struct idm_err *err; /* of all calls below */
	struct idm_realm realm;
	struct idm_roster_item *item;
	size_t n;
	size_t mistakes;
	/* Its own. */
	size_t room;
	uint32_t *by_key; /* items in the order of key and kind */
	uint32_t *by_sid;
};

/* The texts of what is read are of the pool. */
void idm_roster_init(struct idm_roster *, const struct idm_compile *,
    struct idm_pool *, struct idm_err *);
void idm_roster_fini(struct idm_roster *);

/* Read the lines: keys, names and overrides of all; no numbers yet. */
enum idm_status idm_roster_read(struct idm_roster *) IDM_MUSTCHECK;
/* Give each a number: by the nss backend's services, by any other backend. */
enum idm_status idm_roster_number(struct idm_roster *) IDM_MUSTCHECK;
/* May they bear these numbers and names on this host, each of them alone? */
enum idm_status idm_roster_check(struct idm_roster *) IDM_MUSTCHECK;

/* NULL: there is none. */
struct idm_roster_item *idm_roster_sid(
    const struct idm_roster *, const struct idm_sid *);
/* By a name, RID or SID as it stands in a line. */
struct idm_roster_item *idm_roster_word(
    const struct idm_roster *, struct idm_str word, bool is_group);

/*
 * All items in an order, by their indices, which the caller frees; NULL: out of
 * memory.  The comparison is of two indices, with the items as its context.
 */
uint32_t *idm_roster_order(const struct idm_roster *,
    int (*compare)(const void *, const void *, void *));

/* ---- Mistakes. */

void idm_roster_complain(struct idm_roster *, const struct idm_names_line *,
    const char *fmt, ...) IDM_PRINTF(3, 4);
/* Who is refused is a mistake of the file; other failures end it all. */
enum idm_status idm_roster_judge(struct idm_roster *,
    const struct idm_roster_item *, enum idm_status,
    const struct idm_err *why) IDM_MUSTCHECK;
/* IDM_INVALID: there were some. */
enum idm_status idm_roster_mistaken(struct idm_roster *) IDM_MUSTCHECK;
enum idm_status idm_roster_no_memory(struct idm_roster *) IDM_MUSTCHECK;
/* So many items are done. */
void idm_roster_progress(const struct idm_roster *, size_t done);

#endif
