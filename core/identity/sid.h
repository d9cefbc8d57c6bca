/*
 * sid -- Windows security identifiers, as plain values.
 *
 * A struct idm_sid owns nothing: copy it with =, keep it on the stack.
 * Nothing here allocates or performs I/O.
 *
 * The text form is that of MS-DTYP 2.4.2.1, S-1-5-21-1-2-3-500, with a decimal
 * authority; the binary form that of 2.4.2.2, as directories and files have
 * it.  Both are read strictly: one SID has one text.
 */

#ifndef IDM_IDENTITY_SID_H
#define IDM_IDENTITY_SID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"

#define IDM_SID_SUBS_MAX   15
#define IDM_SID_TEXT_MAX   185 /* longest text, with its NUL */
#define IDM_SID_BINARY_MAX 68

struct idm_sid {
	uint64_t authority; /* 48 bits */
	uint32_t sub[IDM_SID_SUBS_MAX];
	uint8_t nsubs; /* 1 to IDM_SID_SUBS_MAX; 0: no SID */
};

/*
 * Read the text form: a capital "S-1-", the authority, one to 15
 * sub-authorities, no leading zeros.  IDM_INVALID quotes the SID and names the
 * fault and its place.
 */
enum idm_status idm_sid_parse(
    struct idm_str, struct idm_sid *, struct idm_err *) IDM_MUSTCHECK;

/* Write the text form into text and return it. */
const char *idm_sid_format(
    const struct idm_sid *, char text[static IDM_SID_TEXT_MAX]);

/* Read the binary form, all of it.  IDM_INVALID. */
enum idm_status idm_sid_read(
    struct idm_str, struct idm_sid *, struct idm_err *) IDM_MUSTCHECK;
void idm_sid_write(struct idm_buf *, const struct idm_sid *);

bool idm_sid_equal(const struct idm_sid *, const struct idm_sid *);
/* By authority, then by sub-authorities, a beginning first. */
int idm_sid_compare(const struct idm_sid *, const struct idm_sid *);

/*
 * The last sub-authority and what stands in front of it.  False, and nothing
 * written, when there is but one sub-authority.
 */
bool idm_sid_split(
    const struct idm_sid *, struct idm_sid *domain, uint32_t *rid);
/* domain-rid.  The domain has fewer than IDM_SID_SUBS_MAX sub-authorities. */
struct idm_sid idm_sid_of(const struct idm_sid *domain, uint32_t rid);

/* Is it a domain's or a machine's: S-1-5-21-a-b-c, and no more? */
bool idm_sid_is_domain(const struct idm_sid *);
/* Is it S-1-5-32 or below it? */
bool idm_sid_is_builtin(const struct idm_sid *);

#endif
