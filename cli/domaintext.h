/*
 * domaintext -- the text of a domain's file, with one setting changed.
 *
 * Comments, blank lines and the order of what is there stay.
 */

#ifndef IDM_CLI_DOMAINTEXT_H
#define IDM_CLI_DOMAINTEXT_H

#include "base/buf.h"
#include "base/cursor.h"

#define CLI_SECTION_DOMAIN    "domain"
#define CLI_SECTION_OPTIONS   "options"
#define CLI_SECTION_DIRECTORY "directory"

/*
 * Set name in a section of text; value NULL takes it away.  A section that is
 * not there is made at the end.  IDM_INVALID: a file cannot hold the value.
 */
enum idm_status cli_domain_text_set(struct idm_buf *text, const char *section,
    const char *name, const char *value, struct idm_err *) IDM_MUSTCHECK;

/* Call found() with each setting of a section; the texts are lent. */
void cli_domain_text_each(struct idm_str text, const char *section,
    void (*found)(void *context, struct idm_str name, struct idm_str value),
    void *context);

/* The value of a setting, lent.  False: it is not there. */
bool cli_domain_text_get(struct idm_str text, const char *section,
    struct idm_str name, struct idm_str *value);

#endif
