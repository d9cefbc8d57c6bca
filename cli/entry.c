#include <stdlib.h>
#include <string.h>

#include "map/namemap.h"
#include "rules/textmap.h"

#include "cli/entry.h"
#include "cli/mapopts.h"
#include "cli/maps.h"
#include "cli/policy.h"
#include "cli/say.h"
#include "cli/sheet.h"
#include "cli/update.h"

/* Does the target name an account, and not a field or a refusal? */
static bool
names_account(const struct idm_entry *entry)
{
	struct idm_target target;

	return idm_target_parse(entry->target, &target, NULL) == IDM_OK &&
	    target.kind == IDM_TARGET_NAME;
}

/*
 * Say when NSS and PAM will not serve the account, which those who look at
 * the entry alone would not guess.
 */
static void
warn_unserved(const struct idm_policy *policy, const struct idm_entry *entry,
    const struct idm_account *account)
{
	struct idm_match match = {
		.origin = IDM_ORIGIN_SYSTEM,
		.literal = idm_pattern_is_literal(entry->remote),
		.privileged = (entry->flags & IDM_ENTRY_PRIVILEGED) != 0,
	};
	struct idm_err err;

	if (idm_match_allows(&match, policy, account, false, &err) != IDM_OK)
		cli_note("nobody will be mapped by this entry: %s", err.text);
	else if (idm_match_allows(&match, policy, account, true, &err) !=
	    IDM_OK)
		cli_note("NSS and PAM will not serve this entry: %s", err.text);
}

/* The login must exist, unless --force says that it will. */
static enum idm_status
check_login(const struct cli_update *update, struct idm_entry *entry,
    struct idm_err *err)
{
	struct idm_account account;
	struct idm_policy policy;
	enum idm_status st;

	st = idm_account_by_name(IDM_ACCOUNTDIR, entry->target, &account, err);
	if (st == IDM_NOTFOUND && cli_given(update->request, OPT_FORCE)) {
		entry->flags |= IDM_ENTRY_FORCED;
		return IDM_OK;
	}
	if (st == IDM_NOTFOUND)
		return idm_fail(err, st,
		    "there is no user '%.*s' in %s/passwd; if there will be, "
		    "add the entry with --force",
		    (int)entry->target.len, entry->target.data, IDM_ACCOUNTDIR);
	if (st == IDM_OK)
		st = cli_policy_read(
		    idm_rewrite_view(update->rewrite), &policy, err);
	if (st == IDM_OK)
		warn_unserved(&policy, entry, &account);
	return st;
}

static enum idm_status
check_entry(
    struct cli_update *update, struct idm_entry *entry, struct idm_err *err)
{
	const struct idm_view *view;
	struct idm_ruleset ruleset;
	enum idm_status st;

	st = cli_update_view(update, &view, err);
	if (st == IDM_OK)
		st = cli_ruleset_read(view, update->set, &ruleset, err);
	if (st != IDM_OK)
		return st;
	if (cli_entry_judge(&ruleset.descriptor, update->set.kind, entry, NULL,
		err) != CLI_FAULTS)
		return idm_within(err, IDM_INVALID, "%s '%.32s'",
		    cli_kind_word(update->set.kind), update->set.name);
	if (update->set.kind == IDM_RULESET_SCHEME && names_account(entry))
		return check_login(update, entry, err);
	return IDM_OK;
}

static enum idm_status
change_add(struct cli_update *update, struct idm_err *err)
{
	const struct cli_request *request = update->request;
	struct idm_entry entry = {
		.remote = idm_str_of(request->value[OPT_REMOTE]),
		.target = idm_str_of(cli_local_of(request)),
	};
	bool unchanged = false;
	enum idm_status st;

	if (cli_given(request, OPT_PRIVILEGED))
		entry.flags |= IDM_ENTRY_PRIVILEGED;
	st = check_entry(update, &entry, err);
	if (st == IDM_OK)
		st = idm_edit_add(
		    update->rewrite, update->set, &entry, &unchanged, err);
	if (st != IDM_OK)
		return st;
	if (unchanged)
		idm_buf_puts(&update->changes, "unchanged");
	else
		cli_update_note(update, NULL, &entry);
	if (update->dry_run)
		printf("%s: %s %s\n",
		    unchanged ? "is there already" : "would add",
		    request->value[OPT_REMOTE], cli_local_of(request));
	return IDM_OK;
}

int
cli_add(const struct cli_request *request)
{
	struct cli_update update = cli_update_of(request);

	return cli_update_run(&update, change_add) == IDM_OK ? 0 : 1;
}

/* The entries that a request removes. */
struct removal {
	struct idm_entry *entry; /* owned; the texts are all's, or argv's */
	size_t n;
	struct idm_entries all;
	struct idm_descriptor descriptor;
};

static bool
is_doomed(const struct cli_request *request, const struct idm_entry *entry)
{
	if (cli_given(request, OPT_REMOTE))
		return idm_str_is(entry->remote, request->value[OPT_REMOTE]);
	return idm_str_is(entry->target, cli_local_of(request));
}

/* -r: the one entry, which must map to what -l says. */
static enum idm_status
select_one(struct cli_update *update, const struct idm_view *view,
    struct removal *removal, struct idm_err *err)
{
	const struct cli_request *request = update->request;
	struct idm_str remote = idm_str_of(request->value[OPT_REMOTE]);
	struct idm_str local = idm_str_of(cli_local_of(request));
	struct idm_entry there;
	enum idm_status st;

	st = idm_entries_find(view, update->set, remote, &there, err);
	if (st != IDM_OK)
		return st;
	if (idm_str_compare(there.target, local) != 0)
		return idm_fail(err, IDM_CONFLICT,
		    "'%.100s' maps to '%.*s', not to '%.100s'", remote.data,
		    (int)(there.target.len > 100 ? 100 : there.target.len),
		    there.target.data, local.data);
	removal->entry[0].remote = remote;
	removal->entry[0].target = local;
	removal->n = 1;
	return IDM_OK;
}

/* Without -r: all that map to what -l says. */
static enum idm_status
select_all(
    struct cli_update *update, struct removal *removal, struct idm_err *err)
{
	for (size_t i = 0; i < removal->all.n; i++)
		if (is_doomed(update->request, &removal->all.entry[i]))
			removal->entry[removal->n++] = removal->all.entry[i];
	if (removal->n > 0)
		return IDM_OK;
	return idm_fail(err, IDM_NOTFOUND,
	    "no entry of %s '%s' maps to '%.100s'",
	    cli_kind_word(update->set.kind), update->set.name,
	    cli_local_of(update->request));
}

/* A single entry is found without loading the rest, but for a dry run. */
static enum idm_status
select_doomed(
    struct cli_update *update, struct removal *removal, struct idm_err *err)
{
	bool is_one = cli_given(update->request, OPT_REMOTE);
	const struct idm_view *view;
	struct idm_ruleset ruleset;
	enum idm_status st;

	st = cli_update_view(update, &view, err);
	if (st == IDM_OK)
		st = cli_ruleset_read(view, update->set, &ruleset, err);
	if (st != IDM_OK)
		return st;
	removal->descriptor = ruleset.descriptor;
	if (!is_one || update->dry_run)
		st = idm_entries_load(view, update->set, &removal->all, err);
	if (st != IDM_OK)
		return cli_advise(err, st);
	removal->entry = calloc(removal->all.n + 1, sizeof(*removal->entry));
	if (removal->entry == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	return is_one ? select_one(update, view, removal, err)
		      : select_all(update, removal, err);
}

static enum idm_status
change_delete(struct cli_update *update, struct idm_err *err)
{
	struct removal *removal = update->context;
	enum idm_status st = select_doomed(update, removal, err);

	for (size_t i = 0; st == IDM_OK && i < removal->n; i++) {
		const struct idm_entry *entry = &removal->entry[i];

		st = idm_edit_delete(
		    update->rewrite, update->set, entry->remote, err);
		cli_update_note(update, entry, NULL);
	}
	return st;
}

/* The entry that the present maps find for a name. */
static bool
find_match(const struct cli_update *update, const struct idm_maps *maps,
    struct idm_str name, struct idm_match *match)
{
	enum idm_status st;

	if (update->set.kind == IDM_RULESET_SCHEME)
		st = idm_match_scheme(
		    maps, update->set.name, name, match, NULL, NULL);
	else
		st = idm_match_attribute(
		    maps, update->set.name, name, match, NULL, NULL);
	return st == IDM_OK || st == IDM_REFUSED;
}

/* After the change: which entries match the names that had their own. */
static void
tell_matches(const struct cli_update *update, const struct removal *removal)
{
	struct idm_maps *maps = NULL;
	struct idm_match match;
	struct idm_err err;

	if (cli_maps_open(&maps, &err) != IDM_OK)
		return;
	for (size_t i = 0; i < removal->n; i++) {
		struct idm_str name = removal->entry[i].remote;

		if (idm_pattern_is_literal(name) &&
		    find_match(update, maps, name, &match))
			cli_note("'%.*s' is matched by '%s %s' now",
			    (int)name.len, name.data, match.remote,
			    match.target);
	}
	idm_maps_close(&maps);
}

/* Before the change: the first pattern that stays and matches the name. */
static const struct idm_entry *
find_heir(const struct cli_update *update, const struct removal *removal,
    struct idm_str name)
{
	struct idm_fields fields;

	if (idm_descriptor_try(&removal->descriptor, name, &fields) !=
	    IDM_SPLIT_GOOD)
		return NULL;
	for (size_t i = 0; i < removal->all.n; i++) {
		const struct idm_entry *entry = &removal->all.entry[i];

		if (!idm_pattern_is_literal(entry->remote) &&
		    !is_doomed(update->request, entry) &&
		    idm_entry_match(&removal->descriptor, entry, &fields))
			return entry;
	}
	return NULL;
}

static void
foretell_matches(const struct cli_update *update, const struct removal *removal)
{
	for (size_t i = 0; i < removal->n; i++) {
		struct idm_str name = removal->entry[i].remote;
		const struct idm_entry *heir = NULL;

		if (idm_pattern_is_literal(name))
			heir = find_heir(update, removal, name);
		if (heir != NULL)
			cli_note("'%.*s' would be matched by '%.*s %.*s'",
			    (int)name.len, name.data, (int)heir->remote.len,
			    heir->remote.data, (int)heir->target.len,
			    heir->target.data);
	}
}

static void
print_removed(const struct cli_update *update, const struct removal *removal)
{
	char bytes[2 * IDM_REMOTE_MAX + 64];
	struct idm_buf line;

	idm_buf_init_fixed(&line, bytes, sizeof(bytes));
	for (size_t i = 0; i < removal->n; i++) {
		idm_buf_clear(&line);
		if (update->dry_run)
			idm_buf_puts(&line, "would delete: ");
		idm_textmap_line(&line, &removal->entry[i]);
		(void)fwrite(line.data, 1, line.len, stdout);
	}
}

int
cli_delete(const struct cli_request *request)
{
	struct cli_update update = cli_update_of(request);
	struct removal removal = { 0 };
	enum idm_status st;

	update.context = &removal;
	st = cli_update_run(&update, change_delete);
	if (st == IDM_OK) {
		print_removed(&update, &removal);
		if (update.dry_run)
			foretell_matches(&update, &removal);
		else
			tell_matches(&update, &removal);
	}
	free(removal.entry);
	idm_entries_free(&removal.all);
	return st == IDM_OK ? 0 : 1;
}
