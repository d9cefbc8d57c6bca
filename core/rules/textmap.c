#include <string.h>

#include "rules/textmap.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The text without the blanks at its ends. */
static struct idm_str
trim(struct idm_str text)
{
	while (text.len > 0 && is_blank(text.data[text.len - 1]))
		text.len--;
	while (text.len > 0 && is_blank(text.data[0])) {
		text.data++;
		text.len--;
	}
	return text;
}

/* The next line without its end, be it LF or CR LF; false when none is left. */
static bool
next_line(struct idm_textmap *map, struct idm_str *out)
{
	struct idm_str line = { .data = map->at };
	const char *stop;

	if (map->at == map->end)
		return false;
	stop = memchr(map->at, '\n', (size_t)(map->end - map->at));
	map->at = stop == NULL ? map->end : stop + 1;
	line.len = (size_t)((stop == NULL ? map->end : stop) - line.data);
	if (line.len > 0 && line.data[line.len - 1] == '\r')
		line.len--;
	map->line++;
	*out = trim(line);
	return true;
}

enum idm_status
idm_textmap_open(struct idm_textmap *out, struct idm_str text,
    struct idm_descriptor *desc, struct idm_err *err)
{
	struct idm_textmap map = { .at = text.data,
		.end = text.data + text.len };
	struct idm_str line;
	enum idm_status st;

	if (!next_line(&map, &line) || line.len == 0 || line.data[0] != '!') {
		return idm_fail(err, IDM_INVALID,
		    "line 1 is not '!' and a descriptor, as in '!M1@M2'");
	}
	line.data++;
	line.len--;
	st = idm_descriptor_parse(line, desc, err);
	if (st != IDM_OK)
		return idm_within(err, st, "line 1");
	*out = map;
	return IDM_OK;
}

enum idm_status
idm_textmap_next(
    struct idm_textmap *map, struct idm_entry *out, struct idm_err *err)
{
	struct idm_str line;
	size_t word;

	do {
		if (!next_line(map, &line)) {
			return idm_fail(err, IDM_NOTFOUND,
			    "the map ends with line %lu", map->line);
		}
	} while (line.len == 0);

	word = line.len;
	while (word > 0 && !is_blank(line.data[word - 1]))
		word--;
	if (word == 0) {
		return idm_fail(err, IDM_INVALID,
		    "line %lu has no local name behind the remote one",
		    map->line);
	}
	*out = (struct idm_entry){
		.remote = trim((struct idm_str){ line.data, word }),
		.target = { line.data + word, line.len - word },
	};
	return IDM_OK;
}

void
idm_textmap_head(struct idm_buf *out, const struct idm_descriptor *desc)
{
	char text[IDM_DESCRIPTOR_TEXT_MAX];

	idm_buf_put(out, "!", 1);
	idm_buf_puts(out, idm_descriptor_format(desc, text));
	idm_buf_put(out, "\n", 1);
}

void
idm_textmap_line(struct idm_buf *out, const struct idm_entry *entry)
{
	idm_buf_put(out, entry->remote.data, entry->remote.len);
	idm_buf_put(out, " ", 1);
	idm_buf_put(out, entry->target.data, entry->target.len);
	idm_buf_put(out, "\n", 1);
}
