#include <stdlib.h>
#include <string.h>

#include "config/updatelog.h"
#include "daemon/users.h"
#include "identity/account.h"
#include "identity/id.h"
#include "identity/name.h"
#include "map/shape.h"
#include "rules/pattern.h"

/*
 * A reply or a record of the log holds as many removed entries as fit in one
 * text of the log.
 */
#define CHANGE_MAX   IDM_UPDATE_TEXT_MAX
/* "REMOTE: OLD -> NEW, " around the names. */
#define CHANGE_WORDS 16

static struct idm_str
str_of_buf(const struct idm_buf *buf)
{
	return (struct idm_str){ .data = buf->data, .len = buf->len };
}

/* ---- What the maps say. */

enum idm_status
users_scheme(const struct idm_maps *maps, struct idm_str scheme,
    struct idm_ruleset *out, struct idm_err *err)
{
	char memory[IDM_KEY_MAX];
	struct idm_str value;
	struct idm_buf key;
	enum idm_status st;

	st = idm_name_scheme(scheme, err);
	if (st != IDM_OK)
		return st;
	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_key_ruleset(&key, IDM_RULESET_SCHEME, scheme);
	st = idm_view_get(maps->map, key.data, key.len, &value);
	if (st != IDM_OK) {
		return idm_fail(err, st,
		    st == IDM_NOTFOUND ? "there is no scheme '%.*s'"
				       : "scheme '%.*s' cannot be read",
		    (int)scheme.len, scheme.data);
	}
	return idm_ruleset_read(value, out, err);
}

enum idm_status
users_check_remote(const struct idm_ruleset *ruleset, struct idm_str remote,
    struct idm_err *err)
{
	struct idm_fields fields;
	enum idm_status st;

	st = idm_name_remote(remote, err);
	if (st != IDM_OK)
		return st;
	if (!idm_pattern_is_literal(remote) ||
	    memchr(remote.data, '%', remote.len) != NULL) {
		return idm_fail(err, IDM_INVALID,
		    "'%.*s': a user's entry is one exact name, without "
		    "* ? [ or %%",
		    (int)remote.len, remote.data);
	}
	return idm_descriptor_split(&ruleset->descriptor, remote, &fields, err);
}

enum idm_status
users_check_veto(const struct idm_maps *maps, struct idm_str scheme,
    struct idm_str remote, struct idm_err *err)
{
	char memory[IDM_KEY_MAX];
	struct idm_target target;
	struct idm_entry entry;
	struct idm_str value;
	struct idm_buf key;
	enum idm_status st;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_key_entry(&key, IDM_RULESET_SCHEME, scheme, remote);
	st = idm_view_get(maps->map, key.data, key.len, &value);
	if (st == IDM_NOTFOUND)
		return IDM_OK;
	if (st == IDM_OK)
		st = idm_entry_read(value, &entry, NULL);
	if (st == IDM_OK)
		st = idm_target_parse(entry.target, &target, NULL);
	if (st != IDM_OK) {
		return idm_fail(err, st,
		    "the administrator's entry for '%.*s' cannot be read",
		    (int)remote.len, remote.data);
	}
	if (target.kind == IDM_TARGET_REFUSE) {
		return idm_fail(err, IDM_REFUSED,
		    "the administrator refuses '%.*s' (%%i)", (int)remote.len,
		    remote.data);
	}
	return IDM_OK;
}

enum idm_status
users_check_account(const struct idm_policy *policy,
    const struct idm_account *account, struct idm_err *err)
{
	if (account->uid < policy->uid_min ||
	    idm_id_reserved(account->uid) != NULL) {
		return idm_fail(err, IDM_REFUSED,
		    "'%s' (uid %lu) is a system account", account->name,
		    (unsigned long)account->uid);
	}
	return IDM_OK;
}

/* The login an entry is to be for: named, or the caller's own. */
static enum idm_status
find_account(const struct users *users, const struct caller *caller,
    struct idm_str logname, struct idm_account *out, struct idm_err *err)
{
	enum idm_status st;

	if (logname.len == 0 && caller->uid != 0)
		return idm_account_by_uid(
		    users->accounts, caller->uid, out, err);
	st = idm_name_login(logname, err);
	if (st != IDM_OK)
		return st;
	st = idm_account_by_name(users->accounts, logname, out, err);
	if (caller->uid == 0 || (st == IDM_OK && out->uid == caller->uid))
		return st;
	if (st != IDM_OK && st != IDM_NOTFOUND)
		return st;
	return idm_fail(err, IDM_DENIED, "'%.*s' is not a login of yours",
	    (int)logname.len, logname.data);
}

/* ---- Adding. */

static void
put_change(struct idm_buf *change, struct idm_str remote, struct idm_str from,
    struct idm_str to)
{
	idm_buf_printf(change, "%s%.*s: %.*s -> %.*s",
	    change->len == 0 ? "" : ", ", (int)remote.len, remote.data,
	    (int)from.len, from.data, (int)to.len, to.data);
}

static enum idm_status
check_limits(const struct users *users, const struct store_owned *owned,
    struct idm_err *err)
{
	const struct idm_policy *policy = &users->maps->policy;

	if (owned->n >= policy->user_entries) {
		return idm_fail(err, IDM_EXHAUSTED,
		    "%lu entries are there already, the most a user may have",
		    (unsigned long)owned->n);
	}
	if (users->store.entries >= policy->users_total) {
		return idm_fail(err, IDM_EXHAUSTED,
		    "all users together have %llu entries, the most there may "
		    "be",
		    (unsigned long long)users->store.entries);
	}
	return IDM_OK;
}

/*
 * Does the name stand in the way?  IDM_NOTFOUND: no, and what an earlier
 * scheme of this name left there is gone.  IDM_OK: this very entry is there.
 */
static enum idm_status
check_present(struct users *users, struct idm_str key,
    const struct idm_user_entry *wanted, struct idm_str remote,
    struct idm_err *err)
{
	struct idm_user_entry present;
	enum idm_status st;

	st = store_get(&users->store, key, &present, err);
	if (st != IDM_OK)
		return st;
	if (present.creation != wanted->creation) {
		st = store_drop(&users->store, key, present.uid, err);
		return st == IDM_OK ? IDM_NOTFOUND : st;
	}
	if (present.uid == wanted->uid &&
	    idm_str_compare(present.logname, wanted->logname) == 0)
		return IDM_OK;
	return idm_fail(err, IDM_CONFLICT,
	    "'%.*s' is mapped to '%.*s' (uid %lu) already", (int)remote.len,
	    remote.data, (int)present.logname.len, present.logname.data,
	    (unsigned long)present.uid);
}

static enum idm_status
add_new(struct users *users, struct idm_str key,
    const struct idm_user_entry *entry, struct idm_err *err)
{
	struct store_owned owned;
	enum idm_status st;

	st = store_owned_load(&users->store, entry->uid, &owned, err);
	if (st != IDM_OK)
		return st;
	st = check_limits(users, &owned, err);
	if (st == IDM_OK)
		st = store_put(&users->store, &owned, key, entry, err);
	store_owned_free(&owned);
	return st;
}

static enum idm_status
check_mode(const struct idm_ruleset *ruleset, struct idm_str scheme,
    struct idm_err *err)
{
	if (ruleset->user_mode)
		return IDM_OK;
	return idm_fail(err, IDM_REFUSED,
	    "scheme '%.*s' is in SECURE mode: only the administrator maps "
	    "names",
	    (int)scheme.len, scheme.data);
}

/* May this entry be there, whatever others have? */
static enum idm_status
judge(const struct users *users, const struct caller *caller,
    const struct idm_user_request *request, struct idm_ruleset *ruleset,
    struct idm_account *account, struct idm_err *err)
{
	enum idm_status st;

	st = users_scheme(users->maps, request->scheme, ruleset, err);
	if (st != IDM_OK)
		return st;
	st = check_mode(ruleset, request->scheme, err);
	if (st != IDM_OK)
		return st;
	st = users_check_remote(ruleset, request->remote, err);
	if (st == IDM_OK)
		st = find_account(
		    users, caller, request->logname, account, err);
	if (st == IDM_OK)
		st = users_check_account(&users->maps->policy, account, err);
	if (st == IDM_OK)
		st = users_check_veto(
		    users->maps, request->scheme, request->remote, err);
	return st;
}

enum idm_status
users_add(struct users *users, const struct caller *caller,
    const struct idm_user_request *request, struct idm_buf *reply,
    struct idm_buf *change, struct idm_err *err)
{
	struct idm_user_entry entry;
	struct idm_ruleset ruleset;
	struct idm_account account;
	char memory[IDM_KEY_MAX];
	struct idm_buf key;
	enum idm_status st;

	st = judge(users, caller, request, &ruleset, &account, err);
	if (st != IDM_OK)
		return st;
	entry = (struct idm_user_entry){
		.creation = ruleset.creation,
		.uid = account.uid,
		.logname = idm_str_of(account.name),
	};
	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_key_user_entry(&key, request->scheme, request->remote);
	st = check_present(
	    users, str_of_buf(&key), &entry, request->remote, err);
	if (st == IDM_OK) {
		idm_buf_put_u8(reply, 1);
		return IDM_OK;
	}
	if (st != IDM_NOTFOUND)
		return st;
	st = add_new(users, str_of_buf(&key), &entry, err);
	if (st != IDM_OK)
		return st;
	put_change(change, request->remote, idm_str_of("-"), entry.logname);
	idm_buf_put_u8(reply, 0);
	return IDM_OK;
}

/* ---- Removing. */

/* Entries to go, which own copies of their texts: the rewrite's do not last. */
struct victim {
	char *text; /* key, then logname */
	struct idm_str key;
	struct idm_str logname;
	uint32_t uid;
};

struct victims {
	const struct users *users;
	const struct caller *caller;
	const struct idm_user_request *request;
	struct victim *victim;
	size_t n;
	size_t size;
	size_t text; /* bytes that telling them will take */
	size_t text_max;
	bool more; /* there are more than that */
};

static enum idm_status
victims_grow(struct victims *victims, struct idm_err *err)
{
	size_t size = victims->size == 0 ? 64 : victims->size * 2;
	struct victim *grown;

	if (victims->n < victims->size)
		return IDM_OK;
	grown = realloc(victims->victim, size * sizeof(*grown));
	if (grown == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	victims->victim = grown;
	victims->size = size;
	return IDM_OK;
}

static enum idm_status
victims_add(struct victims *victims, struct idm_str key,
    const struct idm_user_entry *entry, struct idm_err *err)
{
	size_t text = key.len + entry->logname.len + CHANGE_WORDS;
	struct victim victim = { .uid = entry->uid };
	enum idm_status st;

	if (text > victims->text_max - victims->text) {
		victims->more = true;
		return IDM_OK;
	}
	st = victims_grow(victims, err);
	if (st != IDM_OK)
		return st;
	victim.text = malloc(key.len + entry->logname.len);
	if (victim.text == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	memcpy(victim.text, key.data, key.len);
	memcpy(victim.text + key.len, entry->logname.data, entry->logname.len);
	victim.key = (struct idm_str){ victim.text, key.len };
	victim.logname = (struct idm_str){ victim.text + key.len,
		entry->logname.len };
	victims->victim[victims->n++] = victim;
	victims->text += text;
	return IDM_OK;
}

static void
victims_free(struct victims *victims)
{
	for (size_t i = 0; i < victims->n; i++)
		free(victims->victim[i].text);
	free(victims->victim);
	victims->victim = NULL;
	victims->n = 0;
}

static int
compare_victims(const void *a, const void *b)
{
	const struct victim *one = a;
	const struct victim *other = b;

	return idm_str_compare(one->key, other->key);
}

/* Is it an entry of the scheme, of the login, and the caller's to remove? */
static enum idm_status
consider_for_delete(void *context, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	struct victims *victims = context;
	const struct idm_user_request *request = victims->request;
	struct idm_user_entry entry;
	struct idm_str scheme, remote;

	if (!store_key_split(key, &scheme, &remote) ||
	    idm_str_compare(scheme, request->scheme) != 0)
		return IDM_OK;
	if (idm_user_entry_read(value, &entry, err) != IDM_OK)
		return IDM_OK;
	if (victims->caller->uid != 0 && entry.uid != victims->caller->uid)
		return IDM_OK;
	if (request->logname.len != 0 &&
	    idm_str_compare(entry.logname, request->logname) != 0)
		return IDM_OK;
	return victims_add(victims, key, &entry, err);
}

/* As with every record of the file, of those that the caller owns. */
static enum idm_status
each_owned(struct victims *victims, struct idm_err *err)
{
	const struct users *users = victims->users;
	enum idm_status st;
	struct store_owned owned;

	st = store_owned_load(&users->store, victims->caller->uid, &owned, err);
	if (st != IDM_OK)
		return st;
	for (uint32_t i = 0; i < owned.n && st == IDM_OK; i++) {
		struct idm_str key = owned.name[i];
		struct idm_str value;

		if (idm_rewrite_get(users->store.rewrite, key.data, key.len,
			&value) == IDM_OK)
			st = consider_for_delete(victims, key, value, err);
	}
	store_owned_free(&owned);
	return st;
}

static enum idm_status
find_all(struct victims *victims, struct idm_err *err)
{
	const struct idm_user_request *request = victims->request;
	enum idm_status st;

	if (victims->caller->uid != 0)
		st = each_owned(victims, err);
	else
		st = idm_rewrite_each(victims->users->store.rewrite,
		    consider_for_delete, victims, err);
	if (st == IDM_OK && victims->n == 0) {
		return idm_fail(err, IDM_NOTFOUND,
		    "'%.*s' has no entry in scheme '%.*s'",
		    (int)request->logname.len, request->logname.data,
		    (int)request->scheme.len, request->scheme.data);
	}
	return st;
}

static enum idm_status
find_one(struct victims *victims, struct idm_err *err)
{
	const struct idm_user_request *request = victims->request;
	struct idm_user_entry entry;
	char memory[IDM_KEY_MAX];
	struct idm_buf key;
	enum idm_status st;

	st = idm_name_remote(request->remote, err);
	if (st != IDM_OK)
		return st;
	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_key_user_entry(&key, request->scheme, request->remote);
	st = store_get(&victims->users->store, str_of_buf(&key), &entry, err);
	if (st == IDM_NOTFOUND) {
		return idm_fail(err, st, "there is no user's entry for '%.*s'",
		    (int)request->remote.len, request->remote.data);
	}
	if (st != IDM_OK)
		return st;
	if (victims->caller->uid != 0 && entry.uid != victims->caller->uid) {
		return idm_fail(err, IDM_DENIED,
		    "the entry for '%.*s' belongs to another user",
		    (int)request->remote.len, request->remote.data);
	}
	if (request->logname.len != 0 &&
	    idm_str_compare(entry.logname, request->logname) != 0) {
		return idm_fail(err, IDM_NOTFOUND,
		    "'%.*s' is mapped to '%.*s', not to '%.*s'",
		    (int)request->remote.len, request->remote.data,
		    (int)entry.logname.len, entry.logname.data,
		    (int)request->logname.len, request->logname.data);
	}
	return victims_add(victims, str_of_buf(&key), &entry, err);
}

/* All of them go or none: who fails later than the first spoils the batch. */
static enum idm_status
drop_victim(struct users *users, const struct victims *victims, size_t i,
    struct idm_err *err)
{
	const struct victim *victim = &victims->victim[i];
	enum idm_status st;

	st = store_drop(&users->store, victim->key, victim->uid, err);
	if (st != IDM_OK && i > 0)
		users->store.is_torn = true;
	return st;
}

/* Remove them and tell which they were. */
static enum idm_status
drop_victims(struct users *users, struct victims *victims,
    struct idm_buf *reply, struct idm_buf *change, struct idm_err *err)
{
	if (victims->n > 1) {
		qsort(victims->victim, victims->n, sizeof(*victims->victim),
		    compare_victims);
	}
	idm_buf_put_u8(reply, victims->more ? 1 : 0);
	for (size_t i = 0; i < victims->n; i++) {
		const struct victim *victim = &victims->victim[i];
		struct idm_user_reply told = { .logname = victim->logname,
			.uid = victim->uid };
		enum idm_status st;
		struct idm_str scheme;

		st = drop_victim(users, victims, i, err);
		if (st != IDM_OK)
			return st;
		if (!store_key_split(victim->key, &scheme, &told.remote))
			continue;
		idm_user_reply_write(reply, &told);
		put_change(change, told.remote, told.logname, idm_str_of("-"));
	}
	return IDM_OK;
}

enum idm_status
users_delete(struct users *users, const struct caller *caller,
    const struct idm_user_request *request, struct idm_buf *reply,
    struct idm_buf *change, struct idm_err *err)
{
	struct victims victims = {
		.users = users,
		.caller = caller,
		.request = request,
		.text_max = CHANGE_MAX,
	};
	struct idm_ruleset ruleset;
	enum idm_status st;

	st = users_scheme(users->maps, request->scheme, &ruleset, err);
	if (st == IDM_OK && caller->uid != 0)
		st = check_mode(&ruleset, request->scheme, err);
	if (st == IDM_OK && (request->logname.len != 0 || caller->uid == 0))
		st = idm_name_login(request->logname, err);
	if (st != IDM_OK)
		return st;
	if (request->remote.len != 0)
		st = find_one(&victims, err);
	else
		st = find_all(&victims, err);
	if (st == IDM_OK)
		st = drop_victims(users, &victims, reply, change, err);
	victims_free(&victims);
	return st;
}

static enum idm_status
consider_for_purge(void *context, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	struct victims *victims = context;
	struct idm_user_entry entry;
	struct idm_ruleset ruleset;
	struct idm_str scheme, remote;
	enum idm_status st;

	if (!store_key_split(key, &scheme, &remote) ||
	    idm_user_entry_read(value, &entry, err) != IDM_OK)
		return IDM_OK;
	st = users_scheme(victims->users->maps, scheme, &ruleset, err);
	if (st == IDM_OK && ruleset.creation == entry.creation)
		return IDM_OK;
	/* Only a scheme that is surely gone takes its entries with it. */
	if (st != IDM_OK && st != IDM_NOTFOUND && st != IDM_INVALID)
		return st;
	return victims_add(victims, key, &entry, err);
}

enum idm_status
users_purge(struct users *users, const struct caller *caller,
    const struct idm_user_request *request, struct idm_buf *reply,
    struct idm_buf *change, struct idm_err *err)
{
	struct victims victims = {
		.users = users, .caller = caller, .text_max = SIZE_MAX
	};
	enum idm_status st;

	(void)request;
	st = idm_rewrite_each(
	    users->store.rewrite, consider_for_purge, &victims, err);
	for (size_t i = 0; i < victims.n && st == IDM_OK; i++)
		st = drop_victim(users, &victims, i, err);
	if (st == IDM_OK) {
		idm_buf_put_u32(reply, (uint32_t)victims.n);
		idm_buf_printf(
		    change, "%zu entries of dead schemes -> -", victims.n);
	}
	victims_free(&victims);
	return st;
}

/* ---- Fixing. */

/* What the edits change must be told by one record of the log. */
_Static_assert(2 * IDM_USER_EDITS_MAX <= CHANGE_MAX, "edits fit the log");

static enum idm_status
fail_edit(enum idm_status st, struct idm_str remote, struct idm_str logname,
    struct idm_err *err)
{
	return idm_within(err, st,
	    "nothing was changed, because of '%.*s %.*s'", (int)remote.len,
	    remote.data, (int)logname.len, logname.data);
}

/* One edit's old entry; without a name it would be all of the login's. */
static enum idm_status
remove_old(struct users *users, const struct caller *caller,
    struct idm_user_request one, struct idm_buf *reply, struct idm_buf *change,
    struct idm_err *err)
{
	enum idm_status st;

	st = idm_name_remote(one.remote, err);
	if (st == IDM_OK)
		st = users_delete(users, caller, &one, reply, change, err);
	if (st != IDM_OK)
		return fail_edit(st, one.remote, one.logname, err);
	return IDM_OK;
}

static enum idm_status
add_changed(struct users *users, const struct caller *caller,
    struct idm_user_request one, struct idm_buf *reply, struct idm_buf *change,
    struct idm_err *err)
{
	enum idm_status st;

	if (one.remote.len == 0 && one.logname.len == 0)
		return IDM_OK;
	st = users_add(users, caller, &one, reply, change, err);
	if (st != IDM_OK)
		return fail_edit(st, one.remote, one.logname, err);
	return IDM_OK;
}

/* First all that goes: a changed entry may take a deleted one's name. */
enum idm_status
users_fix(struct users *users, const struct caller *caller,
    const struct idm_user_request *request, struct idm_buf *reply,
    struct idm_buf *change, struct idm_err *err)
{
	struct idm_user_request one = { .scheme = request->scheme };
	struct idm_str rest = request->edits;
	enum idm_status st = IDM_OK;
	struct idm_user_edit edit;

	while (st == IDM_OK && idm_user_edit_next(&rest, &edit)) {
		one.remote = edit.old_remote;
		one.logname = edit.old_logname;
		st = remove_old(users, caller, one, reply, change, err);
	}
	rest = request->edits;
	while (st == IDM_OK && idm_user_edit_next(&rest, &edit)) {
		one.remote = edit.remote;
		one.logname = edit.logname;
		st = add_changed(users, caller, one, reply, change, err);
	}
	idm_buf_clear(reply); /* what each edit alone would be answered */
	return st;
}
