#include <string.h>

#include "map/cached.h"
#include "map/equal.h"
#include "map/own.h"
#include "map/verify_own.h"

struct own {
	const struct idm_view *view;
	struct idm_verify_report *report;
	struct idm_str key;  /* of the record that is looked at */
	struct idm_str text; /* what stands behind its prefix */
	struct idm_str value;
	bool is_cached; /* value is what stands behind a front */
};

static struct idm_str
text_of(const struct idm_buf *buf)
{
	return (struct idm_str){ buf->data, buf->len };
}

static void
check_key(const struct own *own, struct idm_str expected)
{
	if (idm_str_compare(own->text, expected) != 0) {
		idm_verify_found_at(own->report, own->key,
		    "is of '%.*s', not of its key", (int)expected.len,
		    expected.data);
	}
}

/* Another record of the same file, without its front. */
static enum idm_status
find_other(const struct own *own, const char prefix[static IDM_OWN_PREFIX],
    struct idm_str text, struct idm_str *value)
{
	struct idm_cached cached;
	enum idm_status st;

	if (!own->is_cached)
		return idm_own_find(own->view, prefix, text, value);
	st = idm_cached_find(own->view, prefix, text, &cached);
	if (st == IDM_OK)
		*value = cached.record;
	return st;
}

/* The same identity's record by its other key must be the same bytes. */
static void
check_twin(const struct own *own, const char prefix[static IDM_OWN_PREFIX],
    struct idm_str text)
{
	struct idm_str twin;

	if (find_other(own, prefix, text, &twin) != IDM_OK) {
		idm_verify_found_at(own->report, own->key,
		    "there is no '%.4s%.*s'", prefix, (int)text.len, text.data);
	} else if (idm_str_compare(twin, own->value) != 0) {
		idm_verify_found_at(own->report, own->key,
		    "differs from '%.4s%.*s'", prefix, (int)text.len,
		    text.data);
	}
}

/* The record of its SID must tell the same. */
static void
check_sid(const struct own *own, const struct idm_sid *sid,
    const struct idm_own_sid *expected)
{
	char text[IDM_SID_TEXT_MAX];
	struct idm_own_sid found;
	struct idm_str value;

	if (sid->nsubs == 0)
		return;
	(void)idm_sid_format(sid, text);
	if (find_other(own, IDM_OWN_SID, idm_str_of(text), &value) != IDM_OK) {
		idm_verify_found_at(
		    own->report, own->key, "there is no 'i/s/%s'", text);
		return;
	}
	if (idm_own_sid_read(value, &found, NULL) != IDM_OK)
		return; /* found where it stands */
	if (found.is_group != expected->is_group || found.id != expected->id ||
	    idm_str_compare(found.domain, expected->domain) != 0 ||
	    idm_str_compare(found.shown, expected->shown) != 0) {
		idm_verify_found_at(
		    own->report, own->key, "'i/s/%s' is another's", text);
	}
}

static void
check_user(const struct own *own, bool by_id)
{
	struct idm_own_user user;
	char memory[10];
	struct idm_buf uid;
	struct idm_err err;

	if (idm_own_user_read(own->value, &user, &err) != IDM_OK) {
		idm_verify_found_at(own->report, own->key, "%s", err.text);
		return;
	}
	idm_buf_init_fixed(&uid, memory, sizeof(memory));
	idm_buf_put_decimal(&uid, user.uid);
	check_key(own, by_id ? text_of(&uid) : user.key);
	if (by_id)
		check_twin(own, IDM_OWN_USER, user.key);
	else
		check_twin(own, IDM_OWN_UID, text_of(&uid));
	check_sid(own, &user.sid,
	    &(struct idm_own_sid){
		.is_group = false,
		.id = user.uid,
		.domain = user.domain,
		.shown = user.name,
	    });
}

static void
check_group(const struct own *own, bool by_id)
{
	struct idm_own_group group;
	char memory[10];
	struct idm_buf gid;
	struct idm_err err;

	if (idm_own_group_read(own->value, &group, &err) != IDM_OK) {
		idm_verify_found_at(own->report, own->key, "%s", err.text);
		return;
	}
	idm_buf_init_fixed(&gid, memory, sizeof(memory));
	idm_buf_put_decimal(&gid, group.gid);
	check_key(own, by_id ? text_of(&gid) : group.key);
	if (by_id)
		check_twin(own, IDM_OWN_GROUP, group.key);
	else
		check_twin(own, IDM_OWN_GID, text_of(&gid));
	check_sid(own, &group.sid,
	    &(struct idm_own_sid){
		.is_group = true,
		.id = group.gid,
		.domain = group.domain,
		.shown = group.name,
	    });
}

/* Another name leads to somebody of the same domain, and hides nobody. */
static void
check_other_name(const struct own *own, bool is_group)
{
	const char *prefix = is_group ? IDM_OWN_GROUP : IDM_OWN_USER;
	struct idm_own_name name;
	struct idm_str value;
	struct idm_err err;

	if (idm_own_name_read(own->value, &name, &err) != IDM_OK) {
		idm_verify_found_at(own->report, own->key, "%s", err.text);
		return;
	}
	if (find_other(own, prefix, name.key, &value) != IDM_OK) {
		idm_verify_found_at(own->report, own->key,
		    "there is no '%.4s%.*s'", prefix, (int)name.key.len,
		    name.key.data);
	}
	if (find_other(own, prefix, own->text, &value) == IDM_OK) {
		idm_verify_found_at(
		    own->report, own->key, "there is another of this name");
	}
}

static void
check_membership(const struct own *own)
{
	struct idm_cursor gids;
	struct idm_str value;
	struct idm_err err;
	uint32_t n;

	if (idm_own_gids_read(own->value, &gids, &n, &err) != IDM_OK)
		idm_verify_found_at(own->report, own->key, "%s", err.text);
	if (!own->is_cached &&
	    idm_own_find(own->view, IDM_OWN_USER, own->text, &value) != IDM_OK)
		idm_verify_found_at(
		    own->report, own->key, "there is no such user");
}

/* Does the identity that the record of a SID names exist, with this SID? */
static bool
has_sid(const struct own *own, const struct idm_own_sid *record,
    const struct idm_sid *sid)
{
	struct idm_own_group group;
	struct idm_own_user user;
	struct idm_str value;

	if (idm_own_find_id(own->view,
		record->is_group ? IDM_OWN_GID : IDM_OWN_UID, record->id,
		&value) != IDM_OK)
		return false;
	if (record->is_group) {
		return idm_own_group_read(value, &group, NULL) == IDM_OK &&
		    idm_sid_equal(&group.sid, sid);
	}
	return idm_own_user_read(value, &user, NULL) == IDM_OK &&
	    idm_sid_equal(&user.sid, sid);
}

static void
check_sid_record(const struct own *own)
{
	struct idm_own_sid record;
	struct idm_sid sid;
	struct idm_err err;

	if (idm_own_sid_read(own->value, &record, &err) != IDM_OK ||
	    idm_sid_parse(own->text, &sid, &err) != IDM_OK) {
		idm_verify_found_at(own->report, own->key, "%s", err.text);
		return;
	}
	/* A directory tells what a SID is of without telling all of it. */
	if (!own->is_cached && !has_sid(own, &record, &sid)) {
		idm_verify_found_at(own->report, own->key,
		    "there is no %s %lu of this SID",
		    record.is_group ? "group" : "user",
		    (unsigned long)record.id);
	}
}

static void
check_file(const struct own *own)
{
	struct idm_own_file file;
	struct idm_err err;

	if (idm_own_file_read(own->value, &file, &err) != IDM_OK)
		idm_verify_found_at(own->report, own->key, "%s", err.text);
}

/* ---- What only the cache has. */

static void
check_account(const struct own *own)
{
	struct idm_cached_account account;
	struct idm_err err;

	if (idm_cached_account_read(own->value, &account, &err) != IDM_OK)
		idm_verify_found_at(own->report, own->key, "%s", err.text);
}

static void
check_entry(const struct own *own)
{
	struct idm_cached_entry entry;
	struct idm_err err;

	if (idm_cached_entry_read(own->value, &entry, &err) != IDM_OK)
		idm_verify_found_at(own->report, own->key, "%s", err.text);
}

static void
check_domain(const struct own *own)
{
	struct idm_cached_domain domain;
	struct idm_err err;

	if (idm_cached_domain_read(own->value, &domain, &err) != IDM_OK)
		idm_verify_found_at(own->report, own->key, "%s", err.text);
}

static void
check_equal(const struct own *own)
{
	struct idm_equal equal;
	struct idm_err err;

	if (idm_equal_read(own->value, &equal, &err) != IDM_OK)
		idm_verify_found_at(own->report, own->key, "%s", err.text);
}

static void
check_server(const struct own *own)
{
	struct idm_str uri;
	struct idm_err err;

	if (idm_cached_server_read(own->value, &uri, &err) != IDM_OK)
		idm_verify_found_at(own->report, own->key, "%s", err.text);
}

static void
check_locals(const struct own *own)
{
	struct idm_cursor names;
	struct idm_err err;
	uint32_t n;

	if (idm_equal_locals_read(own->value, &names, &n, &err) != IDM_OK)
		idm_verify_found_at(own->report, own->key, "%s", err.text);
}

/* ---- By kind. */

/* false: the kind is none of these. */
static bool
check_kind_of_cache(const struct own *own, char kind)
{
	switch (kind) {
	case 't':
		check_account(own);
		return true;
	case 'u':
		check_entry(own);
		return true;
	case 'w':
		check_server(own);
		return true;
	case 'e':
	case 'E':
	case 'q':
		check_equal(own);
		return true;
	case 'l':
		check_locals(own);
		return true;
	default:
		return false;
	}
}

static void
check_kind(const struct own *own, char kind)
{
	switch (kind) {
	case 'p':
	case 'P':
		check_user(own, kind == 'P');
		break;
	case 'g':
	case 'G':
		check_group(own, kind == 'G');
		break;
	case 'm':
		check_membership(own);
		break;
	case 'a':
	case 'A':
		check_other_name(own, kind == 'A');
		break;
	case 's':
		check_sid_record(own);
		break;
	case 'f':
		check_file(own);
		break;
	default:
		idm_verify_found_at(own->report, own->key,
		    "is of no kind that this program knows");
		break;
	}
}

/* What stands behind the key's prefix; false, and a finding: it has none. */
static bool
open_key(struct own *own)
{
	if (own->key.len <= IDM_OWN_PREFIX ||
	    memcmp(own->key.data, "i/", 2) != 0 || own->key.data[3] != '/') {
		idm_verify_found_at(own->report, own->key,
		    "is of no kind that this program knows");
		return false;
	}
	own->text.data = own->key.data + IDM_OWN_PREFIX;
	own->text.len = own->key.len - IDM_OWN_PREFIX;
	return true;
}

void
idm_verify_own(const struct idm_view *view, struct idm_verify_report *report,
    struct idm_str key, struct idm_str value)
{
	struct own own = {
		.view = view,
		.report = report,
		.key = key,
		.value = value,
	};

	if (open_key(&own))
		check_kind(&own, key.data[2]);
}

void
idm_verify_cached(const struct idm_view *view, struct idm_verify_report *report,
    struct idm_str key, struct idm_str value)
{
	struct own own = {
		.view = view,
		.report = report,
		.key = key,
		.value = value,
		.is_cached = true,
	};
	struct idm_cached cached;
	struct idm_err err;

	if (!open_key(&own))
		return;
	if (key.data[2] == IDM_CACHED_DOMAIN[2]) {
		check_domain(&own);
		return;
	}
	if (idm_cached_read(value, &cached, &err) != IDM_OK) {
		idm_verify_found_at(report, key, "%s", err.text);
		return;
	}
	own.value = cached.record;
	if (!check_kind_of_cache(&own, key.data[2]))
		check_kind(&own, key.data[2]);
}
