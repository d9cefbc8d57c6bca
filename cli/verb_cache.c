#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "backends/served.h"
#include "base/attr.h"
#include "base/clock.h"
#include "base/num.h"
#include "identity/fold.h"
#include "identity/idtype.h"
#include "map/cached.h"
#include "map/equal.h"

#include "cli/json.h"
#include "cli/maps.h"
#include "cli/say.h"
#include "cli/store.h"
#include "cli/verb.h"
#include "cli/verb_cache.h"

/* A record of the cache, as it is told. */
struct told {
	const char *kind;
	struct idm_str name;   /* as shown, or the key's text */
	struct idm_str domain; /* its name; "" where the record has none */
	bool has_id;
	uint32_t id;
	struct idm_cached cached;
};

enum { LIST_VERBOSE };
const struct verb_option verb_cache_options[] = {
	[LIST_VERBOSE] = { 'v', "verbose", NULL,
	    "which server told it, and until when it is served" },
	{ .name = NULL },
};

struct listing {
	const struct idm_maps *maps;
	const struct idm_domain *only; /* NULL: all */
	uint64_t now;
	bool json;
	bool verbose;
	struct cli_json_list list;
	size_t n;
};

static const char *
age_word(enum idm_cached_age age)
{
	switch (age) {
	case IDM_CACHED_FRESH:
		return "fresh";
	case IDM_CACHED_STALE:
		return "stale";
	case IDM_CACHED_OUTDATED:
		return "outdated";
	case IDM_CACHED_EXPIRED:
		break;
	}
	return "expired";
}

/* By either of its names; NULL: it is not configured any more. */
static const struct idm_domain *
domain_of(const struct listing *listing, struct idm_str name)
{
	const struct idm_domain *domain = idm_domain_by_name(
	    &listing->maps->domains, name);

	return domain != NULL && (domain->flags & IDM_DOMAIN_DIRECTORY) != 0
	    ? domain
	    : NULL;
}

/* Of a domain that is gone nothing is served. */
static const char *
state_of(const struct listing *listing, const struct told *told,
    const struct idm_domain *domain)
{
	if (domain == NULL)
		return "orphaned";
	return age_word(idm_served_age(listing->maps, domain, &told->cached));
}

static uint64_t
seconds_old(const struct listing *listing, uint64_t when)
{
	return when > listing->now ? 0 : listing->now - when;
}

/* When it is not served any more; 0: it always is. */
static uint64_t
expiry_of(const struct told *told, const struct idm_domain *domain)
{
	return domain == NULL || domain->stale_s == 0
	    ? 0
	    : told->cached.when + domain->stale_s;
}

/* Which server told it; "": it is not known. */
static struct idm_str
server_of(const struct listing *listing, const struct told *told,
    const struct idm_domain *domain)
{
	return domain == NULL
	    ? idm_str_of("")
	    : idm_cached_server(listing->maps->cache, domain, &told->cached);
}

static bool
is_partial(const struct told *told)
{
	return (told->cached.flags & IDM_CACHED_PARTIAL) != 0;
}

static void
put_json(struct listing *listing, const struct told *told,
    const struct idm_domain *domain)
{
	struct idm_str server = server_of(listing, told, domain);
	uint64_t when = told->cached.when;
	json_t *object;

	object = json_pack("{s:s, s:o, s:o, s:s, s:I, s:I, s:b}", "kind",
	    told->kind, "name", cli_json_text(told->name), "domain",
	    cli_json_text(told->domain), "state",
	    state_of(listing, told, domain), "when", (json_int_t)when, "age",
	    (json_int_t)seconds_old(listing, when), "complete",
	    !is_partial(told));
	if (told->has_id)
		(void)json_object_set_new(
		    object, "id", json_integer((json_int_t)told->id));
	if (expiry_of(told, domain) > 0)
		(void)json_object_set_new(object, "expires",
		    json_integer((json_int_t)expiry_of(told, domain)));
	if (server.len > 0)
		(void)json_object_set_new(
		    object, "server", cli_json_text(server));
	cli_json_put(&listing->list, object);
}

/* Behind the line: from whom, and until when. */
static void
print_origin(const struct listing *listing, const struct told *told,
    const struct idm_domain *domain)
{
	struct idm_str server = server_of(listing, told, domain);
	uint64_t expiry = expiry_of(told, domain);

	printf("\tof %s", domain == NULL ? "no domain" : domain->name);
	if (server.len > 0) {
		printf(", told by ");
		cli_put(stdout, server);
	}
	if (domain != NULL && expiry == 0)
		printf(", served without end");
	else if (expiry > listing->now)
		printf(", served for %llu s",
		    (unsigned long long)(expiry - listing->now));
	(void)putchar('\n');
}

static void
print_told(struct listing *listing, const struct told *told)
{
	const struct idm_domain *domain = domain_of(listing, told->domain);

	listing->n++;
	if (listing->json) {
		put_json(listing, told, domain);
		return;
	}
	printf("%-7s ", told->kind);
	if (told->has_id)
		printf("%-10lu ", (unsigned long)told->id);
	else
		printf("%-10s ", "-");
	printf("%-9s %8llus ", state_of(listing, told, domain),
	    (unsigned long long)seconds_old(listing, told->cached.when));
	cli_put(stdout, told->name);
	puts(is_partial(told) ? " (partial)" : "");
	if (listing->verbose)
		print_origin(listing, told, domain);
}

/* What stands behind the '@' of a key. */
static struct idm_str
domain_of_key(struct idm_str key)
{
	const char *at = memchr(key.data, '@', key.len);

	if (at == NULL)
		return (struct idm_str){ "", 0 };
	at++;
	return (struct idm_str){ at, key.len - (size_t)(at - key.data) };
}

/* Read a record by the letter of its key; false: it is damaged. */
static bool
read_told(struct idm_str key, struct idm_str value, struct told *out)
{
	struct idm_str text = { key.data + IDM_OWN_PREFIX,
		key.len - IDM_OWN_PREFIX };
	struct idm_own_group group;
	struct idm_own_user user;
	struct idm_own_sid sid;
	struct idm_equal equal;

	*out = (struct told){ .name = text, .domain = domain_of_key(text) };
	if (idm_cached_read(value, &out->cached, NULL) != IDM_OK)
		return false;
	switch (key.data[2]) {
	case 'p':
	case 'P':
		if (idm_own_user_read(out->cached.record, &user, NULL) !=
		    IDM_OK)
			return false;
		*out = (struct told){ "user", user.name, user.domain, true,
			user.uid, out->cached };
		return true;
	case 'g':
	case 'G':
		if (idm_own_group_open(out->cached.record, &group, NULL) !=
		    IDM_OK)
			return false;
		*out = (struct told){ "group", group.name, group.domain, true,
			group.gid, out->cached };
		return true;
	case 's':
		if (idm_own_sid_read(out->cached.record, &sid, NULL) != IDM_OK)
			return false;
		out->kind = "sid";
		out->domain = sid.domain;
		out->has_id = true;
		out->id = sid.id;
		return true;
	case 'e':
	case 'E':
	case 'q':
		if (idm_equal_read(out->cached.record, &equal, NULL) != IDM_OK)
			return false;
		out->kind = "equal";
		out->domain = equal.domain;
		out->has_id = equal.id != 0;
		out->id = equal.id;
		return true;
	case 'l':
		out->kind = "locals";
		return true;
	case 'm':
		out->kind = "groups";
		return true;
	case 't':
		out->kind = "account";
		return true;
	case 'a':
	case 'A':
		out->kind = "alias";
		return true;
	default:
		return false;
	}
}

static bool
is_wanted(const struct listing *listing, const struct told *told)
{
	return listing->only == NULL ||
	    domain_of(listing, told->domain) == listing->only;
}

/* One pass over all of a kind: as many as there are, none is held. */
static void
list_kind(struct listing *listing, const char *prefix)
{
	struct idm_walk walk = { 0 };
	struct idm_str key, value;
	enum idm_status st;
	struct told told;

	while ((st = idm_view_next_of(listing->maps->cache, &walk, prefix, &key,
		    &value, NULL)) != IDM_NOTFOUND) {
		if (st != IDM_OK || key.len <= IDM_OWN_PREFIX + IDM_KEY_END)
			continue;
		key.len -= IDM_KEY_END;
		if (read_told(key, value, &told) && is_wanted(listing, &told))
			print_told(listing, &told);
	}
}

/* ---- Opening. */

static enum idm_status
open_cache(struct listing *listing, struct idm_maps **maps, struct idm_err *err)
{
	enum idm_status st = cli_maps_open(maps, err);

	if (st != IDM_OK)
		return st;
	listing->maps = *maps;
	listing->now = idm_clock_seconds();
	if (!(*maps)->has_directory)
		return idm_fail(err, IDM_NOTFOUND,
		    "nothing is cached: no domain has a directory");
	if ((*maps)->cache == NULL)
		return idm_fail(err, (*maps)->cache_err.status, "%s",
		    (*maps)->cache_err.text);
	return IDM_OK;
}

static enum verb_exit
failed(enum idm_status st, const struct idm_err *err)
{
	cli_error("%s", err->text);
	return verb_exit_of(st);
}

/* ---- list */

static enum idm_status
choose_domain(
    struct listing *listing, const struct verb_call *call, struct idm_err *err)
{
	if (call->argc == 0)
		return IDM_OK;
	listing->only = domain_of(listing, idm_str_of(call->argv[0]));
	if (listing->only == NULL)
		return idm_fail(err, IDM_NOTFOUND,
		    "there is no domain '%s' that has a directory",
		    call->argv[0]);
	return IDM_OK;
}

enum verb_exit
verb_cache_list(const struct verb_call *call)
{
	struct listing listing = {
		.json = call->json,
		.verbose = call->given[LIST_VERBOSE],
	};
	struct idm_maps *maps = NULL;
	struct idm_err err;
	enum idm_status st;

	st = open_cache(&listing, &maps, &err);
	if (st == IDM_OK)
		st = choose_domain(&listing, call, &err);
	if (st != IDM_OK) {
		idm_maps_close(&maps);
		return failed(st, &err);
	}
	if (call->json)
		cli_json_begin(&listing.list, json_object(), "records");
	list_kind(&listing, IDM_OWN_USER);
	list_kind(&listing, IDM_OWN_GROUP);
	list_kind(&listing, IDM_EQUAL_USER);
	list_kind(&listing, IDM_EQUAL_GROUP);
	if (call->json)
		cli_json_end(&listing.list);
	idm_maps_close(&maps);
	return VERB_SUCCESS;
}

/* ---- show */

static void
show_record(struct listing *listing, const char *prefix, struct idm_str text)
{
	char memory[IDM_KEY_MAX];
	struct idm_str value;
	struct idm_buf key;
	struct told told;

	if (idm_own_find(listing->maps->cache, prefix, text, &value) != IDM_OK)
		return;
	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_own_key(&key, prefix, text);
	if (read_told((struct idm_str){ key.data, key.len }, value, &told))
		print_told(listing, &told);
}

/* All that there is of a name, whatever its kind. */
static void
show_name(struct listing *listing, struct idm_str name)
{
	static const char *const prefixes[] = { IDM_OWN_USER,
		IDM_OWN_MEMBERSHIP, IDM_EQUAL_LOCALS, IDM_CACHED_ACCOUNT,
		IDM_OWN_USER_NAME, IDM_OWN_GROUP, IDM_OWN_GROUP_NAME,
		IDM_EQUAL_USER, IDM_EQUAL_GROUP };
	char memory[4 * IDM_OWN_MAX];
	struct idm_windows windows;
	struct idm_buf folded;

	/* As idmapd does beyond ASCII, too. */
	idm_buf_init_fixed(&folded, memory, sizeof(memory));
	if (idm_fold_put(&folded, name, NULL) == IDM_OK &&
	    idm_buf_status(&folded, NULL) == IDM_OK)
		name = (struct idm_str){ folded.data, folded.len };
	if (!idm_windows_qualified(listing->maps, name, &windows) &&
	    !idm_windows_bare(listing->maps, name, &windows))
		return;
	for (size_t i = 0; i < IDM_COUNTOF(prefixes); i++)
		show_record(listing, prefixes[i], windows.key);
}

/* A number, a SID or a name, with its type in front or without. */
static void
show_any(struct listing *listing, struct idm_str text)
{
	struct idm_identity identity;
	bool is_typed;
	uint32_t id;

	is_typed = idm_identity_parse(text, &identity, NULL) == IDM_OK &&
	    identity.type != IDM_ID_NONE && identity.text.len > 0;
	if (is_typed)
		text = identity.text;
	if (idm_num_id(text.data, text.len, &id, NULL) == IDM_OK) {
		if (!is_typed || identity.type == IDM_ID_UID)
			show_record(listing, IDM_OWN_UID, text);
		if (!is_typed || identity.type == IDM_ID_GID)
			show_record(listing, IDM_OWN_GID, text);
	} else if (text.len > 2 && memcmp(text.data, "S-", 2) == 0) {
		show_record(listing, IDM_OWN_SID, text);
		show_record(listing, IDM_EQUAL_HANDLE, text);
	} else {
		show_name(listing, text);
	}
}

enum verb_exit
verb_cache_show(const struct verb_call *call)
{
	struct listing listing = {
		.json = call->json,
		.verbose = call->given[LIST_VERBOSE],
	};
	struct idm_maps *maps = NULL;
	struct idm_err err;
	enum idm_status st;

	st = open_cache(&listing, &maps, &err);
	if (st != IDM_OK) {
		idm_maps_close(&maps);
		return failed(st, &err);
	}
	if (call->json)
		cli_json_begin(&listing.list, json_object(), "records");
	show_any(&listing, idm_str_of(call->argv[0]));
	if (call->json)
		cli_json_end(&listing.list);
	idm_maps_close(&maps);
	if (listing.n > 0)
		return VERB_SUCCESS;
	cli_error("nothing of '%s' is cached", call->argv[0]);
	return VERB_ABSENT;
}

/* ---- status */

/* What there is of one domain. */
struct sum {
	uint64_t users;
	uint64_t groups;
	uint64_t oldest;
	uint64_t newest;
	uint64_t outdated;
};

static void
count_kind(const struct listing *listing, const struct idm_domain *domain,
    const char *prefix, uint64_t *n, struct sum *sum)
{
	struct idm_walk walk = { 0 };
	struct idm_str key, value;
	enum idm_status st;
	struct told told;

	while ((st = idm_view_next_of(listing->maps->cache, &walk, prefix, &key,
		    &value, NULL)) != IDM_NOTFOUND) {
		if (st != IDM_OK || key.len <= IDM_OWN_PREFIX + IDM_KEY_END)
			continue;
		key.len -= IDM_KEY_END;
		if (!read_told(key, value, &told) ||
		    domain_of(listing, told.domain) != domain)
			continue;
		(*n)++;
		if (sum->oldest == 0 || told.cached.when < sum->oldest)
			sum->oldest = told.cached.when;
		if (told.cached.when > sum->newest)
			sum->newest = told.cached.when;
		if (told.cached.stamp != domain->stamp &&
		    told.cached.stamp !=
			idm_domain_crowd(&listing->maps->domains, domain))
			sum->outdated++;
	}
}

static json_t *
describe_domain(const struct listing *listing, const struct idm_domain *domain)
{
	struct idm_cached as_of;
	struct sum sum = { 0 };
	json_t *object;

	count_kind(listing, domain, IDM_OWN_USER, &sum.users, &sum);
	count_kind(listing, domain, IDM_OWN_GROUP, &sum.groups, &sum);
	object = json_pack("{s:s, s:I, s:I, s:I, s:b}", "domain", domain->name,
	    "users", (json_int_t)sum.users, "groups", (json_int_t)sum.groups,
	    "outdated", (json_int_t)sum.outdated, "complete",
	    idm_cached_is_complete(listing->maps->cache, domain, &as_of));
	if (sum.oldest > 0)
		(void)json_object_update_new(object,
		    json_pack("{s:I, s:I}", "oldest",
			(json_int_t)seconds_old(listing, sum.oldest), "newest",
			(json_int_t)seconds_old(listing, sum.newest)));
	return object;
}

static void
print_domain(json_t *object)
{
	const char *complete = json_is_true(json_object_get(object, "complete"))
	    ? ", complete"
	    : "";
	json_t *oldest = json_object_get(object, "oldest");

	printf("%s: %lld users, %lld groups%s",
	    json_string_value(json_object_get(object, "domain")),
	    (long long)json_integer_value(json_object_get(object, "users")),
	    (long long)json_integer_value(json_object_get(object, "groups")),
	    complete);
	if (oldest != NULL)
		printf("; %lld outdated; %lld to %lld seconds old",
		    (long long)json_integer_value(
			json_object_get(object, "outdated")),
		    (long long)json_integer_value(
			json_object_get(object, "newest")),
		    (long long)json_integer_value(oldest));
	(void)putchar('\n');
}

static void
print_status(const struct listing *listing)
{
	const struct idm_header *header = idm_view_header(listing->maps->cache);
	const struct idm_policy *policy = &listing->maps->policy;
	long long bytes = (long long)idm_view_stat(listing->maps->cache)
			      ->st_size;
	json_t *domains = json_array();

	for (uint32_t i = 0; i < listing->maps->domains.n; i++) {
		const struct idm_domain *domain = &listing->maps->domains
						       .domain[i];

		if ((domain->flags & IDM_DOMAIN_DIRECTORY) == 0)
			continue;
		(void)json_array_append_new(
		    domains, describe_domain(listing, domain));
	}
	if (listing->json) {
		cli_json_print(json_pack(
		    "{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "file",
		    STORE_CACHE_PATH, "records", (json_int_t)header->records,
		    "max_records", (json_int_t)policy->cache_records, "bytes",
		    (json_int_t)bytes, "max_bytes",
		    (json_int_t)policy->cache_mib << 20, "version",
		    (json_int_t)header->generation, "written",
		    (json_int_t)header->time, "domains", domains));
		return;
	}
	printf("%s: %llu records, %lld bytes, version %llu, %llu seconds old\n",
	    STORE_CACHE_PATH, (unsigned long long)header->records, bytes,
	    (unsigned long long)header->generation,
	    (unsigned long long)seconds_old(listing, header->time));
	printf("at most %lu records, %lu MiB\n",
	    (unsigned long)policy->cache_records,
	    (unsigned long)policy->cache_mib);
	for (size_t i = 0; i < json_array_size(domains); i++)
		print_domain(json_array_get(domains, i));
	json_decref(domains);
}

enum verb_exit
verb_cache_status(const struct verb_call *call)
{
	struct listing listing = { .json = call->json };
	struct idm_maps *maps = NULL;
	struct idm_err err;
	enum idm_status st;

	st = open_cache(&listing, &maps, &err);
	if (st == IDM_OK)
		print_status(&listing);
	idm_maps_close(&maps);
	return st == IDM_OK ? VERB_SUCCESS : failed(st, &err);
}
