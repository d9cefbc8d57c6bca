#include <arpa/nameser.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>
#include <sys/random.h>

#include "directory/srv.h"

#define ANSWER_MAX 16384
#define TRIES      2 /* of each name server */
#define PATIENCE_S 1 /* for its first answer; doubles */

#define HEADER  12 /* bytes */
#define RECORD  10 /* of a record between name and data */
#define TYPE_AT 0
#define TTL_AT  4
#define LEN_AT  8

static uint16_t
get16(const unsigned char *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t
get32(const unsigned char *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

/* What follows the name at at; NULL: it is none. */
static const unsigned char *
skip_name(const unsigned char *at, const unsigned char *end)
{
	int len = at == NULL ? -1 : dn_skipname(at, end);

	return len < 0 || len > end - at ? NULL : at + len;
}

/* May it stand in a URI? */
static int
is_host(const char *name)
{
	static const char
	    good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		     "0123456789.-_";

	return name[0] != '\0' && name[strspn(name, good)] == '\0';
}

/* priority, weight, port, target */
static void
take(struct idm_srvs *srvs, const unsigned char *message,
    const unsigned char *end, const unsigned char *data, size_t len)
{
	struct idm_srv *srv = &srvs->srv[srvs->n];

	if (srvs->n == IDM_SRV_MAX || len < 7 ||
	    dn_expand(message, end, data + 6, srv->host, sizeof(srv->host)) <
		0 ||
	    !is_host(srv->host))
		return;
	srv->priority = get16(data);
	srv->weight = get16(data + 2);
	srv->port = get16(data + 4);
	srvs->n++;
}

enum idm_status
idm_srv_parse(
    const void *answer, size_t size, struct idm_srvs *out, struct idm_err *err)
{
	const unsigned char *message = answer;
	const unsigned char *end = message + size;
	const unsigned char *at = message + HEADER;
	struct idm_srvs srvs = { .ttl = UINT32_MAX };
	unsigned questions, records;

	if (size < HEADER)
		return idm_fail(err, IDM_CORRUPT, "DNS: no message");
	questions = get16(message + 4);
	records = get16(message + 6);
	for (; questions > 0 && at != NULL; questions--) {
		at = skip_name(at, end);
		at = at == NULL || end - at < 4 ? NULL : at + 4;
	}
	for (; records > 0 && at != NULL; records--) {
		const unsigned char *head = skip_name(at, end);
		size_t len;

		at = NULL;
		if (head == NULL || end - head < RECORD)
			break;
		len = get16(head + LEN_AT);
		if ((size_t)(end - head) - RECORD < len)
			break;
		at = head + RECORD + len;
		if (get16(head + TYPE_AT) != ns_t_srv)
			continue;
		take(&srvs, message, end, head + RECORD, len);
		if (get32(head + TTL_AT) < srvs.ttl)
			srvs.ttl = get32(head + TTL_AT);
	}
	if (at == NULL)
		return idm_fail(err, IDM_CORRUPT, "DNS: a broken message");
	/* Only "." says that the service is nowhere. */
	if (srvs.n == 0)
		return idm_fail(err, IDM_NOTFOUND, "DNS: no SRV records");
	*out = srvs;
	return IDM_OK;
}

/* Bring one of those from first to the front that have its priority. */
static void
pick(
    struct idm_srvs *srvs, size_t first, size_t n, uint32_t (*chance)(uint32_t))
{
	struct idm_srv *all = srvs->srv + first;
	struct idm_srv picked;
	uint32_t sum = 0, target;
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		sum += all[i].weight;
	/* Those of weight 0 are met by 0 alone, as the RFC has it. */
	target = chance(sum + 1);
	for (sum = all[0].weight; sum < target && at + 1 < n;)
		sum += all[++at].weight;
	picked = all[at];
	memmove(all + 1, all, at * sizeof(*all));
	all[0] = picked;
}

/* By priority, and in one those of weight 0 first. */
static int
is_before(const struct idm_srv *a, const struct idm_srv *b)
{
	if (a->priority != b->priority)
		return a->priority < b->priority;
	return a->weight == 0 && b->weight != 0;
}

void
idm_srv_sort(struct idm_srvs *srvs, uint32_t (*chance)(uint32_t))
{
	for (size_t i = 1; i < srvs->n; i++) {
		struct idm_srv moved = srvs->srv[i];
		size_t at = i;

		for (; at > 0 && is_before(&moved, &srvs->srv[at - 1]); at--)
			srvs->srv[at] = srvs->srv[at - 1];
		srvs->srv[at] = moved;
	}
	for (size_t i = 0; i < srvs->n; i++) {
		size_t n = 1;

		while (i + n < srvs->n &&
		    srvs->srv[i + n].priority == srvs->srv[i].priority)
			n++;
		pick(srvs, i, n, chance);
	}
}

static uint32_t
draw(uint32_t below)
{
	uint32_t number = 0;

	/* Weights are small: what modulo favours is not felt. */
	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return 0;
	return number % below;
}

enum idm_status
idm_srv_ask(const char *name, struct idm_srvs *srvs, struct idm_err *err)
{
	unsigned char answer[ANSWER_MAX];
	struct __res_state state;
	enum idm_status st;
	int len;

	memset(&state, 0, sizeof(state));
	if (res_ninit(&state) != 0)
		return idm_fail(err, IDM_TEMPFAIL, "DNS: no resolv.conf");
	state.retrans = PATIENCE_S;
	state.retry = TRIES;
	errno = 0;
	len = res_nquery(
	    &state, name, ns_c_in, ns_t_srv, answer, sizeof(answer));
	if (len < 0) {
		bool is_answer = state.res_h_errno == HOST_NOT_FOUND ||
		    state.res_h_errno == NO_DATA;

		st = idm_fail(err, is_answer ? IDM_NOTFOUND : IDM_TEMPFAIL,
		    "DNS: %s: %s", name, hstrerror(state.res_h_errno));
	} else {
		st = idm_srv_parse(answer,
		    (size_t)len < sizeof(answer) ? (size_t)len : sizeof(answer),
		    srvs, err);
		if (st != IDM_OK)
			st = idm_within(err, st, "%s", name);
	}
	res_nclose(&state);
	if (st == IDM_OK)
		idm_srv_sort(srvs, draw);
	return st;
}
