#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "backends/backend.h"
#include "config/directorykey.h"
#include "config/domains.h"

#include "cli/domainjson.h"
#include "cli/domaintext.h"
#include "cli/json.h"
#include "cli/maps.h"
#include "cli/say.h"
#include "cli/verb_domain.h"

#define TEXT_MAX (1 << 20) /* bytes of a domain's file */

static enum verb_exit
failed(enum idm_status st, const struct idm_err *err)
{
	cli_error("%s", err->text);
	return verb_exit_of(st);
}

static void
print_domain(const struct idm_domain *domain)
{
	char range[24] = "-";
	char sid[IDM_SID_TEXT_MAX] = "-";

	if (domain->high > 0)
		(void)snprintf(
		    range, sizeof(range), "%u-%u", domain->low, domain->high);
	if (domain->sid.nsubs > 0)
		(void)idm_sid_format(&domain->sid, sid);
	printf("%-20s %-9s %-21s %s%s%s%s\n", domain->name,
	    cli_domain_backend(domain), range, sid,
	    domain->dns[0] != '\0' ? " " : "", domain->dns,
	    (domain->flags & IDM_DOMAIN_DEFAULT) != 0 ? " (default)" : "");
}

enum verb_exit
verb_domain_list(const struct verb_call *call)
{
	struct idm_maps *maps = NULL;
	struct idm_err err;
	enum idm_status st = cli_maps_open(&maps, &err);
	json_t *list = json_array();

	if (st != IDM_OK) {
		json_decref(list);
		return failed(st, &err);
	}
	for (uint32_t i = 0; i < maps->domains.n; i++) {
		if (call->json)
			(void)json_array_append_new(
			    list, cli_domain_json(&maps->domains.domain[i]));
		else
			print_domain(&maps->domains.domain[i]);
	}
	if (call->json)
		cli_json_print(json_pack("{s:O}", "domains", list));
	json_decref(list);
	idm_maps_close(&maps);
	return VERB_SUCCESS;
}

/* ---- What the file says. */

static void
print_mistake(void *context, const char *text)
{
	(void)context;
	cli_error("%s", text);
}

static enum idm_status
read_settings(const char *name, json_t *settings, char path[static PATH_MAX],
    struct idm_err *err)
{
	bool is_catch_all = strcmp(name, IDM_CATCH_ALL) == 0;
	char folded[IDM_DOMAIN_MAX + 1];
	enum idm_status st;
	int n;

	n = snprintf(path, PATH_MAX, "%s/%s%s", IDM_DOMAINS_DIR,
	    is_catch_all ? "" : name,
	    is_catch_all ? IDM_DEFAULT_FILE : IDM_DOMAIN_SUFFIX);
	if (n < 0 || n >= PATH_MAX)
		return idm_fail(err, IDM_INVALID, "the name is too long");
	st = idm_domain_name_of(path, folded, err);
	if (st == IDM_OK)
		st = cli_domain_settings(path, settings, print_mistake, err);
	return st;
}

static void
print_settings(const json_t *settings)
{
	struct idm_buf text;

	idm_buf_init(&text, TEXT_MAX);
	cli_domain_settings_put(&text, settings);
	fputs(idm_buf_text(&text), stdout);
	idm_buf_fini(&text);
}

/* As it is compiled, as comments, so that the whole is a domain's file. */
static void
print_compiled(const struct idm_domain *domain)
{
	if (domain == NULL) {
		printf("# not in force: run 'idmap apply'\n");
		return;
	}
	printf("# in force: ");
	print_domain(domain);
	for (unsigned i = 0; i < domain->nwindows; i++)
		printf("# RIDs from %u on: ids %u-%u\n",
		    domain->window[i].first_rid, domain->window[i].low,
		    domain->window[i].low + domain->rangesize - 1);
}

enum verb_exit
verb_domain_show(const struct verb_call *call)
{
	const struct idm_domain *domain = NULL;
	const char *name = call->argv[0];
	json_t *settings = json_object();
	struct idm_maps *maps = NULL;
	char path[PATH_MAX] = "";
	struct idm_err err;
	enum idm_status st;

	if (cli_maps_open(&maps, &err) == IDM_OK)
		domain = idm_domain_by_name(&maps->domains, idm_str_of(name));
	if (domain != NULL)
		name = domain->name;
	st = read_settings(name, settings, path, &err);
	if (st == IDM_NOTFOUND && domain != NULL)
		st = IDM_OK;
	else if (st == IDM_NOTFOUND)
		(void)idm_fail(
		    &err, IDM_NOTFOUND, "there is no domain '%s'", name);
	if (st == IDM_OK && call->json) {
		cli_json_print(json_pack("{s:s, s:s, s:O, s:o}", "name", name,
		    "file", path, "settings", settings, "in_force",
		    domain != NULL ? cli_domain_json(domain) : json_null()));
	} else if (st == IDM_OK) {
		printf("# %s\n", path);
		print_settings(settings);
		print_compiled(domain);
	}
	json_decref(settings);
	idm_maps_close(&maps);
	return st == IDM_OK ? VERB_SUCCESS : failed(st, &err);
}

/* ---- What there is to choose from. */

static json_t *
option_json(const struct idm_backend_option *option)
{
	static const char *const types[] = {
		[IDM_OPTION_NUMBER] = "number",
		[IDM_OPTION_BOOL] = "yes or no",
		[IDM_OPTION_WORD] = "word",
		[IDM_OPTION_TEXT] = "text",
	};
	json_t *object = json_pack("{s:s, s:s, s:b, s:s, s:s?}", "name",
	    option->name, "type", types[option->type], "required",
	    option->required, "brief", option->brief, "default", option->value);

	if (option->type == IDM_OPTION_NUMBER) {
		(void)json_object_set_new(
		    object, "min", json_integer((json_int_t)option->min));
		(void)json_object_set_new(
		    object, "max", json_integer((json_int_t)option->max));
	}
	if (option->words != NULL) {
		json_t *words = json_array();

		for (size_t i = 0; option->words[i] != NULL; i++)
			(void)json_array_append_new(
			    words, json_string(option->words[i]));
		(void)json_object_set_new(object, "words", words);
	}
	return object;
}

static json_t *
backend_json(const struct idm_backend *backend)
{
	json_t *options = json_array();

	for (const struct idm_backend_option *option = backend->options;
	     option->name != NULL; option++)
		(void)json_array_append_new(options, option_json(option));
	return json_pack("{s:s, s:s, s:b, s:b, s:b, s:b, s:b, s:o}", "name",
	    backend->name, "brief", backend->brief, "for_domain",
	    backend->for_domain, "for_catch_all", backend->for_catch_all,
	    "needs_sid", backend->needs_sid, "needs_range",
	    backend->needs_range, "allocates", backend->allocates, "options",
	    options);
}

static void
print_backend(const struct idm_backend *backend)
{
	printf("%s: %s\n", backend->name, backend->brief);
	for (const struct idm_backend_option *option = backend->options;
	     option->name != NULL; option++)
		printf("  %-16s %s%s%s%s\n", option->name, option->brief,
		    option->required            ? " (required)"
			: option->value != NULL ? " (default: "
						: "",
		    option->required || option->value == NULL ? ""
							      : option->value,
		    option->required || option->value == NULL ? "" : ")");
}

/* One setting of a section: into the list, or when that is NULL, printed. */
static void
tell_setting(
    json_t *list, const char *name, const char *value, const char *brief)
{
	if (list == NULL)
		printf("%-20s %s (%s)\n", name, brief, value);
	else
		(void)json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s}", "name", name, "value", value,
			"brief", brief));
}

/* The settings of a domain, or of its [directory]. */
static enum verb_exit
tell_settings(const struct verb_call *call, bool is_directory)
{
	const struct idm_domain_key *key = idm_domain_keys();
	json_t *list = call->json ? json_array() : NULL;

	for (; !is_directory && key->name != NULL; key++)
		tell_setting(list, key->name, key->value, key->brief);
	for (size_t i = 0; is_directory && idm_directory_key(i).name != NULL;
	     i++) {
		struct idm_directory_key row = idm_directory_key(i);

		tell_setting(list, row.name, row.value, row.brief);
	}
	if (list != NULL)
		cli_json_print(json_pack("{s:o}", "settings", list));
	return VERB_SUCCESS;
}

enum verb_exit
verb_domain_options_of(const struct verb_call *call)
{
	const struct idm_backend *backend;

	if (call->argc == 0)
		return tell_settings(call, false);
	if (strcmp(call->argv[0], CLI_SECTION_DIRECTORY) == 0)
		return tell_settings(call, true);
	backend = idm_backend_by_name(idm_str_of(call->argv[0]));
	if (backend == NULL) {
		cli_error("there is no backend '%s'; 'idmap domain choices' "
			  "lists them",
		    call->argv[0]);
		return VERB_ABSENT;
	}
	if (call->json)
		cli_json_print(backend_json(backend));
	else
		print_backend(backend);
	return VERB_SUCCESS;
}

enum verb_exit
verb_domain_choices(const struct verb_call *call)
{
	unsigned n;
	const struct idm_backend *const *all = idm_backend_all(&n);
	json_t *list = json_array();

	for (unsigned i = 0; i < n; i++) {
		if (call->json)
			(void)json_array_append_new(list, backend_json(all[i]));
		else
			printf("%-10s %-22s %s\n", all[i]->name,
			    !all[i]->for_domain         ? "catch-all"
				: all[i]->for_catch_all ? "domain or catch-all"
							: "domain",
			    all[i]->brief);
	}
	if (call->json)
		cli_json_print(json_pack("{s:O}", "backends", list));
	json_decref(list);
	return VERB_SUCCESS;
}
