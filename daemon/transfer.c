#include "daemon/transfer.h"

void
transfer_init(struct transfer *transfer)
{
	*transfer = (struct transfer){ .is_open = false };
	idm_buf_init(&transfer->items, TRANSFER_MAX);
}

void
transfer_fini(struct transfer *transfer)
{
	idm_buf_fini(&transfer->items);
}

void
transfer_end(struct transfer *transfer)
{
	transfer_fini(transfer);
	transfer_init(transfer);
}

enum idm_status
transfer_take(struct transfer *transfer, uint16_t op,
    const struct idm_state_request *request, bool *is_whole,
    struct idm_err *err)
{
	enum idm_status st;

	if ((request->flags & IDM_STATE_FIRST) != 0) {
		transfer_end(transfer);
		transfer->is_open = true;
		transfer->op = op;
		transfer->number = request->number;
	}
	if (!transfer->is_open || transfer->op != op ||
	    transfer->number != request->number) {
		return idm_fail(err, IDM_TEMPFAIL,
		    "the transfer was interrupted: nothing of it was done; "
		    "begin again");
	}
	idm_buf_put(&transfer->items, request->items.data, request->items.len);
	st = idm_buf_status(&transfer->items, err);
	if (st != IDM_OK) {
		transfer_end(transfer);
		return idm_within(err, st, "transfer");
	}
	*is_whole = (request->flags & IDM_STATE_MORE) == 0;
	return IDM_OK;
}
