#include "daemon/fold.h"

void
fold_init(struct fold *fold)
{
	child_init(&fold->child);
}

bool
fold_is_on(const struct fold *fold)
{
	return child_is_on(&fold->child);
}

static enum idm_status
write_state(void *context, struct idm_err *err)
{
	return idm_state_fold_write(context, err);
}

enum idm_status
fold_start(struct fold *fold, struct idm_state *state, struct idm_err *err)
{
	struct idm_err failure;
	enum idm_status st;

	st = idm_state_fold_begin(state, err);
	if (st != IDM_OK)
		return st;
	if (child_start(&fold->child, write_state, state, &failure) == IDM_OK)
		return IDM_OK;
	return idm_state_fold_end(state, &failure, err);
}

bool
fold_await(const struct fold *fold, int ms)
{
	return child_await(&fold->child, ms);
}

bool
fold_is_over(const struct fold *fold)
{
	return child_is_over(&fold->child);
}

enum idm_status
fold_end(struct fold *fold, struct idm_state *state, struct idm_err *err)
{
	struct idm_err failure;
	enum idm_status st;

	st = child_end(&fold->child, &failure);
	if (st != IDM_OK)
		(void)idm_within(&failure, st, "folding the state");
	return idm_state_fold_end(state, st == IDM_OK ? NULL : &failure, err);
}

void
fold_stop(struct fold *fold)
{
	child_stop(&fold->child);
}
