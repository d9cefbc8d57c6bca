#include <unistd.h>

#include "config/updatelog.h"
#include "daemon/numbers.h"

/* One request to the keeper. */
static enum idm_status
ask(void *context, enum idm_op op, const struct idm_state_request *state,
    struct idm_str *reply, struct idm_err *err)
{
	struct numbers *numbers = context;
	const struct record_request request = {
		.op = (uint16_t)op,
		.caller = numbers->caller,
		.state = *state,
	};
	enum idm_status st;

	idm_buf_clear(&numbers->reply);
	st = orders_put(
	    numbers->orders, &request, numbers->deadline, &numbers->reply, err);
	if (st == IDM_OK)
		*reply = (struct idm_str){ numbers->reply.data,
			numbers->reply.len };
	return st;
}

void
numbers_init(struct numbers *numbers, struct orders *orders)
{
	*numbers = (struct numbers){
		.orders = orders,
		.caller = { getuid(), (uint32_t)getpid(), IDM_UPDATE_NONE },
		.keeper = { ask, numbers },
	};
	idm_buf_init(&numbers->reply, IDM_WIRE_REPLY_MAX);
}

void
numbers_fini(struct numbers *numbers)
{
	idm_buf_fini(&numbers->reply);
}

struct idm_allocator
numbers_allocator(struct numbers *numbers)
{
	return idm_asked_allocator(&numbers->keeper);
}
