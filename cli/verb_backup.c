#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "map/rewrite.h"

#include "cli/copy.h"
#include "cli/say.h"
#include "cli/state.h"
#include "cli/store.h"
#include "cli/verb.h"

#define BACKUP_WAIT_MS 1000 /* nobody else should write a backup there */

/*
 * Write a fresh file dir/name with the records of view.  Records are copied,
 * not blocks: the copy is compact, and every record was read on the way.
 */
static enum idm_status
save(const struct idm_view *view, const char *dir, const char *name,
    struct idm_err *err)
{
	struct idm_rewrite *rewrite = NULL;
	enum idm_status st;

	st = idm_rewrite_begin(dir, name,
	    (enum idm_map_kind)idm_view_header(view)->kind, geteuid(), true,
	    BACKUP_WAIT_MS, &rewrite, err);
	if (st == IDM_OK && idm_rewrite_view(rewrite) != NULL) {
		st = idm_fail(err, IDM_CONFLICT,
		    "%s/%s: there is a backup already; name another folder",
		    dir, name);
	}
	if (st == IDM_OK)
		st = copy_records(view, rewrite, err);
	if (st == IDM_OK)
		st = idm_rewrite_commit(rewrite, NULL, NULL, err);
	idm_rewrite_end(&rewrite);
	if (st == IDM_OK) {
		printf("%s/%s: %llu records\n", dir, name,
		    (unsigned long long)idm_view_header(view)->records);
	}
	return st;
}

/* A damaged file is no backup, and must not take the place of a good one. */
static enum idm_status
save_whole(const char *path, enum store_file which, const char *dir,
    const char *name, struct idm_err *err)
{
	struct idm_view *view = NULL;
	enum idm_status st;

	st = store_open(path, which, &view, err);
	if (st == IDM_OK)
		st = store_whole(view, path, err);
	if (st == IDM_OK)
		st = save(view, dir, name, err);
	idm_view_close(&view);
	return st;
}

/* The record of the last fold: the copy has the journal folded in. */
static enum idm_status
put_folded(struct idm_rewrite *rewrite, uint64_t sequence, struct idm_err *err)
{
	struct idm_folded folded = {
		.sequence = sequence,
		.time = (uint64_t)time(NULL),
	};
	enum idm_status st;
	struct idm_buf buf;
	char memory[32];

	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	idm_folded_write(&buf, &folded);
	st = idm_buf_status(&buf, err);
	if (st != IDM_OK)
		return st;
	return idm_rewrite_put(rewrite, IDM_FOLDED_KEY,
	    sizeof(IDM_FOLDED_KEY) - 1, buf.data, buf.len, err);
}

static enum idm_status
fill_state(struct idm_state_peek *peek, struct idm_rewrite *rewrite,
    struct idm_err *err)
{
	enum idm_status st;

	st = copy_records(peek->view, rewrite, err);
	if (st == IDM_OK)
		st = idm_rewrite_merge(rewrite, peek->changes, err);
	if (st == IDM_OK)
		st = put_folded(rewrite, peek->replay.sequence, err);
	if (st == IDM_OK)
		st = idm_rewrite_commit(rewrite, NULL, NULL, err);
	return st;
}

/*
 * The state is one file in a backup: state.gdbm and its journal of one moment,
 * whether idmapd runs or not.
 */
static enum idm_status
save_state(const char *dir, struct idm_err *err)
{
	struct idm_rewrite *rewrite = NULL;
	struct idm_state_peek peek = { 0 };
	enum idm_status st;

	st = cli_state_peek(&peek, err);
	if (st == IDM_NOTFOUND)
		return IDM_OK; /* a host that allocates nothing */
	if (st == IDM_OK)
		st = store_whole(peek.view, CLI_STATE_PATH, err);
	if (st == IDM_OK)
		st = idm_rewrite_begin(dir, STORE_STATE_NAME, IDM_MAP_STATE,
		    geteuid(), true, BACKUP_WAIT_MS, &rewrite, err);
	if (st == IDM_OK && idm_rewrite_view(rewrite) != NULL)
		st = idm_fail(err, IDM_CONFLICT,
		    "%s/" STORE_STATE_NAME
		    ": there is a backup already; name another folder",
		    dir);
	if (st == IDM_OK)
		st = fill_state(&peek, rewrite, err);
	if (st == IDM_OK)
		printf("%s/" STORE_STATE_NAME ": %llu records\n", dir,
		    (unsigned long long)idm_view_header(
			idm_rewrite_view(rewrite))
			->records);
	idm_rewrite_end(&rewrite);
	idm_state_peek_fini(&peek);
	return st;
}

static enum idm_status
backup(const char *dir, struct idm_err *err)
{
	enum idm_status st;

	/* Users' entries are nobody else's business. */
	if (mkdir(dir, 0700) == -1 && errno != EEXIST)
		return idm_fail_errno(err, "%s", dir);
	st = save_whole(STORE_MAP_PATH, STORE_MAP, dir, STORE_MAP_NAME, err);
	if (st == IDM_OK && access(STORE_USERS_PATH, F_OK) == 0)
		st = save_whole(
		    STORE_USERS_PATH, STORE_USERS, dir, STORE_USERS_NAME, err);
	return st == IDM_OK ? save_state(dir, err) : st;
}

enum verb_exit
verb_backup(const struct verb_call *call)
{
	struct idm_err err;
	enum idm_status st;

	st = backup(call->argv[0], &err);
	if (st != IDM_OK)
		cli_error("%s", err.text);
	return verb_exit_of(st);
}
