#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "map/edit.h"
#include "map/snapshot.h"
#include "wire/client.h"

#include "cli/copy.h"
#include "cli/policy.h"
#include "cli/say.h"
#include "cli/state.h"
#include "cli/store.h"
#include "cli/update.h"
#include "cli/verb.h"
#include "cli/verb_state.h"

#define REPLACED_PATH STORE_MAP_PATH ".replaced"
#define REPLY_WAIT_MS 10000

/*
 * The policy that the restored map gets: the backup's, but with the stores
 * and the keepers that this host has now, and an epoch that neither of
 * the two has had.
 */
static enum idm_status
put_policy(const struct idm_view *backup, const struct idm_policy *present,
    struct idm_rewrite *rewrite, struct idm_err *err)
{
	struct idm_policy policy;
	enum idm_status st;

	st = cli_policy_read(backup, &policy, err);
	if (st != IDM_OK)
		return st;
	if (present->has_users) {
		policy.has_users = true;
		memcpy(policy.users_uuid, present->users_uuid, IDM_UUID_SIZE);
		policy.nkeepers = present->nkeepers;
		memcpy(policy.keeper, present->keeper, sizeof(policy.keeper));
	}
	/* So are the allocations: see restore_state(). */
	policy.has_state = present->has_state;
	memcpy(policy.state_uuid, present->state_uuid, IDM_UUID_SIZE);
	if (policy.epoch < present->epoch)
		policy.epoch = present->epoch;
	return idm_edit_policy(rewrite, &policy, err);
}

/*
 * What is in place now goes aside under another name: nothing is lost.  A map
 * that cannot be read is moved, one that can is linked and stays in service
 * until the restored one replaces it.  Where there is none, what an earlier
 * attempt has put aside stays: it may be the only trace of the map.
 */
static enum idm_status
set_aside(bool is_readable, struct idm_err *err)
{
	int failed;

	if (is_readable) {
		failed = unlink(REPLACED_PATH);
		if (failed == 0 || errno == ENOENT)
			failed = link(STORE_MAP_PATH, REPLACED_PATH);
	} else {
		failed = rename(STORE_MAP_PATH, REPLACED_PATH);
		if (failed == -1 && errno == ENOENT)
			failed = 0;
	}
	if (failed == -1)
		return idm_fail_errno(err, "%s", REPLACED_PATH);
	return IDM_OK;
}

/* What a restore works with; the context of its update. */
struct restoring {
	const struct idm_view *backup;
	struct idm_policy present;
	bool is_readable; /* the map in place */
};

static enum idm_status
replace_map(struct cli_update *update, struct idm_err *err)
{
	struct restoring *restoring = update->context;
	enum idm_status st = IDM_OK;

	if (restoring->is_readable && !update->dry_run)
		st = set_aside(true, err);
	if (st == IDM_OK)
		st = copy_clear(update->rewrite, err);
	if (st == IDM_OK) {
		st = copy_records(restoring->backup, update->rewrite, err);
	}
	if (st == IDM_OK) {
		st = put_policy(restoring->backup, &restoring->present,
		    update->rewrite, err);
	}
	return st;
}

/* The map in place, if it can be used at all. */
static bool
read_present(struct idm_policy *policy)
{
	struct idm_view *map = NULL;
	struct idm_err err;
	enum idm_status st;

	*policy = idm_policy_default;
	st = store_open(STORE_MAP_PATH, STORE_MAP, &map, &err);
	if (st == IDM_OK)
		st = cli_policy_read(map, policy, &err);
	if (st == IDM_OK)
		st = store_whole(map, STORE_MAP_PATH, &err);
	idm_view_close(&map);
	if (st != IDM_OK && st != IDM_NOTFOUND)
		cli_note("the map in place cannot be used: %s", err.text);
	return st == IDM_OK;
}

/*
 * Restore the policy map from an open backup.  A rehearsal cannot begin a
 * rewrite of a map that is unreadable, and must not move it either.
 */
static enum idm_status
restore_map(const struct verb_call *call, const struct idm_view *backup)
{
	struct restoring restoring = { .backup = backup };
	struct cli_update update = {
		.request = &call->request,
		.dry_run = call->dry_run,
		.create = true,
		.context = &restoring,
	};
	struct idm_err err;
	enum idm_status st = IDM_OK;

	restoring.is_readable = read_present(&restoring.present);
	if (!restoring.is_readable && !call->dry_run)
		st = set_aside(false, &err);
	if (st != IDM_OK) {
		cli_error("%s", err.text);
		return st;
	}
	if (restoring.is_readable || !call->dry_run)
		st = cli_update_run(&update, replace_map);
	if (st == IDM_OK) {
		printf("%s: %llu records %s\n", STORE_MAP_PATH,
		    (unsigned long long)idm_view_header(backup)->records,
		    call->dry_run ? "would be restored" : "restored");
	}
	return st;
}

/* "s/NAME/u/REMOTE#........" as its two names. */
static bool
split_user_key(
    struct idm_str key, struct idm_str *scheme, struct idm_str *remote)
{
	const char *slash;

	if (key.len < 2 + 3 + 9 || memcmp(key.data, "s/", 2) != 0)
		return false;
	scheme->data = key.data + 2;
	slash = memchr(scheme->data, '/', key.len - 2 - 9);
	if (slash == NULL || memcmp(slash, "/u/", 3) != 0)
		return false;
	scheme->len = (size_t)(slash - scheme->data);
	remote->data = slash + 3;
	remote->len = (size_t)(key.data + key.len - 9 - remote->data);
	return true;
}

static enum idm_status
add_user_entry(struct idm_client *client, struct idm_str key,
    struct idm_str value, struct idm_err *err)
{
	struct idm_user_request request = {
		.command = idm_str_of("idmap restore"),
	};
	struct idm_user_entry entry;
	struct idm_buf reply;
	struct idm_buf body;
	enum idm_status st;

	if (!split_user_key(key, &request.scheme, &request.remote))
		return IDM_OK; /* not a user's entry */
	st = idm_user_entry_read(value, &entry, err);
	if (st != IDM_OK)
		return st;
	request.logname = entry.logname;
	idm_buf_init(&body, IDM_WIRE_REQUEST_MAX);
	idm_buf_init(&reply, IDM_WIRE_REPLY_MAX);
	idm_user_request_write(&body, &request);
	st = idm_buf_status(&body, err);
	if (st == IDM_OK) {
		st = idm_client_call(client, IDM_OP_USER_ADD,
		    (struct idm_str){ body.data, body.len }, REPLY_WAIT_MS,
		    &reply, err);
	}
	idm_buf_fini(&reply);
	idm_buf_fini(&body);
	return st;
}

/*
 * Root never writes the keeper's files, so users' entries go back the way
 * they came: through idmapd, one by one, under today's rules.
 */
static enum idm_status
restore_users(const struct idm_view *backup, struct idm_err *err)
{
	const uid_t root = 0;
	struct idm_client *client = NULL;
	struct idm_walk walk = { 0 };
	struct idm_str value;
	struct idm_str key;
	unsigned long refused = 0;
	enum idm_status st;

	st = idm_client_open(IDM_SOCKET_PATH, &root, 1, &client, err);
	if (st != IDM_OK)
		return idm_within(err, st, "users' entries are not restored");
	while (
	    (st = idm_view_next(backup, &walk, &key, &value, err)) == IDM_OK) {
		st = add_user_entry(client, key, value, err);
		if (st == IDM_TEMPFAIL || st == IDM_CORRUPT)
			break;
		if (st != IDM_OK) {
			refused++;
			cli_error("not restored: %s", err->text);
		}
	}
	idm_client_close(&client);
	if (st != IDM_NOTFOUND)
		return st;
	if (refused > 0) {
		return idm_fail(err, IDM_CONFLICT,
		    "%lu users' entries were refused", refused);
	}
	return IDM_OK;
}

/*
 * Open a file of a backup and check all of it.  It becomes the policy of this
 * host, so nobody else may have written it, or may write it while we read:
 * the folder of a backup is often another user's to rename.
 */
static enum idm_status
open_backup(const char *dir, const char *name, enum idm_map_kind kind,
    struct idm_view **out, struct idm_err *err)
{
	const uid_t owners[] = { 0, geteuid() };
	struct idm_view *backup = NULL;
	char path[PATH_MAX];
	enum idm_status st;
	int n;

	n = snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return idm_fail(err, IDM_INVALID, "%s: name too long", dir);
	st = idm_view_open(
	    path, kind, owners, IDM_COUNTOF(owners), &backup, err);
	if (st == IDM_OK)
		st = store_whole(backup, path, err);
	if (st == IDM_OK)
		*out = backup;
	else
		idm_view_close(&backup);
	return st;
}

/* Is the adopted store of allocations there, and whole? */
static bool
has_whole_state(void)
{
	struct idm_state_peek peek = { 0 };
	struct idm_maps *maps = NULL;
	bool is_whole;

	is_whole = idm_maps_open(IDM_STATEDIR, 0, &maps, NULL) == IDM_OK &&
	    maps->policy.has_state && cli_state_peek(&peek, NULL) == IDM_OK &&
	    memcmp(idm_view_header(peek.view)->uuid, maps->policy.state_uuid,
		IDM_UUID_SIZE) == 0;
	idm_state_peek_fini(&peek);
	idm_maps_close(&maps);
	return is_whole;
}

/*
 * Allocations are restored where they are lost, or were never there.  A store
 * that is whole knows what the backup's does not, and is kept.
 */
static enum idm_status
restore_state(const struct verb_call *call, const struct idm_view *backup)
{
	if (has_whole_state()) {
		cli_note("the allocations in place are whole, and kept; "
			 "'idmap state restore --replace' would replace them");
		return IDM_OK;
	}
	return verb_state_revive(call, backup, false, 0);
}

/* The files of a backup; but for the map they may be missing. */
struct backup {
	struct idm_view *map;
	struct idm_view *users;
	struct idm_view *state;
};

static enum idm_status
open_all(const char *dir, struct backup *backup, struct idm_err *err)
{
	enum idm_status st;

	st = open_backup(
	    dir, STORE_MAP_NAME, IDM_MAP_POLICY, &backup->map, err);
	if (st != IDM_OK)
		return st;
	st = open_backup(
	    dir, STORE_USERS_NAME, IDM_MAP_USERS, &backup->users, err);
	if (st != IDM_OK && st != IDM_NOTFOUND)
		return st;
	st = open_backup(
	    dir, STORE_STATE_NAME, IDM_MAP_STATE, &backup->state, err);
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

/* All files are checked before anything is changed. */
static enum idm_status
restore(const struct verb_call *call)
{
	struct backup backup = { 0 };
	struct idm_err err = { .status = IDM_OK };
	enum idm_status st;

	st = open_all(call->argv[0], &backup, &err);
	if (st != IDM_OK) {
		cli_error("%s", err.text);
		goto out;
	}
	st = restore_map(call, backup.map);
	if (st == IDM_OK && backup.users != NULL && !call->dry_run) {
		st = restore_users(backup.users, &err);
		if (st != IDM_OK)
			cli_error("%s", err.text);
	}
	if (st == IDM_OK && backup.state != NULL && !call->dry_run)
		st = restore_state(call, backup.state);
out:
	idm_view_close(&backup.state);
	idm_view_close(&backup.users);
	idm_view_close(&backup.map);
	return st;
}

enum verb_exit
verb_restore(const struct verb_call *call)
{
	struct idm_err err;

	if (cli_check_privilege(&call->request, &err) != IDM_OK) {
		cli_error("%s", err.text);
		return VERB_FAILURE;
	}
	return verb_exit_of(restore(call));
}
