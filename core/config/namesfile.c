#include <string.h>

#include "base/num.h"
#include "config/namesfile.h"
#include "identity/name.h"
#include "identity/winname.h"

/* Take the text up to a separator, and that, off the front. */
static struct idm_str
cut(struct idm_str *rest, char separator)
{
	const char *end = NULL;
	struct idm_str part = *rest;

	if (rest->len > 0)
		end = memchr(rest->data, separator, rest->len);
	if (end == NULL) {
		*rest = (struct idm_str){ "", 0 };
		return part;
	}
	part.len = (size_t)(end - part.data);
	rest->data += part.len + 1;
	rest->len -= part.len + 1;
	return part;
}

/* The next line that says something, without its newline. */
static bool
next_line(struct idm_names_reader *reader, struct idm_str *line)
{
	while (reader->rest.len > 0) {
		*line = cut(&reader->rest, '\n');
		reader->line++;
		if (line->len > 0 && line->data[line->len - 1] == '\r')
			line->len--;
		if (line->len > 0 && line->data[0] != '#')
			return true;
	}
	return false;
}

enum idm_status
idm_names_sid(struct idm_str text, struct idm_sid *sid, uint32_t *rid,
    struct idm_err *err)
{
	enum idm_status st;
	uint64_t number;

	if (text.len > 0 && text.data[0] == 'S')
		return idm_sid_parse(text, sid, err);
	st = idm_num_parse(text.data, text.len, UINT32_MAX, &number, err);
	if (st != IDM_OK)
		return idm_within(err, st, "RID");
	*sid = (struct idm_sid){ 0 };
	*rid = (uint32_t)number;
	return IDM_OK;
}

static enum idm_status
check_name(struct idm_str name, struct idm_err *err)
{
	struct idm_winname split;
	enum idm_status st;

	st = idm_winname_split(name, &split, err);
	if (st == IDM_OK && split.spelling != IDM_SPELL_BARE) {
		return idm_fail(err, IDM_INVALID,
		    "name '%.*s' has a domain: write it without", (int)name.len,
		    name.data);
	}
	if (st == IDM_OK)
		st = idm_name_own(name, err);
	return st;
}

static enum idm_status
check_path(const char *what, struct idm_str path, struct idm_err *err)
{
	enum idm_status st = idm_name_field(path, err);

	if (st != IDM_OK)
		return idm_within(err, st, "%s", what);
	if (path.len > 0 && path.data[0] != '/') {
		return idm_fail(err, IDM_INVALID,
		    "%s '%.*s' is no absolute path", what, (int)path.len,
		    path.data);
	}
	return IDM_OK;
}

static enum idm_status
read_user(
    struct idm_str *rest, struct idm_names_line *line, struct idm_err *err)
{
	enum idm_status st;

	line->primary = cut(rest, ':');
	line->gecos = cut(rest, ':');
	line->home = cut(rest, ':');
	line->shell = cut(rest, ':');
	st = idm_name_field(line->gecos, err);
	if (st == IDM_OK)
		st = check_path("home", line->home, err);
	if (st == IDM_OK)
		st = check_path("shell", line->shell, err);
	return st;
}

static enum idm_status
read_kind(struct idm_str kind, bool *is_group, struct idm_err *err)
{
	if (idm_str_is(kind, "user") || idm_str_is(kind, "group")) {
		*is_group = idm_str_is(kind, "group");
		return IDM_OK;
	}
	return idm_fail(err, IDM_INVALID,
	    "a line begins with 'user:' or 'group:', not with '%.*s'",
	    kind.len < 40 ? (int)kind.len : 40, kind.data);
}

enum idm_status
idm_names_next(struct idm_names_reader *reader, struct idm_names_line *out,
    struct idm_err *err)
{
	struct idm_names_line line = { 0 };
	enum idm_status st;
	struct idm_str rest;

	if (!next_line(reader, &rest))
		return IDM_NOTFOUND;
	line.line = reader->line;
	st = read_kind(cut(&rest, ':'), &line.is_group, err);
	if (st == IDM_OK)
		st = idm_names_sid(cut(&rest, ':'), &line.sid, &line.rid, err);
	if (st != IDM_OK)
		return st;
	line.name = cut(&rest, ':');
	st = check_name(line.name, err);
	if (st == IDM_OK && line.is_group)
		line.members = cut(&rest, ':');
	if (st == IDM_OK && !line.is_group)
		st = read_user(&rest, &line, err);
	if (st == IDM_OK && rest.len > 0) {
		return idm_fail(err, IDM_INVALID, "there is more than %s has",
		    line.is_group ? "a group" : "a user");
	}
	if (st == IDM_OK)
		*out = line;
	return st;
}

bool
idm_names_member(struct idm_str *members, struct idm_str *member)
{
	while (members->len > 0) {
		*member = cut(members, ',');
		while (member->len > 0 && member->data[0] == ' ') {
			member->data++;
			member->len--;
		}
		while (member->len > 0 && member->data[member->len - 1] == ' ')
			member->len--;
		if (member->len > 0)
			return true;
	}
	return false;
}
