#include <string.h>

#include "identity/id.h"
#include "map/namemap.h"
#include "map/search.h"
#include "map/shape.h"

#define NOBODY 65534u

/* A U record: letter, version, creation, uid, and a login with its length. */
#define USER_VALUE_MAX (2 + 8 + 4 + 2 + IDM_LOGIN_MAX)

/* What one lookup knows and whom it tells. */
struct search {
	const struct idm_maps *maps;
	struct idm_search at; /* the scheme or attribute map */
	struct idm_str remote;
	const struct idm_fields *given; /* instead of remote; or NULL */
	const struct idm_trace *trace;
	struct idm_err *err;
};

/* The entry that decides. */
struct hit {
	struct idm_entry entry;
	enum idm_origin origin;
	uint32_t uid;
	char copied[USER_VALUE_MAX]; /* what a user's entry lends from */
};

/* How much of a name stands in a message. */
static int
shown(struct idm_str text)
{
	return text.len < 120 ? (int)text.len : 120;
}

static const char *
kind_name(enum idm_ruleset_kind kind)
{
	return kind == IDM_RULESET_SCHEME ? "scheme" : "attribute map";
}

/* A record that is there but cannot be: say which. */
static enum idm_status
damaged_record(const struct search *search, const char *what)
{
	return idm_within(search->err, IDM_CORRUPT, "%s '%.*s': %s",
	    kind_name(search->at.kind), (int)search->at.name.len,
	    search->at.name.data, what);
}

static enum idm_status
find_ruleset(struct search *search)
{
	enum idm_status st = idm_name_scheme(search->at.name, search->err);

	if (st != IDM_OK)
		return st;
	st = idm_search_ruleset(&search->at, search->err);
	if (st == IDM_NOTFOUND) {
		return idm_fail(search->err, IDM_INVALID, "there is no %s '%s'",
		    kind_name(search->at.kind), search->at.name.data);
	}
	if (st == IDM_CORRUPT)
		return damaged_record(search, "its record");
	return st;
}

static void
trace_format(const struct search *search)
{
	char text[IDM_DESCRIPTOR_TEXT_MAX];

	if (search->trace == NULL)
		return;
	idm_trace_say(search->trace, "%s '%.*s' has the format %s",
	    kind_name(search->at.kind), (int)search->at.name.len,
	    search->at.name.data,
	    idm_descriptor_format(&search->at.ruleset.descriptor, text));
}

static void
trace_fields(const struct search *search)
{
	if (search->trace == NULL)
		return;
	for (uint8_t i = 0; i < search->at.fields.nfields; i++) {
		idm_trace_say(search->trace, "field %u is '%.*s'",
		    search->at.ruleset.descriptor.number[i],
		    (int)search->at.fields.field[i].len,
		    search->at.fields.field[i].data);
	}
}

/* The administrator's entry of this very name. */
static enum idm_status
find_literal(const struct search *search, struct hit *hit)
{
	struct idm_str value;
	enum idm_status st;

	st = idm_search_literal(
	    &search->at, search->remote, &value, search->err);
	if (st == IDM_NOTFOUND)
		idm_trace_say(search->trace,
		    "the system map has no entry of this very name");
	if (st != IDM_OK)
		return st;
	st = idm_entry_read(value, &hit->entry, search->err);
	if (st != IDM_OK)
		return damaged_record(search, "an entry");
	hit->entry.remote = search->remote;
	hit->origin = IDM_ORIGIN_SYSTEM;
	idm_trace_say(search->trace,
	    "the system map has an entry of this very name, to '%.*s'",
	    (int)hit->entry.target.len, hit->entry.target.data);
	return IDM_OK;
}

/*
 * Copy a U record out of the users' map before looking at it: its owner is
 * not trusted to leave it alone meanwhile.
 */
static enum idm_status
read_user_entry(
    struct idm_str value, struct hit *hit, struct idm_user_entry *out)
{
	if (value.len > sizeof(hit->copied))
		return IDM_CORRUPT;
	memcpy(hit->copied, value.data, value.len);
	value.data = hit->copied;
	return idm_user_entry_read(value, out, NULL);
}

/* Without what users say, what the administrator says is not enough. */
static enum idm_status
no_users(const struct search *search)
{
	const char *why = search->maps->policy.has_users
	    ? search->maps->users_err.text
	    : "there is none yet";

	idm_trace_say(
	    search->trace, "USER mode: the users' map is unavailable: %s", why);
	return idm_fail(search->err, IDM_TEMPFAIL,
	    "scheme '%.*s' is in USER mode and the users' map is unavailable: "
	    "%s",
	    (int)search->at.name.len, search->at.name.data, why);
}

/* A user's own entry of this very name. */
static enum idm_status
find_user_entry(const struct search *search, struct hit *hit)
{
	char memory[IDM_KEY_MAX];
	struct idm_user_entry own;
	struct idm_str value;
	struct idm_buf key;
	enum idm_status st;

	if (search->maps->users == NULL)
		return no_users(search);
	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_key_user_entry(&key, search->at.name, search->remote);
	st = idm_search_get(search->maps->users, &key, &value, search->err);
	if (st == IDM_NOTFOUND)
		idm_trace_say(search->trace,
		    "USER mode: no user has an entry of this name");
	if (st != IDM_OK)
		return st;
	if (read_user_entry(value, hit, &own) != IDM_OK) {
		return idm_fail(
		    search->err, IDM_CORRUPT, "the users' map is damaged");
	}
	if (own.creation != search->at.ruleset.creation) {
		idm_trace_say(search->trace,
		    "USER mode: the user entry to '%.*s' was made for an "
		    "earlier scheme of this name and does not count",
		    (int)own.logname.len, own.logname.data);
		return IDM_NOTFOUND;
	}
	hit->entry = (struct idm_entry){ .remote = search->remote,
		.target = own.logname };
	hit->origin = IDM_ORIGIN_USER;
	hit->uid = own.uid;
	idm_trace_say(search->trace,
	    "USER mode: uid %lu has an entry to '%.*s'", (unsigned long)own.uid,
	    (int)own.logname.len, own.logname.data);
	return IDM_OK;
}

/* The patterns of a bucket look like this, for the name that is looked up. */
static void
put_field_form(struct idm_buf *form, const struct idm_rank *rank,
    uint16_t suffix, struct idm_str field)
{
	if (rank->class == IDM_PATTERN_LITERAL) {
		idm_buf_put(form, field.data, field.len);
		return;
	}
	idm_buf_put(form, field.data, rank->first);
	idm_buf_puts(form, rank->class == IDM_PATTERN_BRACKET ? "?" : "*");
	if (rank->literals > rank->first + suffix || rank->stars > 1)
		idm_buf_puts(form, "..*");
	idm_buf_put(form, field.data + field.len - suffix, suffix);
}

/*
 * Tell which patterns are tried.  In a function of its own, not inlined, so
 * that its memory is not on the stack of those who do not trace.
 */
static void __attribute__((noinline)) trace_shape(const struct search *search,
    const struct idm_shape *shape, uint32_t candidates)
{
	const struct idm_descriptor *desc = &search->at.ruleset.descriptor;
	char memory[IDM_REMOTE_MAX + 8 * IDM_FIELDS_MAX];
	struct idm_buf form;
	uint8_t rank_of[IDM_FIELDS_MAX];

	if (search->trace == NULL)
		return;
	for (uint8_t i = 0; i < desc->nfields; i++)
		rank_of[desc->order[i]] = i;
	idm_buf_init_fixed(&form, memory, sizeof(memory));
	for (uint8_t i = 0; i < desc->nfields; i++) {
		if (i > 0)
			idm_buf_put(&form, &desc->separator[i - 1], 1);
		put_field_form(&form, &shape->rank[rank_of[i]],
		    shape->suffix[rank_of[i]], search->at.fields.field[i]);
	}
	if (candidates == 0) {
		idm_trace_say(search->trace, "patterns like '%s': none",
		    idm_buf_text(&form));
	} else {
		idm_trace_say(search->trace, "patterns like '%s': %lu to try",
		    idm_buf_text(&form), (unsigned long)candidates);
	}
}

/* The first entry of a bucket, in the order of bytes, that matches. */
static enum idm_status
find_in_bucket(const struct search *search, const struct idm_shape *shape,
    struct idm_str bucket, struct idm_entry *out)
{
	struct idm_cursor cursor;
	struct idm_entry entry;
	enum idm_status st;
	uint32_t n;

	st = idm_bucket_read(bucket, &cursor, &n, search->err);
	if (st != IDM_OK)
		return damaged_record(search, "a bucket of patterns");
	trace_shape(search, shape, n);
	for (uint32_t i = 0; i < n; i++) {
		bool matches;

		st = idm_bucket_next(&cursor, &entry, search->err);
		if (st != IDM_OK)
			return damaged_record(search, "a bucket of patterns");
		matches = idm_entry_match(
		    &search->at.ruleset.descriptor, &entry, &search->at.fields);
		idm_trace_say(search->trace, "entry '%.*s' to '%.*s' %s",
		    (int)entry.remote.len, entry.remote.data,
		    (int)entry.target.len, entry.target.data,
		    matches ? "matches" : "does not match");
		if (matches) {
			*out = entry;
			return IDM_OK;
		}
	}
	return IDM_NOTFOUND;
}

/*
 * The first entry with metacharacters that matches, in the total order.
 * Shapes come by falling rank; those of one rank differ only in the lengths
 * of literal ends, which do not count, so the least of their entries by bytes
 * is the first.
 */
static enum idm_status
find_pattern(struct search *search, struct hit *hit)
{
	const struct idm_descriptor *desc = &search->at.ruleset.descriptor;
	enum idm_status result = IDM_NOTFOUND;
	char memory[IDM_KEY_MAX];
	struct idm_shape found;
	enum idm_status st;

	idm_search_patterns(&search->at, memory);
	while (idm_search_shape(&search->at)) {
		const struct idm_shape *shape = &search->at.shape;
		struct idm_entry entry;
		struct idm_str bucket;

		if (result == IDM_OK &&
		    idm_shape_compare(desc, &found, shape) != 0)
			break;
		if (!idm_search_fits(&search->at))
			continue;
		st = idm_search_bucket(&search->at, &bucket, search->err);
		if (st == IDM_OK)
			st = find_in_bucket(search, shape, bucket, &entry);
		else if (st == IDM_NOTFOUND)
			trace_shape(search, shape, 0);
		if (st == IDM_NOTFOUND)
			continue;
		if (st != IDM_OK)
			return st;
		if (result == IDM_OK &&
		    idm_str_compare(hit->entry.remote, entry.remote) < 0)
			continue;
		hit->entry = entry;
		hit->origin = IDM_ORIGIN_SYSTEM;
		found = *shape;
		result = IDM_OK;
	}
	if (idm_search_status(&search->at, search->err) != IDM_OK)
		return damaged_record(search, "its record");
	return result;
}

/* %i as the target of a literal entry stops even users' own entries. */
static bool
is_veto(const struct hit *hit)
{
	return idm_str_is(hit->entry.target, "%i");
}

/* The entry that decides, in the order that namemap.h gives. */
static enum idm_status
find_entry(struct search *search, struct hit *hit)
{
	enum idm_status literal, own;

	literal = find_literal(search, hit);
	if (literal != IDM_OK && literal != IDM_NOTFOUND)
		return literal;
	if (search->at.ruleset.user_mode &&
	    (literal != IDM_OK || !is_veto(hit))) {
		own = find_user_entry(search, hit);
		if (own != IDM_NOTFOUND)
			return own;
	}
	return literal == IDM_OK ? IDM_OK : find_pattern(search, hit);
}

static void
copy_text(char *to, struct idm_str from)
{
	memcpy(to, from.data, from.len);
	to[from.len] = '\0';
}

/* What the entry's target means for this name. */
static enum idm_status
substitute(const struct search *search, const struct hit *hit,
    struct idm_target *target, struct idm_str *result)
{
	const struct idm_descriptor *desc = &search->at.ruleset.descriptor;
	enum idm_status st;
	int position;

	st = idm_target_parse(hit->entry.target, target, search->err);
	if (st != IDM_OK)
		return damaged_record(search, "an entry's local name");
	*result = hit->entry.target;
	switch (target->kind) {
	case IDM_TARGET_NAME:
		break;
	case IDM_TARGET_REFUSE:
		result->len = 0;
		return IDM_OK;
	case IDM_TARGET_FIELD:
		position = idm_descriptor_position(desc, target->number);
		if (position == -1) {
			(void)idm_fail(
			    search->err, IDM_CORRUPT, "no such field");
			return damaged_record(search, "an entry's local name");
		}
		*result = search->at.fields.field[position];
		idm_trace_say(search->trace, "%%%u is '%.*s'", target->number,
		    (int)result->len, result->data);
		break;
	}
	if (search->at.kind != IDM_RULESET_SCHEME)
		return IDM_OK;
	st = idm_name_login(*result, search->err);
	if (st != IDM_OK) {
		idm_trace_say(search->trace, "'%.*s' can be no login",
		    (int)result->len, result->data);
		return idm_within(search->err, IDM_NOTFOUND,
		    "entry '%.*s' gives no login", shown(hit->entry.remote),
		    hit->entry.remote.data);
	}
	return IDM_OK;
}

static enum idm_status
conclude(
    const struct search *search, const struct hit *hit, struct idm_match *out)
{
	struct idm_target target;
	struct idm_str result;
	enum idm_status st;

	st = substitute(search, hit, &target, &result);
	if (st != IDM_OK)
		return st;
	copy_text(out->scheme, search->at.name);
	copy_text(out->remote, hit->entry.remote);
	copy_text(out->target, hit->entry.target);
	copy_text(out->result, result);
	out->origin = hit->origin;
	out->literal = target.kind == IDM_TARGET_NAME &&
	    idm_pattern_is_literal(hit->entry.remote);
	out->privileged = (hit->entry.flags & IDM_ENTRY_PRIVILEGED) != 0;
	out->uid = hit->origin == IDM_ORIGIN_USER ? hit->uid : 0;
	if (target.kind == IDM_TARGET_REFUSE) {
		idm_trace_say(search->trace, "%%i: the name is refused");
		return idm_fail(search->err, IDM_REFUSED,
		    "entry '%.*s' of %s '%s' refuses the name",
		    shown(hit->entry.remote), hit->entry.remote.data,
		    kind_name(search->at.kind), out->scheme);
	}
	return IDM_OK;
}

/*
 * Take fields that came apart, and join them to the name that literal and
 * users' entries are looked up by.  When it splits, it splits into these very
 * fields (see descriptor.h); when it does not, it is the name of no entry, and
 * only patterns can match.
 */
static enum idm_status
join_fields(struct search *search, struct idm_buf *joined)
{
	const struct idm_descriptor *desc = &search->at.ruleset.descriptor;

	search->at.fields = *search->given;
	if (search->at.fields.nfields != desc->nfields) {
		return idm_fail(search->err, IDM_INVALID,
		    "%u fields, but the format has %u",
		    search->at.fields.nfields, desc->nfields);
	}
	for (uint8_t i = 0; i < desc->nfields; i++) {
		struct idm_str field = search->at.fields.field[i];

		if (field.len == 0) {
			return idm_fail(search->err, IDM_INVALID,
			    "field %u is empty", desc->number[i]);
		}
		if (i > 0)
			idm_buf_put(joined, &desc->separator[i - 1], 1);
		idm_buf_put(joined, field.data, field.len);
	}
	search->remote = (struct idm_str){ joined->data, joined->len };
	return idm_buf_status(joined, search->err);
}

/* The fields of the name that is looked up. */
static enum idm_status
get_fields(struct search *search, struct idm_buf *joined)
{
	enum idm_status st;

	if (search->given != NULL) {
		st = join_fields(search, joined);
		if (st == IDM_OK)
			st = idm_name_remote(search->remote, search->err);
		return st;
	}
	st = idm_descriptor_split(&search->at.ruleset.descriptor,
	    search->remote, &search->at.fields, search->err);
	if (st != IDM_OK)
		idm_trace_say(search->trace, "the name does not split");
	return st;
}

/* joined is where the name is put together if it comes in fields. */
static enum idm_status
match(struct search *search, struct idm_buf *joined, struct idm_match *out)
{
	enum idm_status st = IDM_OK;
	struct hit hit;

	if (search->given == NULL)
		st = idm_name_remote(search->remote, search->err);
	if (st == IDM_OK)
		st = find_ruleset(search);
	if (st != IDM_OK)
		return st;
	trace_format(search);
	st = get_fields(search, joined);
	if (st != IDM_OK)
		return st;
	trace_fields(search);
	if (search->at.kind == IDM_RULESET_SCHEME &&
	    !search->at.ruleset.user_mode)
		idm_trace_say(
		    search->trace, "SECURE mode: users' entries do not count");
	st = find_entry(search, &hit);
	if (st == IDM_OK)
		return conclude(search, &hit, out);
	if (st != IDM_NOTFOUND)
		return st;
	idm_trace_say(search->trace, "no entry matches");
	return idm_fail(search->err, IDM_NOTFOUND,
	    "no entry of %s '%.*s' matches", kind_name(search->at.kind),
	    (int)search->at.name.len, search->at.name.data);
}

/* A name in one piece. */
static enum idm_status
match_name(const struct idm_maps *maps, enum idm_ruleset_kind kind,
    const char *name, struct idm_str remote, struct idm_match *out,
    const struct idm_trace *trace, struct idm_err *err)
{
	struct search search = {
		.maps = maps,
		.at = { .view = maps->map,
		    .kind = kind,
		    .name = idm_str_of(name) },
		.remote = remote,
		.trace = trace,
		.err = err,
	};

	return match(&search, NULL, out);
}

enum idm_status
idm_match_scheme(const struct idm_maps *maps, const char *scheme,
    struct idm_str remote, struct idm_match *out, const struct idm_trace *trace,
    struct idm_err *err)
{
	return match_name(
	    maps, IDM_RULESET_SCHEME, scheme, remote, out, trace, err);
}

enum idm_status
idm_match_attribute(const struct idm_maps *maps, const char *attribute,
    struct idm_str value, struct idm_match *out, const struct idm_trace *trace,
    struct idm_err *err)
{
	return match_name(
	    maps, IDM_RULESET_ATTRIBUTE, attribute, value, out, trace, err);
}

enum idm_status
idm_match_fields(const struct idm_maps *maps, const char *scheme,
    const struct idm_fields *fields, struct idm_match *out,
    const struct idm_trace *trace, struct idm_err *err)
{
	char memory[IDM_REMOTE_MAX];
	struct idm_buf joined;
	struct search search = {
		.maps = maps,
		.at = { .view = maps->map,
		    .kind = IDM_RULESET_SCHEME,
		    .name = idm_str_of(scheme) },
		.given = fields,
		.trace = trace,
		.err = err,
	};

	idm_buf_init_fixed(&joined, memory, sizeof(memory));
	return match(&search, &joined, out);
}

/*
 * Others make paths and lines of a user's name, as /var/mail/NAME and
 * NAME:100000:65536, and what stands in the fields is up to whoever asks.
 */
static enum idm_status
check_servable(const struct idm_fields *fields, const struct idm_trace *trace,
    struct idm_err *err)
{
	for (uint8_t i = 0; i < fields->nfields; i++) {
		struct idm_str field = fields->field[i];

		if (memchr(field.data, '/', field.len) == NULL &&
		    memchr(field.data, ':', field.len) == NULL &&
		    !idm_str_is(field, ".") && !idm_str_is(field, ".."))
			continue;
		idm_trace_say(trace, "a name with such a field is not served");
		return idm_fail(err, IDM_INVALID,
		    "a name with '/' or ':' in a field, or '.' or '..' for "
		    "one, is not served");
	}
	return IDM_OK;
}

enum idm_status
idm_match_serving(const struct idm_maps *maps, struct idm_str remote,
    struct idm_match *out, bool *is_foreign, const struct idm_trace *trace,
    struct idm_err *err)
{
	for (uint32_t i = 0; i < maps->nserving; i++) {
		const struct idm_serving *serving = &maps->serving[i];
		struct idm_fields fields;

		*is_foreign = idm_descriptor_try(&serving->descriptor, remote,
				  &fields) == IDM_SPLIT_GOOD;
		if (*is_foreign) {
			enum idm_status st = check_servable(
			    &fields, trace, err);

			if (st != IDM_OK)
				return st;
			return idm_match_scheme(
			    maps, serving->scheme, remote, out, trace, err);
		}
		idm_trace_say(trace, "scheme '%s' does not split the name",
		    serving->scheme);
	}
	*is_foreign = false;
	return idm_fail(
	    err, IDM_NOTFOUND, "no scheme that serves NSS splits the name");
}

/* May the entry name an account of the system? */
static enum idm_status
allows_system(const struct idm_match *match, const struct idm_account *account,
    bool strict, struct idm_err *err)
{
	if (match->origin == IDM_ORIGIN_USER || !match->literal) {
		return idm_fail(err, IDM_REFUSED,
		    "'%s' is a system account (uid %lu); only a literal entry "
		    "of the administrator may name it",
		    account->name, (unsigned long)account->uid);
	}
	if (strict && !match->privileged) {
		return idm_fail(err, IDM_REFUSED,
		    "'%s' is a system account (uid %lu) and the entry was not "
		    "added with --privileged",
		    account->name, (unsigned long)account->uid);
	}
	return IDM_OK;
}

enum idm_status
idm_match_allows(const struct idm_match *match, const struct idm_policy *policy,
    const struct idm_account *account, bool strict, struct idm_err *err)
{
	bool is_system = account->uid == 0 || account->uid == NOBODY ||
	    account->uid < policy->uid_min;

	if (match->origin == IDM_ORIGIN_USER && match->uid != account->uid) {
		return idm_fail(err, IDM_REFUSED,
		    "uid %lu made the entry, but '%s' is now uid %lu",
		    (unsigned long)match->uid, account->name,
		    (unsigned long)account->uid);
	}
	if (is_system)
		return allows_system(match, account, strict, err);
	if (idm_id_reserved(account->uid) != NULL) {
		return idm_fail(err, IDM_REFUSED, "uid %lu of '%s' %s",
		    (unsigned long)account->uid, account->name,
		    idm_id_reserved(account->uid));
	}
	return IDM_OK;
}

enum idm_status
idm_match_account(const struct idm_match *match,
    const struct idm_policy *policy, const char *account_dir, bool strict,
    struct idm_account *out, const struct idm_trace *trace, struct idm_err *err)
{
	struct idm_account account;
	struct idm_err why;
	enum idm_status st;

	st = idm_account_by_name(
	    account_dir, idm_str_of(match->result), &account, err);
	if (st != IDM_OK) {
		idm_trace_say(trace, "account '%s': %s", match->result,
		    st == IDM_NOTFOUND ? "there is none" : "cannot be read");
		return st;
	}
	idm_trace_say(trace, "account '%s' has uid %lu", account.name,
	    (unsigned long)account.uid);
	st = idm_match_allows(match, policy, &account, strict, &why);
	if (st != IDM_OK) {
		idm_trace_say(trace, "policy: %s", why.text);
		return idm_fail(err, st, "%s", why.text);
	}
	idm_trace_say(trace, "policy: the account may be served");
	*out = account;
	return IDM_OK;
}
