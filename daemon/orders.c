#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "daemon/keep.h"
#include "daemon/orders.h"
#include "directory/task.h"

enum stage { MADE, SENT, ANSWERED };

/* Its thread frees it, unless that left when it was sent: then the answer. */
struct order {
	struct order *next;
	/* One of both, its thread's. */
	const struct record_request *request;
	const struct idm_buf *items;
	uint8_t flags; /* of the items */
	pthread_cond_t wake;
	enum stage stage;
	bool is_left;
	uint32_t number;
	enum idm_status status;
	struct idm_buf answer; /* the reply's body, or why not */
};

struct orders {
	struct orders_setup setup;
	pthread_mutex_t mutex; /* of all below */
	struct order *first;
	bool is_over;
	int fd;
};

enum idm_status
orders_new(
    const struct orders_setup *setup, struct orders **out, struct idm_err *err)
{
	struct orders *orders = calloc(1, sizeof(*orders));

	if (orders == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	orders->setup = *setup;
	orders->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (orders->fd == -1) {
		free(orders);
		return idm_fail_errno(err, "eventfd");
	}
	(void)pthread_mutex_init(&orders->mutex, NULL);
	*out = orders;
	return IDM_OK;
}

static void
free_order(struct order *order)
{
	(void)pthread_cond_destroy(&order->wake);
	idm_buf_fini(&order->answer);
	free(order);
}

void
orders_free(struct orders **out)
{
	struct orders *orders = *out;

	if (orders == NULL)
		return;
	while (orders->first != NULL) {
		struct order *order = orders->first;

		orders->first = order->next;
		free_order(order);
	}
	(void)pthread_mutex_destroy(&orders->mutex);
	(void)close(orders->fd);
	free(orders);
	*out = NULL;
}

static void
take_out(struct orders *orders, struct order *order)
{
	struct order **at = &orders->first;

	while (*at != order)
		at = &(*at)->next;
	*at = order->next;
}

/* ---- Threads. */

static enum idm_status
new_order(struct order **out, struct idm_err *err)
{
	struct order *order = calloc(1, sizeof(*order));

	if (order == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	if (!idm_task_cond(&order->wake)) {
		free(order);
		return idm_fail(err, IDM_SYSTEM, "cannot make a condition");
	}
	idm_buf_init(&order->answer, IDM_WIRE_REPLY_MAX);
	*out = order;
	return IDM_OK;
}

static enum idm_status
take_answer(
    const struct order *order, struct idm_buf *reply, struct idm_err *err)
{
	enum idm_status st = idm_buf_status(&order->answer, err);

	if (st != IDM_OK)
		return st;
	if (order->status != IDM_OK)
		return idm_fail(err, order->status, "%.*s",
		    (int)order->answer.len, order->answer.data);
	idm_buf_put(reply, order->answer.data, order->answer.len);
	return idm_buf_status(reply, err);
}

/* Under the mutex; *is_ours: nobody else will free it. */
static enum idm_status
await(struct orders *orders, struct order *order, int64_t deadline,
    bool *is_ours, struct idm_err *err)
{
	while (order->stage != ANSWERED && !orders->is_over &&
	    idm_task_wait(&order->wake, &orders->mutex, deadline))
		;
	*is_ours = order->stage != SENT;
	if (order->stage == ANSWERED)
		return IDM_OK;
	order->is_left = true;
	return idm_fail(err, IDM_TEMPFAIL,
	    orders->is_over ? "idmapd ends"
			    : "the keeper did not answer in time");
}

/* The order is given away. */
static enum idm_status
put(struct orders *orders, struct order *order, int64_t deadline,
    struct idm_buf *reply, struct idm_err *err)
{
	enum idm_status st;
	bool is_ours;

	(void)pthread_mutex_lock(&orders->mutex);
	order->next = orders->first;
	orders->first = order;
	(void)eventfd_write(orders->fd, 1);
	st = await(orders, order, deadline, &is_ours, err);
	if (is_ours)
		take_out(orders, order);
	(void)pthread_mutex_unlock(&orders->mutex);
	if (st == IDM_OK)
		st = take_answer(order, reply, err);
	if (is_ours)
		free_order(order);
	return st;
}

enum idm_status
orders_put(struct orders *orders, const struct record_request *request,
    int64_t deadline, struct idm_buf *reply, struct idm_err *err)
{
	struct order *order = NULL;
	enum idm_status st = new_order(&order, err);

	if (st != IDM_OK)
		return st;
	order->request = request;
	return put(orders, order, deadline, reply, err);
}

enum idm_status
orders_keep(struct orders *orders, const struct idm_buf *items, uint8_t flags,
    int64_t deadline, struct idm_err *err)
{
	struct order *order = NULL;
	enum idm_status st = new_order(&order, err);
	struct idm_buf reply;

	if (st != IDM_OK)
		return st;
	order->items = items;
	order->flags = flags;
	idm_buf_init(&reply, IDM_WIRE_REPLY_MAX);
	st = put(orders, order, deadline, &reply, err);
	idm_buf_fini(&reply);
	return st == IDM_OK ? st : idm_within(err, st, "the cache");
}

/* ---- The event loop. */

int
orders_fd(const struct orders *orders)
{
	return orders->fd;
}

static void
answer(struct order *order, enum idm_status status, struct idm_str body)
{
	order->status = status;
	idm_buf_put(&order->answer, body.data, body.len);
	order->stage = ANSWERED;
	(void)pthread_cond_signal(&order->wake);
}

static enum idm_status
send_order(
    const struct orders *orders, const struct order *order, struct idm_err *err)
{
	struct link *link = orders->setup.link;
	struct record_request request;

	if (order->items != NULL)
		return keep_items(
		    link, order->items, order->flags, order->number, err);
	request = *order->request;
	request.id = order->number;
	return link_record(link, &request, err);
}

void
orders_send(struct orders *orders)
{
	struct idm_err err;
	eventfd_t count;

	(void)eventfd_read(orders->fd, &count);
	(void)pthread_mutex_lock(&orders->mutex);
	for (struct order *order = orders->first; order != NULL;
	     order = order->next) {
		enum idm_status st;

		if (order->stage != MADE)
			continue;
		order->number = orders->setup.number(orders->setup.context);
		order->stage = SENT;
		st = send_order(orders, order, &err);
		if (st != IDM_OK)
			answer(order, st, idm_str_of(err.text));
	}
	(void)pthread_mutex_unlock(&orders->mutex);
}

bool
orders_answer(struct orders *orders, const struct record_reply *reply)
{
	struct order *order;
	bool is_left = false;

	(void)pthread_mutex_lock(&orders->mutex);
	order = orders->first;
	while (order != NULL &&
	    (order->stage != SENT || order->number != reply->id))
		order = order->next;
	if (order != NULL) {
		is_left = order->is_left;
		if (is_left)
			take_out(orders, order);
		else
			answer(
			    order, (enum idm_status)reply->status, reply->body);
	}
	(void)pthread_mutex_unlock(&orders->mutex);
	if (is_left)
		free_order(order);
	return order != NULL;
}

void
orders_end(struct orders *orders)
{
	(void)pthread_mutex_lock(&orders->mutex);
	orders->is_over = true;
	for (struct order *order = orders->first; order != NULL;
	     order = order->next)
		(void)pthread_cond_signal(&order->wake);
	(void)pthread_mutex_unlock(&orders->mutex);
}
