#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli/batch.h"

#define BYTES_MAX ((size_t)INT_MAX)
#define WORDS_MAX ((size_t)INT_MAX / 2)

void
batch_init(struct batch_words *words)
{
	*words = (struct batch_words){ .n = 0 };
	idm_buf_init(&words->bytes, BYTES_MAX);
}

void
batch_fini(struct batch_words *words)
{
	idm_buf_fini(&words->bytes);
	free(words->at);
	free(words->argv);
	*words = (struct batch_words){ .n = 0 };
}

static bool
is_space(char byte)
{
	return byte != '\0' && strchr(" \t\n\v\f\r", byte) != NULL;
}

static enum idm_status
begin_word(struct batch_words *words, struct idm_err *err)
{
	if (words->n == words->size) {
		size_t size = words->size == 0 ? 16 : 2 * words->size;
		size_t *at = size > WORDS_MAX
		    ? NULL
		    : reallocarray(words->at, size, sizeof(*at));

		if (at == NULL)
			return idm_fail(err, IDM_NOMEM, "too many words");
		words->at = at;
		words->size = size;
	}
	words->at[words->n++] = words->bytes.len;
	return IDM_OK;
}

enum idm_status
batch_begin(
    struct batch_words *words, const char *progname, struct idm_err *err)
{
	enum idm_status st;

	idm_buf_clear(&words->bytes);
	words->n = 0;
	st = begin_word(words, err);
	idm_buf_put(&words->bytes, progname, strlen(progname) + 1);
	return st == IDM_OK ? idm_buf_status(&words->bytes, err) : st;
}

/* The line without what ends it. */
static struct idm_str
strip_end(struct idm_str line)
{
	if (line.len > 0 && line.data[line.len - 1] == '\n')
		line.len--;
	if (line.len > 0 && line.data[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* Add the word that begins at *at, and move *at behind it. */
static enum idm_status
take_word(struct batch_words *words, struct idm_str line, size_t *at,
    struct idm_err *err)
{
	enum idm_status st = begin_word(words, err);
	bool quoted = false;
	size_t i = *at;

	if (st != IDM_OK)
		return st;
	for (; i < line.len && (quoted || !is_space(line.data[i])); i++) {
		if (line.data[i] == '"') {
			quoted = !quoted;
			continue;
		}
		/* What a backslash at the end makes ordinary is the newline. */
		if (line.data[i] == '\\')
			i++;
		idm_buf_put(
		    &words->bytes, i < line.len ? &line.data[i] : "\n", 1);
	}
	if (quoted)
		return idm_fail(
		    err, IDM_INVALID, "a double quote is not closed");
	idm_buf_put(&words->bytes, "", 1);
	*at = i < line.len ? i : line.len;
	return idm_buf_status(&words->bytes, err);
}

enum idm_status
batch_line(struct batch_words *words, struct idm_str line, bool *more,
    struct idm_err *err)
{
	size_t at = 0;

	*more = false;
	line = strip_end(line);
	if (line.len > 0 && memchr(line.data, '\0', line.len) != NULL)
		return idm_fail(err, IDM_INVALID, "there is a NUL byte in it");
	for (;;) {
		enum idm_status st;

		while (at < line.len && is_space(line.data[at]))
			at++;
		if (at == line.len || line.data[at] == '#')
			return IDM_OK;
		if (line.data[at] == '\\' && at + 1 == line.len) {
			*more = true;
			return IDM_OK;
		}
		st = take_word(words, line, &at, err);
		if (st != IDM_OK)
			return st;
	}
}

enum idm_status
batch_argv(
    struct batch_words *words, int *argc, char ***argv, struct idm_err *err)
{
	char **list = reallocarray(words->argv, words->n + 1, sizeof(*list));

	if (list == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	words->argv = list;
	for (size_t i = 0; i < words->n; i++)
		list[i] = words->bytes.data + words->at[i];
	list[words->n] = NULL;
	*argc = (int)words->n;
	*argv = list;
	return IDM_OK;
}
