#include <string.h>
#include <unistd.h>

#include "rules/textmap.h"

#include "cli/file.h"
#include "cli/json.h"
#include "cli/list.h"
#include "cli/mapopts.h"
#include "cli/maps.h"
#include "cli/say.h"

/* A listing of rulesets: what is known beyond the ruleset's own record. */
struct listing {
	const struct idm_maps *maps;
	json_t *json;
	int width; /* of the longest name */
	bool has_users;
};

static enum idm_status
measure(void *context, struct idm_str name, const struct idm_ruleset *ruleset,
    struct idm_err *err)
{
	struct listing *listing = context;

	(void)err;
	if (listing->width < (int)name.len)
		listing->width = (int)name.len;
	if (ruleset->user_mode)
		listing->has_users = true;
	return IDM_OK;
}

/* The place among the schemes that serve NSS, from 1; 0: it does not. */
static unsigned
serving_place(const struct idm_maps *maps, struct idm_str name)
{
	for (uint32_t i = 0; i < maps->nserving; i++)
		if (idm_str_is(name, maps->serving[i].scheme))
			return i + 1;
	return 0;
}

static enum idm_status
print_scheme(void *context, struct idm_str name,
    const struct idm_ruleset *ruleset, struct idm_err *err)
{
	const struct listing *listing = context;
	char text[IDM_DESCRIPTOR_TEXT_MAX];

	(void)err;
	printf("%-*.*s %-6s %-10s %8llu %s\n", listing->width, (int)name.len,
	    name.data, ruleset->user_mode ? "USER" : "SECURE",
	    idm_descriptor_format(&ruleset->descriptor, text),
	    (unsigned long long)ruleset->entries,
	    serving_place(listing->maps, name) != 0 ? "nss" : "-");
	return IDM_OK;
}

static enum idm_status
print_attribute(void *context, struct idm_str name,
    const struct idm_ruleset *ruleset, struct idm_err *err)
{
	const struct listing *listing = context;
	char text[IDM_DESCRIPTOR_TEXT_MAX];

	(void)err;
	printf("%-*.*s %-10s %8llu\n", listing->width, (int)name.len, name.data,
	    idm_descriptor_format(&ruleset->descriptor, text),
	    (unsigned long long)ruleset->entries);
	return IDM_OK;
}

static const char *
serve_word(uint8_t serve)
{
	return serve == IDM_SERVE_YES ? "yes"
	    : serve == IDM_SERVE_NO   ? "no"
				      : "auto";
}

/* What is known of any ruleset. */
static json_t *
ruleset_json(struct idm_ruleset_name set, const struct idm_ruleset *ruleset)
{
	char text[IDM_DESCRIPTOR_TEXT_MAX];

	return json_pack("{s:s, s:s, s:I}", cli_kind_word(set.kind), set.name,
	    "descriptor", idm_descriptor_format(&ruleset->descriptor, text),
	    "count", (json_int_t)ruleset->entries);
}

/* What is known of a scheme only. */
static void
add_scheme_json(json_t *json, const struct idm_maps *maps,
    struct idm_ruleset_name set, const struct idm_ruleset *ruleset)
{
	unsigned place = serving_place(maps, idm_str_of(set.name));

	(void)json_object_set_new(
	    json, "mode", json_string(ruleset->user_mode ? "USER" : "SECURE"));
	(void)json_object_set_new(
	    json, "nss", json_string(serve_word(ruleset->serve)));
	(void)json_object_set_new(json, "serves_nss", json_boolean(place != 0));
}

static enum idm_status
collect(struct listing *listing, struct idm_ruleset_name set,
    const struct idm_ruleset *ruleset)
{
	json_t *json = ruleset_json(set, ruleset);

	if (set.kind == IDM_RULESET_SCHEME)
		add_scheme_json(json, listing->maps, set, ruleset);
	(void)json_array_append_new(listing->json, json);
	return IDM_OK;
}

static enum idm_status
collect_scheme(void *context, struct idm_str name,
    const struct idm_ruleset *ruleset, struct idm_err *err)
{
	struct idm_ruleset_name set = { IDM_RULESET_SCHEME, name.data };

	(void)err;
	return collect(context, set, ruleset);
}

static enum idm_status
collect_attribute(void *context, struct idm_str name,
    const struct idm_ruleset *ruleset, struct idm_err *err)
{
	struct idm_ruleset_name set = { IDM_RULESET_ATTRIBUTE, name.data };

	(void)err;
	return collect(context, set, ruleset);
}

/* How the rulesets of a kind are printed. */
struct style {
	enum idm_ruleset_kind kind;
	const char *head; /* of the names' column */
	const char *heads;
	enum idm_status (*print)(void *, struct idm_str,
	    const struct idm_ruleset *, struct idm_err *);
	enum idm_status (*collect)(void *, struct idm_str,
	    const struct idm_ruleset *, struct idm_err *);
};

static const struct style scheme_style = {
	.kind = IDM_RULESET_SCHEME,
	.head = "SCHEME",
	.heads = "MODE   DESCRIPTOR  ENTRIES NSS",
	.print = print_scheme,
	.collect = collect_scheme,
};

static const struct style attribute_style = {
	.kind = IDM_RULESET_ATTRIBUTE,
	.head = "ATTRIBUTE",
	.heads = "DESCRIPTOR  ENTRIES",
	.print = print_attribute,
	.collect = collect_attribute,
};

static enum idm_status
list_as_json(
    struct listing *listing, const struct style *style, struct idm_err *err)
{
	enum idm_status st;

	listing->json = json_array();
	st = cli_ruleset_each(
	    listing->maps->map, style->kind, style->collect, listing, err);
	if (st == IDM_OK)
		cli_json_print(listing->json);
	else
		json_decref(listing->json);
	return st;
}

static enum idm_status
list_as_text(
    struct listing *listing, const struct style *style, struct idm_err *err)
{
	/* Headings are for eyes; what scripts read has none. */
	bool has_heads = isatty(STDOUT_FILENO) == 1;
	enum idm_status st;

	if (has_heads)
		listing->width = (int)strlen(style->head);
	st = cli_ruleset_each(
	    listing->maps->map, style->kind, measure, listing, err);
	if (st != IDM_OK)
		return st;
	if (has_heads)
		printf("%-*s %s\n", listing->width, style->head, style->heads);
	return cli_ruleset_each(
	    listing->maps->map, style->kind, style->print, listing, err);
}

static int
list_rulesets(const struct cli_request *request, const struct style *style)
{
	struct listing listing = { 0 };
	struct idm_maps *maps = NULL;
	struct idm_err err;
	enum idm_status st;

	st = cli_maps_open(&maps, &err);
	listing.maps = maps;
	if (st == IDM_OK)
		st = cli_given(request, OPT_JSON)
		    ? list_as_json(&listing, style, &err)
		    : list_as_text(&listing, style, &err);
	if (st != IDM_OK)
		cli_error("%s", err.text);
	else if (listing.has_users && maps->users == NULL)
		cli_note("the users' map is not available: no name of a USER "
			 "scheme is mapped; is idmapd running? then "
			 "'idadmin -S scheme -u' sets it up");
	idm_maps_close(&maps);
	return st == IDM_OK ? 0 : 1;
}

int
cli_list_schemes(const struct cli_request *request)
{
	return list_rulesets(request, &scheme_style);
}

int
cli_list_attributes(const struct cli_request *request)
{
	return list_rulesets(request, &attribute_style);
}

/* Does the request ask for this entry? */
static bool
is_wanted(const struct cli_request *request, const struct idm_entry *entry)
{
	const char *local = cli_local_of(request);

	return local == NULL || idm_str_is(entry->target, local);
}

static void
entries_as_json(const struct cli_request *request, const struct idm_maps *maps,
    const struct idm_ruleset *ruleset, const struct idm_entries *entries)
{
	struct idm_ruleset_name set = cli_ruleset_of(request);
	json_t *head = ruleset_json(set, ruleset);
	struct cli_json_list list;

	if (set.kind == IDM_RULESET_SCHEME)
		add_scheme_json(head, maps, set, ruleset);
	cli_json_begin(&list, head, "entries");
	for (size_t i = 0; i < entries->n; i++)
		if (is_wanted(request, &entries->entry[i]))
			cli_json_put(&list, cli_json_entry(&entries->entry[i]));
	cli_json_end(&list);
}

static void
entries_as_text(const struct cli_request *request,
    const struct idm_ruleset *ruleset, const struct idm_entries *entries)
{
	char bytes[2 * IDM_REMOTE_MAX + 64];
	struct idm_buf line;

	idm_buf_init_fixed(&line, bytes, sizeof(bytes));
	if (cli_local_of(request) == NULL)
		idm_textmap_head(&line, &ruleset->descriptor);
	for (size_t i = 0; i < entries->n; i++) {
		(void)fwrite(line.data, 1, line.len, stdout);
		idm_buf_clear(&line);
		if (is_wanted(request, &entries->entry[i]))
			idm_textmap_line(&line, &entries->entry[i]);
	}
	(void)fwrite(line.data, 1, line.len, stdout);
}

/* Read what is to be listed; the maps stay open, the ruleset lends from it. */
static enum idm_status
load(const struct cli_request *request, struct idm_maps **maps,
    struct idm_ruleset *ruleset, struct idm_entries *entries,
    struct idm_err *err)
{
	struct idm_ruleset_name set = cli_ruleset_of(request);
	enum idm_status st;

	st = cli_maps_open(maps, err);
	if (st == IDM_OK)
		st = cli_ruleset_read((*maps)->map, set, ruleset, err);
	if (st != IDM_OK)
		return st;
	st = idm_entries_load((*maps)->map, set, entries, err);
	return st == IDM_OK ? st : cli_advise(err, st);
}

int
cli_list_entries(const struct cli_request *request)
{
	struct idm_entries entries = { 0 };
	struct idm_ruleset ruleset;
	struct idm_maps *maps = NULL;
	struct idm_err err;
	enum idm_status st;

	st = load(request, &maps, &ruleset, &entries, &err);
	if (st != IDM_OK)
		cli_error("%s", err.text);
	else if (cli_given(request, OPT_JSON))
		entries_as_json(request, maps, &ruleset, &entries);
	else
		entries_as_text(request, &ruleset, &entries);
	idm_entries_free(&entries);
	idm_maps_close(&maps);
	return st == IDM_OK ? 0 : 1;
}

/* The whole text form; the buffer is freed by the caller. */
static enum idm_status
compose(const struct cli_request *request, struct idm_buf *text,
    struct idm_err *err)
{
	struct idm_entries entries = { 0 };
	struct idm_ruleset ruleset;
	struct idm_maps *maps = NULL;
	enum idm_status st;

	st = load(request, &maps, &ruleset, &entries, err);
	if (st == IDM_OK) {
		idm_textmap_head(text, &ruleset.descriptor);
		for (size_t i = 0; i < entries.n; i++)
			idm_textmap_line(text, &entries.entry[i]);
		st = idm_buf_status(text, err);
	}
	idm_entries_free(&entries);
	idm_maps_close(&maps);
	return st;
}

int
cli_export(const struct cli_request *request)
{
	struct idm_buf text;
	struct idm_err err;
	enum idm_status st;

	if (request->operand == NULL || strcmp(request->operand, "-") == 0)
		return cli_list_entries(request);
	idm_buf_init(&text, CLI_FILE_MAX);
	st = compose(request, &text, &err);
	if (st == IDM_OK)
		st = cli_file_replace(request->operand,
		    (struct idm_str){ text.data, text.len }, NULL, &err);
	if (st != IDM_OK)
		cli_error("%s", err.text);
	idm_buf_fini(&text);
	return st == IDM_OK ? 0 : 1;
}
