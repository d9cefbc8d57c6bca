/*
 * domaintext -- the text of a domain's file, with one setting changed.
 *
 * Comments, blank lines and the order of what is there stay.
 */

#ifndef IDM_CLI_DOMAINTEXT_H
#define IDM_CLI_DOMAINTEXT_H

#include "base/buf.h"

#define CLI_SECTION_DOMAIN  "domain"
#define CLI_SECTION_OPTIONS "options"

/*
 * Set name in a section of text; value NULL takes it away.  A section that is
 * not there is made at the end.
 */
enum idm_status cli_domain_text_set(struct idm_buf *text, const char *section,
    const char *name, const char *value, struct idm_err *) IDM_MUSTCHECK;

#endif
