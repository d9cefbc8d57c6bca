#include <string.h>

#include "config/services.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void
skip_blanks(struct idm_str *rest)
{
	while (rest->len > 0 && is_blank(rest->data[0])) {
		rest->data++;
		rest->len--;
	}
}

bool
idm_services_next(struct idm_str *rest, struct idm_str *name)
{
	size_t len = 0;

	skip_blanks(rest);
	while (len < rest->len && !is_blank(rest->data[len]))
		len++;
	*name = (struct idm_str){ rest->data, len };
	rest->data += len;
	rest->len -= len;
	skip_blanks(rest);
	return len > 0;
}

static bool
is_name(struct idm_str name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (memchr("abcdefghijklmnopqrstuvwxyz0123456789_-",
			name.data[i], 38) == NULL)
			return false;
	}
	return true;
}

enum idm_status
idm_services_check(struct idm_str list, struct idm_err *err)
{
	struct idm_str rest = list;
	struct idm_str name;
	unsigned n;

	for (n = 0; idm_services_next(&rest, &name); n++) {
		if (!is_name(name)) {
			return idm_fail(err, IDM_INVALID,
			    "'%.*s' is no list of name services", (int)list.len,
			    list.data);
		}
		if (idm_str_is(name, "idmap") || idm_str_is(name, "compat")) {
			return idm_fail(err, IDM_INVALID,
			    "the name service %.*s cannot be asked by idmap: "
			    "it may ask idmap itself",
			    (int)name.len, name.data);
		}
	}
	if (n == 0)
		return idm_fail(err, IDM_INVALID, "no name service is listed");
	return IDM_OK;
}
