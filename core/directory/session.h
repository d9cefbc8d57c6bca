/*
 * session -- one thread's connection to a domain's directory.
 *
 * The only place, with the files below it, that knows libldap.  A session
 * connects when it is first asked something, to the best server that answers
 * (directory/servers.h), stays connected, and goes to another one when its own
 * fails; a question is put again once if its connection broke.  Whatever
 * happens, a call returns when its deadline has passed: name resolution, TCP,
 * TLS, Kerberos, SASL and the answer are all inside it.
 *
 * Not for two threads at once.  Servers and their health are shared by all
 * sessions of a domain.
 */

#ifndef IDM_DIRECTORY_SESSION_H
#define IDM_DIRECTORY_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"
#include "directory/object.h"
#include "directory/secret.h"
#include "directory/servers.h"
#include "map/directory.h"

struct idm_session;

/* Lends settings and servers, which must live longer.  Connects to nobody. */
enum idm_status idm_session_new(const struct idm_directory *,
    struct idm_servers *, struct idm_session **,
    struct idm_err *) IDM_MUSTCHECK;
void idm_session_free(struct idm_session **);

enum idm_scope { IDM_SCOPE_BASE, IDM_SCOPE_ONE, IDM_SCOPE_SUBTREE };

/*
 * What has changed since an earlier search, as the server's cookie has it
 * (RFC 4533, refreshOnly).  Entries that are new or changed come as those of
 * any search; of the others the server says no more than what they are.
 */
struct idm_sync {
	struct idm_str cookie;
	enum idm_status (*each)(
	    void *context, bool is_gone, const uint8_t *uuid, struct idm_err *);
	void *context; /* of each() */
	/* Out: of the entry that is told of; and at the end, whether whoever
	 * was not told of is gone. */
	uint8_t uuid[IDM_GUID_SIZE];
	bool rest_is_gone;
};

/* A search.  Big attributes come whole, also where a server gives ranges. */
struct idm_search {
	struct idm_str base;
	enum idm_scope scope;
	struct idm_str filter;        /* of directory/filter.h */
	const char *const *attribute; /* NULL-terminated; NULL: all */
	bool is_paged;         /* all pages; otherwise what one answer holds */
	uint32_t max;          /* entries; more is IDM_EXHAUSTED; 0: no bound */
	bool shows_deleted;    /* AD: tombstones too */
	bool extended_dn;      /* AD: DNs with GUID and SID */
	struct idm_sync *sync; /* not paged then; or NULL */
};

/*
 * Call each() for every entry that was found, until it returns something else
 * than IDM_OK, which is returned then.  deadline as idm_clock_ms().
 *
 * IDM_OK, also when there was none.  IDM_NOTFOUND: there is no such base.
 * IDM_EXHAUSTED: there are more than max, or than the server gives.
 * IDM_TEMPFAIL: no server answered in time, each with its reason in err.
 * IDM_DENIED: the server refuses us (credentials, rights), or our own password
 * file is not fit to be used.  IDM_CORRUPT: the server broke the protocol.
 *
 * Who does not take all entries costs the session its connection: what is
 * still to come would stand before the next answer.
 */
typedef enum idm_status idm_session_each(
    void *context, const struct idm_object *, struct idm_err *);
enum idm_status idm_session_search(struct idm_session *,
    const struct idm_search *, int64_t deadline, idm_session_each *each,
    void *context, struct idm_err *) IDM_MUSTCHECK;

/* One change of an entry.  Empty value: all values, for removals. */
enum idm_change_kind { IDM_CHANGE_ADD, IDM_CHANGE_DELETE, IDM_CHANGE_REPLACE };
struct idm_attribute_change {
	enum idm_change_kind kind;
	const char *attribute;
	struct idm_str value;
};
/*
 * Change an entry, all or nothing.  IDM_CONFLICT: what should be deleted is
 * not there any more, or what should be added is: so a compare-and-swap is a
 * deletion of the old value and an addition of the new.  IDM_NOTFOUND.
 */
enum idm_status idm_session_change(struct idm_session *, struct idm_str dn,
    const struct idm_attribute_change *, size_t n, int64_t deadline,
    struct idm_err *) IDM_MUSTCHECK;
/* Add an entry of these attributes (all IDM_CHANGE_ADD).  IDM_CONFLICT. */
enum idm_status idm_session_add(struct idm_session *, struct idm_str dn,
    const struct idm_attribute_change *, size_t n, int64_t deadline,
    struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_session_delete(struct idm_session *, struct idm_str dn,
    int64_t deadline, struct idm_err *) IDM_MUSTCHECK;

/*
 * Bind with this password, in place of what settings->password_file has; it is
 * kept until the session ends.
 */
void idm_session_give_secret(struct idm_session *, const struct idm_secret *);

/* The rootDSE: naming contexts, controls, time of the server. */
enum idm_status idm_session_root(struct idm_session *, int64_t deadline,
    idm_session_each *each, void *context, struct idm_err *) IDM_MUSTCHECK;

/* URI of the server it is connected to; "" when it is not. */
const char *idm_session_server(const struct idm_session *);

#endif
