/*
 * json_get -- reads JSON from standard input and prints the value at a path.
 *
 *	json_get KEY-OR-INDEX...
 *
 * Strings come out without quotes, everything else as JSON.  Status 1: the
 * input is no JSON, or has nothing there.
 */

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/num.h"

static const json_t *
step(const json_t *json, const char *word)
{
	uint64_t at;

	if (json_is_object(json))
		return json_object_get(json, word);
	if (json_is_array(json) &&
	    idm_num_parse(word, strlen(word), UINT32_MAX, &at, NULL) == IDM_OK)
		return json_array_get(json, (size_t)at);
	return NULL;
}

int
main(int argc, char **argv)
{
	json_error_t error;
	json_t *root = json_loadf(stdin, 0, &error);
	const json_t *json = root;

	if (root == NULL) {
		fprintf(
		    stderr, "json_get: line %d: %s\n", error.line, error.text);
		return 1;
	}
	for (int i = 1; json != NULL && i < argc; i++)
		json = step(json, argv[i]);
	if (json_is_string(json))
		puts(json_string_value(json));
	else if (json != NULL &&
	    json_dumpf(json, stdout, JSON_COMPACT | JSON_ENCODE_ANY) == 0)
		(void)putchar('\n');
	json_decref(root);
	return json == NULL;
}
