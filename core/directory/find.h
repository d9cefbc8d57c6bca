/*
 * find -- users, groups and memberships, asked of one domain's directory.
 *
 * Each question is as few searches as the schema admits.  Facts handed to a
 * function are lent while it runs.  Statuses as idm_session_search() has them;
 * IDM_NOTFOUND: the directory answered, and there is none.
 */

#ifndef IDM_DIRECTORY_FIND_H
#define IDM_DIRECTORY_FIND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "directory/facts.h"
#include "directory/session.h"

struct idm_finder {
	struct idm_session *session;
	const struct idm_directory *settings;
	const struct idm_schema_map *schema;
	struct idm_sid domain_sid; /* nsubs 0: the domain has none */
	int64_t deadline;          /* of the whole question */
	uint64_t now;              /* seconds since 1970 */
	/* Of AD's groups of a user no more is wanted than their SIDs. */
	bool sids_suffice;
	/* Told what was found and refused, for the log; may be NULL. */
	void (*refused)(void *context, const char *text);
	void *context;
};

/* What is looked for; kinds may be both. */
struct idm_find {
	bool users;
	bool groups;
	bool with_members; /* groups with their members */
	enum {
		IDM_FIND_NAME,
		IDM_FIND_ID,
		IDM_FIND_SID,
		IDM_FIND_DN,
		IDM_FIND_UNIX_USER,  /* directory-based mapping names him ... */
		IDM_FIND_UNIX_GROUP, /* ... or it ... */
		IDM_FIND_WINNAME,    /* ... or, in native LDAP, one of these */
	} by;
	struct idm_str text;           /* name, or DN */
	const struct idm_str *winname; /* spellings of one account */
	size_t nwinnames;
	uint32_t id;
	struct idm_sid sid; /* sIDHistory counts, too */
};

typedef enum idm_status idm_find_each(
    void *context, const struct idm_facts *, struct idm_err *);

/*
 * The one account that fits; of a user and a group that both do, the user.
 * IDM_REFUSED: several do (err names them), or the one must not be served.
 */
enum idm_status idm_find(const struct idm_finder *, const struct idm_find *,
    idm_find_each *, void *context, struct idm_err *) IDM_MUSTCHECK;

/*
 * All groups of a user, also those it is in through others; each once, in no
 * order; the primary one only if it is listed as well, as in AD.
 * *is_partial: some could not be followed.  AD: by tokenGroups, whose SIDs
 * come without more facts than that (a name of no length) when they are of
 * another domain, or when sids_suffice.
 */
enum idm_status idm_find_groups(const struct idm_finder *,
    const struct idm_facts *user, idm_find_each *, void *context,
    bool *is_partial, struct idm_err *) IDM_MUSTCHECK;

/*
 * The groups of an AD that have an account of another domain among their
 * members, also through others: as a foreign security principal of one of these
 * SIDs, which are its own and those of its groups, or in the same forest by its
 * DN.  Otherwise as before.
 */
enum idm_status idm_find_foreign_groups(const struct idm_finder *,
    struct idm_str dn, const struct idm_sid *, size_t n, idm_find_each *,
    void *context, bool *is_partial, struct idm_err *) IDM_MUSTCHECK;

/*
 * All users in a group that was found with its members, also through groups in
 * it; each once.  Of a schema with names as members, facts hold the name and no
 * more; of a foreign security principal the SID and no more; of a member in
 * another domain of AD's forest the DN.
 */
enum idm_status idm_find_members(const struct idm_finder *,
    const struct idm_facts *group, idm_find_each *, void *context,
    bool *is_partial, struct idm_err *) IDM_MUSTCHECK;

/*
 * Is a member that a group of AD names by DN an account of another domain?  By
 * its SID, if that is set (nsubs), or else by the DN.
 */
bool idm_find_is_foreign(
    const struct idm_finder *, struct idm_str dn, struct idm_sid *);

/* Whom news are told. */
struct idm_news_sink {
	/* A user, or a group with its members, that is new or has changed. */
	idm_find_each *changed;
	/*
	 * An entry that is none of these, or none any more; or (AD) has
	 * changed: changed() tells then.  Or one that is there as it was.
	 */
	enum idm_status (*told)(
	    void *context, bool is_gone, const uint8_t *uuid, struct idm_err *);
	void *context;
};

/*
 * What has happened since, as far as a server tells.  IDM_CONFLICT: it is such
 * that everything has to be read.
 *
 * By RFC 4533, where GUIDs are entryUUIDs.  *rest_is_gone: whoever was not told
 * of is not there any more.
 */
enum idm_status idm_find_synced(const struct idm_finder *,
    struct idm_str cookie, const struct idm_news_sink *, bool *rest_is_gone,
    struct idm_err *) IDM_MUSTCHECK;
/*
 * In AD, by uSNChanged of one server: after since, up to its number until.
 * *is_all: nothing but what was told has happened.  Otherwise something may
 * have been deleted which we are not shown.
 */
enum idm_status idm_find_since(const struct idm_finder *, uint64_t since,
    uint64_t until, const struct idm_news_sink *, bool *is_all,
    struct idm_err *) IDM_MUSTCHECK;
/* In AD: who is there at all. */
enum idm_status idm_find_present(const struct idm_finder *,
    const struct idm_news_sink *, struct idm_err *) IDM_MUSTCHECK;

/* Every user, or every group, page by page; groups with their members. */
enum idm_status idm_find_all(const struct idm_finder *, bool groups,
    idm_find_each *, void *context, struct idm_err *) IDM_MUSTCHECK;

#endif
