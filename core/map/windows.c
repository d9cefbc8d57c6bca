#include <string.h>

#include "identity/winname.h"
#include "map/cached.h"
#include "map/windows.h"

_Static_assert(IDM_OWN_MAX >= IDM_WINNAME_MAX + 1 + IDM_DOMAIN_MAX,
    "the longest name of the longest domain fits into a key");

/* Complete out; false when the name can be nobody's. */
static bool
put_key(const struct idm_domain *domain, struct idm_str name,
    struct idm_windows *out)
{
	struct idm_str shown = idm_str_of(idm_domain_shown(domain));
	char *at = out->memory;

	if (name.len == 0 || name.len > IDM_WINNAME_MAX)
		return false;
	for (size_t i = 0; i < name.len; i++)
		*at++ = idm_fold_ascii(name.data[i]);
	*at++ = '@';
	memcpy(at, shown.data, shown.len);
	out->domain = domain;
	out->key = (struct idm_str){ out->memory, name.len + 1 + shown.len };
	out->name = (struct idm_str){ out->memory, name.len };
	return true;
}

bool
idm_windows_qualified(
    const struct idm_maps *maps, struct idm_str text, struct idm_windows *out)
{
	const struct idm_domain *domain;
	struct idm_winname split;

	/* Most are not, which is seen sooner than what they are. */
	if (maps->domains.n == 0 || !idm_winname_has_separator(text) ||
	    idm_winname_split(text, &split, NULL) != IDM_OK ||
	    split.spelling == IDM_SPELL_BARE)
		return false;
	domain = idm_domain_by_name(&maps->domains, split.domain);
	if (domain == NULL || domain == maps->domains.catch_all)
		return false;
	return put_key(domain, split.name, out);
}

bool
idm_windows_bare(
    const struct idm_maps *maps, struct idm_str text, struct idm_windows *out)
{
	struct idm_winname split;

	if (!maps->policy.short_names || maps->domains.by_default == NULL ||
	    idm_winname_split(text, &split, NULL) != IDM_OK ||
	    split.spelling != IDM_SPELL_BARE)
		return false;
	return put_key(maps->domains.by_default, split.name, out);
}

bool
idm_windows_of_key(const struct idm_domain *domain, struct idm_str key,
    struct idm_windows *out)
{
	const char *at = memchr(key.data, '@', key.len);

	if (at == NULL)
		return false;
	key.len = (size_t)(at - key.data);
	return put_key(domain, key, out);
}

/*
 * The record of another name, wherever its domain's stand.  Of another stamp,
 * the override may be gone: then it leads nowhere, and idmapd is asked.
 */
static enum idm_status
find_other_name(const struct idm_maps *maps, const struct idm_windows *windows,
    bool is_group, struct idm_str *value)
{
	const char *prefix = is_group ? IDM_OWN_GROUP_NAME : IDM_OWN_USER_NAME;
	struct idm_cached cached;
	enum idm_status st;

	if (maps->map == NULL)
		return IDM_NOTFOUND;
	if ((windows->domain->flags & IDM_DOMAIN_DIRECTORY) == 0)
		return idm_own_find(maps->map, prefix, windows->key, value);
	if ((windows->domain->stamp & IDM_STAMP_NAMES) == 0)
		return IDM_NOTFOUND;
	st = idm_cached_find(maps->cache, prefix, windows->key, &cached);
	if (st == IDM_OK && cached.stamp != windows->domain->stamp)
		return IDM_NOTFOUND;
	if (st == IDM_OK)
		*value = cached.record;
	return st;
}

bool
idm_windows_follow(
    const struct idm_maps *maps, bool is_group, struct idm_windows *windows)
{
	struct idm_own_name name;
	struct idm_str value;

	return find_other_name(maps, windows, is_group, &value) == IDM_OK &&
	    idm_own_name_read(value, &name, NULL) == IDM_OK &&
	    idm_str_is(name.domain, windows->domain->name) &&
	    idm_windows_of_key(windows->domain, name.key, windows);
}
