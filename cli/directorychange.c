#include <stdio.h>
#include <string.h>

#include "config/directorykey.h"

#include "cli/directorychange.h"

static bool
find_old(const struct idm_rewrite *rewrite, const char *prefix,
    const char *domain, struct idm_directory *out)
{
	char key[sizeof(IDM_DIRECTORY_NUMBERS_KEY) + IDM_DOMAIN_MAX];
	struct idm_str value;

	(void)snprintf(key, sizeof(key), "%s%s", prefix, domain);
	return idm_rewrite_get(rewrite, key, strlen(key), &value) == IDM_OK &&
	    idm_directory_read(value, out, NULL) == IDM_OK;
}

/* Names of the settings that differ; mark: what stands in front of them. */
static void
list(json_t *names, const char *mark, const struct idm_directory *old,
    const struct idm_directory *present)
{
	for (size_t row = 0; idm_directory_key(row).name != NULL; row++) {
		if (idm_directory_differs(row, old, present))
			(void)json_array_append_new(names,
			    json_sprintf(
				"%s%s", mark, idm_directory_key(row).name));
	}
}

static json_t *
entry_of(json_t *changes, const char *domain)
{
	json_t *entry;
	size_t i;

	json_array_foreach(changes, i, entry)
	{
		if (strcmp(json_string_value(json_object_get(entry, "domain")),
			domain) == 0)
			return entry;
	}
	entry = json_pack("{s:s, s:s}", "domain", domain, "change", "changed");
	(void)json_array_append_new(changes, entry);
	return entry;
}

void
cli_directory_changes(const struct idm_rewrite *rewrite,
    const struct idm_domain_file *file, json_t *changes)
{
	const char *domain = file->domain.name;
	json_t *names = json_array();
	struct idm_directory old;

	if (file->has_directory &&
	    find_old(rewrite, IDM_DIRECTORY_KEY, domain, &old))
		list(names, "", &old, &file->directory);
	if (file->has_numbers &&
	    find_old(rewrite, IDM_DIRECTORY_NUMBERS_KEY, domain, &old))
		list(names, "of its numbers: ", &old, &file->numbers);
	if (json_array_size(names) > 0)
		(void)json_object_set(
		    entry_of(changes, domain), "settings", names);
	json_decref(names);
}
