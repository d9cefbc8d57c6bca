#include <string.h>

#include "base/num.h"
#include "identity/fold.h"
#include "identity/winname.h"

#include "cli/override.h"

#define FIELDS_MAX 8

/* Cut a line at its colons; more fields than there is room for make n + 1. */
static unsigned
cut(struct idm_str line, struct idm_str field[static FIELDS_MAX])
{
	for (unsigned n = 0; n < FIELDS_MAX; n++) {
		const char *colon = line.len == 0
		    ? NULL
		    : memchr(line.data, ':', line.len);

		field[n] = line;
		if (colon == NULL)
			return n + 1;
		field[n].len = (size_t)(colon - line.data);
		line.data += field[n].len + 1;
		line.len -= field[n].len + 1;
	}
	return FIELDS_MAX + 1;
}

static enum idm_status
read_id(struct idm_str field, const char *what, bool *given, uint32_t *id,
    struct idm_err *err)
{
	enum idm_status st;

	*given = field.len > 0;
	if (!*given)
		return IDM_OK;
	st = idm_num_id(field.data, field.len, id, err);
	return st == IDM_OK ? st : idm_within(err, st, "%s", what);
}

/* name:uid:gid:gecos:home:shell */
static enum idm_status
read_user(const struct idm_str *field, struct idm_override *override,
    struct idm_err *err)
{
	enum idm_status st;

	override->name = field[0];
	override->gecos = field[3];
	override->home = field[4];
	override->shell = field[5];
	st = read_id(field[1], "uid", &override->has_id, &override->id, err);
	if (st == IDM_OK) {
		st = read_id(
		    field[2], "gid", &override->has_gid, &override->gid, err);
	}
	return st;
}

static enum idm_status
read_group(const struct idm_str *field, struct idm_override *override,
    struct idm_err *err)
{
	override->name = field[0];
	return read_id(field[1], "gid", &override->has_id, &override->id, err);
}

static enum idm_status
wrong_fields(unsigned n, const char *form, struct idm_err *err)
{
	if (n > FIELDS_MAX) {
		return idm_fail(
		    err, IDM_INVALID, "has too many fields; it is %s", form);
	}
	return idm_fail(err, IDM_INVALID, "has %u fields; it is %s", n, form);
}

static enum idm_status
read_own(const struct idm_str *field, unsigned n, struct override_line *line,
    struct idm_err *err)
{
	line->is_group = idm_str_is(field[0], "group");
	if (!line->is_group && !idm_str_is(field[0], "user")) {
		return idm_fail(err, IDM_INVALID,
		    "begins with '%.*s', neither 'user' nor 'group'",
		    (int)field[0].len, field[0].data);
	}
	if (line->is_group && n != 4)
		return wrong_fields(n, "group:SUBJECT:name:gid", err);
	if (!line->is_group && n != 8) {
		return wrong_fields(
		    n, "user:SUBJECT:name:uid:gid:gecos:home:shell", err);
	}
	line->subject = field[1];
	return line->is_group ? read_group(field + 2, &line->override, err)
			      : read_user(field + 2, &line->override, err);
}

static enum idm_status
read_sss(const struct idm_str *field, unsigned n, struct override_line *line,
    struct idm_err *err)
{
	line->subject = field[0];
	if (line->is_group) {
		if (n != 3)
			return wrong_fields(n, "orig:name:gid", err);
		return read_group(field + 1, &line->override, err);
	}
	if (n != 7 && n != 8) {
		return wrong_fields(
		    n, "orig:name:uid:gid:gecos:home:shell:certificate", err);
	}
	line->has_certificate = n == 8 && field[7].len > 0;
	return read_user(field + 1, &line->override, err);
}

enum idm_status
override_read(struct idm_str text, enum override_format format,
    struct override_line *out, struct idm_err *err)
{
	static const struct idm_str none = { "", 0 };
	struct override_line line = {
		.is_group = format == OVERRIDE_SSS_GROUPS,
		.override = { .name = none,
		    .gecos = none,
		    .home = none,
		    .shell = none },
	};
	struct idm_str field[FIELDS_MAX];
	enum idm_status st;
	unsigned n;

	if (text.len > 0 && text.data[text.len - 1] == '\r')
		text.len--;
	if (text.len == 0 || text.data[0] == '#')
		return idm_fail(err, IDM_NOTFOUND, "nothing in it");
	n = cut(text, field);
	st = format == OVERRIDE_OWN ? read_own(field, n, &line, err)
				    : read_sss(field, n, &line, err);
	if (st == IDM_OK && line.subject.len == 0)
		st = idm_fail(err, IDM_INVALID, "says not whom it is of");
	if (st == IDM_OK)
		*out = line;
	return st;
}

static void
put_field(struct idm_buf *buf, struct idm_str text)
{
	idm_buf_puts(buf, ":");
	idm_buf_put(buf, text.data, text.len);
}

static void
put_id(struct idm_buf *buf, bool given, uint32_t id)
{
	idm_buf_puts(buf, ":");
	if (given)
		idm_buf_put_decimal(buf, id);
}

void
override_write(struct idm_buf *buf, enum override_format format,
    const struct override_line *line)
{
	const struct idm_override *override = &line->override;

	if (format == OVERRIDE_OWN)
		idm_buf_puts(buf, line->is_group ? "group:" : "user:");
	idm_buf_put(buf, line->subject.data, line->subject.len);
	put_field(buf, override->name);
	put_id(buf, override->has_id, override->id);
	if (!line->is_group) {
		put_id(buf, override->has_gid, override->gid);
		put_field(buf, override->gecos);
		put_field(buf, override->home);
		put_field(buf, override->shell);
	}
	if (format == OVERRIDE_SSS_USERS)
		idm_buf_puts(buf, ":");
	idm_buf_puts(buf, "\n");
}

const struct idm_domain *
override_domain(struct idm_str subject, const struct idm_domains *domains)
{
	const char *at = memchr(subject.data, '@', subject.len);
	struct idm_sid sid;

	if (at != NULL)
		return idm_domain_by_name(domains,
		    (struct idm_str){ at + 1,
			(size_t)(subject.data + subject.len - at) - 1 });
	return idm_sid_parse(subject, &sid, NULL) == IDM_OK
	    ? idm_domain_by_sid(domains, &sid)
	    : NULL;
}

enum idm_status
override_subject(struct idm_buf *buf, struct idm_str text,
    const struct idm_domains *domains, struct idm_err *err)
{
	const struct idm_domain *domain;
	struct idm_winname name;
	struct idm_sid sid;
	enum idm_status st;

	if (text.len > 4 && memcmp(text.data, "S-1-", 4) == 0) {
		st = idm_sid_parse(text, &sid, err);
		if (st == IDM_OK)
			idm_buf_put(buf, text.data, text.len);
		return st;
	}
	st = idm_winname_split(text, &name, err);
	if (st != IDM_OK)
		return st;
	if (name.spelling == IDM_SPELL_BARE) {
		return idm_fail(err, IDM_INVALID,
		    "'%.*s' has no domain: it is name@domain, DOMAIN\\name or "
		    "a SID",
		    (int)text.len, text.data);
	}
	domain = idm_domain_by_name(domains, name.domain);
	st = idm_fold_put(buf, name.name, err);
	idm_buf_puts(buf, "@");
	if (st == IDM_OK) {
		st = idm_fold_put(buf,
		    domain == NULL ? name.domain
				   : idm_str_of(idm_domain_shown(domain)),
		    err);
	}
	return st;
}
