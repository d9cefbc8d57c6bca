#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "config/domainsetting.h"
#include "config/ini.h"

#define SECTION_DOMAIN  "domain"
#define SECTION_OPTIONS "options"

#define GIVEN_MAX 64 /* settings of one file; there are not so many to give */

/* A setting as it stands in the file, kept until the backend is known. */
struct given {
	bool is_option;
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
	bool is_option = strcmp(section, SECTION_OPTIONS) == 0;
	struct given *given;

	if (!is_option && strcmp(section, SECTION_DOMAIN) != 0) {
		idm_ini_complain(ini,
		    "there is no section '[%s]'; there are [" SECTION_DOMAIN
		    "] and [" SECTION_OPTIONS "]",
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
		if (given->is_option == is_option &&
		    strcmp(given->name, name) == 0) {
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
	given->is_option = is_option;
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
find_given(const struct reading *reading, bool is_option, const char *name)
{
	for (size_t i = 0; i < reading->ngiven; i++) {
		if (reading->given[i].is_option == is_option &&
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

	if (!backend->is_ready)
		return "needs a directory, which is not there yet";
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
	const struct given *given = find_given(reading, false, "backend");
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
		    reading, false, idm_domain_keys()[i].name);

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

	reading->ini.line = given->line;
	if (given->is_option && owner != NULL) {
		idm_ini_complain(&reading->ini,
		    "options.%s: backend '%s' has no such option, it is one of "
		    "'%s': take the line away",
		    given->name, reading->setting.backend->name, owner->name);
	} else if (given->is_option) {
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
		    "%s: there is no such setting%s%s%s", given->name,
		    best != NULL ? "; is it '" : "", best != NULL ? best : "",
		    best != NULL ? "'?" : "");
	}
}

/* What was given and nobody asked for. */
static void
find_unknown(struct reading *reading)
{
	for (size_t i = 0; i < reading->ngiven; i++) {
		const struct given *given = &reading->given[i];
		struct idm_nearest nearest = idm_nearest_to(given->name);

		if (given->is_option && reading->setting.backend == NULL)
			continue; /* nobody knows */
		if (given->is_option) {
			const struct idm_backend_option
			    *option = reading->setting.backend->options;

			for (; option->name != NULL; option++)
				idm_nearest_try(&nearest, option->name);
		} else {
			for (size_t k = 0; idm_domain_keys()[k].name != NULL;
			     k++)
				idm_nearest_try(
				    &nearest, idm_domain_keys()[k].name);
		}
		if (nearest.best == NULL ||
		    strcmp(nearest.best, given->name) != 0)
			complain_unknown(reading, given, nearest.best);
	}
}

static void
apply_option(struct reading *reading, const struct idm_backend_option *option)
{
	const struct given *given = find_given(reading, true, option->name);
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

	if (backend == NULL || !backend->is_ready)
		return;
	if (!reading->setting.has_range && backend->high > 0) {
		domain->low = backend->low;
		domain->high = backend->high;
	}
	for (size_t i = 0; backend->options[i].name != NULL; i++)
		apply_option(reading, &backend->options[i]);
	if (backend->needs_range && domain->high == 0 &&
	    find_given(reading, false, "range") == NULL)
		complain_whole(reading,
		    "range: is missing; 'idmap domain add' offers a free one");
	if (!backend->needs_range && reading->setting.has_range &&
	    backend->id == IDM_BACKEND_NONE)
		complain_whole(reading, "range: backend 'none' has no ids");
}

/* What a domain must have, or cannot. */
static void
check_whole(struct reading *reading)
{
	const struct idm_domain *domain = &reading->setting.out->domain;
	bool is_catch_all = strcmp(domain->name, IDM_CATCH_ALL) == 0;

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
	enum idm_status st;

	st = idm_ini_read(&reading->ini, keep_setting, reading, err);
	if (st != IDM_OK)
		return st;
	find_backend(reading);
	apply_domain_settings(reading);
	apply_options(reading);
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
