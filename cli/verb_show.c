#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "backends/backend.h"
#include "cli/ask.h"
#include "cli/json.h"
#include "cli/resolver.h"
#include "cli/say.h"
#include "cli/settle.h"
#include "cli/told.h"
#include "cli/verb_mappings.h"

#define TEXT_MAX  65536
#define NOBODY_ID 65534u

enum { SHOW_CREATE, SHOW_VERBOSE, SHOW_TRACE };
const struct verb_option verb_show_options[] = {
	[SHOW_CREATE] = { 'c', "create", NULL,
	    "give it an id if it has none (root)" },
	[SHOW_VERBOSE] = { 'v', "verbose", NULL, "how it was found" },
	[SHOW_TRACE] = { 'V', "trace", NULL, "each step, and why" },
	{ .name = NULL },
};

/* One question, and what came of it. */
struct showing {
	const struct verb_call *call;
	struct idm_str text; /* of the identity, without its type */
	struct idm_resolution found;
	enum idm_status status;
	struct idm_err why;
	bool is_malformed;    /* nothing could be asked, and why says why */
	struct idm_buf trace; /* lines */
};

static void
keep_line(void *context, const char *line)
{
	struct showing *showing = context;

	idm_buf_puts(&showing->trace, "\t");
	cli_clean(&showing->trace, idm_str_of(line));
	idm_buf_puts(&showing->trace, "\n");
}

/* ---- As text. */

/* What was asked, its type as precise as is known now. */
static void
put_from(struct idm_buf *buf, const struct showing *showing)
{
	const struct idm_resolved *from = &showing->found.from;

	idm_buf_puts(buf, idm_idtype_name(from->type));
	idm_buf_puts(buf, from->type == IDM_ID_NONE ? "" : ":");
	cli_clean(buf, showing->text);
}

static void
print_mapping(const struct showing *showing, const struct idm_resolved *to)
{
	struct idm_buf line;

	idm_buf_init(&line, TEXT_MAX);
	put_from(&line, showing);
	idm_buf_puts(&line, " -> ");
	cli_identity_put(&line, to);
	printf("%s\n", idm_buf_text(&line));
	idm_buf_fini(&line);
}

/* Solaris' fallback, beside an error only: nobody. */
static void
print_nobody(const struct showing *showing)
{
	const struct idm_resolved *from = &showing->found.from;
	bool is_group = from->type == IDM_ID_GSID ||
	    from->type == IDM_ID_WINGROUP ||
	    showing->found.to.type == IDM_ID_GID;
	const struct idm_resolved nobody = {
		.type = is_group ? IDM_ID_GID : IDM_ID_UID,
		.id = NOBODY_ID,
	};

	if (idm_idtype_is_windows(from->type))
		print_mapping(showing, &nobody);
}

/* A rule with the tabs that "idmap list" has. */
static void
print_rule(FILE *out, const char *rule)
{
	fputs("Rule:", out);
	while (*rule != '\0') {
		size_t len = strcspn(rule, "\t");

		fputc('\t', out);
		cli_put(out, (struct idm_str){ rule, len });
		rule += len + (rule[len] == '\t');
	}
	fputc('\n', out);
}

/* Of a directory: what it told, and whom it means by SID and by number. */
static void
print_account(FILE *out, const struct idm_resolution *found)
{
	bool to_windows = idm_idtype_is_windows(found->to.type);
	const struct idm_resolved *win = to_windows ? &found->to : &found->from;
	const struct idm_resolved *unix = to_windows ? &found->from
						     : &found->to;
	char sid[IDM_SID_TEXT_MAX];
	struct idm_buf told;

	idm_buf_init(&told, TEXT_MAX);
	cli_told_put(&told, found);
	fputs(idm_buf_text(&told), out);
	idm_buf_fini(&told);
	if (win->sid.nsubs > 0)
		fprintf(out, "SID:\t%s\n", idm_sid_format(&win->sid, sid));
	if (unix->has_id)
		fprintf(out, "%s:\t%lu\n",
		    found->kind == IDM_KIND_GROUP ? "GID" : "UID",
		    (unsigned long)unix->id);
}

static void
print_field(FILE *out, const char *name, const char *text)
{
	fprintf(out, "%s:\t", name);
	cli_put(out, idm_str_of(text));
	fputc('\n', out);
}

static void
print_how(FILE *out, const struct showing *showing)
{
	const struct idm_resolution *found = &showing->found;
	bool is_found = showing->status == IDM_OK;
	struct idm_buf method;

	idm_buf_init(&method, TEXT_MAX);
	cli_method_put(&method, found);
	if (is_found)
		fprintf(out, "Source:\t%s\n", idm_source_name(found->source));
	if (method.len > 0)
		fprintf(out, "%s:\t%s\n", is_found ? "Method" : "Failed Method",
		    idm_buf_text(&method));
	if (found->dn[0] != '\0')
		print_field(out, "DN", found->dn);
	if (found->attribute[0] != '\0')
		print_field(out, "Attribute", found->attribute);
	if (is_found && found->when != 0)
		print_account(out, found);
	if (found->rule[0] != '\0')
		print_rule(out, found->rule);
	idm_buf_fini(&method);
}

static void
print_text(struct showing *showing)
{
	const struct verb_call *call = showing->call;
	bool wants_more = call->given[SHOW_VERBOSE] || call->given[SHOW_TRACE];
	bool is_found = showing->status == IDM_OK;
	FILE *out = is_found ? stdout : stderr;

	if (is_found)
		print_mapping(showing, &showing->found.to);
	else if (call->given[SHOW_CREATE])
		print_nobody(showing);
	if (!is_found && wants_more)
		fprintf(out, "Error:\t%s\n", showing->why.text);
	else if (!is_found)
		cli_error("%s: %s",
		    call->argv[0][0] != '\0' ? call->argv[0] : "\"\"",
		    showing->why.text);
	if (call->given[SHOW_VERBOSE])
		print_how(out, showing);
	if (call->given[SHOW_TRACE])
		fprintf(out, "Trace:\n%s", idm_buf_text(&showing->trace));
}

/* ---- As JSON. */

static json_t *
side_json(const struct idm_resolved *side)
{
	json_t *object = json_pack(
	    "{s:s}", "type", idm_idtype_name(side->type));
	char sid[IDM_SID_TEXT_MAX];

	if (side->sid.nsubs > 0)
		(void)json_object_set_new(object, "sid",
		    json_string(idm_sid_format(&side->sid, sid)));
	if (side->has_id)
		(void)json_object_set_new(
		    object, "id", json_integer((json_int_t)side->id));
	if (side->name[0] != '\0')
		(void)json_object_set_new(
		    object, "name", cli_json_text(idm_str_of(side->name)));
	if (side->domain[0] != '\0')
		(void)json_object_set_new(
		    object, "domain", cli_json_text(idm_str_of(side->domain)));
	return object;
}

static const char *
direction_word(enum idm_rule_direction direction)
{
	if (direction == IDM_RULE_BOTH)
		return "both";
	return direction == IDM_RULE_TO_UNIX ? "to-unix" : "to-windows";
}

static json_t *
lines_json(struct idm_str text)
{
	json_t *lines = json_array();

	while (text.len > 0) {
		const char *end = memchr(text.data, '\n', text.len);
		size_t len = end == NULL ? text.len : (size_t)(end - text.data);

		/* Without the tab in front. */
		(void)json_array_append_new(lines,
		    cli_json_text((struct idm_str){ text.data + 1, len - 1 }));
		text.data += len + 1;
		text.len -= len + 1;
	}
	return lines;
}

static void
add_how(json_t *object, const struct idm_resolution *found)
{
	const char kind[] = { (char)found->kind, '\0' };

	(void)json_object_update_new(object,
	    json_pack("{s:o, s:s, s:s, s:s, s:s}", "to", side_json(&found->to),
		"method", idm_method_name(found->method), "source",
		idm_source_name(found->source), "direction",
		direction_word(found->direction), "kind", kind));
	cli_told_json(object, found);
	if (found->backend != NULL)
		(void)json_object_set_new(
		    object, "backend", json_string(found->backend));
}

static void
print_json(struct showing *showing)
{
	const struct idm_resolution *found = &showing->found;
	json_t *object = json_pack("{s:o, s:s}", "from",
	    side_json(&found->from), "status",
	    idm_status_name(showing->status));

	if (showing->status == IDM_OK) {
		add_how(object, found);
	} else {
		(void)json_object_update_new(object,
		    json_pack("{s:s, s:o}", "reason",
			idm_reason_name(found->reason), "error",
			cli_json_text(idm_str_of(showing->why.text))));
	}
	if (found->rule[0] != '\0')
		(void)json_object_set_new(
		    object, "rule", json_string(found->rule));
	if (found->dn[0] != '\0')
		(void)json_object_set_new(
		    object, "dn", cli_json_text(idm_str_of(found->dn)));
	if (found->attribute[0] != '\0')
		(void)json_object_set_new(object, "attribute",
		    cli_json_text(idm_str_of(found->attribute)));
	if (showing->call->given[SHOW_TRACE])
		(void)json_object_set_new(object, "trace",
		    lines_json((struct idm_str){
			showing->trace.data, showing->trace.len }));
	cli_json_print(object);
}

/* ---- The question. */

static enum idm_status
parse(const struct verb_call *call, struct idm_identity *identity,
    enum idm_idtype *target, struct idm_err *err)
{
	enum idm_status st;

	*target = IDM_ID_NONE;
	st = idm_identity_parse(idm_str_of(call->argv[0]), identity, err);
	if (st == IDM_OK && call->argc > 1)
		st = idm_idtype_parse(idm_str_of(call->argv[1]), target, err);
	return st;
}

static enum idm_status
ask(struct showing *showing, struct idm_err *err)
{
	const struct verb_call *call = showing->call;
	const struct idm_trace trace = { keep_line, showing };
	struct idm_identity identity;
	struct cli_resolver with;
	enum idm_idtype target;
	enum idm_status st;

	st = parse(call, &identity, &target, err);
	if (st != IDM_OK) {
		showing->is_malformed = true;
		showing->found.reason = IDM_REASON_SENSE;
		showing->status = st;
		showing->why = *err;
		return st;
	}
	showing->text = identity.text;
	st = cli_resolver_open(&with, err);
	if (st == IDM_OK) {
		with.resolver.inquired = &cli_inquired;
		with.resolver.create = call->given[SHOW_CREATE];
		if (call->given[SHOW_TRACE])
			with.resolver.trace = &trace;
		showing->status = idm_resolve(&with.resolver, &identity, target,
		    &showing->found, &showing->why);
	}
	cli_resolver_close(&with);
	return st;
}

/* The first id of a host: who asks for one means the store to be used. */
static bool
is_first_id(const struct showing *showing)
{
	const struct verb_call *call = showing->call;

	return showing->status == IDM_TEMPFAIL && call->given[SHOW_CREATE] &&
	    call->batch == NULL && cli_settle_state(&call->request);
}

enum verb_exit
verb_test(const struct verb_call *call)
{
	struct verb_call show = *call;

	show.given[SHOW_VERBOSE] = true;
	show.given[SHOW_TRACE] = true;
	return verb_show(&show);
}

enum verb_exit
verb_show(const struct verb_call *call)
{
	struct showing showing = { .call = call };
	struct idm_err err;
	enum idm_status st;

	idm_buf_init(&showing.trace, 1 << 24);
	st = ask(&showing, &err);
	if (st == IDM_OK && is_first_id(&showing)) {
		showing.trace.len = 0;
		st = ask(&showing, &err);
	}
	if (call->json && (st == IDM_OK || showing.is_malformed)) {
		print_json(&showing);
		st = showing.status;
	} else if (st != IDM_OK) {
		cli_error("%s", err.text);
	} else {
		print_text(&showing);
		st = showing.status;
	}
	idm_buf_fini(&showing.trace);
	return verb_exit_of(st);
}
