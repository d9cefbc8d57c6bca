#include <sys/stat.h>

#include <errno.h>
#include <string.h>

#include "identity/account.h"
#include "map/edit.h"
#include "wire/client.h"

#include "cli/policy.h"
#include "cli/state.h"
#include "cli/store.h"

#define DAEMON_USER "idmap"
#define WAIT_MS     60000 /* a million records are not folded at once */

enum idm_status
cli_state_remote(struct idm_remote **remote, struct idm_err *err)
{
	struct idm_account account;
	size_t npeers = 0;
	uid_t peer = 0;

	if (idm_account_by_name(IDM_ACCOUNTDIR, idm_str_of(DAEMON_USER),
		&account, NULL) == IDM_OK) {
		peer = account.uid;
		npeers = 1;
	}
	return idm_remote_new(
	    IDM_SOCKET_PATH, &peer, npeers, WAIT_MS, remote, err);
}

/* ---- The policy. */

static enum idm_status
read_policy(const struct idm_rewrite *rewrite, struct idm_policy *policy,
    struct idm_err *err)
{
	struct idm_str value;
	enum idm_status st;

	st = idm_rewrite_get(rewrite, "policy", 6, &value);
	if (st == IDM_NOTFOUND) {
		*policy = idm_policy_default;
		return IDM_OK;
	}
	if (st != IDM_OK)
		return idm_fail(err, st, "the policy's record is damaged");
	return idm_policy_read(value, policy, err);
}

enum idm_status
cli_state_take(struct idm_rewrite *rewrite, const uint8_t uuid[IDM_UUID_SIZE],
    struct idm_err *err)
{
	struct idm_policy policy;
	enum idm_status st;

	st = read_policy(rewrite, &policy, err);
	if (st == IDM_OK)
		st = cli_policy_keeper(&policy, err);
	if (st != IDM_OK)
		return st;
	policy.has_state = true;
	memcpy(policy.state_uuid, uuid, IDM_UUID_SIZE);
	return idm_edit_policy(rewrite, &policy, err);
}

/* The UUID in front of an answer. */
static enum idm_status
take_uuid(
    struct idm_str *reply, uint8_t uuid[IDM_UUID_SIZE], struct idm_err *err)
{
	if (reply->len < IDM_UUID_SIZE) {
		return idm_fail(
		    err, IDM_CORRUPT, "idmapd's answer is too short");
	}
	memcpy(uuid, reply->data, IDM_UUID_SIZE);
	reply->data += IDM_UUID_SIZE;
	reply->len -= IDM_UUID_SIZE;
	return IDM_OK;
}

enum idm_status
cli_state_adopt(struct idm_rewrite *rewrite, bool replace,
    struct idm_str command, struct idm_err *err)
{
	struct idm_state_request request = {
		.flags = replace ? IDM_STATE_REPLACE : 0,
		.command = command,
	};
	struct idm_remote *remote = NULL;
	uint8_t uuid[IDM_UUID_SIZE];
	struct idm_str reply;
	enum idm_status st;

	st = cli_state_remote(&remote, err);
	if (st == IDM_OK)
		st = idm_remote_ask(
		    remote, IDM_OP_STATE_ADOPT, &request, &reply, err);
	if (st == IDM_OK)
		st = take_uuid(&reply, uuid, err);
	if (st == IDM_OK)
		st = cli_state_take(rewrite, uuid, err);
	idm_remote_free(&remote);
	return st;
}

/* ---- Restoring. */

static enum idm_status
send_records(struct idm_transfer *transfer, const struct idm_view *backup,
    struct idm_err *err)
{
	struct idm_walk walk = { 0 };
	struct idm_state_record record;
	enum idm_status st;

	while ((st = idm_view_next(backup, &walk, &record.key, &record.value,
		    err)) == IDM_OK) {
		if (idm_str_is(record.key, IDM_HEADER_KEY))
			continue;
		if (record.key.len <= IDM_KEY_END)
			return idm_fail(
			    err, IDM_CORRUPT, "a key without its end");
		record.key.len -= IDM_KEY_END;
		st = idm_transfer_record(transfer, &record, err);
		if (st != IDM_OK)
			return st;
	}
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

enum idm_status
cli_state_restore(struct cli_state_restore *restore, struct idm_err *err)
{
	struct idm_state_request request = {
		.flags = restore->replace ? IDM_STATE_REPLACE : 0,
		.command = restore->command,
		.gap = restore->gap,
	};
	struct idm_remote *remote = NULL;
	struct idm_transfer transfer;
	struct idm_cursor cursor;
	struct idm_str reply;
	enum idm_status st;

	st = cli_state_remote(&remote, err);
	if (st != IDM_OK)
		return st;
	st = idm_transfer_begin(
	    &transfer, remote, IDM_OP_STATE_RESTORE, &request, err);
	if (st == IDM_OK)
		st = send_records(&transfer, restore->backup, err);
	if (st == IDM_OK)
		st = idm_transfer_end(&transfer, &reply, err);
	if (st == IDM_OK)
		st = take_uuid(&reply, restore->uuid, err);
	if (st == IDM_OK) {
		cursor = idm_cursor_over(reply.data, reply.len);
		restore->records = idm_cursor_u32(&cursor);
	}
	idm_transfer_fini(&transfer);
	idm_remote_free(&remote);
	return st;
}

/* ---- Looking. */

/* Whoever may own the keeper's files by the map in place. */
static enum idm_status
check_keeper(uid_t uid, struct idm_err *err)
{
	struct idm_view *map = NULL;
	struct idm_policy policy;
	enum idm_status st;

	st = store_open(STORE_MAP_PATH, STORE_MAP, &map, err);
	if (st == IDM_OK)
		st = cli_policy_read(map, &policy, err);
	idm_view_close(&map);
	if (st != IDM_OK)
		return idm_within(err, st, CLI_STATE_PATH " cannot be judged");
	for (unsigned i = 0; i < policy.nkeepers; i++) {
		if ((uid_t)policy.keeper[i] == uid)
			return IDM_OK;
	}
	return idm_fail(err, IDM_DENIED,
	    CLI_STATE_PATH ": owned by uid %lu, which is no keeper",
	    (unsigned long)uid);
}

enum idm_status
cli_state_peek(struct idm_state_peek *peek, struct idm_err *err)
{
	enum idm_status status;
	struct stat st;

	if (stat(CLI_STATE_PATH, &st) == -1) {
		if (errno == ENOENT)
			return idm_fail(
			    err, IDM_NOTFOUND, CLI_STATE_PATH ": no such file");
		return idm_fail_errno(err, CLI_STATE_PATH);
	}
	status = check_keeper(st.st_uid, err);
	if (status == IDM_OK)
		status = idm_state_peek(CLI_STATE_DIR, st.st_uid, peek, err);
	return status;
}
