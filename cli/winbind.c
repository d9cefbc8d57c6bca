#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backends/backend.h"
#include "backends/layout.h"
#include "base/num.h"
#include "base/quote.h"
#include "map/changes.h"

#include "cli/tdbdump.h"
#include "cli/winbind.h"

#define RECORD_MAX  4096 /* bytes of a key or a value; real ones have 200 */
#define TDB_VERSION 2    /* of winbindd_idmap.tdb */

struct reader {
	struct winbind_plan *plan;
	const struct idm_domain *domain;
	struct idm_changes *records; /* keys without their NUL */
	bool has_backs; /* each mapping both ways, as tdbdump shows them */
	uint32_t uid_mark, gid_mark, slice_mark;
	bool has_uid_mark, has_gid_mark, has_slice_mark;
	bool has_config;
	enum idm_status st;
	struct idm_err *err;
};

/* ---- Plan. */

static void reject(struct reader *, struct idm_str key, const char *, ...)
    IDM_PRINTF(3, 4);

static void
reject(struct reader *reader, struct idm_str key, const char *fmt, ...)
{
	char quoted[300], why[400], text[800];
	struct idm_buf buf;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	idm_buf_init_fixed(&buf, quoted, sizeof(quoted));
	idm_quote_put(&buf, '\'', key, 64);
	(void)snprintf(
	    text, sizeof(text), "record %s: %s", idm_buf_text(&buf), why);
	reader->plan->rejected++;
	reader->plan->reject(reader->plan->context, text);
}

static void
add_pin(struct reader *reader, struct idm_pin pin)
{
	struct winbind_plan *plan = reader->plan;

	if (plan->n == plan->room) {
		size_t room = plan->room == 0 ? 256 : 2 * plan->room;
		struct idm_pin *grown = reallocarray(
		    plan->pin, room, sizeof(*grown));

		if (grown == NULL) {
			reader->st = idm_fail(
			    reader->err, IDM_NOMEM, "out of memory");
			return;
		}
		plan->pin = grown;
		plan->room = room;
	}
	pin.domain = idm_str_of(reader->domain->name);
	plan->pin[plan->n++] = pin;
}

/* ---- Parts of records. */

static struct idm_str
without_nul(struct idm_str text)
{
	if (text.len > 0 && text.data[text.len - 1] == '\0')
		text.len--;
	return text;
}

static bool
begins(struct idm_str text, const char *word)
{
	size_t len = strlen(word);

	return text.len >= len && memcmp(text.data, word, len) == 0;
}

static struct idm_str
behind(struct idm_str text, size_t len)
{
	return (struct idm_str){ text.data + len, text.len - len };
}

static bool
read_number(struct idm_str text, uint32_t *out)
{
	uint64_t value;

	if (idm_num_parse(text.data, text.len, UINT32_MAX, &value, NULL) !=
	    IDM_OK)
		return false;
	*out = (uint32_t)value;
	return true;
}

static bool
read_le(struct idm_str bytes, uint32_t *out)
{
	struct idm_cursor cursor = idm_cursor_over(bytes.data, bytes.len);
	uint32_t value = idm_cursor_u32(&cursor);

	if (!idm_cursor_done(&cursor))
		return false;
	*out = value;
	return true;
}

/* Is there this record, with this text? */
static bool
has_record(const struct reader *reader, struct idm_str key, struct idm_str text)
{
	struct idm_change change;

	return idm_changes_find(reader->records, key, &change) &&
	    idm_str_compare(without_nul(change.value), text) == 0;
}

/* ---- Ids: "UID 1000" = "S-1-...", and back. */

static bool
is_id(struct idm_str text)
{
	return begins(text, "UID ") || begins(text, "GID ");
}

/* A SID that the domain's layout numbers needs no record, but the same id. */
static bool
is_of_layout(
    struct reader *reader, struct idm_str key, struct idm_sid *sid, uint32_t id)
{
	uint32_t other;

	if (!idm_layout_to_id(reader->domain, sid, &other))
		return false;
	if (other != id) {
		reject(reader, key, "domain %s gives the SID %lu by its layout",
		    reader->domain->name, (unsigned long)other);
	}
	return true;
}

static void
take_id(struct reader *reader, struct idm_str key, struct idm_str value)
{
	struct idm_pin pin = { .type = IDM_PIN_ID };
	struct idm_str number = behind(key, 4), text = without_nul(value);
	struct idm_err why;

	pin.kind = key.data[0] == 'U' ? IDM_KIND_USER : IDM_KIND_GROUP;
	if (idm_num_id(number.data, number.len, &pin.id, &why) != IDM_OK ||
	    idm_sid_parse(text, &pin.sid, &why) != IDM_OK) {
		reject(reader, key, "%s", why.text);
		return;
	}
	if (reader->has_backs && !has_record(reader, text, key)) {
		reject(reader, key, "'%.*s' does not lead back to it",
		    (int)text.len, text.data);
		return;
	}
	if (pin.id < reader->domain->low || pin.id > reader->domain->high) {
		reject(reader, key, "is outside the range %lu-%lu of domain %s",
		    (unsigned long)reader->domain->low,
		    (unsigned long)reader->domain->high, reader->domain->name);
		return;
	}
	if (!is_of_layout(reader, key, &pin.sid, pin.id))
		add_pin(reader, pin);
}

static void
take_back(struct reader *reader, struct idm_str key, struct idm_str value)
{
	struct idm_str text = without_nul(value);

	if (!is_id(text) || !has_record(reader, text, key))
		reject(reader, key, "no id leads back to it");
}

/* ---- Slices: "S-1-5-21-1-2-3#1" = 5, and "5" = "S-1-5-21-1-2-3#1". */

static void
take_window(struct reader *reader, struct idm_str key, struct idm_str value)
{
	const char *sign = memchr(key.data, '#', key.len);
	struct idm_pin pin = { .type = IDM_PIN_WINDOW, .kind = IDM_KIND_BOTH };
	struct idm_str sid = key;
	struct idm_err why;
	uint32_t slice;
	char digits[16];

	if (sign != NULL) {
		sid.len = (size_t)(sign - key.data);
		if (!read_number(behind(key, sid.len + 1), &pin.id) ||
		    pin.id == 0) {
			reject(reader, key, "has no number of a window");
			return;
		}
	}
	if (!read_le(value, &slice) ||
	    idm_sid_parse(sid, &pin.sid, &why) != IDM_OK) {
		reject(reader, key, "is no slice of a SID");
		return;
	}
	(void)snprintf(digits, sizeof(digits), "%lu", (unsigned long)slice);
	if (!has_record(reader, idm_str_of(digits), key)) {
		reject(
		    reader, key, "slice %s does not lead back to it", digits);
		return;
	}
	pin.number = slice;
	add_pin(reader, pin);
}

static void
take_slice(struct reader *reader, struct idm_str key, struct idm_str value)
{
	struct idm_str text = without_nul(value);
	struct idm_change change;
	uint32_t number, slice;

	if (!read_number(key, &number) ||
	    !idm_changes_find(reader->records, text, &change) ||
	    !read_le(change.value, &slice) || slice != number)
		reject(reader, key, "'%.*s' does not lead back to it",
		    (int)text.len, text.data);
}

/* ---- Single records. */

static void
take_mark(struct reader *reader, struct idm_str key, struct idm_str value,
    bool is_group)
{
	uint32_t mark;

	if (!read_le(value, &mark)) {
		reject(reader, key, "is no number");
		return;
	}
	*(is_group ? &reader->gid_mark : &reader->uid_mark) = mark;
	*(is_group ? &reader->has_gid_mark : &reader->has_uid_mark) = true;
}

static void
take_uid_mark(struct reader *reader, struct idm_str key, struct idm_str value)
{
	take_mark(reader, key, value, false);
}

static void
take_gid_mark(struct reader *reader, struct idm_str key, struct idm_str value)
{
	take_mark(reader, key, value, true);
}

static void
take_version(struct reader *reader, struct idm_str key, struct idm_str value)
{
	uint32_t version;

	if (!read_le(value, &version) || version != TDB_VERSION)
		reject(reader, key, "is not %d, the version that is known",
		    TDB_VERSION);
}

/* Our pool is the first slice, and so is Samba's unless somebody moved it. */
static void
take_pool(struct reader *reader, struct idm_str key, struct idm_str value)
{
	uint32_t slice;

	if (!read_le(value, &slice) || slice != 0)
		reject(reader, key, "the pool is not the first slice");
}

/* "NAME:NUMBER", from the front of a text. */
static bool
take_setting(struct idm_str *text, const char *name, uint32_t *out)
{
	size_t len = 0;

	if (!begins(*text, name))
		return false;
	*text = behind(*text, strlen(name));
	while (len < text->len && text->data[len] != ' ')
		len++;
	if (!read_number((struct idm_str){ text->data, len }, out))
		return false;
	*text = behind(*text, len < text->len ? len + 1 : len);
	return true;
}

static void
take_config(struct reader *reader, struct idm_str key, struct idm_str value)
{
	struct winbind_plan *plan = reader->plan;
	struct idm_str text = without_nul(value);

	if (take_setting(&text, "minvalue:", &plan->low) &&
	    take_setting(&text, "rangesize:", &plan->rangesize) &&
	    take_setting(&text, "maxranges:", &plan->maxranges) &&
	    text.len == 0)
		reader->has_config = true;
	else
		reject(reader, key, "is no configuration of autorid");
}

static void
take_next_range(struct reader *reader, struct idm_str key, struct idm_str value)
{
	if (read_le(value, &reader->slice_mark))
		reader->has_slice_mark = true;
	else
		reject(reader, key, "is no number");
}

static const struct {
	const char *key;
	bool of_autorid;
	void (*take)(struct reader *, struct idm_str key, struct idm_str value);
} singles[] = {
	{ "IDMAP_VERSION", false, take_version },
	{ "USER HWM", false, take_uid_mark },
	{ "GROUP HWM", false, take_gid_mark },
	{ "ALLOC", true, take_pool },
	{ "NEXT ALLOC UID", true, take_uid_mark },
	{ "NEXT ALLOC GID", true, take_gid_mark },
	{ "NEXT RANGE", true, take_next_range },
};

static bool
take_single(struct reader *reader, struct idm_str key, struct idm_str value)
{
	for (size_t i = 0; i < IDM_COUNTOF(singles); i++) {
		if (!idm_str_is(key, singles[i].key))
			continue;
		if (singles[i].of_autorid == reader->plan->is_autorid)
			singles[i].take(reader, key, value);
		else
			reject(reader, key, "does not belong into this file");
		return true;
	}
	return false;
}

static void
take_record(struct reader *reader, struct idm_str key, struct idm_str value)
{
	uint32_t number;

	if (take_single(reader, key, value))
		return;
	if (is_id(key))
		take_id(reader, key, value);
	else if (begins(key, "S-1-") && is_id(value))
		take_back(reader, key, value);
	else if (begins(key, "S-1-") && reader->plan->is_autorid)
		take_window(reader, key, value);
	else if (read_number(key, &number) && reader->plan->is_autorid)
		take_slice(reader, key, value);
	else
		reject(reader, key, "is of no kind that is known");
}

/* ---- The whole text. */

static enum idm_status
load_dump(struct reader *reader, struct idm_str text, struct idm_err *err)
{
	char key_memory[RECORD_MAX], value_memory[RECORD_MAX];
	struct idm_buf key, value;
	unsigned long line = 0;
	enum idm_status st;

	idm_buf_init_fixed(&key, key_memory, sizeof(key_memory));
	idm_buf_init_fixed(&value, value_memory, sizeof(value_memory));
	while ((st = tdbdump_next(&text, &key, &value, &line, err)) == IDM_OK) {
		st = idm_changes_put(reader->records,
		    without_nul((struct idm_str){ key.data, key.len }),
		    (struct idm_str){ value.data, value.len }, err);
		if (st != IDM_OK)
			return st;
	}
	reader->has_backs = true;
	return st == IDM_NOTFOUND ? IDM_OK
				  : idm_within(err, st, "line %lu", line);
}

/* A line of "net idmap dump": what stands in front of the last blank. */
static enum idm_status
load_net_line(struct reader *reader, struct idm_str line, struct idm_err *err)
{
	const char *blank = line.len == 0 ? NULL
					  : memrchr(line.data, ' ', line.len);
	struct idm_str key = line, value;
	char memory[4];
	struct idm_buf number;
	uint32_t mark;

	if (line.len == 0 || begins(line, "dumping id mapping"))
		return IDM_OK;
	if (blank == NULL || blank == line.data) {
		return idm_fail(err, IDM_INVALID,
		    "is no mapping; of autorid, 'net idmap dump' leaves out "
		    "which slice is whose: give what tdbdump prints");
	}
	key.len = (size_t)(blank - line.data);
	value = behind(line, key.len + 1);
	idm_buf_init_fixed(&number, memory, sizeof(memory));
	if (idm_str_is(key, "USER HWM") || idm_str_is(key, "GROUP HWM")) {
		if (!read_number(value, &mark))
			return idm_fail(err, IDM_INVALID, "is no number");
		idm_buf_put_u32(&number, mark);
		value = (struct idm_str){ memory, sizeof(memory) };
	}
	return idm_changes_put(reader->records, key, value, err);
}

static enum idm_status
load_net(struct reader *reader, struct idm_str text, struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	unsigned long number = 0;

	while (st == IDM_OK && text.len > 0) {
		const char *end = memchr(text.data, '\n', text.len);
		struct idm_str line = text;

		if (end != NULL)
			line.len = (size_t)(end - text.data);
		text = behind(text, line.len + (end != NULL));
		number++;
		st = load_net_line(reader, line, err);
	}
	return st == IDM_OK ? st : idm_within(err, st, "line %lu", number);
}

static void
add_next(struct reader *reader, uint8_t kind, uint64_t number)
{
	add_pin(reader,
	    (struct idm_pin){
		.type = IDM_PIN_NEXT, .kind = kind, .number = number });
}

/* The marks of autorid count from the beginning of the pool. */
static void
add_marks(struct reader *reader)
{
	uint64_t base = reader->plan->is_autorid ? reader->plan->low : 0;
	uint64_t uid = base + reader->uid_mark, gid = base + reader->gid_mark;
	bool split = (reader->domain->flags & IDM_DOMAIN_SPLIT_COUNTERS) != 0;

	if (split && reader->has_uid_mark)
		add_next(reader, IDM_KIND_USER, uid);
	if (split && reader->has_gid_mark)
		add_next(reader, IDM_KIND_GROUP, gid);
	if (reader->has_slice_mark)
		add_next(reader, IDM_PIN_SLICES, reader->slice_mark);
	if (!split && (reader->has_uid_mark || reader->has_gid_mark)) {
		if (!reader->has_uid_mark ||
		    (reader->has_gid_mark && gid > uid))
			uid = gid;
		add_next(reader, IDM_KIND_BOTH, uid);
	}
}

static enum idm_status
check_domain(const struct reader *reader, struct idm_err *err)
{
	const struct winbind_plan *plan = reader->plan;
	const struct idm_domain *domain = reader->domain;
	uint8_t wanted = plan->is_autorid ? IDM_BACKEND_AUTORID
					  : IDM_BACKEND_TDB;

	if (domain->backend != wanted) {
		return idm_fail(err, IDM_INVALID,
		    "domain %s is not of backend %s, which these numbers are "
		    "of",
		    domain->name, plan->is_autorid ? "autorid" : "tdb");
	}
	if (!plan->is_autorid)
		return IDM_OK;
	if (!reader->has_config) {
		return idm_fail(
		    err, IDM_INVALID, "its record 'CONFIG' is not autorid's");
	}
	if (plan->low != domain->low || plan->rangesize != domain->rangesize) {
		return idm_fail(err, IDM_INVALID,
		    "its range begins at %lu in slices of %lu, that of domain "
		    "%s at %lu in slices of %lu: every number would change",
		    (unsigned long)plan->low, (unsigned long)plan->rangesize,
		    domain->name, (unsigned long)domain->low,
		    (unsigned long)domain->rangesize);
	}
	return IDM_OK;
}

/* Whose numbers they are, and what autorid says of them. */
static void
take_kind(struct reader *reader)
{
	const struct idm_str config = idm_str_of("CONFIG");
	struct winbind_plan *plan = reader->plan;
	struct idm_change change;

	plan->is_autorid = idm_changes_find(reader->records, config, &change);
	if (plan->is_autorid)
		take_config(reader, config, change.value);
}

static enum idm_status
take_all(struct reader *reader, struct idm_err *err)
{
	const struct idm_str config = idm_str_of("CONFIG");
	struct winbind_plan *plan = reader->plan;
	struct idm_change change;
	enum idm_status st;
	size_t at = 0;

	take_kind(reader);
	st = check_domain(reader, err);
	if (st != IDM_OK)
		return st;
	while (idm_changes_next(reader->records, &at, &change)) {
		if (idm_str_compare(change.key, config) != 0)
			take_record(reader, change.key, change.value);
	}
	add_marks(reader);
	st = reader->st;
	if (st == IDM_OK && plan->rejected > 0) {
		st = idm_fail(err, IDM_INVALID,
		    "%u records are rejected; nothing was imported",
		    plan->rejected);
	}
	return st;
}

/* Give the records back with idm_changes_free(), whatever came of it. */
static enum idm_status
load(struct reader *reader, struct idm_str text, struct idm_err *err)
{
	enum idm_status st = idm_changes_new(&reader->records, err);

	if (st != IDM_OK)
		return st;
	st = begins(text, "{") ? load_dump(reader, text, err)
			       : load_net(reader, text, err);
	if (st == IDM_OK && idm_changes_count(reader->records) == 0)
		st = idm_fail(err, IDM_INVALID, "there is nothing in it");
	return st;
}

enum idm_status
winbind_read(struct winbind_plan *plan, struct idm_str text,
    const struct idm_domain *domain, struct idm_err *err)
{
	struct reader reader = { .plan = plan, .domain = domain, .err = err };
	enum idm_status st = load(&reader, text, err);

	if (st == IDM_OK)
		st = take_all(&reader, err);
	idm_changes_free(&reader.records);
	return st;
}

/* The whole slices that there are; winbindd leaves the rest unused, too. */
static enum idm_status
take_range(const struct winbind_plan *plan, struct idm_domain *out,
    struct idm_err *err)
{
	uint64_t high = plan->low + (uint64_t)plan->rangesize * plan->maxranges;

	if (plan->rangesize == 0 || plan->maxranges == 0 || high > UINT32_MAX) {
		return idm_fail(
		    err, IDM_INVALID, "its record 'CONFIG' is no range of ids");
	}
	out->layout = IDM_LAYOUT_AUTORID;
	out->low = plan->low;
	out->high = (uint32_t)high - 1;
	out->rangesize = plan->rangesize;
	return IDM_OK;
}

enum idm_status
winbind_domain(struct winbind_plan *plan, struct idm_str text,
    struct idm_domain *out, struct idm_err *err)
{
	struct reader reader = { .plan = plan, .err = err };
	struct idm_domain domain = { .backend = IDM_BACKEND_TDB };
	enum idm_status st = load(&reader, text, err);

	if (st == IDM_OK)
		take_kind(&reader);
	if (st == IDM_OK && plan->is_autorid) {
		domain.backend = IDM_BACKEND_AUTORID;
		st = take_range(plan, &domain, err);
	}
	idm_changes_free(&reader.records);
	if (st == IDM_OK)
		*out = domain;
	return st;
}

void
winbind_plan_free(struct winbind_plan *plan)
{
	free(plan->pin);
	plan->pin = NULL;
	plan->n = 0;
	plan->room = 0;
}
