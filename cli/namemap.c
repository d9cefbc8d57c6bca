#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "directory/filter.h"
#include "directory/schema.h"
#include "map/host.h"
#include "map/windows.h"

#include "cli/maps.h"
#include "cli/namemap.h"

#define FILTER_MAX 4096
#define LINE_MAX_  512 /* less than IDM_SECRET_MAX */

/* ---- Which directory. */

static bool
has_directory(const struct idm_maps *maps, const char *domain, bool wants_ad)
{
	struct idm_directory settings;

	return idm_directory_find(maps->map, domain, &settings, NULL) ==
	    IDM_OK &&
	    (settings.schema == IDM_SCHEMA_AD) == wants_ad;
}

static const struct idm_domain *
default_domain(const struct idm_maps *maps)
{
	const struct idm_domain *domain = NULL;
	struct idm_str name;

	if (idm_host_default_domain(
		maps->map, &maps->domains, &name, &domain, NULL) != IDM_OK)
		return NULL;
	return domain;
}

/* The only one with a directory of that sort, or NULL. */
static const struct idm_domain *
only_domain(const struct idm_maps *maps, bool wants_ad)
{
	const struct idm_domain *found = NULL;

	for (uint32_t i = 0; i < maps->domains.n; i++) {
		const struct idm_domain *domain = &maps->domains.domain[i];

		if (!has_directory(maps, domain->name, wants_ad))
			continue;
		if (found != NULL)
			return NULL;
		found = domain;
	}
	return found;
}

static const struct idm_domain *
domain_of(const struct idm_maps *maps, const struct idm_identity *name)
{
	bool is_windows = idm_idtype_is_windows(name->type);
	const struct idm_domain *domain;
	struct idm_windows windows;

	if (is_windows && name->win.domain.len > 0)
		return idm_domain_by_name(&maps->domains, name->win.domain);
	if (!is_windows && idm_windows_qualified(maps, name->text, &windows))
		return windows.domain;
	domain = default_domain(maps);
	if (domain != NULL && has_directory(maps, domain->name, is_windows))
		return domain;
	return only_domain(maps, is_windows);
}

static enum idm_status
find_directory(struct cli_namemap *to, const struct idm_identity *name,
    struct idm_err *err)
{
	bool is_windows = idm_idtype_is_windows(name->type);

	to->domain = domain_of(to->maps, name);
	if (to->domain == NULL ||
	    !has_directory(to->maps, to->domain->name, is_windows)) {
		return idm_fail(err, IDM_NOTFOUND,
		    "no %s is configured%s%s%s, so '%s:%.*s' has no object "
		    "there; 'idmap add' maps names on this host",
		    is_windows ? "Active Directory" : "native LDAP directory",
		    to->domain != NULL ? " as domain '" : "",
		    to->domain != NULL ? to->domain->name : "",
		    to->domain != NULL ? "'" : "", idm_idtype_name(name->type),
		    (int)name->text.len, name->text.data);
	}
	return idm_directory_find(
	    to->maps->map, to->domain->name, &to->settings, err);
}

/* ---- How to bind. */

/* Ask on the terminal, where it is not shown. */
static enum idm_status
ask_password(char line[static LINE_MAX_], struct idm_err *err)
{
	struct termios shown, hidden;
	FILE *tty = fopen("/dev/tty", "r+e");
	bool is_read;

	if (tty == NULL)
		return idm_fail_errno(err, "ask for the password: /dev/tty");
	if (tcgetattr(fileno(tty), &shown) == 0) {
		hidden = shown;
		hidden.c_lflag &= ~(tcflag_t)ECHO;
		/* What was typed before is thrown away: ask when that is done.
		 */
		(void)tcsetattr(fileno(tty), TCSAFLUSH, &hidden);
		fputs("Enter password:", tty);
		(void)fflush(tty);
		is_read = fgets(line, LINE_MAX_, tty) != NULL;
		(void)tcsetattr(fileno(tty), TCSAFLUSH, &shown);
	} else {
		is_read = false;
	}
	(void)fseek(tty, 0, SEEK_CUR);
	fputs("\n", tty);
	(void)fclose(tty);
	if (!is_read || line[0] == '\n')
		return idm_fail(err, IDM_INVALID, "no password was typed");
	return IDM_OK;
}

/* It stays in memory. */
static enum idm_status
keep_password(struct cli_namemap *to, struct idm_err *err)
{
	char line[LINE_MAX_];
	enum idm_status st = ask_password(line, err);

	if (st == IDM_OK) {
		to->typed.len = strcspn(line, "\r\n");
		memcpy(to->typed.text, line, to->typed.len);
	}
	explicit_bzero(line, sizeof(line));
	return st;
}

static enum idm_status
use_file(struct idm_directory *settings, const char *path, struct idm_err *err)
{
	char full[PATH_MAX];

	/* Relative to where we are, and nobody else. */
	if (path[0] != '/') {
		if (realpath(path, full) == NULL)
			return idm_fail_errno(err, "-j %s", path);
		path = full;
	}
	if (strlen(path) >= sizeof(settings->password_file))
		return idm_fail(err, IDM_INVALID, "-j: the name is too long");
	(void)snprintf(settings->password_file, sizeof(settings->password_file),
	    "%s", path);
	return IDM_OK;
}

static enum idm_status
use_dn(struct cli_namemap *to, const struct cli_namemap_bind *bind,
    struct idm_err *err)
{
	struct idm_directory *settings = &to->settings;

	if (strlen(bind->dn) >= sizeof(settings->bind_dn))
		return idm_fail(err, IDM_INVALID, "-D: the name is too long");
	(void)snprintf(
	    settings->bind_dn, sizeof(settings->bind_dn), "%s", bind->dn);
	settings->bind = IDM_BIND_SIMPLE;
	if (bind->password_file != NULL)
		return use_file(settings, bind->password_file, err);
	return keep_password(to, err);
}

static enum idm_status
choose_bind(struct cli_namemap *to, const struct cli_namemap_bind *bind,
    struct idm_err *err)
{
	struct idm_directory *settings = &to->settings;
	struct idm_str method = idm_str_of(
	    bind->method != NULL ? bind->method : "");
	bool is_tls = method.len > 4 &&
	    idm_fold_ascii_equal(
		(struct idm_str){ method.data, 4 }, idm_str_of("tls:"));

	if (is_tls) {
		settings->tls = IDM_TLS_START;
		method.data += 4;
		method.len -= 4;
	}
	if (method.len > 0 &&
	    idm_fold_ascii_equal(method, idm_str_of("sasl/GSSAPI"))) {
		if (bind->dn != NULL)
			return idm_fail(err, IDM_INVALID,
			    "-D: Kerberos binds as whoever your ticket is of: "
			    "see klist");
		settings->bind = IDM_BIND_GSSAPI;
		settings->flags |= IDM_DIRECTORY_CALLER;
		return IDM_OK;
	}
	if (method.len > 0 &&
	    !idm_fold_ascii_equal(method, idm_str_of("simple")))
		return idm_fail(err, IDM_INVALID,
		    "-a %s: idmap does not speak it, because a password can be "
		    "found from what it sends; use tls:simple or sasl/GSSAPI",
		    bind->method);
	if (bind->dn != NULL)
		return use_dn(to, bind, err);
	if (method.len > 0 && settings->bind != IDM_BIND_SIMPLE)
		return idm_fail(err, IDM_INVALID,
		    "-a %s: as whom?  -D is missing", bind->method);
	return IDM_OK;
}

enum idm_status
cli_namemap_open(struct cli_namemap *to, const struct idm_identity *name,
    const struct cli_namemap_bind *bind, struct idm_err *err)
{
	enum idm_status st;

	memset(to, 0, sizeof(*to));
	st = cli_maps_open(&to->maps, err);
	if (st == IDM_OK)
		st = find_directory(to, name, err);
	if (st == IDM_OK)
		st = choose_bind(to, bind, err);
	if (st == IDM_OK)
		st = idm_servers_new(&to->settings, &to->servers, err);
	if (st == IDM_OK)
		st = idm_session_new(
		    &to->settings, to->servers, &to->session, err);
	if (st == IDM_OK)
		idm_session_give_secret(to->session, &to->typed);
	to->deadline = idm_clock_ms() + to->settings.timeout_ms;
	return st;
}

void
cli_namemap_close(struct cli_namemap *to)
{
	idm_session_free(&to->session);
	if (to->servers != NULL)
		idm_servers_free(&to->servers);
	idm_maps_close(&to->maps);
	idm_secret_fini(&to->typed);
}

/* ---- Objects. */

enum idm_status
cli_namemap_attribute(const struct cli_namemap *with,
    const struct idm_identity *name, enum idm_idtype type, const char **out,
    struct idm_err *err)
{
	enum idm_attribute which = IDM_ATTR_WINNAME;
	const char *setting = "winname_attribute";

	if (idm_idtype_is_windows(name->type)) {
		bool is_group = type == IDM_ID_UNIXGROUP;

		which = is_group ? IDM_ATTR_UNIX_GROUP : IDM_ATTR_UNIX_USER;
		setting = is_group ? "unixgroup_attribute"
				   : "unixuser_attribute";
	}
	*out = with->settings.attribute[which];
	if ((*out)[0] == '\0') {
		return idm_fail(err, IDM_NOTFOUND,
		    "namemaps are not set up: domain '%s' has no %s; 'idmap "
		    "domain edit %s %s=...' says which attribute it is",
		    with->domain->name, setting, with->domain->name, setting);
	}
	return IDM_OK;
}

struct found {
	struct idm_buf *dn;
	struct idm_buf *value;
	const char *attribute;
	unsigned n;
};

static enum idm_status
take(void *context, const struct idm_object *object, struct idm_err *err)
{
	struct found *found = context;
	struct idm_str value;

	(void)err;
	if (found->n++ > 0)
		return IDM_OK;
	idm_buf_put(found->dn, object->dn.data, object->dn.len);
	if (found->attribute == NULL)
		return IDM_OK;
	value = idm_object_first(object, found->attribute);
	if (value.len > 0)
		idm_buf_put(found->value, value.data, value.len);
	return IDM_OK;
}

static void
put_kind(struct idm_buf *filter, const struct idm_schema_map *schema,
    bool is_group, struct idm_str name)
{
	idm_filter_open(filter, '&');
	idm_filter_equal(filter, "objectClass",
	    idm_str_of(is_group ? schema->group_class : schema->user_class));
	idm_filter_equal(filter,
	    schema->attribute[is_group ? IDM_ATTR_GROUP_NAME
				       : IDM_ATTR_USER_NAME],
	    name);
	idm_filter_close(filter);
}

static struct idm_str
account_of(const struct cli_namemap *with, const struct idm_identity *name,
    struct idm_windows *windows)
{
	if (idm_idtype_is_windows(name->type))
		return name->win.name;
	if (idm_windows_qualified(with->maps, name->text, windows))
		return windows->name;
	return name->text;
}

static enum idm_status
make_filter(const struct cli_namemap *with, const struct idm_identity *name,
    struct idm_buf *filter, struct idm_err *err)
{
	struct idm_schema_map schema;
	struct idm_windows windows;
	struct idm_str account = account_of(with, name, &windows);
	bool is_user = name->type != IDM_ID_WINGROUP &&
	    name->type != IDM_ID_UNIXGROUP;
	bool is_group = name->type != IDM_ID_WINUSER &&
	    name->type != IDM_ID_UNIXUSER;

	idm_schema_map(&with->settings, &schema);
	idm_filter_open(filter, '|');
	if (is_user)
		put_kind(filter, &schema, false, account);
	if (is_group)
		put_kind(filter, &schema, true, account);
	idm_filter_close(filter);
	return idm_buf_status(filter, err);
}

enum idm_status
cli_namemap_find(struct cli_namemap *with, const struct idm_identity *name,
    const char *attribute, struct idm_buf *dn, struct idm_buf *value,
    struct idm_err *err)
{
	const char *attributes[] = { "objectClass", attribute, NULL };
	struct found found = {
		.dn = dn, .value = value, .attribute = attribute
	};
	struct idm_buf filter;
	enum idm_status st;

	idm_buf_init(&filter, FILTER_MAX);
	st = make_filter(with, name, &filter, err);
	if (st == IDM_OK) {
		const struct idm_search search = {
			.base = idm_str_of(with->settings.base),
			.scope = IDM_SCOPE_SUBTREE,
			.filter = { filter.data, filter.len },
			.attribute = attributes,
			.max = 16,
		};

		st = idm_session_search(
		    with->session, &search, with->deadline, take, &found, err);
	}
	idm_buf_fini(&filter);
	if (st == IDM_OK && found.n == 0)
		return idm_fail(err, IDM_NOTFOUND,
		    "%s has no '%s:%.*s' below %s",
		    idm_session_server(with->session),
		    idm_idtype_name(name->type), (int)name->text.len,
		    name->text.data, with->settings.base);
	if (st == IDM_OK && found.n > 1)
		return idm_fail(err, IDM_CONFLICT,
		    "%s has %u objects called '%.*s', the first of them %s",
		    idm_session_server(with->session), found.n,
		    (int)name->text.len, name->text.data, idm_buf_text(dn));
	if (st == IDM_OK)
		st = idm_buf_status(dn, err);
	return st == IDM_OK && attribute != NULL ? idm_buf_status(value, err)
						 : st;
}

enum idm_status
cli_namemap_put(struct cli_namemap *with, const struct idm_identity *name,
    const char *attribute, struct idm_str value, struct idm_err *err)
{
	const struct idm_attribute_change change = {
		.kind = IDM_CHANGE_REPLACE,
		.attribute = attribute,
		.value = value,
	};
	struct idm_err why;
	struct idm_buf dn;
	enum idm_status st;

	idm_buf_init(&dn, IDM_DIRECTORY_TEXT_MAX);
	st = cli_namemap_find(with, name, NULL, &dn, NULL, err);
	if (st == IDM_OK) {
		st = idm_session_change(with->session,
		    (struct idm_str){ dn.data, dn.len }, &change, 1,
		    with->deadline, &why);
		if (st != IDM_OK)
			(void)idm_fail(err, st, "%s: %s: %s",
			    idm_session_server(with->session),
			    idm_buf_text(&dn), why.text);
	}
	idm_buf_fini(&dn);
	return st;
}
