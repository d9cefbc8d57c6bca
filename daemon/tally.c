#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "daemon/exposition.h"
#include "daemon/tally.h"

enum outcome { FOUND, ABSENT, REFUSED, UNAVAILABLE, OUTCOMES };

static const char *const outcome_names[] = {
	[FOUND] = "found",
	[ABSENT] = "absent",
	[REFUSED] = "refused",
	[UNAVAILABLE] = "unavailable",
};

/* From a server beside us to the longest deadline; microseconds. */
static const struct {
	uint64_t limit;
	const char *text;
} bounds[] = {
	{ 250, "0.00025" },
	{ 500, "0.0005" },
	{ 1000, "0.001" },
	{ 2500, "0.0025" },
	{ 5000, "0.005" },
	{ 10000, "0.01" },
	{ 25000, "0.025" },
	{ 50000, "0.05" },
	{ 100000, "0.1" },
	{ 250000, "0.25" },
	{ 500000, "0.5" },
	{ 1000000, "1" },
	{ 2500000, "2.5" },
	{ 5000000, "5" },
	{ 10000000, "10" },
};

/* One domain's. */
struct tally {
	struct tally *next;
	uint64_t outcome[OUTCOMES];
	uint64_t
	    within[IDM_COUNTOF(bounds)]; /* and not within the one before */
	uint64_t count;
	uint64_t sum;
	char domain[];
};

/* Its place in the list, or the end of it. */
static struct tally **
place_of(struct tally **at, const char *domain)
{
	while (*at != NULL && strcmp((*at)->domain, domain) != 0)
		at = &(*at)->next;
	return at;
}

static enum outcome
outcome_of(enum idm_status st)
{
	if (st == IDM_OK)
		return FOUND;
	if (st == IDM_NOTFOUND)
		return ABSENT;
	return st == IDM_REFUSED ? REFUSED : UNAVAILABLE;
}

void
tally_note(struct tally **all, const char *domain, enum idm_status st,
    uint64_t microseconds)
{
	struct tally **at = place_of(all, domain);
	size_t size = strlen(domain) + 1;
	size_t i = 0;

	if (*at == NULL) {
		*at = calloc(1, sizeof(**at) + size);
		if (*at == NULL)
			return;
		memcpy((*at)->domain, domain, size);
	}
	(*at)->outcome[outcome_of(st)]++;
	while (i < IDM_COUNTOF(bounds) && microseconds > bounds[i].limit)
		i++;
	if (i < IDM_COUNTOF(bounds))
		(*at)->within[i]++;
	(*at)->count++;
	(*at)->sum += microseconds;
}

void
tally_free(struct tally **all)
{
	while (*all != NULL) {
		struct tally *tally = *all;

		*all = tally->next;
		free(tally);
	}
}

static void
expose_outcomes(const struct tally *tally, struct idm_buf *out)
{
	for (size_t i = 0; i < OUTCOMES; i++) {
		const struct exposition_label labels[] = {
			{ "domain", tally->domain },
			{ "outcome", outcome_names[i] },
			{ NULL, NULL },
		};

		exposition_count(out, "idmap_directory_answers_total", labels,
		    tally->outcome[i]);
	}
}

/* Each bucket counts those of the ones before it, too. */
static void
expose_histogram(const struct tally *tally, struct idm_buf *out)
{
	struct exposition_label labels[] = {
		{ "domain", tally->domain },
		{ "le", NULL },
		{ NULL, NULL },
	};
	uint64_t sum = 0;

	for (size_t i = 0; i < IDM_COUNTOF(bounds); i++) {
		sum += tally->within[i];
		labels[1].value = bounds[i].text;
		exposition_count(
		    out, "idmap_directory_answer_seconds_bucket", labels, sum);
	}
	labels[1].value = "+Inf";
	exposition_count(
	    out, "idmap_directory_answer_seconds_bucket", labels, tally->count);
	labels[1].name = NULL;
	exposition_time(
	    out, "idmap_directory_answer_seconds_sum", labels, tally->sum);
	exposition_count(
	    out, "idmap_directory_answer_seconds_count", labels, tally->count);
}

void
tally_expose(const struct tally *all, struct idm_buf *out)
{
	if (all == NULL)
		return;
	exposition_family(out, "idmap_directory_answers_total", "counter",
	    "Questions to a directory, by what came of them.");
	for (const struct tally *tally = all; tally != NULL;
	     tally = tally->next)
		expose_outcomes(tally, out);
	exposition_family(out, "idmap_directory_answer_seconds", "histogram",
	    "How long a worker was busy with a question to a directory.");
	for (const struct tally *tally = all; tally != NULL;
	     tally = tally->next)
		expose_histogram(tally, out);
}
