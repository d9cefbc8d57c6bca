#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/quote.h"
#include "directory/expiry.h"
#include "directory/facts.h"
#include "directory/filter.h"
#include "identity/id.h"
#include "identity/name.h"
#include "identity/visible.h"
#include "identity/winname.h"

#define DN_SHOWN_MAX      160       /* bytes of a DN in a message */
#define TYPE_MACHINE      805306369 /* sAMAccountType */
#define TYPE_TRUST        805306370
#define GROUP_IS_SECURITY 0x80000000u /* groupType */

struct reader {
	const struct idm_schema_map *schema;
	const struct idm_object *object;
	struct idm_facts *facts;
	struct idm_err *err;
};

static enum idm_status refuse(const struct reader *, const char *, ...)
    IDM_PRINTF(2, 3);

static enum idm_status
refuse(const struct reader *reader, const char *fmt, ...)
{
	char memory[5 * DN_SHOWN_MAX];
	char why[240];
	struct idm_buf dn;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	idm_buf_init_fixed(&dn, memory, sizeof(memory));
	idm_quote_put(&dn, '\'', reader->object->dn, DN_SHOWN_MAX);
	return idm_fail(
	    reader->err, IDM_REFUSED, "%s %s", idm_buf_text(&dn), why);
}

/* The name of an attribute in this schema, and its first value. */
static struct idm_str
value_of(const struct reader *reader, enum idm_attribute attribute)
{
	const char *name = reader->schema->attribute[attribute];

	return name == NULL ? (struct idm_str){ "", 0 }
			    : idm_object_first(reader->object, name);
}

static size_t
count_of(const struct reader *reader, enum idm_attribute attribute)
{
	const char *name = reader->schema->attribute[attribute];
	const struct idm_attribute_values *values = name == NULL
	    ? NULL
	    : idm_object_values(reader->object, name);

	return values == NULL ? 0 : values->n;
}

/* ---- Whose entry it is. */

static bool
is_machine(const struct reader *reader)
{
	int64_t number;

	if (idm_object_has(reader->object, "objectClass", "computer"))
		return true;
	if (idm_expiry_number(reader->object, "sAMAccountType", &number) &&
	    (number == TYPE_MACHINE || number == TYPE_TRUST))
		return true;
	return idm_expiry_number(
		   reader->object, "userAccountControl", &number) &&
	    (number & IDM_UAC_MACHINE) != 0;
}

static enum idm_status
read_kind(const struct reader *reader)
{
	const struct idm_schema_map *schema = reader->schema;
	const struct idm_object *object = reader->object;
	int64_t type;

	reader->facts->is_group = !idm_object_has(
	    object, "objectClass", schema->user_class);
	if (!reader->facts->is_group)
		return is_machine(reader)
		    ? refuse(reader, "is a machine's account")
		    : IDM_OK;
	if (!idm_object_has(object, "objectClass", schema->group_class))
		return idm_fail(reader->err, IDM_NOTFOUND,
		    "the entry is neither a user nor a group");
	if (idm_expiry_number(object, "groupType", &type) &&
	    ((uint64_t)type & GROUP_IS_SECURITY) == 0)
		return refuse(reader, "is a group for mail only");
	return IDM_OK;
}

/* Does the DN begin with attribute=value? */
static bool
is_in_rdn(struct idm_str dn, const char *attribute, struct idm_str value)
{
	size_t n = strlen(attribute);

	if (dn.len <= n + 1 + value.len || dn.data[n] != '=' ||
	    (dn.data[n + 1 + value.len] != ',' &&
		dn.data[n + 1 + value.len] != '+'))
		return false;
	return idm_fold_ascii_equal(
		   (struct idm_str){ dn.data, n }, idm_str_of(attribute)) &&
	    idm_fold_ascii_equal(
		(struct idm_str){ dn.data + n + 1, value.len }, value);
}

/* Of several names that of the DN; else the first by its bytes. */
static struct idm_str
choose_name(const struct reader *reader, const char *attribute)
{
	const struct idm_attribute_values *values = idm_object_values(
	    reader->object, attribute);
	struct idm_str name = { "", 0 };

	for (size_t i = 0; values != NULL && i < values->n; i++) {
		if (is_in_rdn(reader->object->dn, attribute, values->value[i]))
			return values->value[i];
		if (i == 0 || idm_str_compare(values->value[i], name) < 0)
			name = values->value[i];
	}
	return name;
}

/* Cut the realm off, if names have one there; false: this one has another. */
static bool
cut_realm(struct idm_str *name, const char *realm)
{
	size_t len = strlen(realm);

	if (len == 0)
		return true;
	if (name->len <= len + 1 || name->data[name->len - len - 1] != '@' ||
	    !idm_fold_ascii_equal(
		(struct idm_str){ name->data + name->len - len, len },
		idm_str_of(realm)))
		return false;
	name->len -= len + 1;
	return true;
}

static enum idm_status
read_name(const struct reader *reader)
{
	struct idm_facts *facts = reader->facts;
	const char *realm = idm_schema_realm(reader->schema, facts->is_group);
	const char *attribute = reader->schema->attribute[facts->is_group
		? IDM_ATTR_GROUP_NAME
		: IDM_ATTR_USER_NAME];
	struct idm_winname split;
	struct idm_err why;

	facts->name = choose_name(reader, attribute);
	if (facts->name.len == 0)
		return refuse(reader, "has no %s", attribute);
	if (!cut_realm(&facts->name, realm))
		return refuse(
		    reader, "has a %s without '@%s'", attribute, realm);
	if (idm_name_own(facts->name, &why) != IDM_OK ||
	    idm_visible_name(facts->name, &why) != IDM_OK ||
	    idm_winname_split(facts->name, &split, &why) != IDM_OK)
		return refuse(reader, "has a %s that is no name: %s", attribute,
		    why.text);
	if (split.spelling != IDM_SPELL_BARE)
		return refuse(reader,
		    "has a %s with '@' or '\\' in it, which parts names from "
		    "their domains",
		    attribute);
	if (!facts->is_group && facts->name.data[facts->name.len - 1] == '$')
		return refuse(reader, "is a machine's account");
	return IDM_OK;
}

/* ---- Its identifiers. */

static enum idm_status
read_sid(const struct reader *reader)
{
	const char *attribute = reader->schema->attribute[IDM_ATTR_SID];
	struct idm_str value = value_of(reader, IDM_ATTR_SID);
	struct idm_sid domain;
	char text[IDM_SID_TEXT_MAX];
	struct idm_err why;
	enum idm_status st;
	struct idm_sid sid;
	uint32_t rid;

	if (value.len == 0 && reader->schema->schema != IDM_SCHEMA_AD)
		return IDM_OK;
	if (count_of(reader, IDM_ATTR_SID) != 1)
		return refuse(reader, "has %s %s",
		    value.len == 0 ? "no" : "more than one", attribute);
	st = reader->schema->binary_sid ? idm_sid_read(value, &sid, &why)
					: idm_sid_parse(value, &sid, &why);
	if (st != IDM_OK)
		return refuse(
		    reader, "has a broken %s: %s", attribute, why.text);
	if (idm_sid_is_builtin(&sid))
		return refuse(reader, "is BUILTIN's, which every host has");
	if (!idm_sid_split(&sid, &domain, &rid) || !idm_sid_is_domain(&domain))
		return refuse(reader, "has the SID %s, which is no account's",
		    idm_sid_format(&sid, text));
	reader->facts->sid = sid;
	return IDM_OK;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = idm_fold_ascii(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The bytes as they are (AD), or a text of 32 digits with hyphens between. */
static void
read_guid(const struct reader *reader)
{
	struct idm_str value = value_of(reader, IDM_ATTR_GUID);
	struct idm_facts *facts = reader->facts;
	size_t n = 0;

	if (value.len == IDM_GUID_SIZE) {
		memcpy(facts->guid, value.data, IDM_GUID_SIZE);
		facts->has_guid = true;
		return;
	}
	for (size_t i = 0; i < value.len; i++) {
		int digit = hex_digit(value.data[i]);

		if (digit < 0 && value.data[i] == '-')
			continue;
		if (digit < 0 || n == 2 * (size_t)IDM_GUID_SIZE)
			return;
		facts->guid[n / 2] = (uint8_t)(facts->guid[n / 2] << 4 | digit);
		n++;
	}
	facts->has_guid = n == 2 * (size_t)IDM_GUID_SIZE;
}

/* A number that may be served, the only one. */
static bool
read_id(
    const struct reader *reader, enum idm_attribute attribute, uint32_t *out)
{
	struct idm_str value = value_of(reader, attribute);
	uint32_t id;

	if (count_of(reader, attribute) != 1 ||
	    idm_num_id(value.data, value.len, &id, NULL) != IDM_OK ||
	    idm_id_reserved(id) != NULL)
		return false;
	*out = id;
	return true;
}

static void
read_numbers(const struct reader *reader)
{
	struct idm_facts *facts = reader->facts;
	enum idm_attribute own = facts->is_group ? IDM_ATTR_GROUP_GID
						 : IDM_ATTR_UID;
	int64_t number;

	facts->has_id = read_id(reader, own, &facts->id);
	if (!facts->has_id)
		facts->bad_id = value_of(reader, own);
	if (!facts->is_group) {
		facts->has_gid = read_id(reader, IDM_ATTR_GID, &facts->gid);
		if (reader->schema->schema == IDM_SCHEMA_AD &&
		    idm_expiry_number(
			reader->object, "primaryGroupID", &number) &&
		    number > 0 && number <= UINT32_MAX)
			facts->primary_rid = (uint32_t)number;
	}
	if (idm_expiry_number(reader->object, "uSNChanged", &number) &&
	    number > 0)
		facts->change = (uint64_t)number;
}

/* ---- Its texts. */

static struct idm_str
text_of(const struct reader *reader, const char *name)
{
	struct idm_str value = { "", 0 };

	if (name != NULL)
		value = idm_object_first(reader->object, name);
	return idm_name_field(value, NULL) == IDM_OK
	    ? value
	    : (struct idm_str){ "", 0 };
}

static struct idm_str
path_of(const struct reader *reader, enum idm_attribute attribute)
{
	struct idm_str path = text_of(
	    reader, reader->schema->attribute[attribute]);

	return path.len > 0 && path.data[0] == '/' ? path
						   : (struct idm_str){ "", 0 };
}

static void
read_texts(const struct reader *reader)
{
	const struct idm_schema_map *schema = reader->schema;
	struct idm_facts *facts = reader->facts;

	if ((schema->settings->flags & IDM_DIRECTORY_UNIX_INFO) != 0) {
		facts->gecos = text_of(
		    reader, schema->attribute[IDM_ATTR_GECOS]);
		facts->home = path_of(reader, IDM_ATTR_HOME);
		facts->shell = path_of(reader, IDM_ATTR_SHELL);
	}
	if (facts->gecos.len == 0)
		facts->gecos = text_of(reader, schema->full_name);
}

static void
read_mapping(const struct reader *reader)
{
	static const enum idm_attribute attributes[] = {
		IDM_ATTR_UNIX_USER,
		IDM_ATTR_UNIX_GROUP,
	};
	struct idm_facts *facts = reader->facts;
	struct idm_winname split;

	for (size_t i = 0; i < IDM_COUNTOF(attributes); i++) {
		facts->unix_name[i] = value_of(reader, attributes[i]);
		if (count_of(reader, attributes[i]) != 1 ||
		    idm_name_login(facts->unix_name[i], NULL) != IDM_OK)
			facts->unix_name[i] = (struct idm_str){ "", 0 };
	}
	facts->winname = value_of(reader, IDM_ATTR_WINNAME);
	if (count_of(reader, IDM_ATTR_WINNAME) != 1 ||
	    idm_winname_split(facts->winname, &split, NULL) != IDM_OK)
		facts->winname = (struct idm_str){ "", 0 };
}

static void
read_members(const struct reader *reader)
{
	const char *const *name = reader->schema->member_attribute;
	struct idm_facts *facts = reader->facts;

	facts->members_are_names = reader->schema->members_are_names;
	for (; *name != NULL && facts->members == NULL; name++)
		facts->members = idm_object_values(reader->object, *name);
	facts->is_cut = reader->object->is_cut;
}

/* ---- Whether it is wanted. */

/* Is the DN below one of these, which ';' parts? */
static bool
is_below_any(struct idm_str dn, const char *list)
{
	while (*list != '\0') {
		size_t n = strcspn(list, ";");
		struct idm_str base = { list, n };

		while (base.len > 0 && base.data[0] == ' ') {
			base.data++;
			base.len--;
		}
		if (base.len > 0 && idm_dn_is_below(dn, base))
			return true;
		list += n;
		list += *list == ';';
	}
	return false;
}

static enum idm_status
check_wanted(const struct reader *reader)
{
	const struct idm_directory *settings = reader->schema->settings;
	struct idm_str dn = reader->object->dn;

	if (is_below_any(dn, settings->deny_ous))
		return refuse(reader, "is below one of deny_ous");
	if (settings->allow_ous[0] != '\0' &&
	    !is_below_any(dn, settings->allow_ous))
		return refuse(reader, "is below none of allow_ous");
	if ((settings->flags & IDM_DIRECTORY_HIDE_DISABLED) != 0 &&
	    (reader->facts->account.flags & IDM_ACCOUNT_DISABLED) != 0)
		return refuse(reader, "is disabled");
	return IDM_OK;
}

enum idm_status
idm_facts_read(const struct idm_schema_map *schema,
    const struct idm_object *object, uint64_t now, struct idm_facts *out,
    struct idm_err *err)
{
	struct idm_facts facts = { .dn = object->dn };
	const struct reader reader = { schema, object, &facts, err };
	enum idm_status st;

	facts.gecos = facts.home = facts.shell = idm_str_of("");
	facts.bad_id = idm_str_of("");
	st = read_kind(&reader);
	if (st == IDM_OK)
		st = read_sid(&reader);
	if (st == IDM_OK)
		st = read_name(&reader);
	if (st != IDM_OK)
		return st;
	read_guid(&reader);
	read_numbers(&reader);
	read_mapping(&reader);
	if (facts.is_group) {
		read_members(&reader);
	} else {
		read_texts(&reader);
		idm_expiry_read(object, schema->schema == IDM_SCHEMA_AD, now,
		    &facts.account);
	}
	st = check_wanted(&reader);
	if (st == IDM_OK)
		*out = facts;
	return st;
}

enum idm_status
idm_facts_of_domain(const struct idm_facts *facts, const struct idm_sid *domain,
    struct idm_err *err)
{
	char memory[5 * DN_SHOWN_MAX];
	char text[IDM_SID_TEXT_MAX];
	struct idm_sid above;
	struct idm_buf dn;
	uint32_t rid;

	if (domain->nsubs == 0 || facts->sid.nsubs == 0 ||
	    (idm_sid_split(&facts->sid, &above, &rid) &&
		idm_sid_equal(&above, domain)))
		return IDM_OK;
	idm_buf_init_fixed(&dn, memory, sizeof(memory));
	idm_quote_put(&dn, '\'', facts->dn, DN_SHOWN_MAX);
	return idm_fail(err, IDM_REFUSED,
	    "%s has the SID %s, which is not of this domain", idm_buf_text(&dn),
	    idm_sid_format(&facts->sid, text));
}

/* ---- A copy. */

struct copy {
	struct idm_facts facts;
	struct idm_attribute_values members;
	struct idm_str value[];
};

static struct idm_str
move(char **at, struct idm_str text)
{
	struct idm_str out = { *at, text.len };

	if (text.len > 0)
		memcpy(*at, text.data, text.len);
	*at += text.len;
	return out;
}

enum idm_status
idm_facts_dup(
    const struct idm_facts *facts, struct idm_facts **out, struct idm_err *err)
{
	const struct idm_attribute_values *members = facts->members;
	size_t n = members == NULL ? 0 : members->n;
	size_t bytes = facts->name.len + facts->dn.len + facts->bad_id.len +
	    facts->gecos.len + facts->home.len + facts->shell.len +
	    facts->unix_name[0].len + facts->unix_name[1].len +
	    facts->winname.len;
	struct copy *copy;
	char *at;

	for (size_t i = 0; i < n; i++)
		bytes += members->value[i].len;
	copy = malloc(sizeof(*copy) + n * sizeof(copy->value[0]) + bytes);
	if (copy == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	at = (char *)&copy->value[n];
	copy->facts = *facts;
	copy->facts.name = move(&at, facts->name);
	copy->facts.dn = move(&at, facts->dn);
	copy->facts.bad_id = move(&at, facts->bad_id);
	copy->facts.gecos = move(&at, facts->gecos);
	copy->facts.home = move(&at, facts->home);
	copy->facts.shell = move(&at, facts->shell);
	copy->facts.unix_name[0] = move(&at, facts->unix_name[0]);
	copy->facts.unix_name[1] = move(&at, facts->unix_name[1]);
	copy->facts.winname = move(&at, facts->winname);
	if (members != NULL) {
		for (size_t i = 0; i < n; i++)
			copy->value[i] = move(&at, members->value[i]);
		copy->members = (struct idm_attribute_values){
			.name = idm_str_of("member"),
			.value = copy->value,
			.n = n,
		};
		copy->facts.members = &copy->members;
	}
	*out = &copy->facts;
	return IDM_OK;
}
