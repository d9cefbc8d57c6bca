#include <string.h>

#include "backends/backend.h"
#include "backends/served.h"
#include "identity/id.h"
#include "map/host.h"
#include "nss/placeholder.h"

#define PREFIX       "sid-"
#define DOMAIN_USERS 513 /* RID of the group that all users are in */

/* Has the SID another number, by an override? */
static bool
is_moved(const struct idm_maps *maps, const struct idm_mapping *mapping,
    uint8_t kind)
{
	const struct idm_str nameless = { "", 0 };
	char text[IDM_SID_TEXT_MAX];
	struct idm_own_sid own;
	struct idm_str value;

	if (idm_host_gives_number(
		maps->map, kind == IDM_KIND_GROUP, &mapping->sid, nameless))
		return true;
	(void)idm_sid_format(&mapping->sid, text);
	return idm_own_find(maps->map, IDM_OWN_SID, idm_str_of(text), &value) ==
	    IDM_OK &&
	    idm_own_sid_read(value, &own, NULL) == IDM_OK &&
	    own.id != mapping->id;
}

/* Which SID a number of a domain with placeholders is. */
static enum idm_status
find_sid(const struct idm_maps *maps, uint32_t id, uint8_t kind,
    const struct idm_domain **out, struct idm_mapping *mapping)
{
	const struct idm_domain *const *domain;
	uint32_t n;

	if (idm_domain_by_id(&maps->domains, id, &domain, &n) == NULL)
		return IDM_NOTFOUND;
	for (uint32_t i = 0; i < n; i++) {
		if ((domain[i]->flags & IDM_DOMAIN_PLACEHOLDER) == 0 ||
		    domain[i] == maps->domains.catch_all)
			continue;
		if (idm_backend_to_sid(maps, domain[i], id, kind, mapping, NULL,
			NULL) == IDM_OK &&
		    !is_moved(maps, mapping, kind)) {
			*out = domain[i];
			return IDM_OK;
		}
	}
	return IDM_NOTFOUND;
}

/* The number is known as one of the other kind. */
static bool
is_other_kind(const struct idm_maps *maps, uint32_t id, uint8_t kind)
{
	struct idm_str value;

	return idm_own_find_id(maps->map,
		   kind == IDM_KIND_USER ? IDM_OWN_GID : IDM_OWN_UID, id,
		   &value) != IDM_NOTFOUND;
}

/* sid-RID@domain */
static enum idm_status
put_name(struct idm_buf *buf, const struct idm_mapping *mapping,
    const struct idm_domain *domain)
{
	struct idm_sid above;
	uint32_t rid;

	if (!idm_sid_split(&mapping->sid, &above, &rid))
		return IDM_NOTFOUND;
	idm_buf_puts(buf, PREFIX);
	idm_buf_put_decimal(buf, rid);
	idm_buf_put_u8(buf, '@');
	idm_buf_puts(buf, idm_domain_shown(domain));
	return IDM_OK;
}

static enum idm_status
find_placeholder(const struct idm_maps *maps, uint32_t id, uint32_t floor,
    uint8_t kind, const struct idm_domain **domain, struct idm_mapping *mapping,
    struct idm_buf *name)
{
	enum idm_status st;

	if (id < floor || idm_id_reserved(id) != NULL)
		return IDM_NOTFOUND;
	st = find_sid(maps, id, kind, domain, mapping);
	if (st == IDM_OK && is_other_kind(maps, id, kind))
		return IDM_NOTFOUND;
	return st == IDM_OK ? put_name(name, mapping, *domain) : st;
}

/*
 * An account may really be called so: whoever went from number to name to
 * number would end at it.
 */
static bool
is_somebodys(const struct idm_maps *maps,
    const char prefix[static IDM_OWN_PREFIX], struct idm_str name)
{
	struct idm_str value;

	return name.len > IDM_OWN_MAX ||
	    idm_own_find(maps->map, prefix, name, &value) != IDM_NOTFOUND;
}

/* A text with a NUL, lent from the buffer. */
static struct idm_str
put_text(struct idm_buf *buf, const char *text)
{
	struct idm_str out = { buf->data + buf->len, strlen(text) };

	idm_buf_put(buf, text, out.len + 1);
	return out;
}

/* The domain's users' group, where it has a number; else the user's own. */
static uint32_t
primary_of(const struct idm_maps *maps, const struct idm_domain *domain,
    const struct idm_mapping *user)
{
	struct idm_mapping group;
	struct idm_sid above, sid;
	bool needs_place;
	uint32_t rid;

	if (!idm_sid_split(&user->sid, &above, &rid))
		return user->id;
	sid = idm_sid_of(&above, DOMAIN_USERS);
	if (idm_backend_to_id(maps, domain, &sid, IDM_KIND_GROUP, &group,
		&needs_place, NULL, NULL) != IDM_OK)
		return user->id;
	return group.id;
}

enum idm_status
nss_placeholder_user(const struct idm_maps *maps, uint32_t uid,
    struct nss_placeholder *place, struct idm_own_user *out)
{
	const struct idm_domain *domain;
	char sid[IDM_SID_TEXT_MAX];
	struct idm_mapping mapping;
	struct idm_own_user user;
	enum idm_status st;
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, place->memory, sizeof(place->memory));
	st = find_placeholder(maps, uid, maps->policy.uid_min, IDM_KIND_USER,
	    &domain, &mapping, &buf);
	if (st != IDM_OK)
		return st;
	user = (struct idm_own_user){
		.name = { buf.data, buf.len },
		.domain = idm_str_of(domain->name),
		.uid = uid,
		.gid = primary_of(maps, domain, &mapping),
		.sid = mapping.sid,
	};
	user.key = user.name;
	if (is_somebodys(maps, IDM_OWN_USER, user.name))
		return IDM_NOTFOUND;
	idm_buf_put_u8(&buf, '\0');
	user.gecos = put_text(&buf, idm_sid_format(&mapping.sid, sid));
	user.home = put_text(&buf, NSS_PLACEHOLDER_HOME);
	user.shell = put_text(&buf, NSS_PLACEHOLDER_SHELL);
	if (buf.status != IDM_OK || idm_served_admits_user(maps, &user) == NULL)
		return IDM_NOTFOUND;
	*out = user;
	return IDM_OK;
}

enum idm_status
nss_placeholder_group(const struct idm_maps *maps, uint32_t gid,
    struct nss_placeholder *place, struct idm_own_group *out)
{
	const struct idm_domain *domain;
	struct idm_mapping mapping;
	struct idm_own_group group;
	enum idm_status st;
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, place->memory, sizeof(place->memory));
	st = find_placeholder(maps, gid, maps->policy.gid_min, IDM_KIND_GROUP,
	    &domain, &mapping, &buf);
	if (st != IDM_OK)
		return st;
	group = (struct idm_own_group){
		.name = { buf.data, buf.len },
		.domain = idm_str_of(domain->name),
		.gid = gid,
		.sid = mapping.sid,
	};
	group.key = group.name;
	/* A user's own group is called as he is. */
	if (is_somebodys(maps, IDM_OWN_GROUP, group.name) ||
	    is_somebodys(maps, IDM_OWN_USER, group.name))
		return IDM_NOTFOUND;
	if (buf.status != IDM_OK ||
	    idm_served_admits_group(maps, &group) == NULL)
		return IDM_NOTFOUND;
	*out = group;
	return IDM_OK;
}
