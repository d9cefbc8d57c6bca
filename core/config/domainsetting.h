/*
 * domainsetting -- one setting of a domain's file, checked and stored.
 *
 * Private to domainfile.c, domainkey.c and domainoption.c.
 */

#ifndef IDM_CONFIG_DOMAINSETTING_H
#define IDM_CONFIG_DOMAINSETTING_H

#include <stdbool.h>

#include "backends/backend.h"
#include "base/err.h"
#include "config/domainfile.h"

/* What settings are stored in. */
struct idm_domain_setting {
	const struct idm_backend *backend; /* NULL: not known */
	struct idm_domain_file *out;
	bool has_range;
	unsigned long line; /* of the setting */
};

/* Store the value of the row'th of idm_domain_keys().  IDM_INVALID. */
enum idm_status idm_domain_set_key(struct idm_domain_setting *, size_t row,
    const char *value, struct idm_err *) IDM_MUSTCHECK;

/* Store the value of an option of the backend.  IDM_INVALID. */
enum idm_status idm_domain_set_option(struct idm_domain_setting *,
    const struct idm_backend_option *, const char *value,
    struct idm_err *) IDM_MUSTCHECK;

/* ---- Values that keys and options share. */

enum idm_status idm_domain_put_text(
    const char *value, char *out, size_t size, struct idm_err *) IDM_MUSTCHECK;
/* A domain's name, folded. */
enum idm_status idm_domain_put_name(
    const char *value, char *out, size_t size, struct idm_err *) IDM_MUSTCHECK;
/* "yes" or "no", as a flag of the domain. */
enum idm_status idm_domain_put_flag(struct idm_domain *, uint32_t flag,
    const char *value, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_domain_put_bool(
    const char *value, bool *out, struct idm_err *) IDM_MUSTCHECK;
/* May the domain have this range? */
enum idm_status idm_domain_check_range(const struct idm_domain_setting *,
    uint32_t low, uint32_t high, struct idm_err *) IDM_MUSTCHECK;

#endif
