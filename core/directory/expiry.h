/*
 * expiry -- whether an entry's account may be used, and until when.
 *
 * For the files of this folder only.  Pure: from the attributes of AD
 * (MS-ADTS), of shadowAccount (RFC 2307), of FreeIPA and of 389ds, as far as
 * the entry has them.  What cannot be read is as if it were not there.
 */

#ifndef IDM_DIRECTORY_EXPIRY_H
#define IDM_DIRECTORY_EXPIRY_H

#include <stdbool.h>
#include <stdint.h>

#include "directory/object.h"
#include "map/cached.h"

/* Bits of userAccountControl. */
#define IDM_UAC_DISABLED         0x2u
#define IDM_UAC_LOCKED           0x10u
#define IDM_UAC_MACHINE          0x3800u /* trusts of domains, hosts, servers */
#define IDM_UAC_PASSWORD_STAYS   0x10000u
#define IDM_UAC_SMARTCARD        0x40000u
#define IDM_UAC_PASSWORD_EXPIRED 0x800000u

/* A number as directories write it, with a sign at most; false: it is none. */
bool idm_expiry_number(const struct idm_object *, const char *name, int64_t *);

/* now: seconds since 1970. */
void idm_expiry_read(const struct idm_object *, bool is_ad, uint64_t now,
    struct idm_cached_account *);

#endif
