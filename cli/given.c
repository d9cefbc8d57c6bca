#include <string.h>

#include "cli/given.h"
#include "cli/state.h"

void
cli_given_open(struct cli_given *given, const struct idm_maps *maps)
{
	*given = (struct cli_given){ .maps = maps };
	if (maps == NULL || !maps->policy.has_state ||
	    cli_state_peek(&given->peek, NULL) != IDM_OK)
		return;
	/* One that was not adopted tells nothing. */
	if (memcmp(idm_view_header(given->peek.view)->uuid,
		maps->policy.state_uuid, IDM_UUID_SIZE) != 0)
		idm_state_peek_fini(&given->peek);
}

void
cli_given_close(struct cli_given *given)
{
	idm_state_peek_fini(&given->peek);
}

static const struct idm_view *
view_of(const struct cli_given *given)
{
	if (given->peek.view != NULL)
		return given->peek.view;
	return given->maps == NULL ? NULL : given->maps->state;
}

bool
cli_given_is_there(const struct cli_given *given)
{
	return view_of(given) != NULL;
}

static bool
find_change(const struct cli_given *given, struct idm_str key,
    struct idm_change *change)
{
	return given->peek.changes != NULL &&
	    idm_changes_find(given->peek.changes, key, change);
}

static enum idm_status
get(const void *context, struct idm_str key, struct idm_str *value)
{
	const struct cli_given *given = context;
	struct idm_change change;

	if (!find_change(given, key, &change))
		return idm_view_get(view_of(given), key.data, key.len, value);
	if (change.removed)
		return IDM_NOTFOUND;
	*value = change.value;
	return IDM_OK;
}

struct idm_allocations
cli_given_allocations(const struct cli_given *given)
{
	return (struct idm_allocations){ .get = get, .context = given };
}

/* What is in the file and in no change. */
static bool
next_folded(const struct cli_given *given, struct cli_given_walk *walk,
    struct idm_str *key, struct idm_str *value)
{
	const struct idm_view *view = view_of(given);
	struct idm_change change;

	while (view != NULL &&
	    idm_view_next(view, &walk->folded, key, value, NULL) == IDM_OK) {
		if (key->len <= IDM_KEY_END)
			continue;
		key->len -= IDM_KEY_END;
		if (!find_change(given, *key, &change))
			return true;
	}
	return false;
}

bool
cli_given_next(const struct cli_given *given, struct cli_given_walk *walk,
    struct idm_str *key, struct idm_str *value)
{
	struct idm_change change;

	if (!walk->is_past_file) {
		if (next_folded(given, walk, key, value))
			return true;
		walk->is_past_file = true;
	}
	while (given->peek.changes != NULL &&
	    idm_changes_next(given->peek.changes, &walk->at, &change)) {
		if (change.removed)
			continue;
		*key = change.key;
		*value = change.value;
		return true;
	}
	return false;
}
