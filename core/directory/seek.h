/*
 * seek -- the searches that find makes of its questions.
 *
 * For the files of this folder only.
 */

#ifndef IDM_DIRECTORY_SEEK_H
#define IDM_DIRECTORY_SEEK_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "directory/find.h"

/* Bytes of one filter. */
#define IDM_SEEK_FILTER_MAX (512u << 10)
/* Values that are asked for together. */
#define IDM_SEEK_BATCH      64

/* Names of attributes, each once, NULL-terminated. */
struct idm_seek_list {
	const char *name[IDM_OBJECT_ATTRIBUTES + 1];
	size_t n;
};
void idm_seek_list_users(struct idm_seek_list *, const struct idm_schema_map *);
void idm_seek_list_groups(
    struct idm_seek_list *, const struct idm_schema_map *);
void idm_seek_list_members(
    struct idm_seek_list *, const struct idm_schema_map *);

/* Where users or groups are. */
struct idm_str idm_seek_base(const struct idm_finder *, bool is_group);

/* Has the DN the same last DC parts as the base? */
bool idm_seek_is_of_domain(const struct idm_finder *, struct idm_str dn);

/* Append that an entry is a user or group as the settings have it. */
enum idm_status idm_seek_put_kind(const struct idm_finder *, bool is_group,
    struct idm_buf *filter, struct idm_err *) IDM_MUSTCHECK;
/* Append that the SID is this one, or, in AD, was. */
void idm_seek_put_sid(
    const struct idm_finder *, const struct idm_sid *, struct idm_buf *filter);

/*
 * Search below a base, for max entries (more are IDM_EXHAUSTED), or for all
 * (0), page by page.  That there is no such base is no answer: IDM_TEMPFAIL.
 */
enum idm_status idm_seek_below(const struct idm_finder *, struct idm_str base,
    const struct idm_buf *filter, const struct idm_seek_list *, uint32_t max,
    idm_session_each *, void *context, struct idm_err *) IDM_MUSTCHECK;
/* One entry.  That there is none is IDM_OK, too. */
enum idm_status idm_seek_entry(const struct idm_finder *, struct idm_str dn,
    const char *const *attribute, idm_session_each *, void *context,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * Facts of an entry, of this domain and below its bases.  IDM_REFUSED, which
 * was told to the finder's log; IDM_NOTFOUND.
 */
enum idm_status idm_seek_facts(const struct idm_finder *,
    const struct idm_object *, struct idm_facts *,
    struct idm_err *) IDM_MUSTCHECK;

#endif
