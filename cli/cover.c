#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "identity/name.h"

#include "cli/cover.h"

/* Bytes of the bracket expression at the front of text, by pattern.h. */
static size_t
bracket_length(struct idm_str text)
{
	size_t at = 1;

	if (at < text.len && text.data[at] == '!')
		at++;
	if (at < text.len && text.data[at] == ']')
		at++;
	while (at < text.len && text.data[at] != ']')
		at++;
	return at < text.len ? at + 1 : text.len;
}

/* Take the first token off the front. */
static struct idm_str
take_token(struct idm_str *text)
{
	struct idm_str token = { text->data, 0 };
	uint32_t point;

	if (text->data[0] == '[')
		token.len = bracket_length(*text);
	else
		token.len = idm_utf8_decode(text->data, text->len, &point);
	if (token.len == 0)
		token.len = 1;
	text->data += token.len;
	text->len -= token.len;
	return token;
}

/* Does a token other than * match whatever the other one matches? */
static bool
covers_token(struct idm_str token, struct idm_str other)
{
	if (idm_str_is(other, "*"))
		return false;
	if (idm_str_is(token, "?") || idm_str_compare(token, other) == 0)
		return true;
	return idm_pattern_is_literal(other) && idm_pattern_match(token, other);
}

/* Match with one step of backtracking: to the last *, as for plain texts. */
static bool
covers_field(struct idm_str pattern, struct idm_str other)
{
	struct idm_str star = { NULL, 0 }; /* the pattern behind the last * */
	struct idm_str from = { NULL, 0 }; /* where that * is to go on */

	while (other.len > 0) {
		struct idm_str pattern_rest = pattern;
		struct idm_str rest = other;
		struct idm_str token = { "", 0 };

		if (pattern.len > 0)
			token = take_token(&pattern_rest);
		if (idm_str_is(token, "*")) {
			star = pattern = pattern_rest;
			from = other;
		} else if (token.len > 0 &&
		    covers_token(token, take_token(&rest))) {
			pattern = pattern_rest;
			other = rest;
		} else if (star.data != NULL) {
			(void)take_token(&from);
			pattern = star;
			other = from;
		} else {
			return false;
		}
	}
	while (pattern.len > 0 && pattern.data[0] == '*') {
		pattern.data++;
		pattern.len--;
	}
	return pattern.len == 0;
}

bool
cli_cover(const struct idm_descriptor *descriptor,
    const struct idm_entry *earlier, const struct idm_entry *later)
{
	struct idm_fields a, b;

	if (idm_descriptor_try(descriptor, earlier->remote, &a) !=
		IDM_SPLIT_GOOD ||
	    idm_descriptor_try(descriptor, later->remote, &b) != IDM_SPLIT_GOOD)
		return false;
	for (unsigned i = 0; i < descriptor->nfields; i++)
		if (!covers_field(a.field[i], b.field[i]))
			return false;
	return true;
}

/*
 * Entries that can cover each other are found by their literal fields: a
 * signature is these fields' texts, with "*" for each other field.  Whatever
 * covers an entry has a literal field's very text there, or a pattern: so it
 * has one of the signatures that are left when some of the entry's own
 * literal fields are starred.
 */
struct group {
	char *signature;
	size_t last; /* the latest entry of this signature */
};

struct cover {
	const struct idm_descriptor *descriptor;
	const struct idm_entry *const *entries;
	size_t n;
	void *groups;           /* a tree of struct group, by signature */
	size_t *previous;       /* of the same signature; n: none */
	struct idm_buf scratch; /* a signature */
};

static int
compare_groups(const void *a, const void *b)
{
	const struct group *one = a;
	const struct group *other = b;

	return strcmp(one->signature, other->signature);
}

static void
free_group(void *node)
{
	struct group *group = node;

	free(group->signature);
	free(group);
}

/* Which fields are literal, by bits of text positions. */
static unsigned
literal_fields(const struct idm_fields *fields)
{
	unsigned mask = 0;

	for (unsigned i = 0; i < fields->nfields; i++)
		if (idm_pattern_is_literal(fields->field[i]))
			mask |= 1u << i;
	return mask;
}

static const char *
signature(struct cover *cover, const struct idm_fields *fields, unsigned mask)
{
	idm_buf_clear(&cover->scratch);
	for (unsigned i = 0; i < fields->nfields; i++) {
		struct idm_str text = idm_str_of("*");

		if ((mask & (1u << i)) != 0)
			text = fields->field[i];
		idm_buf_put(&cover->scratch, text.data, text.len);
		/* No name has a newline in it. */
		idm_buf_put_u8(&cover->scratch, '\n');
	}
	return idm_buf_text(&cover->scratch);
}

/* The latest entry of this signature that covers entry at, or n. */
static size_t
search_group(struct cover *cover, size_t at, char *text)
{
	struct group key = { .signature = text };
	struct group **found;
	size_t i;

	found = tfind(&key, &cover->groups, compare_groups);
	if (found == NULL)
		return cover->n;
	for (i = (*found)->last; i != cover->n; i = cover->previous[i])
		if (cli_cover(cover->descriptor, cover->entries[i],
			cover->entries[at]))
			break;
	return i;
}

static size_t
search(struct cover *cover, size_t at, const struct idm_fields *fields)
{
	unsigned all = literal_fields(fields);
	unsigned mask = all;

	for (;;) {
		size_t found;

		(void)signature(cover, fields, mask);
		if (cover->scratch.status != IDM_OK)
			return cover->n;
		found = search_group(cover, at, cover->scratch.data);
		if (found != cover->n || mask == 0)
			return found;
		mask = (mask - 1) & all;
	}
}

/* Make the entry one that later ones are compared with. */
static enum idm_status
enter(struct cover *cover, size_t at, const struct idm_fields *fields)
{
	struct group *group = calloc(1, sizeof(*group));
	struct group **found;

	if (group != NULL)
		group->signature = strdup(
		    signature(cover, fields, literal_fields(fields)));
	if (group == NULL || group->signature == NULL ||
	    cover->scratch.status != IDM_OK)
		goto fail;
	group->last = cover->n;
	found = tsearch(group, &cover->groups, compare_groups);
	if (found == NULL)
		goto fail;
	if (*found != group)
		free_group(group);
	cover->previous[at] = (*found)->last;
	(*found)->last = at;
	return IDM_OK;
fail:
	if (group != NULL)
		free_group(group);
	return IDM_NOMEM;
}

enum idm_status
cli_cover_find(const struct idm_descriptor *descriptor,
    const struct idm_entry *const *entries, size_t n, size_t *covered_by,
    struct idm_err *err)
{
	struct cover cover = {
		.descriptor = descriptor,
		.entries = entries,
		.n = n,
	};
	enum idm_status st = IDM_OK;

	idm_buf_init(&cover.scratch, 2 * IDM_REMOTE_MAX);
	cover.previous = calloc(n + 1, sizeof(*cover.previous));
	if (cover.previous == NULL)
		st = IDM_NOMEM;
	for (size_t i = 0; st == IDM_OK && i < n; i++) {
		struct idm_fields fields;

		covered_by[i] = n;
		if (idm_pattern_is_literal(entries[i]->remote) ||
		    idm_descriptor_try(descriptor, entries[i]->remote,
			&fields) != IDM_SPLIT_GOOD)
			continue;
		covered_by[i] = search(&cover, i, &fields);
		st = enter(&cover, i, &fields);
	}
	tdestroy(cover.groups, free_group);
	free(cover.previous);
	idm_buf_fini(&cover.scratch);
	return st == IDM_OK ? IDM_OK : idm_fail(err, st, "out of memory");
}
