#include <stdlib.h>
#include <string.h>

#include "daemon/list.h"
#include "daemon/store.h"
#include "daemon/users.h"
#include "map/snapshot.h"

/* Bytes of a page, and what one entry may add to it. */
#define PAGE_MAX  (256 * 1024)
#define ENTRY_MAX (IDM_REMOTE_MAX + IDM_LOGIN_MAX + 16)

/* An entry that was found; texts are lent from the view. */
struct found {
	struct idm_str remote;
	struct idm_user_entry entry;
};

struct list {
	const struct idm_maps *maps;
	const struct caller *caller;
	const char *accounts; /* NULL: nothing is checked */
	struct idm_user_request request;
	struct idm_ruleset ruleset;
	struct found *found;
	size_t n;
	size_t size;
};

static enum idm_status
add(struct list *list, const struct found *found, struct idm_err *err)
{
	size_t size = list->size == 0 ? 64 : list->size * 2;
	struct found *grown = list->found;

	if (list->n == list->size) {
		grown = realloc(list->found, size * sizeof(*grown));
		if (grown == NULL)
			return idm_fail(err, IDM_NOMEM, "out of memory");
		list->found = grown;
		list->size = size;
	}
	list->found[list->n++] = *found;
	return IDM_OK;
}

/* Is it one of those that were asked for, and behind the last page? */
static enum idm_status
consider(struct list *list, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	const struct idm_user_request *request = &list->request;
	uint32_t uid = list->caller->uid;
	struct idm_str scheme;
	struct found found;

	if (!store_key_split(key, &scheme, &found.remote) ||
	    idm_str_compare(scheme, request->scheme) != 0 ||
	    idm_str_compare(found.remote, request->remote) <= 0)
		return IDM_OK;
	if (idm_user_entry_read(value, &found.entry, err) != IDM_OK)
		return idm_within(err, IDM_CORRUPT, "users' map");
	if (uid != 0 && found.entry.uid != uid)
		return IDM_OK;
	if (request->logname.len != 0 &&
	    idm_str_compare(found.entry.logname, request->logname) != 0)
		return IDM_OK;
	if (list->accounts == NULL &&
	    found.entry.creation != list->ruleset.creation)
		return IDM_OK;
	return add(list, &found, err);
}

static enum idm_status
find_all(struct list *list, struct idm_err *err)
{
	struct idm_walk walk = { 0 };
	struct idm_str key, value;
	enum idm_status st;

	for (;;) {
		const char *end;

		st = idm_view_next(list->maps->users, &walk, &key, &value, err);
		if (st != IDM_OK)
			return st == IDM_NOTFOUND ? IDM_OK : st;
		end = memrchr(key.data, '#', key.len);
		if (end == NULL)
			continue;
		key.len = (size_t)(end - key.data);
		st = consider(list, key, value, err);
		if (st != IDM_OK)
			return st;
	}
}

static enum idm_status
find_own(struct list *list, struct idm_err *err)
{
	char memory[16];
	struct idm_cursor names;
	struct idm_str value;
	struct idm_buf key;
	enum idm_status st;
	uint32_t n;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_buf_printf(&key, "u/%lu", (unsigned long)list->caller->uid);
	st = idm_view_get(list->maps->users, key.data, key.len, &value);
	if (st == IDM_NOTFOUND)
		return IDM_OK;
	if (st == IDM_OK)
		st = idm_list_read(value, &names, &n, err);
	else
		st = idm_fail(err, st, "the users' map cannot be read");
	for (uint32_t i = 0; st == IDM_OK && i < n; i++) {
		struct idm_str name = idm_cursor_str(&names);

		if (idm_view_get(list->maps->users, name.data, name.len,
			&value) == IDM_OK)
			st = consider(list, name, value, err);
	}
	return st;
}

static enum idm_user_fault
fault_of(const struct list *list, const struct found *found)
{
	struct idm_account account;

	if (list->accounts == NULL)
		return IDM_USER_GOOD;
	if (found->entry.creation != list->ruleset.creation)
		return IDM_USER_DEAD;
	if (users_check_remote(&list->ruleset, found->remote, NULL) != IDM_OK)
		return IDM_USER_SYNTAX;
	if (idm_account_by_name(
		list->accounts, found->entry.logname, &account, NULL) != IDM_OK)
		return IDM_USER_UNKNOWN;
	if (account.uid != found->entry.uid ||
	    users_check_account(&list->maps->policy, &account, NULL) != IDM_OK)
		return IDM_USER_OTHER;
	if (users_check_veto(list->maps, list->request.scheme, found->remote,
		NULL) != IDM_OK)
		return IDM_USER_VETOED;
	return IDM_USER_GOOD;
}

static int
compare_found(const void *a, const void *b)
{
	const struct found *one = a;
	const struct found *other = b;

	return idm_str_compare(one->remote, other->remote);
}

static void
put_page(struct list *list, struct idm_buf *page)
{
	size_t told = 0;
	size_t first = page->len;

	if (list->n > 1) {
		qsort(
		    list->found, list->n, sizeof(*list->found), compare_found);
	}
	idm_buf_put_u8(page, 0);
	while (told < list->n && page->len - first < PAGE_MAX - ENTRY_MAX) {
		const struct found *found = &list->found[told++];
		struct idm_user_reply reply = {
			.remote = found->remote,
			.logname = found->entry.logname,
			.uid = found->entry.uid,
			.fault = (uint8_t)fault_of(list, found),
		};

		idm_user_reply_write(page, &reply);
	}
	if (page->status == IDM_OK && told < list->n)
		page->data[first] = 1;
}

static enum idm_status
find(struct list *list, struct idm_err *err)
{
	const struct idm_maps *maps = list->maps;
	enum idm_status st;

	st = users_scheme(maps, list->request.scheme, &list->ruleset, err);
	if (st != IDM_OK)
		return st;
	if (maps->users == NULL && !maps->policy.has_users)
		return IDM_OK; /* nobody has ever had an entry */
	if (maps->users == NULL)
		return idm_fail(err, IDM_TEMPFAIL, "%s", maps->users_err.text);
	if (list->caller->uid != 0)
		return find_own(list, err);
	return find_all(list, err);
}

enum idm_status
list_entries(const char *state_dir, const struct caller *caller,
    struct idm_str body, const char *accounts, struct idm_buf *page,
    struct idm_err *err)
{
	struct list list = { .caller = caller, .accounts = accounts };
	struct idm_maps *maps = NULL;
	enum idm_status st;

	st = idm_user_request_read(body, &list.request, err);
	if (st == IDM_OK)
		st = idm_maps_open(state_dir, 0, &maps, err);
	if (st != IDM_OK)
		return st;
	list.maps = maps;
	st = find(&list, err);
	if (st == IDM_OK) {
		put_page(&list, page);
		st = idm_buf_status(page, err);
	}
	free(list.found);
	idm_maps_close(&maps);
	return st;
}
