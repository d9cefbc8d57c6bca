/*
 * directory -- where a domain's directory is and how it is read, compiled.
 *
 * One record a domain, "directory/NAME" (letter Y) in map.gdbm, from the
 * section [directory] of its file (config/directoryfile.h).  Only idmapd and
 * root's tools read it: the name service needs to know no more than the flag
 * IDM_DOMAIN_DIRECTORY and what stands beside it in struct idm_domain.  No
 * secret is in it, only where secrets are.
 *
 * Where a domain's numbers are in another directory than its names, or its
 * names in none, "directory/numbers/NAME" says likewise where they are.
 */

#ifndef IDM_MAP_DIRECTORY_H
#define IDM_MAP_DIRECTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "identity/winname.h"
#include "map/view.h"

#define IDM_DIRECTORY_KEY         "directory/" /* and the domain's name */
#define IDM_DIRECTORY_NUMBERS_KEY "directory/numbers/" /* likewise */
#define IDM_DIRECTORY_TEXT_MAX    1023 /* bytes of one setting */
#define IDM_DIRECTORY_PAGE        1000 /* entries of a page */
#define IDM_DIRECTORY_TIMEOUT_MS  3000
#define IDM_DIRECTORY_CACHE_S     900
#define IDM_DIRECTORY_NEGATIVE_S  60
#define IDM_DIRECTORY_NESTING     8 /* levels of groups in groups */
#define IDM_DIRECTORY_NESTING_MAX 64

/* As stored: never renumber. */
enum idm_schema {
	IDM_SCHEMA_AD = 1,         /* Active Directory; numbers optional */
	IDM_SCHEMA_RFC2307 = 2,    /* posixAccount; members by name */
	IDM_SCHEMA_RFC2307BIS = 3, /* posixAccount; members by DN */
	IDM_SCHEMA_IPA = 4,        /* FreeIPA: 2307bis, SIDs, nested groups */
};

enum idm_bind {
	IDM_BIND_ANONYMOUS = 0,
	IDM_BIND_SIMPLE = 1, /* bind_dn, password_file; never in clear text */
	IDM_BIND_GSSAPI = 2, /* principal, keytab; signed and sealed */
};

enum idm_tls {
	IDM_TLS_START = 0, /* StartTLS on ldap: */
	IDM_TLS_OFF = 1,   /* nothing; GSSAPI seals, passwords are refused */
};

/* Attributes whose names a domain may set; "" is the schema's. */
enum idm_attribute {
	IDM_ATTR_USER_NAME,
	IDM_ATTR_GROUP_NAME,
	IDM_ATTR_UID,
	IDM_ATTR_GID,       /* of a user: its primary group */
	IDM_ATTR_GROUP_GID, /* of a group */
	IDM_ATTR_GECOS,
	IDM_ATTR_HOME,
	IDM_ATTR_SHELL,
	IDM_ATTR_MEMBER, /* of a group: DNs, or names in RFC 2307 */
	IDM_ATTR_SID,
	IDM_ATTR_GUID,
	IDM_ATTR_UNIX_USER,  /* directory-based mapping: on Windows objects */
	IDM_ATTR_UNIX_GROUP, /* likewise */
	IDM_ATTR_WINNAME,    /* likewise, on entries of native LDAP */
	IDM_ATTRIBUTES,
};

/* How the directory itself says which accounts are equal. */
enum idm_directory_mapping {
	IDM_MAPPING_NONE = 0,
	IDM_MAPPING_NAME = 1, /* by the three attributes above */
	IDM_MAPPING_IDMU = 2, /* uidNumber and gidNumber of AD's own objects */
};

/* Which of AD's attributes hold UNIX' values: the ad backend's schema_mode. */
enum idm_unix_schema {
	IDM_UNIX_RFC2307 = 0,
	IDM_UNIX_SFU = 1,   /* Services for UNIX 3.0 and 3.5 */
	IDM_UNIX_SFU20 = 2, /* Services for UNIX 2.0 */
};

#define IDM_DIRECTORY_VERIFY        0x0001u /* certificates; the default */
#define IDM_DIRECTORY_SITES         0x0002u /* AD: prefer this host's site */
#define IDM_DIRECTORY_REFERRALS     0x0004u /* never stored */
#define IDM_DIRECTORY_REPLICATE     0x0008u /* keep all of it in the cache */
#define IDM_DIRECTORY_HIDE_DISABLED 0x0010u /* disabled accounts: not there */
#define IDM_DIRECTORY_HOLD          0x0020u /* on_change = hold */
#define IDM_DIRECTORY_UNIX_GROUP    0x0040u /* primary group from gidNumber */
#define IDM_DIRECTORY_UNIX_INFO     0x0080u /* home, shell, gecos from there */
#define IDM_DIRECTORY_ALL_MEMBERS   0x0100u /* list members without a number */
#define IDM_DIRECTORY_FOREIGN       0x0200u /* AD: asked for others' groups */
/* Of a program's own copy, never stored: tickets of whoever runs it. */
#define IDM_DIRECTORY_CALLER        0x80000000u

struct idm_directory {
	uint8_t schema;      /* enum idm_schema */
	uint8_t bind;        /* enum idm_bind */
	uint8_t tls;         /* enum idm_tls */
	uint8_t mapping;     /* enum idm_directory_mapping */
	uint8_t unix_schema; /* enum idm_unix_schema; of IDM_SCHEMA_AD */
	uint8_t nesting;
	uint32_t flags;      /* IDM_DIRECTORY_* */
	uint32_t timeout_ms; /* of a whole question, connecting included */
	uint32_t page;
	uint32_t cache_s;    /* a record is fresh for so long */
	uint32_t negative_s; /* so is an absence */
	uint32_t stale_s;    /* older records are not served; 0: always are */
	uint32_t enumerate_max; /* entries of one kind listed; 0: no bound */
	/* URIs with a blank between them; "": by DNS, _ldap._tcp.DOMAIN. */
	char servers[IDM_DIRECTORY_TEXT_MAX + 1];
	char discovery[IDM_DOMAIN_MAX + 1]; /* the name SRV is asked of */
	char site[IDM_DOMAIN_MAX + 1];      /* AD's; "": find out */
	char base[IDM_DIRECTORY_TEXT_MAX + 1];
	char user_base[IDM_DIRECTORY_TEXT_MAX + 1];    /* "": base */
	char group_base[IDM_DIRECTORY_TEXT_MAX + 1];   /* "": base */
	char user_filter[IDM_DIRECTORY_TEXT_MAX + 1];  /* "": all */
	char group_filter[IDM_DIRECTORY_TEXT_MAX + 1]; /* "": all */
	/* DNs, ';' between them: accounts below are the only ones, or none. */
	char allow_ous[IDM_DIRECTORY_TEXT_MAX + 1];
	char deny_ous[IDM_DIRECTORY_TEXT_MAX + 1];
	char bind_dn[IDM_DIRECTORY_TEXT_MAX + 1]; /* or user@REALM */
	char password_file[IDM_DIRECTORY_TEXT_MAX + 1];
	char principal[IDM_DIRECTORY_TEXT_MAX + 1]; /* "": the keytab's first */
	char keytab[IDM_DIRECTORY_TEXT_MAX + 1];    /* "": the system's */
	char ca_file[IDM_DIRECTORY_TEXT_MAX + 1];   /* "": the system's */
	char allowed_shells[IDM_DIRECTORY_TEXT_MAX + 1]; /* "": all */
	char shell_fallback[256]; /* of one that is not allowed */
	/* Of numbers: what stands behind names, without its '@'; or "". */
	char realm[IDM_DOMAIN_MAX + 1];
	char attribute[IDM_ATTRIBUTES][64];
};

/* What of FreeIPA's tree accounts are below. */
#define IDM_DIRECTORY_IPA_BASE "cn=accounts,"

/* All that is not said, as idmap-directory(5) has it. */
void idm_directory_defaults(struct idm_directory *);

void idm_directory_write(struct idm_buf *, const struct idm_directory *);
enum idm_status idm_directory_read(struct idm_str value, struct idm_directory *,
    struct idm_err *) IDM_MUSTCHECK;

/* enumerate_max of a domain's record, without reading all of it; 0: no bound.
 */
uint32_t idm_directory_list_max(const struct idm_view *map, const char *domain);

/*
 * The record of a domain, and the one of its numbers.  IDM_NOTFOUND: it has no
 * such directory.
 */
enum idm_status idm_directory_find(const struct idm_view *map,
    const char *domain, struct idm_directory *, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_directory_find_numbers(const struct idm_view *map,
    const char *domain, struct idm_directory *, struct idm_err *) IDM_MUSTCHECK;

#endif
