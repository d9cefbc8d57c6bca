/*
 * realms -- the maps of the moment and the directories behind them, as the
 * engine's threads share them.
 *
 * Maps are looked at when the last look is more than 100 ms ago, and opened
 * anew when a file was replaced.  A domain's directory, with what is known of
 * its servers and the connections to them, outlives that as long as its
 * settings are the same.  Who enters keeps what he was lent until he leaves,
 * whatever happens meanwhile.  For threads.
 */

#ifndef IDM_DAEMON_REALMS_H
#define IDM_DAEMON_REALMS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "directory/schema.h"
#include "directory/servers.h"
#include "directory/session.h"
#include "map/directory.h"
#include "map/snapshot.h"

struct realms;

/* A domain with a directory. */
struct realm {
	char domain[IDM_DOMAIN_MAX + 1]; /* the name of its struct idm_domain */
	bool has_numbers; /* it is where the domain's numbers are, no more */
	struct idm_directory settings;
	struct idm_schema_map schema;
	struct idm_servers *servers;
	struct realm_private *private;
};

/* One moment; lent between enter and leave. */
struct realms_moment {
	const struct idm_maps *maps;
	struct realm *const *realm;
	size_t n;
};

/* state_dir is that of map.gdbm, and lent. */
enum idm_status realms_new(
    const char *state_dir, struct realms **, struct idm_err *) IDM_MUSTCHECK;
/* Nobody may be inside. */
void realms_free(struct realms **);

/* IDM_TEMPFAIL: there is no usable map. */
enum idm_status realms_enter(struct realms *, const struct realms_moment **,
    struct idm_err *) IDM_MUSTCHECK;
void realms_leave(struct realms *, const struct realms_moment *);

/* Have the next to enter look at the files, and servers that failed be tried
 * again. */
void realms_refresh(struct realms *);

/*
 * The realm of a domain, and the one of its numbers, where these are apart;
 * NULL: it has no such directory, or settings are damaged.
 */
struct realm *realms_find(const struct realms_moment *, const char *domain);
struct realm *realms_find_numbers(
    const struct realms_moment *, const char *domain);
/*
 * The realm in which a domain's accounts have their numbers under the same
 * names; NULL: they have them otherwise.
 */
struct realm *realms_find_counterparts(
    const struct realms_moment *, const struct idm_domain *);

/*
 * A connection of the realm that nobody else has, connected or not; and back.
 * IDM_NOMEM.
 */
enum idm_status realm_take_session(
    struct realm *, struct idm_session **, struct idm_err *) IDM_MUSTCHECK;
void realm_give_session(struct realm *, struct idm_session *);

#endif
