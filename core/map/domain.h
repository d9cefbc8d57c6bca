/*
 * domain -- the compiled domains, as they stand in map.gdbm.
 *
 * One record, "domains" (letter D), holds them all, in the order in which
 * they were first applied; that order is never changed, because sssd's slices
 * depend on it.  "removed" holds those that were taken away, as they were when
 * last served, so that one that comes back must agree.  The catch-all is the
 * domain named "*".  A domain's texts and numbers were checked when it was
 * compiled (config/domains.h); reading checks only that the record is whole and
 * its numbers can be served.
 */

#ifndef IDM_MAP_DOMAIN_H
#define IDM_MAP_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "identity/sid.h"
#include "identity/winname.h"

#define IDM_DOMAINS_KEY  "domains"
#define IDM_REMOVED_KEY  "removed" /* domains that were: a record like it */
#define IDM_DOMAINS_MAX  1024
#define IDM_NETBIOS_MAX  15
#define IDM_ALIASES_MAX  4
#define IDM_WINDOWS_MAX  64 /* windows of RIDs placed by configuration */
#define IDM_TEMPLATE_MAX 255
#define IDM_CATCH_ALL    "*"

/* As stored: never renumber. */
enum idm_backend_id {
	IDM_BACKEND_NONE = 0, /* none of its own: those of "*", if any */
	IDM_BACKEND_RID = 1,
	IDM_BACKEND_AUTORID = 2,
	IDM_BACKEND_SSS = 3,
	IDM_BACKEND_HASH = 4,
	IDM_BACKEND_NSS = 5,
	IDM_BACKEND_TDB = 6,
	IDM_BACKEND_EPHEMERAL = 7,
	IDM_BACKEND_AD = 8,      /* numbers of directories */
	IDM_BACKEND_RFC2307 = 9, /* likewise */
	IDM_BACKEND_LDAP = 10,   /* likewise */
};

#define IDM_DOMAIN_READONLY       0x001u /* allocates nothing */
#define IDM_DOMAIN_PLACEHOLDER    0x002u /* unnamed ids are "sid-RID@domain" */
#define IDM_DOMAIN_USER_GROUPS    0x004u /* user_private_groups: show the gid */
#define IDM_DOMAIN_DEFAULT        0x008u /* bare Windows names are its own */
#define IDM_DOMAIN_BOOT           0x010u /* ephemeral: forget at reboot */
#define IDM_DOMAIN_AUTORID_COMPAT 0x020u /* sss: slices in order of arrival */
#define IDM_DOMAIN_IGNORE_BUILTIN 0x040u /* autorid: nothing for S-1-5-32 */
#define IDM_DOMAIN_SPLIT_COUNTERS 0x080u /* allocators: uid and gid apart */
#define IDM_DOMAIN_ENUMERATE      0x100u /* listed by getpwent, getgrent */
#define IDM_DOMAIN_DIRECTORY      0x200u /* its names are in a directory */
#define IDM_DOMAIN_REPLICATE      0x400u /* all of which is kept here */
/* Directory-based mapping (map/equal.h). */
#define IDM_DOMAIN_EQUAL_USERS    0x0800u /* they may be others' aliases */
#define IDM_DOMAIN_EQUAL_GROUPS   0x1000u
#define IDM_DOMAIN_WINNAMES       0x2000u /* its entries name Windows accounts */
#define IDM_DOMAIN_FOREST         0x4000u /* AD: has others' users in groups */

/* Bits of a stamp: overrides of the domain give names, which stand in the
 * cache beside the accounts' own; and numbers. */
#define IDM_STAMP_NAMES   0x2u
#define IDM_STAMP_NUMBERS 0x4u

/* How the catch-all numbers well-known SIDs. */
enum idm_layout {
	IDM_LAYOUT_ORDER = 0,   /* as they come */
	IDM_LAYOUT_AUTORID = 1, /* as winbind's autorid */
	IDM_LAYOUT_TRUENAS = 2, /* as TrueNAS' tdb */
};

/*
 * RIDs first_rid to first_rid + size - 1 are ids low to low + size - 1, size
 * being the domain's rangesize.  Of sss, placed when the domain was compiled;
 * further ones are in the state store.
 */
struct idm_window {
	uint32_t first_rid;
	uint32_t low;
};

struct idm_domain {
	char name[IDM_DOMAIN_MAX + 1];     /* folded; its file's name, or "*" */
	char dns[IDM_DOMAIN_MAX + 1];      /* folded; "" when there is none */
	char netbios[IDM_NETBIOS_MAX + 1]; /* as given; "" when there is none */
	char alias[IDM_ALIASES_MAX]
		  [IDM_DOMAIN_MAX + 1]; /* folded; more names */
	uint8_t naliases;
	struct idm_sid sid; /* nsubs 0: not known, or the catch-all */
	uint8_t backend;    /* enum idm_backend_id */
	uint8_t layout;     /* enum idm_layout */
	uint32_t flags;     /* IDM_DOMAIN_* */
	uint32_t low;       /* first and last id, both included */
	uint32_t high;
	uint32_t base_rid;              /* rid: the RID that low stands for */
	uint32_t rangesize;             /* autorid, sss: ids in a slice */
	char space[IDM_DOMAIN_MAX + 1]; /* sss: domains that share slices */
	uint16_t nwindows;
	struct idm_window window[IDM_WINDOWS_MAX];
	char services[IDM_TEMPLATE_MAX + 1]; /* nss: those to ask */
	char home[IDM_TEMPLATE_MAX + 1]; /* templates: %U %D %d; see below */
	char shell[IDM_TEMPLATE_MAX + 1];
	char gecos[IDM_TEMPLATE_MAX + 1];
	/* With a directory (map/directory.h): what readers of its cache need.
	 */
	uint64_t stamp;   /* another one whenever its records would be others;
			   * see also IDM_STAMP_* */
	uint32_t cache_s; /* a cached record is fresh for so long */
	uint32_t stale_s; /* an older one is not served; 0: it always is */
	uint32_t wait_ms; /* how long idmapd may take to answer */
};

struct idm_domain_name;

/*
 * All domains of a map, with what finds them quickly.  Made by
 * idm_domains_read(); the struct and what hangs on it are given back with
 * idm_domains_free().
 */
struct idm_domains {
	uint32_t n;
	const struct idm_domain *domain;
	const struct idm_domain *catch_all;  /* NULL: none configured */
	const struct idm_domain *by_default; /* of bare names; NULL: none */
	const struct idm_domain **by_low;    /* all with a range, by low */
	uint32_t nranges;
	/* For the functions below alone. */
	const struct idm_domain **by_sid;
	uint32_t nsids;
	const struct idm_domain_name *by_name;
	uint32_t nnames;
	void *memory;
};

/* Ranges of one struct are the same, or have no id in common. */
void idm_domains_write(struct idm_buf *, const struct idm_domain *, uint32_t n);
enum idm_status idm_domains_read(
    struct idm_str value, struct idm_domains *, struct idm_err *) IDM_MUSTCHECK;
/* The same of removed domains, whose ranges may be anything. */
enum idm_status idm_removed_read(
    struct idm_str value, struct idm_domains *, struct idm_err *) IDM_MUSTCHECK;
void idm_domains_free(struct idm_domains *);

/*
 * Each finds one, or returns NULL.  By name: any of its names, ASCII case
 * ignored.  By SID: the domain of an account's SID, or this very SID; never
 * the catch-all.  By id: whose range holds it; *n is how many do (sss and hash
 * domains may share a range), all of them from the one returned on, in by_low.
 * first and n may be NULL.
 */
const struct idm_domain *idm_domain_by_name(
    const struct idm_domains *, struct idm_str) IDM_MUSTCHECK;
const struct idm_domain *idm_domain_by_sid(
    const struct idm_domains *, const struct idm_sid *) IDM_MUSTCHECK;
const struct idm_domain *idm_domain_by_id(const struct idm_domains *,
    uint32_t id, const struct idm_domain *const **first,
    uint32_t *n) IDM_MUSTCHECK;

/*
 * The domain that gives numbers to the accounts of one, or of none that is
 * configured (NULL): itself, or the catch-all.  NULL: nobody does.
 */
const struct idm_domain *idm_domain_giver(
    const struct idm_domains *, const struct idm_domain *);

/*
 * The stamp of records that say who is in which groups.  Where these may be of
 * other domains it is another one when one of those comes, goes or changes;
 * but a domain that is kept as a whole follows them by itself.
 */
uint64_t idm_domain_crowd(
    const struct idm_domains *, const struct idm_domain *);

/* The name own identities bear behind their '@': dns, or else name. */
const char *idm_domain_shown(const struct idm_domain *);

#endif
