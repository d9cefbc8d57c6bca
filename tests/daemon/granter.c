/*
 * granter -- asks idmapd for ids, as the resolver does, and prints the answers.
 *
 *	granter grant SID... | find SID... | find-id u|g ID
 *	granter find-all <SIDS
 *	granter many FIRST COUNT DOMAIN PROCESSES AT_ONCE
 *	granter import [replace] [check] PIN...
 *	granter flush [DOMAIN] | fold | status | adopt [replace]
 *
 * many: PROCESSES processes at the same time ask for the RIDs from FIRST on,
 * COUNT of them, of S-1-5-21-1-2-DOMAIN, AT_ONCE wishes in a request, each in
 * an order of its own, and stop when they are refused.  A DOMAIN of 0 gives
 * each process a domain of its own.  Each answer is a line "SID ID", written
 * when it was got.  PIN is id:SID:ID:KIND:DOMAIN, or with a name for the SID,
 * window:SID:N:SLICE:DOMAIN or next:KIND:NUMBER:DOMAIN.  Exits 0, or 1 and says
 * why not.
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"
#include "state/remote.h"
#include "tests/random.h"
#include "wire/client.h"

#define WAIT_MS 20000

static uint64_t
number(const char *text, size_t len)
{
	struct idm_err why;
	uint64_t value;

	if (idm_num_parse(text, len, INT64_MAX, &value, &why) != IDM_OK)
		errx(2, "%s", why.text);
	return value;
}

static struct idm_sid
sid_of(struct idm_str text)
{
	struct idm_err why;
	struct idm_sid sid;

	if (idm_sid_parse(text, &sid, &why) != IDM_OK)
		errx(2, "%s", why.text);
	return sid;
}

static struct idm_remote *
open_remote(void)
{
	struct idm_remote *remote = NULL;
	struct idm_err why;

	if (idm_remote_new(IDM_SOCKET_PATH, NULL, 0, WAIT_MS, &remote, &why) !=
	    IDM_OK)
		errx(1, "%s", why.text);
	return remote;
}

static int
refused(enum idm_status st, const struct idm_err *why)
{
	printf("%s: %s\n", idm_status_name(st), why->text);
	return 1;
}

static int
print_grant(const struct idm_wish *wish, const struct idm_grant *grant)
{
	char text[IDM_SID_TEXT_MAX];

	if (grant->status != IDM_OK) {
		printf(
		    "%s: %s\n", idm_status_name(grant->status), grant->reason);
		return 1;
	}
	printf("%s %lu %c%s\n", idm_sid_format(&wish->sid, text),
	    (unsigned long)grant->id, grant->kind, grant->is_new ? " new" : "");
	return 0;
}

static int
ask_sids(bool may_allocate, int argc, char **argv)
{
	struct idm_remote *remote = open_remote();
	struct idm_allocator allocator = idm_remote_allocator(remote);
	int failed = 0;

	for (int i = 0; i < argc; i++) {
		struct idm_wish wish = { .kind = 'B' };
		struct idm_grant grant = { .status = IDM_OK };
		struct idm_err why;
		enum idm_status st;

		wish.sid = sid_of(idm_str_of(argv[i]));
		if (may_allocate)
			st = allocator.grant(
			    allocator.context, &wish, 1, &grant, &why);
		else
			st = allocator.find(
			    allocator.context, &wish, &grant, &why);
		failed |= st == IDM_OK ? print_grant(&wish, &grant)
				       : refused(st, &why);
	}
	idm_remote_free(&remote);
	return failed;
}

static int
ask_id(const char *kind, const char *id)
{
	struct idm_remote *remote = open_remote();
	struct idm_allocator allocator = idm_remote_allocator(remote);
	struct idm_buf owner;
	struct idm_err why;
	enum idm_status st;
	int failed = 0;

	idm_buf_init(&owner, 1024);
	st = allocator.find_id(allocator.context,
	    (uint32_t)number(id, strlen(id)), kind[0] == 'u' ? 'U' : 'G',
	    &owner, &why);
	if (st == IDM_OK)
		puts(idm_buf_text(&owner));
	else
		failed = refused(st, &why);
	idm_buf_fini(&owner);
	idm_remote_free(&remote);
	return failed;
}

/* ---- Many. */

/* Find what the lines of a page of SIDs say, in one request. */
static int
find_page(struct idm_remote *remote, const struct idm_wish *wish, size_t n)
{
	struct idm_state_request request = { 0 };
	struct idm_grant grant;
	struct idm_buf items;
	struct idm_str reply;
	struct idm_err why;
	enum idm_status st;
	int failed = 0;

	idm_buf_init(&items, IDM_WIRE_REQUEST_MAX);
	for (size_t i = 0; i < n; i++)
		idm_wish_write(&items, &wish[i]);
	request.items = (struct idm_str){ items.data, items.len };
	st = idm_remote_ask(remote, IDM_OP_STATE_FIND, &request, &reply, &why);
	idm_buf_fini(&items);
	if (st != IDM_OK)
		return refused(st, &why);
	for (size_t i = 0; i < n && idm_grant_next(&reply, &grant); i++)
		failed |= print_grant(&wish[i], &grant);
	return failed;
}

static int
find_all(void)
{
	static struct idm_wish wish[IDM_WISHES_MAX];
	struct idm_remote *remote = open_remote();
	char line[IDM_SID_TEXT_MAX + 2];
	int failed = 0;
	size_t n = 0;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		struct idm_str text = { line, strcspn(line, "\n") };

		wish[n++] = (struct idm_wish){ .sid = sid_of(text),
			.kind = 'B' };
		if (n < IDM_WISHES_MAX)
			continue;
		failed |= find_page(remote, wish, n);
		n = 0;
	}
	if (n > 0)
		failed |= find_page(remote, wish, n);
	idm_remote_free(&remote);
	return failed;
}

struct load {
	uint32_t first;
	uint32_t count;
	uint32_t domain; /* 0: each its own */
	unsigned processes;
	unsigned at_once;
};

/* One write of a line: what was told is known, whenever we are killed. */
static void
tell(const struct idm_wish *wish, uint32_t id)
{
	char sid[IDM_SID_TEXT_MAX], line[IDM_SID_TEXT_MAX + 16];
	int len = snprintf(line, sizeof(line), "%s %lu\n",
	    idm_sid_format(&wish->sid, sid), (unsigned long)id);

	if (write(STDOUT_FILENO, line, (size_t)len) != len)
		err(1, "write");
}

static void
shuffle(uint32_t *rid, uint32_t n, struct dice *dice)
{
	for (uint32_t i = n; i > 1; i--) {
		uint32_t j = roll(dice, i);
		uint32_t other = rid[j];

		rid[j] = rid[i - 1];
		rid[i - 1] = other;
	}
}

/* Ask for n of them; false when it was refused. */
static bool
ask_some(struct idm_allocator *allocator, const struct idm_sid *domain,
    const uint32_t *rid, size_t n)
{
	static struct idm_wish wish[IDM_WISHES_MAX];
	static struct idm_grant grant[IDM_WISHES_MAX];
	struct idm_err why;

	for (size_t i = 0; i < n; i++)
		wish[i] = (struct idm_wish){ .sid = idm_sid_of(domain, rid[i]),
			.kind = 'B' };
	if (allocator->grant(allocator->context, wish, n, grant, &why) !=
	    IDM_OK) {
		fprintf(stderr, "%s\n", why.text);
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (grant[i].status != IDM_OK)
			errx(1, "%s", grant[i].reason);
		tell(&wish[i], grant[i].id);
	}
	return true;
}

static int
be_one(const struct load *load, unsigned nth)
{
	struct idm_remote *remote = open_remote();
	struct idm_allocator allocator = idm_remote_allocator(remote);
	uint32_t number_of = load->domain == 0 ? nth + 1000 : load->domain;
	struct idm_sid domain = {
		.authority = 5, .sub = { 21, 1, 2, number_of }, .nsubs = 4
	};
	struct dice dice = { 0x5eed + nth };
	uint32_t *rid = calloc(load->count, sizeof(*rid));
	bool goes_on = rid != NULL;

	for (uint32_t i = 0; i < load->count && goes_on; i++)
		rid[i] = load->first + i;
	if (goes_on)
		shuffle(rid, load->count, &dice);
	for (uint32_t at = 0; at < load->count && goes_on;
	     at += load->at_once) {
		uint32_t n = load->count - at;

		goes_on = ask_some(&allocator, &domain, rid + at,
		    n < load->at_once ? n : load->at_once);
	}
	free(rid);
	idm_remote_free(&remote);
	return goes_on ? 0 : 1;
}

static int
ask_many(char **argv)
{
	struct load load = {
		.first = (uint32_t)number(argv[0], strlen(argv[0])),
		.count = (uint32_t)number(argv[1], strlen(argv[1])),
		.domain = (uint32_t)number(argv[2], strlen(argv[2])),
		.processes = (unsigned)number(argv[3], strlen(argv[3])),
		.at_once = (unsigned)number(argv[4], strlen(argv[4])),
	};
	int failed = 0;
	int status;

	if (load.at_once < 1 || load.at_once > IDM_WISHES_MAX)
		errx(2, "see the source");
	for (unsigned i = 0; i < load.processes; i++) {
		pid_t child = fork();

		if (child == -1)
			err(1, "fork");
		if (child == 0)
			_exit(be_one(&load, i));
	}
	while (wait(&status) != -1)
		failed |= status != 0;
	return failed;
}

/* ---- Imports. */

static struct idm_str
cut(struct idm_str *rest)
{
	const char *colon = memchr(rest->data, ':', rest->len);
	struct idm_str field = *rest;

	if (colon != NULL)
		field.len = (size_t)(colon - rest->data);
	rest->data += field.len + (colon != NULL);
	rest->len -= field.len + (colon != NULL);
	return field;
}

static struct idm_pin
pin_of(const char *text)
{
	struct idm_str rest = idm_str_of(text);
	struct idm_str type = cut(&rest);
	struct idm_pin pin = { .kind = 'B' };
	struct idm_str field;

	if (idm_str_is(type, "next")) {
		pin.type = IDM_PIN_NEXT;
		pin.kind = (uint8_t)cut(&rest).data[0];
		field = cut(&rest);
		pin.number = number(field.data, field.len);
		pin.domain = cut(&rest);
		return pin;
	}
	field = cut(&rest);
	if (memchr(field.data, '@', field.len) != NULL)
		pin.name = field;
	else
		pin.sid = sid_of(field);
	field = cut(&rest);
	pin.id = (uint32_t)number(field.data, field.len);
	field = cut(&rest);
	if (idm_str_is(type, "id")) {
		pin.type = IDM_PIN_ID;
		pin.kind = (uint8_t)field.data[0];
	} else {
		pin.type = IDM_PIN_WINDOW;
		pin.number = number(field.data, field.len);
	}
	pin.domain = cut(&rest);
	return pin;
}

static int
import(int argc, char **argv)
{
	struct idm_state_request request = { .command = { "granter", 7 } };
	struct idm_remote *remote = open_remote();
	struct idm_transfer transfer;
	struct idm_cursor cursor;
	struct idm_str reply;
	struct idm_err why;
	enum idm_status st;
	int failed = 0;

	for (; argc > 0 && strchr(argv[0], ':') == NULL; argc--, argv++)
		request.flags |= argv[0][0] == 'r' ? IDM_STATE_REPLACE
						   : IDM_STATE_CHECK;
	st = idm_transfer_begin(
	    &transfer, remote, IDM_OP_STATE_IMPORT, &request, &why);
	for (int i = 0; i < argc && st == IDM_OK; i++) {
		struct idm_pin pin = pin_of(argv[i]);

		st = idm_transfer_pin(&transfer, &pin, &why);
	}
	if (st == IDM_OK)
		st = idm_transfer_end(&transfer, &reply, &why);
	if (st == IDM_OK) {
		cursor = idm_cursor_over(reply.data, reply.len);
		printf("%lu new", (unsigned long)idm_cursor_u32(&cursor));
		printf(" %lu old\n", (unsigned long)idm_cursor_u32(&cursor));
	} else {
		failed = refused(st, &why);
	}
	idm_transfer_fini(&transfer);
	idm_remote_free(&remote);
	return failed;
}

/* ---- The rest. */

static int
ask_plain(enum idm_op op, const char *operand)
{
	struct idm_state_request request = { .command = { "granter", 7 } };
	struct idm_remote *remote = open_remote();
	struct idm_str reply;
	struct idm_err why;
	enum idm_status st;
	int failed = 0;

	if (op == IDM_OP_STATE_ADOPT && operand != NULL)
		request.flags = IDM_STATE_REPLACE;
	if (op == IDM_OP_STATE_FLUSH && operand != NULL)
		request.domain = idm_str_of(operand);
	st = idm_remote_ask(remote, op,
	    op == IDM_OP_STATE_STATUS ? NULL : &request, &reply, &why);
	if (st != IDM_OK)
		failed = refused(st, &why);
	else if (op == IDM_OP_STATE_STATUS)
		printf("%.*s", (int)reply.len, reply.data);
	else
		for (size_t i = 0; i < reply.len; i++)
			printf("%02x%s", (unsigned char)reply.data[i],
			    i + 1 == reply.len ? "\n" : "");
	idm_remote_free(&remote);
	return failed;
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		enum idm_op op;
	} plain[] = {
		{ "adopt", IDM_OP_STATE_ADOPT },
		{ "flush", IDM_OP_STATE_FLUSH },
		{ "fold", IDM_OP_STATE_FOLD },
		{ "status", IDM_OP_STATE_STATUS },
	};

	if (argc < 2)
		errx(2, "see the source");
	if (strcmp(argv[1], "grant") == 0 || strcmp(argv[1], "find") == 0)
		return ask_sids(argv[1][0] == 'g', argc - 2, argv + 2);
	if (strcmp(argv[1], "find-all") == 0)
		return find_all();
	if (strcmp(argv[1], "find-id") == 0 && argc == 4)
		return ask_id(argv[2], argv[3]);
	if (strcmp(argv[1], "many") == 0 && argc == 7)
		return ask_many(argv + 2);
	if (strcmp(argv[1], "import") == 0)
		return import(argc - 2, argv + 2);
	for (size_t i = 0; i < IDM_COUNTOF(plain); i++) {
		if (strcmp(argv[1], plain[i].name) == 0)
			return ask_plain(
			    plain[i].op, argc > 2 ? argv[2] : NULL);
	}
	errx(2, "see the source");
}
