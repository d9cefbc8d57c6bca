#include <strings.h>

#include "directory/object.h"

const struct idm_attribute_values *
idm_object_values(const struct idm_object *object, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < object->n; i++) {
		const struct idm_attribute_values *values = &object
								 ->attribute[i];

		if (values->name.len == len &&
		    strncasecmp(values->name.data, name, len) == 0)
			return values;
	}
	return NULL;
}

struct idm_str
idm_object_first(const struct idm_object *object, const char *name)
{
	const struct idm_attribute_values *values;

	values = idm_object_values(object, name);
	if (values == NULL || values->n == 0)
		return (struct idm_str){ .data = "", .len = 0 };
	return values->value[0];
}

bool
idm_object_has(
    const struct idm_object *object, const char *name, const char *value)
{
	const struct idm_attribute_values *values;
	size_t len = strlen(value);

	values = idm_object_values(object, name);
	for (size_t i = 0; values != NULL && i < values->n; i++) {
		if (values->value[i].len == len &&
		    strncasecmp(values->value[i].data, value, len) == 0)
			return true;
	}
	return false;
}
