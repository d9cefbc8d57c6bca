/*
 * property -- the properties of idmap(1M), by table: what each may be, what it
 * is when nobody set it, and what it does here.
 */

#ifndef IDM_CLI_PROPERTY_H
#define IDM_CLI_PROPERTY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"

enum property_type {
	PROPERTY_COUNT,
	PROPERTY_BOOL,
	PROPERTY_WORD, /* one of words */
	PROPERTY_DOMAIN,
	PROPERTY_HOSTS, /* host[:port], blanks or commas between them */
	PROPERTY_ATTRIBUTE,
	PROPERTY_UUID,
	PROPERTY_SID,
};

enum property_effect {
	PROPERTY_WORKS,
	PROPERTY_PER_DOMAIN, /* kept; each domain has its own setting */
	PROPERTY_FIXED,      /* shown; not set this way */
	PROPERTY_NONE,       /* means nothing here */
};

struct property {
	const char *name;
	uint8_t type;        /* enum property_type */
	uint8_t effect;      /* enum property_effect */
	uint64_t min;        /* PROPERTY_COUNT */
	const char *words;   /* PROPERTY_WORD: with '|' between them */
	const char *initial; /* the default; "" when there is none */
	const char *says;    /* what it does, or why it is refused */
};

/* NULL: there is none of this name. */
const struct property *property_find(struct idm_str name);
const struct property *property_all(unsigned *n);

/* IDM_INVALID: not a value of this property; err says what would be one. */
enum idm_status property_check(const struct property *, struct idm_str value,
    struct idm_err *) IDM_MUSTCHECK;

/* "count", "true|false" ... */
const char *property_type_name(const struct property *);
/* "now", "per domain" ... */
const char *property_effect_name(const struct property *);

#endif
