#include <stdio.h>
#include <stdlib.h>

#include "config/services.h"
#include "identity/account.h"
#include "identity/fold.h"
#include "resolve/asker.h"
#include "resolve/pool.h"

/* What is asked together, of whom. */
struct asking {
	const char *account_dir;
	const struct idm_asker *asker;
	bool files_first;
	struct idm_str services; /* those behind the files; perhaps none */
};

/* Questions of some that are still to be answered, and whose they are. */
struct open {
	struct idm_account_question *question;
	struct idm_account_answer *answer;
	size_t *of;
	size_t n;
};

/* ---- Files. */

static enum idm_status
read_user(const char *dir, const struct idm_account_question *question,
    struct idm_account_answer *answer, struct idm_err *err)
{
	struct idm_account user;
	enum idm_status st;

	if (question->name.len > 0)
		st = idm_account_by_name(dir, question->name, &user, err);
	else
		st = idm_account_by_uid(dir, question->id, &user, err);
	if (st != IDM_OK)
		return st;
	answer->id = user.uid;
	(void)snprintf(answer->name, sizeof(answer->name), "%s", user.name);
	return IDM_OK;
}

static enum idm_status
read_group(const char *dir, const struct idm_account_question *question,
    struct idm_account_answer *answer, struct idm_err *err)
{
	struct idm_account_group group;
	enum idm_status st;

	if (question->name.len > 0)
		st = idm_account_group_by_name(
		    dir, question->name, &group, err);
	else
		st = idm_account_group_by_gid(dir, question->id, &group, err);
	if (st != IDM_OK)
		return st;
	answer->id = group.gid;
	(void)snprintf(answer->name, sizeof(answer->name), "%s", group.name);
	return IDM_OK;
}

static enum idm_status
read_files(const struct asking *asking,
    const struct idm_account_question *question, size_t n,
    struct idm_account_answer *answer, struct idm_err *err)
{
	const char *dir = asking->account_dir;

	for (size_t i = 0; i < n; i++) {
		enum idm_status st = question[i].is_group
		    ? read_group(dir, &question[i], &answer[i], err)
		    : read_user(dir, &question[i], &answer[i], err);

		if (st != IDM_OK && st != IDM_NOTFOUND)
			return st;
		answer[i].is_there = st == IDM_OK;
	}
	return IDM_OK;
}

/* ---- Others. */

static enum idm_status
open_new(struct open *open, size_t n, struct idm_err *err)
{
	*open = (struct open){
		.question = calloc(n, sizeof(*open->question)),
		.answer = calloc(n, sizeof(*open->answer)),
		.of = calloc(n, sizeof(*open->of)),
	};
	if (open->question == NULL || open->answer == NULL || open->of == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	return IDM_OK;
}

static void
open_free(struct open *open)
{
	free(open->question);
	free(open->answer);
	free(open->of);
}

static void
open_add(
    struct open *open, const struct idm_account_question *question, size_t of)
{
	open->question[open->n] = *question;
	open->of[open->n++] = of;
}

static enum idm_status
ask_services(const struct asking *asking, struct open *open,
    struct idm_account_answer *answer, struct idm_err *err)
{
	const struct idm_asker *asker = asking->asker;
	enum idm_status st;

	if (open->n == 0 || asking->services.len == 0)
		return IDM_OK;
	if (asker == NULL) {
		return idm_fail(err, IDM_TEMPFAIL,
		    "name service '%.*s': nobody can ask it here",
		    (int)asking->services.len, asking->services.data);
	}
	st = asker->ask(asker->context, asking->services, open->question,
	    open->n, open->answer, err);
	for (size_t i = 0; i < open->n && st == IDM_OK; i++)
		answer[open->of[i]] = open->answer[i];
	return st;
}

/* All of them, as they are spelled here. */
static enum idm_status
ask_once(const struct asking *asking,
    const struct idm_account_question *question, size_t n,
    struct idm_account_answer *answer, struct idm_err *err)
{
	struct open open;
	enum idm_status st;

	st = open_new(&open, n, err);
	if (st == IDM_OK && asking->files_first)
		st = read_files(asking, question, n, answer, err);
	for (size_t i = 0; i < n && st == IDM_OK; i++) {
		if (!answer[i].is_there)
			open_add(&open, &question[i], i);
	}
	if (st == IDM_OK)
		st = ask_services(asking, &open, answer, err);
	open_free(&open);
	return st;
}

/* ---- In lower case. */

/* Is the name another one in lower case?  Then it is copied to the pool. */
static bool
lower(struct idm_pool *pool, struct idm_str *name)
{
	char memory[2 * (IDM_REMOTE_MAX + 1)];
	struct idm_str text;
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	if (idm_lower_put(&buf, *name, NULL) != IDM_OK ||
	    idm_buf_status(&buf, NULL) != IDM_OK)
		return false;
	text = (struct idm_str){ buf.data, buf.len };
	if (idm_str_compare(text, *name) == 0)
		return false;
	text = idm_pool_text(pool, text);
	*name = text;
	return text.data != NULL;
}

static enum idm_status
ask_lower(const struct asking *asking, struct idm_pool *pool, struct open *open,
    struct idm_account_answer *answer, struct idm_err *err)
{
	enum idm_status st;

	if (open->n == 0)
		return IDM_OK;
	for (size_t i = 0; i < open->n; i++) {
		if (!lower(pool, &open->question[i].name)) {
			open->question[i] = open->question[--open->n];
			open->of[i] = open->of[open->n];
			i--;
		}
	}
	if (open->n == 0)
		return IDM_OK;
	st = ask_once(asking, open->question, open->n, open->answer, err);
	for (size_t i = 0; i < open->n && st == IDM_OK; i++)
		answer[open->of[i]] = open->answer[i];
	return st;
}

static enum idm_status
ask_again(const struct asking *asking,
    const struct idm_account_question *question, size_t n,
    struct idm_account_answer *answer, struct idm_err *err)
{
	struct idm_pool *pool = idm_pool_new();
	struct open open;
	enum idm_status st = open_new(&open, n, err);

	if (st == IDM_OK && pool == NULL)
		st = idm_fail(err, IDM_NOMEM, "out of memory");
	for (size_t i = 0; i < n && st == IDM_OK; i++) {
		if (!answer[i].is_there && question[i].name.len > 0)
			open_add(&open, &question[i], i);
	}
	if (st == IDM_OK)
		st = ask_lower(asking, pool, &open, answer, err);
	open_free(&open);
	idm_pool_free(&pool);
	return st;
}

enum idm_status
idm_accounts_ask(const char *account_dir, const struct idm_asker *asker,
    const char *services, const struct idm_account_question *question, size_t n,
    struct idm_account_answer *answer, struct idm_err *err)
{
	struct asking asking = {
		.account_dir = account_dir,
		.asker = asker,
		.services = idm_str_of(services),
	};
	struct idm_str rest = asking.services;
	struct idm_str name;
	enum idm_status st;

	if (idm_services_next(&rest, &name) && idm_str_is(name, "files")) {
		asking.files_first = true;
		asking.services = rest;
	}
	for (size_t i = 0; i < n; i++)
		answer[i] = (struct idm_account_answer){ .is_there = false };
	st = ask_once(&asking, question, n, answer, err);
	return st == IDM_OK ? ask_again(&asking, question, n, answer, err) : st;
}
