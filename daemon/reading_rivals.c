#include "base/quote.h"
#include "daemon/reading_parts.h"
#include "map/cached.h"
#include "resolve/counterparts.h"
#include "resolve/ownid.h"

#define SHOWN_MAX 160 /* bytes of a name or a DN in a message */
#define TOLD_MAX  2048

static struct roll_entry *
entry_at(struct reading *reading, bool is_group, uint32_t place)
{
	return is_group ? &roll_group_at(reading->roll, place)->entry
			: &roll_user_at(reading->roll, place)->entry;
}

/* Who is in the way of whom, and what came of it. */
static void
tell(const struct reading *reading, const struct idm_facts *facts,
    struct idm_str other, bool by_id, const char *outcome)
{
	const struct reading_setup *setup = reading->setup;
	char text[TOLD_MAX];
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, text, sizeof(text));
	idm_buf_puts(&buf, facts->is_group ? "groups " : "users ");
	idm_quote_put(&buf, '\'', other, SHOWN_MAX);
	idm_buf_puts(&buf, " and ");
	idm_quote_put(&buf, '\'', facts->dn, SHOWN_MAX);
	if (by_id)
		idm_buf_printf(&buf, " both have the number %u", facts->id);
	else
		idm_buf_puts(&buf, " have the same name");
	idm_buf_printf(&buf, ": %s", outcome);
	if (idm_buf_status(&buf, NULL) == IDM_OK)
		setup->notable(setup->context, idm_buf_text(&buf));
}

/* Take back what was granted to somebody. */
static enum idm_status
withdraw(
    struct reading *reading, bool is_group, uint32_t place, struct idm_err *err)
{
	struct reading_counts *counts = reading->setup->counts;
	struct roll_entry *entry = entry_at(reading, is_group, place);

	if (entry->is_out)
		return IDM_OK;
	entry->is_out = entry->is_contested = true;
	if (is_group)
		counts->groups--;
	else
		counts->users--;
	counts->refused++;
	return reading_drop_text(
	    reading, is_group ? IDM_OWN_GROUP : IDM_OWN_USER, entry->key, err);
}

static enum idm_status
settle_rival(struct reading *reading, const struct claim *claim,
    const struct idm_facts *facts, const struct claims_rival *rival,
    bool is_granted, struct idm_err *err)
{
	const struct roll_entry *other;
	const char *outcome = "only the first is served";
	enum idm_status st = IDM_OK;

	if (!rival->is_one)
		return IDM_OK;
	if (rival->has_lost)
		st = withdraw(reading, claim->is_group, rival->who, err);
	other = entry_at(reading, claim->is_group, rival->who);
	entry_at(reading, claim->is_group, claim->who)->is_restored = true;
	if (is_granted)
		outcome = "only the second is served";
	else if (other->is_out)
		outcome = "neither is served";
	if (facts != NULL)
		tell(reading, facts, other->key, rival->is_by_id, outcome);
	return st;
}

static enum idm_status
drop_left_over(
    struct reading *reading, const struct claim *claim, struct idm_err *err)
{
	const struct idm_view *cache = reading->setup->moment->maps->cache;
	const char *prefix = claim->is_group ? IDM_OWN_GROUP : IDM_OWN_USER;
	struct idm_cached cached;

	if (idm_cached_find(cache, prefix, claim->key, &cached) != IDM_OK ||
	    (cached.flags & IDM_CACHED_UNSURE) == 0)
		return IDM_OK;
	return reading_drop_text(reading, prefix, claim->key, err);
}

/* May it have its name and number?  facts: NULL, if it had them before. */
enum idm_status
reading_claim(struct reading *reading, const struct claim *claim,
    const struct idm_facts *facts, bool *is_granted, struct idm_err *err)
{
	struct claims_verdict verdict;
	enum idm_status st;

	st = claims_make(reading->claims, claim, &verdict, err);
	if (st == IDM_OK)
		st = settle_rival(reading, claim, facts, &verdict.by_id,
		    verdict.is_granted, err);
	if (st == IDM_OK)
		st = settle_rival(reading, claim, facts, &verdict.by_key,
		    verdict.is_granted, err);
	entry_at(reading, claim->is_group, claim->who)->is_new = verdict.is_new;
	*is_granted = verdict.is_granted;
	/* Of an attempt that was cut short there may be something left. */
	if (st == IDM_OK && !verdict.is_granted && !verdict.by_key.is_one)
		st = drop_left_over(reading, claim, err);
	return st;
}

/* One that is on the roll: is it served?  If so, put what it comes to. */
enum idm_status
reading_admit(struct reading *reading, const struct claim *claim,
    const struct idm_facts *facts, const struct idm_fetched *fetched,
    struct idm_err *err)
{
	struct reading_counts *counts = reading->setup->counts;
	struct roll_entry *entry = entry_at(
	    reading, claim->is_group, claim->who);
	bool is_granted;
	enum idm_status st;

	st = reading_claim(reading, claim, facts, &is_granted, err);
	if (st != IDM_OK)
		return st;
	if (!is_granted) {
		entry->is_out = entry->is_contested = true;
		counts->refused++;
		return IDM_OK;
	}
	if (claim->is_group)
		counts->groups++;
	else
		counts->users++;
	return reading_put_all(reading, entry, fetched, err);
}

/* Is this the key of the account? */
static bool
is_key_of(const struct reading *reading, struct idm_str key,
    const struct idm_facts *facts)
{
	const struct idm_realm realm = {
		.maps = reading->setup->moment->maps,
		.domain = reading->setup->domain,
	};
	char memory[IDM_OWNID_KEY_MAX];
	struct idm_buf own;

	idm_buf_init_fixed(&own, memory, sizeof(memory));
	return idm_ownid_put_key(&realm, facts->name, &own, NULL) == IDM_OK &&
	    idm_buf_status(&own, NULL) == IDM_OK &&
	    idm_str_compare(key, reading_text_of(&own)) == 0;
}

/*
 * One that was refused: is that because the number that its entry has is served
 * as somebody else's, who has it still?
 */
bool
reading_is_contested(
    const struct reading *reading, const struct idm_facts *facts)
{
	const struct idm_view *cache = reading->setup->moment->maps->cache;
	uint32_t backend = reading->setup->domain->backend;
	struct idm_facts numbered = *facts;
	struct idm_cached cached;
	struct idm_str other;
	uint32_t id;

	if (reading->setup->numbers != NULL) {
		if (reading->counterparts == NULL) /* it may be */
			return true;
		numbered.has_id = false;
		if (idm_counterparts_find(reading->counterparts, facts->name,
			facts->is_group, &numbered, NULL) != IDM_OK)
			return false;
	}
	if (!numbered.has_id ||
	    (backend != IDM_BACKEND_AD && backend != IDM_BACKEND_RFC2307) ||
	    idm_cached_find_id(cache,
		facts->is_group ? IDM_OWN_GID : IDM_OWN_UID, numbered.id,
		&cached) != IDM_OK ||
	    !claims_read(facts->is_group, cached.record, &other, &id))
		return false;
	if (is_key_of(reading, other, facts))
		return false;
	tell(reading, &numbered, other, true, "only the first is served");
	return true;
}
