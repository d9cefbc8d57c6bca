#include <string.h>

#include "backends/backend.h"
#include "backends/served.h"
#include "identity/fold.h"
#include "identity/id.h"
#include "identity/visible.h"
#include "identity/winname.h"
#include "resolve/ownid.h"

/* Copy a buffer's content to where it stays. */
static enum idm_status
keep(const struct idm_realm *realm, const struct idm_buf *buf,
    struct idm_str *out, struct idm_err *err)
{
	enum idm_status st = idm_buf_status(buf, err);
	struct idm_str text;

	if (st != IDM_OK)
		return st;
	text = idm_pool_text(
	    realm->pool, (struct idm_str){ buf->data, buf->len });
	if (text.data == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	*out = text;
	return IDM_OK;
}

/* ---- Names. */

enum idm_status
idm_ownid_put_key(const struct idm_realm *realm, struct idm_str name,
    struct idm_buf *buf, struct idm_err *err)
{
	enum idm_status st = idm_fold_put(buf, name, err);

	if (st != IDM_OK)
		return st;
	idm_buf_puts(buf, "@");
	idm_buf_puts(buf, idm_domain_shown(realm->domain));
	return idm_buf_status(buf, err);
}

enum idm_status
idm_ownid_key(const struct idm_realm *realm, struct idm_str name,
    struct idm_str *key, struct idm_err *err)
{
	char memory[IDM_OWNID_KEY_MAX];
	struct idm_buf buf;
	enum idm_status st;

	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	st = idm_ownid_put_key(realm, name, &buf, err);
	return st == IDM_OK ? keep(realm, &buf, key, err) : st;
}

struct idm_str
idm_ownid_part(const struct idm_realm *realm, struct idm_str key)
{
	key.len -= strlen(idm_domain_shown(realm->domain)) + 1;
	return key;
}

enum idm_status
idm_ownid_shown(const struct idm_realm *realm, struct idm_str key,
    struct idm_str *shown, struct idm_err *err)
{
	const struct idm_domain *domain = realm->domain;
	bool is_default = realm->maps->domains.by_default == domain;
	uint8_t format = realm->maps->policy.name_format;
	struct idm_str name = idm_ownid_part(realm, key);
	char memory[IDM_OWNID_KEY_MAX];
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	if (format == IDM_NAMES_NT4) {
		idm_buf_puts(&buf,
		    domain->netbios[0] != '\0' ? domain->netbios
					       : idm_domain_shown(domain));
		idm_buf_puts(&buf, "\\");
	}
	idm_buf_put(&buf, name.data, name.len);
	if (format == IDM_NAMES_AT ||
	    (format == IDM_NAMES_SHORT && !is_default)) {
		idm_buf_puts(&buf, "@");
		idm_buf_puts(&buf, idm_domain_shown(domain));
	}
	return keep(realm, &buf, shown, err);
}

enum idm_status
idm_ownid_name(const struct idm_realm *realm, struct idm_ownid *identity,
    struct idm_err *err)
{
	enum idm_status st;

	st = idm_ownid_key(realm, identity->account, &identity->key, err);
	if (st != IDM_OK)
		return st;
	st = idm_host_override_of(realm->maps->map, identity->is_group,
	    &identity->sid, identity->key, &identity->override, err);
	if (st != IDM_OK && st != IDM_NOTFOUND)
		return st;
	identity->shown = identity->override.name;
	if (identity->shown.len == 0) {
		st = idm_ownid_shown(
		    realm, identity->key, &identity->shown, err);
		if (st != IDM_OK)
			return st;
	}
	return idm_name_own(identity->shown, err) == IDM_OK ? IDM_OK
							    : IDM_REFUSED;
}

/*
 * The domain in which a shown name is looked up, as map/windows.h has it; NULL:
 * in none.
 */
static const struct idm_domain *
find_domain_of(const struct idm_maps *maps, const struct idm_winname *split)
{
	if (split->spelling != IDM_SPELL_BARE)
		return idm_domain_by_name(&maps->domains, split->domain);
	return maps->policy.short_names ? maps->domains.by_default : NULL;
}

enum idm_status
idm_ownid_asked(const struct idm_realm *realm, const struct idm_ownid *identity,
    struct idm_str *name, struct idm_err *err)
{
	const struct idm_domain *domain = NULL;
	struct idm_str shown = identity->shown;
	struct idm_winname split;

	if (idm_winname_split(shown, &split, NULL) == IDM_OK)
		domain = find_domain_of(realm->maps, &split);
	if (domain == NULL) {
		return idm_fail(err, IDM_REFUSED,
		    "an override shows it as '%.*s', by which it would not be "
		    "found: put '@%s' behind the name, with 'idmap override "
		    "set --name'",
		    (int)shown.len, shown.data,
		    idm_domain_shown(realm->domain));
	}
	if (strcmp(domain->name, realm->domain->name) != 0) {
		return idm_fail(err, IDM_REFUSED,
		    "an override shows it as '%.*s', which is a name of domain "
		    "'%s'",
		    (int)shown.len, shown.data, domain->name);
	}
	*name = split.name;
	return IDM_OK;
}

enum idm_status
idm_ownid_take(const struct idm_realm *realm, struct idm_ownid *identity,
    struct idm_str name, struct idm_err *err)
{
	struct idm_str key;
	enum idm_status st;

	st = idm_ownid_key(realm, name, &key, err);
	if (st == IDM_OK && idm_str_compare(key, identity->key) != 0)
		identity->other_name = key;
	return st;
}

/* ---- Numbers. */

enum idm_status
idm_ownid_number(const struct idm_realm *realm, struct idm_ownid *identity,
    bool *needs_grant, struct idm_err *err)
{
	const struct idm_domain *giver = idm_domain_giver(
	    &realm->maps->domains, realm->domain);
	const struct idm_backend *backend;
	bool needs_place = false;
	struct idm_mapping mapping;
	enum idm_status st;

	*needs_grant = false;
	if (identity->override.has_id) {
		identity->id = identity->override.id;
		return IDM_OK;
	}
	if (giver == NULL)
		return idm_fail(err, IDM_REFUSED,
		    "domain '%s' has no numbers, and there is no catch-all "
		    "domain '*' that could give them",
		    realm->domain->name);
	st = idm_backend_to_id(realm->maps, giver, &identity->sid,
	    identity->is_group ? IDM_KIND_GROUP : IDM_KIND_USER, &mapping,
	    &needs_place, NULL, err);
	if (st == IDM_OK)
		identity->id = mapping.id;
	backend = idm_backend_by_id(giver->backend);
	if (st == IDM_TEMPFAIL && (backend == NULL || !backend->allocates))
		return st;
	*needs_grant = needs_place || st == IDM_TEMPFAIL;
	return st == IDM_OK || *needs_grant ? IDM_OK : IDM_REFUSED;
}

struct idm_wish
idm_ownid_wish(const struct idm_ownid *identity)
{
	return (struct idm_wish){
		.sid = identity->sid,
		.name = identity->key,
		.kind = identity->is_group ? IDM_KIND_GROUP : IDM_KIND_USER,
	};
}

enum idm_status
idm_ownid_grant(const struct idm_allocator *allocator,
    const struct idm_wish *wish, size_t n, struct idm_grant *grant,
    struct idm_err *err)
{
	if (allocator == NULL) {
		return idm_fail(err, IDM_TEMPFAIL,
		    "numbers must be allocated, and nobody can");
	}
	return allocator->grant(allocator->context, wish, n, grant, err);
}

/* ---- What nobody may bear. */

enum idm_status
idm_ownid_free(const struct idm_realm *realm, const struct idm_taken *taken,
    const struct idm_ownid *identity, struct idm_err *err)
{
	const char *reserved = idm_id_reserved(identity->id);
	bool is_group = identity->is_group;

	if (reserved != NULL) {
		return idm_fail(err, IDM_REFUSED, "%s %u %s",
		    is_group ? "gid" : "uid", identity->id, reserved);
	}
	if (realm->domain->backend == IDM_BACKEND_NSS)
		return IDM_OK; /* they are the host's own */
	if (idm_taken_id(taken, is_group, identity->id)) {
		return idm_fail(err, IDM_REFUSED,
		    "%s %u is that of a %s of this host",
		    is_group ? "gid" : "uid", identity->id,
		    is_group ? "group" : "user");
	}
	if (idm_taken_name(taken, is_group, identity->shown)) {
		return idm_fail(err, IDM_REFUSED, "'%.*s' is a %s of this host",
		    (int)identity->shown.len, identity->shown.data,
		    is_group ? "group" : "user");
	}
	return IDM_OK;
}

enum idm_status
idm_ownid_primary(
    const struct idm_realm *realm, uint32_t gid, struct idm_err *err)
{
	const struct idm_maps *maps = realm->maps;

	if (idm_served_admits_gid(maps, gid))
		return IDM_OK;
	return idm_fail(err, IDM_REFUSED,
	    "the primary group's gid %u is %s, and so the name service would "
	    "not serve the user",
	    gid,
	    gid < maps->policy.gid_min
		? "below gid_min"
		: "in no domain's range, nor a group's by an override");
}

/* ---- A user's texts. */

/* %U the name, %D and %d the domain, %u both. */
static enum idm_status
fill(const struct idm_realm *realm, const char *template, struct idm_str key,
    struct idm_str *out, struct idm_err *err)
{
	const struct idm_domain *domain = realm->domain;
	struct idm_str name = idm_ownid_part(realm, key);
	char memory[4096];
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	for (const char *at = template; *at != '\0'; at++) {
		if (*at != '%') {
			idm_buf_put(&buf, at, 1);
			continue;
		}
		switch (*++at) {
		case 'U':
			idm_buf_put(&buf, name.data, name.len);
			break;
		case 'D':
			idm_buf_puts(&buf,
			    domain->netbios[0] != '\0' ? domain->netbios
						       : domain->name);
			break;
		case 'd':
			idm_buf_puts(&buf, idm_domain_shown(domain));
			break;
		case 'u':
			idm_buf_put(&buf, key.data, key.len);
			break;
		default:
			idm_buf_put(&buf, "%", 1);
			break;
		}
	}
	return keep(realm, &buf, out, err);
}

/* The override's, or what is given, or the template. */
static enum idm_status
choose(const struct idm_realm *realm, const struct idm_ownid *identity,
    struct idm_str override, struct idm_str given, const char *template,
    struct idm_str *out, struct idm_err *err)
{
	if (override.len > 0)
		*out = override;
	else if (given.len > 0)
		*out = given;
	else
		return fill(realm, template, identity->key, out, err);
	return IDM_OK;
}

/* What a directory has that is not to be seen goes; most texts have none. */
static enum idm_status
make_visible(
    const struct idm_realm *realm, struct idm_str *text, struct idm_err *err)
{
	char memory[IDM_FIELD_MAX + 1];
	struct idm_buf buf;

	if (idm_visible_name(*text, NULL) == IDM_OK)
		return IDM_OK;
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	idm_visible_put(&buf, *text);
	return keep(realm, &buf, text, err);
}

enum idm_status
idm_ownid_user(const struct idm_realm *realm, const struct idm_ownid *identity,
    const struct idm_given *given, struct idm_own_user *out,
    struct idm_err *err)
{
	const struct idm_override *override = &identity->override;
	const struct idm_domain *domain = realm->domain;
	enum idm_status st;

	out->name = identity->shown;
	out->key = identity->key;
	out->domain = idm_str_of(domain->name);
	out->uid = identity->id;
	out->gid = override->has_gid ? override->gid : given->gid;
	out->sid = identity->sid;
	st = choose(realm, identity, override->gecos, given->gecos,
	    domain->gecos, &out->gecos, err);
	if (st == IDM_OK)
		st = make_visible(realm, &out->gecos, err);
	if (st == IDM_OK)
		st = choose(realm, identity, override->home, given->home,
		    domain->home, &out->home, err);
	if (st == IDM_OK)
		st = choose(realm, identity, override->shell, given->shell,
		    domain->shell, &out->shell, err);
	return st;
}
