#include <stdlib.h>
#include <string.h>

#include "daemon/guests_parts.h"
#include "directory/filter.h"
#include "map/siphash.h"
#include "map/windows.h"

#define ASK_S 60 /* others are asked not more often */

enum idm_status
guests_no_memory(struct idm_err *err)
{
	return idm_fail(err, IDM_NOMEM, "out of memory");
}

/* Room for one more; NULL: no memory. */
void *
guests_grow(void *array, size_t n, size_t *room, size_t size)
{
	size_t more = *room == 0 ? 64 : *room + *room / 2;
	void *grown;

	if (n < *room)
		return array;
	grown = reallocarray(array, more, size);
	if (grown != NULL)
		*room = more;
	return grown;
}

enum idm_status
guests_add_member(struct guests *guests, uint64_t handle, struct idm_err *err)
{
	uint64_t *grown = guests_grow(guests->member, guests->nmembers,
	    &guests->members_room, sizeof(*grown));

	if (grown == NULL)
		return guests_no_memory(err);
	guests->member = grown;
	guests->member[guests->nmembers++] = handle;
	return IDM_OK;
}

/* Lay a group with the members of the moment into the roll. */
enum idm_status
guests_add_group(
    struct guests *guests, const struct roll_group *like, struct idm_err *err)
{
	struct roll_group group = *like;

	if (roll_find_group(guests->roll, group.entry.handle) != ROLL_NONE)
		return IDM_OK;
	group.entry.is_guest = true;
	group.entry.key = group.record = idm_str_of("");
	return roll_add_group(
	    guests->roll, &group, guests->member, guests->nmembers, NULL, err);
}

/* ---- Other domains. */

const struct idm_maps *
guests_maps(const struct guests *guests)
{
	return guests->moment->maps;
}

/* One whose accounts may be members of groups, and that may have such. */
struct realm *
guests_neighbour(const struct realms_moment *moment,
    const struct idm_domain *own, const struct idm_domain *domain)
{
	struct realm *realm = domain == own ? NULL
					    : realms_find(moment, domain->name);

	return realm != NULL && realm->schema.schema == IDM_SCHEMA_AD ? realm
								      : NULL;
}

bool
guests_has(const struct guests *guests, const struct idm_domain *domain)
{
	struct idm_cached as_of;

	return idm_cached_is_complete(
	    guests_maps(guests)->cache, domain, &as_of);
}

void
guests_keep(struct guests *guests, const struct idm_domain *domain)
{
	guests->is_kept[domain - guests_maps(guests)->domains.domain] = true;
	guests->any_kept = true;
}

/* An entry of the cache: is it one of this domain's? */
static bool
is_entry_of(const struct idm_domain *domain, struct idm_str key)
{
	const char *shown = idm_domain_shown(domain);
	size_t n = IDM_OWN_PREFIX + 2 * IDM_GUID_SIZE + 1;
	size_t len = strlen(shown);

	return key.len == n + len + IDM_KEY_END && key.data[n - 1] == '@' &&
	    memcmp(key.data + n, shown, len) == 0;
}

/* The next one that can be read.  IDM_NOTFOUND: there is none left. */
enum idm_status
guests_next_entry(const struct guests *guests, const struct idm_domain *domain,
    struct idm_walk *walk, struct idm_cached_entry *out)
{
	const struct idm_view *cache = guests_maps(guests)->cache;
	struct idm_cached cached;
	struct idm_str key, value;
	enum idm_status st;

	while ((st = idm_view_next_of(cache, walk, IDM_CACHED_ENTRY, &key,
		    &value, NULL)) != IDM_NOTFOUND) {
		if (st == IDM_OK && is_entry_of(domain, key) &&
		    idm_cached_read(value, &cached, NULL) == IDM_OK &&
		    idm_cached_entry_read(cached.record, out, NULL) == IDM_OK)
			return IDM_OK;
	}
	return IDM_NOTFOUND;
}

const struct idm_domain *
guests_domain_of_dn(const struct guests *guests, struct idm_str dn)
{
	char memory[IDM_DOMAIN_MAX + 1];
	struct idm_buf dns;

	idm_buf_init_fixed(&dns, memory, sizeof(memory));
	return idm_dn_domain(&dns, dn)
	    ? idm_domain_by_name(&guests_maps(guests)->domains,
		  (struct idm_str){ dns.data, dns.len })
	    : NULL;
}

const struct idm_domain *
guests_domain_of_name(const struct idm_maps *maps, struct idm_str shown)
{
	struct idm_windows windows;

	return idm_windows_qualified(maps, shown, &windows) ||
		idm_windows_bare(maps, shown, &windows)
	    ? windows.domain
	    : NULL;
}

/* ---- What is taken as it was. */

static bool
is_kept(const struct guests *guests, const struct idm_domain *domain)
{
	return domain != NULL &&
	    guests->is_kept[domain - guests_maps(guests)->domains.domain];
}

bool
guests_keep_gid(const struct guests *guests, uint32_t gid)
{
	const struct idm_domain *const *domain;
	bool is_any = false;
	uint32_t n;

	if (!guests->any_kept ||
	    idm_domain_by_id(&guests_maps(guests)->domains, gid, &domain, &n) ==
		NULL)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		if (domain[i] == guests->with.domain)
			return false;
		is_any = is_any || is_kept(guests, domain[i]);
	}
	return is_any;
}

bool
guests_keep_name(const struct guests *guests, struct idm_str shown)
{
	return guests->any_kept &&
	    is_kept(guests, guests_domain_of_name(guests_maps(guests), shown));
}

/* ---- What is to be seen. */

static uint64_t
mix(const struct idm_domain *domain, uint64_t a, uint64_t b)
{
	struct idm_buf buf;
	char memory[256];

	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	idm_buf_put_u64(&buf, domain->stamp);
	idm_buf_put_u64(&buf, a);
	idm_buf_put_u64(&buf, b);
	return idm_siphash((const uint8_t *)GUESTS_HASH_KEY, buf.data, buf.len);
}

static uint64_t
see_kept(const struct idm_view *cache, const struct idm_domain *domain,
    bool is_concerned, bool has_foreign)
{
	struct idm_cached_domain record;
	struct idm_str value;

	if (cache == NULL ||
	    idm_own_find(cache, IDM_CACHED_DOMAIN, idm_str_of(domain->name),
		&value) != IDM_OK ||
	    idm_cached_domain_read(value, &record, NULL) != IDM_OK ||
	    !record.is_complete || record.stamp != domain->stamp ||
	    (!is_concerned && !(has_foreign && record.has_guests)))
		return 0;
	return mix(domain, record.crowd, has_foreign);
}

struct guests_seen
guests_see(const struct realms_moment *moment, const struct idm_domain *own,
    bool has_guests, uint64_t now)
{
	const struct realm *realm = realms_find(moment, own->name);
	const struct idm_domains *domains = &moment->maps->domains;
	struct guests_seen seen = { 0, 0 };

	if (realm == NULL || realm->schema.schema != IDM_SCHEMA_AD)
		return seen;
	for (uint32_t i = 0; i < domains->n; i++) {
		const struct idm_domain *domain = &domains->domain[i];
		uint64_t pause = domain->cache_s / 2 < ASK_S
		    ? ASK_S
		    : domain->cache_s / 2;
		bool has_foreign;

		realm = guests_neighbour(moment, own, domain);
		if (realm == NULL)
			continue;
		has_foreign = (realm->settings.flags & IDM_DIRECTORY_FOREIGN) !=
		    0;
		if ((domain->flags & IDM_DOMAIN_REPLICATE) != 0)
			seen.kept += see_kept(moment->maps->cache, domain,
			    has_guests, has_foreign);
		else if (has_guests || has_foreign)
			seen.asked += mix(domain, now / pause, has_foreign);
	}
	return seen;
}

/* ---- All of it. */

enum idm_status
guests_begin(struct guests *guests, struct idm_err *err)
{
	guests->is_on = guests->finder.schema->schema == IDM_SCHEMA_AD;
	if (!guests->is_on)
		return IDM_OK;
	guests->pool = idm_pool_new();
	guests->is_kept = calloc(
	    (size_t)guests_maps(guests)->domains.n + 1, sizeof(bool));
	return guests->pool != NULL && guests->is_kept != NULL
	    ? IDM_OK
	    : guests_no_memory(err);
}

void
guests_fini(struct guests *guests)
{
	idm_pool_free(&guests->pool);
	places_fini(&guests->by_handle);
	places_fini(&guests->by_sid);
	free(guests->guest);
	free(guests->wanted);
	free(guests->is_kept);
	free(guests->member);
}
