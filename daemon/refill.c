#include <string.h>

#include "base/clock.h"
#include "daemon/cachecheck.h"
#include "daemon/refill.h"

#define LIST_MS 60000 /* for all users, or all groups */

/* ---- Who is not there any more. */

/* A SID's record goes with its account's: another one may lead there, too. */
static bool
is_own(const struct reading *reading, struct idm_str key, struct idm_str value)
{
	const struct idm_domain *domain = reading->setup->domain;
	struct idm_str own;

	if (key.len <= IDM_OWN_PREFIX || memcmp(key.data, "i/", 2) != 0 ||
	    key.data[3] != '/' || strchr("pPgGmaAtueEql", key.data[2]) == NULL)
		return false;
	own = cache_domain_of(key, value);
	return idm_str_is(own, domain->name) ||
	    idm_str_is(own, idm_domain_shown(domain));
}

static enum idm_status
remove_gone(struct reading *reading, struct idm_err *err)
{
	const struct idm_view *cache = reading->setup->moment->maps->cache;
	struct idm_walk walk = { 0 };
	enum idm_status st = IDM_OK;

	while (st == IDM_OK && cache != NULL) {
		struct idm_str key, value;

		st = idm_view_next(cache, &walk, &key, &value, err);
		if (st != IDM_OK || key.len <= IDM_KEY_END)
			continue;
		key.len -= IDM_KEY_END;
		if (is_own(reading, key, value) &&
		    !shipment_has(&reading->shipment, key))
			st = shipment_drop(&reading->shipment, key, err);
	}
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

/* ---- All of it. */

static enum idm_status
run(struct reading *reading, struct idm_err *err)
{
	enum idm_status st;

	st = reading_numbers(reading, err);
	if (st == IDM_OK)
		st = reading_begin(reading, err);
	reading->list.deadline = idm_clock_ms() + LIST_MS;
	if (st == IDM_OK)
		st = idm_find_all(
		    &reading->list, false, reading_facts, reading, err);
	if (st == IDM_OK)
		st = reading_taken(reading, err);
	if (st == IDM_OK)
		st = reading_check(reading, err);
	reading->list.deadline = idm_clock_ms() + LIST_MS;
	if (st == IDM_OK)
		st = idm_find_all(
		    &reading->list, true, reading_facts, reading, err);
	if (st == IDM_OK)
		st = reading_taken(reading, err);
	if (st == IDM_OK)
		st = reading_finish(reading, err);
	if (st == IDM_OK)
		st = remove_gone(reading, err);
	return st == IDM_OK ? shipment_end(&reading->shipment, err) : st;
}

enum idm_status
refill(const struct reading_setup *setup, struct idm_err *err)
{
	struct reading reading;
	enum idm_status st = reading_init(&reading, setup, err);

	if (st == IDM_OK)
		st = run(&reading, err);
	setup->counts->sent = reading.shipment.sent;
	setup->counts->removed = reading.shipment.removed;
	reading_fini(&reading);
	return st;
}
