#include <string.h>

#include "backends/backend.h"
#include "base/cursor.h"

#include "cli/backendchange.h"
#include "cli/domaintext.h"

static bool
has_option(const struct idm_backend *backend, const char *name)
{
	for (size_t i = 0; backend->options[i].name != NULL; i++) {
		if (strcmp(backend->options[i].name, name) == 0)
			return true;
	}
	return false;
}

static enum idm_status
drop_options_of(struct idm_buf *text, const struct idm_backend *from,
    const struct idm_backend *to, bool all, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	for (size_t i = 0; st == IDM_OK && from->options[i].name != NULL; i++) {
		const char *name = from->options[i].name;

		if (all || !has_option(to, name))
			st = cli_domain_text_set(
			    text, CLI_SECTION_OPTIONS, name, NULL, err);
	}
	return st;
}

enum idm_status
cli_backend_drop(
    struct idm_buf *text, const char *backend, bool all, struct idm_err *err)
{
	const struct idm_backend *to = idm_backend_by_name(idm_str_of(backend));
	const struct idm_backend *const *from;
	enum idm_status st = IDM_OK;
	unsigned n;

	if (to == NULL)
		return IDM_OK; /* will be told as a mistake */
	if (all)
		st = cli_domain_text_set(
		    text, CLI_SECTION_DOMAIN, "range", NULL, err);
	from = idm_backend_all(&n);
	for (unsigned i = 0; i < n && st == IDM_OK; i++)
		st = drop_options_of(text, from[i], to, all, err);
	return st;
}

/* ---- What stayed. */

struct keeping {
	struct idm_str present;
	const char *section;
	struct idm_buf *out;
};

static bool
is_same(
    const struct keeping *keeping, struct idm_str name, struct idm_str value)
{
	struct idm_str present;

	return cli_domain_text_get(
		   keeping->present, keeping->section, name, &present) &&
	    idm_str_compare(present, value) == 0;
}

static void
keep(void *context, struct idm_str name, struct idm_str value)
{
	const struct keeping *keeping = context;

	if (!is_same(keeping, name, value))
		return;
	idm_buf_puts(keeping->out, keeping->out->len > 0 ? ", " : "");
	idm_buf_put(keeping->out, name.data, name.len);
}

void
cli_backend_kept(
    struct idm_str old, struct idm_str present, struct idm_buf *out)
{
	const struct idm_str backend = idm_str_of("backend");
	const struct idm_str range = idm_str_of("range");
	struct keeping keeping = { present, CLI_SECTION_DOMAIN, out };
	struct idm_str value;

	if (!cli_domain_text_get(old, CLI_SECTION_DOMAIN, backend, &value) ||
	    is_same(&keeping, backend, value))
		return;
	if (cli_domain_text_get(old, CLI_SECTION_DOMAIN, range, &value))
		keep(&keeping, range, value);
	keeping.section = CLI_SECTION_OPTIONS;
	cli_domain_text_each(old, CLI_SECTION_OPTIONS, keep, &keeping);
}
