#include <time.h>
#include <unistd.h>

#include "config/updatelog.h"
#include "daemon/list.h"
#include "daemon/numbers.h"
#include "daemon/op.h"
#include "daemon/report.h"
#include "map/snapshot.h"

static void
run_ping(const struct op_context *context, struct job *job)
{
	(void)context;
	job->status = IDM_OK;
}

static void
put_store(struct idm_buf *out, const struct op_context *context)
{
	struct idm_maps *maps = NULL;
	struct idm_err err;

	if (idm_maps_open(context->state_dir, 0, &maps, &err) != IDM_OK) {
		idm_buf_printf(out, "map unavailable: %s\n", err.text);
		return;
	}
	idm_buf_printf(
	    out, "map epoch %llu\n", (unsigned long long)maps->policy.epoch);
	if (maps->users != NULL) {
		idm_buf_printf(out, "users generation %llu\n",
		    (unsigned long long)idm_view_header(maps->users)
			->generation);
	} else if (maps->policy.has_users) {
		idm_buf_printf(
		    out, "users unavailable: %s\n", maps->users_err.text);
	} else {
		idm_buf_puts(out, "users none adopted\n");
	}
	if (maps->state != NULL) {
		idm_buf_printf(out, "state generation %llu\n",
		    (unsigned long long)idm_view_header(maps->state)
			->generation);
	} else if (maps->policy.has_state) {
		idm_buf_printf(
		    out, "state unavailable: %s\n", maps->state_err.text);
	}
	idm_maps_close(&maps);
}

static void
run_status(const struct op_context *context, struct job *job)
{
	struct idm_buf *out = &job->out;

	idm_buf_printf(out, "version %s\n", PACKAGE_VERSION);
	idm_buf_printf(out, "pid %ld\n", (long)getpid());
	idm_buf_printf(out, "uptime %lld\n",
	    (long long)time(NULL) - (long long)context->started);
	idm_buf_printf(out, "clients %u\n", atomic_load(&context->clients));
	idm_buf_printf(out, "requests %lu\n", atomic_load(&context->requests));
	idm_buf_printf(out, "refused %lu\n", atomic_load(&context->refused));
	put_store(out, context);
	report_servers(out, context->realms);
	job->status = IDM_OK;
}

/* Entries as they are in the files now, without those of dead schemes. */
static void
run_list(const struct op_context *context, struct job *job)
{
	job->status = list_entries(context->state_dir, &job->caller, job->body,
	    NULL, &job->out, &job->err);
}

/* All entries, and what is wrong with them on this host. */
static void
run_check(const struct op_context *context, struct job *job)
{
	job->status = list_entries(context->state_dir, &job->caller, job->body,
	    context->accounts, &job->out, &job->err);
}

/* The body, so that nothing but what can be read gets to the keeper. */
static enum idm_status
read_body(
    const struct job *job, struct record_request *request, struct idm_err *err)
{
	if (idm_op_has_state_request(job->op->code))
		return idm_state_request_read(
		    job->op->code, job->body, &request->state, err);
	if (job->op->has_body)
		return idm_user_request_read(job->body, &request->user, err);
	return IDM_OK;
}

/* The keeper decides, does and logs it. */
static void
run_update(const struct op_context *context, struct job *job)
{
	struct record_request request = {
		.id = job->id, .op = job->op->code, .caller = job->caller
	};
	bool is_ours = false;
	enum idm_status st;
	struct idm_err err;

	st = read_body(job, &request, &err);
	if (job->status == IDM_OK && st == IDM_OK)
		st = numbers_answer(
		    context, job, &request.state, &is_ours, &err);
	if (st == IDM_OK && is_ours)
		return;
	if (job->status == IDM_OK && st != IDM_OK) {
		job->status = st;
		job->err = err;
	}
	request.refused = (uint16_t)job->status;
	if (job->status != IDM_OK)
		request.reason = idm_str_of(job->err.text);
	request.caller.login = idm_update_login_of(
	    (pid_t)job->caller.pid, job->caller.uid);
	record_request_write(&job->out, &request);
	job->is_for_keeper = true;
}

static const struct op ops[] = {
	{ .code = IDM_OP_PING, .run = run_ping },
	{ .code = IDM_OP_STATUS, .is_report = true, .run = run_status },
	{ .code = IDM_OP_USER_ADD,
	    .is_update = true,
	    .has_body = true,
	    .run = run_update },
	{ .code = IDM_OP_USER_DELETE,
	    .is_update = true,
	    .has_body = true,
	    .run = run_update },
	{ .code = IDM_OP_USER_LIST, .has_body = true, .run = run_list },
	{ .code = IDM_OP_USER_CHECK,
	    .is_roots = true,
	    .has_body = true,
	    .run = run_check },
	{ .code = IDM_OP_USERS_ADOPT,
	    .is_roots = true,
	    .is_update = true,
	    .has_body = true,
	    .run = run_update },
	{ .code = IDM_OP_USERS_PURGE,
	    .is_roots = true,
	    .is_update = true,
	    .has_body = true,
	    .run = run_update },
	{ .code = IDM_OP_USERS_FIX,
	    .is_roots = true,
	    .is_update = true,
	    .has_body = true,
	    .run = run_update },
	{ .code = IDM_OP_STATE_GRANT,
	    .is_roots = true,
	    .is_update = true,
	    .has_body = true,
	    .run = run_update },
	{ .code = IDM_OP_STATE_FIND, .has_body = true, .run = run_update },
	{ .code = IDM_OP_STATE_FIND_ID, .has_body = true, .run = run_update },
	{ .code = IDM_OP_STATE_ADOPT,
	    .is_roots = true,
	    .is_update = true,
	    .has_body = true,
	    .run = run_update },
	{ .code = IDM_OP_STATE_IMPORT,
	    .is_roots = true,
	    .is_update = true,
	    .has_body = true,
	    .run = run_update },
	{ .code = IDM_OP_STATE_RESTORE,
	    .is_roots = true,
	    .is_update = true,
	    .has_body = true,
	    .run = run_update },
	{ .code = IDM_OP_STATE_FOLD,
	    .is_roots = true,
	    .is_update = true,
	    .has_body = true,
	    .run = run_update },
	{ .code = IDM_OP_STATE_FLUSH,
	    .is_roots = true,
	    .is_update = true,
	    .has_body = true,
	    .run = run_update },
	{ .code = IDM_OP_STATE_STATUS, .run = run_update },
	{ .code = IDM_OP_LOOKUP, .has_body = true, .is_lookup = true },
};

const struct op *
op_find(uint16_t code)
{
	for (size_t i = 0; i < IDM_COUNTOF(ops); i++) {
		if (ops[i].code == code)
			return &ops[i];
	}
	return NULL;
}
