/*
 * winname -- names of Windows accounts, in their three spellings.
 *
 *     name@domain    split at the first '@'
 *     DOMAIN\name    split at the last '\'
 *     name           no domain: the default one is meant
 *
 * Names are compared without case.  Records hold them folded; whoever writes a
 * record folds with idm_fold_put() (fold.h, a Unicode library, libidm-full
 * only).  Modules fold ASCII by idm_fold_ascii_put() and look other bytes up
 * as they were typed.
 */

#ifndef IDM_IDENTITY_WINNAME_H
#define IDM_IDENTITY_WINNAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"

#define IDM_WINNAME_MAX 255 /* bytes of the name alone */
#define IDM_DOMAIN_MAX  253 /* bytes of a domain's name, DNS or NetBIOS */

enum idm_spelling {
	IDM_SPELL_BARE, /* name */
	IDM_SPELL_AT,   /* name@domain */
	IDM_SPELL_NT4,  /* DOMAIN\name */
};

/* Lent from the text that was split. */
struct idm_winname {
	struct idm_str name;
	struct idm_str domain; /* empty for IDM_SPELL_BARE */
	uint8_t spelling;      /* enum idm_spelling */
};

/* Has the text a '@' or '\\', so that it is no bare name? */
bool idm_winname_has_separator(struct idm_str);

/*
 * Split a text.  IDM_INVALID: too long, no UTF-8, control characters, an
 * empty name or domain, '\' or '@' left in the name.  "*" is a name here: the
 * rules decide about it.
 */
enum idm_status idm_winname_split(
    struct idm_str, struct idm_winname *, struct idm_err *) IDM_MUSTCHECK;

/* Append the name in its spelling; name alone when the domain is empty. */
void idm_winname_put(struct idm_buf *, const struct idm_winname *);

/* A to Z in lower case, whatever the locale says; other bytes as they are. */
static inline char
idm_fold_ascii(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Append with A to Z in lower case, other bytes as they are. */
void idm_fold_ascii_put(struct idm_buf *, struct idm_str);
/* Compare so.  Other bytes must be equal. */
bool idm_fold_ascii_equal(struct idm_str, struct idm_str);

#endif
