#include <stddef.h>
#include <string.h>

#include "base/cursor.h"
#include "identity/name.h"
#include "pam/options.h"

/* The text up to a comma; *at goes behind that, or is NULL at the end. */
static struct idm_str
next_item(const char **at)
{
	const char *comma = strchrnul(*at, ',');
	struct idm_str item = { .data = *at, .len = (size_t)(comma - *at) };

	*at = *comma == ',' ? comma + 1 : NULL;
	return item;
}

static enum idm_status
set_schemes(
    struct idm_pam_options *options, const char *value, struct idm_err *err)
{
	const char *at = value;

	while (at != NULL) {
		enum idm_status st = idm_name_scheme(next_item(&at), err);

		if (st != IDM_OK)
			return idm_within(err, st, "option 'schemes'");
	}
	options->schemes = value;
	return IDM_OK;
}

#define FLAG(field) offsetof(struct idm_pam_options, field)

static const struct option {
	const char *name;
	size_t flag; /* what to set, of an option without a value */
	enum idm_status (*set)(struct idm_pam_options *, const char *value,
	    struct idm_err *); /* of one with a value */
} table[] = {
	{ .name = "canonicalize", .flag = FLAG(canonicalize) },
	{ .name = "debug", .flag = FLAG(debug) },
	{ .name = "quiet", .flag = FLAG(quiet) },
	{ .name = "schemes", .set = set_schemes },
};

static const struct option *
find_option(struct idm_str name)
{
	for (size_t i = 0; i < IDM_COUNTOF(table); i++) {
		if (idm_str_is(name, table[i].name))
			return &table[i];
	}
	return NULL;
}

static enum idm_status
read_one(const char *arg, struct idm_pam_options *options, struct idm_err *err)
{
	const char *equals = strchrnul(arg, '=');
	struct idm_str name = { .data = arg, .len = (size_t)(equals - arg) };
	const struct option *option = find_option(name);
	bool has_value = *equals == '=';

	if (option == NULL)
		return idm_fail(err, IDM_INVALID, "unknown option '%s'", arg);
	if (option->set != NULL && !has_value) {
		return idm_fail(err, IDM_INVALID, "option '%s' needs a value",
		    option->name);
	}
	if (option->set == NULL && has_value) {
		return idm_fail(err, IDM_INVALID, "option '%s' takes no value",
		    option->name);
	}
	if (option->set != NULL)
		return option->set(options, equals + 1, err);
	*(bool *)((char *)options + option->flag) = true;
	return IDM_OK;
}

enum idm_status
idm_pam_options_read(int argc, const char *const *argv,
    struct idm_pam_options *out, struct idm_err *err)
{
	struct idm_pam_options options = { 0 };

	for (int i = 0; i < argc; i++) {
		enum idm_status st = read_one(argv[i], &options, err);

		if (st != IDM_OK)
			return st;
	}
	*out = options;
	return IDM_OK;
}

bool
idm_pam_options_admit(const struct idm_pam_options *options, const char *scheme)
{
	const char *at = options->schemes;

	if (at == NULL)
		return true;
	while (at != NULL) {
		if (idm_str_is(next_item(&at), scheme))
			return true;
	}
	return false;
}
