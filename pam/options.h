/*
 * options -- what the administrator wrote behind pam_idmap.so.
 *
 * A struct idm_pam_options is a value; what it points to is lent from the
 * module's arguments, which libpam keeps for as long as a call lasts.
 */

#ifndef IDM_PAM_OPTIONS_H
#define IDM_PAM_OPTIONS_H

#include <stdbool.h>

#include "base/err.h"

struct idm_pam_options {
	bool debug;          /* log every step of the decision */
	bool quiet;          /* log neither mappings nor refusals */
	bool canonicalize;   /* set PAM_USER to the account */
	const char *schemes; /* comma-separated; NULL: any that serves NSS */
};

/* Read the arguments.  IDM_INVALID names the first that is no option. */
enum idm_status idm_pam_options_read(int argc, const char *const *argv,
    struct idm_pam_options *, struct idm_err *) IDM_MUSTCHECK;

/* May a mapping come from this scheme? */
bool idm_pam_options_admit(const struct idm_pam_options *, const char *scheme);

#endif
