#include <stdio.h>
#include <string.h>

#include "config/directorykey.h"
#include "config/domainsetting.h"
#include "config/numberskey.h"
#include "directory/filter.h"

static bool
is_set(const struct idm_numbers_source *source, const char *option)
{
	bool yes = false;
	const char *value = source->get(source->context, option);

	return value != NULL &&
	    idm_domain_put_bool(value, &yes, NULL) == IDM_OK && yes;
}

static bool
is_word(const struct idm_numbers_source *source, const char *option,
    const char *word)
{
	const char *value = source->get(source->context, option);

	return value != NULL && strcmp(value, word) == 0;
}

static void
complain(const struct idm_numbers_source *source, const char *option,
    const char *reason)
{
	char text[600];

	(void)snprintf(text, sizeof(text), "options.%s: %s", option, reason);
	source->mistake(source->context, text);
}

/* ---- Whether. */

/* Are they in the Active Directory of another domain? */
static bool
is_other_domain(const struct idm_numbers_source *source)
{
	const char *other = source->get(source->context, "ldap_domain");
	char folded[IDM_DOMAIN_MAX + 1];

	return other != NULL &&
	    !is_word(source, "ldap_server", "stand-alone") &&
	    idm_domain_put_name(other, folded, sizeof(folded), NULL) ==
	    IDM_OK &&
	    strcmp(folded, source->domain->dns) != 0;
}

bool
idm_numbers_are_apart(const struct idm_numbers_source *source)
{
	if (source->domain->backend == IDM_BACKEND_LDAP)
		return true;
	return source->domain->backend == IDM_BACKEND_RFC2307 &&
	    source->schema != NULL && strcmp(source->schema, "ad") == 0 &&
	    (is_word(source, "ldap_server", "stand-alone") ||
		is_other_domain(source));
}

/* ---- Where. */

static size_t
row_of(const char *key)
{
	size_t row = 0;

	while (strcmp(idm_directory_key(row).name, key) != 0)
		row++;
	return row;
}

static void
set(const struct idm_numbers_source *source, const char *option,
    const char *key, const char *value, struct idm_directory *out)
{
	struct idm_err err;

	if (idm_directory_set(out, row_of(key), value, &err) != IDM_OK)
		complain(source, option, err.text);
}

/* The same of an option, if it was given. */
static void
set_option(const struct idm_numbers_source *source, const char *option,
    const char *key, struct idm_directory *out)
{
	const char *value = source->get(source->context, option);

	if (value != NULL)
		set(source, option, key, value, out);
}

static void
set_paths(const struct idm_numbers_source *source, struct idm_directory *out)
{
	set_option(source, "bind_path_user", "user_base", out);
	set_option(source, "bind_path_group", "group_base", out);
	if (is_set(source, "user_cn"))
		set(source, "user_cn", "user_name_attribute", "cn", out);
}

/* Servers without a scheme get one, as the encryption wants it. */
static void
set_servers(const struct idm_numbers_source *source, struct idm_directory *out)
{
	const char *at = source->get(source->context, "ldap_url");
	const char *ssl = source->get(source->context, "ssl");
	bool is_plain = ssl != NULL && strcmp(ssl, "on") != 0;
	char memory[IDM_DIRECTORY_TEXT_MAX + 1];
	struct idm_buf uris;

	/* Backend ldap says itself that it is required. */
	if (at == NULL) {
		if (source->domain->backend == IDM_BACKEND_RFC2307)
			complain(source, "ldap_url", "is missing");
		return;
	}
	idm_buf_init_fixed(&uris, memory, sizeof(memory));
	for (at += strspn(at, " \t,"); *at != '\0'; at += strspn(at, " \t,")) {
		struct idm_str word = { at, strcspn(at, " \t,") };

		at += word.len;
		idm_buf_puts(&uris, uris.len == 0 ? "" : " ");
		if (memmem(word.data, word.len, "://", 3) == NULL)
			idm_buf_puts(&uris, is_plain ? "ldap://" : "ldaps://");
		else if (ssl != NULL && strcmp(ssl, "on") == 0 &&
		    strncmp(word.data, "ldap://", 7) == 0)
			complain(source, "ssl",
			    "'on' is ldaps:, but ldap_url says ldap:");
		idm_buf_put(&uris, word.data, word.len);
	}
	set(source, "ldap_url", "servers", idm_buf_text(&uris), out);
	out->tls = ssl != NULL && strcmp(ssl, "off") == 0 ? IDM_TLS_OFF
							  : IDM_TLS_START;
}

static void
set_bind(const struct idm_numbers_source *source, struct idm_directory *out)
{
	bool has_dn = out->bind_dn[0] != '\0';

	out->bind = has_dn ? IDM_BIND_SIMPLE : IDM_BIND_ANONYMOUS;
	if (has_dn != (out->password_file[0] != '\0'))
		complain(source,
		    has_dn ? "ldap_user_dn_password_file" : "ldap_user_dn",
		    "is missing: the one is of no use without the other");
	if (has_dn && out->tls == IDM_TLS_OFF &&
	    !idm_directory_is_private(out->servers))
		complain(source, "ssl",
		    "a password is not sent over a connection that others can "
		    "read");
}

/* What holds for the names holds here, too, unless an option says otherwise. */
static void
set_common(const struct idm_directory *names, struct idm_directory *out)
{
	if (names == NULL)
		return;
	out->timeout_ms = names->timeout_ms;
	memcpy(out->ca_file, names->ca_file, sizeof(out->ca_file));
}

static void
fill_stand_alone(const struct idm_numbers_source *source,
    const struct idm_directory *names, struct idm_directory *out)
{
	idm_directory_defaults(out);
	out->schema = IDM_SCHEMA_RFC2307;
	out->flags |= IDM_DIRECTORY_UNIX_GROUP;
	set_common(names, out);
	set_option(source, "ldap_base_dn", "base", out);
	set_option(source, "ldap_user_dn", "bind_dn", out);
	set_option(source, "ldap_user_dn_password_file", "password_file", out);
	set_option(source, "validate_certificates", "verify", out);
	set_option(source, "ldap_ca_file", "ca_file", out);
	set_paths(source, out);
	set_servers(source, out);
	set_bind(source, out);
}

/* Reached as the names are; in it, accounts are where the paths say. */
static void
fill_other_domain(const struct idm_numbers_source *source,
    const struct idm_directory *names, struct idm_directory *out)
{
	const char *domain = source->get(source->context, "ldap_domain");
	char memory[IDM_DIRECTORY_TEXT_MAX + 1];
	struct idm_buf base;

	*out = *names;
	out->servers[0] = out->user_base[0] = out->group_base[0] = '\0';
	out->flags &= ~IDM_DIRECTORY_REPLICATE;
	set(source, "ldap_domain", "discovery", domain, out);
	idm_buf_init_fixed(&base, memory, sizeof(memory));
	idm_dn_of_domain(&base, idm_str_of(out->discovery));
	set(source, "ldap_domain", "base", idm_buf_text(&base), out);
	set_paths(source, out);
}

/* What stands behind names there. */
static void
set_realm(const struct idm_numbers_source *source, struct idm_directory *out)
{
	const char *realm = source->get(source->context, "realm");

	if (realm == NULL && is_set(source, "ldap_realm"))
		realm = source->domain->dns;
	if (realm == NULL)
		return;
	if (realm[0] == '\0' || strlen(realm) >= sizeof(out->realm)) {
		complain(source, "realm", "is empty, or too long");
		return;
	}
	memcpy(out->realm, realm, strlen(realm) + 1);
}

void
idm_numbers_fill(const struct idm_numbers_source *source,
    const struct idm_directory *names, struct idm_directory *out)
{
	if (names != NULL && is_other_domain(source))
		fill_other_domain(source, names, out);
	else
		fill_stand_alone(source, names, out);
	set_realm(source, out);
	if (source->domain->backend != IDM_BACKEND_RFC2307)
		return;
	if (out->user_base[0] == '\0')
		complain(source, "bind_path_user", "is missing");
	if (out->group_base[0] == '\0')
		complain(source, "bind_path_group", "is missing");
	if (out->base[0] == '\0')
		memcpy(out->base, out->user_base, sizeof(out->base));
}
