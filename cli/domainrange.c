#include <string.h>

#include "config/domains.h"
#include "map/snapshot.h"

#include "cli/domainrange.h"
#include "cli/hostids.h"

/* Where the first domain begins, as on TrueNAS. */
#define FIRST_ID 100000001u

static void
add_domains(struct cli_hostids *list, const struct idm_domains *domains)
{
	for (uint32_t i = 0; i < domains->n; i++) {
		if (domains->domain[i].high > 0)
			cli_hostids_add(list, domains->domain[i].low,
			    domains->domain[i].high, "domain");
	}
}

static enum idm_status
gather(struct cli_hostids *list, struct idm_err *err)
{
	struct idm_maps *maps = NULL;
	struct idm_domains removed;
	struct idm_str value;

	if (idm_maps_open(IDM_STATEDIR, 0, &maps, NULL) == IDM_OK) {
		add_domains(list, &maps->domains);
		if (idm_view_get(maps->map, IDM_REMOVED_KEY,
			strlen(IDM_REMOVED_KEY), &value) == IDM_OK &&
		    idm_removed_read(value, &removed, NULL) == IDM_OK) {
			add_domains(list, &removed);
			idm_domains_free(&removed);
		}
		idm_maps_close(&maps);
	}
	return cli_hostids_gather(list, err);
}

/* The first gap of so many ids from here on; 0: there is none. */
static uint32_t
find_gap(const struct cli_hostids *list, uint32_t from, uint32_t size)
{
	uint64_t low = from;

	for (size_t i = 0; i < list->n; i++) {
		if (list->at[i].high < low)
			continue;
		if (list->at[i].low > low + size - 1)
			break;
		low = (uint64_t)list->at[i].high + 1;
	}
	return low + size - 1 <= IDM_RANGE_MAX ? (uint32_t)low : 0;
}

enum idm_status
cli_domain_free_range(uint32_t *low, uint32_t *high, struct idm_err *err)
{
	static const uint32_t sizes[] = { 100000000, 10000000, 1000000 };
	struct cli_hostids list = { 0 };
	enum idm_status st = gather(&list, err);
	uint32_t found = 0;

	cli_hostids_sort(&list);
	for (size_t i = 0; st == IDM_OK && i < IDM_COUNTOF(sizes); i++) {
		found = find_gap(&list, FIRST_ID, sizes[i]);
		if (found != 0) {
			*low = found;
			*high = found + sizes[i] - 1;
			break;
		}
	}
	cli_hostids_free(&list);
	if (st == IDM_OK && found == 0)
		st = idm_fail(err, IDM_EXHAUSTED,
		    "there is no free range of %u ids: give one with "
		    "'range=LOW-HIGH'",
		    sizes[IDM_COUNTOF(sizes) - 1]);
	return st;
}
