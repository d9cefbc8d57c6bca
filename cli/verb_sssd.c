#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/domains.h"
#include "cli/domaintext.h"
#include "cli/file.h"
#include "cli/maps.h"
#include "cli/override.h"
#include "cli/run.h"
#include "cli/say.h"
#include "cli/settle.h"
#include "cli/sssd.h"
#include "cli/trial.h"
#include "cli/update.h"
#include "cli/verb_host.h"

#define TEXT_MAX  (64 << 20)
#define PATIENCE  120000 /* milliseconds for ldbsearch */
#define CACHE_DIR "/var/lib/sss/db"

/* A domain whose slice the import settles. */
struct pin {
	const struct idm_domain *domain; /* of the map in force */
	uint32_t slice;
	struct idm_buf text; /* its file, as it will be */
	struct idm_buf old;  /* and as it was */
	struct stat stat;    /* as it was */
};

struct work {
	const struct verb_call *call;
	struct idm_maps *maps;
	struct pin *pin; /* those that differ */
	size_t n;
	size_t nwritten; /* of their files */
	unsigned same;
	unsigned rejected;
	unsigned overrides;
	struct cli_domains domains;
	struct cli_trial trial;
	struct idm_err *err;
};

/* ---- Slices. */

static enum idm_status
read_cache(
    const struct verb_call *call, struct idm_buf *text, struct idm_err *err)
{
	const char *argv[] = { "ldbsearch", "-H", NULL,
		"(objectClass=id_mapping)", "name", "objectSID", "slice",
		NULL };
	struct idm_buf path;
	enum idm_status st;

	if (call->given[SSSD_LDIF])
		return cli_file_read(call->value[SSSD_LDIF], text, NULL, err);
	idm_buf_init(&path, PATH_MAX);
	if (call->given[SSSD_CACHE]) {
		idm_buf_puts(&path, call->value[SSSD_CACHE]);
	} else {
		idm_buf_printf(
		    &path, CACHE_DIR "/cache_%s.ldb", call->value[SSSD_DOMAIN]);
	}
	argv[2] = idm_buf_text(&path);
	/* ldbsearch makes a database that is not there. */
	if (access(argv[2], R_OK) == -1)
		st = idm_fail_errno(err, "%s", argv[2]);
	else
		st = cli_run(argv, PATIENCE, text, err);
	idm_buf_fini(&path);
	return st;
}

static bool
has_slice(const struct idm_domain *domain, uint32_t slice)
{
	return domain->nwindows > 0 && domain->window[0].first_rid == 0 &&
	    domain->window[0].low ==
	    domain->low + (uint64_t)slice * domain->rangesize;
}

static void
reject(struct work *work, const struct sssd_slice *slice, const char *why)
{
	char sid[IDM_SID_TEXT_MAX];

	work->rejected++;
	cli_error("slice %lu of %s (%.*s): %s", (unsigned long)slice->slice,
	    idm_sid_format(&slice->sid, sid), (int)slice->name.len,
	    slice->name.data, why);
}

static enum idm_status
add_pin(struct work *work, const struct idm_domain *domain, uint32_t slice)
{
	struct pin *grown = reallocarray(
	    work->pin, work->n + 1, sizeof(*grown));

	if (grown == NULL)
		return idm_fail(work->err, IDM_NOMEM, "out of memory");
	work->pin = grown;
	grown[work->n] = (struct pin){ .domain = domain, .slice = slice };
	idm_buf_init(&grown[work->n].old, TEXT_MAX);
	idm_buf_init(&grown[work->n++].text, TEXT_MAX);
	return IDM_OK;
}

static enum idm_status
judge_slice(struct work *work, const struct sssd_slice *slice)
{
	const struct idm_domain *domain = idm_domain_by_sid(
	    &work->maps->domains, &slice->sid);
	char why[200], sid[IDM_SID_TEXT_MAX];

	if (domain == NULL) {
		(void)snprintf(why, sizeof(why),
		    "no domain has this SID: 'idmap domain add NAME sid=%s "
		    "backend=sss', with the range that sssd.conf has",
		    idm_sid_format(&slice->sid, sid));
		reject(work, slice, why);
		return IDM_OK;
	}
	if (domain->backend != IDM_BACKEND_SSS) {
		(void)snprintf(why, sizeof(why),
		    "domain %.100s is not of backend sss", domain->name);
		reject(work, slice, why);
		return IDM_OK;
	}
	if (!has_slice(domain, slice->slice))
		return add_pin(work, domain, slice->slice);
	work->same++;
	return IDM_OK;
}

static enum idm_status
judge_slices(struct work *work, struct idm_str text)
{
	unsigned long line = 0;
	struct sssd_slice slice;
	enum idm_status st;

	while (
	    (st = sssd_next_slice(&text, &slice, &line, work->err)) == IDM_OK) {
		st = judge_slice(work, &slice);
		if (st != IDM_OK)
			return st;
	}
	if (st != IDM_NOTFOUND)
		return idm_within(work->err, st, "line %lu", line);
	if (work->same + work->n + work->rejected == 0) {
		return idm_fail(
		    work->err, IDM_INVALID, "there is no slice in it");
	}
	return IDM_OK;
}

static enum idm_status
take_slices(struct work *work)
{
	const struct verb_call *call = work->call;
	struct idm_buf text;
	enum idm_status st;

	if (!call->given[SSSD_LDIF] && !call->given[SSSD_CACHE] &&
	    !call->given[SSSD_DOMAIN])
		return IDM_OK;
	idm_buf_init(&text, TEXT_MAX);
	st = read_cache(call, &text, work->err);
	if (st == IDM_OK) {
		st = judge_slices(
		    work, (struct idm_str){ text.data, text.len });
	}
	idm_buf_fini(&text);
	return st;
}

/* ---- The domains' files, in a folder where they are tried. */

static enum idm_status
make_path(
    const struct pin *pin, char path[static PATH_MAX], struct idm_err *err)
{
	int len = snprintf(path, PATH_MAX, "%s/%s%s", IDM_DOMAINS_DIR,
	    pin->domain->name, IDM_DOMAIN_SUFFIX);

	if (len < 0 || len >= PATH_MAX) {
		return idm_fail(
		    err, IDM_INVALID, "%s: too long", pin->domain->name);
	}
	return IDM_OK;
}

/* Its file with the slice, in the folder where it is tried. */
static enum idm_status
try_pin(struct work *work, struct pin *pin, struct idm_err *err)
{
	char path[PATH_MAX], slices[32];
	enum idm_status st;

	(void)snprintf(
	    slices, sizeof(slices), "0:%lu", (unsigned long)pin->slice);
	st = make_path(pin, path, err);
	if (st == IDM_OK)
		st = cli_file_read(path, &pin->old, &pin->stat, err);
	if (st == IDM_OK) {
		idm_buf_put(&pin->text, pin->old.data, pin->old.len);
		st = idm_buf_status(&pin->text, err);
	}
	if (st == IDM_OK)
		st = cli_domain_text_set(
		    &pin->text, CLI_SECTION_OPTIONS, "slices", slices, err);
	if (st == IDM_OK)
		st = cli_trial_put(&work->trial, strrchr(path, '/') + 1,
		    (struct idm_str){ pin->text.data, pin->text.len }, err);
	return st;
}

static enum idm_status
try_pins(struct work *work, struct idm_err *err)
{
	enum idm_status st = cli_trial_make(&work->trial, err);

	for (size_t i = 0; i < work->n && st == IDM_OK; i++)
		st = try_pin(work, &work->pin[i], err);
	return st;
}

static enum idm_status
write_file(const struct pin *pin, const struct idm_buf *text,
    const struct stat *old, struct idm_err *err)
{
	char path[PATH_MAX];
	enum idm_status st;

	st = make_path(pin, path, err);
	if (st != IDM_OK)
		return st;
	return cli_file_replace(
	    path, (struct idm_str){ text->data, text->len }, old, err);
}

static enum idm_status
write_files(struct work *work, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	while (st == IDM_OK && work->nwritten < work->n) {
		const struct pin *pin = &work->pin[work->nwritten];

		st = write_file(pin, &pin->text, &pin->stat, err);
		work->nwritten += st == IDM_OK;
	}
	return st;
}

/* The map could not be published: the files are again what they were. */
static void
put_back(struct work *work)
{
	struct idm_err err;

	while (work->nwritten > 0) {
		const struct pin *pin = &work->pin[--work->nwritten];

		if (write_file(pin, &pin->old, NULL, &err) != IDM_OK) {
			cli_error("domain %s cannot be put back: %s",
			    pin->domain->name, err.text);
		}
	}
}

/* The domains as they will be; their files follow at the very end. */
static enum idm_status
pin_slices(struct work *work, struct cli_update *update, struct idm_err *err)
{
	enum idm_status st;

	if (work->n == 0)
		return IDM_OK;
	st = try_pins(work, err);
	if (st == IDM_OK) {
		work->domains.dir = work->trial.dir;
		st = cli_domains_apply(&work->domains, update->rewrite, err);
	}
	cli_trial_remove(&work->trial);
	return st;
}

/* ---- All of it. */

static enum idm_status
take_overrides(struct work *work, struct cli_update *update, unsigned row,
    enum override_format format, struct idm_err *err)
{
	struct override_import import = {
		.maps = work->maps,
		.path = work->call->value[row],
		.format = format,
	};
	enum idm_status st;

	if (!work->call->given[row])
		return IDM_OK;
	st = override_import(update, &import, err);
	work->overrides += import.made;
	return st;
}

static enum idm_status
import(struct cli_update *update, struct idm_err *err)
{
	struct work *work = update->context;
	enum idm_status st;

	work->err = err;
	st = take_slices(work);
	/* A user's primary group may be one that these give its number. */
	if (st == IDM_OK) {
		st = take_overrides(
		    work, update, SSSD_GROUPS, OVERRIDE_SSS_GROUPS, err);
	}
	if (st == IDM_OK) {
		st = take_overrides(
		    work, update, SSSD_USERS, OVERRIDE_SSS_USERS, err);
	}
	if (st == IDM_OK && work->rejected > 0) {
		st = idm_fail(err, IDM_INVALID,
		    "%u slices are rejected; nothing was imported",
		    work->rejected);
	}
	if (st == IDM_OK)
		st = pin_slices(work, update, err);
	if (st == IDM_OK && !update->dry_run)
		st = write_files(work, err);
	return st;
}

static void
report(const struct work *work)
{
	struct idm_buf text;

	for (size_t i = 0; i < work->n; i++) {
		printf("domain %s: slice %lu\n", work->pin[i].domain->name,
		    (unsigned long)work->pin[i].slice);
	}
	idm_buf_init(&text, TEXT_MAX);
	if (work->domains.changes != NULL)
		cli_domains_describe(work->domains.changes, &text);
	printf("%s%zu slices pinned, %u there already, %u overrides%s\n",
	    idm_buf_text(&text), work->n, work->same, work->overrides,
	    work->call->dry_run ? " (--dry-run: nothing was changed)" : "");
	idm_buf_fini(&text);
}

/* What would move, when that is why nothing was done. */
static void
tell_moves(const struct work *work, enum idm_status st)
{
	struct idm_buf text;

	if (st != IDM_CONFLICT || work->domains.changes == NULL)
		return;
	idm_buf_init(&text, TEXT_MAX);
	cli_domains_describe(work->domains.changes, &text);
	printf("%s", idm_buf_text(&text));
	idm_buf_fini(&text);
}

static enum idm_status
settle(const struct work *work)
{
	struct cli_names names = {
		.request = &work->call->request,
		.force_move = true,
		.anew = true,
	};
	enum idm_status st;

	if (work->call->dry_run)
		return IDM_OK;
	st = cli_settle(&names);
	json_decref(names.changes);
	return st;
}

static bool
says_what(const struct verb_call *call)
{
	return call->given[SSSD_DOMAIN] || call->given[SSSD_CACHE] ||
	    call->given[SSSD_LDIF] || call->given[SSSD_USERS] ||
	    call->given[SSSD_GROUPS];
}

enum verb_exit
verb_import_sssd(const struct verb_call *call)
{
	struct work work = {
		.call = call,
		.domains.force_move = call->dry_run ||
		    call->given[SSSD_FORCE_MOVE],
	};
	struct cli_update update = {
		.request = &call->request,
		.dry_run = call->dry_run,
		.context = &work,
	};
	struct idm_err err;
	enum idm_status st;

	if (!says_what(call)) {
		cli_error("import sssd: nothing to import: give --domain, "
			  "--cache, --ldif, --users or --groups");
		return VERB_USAGE;
	}
	st = cli_maps_open(&work.maps, &err);
	if (st != IDM_OK)
		cli_error("%s", err.text);
	else
		st = cli_update_run(&update, import);
	if (st == IDM_OK) {
		report(&work);
		st = settle(&work);
	} else {
		put_back(&work);
		tell_moves(&work, st);
	}
	for (size_t i = 0; i < work.n; i++) {
		idm_buf_fini(&work.pin[i].text);
		idm_buf_fini(&work.pin[i].old);
	}
	free(work.pin);
	json_decref(work.domains.changes);
	idm_maps_close(&work.maps);
	return verb_exit_of(st);
}
