#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/utf8.h"

#include "cli/say.h"

#define MESSAGE_MAX 16384

static const char *program = "idmap";

/* The line of a batch that messages are about; lent. */
static struct {
	unsigned long number; /* 0: none */
	struct idm_str text;
	bool is_said;
} at_line;

void
cli_say_as(const char *name)
{
	program = name;
}

/* C0 with DEL, and C1, which some terminals obey in its UTF-8 form. */
static bool
is_control(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0);
}

void
cli_clean(struct idm_buf *buf, struct idm_str text)
{
	while (text.len > 0) {
		uint32_t point = 0;
		size_t len = idm_utf8_decode(text.data, text.len, &point);

		if (len > 0 && !is_control(point)) {
			idm_buf_put(buf, text.data, len);
		} else {
			len = 1;
			idm_buf_printf(buf, "\\x%02x",
			    (unsigned)(unsigned char)text.data[0]);
		}
		text.data += len;
		text.len -= len;
	}
}

void
cli_put(FILE *out, struct idm_str text)
{
	char bytes[4 * 1024];
	struct idm_buf buf;

	/* A piece that grows to four times its size still fits, with a NUL. */
	while (text.len > 0) {
		struct idm_str piece = text;

		if (piece.len > (sizeof(bytes) - 1) / 4)
			piece.len = (sizeof(bytes) - 1) / 4;
		/* Do not cut a character in two. */
		while (piece.len < text.len && piece.len > 1 &&
		    (text.data[piece.len] & 0xc0) == 0x80)
			piece.len--;
		idm_buf_init_fixed(&buf, bytes, sizeof(bytes));
		cli_clean(&buf, piece);
		(void)fwrite(buf.data, 1, buf.len, out);
		text.data += piece.len;
		text.len -= piece.len;
	}
}

static void say(const char *kind, const char *fmt, va_list) IDM_PRINTF(2, 0);

static void
say(const char *kind, const char *fmt, va_list ap)
{
	char text[MESSAGE_MAX];
	/* A byte may become four; before it stand two words of ours. */
	char bytes[4 * MESSAGE_MAX + 64];
	struct idm_buf line;

	(void)vsnprintf(text, sizeof(text), fmt, ap);
	idm_buf_init_fixed(&line, bytes, sizeof(bytes));
	idm_buf_printf(&line, "%s: %s", program, kind);
	cli_clean(&line, idm_str_of(text));
	idm_buf_put(&line, "\n", 1);
	/* What was printed before is to be read before. */
	(void)fflush(stdout);
	/* One write: tools that run at once do not mix their lines. */
	(void)fwrite(line.data, 1, line.len, stderr);
}

void
cli_say_at_line(unsigned long number, struct idm_str line)
{
	at_line.number = number;
	at_line.text = line;
	at_line.is_said = false;
}

bool
cli_said_at_line(void)
{
	return at_line.is_said;
}

static void
say_line(void)
{
	if (at_line.number == 0 || at_line.is_said)
		return;
	at_line.is_said = true;
	(void)fflush(stdout);
	fprintf(stderr, "Error at line %lu: ", at_line.number);
	cli_put(stderr, at_line.text);
	fputc('\n', stderr);
}

void
cli_error(const char *fmt, ...)
{
	va_list ap;

	say_line();
	va_start(ap, fmt);
	say("", fmt, ap);
	va_end(ap);
}

void
cli_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("note: ", fmt, ap);
	va_end(ap);
}

void
cli_print(const struct idm_buf *text)
{
	/* An empty buffer may have no memory. */
	if (text->len > 0)
		(void)fwrite(text->data, 1, text->len, stdout);
}

bool
cli_flush(void)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return true;
	cli_error("standard output: %s", strerror(errno));
	return false;
}
