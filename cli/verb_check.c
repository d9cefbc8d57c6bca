#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "map/snapshot.h"
#include "wire/client.h"

#include "config/conf.h"

#include "cli/checkdomains.h"
#include "cli/checknames.h"
#include "cli/json.h"
#include "cli/maps.h"
#include "cli/rulecheck.h"
#include "cli/serving.h"
#include "cli/settings.h"
#include "cli/store.h"
#include "cli/verb.h"

/* What has been looked at so far. */
struct checking {
	json_t *results; /* each {"check", "good", "text"} */
	unsigned problems;
};

static void tell(struct checking *, const char *check, bool is_good,
    const char *, ...) IDM_PRINTF(4, 5);

static void
tell(struct checking *checking, const char *check, bool is_good,
    const char *fmt, ...)
{
	struct idm_err line;
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)idm_fail(&line, IDM_OK, "%s", text); /* without control bytes */
	if (!is_good)
		checking->problems++;
	(void)json_array_append_new(checking->results,
	    json_pack("{s:s, s:b, s:s}", "check", check, "good", is_good,
		"text", line.text));
}

static void
check_settings(struct checking *checking, const struct idm_maps *maps)
{
	struct idm_policy wanted;
	json_t *difference;
	struct idm_err err;
	size_t n;

	if (settings_load(&wanted, &err) != IDM_OK) {
		tell(checking, "settings", false, "%s", err.text);
		return;
	}
	if (maps == NULL)
		return;
	difference = settings_difference(&maps->policy, &wanted);
	n = json_object_size(difference);
	json_decref(difference);
	if (n > 0) {
		tell(checking, "settings", false,
		    "%zu setting%s of %s or this host not in force: run "
		    "'idmap apply'",
		    n, n == 1 ? " is" : "s are", IDM_CONF_PATH);
		return;
	}
	tell(checking, "settings", true, "in force");
}

/* Does a line of nsswitch.conf name idmap, and behind files? */
static bool
is_listed(const char *line, bool *behind_files)
{
	const char *idmap = strstr(line, " idmap");
	const char *files = strstr(line, " files");

	if (idmap == NULL ||
	    (idmap[6] != '\0' && strchr(" \t\n[", idmap[6]) == NULL))
		return false;
	*behind_files = files != NULL && files < idmap;
	return true;
}

static void
check_database(
    struct checking *checking, const char *text, const char *database)
{
	char line[512];
	bool behind_files = false;
	const char *at = text;
	size_t len = strlen(database);

	/* The last line of a database is the one that glibc uses. */
	line[0] = '\0';
	while (*at != '\0') {
		size_t n = strcspn(at, "\n");
		const char *word = at + strspn(at, " \t");

		if (strncmp(word, database, len) == 0 && word[len] == ':') {
			(void)snprintf(line, sizeof(line), " %.*s", (int)n, at);
		}
		at += n + (at[n] == '\n');
	}
	for (char *c = line; *c != '\0'; c++) {
		if (*c == '\t' || *c == ':')
			*c = ' ';
	}
	if (!is_listed(line, &behind_files)) {
		tell(checking, database, false,
		    "%s/nsswitch.conf: add 'idmap' to the end of the '%s:' "
		    "line",
		    IDM_ACCOUNTDIR, database);
	} else if (!behind_files) {
		tell(checking, database, false,
		    "%s/nsswitch.conf: 'idmap' must stand behind 'files' in "
		    "the '%s:' line",
		    IDM_ACCOUNTDIR, database);
	} else {
		tell(checking, database, true, "idmap is asked behind files");
	}
}

static void
check_nsswitch(struct checking *checking)
{
	static const char path[] = IDM_ACCOUNTDIR "/nsswitch.conf";
	char text[16384];
	FILE *file = fopen(path, "re");
	size_t n;

	if (file == NULL) {
		tell(checking, "nsswitch", false, "%s: %m", path);
		return;
	}
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	(void)fclose(file);
	check_database(checking, text, "passwd");
	check_database(checking, text, "group");
	check_database(checking, text, "shadow");
}

/* Has one of PAM's files a line that asks pam_idmap about accounts? */
static bool
asks_pam_idmap(int dirfd, const char *name)
{
	int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	FILE *file = fd == -1 ? NULL : fdopen(fd, "r");
	bool is_found = false;
	char line[1024];

	if (file == NULL) {
		if (fd != -1)
			(void)close(fd);
		return false;
	}
	while (!is_found && fgets(line, sizeof(line), file) != NULL) {
		const char *word = line + strspn(line, " \t-");

		is_found = strncmp(word, "account", 7) == 0 &&
		    strstr(word, "pam_idmap.so") != NULL;
	}
	(void)fclose(file);
	return is_found;
}

static void
check_pam(struct checking *checking)
{
	static const char path[] = IDM_ACCOUNTDIR "/pam.d";
	DIR *dir = opendir(path);
	const struct dirent *entry;
	bool is_found = false;

	if (dir == NULL) {
		tell(checking, "pam", false, "%s: %m", path);
		return;
	}
	while (!is_found && (entry = readdir(dir)) != NULL)
		is_found = asks_pam_idmap(dirfd(dir), entry->d_name);
	(void)closedir(dir);
	if (is_found)
		tell(
		    checking, "pam", true, "pam_idmap is asked who may log in");
	else
		tell(checking, "pam", false,
		    "no account line in %s names pam_idmap.so: run "
		    "'pam-auth-update --enable idmap', or see pam_idmap(8)",
		    path);
}

/* Note in the bool at context that a scheme is in USER mode. */
static enum idm_status
note_user_mode(void *context, struct idm_str name,
    const struct idm_ruleset *ruleset, struct idm_err *err)
{
	bool *is_used = context;

	(void)name;
	(void)err;
	if (ruleset->user_mode)
		*is_used = true;
	return IDM_OK;
}

static void
check_users(struct checking *checking, const struct idm_maps *maps)
{
	const uid_t root = 0;
	struct idm_client *client = NULL;
	struct idm_err err;
	bool is_used = false;

	if (cli_ruleset_each(maps->map, IDM_RULESET_SCHEME, note_user_mode,
		&is_used, &err) != IDM_OK) {
		tell(checking, "users", false, "%s", err.text);
		return;
	}
	if (!is_used) {
		tell(checking, "users", true, "no scheme is in USER mode");
		return;
	}
	if (maps->users == NULL) {
		tell(checking, "users", false,
		    "schemes in USER mode answer nothing: %s",
		    maps->users_err.status != IDM_OK
			? maps->users_err.text
			: "no users' map was adopted");
	} else {
		tell(checking, "users", true, "the users' map is in place");
	}
	if (idm_client_open(IDM_SOCKET_PATH, &root, 1, &client, &err) !=
	    IDM_OK) {
		tell(checking, "idmapd", false,
		    "users cannot change their entries: %s", err.text);
	} else {
		tell(checking, "idmapd", true, "answers");
	}
	idm_client_close(&client);
}

/* Can the name service get to every scheme that it is to ask? */
static void
check_serving(struct checking *checking, const struct idm_maps *maps)
{
	unsigned hidden = 0;

	for (uint32_t i = 0; i < maps->nserving; i++) {
		const struct idm_serving *by = cli_hidden_by(maps, i);

		if (by == NULL)
			continue;
		hidden++;
		tell(checking, "schemes", false,
		    "the name service never comes to '%s', since '%s' has all "
		    "its names and is asked first: run 'idadmin -S scheme "
		    "--nss no' for one of them",
		    maps->serving[i].scheme, by->scheme);
	}
	if (hidden == 0)
		tell(checking, "schemes", true,
		    "the name service comes to all that serve it");
}

/* Of very many rules that are wrong, the first ones are told. */
#define RULES_TOLD 50

struct told_rules {
	struct checking *checking;
	size_t faults;
};

static void
tell_rule(void *context, bool is_fault, const char *text)
{
	struct told_rules *told = context;

	if (is_fault && ++told->faults > RULES_TOLD)
		return;
	tell(told->checking, "rules", !is_fault, "%s", text);
}

static void
check_rules(struct checking *checking, const struct idm_maps *maps)
{
	struct told_rules told = { .checking = checking };
	struct idm_err err;
	size_t rules = 0;

	if (rulecheck(maps, IDM_ACCOUNTDIR, tell_rule, &told, &rules, &err) !=
	    IDM_OK) {
		tell(checking, "rules", false, "%s", err.text);
		return;
	}
	if (told.faults > RULES_TOLD) {
		tell(checking, "rules", false, "and %zu more",
		    told.faults - RULES_TOLD);
	}
	if (rules > 0 && told.faults == 0)
		tell(checking, "rules", true, "%zu name rules", rules);
}

static void
take_finding(void *context, const char *check, bool is_good, const char *text)
{
	tell(context, check, is_good, "%s", text);
}

static void
check_map(struct checking *checking)
{
	struct idm_maps *maps = NULL;
	struct idm_view *view = NULL;
	struct idm_err err;
	enum idm_status st;

	st = store_open(STORE_MAP_PATH, STORE_MAP, &view, &err);
	if (st == IDM_OK)
		st = store_whole(view, STORE_MAP_PATH, &err);
	idm_view_close(&view);
	if (st == IDM_OK)
		st = idm_maps_open(IDM_STATEDIR, 0, &maps, &err);
	if (st != IDM_OK)
		tell(checking, "map", false, "%s", err.text);
	else
		tell(checking, "map", true, "%s is whole", STORE_MAP_PATH);
	check_settings(checking, maps);
	if (maps != NULL) {
		check_users(checking, maps);
		check_serving(checking, maps);
		cli_check_domains(maps, take_finding, checking);
		cli_check_names(maps, take_finding, checking);
		check_rules(checking, maps);
	}
	idm_maps_close(&maps);
}

enum verb_exit
verb_check(const struct verb_call *call)
{
	struct checking checking = { .results = json_array() };
	json_t *result;
	size_t i;

	check_map(&checking);
	check_nsswitch(&checking);
	check_pam(&checking);
	if (call->json) {
		cli_json_print(json_incref(checking.results));
	} else {
		json_array_foreach(checking.results, i, result)
		{
			const char *check;
			const char *text;
			int is_good;

			if (json_unpack(result, "{s:s, s:b, s:s}", "check",
				&check, "good", &is_good, "text", &text) != 0)
				continue;
			printf("%-7s %-8s %s\n", is_good ? "ok" : "PROBLEM",
			    check, text);
		}
	}
	json_decref(checking.results);
	return checking.problems == 0 ? VERB_SUCCESS : VERB_FAILURE;
}
