#include <string.h>

#include "map/operation.h"
#include "map/own_edit.h"

/* What is being written, and where to. */
struct writer {
	idm_own_sink *sink;
	void *context;
	struct idm_buf key;
	struct idm_buf value;
	char key_memory[IDM_KEY_MAX];
	struct idm_err *err;
};

/* ---- What the domain had. */

struct sweep {
	struct idm_rewrite *rewrite;
	const char *domain;
};

static bool
has_prefix(struct idm_str key, const char *prefix)
{
	return key.len > IDM_OWN_PREFIX &&
	    memcmp(key.data, prefix, IDM_OWN_PREFIX) == 0;
}

/* Of which domain a record is; of those that have it in them. */
static bool
domain_of(struct idm_str key, struct idm_str value, struct idm_str *domain)
{
	struct idm_own_group group;
	struct idm_own_name name;
	struct idm_own_user user;
	struct idm_own_sid sid;

	if (has_prefix(key, IDM_OWN_USER) || has_prefix(key, IDM_OWN_UID)) {
		if (idm_own_user_read(value, &user, NULL) != IDM_OK)
			return false;
		*domain = user.domain;
	} else if (has_prefix(key, IDM_OWN_GROUP) ||
	    has_prefix(key, IDM_OWN_GID)) {
		if (idm_own_group_open(value, &group, NULL) != IDM_OK)
			return false;
		*domain = group.domain;
	} else if (has_prefix(key, IDM_OWN_SID)) {
		if (idm_own_sid_read(value, &sid, NULL) != IDM_OK)
			return false;
		*domain = sid.domain;
	} else if (has_prefix(key, IDM_OWN_USER_NAME) ||
	    has_prefix(key, IDM_OWN_GROUP_NAME)) {
		if (idm_own_name_read(value, &name, NULL) != IDM_OK)
			return false;
		*domain = name.domain;
	} else if (has_prefix(key, IDM_OWN_FILE)) {
		*domain = key;
		domain->data += IDM_OWN_PREFIX;
		domain->len -= IDM_OWN_PREFIX;
	} else {
		return false;
	}
	return true;
}

/*
 * The memberships of a user go with the user: they do not name the domain, but
 * their key is the user's.  Users of other domains may be as new as these, so
 * it is asked for among the changes; one that is there no more, or whose turn
 * was before, does not keep them.
 */
static bool
is_membership_of(const struct sweep *sweep, struct idm_str key)
{
	char memory[IDM_KEY_MAX];
	struct idm_own_user user;
	struct idm_str value;
	struct idm_buf buf;

	if (!has_prefix(key, IDM_OWN_MEMBERSHIP))
		return false;
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	idm_own_key(&buf, IDM_OWN_USER,
	    (struct idm_str){
		key.data + IDM_OWN_PREFIX, key.len - IDM_OWN_PREFIX });
	return idm_rewrite_get(sweep->rewrite, buf.data, buf.len, &value) !=
	    IDM_OK ||
	    idm_own_user_read(value, &user, NULL) != IDM_OK ||
	    idm_str_is(user.domain, sweep->domain);
}

static enum idm_status
sweep_record(void *context, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	const struct sweep *sweep = context;
	struct idm_str domain;

	if (!is_membership_of(sweep, key) &&
	    (!domain_of(key, value, &domain) ||
		!idm_str_is(domain, sweep->domain)))
		return IDM_OK;
	return idm_rewrite_delete(sweep->rewrite, key.data, key.len, err);
}

/* ---- What it gets. */

static enum idm_status
put(struct writer *writer)
{
	enum idm_status st;

	st = idm_buf_status(&writer->key, writer->err);
	if (st == IDM_OK)
		st = idm_buf_status(&writer->value, writer->err);
	if (st != IDM_OK)
		return st;
	return writer->sink(writer->context, idm_op_text(&writer->key),
	    idm_op_text(&writer->value), writer->err);
}

static enum idm_status
put_text(struct writer *writer, const char *prefix, struct idm_str text)
{
	idm_own_key(idm_op_empty(&writer->key), prefix, text);
	return put(writer);
}

static enum idm_status
put_id(struct writer *writer, const char *prefix, uint32_t id)
{
	idm_own_key_id(idm_op_empty(&writer->key), prefix, id);
	return put(writer);
}

static enum idm_status
put_sid(struct writer *writer, const struct idm_sid *sid,
    const struct idm_own_sid *record)
{
	char text[IDM_SID_TEXT_MAX];

	if (sid->nsubs == 0)
		return IDM_OK;
	idm_own_sid_write(idm_op_empty(&writer->value), record);
	return put_text(
	    writer, IDM_OWN_SID, idm_str_of(idm_sid_format(sid, text)));
}

static enum idm_status
put_other_name(struct writer *writer, const char *prefix,
    struct idm_str other_name, const struct idm_own_name *record)
{
	if (other_name.len == 0)
		return IDM_OK;
	idm_own_name_write(idm_op_empty(&writer->value), record);
	return put_text(writer, prefix, other_name);
}

static enum idm_status
put_user(struct writer *writer, const struct idm_own_member *member)
{
	const struct idm_own_user *user = &member->user;
	const struct idm_own_sid sid = {
		.id = user->uid,
		.name = member->account,
		.domain = user->domain,
		.shown = user->name,
	};
	struct idm_own_user back;
	enum idm_status st;

	idm_own_user_write(idm_op_empty(&writer->value), user);
	st = idm_own_user_read(idm_op_text(&writer->value), &back, writer->err);
	if (st == IDM_OK)
		st = put_text(writer, IDM_OWN_USER, user->key);
	if (st == IDM_OK)
		st = put_id(writer, IDM_OWN_UID, user->uid);
	if (st == IDM_OK && member->ngids > 0) {
		idm_own_gids_write(
		    idm_op_empty(&writer->value), member->gid, member->ngids);
		st = put_text(writer, IDM_OWN_MEMBERSHIP, user->key);
	}
	if (st == IDM_OK)
		st = put_other_name(writer, IDM_OWN_USER_NAME,
		    member->other_name,
		    &(struct idm_own_name){ user->domain, user->key });
	if (st == IDM_OK)
		st = put_sid(writer, &user->sid, &sid);
	return st;
}

static enum idm_status
put_group(struct writer *writer, const struct idm_own_group_of *of)
{
	const struct idm_own_group *group = &of->group;
	const struct idm_own_sid sid = {
		.is_group = true,
		.id = group->gid,
		.name = of->account,
		.domain = group->domain,
		.shown = group->name,
	};
	struct idm_own_group back;
	enum idm_status st;

	idm_own_group_write(idm_op_empty(&writer->value), group, of->member);
	st = idm_own_group_read(
	    idm_op_text(&writer->value), &back, writer->err);
	if (st == IDM_OK)
		st = put_text(writer, IDM_OWN_GROUP, group->key);
	if (st == IDM_OK)
		st = put_id(writer, IDM_OWN_GID, group->gid);
	if (st == IDM_OK)
		st = put_other_name(writer, IDM_OWN_GROUP_NAME, of->other_name,
		    &(struct idm_own_name){ group->domain, group->key });
	if (st == IDM_OK)
		st = put_sid(writer, &group->sid, &sid);
	return st;
}

static void
begin(struct writer *writer, idm_own_sink *sink, void *context,
    struct idm_err *err)
{
	writer->sink = sink;
	writer->context = context;
	writer->err = err;
	idm_buf_init_fixed(
	    &writer->key, writer->key_memory, sizeof(writer->key_memory));
	idm_buf_init(&writer->value, IDM_VALUE_MAX);
}

enum idm_status
idm_own_user_records(const struct idm_own_member *member, idm_own_sink *sink,
    void *context, struct idm_err *err)
{
	struct writer writer;
	enum idm_status st;

	begin(&writer, sink, context, err);
	st = put_user(&writer, member);
	idm_buf_fini(&writer.value);
	return st;
}

enum idm_status
idm_own_group_records(const struct idm_own_group_of *group, idm_own_sink *sink,
    void *context, struct idm_err *err)
{
	struct writer writer;
	enum idm_status st;

	begin(&writer, sink, context, err);
	st = put_group(&writer, group);
	idm_buf_fini(&writer.value);
	return st;
}

/* ---- The domain's, in the place of what it had. */

static enum idm_status
put_in_rewrite(void *context, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	return idm_rewrite_put(
	    context, key.data, key.len, value.data, value.len, err);
}

static enum idm_status
put_all(struct writer *writer, const struct idm_own_member *user, size_t nusers,
    const struct idm_own_group_of *group, size_t ngroups)
{
	for (size_t i = 0; i < nusers; i++) {
		enum idm_status st = put_user(writer, &user[i]);

		if (st != IDM_OK) {
			return idm_within(writer->err, st, "user '%.*s'",
			    (int)user[i].user.name.len, user[i].user.name.data);
		}
	}
	for (size_t i = 0; i < ngroups; i++) {
		enum idm_status st = put_group(writer, &group[i]);

		if (st != IDM_OK) {
			return idm_within(writer->err, st, "group '%.*s'",
			    (int)group[i].group.name.len,
			    group[i].group.name.data);
		}
	}
	return IDM_OK;
}

static enum idm_status
raise_epoch(struct idm_rewrite *rewrite, struct idm_err *err)
{
	const struct idm_ruleset_name none = { IDM_RULESET_SCHEME, "" };
	struct idm_op op;
	enum idm_status st;

	st = idm_op_begin(&op, rewrite, none, err);
	if (st == IDM_OK)
		st = idm_op_finish(&op, err);
	idm_op_fini(&op);
	return st;
}

enum idm_status
idm_own_replace(struct idm_rewrite *rewrite, const char *domain,
    uint64_t fingerprint, const struct idm_own_member *user, size_t nusers,
    const struct idm_own_group_of *group, size_t ngroups, struct idm_err *err)
{
	struct sweep sweep = { .rewrite = rewrite, .domain = domain };
	struct writer writer;
	enum idm_status st;

	begin(&writer, put_in_rewrite, rewrite, err);
	st = idm_rewrite_each(rewrite, sweep_record, &sweep, err);
	if (st == IDM_OK)
		st = put_all(&writer, user, nusers, group, ngroups);
	if (st == IDM_OK && (fingerprint != 0 || nusers + ngroups > 0)) {
		const struct idm_own_file file = {
			.fingerprint = fingerprint,
			.users = (uint32_t)nusers,
			.groups = (uint32_t)ngroups,
		};

		idm_own_file_write(idm_op_empty(&writer.value), &file);
		st = put_text(&writer, IDM_OWN_FILE, idm_str_of(domain));
	}
	if (st == IDM_OK)
		st = raise_epoch(rewrite, err);
	idm_buf_fini(&writer.value);
	return st;
}
