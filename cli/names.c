#include <sys/mman.h>
#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/trust.h"
#include "map/own_edit.h"
#include "map/siphash.h"
#include "resolve/compile.h"

#include "cli/maps.h"
#include "cli/names.h"
#include "cli/nssask.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "cli/state.h"
#include "cli/update.h"

/* Numbers that move and are printed one by one; the others are counted. */
#define MOVES_SHOWN 20

/* A names file in memory.  */
struct text {
	struct idm_str bytes;
	struct stat stat;
};

/* All files, while they are worked on. */
struct work {
	struct cli_names *names;
	struct cli_update *update;
	struct idm_maps *maps;
	struct idm_domains_conf conf;
	struct idm_remote *remote;
	struct idm_allocator allocator;
};

static void
print_mistake(void *context, const char *text)
{
	(void)context;
	cli_error("%s", text);
}

/* ---- Files. */

/* Map the file.  One that is being written to is the administrator's affair:
 * he is told to replace it by rename. */
static enum idm_status
open_text(const char *path, struct text *out, struct idm_err *err)
{
	const uid_t owners[] = { 0, geteuid() };
	struct text text = { .bytes = { "", 0 } };
	enum idm_status st;
	void *bytes;
	int fd = -1;

	st = idm_trust_open(
	    path, owners, IDM_COUNTOF(owners), &fd, &text.stat, err);
	if (st == IDM_NOTFOUND)
		return idm_fail(
		    err, IDM_INVALID, "%s: there is no such names file", path);
	if (st != IDM_OK)
		return st;
	if (text.stat.st_size > 0) {
		text.bytes.len = (size_t)text.stat.st_size;
		bytes = mmap(
		    NULL, text.bytes.len, PROT_READ, MAP_PRIVATE, fd, 0);
		if (bytes == MAP_FAILED)
			st = idm_fail_errno(err, "%s", path);
		else
			text.bytes.data = bytes;
	}
	(void)close(fd);
	if (st == IDM_OK)
		*out = text;
	return st;
}

static void
close_text(struct text *text)
{
	if (text->bytes.len > 0) {
		(void)munmap(
		    (void *)(uintptr_t)text->bytes.data, text->bytes.len);
	}
}

/*
 * Of all that decides what a file becomes, but for overrides and the accounts
 * of this host: whoever changes those has it compiled anew.  Never 0.
 */
static enum idm_status
fingerprint(const struct idm_maps *maps, const struct idm_domain_file *file,
    const struct idm_domain *domain, const struct text *text, uint64_t *out,
    struct idm_err *err)
{
	static const uint8_t key[IDM_SIPHASH_KEY] = "names file";
	const struct stat *stat = &text->stat;
	enum idm_status st;
	struct idm_buf buf;

	idm_buf_init(&buf, 65536);
	idm_domains_write(&buf, domain, 1);
	idm_buf_puts(&buf, file->names);
	idm_buf_put_u8(&buf, maps->policy.name_format);
	idm_buf_put_u8(&buf, maps->domains.by_default == domain);
	idm_buf_put_u64(&buf, (uint64_t)stat->st_dev);
	idm_buf_put_u64(&buf, (uint64_t)stat->st_ino);
	idm_buf_put_u64(&buf, (uint64_t)stat->st_size);
	idm_buf_put_u64(&buf, (uint64_t)stat->st_mtim.tv_sec);
	idm_buf_put_u64(&buf, (uint64_t)stat->st_mtim.tv_nsec);
	st = idm_buf_status(&buf, err);
	if (st == IDM_OK)
		*out = idm_siphash(key, buf.data, buf.len) | 1;
	idm_buf_fini(&buf);
	return st;
}

/* ---- What moves. */

/* Does the map have another number for this SID? */
static bool
moves(const struct idm_maps *maps, const struct idm_sid *sid, uint32_t id,
    uint32_t *old)
{
	char text[IDM_SID_TEXT_MAX];
	struct idm_own_sid record;
	struct idm_str value;

	if (sid->nsubs == 0 ||
	    idm_own_find(maps->map, IDM_OWN_SID,
		idm_str_of(idm_sid_format(sid, text)), &value) != IDM_OK ||
	    idm_own_sid_read(value, &record, NULL) != IDM_OK || record.id == id)
		return false;
	*old = record.id;
	return true;
}

static void
tell_move(
    size_t n, const char *what, struct idm_str name, uint32_t from, uint32_t to)
{
	if (n < MOVES_SHOWN) {
		cli_error("%s %.*s: %u -> %u", what, (int)name.len, name.data,
		    from, to);
	}
}

static size_t
count_moves(const struct idm_maps *maps, const struct idm_compiled *compiled)
{
	const struct idm_own_group_of *group;
	const struct idm_own_member *user;
	size_t nusers, ngroups;
	size_t n = 0;
	uint32_t old;

	user = idm_compiled_users(compiled, &nusers);
	group = idm_compiled_groups(compiled, &ngroups);
	for (size_t i = 0; i < nusers; i++) {
		const struct idm_own_user *one = &user[i].user;

		if (moves(maps, &one->sid, one->uid, &old))
			tell_move(n++, "uid of", one->name, old, one->uid);
	}
	for (size_t i = 0; i < ngroups; i++) {
		const struct idm_own_group *one = &group[i].group;

		if (moves(maps, &one->sid, one->gid, &old))
			tell_move(n++, "gid of", one->name, old, one->gid);
	}
	if (n > MOVES_SHOWN)
		cli_error("... and %zu more", n - MOVES_SHOWN);
	return n;
}

/* ---- One domain. */

static void
show_progress(void *context, size_t done, size_t all)
{
	cli_progress_show(context, done, all);
}

static enum idm_status
compile(struct work *work, const struct idm_domain_file *file,
    const struct idm_domain *domain, const struct text *text,
    struct idm_compiled **out, struct idm_err *err)
{
	struct cli_progress progress = cli_progress_begin("names");
	const struct idm_compile with = {
		.maps = work->maps,
		.domain = domain,
		.path = file->names,
		.text = text->bytes,
		.account_dir = IDM_ACCOUNTDIR,
		.allocator = work->names->dry_run ? NULL : &work->allocator,
		.asker = &cli_nss_asker,
		.mistake = print_mistake,
		.progress = show_progress,
		.context = &progress,
	};
	enum idm_status st = idm_compile_names(&with, out, err);

	cli_progress_end(&progress);
	return st;
}

static enum idm_status
store(struct work *work, const struct idm_domain *domain, uint64_t print,
    const struct idm_compiled *compiled, struct idm_err *err)
{
	const struct idm_own_group_of *group = NULL;
	const struct idm_own_member *user = NULL;
	size_t nusers = 0, ngroups = 0;
	size_t nmoves = 0;
	enum idm_status st;

	if (compiled != NULL) {
		user = idm_compiled_users(compiled, &nusers);
		group = idm_compiled_groups(compiled, &ngroups);
		nmoves = count_moves(work->maps, compiled);
	}
	if (nmoves > 0 && !work->names->force_move) {
		return idm_fail(err, IDM_CONFLICT,
		    "domain '%s': %zu numbers that were served would move; "
		    "--force-move takes that upon itself",
		    domain->name, nmoves);
	}
	st = idm_own_replace(work->update->rewrite, domain->name, print, user,
	    nusers, group, ngroups, err);
	if (st != IDM_OK)
		return st;
	idm_buf_printf(&work->update->changes, "%s%s: %zu users, %zu groups",
	    work->update->changes.len > 0 ? ", " : "", domain->name, nusers,
	    ngroups);
	(void)json_array_append_new(work->names->changes,
	    json_pack("{s:s, s:I, s:I, s:I}", "domain", domain->name, "users",
		(json_int_t)nusers, "groups", (json_int_t)ngroups, "moves",
		(json_int_t)nmoves));
	return IDM_OK;
}

/* What was compiled of the domain; all zero when nothing was. */
static struct idm_own_file
find_present(const struct idm_maps *maps, const struct idm_domain *domain)
{
	struct idm_own_file present;
	struct idm_str value;

	if (idm_own_find(maps->map, IDM_OWN_FILE, idm_str_of(domain->name),
		&value) != IDM_OK ||
	    idm_own_file_read(value, &present, NULL) != IDM_OK)
		return (struct idm_own_file){ 0 };
	return present;
}

static enum idm_status
apply_file(struct work *work, const struct idm_domain_file *file,
    const struct idm_domain *domain, struct idm_err *err)
{
	struct idm_own_file present = find_present(work->maps, domain);
	struct idm_compiled *compiled = NULL;
	struct text text;
	enum idm_status st;
	uint64_t print;

	if (file->names[0] == '\0') {
		if (present.fingerprint == 0)
			return IDM_OK;
		return store(work, domain, 0, NULL, err);
	}
	st = open_text(file->names, &text, err);
	if (st != IDM_OK)
		return st;
	st = fingerprint(work->maps, file, domain, &text, &print, err);
	/* The nss backend's numbers are in files that nobody watches. */
	if (st == IDM_OK &&
	    (print != present.fingerprint || work->names->anew ||
		domain->backend == IDM_BACKEND_NSS)) {
		st = compile(work, file, domain, &text, &compiled, err);
		if (st == IDM_OK)
			st = store(work, domain, print, compiled, err);
	}
	idm_compiled_free(&compiled);
	close_text(&text);
	return st;
}

/* ---- All domains. */

static const struct idm_domain_file *
find_file(const struct idm_domains_conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->n; i++) {
		if (strcmp(conf->file[i].domain.name, name) == 0)
			return &conf->file[i];
	}
	return NULL;
}

static enum idm_status
apply_all(struct work *work, struct idm_err *err)
{
	const struct idm_domains *domains = &work->maps->domains;
	enum idm_status st = IDM_OK;

	for (uint32_t i = 0; i < domains->n && st == IDM_OK; i++) {
		const struct idm_domain *domain = &domains->domain[i];
		const struct idm_domain_file *file = find_file(
		    &work->conf, domain->name);

		if (file != NULL)
			st = apply_file(work, file, domain, err);
	}
	return st;
}

/* Records of domains that are gone. */
static enum idm_status
sweep_gone(struct work *work, struct idm_err *err)
{
	struct idm_domains gone;
	struct idm_str value;
	enum idm_status st;

	st = idm_view_get(work->maps->map, IDM_REMOVED_KEY,
	    sizeof(IDM_REMOVED_KEY) - 1, &value);
	if (st == IDM_NOTFOUND)
		return IDM_OK;
	if (st == IDM_OK)
		st = idm_removed_read(value, &gone, err);
	if (st != IDM_OK)
		return st;
	for (uint32_t i = 0; i < gone.n && st == IDM_OK; i++) {
		const struct idm_domain *domain = &gone.domain[i];

		if (idm_domain_by_name(&work->maps->domains,
			idm_str_of(domain->name)) == NULL &&
		    find_present(work->maps, domain).fingerprint != 0)
			st = store(work, domain, 0, NULL, err);
	}
	idm_domains_free(&gone);
	return st;
}

static enum idm_status
change(struct cli_update *update, struct idm_err *err)
{
	struct cli_names *names = update->context;
	struct work work = { .names = names, .update = update };
	enum idm_status st;

	st = cli_maps_open(&work.maps, err);
	if (st == IDM_OK)
		st = cli_state_remote(&work.remote, err);
	if (st == IDM_OK) {
		work.allocator = idm_remote_allocator(work.remote);
		st = idm_domains_load(IDM_DOMAINS_DIR, &work.maps->domains,
		    NULL, NULL, &work.conf, print_mistake, NULL, err);
	}
	if (st == IDM_OK)
		st = apply_all(&work, err);
	if (st == IDM_OK)
		st = sweep_gone(&work, err);
	idm_domains_conf_free(&work.conf);
	idm_remote_free(&work.remote);
	idm_maps_close(&work.maps);
	return st;
}

enum idm_status
cli_names_apply(struct cli_names *names)
{
	struct cli_update update = {
		.request = names->request,
		.dry_run = names->dry_run,
		.context = names,
	};

	names->changes = json_array();
	return cli_update_run(&update, change);
}

void
cli_names_describe(const json_t *changes, struct idm_buf *buf)
{
	json_t *change;
	size_t i;

	json_array_foreach(changes, i, change)
	{
		json_int_t users, groups;
		const char *domain;

		if (json_unpack(change, "{s:s, s:I, s:I}", "domain", &domain,
			"users", &users, "groups", &groups) == 0)
			idm_buf_printf(buf,
			    "names of %s: %lld users, %lld groups\n", domain,
			    (long long)users, (long long)groups);
	}
}

/* ---- Looking. */

enum idm_status
cli_names_current(const struct idm_maps *maps, const struct idm_domain *domain,
    const struct idm_domain_file *file, struct idm_err *err)
{
	struct idm_own_file present = find_present(maps, domain);
	struct text text;
	enum idm_status st;
	uint64_t print = 0;

	if (file->names[0] == '\0' && present.fingerprint == 0)
		return IDM_OK;
	if (file->names[0] != '\0') {
		st = open_text(file->names, &text, err);
		if (st != IDM_OK)
			return st;
		st = fingerprint(maps, file, domain, &text, &print, err);
		close_text(&text);
		if (st != IDM_OK || print == present.fingerprint)
			return st;
	}
	return idm_fail(err, IDM_CONFLICT,
	    "%s: the names of domain '%s' that are in force are others",
	    file->names[0] != '\0' ? file->names : file->path, domain->name);
}
