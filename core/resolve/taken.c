#include <stdlib.h>
#include <string.h>

#include "identity/account.h"
#include "resolve/taken.h"

struct entry {
	uint32_t id;
	char name[IDM_LOGIN_MAX + 1];
};

/* Users or groups; by number, and which of them in the order of names. */
struct set {
	struct entry *entry;
	const struct entry **by_name;
	size_t n;
	size_t room;
	bool has_failed;
};

struct idm_taken {
	struct set users;
	struct set groups;
};

static bool
add(struct set *set, uint32_t id, const char *name)
{
	if (set->n == set->room) {
		size_t room = set->room == 0 ? 64 : 2 * set->room;
		struct entry *grown = reallocarray(
		    set->entry, room, sizeof(*grown));

		set->has_failed = grown == NULL;
		if (grown == NULL)
			return false;
		set->entry = grown;
		set->room = room;
	}
	set->entry[set->n].id = id;
	memcpy(set->entry[set->n].name, name, strlen(name) + 1);
	set->n++;
	return true;
}

static bool
add_user(void *context, const struct idm_account *account)
{
	return add(context, account->uid, account->name);
}

static bool
add_group(void *context, const struct idm_account_group *group)
{
	return add(context, group->gid, group->name);
}

static int
compare_id(const void *a, const void *b)
{
	const struct entry *one = a;
	const struct entry *other = b;

	return (one->id > other->id) - (one->id < other->id);
}

static int
compare_name(const void *a, const void *b)
{
	const struct entry *const *one = a;
	const struct entry *const *other = b;

	return strcmp((*one)->name, (*other)->name);
}

static enum idm_status
order(struct set *set, struct idm_err *err)
{
	if (!set->has_failed)
		set->by_name = calloc(set->n + 1, sizeof(*set->by_name));
	if (set->by_name == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	qsort(set->entry, set->n, sizeof(*set->entry), compare_id);
	for (size_t i = 0; i < set->n; i++)
		set->by_name[i] = &set->entry[i];
	qsort(set->by_name, set->n, sizeof(*set->by_name), compare_name);
	return IDM_OK;
}

enum idm_status
idm_taken_new(
    const char *account_dir, struct idm_taken **out, struct idm_err *err)
{
	struct idm_taken *taken = calloc(1, sizeof(*taken));
	enum idm_status st;

	if (taken == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	st = idm_account_each(account_dir, add_user, &taken->users, err);
	if (st == IDM_OK)
		st = idm_account_each_group(
		    account_dir, add_group, &taken->groups, err);
	if (st == IDM_OK)
		st = order(&taken->users, err);
	if (st == IDM_OK)
		st = order(&taken->groups, err);
	if (st == IDM_OK)
		*out = taken;
	else
		idm_taken_free(&taken);
	return st;
}

static void
fini(struct set *set)
{
	free(set->entry);
	free(set->by_name);
}

void
idm_taken_free(struct idm_taken **taken)
{
	if (*taken == NULL)
		return;
	fini(&(*taken)->users);
	fini(&(*taken)->groups);
	free(*taken);
	*taken = NULL;
}

static const struct set *
set_of(const struct idm_taken *taken, bool is_group)
{
	return is_group ? &taken->groups : &taken->users;
}

const char *
idm_taken_by_id(const struct idm_taken *taken, bool is_group, uint32_t id)
{
	const struct set *set = set_of(taken, is_group);
	const struct entry *found;
	struct entry wanted;

	if (set->n == 0)
		return NULL;
	wanted.id = id;
	found = bsearch(
	    &wanted, set->entry, set->n, sizeof(wanted), compare_id);
	return found == NULL ? NULL : found->name;
}

bool
idm_taken_id(const struct idm_taken *taken, bool is_group, uint32_t id)
{
	return idm_taken_by_id(taken, is_group, id) != NULL;
}

bool
idm_taken_name(
    const struct idm_taken *taken, bool is_group, struct idm_str name)
{
	const struct set *set = set_of(taken, is_group);
	const struct entry *key;
	struct entry wanted;

	if (set->n == 0 || name.len > IDM_LOGIN_MAX)
		return false;
	memcpy(wanted.name, name.data, name.len);
	wanted.name[name.len] = '\0';
	key = &wanted;
	return bsearch(&key, set->by_name, set->n, sizeof(key), compare_name) !=
	    NULL;
}
