/*
 * windows -- the Windows side of a name: which domain it is in, and its key.
 *
 * A name with a known domain part is a Windows name, whatever else could be
 * made of it; one without is a Windows name only when nobody else has it and
 * the policy has short_names.  All spellings of an account have one key, that
 * of its records (map/own.h).
 */

#ifndef IDM_MAP_WINDOWS_H
#define IDM_MAP_WINDOWS_H

#include <stdbool.h>

#include "base/cursor.h"
#include "identity/name.h"
#include "map/snapshot.h"

struct idm_windows {
	const struct idm_domain *domain;
	struct idm_str key;  /* name@shown domain, A to Z in lower case */
	struct idm_str name; /* the key's part in front of its '@' */
	char memory[IDM_OWN_MAX];
};

/* DOM\name, or name@dom, of a domain that is configured. */
bool idm_windows_qualified(
    const struct idm_maps *, struct idm_str, struct idm_windows *);

/* A name of the default domain, where the policy admits such. */
bool idm_windows_bare(
    const struct idm_maps *, struct idm_str, struct idm_windows *);

/* The account of a record's key and domain. */
bool idm_windows_of_key(
    const struct idm_domain *, struct idm_str key, struct idm_windows *);

/*
 * An override's name for an account of the same domain: make it that
 * account's.  false: it is no such name, and stays.
 */
bool idm_windows_follow(
    const struct idm_maps *, bool is_group, struct idm_windows *);

#endif
