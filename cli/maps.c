#include <string.h>

#include "map/shape.h"

#include "cli/mapopts.h"
#include "cli/maps.h"

struct idm_ruleset_name
cli_ruleset_of(const struct cli_request *request)
{
	if (cli_given(request, OPT_ATTRIBUTE))
		return (struct idm_ruleset_name){ IDM_RULESET_ATTRIBUTE,
			request->value[OPT_ATTRIBUTE] };
	return (struct idm_ruleset_name){ IDM_RULESET_SCHEME,
		request->value[OPT_SCHEME] };
}

const char *
cli_kind_word(enum idm_ruleset_kind kind)
{
	return kind == IDM_RULESET_SCHEME ? "scheme" : "attribute";
}

static const char *
advice(enum idm_status st)
{
	switch (st) {
	case IDM_NOTFOUND:
		return "'idmap apply' or 'idadmin -S scheme -I descr' makes "
		       "the first map, 'idmap restore' brings back a saved one";
	case IDM_CORRUPT:
		return "'idmap verify' says more, 'idmap restore' brings back "
		       "a saved map";
	case IDM_DENIED:
		return "it must be root's, and nobody else may write it; if "
		       "you do not trust it, 'idmap restore' brings back a "
		       "saved map";
	case IDM_OK:
	case IDM_REFUSED:
	case IDM_INVALID:
	case IDM_CONFLICT:
	case IDM_EXHAUSTED:
	case IDM_TEMPFAIL:
	case IDM_NOMEM:
	case IDM_SYSTEM:
		break;
	}
	return NULL;
}

enum idm_status
cli_advise(struct idm_err *err, enum idm_status st)
{
	struct idm_err cause = *err;

	if (advice(st) == NULL)
		return st;
	return idm_fail(err, st, "%s (%s)", cause.text, advice(st));
}

enum idm_status
cli_maps_open(struct idm_maps **maps, struct idm_err *err)
{
	enum idm_status st = idm_maps_open(IDM_STATEDIR, 0, maps, err);

	return st == IDM_OK || err == NULL ? st : cli_advise(err, st);
}

enum idm_status
cli_ruleset_read(const struct idm_view *view, struct idm_ruleset_name set,
    struct idm_ruleset *out, struct idm_err *err)
{
	char key[2 * IDM_SCHEME_MAX];
	struct idm_str value;
	enum idm_status st;
	struct idm_buf buf;

	st = idm_name_scheme(idm_str_of(set.name), err);
	if (st != IDM_OK)
		return idm_within(
		    err, st, "%s '%.64s'", cli_kind_word(set.kind), set.name);
	idm_buf_init_fixed(&buf, key, sizeof(key));
	idm_key_ruleset(&buf, set.kind, idm_str_of(set.name));
	st = idm_view_get(view, buf.data, buf.len, &value);
	if (st == IDM_NOTFOUND)
		return idm_fail(err, st, "there is no %s '%s'",
		    cli_kind_word(set.kind), set.name);
	if (st == IDM_OK)
		st = idm_ruleset_read(value, out, err);
	else
		(void)idm_fail(err, st, "its record is damaged");
	if (st != IDM_OK)
		return cli_advise(err,
		    idm_within(
			err, st, "%s '%s'", cli_kind_word(set.kind), set.name));
	return IDM_OK;
}

/* The name in an element of the list, "s/NAME"; false for another kind. */
static bool
take_name(struct idm_str element, enum idm_ruleset_kind kind, char *name)
{
	if (element.len < 3 || element.len - 2 > IDM_SCHEME_MAX ||
	    element.data[0] != (char)kind || element.data[1] != '/')
		return false;
	memcpy(name, element.data + 2, element.len - 2);
	name[element.len - 2] = '\0';
	return true;
}

enum idm_status
cli_ruleset_each(const struct idm_view *view, enum idm_ruleset_kind kind,
    enum idm_status (*each)(void *context, struct idm_str name,
	const struct idm_ruleset *, struct idm_err *),
    void *context, struct idm_err *err)
{
	struct idm_cursor list;
	struct idm_str value;
	enum idm_status st;
	uint32_t n = 0;

	st = idm_view_get(view, "rulesets", 8, &value);
	if (st == IDM_NOTFOUND)
		return IDM_OK;
	if (st == IDM_OK)
		st = idm_list_read(value, &list, &n, err);
	else
		(void)idm_fail(err, st, "the list of schemes is damaged");
	if (st != IDM_OK)
		return cli_advise(err, st);
	for (uint32_t i = 0; st == IDM_OK && i < n; i++) {
		char name[IDM_SCHEME_MAX + 1];
		struct idm_ruleset_name set = { kind, name };
		struct idm_ruleset ruleset;

		if (!take_name(idm_cursor_str(&list), kind, name))
			continue;
		st = cli_ruleset_read(view, set, &ruleset, err);
		if (st == IDM_OK)
			st = each(context, idm_str_of(name), &ruleset, err);
	}
	return st;
}

const char *
cli_local_of(const struct cli_request *request)
{
	return cli_given(request, OPT_VALUE) ? request->value[OPT_VALUE]
					     : request->value[OPT_LOGNAME];
}
