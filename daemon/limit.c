#include <stdlib.h>

#include "daemon/limit.h"

/* Tokens are counted in thousandths, so that a millisecond adds LIMIT_RATE. */
#define TOKEN  1000
#define BUCKET (LIMIT_BURST * TOKEN)

struct usage {
	uint32_t uid;
	uint32_t connections;
	int64_t tokens;
	int64_t since;    /* when tokens was true */
	bool is_recorded; /* a refusal was, since the bucket was full */
};

struct limits {
	uint32_t clients;
	uint32_t clients_per_user;
	uint32_t connections;
	uint32_t nusers;
	struct usage user[LIMIT_USERS];
};

enum idm_status
limits_new(struct limits **out, struct idm_err *err)
{
	struct limits *limits = calloc(1, sizeof(*limits));

	if (limits == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	*out = limits;
	return IDM_OK;
}

void
limits_free(struct limits **limits)
{
	free(*limits);
	*limits = NULL;
}

void
limits_set(struct limits *limits, uint32_t clients, uint32_t clients_per_user)
{
	limits->clients = clients;
	limits->clients_per_user = clients_per_user;
}

uint32_t
limits_connections(const struct limits *limits)
{
	return limits->connections;
}

static void
refill(struct usage *usage, int64_t now)
{
	/* No bucket takes longer to fill than this, and nothing overflows. */
	int64_t elapsed = now - usage->since;

	if (elapsed > BUCKET / LIMIT_RATE)
		elapsed = BUCKET / LIMIT_RATE;
	usage->tokens += elapsed * LIMIT_RATE;
	usage->since = now;
	if (usage->tokens >= BUCKET) {
		usage->tokens = BUCKET;
		usage->is_recorded = false;
	}
}

static struct usage *
find(struct limits *limits, uint32_t uid)
{
	for (uint32_t i = 0; i < limits->nusers; i++) {
		if (limits->user[i].uid == uid)
			return &limits->user[i];
	}
	return NULL;
}

bool
limits_knows(struct limits *limits, uint32_t uid)
{
	return find(limits, uid) != NULL;
}

/* Forget those who are not connected and have a full bucket. */
static void
forget_idle(struct limits *limits, int64_t now)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < limits->nusers; i++) {
		struct usage *usage = &limits->user[i];

		refill(usage, now);
		if (usage->connections > 0 || usage->tokens < BUCKET)
			limits->user[kept++] = *usage;
	}
	limits->nusers = kept;
}

static struct usage *
find_or_make(struct limits *limits, uint32_t uid, int64_t now)
{
	struct usage *usage = find(limits, uid);

	if (usage != NULL)
		return usage;
	if (limits->nusers == LIMIT_USERS)
		forget_idle(limits, now);
	if (limits->nusers == LIMIT_USERS)
		return NULL;
	usage = &limits->user[limits->nusers++];
	*usage = (struct usage){ .uid = uid, .tokens = BUCKET, .since = now };
	return usage;
}

static bool
is_room(const struct limits *limits, uint32_t uid)
{
	uint32_t reserve = LIMIT_RESERVE;

	if (uid == 0)
		return limits->connections < limits->clients;
	if (reserve > limits->clients / 2)
		reserve = limits->clients / 2;
	return limits->connections < limits->clients - reserve;
}

enum idm_status
limits_connect(
    struct limits *limits, uint32_t uid, int64_t now, struct idm_err *err)
{
	struct usage *usage;

	if (!is_room(limits, uid))
		return idm_fail(err, IDM_EXHAUSTED,
		    "idmapd serves as many clients as it may; try again");
	if (uid == 0) {
		limits->connections++;
		return IDM_OK;
	}
	usage = find_or_make(limits, uid, now);
	if (usage == NULL)
		return idm_fail(err, IDM_EXHAUSTED,
		    "idmapd serves as many users as it may; try again");
	if (usage->connections >= limits->clients_per_user) {
		if (uid == LIMIT_STRANGERS) {
			return idm_fail(err, IDM_EXHAUSTED,
			    "uids that are no user's have %lu connections, the "
			    "most they may have together",
			    (unsigned long)usage->connections);
		}
		return idm_fail(err, IDM_EXHAUSTED,
		    "uid %lu has %lu connections, the most it may have",
		    (unsigned long)uid, (unsigned long)usage->connections);
	}
	usage->connections++;
	limits->connections++;
	return IDM_OK;
}

void
limits_disconnect(struct limits *limits, uint32_t uid)
{
	struct usage *usage = find(limits, uid);

	limits->connections--;
	if (usage != NULL)
		usage->connections--;
}

enum idm_status
limits_request(
    struct limits *limits, uint32_t uid, int64_t now, struct idm_err *err)
{
	struct usage *usage = find(limits, uid);

	if (usage == NULL) /* root */
		return IDM_OK;
	refill(usage, now);
	if (usage->tokens >= TOKEN) {
		usage->tokens -= TOKEN;
		return IDM_OK;
	}
	return idm_fail(err, IDM_EXHAUSTED,
	    "too many requests; at most %d a second are served", LIMIT_RATE);
}

bool
limits_record(struct limits *limits, uint32_t uid)
{
	struct usage *usage = find(limits, uid);
	bool is_first = usage == NULL || !usage->is_recorded;

	if (usage != NULL)
		usage->is_recorded = true;
	return is_first;
}
