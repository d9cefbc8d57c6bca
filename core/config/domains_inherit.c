#include <string.h>

#include "config/domains.h"
#include "map/host.h"

static struct idm_str
value_of(struct idm_str properties, const char *name)
{
	struct idm_str value;

	return idm_property_find(properties, name, &value, NULL) == IDM_OK
	    ? value
	    : idm_str_of("");
}

/* false: the domain has none by this name, either. */
static bool
inherit_attribute(struct idm_directory *directory, struct idm_str properties,
    const char *name, enum idm_attribute which)
{
	struct idm_str value = value_of(properties, name);
	char *own = directory->attribute[which];

	if (own[0] == '\0' && value.len < sizeof(directory->attribute[which])) {
		memcpy(own, value.data, value.len);
		own[value.len] = '\0';
	}
	return own[0] != '\0';
}

static bool
inherit_attributes(struct idm_directory *directory, struct idm_str properties)
{
	bool has_user, has_group;

	if (directory->schema != IDM_SCHEMA_AD)
		return inherit_attribute(directory, properties,
		    "nldap_winname_attr", IDM_ATTR_WINNAME);
	has_user = inherit_attribute(
	    directory, properties, "ad_unixuser_attr", IDM_ATTR_UNIX_USER);
	has_group = inherit_attribute(
	    directory, properties, "ad_unixgroup_attr", IDM_ATTR_UNIX_GROUP);
	return has_user || has_group;
}

static void
inherit(struct idm_domain_file *file, struct idm_str properties)
{
	struct idm_str word = value_of(properties, "directory_based_mapping");
	struct idm_directory *directory = &file->directory;
	bool has_attributes = inherit_attributes(directory, properties);

	if (directory->mapping != IDM_MAPPING_NONE)
		return;
	if (idm_str_is(word, "name") && has_attributes)
		directory->mapping = IDM_MAPPING_NAME;
	else if (idm_str_is(word, "idmu") &&
	    directory->schema == IDM_SCHEMA_AD &&
	    (file->domain.flags & IDM_DOMAIN_DEFAULT) != 0)
		directory->mapping = IDM_MAPPING_IDMU;
	idm_domain_file_tell(&file->domain, directory);
}

void
idm_domains_inherit(struct idm_domains_conf *conf, struct idm_str properties)
{
	for (size_t i = 0; i < conf->n; i++) {
		if (conf->file[i].has_directory)
			inherit(&conf->file[i], properties);
	}
}
