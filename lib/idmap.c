#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "map/namemap.h"
#include "map/snapshot.h"

#include "lib/idmap.h"

_Static_assert(IDMAP_LOGNAME_SIZE == IDM_LOGIN_MAX + 1, "size of a login");
_Static_assert(IDMAP_NAME_SIZE == IDM_REMOTE_MAX + 1, "size of a name");

/* Core's status as the result of this library. */
static enum idmap_result
result_from_status(enum idm_status st)
{
	switch (st) {
	case IDM_OK:
		return IDMAP_MAPPED;
	case IDM_NOTFOUND:
		return IDMAP_ABSENT;
	case IDM_REFUSED:
		return IDMAP_REFUSED;
	case IDM_INVALID:
	case IDM_CONFLICT:
		return IDMAP_INVALID;
	case IDM_EXHAUSTED:
		return IDMAP_TOO_SMALL;
	case IDM_DENIED:
	case IDM_TEMPFAIL:
	case IDM_CORRUPT:
	case IDM_NOMEM:
	case IDM_SYSTEM:
		break;
	}
	return IDMAP_UNAVAILABLE;
}

/* One question; which of the three decides how the match is made. */
struct question {
	enum idm_status (*match)(const struct question *,
	    const struct idm_maps *, struct idm_match *, struct idm_err *);
	const char *ruleset;
	struct idm_str name;
	struct idm_fields fields;
	bool is_login; /* the result must be an account of this host */
};

static enum idm_status
match_name(const struct question *question, const struct idm_maps *maps,
    struct idm_match *match, struct idm_err *err)
{
	return idm_match_scheme(
	    maps, question->ruleset, question->name, match, NULL, err);
}

static enum idm_status
match_fields(const struct question *question, const struct idm_maps *maps,
    struct idm_match *match, struct idm_err *err)
{
	return idm_match_fields(
	    maps, question->ruleset, &question->fields, match, NULL, err);
}

static enum idm_status
match_value(const struct question *question, const struct idm_maps *maps,
    struct idm_match *match, struct idm_err *err)
{
	return idm_match_attribute(
	    maps, question->ruleset, question->name, match, NULL, err);
}

/* Find the match, and the account when there must be one. */
static enum idm_status
look_up(const struct question *question, struct idm_match *match,
    struct idm_err *err)
{
	struct idm_account account;
	struct idm_inside inside;
	enum idm_status st;

	st = idm_snapshot_enter(idm_snapshot_system(), &inside, err);
	if (st != IDM_OK)
		return st;
	st = question->match(question, inside.maps, match, err);
	if (st == IDM_OK && question->is_login) {
		st = idm_match_account(match, &inside.maps->policy,
		    IDM_ACCOUNTDIR, false, &account, NULL, err);
	}
	idm_snapshot_leave(&inside);
	return st;
}

static void
give_reason(struct idmap_reason *reason, const struct idm_match *match,
    const struct idm_err *err)
{
	*reason = (struct idmap_reason){
		.is_user_entry = match->origin == IDM_ORIGIN_USER,
	};
	(void)snprintf(
	    reason->entry, sizeof(reason->entry), "%s", match->remote);
	(void)snprintf(
	    reason->target, sizeof(reason->target), "%s", match->target);
	(void)snprintf(reason->text, sizeof(reason->text), "%s", err->text);
}

static enum idmap_result
ask(const struct question *question, char *out, size_t size,
    struct idmap_reason *reason)
{
	struct idm_match match = { .origin = IDM_ORIGIN_SYSTEM };
	struct idm_err err = { .status = IDM_OK };
	int saved = errno;
	enum idm_status st;
	int saved_cancel;
	size_t len;

	/* Cancelled inside, a thread would leave a file and the maps open. */
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &saved_cancel);
	st = look_up(question, &match, &err);
	(void)pthread_setcancelstate(saved_cancel, NULL);
	len = strlen(match.result);
	if (st == IDM_OK && len >= size) {
		st = idm_fail(&err, IDM_EXHAUSTED,
		    "the buffer of %zu bytes is too small for '%s'", size,
		    match.result);
	}
	if (st == IDM_OK)
		memcpy(out, match.result, len + 1);
	if (reason != NULL)
		give_reason(reason, &match, &err);
	errno = saved;
	return result_from_status(st);
}

IDM_EXPORT enum idmap_result
idmap_namemap(const char *scheme, const char *g_name, char *logname,
    size_t size, struct idmap_reason *reason)
{
	const struct question question = {
		.match = match_name,
		.ruleset = scheme,
		.name = idm_str_of(g_name),
		.is_login = true,
	};

	return ask(&question, logname, size, reason);
}

IDM_EXPORT enum idmap_result
idmap_namemap_fields(const char *scheme, const char *const *fields,
    size_t nfields, char *logname, size_t size, struct idmap_reason *reason)
{
	struct question question = {
		.match = match_fields,
		.ruleset = scheme,
		.is_login = true,
	};

	/* No scheme has that many, and none has no field: it is refused. */
	if (nfields > IDM_FIELDS_MAX)
		nfields = 0;
	question.fields.nfields = (uint8_t)nfields;
	for (size_t i = 0; i < nfields; i++)
		question.fields.field[i] = idm_str_of(fields[i]);
	return ask(&question, logname, size, reason);
}

IDM_EXPORT enum idmap_result
idmap_attrmap(const char *attr, const char *in, char *out, size_t size,
    struct idmap_reason *reason)
{
	const struct question question = {
		.match = match_value,
		.ruleset = attr,
		.name = idm_str_of(in),
	};

	return ask(&question, out, size, reason);
}

IDM_EXPORT int
namemap(const char *scheme, const char *g_name, char *logname)
{
	enum idmap_result result;

	result = idmap_namemap(
	    scheme, g_name, logname, IDMAP_LOGNAME_SIZE, NULL);
	return result == IDMAP_MAPPED ? 0 : -1;
}

IDM_EXPORT int
attrmap(const char *attr, const char *in, char *out)
{
	enum idmap_result result;

	result = idmap_attrmap(attr, in, out, IDMAP_NAME_SIZE, NULL);
	return result == IDMAP_MAPPED ? 0 : -1;
}
