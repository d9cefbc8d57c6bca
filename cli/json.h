/*
 * json -- what the tools print for programs.
 *
 * Texts come out clean: what is no UTF-8 or a control character stands as
 * \xHH, so that every output is JSON.
 */

#ifndef IDM_CLI_JSON_H
#define IDM_CLI_JSON_H

#include <stdbool.h>

#include <jansson.h>

#include "rules/entry.h"

/* A text, an entry, as a new value. */
json_t *cli_json_text(struct idm_str);
json_t *cli_json_entry(const struct idm_entry *);

/* Print a value on a line of its own and drop it. */
void cli_json_print(json_t *);

/*
 * Print an object whose last member is an array, piece by piece, so that no
 * million values are held: the other members (head is dropped) and the
 * array's name, then each element (dropped), then the end.
 */
struct cli_json_list {
	bool is_begun;
};
void cli_json_begin(struct cli_json_list *, json_t *head, const char *name);
void cli_json_put(struct cli_json_list *, json_t *);
void cli_json_end(struct cli_json_list *);

#endif
