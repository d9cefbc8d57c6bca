#include <string.h>

#include "config/conf.h"
#include "map/edit.h"
#include "map/host_edit.h"

#include "cli/ask.h"
#include "cli/policy.h"
#include "cli/say.h"

enum idm_status
cli_policy_read(
    const struct idm_view *view, struct idm_policy *policy, struct idm_err *err)
{
	struct idm_str value;
	enum idm_status st;

	st = idm_view_get(view, "policy", 6, &value);
	if (st == IDM_NOTFOUND) {
		*policy = idm_policy_default;
		return IDM_OK;
	}
	if (st != IDM_OK)
		return idm_fail(err, st, "the policy's record is damaged");
	return idm_policy_read(value, policy, err);
}

static void
tell_mistake(void *context, const char *text)
{
	(void)context;
	cli_note("%s", text);
}

/* What idmap.conf says, or the defaults of this host when it is faulty. */
static enum idm_status
load_conf(struct idm_policy *policy, struct idm_err *err)
{
	enum idm_status st;

	st = idm_conf_load(
	    IDM_CONF_PATH, IDM_ACCOUNTDIR, policy, tell_mistake, NULL, err);
	if (st == IDM_OK)
		return st;
	cli_note("%s; the defaults are taken until 'idmap apply' succeeds",
	    err->text);
	return idm_conf_load(
	    "/dev/null", IDM_ACCOUNTDIR, policy, tell_mistake, NULL, err);
}

enum idm_status
cli_policy_begin(struct idm_rewrite *rewrite, struct idm_err *err)
{
	struct idm_policy policy;
	enum idm_status st;
	bool made;

	st = load_conf(&policy, err);
	if (st != IDM_OK)
		return st;
	st = idm_edit_policy(rewrite, &policy, err);
	return st == IDM_OK ? idm_machine_make(rewrite, &made, err) : st;
}

/* Ask idmapd for its store's id; with force, for a new store if need be. */
static enum idm_status
ask_uuid(bool force, struct idm_str command, uint8_t uuid[IDM_UUID_SIZE],
    struct idm_err *err)
{
	struct idm_user_request request = {
		.scheme = idm_str_of(""),
		.remote = idm_str_of(""),
		.logname = idm_str_of(""),
		.command = command,
	};
	struct idm_cursor cursor;
	struct idm_buf reply;
	const void *bytes;
	enum idm_status st;

	idm_buf_init(&reply, IDM_WIRE_REPLY_MAX);
	st = cli_ask(IDM_OP_USERS_ADOPT, &request, &reply, err);
	if (st == IDM_CORRUPT && force) {
		request.flags = IDM_USER_REPLACE;
		idm_buf_clear(&reply);
		st = cli_ask(IDM_OP_USERS_ADOPT, &request, &reply, err);
	}
	cursor = idm_cursor_over(reply.data, reply.len);
	bytes = idm_cursor_bytes(&cursor, IDM_UUID_SIZE);
	if (st == IDM_OK && bytes == NULL)
		st = idm_fail(err, IDM_CORRUPT, "idmapd's answer is too short");
	if (st == IDM_OK)
		memcpy(uuid, bytes, IDM_UUID_SIZE);
	idm_buf_fini(&reply);
	return st;
}

/* A policy that names no keeper trusts nobody's users' map. */
enum idm_status
cli_policy_keeper(struct idm_policy *policy, struct idm_err *err)
{
	struct idm_policy conf;
	enum idm_status st;

	if (policy->nkeepers > 0)
		return IDM_OK;
	st = load_conf(&conf, err);
	if (st != IDM_OK)
		return st;
	if (conf.nkeepers == 0)
		return idm_fail(err, IDM_NOTFOUND,
		    "there is no user 'idmap-keep', who keeps the users' map: "
		    "make it with 'systemd-sysusers' or useradd");
	policy->nkeepers = conf.nkeepers;
	memcpy(policy->keeper, conf.keeper, sizeof(policy->keeper));
	return IDM_OK;
}

enum idm_status
cli_policy_adopt(struct idm_rewrite *rewrite, bool force,
    struct idm_str command, struct idm_err *err)
{
	uint8_t uuid[IDM_UUID_SIZE];
	struct idm_policy policy;
	enum idm_status st;

	st = cli_policy_read(idm_rewrite_view(rewrite), &policy, err);
	if (st == IDM_OK)
		st = cli_policy_keeper(&policy, err);
	if (st == IDM_OK)
		st = ask_uuid(force, command, uuid, err);
	if (st != IDM_OK)
		return st;
	if (policy.has_users &&
	    memcmp(uuid, policy.users_uuid, IDM_UUID_SIZE) != 0 && !force)
		return idm_fail(err, IDM_CONFLICT,
		    "idmapd's users' map is not the one in use so far, which "
		    "is lost or was replaced: bring it back with 'idmap "
		    "restore', or take the present one with --force");
	policy.has_users = true;
	memcpy(policy.users_uuid, uuid, IDM_UUID_SIZE);
	return idm_edit_policy(rewrite, &policy, err);
}

enum idm_status
cli_policy_settle(struct idm_rewrite *rewrite, struct idm_err *err)
{
	struct idm_policy policy;
	enum idm_status st;
	struct idm_err why;

	if (idm_rewrite_view(rewrite) == NULL)
		return cli_policy_begin(rewrite, err);
	st = cli_policy_read(idm_rewrite_view(rewrite), &policy, err);
	if (st != IDM_OK || policy.nkeepers > 0 ||
	    cli_policy_keeper(&policy, &why) != IDM_OK)
		return st;
	return idm_edit_policy(rewrite, &policy, err);
}
