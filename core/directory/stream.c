#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "directory/stream.h"

#define AHEAD 16384 /* bytes read at once */

struct stream {
	int fd;
	size_t at; /* of what was read and not yet taken */
	size_t end;
	char data[AHEAD];
};

static int
set_up(Sockbuf_IO_Desc *layer, void *argument)
{
	layer->sbiod_pvt = argument;
	return 0;
}

static int
take_down(Sockbuf_IO_Desc *layer)
{
	free(layer->sbiod_pvt);
	layer->sbiod_pvt = NULL;
	return 0;
}

static int
control(Sockbuf_IO_Desc *layer, int option, void *argument)
{
	const struct stream *stream = layer->sbiod_pvt;

	(void)argument;
	/* poll(2) does not see what lies here. */
	return option == LBER_SB_OPT_DATA_READY && stream->at < stream->end;
}

static ssize_t
receive(int fd, void *data, size_t len)
{
	ssize_t n;

	do {
		n = recv(fd, data, len, 0);
	} while (n == -1 && errno == EINTR);
	return n;
}

static ber_slen_t
take(Sockbuf_IO_Desc *layer, void *data, ber_len_t len)
{
	struct stream *stream = layer->sbiod_pvt;
	ssize_t n;

	if (stream->at == stream->end) {
		if (len >= sizeof(stream->data))
			return receive(stream->fd, data, len);
		n = receive(stream->fd, stream->data, sizeof(stream->data));
		if (n <= 0)
			return n;
		stream->at = 0;
		stream->end = (size_t)n;
	}
	if (len > stream->end - stream->at)
		len = stream->end - stream->at;
	memcpy(data, stream->data + stream->at, len);
	stream->at += len;
	return (ber_slen_t)len;
}

static ber_slen_t
give(Sockbuf_IO_Desc *layer, void *data, ber_len_t len)
{
	const struct stream *stream = layer->sbiod_pvt;
	ssize_t n;

	do {
		n = send(stream->fd, data, len, MSG_NOSIGNAL);
	} while (n == -1 && errno == EINTR);
	return n;
}

static int
shut(Sockbuf_IO_Desc *layer)
{
	const struct stream *stream = layer->sbiod_pvt;

	return close(stream->fd);
}

enum idm_status
idm_stream_attach(LDAP *ld, int fd, struct idm_err *err)
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
	struct stream *stream;
	Sockbuf *sockbuf = NULL;

	stream = calloc(1, sizeof(*stream));
	if (stream == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	stream->fd = fd;
	if (ldap_get_option(ld, LDAP_OPT_SOCKBUF, &sockbuf) != LDAP_SUCCESS ||
	    ber_sockbuf_add_io(
		sockbuf, &functions, LBER_SBIOD_LEVEL_PROVIDER, stream) != 0) {
		free(stream);
		return idm_fail(err, IDM_NOMEM, "no layer can be added");
	}
	return IDM_OK;
}
