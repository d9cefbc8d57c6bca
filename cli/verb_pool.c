#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "directory/idpool.h"
#include "map/allocated.h"

#include "cli/json.h"
#include "cli/maps.h"
#include "cli/say.h"
#include "cli/verb_domain.h"

#define BATCH   64
#define WAIT_MS 20000

enum { POOL_CREATE };
const struct verb_option verb_pool_options[] = {
	[POOL_CREATE] = { '\0', "create", NULL,
	    "make the pool, at the low end of the range" },
	{ .name = NULL },
};

/* A domain whose numbers hosts share, and its directory. */
struct sharing {
	struct idm_maps *maps;
	const struct idm_domain *domain;
	struct idm_directory settings;
	struct idm_servers *servers;
	struct idm_session *session;
	struct idm_idpool pool;
	/* What this host has, on its way to be compared. */
	struct idm_idpool_wish wish[BATCH];
	uint32_t here[BATCH];
	size_t n;
	unsigned long compared;
	json_t *differences;
};

static enum idm_status
open_sharing(struct sharing *sharing, const char *name, struct idm_err *err)
{
	struct idm_idpool *pool = &sharing->pool;
	const struct idm_domain *domain;
	enum idm_status st;

	st = cli_maps_open(&sharing->maps, err);
	if (st != IDM_OK)
		return st;
	domain = strcmp(name, IDM_CATCH_ALL) == 0
	    ? sharing->maps->domains.catch_all
	    : idm_domain_by_name(&sharing->maps->domains, idm_str_of(name));
	if (domain == NULL)
		return idm_fail(
		    err, IDM_NOTFOUND, "there is no domain '%s'", name);
	if (domain->backend != IDM_BACKEND_LDAP)
		return idm_fail(err, IDM_INVALID,
		    "domain '%s' shares its numbers with no other host: that "
		    "is what backend ldap does",
		    domain->name);
	sharing->domain = domain;
	st = idm_directory_find_numbers(
	    sharing->maps->map, domain->name, &sharing->settings, err);
	if (st == IDM_OK)
		st = idm_servers_new(
		    &sharing->settings, &sharing->servers, err);
	if (st == IDM_OK)
		st = idm_session_new(&sharing->settings, sharing->servers,
		    &sharing->session, err);
	pool->session = sharing->session;
	pool->base = idm_str_of(sharing->settings.base);
	pool->low = domain->low;
	pool->high = domain->high;
	pool->is_split = (domain->flags & IDM_DOMAIN_SPLIT_COUNTERS) != 0;
	pool->deadline = idm_clock_ms() + WAIT_MS;
	return st;
}

static void
close_sharing(struct sharing *sharing)
{
	idm_session_free(&sharing->session);
	if (sharing->servers != NULL)
		idm_servers_free(&sharing->servers);
	idm_maps_close(&sharing->maps);
}

/* ---- What this host has, and the directory. */

static void
tell_difference(const struct sharing *sharing,
    const struct idm_idpool_wish *wish, uint32_t here)
{
	char text[IDM_SID_TEXT_MAX];

	(void)idm_sid_format(&wish->sid, text);
	(void)json_array_append_new(sharing->differences,
	    json_pack("{s:s, s:I, s:o, s:s}", "sid", text, "here",
		(json_int_t)here, "directory",
		wish->status == IDM_OK ? json_integer(wish->id) : json_null(),
		"reason", wish->status == IDM_OK ? "" : wish->reason));
	if (wish->status == IDM_OK)
		cli_error("%s is %lu here, and %lu in the directory", text,
		    (unsigned long)here, (unsigned long)wish->id);
	else
		cli_error("%s is %lu here: %s", text, (unsigned long)here,
		    wish->reason);
}

static enum idm_status
compare(struct sharing *sharing, struct idm_err *err)
{
	enum idm_status st;

	sharing->pool.deadline = idm_clock_ms() + WAIT_MS;
	st = idm_idpool_find(&sharing->pool, sharing->wish, sharing->n, err);
	for (size_t i = 0; i < sharing->n && st == IDM_OK; i++) {
		const struct idm_idpool_wish *wish = &sharing->wish[i];

		if (wish->status == IDM_OK && wish->id == sharing->here[i])
			continue;
		tell_difference(sharing, wish, sharing->here[i]);
	}
	sharing->compared += sharing->n;
	sharing->n = 0;
	return st;
}

/* One allocation, "a/KIND/SID": is it one of the domain's? */
static bool
take(struct sharing *sharing, struct idm_str key, struct idm_str value)
{
	struct idm_idpool_wish *wish = &sharing->wish[sharing->n];
	struct idm_allocated allocated;
	struct idm_str sid;

	if (key.len <= 4 + IDM_KEY_END ||
	    (memcmp(key.data, "a/u/", 4) != 0 &&
		memcmp(key.data, "a/g/", 4) != 0) ||
	    idm_allocated_read(value, &allocated, NULL) != IDM_OK ||
	    !idm_str_is(allocated.domain, sharing->domain->name))
		return false;
	sid = (struct idm_str){ key.data + 4, key.len - 4 - IDM_KEY_END };
	*wish = (struct idm_idpool_wish){
		.want = key.data[2] == 'u' ? 'U' : 'G',
	};
	sharing->here[sharing->n] = allocated.id;
	return idm_sid_parse(sid, &wish->sid, NULL) == IDM_OK;
}

static enum idm_status
compare_all(struct sharing *sharing, struct idm_err *err)
{
	struct idm_walk walk = { 0 };
	struct idm_str key, value;
	enum idm_status st = IDM_OK;

	while (st == IDM_OK && sharing->maps->state != NULL) {
		st = idm_view_next(
		    sharing->maps->state, &walk, &key, &value, err);
		if (st != IDM_OK || !take(sharing, key, value))
			continue;
		if (++sharing->n == BATCH)
			st = compare(sharing, err);
	}
	if (st != IDM_OK && st != IDM_NOTFOUND)
		return st;
	return compare(sharing, err);
}

/* ---- The verb. */

static void
print_pool(const struct sharing *sharing, const struct idm_idpool_state *state)
{
	printf("pool       ");
	cli_put(stdout, idm_str_of(state->dn));
	printf("\nserver     %s\n", idm_session_server(sharing->session));
	printf("range      %lu-%lu\n", (unsigned long)sharing->pool.low,
	    (unsigned long)sharing->pool.high);
	printf("next_uid   %lu\nnext_gid   %lu\n",
	    (unsigned long)state->next_uid, (unsigned long)state->next_gid);
	printf("compared   %lu\ndifferent  %zu\n", sharing->compared,
	    json_array_size(sharing->differences));
}

static void
print_json(const struct sharing *sharing, const struct idm_idpool_state *state)
{
	cli_json_print(json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:O}",
	    "pool", state->dn, "server", idm_session_server(sharing->session),
	    "low", (json_int_t)sharing->pool.low, "high",
	    (json_int_t)sharing->pool.high, "next_uid",
	    (json_int_t)state->next_uid, "next_gid",
	    (json_int_t)state->next_gid, "compared",
	    (json_int_t)sharing->compared, "differences",
	    sharing->differences));
}

static enum idm_status
show(struct sharing *sharing, bool as_json, struct idm_err *err)
{
	struct idm_idpool_state state;
	enum idm_status st;

	st = idm_idpool_look(&sharing->pool, &state, err);
	if (st == IDM_OK)
		st = compare_all(sharing, err);
	if (st != IDM_OK)
		return st;
	if (as_json)
		print_json(sharing, &state);
	else
		print_pool(sharing, &state);
	return json_array_size(sharing->differences) == 0
	    ? IDM_OK
	    : idm_fail(err, IDM_CONFLICT,
		  "this host and the directory do not agree");
}

enum verb_exit
verb_domain_pool(const struct verb_call *call)
{
	struct sharing sharing = { .differences = json_array() };
	enum idm_status st;
	struct idm_err err;

	st = open_sharing(&sharing, call->argv[0], &err);
	if (st == IDM_OK && call->given[POOL_CREATE])
		st = idm_idpool_make(&sharing.pool, &err);
	if (st == IDM_OK)
		st = show(&sharing, call->json, &err);
	close_sharing(&sharing);
	json_decref(sharing.differences);
	if (st != IDM_OK)
		cli_error("domain pool: %s", err.text);
	return verb_exit_of(st);
}
