#include <stdio.h>
#include <string.h>

#include "identity/name.h"

#include "cli/json.h"
#include "cli/say.h"

json_t *
cli_json_text(struct idm_str text)
{
	struct idm_buf buf;
	json_t *json;

	idm_buf_init(&buf, 4 * text.len + 1);
	cli_clean(&buf, text);
	json = json_string(idm_buf_text(&buf));
	idm_buf_fini(&buf);
	return json;
}

json_t *
cli_json_entry(const struct idm_entry *entry)
{
	json_t *json = json_object();

	(void)json_object_set_new(json, "remote", cli_json_text(entry->remote));
	(void)json_object_set_new(json, "local", cli_json_text(entry->target));
	if ((entry->flags & IDM_ENTRY_FORCED) != 0)
		(void)json_object_set_new(json, "forced", json_true());
	if ((entry->flags & IDM_ENTRY_PRIVILEGED) != 0)
		(void)json_object_set_new(json, "privileged", json_true());
	return json;
}

void
cli_json_print(json_t *json)
{
	(void)json_dumpf(json, stdout, JSON_INDENT(2));
	(void)putchar('\n');
	json_decref(json);
}

void
cli_json_begin(struct cli_json_list *list, json_t *head, const char *name)
{
	char *text = json_dumps(head, JSON_COMPACT);
	size_t len = text == NULL ? 0 : strlen(text);

	/* "{...}" without its end, and a comma if there is anything in it. */
	if (len > 2)
		printf("%.*s,", (int)len - 1, text);
	else
		(void)putchar('{');
	printf("\"%s\":[", name);
	free(text);
	json_decref(head);
	list->is_begun = false;
}

void
cli_json_put(struct cli_json_list *list, json_t *json)
{
	fputs(list->is_begun ? ",\n" : "\n", stdout);
	(void)json_dumpf(json, stdout, JSON_COMPACT);
	json_decref(json);
	list->is_begun = true;
}

void
cli_json_end(struct cli_json_list *list)
{
	fputs(list->is_begun ? "\n]}\n" : "]}\n", stdout);
}
