#include <stdlib.h>

#include "daemon/conns.h"

#define FIRST_PLACES 64

struct conns {
	struct conn **at;
	size_t places;
	size_t n;
	size_t free_from; /* no place before it is free */
	uint32_t last;    /* serial number */
};

struct conns *
conns_new(void)
{
	return calloc(1, sizeof(struct conns));
}

void
conns_free(struct conns **conns)
{
	if (*conns == NULL)
		return;
	for (size_t i = 0; i < (*conns)->places; i++)
		conn_free(&(*conns)->at[i]);
	free((*conns)->at);
	free(*conns);
	*conns = NULL;
}

static bool
make_places(struct conns *conns)
{
	size_t places = conns->places == 0 ? FIRST_PLACES : conns->places * 2;
	struct conn **at = realloc(conns->at, places * sizeof(*at));

	if (at == NULL)
		return false;
	for (size_t i = conns->places; i < places; i++)
		at[i] = NULL;
	conns->at = at;
	conns->places = places;
	return true;
}

bool
conns_add(struct conns *conns, struct conn *conn)
{
	size_t place = conns->free_from;

	while (place < conns->places && conns->at[place] != NULL)
		place++;
	if (place == conns->places && !make_places(conns))
		return false;
	if (++conns->last == 0)
		conns->last = 1;
	conn->handle = (uint64_t)conns->last << 32 | place;
	conns->at[place] = conn;
	conns->free_from = place + 1;
	conns->n++;
	return true;
}

static size_t
place_of(uint64_t handle)
{
	return (size_t)(handle & UINT32_MAX);
}

void
conns_remove(struct conns *conns, struct conn *conn)
{
	size_t place = place_of(conn->handle);

	conns->at[place] = NULL;
	if (place < conns->free_from)
		conns->free_from = place;
	conns->n--;
}

struct conn *
conns_find(const struct conns *conns, uint64_t handle)
{
	struct conn *conn = conns_at(conns, place_of(handle));

	return conn != NULL && conn->handle == handle ? conn : NULL;
}

size_t
conns_places(const struct conns *conns)
{
	return conns->places;
}

struct conn *
conns_at(const struct conns *conns, size_t place)
{
	return place < conns->places ? conns->at[place] : NULL;
}

size_t
conns_count(const struct conns *conns)
{
	return conns->n;
}
