#include <stdlib.h>

#include "resolve/roster.h"
#include "resolve/taken.h"

/* Wishes that are put to the allocator at once. */
#define WISHES_MAX 1024

/* ---- Numbers of accounts that other name services have. */

/* What is asked of the name services of the nss backend together. */
struct questions {
	struct idm_account_question question[IDM_QUESTIONS_MAX];
	struct idm_account_answer answer[IDM_QUESTIONS_MAX];
	struct idm_roster_item *item[IDM_QUESTIONS_MAX];
	size_t n;
};

/* Whoever bears the name there. */
static void
take_answer(struct idm_roster *roster, struct idm_roster_item *item,
    const struct idm_account_answer *answer)
{
	const struct idm_domain *domain = roster->with->domain;
	const struct idm_names_line *line = &item->line;

	item->who.id = answer->id;
	if (!answer->is_there) {
		idm_roster_complain(roster, line, "'%s' knows no %s '%.*s'",
		    domain->services, line->is_group ? "group" : "user",
		    (int)line->name.len, line->name.data);
	} else if (answer->id < domain->low || answer->id > domain->high) {
		idm_roster_complain(roster, line,
		    "'%s' has %s %u for it, which is out of the range %u-%u",
		    domain->services, line->is_group ? "gid" : "uid",
		    answer->id, domain->low, domain->high);
	}
}

static enum idm_status
ask_questions(struct idm_roster *roster, struct questions *questions)
{
	const struct idm_compile *with = roster->with;
	enum idm_status st;

	if (questions->n == 0)
		return IDM_OK;
	st = idm_accounts_ask(with->account_dir, with->asker,
	    with->domain->services, questions->question, questions->n,
	    questions->answer, roster->err);
	if (st != IDM_OK)
		return idm_within(roster->err, st, "%s", with->path);
	for (size_t i = 0; i < questions->n; i++)
		take_answer(roster, questions->item[i], &questions->answer[i]);
	questions->n = 0;
	return IDM_OK;
}

static enum idm_status
number_by_services(struct idm_roster *roster)
{
	struct questions *questions = calloc(1, sizeof(*questions));
	enum idm_status st = IDM_OK;

	if (questions == NULL)
		return idm_roster_no_memory(roster);
	for (size_t i = 0; i < roster->n && st == IDM_OK; i++) {
		struct idm_roster_item *item = &roster->item[i];
		size_t n = questions->n;

		idm_roster_progress(roster, i);
		if (item->who.override.has_id) {
			item->who.id = item->who.override.id;
			continue;
		}
		questions->item[n] = item;
		questions->question[n] = (struct idm_account_question){
			.name = item->line.name, .is_group = item->line.is_group
		};
		if (++questions->n == IDM_QUESTIONS_MAX)
			st = ask_questions(roster, questions);
	}
	if (st == IDM_OK)
		st = ask_questions(roster, questions);
	free(questions);
	return st;
}

/* ---- Numbers that the domain's backend computes, or has given. */

/* What is asked of the allocator together. */
struct wishes {
	struct idm_roster *roster;
	struct idm_wish wish[WISHES_MAX];
	struct idm_grant grant[WISHES_MAX];
	struct idm_roster_item *item[WISHES_MAX];
	size_t n;
};

static enum idm_status
grant_wishes(struct wishes *wishes)
{
	struct idm_roster *roster = wishes->roster;
	enum idm_status st;

	if (wishes->n == 0)
		return IDM_OK;
	st = idm_ownid_grant(roster->with->allocator, wishes->wish, wishes->n,
	    wishes->grant, roster->err);
	if (st != IDM_OK)
		return st;
	for (size_t i = 0; i < wishes->n; i++) {
		if (wishes->grant[i].status == IDM_OK)
			wishes->item[i]->who.id = wishes->grant[i].id;
		else
			idm_roster_complain(roster, &wishes->item[i]->line,
			    "%s", wishes->grant[i].reason);
	}
	wishes->n = 0;
	return IDM_OK;
}

static enum idm_status
wish_for(struct wishes *wishes, struct idm_roster_item *item)
{
	size_t n = wishes->n++;

	wishes->item[n] = item;
	wishes->wish[n] = idm_ownid_wish(&item->who);
	return wishes->n == WISHES_MAX ? grant_wishes(wishes) : IDM_OK;
}

static enum idm_status
number_item(struct wishes *wishes, struct idm_roster_item *item)
{
	struct idm_roster *roster = wishes->roster;
	bool needs_grant = false;
	struct idm_err why;
	enum idm_status st;

	st = idm_ownid_number(&roster->realm, &item->who, &needs_grant, &why);
	if (st == IDM_OK && needs_grant)
		return wish_for(wishes, item);
	return idm_roster_judge(roster, item, st, &why);
}

static enum idm_status
number_by_backend(struct idm_roster *roster)
{
	struct wishes *wishes = calloc(1, sizeof(*wishes));
	enum idm_status st = IDM_OK;

	if (wishes == NULL)
		return idm_roster_no_memory(roster);
	wishes->roster = roster;
	for (size_t i = 0; i < roster->n && st == IDM_OK; i++) {
		idm_roster_progress(roster, i);
		st = number_item(wishes, &roster->item[i]);
	}
	if (st == IDM_OK)
		st = grant_wishes(wishes);
	free(wishes);
	return st;
}

enum idm_status
idm_roster_number(struct idm_roster *roster)
{
	return roster->with->domain->backend == IDM_BACKEND_NSS
	    ? number_by_services(roster)
	    : number_by_backend(roster);
}

/* ---- What nobody may bear. */

static int
compare_id(const void *a, const void *b, void *context)
{
	const struct idm_roster_item *item = context;
	const struct idm_roster_item *one = &item[*(const uint32_t *)a];
	const struct idm_roster_item *other = &item[*(const uint32_t *)b];
	int order = (int)one->line.is_group - (int)other->line.is_group;

	if (order == 0 && one->who.id != other->who.id)
		order = one->who.id < other->who.id ? -1 : 1;
	if (order == 0)
		order = one->line.line < other->line.line ? -1 : 1;
	return order;
}

/* Numbers that two bear: overrides and hash may come to that. */
static enum idm_status
find_same_ids(struct idm_roster *roster)
{
	uint32_t *by_id = idm_roster_order(roster, compare_id);

	if (by_id == NULL)
		return idm_roster_no_memory(roster);
	for (size_t i = 1; i < roster->n; i++) {
		const struct idm_roster_item *one = &roster->item[by_id[i - 1]];
		const struct idm_roster_item *other = &roster->item[by_id[i]];

		if (one->line.is_group != other->line.is_group ||
		    one->who.id != other->who.id)
			continue;
		idm_roster_complain(roster, &other->line,
		    "%s %u is also that of line %lu",
		    other->line.is_group ? "gid" : "uid", other->who.id,
		    one->line.line);
	}
	free(by_id);
	return IDM_OK;
}

enum idm_status
idm_roster_check(struct idm_roster *roster)
{
	struct idm_taken *taken = NULL;
	enum idm_status st;

	st = idm_taken_new(roster->with->account_dir, &taken, roster->err);
	if (st != IDM_OK)
		return st;
	for (size_t i = 0; i < roster->n && st == IDM_OK; i++) {
		struct idm_roster_item *item = &roster->item[i];
		struct idm_err why;

		st = idm_ownid_free(&roster->realm, taken, &item->who, &why);
		st = idm_roster_judge(roster, item, st, &why);
	}
	idm_taken_free(&taken);
	return st == IDM_OK ? find_same_ids(roster) : st;
}
