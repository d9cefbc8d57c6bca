#include <string.h>

#include "map/namemap.h"

#include "cli/explain.h"
#include "cli/json.h"
#include "cli/mapopts.h"
#include "cli/maps.h"
#include "cli/say.h"

/* What was found out about one name. */
struct answer {
	const char *name;
	enum idm_status status; /* of the match, then of its account */
	struct idm_err why;     /* unless IDM_OK */
	bool is_matched;        /* match says by which entry */
	struct idm_match match;
	bool has_account;
	struct idm_account account;
	bool is_served;          /* NSS and PAM would say the same */
	struct idm_err unserved; /* why not */
	json_t *steps;           /* NULL: they are printed as they come */
};

static void
take_step(void *context, const char *text)
{
	struct answer *answer = context;

	if (answer->steps != NULL) {
		(void)json_array_append_new(
		    answer->steps, cli_json_text(idm_str_of(text)));
		return;
	}
	fputs("  ", stdout);
	cli_put(stdout, idm_str_of(text));
	(void)putchar('\n');
}

/* Would NSS and PAM give this account for this name? */
static enum idm_status
check_served(const struct idm_maps *maps, const struct answer *answer,
    struct idm_err *err)
{
	struct idm_account account;
	struct idm_match match;
	bool is_foreign = false;
	enum idm_status st;

	st = idm_match_serving(
	    maps, idm_str_of(answer->name), &match, &is_foreign, NULL, err);
	if (!is_foreign)
		return idm_fail(err, IDM_NOTFOUND,
		    "scheme '%s' does not serve NSS (see --nss)",
		    answer->match.scheme);
	if (st == IDM_OK && strcmp(match.scheme, answer->match.scheme) != 0)
		return idm_fail(err, IDM_CONFLICT,
		    "scheme '%s' is asked first and answers finally",
		    match.scheme);
	if (st != IDM_OK)
		return idm_within(
		    err, st, "the first scheme that knows such names says no");
	if (maps->policy.alias_reply == IDM_REPLY_OFF)
		return idm_fail(err, IDM_REFUSED,
		    "idmap.conf says alias_reply = off, so NSS does not");
	return idm_match_account(
	    &match, &maps->policy, IDM_ACCOUNTDIR, true, &account, NULL, err);
}

static void
ask_scheme(
    const struct idm_maps *maps, const char *scheme, struct answer *answer)
{
	const struct idm_trace trace = { take_step, answer };
	enum idm_status st;

	st = idm_match_scheme(maps, scheme, idm_str_of(answer->name),
	    &answer->match, &trace, &answer->why);
	answer->is_matched = st == IDM_OK || st == IDM_REFUSED;
	if (st == IDM_OK) {
		st = idm_match_account(&answer->match, &maps->policy,
		    IDM_ACCOUNTDIR, false, &answer->account, &trace,
		    &answer->why);
		answer->has_account = st == IDM_OK;
	}
	answer->status = st;
	if (st == IDM_OK)
		answer->is_served = check_served(maps, answer,
					&answer->unserved) == IDM_OK;
}

static void
ask_attribute(
    const struct idm_maps *maps, const char *attribute, struct answer *answer)
{
	const struct idm_trace trace = { take_step, answer };

	answer->status = idm_match_attribute(maps, attribute,
	    idm_str_of(answer->name), &answer->match, &trace, &answer->why);
	answer->is_matched = answer->status == IDM_OK ||
	    answer->status == IDM_REFUSED;
}

static const char *
origin_word(const struct idm_match *match)
{
	return match->origin == IDM_ORIGIN_USER ? "user" : "system";
}

static void
print_answer(const struct answer *answer)
{
	printf("'");
	cli_put(stdout, idm_str_of(answer->name));
	if (answer->status == IDM_OK)
		printf("' is mapped to '%s' by the %s entry '%s %s'\n",
		    answer->match.result, origin_word(&answer->match),
		    answer->match.remote, answer->match.target);
	else if (answer->is_matched)
		printf("' is matched by the %s entry '%s %s', but not mapped: "
		       "%s\n",
		    origin_word(&answer->match), answer->match.remote,
		    answer->match.target, answer->why.text);
	else
		printf("' is not mapped: %s\n", answer->why.text);
	if (!answer->has_account)
		return;
	printf("the account has uid %lu and gid %lu\n",
	    (unsigned long)answer->account.uid,
	    (unsigned long)answer->account.gid);
	if (answer->is_served)
		printf("NSS and PAM serve it\n");
	else
		printf(
		    "NSS and PAM do not serve it: %s\n", answer->unserved.text);
}

static void
add_match(json_t *json, const struct answer *answer)
{
	json_t *entry = json_object();

	(void)json_object_set_new(
	    entry, "remote", cli_json_text(idm_str_of(answer->match.remote)));
	(void)json_object_set_new(
	    entry, "local", cli_json_text(idm_str_of(answer->match.target)));
	(void)json_object_set_new(
	    entry, "map", json_string(origin_word(&answer->match)));
	(void)json_object_set_new(json, "entry", entry);
}

static void
print_json(const struct answer *answer)
{
	json_t *json = json_object();
	bool is_mapped = answer->status == IDM_OK;

	(void)json_object_set_new(
	    json, "name", cli_json_text(idm_str_of(answer->name)));
	(void)json_object_set_new(json, "mapped", json_boolean(is_mapped));
	if (is_mapped)
		(void)json_object_set_new(json, "local",
		    cli_json_text(idm_str_of(answer->match.result)));
	else
		(void)json_object_set_new(json, "reason",
		    cli_json_text(idm_str_of(answer->why.text)));
	if (answer->is_matched)
		add_match(json, answer);
	if (answer->has_account) {
		(void)json_object_set_new(
		    json, "uid", json_integer(answer->account.uid));
		(void)json_object_set_new(
		    json, "gid", json_integer(answer->account.gid));
		(void)json_object_set_new(
		    json, "served", json_boolean(answer->is_served));
		if (!answer->is_served)
			(void)json_object_set_new(json, "unserved_reason",
			    cli_json_text(idm_str_of(answer->unserved.text)));
	}
	(void)json_object_set(json, "steps", answer->steps);
	cli_json_print(json);
}

static int
explain(const struct cli_request *request,
    void (*ask)(const struct idm_maps *, const char *, struct answer *))
{
	struct answer answer = { .name = request->value[OPT_TEST] };
	struct idm_ruleset_name set = cli_ruleset_of(request);
	struct idm_ruleset ruleset;
	struct idm_maps *maps = NULL;
	struct idm_err err;
	enum idm_status st;

	st = cli_maps_open(&maps, &err);
	if (st == IDM_OK)
		st = cli_ruleset_read(maps->map, set, &ruleset, &err);
	if (st != IDM_OK) {
		cli_error("%s", err.text);
	} else if (cli_given(request, OPT_JSON)) {
		answer.steps = json_array();
		ask(maps, set.name, &answer);
		print_json(&answer);
		json_decref(answer.steps);
	} else {
		ask(maps, set.name, &answer);
		print_answer(&answer);
	}
	idm_maps_close(&maps);
	return st == IDM_OK && answer.status == IDM_OK ? 0 : 1;
}

int
cli_explain_scheme(const struct cli_request *request)
{
	return explain(request, ask_scheme);
}

int
cli_explain_attribute(const struct cli_request *request)
{
	return explain(request, ask_attribute);
}
