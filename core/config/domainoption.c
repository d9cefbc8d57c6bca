#include <string.h>

#include "backends/rid.h"
#include "base/num.h"
#include "config/directorykey.h"
#include "config/domainsetting.h"
#include "config/services.h"

static enum idm_status
option_number(const char *value, const struct idm_backend_option *option,
    uint32_t *out, struct idm_err *err)
{
	uint64_t max = option->max < UINT32_MAX ? option->max : UINT32_MAX;
	enum idm_status st;
	uint64_t number;

	st = idm_num_parse(value, strlen(value), max, &number, err);
	if (st != IDM_OK)
		return st;
	if (number < option->min) {
		return idm_fail(err, IDM_INVALID,
		    "'%s' is below %llu, the least it may be", value,
		    (unsigned long long)option->min);
	}
	*out = (uint32_t)number;
	return IDM_OK;
}

static enum idm_status
option_word(const char *value, const struct idm_backend_option *option,
    struct idm_err *err)
{
	char known[160];
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, known, sizeof(known));
	for (size_t i = 0; option->words[i] != NULL; i++) {
		if (strcmp(value, option->words[i]) == 0)
			return IDM_OK;
		idm_buf_printf(
		    &buf, "%s%s", i == 0 ? "" : ", ", option->words[i]);
	}
	return idm_fail(
	    err, IDM_INVALID, "'%s' is none of %s", value, idm_buf_text(&buf));
}

/* Each RID has one number, and each number one RID. */
static enum idm_status
add_slice(struct idm_domain *domain, uint32_t rid, uint32_t slice,
    struct idm_err *err)
{
	uint32_t low = domain->low + slice * domain->rangesize;

	for (unsigned i = 0; i < domain->nwindows; i++) {
		if (domain->window[i].first_rid == rid ||
		    domain->window[i].low == low) {
			return idm_fail(err, IDM_INVALID,
			    "RID %lu or slice %lu stands there already",
			    (unsigned long)rid, (unsigned long)slice);
		}
	}
	if (domain->nwindows == IDM_WINDOWS_MAX) {
		return idm_fail(
		    err, IDM_INVALID, "more than %d slices", IDM_WINDOWS_MAX);
	}
	domain->window[domain->nwindows++] = (struct idm_window){
		.first_rid = rid,
		.low = low,
	};
	return IDM_OK;
}

/* "RID:SLICE, ...": windows that sssd gave on the host this was taken from. */
static enum idm_status
option_slices(const char *value, struct idm_domain *domain, struct idm_err *err)
{
	uint32_t slices = 0;

	if (domain->rangesize > 0)
		slices = (domain->high - domain->low + 1) / domain->rangesize;
	domain->nwindows = 0;
	for (;;) {
		uint64_t rid, slice;
		size_t len;

		value += strspn(value, " \t,");
		if (value[0] == '\0')
			return IDM_OK;
		len = strcspn(value, ":");
		if (value[len] == '\0') {
			return idm_fail(
			    err, IDM_INVALID, "'%s' is not RID:SLICE", value);
		}
		if (idm_num_parse(value, len, UINT32_MAX, &rid, err) != IDM_OK)
			return IDM_INVALID;
		value += len + 1;
		len = strcspn(value, " \t,");
		if (idm_num_parse(value, len, UINT32_MAX, &slice, err) !=
		    IDM_OK)
			return IDM_INVALID;
		if (domain->rangesize == 0 || rid % domain->rangesize != 0 ||
		    slice >= slices) {
			return idm_fail(err, IDM_INVALID,
			    "RID %llu and slice %llu are not of slices of %u "
			    "ids in this range",
			    (unsigned long long)rid, (unsigned long long)slice,
			    domain->rangesize);
		}
		if (add_slice(domain, (uint32_t)rid, (uint32_t)slice, err) !=
		    IDM_OK)
			return IDM_INVALID;
		value += len;
	}
}

static enum idm_status
option_sssd_compat(
    struct idm_domain_setting *setting, const char *value, struct idm_err *err)
{
	struct idm_domain *domain = &setting->out->domain;
	enum idm_status st;
	uint32_t low, high;
	bool is_set;

	st = idm_domain_put_bool(value, &is_set, err);
	if (st != IDM_OK || !is_set)
		return st;
	if (domain->sid.nsubs == 0) {
		return idm_fail(err, IDM_INVALID,
		    "the range is computed from the domain's SID: give 'sid'");
	}
	idm_rid_sssd_range(&domain->sid, &low, &high);
	if (setting->has_range &&
	    (domain->low != low || domain->high != high)) {
		return idm_fail(err, IDM_INVALID,
		    "computes the range %u-%u, but 'range' says %u-%u", low,
		    high, domain->low, domain->high);
	}
	st = idm_domain_check_range(setting, low, high, err);
	if (st != IDM_OK)
		return st;
	domain->low = low;
	domain->high = high;
	setting->has_range = true;
	return IDM_OK;
}

static enum idm_status
option_services(
    struct idm_domain *domain, const char *value, struct idm_err *err)
{
	enum idm_status st = idm_services_check(idm_str_of(value), err);

	return st == IDM_OK ? idm_domain_put_text(value, domain->services,
				  sizeof(domain->services), err)
			    : st;
}

/* A service in TrueNAS' words. */
static const char *
linked_service(const char *word)
{
	if (strcmp(word, "LDAP") == 0)
		return "ldap";
	return strcmp(word, "NIS") == 0 ? "nis" : "files";
}

static const struct {
	const char *name;
	uint32_t flag;
} flag_options[] = {
	{ "readonly", IDM_DOMAIN_READONLY },
	{ "ignore_builtin", IDM_DOMAIN_IGNORE_BUILTIN },
	{ "split_counters", IDM_DOMAIN_SPLIT_COUNTERS },
	{ "autorid_compat", IDM_DOMAIN_AUTORID_COMPAT },
};

static enum idm_status
set_by_name(struct idm_domain_setting *setting,
    const struct idm_backend_option *option, const char *value,
    struct idm_err *err)
{
	struct idm_domain *domain = &setting->out->domain;
	const char *name = option->name;

	for (size_t i = 0; i < IDM_COUNTOF(flag_options); i++) {
		if (strcmp(name, flag_options[i].name) == 0)
			return idm_domain_put_flag(
			    domain, flag_options[i].flag, value, err);
	}
	if (strcmp(name, "base_rid") == 0)
		return option_number(value, option, &domain->base_rid, err);
	if (strcmp(name, "rangesize") == 0)
		return option_number(value, option, &domain->rangesize, err);
	if (strcmp(name, "sssd_compat") == 0)
		return option_sssd_compat(setting, value, err);
	if (strcmp(name, "slices") == 0)
		return option_slices(value, domain, err);
	if (strcmp(name, "space") == 0)
		return idm_domain_put_name(
		    value, domain->space, sizeof(domain->space), err);
	if (strcmp(name, "services") == 0)
		return option_services(domain, value, err);
	if (strcmp(name, "ephemeral") == 0) {
		domain->flags &= ~IDM_DOMAIN_BOOT;
		if (strcmp(value, "boot") == 0)
			domain->flags |= IDM_DOMAIN_BOOT;
		return IDM_OK;
	}
	if (strcmp(name, "layout") == 0) {
		domain->layout = IDM_LAYOUT_ORDER;
		if (strcmp(value, "autorid") == 0)
			domain->layout = IDM_LAYOUT_AUTORID;
		if (strcmp(value, "truenas") == 0)
			domain->layout = IDM_LAYOUT_TRUENAS;
		return IDM_OK;
	}
	if (strcmp(name, "linked_service") == 0)
		return option_services(domain, linked_service(value), err);
	if (idm_directory_has_option(name))
		return IDM_OK; /* a setting of the directory */
	return idm_fail(err, IDM_INVALID, "has no effect without a directory");
}

enum idm_status
idm_domain_set_option(struct idm_domain_setting *setting,
    const struct idm_backend_option *option, const char *value,
    struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	if (option->type == IDM_OPTION_WORD)
		st = option_word(value, option, err);
	if (st == IDM_OK)
		st = set_by_name(setting, option, value, err);
	return st;
}
