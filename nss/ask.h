/*
 * ask -- what a look-up asks of idmapd, because the maps do not know.
 *
 * While the maps are lent nobody may wait.  So a look-up notes what it lacks,
 * leaves the maps, asks, and begins again with the answer at hand.  What is
 * asked, and whether, follows from what the maps said (backends/served.h):
 * what is absent or made under another policy is asked for first; what is only
 * old is answered, and idmapd told behind the caller's back.
 *
 * Where nobody greets there is nobody, for five seconds, so that a dead idmapd
 * delays a process once.
 */

#ifndef IDM_NSS_ASK_H
#define IDM_NSS_ASK_H

#include <stdbool.h>

#include "backends/served.h"
#include "base/buf.h"
#include "base/err.h"
#include "wire/lookup.h"

struct nss_asked; /* questions and their answers; most look-ups have none */

struct nss_ask {
	bool wants_groups;       /* of a user: those he is in, too */
	bool is_needed;          /* nss_ask_now() is to be called */
	bool is_behind;          /* nss_ask_fini() will tell idmapd */
	struct nss_asked *asked; /* the last one first */
};

void nss_ask_init(struct nss_ask *, bool wants_groups);
/* Tell idmapd what should be asked behind; give everything back. */
void nss_ask_fini(struct nss_ask *);

/*
 * The maps said st, and served: is idmapd to be asked before anybody is told
 * so?  Then it was noted, and the look-up should end.  windows: the name that
 * is looked up; NULL: it is the number.
 */
bool nss_ask_first(struct nss_ask *, bool is_group, enum idm_status st,
    const struct idm_served *, const struct idm_windows *, uint32_t id);
/* The same of whom the entries of native LDAP say that it is. */
bool nss_ask_native_first(struct nss_ask *, bool is_group, enum idm_status st,
    const struct idm_served *, const struct idm_windows *);

/*
 * Ask what was noted.  IDM_OK: begin again.  IDM_TEMPFAIL: nobody knows.
 * errno is preserved.
 */
enum idm_status nss_ask_now(struct nss_ask *) IDM_MUSTCHECK;

/* Has one question had no answer from anybody who knows? */
bool nss_ask_is_vain(const struct nss_ask *);

/*
 * The record that idmapd answered this question with, if it may be served.
 * IDM_TEMPFAIL: it was not asked, or did not know.  IDM_NOTFOUND.
 */
enum idm_status nss_ask_user(const struct nss_ask *, const struct idm_maps *,
    const struct idm_windows *, uint32_t id,
    struct idm_own_user *) IDM_MUSTCHECK;
enum idm_status nss_ask_group(const struct nss_ask *, const struct idm_maps *,
    const struct idm_windows *, uint32_t id,
    struct idm_own_group *) IDM_MUSTCHECK;
/* Whom the account equals, likewise; IDM_NOTFOUND: nobody. */
enum idm_status nss_ask_equal(const struct nss_ask *,
    const struct idm_windows *, bool is_group,
    struct idm_equal *) IDM_MUSTCHECK;
/* And whom the entries of a native LDAP say that it is.  IDM_REFUSED: several
 * name it. */
enum idm_status nss_ask_native(const struct nss_ask *,
    const struct idm_windows *, bool is_group, const struct idm_domain *,
    struct idm_equal *) IDM_MUSTCHECK;
/* The groups of the user of that key: those of this host that his own ones
 * equal; and his own ones. */
enum idm_status nss_ask_locals(const struct nss_ask *, struct idm_str user,
    struct idm_cursor *, uint32_t *n) IDM_MUSTCHECK;
enum idm_status nss_ask_gids(const struct nss_ask *, struct idm_str user,
    struct idm_cursor *, uint32_t *n) IDM_MUSTCHECK;

#endif
