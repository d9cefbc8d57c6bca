#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "identity/account.h"

#include "cli/logins.h"

#define NAMES_MAX (SIZE_MAX / 2)

struct login {
	size_t name; /* place in the names */
	uint32_t uid;
};

struct cli_logins {
	struct idm_buf names;  /* one behind the other, each with its NUL */
	struct idm_buf logins; /* of struct login, sorted by name */
};

static size_t
count(const struct cli_logins *logins)
{
	return logins->logins.len / sizeof(struct login);
}

static bool
take(void *context, const struct idm_account *account)
{
	struct cli_logins *logins = context;
	struct login login = {
		.name = logins->names.len,
		.uid = account->uid,
	};

	idm_buf_put(&logins->names, account->name, strlen(account->name) + 1);
	idm_buf_put(&logins->logins, &login, sizeof(login));
	return true;
}

/* By name; of two lines for one name the first in the file. */
static int
compare(const void *a, const void *b, void *names)
{
	const struct login *one = a;
	const struct login *other = b;
	const char *texts = names;
	int order = strcmp(texts + one->name, texts + other->name);

	if (order != 0)
		return order;
	return one->name < other->name ? -1 : one->name > other->name;
}

enum idm_status
cli_logins_open(
    const char *account_dir, struct cli_logins **out, struct idm_err *err)
{
	struct cli_logins *logins = calloc(1, sizeof(*logins));
	enum idm_status st;

	if (logins == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	idm_buf_init(&logins->names, NAMES_MAX);
	idm_buf_init(&logins->logins, NAMES_MAX);
	st = idm_account_each(account_dir, take, logins, err);
	if (st == IDM_OK)
		st = idm_buf_status(&logins->names, err);
	if (st == IDM_OK)
		st = idm_buf_status(&logins->logins, err);
	if (st != IDM_OK) {
		cli_logins_close(&logins);
		return st;
	}
	if (count(logins) > 1)
		qsort_r(logins->logins.data, count(logins),
		    sizeof(struct login), compare, logins->names.data);
	*out = logins;
	return IDM_OK;
}

void
cli_logins_close(struct cli_logins **logins)
{
	if (*logins == NULL)
		return;
	idm_buf_fini(&(*logins)->names);
	idm_buf_fini(&(*logins)->logins);
	free(*logins);
	*logins = NULL;
}

bool
cli_logins_find(
    const struct cli_logins *logins, struct idm_str name, uint32_t *uid)
{
	const struct login *login = (const void *)logins->logins.data;
	size_t low = 0;
	size_t high = count(logins);

	/* The first one that is not less. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *text = logins->names.data + login[middle].name;

		if (idm_str_compare(idm_str_of(text), name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == count(logins) ||
	    !idm_str_is(name, logins->names.data + login[low].name))
		return false;
	if (uid != NULL)
		*uid = login[low].uid;
	return true;
}
