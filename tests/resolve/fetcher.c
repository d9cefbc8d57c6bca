/*
 * fetcher -- asks a directory as idmapd does, for scripts.
 *
 *	fetcher ACCOUNTS SETTING=VALUE... -- QUESTION...
 *
 * A question is a kind as the wire has it, how, and whom: "un:alice",
 *"gi:5000", "as:S-1-5-21-...".  Each is answered by lines of passwd, group,
 *"gids ..." and "account FLAGS", or by one line, the status and the reason.
 *
 * Settings: uri, base, schema, sid, backend, low, high, flags (of the domain),
 * and what struct idm_directory has under the names below.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/fixture.h"

#include "base/clock.h"
#include "directory/servers.h"
#include "map/snapshot.h"
#include "resolve/fetch.h"

struct world {
	struct fixture fixture;
	struct idm_domain domain;
	struct idm_directory settings;
	struct idm_schema_map schema;
	struct idm_servers *servers;
	struct idm_session *session;
	struct idm_maps *maps;
	const char *accounts;
	struct idm_err err;
};

static void
die(const char *what, const struct idm_err *err)
{
	fprintf(stderr, "fetcher: %s: %s\n", what, err->text);
	exit(2);
}

static void
copy(char *to, size_t size, const char *text)
{
	if (strlen(text) >= size)
		abort();
	memcpy(to, text, strlen(text) + 1);
}

/* ---- Settings. */

#define TEXT(field)                                                            \
	{                                                                      \
#field, offsetof(struct idm_directory, field),                 \
		    sizeof(((struct idm_directory *)0)->field)                 \
	}
static const struct {
	const char *name;
	size_t at;
	size_t size;
} texts[] = {
	TEXT(base),
	TEXT(user_base),
	TEXT(group_base),
	TEXT(user_filter),
	TEXT(group_filter),
	TEXT(allow_ous),
	TEXT(deny_ous),
	TEXT(bind_dn),
	TEXT(password_file),
	TEXT(principal),
	TEXT(keytab),
	TEXT(ca_file),
	TEXT(allowed_shells),
	TEXT(shell_fallback),
	TEXT(servers),
};

static bool
set_text(struct world *world, const char *name, size_t n, const char *value)
{
	for (size_t i = 0; i < IDM_COUNTOF(texts); i++) {
		if (strlen(texts[i].name) == n &&
		    memcmp(texts[i].name, name, n) == 0) {
			copy((char *)&world->settings + texts[i].at,
			    texts[i].size, value);
			return true;
		}
	}
	return false;
}

static bool
set_number(struct world *world, const char *name, size_t n, uint32_t number)
{
	struct idm_domain *domain = &world->domain;
	struct idm_directory *settings = &world->settings;

	if (strncmp(name, "schema", n) == 0)
		settings->schema = (uint8_t)number;
	else if (strncmp(name, "nesting", n) == 0)
		settings->nesting = (uint8_t)number;
	else if (strncmp(name, "bind", n) == 0)
		settings->bind = (uint8_t)number;
	else if (strncmp(name, "tls", n) == 0)
		settings->tls = (uint8_t)number;
	else if (strncmp(name, "directory_flags", n) == 0)
		settings->flags |= number;
	else if (strncmp(name, "backend", n) == 0)
		domain->backend = (uint8_t)number;
	else if (strncmp(name, "low", n) == 0)
		domain->low = number;
	else if (strncmp(name, "high", n) == 0)
		domain->high = number;
	else if (strncmp(name, "flags", n) == 0)
		domain->flags |= number;
	else
		return false;
	return true;
}

static void
set(struct world *world, const char *word)
{
	size_t n = strcspn(word, "=");
	const char *value = word + n + 1;

	if (word[n] != '=')
		abort();
	if (set_text(world, word, n, value))
		return;
	if (n == 3 && memcmp(word, "sid", 3) == 0) {
		if (idm_sid_parse(idm_str_of(value), &world->domain.sid,
			&world->err) != IDM_OK)
			die(word, &world->err);
		return;
	}
	if (!set_number(world, word, n, (uint32_t)strtoul(value, NULL, 0))) {
		fprintf(stderr, "fetcher: %s is no setting\n", word);
		exit(2);
	}
}

static void
make(struct world *world)
{
	fixture_make(&world->fixture, getuid());
	fixture_domains(&world->fixture, &world->domain, 1);
	if (idm_maps_open(world->fixture.dir, getuid(), &world->maps,
		&world->err) != IDM_OK)
		die("maps", &world->err);
	idm_schema_map(&world->settings, &world->schema);
	if (idm_servers_new(&world->settings, &world->servers, &world->err) !=
		IDM_OK ||
	    idm_session_new(&world->settings, world->servers, &world->session,
		&world->err) != IDM_OK)
		die("session", &world->err);
}

/* ---- Answers. */

#define SHOW(text) (int)(text).len, (text).data

static void
show_group(struct idm_str value)
{
	struct idm_own_group group;
	struct idm_err err;

	if (idm_own_group_read(value, &group, &err) != IDM_OK)
		die("group", &err);
	printf("%.*s:x:%u:", SHOW(group.name), group.gid);
	for (uint32_t i = 0; i < group.nmembers; i++) {
		struct idm_str member = idm_cursor_str(&group.members);

		printf("%s%.*s", i == 0 ? "" : ",", SHOW(member));
	}
	putchar('\n');
}

static void
show(const struct idm_looked_up *answer)
{
	struct idm_cached_account account;
	struct idm_cursor gids;
	struct idm_own_user user;
	struct idm_err err;
	uint32_t n;

	if (answer->user.len > 0) {
		if (idm_own_user_read(answer->user, &user, &err) != IDM_OK ||
		    idm_cached_account_read(answer->account, &account, &err) !=
			IDM_OK)
			die("user", &err);
		printf("%.*s:x:%u:%u:%.*s:%.*s:%.*s\n", SHOW(user.name),
		    user.uid, user.gid, SHOW(user.gecos), SHOW(user.home),
		    SHOW(user.shell));
		if (account.flags != 0)
			printf("account %#x\n", account.flags);
	}
	if (answer->group.len > 0)
		show_group(answer->group);
	if (answer->gids.len > 0) {
		if (idm_own_gids_read(answer->gids, &gids, &n, &err) != IDM_OK)
			die("gids", &err);
		printf("gids");
		while (n-- > 0)
			printf(" %u", idm_cursor_u32(&gids));
		putchar('\n');
	}
	if ((answer->flags & IDM_CACHED_PARTIAL) != 0)
		printf("partial\n");
}

static void
refused(void *context, const char *text)
{
	(void)context;
	fprintf(stderr, "refused: %s\n", text);
}

static void
ask(struct world *world, const char *word)
{
	struct idm_lookup lookup = { .domain = idm_str_of("corp") };
	const struct idm_finder finder = {
		.session = world->session,
		.settings = &world->settings,
		.schema = &world->schema,
		.domain_sid = world->domain.sid,
		.deadline = idm_clock_ms() + 20000,
		.now = (uint64_t)time(NULL),
		.refused = refused,
	};
	const struct idm_fetch fetch = {
		.maps = world->maps,
		.domain = &world->maps->domains.domain[0],
		.finder = &finder,
		.account_dir = world->accounts,
	};
	struct idm_fetched *fetched = NULL;
	enum idm_status st;

	if (strlen(word) < 3 || word[2] != ':')
		abort();
	lookup.kind = (uint8_t)word[0];
	lookup.by = (uint8_t)word[1];
	lookup.name = idm_str_of(word + 3);
	if (lookup.by == IDM_LOOKUP_BY_ID)
		lookup.id = (uint32_t)strtoul(word + 3, NULL, 10);
	if (lookup.by == IDM_LOOKUP_BY_SID &&
	    idm_sid_parse(lookup.name, &lookup.sid, &world->err) != IDM_OK)
		die(word, &world->err);
	st = idm_fetch(&fetch, &lookup, &fetched, &world->err);
	if (st == IDM_OK)
		show(idm_fetched_answer(fetched));
	else
		printf("%s: %s\n", idm_status_name(st), world->err.text);
	idm_fetched_free(&fetched);
}

int
main(int argc, char **argv)
{
	struct world world = {
		.domain = {
			.name = "corp",
			.dns = "example.com",
			.netbios = "CORP",
			.backend = IDM_BACKEND_RFC2307,
			.low = 10000,
			.high = 9000000,
			.home = "/home/%U",
			.shell = "/bin/sh",
		},
	};
	int i = 2;

	if (argc < 3)
		return 2;
	world.accounts = argv[1];
	idm_directory_defaults(&world.settings);
	for (; i < argc && strcmp(argv[i], "--") != 0; i++)
		set(&world, argv[i]);
	make(&world);
	for (i++; i < argc; i++)
		ask(&world, argv[i]);
	idm_session_free(&world.session);
	idm_servers_free(&world.servers);
	idm_maps_close(&world.maps);
	fixture_remove(&world.fixture);
	return 0;
}
