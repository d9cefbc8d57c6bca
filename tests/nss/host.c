#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "map/namerules_edit.h"
#include "map/rewrite.h"
#include "map/snapshot.h"
#include "nss/place.h"
#include "tests/nss/host.h"

static const struct fixture_entry entries[] = {
	{ "comunix!foo", "foo", 0 },
	{ "comunix!bad", "%i", 0 },
	{ "comunix!gone", "gone", 0 },
	{ "comunix!daemon", "daemon", 0 },
	{ "comunix!admin", "root", IDM_ENTRY_PRIVILEGED },
	{ "*!*", "%1", 0 },
};
static const struct fixture_ruleset scheme = {
	FIXTURE_SCHEME("myscheme", "M2!M1", entries),
};

static const struct fixture_entry dotted_entries[] = {
	{ "*.*", "%1", 0 },
};
static const struct fixture_ruleset dotted_scheme = {
	FIXTURE_SCHEME("dotted", "M1.M2", dotted_entries),
};

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
			     "daemon:x:1:1::/:/usr/sbin/nologin\n"
			     "john:x:1400:1400:John:/home/john:/bin/sh\n"
			     "john.doe:x:1401:1401:John Doe:/home/jd:/bin/sh\n"
			     "foo:x:1500:1600:Foo,,,:/home/foo:/bin/sh\n"
			     "bar:x:1501:1600::/home/bar:/bin/sh\n"
			     "plain:x:1502:1600::/home/plain:/bin/sh\n"
			     "dynamic:x:61184:61184::/:\n"
			     "odd:x:zero:1::/:\n"
			     "nobody:x:65534:65534::/:/usr/sbin/nologin\n";

static const char group[] = "root:x:0:\n"
			    "sudo:x:27:foo,john\n"
			    "foo:x:1600:foo\n"
			    "users:x:100:bar,foo\n"
			    "sudo:x:27:foo\n"
			    "bar:x:1501:bar\n"
			    "video:x:44:foo\n";

static const char shadow[] = "root:*:19000::::::\n"
			     "john:$y$john:19001:0:99999:7:::\n"
			     "foo:$y$foo:19002:1:99999:7:14:20000:5\n"
			     "bar:!:19003:x:::::\n";

static struct fixture maps;
static struct idm_snapshot *snapshot;
static char accounts[64];

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(99);
}

struct idm_snapshot *
nss_snapshot(void)
{
	return snapshot;
}

const char *
nss_account_dir(void)
{
	return accounts;
}

/* Nobody listens: what asks idmapd is tested with a real one. */
const char *
nss_socket(void)
{
	return "/nonexistent/idmapd.sock";
}

const struct fixture *
host_maps(void)
{
	return &maps;
}

const char *
host_accounts(void)
{
	return accounts;
}

void
host_forget_maps(void)
{
	struct idm_err err;

	idm_snapshot_free(&snapshot);
	if (idm_snapshot_new(maps.dir, maps.owner, &snapshot, &err) != IDM_OK)
		die(err.text);
}

void
host_reply(enum idm_alias_reply reply)
{
	struct idm_policy policy = idm_policy_default;

	policy.alias_reply = reply;
	fixture_policy(&maps, &policy);
	host_forget_maps();
}

void
host_write(const char *file, const char *text, size_t len)
{
	char path[128];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/%s", accounts, file);
	out = fopen(path, "we");
	if (out == NULL || fwrite(text, 1, len, out) != len || fclose(out) != 0)
		die(path);
}

void
host_restore(void)
{
	host_write("passwd", passwd, sizeof(passwd) - 1);
	host_write("group", group, sizeof(group) - 1);
	host_write("shadow", shadow, sizeof(shadow) - 1);
}

void
host_make(void)
{
	(void)snprintf(accounts, sizeof(accounts), "/tmp/idm-host-XXXXXX");
	if (mkdtemp(accounts) == NULL || chmod(accounts, 0755) == -1)
		die(accounts);
	host_restore();
	fixture_make(&maps, geteuid());
	fixture_install(&maps, &scheme);
	fixture_install(&maps, &dotted_scheme);
	host_forget_maps();
}

void
host_remove(void)
{
	static const char *const files[] = { "passwd", "group", "shadow" };
	char path[128];

	for (size_t i = 0; i < IDM_COUNTOF(files); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", accounts, files[i]);
		if (unlink(path) == -1)
			die(path);
	}
	if (rmdir(accounts) == -1)
		die(accounts);
	idm_snapshot_free(&snapshot);
	fixture_remove(&maps);
}

unsigned
open_files(void)
{
	DIR *fds = opendir("/proc/self/fd");
	unsigned n = 0;

	if (fds == NULL)
		die("/proc/self/fd");
	while (readdir(fds) != NULL)
		n++;
	(void)closedir(fds);
	return n;
}

void
host_rules(const struct host_rule *rule, size_t n)
{
	struct idm_rewrite *rewrite = fixture_begin(host_maps());
	struct idm_err err;
	size_t removed;

	if (idm_namerules_clear(rewrite, &removed, &err) != IDM_OK)
		die(err.text);
	for (size_t i = 0; i < n; i++) {
		struct idm_namerule added = {
			.direction = IDM_RULE_TO_UNIX,
			.flags = rule[i].flags,
			.win_is_group = rule[i].is_group,
			.unix_is_group = rule[i].is_group,
			.win = idm_str_of(rule[i].win),
			.domain = idm_str_of(rule[i].domain),
			.unix = idm_str_of(rule[i].unix),
		};
		bool unchanged;

		if (idm_namerules_add(rewrite, &added, &unchanged, &err) !=
		    IDM_OK)
			die(err.text);
	}
	fixture_commit(rewrite);
	host_forget_maps();
}
