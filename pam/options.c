#include <string.h>

#include "base/cursor.h"
#include "identity/name.h"
#include "pam/options.h"

/* The text up to the next comma; *at goes behind that comma, NULL at the end.
 */
static struct idm_str
next_item(const char **at)
{
	const char *comma = strchrnul(*at, ',');
	struct idm_str item = { .data = *at, .len = (size_t)(comma - *at) };

	*at = *comma == ',' ? comma + 1 : NULL;
	return item;
}

static enum idm_status
set_debug(
    struct idm_pam_options *options, const char *value, struct idm_err *err)
{
	(void)value;
	(void)err;
	options->debug = true;
	return IDM_OK;
}

static enum idm_status
set_quiet(
    struct idm_pam_options *options, const char *value, struct idm_err *err)
{
	(void)value;
	(void)err;
	options->quiet = true;
	return IDM_OK;
}

static enum idm_status
set_canonicalize(
    struct idm_pam_options *options, const char *value, struct idm_err *err)
{
	(void)value;
	(void)err;
	options->canonicalize = true;
	return IDM_OK;
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

static const struct option {
	const char *name;
	bool takes_value;
	enum idm_status (*set)(
	    struct idm_pam_options *, const char *value, struct idm_err *);
} table[] = {
	{ .name = "canonicalize", .set = set_canonicalize },
	{ .name = "debug", .set = set_debug },
	{ .name = "quiet", .set = set_quiet },
	{ .name = "schemes", .takes_value = true, .set = set_schemes },
};

static enum idm_status
read_one(const char *arg, struct idm_pam_options *options, struct idm_err *err)
{
	const char *equals = strchrnul(arg, '=');
	struct idm_str name = { .data = arg, .len = (size_t)(equals - arg) };
	bool has_value = *equals == '=';

	for (size_t i = 0; i < IDM_COUNTOF(table); i++) {
		if (!idm_str_is(name, table[i].name))
			continue;
		if (table[i].takes_value && !has_value) {
			return idm_fail(err, IDM_INVALID,
			    "option '%s' needs a value", table[i].name);
		}
		if (!table[i].takes_value && has_value) {
			return idm_fail(err, IDM_INVALID,
			    "option '%s' takes no value", table[i].name);
		}
		return table[i].set(
		    options, has_value ? equals + 1 : NULL, err);
	}
	return idm_fail(err, IDM_INVALID, "unknown option '%s'", arg);
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
