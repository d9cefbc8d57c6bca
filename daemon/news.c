#include <stdlib.h>
#include <string.h>

#include "daemon/news.h"

#define CHANGED_MAX 5000               /* entries */
#define BYTES_MAX   ((size_t)8 << 20)  /* of their members */
#define IDS_MAX     ((size_t)16 << 20) /* UUIDs of one kind */

void
news_fini(struct news *news)
{
	for (size_t i = 0; i < news->n; i++)
		free(news->facts[i]);
	free(news->facts);
	free(news->changed.uuid);
	free(news->gone.uuid);
	free(news->present.uuid);
}

/* ---- UUIDs. */

static enum idm_status
add_id(struct news_ids *ids, const uint8_t *uuid, struct idm_err *err)
{
	size_t room = ids->room == 0 ? 64 : ids->room + ids->room / 2;
	uint8_t(*grown)[IDM_GUID_SIZE];

	if (ids->n == IDS_MAX)
		return idm_fail(err, IDM_CONFLICT, "too many entries");
	if (ids->n == ids->room) {
		grown = reallocarray(ids->uuid, room, sizeof(*grown));
		if (grown == NULL)
			return idm_fail(err, IDM_NOMEM, "out of memory");
		ids->uuid = grown;
		ids->room = room;
	}
	memcpy(ids->uuid[ids->n++], uuid, IDM_GUID_SIZE);
	return IDM_OK;
}

static int
compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, IDM_GUID_SIZE);
}

static bool
has_id(const struct news_ids *ids, const uint8_t *uuid)
{
	return ids->n > 0 &&
	    bsearch(uuid, ids->uuid, ids->n, sizeof(*ids->uuid), compare_ids) !=
	    NULL;
}

static void
sort_ids(struct news_ids *ids)
{
	if (ids->n > 0)
		qsort(ids->uuid, ids->n, sizeof(*ids->uuid), compare_ids);
}

void
news_settle(struct news *news)
{
	sort_ids(&news->changed);
	sort_ids(&news->gone);
	sort_ids(&news->present);
}

enum news_fate
news_fate(const struct news *news, const uint8_t uuid[static IDM_GUID_SIZE])
{
	if (has_id(&news->changed, uuid))
		return NEWS_CHANGED;
	if (has_id(&news->gone, uuid) ||
	    (news->rest_is_gone && !has_id(&news->present, uuid)))
		return NEWS_GONE;
	return NEWS_KEPT;
}

bool
news_is_empty(const struct news *news)
{
	return news->n == 0 && news->gone.n == 0 && !news->rest_is_gone;
}

/* ---- As it is told. */

static size_t
size_of(const struct idm_facts *facts)
{
	size_t bytes = sizeof(*facts);

	for (size_t i = 0; facts->members != NULL && i < facts->members->n; i++)
		bytes += facts->members->value[i].len + sizeof(struct idm_str);
	return bytes;
}

static enum idm_status
take_changed(void *context, const struct idm_facts *facts, struct idm_err *err)
{
	struct news *news = context;
	size_t room = news->room == 0 ? 16 : 2 * news->room;
	struct idm_facts **grown;
	enum idm_status st;

	news->bytes += size_of(facts);
	if (!facts->has_guid)
		return idm_fail(err, IDM_CONFLICT, "an entry without a UUID");
	if (news->n == CHANGED_MAX || news->bytes > BYTES_MAX)
		return idm_fail(err, IDM_CONFLICT, "too many changes");
	if (news->n == news->room) {
		grown = reallocarray(news->facts, room, sizeof(*grown));
		if (grown == NULL)
			return idm_fail(err, IDM_NOMEM, "out of memory");
		news->facts = grown;
		news->room = room;
	}
	st = add_id(&news->changed, facts->guid, err);
	if (st == IDM_OK)
		st = idm_facts_dup(facts, &news->facts[news->n], err);
	if (st == IDM_OK)
		news->n++;
	return st;
}

static enum idm_status
take_told(void *context, bool is_gone, const uint8_t *uuid, struct idm_err *err)
{
	struct news *news = context;

	return add_id(is_gone ? &news->gone : &news->present, uuid, err);
}

struct idm_news_sink
news_sink(struct news *news)
{
	return (struct idm_news_sink){ take_changed, take_told, news };
}
