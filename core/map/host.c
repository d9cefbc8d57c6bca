#include <string.h>

#include "identity/id.h"
#include "identity/name.h"
#include "map/allocated.h"
#include "map/format.h"
#include "map/host.h"
#include "map/record.h"

#define FIRST_USER_RID  1000u       /* of uid 0 */
#define FIRST_GROUP_RID 0x80000000u /* of gid 0 */

/* Bits of an override's record. */
#define HAS_ID  0x1u
#define HAS_GID 0x2u

/* ---- The machine SID. */

void
idm_machine_write(struct idm_buf *buf, const struct idm_machine *machine,
    const uint32_t *reserved)
{
	idm_record_begin(buf, 'M');
	for (unsigned i = 1; i <= 3; i++)
		idm_buf_put_u32(buf, machine->sid.sub[i]);
	idm_buf_put(buf, machine->uuid, sizeof(machine->uuid));
	idm_buf_put_u8(buf, machine->is_imported);
	idm_buf_put_u32(buf, machine->nreserved);
	for (uint32_t i = 0; i < machine->nreserved; i++)
		idm_buf_put_u32(buf, reserved[i]);
}

/* The rest of the record: each RID once, in ascending order. */
static enum idm_status
check_reserved(struct idm_cursor cursor, uint32_t n, struct idm_err *err)
{
	uint32_t last = 0;

	for (uint32_t i = 0; i < n && !cursor.bad; i++) {
		uint32_t rid = idm_cursor_u32(&cursor);

		if (i > 0 && rid <= last && !cursor.bad) {
			return idm_fail(err, IDM_CORRUPT,
			    "record's reserved RIDs are not sorted");
		}
		last = rid;
	}
	return idm_record_close(&cursor, err);
}

enum idm_status
idm_machine_read(
    struct idm_str value, struct idm_machine *out, struct idm_err *err)
{
	struct idm_machine machine = {
		.sid = { .authority = 5, .sub = { 21 }, .nsubs = 4 },
	};
	struct idm_cursor cursor;
	enum idm_status st;
	uint8_t imported;

	st = idm_record_open(value, 'M', &cursor, err);
	if (st != IDM_OK)
		return st;
	for (unsigned i = 1; i <= 3; i++)
		machine.sid.sub[i] = idm_cursor_u32(&cursor);
	idm_record_bytes(&cursor, machine.uuid, sizeof(machine.uuid));
	imported = idm_cursor_u8(&cursor);
	machine.nreserved = idm_cursor_u32(&cursor);
	machine.reserved = cursor;
	st = check_reserved(cursor, machine.nreserved, err);
	if (st != IDM_OK)
		return st;
	if (imported > 1)
		return idm_record_out_of_range("import mark", imported, err);
	machine.is_imported = imported == 1;
	*out = machine;
	return IDM_OK;
}

static bool
is_reserved(const struct idm_machine *machine, uint32_t rid)
{
	struct idm_cursor cursor = machine->reserved;

	for (uint32_t i = 0; i < machine->nreserved; i++) {
		uint32_t next = idm_cursor_u32(&cursor);

		if (next >= rid)
			return next == rid;
	}
	return false;
}

enum idm_status
idm_local_sid(const struct idm_machine *machine, uint32_t id, bool is_group,
    struct idm_sid *out, struct idm_err *err)
{
	uint32_t first = is_group ? FIRST_GROUP_RID : FIRST_USER_RID;
	uint32_t last = is_group ? UINT32_MAX : FIRST_GROUP_RID - 1;
	const char *what = is_group ? "gid" : "uid";

	if (id > last - first) {
		return idm_fail(err, IDM_NOTFOUND,
		    "%s %lu has no local SID: the last that has one is %lu",
		    what, (unsigned long)id, (unsigned long)(last - first));
	}
	if (is_reserved(machine, first + id)) {
		return idm_fail(err, IDM_NOTFOUND,
		    "%s %lu has no local SID: its RID %lu is an account's of "
		    "the Samba whose SID was imported",
		    what, (unsigned long)id, (unsigned long)(first + id));
	}
	*out = idm_sid_of(&machine->sid, first + id);
	return IDM_OK;
}

enum idm_status
idm_local_id(const struct idm_machine *machine, const struct idm_sid *sid,
    uint32_t *id, bool *is_group, struct idm_err *err)
{
	struct idm_sid domain;
	uint32_t rid;

	if (!idm_sid_split(sid, &domain, &rid) ||
	    !idm_sid_equal(&domain, &machine->sid))
		return idm_fail(err, IDM_NOTFOUND, "SID is not of this host");
	if (rid < FIRST_USER_RID) {
		return idm_fail(err, IDM_NOTFOUND,
		    "RID %lu is below %u, where local SIDs begin",
		    (unsigned long)rid, FIRST_USER_RID);
	}
	if (is_reserved(machine, rid)) {
		return idm_fail(err, IDM_NOTFOUND,
		    "RID %lu is an account's of the Samba whose SID was "
		    "imported",
		    (unsigned long)rid);
	}
	*is_group = rid >= FIRST_GROUP_RID;
	*id = rid - (*is_group ? FIRST_GROUP_RID : FIRST_USER_RID);
	return IDM_OK;
}

/* ---- Overrides. */

static void
put_text(struct idm_buf *buf, struct idm_str text)
{
	idm_buf_put_str(buf, text.data, text.len);
}

void
idm_override_write(struct idm_buf *buf, const struct idm_override *override)
{
	idm_record_begin(buf, 'O');
	idm_buf_put_u8(buf,
	    (uint8_t)((override->has_id ? HAS_ID : 0) |
		(override->has_gid ? HAS_GID : 0)));
	idm_buf_put_u32(buf, override->has_id ? override->id : 0);
	idm_buf_put_u32(buf, override->has_gid ? override->gid : 0);
	put_text(buf, override->name);
	put_text(buf, override->gecos);
	put_text(buf, override->home);
	put_text(buf, override->shell);
}

static enum idm_status
check_id(bool given, const char *what, uint32_t id, struct idm_err *err)
{
	const char *why = given ? idm_id_reserved(id) : NULL;

	if (!given && id != 0)
		return idm_record_out_of_range(what, id, err);
	if (why == NULL)
		return IDM_OK;
	return idm_fail(err, IDM_CORRUPT, "override's %s %lu %s", what,
	    (unsigned long)id, why);
}

static enum idm_status
check_text(
    struct idm_str text, const char *what, bool is_path, struct idm_err *err)
{
	if (is_path && text.len > 0 && text.data[0] != '/') {
		return idm_fail(err, IDM_CORRUPT,
		    "override's %s is no absolute path", what);
	}
	if (idm_name_field(text, err) == IDM_OK)
		return IDM_OK;
	return idm_within(err, IDM_CORRUPT, "override's %s", what);
}

static enum idm_status
check_override(const struct idm_override *override, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	if (override->name.len > 0 &&
	    idm_name_own(override->name, err) != IDM_OK)
		st = idm_within(err, IDM_CORRUPT, "override's name");
	if (st == IDM_OK)
		st = check_id(override->has_id, "id", override->id, err);
	if (st == IDM_OK)
		st = check_id(override->has_gid, "gid", override->gid, err);
	if (st == IDM_OK)
		st = check_text(override->gecos, "gecos", false, err);
	if (st == IDM_OK)
		st = check_text(override->home, "home", true, err);
	if (st == IDM_OK)
		st = check_text(override->shell, "shell", true, err);
	return st;
}

enum idm_status
idm_override_read(
    struct idm_str value, struct idm_override *out, struct idm_err *err)
{
	struct idm_override override;
	struct idm_cursor cursor;
	enum idm_status st;
	uint8_t has;

	st = idm_record_open(value, 'O', &cursor, err);
	if (st != IDM_OK)
		return st;
	has = idm_cursor_u8(&cursor);
	override.has_id = (has & HAS_ID) != 0;
	override.has_gid = (has & HAS_GID) != 0;
	override.id = idm_cursor_u32(&cursor);
	override.gid = idm_cursor_u32(&cursor);
	override.name = idm_cursor_str(&cursor);
	override.gecos = idm_cursor_str(&cursor);
	override.home = idm_cursor_str(&cursor);
	override.shell = idm_cursor_str(&cursor);
	st = idm_record_close(&cursor, err);
	if (st == IDM_OK && (has & ~(HAS_ID | HAS_GID)) != 0)
		st = idm_record_out_of_range("what it has", has, err);
	if (st == IDM_OK)
		st = check_override(&override, err);
	if (st == IDM_OK)
		*out = override;
	return st;
}

/* ---- Looking up. */

void
idm_override_key(struct idm_buf *buf, bool is_group, struct idm_str text)
{
	idm_buf_puts(buf, is_group ? "o/g/" : "o/u/");
	idm_buf_put(buf, text.data, text.len);
}

void
idm_override_key_id(struct idm_buf *buf, bool is_group, uint32_t id)
{
	idm_buf_puts(buf, is_group ? "o/G/" : "o/U/");
	idm_buf_put_decimal(buf, id);
}

static enum idm_status
get(const struct idm_view *view, const struct idm_buf *key, const char *what,
    struct idm_str *value, struct idm_err *err)
{
	enum idm_status st = IDM_NOTFOUND;

	/* What does not fit into a key is no record's. */
	if (key->status == IDM_OK)
		st = idm_view_get(view, key->data, key->len, value);
	if (st == IDM_NOTFOUND)
		return idm_fail(err, st, "there is no %s", what);
	if (st != IDM_OK)
		return idm_fail(
		    err, st, "the record of the %s is damaged", what);
	return IDM_OK;
}

static enum idm_status
get_fixed(const struct idm_view *view, const char *name, const char *what,
    struct idm_str *value, struct idm_err *err)
{
	char memory[32];
	struct idm_buf key;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_buf_puts(&key, name);
	return get(view, &key, what, value, err);
}

enum idm_status
idm_host_machine(const struct idm_view *view, struct idm_machine *machine,
    struct idm_err *err)
{
	struct idm_str value;
	enum idm_status st;

	st = get_fixed(view, IDM_MACHINE_KEY, "machine SID", &value, err);
	return st == IDM_OK ? idm_machine_read(value, machine, err) : st;
}

enum idm_status
idm_host_override(const struct idm_view *view, bool is_group,
    struct idm_str text, struct idm_override *override, struct idm_err *err)
{
	char memory[IDM_KEY_MAX];
	struct idm_str value;
	struct idm_buf key;
	enum idm_status st;

	idm_buf_init_fixed(&key, memory, sizeof(memory) - IDM_KEY_END);
	idm_override_key(&key, is_group, text);
	st = get(view, &key, "override", &value, err);
	return st == IDM_OK ? idm_override_read(value, override, err) : st;
}

enum idm_status
idm_host_override_of(const struct idm_view *view, bool is_group,
    const struct idm_sid *sid, struct idm_str name,
    struct idm_override *override, struct idm_err *err)
{
	char text[IDM_SID_TEXT_MAX];
	enum idm_status st = IDM_NOTFOUND;

	if (sid->nsubs > 0) {
		st = idm_host_override(view, is_group,
		    idm_str_of(idm_sid_format(sid, text)), override, err);
	}
	if (st == IDM_NOTFOUND)
		st = idm_host_override(view, is_group, name, override, err);
	return st;
}

bool
idm_host_gives_number(const struct idm_view *view, bool is_group,
    const struct idm_sid *sid, struct idm_str name)
{
	struct idm_override override;

	return idm_host_override_of(
		   view, is_group, sid, name, &override, NULL) == IDM_OK &&
	    override.has_id;
}

enum idm_status
idm_host_override_by_id(const struct idm_view *view, bool is_group, uint32_t id,
    struct idm_str *text, struct idm_err *err)
{
	struct idm_str value;
	char memory[16];
	struct idm_buf key;
	enum idm_status st;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_override_key_id(&key, is_group, id);
	st = get(view, &key, "override", &value, err);
	return st == IDM_OK ? idm_owner_read(value, text, err) : st;
}

/* ---- Properties. */

/* The value of "name=value"; false when it is another's. */
static bool
is_property(struct idm_str text, const char *name, struct idm_str *value)
{
	size_t len = strlen(name);

	if (text.len <= len || memcmp(text.data, name, len) != 0 ||
	    text.data[len] != '=')
		return false;
	*value = (struct idm_str){ text.data + len + 1, text.len - len - 1 };
	return true;
}

enum idm_status
idm_property_find(struct idm_str record, const char *name, struct idm_str *out,
    struct idm_err *err)
{
	struct idm_cursor names;
	enum idm_status st;
	uint32_t n;

	st = idm_list_read(record, &names, &n, err);
	if (st != IDM_OK)
		return st;
	for (uint32_t i = 0; i < n; i++) {
		if (is_property(idm_cursor_str(&names), name, out))
			return IDM_OK;
	}
	return idm_fail(err, IDM_NOTFOUND, "property %s is not set", name);
}

enum idm_status
idm_host_property(const struct idm_view *view, const char *name,
    struct idm_str *out, struct idm_err *err)
{
	struct idm_str record;
	enum idm_status st;

	st = get_fixed(view, IDM_PROPERTIES_KEY, "property", &record, err);
	return st == IDM_OK ? idm_property_find(record, name, out, err) : st;
}

enum idm_status
idm_host_default_domain(const struct idm_view *view,
    const struct idm_domains *domains, struct idm_str *name,
    const struct idm_domain **domain, struct idm_err *err)
{
	enum idm_status st;

	st = idm_host_property(view, IDM_DEFAULT_DOMAIN, name, err);
	if (st == IDM_OK) {
		*domain = idm_domain_by_name(domains, *name);
		return IDM_OK;
	}
	if (st != IDM_NOTFOUND)
		return st;
	if (domains->by_default == NULL)
		return idm_fail(err, st, "there is no default domain");
	*domain = domains->by_default;
	*name = idm_str_of(idm_domain_shown(*domain));
	return IDM_OK;
}
