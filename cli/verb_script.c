#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backends/backend.h"
#include "base/num.h"
#include "identity/id.h"

#include "cli/ask.h"
#include "cli/resolver.h"
#include "cli/say.h"
#include "cli/verb_mappings.h"

/*
 * winbindd reads one line, and takes whatever it does not know for "unmapped";
 * so an error is a line, too, and the exit status says nothing.
 */

/*
 * An alias of a system account is for those who were told so: a share must not
 * hand out root's files to whoever bears the name, nor to whoever comes with a
 * SID that says uid 0.
 */
static enum idm_status
check_privilege(const struct cli_resolver *with,
    const struct idm_resolution *found, struct idm_err *err)
{
	const struct idm_policy *policy = &with->maps->policy;
	bool is_group = found->to.type == IDM_ID_GID;
	uint32_t id = found->to.id;

	if (found->method == IDM_METHOD_WELL_KNOWN || found->is_privileged ||
	    (id >= (is_group ? policy->gid_min : policy->uid_min) &&
		idm_id_reserved(id) == NULL))
		return IDM_OK;
	if (found->method == IDM_METHOD_NAME_RULE) {
		return idm_fail(err, IDM_REFUSED,
		    "the rule leads to a system account, and was not added "
		    "with --privileged");
	}
	return idm_fail(err, IDM_REFUSED, "%s %lu is a system account's",
	    is_group ? "gid" : "uid", (unsigned long)id);
}

static enum idm_status
sid_to_id(
    const struct cli_resolver *with, const char *text, struct idm_err *err)
{
	struct idm_identity identity = { .type = IDM_ID_SID };
	struct idm_resolution found;
	enum idm_status st;
	char kind;

	st = idm_sid_parse(idm_str_of(text), &identity.sid, err);
	if (st == IDM_OK)
		st = idm_resolve(
		    &with->resolver, &identity, IDM_ID_NONE, &found, err);
	if (st == IDM_OK)
		st = check_privilege(with, &found, err);
	if (st != IDM_OK)
		return st;
	kind = found.kind == IDM_KIND_BOTH ? 'X' : (char)found.kind;
	printf("%cID:%lu\n", kind, (unsigned long)found.to.id);
	return IDM_OK;
}

static enum idm_status
id_to_sid_as(const struct cli_resolver *with, enum idm_idtype type, uint32_t id,
    struct idm_resolution *found, struct idm_err *err)
{
	const struct idm_identity identity = { .type = type, .id = id };
	enum idm_status st;

	st = idm_resolve(&with->resolver, &identity, IDM_ID_SID, found, err);
	if (st == IDM_OK && found->to.sid.nsubs == 0) {
		return idm_fail(err, IDM_NOTFOUND,
		    "its Windows counterpart has a name, but no known SID");
	}
	return st;
}

static enum idm_status
id_to_sid(const struct cli_resolver *with, const char *kind, const char *number,
    struct idm_err *err)
{
	struct idm_resolution found;
	char text[IDM_SID_TEXT_MAX];
	enum idm_status st;
	uint32_t id;

	st = idm_num_id(number, strlen(number), &id, err);
	if (st != IDM_OK)
		return st;
	if (strcmp(kind, "GID") == 0) {
		st = id_to_sid_as(with, IDM_ID_GID, id, &found, err);
	} else if (strcmp(kind, "UID") == 0 || strcmp(kind, "XID") == 0) {
		st = id_to_sid_as(with, IDM_ID_UID, id, &found, err);
		if (st != IDM_OK && kind[0] == 'X')
			st = id_to_sid_as(with, IDM_ID_GID, id, &found, err);
	} else {
		return idm_fail(
		    err, IDM_INVALID, "'%s' is none of UID, GID and XID", kind);
	}
	if (st == IDM_OK)
		printf("SID:%s\n", idm_sid_format(&found.to.sid, text));
	return st;
}

static enum idm_status
answer(const struct verb_call *call, struct idm_err *err)
{
	struct cli_resolver with;
	enum idm_status st;

	st = cli_resolver_open(&with, err);
	with.resolver.inquired = &cli_inquired;
	/* For root, and winbindd is; others are told what stands. */
	with.resolver.create = geteuid() == 0;
	if (st != IDM_OK)
		;
	else if (call->argc == 2 && strcmp(call->argv[0], "SIDTOID") == 0)
		st = sid_to_id(&with, call->argv[1], err);
	else if (call->argc == 3 && strcmp(call->argv[0], "IDTOSID") == 0)
		st = id_to_sid(&with, call->argv[1], call->argv[2], err);
	else
		st = idm_fail(err, IDM_INVALID,
		    "it is neither SIDTOID sid nor IDTOSID UID|GID|XID number");
	cli_resolver_close(&with);
	return st;
}

enum verb_exit
verb_script(const struct verb_call *call)
{
	struct idm_err err;

	if (answer(call, &err) != IDM_OK) {
		fputs("ERR:", stdout);
		cli_put(stdout, idm_str_of(err.text));
		fputc('\n', stdout);
	}
	return VERB_SUCCESS;
}
