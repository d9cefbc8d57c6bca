/*
 * idtype -- identities as idmap(8) writes them: "type:value".
 */

#ifndef IDM_IDENTITY_IDTYPE_H
#define IDM_IDENTITY_IDTYPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"
#include "identity/sid.h"
#include "identity/winname.h"

enum idm_idtype {
	IDM_ID_NONE = 0, /* untyped */
	IDM_ID_USID,     /* SID of a Windows user */
	IDM_ID_GSID,
	IDM_ID_SID, /* of either */
	IDM_ID_UID,
	IDM_ID_GID,
	IDM_ID_UNIXUSER,
	IDM_ID_UNIXGROUP,
	IDM_ID_WINUSER,
	IDM_ID_WINGROUP,
	IDM_ID_WINNAME, /* user or group */
};

/* An identity; texts are lent from what it was read from. */
struct idm_identity {
	enum idm_idtype type;
	struct idm_sid sid;     /* of SID types */
	uint32_t id;            /* of uid and gid */
	struct idm_str text;    /* the value as given; "" inhibits */
	struct idm_winname win; /* of Windows names, unless inhibited */
};

/* "winuser", "gid"; "" for IDM_ID_NONE.  Static storage. */
const char *idm_idtype_name(enum idm_idtype);
/* The type of a word, case ignored.  IDM_INVALID: no such type. */
enum idm_status idm_idtype_parse(
    struct idm_str, enum idm_idtype *, struct idm_err *) IDM_MUSTCHECK;

bool idm_idtype_is_windows(enum idm_idtype);
bool idm_idtype_is_unix(enum idm_idtype);
bool idm_idtype_is_name(enum idm_idtype);

/*
 * Read an operand: the first colon ends the type; without one it is untyped,
 * and only text is set (and win, when it has an '@' or '\' and so must be a
 * Windows name).  An empty name, or one of two quotes, is the mark that
 * inhibits.  IDM_INVALID: unknown type, malformed SID, number or name.
 */
enum idm_status idm_identity_parse(
    struct idm_str, struct idm_identity *, struct idm_err *) IDM_MUSTCHECK;

#endif
