#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "config/directorykey.h"
#include "config/domainsetting.h"
#include "config/ini.h"
#include "config/numberskey.h"

#define GIVEN_MAX 96 /* settings of one file; there are not so many to give */

enum section { SECTION_DOMAIN, SECTION_OPTIONS, SECTION_DIRECTORY };

static const char *const sections[] = {
	[SECTION_DOMAIN] = "domain",
	[SECTION_OPTIONS] = "options",
	[SECTION_DIRECTORY] = "directory",
};

/* A setting as it stands in the file, kept until the backend is known. */
struct given {
	enum section section;
	char name[48];
	char *value;
	unsigned long line;
};

struct reading {
	struct idm_ini ini;
	struct given given[GIVEN_MAX];
	size_t ngiven;
	struct idm_domain_setting setting;
};

static void
keep_setting(struct idm_ini *ini, void *owner, const char *section,
    const char *name, const char *value)
{
	struct reading *reading = owner;
	struct given *given;
	size_t which = 0;

	while (which < IDM_COUNTOF(sections) &&
	    strcmp(section, sections[which]) != 0)
		which++;
	if (which == IDM_COUNTOF(sections)) {
		idm_ini_complain(ini,
		    "there is no section '[%s]'; there are [domain], "
		    "[options] and [directory]",
		    section);
		return;
	}
	if (value == NULL) {
		idm_ini_complain(
		    ini, "%s: there is no '=' behind the name", name);
		return;
	}
	for (size_t i = 0; i < reading->ngiven; i++) {
		given = &reading->given[i];
		if (given->section == which && strcmp(given->name, name) == 0) {
			idm_ini_complain(ini, "%s: already given in line %lu",
			    name, given->line);
			return;
		}
	}
	if (reading->ngiven == GIVEN_MAX) {
		idm_ini_complain(ini, "more than %d settings", GIVEN_MAX);
		return;
	}
	given = &reading->given[reading->ngiven];
	if (strlen(name) >= sizeof(given->name)) {
		idm_ini_complain(ini, "there is no setting '%s'", name);
		return;
	}
	given->value = strdup(value);
	if (given->value == NULL) {
		idm_ini_complain(ini, "out of memory");
		return;
	}
	given->section = (enum section)which;
	memcpy(given->name, name, strlen(name) + 1);
	given->line = ini->line;
	reading->ngiven++;
}

/* A mistake about the file as a whole. */
static void
complain_whole(struct reading *reading, const char *text)
{
	struct idm_err err;

	(void)idm_fail(&err, IDM_INVALID, "%s: %s", reading->ini.path, text);
	reading->ini.mistake(reading->ini.context, err.text);
	reading->ini.mistakes++;
}

static const struct given *
find_given(
    const struct reading *reading, enum section section, const char *name)
{
	for (size_t i = 0; i < reading->ngiven; i++) {
		if (reading->given[i].section == section &&
		    strcmp(reading->given[i].name, name) == 0)
			return &reading->given[i];
	}
	return NULL;
}

static const char *
backend_fault(const struct reading *reading)
{
	const struct idm_backend *backend = reading->setting.backend;
	bool is_catch_all = strcmp(reading->setting.out->domain.name,
				IDM_CATCH_ALL) == 0;

	if (is_catch_all && !backend->for_catch_all)
		return "cannot be the catch-all's: it needs a domain of its "
		       "own";
	if (!is_catch_all && !backend->for_domain)
		return "can only be the catch-all's, in " IDM_DEFAULT_FILE;
	return NULL;
}

static void
find_backend(struct reading *reading)
{
	const struct given *given = find_given(
	    reading, SECTION_DOMAIN, "backend");
	struct idm_nearest nearest;
	unsigned n;
	const struct idm_backend *const *all = idm_backend_all(&n);
	const char *fault;

	if (given == NULL) {
		complain_whole(reading, "backend: is missing");
		return;
	}
	reading->ini.line = given->line;
	reading->setting.backend = idm_backend_by_name(
	    idm_str_of(given->value));
	if (reading->setting.backend != NULL) {
		fault = backend_fault(reading);
		if (fault != NULL) {
			idm_ini_complain(&reading->ini, "backend: '%s' %s",
			    given->value, fault);
		}
		reading->setting.out->domain.backend = reading->setting.backend
							   ->id;
		return;
	}
	nearest = idm_nearest_to(given->value);
	for (unsigned i = 0; i < n; i++)
		idm_nearest_try(&nearest, all[i]->name);
	idm_ini_complain(&reading->ini,
	    "backend: there is none named '%s'%s%s%s", given->value,
	    nearest.best != NULL ? "; is it '" : "",
	    nearest.best != NULL ? nearest.best : "",
	    nearest.best != NULL ? "'?" : "");
}

static void
set_line(struct reading *reading, unsigned long line)
{
	reading->ini.line = line;
	reading->setting.line = line;
}

static void
apply_domain_settings(struct reading *reading)
{
	struct idm_err err;

	for (size_t i = 0; idm_domain_keys()[i].name != NULL; i++) {
		const struct given *given = find_given(
		    reading, SECTION_DOMAIN, idm_domain_keys()[i].name);

		if (given == NULL)
			continue;
		set_line(reading, given->line);
		if (idm_domain_set_key(
			&reading->setting, i, given->value, &err) != IDM_OK) {
			idm_ini_complain(
			    &reading->ini, "%s: %s", given->name, err.text);
		}
	}
}

/* The backend that has such an option; NULL: none. */
static const struct idm_backend *
find_owner(const char *name)
{
	const struct idm_backend *const *all;
	unsigned n;

	all = idm_backend_all(&n);
	for (unsigned i = 0; i < n; i++) {
		const struct idm_backend_option *option = all[i]->options;

		for (; option->name != NULL; option++) {
			if (strcmp(option->name, name) == 0)
				return all[i];
		}
	}
	return NULL;
}

static void
complain_unknown(
    struct reading *reading, const struct given *given, const char *best)
{
	const struct idm_backend *owner = find_owner(given->name);
	const char *prefix = given->section == SECTION_DIRECTORY ? "directory."
								 : "";

	reading->ini.line = given->line;
	if (given->section == SECTION_OPTIONS && owner != NULL) {
		idm_ini_complain(&reading->ini,
		    "options.%s: backend '%s' has no such option, it is one of "
		    "'%s': take the line away",
		    given->name, reading->setting.backend->name, owner->name);
	} else if (given->section == SECTION_OPTIONS) {
		idm_ini_complain(&reading->ini,
		    "options.%s: backend '%s' has no such option%s%s%s",
		    given->name,
		    reading->setting.backend != NULL
			? reading->setting.backend->name
			: "?",
		    best != NULL ? "; is it '" : "", best != NULL ? best : "",
		    best != NULL ? "'?" : "");
	} else {
		idm_ini_complain(&reading->ini,
		    "%s%s: there is no such setting%s%s%s", prefix, given->name,
		    best != NULL ? "; is it '" : "", best != NULL ? best : "",
		    best != NULL ? "'?" : "");
	}
}

/* The names that a section has. */
static void
try_names(const struct reading *reading, enum section section,
    struct idm_nearest *nearest)
{
	const struct idm_domain_key *key = idm_domain_keys();
	const struct idm_backend_option *option;

	if (section == SECTION_DIRECTORY) {
		for (size_t i = 0; idm_directory_key(i).name != NULL; i++)
			idm_nearest_try(nearest, idm_directory_key(i).name);
	} else if (section == SECTION_OPTIONS) {
		option = reading->setting.backend->options;
		for (; option->name != NULL; option++)
			idm_nearest_try(nearest, option->name);
	} else {
		for (; key->name != NULL; key++)
			idm_nearest_try(nearest, key->name);
	}
}

/* A command that knows no such setting takes it for an option. */
static const char *
near_elsewhere(const struct reading *reading, const char *name)
{
	struct idm_nearest nearest = idm_nearest_to(name);

	try_names(reading, SECTION_OPTIONS, &nearest);
	try_names(reading, SECTION_DIRECTORY, &nearest);
	try_names(reading, SECTION_DOMAIN, &nearest);
	return nearest.best == NULL || strcmp(nearest.best, name) == 0
	    ? NULL
	    : nearest.best;
}

/* What was given and nobody asked for. */
static void
find_unknown(struct reading *reading)
{
	for (size_t i = 0; i < reading->ngiven; i++) {
		const struct given *given = &reading->given[i];
		struct idm_nearest nearest = idm_nearest_to(given->name);

		if (given->section == SECTION_OPTIONS &&
		    reading->setting.backend == NULL)
			continue; /* nobody knows */
		try_names(reading, given->section, &nearest);
		if (nearest.best != NULL &&
		    strcmp(nearest.best, given->name) == 0)
			continue;
		complain_unknown(reading, given,
		    given->section == SECTION_OPTIONS
			? near_elsewhere(reading, given->name)
			: nearest.best);
	}
}

static void
apply_option(struct reading *reading, const struct idm_backend_option *option)
{
	const struct given *given = find_given(
	    reading, SECTION_OPTIONS, option->name);
	struct idm_err err;
	char text[120];

	if (given == NULL && option->required) {
		(void)snprintf(text, sizeof(text),
		    "options.%s: is missing; backend '%s' needs it",
		    option->name, reading->setting.backend->name);
		complain_whole(reading, text);
	}
	if (given == NULL && option->value == NULL)
		return;
	set_line(reading, given != NULL ? given->line : 0);
	if (idm_domain_set_option(&reading->setting, option,
		given != NULL ? given->value : option->value, &err) != IDM_OK) {
		idm_ini_complain(
		    &reading->ini, "options.%s: %s", option->name, err.text);
	}
}

static void
apply_options(struct reading *reading)
{
	const struct idm_backend *backend = reading->setting.backend;
	struct idm_domain *domain = &reading->setting.out->domain;

	if (backend == NULL)
		return;
	if (!reading->setting.has_range && backend->high > 0) {
		domain->low = backend->low;
		domain->high = backend->high;
	}
	for (size_t i = 0; backend->options[i].name != NULL; i++)
		apply_option(reading, &backend->options[i]);
	if (backend->needs_range && domain->high == 0 &&
	    find_given(reading, SECTION_DOMAIN, "range") == NULL)
		complain_whole(reading,
		    "range: is missing; 'idmap domain add' offers a free one");
	if (!backend->needs_range && reading->setting.has_range &&
	    backend->id == IDM_BACKEND_NONE)
		complain_whole(reading, "range: backend 'none' has no ids");
}

/* ---- The directory. */

/* The setting as it was given; or the backend's option that says the same. */
static const struct given *
find_setting(
    const struct reading *reading, const char *name, const char **value)
{
	const struct given *given = find_given(
	    reading, SECTION_DIRECTORY, name);
	const char *option = reading->setting.out->has_numbers
	    ? NULL
	    : idm_directory_option(name);

	if (given != NULL) {
		*value = given->value;
		return given;
	}
	if (option == NULL)
		return NULL;
	given = find_given(reading, SECTION_OPTIONS, option);
	*value = given == NULL
	    ? NULL
	    : idm_directory_option_value(option, given->value);
	return *value == NULL ? NULL : given;
}

static bool
is_given(void *context, const char *name)
{
	const char *value;

	return find_setting(context, name, &value) != NULL;
}

static void
complain_directory(void *context, const char *text)
{
	char whole[300];

	(void)snprintf(whole, sizeof(whole), "directory.%s", text);
	complain_whole(context, whole);
}

static bool
has_section(const struct reading *reading, enum section section)
{
	for (size_t i = 0; i < reading->ngiven; i++) {
		if (reading->given[i].section == section)
			return true;
	}
	return false;
}

static uint32_t
mapping_flags(const struct idm_directory *directory)
{
	const uint32_t both = IDM_DOMAIN_EQUAL_USERS | IDM_DOMAIN_EQUAL_GROUPS;
	bool is_windows = directory->schema == IDM_SCHEMA_AD;
	uint32_t flags = 0;

	if (directory->mapping == IDM_MAPPING_IDMU && is_windows)
		return both;
	if (directory->mapping != IDM_MAPPING_NAME)
		return 0;
	if (!is_windows)
		return directory->attribute[IDM_ATTR_WINNAME][0] != '\0'
		    ? IDM_DOMAIN_WINNAMES
		    : 0;
	if (directory->attribute[IDM_ATTR_UNIX_USER][0] != '\0')
		flags |= IDM_DOMAIN_EQUAL_USERS;
	if (directory->attribute[IDM_ATTR_UNIX_GROUP][0] != '\0')
		flags |= IDM_DOMAIN_EQUAL_GROUPS;
	return flags;
}

/* What readers of its cache need stands in the domain itself. */
void
idm_domain_file_tell(
    struct idm_domain *domain, const struct idm_directory *directory)
{
	domain->flags |= IDM_DOMAIN_DIRECTORY;
	if ((directory->flags & IDM_DIRECTORY_REPLICATE) != 0)
		domain->flags |= IDM_DOMAIN_REPLICATE;
	if (directory->schema == IDM_SCHEMA_AD)
		domain->flags |= IDM_DOMAIN_FOREST;
	domain->flags |= mapping_flags(directory);
	domain->cache_s = directory->cache_s;
	domain->stale_s = directory->stale_s;
	domain->wait_ms = directory->timeout_ms;
}

/* ---- The numbers, where they are apart. */

static const char *
get_option(void *context, const char *option)
{
	const struct given *given = find_given(
	    context, SECTION_OPTIONS, option);

	return given == NULL ? NULL : given->value;
}

static void
complain_numbers(void *context, const char *text)
{
	complain_whole(context, text);
}

static struct idm_numbers_source
source_of(struct reading *reading)
{
	const struct given *schema = find_given(
	    reading, SECTION_DIRECTORY, "schema");

	return (struct idm_numbers_source){
		.domain = &reading->setting.out->domain,
		.schema = schema == NULL ? NULL : schema->value,
		.get = get_option,
		.mistake = complain_numbers,
		.context = reading,
	};
}

static void
apply_numbers(struct reading *reading)
{
	struct idm_domain_file *out = reading->setting.out;
	const struct idm_numbers_source source = source_of(reading);

	if (!out->has_numbers)
		return;
	idm_numbers_fill(&source, out->has_directory ? &out->directory : NULL,
	    &out->numbers);
}

static void
apply_directory(struct reading *reading)
{
	struct idm_domain_file *out = reading->setting.out;
	struct idm_err err;

	if (!has_section(reading, SECTION_DIRECTORY))
		return;
	out->has_directory = true;
	idm_directory_defaults(&out->directory);
	for (size_t i = 0; idm_directory_key(i).name != NULL; i++) {
		const char *name = idm_directory_key(i).name;
		const struct given *given;
		const char *value;

		given = find_setting(reading, name, &value);
		if (given == NULL)
			continue;
		set_line(reading, given->line);
		if (idm_directory_set(&out->directory, i, value, &err) !=
		    IDM_OK)
			idm_ini_complain(
			    &reading->ini, "directory.%s: %s", name, err.text);
	}
	if (!is_given(reading, "schema"))
		complain_directory(reading, "schema: is missing");
	idm_directory_finish(&out->directory, out->domain.dns, is_given,
	    complain_directory, reading);
	idm_domain_file_tell(&out->domain, &out->directory);
}

/* What a domain must have, or cannot. */
static void
check_whole(struct reading *reading)
{
	const struct idm_domain *domain = &reading->setting.out->domain;
	bool is_catch_all = strcmp(domain->name, IDM_CATCH_ALL) == 0;
	char text[120];

	if (reading->setting.backend == NULL)
		return;
	if (is_catch_all &&
	    (domain->sid.nsubs > 0 || domain->dns[0] != '\0' ||
		domain->netbios[0] != '\0' || domain->naliases > 0 ||
		reading->setting.out->is_default)) {
		complain_whole(reading,
		    "the catch-all stands for all other domains: it has no "
		    "sid, names or 'default'");
	}
	if (!is_catch_all && reading->setting.backend->needs_sid &&
	    domain->sid.nsubs == 0) {
		complain_whole(reading,
		    "sid: is missing; the backend computes with the domain's "
		    "SID");
	}
	if (is_catch_all && reading->setting.out->names[0] != '\0')
		complain_whole(reading, "names: the catch-all has no names");
	if (is_catch_all && reading->setting.out->has_directory)
		complain_whole(reading, "the catch-all has no [directory]");
	if (!reading->setting.out->has_directory &&
	    (domain->backend == IDM_BACKEND_AD ||
		domain->backend == IDM_BACKEND_RFC2307)) {
		(void)snprintf(text, sizeof(text),
		    "backend: '%s' needs a [directory], where the numbers are",
		    reading->setting.backend->name);
		complain_whole(reading, text);
	}
	if (reading->setting.out->has_directory &&
	    reading->setting.out->names[0] != '\0')
		complain_whole(reading,
		    "names: a domain with a [directory] has no names file");
}

static void
free_given(struct reading *reading)
{
	for (size_t i = 0; i < reading->ngiven; i++)
		free(reading->given[i].value);
}

bool
idm_domain_is_file(const char *name)
{
	size_t len = strlen(name);
	size_t suffix = strlen(IDM_DOMAIN_SUFFIX);

	return name[0] != '.' && len > suffix &&
	    strcmp(name + len - suffix, IDM_DOMAIN_SUFFIX) == 0;
}

enum idm_status
idm_domain_name_of(
    const char *path, char name[static IDM_DOMAIN_MAX + 1], struct idm_err *err)
{
	const char *last = strrchr(path, '/');
	char word[IDM_DOMAIN_MAX + sizeof(IDM_DOMAIN_SUFFIX)];
	enum idm_status st;
	size_t len;

	last = last == NULL ? path : last + 1;
	len = strlen(last);
	if (strcmp(last, IDM_DEFAULT_FILE) == 0) {
		memcpy(name, IDM_CATCH_ALL, sizeof(IDM_CATCH_ALL));
		return IDM_OK;
	}
	if (len <= strlen(IDM_DOMAIN_SUFFIX) || len >= sizeof(word) ||
	    strcmp(last + len - strlen(IDM_DOMAIN_SUFFIX), IDM_DOMAIN_SUFFIX) !=
		0) {
		return idm_fail(err, IDM_INVALID,
		    "%s: the file of a domain is named NAME" IDM_DOMAIN_SUFFIX,
		    path);
	}
	memcpy(word, last, len - strlen(IDM_DOMAIN_SUFFIX));
	word[len - strlen(IDM_DOMAIN_SUFFIX)] = '\0';
	st = idm_domain_put_name(word, name, IDM_DOMAIN_MAX + 1, err);
	if (st != IDM_OK)
		return idm_within(err, st, "%s", path);
	if (strcmp(name, word) != 0) {
		return idm_fail(err, IDM_INVALID,
		    "%s: domains' files are named in lower case: "
		    "%s" IDM_DOMAIN_SUFFIX,
		    path, name);
	}
	return IDM_OK;
}

static enum idm_status
read_it(struct reading *reading, struct idm_err *err)
{
	struct idm_numbers_source source;
	enum idm_status st;

	st = idm_ini_read(&reading->ini, keep_setting, reading, err);
	if (st != IDM_OK)
		return st;
	find_backend(reading);
	apply_domain_settings(reading);
	apply_options(reading);
	source = source_of(reading);
	reading->setting.out->has_numbers = reading->setting.backend != NULL &&
	    idm_numbers_are_apart(&source);
	apply_directory(reading);
	apply_numbers(reading);
	find_unknown(reading);
	check_whole(reading);
	return IDM_OK;
}

enum idm_status
idm_domain_file_read(const char *path, struct idm_domain_file *out,
    unsigned long *nmistakes, void (*mistake)(void *context, const char *text),
    void *context, struct idm_err *err)
{
	struct reading *reading;
	enum idm_status st;

	memset(out, 0, sizeof(*out));
	st = idm_domain_name_of(path, out->domain.name, err);
	if (st == IDM_OK)
		st = idm_domain_put_text(
		    path, out->path, sizeof(out->path), err);
	if (st != IDM_OK)
		return st;
	reading = calloc(1, sizeof(*reading));
	if (reading == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	reading->ini = (struct idm_ini){
		.path = path, .mistake = mistake, .context = context
	};
	reading->setting.out = out;
	st = read_it(reading, err);
	*nmistakes += reading->ini.mistakes;
	free_given(reading);
	free(reading);
	return st;
}
