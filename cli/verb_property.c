#include <stdio.h>
#include <string.h>

#include "map/host_edit.h"
#include "map/namerules_edit.h"
#include "map/snapshot.h"

#include "cli/domains.h"
#include "cli/json.h"
#include "cli/maps.h"
#include "cli/names.h"
#include "cli/property.h"
#include "cli/say.h"
#include "cli/update.h"
#include "cli/verb_host.h"

/* A property and its value on this host. */
struct value {
	const struct property *property;
	struct idm_str text;
	bool is_set;
	char memory[IDM_SID_TEXT_MAX];
};

/* Of a host without a map, the defaults. */
static enum idm_status
open_maps(struct idm_maps **maps, struct idm_err *err)
{
	enum idm_status st = cli_maps_open(maps, err);

	return st == IDM_NOTFOUND ? IDM_OK : st;
}

static enum idm_status
find_property(const char *name, size_t len, const struct property **property,
    struct idm_err *err)
{
	*property = property_find((struct idm_str){ name, len });
	if (*property != NULL)
		return IDM_OK;
	return idm_fail(err, IDM_NOTFOUND,
	    "there is no property '%.*s'; 'idmap property list' shows all",
	    (int)len, name);
}

/* The two that come with the machine SID. */
static void
read_machine(const struct idm_maps *maps, struct value *value)
{
	struct idm_machine machine;
	struct idm_buf buf;

	if (idm_host_machine(maps->map, &machine, NULL) != IDM_OK)
		return;
	value->is_set = true;
	if (value->property->type == PROPERTY_SID) {
		value->text = idm_str_of(
		    idm_sid_format(&machine.sid, value->memory));
		return;
	}
	idm_buf_init_fixed(&buf, value->memory, sizeof(value->memory));
	for (unsigned i = 0; i < IDM_UUID_SIZE; i++) {
		idm_buf_printf(&buf, "%s%02x",
		    i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
		    machine.uuid[i]);
	}
	value->text = (struct idm_str){ buf.data, buf.len };
}

static bool
is_default_domain(const struct property *property)
{
	return strcmp(property->name, IDM_DEFAULT_DOMAIN) == 0;
}

static enum idm_status
read_value(
    const struct idm_maps *maps, struct value *value, struct idm_err *err)
{
	const struct idm_domain *domain;
	enum idm_status st;

	value->is_set = false;
	value->text = idm_str_of(value->property->initial);
	if (maps == NULL)
		return IDM_OK;
	if (value->property->effect == PROPERTY_FIXED) {
		read_machine(maps, value);
		return IDM_OK;
	}
	st = idm_host_property(
	    maps->map, value->property->name, &value->text, err);
	value->is_set = st == IDM_OK;
	if (st == IDM_NOTFOUND && is_default_domain(value->property) &&
	    idm_host_default_domain(maps->map, &maps->domains, &value->text,
		&domain, NULL) == IDM_OK)
		return IDM_OK;
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

static json_t *
describe(const struct value *value)
{
	const struct property *property = value->property;

	return json_pack("{s:s, s:o, s:b, s:s, s:s, s:s, s:s}", "name",
	    property->name, "value", cli_json_text(value->text), "set",
	    value->is_set, "default", property->initial, "type",
	    property_type_name(property), "effect",
	    property_effect_name(property), "says", property->says);
}

static void
print(const struct value *value)
{
	const struct property *property = value->property;

	printf("%s=", property->name);
	cli_put(stdout, value->text);
	printf("\n\t%s; %s%s%s\n",
	    value->is_set                            ? "set"
		: property->effect == PROPERTY_FIXED ? "not made yet"
						     : "default",
	    property->effect == PROPERTY_PER_DOMAIN
		? "without effect, for each domain has its own: "
		: "",
	    property->effect == PROPERTY_NONE ? "means nothing here: " : "",
	    property->says);
}

static enum idm_status
list(const struct idm_maps *maps, bool json, struct idm_err *err)
{
	json_t *all = json_array();
	enum idm_status st = IDM_OK;
	unsigned n;
	const struct property *property = property_all(&n);

	for (unsigned i = 0; st == IDM_OK && i < n; i++) {
		struct value value = { .property = &property[i] };

		st = read_value(maps, &value, err);
		if (st == IDM_OK && json)
			(void)json_array_append_new(all, describe(&value));
		else if (st == IDM_OK)
			print(&value);
	}
	if (json && st == IDM_OK)
		cli_json_print(json_incref(all));
	json_decref(all);
	return st;
}

enum verb_exit
verb_property_list(const struct verb_call *call)
{
	struct idm_maps *maps = NULL;
	struct idm_err err;
	enum idm_status st;

	st = open_maps(&maps, &err);
	if (st == IDM_OK)
		st = list(maps, call->json, &err);
	if (st != IDM_OK)
		cli_error("%s", err.text);
	idm_maps_close(&maps);
	return verb_exit_of(st);
}

enum verb_exit
verb_property_get(const struct verb_call *call)
{
	struct value value = { .is_set = false };
	struct idm_maps *maps = NULL;
	struct idm_err err;
	enum idm_status st;

	if (call->argc == 0)
		return verb_property_list(call);
	st = find_property(
	    call->argv[0], strlen(call->argv[0]), &value.property, &err);
	if (st == IDM_OK)
		st = open_maps(&maps, &err);
	if (st == IDM_OK)
		st = read_value(maps, &value, &err);
	if (st != IDM_OK) {
		cli_error("%s", err.text);
	} else if (call->json) {
		cli_json_print(describe(&value));
	} else {
		cli_put(stdout, value.text);
		(void)putchar('\n');
	}
	idm_maps_close(&maps);
	return verb_exit_of(st);
}

/* ---- set, unset */

struct change {
	const struct property *property;
	const char *value; /* NULL: unset */
};

/* Those of directory-based mapping are for domains whose files are silent. */
static bool
is_of_mapping(const struct property *property)
{
	static const char *const names[] = { "directory_based_mapping",
		"ad_unixuser_attr", "ad_unixgroup_attr", "nldap_winname_attr" };

	for (size_t i = 0; i < IDM_COUNTOF(names); i++) {
		if (strcmp(property->name, names[i]) == 0)
			return true;
	}
	return false;
}

static enum idm_status
compile_domains(struct cli_update *update, struct idm_err *err)
{
	struct cli_domains domains = { .nmoves = 0 };
	enum idm_status st;

	st = cli_domains_apply(&domains, update->rewrite, err);
	json_decref(domains.changes);
	return st;
}

static enum idm_status
make_change(struct cli_update *update, struct idm_err *err)
{
	const struct change *change = update->context;
	enum idm_status st;
	size_t moved;

	idm_buf_printf(&update->changes, "property %s: %s",
	    change->property->name,
	    change->value == NULL ? "unset" : change->value);
	st = idm_property_put(
	    update->rewrite, change->property->name, change->value, err);
	if (st == IDM_OK && is_of_mapping(change->property))
		st = compile_domains(update, err);
	/* Rules of bare names are rules of its domain from now on. */
	if (st == IDM_OK && is_default_domain(change->property)) {
		st = idm_namerules_rekey(update->rewrite, &moved, err);
		if (st != IDM_OK)
			st = idm_within(
			    err, st, "name rules, with the default domain");
	}
	return st;
}

static enum idm_status
check_change(const struct change *change, struct idm_err *err)
{
	const struct property *property = change->property;

	if (property->effect == PROPERTY_FIXED ||
	    property->effect == PROPERTY_NONE) {
		return idm_fail(err, IDM_REFUSED, "property %s is not set: %s",
		    property->name, property->says);
	}
	if (change->value == NULL)
		return IDM_OK;
	return property_check(property, idm_str_of(change->value), err);
}

/* Own identities of the default domain may be shown by their bare names. */
static enum idm_status
settle(const struct verb_call *call)
{
	struct cli_names names = {
		.request = &call->request,
		.force_move = true,
	};
	enum idm_status st;

	if (call->dry_run)
		return IDM_OK;
	st = cli_names_apply(&names);
	if (st != IDM_OK)
		cli_note("the property is set; own identities follow when "
			 "'idmap apply' succeeds");
	json_decref(names.changes);
	return st;
}

static enum verb_exit
run_change(const struct verb_call *call, struct change *change)
{
	struct cli_update update = {
		.request = &call->request,
		.dry_run = call->dry_run,
		.context = change,
	};
	struct idm_err err;
	enum idm_status st = check_change(change, &err);

	if (st != IDM_OK)
		cli_error("%s", err.text);
	else
		st = cli_update_run(&update, make_change);
	if (st == IDM_OK && is_default_domain(change->property))
		st = settle(call);
	if (st == IDM_OK && call->dry_run) {
		printf("would %s %s%s%s\nnothing was changed (--dry-run)\n",
		    change->value != NULL ? "set" : "unset",
		    change->property->name, change->value != NULL ? "=" : "",
		    change->value != NULL ? change->value : "");
	} else if (st == IDM_OK &&
	    change->property->effect == PROPERTY_PER_DOMAIN) {
		cli_note("%s is kept; it has no effect, for each domain has "
			 "its own: %s",
		    change->property->name, change->property->says);
	}
	return verb_exit_of(st);
}

enum verb_exit
verb_property_set(const struct verb_call *call)
{
	const char *sign = strchr(call->argv[0], '=');
	struct change change = { .value = NULL };
	struct idm_err err;

	if (sign == NULL) {
		cli_error(
		    "property set: '%s' is not name=value", call->argv[0]);
		return VERB_USAGE;
	}
	if (find_property(call->argv[0], (size_t)(sign - call->argv[0]),
		&change.property, &err) != IDM_OK) {
		cli_error("%s", err.text);
		return VERB_ABSENT;
	}
	change.value = sign + 1;
	return run_change(call, &change);
}

enum verb_exit
verb_property_unset(const struct verb_call *call)
{
	struct change change = { .value = NULL };
	struct idm_err err;

	if (find_property(call->argv[0], strlen(call->argv[0]),
		&change.property, &err) != IDM_OK) {
		cli_error("%s", err.text);
		return VERB_ABSENT;
	}
	return run_change(call, &change);
}
