#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "map/verify.h"

#include "cli/json.h"
#include "cli/say.h"
#include "cli/state.h"
#include "cli/store.h"
#include "cli/verb.h"

/* Where the findings of one file go. */
struct findings {
	const char *path;
	json_t *list; /* NULL: print */
};

static void
take_finding(void *context, const char *text)
{
	struct findings *findings = context;

	/* A name in it may be anything that a hostile file holds. */
	if (findings->list != NULL) {
		(void)json_array_append_new(
		    findings->list, cli_json_text(idm_str_of(text)));
		return;
	}
	printf("%s: ", findings->path);
	cli_put(stdout, idm_str_of(text));
	(void)putchar('\n');
}

/* The text of a failure often begins with the path, as every finding does. */
static const char *
without_path(const char *text, const char *path)
{
	size_t len = strlen(path);

	if (strncmp(text, path, len) == 0 && strncmp(text + len, ": ", 2) == 0)
		return text + len + 2;
	return text;
}

/*
 * Look at one file.  A file that cannot even be opened is a finding too: it
 * is what the administrator came to hear about.
 */
static enum verb_exit
verify_file(const char *path, enum store_file which, json_t *files)
{
	struct findings findings = { .path = path };
	struct idm_verify_report report = {
		.finding = take_finding,
		.context = &findings,
	};
	struct idm_view *view = NULL;
	struct idm_err err;
	enum idm_status st;

	if (files != NULL)
		findings.list = json_array();
	st = store_open(path, which, &view, &err);
	if (st == IDM_OK)
		st = idm_verify(view, &report, &err);
	idm_view_close(&view);
	if (st != IDM_OK) {
		report.findings++;
		take_finding(&findings, without_path(err.text, path));
	}

	if (files != NULL) {
		(void)json_array_append_new(files,
		    json_pack("{s:s, s:I, s:o}", "file", path, "records",
			(json_int_t)report.records, "findings", findings.list));
	} else {
		printf("%s: %llu records, %llu finding%s\n", path,
		    (unsigned long long)report.records,
		    (unsigned long long)report.findings,
		    report.findings == 1 ? "" : "s");
	}
	if (st == IDM_NOTFOUND)
		return VERB_ABSENT;
	return report.findings == 0 ? VERB_SUCCESS : VERB_FAILURE;
}

/*
 * The journal beside state.gdbm: can it be read, and does it go on from there?
 */
static enum verb_exit
verify_journal(json_t *files)
{
	struct findings findings = { .path = CLI_STATE_DIR "/journal" };
	struct idm_state_peek peek = { 0 };
	unsigned long long changes = 0;
	struct idm_err err;
	enum idm_status st;

	if (files != NULL)
		findings.list = json_array();
	st = cli_state_peek(&peek, &err);
	if (st == IDM_OK)
		changes = idm_changes_count(peek.changes);
	else
		take_finding(&findings, without_path(err.text, findings.path));
	idm_state_peek_fini(&peek);
	if (files != NULL) {
		(void)json_array_append_new(files,
		    json_pack("{s:s, s:I, s:o}", "file", findings.path,
			"records", (json_int_t)changes, "findings",
			findings.list));
	} else {
		printf("%s: %llu records, %d finding%s\n", findings.path,
		    changes, st != IDM_OK, st == IDM_OK ? "s" : "");
	}
	return st == IDM_OK ? VERB_SUCCESS : VERB_FAILURE;
}

/* The allocations: state.gdbm record by record, then its journal. */
static enum verb_exit
verify_state(json_t *files)
{
	enum verb_exit worst = verify_file(CLI_STATE_PATH, STORE_ANY, files);
	enum verb_exit journal = verify_journal(files);

	return worst == VERB_SUCCESS ? journal : worst;
}

enum verb_exit
verb_verify(const struct verb_call *call)
{
	json_t *files = call->json ? json_array() : NULL;
	enum verb_exit worst = VERB_SUCCESS;

	if (call->argc == 1) {
		worst = verify_file(call->argv[0], STORE_ANY, files);
	} else {
		worst = verify_file(STORE_MAP_PATH, STORE_MAP, files);
		if (access(STORE_USERS_PATH, F_OK) == 0 &&
		    verify_file(STORE_USERS_PATH, STORE_USERS, files) !=
			VERB_SUCCESS)
			worst = VERB_FAILURE;
		if (access(CLI_STATE_PATH, F_OK) == 0 &&
		    verify_state(files) != VERB_SUCCESS)
			worst = VERB_FAILURE;
		if (access(STORE_CACHE_PATH, F_OK) == 0 &&
		    verify_file(STORE_CACHE_PATH, STORE_ANY, files) !=
			VERB_SUCCESS)
			worst = VERB_FAILURE;
	}
	if (files != NULL)
		cli_json_print(files);
	return worst;
}
