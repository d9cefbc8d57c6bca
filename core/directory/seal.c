#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "directory/gsserr.h"
#include "directory/seal.h"

#define STEP      16384 /* bytes read at once */
#define FLUSH_MS  1000  /* a server that does not take a request is dead */
#define TOKEN_MAX (IDM_SEAL_MAX + 4)

struct seal {
	gss_ctx_id_t context;
	OM_uint32 plain_max;   /* what fits into one token */
	struct idm_buf sealed; /* what has come of the next token */
	gss_buffer_desc plain; /* what was in the last one */
	size_t at;             /* of plain */
	bool is_broken;
};

static int
set_up(Sockbuf_IO_Desc *layer, void *argument)
{
	layer->sbiod_pvt = argument;
	return 0;
}

static void
free_seal(struct seal *seal)
{
	OM_uint32 minor;

	(void)gss_release_buffer(&minor, &seal->plain);
	if (seal->context != GSS_C_NO_CONTEXT)
		(void)gss_delete_sec_context(
		    &minor, &seal->context, GSS_C_NO_BUFFER);
	idm_buf_fini(&seal->sealed);
	free(seal);
}

static int
take_down(Sockbuf_IO_Desc *layer)
{
	free_seal(layer->sbiod_pvt);
	layer->sbiod_pvt = NULL;
	return 0;
}

static int
control(Sockbuf_IO_Desc *layer, int option, void *argument)
{
	const struct seal *seal = layer->sbiod_pvt;

	if (option == LBER_SB_OPT_DATA_READY && seal->at < seal->plain.length)
		return 1;
	return LBER_SBIOD_CTRL_NEXT(layer, option, argument);
}

/* Why not: EIO ends the connection. */
static ber_slen_t
refuse(struct seal *seal)
{
	seal->is_broken = true;
	errno = EIO;
	return -1;
}

static uint32_t
length_of(const struct idm_buf *sealed)
{
	const unsigned char *byte = (const unsigned char *)sealed->data;

	return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 |
	    (uint32_t)byte[2] << 8 | byte[3];
}

/* Have so many bytes of the token: 1, or what the layer below said. */
static ber_slen_t
collect(Sockbuf_IO_Desc *layer, struct seal *seal, size_t wanted)
{
	char piece[STEP];

	while (seal->sealed.len < wanted) {
		size_t left = wanted - seal->sealed.len;
		ber_slen_t n;

		n = LBER_SBIOD_READ_NEXT(
		    layer, piece, left < sizeof(piece) ? left : sizeof(piece));
		if (n <= 0)
			return n;
		idm_buf_put(&seal->sealed, piece, (size_t)n);
		if (seal->sealed.status != IDM_OK)
			return refuse(seal);
	}
	return 1;
}

/* Read and open one token. */
static ber_slen_t
next_token(Sockbuf_IO_Desc *layer, struct seal *seal)
{
	gss_buffer_desc token;
	OM_uint32 major, minor;
	int is_sealed = 0;
	uint32_t length;
	ber_slen_t n;

	(void)gss_release_buffer(&minor, &seal->plain);
	seal->at = 0;
	n = collect(layer, seal, 4);
	if (n <= 0)
		return n;
	length = length_of(&seal->sealed);
	if (length == 0 || length > IDM_SEAL_MAX)
		return refuse(seal);
	n = collect(layer, seal, (size_t)length + 4);
	if (n <= 0)
		return n;
	token.length = length;
	token.value = seal->sealed.data + 4;
	major = gss_unwrap(
	    &minor, seal->context, &token, &seal->plain, &is_sealed, NULL);
	idm_buf_clear(&seal->sealed);
	/* What anybody could have read, anybody could have written. */
	if (GSS_ERROR(major) || !is_sealed)
		return refuse(seal);
	return 1;
}

static ber_slen_t
take(Sockbuf_IO_Desc *layer, void *data, ber_len_t len)
{
	struct seal *seal = layer->sbiod_pvt;

	if (seal->is_broken)
		return refuse(seal);
	while (seal->at == seal->plain.length) {
		ber_slen_t n = next_token(layer, seal);

		if (n <= 0)
			return n;
	}
	if (len > seal->plain.length - seal->at)
		len = seal->plain.length - seal->at;
	memcpy(data, (const char *)seal->plain.value + seal->at, len);
	seal->at += len;
	return (ber_slen_t)len;
}

/* Half a token is worth nothing: wait a little while the socket is full. */
static bool
send_all(Sockbuf_IO_Desc *layer, char *data, size_t len)
{
	ber_socket_t fd = -1;

	(void)ber_sockbuf_ctrl(layer->sbiod_sb, LBER_SB_OPT_GET_FD, &fd);
	while (len > 0) {
		struct pollfd wanted = { .fd = fd, .events = POLLOUT };
		ber_slen_t n = LBER_SBIOD_WRITE_NEXT(layer, data, len);

		if (n > 0) {
			data += n;
			len -= (size_t)n;
		} else if (n == 0 || errno != EAGAIN ||
		    poll(&wanted, 1, FLUSH_MS) != 1)
			return false;
	}
	return true;
}

static ber_slen_t
give(Sockbuf_IO_Desc *layer, void *data, ber_len_t len)
{
	struct seal *seal = layer->sbiod_pvt;
	gss_buffer_desc plain = { .length = len, .value = data };
	gss_buffer_desc token = GSS_C_EMPTY_BUFFER;
	OM_uint32 major, minor;
	unsigned char length[4];
	struct idm_buf buf;
	int is_sealed = 0;
	bool done = false;

	if (plain.length > seal->plain_max)
		plain.length = seal->plain_max;
	major = gss_wrap(&minor, seal->context, 1, GSS_C_QOP_DEFAULT, &plain,
	    &is_sealed, &token);
	if (GSS_ERROR(major) || !is_sealed)
		return refuse(seal);
	for (int i = 0; i < 4; i++)
		length[i] = (unsigned char)(token.length >> (24 - 8 * i));
	idm_buf_init(&buf, TOKEN_MAX);
	idm_buf_put(&buf, length, sizeof(length));
	idm_buf_put(&buf, token.value, token.length);
	(void)gss_release_buffer(&minor, &token);
	if (buf.status == IDM_OK)
		done = send_all(layer, buf.data, buf.len);
	idm_buf_fini(&buf);
	return done ? (ber_slen_t)plain.length : refuse(seal);
}

static int
shut(Sockbuf_IO_Desc *layer)
{
	(void)layer;
	return 0;
}

enum idm_status
idm_seal_attach(
    LDAP *ld, gss_ctx_id_t context, uint32_t max, struct idm_err *err)
{
	/* libldap wants it for ever, and not const. */
	static Sockbuf_IO functions = {
		.sbi_setup = set_up,
		.sbi_remove = take_down,
		.sbi_ctrl = control,
		.sbi_read = take,
		.sbi_write = give,
		.sbi_close = shut,
	};
	struct seal *seal = calloc(1, sizeof(*seal));
	OM_uint32 major, minor;
	Sockbuf *sockbuf = NULL;

	if (seal == NULL) {
		(void)gss_delete_sec_context(&minor, &context, GSS_C_NO_BUFFER);
		return idm_fail(err, IDM_NOMEM, "out of memory");
	}
	seal->context = context;
	idm_buf_init(&seal->sealed, TOKEN_MAX);
	major = gss_wrap_size_limit(
	    &minor, context, 1, GSS_C_QOP_DEFAULT, max, &seal->plain_max);
	if (GSS_ERROR(major) || seal->plain_max == 0) {
		free_seal(seal);
		return idm_fail(err, IDM_CORRUPT,
		    "the server takes tokens of %u bytes only", max);
	}
	if (ldap_get_option(ld, LDAP_OPT_SOCKBUF, &sockbuf) != LDAP_SUCCESS ||
	    ber_sockbuf_add_io(
		sockbuf, &functions, LBER_SBIOD_LEVEL_APPLICATION, seal) != 0) {
		free_seal(seal);
		return idm_fail(err, IDM_NOMEM, "no layer can be added");
	}
	return IDM_OK;
}
