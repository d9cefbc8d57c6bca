#include <sys/random.h>

#include <stdlib.h>
#include <string.h>

#include "map/edit.h"
#include "map/operation.h"

#define RULESETS_KEY "rulesets"
#define SERVING_KEY  "serving"

/* A name that UnixWare's folders had another use for. */
#define RESERVED_NAME "attrmap"

enum idm_status
idm_edit_policy(struct idm_rewrite *rewrite, const struct idm_policy *policy,
    struct idm_err *err)
{
	struct idm_ruleset_name none = { .name = "" };
	struct idm_policy present, next = *policy;
	enum idm_status status;
	struct idm_op op;

	status = idm_op_begin(&op, rewrite, none, err);
	if (status == IDM_OK)
		status = idm_op_get_policy(&op, &present, err);
	if (status == IDM_OK) {
		next.epoch = present.epoch + 1;
		status = idm_op_put_policy(&op, &next, err);
	}
	if (status == IDM_OK)
		status = idm_rewrite_merge(rewrite, op.todo, err);
	idm_op_fini(&op);
	return status;
}

struct names {
	struct idm_str *name; /* lent, but for one that was inserted */
	uint32_t n;
};

/* Read a sorted list, with room for one name more. */
static enum idm_status
load_names(const struct idm_op *op, const char *key, struct names *names,
    struct idm_err *err)
{
	struct idm_cursor cursor = idm_cursor_over("", 0);
	enum idm_status status;
	struct idm_str value;
	uint32_t n = 0;

	status = idm_op_get(op, idm_str_of(key), &value, err);
	if (status == IDM_OK)
		status = idm_list_read(value, &cursor, &n, err);
	if (status != IDM_OK && status != IDM_NOTFOUND)
		return status;
	names->name = calloc((size_t)n + 1, sizeof(*names->name));
	if (names->name == NULL)
		return idm_op_nomem(err);
	for (uint32_t i = 0; i < n; i++)
		names->name[i] = idm_cursor_str(&cursor);
	names->n = n;
	return IDM_OK;
}

/* Where the name stands or would stand. */
static uint32_t
find_name(const struct names *names, struct idm_str name, bool *found)
{
	uint32_t i = 0;

	while (i < names->n && idm_str_compare(names->name[i], name) < 0)
		i++;
	*found = i < names->n && idm_str_compare(names->name[i], name) == 0;
	return i;
}

/* Have a name in a list or not; false when that is so already. */
static bool
set_name(struct names *names, struct idm_str name, bool present)
{
	bool found;
	uint32_t i = find_name(names, name, &found);
	struct idm_str *at = &names->name[i];

	if (found == present)
		return false;
	if (present) {
		memmove(at + 1, at, (names->n - i) * sizeof(*at));
		*at = name;
		names->n++;
	} else {
		names->n--;
		memmove(at, at + 1, (names->n - i) * sizeof(*at));
	}
	return true;
}

/* Put or remove a name in the list of this key, which has a limit. */
static enum idm_status
change_list(struct idm_op *op, const char *key, struct idm_str name,
    bool present, uint32_t limit, struct idm_err *err)
{
	struct names names = { 0 };
	enum idm_status status;

	status = load_names(op, key, &names, err);
	if (status != IDM_OK)
		return status;
	if (set_name(&names, name, present)) {
		if (present && names.n > limit) {
			status = idm_fail(err, IDM_EXHAUSTED,
			    "%s: there are %u already", key, limit);
		} else {
			idm_list_write(
			    idm_op_empty(&op->value), names.name, names.n);
			status = idm_op_put(op, idm_str_of(key), err);
		}
	}
	free(names.name);
	return status;
}

/* Does the ruleset, as edited, answer NSS? */
static bool
serves(const struct idm_op *op)
{
	const struct idm_descriptor *descriptor = &op->set.descriptor;

	if (op->name.kind != IDM_RULESET_SCHEME)
		return false;
	if (op->set.serve != IDM_SERVE_AUTO)
		return op->set.serve == IDM_SERVE_YES;
	/* A ':' ends a name in passwd(5) files, a '/' makes it a path. */
	for (unsigned i = 0; i + 1 < descriptor->nfields; i++) {
		if (descriptor->separator[i] == ':' ||
		    descriptor->separator[i] == '/')
			return false;
	}
	return descriptor->nfields >= 2;
}

static enum idm_status
change_serving(struct idm_op *op, bool present, struct idm_err *err)
{
	return change_list(op, SERVING_KEY, idm_str_of(op->name.name), present,
	    IDM_SERVING_MAX, err);
}

static enum idm_status
check_new_name(struct idm_op *op, struct idm_err *err)
{
	struct idm_str value;
	enum idm_status status;

	status = idm_name_scheme(idm_str_of(op->name.name), err);
	if (status != IDM_OK)
		return status;
	if (strcmp(op->name.name, RESERVED_NAME) == 0) {
		return idm_fail(err, IDM_INVALID, "the name '%s' is reserved",
		    RESERVED_NAME);
	}
	status = idm_op_get(op, idm_op_ruleset_key(op), &value, err);
	if (status == IDM_OK) {
		return idm_fail(err, IDM_CONFLICT, "%s '%s' exists already",
		    idm_op_kind(op->name.kind), op->name.name);
	}
	return status == IDM_NOTFOUND ? IDM_OK : status;
}

static enum idm_status
install(struct idm_op *op, const struct idm_descriptor *descriptor,
    struct idm_err *err)
{
	enum idm_status status = check_new_name(op, err);

	if (status != IDM_OK)
		return status;
	op->set = (struct idm_ruleset){
		.kind = (uint8_t)op->name.kind,
		.serve = IDM_SERVE_AUTO,
		.descriptor = *descriptor,
	};
	if (getrandom(&op->set.creation, sizeof(op->set.creation), 0) !=
	    sizeof(op->set.creation))
		return idm_fail_errno(err, "getrandom");
	if (serves(op))
		status = change_serving(op, true, err);
	if (status == IDM_OK) {
		status = change_list(op, RULESETS_KEY, idm_op_ruleset_key(op),
		    true, UINT32_MAX, err);
	}
	if (status == IDM_OK)
		status = idm_op_finish_ruleset(op, err);
	return status;
}

enum idm_status
idm_edit_install(struct idm_rewrite *rewrite, struct idm_ruleset_name name,
    const struct idm_descriptor *descriptor, struct idm_err *err)
{
	struct idm_op op;
	enum idm_status status = idm_op_begin(&op, rewrite, name, err);

	if (status == IDM_OK)
		status = install(&op, descriptor, err);
	idm_op_fini(&op);
	return status;
}

static enum idm_status
drop(struct idm_op *op, struct idm_err *err)
{
	enum idm_status status = idm_op_remove_entries(op, err);

	if (status == IDM_OK)
		status = change_serving(op, false, err);
	if (status == IDM_OK) {
		status = change_list(op, RULESETS_KEY, idm_op_ruleset_key(op),
		    false, UINT32_MAX, err);
	}
	if (status == IDM_OK) {
		status = idm_changes_remove(
		    op->todo, idm_op_ruleset_key(op), err);
	}
	if (status == IDM_OK)
		status = idm_op_finish(op, err);
	return status;
}

enum idm_status
idm_edit_drop(struct idm_rewrite *rewrite, struct idm_ruleset_name name,
    struct idm_err *err)
{
	struct idm_op op;
	enum idm_status status = idm_op_begin_ruleset(&op, rewrite, name, err);

	if (status == IDM_OK)
		status = drop(&op, err);
	idm_op_fini(&op);
	return status;
}

enum idm_status
idm_edit_mode(struct idm_rewrite *rewrite, const char *scheme, bool user_mode,
    struct idm_err *err)
{
	struct idm_ruleset_name name = { IDM_RULESET_SCHEME, scheme };
	struct idm_op op;
	enum idm_status status = idm_op_begin_ruleset(&op, rewrite, name, err);

	if (status == IDM_OK && op.set.user_mode != user_mode) {
		op.set.user_mode = user_mode;
		status = idm_op_finish_ruleset(&op, err);
	}
	idm_op_fini(&op);
	return status;
}

enum idm_status
idm_edit_serve(struct idm_rewrite *rewrite, const char *scheme,
    enum idm_serve serve, struct idm_err *err)
{
	struct idm_ruleset_name name = { IDM_RULESET_SCHEME, scheme };
	struct idm_op op;
	enum idm_status status = idm_op_begin_ruleset(&op, rewrite, name, err);

	if (status == IDM_OK && op.set.serve != serve) {
		op.set.serve = (uint8_t)serve;
		status = change_serving(&op, serves(&op), err);
		if (status == IDM_OK)
			status = idm_op_finish_ruleset(&op, err);
	}
	idm_op_fini(&op);
	return status;
}
