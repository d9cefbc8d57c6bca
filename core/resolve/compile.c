#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backends/backend.h"
#include "config/namesfile.h"
#include "identity/account.h"
#include "identity/fold.h"
#include "identity/id.h"
#include "identity/winname.h"
#include "map/host.h"
#include "resolve/compile.h"
#include "resolve/ownid.h"
#include "resolve/taken.h"

#define RID_USERS 513u /* "Domain Users", of every domain */

/* Wishes that are put to the allocator at once. */
#define WISHES_MAX 1024

/* Members of groups, all together, that one file may come to. */
#define MEMBERS_MAX (64u << 20)

/* One line, and what becomes of it. */
struct item {
	struct idm_names_line line;
	struct idm_ownid who;
	bool is_visited; /* while a group is taken apart */
};

/* A user in a group. */
struct tie {
	uint32_t user; /* item */
	uint32_t gid;
};

struct compiler {
	const struct idm_compile *with;
	struct idm_err *err;
	struct idm_compiled *out;
	struct idm_realm realm;
	struct item *item;
	size_t n;
	size_t room;
	size_t mistakes;
	uint32_t *by_key; /* items in the order of key and kind */
	uint32_t *by_sid;
	struct tie *tie;
	size_t nties;
	size_t ties_room;
};

struct idm_compiled {
	struct idm_pool *pool; /* of all that the records lend */
	struct idm_own_member *user;
	size_t nusers;
	struct idm_own_group_of *group;
	size_t ngroups;
};

static enum idm_status
no_memory(struct compiler *compiler)
{
	return idm_fail(compiler->err, IDM_NOMEM, "%s: out of memory",
	    compiler->with->path);
}

static void complain(struct compiler *, const struct idm_names_line *,
    const char *, ...) IDM_PRINTF(3, 4);

static void
complain(struct compiler *compiler, const struct idm_names_line *line,
    const char *fmt, ...)
{
	const struct idm_compile *with = compiler->with;
	struct idm_err err;
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)idm_fail(
	    &err, IDM_INVALID, "%s:%lu: %s", with->path, line->line, text);
	with->mistake(with->context, err.text);
	compiler->mistakes++;
}

/* Who is refused is a mistake of the file; other failures end it all. */
static enum idm_status
judge(struct compiler *compiler, const struct item *item, enum idm_status st,
    const struct idm_err *why)
{
	if (st == IDM_REFUSED) {
		complain(compiler, &item->line, "%s", why->text);
		return IDM_OK;
	}
	if (st != IDM_OK)
		*compiler->err = *why;
	return st;
}

static void
tell_progress(const struct compiler *compiler, size_t done)
{
	const struct idm_compile *with = compiler->with;

	if (with->progress != NULL && done % 4096 == 0)
		with->progress(with->context, done, compiler->n);
}

/* ---- Lines. */

static enum idm_status
add_item(struct compiler *compiler, const struct idm_names_line *line)
{
	struct item *item;

	if (compiler->n == compiler->room) {
		size_t room = compiler->room == 0 ? 256 : 2 * compiler->room;

		item = reallocarray(compiler->item, room, sizeof(*item));
		if (item == NULL || room > UINT32_MAX)
			return no_memory(compiler);
		compiler->item = item;
		compiler->room = room;
	}
	item = &compiler->item[compiler->n++];
	*item = (struct item){
		.line = *line,
		.who = {
			.is_group = line->is_group,
			.account = line->name,
			.sid = line->sid,
		},
	};
	if (item->who.sid.nsubs == 0 && compiler->with->domain->sid.nsubs > 0)
		item->who.sid = idm_sid_of(
		    &compiler->with->domain->sid, line->rid);
	if (item->who.sid.nsubs == 0) {
		complain(compiler, line,
		    "RID %u: the SID of domain '%s' is not configured",
		    line->rid, compiler->with->domain->name);
	}
	return IDM_OK;
}

static enum idm_status
read_lines(struct compiler *compiler)
{
	struct idm_names_reader reader = { .rest = compiler->with->text };
	struct idm_names_line line;
	enum idm_status st;
	struct idm_err err;

	for (;;) {
		st = idm_names_next(&reader, &line, &err);
		if (st == IDM_NOTFOUND)
			return IDM_OK;
		if (st == IDM_OK) {
			st = add_item(compiler, &line);
			if (st != IDM_OK)
				return st;
			continue;
		}
		line.line = reader.line;
		complain(compiler, &line, "%s", err.text);
	}
}

/* ---- Names. */

static enum idm_status
name_item(struct compiler *compiler, struct item *item)
{
	struct idm_err why;
	enum idm_status st;

	st = idm_ownid_name(&compiler->realm, &item->who, &why);
	return judge(compiler, item, st, &why);
}

static enum idm_status
name_items(struct compiler *compiler)
{
	enum idm_status st = IDM_OK;

	for (size_t i = 0; i < compiler->n && st == IDM_OK; i++)
		st = name_item(compiler, &compiler->item[i]);
	return st;
}

/* ---- In order, to find them and to see who is there twice. */

static int
compare_key(const void *a, const void *b, void *context)
{
	const struct item *item = context;
	const struct item *one = &item[*(const uint32_t *)a];
	const struct item *other = &item[*(const uint32_t *)b];
	int order = idm_str_compare(one->who.key, other->who.key);

	if (order == 0)
		order = (int)one->line.is_group - (int)other->line.is_group;
	if (order == 0)
		order = one->line.line < other->line.line ? -1 : 1;
	return order;
}

static int
compare_sid(const void *a, const void *b, void *context)
{
	const struct item *item = context;
	const struct item *one = &item[*(const uint32_t *)a];
	const struct item *other = &item[*(const uint32_t *)b];
	int order = idm_sid_compare(&one->who.sid, &other->who.sid);

	if (order == 0)
		order = one->line.line < other->line.line ? -1 : 1;
	return order;
}

static void
find_twins(struct compiler *compiler)
{
	for (size_t i = 1; i < compiler->n; i++) {
		const struct item *one = &compiler
					      ->item[compiler->by_key[i - 1]];
		const struct item *other = &compiler->item[compiler->by_key[i]];

		if (one->line.is_group == other->line.is_group &&
		    idm_str_compare(one->who.key, other->who.key) == 0) {
			complain(compiler, &other->line,
			    "name '%.*s' stands in line %lu, too",
			    (int)other->line.name.len, other->line.name.data,
			    one->line.line);
		}
		one = &compiler->item[compiler->by_sid[i - 1]];
		other = &compiler->item[compiler->by_sid[i]];
		if (one->who.sid.nsubs > 0 &&
		    idm_sid_equal(&one->who.sid, &other->who.sid)) {
			char text[IDM_SID_TEXT_MAX];

			complain(compiler, &other->line,
			    "%s stands in line %lu, too",
			    idm_sid_format(&other->who.sid, text),
			    one->line.line);
		}
	}
}

/* All items in an order, by their indices; NULL: out of memory. */
static uint32_t *
sort_items(const struct compiler *compiler,
    int (*compare)(const void *, const void *, void *))
{
	uint32_t *index = calloc(compiler->n + 1, sizeof(*index));

	if (index == NULL)
		return NULL;
	for (size_t i = 0; i < compiler->n; i++)
		index[i] = (uint32_t)i;
	qsort_r(index, compiler->n, sizeof(*index), compare, compiler->item);
	return index;
}

static enum idm_status
order_items(struct compiler *compiler)
{
	compiler->by_key = sort_items(compiler, compare_key);
	compiler->by_sid = sort_items(compiler, compare_sid);
	if (compiler->by_key == NULL || compiler->by_sid == NULL)
		return no_memory(compiler);
	find_twins(compiler);
	return IDM_OK;
}

/* The first of this key, whose kind is told; NULL: there is none. */
static struct item *
find_key(const struct compiler *compiler, struct idm_str key, bool is_group)
{
	size_t low = 0;
	size_t high = compiler->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct item *item = &compiler->item[compiler->by_key[middle]];
		int order = idm_str_compare(item->who.key, key);

		if (order == 0)
			order = (int)item->line.is_group - (int)is_group;
		if (order == 0)
			return item;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static struct item *
find_sid(const struct compiler *compiler, const struct idm_sid *sid)
{
	size_t low = 0;
	size_t high = compiler->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct item *item = &compiler->item[compiler->by_sid[middle]];
		int order = idm_sid_compare(&item->who.sid, sid);

		if (order == 0)
			return item;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* A name, RID or SID as it stands in a line. */
static struct item *
find_word(const struct compiler *compiler, struct idm_str word, bool is_group)
{
	char memory[IDM_OWNID_KEY_MAX];
	struct item *item;
	struct idm_sid sid;
	struct idm_buf buf;
	uint32_t rid;

	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	if (idm_ownid_put_key(&compiler->realm, word, &buf, NULL) != IDM_OK)
		return NULL;
	item = find_key(
	    compiler, (struct idm_str){ buf.data, buf.len }, is_group);
	if (item != NULL)
		return item;
	if (idm_names_sid(word, &sid, &rid, NULL) != IDM_OK)
		return NULL;
	if (sid.nsubs == 0)
		sid = idm_sid_of(&compiler->with->domain->sid, rid);
	item = find_sid(compiler, &sid);
	return item != NULL && item->line.is_group == is_group ? item : NULL;
}

/* ---- Names that overrides give. */

/* The key by which what it is shown as is looked up. */
static struct idm_str
found_by(const struct item *item)
{
	return item->who.other_name.len > 0 ? item->who.other_name
					    : item->who.key;
}

static int
compare_shown(const void *a, const void *b, void *context)
{
	const struct item *item = context;
	const struct item *one = &item[*(const uint32_t *)a];
	const struct item *other = &item[*(const uint32_t *)b];
	int order = idm_str_compare(found_by(one), found_by(other));

	if (order == 0)
		order = (int)one->line.is_group - (int)other->line.is_group;
	if (order == 0)
		order = one->line.line < other->line.line ? -1 : 1;
	return order;
}

/* Two that are shown by one name would be taken for each other. */
static enum idm_status
find_same_names(struct compiler *compiler)
{
	uint32_t *by_shown = sort_items(compiler, compare_shown);

	if (by_shown == NULL)
		return no_memory(compiler);
	for (size_t i = 1; i < compiler->n; i++) {
		const struct item *one = &compiler->item[by_shown[i - 1]];
		const struct item *other = &compiler->item[by_shown[i]];

		if (one->line.is_group == other->line.is_group &&
		    idm_str_compare(found_by(one), found_by(other)) == 0 &&
		    idm_str_compare(one->who.key, other->who.key) != 0) {
			complain(compiler, &other->line,
			    "its name is shown as '%.*s', and so is that of "
			    "line %lu",
			    (int)other->who.shown.len, other->who.shown.data,
			    one->line.line);
		}
	}
	free(by_shown);
	return IDM_OK;
}

static enum idm_status
take_other_name(struct compiler *compiler, struct item *item)
{
	const struct item *other;
	struct idm_str name;
	struct idm_err why;
	enum idm_status st;

	st = idm_ownid_asked(&compiler->realm, &item->who, &name, &why);
	if (st != IDM_OK)
		return judge(compiler, item, st, &why);
	other = find_word(compiler, name, item->line.is_group);
	if (other != NULL && other != item) {
		complain(compiler, &item->line,
		    "an override shows it as '%.*s', which is the name of line "
		    "%lu",
		    (int)item->who.shown.len, item->who.shown.data,
		    other->line.line);
		return IDM_OK;
	}
	return idm_ownid_take(
	    &compiler->realm, &item->who, name, compiler->err);
}

static enum idm_status
check_shown(struct compiler *compiler)
{
	enum idm_status st = IDM_OK;

	for (size_t i = 0; i < compiler->n && st == IDM_OK; i++) {
		if (compiler->item[i].who.override.name.len > 0)
			st = take_other_name(compiler, &compiler->item[i]);
	}
	return st == IDM_OK ? find_same_names(compiler) : st;
}

/* ---- Numbers of accounts that other name services have. */

/* What is asked of the name services of the nss backend together. */
struct questions {
	struct idm_account_question question[IDM_QUESTIONS_MAX];
	struct idm_account_answer answer[IDM_QUESTIONS_MAX];
	struct item *item[IDM_QUESTIONS_MAX];
	size_t n;
};

/* Whoever bears the name there. */
static void
take_answer(struct compiler *compiler, struct item *item,
    const struct idm_account_answer *answer)
{
	const struct idm_domain *domain = compiler->with->domain;
	const struct idm_names_line *line = &item->line;

	item->who.id = answer->id;
	if (!answer->is_there) {
		complain(compiler, line, "'%s' knows no %s '%.*s'",
		    domain->services, line->is_group ? "group" : "user",
		    (int)line->name.len, line->name.data);
	} else if (answer->id < domain->low || answer->id > domain->high) {
		complain(compiler, line,
		    "'%s' has %s %u for it, which is out of the range %u-%u",
		    domain->services, line->is_group ? "gid" : "uid",
		    answer->id, domain->low, domain->high);
	}
}

static enum idm_status
ask_questions(struct compiler *compiler, struct questions *questions)
{
	const struct idm_compile *with = compiler->with;
	enum idm_status st;

	if (questions->n == 0)
		return IDM_OK;
	st = idm_accounts_ask(with->account_dir, with->asker,
	    with->domain->services, questions->question, questions->n,
	    questions->answer, compiler->err);
	if (st != IDM_OK)
		return idm_within(compiler->err, st, "%s", with->path);
	for (size_t i = 0; i < questions->n; i++)
		take_answer(
		    compiler, questions->item[i], &questions->answer[i]);
	questions->n = 0;
	return IDM_OK;
}

static enum idm_status
number_by_services(struct compiler *compiler)
{
	struct questions *questions = calloc(1, sizeof(*questions));
	enum idm_status st = IDM_OK;

	if (questions == NULL)
		return no_memory(compiler);
	for (size_t i = 0; i < compiler->n && st == IDM_OK; i++) {
		struct item *item = &compiler->item[i];
		size_t n = questions->n;

		tell_progress(compiler, i);
		if (item->who.override.has_id) {
			item->who.id = item->who.override.id;
			continue;
		}
		questions->item[n] = item;
		questions->question[n] = (struct idm_account_question){
			.name = item->line.name, .is_group = item->line.is_group
		};
		if (++questions->n == IDM_QUESTIONS_MAX)
			st = ask_questions(compiler, questions);
	}
	if (st == IDM_OK)
		st = ask_questions(compiler, questions);
	free(questions);
	return st;
}

/* ---- Numbers that the domain's backend computes, or has given. */

/* What is asked of the allocator together. */
struct wishes {
	struct compiler *compiler;
	struct idm_wish wish[WISHES_MAX];
	struct idm_grant grant[WISHES_MAX];
	struct item *item[WISHES_MAX];
	size_t n;
};

static enum idm_status
grant_wishes(struct wishes *wishes)
{
	struct compiler *compiler = wishes->compiler;
	enum idm_status st;

	if (wishes->n == 0)
		return IDM_OK;
	st = idm_ownid_grant(compiler->with->allocator, wishes->wish, wishes->n,
	    wishes->grant, compiler->err);
	if (st != IDM_OK)
		return st;
	for (size_t i = 0; i < wishes->n; i++) {
		if (wishes->grant[i].status == IDM_OK)
			wishes->item[i]->who.id = wishes->grant[i].id;
		else
			complain(compiler, &wishes->item[i]->line, "%s",
			    wishes->grant[i].reason);
	}
	wishes->n = 0;
	return IDM_OK;
}

static enum idm_status
wish_for(struct wishes *wishes, struct item *item)
{
	size_t n = wishes->n++;

	wishes->item[n] = item;
	wishes->wish[n] = idm_ownid_wish(&item->who);
	return wishes->n == WISHES_MAX ? grant_wishes(wishes) : IDM_OK;
}

static enum idm_status
number_item(struct wishes *wishes, struct item *item)
{
	struct compiler *compiler = wishes->compiler;
	bool needs_grant = false;
	struct idm_err why;
	enum idm_status st;

	st = idm_ownid_number(&compiler->realm, &item->who, &needs_grant, &why);
	if (st == IDM_OK && needs_grant)
		return wish_for(wishes, item);
	return judge(compiler, item, st, &why);
}

static enum idm_status
number_by_backend(struct compiler *compiler)
{
	struct wishes *wishes = calloc(1, sizeof(*wishes));
	enum idm_status st = IDM_OK;

	if (wishes == NULL)
		return no_memory(compiler);
	wishes->compiler = compiler;
	for (size_t i = 0; i < compiler->n && st == IDM_OK; i++) {
		tell_progress(compiler, i);
		st = number_item(wishes, &compiler->item[i]);
	}
	if (st == IDM_OK)
		st = grant_wishes(wishes);
	free(wishes);
	return st;
}

static enum idm_status
number_items(struct compiler *compiler)
{
	return compiler->with->domain->backend == IDM_BACKEND_NSS
	    ? number_by_services(compiler)
	    : number_by_backend(compiler);
}

/* ---- What nobody may bear. */

static int
compare_id(const void *a, const void *b, void *context)
{
	const struct item *item = context;
	const struct item *one = &item[*(const uint32_t *)a];
	const struct item *other = &item[*(const uint32_t *)b];
	int order = (int)one->line.is_group - (int)other->line.is_group;

	if (order == 0 && one->who.id != other->who.id)
		order = one->who.id < other->who.id ? -1 : 1;
	if (order == 0)
		order = one->line.line < other->line.line ? -1 : 1;
	return order;
}

/* Numbers that two bear: overrides and hash may come to that. */
static enum idm_status
find_same_ids(struct compiler *compiler)
{
	uint32_t *by_id = sort_items(compiler, compare_id);

	if (by_id == NULL)
		return no_memory(compiler);
	for (size_t i = 1; i < compiler->n; i++) {
		const struct item *one = &compiler->item[by_id[i - 1]];
		const struct item *other = &compiler->item[by_id[i]];

		if (one->line.is_group != other->line.is_group ||
		    one->who.id != other->who.id)
			continue;
		complain(compiler, &other->line,
		    "%s %u is also that of line %lu",
		    other->line.is_group ? "gid" : "uid", other->who.id,
		    one->line.line);
	}
	free(by_id);
	return IDM_OK;
}

static enum idm_status
check_items(struct compiler *compiler)
{
	struct idm_taken *taken = NULL;
	enum idm_status st;

	st = idm_taken_new(compiler->with->account_dir, &taken, compiler->err);
	if (st != IDM_OK)
		return st;
	for (size_t i = 0; i < compiler->n && st == IDM_OK; i++) {
		struct item *item = &compiler->item[i];
		struct idm_err why;

		st = idm_ownid_free(&compiler->realm, taken, &item->who, &why);
		st = judge(compiler, item, st, &why);
	}
	idm_taken_free(&taken);
	return st == IDM_OK ? find_same_ids(compiler) : st;
}

/* ---- Groups. */

static enum idm_status
tie(struct compiler *compiler, const struct item *user, uint32_t gid)
{
	struct tie *grown;

	if (compiler->nties == compiler->ties_room) {
		size_t room = compiler->ties_room == 0
		    ? 1024
		    : 2 * compiler->ties_room;

		if (compiler->nties >= MEMBERS_MAX) {
			return idm_fail(compiler->err, IDM_EXHAUSTED,
			    "%s: more than %u members of groups",
			    compiler->with->path, MEMBERS_MAX);
		}
		grown = reallocarray(compiler->tie, room, sizeof(*grown));
		if (grown == NULL)
			return no_memory(compiler);
		compiler->tie = grown;
		compiler->ties_room = room;
	}
	compiler->tie[compiler->nties++] = (struct tie){
		.user = (uint32_t)(user - compiler->item), .gid = gid
	};
	return IDM_OK;
}

/* Groups that are still to be looked at, for one group. */
struct queue {
	struct item **item;
	size_t n;
};

static enum idm_status
add_members(struct compiler *compiler, const struct item *group,
    struct queue *queue, uint32_t gid)
{
	struct idm_str rest = group->line.members;
	struct idm_str word;

	while (idm_names_member(&rest, &word)) {
		struct item *user = find_word(compiler, word, false);
		struct item *nested;
		enum idm_status st;

		if (user != NULL) {
			st = tie(compiler, user, gid);
			if (st != IDM_OK)
				return st;
			continue;
		}
		nested = find_word(compiler, word, true);
		if (nested == NULL) {
			complain(compiler, &group->line,
			    "member '%.*s' is no user or group of this file",
			    word.len < 120 ? (int)word.len : 120, word.data);
		} else if (!nested->is_visited) {
			nested->is_visited = true;
			queue->item[queue->n++] = nested;
		}
	}
	return IDM_OK;
}

/* Each group counts once for another, so a loop has an end. */
static enum idm_status
take_apart(struct compiler *compiler, struct item *group, struct queue *queue)
{
	enum idm_status st = IDM_OK;

	queue->n = 0;
	queue->item[queue->n++] = group;
	group->is_visited = true;
	for (size_t i = 0; i < queue->n && st == IDM_OK; i++)
		st = add_members(
		    compiler, queue->item[i], queue, group->who.id);
	for (size_t i = 0; i < queue->n; i++)
		queue->item[i]->is_visited = false;
	return st;
}

static enum idm_status
take_groups_apart(struct compiler *compiler)
{
	struct queue queue = { .n = 0 };
	enum idm_status st = IDM_OK;

	queue.item = calloc(compiler->n + 1, sizeof(struct item *));
	if (queue.item == NULL)
		return no_memory(compiler);
	for (size_t i = 0; i < compiler->n && st == IDM_OK; i++) {
		if (compiler->item[i].line.is_group)
			st = take_apart(compiler, &compiler->item[i], &queue);
	}
	free(queue.item);
	return st;
}

static int
compare_tie_user(const void *a, const void *b)
{
	const struct tie *one = a;
	const struct tie *other = b;

	if (one->user != other->user)
		return one->user < other->user ? -1 : 1;
	return (one->gid > other->gid) - (one->gid < other->gid);
}

static int
compare_tie_gid(const void *a, const void *b)
{
	const struct tie *one = a;
	const struct tie *other = b;

	if (one->gid != other->gid)
		return one->gid < other->gid ? -1 : 1;
	return (one->user > other->user) - (one->user < other->user);
}

/* Who is in a group twice, by two ways, is in it once. */
static void
drop_same_ties(struct compiler *compiler)
{
	size_t n = 0;

	for (size_t i = 0; i < compiler->nties; i++) {
		if (n == 0 ||
		    compare_tie_user(
			&compiler->tie[n - 1], &compiler->tie[i]) != 0)
			compiler->tie[n++] = compiler->tie[i];
	}
	compiler->nties = n;
}

/* ---- The records. */

/* The gid of a user's primary group. */
static enum idm_status
primary_of(struct compiler *compiler, const struct item *item, uint32_t *out)
{
	const struct idm_domain *domain = compiler->with->domain;
	const struct idm_backend *backend = idm_backend_by_id(domain->backend);
	struct item *group = NULL;
	bool needs_place = false;
	struct idm_mapping mapping;
	struct idm_sid users;
	struct idm_err why;

	if (item->who.override.has_gid)
		return IDM_OK; /* which outdoes it */
	if (item->line.primary.len > 0) {
		group = find_word(compiler, item->line.primary, true);
		if (group == NULL)
			complain(compiler, &item->line,
			    "primary group '%.*s' is no group of this file",
			    (int)item->line.primary.len,
			    item->line.primary.data);
		*out = group == NULL ? item->who.id : group->who.id;
		return IDM_OK;
	}
	*out = item->who.id;
	if ((domain->flags & IDM_DOMAIN_USER_GROUPS) != 0 ||
	    backend->allocates || domain->sid.nsubs == 0)
		return IDM_OK;
	users = idm_sid_of(&domain->sid, RID_USERS);
	group = find_sid(compiler, &users);
	if (group != NULL && group->line.is_group)
		*out = group->who.id;
	else if (idm_backend_to_id(compiler->with->maps, domain, &users,
		     IDM_KIND_GROUP, &mapping, &needs_place, NULL,
		     &why) == IDM_OK)
		*out = mapping.id;
	else
		complain(compiler, &item->line,
		    "has no primary group, and RID 513 has no gid: %s",
		    why.text);
	return IDM_OK;
}

static enum idm_status
make_user(
    struct compiler *compiler, struct item *item, struct idm_own_member *out)
{
	const struct idm_names_line *line = &item->line;
	struct idm_given given = {
		.gecos = line->gecos,
		.home = line->home,
		.shell = line->shell,
	};
	struct idm_err why;
	enum idm_status st;

	out->account = line->name;
	out->other_name = item->who.other_name;
	st = primary_of(compiler, item, &given.gid);
	if (st == IDM_OK)
		st = idm_ownid_user(&compiler->realm, &item->who, &given,
		    &out->user, compiler->err);
	if (st != IDM_OK)
		return st;
	st = idm_ownid_primary(&compiler->realm, out->user.gid, &why);
	return judge(compiler, item, st, &why);
}

/* The gids of one user, whose ties stand together; the primary not. */
static enum idm_status
make_gids(struct compiler *compiler, size_t *at, uint32_t index,
    struct idm_own_member *member)
{
	size_t first = *at;
	uint32_t *gid;

	while (*at < compiler->nties && compiler->tie[*at].user == index)
		++*at;
	if (*at == first)
		return IDM_OK;
	gid = idm_pool_take(compiler->out->pool, (*at - first) * sizeof(*gid));
	if (gid == NULL)
		return no_memory(compiler);
	member->gid = gid;
	for (size_t i = first; i < *at; i++) {
		if (compiler->tie[i].gid != member->user.gid)
			gid[member->ngids++] = compiler->tie[i].gid;
	}
	return IDM_OK;
}

static enum idm_status
make_users(struct compiler *compiler)
{
	struct idm_compiled *out = compiler->out;
	enum idm_status st = IDM_OK;
	size_t at = 0;

	qsort(compiler->tie, compiler->nties, sizeof(*compiler->tie),
	    compare_tie_user);
	drop_same_ties(compiler);
	for (size_t i = 0; i < compiler->n && st == IDM_OK; i++) {
		struct idm_own_member *member = &out->user[out->nusers];

		if (compiler->item[i].line.is_group)
			continue;
		out->nusers++;
		st = make_user(compiler, &compiler->item[i], member);
		if (st == IDM_OK)
			st = make_gids(compiler, &at, (uint32_t)i, member);
	}
	return st;
}

static enum idm_status
make_group(struct compiler *compiler, const struct item *item,
    struct idm_own_group_of *out)
{
	const struct tie wanted = { .gid = item->who.id };
	struct idm_str *member;
	size_t low = 0;
	size_t high = compiler->nties;
	size_t end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_tie_gid(&compiler->tie[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	end = low;
	while (end < compiler->nties && compiler->tie[end].gid == item->who.id)
		end++;
	member = idm_pool_take(
	    compiler->out->pool, (end - low) * sizeof(*member));
	if (member == NULL)
		return no_memory(compiler);
	for (size_t i = low; i < end; i++)
		member[i - low] = compiler->item[compiler->tie[i].user]
				      .who.shown;
	*out = (struct idm_own_group_of){
		.group = {
			.name = item->who.shown,
			.key = item->who.key,
			.domain = idm_str_of(compiler->with->domain->name),
			.gid = item->who.id,
			.sid = item->who.sid,
			.nmembers = (uint32_t)(end - low),
		},
		.account = item->line.name,
		.other_name = item->who.other_name,
		.member = member,
	};
	return IDM_OK;
}

static enum idm_status
make_groups(struct compiler *compiler)
{
	struct idm_compiled *out = compiler->out;
	enum idm_status st = IDM_OK;

	qsort(compiler->tie, compiler->nties, sizeof(*compiler->tie),
	    compare_tie_gid);
	for (size_t i = 0; i < compiler->n && st == IDM_OK; i++) {
		if (compiler->item[i].line.is_group)
			st = make_group(compiler, &compiler->item[i],
			    &out->group[out->ngroups++]);
	}
	return st;
}

static enum idm_status
make_records(struct compiler *compiler)
{
	struct idm_compiled *out = compiler->out;
	enum idm_status st;

	out->user = calloc(compiler->n + 1, sizeof(*out->user));
	out->group = calloc(compiler->n + 1, sizeof(*out->group));
	if (out->user == NULL || out->group == NULL)
		return no_memory(compiler);
	st = take_groups_apart(compiler);
	if (st == IDM_OK)
		st = make_users(compiler);
	if (st == IDM_OK)
		st = make_groups(compiler);
	return st;
}

/* ---- All of it. */

static enum idm_status
mistaken(struct compiler *compiler)
{
	if (compiler->mistakes == 0)
		return IDM_OK;
	return idm_fail(compiler->err, IDM_INVALID, "%s: %zu mistake%s",
	    compiler->with->path, compiler->mistakes,
	    compiler->mistakes == 1 ? "" : "s");
}

static enum idm_status
read_all(struct compiler *compiler)
{
	enum idm_status st = read_lines(compiler);

	if (st == IDM_OK)
		st = name_items(compiler);
	if (st == IDM_OK)
		st = order_items(compiler);
	if (st == IDM_OK)
		st = check_shown(compiler);
	return st;
}

static enum idm_status
compile(struct compiler *compiler)
{
	enum idm_status st = read_all(compiler);

	if (st == IDM_OK)
		st = mistaken(compiler);
	if (st == IDM_OK)
		st = number_items(compiler);
	if (st == IDM_OK)
		st = mistaken(compiler);
	if (st == IDM_OK)
		st = check_items(compiler);
	if (st == IDM_OK)
		st = make_records(compiler);
	return st == IDM_OK ? mistaken(compiler) : st;
}

static enum idm_status
run(const struct idm_compile *with, enum idm_status (*work)(struct compiler *),
    struct compiler *compiler, struct idm_err *err)
{
	enum idm_status st;

	*compiler = (struct compiler){ .with = with, .err = err };
	compiler->out = calloc(1, sizeof(*compiler->out));
	if (compiler->out == NULL)
		return no_memory(compiler);
	compiler->out->pool = idm_pool_new();
	compiler->realm = (struct idm_realm){ with->maps, with->domain,
		compiler->out->pool };
	st = compiler->out->pool == NULL ? no_memory(compiler) : work(compiler);
	free(compiler->item);
	free(compiler->by_key);
	free(compiler->by_sid);
	free(compiler->tie);
	return st;
}

enum idm_status
idm_compile_names(const struct idm_compile *with, struct idm_compiled **out,
    struct idm_err *err)
{
	struct compiler compiler;
	enum idm_status st = run(with, compile, &compiler, err);

	if (st == IDM_OK)
		*out = compiler.out;
	else
		idm_compiled_free(&compiler.out);
	return st;
}

void
idm_compiled_free(struct idm_compiled **compiled)
{
	if (*compiled == NULL)
		return;
	idm_pool_free(&(*compiled)->pool);
	free((*compiled)->user);
	free((*compiled)->group);
	free(*compiled);
	*compiled = NULL;
}

const struct idm_own_member *
idm_compiled_users(const struct idm_compiled *compiled, size_t *n)
{
	*n = compiled->nusers;
	return compiled->user;
}

const struct idm_own_group_of *
idm_compiled_groups(const struct idm_compiled *compiled, size_t *n)
{
	*n = compiled->ngroups;
	return compiled->group;
}
