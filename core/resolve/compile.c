#include <stdlib.h>

#include "backends/backend.h"
#include "resolve/compile.h"
#include "resolve/roster.h"

#define RID_USERS 513u /* "Domain Users", of every domain */

/* Members of groups, all together, that one file may come to. */
#define MEMBERS_MAX (64u << 20)

/* A user in a group. */
struct tie {
	uint32_t user; /* item */
	uint32_t gid;
};

struct compiler {
	struct idm_roster roster;
	struct idm_compiled *out;
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

/* ---- Groups. */

static enum idm_status
tie(struct compiler *compiler, const struct idm_roster_item *user, uint32_t gid)
{
	struct tie *grown;

	if (compiler->nties == compiler->ties_room) {
		size_t room = compiler->ties_room == 0
		    ? 1024
		    : 2 * compiler->ties_room;

		if (compiler->nties >= MEMBERS_MAX) {
			return idm_fail(compiler->roster.err, IDM_EXHAUSTED,
			    "%s: more than %u members of groups",
			    compiler->roster.with->path, MEMBERS_MAX);
		}
		grown = reallocarray(compiler->tie, room, sizeof(*grown));
		if (grown == NULL)
			return idm_roster_no_memory(&compiler->roster);
		compiler->tie = grown;
		compiler->ties_room = room;
	}
	compiler->tie[compiler->nties++] = (struct tie){
		.user = (uint32_t)(user - compiler->roster.item), .gid = gid
	};
	return IDM_OK;
}

/* Groups that are still to be looked at, for one group. */
struct queue {
	struct idm_roster_item **item;
	size_t n;
};

static enum idm_status
add_members(struct compiler *compiler, const struct idm_roster_item *group,
    struct queue *queue, uint32_t gid)
{
	struct idm_str rest = group->line.members;
	struct idm_str word;

	while (idm_names_member(&rest, &word)) {
		struct idm_roster_item *user = idm_roster_word(
		    &compiler->roster, word, false);
		struct idm_roster_item *nested;
		enum idm_status st;

		if (user != NULL) {
			st = tie(compiler, user, gid);
			if (st != IDM_OK)
				return st;
			continue;
		}
		nested = idm_roster_word(&compiler->roster, word, true);
		if (nested == NULL) {
			idm_roster_complain(&compiler->roster, &group->line,
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
take_apart(struct compiler *compiler, struct idm_roster_item *group,
    struct queue *queue)
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

	queue.item = calloc(
	    compiler->roster.n + 1, sizeof(struct idm_roster_item *));
	if (queue.item == NULL)
		return idm_roster_no_memory(&compiler->roster);
	for (size_t i = 0; i < compiler->roster.n && st == IDM_OK; i++) {
		if (compiler->roster.item[i].line.is_group)
			st = take_apart(
			    compiler, &compiler->roster.item[i], &queue);
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
primary_of(struct compiler *compiler, const struct idm_roster_item *item,
    uint32_t *out)
{
	const struct idm_domain *domain = compiler->roster.with->domain;
	const struct idm_backend *backend = idm_backend_by_id(domain->backend);
	struct idm_roster_item *group = NULL;
	bool needs_place = false;
	struct idm_mapping mapping;
	struct idm_sid users;
	struct idm_err why;

	if (item->who.override.has_gid)
		return IDM_OK; /* which outdoes it */
	if (item->line.primary.len > 0) {
		group = idm_roster_word(
		    &compiler->roster, item->line.primary, true);
		if (group == NULL)
			idm_roster_complain(&compiler->roster, &item->line,
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
	group = idm_roster_sid(&compiler->roster, &users);
	if (group != NULL && group->line.is_group)
		*out = group->who.id;
	else if (idm_backend_to_id(compiler->roster.with->maps, domain, &users,
		     IDM_KIND_GROUP, &mapping, &needs_place, NULL,
		     &why) == IDM_OK)
		*out = mapping.id;
	else
		idm_roster_complain(&compiler->roster, &item->line,
		    "has no primary group, and RID 513 has no gid: %s",
		    why.text);
	return IDM_OK;
}

static enum idm_status
make_user(struct compiler *compiler, struct idm_roster_item *item,
    struct idm_own_member *out)
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
		st = idm_ownid_user(&compiler->roster.realm, &item->who, &given,
		    &out->user, compiler->roster.err);
	if (st != IDM_OK)
		return st;
	st = idm_ownid_primary(&compiler->roster.realm, out->user.gid, &why);
	return idm_roster_judge(&compiler->roster, item, st, &why);
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
		return idm_roster_no_memory(&compiler->roster);
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
	for (size_t i = 0; i < compiler->roster.n && st == IDM_OK; i++) {
		struct idm_own_member *member = &out->user[out->nusers];

		if (compiler->roster.item[i].line.is_group)
			continue;
		out->nusers++;
		st = make_user(compiler, &compiler->roster.item[i], member);
		if (st == IDM_OK)
			st = make_gids(compiler, &at, (uint32_t)i, member);
	}
	return st;
}

static enum idm_status
make_group(struct compiler *compiler, const struct idm_roster_item *item,
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
		return idm_roster_no_memory(&compiler->roster);
	for (size_t i = low; i < end; i++)
		member[i - low] = compiler->roster.item[compiler->tie[i].user]
				      .who.shown;
	*out = (struct idm_own_group_of){
		.group = {
			.name = item->who.shown,
			.key = item->who.key,
			.domain = idm_str_of(compiler->roster.with->domain->name),
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
	for (size_t i = 0; i < compiler->roster.n && st == IDM_OK; i++) {
		if (compiler->roster.item[i].line.is_group)
			st = make_group(compiler, &compiler->roster.item[i],
			    &out->group[out->ngroups++]);
	}
	return st;
}

static enum idm_status
make_records(struct compiler *compiler)
{
	struct idm_compiled *out = compiler->out;
	enum idm_status st;

	out->user = calloc(compiler->roster.n + 1, sizeof(*out->user));
	out->group = calloc(compiler->roster.n + 1, sizeof(*out->group));
	if (out->user == NULL || out->group == NULL)
		return idm_roster_no_memory(&compiler->roster);
	st = take_groups_apart(compiler);
	if (st == IDM_OK)
		st = make_users(compiler);
	if (st == IDM_OK)
		st = make_groups(compiler);
	return st;
}

/* ---- All of it. */

static enum idm_status
compile(struct compiler *compiler)
{
	enum idm_status st = idm_roster_read(&compiler->roster);

	if (st == IDM_OK)
		st = idm_roster_mistaken(&compiler->roster);
	if (st == IDM_OK)
		st = idm_roster_number(&compiler->roster);
	if (st == IDM_OK)
		st = idm_roster_mistaken(&compiler->roster);
	if (st == IDM_OK)
		st = idm_roster_check(&compiler->roster);
	if (st == IDM_OK)
		st = make_records(compiler);
	return st == IDM_OK ? idm_roster_mistaken(&compiler->roster) : st;
}

enum idm_status
idm_compile_names(const struct idm_compile *with, struct idm_compiled **out,
    struct idm_err *err)
{
	struct idm_compiled *compiled = calloc(1, sizeof(*compiled));
	struct compiler compiler = { .out = compiled };
	enum idm_status st;

	if (compiled != NULL)
		compiled->pool = idm_pool_new();
	if (compiled == NULL || compiled->pool == NULL) {
		free(compiled);
		return idm_fail(
		    err, IDM_NOMEM, "%s: out of memory", with->path);
	}
	idm_roster_init(&compiler.roster, with, compiled->pool, err);
	st = compile(&compiler);
	idm_roster_fini(&compiler.roster);
	free(compiler.tie);
	if (st == IDM_OK)
		*out = compiled;
	else
		idm_compiled_free(&compiled);
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
