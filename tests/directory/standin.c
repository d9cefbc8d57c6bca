/*
 * standin -- an LDAP server that is not as it should be.
 *
 *	standin ADDRESS PORT
 *
 * Takes every bind.  What a search is answered depends on its base:
 *
 *	cn=sizeN      a group of N members, 1500 at a time, as Windows does
 *	cn=stuck      a group whose rest is always its beginning
 *	cn=gap        a group whose rest begins too late
 *	cn=nothing    a group of whose rest there is nothing
 *	cn=endless    entries without end
 *	cn=stops      an entry, and then nothing
 *	cn=pages      empty pages without end
 *	cn=empty      a page whose control is empty
 *	cn=huge       8 MiB of values
 *	cn=many       100 attributes
 *	cn=monster    the head of a message of 1 GiB
 *	cn=garbage    what is no BER
 *	cn=broken     an entry that is cut off inside
 *	cn=short      half a message, and the connection ends
 *	cn=other      the answer to another question
 *	cn=slow       nothing; but others are answered
 *	cn=silent     nothing from then on
 *	cn=drop       the connection ends
 *	cn=limited    three entries, and that there are more
 *	cn=tagged     attributes with options
 *	cn=odd        a message of a type that does not belong there
 *
 * "listening" is printed when it is.  Each connection has a process.
 */

#include <arpa/inet.h>
#include <err.h>
#include <lber.h>
#include <ldap.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define RANGE 1500
#define KIB   1024

struct question {
	Sockbuf *sockbuf;
	ber_socket_t fd;
	ber_int_t id;
	char *base;
	char **attribute;
};

static BerElement *
begin(void)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);

	if (ber == NULL)
		errx(2, "out of memory");
	return ber;
}

static void
send_message(const struct question *question, BerElement *ber)
{
	if (ber_flush2(question->sockbuf, ber, LBER_FLUSH_FREE_ALWAYS) != 0)
		_exit(0);
}

static void
send_bytes(const struct question *question, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t n = write(question->fd, at, len);

		if (n <= 0)
			_exit(0);
		at += n;
		len -= (size_t)n;
	}
}

static void
send_result(const struct question *question, ber_tag_t type, int code)
{
	BerElement *ber = begin();

	ber_printf(ber, "{it{ess}}", question->id, type, code, "", "");
	send_message(question, ber);
}

static void
send_done(const struct question *question)
{
	send_result(question, LDAP_RES_SEARCH_RESULT, LDAP_SUCCESS);
}

static BerElement *
begin_entry(const struct question *question)
{
	BerElement *ber = begin();

	ber_printf(
	    ber, "{it{s{", question->id, LDAP_RES_SEARCH_ENTRY, question->base);
	return ber;
}

static void
end_entry(const struct question *question, BerElement *ber)
{
	ber_printf(ber, "}}}");
	send_message(question, ber);
}

/* An entry of one value. */
static void
send_entry(const struct question *question)
{
	BerElement *ber = begin_entry(question);

	ber_printf(ber, "{s[s]}", "cn", "one");
	end_entry(question, ber);
}

static void
put_members(BerElement *ber, const char *type, unsigned first, unsigned n)
{
	char value[40];

	ber_printf(ber, "{s[", type);
	for (unsigned i = first; i < first + n; i++) {
		(void)snprintf(value, sizeof(value), "cn=m%u,dc=x", i);
		ber_printf(ber, "s", value);
	}
	ber_printf(ber, "]}");
}

/* Members from first on, of total. */
static void
send_members(const struct question *question, unsigned first, unsigned total)
{
	unsigned n = total - first < RANGE ? total - first : RANGE;
	BerElement *ber = begin_entry(question);
	char type[60];

	if (first == 0 && total <= RANGE) {
		put_members(ber, "member", 0, total);
	} else if (first + n == total) {
		(void)snprintf(type, sizeof(type), "member;range=%u-*", first);
		put_members(ber, type, first, n);
	} else {
		(void)snprintf(type, sizeof(type), "member;range=%u-%u", first,
		    first + n - 1);
		if (first == 0)
			put_members(ber, "member", 0, 0);
		put_members(ber, type, first, n);
		put_members(ber, "cn", 0, 1);
	}
	end_entry(question, ber);
}

/* Which member is asked for first. */
static unsigned
asked_first(const struct question *question)
{
	const char *range = question->attribute == NULL
	    ? NULL
	    : strstr(question->attribute[0], ";range=");

	return range == NULL ? 0 : (unsigned)strtoul(range + 7, NULL, 10);
}

static void
size(const struct question *question)
{
	send_members(question, asked_first(question),
	    (unsigned)strtoul(question->base + strlen("cn=size"), NULL, 10));
	send_done(question);
}

static void
stuck(const struct question *question)
{
	send_members(question, 0, 4000);
	send_done(question);
}

static void
gap(const struct question *question)
{
	unsigned first = asked_first(question);

	send_members(question, first == 0 ? 0 : first + 1, 4000);
	send_done(question);
}

static void
nothing(const struct question *question)
{
	if (asked_first(question) == 0)
		send_members(question, 0, 4000);
	send_done(question);
}

static void
endless(const struct question *question)
{
	for (;;)
		send_entry(question);
}

static void
stops(const struct question *question)
{
	send_entry(question);
}

static void
pages(const struct question *question)
{
	static const char more[] = { 0x30, 0x06, 0x02, 0x01, 0x00, 0x04, 0x01,
		'x' };
	BerElement *ber = begin();

	ber_printf(ber, "{it{ess}t{{so}}}", question->id,
	    LDAP_RES_SEARCH_RESULT, LDAP_SUCCESS, "", "",
	    (ber_tag_t)LDAP_TAG_CONTROLS, LDAP_CONTROL_PAGEDRESULTS, more,
	    (ber_len_t)sizeof(more));
	send_message(question, ber);
}

static void
empty(const struct question *question)
{
	BerElement *ber = begin();

	ber_printf(ber, "{it{ess}t{{so}}}", question->id,
	    LDAP_RES_SEARCH_RESULT, LDAP_SUCCESS, "", "",
	    (ber_tag_t)LDAP_TAG_CONTROLS, LDAP_CONTROL_PAGEDRESULTS, "",
	    (ber_len_t)0);
	send_message(question, ber);
}

static void
huge(const struct question *question)
{
	static char value[KIB];
	BerElement *ber = begin_entry(question);

	memset(value, 'x', sizeof(value));
	ber_printf(ber, "{s[", "description");
	for (int i = 0; i < 8 * KIB; i++)
		ber_printf(ber, "o", value, (ber_len_t)sizeof(value));
	ber_printf(ber, "]}");
	end_entry(question, ber);
	send_done(question);
}

static void
many(const struct question *question)
{
	BerElement *ber = begin_entry(question);
	char type[20];

	for (int i = 0; i < 100; i++) {
		(void)snprintf(type, sizeof(type), "a%d", i);
		ber_printf(ber, "{s[s]}", type, "x");
	}
	end_entry(question, ber);
	send_done(question);
}

static void
monster(const struct question *question)
{
	static const unsigned char head[] = { 0x30, 0x84, 0x40, 0, 0, 0 };

	send_bytes(question, head, sizeof(head));
}

static void
garbage(const struct question *question)
{
	static const char text[] = "HTTP/1.1 400 Bad Request\r\n\r\n\xff\xff";

	send_bytes(question, text, sizeof(text));
}

/* The lengths of what is inside say more than there is. */
static void
broken(const struct question *question)
{
	const unsigned char entry[] = { 0x30, 0x14, 0x02, 0x01,
		(unsigned char)question->id, 0x64, 0x0f, 0x04, 0x02, 'c', '=',
		0x30, 0x70, 0x30, 0x60, 0x04, 0x50, 'c', 'n', 0x31, 0x04, 'x' };

	send_bytes(question, entry, sizeof(entry));
	send_done(question);
}

static void
cut_short(const struct question *question)
{
	static const unsigned char half[] = { 0x30, 0x20, 0x02, 0x01 };

	send_bytes(question, half, sizeof(half));
	_exit(0);
}

static void
other(const struct question *question)
{
	struct question changed = *question;

	changed.id += 1000;
	send_entry(&changed);
	send_done(&changed);
}

static void
slow(const struct question *question)
{
	(void)question;
}

static void
silent(const struct question *question)
{
	(void)question;
	for (;;)
		(void)pause();
}

static void
drop(const struct question *question)
{
	(void)question;
	_exit(0);
}

static void
limited(const struct question *question)
{
	for (int i = 0; i < 3; i++)
		send_entry(question);
	send_result(question, LDAP_RES_SEARCH_RESULT, LDAP_SIZELIMIT_EXCEEDED);
}

static void
tagged(const struct question *question)
{
	BerElement *ber = begin_entry(question);

	ber_printf(ber, "{s[s]}", "cn;lang-de", "eins");
	ber_printf(ber, "{s[s]}", "cn", "one");
	ber_printf(ber, "{s[s]}", "CN", "two");
	ber_printf(ber, "{s[s]}", "key;binary", "three");
	ber_printf(ber, "{s[s]}", "uid;range=5-*", "four");
	ber_printf(ber, "{s[s]}", "uid;range=x", "five");
	end_entry(question, ber);
	send_done(question);
}

static void
odd(const struct question *question)
{
	send_result(question, LDAP_RES_MODIFY, LDAP_SUCCESS);
}

static const struct {
	const char *base; /* or its beginning */
	void (*answer)(const struct question *);
} answers[] = {
	{ "cn=size", size },
	{ "cn=stuck", stuck },
	{ "cn=gap", gap },
	{ "cn=nothing", nothing },
	{ "cn=endless", endless },
	{ "cn=stops", stops },
	{ "cn=pages", pages },
	{ "cn=empty", empty },
	{ "cn=huge", huge },
	{ "cn=many", many },
	{ "cn=monster", monster },
	{ "cn=garbage", garbage },
	{ "cn=broken", broken },
	{ "cn=short", cut_short },
	{ "cn=other", other },
	{ "cn=slow", slow },
	{ "cn=silent", silent },
	{ "cn=drop", drop },
	{ "cn=limited", limited },
	{ "cn=tagged", tagged },
	{ "cn=odd", odd },
};

static void
search(struct question *question, BerElement *ber)
{
	ber_int_t scope, deref, limit, seconds, types;

	if (ber_scanf(ber, "{aeeiibx{v}", &question->base, &scope, &deref,
		&limit, &seconds, &types, &question->attribute) == LBER_ERROR)
		_exit(1);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (strncmp(question->base, answers[i].base,
			strlen(answers[i].base)) == 0) {
			answers[i].answer(question);
			return;
		}
	}
	send_entry(question);
	send_done(question);
}

static void
serve(ber_socket_t fd)
{
	struct question question = { .fd = fd };

	question.sockbuf = ber_sockbuf_alloc();
	ber_sockbuf_ctrl(question.sockbuf, LBER_SB_OPT_SET_FD, &fd);
	ber_sockbuf_add_io(question.sockbuf, &ber_sockbuf_io_tcp,
	    LBER_SBIOD_LEVEL_PROVIDER, NULL);
	for (;;) {
		BerElement *ber = begin();
		ber_len_t len;
		ber_tag_t type;

		if (ber_get_next(question.sockbuf, &len, ber) == LBER_ERROR ||
		    ber_scanf(ber, "it", &question.id, &type) == LBER_ERROR)
			_exit(0);
		if (type == LDAP_REQ_BIND)
			send_result(&question, LDAP_RES_BIND, LDAP_SUCCESS);
		else if (type == LDAP_REQ_SEARCH)
			search(&question, ber);
		else if (type == LDAP_REQ_UNBIND)
			_exit(0);
		ber_free(ber, 1);
	}
}

int
main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	const int on = 1;
	int server;

	if (argc != 3)
		errx(2, "usage: standin ADDRESS PORT");
	(void)signal(SIGCHLD, SIG_IGN);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (inet_pton(AF_INET, argv[1], &address.sin_addr) != 1)
		errx(2, "%s: no address", argv[1]);
	address.sin_port = htons((uint16_t)strtoul(argv[2], NULL, 10));
	server = socket(AF_INET, SOCK_STREAM, 0);
	if (server == -1 ||
	    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ==
		-1 ||
	    bind(server, (const struct sockaddr *)&address, sizeof(address)) ==
		-1 ||
	    listen(server, 16) == -1)
		err(2, "listen");
	(void)printf("listening\n");
	(void)fflush(stdout);
	for (;;) {
		int fd = accept(server, NULL, NULL);

		if (fd == -1)
			continue;
		if (fork() == 0) {
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			(void)close(server);
			serve(fd);
		}
		(void)close(fd);
	}
}
