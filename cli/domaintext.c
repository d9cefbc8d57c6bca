#include <string.h>

#include "base/cursor.h"

#include "cli/domaintext.h"

#define TEXT_MAX 65536

/* A walk over the lines of a file. */
struct editing {
	const char *section; /* the one that is meant */
	const char *name;
	const char *value;
	struct idm_buf out;
	size_t insert_at; /* behind the last line of that section */
	bool is_inside;
	bool was_there; /* the section */
	bool is_done;
};

static struct idm_str
trim(struct idm_str text)
{
	while (text.len > 0 && strchr(" \t\r", text.data[0]) != NULL) {
		text.data++;
		text.len--;
	}
	while (text.len > 0 && strchr(" \t\r", text.data[text.len - 1]) != NULL)
		text.len--;
	return text;
}

static bool
is_header(struct idm_str line, struct idm_str *section)
{
	const char *end;

	if (line.len < 2 || line.data[0] != '[')
		return false;
	end = memchr(line.data, ']', line.len);
	if (end == NULL)
		return false;
	*section = (struct idm_str){ line.data + 1,
		(size_t)(end - line.data - 1) };
	return true;
}

/* libinih takes a colon for an equals sign, too: whichever comes first. */
static bool
read_setting(struct idm_str line, struct idm_str *name, struct idm_str *value)
{
	size_t at = 0;

	if (line.len == 0 || line.data[0] == '#' || line.data[0] == ';')
		return false;
	while (at < line.len && line.data[at] != '=' && line.data[at] != ':')
		at++;
	if (at == line.len)
		return false;
	name->data = line.data;
	name->len = at;
	value->data = line.data + at + 1;
	value->len = line.len - at - 1;
	*name = trim(*name);
	*value = trim(*value);
	return true;
}

static bool
is_setting(struct idm_str line, const char *wanted)
{
	struct idm_str name, value;

	return read_setting(line, &name, &value) && idm_str_is(name, wanted);
}

static void
put_setting(struct idm_buf *buf, const struct editing *editing)
{
	idm_buf_printf(buf, "%s = %s\n", editing->name, editing->value);
}

static void
take_line(struct editing *editing, struct idm_str whole)
{
	struct idm_str line = trim(whole);
	struct idm_str section;

	if (is_header(line, &section)) {
		editing->is_inside = idm_str_is(section, editing->section);
		editing->was_there |= editing->is_inside;
	}
	if (editing->is_inside && is_setting(line, editing->name)) {
		if (editing->value != NULL && !editing->is_done)
			put_setting(&editing->out, editing);
		editing->is_done = true;
	} else {
		idm_buf_put(&editing->out, whole.data, whole.len);
		idm_buf_puts(&editing->out, "\n");
	}
	if (editing->is_inside && line.len > 0)
		editing->insert_at = editing->out.len;
}

/* A setting that was not there, at the end of its section. */
static void
add_setting(struct editing *editing, struct idm_buf *result)
{
	struct idm_buf *out = &editing->out;

	if (!editing->was_there) {
		idm_buf_printf(out, "%s[%s]\n", out->len > 0 ? "\n" : "",
		    editing->section);
		editing->insert_at = out->len;
	}
	idm_buf_put(result, out->data, editing->insert_at);
	put_setting(result, editing);
	idm_buf_put(result, out->data + editing->insert_at,
	    out->len - editing->insert_at);
}

/* Where a reader takes the rest of a value for a comment; NULL: nowhere. */
static const char *
find_comment(const char *value)
{
	for (const char *at = strchr(value, ';'); at != NULL;
	     at = strchr(at + 1, ';'))
		if (at == value || strchr(" \t", at[-1]) != NULL)
			return at;
	return NULL;
}

enum idm_status
cli_domain_text_set(struct idm_buf *text, const char *section, const char *name,
    const char *value, struct idm_err *err)
{
	struct editing editing = {
		.section = section, .name = name, .value = value
	};
	const char *at = text->data;
	const char *end = text->data + text->len;
	enum idm_status st;

	if (value != NULL && find_comment(value) != NULL) {
		return idm_fail(err, IDM_INVALID,
		    "%s: '%s' would be a comment from '%s' on", name, value,
		    find_comment(value));
	}
	idm_buf_init(&editing.out, TEXT_MAX);
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline != NULL ? newline : end;

		take_line(
		    &editing, (struct idm_str){ at, (size_t)(stop - at) });
		at = newline != NULL ? newline + 1 : end;
	}
	idm_buf_clear(text);
	if (value != NULL && !editing.is_done)
		add_setting(&editing, text);
	else
		idm_buf_put(text, editing.out.data, editing.out.len);
	st = idm_buf_status(&editing.out, err);
	if (st == IDM_OK)
		st = idm_buf_status(text, err);
	idm_buf_fini(&editing.out);
	return st;
}

/* ---- Reading. */

void
cli_domain_text_each(struct idm_str text, const char *wanted,
    void (*found)(void *context, struct idm_str name, struct idm_str value),
    void *context)
{
	bool is_inside = false;

	while (text.len > 0) {
		const char *end = memchr(text.data, '\n', text.len);
		struct idm_str line = text, section, name, value;

		if (end != NULL)
			line.len = (size_t)(end - text.data);
		text.data += line.len + (end != NULL);
		text.len -= line.len + (end != NULL);
		line = trim(line);
		if (is_header(line, &section))
			is_inside = idm_str_is(section, wanted);
		else if (is_inside && read_setting(line, &name, &value))
			found(context, name, value);
	}
}

struct search {
	struct idm_str name;
	struct idm_str value;
	bool is_found;
};

static void
compare(void *context, struct idm_str name, struct idm_str value)
{
	struct search *search = context;

	if (idm_str_compare(name, search->name) != 0)
		return;
	search->value = value;
	search->is_found = true;
}

bool
cli_domain_text_get(struct idm_str text, const char *section,
    struct idm_str name, struct idm_str *value)
{
	struct search search = { .name = name };

	cli_domain_text_each(text, section, compare, &search);
	if (search.is_found)
		*value = search.value;
	return search.is_found;
}
