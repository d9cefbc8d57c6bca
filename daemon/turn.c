#include <stdlib.h>
#include <string.h>

#include "daemon/turn.h"

#define ROOT 0

/* A user who has questions in a lane. */
struct guest {
	struct guest *next;
	uint32_t uid;
	unsigned open; /* waiting or running */
	unsigned running;
};

/* A domain's questions, the oldest first. */
struct lane {
	struct lane *next;
	struct turn *first;
	struct guest *guests;
	unsigned running;
	unsigned others; /* of these, not root's */
	char domain[];
};

struct turns {
	struct lane *lanes; /* whose turn is next comes first */
	unsigned workers;
	struct turns_counts counts;
};

struct turns *
turns_new(unsigned workers)
{
	struct turns *turns = calloc(1, sizeof(*turns));

	if (turns != NULL)
		turns->workers = workers;
	return turns;
}

static void
free_lane(struct lane *lane)
{
	while (lane->guests != NULL) {
		struct guest *guest = lane->guests;

		lane->guests = guest->next;
		free(guest);
	}
	free(lane);
}

void
turns_free(struct turns **out)
{
	struct turns *turns = *out;

	if (turns == NULL)
		return;
	while (turns->lanes != NULL) {
		struct lane *lane = turns->lanes;

		turns->lanes = lane->next;
		free_lane(lane);
	}
	free(turns);
	*out = NULL;
}

/* ---- Coming. */

/* The lane of a domain, which stays; NULL: out of memory. */
static struct lane *
lane_of(struct turns *turns, const char *domain)
{
	struct lane **at = &turns->lanes;
	size_t size = strlen(domain) + 1;

	while (*at != NULL && strcmp((*at)->domain, domain) != 0)
		at = &(*at)->next;
	if (*at == NULL)
		*at = calloc(1, sizeof(**at) + size);
	if (*at != NULL)
		memcpy((*at)->domain, domain, size);
	return *at;
}

/* NULL: out of memory. */
static struct guest *
guest_of(struct lane *lane, uint32_t uid)
{
	struct guest *guest = lane->guests;

	while (guest != NULL && guest->uid != uid)
		guest = guest->next;
	if (guest != NULL)
		return guest;
	guest = calloc(1, sizeof(*guest));
	if (guest == NULL)
		return NULL;
	guest->uid = uid;
	guest->next = lane->guests;
	lane->guests = guest;
	return guest;
}

/* Who has no questions is forgotten. */
static void
put_down(struct lane *lane, struct guest *guest)
{
	struct guest **at = &lane->guests;

	if (--guest->open > 0)
		return;
	while (*at != guest)
		at = &(*at)->next;
	*at = guest->next;
	free(guest);
}

bool
turns_join(struct turns *turns, struct turn *turn, const char *domain,
    uint32_t uid, bool is_hint)
{
	struct lane *lane = lane_of(turns, domain);
	struct guest *guest = lane == NULL ? NULL : guest_of(lane, uid);
	struct turn **at;

	if (guest == NULL)
		return false;
	if (is_hint && uid != ROOT && guest->open >= TURNS_HINTED)
		return false;
	guest->open++;
	*turn = (struct turn){ .lane = lane, .guest = guest };
	at = &lane->first;
	while (*at != NULL)
		at = &(*at)->next;
	*at = turn;
	turns->counts.waiting++;
	return true;
}

void
turns_raise(struct turn *turn)
{
	struct guest *root;

	if (turn->is_running || turn->guest->uid == ROOT)
		return;
	root = guest_of(turn->lane, ROOT);
	if (root == NULL)
		return; /* then it waits like others */
	root->open++;
	put_down(turn->lane, turn->guest);
	turn->guest = root;
}

/* ---- Running. */

static bool
may_run(const struct turn *turn)
{
	return turn->guest->uid == ROOT ||
	    (turn->guest->running < TURNS_PER_USER &&
		turn->lane->others < TURNS_OF_OTHERS);
}

/* Is a to be preferred, where b came first? */
static bool
is_before(const struct turn *a, const struct turn *b)
{
	if (a->guest->uid == ROOT || b->guest->uid == ROOT)
		return b->guest->uid != ROOT;
	return a->guest->running < b->guest->running;
}

/* NULL: nobody in it may run. */
static struct turn **
best_in(struct lane *lane)
{
	struct turn **best = NULL;

	for (struct turn **at = &lane->first; *at != NULL; at = &(*at)->next) {
		if (may_run(*at) && (best == NULL || is_before(*at, *best)))
			best = at;
	}
	return best;
}

/* Domains that have no worker now, but for this one. */
static size_t
idle_domains(const struct turns *turns, const struct lane *but, size_t domains)
{
	size_t busy = but->running == 0 ? 1 : 0;

	for (const struct lane *lane = turns->lanes; lane != NULL;
	     lane = lane->next)
		busy += lane->running > 0 ? 1 : 0;
	return domains > busy ? domains - busy : 0;
}

/* Each domain without a worker has one that waits for it. */
static bool
is_room(const struct turns *turns, const struct lane *lane, size_t domains)
{
	size_t left = turns->workers - turns->counts.running;

	if (lane->running == 0)
		return left > 0;
	return lane->running < TURNS_PER_DOMAIN &&
	    left > idle_domains(turns, lane, domains);
}

/* After the others, the next time. */
static void
put_last(struct turns *turns, struct lane *lane)
{
	struct lane **at = &turns->lanes;

	while (*at != lane)
		at = &(*at)->next;
	*at = lane->next;
	while (*at != NULL)
		at = &(*at)->next;
	*at = lane;
	lane->next = NULL;
}

static struct turn *
run(struct turns *turns, struct lane *lane, struct turn **at)
{
	struct turn *turn = *at;

	*at = turn->next;
	turn->next = NULL;
	turn->is_running = true;
	turn->guest->running++;
	lane->running++;
	if (turn->guest->uid != ROOT)
		lane->others++;
	turns->counts.waiting--;
	turns->counts.running++;
	put_last(turns, lane);
	return turn;
}

struct turn *
turns_next(struct turns *turns, size_t domains)
{
	for (struct lane *lane = turns->lanes; lane != NULL;
	     lane = lane->next) {
		struct turn **best = is_room(turns, lane, domains)
		    ? best_in(lane)
		    : NULL;

		if (best != NULL)
			return run(turns, lane, best);
	}
	return NULL;
}

/* ---- Going. */

static void
stop(struct turns *turns, struct turn *turn)
{
	turn->guest->running--;
	turn->lane->running--;
	if (turn->guest->uid != ROOT)
		turn->lane->others--;
	turns->counts.running--;
}

static void
stop_waiting(struct turns *turns, const struct turn *turn)
{
	struct turn **at = &turn->lane->first;

	while (*at != turn)
		at = &(*at)->next;
	*at = turn->next;
	turns->counts.waiting--;
}

void
turns_leave(struct turns *turns, struct turn *turn)
{
	if (turn->is_running)
		stop(turns, turn);
	else
		stop_waiting(turns, turn);
	put_down(turn->lane, turn->guest);
}

struct turns_counts
turns_count(const struct turns *turns)
{
	return turns->counts;
}
