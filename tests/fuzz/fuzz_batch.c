#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "cli/batch.h"

/* Every byte quoted: a word that must read back as it was. */
static void
put_word(struct idm_buf *text, const char *word)
{
	idm_buf_puts(text, "\"");
	for (; *word != '\0'; word++) {
		if (*word == '"' || *word == '\\')
			idm_buf_puts(text, "\\");
		idm_buf_put(text, word, 1);
	}
	idm_buf_puts(text, "\" ");
}

/* The words, written as one line, are the same words. */
static void
check_round_trip(struct batch_words *words)
{
	struct batch_words again;
	struct idm_buf text;
	char **argv;
	char **copy;
	int argc;
	int n;
	bool more;

	if (batch_argv(words, &argc, &argv, NULL) != IDM_OK || argc < 1)
		abort();
	idm_buf_init(&text, SIZE_MAX / 4);
	for (int i = 1; i < argc; i++)
		put_word(&text, argv[i]);
	batch_init(&again);
	if (batch_begin(&again, "x", NULL) != IDM_OK ||
	    batch_line(&again, (struct idm_str){ text.data, text.len }, &more,
		NULL) != IDM_OK ||
	    batch_argv(&again, &n, &copy, NULL) != IDM_OK || more || n != argc)
		abort();
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], copy[i]) != 0)
			abort();
	batch_fini(&again);
	idm_buf_fini(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;
	struct batch_words words;
	bool is_good = true;
	bool more = false;

	batch_init(&words);
	if (batch_begin(&words, "x", NULL) != IDM_OK)
		abort();
	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t n = end == NULL ? len : (size_t)(end - text) + 1;

		is_good = batch_line(&words, (struct idm_str){ text, n }, &more,
			      NULL) == IDM_OK;
		text += n;
		len -= n;
		if (is_good && more)
			continue;
		if (is_good)
			check_round_trip(&words);
		if (batch_begin(&words, "x", NULL) != IDM_OK)
			abort();
	}
	batch_fini(&words);
	return 0;
}
