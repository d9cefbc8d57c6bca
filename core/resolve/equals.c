#include <string.h>

#include "identity/fold.h"
#include "identity/winname.h"
#include "resolve/equals.h"

/* ---- Whom. */

static bool
is_named(const struct idm_facts *facts, struct idm_equal *out)
{
	out->by = IDM_EQUAL_BY_AD;
	out->login[0] = facts->unix_name[0];
	out->login[1] = facts->unix_name[1];
	return out->login[0].len > 0 || out->login[1].len > 0;
}

static bool
is_numbered(const struct idm_bearer *bearer, const struct idm_facts *facts,
    struct idm_equal *out)
{
	const char *login;

	if (!facts->has_id)
		return false;
	out->by = IDM_EQUAL_BY_IDMU;
	out->id = facts->id;
	login = idm_taken_by_id(bearer->taken, facts->is_group, facts->id);
	if (login != NULL)
		out->login[facts->is_group] = idm_str_of(login);
	return true;
}

/* The Windows name in the entry of a UNIX account. */
static bool
is_winnamed(const struct idm_facts *facts, struct idm_equal *out)
{
	struct idm_winname split;

	if (facts->winname.len == 0 ||
	    idm_winname_split(facts->winname, &split, NULL) != IDM_OK)
		return false;
	out->by = IDM_EQUAL_BY_LDAP;
	out->account = split.name;
	out->in = split.domain;
	out->login[facts->is_group] = facts->name;
	out->sid.nsubs = 0;
	return true;
}

static bool
is_equal(const struct idm_bearer *bearer, const struct idm_facts *facts,
    struct idm_equal *out)
{
	const struct idm_directory *settings = bearer->with->finder->settings;

	switch ((enum idm_directory_mapping)settings->mapping) {
	case IDM_MAPPING_NONE:
		break;
	case IDM_MAPPING_NAME:
		return settings->schema == IDM_SCHEMA_AD
		    ? is_named(facts, out)
		    : is_winnamed(facts, out);
	case IDM_MAPPING_IDMU:
		return settings->schema == IDM_SCHEMA_AD &&
		    is_numbered(bearer, facts, out);
	}
	return false;
}

enum idm_status
idm_equals_of(const struct idm_bearer *bearer, const struct idm_facts *facts,
    struct idm_equal *out, struct idm_err *err)
{
	struct idm_str key;
	enum idm_status st;

	*out = (struct idm_equal){
		.is_group = facts->is_group,
		.sid = facts->sid,
		.domain = idm_str_of(bearer->realm.domain->name),
		.account = facts->name,
		.in = idm_str_of(""),
		.login = { idm_str_of(""), idm_str_of("") },
		.dn = facts->dn,
	};
	if (out->dn.len > IDM_EQUAL_DN_MAX)
		out->dn.len = 0;
	if (!is_equal(bearer, facts, out))
		return IDM_NOTFOUND;
	/* Of native LDAP it is the override of the one who is named. */
	if (out->by == IDM_EQUAL_BY_LDAP)
		return IDM_OK;
	st = idm_ownid_key(&bearer->realm, facts->name, &key, err);
	if (st != IDM_OK)
		return st;
	return idm_host_gives_number(
		   bearer->realm.maps->map, facts->is_group, &facts->sid, key)
	    ? IDM_NOTFOUND
	    : IDM_OK;
}

/* ---- Records. */

static enum idm_status
put_handle(const struct idm_buf *handle, const struct idm_equal *equal,
    struct idm_fetched *fetched, struct idm_err *err)
{
	enum idm_status st = idm_buf_status(handle, err);

	return st == IDM_OK
	    ? idm_fetched_equal(fetched, IDM_EQUAL_HANDLE,
		  (struct idm_str){ handle->data, handle->len }, equal, err)
	    : st;
}

/* By the UNIX account, of the Windows account's kind. */
static enum idm_status
put_by_unix(const struct idm_bearer *bearer, const struct idm_equal *equal,
    struct idm_fetched *fetched, struct idm_err *err)
{
	const struct idm_domain *domain = bearer->realm.domain;
	char memory[IDM_EQUALS_HANDLE_MAX];
	struct idm_buf handle;

	idm_buf_init_fixed(&handle, memory, sizeof(memory));
	if (equal->by == IDM_EQUAL_BY_IDMU)
		idm_equal_put_number(
		    &handle, domain, equal->is_group, equal->id);
	else if (equal->login[equal->is_group].len > 0)
		idm_equal_put_login(&handle, domain, equal->is_group,
		    equal->login[equal->is_group]);
	else
		return IDM_OK;
	return put_handle(&handle, equal, fetched, err);
}

/* By that of the other kind; one attribute for both is of its own kind's. */
static enum idm_status
put_by_other(const struct idm_bearer *bearer, const struct idm_equal *equal,
    struct idm_fetched *fetched, struct idm_err *err)
{
	struct idm_str login = equal->login[!equal->is_group];
	char memory[IDM_EQUALS_HANDLE_MAX];
	struct idm_buf handle;

	if (equal->by != IDM_EQUAL_BY_AD || login.len == 0 ||
	    idm_str_compare(login, equal->login[equal->is_group]) == 0)
		return IDM_OK;
	idm_buf_init_fixed(&handle, memory, sizeof(memory));
	idm_equal_put_other(
	    &handle, bearer->realm.domain, equal->is_group, login);
	return put_handle(&handle, equal, fetched, err);
}

/* "name@domain", folded, the domain by the name that it is shown by. */
static enum idm_status
put_winname(const struct idm_bearer *bearer, const struct idm_equal *equal,
    struct idm_buf *buf, struct idm_err *err)
{
	const struct idm_domains *domains = &bearer->realm.maps->domains;
	const struct idm_domain *domain = equal->in.len == 0
	    ? domains->by_default
	    : idm_domain_by_name(domains, equal->in);
	enum idm_status st = idm_fold_put(buf, equal->account, err);

	idm_buf_puts(buf, "@");
	if (st == IDM_OK)
		st = idm_fold_put(buf,
		    domain == NULL ? equal->in
				   : idm_str_of(idm_domain_shown(domain)),
		    err);
	return st == IDM_OK ? idm_buf_status(buf, err) : st;
}

/* Of native LDAP: by the Windows account's name. */
static enum idm_status
put_by_windows(const struct idm_bearer *bearer, const struct idm_equal *equal,
    struct idm_fetched *fetched, struct idm_err *err)
{
	char memory[IDM_EQUALS_HANDLE_MAX], name[IDM_OWNID_KEY_MAX];
	struct idm_buf handle, buf;
	enum idm_status st;

	/* Of no domain, it is nobody's name. */
	if (equal->in.len == 0 &&
	    bearer->realm.maps->domains.by_default == NULL)
		return IDM_OK;
	idm_buf_init_fixed(&handle, memory, sizeof(memory));
	idm_buf_init_fixed(&buf, name, sizeof(name));
	st = put_winname(bearer, equal, &buf, err);
	if (st != IDM_OK)
		return st;
	idm_equal_put_windows(&handle, bearer->realm.domain, equal->is_group,
	    (struct idm_str){ buf.data, buf.len });
	return put_handle(&handle, equal, fetched, err);
}

/*
 * Of native LDAP, by the name that was asked for; with what the entry says of
 * its account, if no own identity's records do.
 */
static enum idm_status
put_named(const struct idm_bearer *bearer, const struct idm_facts *facts,
    const struct idm_equal *equal, struct idm_fetched *fetched,
    struct idm_err *err)
{
	enum idm_status st = put_by_windows(bearer, equal, fetched, err);
	struct idm_str key;

	if (st != IDM_OK || facts->is_group || equal->id != 0)
		return st;
	st = idm_ownid_key(&bearer->realm, facts->name, &key, err);
	return st == IDM_OK
	    ? idm_fetched_account(fetched, key, &facts->account, err)
	    : st;
}

/* By name and by SID, and what else is said of the account. */
static enum idm_status
put_by_object(const struct idm_bearer *bearer, const struct idm_facts *facts,
    const struct idm_equal *equal, struct idm_fetched *fetched,
    struct idm_err *err)
{
	bool is_alias = idm_equal_is_alias(equal, bearer->realm.domain);
	char sid[IDM_SID_TEXT_MAX];
	struct idm_str key;
	enum idm_status st;

	st = idm_ownid_key(&bearer->realm, facts->name, &key, err);
	if (st == IDM_OK && is_alias)
		st = idm_fetched_drop(fetched,
		    facts->is_group ? IDM_OWN_GROUP : IDM_OWN_USER, key, err);
	if (st == IDM_OK)
		st = idm_fetched_equal(fetched,
		    facts->is_group ? IDM_EQUAL_GROUP : IDM_EQUAL_USER, key,
		    equal, err);
	if (st == IDM_OK && facts->sid.nsubs > 0)
		st = idm_fetched_equal(fetched, IDM_EQUAL_HANDLE,
		    idm_str_of(idm_sid_format(&facts->sid, sid)), equal, err);
	if (st == IDM_OK && is_alias && !facts->is_group)
		st = idm_fetched_account(fetched, key, &facts->account, err);
	return st;
}

enum idm_status
idm_equals_put(const struct idm_bearer *bearer, const struct idm_facts *facts,
    const struct idm_equal *equal, uint8_t by, struct idm_fetched *fetched,
    struct idm_err *err)
{
	bool is_native = equal->by == IDM_EQUAL_BY_LDAP;
	enum idm_status st = IDM_OK;

	if (!is_native)
		st = put_by_object(bearer, facts, equal, fetched, err);
	else if (by == IDM_LOOKUP_BY_WINDOWS || by == 0)
		st = put_named(bearer, facts, equal, fetched, err);
	if (st == IDM_OK && (is_native || by == IDM_LOOKUP_BY_UNIX || by == 0))
		st = put_by_unix(bearer, equal, fetched, err);
	if (st == IDM_OK && (by == IDM_LOOKUP_BY_OTHER || by == 0))
		st = put_by_other(bearer, equal, fetched, err);
	return st;
}

enum idm_status
idm_equals_put_nobody(const struct idm_bearer *bearer, bool is_group,
    struct idm_str name, const char *why, struct idm_fetched *fetched,
    struct idm_err *err)
{
	struct idm_winname split;
	struct idm_equal equal = {
		.by = why == NULL ? IDM_EQUAL_BY_LDAP : IDM_EQUAL_REFUSED,
		.is_group = is_group,
		.domain = idm_str_of(bearer->realm.domain->name),
		.login = { idm_str_of(""), idm_str_of("") },
		.dn = idm_str_of(why == NULL ? "" : why),
	};
	enum idm_status st = idm_winname_split(name, &split, err);

	if (st != IDM_OK)
		return st;
	equal.account = split.name;
	equal.in = split.domain;
	return put_by_windows(bearer, &equal, fetched, err);
}

enum idm_status
idm_equals_drop(const struct idm_bearer *bearer, const struct idm_facts *facts,
    struct idm_fetched *fetched, struct idm_err *err)
{
	struct idm_str key;
	enum idm_status st;

	if (!idm_equal_any(bearer->realm.domain, facts->is_group))
		return IDM_OK;
	st = idm_ownid_key(&bearer->realm, facts->name, &key, err);
	return st == IDM_OK
	    ? idm_fetched_drop(fetched,
		  facts->is_group ? IDM_EQUAL_GROUP : IDM_EQUAL_USER, key, err)
	    : st;
}

/* ---- Spellings. */

static enum idm_status
spell(const struct idm_bearer *bearer, struct idm_str first, char between,
    struct idm_str second, struct idm_str *out, struct idm_err *err)
{
	char memory[IDM_OWNID_KEY_MAX];
	struct idm_buf buf;
	enum idm_status st;

	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	idm_buf_put(&buf, first.data, first.len);
	idm_buf_put(&buf, &between, 1);
	idm_buf_put(&buf, second.data, second.len);
	st = idm_buf_status(&buf, err);
	if (st != IDM_OK)
		return st;
	*out = idm_pool_text(
	    bearer->realm.pool, (struct idm_str){ buf.data, buf.len });
	return out->data != NULL ? IDM_OK
				 : idm_fail(err, IDM_NOMEM, "out of memory");
}

enum idm_status
idm_equals_spellings(const struct idm_bearer *bearer, struct idm_str name,
    struct idm_str out[static IDM_EQUALS_SPELLINGS], size_t *n,
    struct idm_err *err)
{
	const struct idm_domains *domains = &bearer->realm.maps->domains;
	struct idm_str in[3 + IDM_ALIASES_MAX];
	const struct idm_domain *domain;
	struct idm_winname split;
	size_t nin = 0;
	enum idm_status st;

	st = idm_winname_split(name, &split, err);
	if (st != IDM_OK)
		return st;
	*n = 0;
	domain = idm_domain_by_name(domains, split.domain);
	if (domain == NULL) {
		in[nin++] = split.domain;
	} else {
		in[nin++] = idm_str_of(domain->name);
		in[nin++] = idm_str_of(domain->dns);
		in[nin++] = idm_str_of(domain->netbios);
		for (unsigned i = 0; i < domain->naliases; i++)
			in[nin++] = idm_str_of(domain->alias[i]);
	}
	for (size_t i = 0; i < nin && st == IDM_OK; i++) {
		if (in[i].len == 0)
			continue;
		st = spell(bearer, split.name, '@', in[i], &out[(*n)++], err);
		if (st == IDM_OK)
			st = spell(
			    bearer, in[i], '\\', split.name, &out[(*n)++], err);
	}
	if (st == IDM_OK && domain != NULL && domain == domains->by_default)
		out[(*n)++] = split.name;
	return st;
}
