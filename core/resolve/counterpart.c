#include <stdlib.h>

#include "resolve/counterpart.h"
#include "resolve/counterparts.h"

static enum idm_status
keep(void *context, const struct idm_facts *facts, struct idm_err *err)
{
	return idm_facts_dup(facts, context, err);
}

static enum idm_status
look_up(const struct idm_fetch *with, const struct idm_facts *facts,
    struct idm_facts **out, struct idm_err *err)
{
	struct idm_facts found = { .is_group = facts->is_group };
	enum idm_status st;

	found.name = facts->name;
	st = idm_counterparts_find(
	    with->counterparts, facts->name, facts->is_group, &found, err);
	return st == IDM_OK ? idm_facts_dup(&found, out, err) : st;
}

enum idm_status
idm_counterpart_of(const struct idm_fetch *with, const struct idm_facts *facts,
    struct idm_facts **out, struct idm_err *err)
{
	const struct idm_find find = {
		.users = !facts->is_group,
		.groups = facts->is_group,
		.by = IDM_FIND_NAME,
		.text = facts->name,
	};
	enum idm_status st;

	st = with->counterparts != NULL
	    ? look_up(with, facts, out, err)
	    : idm_find(with->numbers, &find, keep, out, err);
	if (st == IDM_NOTFOUND)
		return idm_fail(err, IDM_REFUSED,
		    "the directory of numbers has no '%.*s'",
		    (int)facts->name.len, facts->name.data);
	return st;
}

enum idm_status
idm_counterpart_name(const struct idm_fetch *with, uint32_t id, bool is_group,
    struct idm_buf *out, struct idm_err *err)
{
	const struct idm_find find = {
		.users = !is_group,
		.groups = is_group,
		.by = IDM_FIND_ID,
		.id = id,
	};
	struct idm_facts *facts = NULL;
	enum idm_status st;

	st = idm_find(with->numbers, &find, keep, &facts, err);
	if (st != IDM_OK)
		return st;
	idm_buf_put(out, facts->name.data, facts->name.len);
	free(facts);
	return idm_buf_status(out, err);
}
