#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "backends/sss.h"

/*
 * Domains of one space, as the bytes say, added a few at a time: no two
 * windows overlap, none ever moves, and a failure places nothing.
 */

enum { DOMAINS_MAX = 24 };

static struct idm_domain domain[DOMAINS_MAX], before[DOMAINS_MAX];
static struct idm_domain *list[DOMAINS_MAX];

static void
make_domain(struct idm_domain *out, const struct idm_domain *like,
    struct idm_cursor *bytes)
{
	*out = *like;
	out->sid = (struct idm_sid){
		.authority = 5,
		.nsubs = 4,
		.sub = { 21, idm_cursor_u16(bytes), idm_cursor_u8(bytes), 7 },
	};
}

/* Sometimes a window that is there before, right or wrong. */
static void
pin(struct idm_domain *out, struct idm_cursor *bytes)
{
	uint8_t what = idm_cursor_u8(bytes);

	if (what % 4 != 0)
		return;
	out->nwindows = 1;
	out->window[0].first_rid = what / 64 * out->rangesize;
	out->window[0].low = out->low + idm_cursor_u16(bytes) * out->rangesize +
	    what / 32 % 2;
}

static bool
is_twice(uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (idm_sid_equal(&domain[i].sid, &domain[n].sid))
			return true;
	}
	return false;
}

static void
check_apart(uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		for (unsigned k = 0; k < domain[i].nwindows; k++) {
			uint32_t slice = (domain[i].window[k].low -
					     domain[i].low) /
			    domain[i].rangesize;
			uint32_t found = 0, window;

			if (slice >= idm_sss_slices(&domain[i]))
				abort();
			for (uint32_t j = 0; j < n; j++) {
				if (idm_sss_window(&domain[j], slice, &window))
					found++;
			}
			if (found != 1)
				abort();
		}
	}
}

static void
check_kept(uint32_t n, uint32_t kept, enum idm_status st)
{
	for (uint32_t i = 0; i < n; i++) {
		if (i >= kept && st == IDM_OK)
			continue;
		if (domain[i].nwindows != before[i].nwindows ||
		    memcmp(domain[i].window, before[i].window,
			before[i].nwindows * sizeof(before[i].window[0])) != 0)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_cursor bytes = idm_cursor_over(data, len);
	struct idm_domain like = {
		.name = "d",
		.space = "s",
		.backend = IDM_BACKEND_SSS,
		.low = 1000,
		.rangesize = 1u + idm_cursor_u16(&bytes),
	};
	uint32_t slices = 1u + idm_cursor_u16(&bytes) % 2048;
	uint32_t n = 0, kept = 0;
	enum idm_status st = IDM_OK;

	if (idm_cursor_u8(&bytes) % 8 == 0)
		like.flags = IDM_DOMAIN_AUTORID_COMPAT;
	like.high = like.low + slices * like.rangesize - 1;
	while (!bytes.bad && st == IDM_OK && n < DOMAINS_MAX) {
		make_domain(&domain[n], &like, &bytes);
		if (is_twice(n))
			continue;
		pin(&domain[n], &bytes);
		list[n] = &domain[n];
		n++;
		if (idm_cursor_u8(&bytes) % 3 == 0)
			continue;
		memcpy(before, domain, n * sizeof(*domain));
		st = idm_sss_place(list, n, NULL, NULL);
		check_kept(n, kept, st);
		if (st == IDM_OK) {
			check_apart(n);
			kept = n;
		}
	}
	return 0;
}
