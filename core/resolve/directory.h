/*
 * directory -- accounts of a domain with a directory, on their way through the
 * pipeline.
 *
 * For the files of this folder only.  What was found, or why nothing was, is
 * noted as inquiry->known.
 */

#ifndef IDM_RESOLVE_DIRECTORY_H
#define IDM_RESOLVE_DIRECTORY_H

#include "resolve/inquiry.h"

/*
 * Fill in the Windows side by its name, or SID, in inquiry->domain.  false:
 * that has no directory, or nothing was found.
 */
bool idm_inquiry_directory_name(struct idm_inquiry *, struct idm_str name);
bool idm_inquiry_directory_sid(struct idm_inquiry *);
/*
 * Fill it in by a SID of no configured domain, which some Active Directory may
 * have as one of sIDHistory: the account is who bears it now.  false: none has,
 * or, with inquiry->known saying so, one could not be asked.
 */
bool idm_inquiry_former_sid(struct idm_inquiry *);

/* Steps. */
enum idm_status idm_inquiry_directory_to_unix(
    struct idm_inquiry *, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_inquiry_directory_to_windows(struct idm_inquiry *,
    const struct idm_domain *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Steps of directory-based mapping: whom the directory's objects, or the
 * entries of native LDAP, say that the account equals.
 */
enum idm_status idm_inquiry_equal_to_unix(
    struct idm_inquiry *, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_inquiry_equal_to_windows(
    struct idm_inquiry *, struct idm_err *) IDM_MUSTCHECK;

/* Of these two: ask a directory; what it says is known, and told. */
enum idm_status idm_inquiry_directory_ask(struct idm_inquiry *,
    const struct idm_domain *, const struct idm_lookup *) IDM_MUSTCHECK;
uint8_t idm_inquiry_lookup_kind(uint8_t kind);
/* Has any domain one of these IDM_DOMAIN_* flags? */
bool idm_inquiry_has_equals(const struct idm_inquiry *, uint32_t flags);
/* When, and whose directory, said what is known. */
void idm_inquiry_note_directory(struct idm_inquiry *);
/* What is known becomes the method, with the entry and its attribute. */
void idm_inquiry_note_equal(struct idm_inquiry *, bool unix_is_group);
/* Found so; or it is not known whether there is anybody. */
enum idm_status idm_inquiry_equal_found(struct idm_inquiry *) IDM_MUSTCHECK;
enum idm_status idm_inquiry_equal_unknown(
    struct idm_inquiry *, struct idm_err *) IDM_MUSTCHECK;

/* The id of the UNIX side's name.  IDM_NOTFOUND: no directory has it. */
enum idm_status idm_inquiry_directory_id(
    struct idm_inquiry *, struct idm_err *) IDM_MUSTCHECK;

#endif
