#include <stdlib.h>

#include "base/buf.h"
#include "pam/mapping.h"

#define KEY "idmap_mapping"

static void
forget(pam_handle_t *pamh, void *data, int status)
{
	(void)pamh;
	(void)status;
	free(data);
}

int
idm_pam_mapping_keep(pam_handle_t *pamh, const struct idm_pam_answer *answer)
{
	struct idm_pam_answer *copy = malloc(sizeof(*copy));
	int code;

	if (copy == NULL)
		return PAM_BUF_ERR;
	*copy = *answer;
	code = pam_set_data(pamh, KEY, copy, forget);
	if (code != PAM_SUCCESS)
		free(copy);
	return code;
}

void
idm_pam_mapping_drop(pam_handle_t *pamh)
{
	if (idm_pam_mapping_find(pamh) != NULL)
		(void)pam_set_data(pamh, KEY, NULL, NULL);
}

const struct idm_pam_answer *
idm_pam_mapping_find(const pam_handle_t *pamh)
{
	const void *data = NULL;

	if (pam_get_data(pamh, KEY, &data) != PAM_SUCCESS)
		return NULL;
	return data;
}

int
idm_pam_mapping_export(pam_handle_t *pamh, const struct idm_pam_answer *answer)
{
	const struct {
		const char *name;
		const char *value[2]; /* joined by a blank, as in a text map */
	} variables[] = {
		{ "IDMAP_NAME", { answer->name } },
		{ "IDMAP_SCHEME", { answer->match.scheme } },
		{ "IDMAP_ENTRY",
		    { answer->match.remote, answer->match.target } },
		{ "IDMAP_LOGNAME", { answer->account.name } },
	};
	char memory[2 * IDM_REMOTE_MAX + 64];

	for (size_t i = 0; i < IDM_COUNTOF(variables); i++) {
		const char *second = variables[i].value[1];
		struct idm_buf buf;
		int code;

		idm_buf_init_fixed(&buf, memory, sizeof(memory));
		idm_buf_printf(
		    &buf, "%s=%s", variables[i].name, variables[i].value[0]);
		if (second != NULL)
			idm_buf_printf(&buf, " %s", second);
		/* libpam copies the text. */
		code = pam_putenv(pamh, idm_buf_text(&buf));
		if (code != PAM_SUCCESS)
			return code;
	}
	return PAM_SUCCESS;
}
