/*
 * filter -- search filters (RFC 4515) and DNs (RFC 4514), built and never
 * printed: whatever a name has in it stays a value.
 *
 * Attributes come from the schema or were checked when they were configured;
 * a text of the administrator's is parsed before it is taken in.
 */

#ifndef IDM_DIRECTORY_FILTER_H
#define IDM_DIRECTORY_FILTER_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"

/* (attribute=value), every byte of the value that means something escaped. */
void idm_filter_equal(struct idm_buf *, const char *attribute, struct idm_str);
/* The same of bytes, as a SID's binary form: all of them escaped. */
void idm_filter_bytes(struct idm_buf *, const char *attribute, struct idm_str);
void idm_filter_number(struct idm_buf *, const char *attribute, uint64_t);
void idm_filter_present(struct idm_buf *, const char *attribute);
void idm_filter_at_least(struct idm_buf *, const char *attribute, uint64_t);
/* (attribute:oid:=value): the matching rules of AD. */
void idm_filter_rule(struct idm_buf *, const char *attribute, const char *oid,
    struct idm_str value);

/* "(&", "(|", "(!" ... what is appended between is inside. */
void idm_filter_open(struct idm_buf *, char);
void idm_filter_close(struct idm_buf *);

/*
 * Append a filter that somebody configured.  IDM_INVALID names the place: it
 * is no one whole filter of RFC 4515.
 */
enum idm_status idm_filter_text(
    struct idm_buf *, struct idm_str, struct idm_err *) IDM_MUSTCHECK;

/* An attribute's name or OID, with options: RFC 4512. */
enum idm_status idm_filter_attribute(
    struct idm_str, struct idm_err *) IDM_MUSTCHECK;

/*
 * Is it a DN, and not the empty one?  Does dn lie below base, or is it base
 * itself?  By RFC 4514, ASCII case and blanks around separators ignored.  What
 * is no DN lies nowhere, and nothing lies below it.
 */
enum idm_status idm_dn_check(struct idm_str, struct idm_err *) IDM_MUSTCHECK;
bool idm_dn_is_below(struct idm_str dn, struct idm_str base);

/* A value as it stands in a DN behind its '='. */
void idm_dn_value(struct idm_buf *, struct idm_str);
/* "dc=corp,dc=example" of corp.example. */
void idm_dn_of_domain(struct idm_buf *, struct idm_str domain);
/* Append the domain that a DN's last DC parts say; false, and nothing is
 * appended: it has none, or one that no host name could have. */
bool idm_dn_domain(struct idm_buf *, struct idm_str dn);

#endif
