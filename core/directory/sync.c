#include <lber.h>
#include <string.h>

#include "directory/sync.h"

#define MODE_REFRESH_ONLY 1

/* Tags of a syncInfoValue, and of what may be left out. */
#define TAG_NEW_COOKIE      0x80u
#define TAG_REFRESH_DELETE  0xa1u
#define TAG_REFRESH_PRESENT 0xa2u
#define TAG_ID_SET          0xa3u
#define TAG_DONE            LBER_BOOLEAN

static enum idm_status
broken(struct idm_err *err)
{
	return idm_fail(
	    err, IDM_CORRUPT, "what the server says of changes is broken");
}

/* liblber reads beyond the end of nothing.  NULL: that, or no memory. */
static BerElement *
open_value(struct idm_str value)
{
	struct berval bytes = { .bv_len = value.len };

	if (value.len == 0)
		return NULL;
	memcpy(&bytes.bv_val, &value.data, sizeof(value.data));
	return ber_init(&bytes);
}

enum idm_status
idm_sync_put_request(
    struct idm_buf *buf, struct idm_str cookie, struct idm_err *err)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);
	struct berval value = { .bv_val = NULL };
	enum idm_status st = IDM_OK;

	if (ber == NULL ||
	    ber_printf(ber, "{eoN}", MODE_REFRESH_ONLY, cookie.data,
		(ber_len_t)cookie.len) == -1 ||
	    ber_flatten2(ber, &value, 0) == -1)
		st = idm_fail(err, IDM_NOMEM, "out of memory");
	else
		idm_buf_put(buf, value.bv_val, value.bv_len);
	ber_free(ber, 1);
	return st == IDM_OK ? idm_buf_status(buf, err) : st;
}

enum idm_status
idm_sync_read_state(struct idm_str value, enum idm_sync_state *state,
    uint8_t uuid[static IDM_GUID_SIZE], struct idm_err *err)
{
	struct berval bytes = { .bv_val = NULL };
	BerElement *ber = open_value(value);
	ber_int_t number = -1;
	bool is_good;

	is_good = ber != NULL &&
	    ber_scanf(ber, "{em", &number, &bytes) != LBER_ERROR &&
	    bytes.bv_len == IDM_GUID_SIZE && number >= IDM_SYNC_PRESENT &&
	    number <= IDM_SYNC_DELETED;
	if (is_good) {
		memcpy(uuid, bytes.bv_val, IDM_GUID_SIZE);
		*state = (enum idm_sync_state)number;
	}
	ber_free(ber, 1);
	return is_good ? IDM_OK : broken(err);
}

/* An optional cookie and an optional boolean; false: something else. */
static bool
read_flags(BerElement *ber, ber_int_t *flag)
{
	struct berval cookie;
	ber_len_t len;

	if (ber_peek_tag(ber, &len) == LBER_OCTETSTRING &&
	    ber_scanf(ber, "m", &cookie) == LBER_ERROR)
		return false;
	return ber_peek_tag(ber, &len) != LBER_BOOLEAN ||
	    ber_scanf(ber, "b", flag) != LBER_ERROR;
}

static enum idm_status
read_ids(BerElement *ber, const struct idm_sync *sync, struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	ber_int_t are_gone = 0;
	char *end = NULL;
	ber_len_t len;
	ber_tag_t tag;

	if (ber_scanf(ber, "{") == LBER_ERROR || !read_flags(ber, &are_gone))
		return broken(err);
	if (ber_peek_tag(ber, &len) != LBER_SET)
		return broken(err);
	for (tag = ber_first_element(ber, &len, &end);
	     tag != LBER_DEFAULT && st == IDM_OK;
	     tag = ber_next_element(ber, &len, end)) {
		struct berval uuid = { .bv_val = NULL };

		if (ber_scanf(ber, "m", &uuid) == LBER_ERROR ||
		    uuid.bv_len != IDM_GUID_SIZE)
			return broken(err);
		st = sync->each(sync->context, are_gone != 0,
		    (const uint8_t *)uuid.bv_val, err);
	}
	return st;
}

enum idm_status
idm_sync_read_info(
    struct idm_str value, const struct idm_sync *sync, struct idm_err *err)
{
	BerElement *ber = open_value(value);
	enum idm_status st = IDM_OK;
	ber_len_t len;

	if (ber == NULL)
		return broken(err);
	switch (ber_peek_tag(ber, &len)) {
	case TAG_ID_SET:
		st = read_ids(ber, sync, err);
		break;
	case TAG_NEW_COOKIE:
	case TAG_REFRESH_DELETE:
	case TAG_REFRESH_PRESENT:
		break;
	default:
		st = broken(err);
	}
	ber_free(ber, 1);
	return st;
}

enum idm_status
idm_sync_read_done(
    struct idm_str value, bool *rest_is_gone, struct idm_err *err)
{
	BerElement *ber = open_value(value);
	ber_int_t are_told = 0;
	bool is_good;

	is_good = ber != NULL && ber_scanf(ber, "{") != LBER_ERROR &&
	    read_flags(ber, &are_told);
	ber_free(ber, 1);
	if (!is_good)
		return broken(err);
	*rest_is_gone = are_told == 0;
	return IDM_OK;
}
