#include "backends/backend.h"
#include "config/ini.h"

#include "cli/domainjson.h"
#include "cli/domaintext.h"
#include "cli/json.h"

const char *
cli_domain_backend(const struct idm_domain *domain)
{
	const struct idm_backend *backend = idm_backend_by_id(domain->backend);

	return backend != NULL ? backend->name : "?";
}

json_t *
cli_domain_json(const struct idm_domain *domain)
{
	json_t *object = json_pack("{s:s, s:s}", "name", domain->name,
	    "backend", cli_domain_backend(domain));
	char sid[IDM_SID_TEXT_MAX];

	if (domain->high > 0) {
		(void)json_object_set_new(
		    object, "low", json_integer((json_int_t)domain->low));
		(void)json_object_set_new(
		    object, "high", json_integer((json_int_t)domain->high));
	}
	if (domain->sid.nsubs > 0)
		(void)json_object_set_new(object, "sid",
		    json_string(idm_sid_format(&domain->sid, sid)));
	if (domain->dns[0] != '\0')
		(void)json_object_set_new(
		    object, "dns", json_string(domain->dns));
	if (domain->netbios[0] != '\0')
		(void)json_object_set_new(object, "netbios",
		    cli_json_text(idm_str_of(domain->netbios)));
	(void)json_object_set_new(object, "default",
	    json_boolean((domain->flags & IDM_DOMAIN_DEFAULT) != 0));
	if (domain->nwindows > 0) {
		json_t *windows = json_array();

		for (unsigned i = 0; i < domain->nwindows; i++)
			(void)json_array_append_new(windows,
			    json_pack("{s:I, s:I}", "first_rid",
				(json_int_t)domain->window[i].first_rid, "low",
				(json_int_t)domain->window[i].low));
		(void)json_object_set_new(object, "windows", windows);
	}
	return object;
}

static void
take_setting(struct idm_ini *ini, void *owner, const char *section,
    const char *name, const char *value)
{
	json_t *object = json_object_get(owner, section);

	(void)ini;
	if (object == NULL) {
		object = json_object();
		(void)json_object_set_new(owner, section, object);
	}
	(void)json_object_set_new(object, name,
	    cli_json_text(idm_str_of(value != NULL ? value : "")));
}

enum idm_status
cli_domain_settings(const char *path, json_t *settings,
    void (*mistake)(void *context, const char *text), struct idm_err *err)
{
	struct idm_ini ini = { .path = path, .mistake = mistake };

	return idm_ini_read(&ini, take_setting, settings, err);
}

void
cli_domain_settings_put(struct idm_buf *text, const json_t *settings)
{
	static const char *const sections[] = { CLI_SECTION_DOMAIN,
		CLI_SECTION_OPTIONS, CLI_SECTION_DIRECTORY };

	for (size_t i = 0; i < IDM_COUNTOF(sections); i++) {
		json_t *section = json_object_get(settings, sections[i]);
		const char *name;
		json_t *value;

		if (section == NULL)
			continue;
		idm_buf_printf(text, "[%s]\n", sections[i]);
		json_object_foreach(section, name, value) idm_buf_printf(
		    text, "%s = %s\n", name, json_string_value(value));
	}
}
