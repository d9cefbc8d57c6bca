#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backends/backend.h"
#include "backends/told.h"
#include "base/clock.h"
#include "config/directorykey.h"
#include "directory/filter.h"
#include "directory/find.h"
#include "identity/fold.h"
#include "resolve/ownid.h"

#include "cli/credentials.h"
#include "cli/domaintext.h"
#include "cli/json.h"
#include "cli/live.h"
#include "cli/livenumbers.h"
#include "cli/say.h"

#define WAIT_MS    10000 /* for all of it */
#define SAMPLE     5
#define LOOKED_MAX 50 /* users that are looked at for a sample */
#define NUMBER_MIN 1000
#define ROOM       100000 /* a range ends before a multiple of it */

/* What every domain controller says it is. */
#define AD_CAPABILITY "1.2.840.113556.1.4.800"

/* ---- Sessions. */

static void
disconnect(struct cli_live *live)
{
	idm_session_free(&live->session);
	if (live->servers != NULL)
		idm_servers_free(&live->servers);
	live->servers = NULL;
}

static enum idm_status
connect_to(struct cli_live *live, struct idm_err *err)
{
	enum idm_status st;

	disconnect(live);
	st = idm_servers_new(&live->settings, &live->servers, err);
	if (st == IDM_OK)
		st = idm_session_new(
		    &live->settings, live->servers, &live->session, err);
	return st;
}

void
cli_live_close(struct cli_live *live)
{
	disconnect(live);
	json_decref(live->users);
	live->users = NULL;
}

/* ---- What is written down. */

static bool
has(const struct idm_buf *text, const char *section, const char *name)
{
	struct idm_str value;

	return cli_domain_text_get((struct idm_str){ text->data, text->len },
	    section, idm_str_of(name), &value);
}

struct settings {
	struct cli_live *live;
	enum idm_status status; /* of the first mistake */
	struct idm_err *err;
};

/* Of a key that is none it is told when the whole is compiled. */
static void
take_setting(void *context, struct idm_str name, struct idm_str value)
{
	struct settings *settings = context;
	char text[IDM_DIRECTORY_TEXT_MAX + 1];
	char key[64];

	if (settings->status != IDM_OK || name.len >= sizeof(key) ||
	    value.len >= sizeof(text))
		return;
	memcpy(key, name.data, name.len);
	key[name.len] = '\0';
	memcpy(text, value.data, value.len);
	text[value.len] = '\0';
	for (size_t row = 0; idm_directory_key(row).name != NULL; row++) {
		if (strcmp(idm_directory_key(row).name, key) == 0)
			settings->status = idm_directory_set(
			    &settings->live->settings, row, text,
			    settings->err);
	}
	if (settings->status != IDM_OK)
		(void)idm_within(settings->err, settings->status, "%s", key);
}

static enum idm_status
read_settings(
    struct cli_live *live, const struct idm_buf *text, struct idm_err *err)
{
	struct settings settings = { live, IDM_OK, err };

	idm_directory_defaults(&live->settings);
	cli_domain_text_each((struct idm_str){ text->data, text->len },
	    CLI_SECTION_DIRECTORY, take_setting, &settings);
	return settings.status;
}

/* Set what is not there yet. */
static enum idm_status
fill(struct idm_buf *text, const char *section, const char *name,
    const char *value, struct idm_err *err)
{
	if (value[0] == '\0' || has(text, section, name))
		return IDM_OK;
	return cli_domain_text_set(text, section, name, value, err);
}

/* ---- What the server says of itself. */

static void
keep(char to[static IDM_DIRECTORY_TEXT_MAX + 1], struct idm_str value)
{
	if (value.len > IDM_DIRECTORY_TEXT_MAX)
		return;
	memcpy(to, value.data, value.len);
	to[value.len] = '\0';
}

static enum idm_status
take_root(void *context, const struct idm_object *root, struct idm_err *err)
{
	struct cli_live *live = context;
	const struct idm_attribute_values *contexts;

	(void)err;
	live->is_ad = idm_object_has(
	    root, "supportedCapabilities", AD_CAPABILITY);
	keep(live->base, idm_object_first(root, "defaultNamingContext"));
	keep(live->partitions,
	    idm_object_first(root, "configurationNamingContext"));
	contexts = idm_object_values(root, "namingContexts");
	if (live->base[0] == '\0' && contexts != NULL && contexts->n == 1)
		keep(live->base, contexts->value[0]);
	return IDM_OK;
}

/* Anybody may read it, so nobody's password is needed, nor sent. */
static enum idm_status
read_root(
    struct cli_live *live, const struct idm_buf *text, struct idm_err *err)
{
	enum idm_status st;

	live->settings.bind = IDM_BIND_ANONYMOUS;
	if (!has(text, CLI_SECTION_DIRECTORY, "tls"))
		live->settings.tls = IDM_TLS_OFF;
	st = connect_to(live, err);
	if (st == IDM_OK)
		st = idm_session_root(
		    live->session, live->deadline, take_root, live, err);
	return st;
}

/* ---- Asking it. */

struct answer {
	const char *attribute;
	char text[IDM_DIRECTORY_TEXT_MAX + 1];
	unsigned n;
};

static enum idm_status
take_answer(void *context, const struct idm_object *object, struct idm_err *err)
{
	struct answer *answer = context;
	struct idm_sid sid;
	struct idm_str value = idm_object_first(object, answer->attribute);

	(void)err;
	answer->n++;
	if (strcmp(answer->attribute, "objectSid") != 0)
		keep(answer->text, value);
	else if (idm_sid_read(value, &sid, NULL) == IDM_OK)
		(void)idm_sid_format(&sid, answer->text);
	return IDM_OK;
}

static enum idm_status
ask(struct cli_live *live, const char *base, enum idm_scope scope,
    const struct idm_buf *filter, struct answer *answer, struct idm_err *err)
{
	const char *attributes[] = { answer->attribute, NULL };
	const struct idm_search search = {
		.base = idm_str_of(base),
		.scope = scope,
		.filter = { filter->data, filter->len },
		.attribute = attributes,
	};

	return idm_session_search(
	    live->session, &search, live->deadline, take_answer, answer, err);
}

/* AD: the domain's SID, and its short name. */
static enum idm_status
fill_ad(struct cli_live *live, struct idm_buf *text, struct idm_err *err)
{
	struct answer sid = { .attribute = "objectSid" };
	struct answer netbios = { .attribute = "nETBIOSName" };
	struct idm_buf filter;
	enum idm_status st;

	idm_buf_init(&filter, 2 * IDM_DIRECTORY_TEXT_MAX);
	idm_filter_present(&filter, "objectClass");
	st = ask(live, live->base, IDM_SCOPE_BASE, &filter, &sid, err);
	filter.len = 0;
	idm_filter_open(&filter, '&');
	idm_filter_equal(&filter, "objectClass", idm_str_of("crossRef"));
	idm_filter_equal(&filter, "nCName", idm_str_of(live->base));
	idm_filter_close(&filter);
	if (st == IDM_OK)
		st = ask(live, live->partitions, IDM_SCOPE_SUBTREE, &filter,
		    &netbios, err);
	idm_buf_fini(&filter);
	if (st == IDM_OK)
		st = fill(text, CLI_SECTION_DOMAIN, "sid", sid.text, err);
	if (st == IDM_OK)
		st = fill(
		    text, CLI_SECTION_DOMAIN, "netbios", netbios.text, err);
	return st;
}

/* The one value below base that an entry of this class has. */
static enum idm_status
ask_class(struct cli_live *live, const char *base, enum idm_scope scope,
    const char *class, struct answer *answer, struct idm_err *err)
{
	struct idm_buf filter;
	enum idm_status st;

	idm_buf_init(&filter, IDM_DIRECTORY_TEXT_MAX);
	idm_filter_open(&filter, '&');
	idm_filter_equal(&filter, "objectClass", idm_str_of(class));
	idm_filter_present(&filter, answer->attribute);
	idm_filter_close(&filter);
	st = ask(live, base, scope, &filter, answer, err);
	idm_buf_fini(&filter);
	return st;
}

/* FreeIPA says in its first entry that it is one, as its own clients know. */
static enum idm_status
fill_ipa(struct cli_live *live, struct idm_buf *text, bool is_base_given,
    struct idm_err *err)
{
	struct answer info = { .attribute = "info" };
	struct answer sid = { .attribute = "ipaNTSecurityIdentifier" };
	struct answer netbios = { .attribute = "ipaNTFlatName" };
	char base[sizeof(live->base) + sizeof(IDM_DIRECTORY_IPA_BASE)];
	enum idm_status st;

	st = ask_class(
	    live, live->base, IDM_SCOPE_BASE, "pilotObject", &info, err);
	if (st != IDM_OK || strncmp(info.text, "IPA ", 4) != 0)
		return st == IDM_TEMPFAIL ? st : IDM_OK;
	st = fill(text, CLI_SECTION_DIRECTORY, "schema", "ipa", err);
	(void)snprintf(
	    base, sizeof(base), "%s%s", IDM_DIRECTORY_IPA_BASE, live->base);
	if (st == IDM_OK && !is_base_given)
		st = cli_domain_text_set(
		    text, CLI_SECTION_DIRECTORY, "base", base, err);
	/* Not for everybody to read: who may not goes without. */
	if (st == IDM_OK)
		st = ask_class(live, live->base, IDM_SCOPE_SUBTREE,
		    "ipaNTDomainAttrs", &sid, err);
	if (st == IDM_OK)
		st = ask_class(live, live->base, IDM_SCOPE_SUBTREE,
		    "ipaNTDomainAttrs", &netbios, err);
	if (st == IDM_OK)
		st = fill(text, CLI_SECTION_DOMAIN, "sid", sid.text, err);
	if (st == IDM_OK)
		st = fill(
		    text, CLI_SECTION_DOMAIN, "netbios", netbios.text, err);
	return st;
}

/* Groups have their members by name, or by DN. */
static enum idm_status
fill_posix(struct cli_live *live, struct idm_buf *text, struct idm_err *err)
{
	struct answer by_dn = { .attribute = "cn" };
	struct idm_buf filter;
	enum idm_status st;

	if (has(text, CLI_SECTION_DIRECTORY, "schema"))
		return IDM_OK;
	idm_buf_init(&filter, IDM_DIRECTORY_TEXT_MAX);
	idm_filter_open(&filter, '&');
	idm_filter_equal(&filter, "objectClass", idm_str_of("posixGroup"));
	idm_filter_present(&filter, "member");
	idm_filter_close(&filter);
	st = ask(
	    live, live->settings.base, IDM_SCOPE_SUBTREE, &filter, &by_dn, err);
	idm_buf_fini(&filter);
	if (st == IDM_OK)
		st = fill(text, CLI_SECTION_DIRECTORY, "schema",
		    by_dn.n > 0 ? "rfc2307bis" : "rfc2307", err);
	return st;
}

/* ---- Which numbers stand there. */

/* The range that all of them are in, with room above. */
static enum idm_status
fill_range(struct cli_live *live, struct idm_buf *text, struct idm_err *err)
{
	struct cli_live_numbers numbers = { 0, 0 };
	enum idm_status st;
	char range[32];

	st = cli_live_numbers(
	    live->session, live->settings.base, live->deadline, &numbers, err);
	if (st != IDM_OK || numbers.low == 0 ||
	    numbers.high > UINT32_MAX / 2 - ROOM)
		return st;
	(void)snprintf(range, sizeof(range), "%lu-%lu",
	    (unsigned long)(numbers.low / NUMBER_MIN * NUMBER_MIN),
	    (unsigned long)((numbers.high / ROOM + 1) * ROOM - 1));
	return fill(text, CLI_SECTION_DOMAIN, "range", range, err);
}

/* Do the domain's numbers stand in its directory? */
static bool
has_numbers(const struct idm_buf *text)
{
	const struct idm_backend *backend;
	struct idm_str name;

	if (!cli_domain_text_get((struct idm_str){ text->data, text->len },
		CLI_SECTION_DOMAIN, idm_str_of("backend"), &name))
		return false;
	backend = idm_backend_by_name(name);
	return backend != NULL && backend->to_id == idm_told_to_id;
}

/* ---- All of it. */

struct reading {
	const struct idm_buf *text;
};

static bool
is_given(void *context, const char *name)
{
	const struct reading *reading = context;

	return has(reading->text, CLI_SECTION_DIRECTORY, name);
}

static void
ignore(void *context, const char *text)
{
	(void)context;
	(void)text;
}

/* The settings as they will be compiled, and a session by them. */
static enum idm_status
reconnect(
    struct cli_live *live, const struct idm_buf *text, struct idm_err *err)
{
	struct reading reading = { text };
	enum idm_status st = read_settings(live, text, err);

	if (st != IDM_OK)
		return st;
	if (!live->is_ad && !has(text, CLI_SECTION_DIRECTORY, "schema"))
		live->settings.schema = IDM_SCHEMA_RFC2307;
	idm_directory_finish(&live->settings, "", is_given, ignore, &reading);
	return connect_to(live, err);
}

/* What follows from the base alone. */
static enum idm_status
fill_names(struct cli_live *live, struct idm_buf *text, struct idm_err *err)
{
	char memory[IDM_DOMAIN_MAX + 1];
	struct idm_buf dns;
	enum idm_status st;

	st = fill(text, CLI_SECTION_DIRECTORY, "base", live->base, err);
	idm_buf_init_fixed(&dns, memory, sizeof(memory));
	if (st == IDM_OK && idm_dn_domain(&dns, idm_str_of(live->base)))
		st = fill(
		    text, CLI_SECTION_DOMAIN, "dns", idm_buf_text(&dns), err);
	if (st == IDM_OK && live->is_ad)
		st = fill(text, CLI_SECTION_DIRECTORY, "schema", "ad", err);
	if (st == IDM_OK)
		st = fill(text, CLI_SECTION_DOMAIN, "backend",
		    live->is_ad ? "rid" : "rfc2307", err);
	return st;
}

enum idm_status
cli_live_fill(struct cli_live *live, struct idm_buf *text, struct idm_err *err)
{
	bool is_base_given = has(text, CLI_SECTION_DIRECTORY, "base");
	enum idm_status st;

	if (!has(text, CLI_SECTION_DIRECTORY, "servers") &&
	    !has(text, CLI_SECTION_DIRECTORY, "discovery"))
		return IDM_OK;
	live->is_used = true;
	live->deadline = idm_clock_ms() + WAIT_MS;
	st = read_settings(live, text, err);
	if (st == IDM_OK)
		st = read_root(live, text, err);
	if (st == IDM_OK)
		st = fill_names(live, text, err);
	if (st == IDM_OK)
		st = reconnect(live, text, err);
	if (st == IDM_OK && live->is_ad)
		st = fill_ad(live, text, err);
	if (st == IDM_OK && !live->is_ad)
		st = fill_ipa(live, text, is_base_given, err);
	if (st == IDM_OK && !live->is_ad)
		st = fill_posix(live, text, err);
	if (st == IDM_OK && has_numbers(text) &&
	    !has(text, CLI_SECTION_DOMAIN, "range"))
		st = fill_range(live, text, err);
	return st;
}

/* ---- The sample. */

struct sample {
	struct cli_live *live;
	const struct idm_domain *domain;
	unsigned looked;
	unsigned refused;
	char why[200]; /* of the last one that was refused */
};

static const struct idm_maps nothing;

/* The number that a backend computes. */
static bool
compute(const struct idm_domain *domain, const struct idm_sid *sid,
    uint8_t kind, uint32_t *id)
{
	const struct idm_backend_case which = {
		.maps = &nothing,
		.domain = domain,
		.want = kind,
	};
	const struct idm_backend *backend = idm_backend_by_id(domain->backend);
	struct idm_mapping mapping;
	bool needs_place = false;

	/* Others give numbers when they are asked for them. */
	if ((domain->backend != IDM_BACKEND_RID &&
		domain->backend != IDM_BACKEND_HASH) ||
	    backend == NULL || sid->nsubs == 0 ||
	    backend->to_id(&which, sid, &mapping, &needs_place, NULL) != IDM_OK)
		return false;
	*id = mapping.id;
	return true;
}

/* Do the domain's numbers stand in its directory? */
static bool
is_told(const struct idm_domain *domain)
{
	const struct idm_backend *backend = idm_backend_by_id(domain->backend);

	return backend != NULL && backend->to_id == idm_told_to_id;
}

static bool
number_of(const struct idm_domain *domain, const struct idm_facts *facts,
    uint32_t *id)
{
	*id = facts->id;
	return is_told(domain)
	    ? facts->has_id
	    : compute(domain, &facts->sid, IDM_KIND_USER, id);
}

/* The primary group's: the directory's own one, or Windows'. */
static bool
group_of(
    const struct sample *sample, const struct idm_facts *facts, uint32_t *gid)
{
	const struct idm_directory *settings = &sample->live->settings;
	struct idm_sid domain, group;
	uint32_t rid;

	*gid = facts->gid;
	if (is_told(sample->domain))
		return facts->has_gid &&
		    (settings->flags & IDM_DIRECTORY_UNIX_GROUP) != 0;
	if (facts->primary_rid == 0 ||
	    !idm_sid_split(&facts->sid, &domain, &rid))
		return false;
	group = idm_sid_of(&domain, facts->primary_rid);
	return compute(sample->domain, &group, IDM_KIND_GROUP, gid);
}

/* As the directory has it, or the domain's template. */
static enum idm_status
set_home(json_t *user, const struct idm_domain *domain,
    const struct idm_facts *facts, struct idm_err *err)
{
	const struct idm_realm realm = { &nothing, domain, idm_pool_new() };
	const struct idm_given given = { .home = facts->home };
	struct idm_ownid identity = { .account = facts->name };
	struct idm_pool *pool = realm.pool;
	struct idm_own_user own;
	enum idm_status st;

	if (pool == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	st = idm_ownid_key(&realm, facts->name, &identity.key, err);
	if (st == IDM_OK)
		st = idm_ownid_user(&realm, &identity, &given, &own, err);
	if (st == IDM_OK)
		(void)json_object_set_new(
		    user, "home", cli_json_text(own.home));
	idm_pool_free(&pool);
	return st;
}

/* Who has no number yet will be given one, but for those who should have. */
static bool
is_served(const struct idm_domain *domain, bool has_number, uint32_t id)
{
	if (!has_number)
		return !is_told(domain);
	return id >= domain->low && id <= domain->high;
}

static enum idm_status
take_user(void *context, const struct idm_facts *facts, struct idm_err *err)
{
	struct sample *sample = context;
	json_t *users = sample->live->users;
	bool has_number;
	enum idm_status st;
	uint32_t id, gid;
	json_t *user;

	if (++sample->looked > LOOKED_MAX || json_array_size(users) >= SAMPLE)
		return idm_fail(err, IDM_EXHAUSTED, "enough were seen");
	has_number = number_of(sample->domain, facts, &id);
	if (!is_served(sample->domain, has_number, id)) {
		sample->refused++;
		(void)snprintf(sample->why, sizeof(sample->why),
		    has_number ? "'%.*s' has uid %lu, which is not in the range"
			       : "'%.*s' has no uid",
		    (int)(facts->name.len > 80 ? 80 : facts->name.len),
		    facts->name.data, (unsigned long)id);
		return IDM_OK;
	}
	user = json_pack("{s:o}", "name", cli_json_text(facts->name));
	if (has_number)
		(void)json_object_set_new(
		    user, "uid", json_integer((json_int_t)id));
	if (group_of(sample, facts, &gid))
		(void)json_object_set_new(
		    user, "gid", json_integer((json_int_t)gid));
	st = set_home(user, sample->domain, facts, err);
	if (st != IDM_OK) {
		json_decref(user);
		return st;
	}
	return json_array_append_new(users, user) == 0
	    ? IDM_OK
	    : idm_fail(err, IDM_NOMEM, "out of memory");
}

enum idm_status
cli_live_try(struct cli_live *live, const struct idm_directory *settings,
    const struct idm_domain *domain, struct idm_err *err)
{
	struct sample sample = { .live = live, .domain = domain };
	struct idm_schema_map schema;
	struct idm_err why;
	enum idm_status st;

	live->settings = *settings;
	live->users = json_array();
	st = cli_credentials_check(settings, err);
	if (st == IDM_OK)
		st = connect_to(live, err);
	if (st != IDM_OK)
		return st;
	idm_schema_map(&live->settings, &schema);
	st = idm_find_all(
	    &(struct idm_finder){
		.session = live->session,
		.settings = &live->settings,
		.schema = &schema,
		.domain_sid = domain->sid,
		.deadline = live->deadline,
		.now = idm_clock_seconds(),
	    },
	    false, take_user, &sample, &why);
	if (st != IDM_OK && st != IDM_EXHAUSTED) {
		if (err != NULL)
			*err = why;
		return st;
	}
	if (json_array_size(live->users) > 0)
		return IDM_OK;
	if (sample.refused > 0)
		return idm_fail(err, IDM_NOTFOUND,
		    "of %u users that were looked at, none could be served: %s",
		    sample.refused, sample.why);
	return idm_fail(err, IDM_NOTFOUND,
	    "%s answers, but has no user below %s",
	    idm_session_server(live->session), live->settings.base);
}

void
cli_live_describe(const struct cli_live *live, struct idm_buf *out)
{
	const json_t *user;
	size_t i;

	bool are_all_home = true;

	if (json_array_size(live->users) == 0)
		return;
	idm_buf_puts(out, "users, for example:\n");
	json_array_foreach(live->users, i, user)
	{
		const json_t *uid = json_object_get(user, "uid");
		const json_t *gid = json_object_get(user, "gid");
		const char *home = json_string_value(
		    json_object_get(user, "home"));

		idm_buf_puts(out, "\t");
		cli_clean(out,
		    idm_str_of(
			json_string_value(json_object_get(user, "name"))));
		if (uid != NULL)
			idm_buf_printf(out, "  uid %lld",
			    (long long)json_integer_value(uid));
		if (gid != NULL)
			idm_buf_printf(out, "  gid %lld",
			    (long long)json_integer_value(gid));
		are_all_home &= home[0] != '\0';
		idm_buf_puts(out, home[0] != '\0' ? "  home " : "  no home");
		cli_clean(out, idm_str_of(home));
		idm_buf_puts(out, "\n");
	}
	/* su(1) says of them that they do not exist. */
	if (!are_all_home)
		idm_buf_puts(out,
		    "who has no home cannot log in: home=/home/%U "
		    "shell=/bin/bash gives one\n");
}
