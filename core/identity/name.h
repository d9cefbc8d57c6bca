/*
 * name -- which texts may be a local login, a remote name, a scheme's name.
 *
 * One validator for every place that stores or emits a name, so that no name
 * can break a line format, a shell or a log somewhere else.  Nothing here
 * allocates or performs I/O.
 */

#ifndef IDM_IDENTITY_NAME_H
#define IDM_IDENTITY_NAME_H

#include <stdbool.h>

#include "base/cursor.h"
#include "base/err.h"

#define IDM_LOGIN_MAX  255  /* bytes, as LOGIN_NAME_MAX less its NUL */
#define IDM_REMOTE_MAX 1023 /* bytes of a whole remote name */
#define IDM_SCHEME_MAX 32   /* bytes of a scheme's or attribute's name */
#define IDM_OWN_MAX    509  /* bytes of an own identity's: name@domain */
#define IDM_FIELD_MAX  1023 /* bytes of another text of an account */

/*
 * A login a mapping may yield: letters, digits and "_.-", with an optional
 * final '$', not beginning with '-', not all digits, not "." or "..".
 */
enum idm_status idm_name_login(struct idm_str, struct idm_err *) IDM_MUSTCHECK;

/*
 * A remote name: 1 to IDM_REMOTE_MAX bytes of valid UTF-8 (no surrogates, no
 * overlong forms) without control characters (C0, DEL, C1).
 */
enum idm_status idm_name_remote(struct idm_str, struct idm_err *) IDM_MUSTCHECK;

/* A scheme or attribute: [A-Za-z0-9._-]{1,32}, not beginning with '.'. */
enum idm_status idm_name_scheme(struct idm_str, struct idm_err *) IDM_MUSTCHECK;

/*
 * Is every byte a printable one of ASCII?  Quicker than looking at characters
 * one by one, which is needed only when it is not so.
 */
bool idm_name_is_plain(struct idm_str);

/*
 * Are these n texts, one behind the other, each with a NUL behind it, of
 * printable ASCII without ':', and short?  Then each is an idm_name_field().
 * That the NULs are where the texts end is for the caller to see.
 */
bool idm_name_are_plain_fields(struct idm_str texts, unsigned n);

/*
 * A name that an own identity may bear: a remote name of at most IDM_OWN_MAX
 * bytes that breaks no line of passwd or group (no ':' or ','), no path ('/',
 * "." and ".."), and is not taken for something else (not all digits, no '-'
 * in front, no blank at an end, nothing that turns text round).
 */
enum idm_status idm_name_own(struct idm_str, struct idm_err *) IDM_MUSTCHECK;

/*
 * Another text of an account, as its home: valid UTF-8 without control
 * characters and ':', at most IDM_FIELD_MAX bytes, perhaps none.
 */
enum idm_status idm_name_field(struct idm_str, struct idm_err *) IDM_MUSTCHECK;

#endif
