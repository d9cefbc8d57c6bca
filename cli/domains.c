#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backends/backend.h"
#include "backends/hash.h"
#include "config/updatelog.h"
#include "map/allocated.h"
#include "map/host.h"
#include "map/namerules_edit.h"
#include "map/snapshot.h"

#include "cli/directorychange.h"
#include "cli/domains.h"
#include "cli/former.h"
#include "cli/given.h"
#include "cli/json.h"
#include "cli/say.h"
#include "cli/state.h"
#include "cli/trial.h"

/* Former numbers of accounts that are listed, as examples. */
#define LISTED_MAX 1000

/* Everything that one comparison of files and map works with. */
struct work {
	struct cli_domains *out;
	struct idm_domains present;
	struct idm_domains removed;
	struct idm_domains_conf conf;
	struct idm_maps *maps; /* as they are published; NULL: none yet */
	struct cli_given given;
	/* What the map will have; pointers into what is above. */
	struct idm_domain *next;
	struct idm_domain *gone;
	uint32_t nnext;
	uint32_t ngone;
};

enum idm_status
cli_domains_get(const struct idm_rewrite *rewrite, const char *key,
    struct idm_domains *out, struct idm_err *err)
{
	struct idm_str value;
	enum idm_status st;

	st = idm_rewrite_get(rewrite, key, strlen(key), &value);
	if (st == IDM_NOTFOUND) {
		memset(out, 0, sizeof(*out));
		return IDM_OK;
	}
	if (st != IDM_OK)
		return idm_fail(err, st, "record '%s': damaged", key);
	if (strcmp(key, IDM_REMOVED_KEY) == 0)
		st = idm_removed_read(value, out, err);
	else
		st = idm_domains_read(value, out, err);
	return st == IDM_OK ? st : idm_within(err, st, "record '%s'", key);
}

static void
print_mistake(void *context, const char *text)
{
	const struct cli_domains *domains = context;
	struct idm_err there;

	(void)cli_trial_say(&there, IDM_INVALID, domains->dir, text);
	cli_error("%s", there.text);
}

/* ---- Which numbers move. */

/* What a domain makes of a RID, without what was allocated: NULL is none. */
static json_t *
number_of(const struct idm_domain *domain, const struct idm_sid *sid)
{
	const struct idm_maps alone = {
		.domains = { .n = 1, .domain = domain },
	};
	struct idm_mapping mapping;
	bool needs_place = false;

	if (domain == NULL ||
	    idm_backend_to_id(&alone, domain, sid, IDM_KIND_BOTH, &mapping,
		&needs_place, NULL, NULL) != IDM_OK)
		return json_null();
	return json_integer((json_int_t)mapping.id);
}

/* Of computed numbers, some. */
static void
list_computed(json_t *numbers, const struct idm_domain *old,
    const struct idm_domain *present)
{
	static const uint32_t rids[] = { 500, 512, 513, 1000, 1104, 10000 };

	if (old->sid.nsubs == 0)
		return;
	for (size_t i = 0; i < IDM_COUNTOF(rids); i++) {
		struct idm_sid sid = idm_sid_of(&old->sid, rids[i]);
		json_t *from = number_of(old, &sid);
		json_t *to = number_of(present, &sid);
		char text[IDM_SID_TEXT_MAX];

		if (json_equal(from, to) || json_is_null(from)) {
			json_decref(from);
			json_decref(to);
			continue;
		}
		(void)json_array_append_new(numbers,
		    json_pack("{s:s, s:o, s:o}", "sid",
			idm_sid_format(&sid, text), "from", from, "to", to));
	}
}

/* Is it an allocation that the domain gave and its successor can not serve? */
static bool
is_lost(const struct idm_allocated *is, const struct idm_domain *old,
    const struct idm_domain *present)
{
	if (!idm_str_is(is->domain, old->name))
		return false;
	return present == NULL || present->backend != old->backend ||
	    is->id < present->low || is->id > present->high ||
	    !idm_sid_equal(&present->sid, &old->sid);
}

/* What loses its number, when old becomes present; NULL: goes. */
struct losses {
	const struct idm_domain *old;
	const struct idm_domain *present;
	json_t *numbers;
};

static void
list_one(const struct losses *losses, struct idm_str key, struct idm_str value)
{
	struct idm_allocated is;

	if (key.len < 4 || key.data[1] != '/' ||
	    (key.data[0] != 'a' && key.data[0] != 'b') ||
	    idm_allocated_read(value, &is, NULL) != IDM_OK ||
	    !is_lost(&is, losses->old, losses->present))
		return;
	/* An id of both kinds stands under each. */
	if (is.kind == IDM_KIND_BOTH && key.data[2] == 'g')
		return;
	key.data += 4;
	key.len -= 4;
	(void)json_array_append_new(losses->numbers,
	    json_pack("{s:o, s:I, s:n}", "sid", cli_json_text(key), "from",
		(json_int_t)is.id, "to"));
}

/* Of allocated numbers, each one. */
static void
list_allocated(const struct work *work, json_t *numbers,
    const struct idm_domain *old, const struct idm_domain *present)
{
	const struct losses losses = { old, present, numbers };
	struct cli_given_walk walk = { .at = 0 };
	struct idm_str key, value;

	while (cli_given_next(&work->given, &walk, &key, &value))
		list_one(&losses, key, value);
}

/* Are its numbers made of its SID, and so none of them stored? */
static bool
is_computed(const struct idm_domain *domain)
{
	const struct idm_backend *backend = idm_backend_by_id(domain->backend);

	return backend == NULL || !backend->allocates ||
	    (domain->backend == IDM_BACKEND_HASH && domain->sid.nsubs > 0);
}

static json_t *
numbers_of(const struct work *work, const struct idm_domain *old,
    const struct idm_domain *present)
{
	json_t *numbers = json_array();

	if (is_computed(old) || old->backend == IDM_BACKEND_SSS)
		list_computed(numbers, old, present);
	else
		list_allocated(work, numbers, old, present);
	return numbers;
}

/* ---- What changes. */

static void
note(struct work *work, const char *change, const struct idm_domain *old,
    const struct idm_domain *present, const char *moves)
{
	json_t *entry = json_pack("{s:s, s:s}", "domain",
	    old != NULL ? old->name : present->name, "change", change);

	/* A range may have been chosen for who asked. */
	if (old == NULL && present->high > 0)
		(void)json_object_set_new(entry, "range",
		    json_sprintf("%u-%u", present->low, present->high));
	if (moves != NULL) {
		(void)json_object_set_new(entry, "moves", json_string(moves));
		(void)json_object_set_new(
		    entry, "numbers", numbers_of(work, old, present));
	}
	(void)json_array_append_new(work->out->changes, entry);
}

/* Note that a domain, which was that, gets another one's numbers. */
static void
note_taken(struct work *work, const struct idm_domain *was,
    const struct idm_domain *present, const struct idm_domain *from,
    const char *moves)
{
	const char *change = was == NULL ? "added" : "changed";
	json_t *changes = work->out->changes;

	note(work, change, from, present, moves);
	(void)json_object_set_new(
	    json_array_get(changes, json_array_size(changes) - 1), "domain",
	    json_string(present->name));
	work->out->nmoves++;
}

static const struct idm_domain *
find_named(const struct idm_domain *domain, uint32_t n, const char *name)
{
	for (uint32_t i = 0; i < n; i++) {
		if (strcmp(domain[i].name, name) == 0)
			return &domain[i];
	}
	return NULL;
}

/* No text has it: the update sets it, when all that decides it is in place. */
static void
keep_stamp(const struct work *work, struct idm_domain *domain)
{
	const struct idm_domain *present = find_named(
	    work->present.domain, work->present.n, domain->name);

	if (present != NULL && (domain->flags & IDM_DOMAIN_DIRECTORY) != 0)
		domain->stamp = present->stamp;
}

/* The same domain under another name: what numbers care for is its SID. */
static const struct idm_domain *
find_sid(const struct idm_domain *domain, uint32_t n, const struct idm_sid *sid)
{
	for (uint32_t i = 0; i < n && sid->nsubs > 0; i++) {
		if (idm_sid_equal(&domain[i].sid, sid))
			return &domain[i];
	}
	return NULL;
}

/*
 * Of a domain that has another one's place: allocations stand under the name,
 * what is computed does not care for it.
 */
static const struct idm_domain *
find_heir(
    const struct idm_domain *domain, uint32_t n, const struct idm_domain *old)
{
	const struct idm_domain *heir = find_named(domain, n, old->name);

	if (heir == NULL && is_computed(old))
		heir = find_sid(domain, n, &old->sid);
	return heir;
}

/* Is it who has the numbers, of all these domains with its 12 bits? */
static bool
is_hash_owner(const struct idm_domain *domains, uint32_t n,
    const struct idm_domain *domain)
{
	return idm_hash_owner(domains, n, idm_hash_domain(&domain->sid)) ==
	    domain;
}

/* The catch-all that nobody wrote, where nothing was ever allocated. */
static bool
gave_nothing(const struct work *work, const struct idm_domain *old)
{
	return work->maps != NULL && !work->maps->policy.has_state &&
	    memcmp(old, &idm_domain_ephemeral, sizeof(*old)) == 0;
}

static void
compare_old(struct work *work, const struct idm_domain *old)
{
	const struct idm_domain *present = find_heir(
	    work->next, work->nnext, old);
	bool on_purpose = work->out->leaving != NULL &&
	    strcmp(work->out->leaving, old->name) == 0;
	char moves[200];

	if (!gave_nothing(work, old) &&
	    !idm_domain_keeps(old, present, moves)) {
		note(work, present == NULL ? "removed" : "changed", old,
		    present, moves);
		if (!on_purpose || present != NULL)
			work->out->nmoves++;
	} else if (present == NULL) {
		note(work, "removed", old, NULL, NULL);
	} else if (memcmp(old, present, sizeof(*old)) != 0) {
		note(work, "changed", old, present, NULL);
	}
	if (present == NULL)
		work->gone[work->ngone++] = *old;
	/* Who had no numbers leaves none behind. */
	if (present == NULL && old->backend == IDM_BACKEND_HASH &&
	    !is_hash_owner(work->present.domain, work->present.n, old)) {
		struct idm_domain *gone = &work->gone[work->ngone - 1];

		gone->backend = IDM_BACKEND_NONE;
		gone->low = gone->high = 0;
	}
}

/*
 * Of hash domains with the same 12 bits the first has the numbers: is it that
 * one now, and was another?
 */
static bool
compare_hash(struct work *work, const struct idm_domain *was,
    const struct idm_domain *present)
{
	const struct idm_domain *before;
	char moves[200];

	if (present->backend != IDM_BACKEND_HASH ||
	    !is_hash_owner(work->next, work->nnext, present))
		return false;
	before = idm_hash_owner(work->present.domain, work->present.n,
	    idm_hash_domain(&present->sid));
	if (before == NULL || idm_sid_equal(&before->sid, &present->sid))
		return false;
	(void)snprintf(moves, sizeof(moves),
	    "it gets those of domain '%.80s', whose 12 bits it has",
	    before->name);
	note_taken(work, was, present, before, moves);
	return true;
}

/* Is it the same domain, which came back? */
static bool
is_back(const struct work *work, const struct idm_domain *present,
    const struct idm_domain *removed)
{
	return find_heir(present, 1, removed) != NULL ||
	    find_heir(work->next, work->nnext, removed) != NULL;
}

/* Has it got numbers that were another domain's, which was removed? */
static bool
compare_removed(struct work *work, const struct idm_domain *was,
    const struct idm_domain *present)
{
	if (present->backend == IDM_BACKEND_HASH &&
	    !is_hash_owner(work->next, work->nnext, present))
		return false;
	for (uint32_t i = 0; i < work->removed.n; i++) {
		const struct idm_domain *old = &work->removed.domain[i];
		char moves[200];

		if (is_back(work, present, old) ||
		    !former_owns(old, was, present))
			continue;
		(void)snprintf(moves, sizeof(moves),
		    "ids of %u-%u were those of domain '%.80s', which was "
		    "removed",
		    old->low, old->high, old->name);
		note_taken(work, was, present, old, moves);
		return true;
	}
	return false;
}

/*
 * Were numbers given, while it was not there or had none of its own, that it
 * makes others, or another's?
 */
static bool
compare_allocations(struct work *work, const struct idm_domain *was,
    const struct idm_domain *present)
{
	json_t *numbers;

	if ((was != NULL && was->backend != IDM_BACKEND_NONE) ||
	    present->backend == IDM_BACKEND_NONE ||
	    strcmp(present->name, IDM_CATCH_ALL) == 0)
		return false;
	numbers = json_array();
	if (!former_allocations(&work->given, present, numbers, LISTED_MAX)) {
		json_decref(numbers);
		return false;
	}
	(void)json_array_append_new(work->out->changes,
	    json_pack("{s:s, s:s, s:s, s:o}", "domain", present->name, "change",
		was == NULL ? "added" : "changed", "moves",
		"numbers that another domain gave", "numbers", numbers));
	work->out->nmoves++;
	return true;
}

static void
compare_new(struct work *work, const struct idm_domain *present)
{
	const struct idm_domain *was = find_named(
	    work->present.domain, work->present.n, present->name);
	const struct idm_domain *old;
	char moves[200];

	for (uint32_t i = 0; was == NULL && i < work->removed.n; i++) {
		old = &work->removed.domain[i];
		if (find_heir(present, 1, old) == NULL ||
		    idm_domain_keeps(old, present, moves))
			continue;
		note(work, "added", old, present, moves);
		work->out->nmoves++;
		return;
	}
	if (!compare_allocations(work, was, present) &&
	    !compare_hash(work, was, present) &&
	    !compare_removed(work, was, present) && was == NULL)
		note(work, "added", NULL, present, NULL);
}

static void
compare(struct work *work)
{
	for (uint32_t i = 0; i < work->present.n; i++)
		compare_old(work, &work->present.domain[i]);
	for (uint32_t i = 0; i < work->nnext; i++)
		compare_new(work, &work->next[i]);
	/* What was removed is remembered until it comes back. */
	for (uint32_t i = 0;
	     i < work->removed.n && work->ngone < IDM_DOMAINS_MAX; i++) {
		const struct idm_domain *old = &work->removed.domain[i];

		if (find_heir(work->next, work->nnext, old) == NULL &&
		    find_named(work->gone, work->ngone, old->name) == NULL)
			work->gone[work->ngone++] = *old;
	}
}

/* ---- Doing it. */

/* Unless it stands there already. */
static enum idm_status
put_record(struct idm_rewrite *rewrite, const char *key,
    const struct idm_buf *value, struct idm_err *err)
{
	struct idm_str old;
	enum idm_status st = idm_buf_status(value, err);

	if (st != IDM_OK)
		return st;
	if (idm_rewrite_get(rewrite, key, strlen(key), &old) == IDM_OK &&
	    old.len == value->len &&
	    memcmp(old.data, value->data, value->len) == 0)
		return IDM_OK;
	return idm_rewrite_put(
	    rewrite, key, strlen(key), value->data, value->len, err);
}

static enum idm_status
delete_record(struct idm_rewrite *rewrite, const char *key, struct idm_err *err)
{
	struct idm_str old;

	if (idm_rewrite_get(rewrite, key, strlen(key), &old) == IDM_NOTFOUND)
		return IDM_OK;
	return idm_rewrite_delete(rewrite, key, strlen(key), err);
}

static enum idm_status
put_domains(struct idm_rewrite *rewrite, const char *key,
    const struct idm_domain *domain, uint32_t n, struct idm_err *err)
{
	enum idm_status st;
	struct idm_buf buf;

	idm_buf_init(&buf, IDM_VALUE_MAX);
	idm_domains_write(&buf, domain, n);
	st = put_record(rewrite, key, &buf, err);
	idm_buf_fini(&buf);
	return st;
}

/* A record of a domain's directory; NULL: it has none. */
static enum idm_status
put_directory(struct idm_rewrite *rewrite, const char *prefix,
    const char *domain, const struct idm_directory *directory,
    struct idm_err *err)
{
	char key[sizeof(IDM_DIRECTORY_NUMBERS_KEY) + IDM_DOMAIN_MAX];
	enum idm_status st;
	struct idm_buf buf;

	(void)snprintf(key, sizeof(key), "%s%s", prefix, domain);
	if (directory == NULL)
		return delete_record(rewrite, key, err);
	idm_buf_init(&buf, IDM_VALUE_MAX);
	idm_directory_write(&buf, directory);
	st = put_record(rewrite, key, &buf, err);
	idm_buf_fini(&buf);
	return st;
}

/* Both records of a domain; NULL: it has gone. */
static enum idm_status
put_both(struct idm_rewrite *rewrite, const char *domain,
    const struct idm_domain_file *file, struct idm_err *err)
{
	bool has_names = file != NULL && file->has_directory;
	bool has_numbers = file != NULL && file->has_numbers;
	enum idm_status st;

	st = put_directory(rewrite, IDM_DIRECTORY_KEY, domain,
	    has_names ? &file->directory : NULL, err);
	return st == IDM_OK
	    ? put_directory(rewrite, IDM_DIRECTORY_NUMBERS_KEY, domain,
		  has_numbers ? &file->numbers : NULL, err)
	    : st;
}

static enum idm_status
put_directories(
    const struct work *work, struct idm_rewrite *rewrite, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	for (uint32_t i = 0; i < work->present.n && st == IDM_OK; i++) {
		const char *name = work->present.domain[i].name;

		if (find_named(work->next, work->nnext, name) == NULL)
			st = put_both(rewrite, name, NULL, err);
	}
	for (size_t i = 0; i < work->conf.n && st == IDM_OK; i++) {
		const struct idm_domain_file *file = &work->conf.file[i];

		st = put_both(rewrite, file->domain.name, file, err);
	}
	return st;
}

static enum idm_status
store(const struct work *work, struct idm_rewrite *rewrite, struct idm_err *err)
{
	enum idm_status st;

	st = put_domains(
	    rewrite, IDM_DOMAINS_KEY, work->next, work->nnext, err);
	if (st == IDM_OK)
		st = put_directories(work, rewrite, err);
	if (st != IDM_OK)
		return st;
	if (work->ngone > 0)
		return put_domains(
		    rewrite, IDM_REMOVED_KEY, work->gone, work->ngone, err);
	return delete_record(rewrite, IDM_REMOVED_KEY, err);
}

/* Rules are stored under the names of their domains. */
static enum idm_status
move_rules(struct idm_rewrite *rewrite, struct idm_err *err)
{
	size_t moved = 0;
	enum idm_status st = idm_namerules_rekey(rewrite, &moved, err);

	if (st != IDM_OK)
		return idm_within(
		    err, st, "name rules, with the domains' new names");
	return st;
}

/* The host's own SID is of its local accounts, and of no domain. */
static enum idm_status
check_sids(const struct work *work, const struct idm_rewrite *rewrite,
    struct idm_err *err)
{
	struct idm_machine machine;
	char text[IDM_SID_TEXT_MAX];
	struct idm_str value;

	if (idm_rewrite_get(rewrite, IDM_MACHINE_KEY,
		sizeof(IDM_MACHINE_KEY) - 1, &value) != IDM_OK ||
	    idm_machine_read(value, &machine, NULL) != IDM_OK)
		return IDM_OK;
	for (uint32_t i = 0; i < work->nnext; i++) {
		const struct idm_domain *domain = &work->next[i];

		if (domain->sid.nsubs > 0 &&
		    idm_sid_equal(&domain->sid, &machine.sid))
			return idm_fail(err, IDM_INVALID,
			    "domain '%s': sid: %s is this host's own machine "
			    "SID, that of its local accounts (see 'idmap "
			    "machine'); a domain has another one",
			    domain->name, idm_sid_format(&domain->sid, text));
	}
	return IDM_OK;
}

static enum idm_status
load_work(struct work *work, struct idm_rewrite *rewrite, struct idm_err *err)
{
	struct cli_domains *out = work->out;
	struct idm_allocations allocated;
	struct idm_str properties;
	enum idm_status st;
	struct idm_err why;

	st = cli_domains_get(rewrite, IDM_DOMAINS_KEY, &work->present, err);
	if (st == IDM_OK)
		st = cli_domains_get(
		    rewrite, IDM_REMOVED_KEY, &work->removed, err);
	if (st != IDM_OK)
		return st;
	/* Without maps nothing was given. */
	(void)!idm_maps_open(IDM_STATEDIR, 0, &work->maps, NULL);
	cli_given_open(&work->given, work->maps);
	allocated = cli_given_allocations(&work->given);
	st = idm_domains_load(out->dir != NULL ? out->dir : IDM_DOMAINS_DIR,
	    &work->present, &work->removed,
	    cli_given_is_there(&work->given) ? &allocated : NULL, &work->conf,
	    print_mistake, out, &why);
	if (st != IDM_OK)
		return cli_trial_say(err, st, out->dir, why.text);
	if (idm_rewrite_get(rewrite, IDM_PROPERTIES_KEY,
		sizeof(IDM_PROPERTIES_KEY) - 1, &properties) == IDM_OK)
		idm_domains_inherit(&work->conf, properties);
	work->next = calloc(work->conf.n, sizeof(*work->next));
	work->gone = calloc(IDM_DOMAINS_MAX * 2, sizeof(*work->gone));
	if (work->next == NULL || work->gone == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	work->nnext = (uint32_t)work->conf.n;
	for (size_t i = 0; i < work->conf.n; i++) {
		work->next[i] = work->conf.file[i].domain;
		keep_stamp(work, &work->next[i]);
	}
	return check_sids(work, rewrite, err);
}

static void
work_fini(struct work *work)
{
	free(work->next);
	free(work->gone);
	idm_domains_conf_free(&work->conf);
	idm_domains_free(&work->present);
	idm_domains_free(&work->removed);
	cli_given_close(&work->given);
	idm_maps_close(&work->maps);
}

enum idm_status
cli_domains_apply(struct cli_domains *domains, struct idm_rewrite *rewrite,
    struct idm_err *err)
{
	struct work work = { .out = domains };
	enum idm_status st;

	json_decref(domains->changes);
	domains->changes = json_array();
	domains->nmoves = 0;
	st = load_work(&work, rewrite, err);
	if (st != IDM_OK)
		goto out;
	compare(&work);
	for (size_t i = 0; i < work.conf.n; i++)
		cli_directory_changes(
		    rewrite, &work.conf.file[i], domains->changes);
	if (domains->nmoves > 0 && !domains->force_move)
		st = idm_fail(err, IDM_CONFLICT,
		    "numbers that may have been served would move; look at "
		    "what --dry-run says, and give --force-move if that is "
		    "what you want");
	else
		st = store(&work, rewrite, err);
	if (st == IDM_OK && json_array_size(domains->changes) > 0)
		st = move_rules(rewrite, err);
out:
	work_fini(&work);
	return st;
}

/* ---- The store of allocations. */

static bool
needs_state(const struct idm_domain *domain)
{
	return !is_computed(domain) && domain->backend != IDM_BACKEND_SSS &&
	    memcmp(domain, &idm_domain_ephemeral, sizeof(*domain)) != 0;
}

bool
cli_domains_need_state(const struct idm_domains *domains)
{
	for (uint32_t i = 0; i < domains->n; i++) {
		if (needs_state(&domains->domain[i]))
			return true;
	}
	return false;
}

static bool
has_state(const struct idm_rewrite *rewrite)
{
	struct idm_policy policy;
	struct idm_str value;

	return idm_rewrite_get(rewrite, "policy", 6, &value) == IDM_OK &&
	    idm_policy_read(value, &policy, NULL) == IDM_OK && policy.has_state;
}

void
cli_domains_adopt(struct cli_update *update)
{
	const struct cli_request *request = update->request;
	bool is_of_use = false, is_needed;
	struct idm_domains domains;
	struct idm_buf command;
	struct idm_err err;

	if (update->dry_run || has_state(update->rewrite) ||
	    cli_domains_get(update->rewrite, IDM_DOMAINS_KEY, &domains, &err) !=
		IDM_OK)
		return;
	for (uint32_t i = 0; i < domains.n; i++)
		is_of_use |= !is_computed(&domains.domain[i]);
	is_needed = cli_domains_need_state(&domains);
	idm_domains_free(&domains);
	if (!is_of_use)
		return;
	idm_buf_init(&command, IDM_COMMAND_MAX);
	idm_update_command(&command, request->argc, request->argv);
	if (cli_state_adopt(update->rewrite, false,
		(struct idm_str){ command.data, command.len },
		&err) != IDM_OK &&
	    is_needed)
		cli_note("nothing can be allocated yet: %s; run 'idmap state "
			 "adopt' when idmapd runs",
		    err.text);
	idm_buf_fini(&command);
}

/* ---- Saying it. */

static void
describe_number(const json_t *number, struct idm_buf *buf)
{
	const json_t *from = json_object_get(number, "from");
	const json_t *to = json_object_get(number, "to");

	idm_buf_printf(
	    buf, "    %s: ", json_string_value(json_object_get(number, "sid")));
	/* Of a whole window, there is no one number. */
	if (json_is_integer(from))
		idm_buf_printf(
		    buf, "%lld -> ", (long long)json_integer_value(from));
	else
		idm_buf_puts(buf, "a range -> ");
	if (json_is_integer(to))
		idm_buf_printf(
		    buf, "%lld\n", (long long)json_integer_value(to));
	else
		idm_buf_puts(buf, "none\n");
}

static void
describe_settings(const json_t *settings, struct idm_buf *buf)
{
	const json_t *name;
	size_t i;

	json_array_foreach(settings, i, name) idm_buf_printf(
	    buf, "%s%s", i == 0 ? ": " : ", ", json_string_value(name));
}

void
cli_domains_describe(const json_t *changes, struct idm_buf *buf)
{
	const json_t *change, *number;
	size_t i, k;

	json_array_foreach(changes, i, change)
	{
		const json_t *moves = json_object_get(change, "moves");
		const json_t *range = json_object_get(change, "range");

		idm_buf_printf(buf, "domain %s: %s",
		    json_string_value(json_object_get(change, "domain")),
		    json_string_value(json_object_get(change, "change")));
		if (range != NULL)
			idm_buf_printf(
			    buf, ", ids %s", json_string_value(range));
		describe_settings(json_object_get(change, "settings"), buf);
		if (moves != NULL)
			idm_buf_printf(buf, "; numbers move: %s",
			    json_string_value(moves));
		idm_buf_puts(buf, "\n");
		json_array_foreach(json_object_get(change, "numbers"), k,
		    number) describe_number(number, buf);
	}
}
