#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backends/backend.h"
#include "backends/sss.h"
#include "base/buf.h"
#include "config/domains.h"
#include "identity/fold.h"

/* One reading of them all. */
struct loading {
	const char *dir;
	const struct idm_domains *present;
	const struct idm_domains *removed;
	const struct idm_allocations *allocated;
	struct idm_domains_conf conf;
	unsigned long mistakes;
	void (*mistake)(void *context, const char *text);
	void *context;
};

const struct idm_domain idm_domain_ephemeral = {
	.name = IDM_CATCH_ALL,
	.backend = IDM_BACKEND_EPHEMERAL,
	.flags = IDM_DOMAIN_SPLIT_COUNTERS,
	.low = 0x80000000u,
	.high = UINT32_MAX - 1,
};

static void complain(struct loading *, const struct idm_domain_file *,
    unsigned long line, const char *, ...) IDM_PRINTF(4, 5);

static void
complain(struct loading *loading, const struct idm_domain_file *file,
    unsigned long line, const char *fmt, ...)
{
	struct idm_err err;
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (line > 0)
		(void)idm_fail(
		    &err, IDM_INVALID, "%s:%lu: %s", file->path, line, text);
	else
		(void)idm_fail(&err, IDM_INVALID, "%s: %s", file->path, text);
	loading->mistake(loading->context, err.text);
	loading->mistakes++;
}

/* ---- The files. */

static int
is_domain_file(const struct dirent *entry)
{
	return idm_domain_is_file(entry->d_name);
}

static enum idm_status
add_file(struct loading *loading, const char *path, struct idm_err *err)
{
	struct idm_domains_conf *conf = &loading->conf;
	enum idm_status st;

	st = idm_domain_file_read(path, &conf->file[conf->n],
	    &loading->mistakes, loading->mistake, loading->context, err);
	if (st == IDM_NOTFOUND)
		return IDM_OK; /* gone since the folder was listed */
	if (st == IDM_INVALID || st == IDM_DENIED) {
		loading->mistake(loading->context, err->text);
		loading->mistakes++;
		return IDM_OK;
	}
	if (st == IDM_OK)
		conf->n++;
	return st;
}

static enum idm_status
add_files(
    struct loading *loading, struct dirent **entry, int n, struct idm_err *err)
{
	/* One more, for the catch-all that nobody wrote. */
	loading->conf.file = calloc((size_t)n + 1, sizeof(*loading->conf.file));
	if (loading->conf.file == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	for (int i = 0; i < n; i++) {
		char path[PATH_MAX];
		enum idm_status st;
		int len;

		len = snprintf(path, sizeof(path), "%s/%s", loading->dir,
		    entry[i]->d_name);
		if (len < 0 || (size_t)len >= sizeof(path))
			return idm_fail(err, IDM_INVALID, "%s/%s: too long",
			    loading->dir, entry[i]->d_name);
		st = add_file(loading, path, err);
		if (st != IDM_OK)
			return st;
	}
	return IDM_OK;
}

static enum idm_status
read_files(struct loading *loading, struct idm_err *err)
{
	struct dirent **entry = NULL;
	enum idm_status st;
	int n;

	n = scandir(loading->dir, &entry, is_domain_file, alphasort);
	if (n == -1 && errno != ENOENT)
		return idm_fail_errno(err, "%s", loading->dir);
	if (n == -1)
		n = 0;
	if (n > IDM_DOMAINS_MAX - 1)
		st = idm_fail(err, IDM_EXHAUSTED, "%s: more than %d domains",
		    loading->dir, IDM_DOMAINS_MAX - 1);
	else
		st = add_files(loading, entry, n, err);
	for (int i = 0; i < n; i++)
		free(entry[i]);
	free(entry);
	return st;
}

/* ---- Their order. */

static const struct idm_domain *
find_named(const struct idm_domains *domains, const char *name)
{
	if (domains == NULL)
		return NULL;
	for (uint32_t i = 0; i < domains->n; i++) {
		if (strcmp(domains->domain[i].name, name) == 0)
			return &domains->domain[i];
	}
	return NULL;
}

/* Those of the map come first, as they stand there; new ones by name. */
static size_t
rank_of(const struct idm_domains *present, const char *name)
{
	const struct idm_domain *domain = find_named(present, name);

	return domain == NULL ? SIZE_MAX : (size_t)(domain - present->domain);
}

static void
put_in_order(struct loading *loading)
{
	struct idm_domains_conf *conf = &loading->conf;

	/* Insertion keeps the order of those that are new. */
	for (size_t i = 1; i < conf->n; i++) {
		struct idm_domain_file moved = conf->file[i];
		size_t rank = rank_of(loading->present, moved.domain.name);
		size_t at = i;

		while (at > 0 &&
		    rank_of(loading->present, conf->file[at - 1].domain.name) >
			rank) {
			conf->file[at] = conf->file[at - 1];
			at--;
		}
		conf->file[at] = moved;
	}
}

static void
add_catch_all(struct loading *loading)
{
	struct idm_domains_conf *conf = &loading->conf;
	struct idm_domain_file *file = &conf->file[conf->n];

	for (size_t i = 0; i < conf->n; i++) {
		if (strcmp(conf->file[i].domain.name, IDM_CATCH_ALL) == 0)
			return;
	}
	memset(file, 0, sizeof(*file));
	(void)snprintf(file->path, sizeof(file->path), "%s/" IDM_DEFAULT_FILE,
	    loading->dir);
	file->domain = idm_domain_ephemeral;
	conf->n++;
}

/* ---- What no two may have in common. */

struct label {
	const char *text;
	const char *what;
};

static unsigned
labels_of(
    const struct idm_domain *domain, struct label label[3 + IDM_ALIASES_MAX])
{
	unsigned n = 0;

	if (strcmp(domain->name, IDM_CATCH_ALL) == 0)
		return 0;
	label[n++] = (struct label){ domain->name, "name" };
	if (domain->dns[0] != '\0')
		label[n++] = (struct label){ domain->dns, "dns" };
	if (domain->netbios[0] != '\0')
		label[n++] = (struct label){ domain->netbios, "netbios" };
	for (unsigned i = 0; i < domain->naliases; i++)
		label[n++] = (struct label){ domain->alias[i], "aliases" };
	return n;
}

static void
check_labels(struct loading *loading, const struct idm_domain_file *a,
    const struct idm_domain_file *b)
{
	struct label of_a[3 + IDM_ALIASES_MAX], of_b[3 + IDM_ALIASES_MAX];
	unsigned na = labels_of(&a->domain, of_a);
	unsigned nb = labels_of(&b->domain, of_b);

	for (unsigned i = 0; i < na; i++) {
		for (unsigned j = 0; j < nb; j++) {
			if (!idm_fold_ascii_equal(idm_str_of(of_a[i].text),
				idm_str_of(of_b[j].text)))
				continue;
			complain(loading, b, 0,
			    "%s: '%s' is also the %s of domain '%s'",
			    of_b[j].what, of_b[j].text, of_a[i].what,
			    a->domain.name);
			return;
		}
	}
}

static bool
has_range(const struct idm_domain *domain)
{
	return domain->high > 0;
}

/* hash domains share one range by their nature, and sss domains of a space. */
static bool
may_share(const struct idm_domain *a, const struct idm_domain *b)
{
	if (a->backend == IDM_BACKEND_HASH && b->backend == IDM_BACKEND_HASH)
		return true;
	return idm_sss_shares(a, b);
}

static void
check_ranges(struct loading *loading, const struct idm_domain_file *a,
    const struct idm_domain_file *b)
{
	const struct idm_domain *one = &a->domain;
	const struct idm_domain *other = &b->domain;

	if (!has_range(one) || !has_range(other) || may_share(one, other))
		return;
	if (one->high < other->low || other->high < one->low)
		return;
	complain(loading, b, b->range_line,
	    "range: %u-%u shares %u-%u with domain '%s', which has %u-%u",
	    other->low, other->high,
	    one->low > other->low ? one->low : other->low,
	    one->high < other->high ? one->high : other->high, one->name,
	    one->low, one->high);
}

static void
check_pair(struct loading *loading, const struct idm_domain_file *a,
    const struct idm_domain_file *b)
{
	check_labels(loading, a, b);
	check_ranges(loading, a, b);
	if (a->domain.sid.nsubs > 0 &&
	    idm_sid_equal(&a->domain.sid, &b->domain.sid)) {
		complain(loading, b, 0, "sid: is also that of domain '%s'",
		    a->domain.name);
	}
	if (a->is_default && b->is_default) {
		complain(loading, b, 0,
		    "default: domain '%s' is the default one already",
		    a->domain.name);
	}
}

static void
check_pairs(struct loading *loading)
{
	const struct idm_domains_conf *conf = &loading->conf;

	for (size_t i = 0; i < conf->n; i++) {
		for (size_t j = i + 1; j < conf->n; j++)
			check_pair(loading, &conf->file[i], &conf->file[j]);
	}
}

/* ---- sss: windows. */

/* Windows that were placed before stay, whatever the file says of others. */
static void
keep_windows(struct loading *loading, struct idm_domain *domain)
{
	const struct idm_domain *old = find_named(
	    loading->present, domain->name);

	if (old == NULL)
		old = find_named(loading->removed, domain->name);
	if (domain->nwindows > 0 || old == NULL ||
	    !idm_sid_equal(&old->sid, &domain->sid) ||
	    !idm_sss_shares(old, domain) || old->low != domain->low ||
	    old->high != domain->high || old->rangesize != domain->rangesize)
		return;
	memcpy(domain->window, old->window, sizeof(domain->window));
	domain->nwindows = old->nwindows;
}

/* Does it come back, under whatever name? */
static bool
is_back(const struct idm_domains_conf *conf, const struct idm_domain *removed)
{
	for (size_t i = 0; i < conf->n; i++) {
		const struct idm_domain *domain = &conf->file[i].domain;

		if (strcmp(domain->name, removed->name) == 0 ||
		    idm_sid_equal(&domain->sid, &removed->sid))
			return true;
	}
	return false;
}

/* Has the configuration given one of its windows to another domain? */
static bool
is_overridden(struct idm_domain *const *space, uint32_t n,
    const struct idm_domain *removed)
{
	for (uint32_t i = 0; i < n; i++) {
		for (unsigned k = 0; k < space[i]->nwindows; k++) {
			for (unsigned l = 0; l < removed->nwindows; l++) {
				if (space[i]->window[k].low ==
				    removed->window[l].low)
					return true;
			}
		}
	}
	return false;
}

/* Domains that were removed keep their windows: their numbers were served. */
static uint32_t
add_removed(const struct loading *loading, struct idm_domain **space,
    uint32_t n, struct idm_domain *copy)
{
	const struct idm_domain *leader = space[0];
	uint32_t all = n;

	for (uint32_t i = 0;
	     loading->removed != NULL && i < loading->removed->n; i++) {
		const struct idm_domain *removed = &loading->removed->domain[i];

		if (!idm_sss_shares(leader, removed) ||
		    removed->low != leader->low ||
		    removed->high != leader->high ||
		    removed->rangesize != leader->rangesize ||
		    ((removed->flags ^ leader->flags) &
			IDM_DOMAIN_AUTORID_COMPAT) != 0 ||
		    is_back(&loading->conf, removed) ||
		    is_overridden(space, all, removed))
			continue;
		copy[i] = *removed;
		space[all++] = &copy[i];
	}
	return all;
}

/* Place the windows of all domains that share with the one at first. */
static enum idm_status
place_space(struct loading *loading, size_t first, struct idm_err *err)
{
	struct idm_domains_conf *conf = &loading->conf;
	const struct idm_domain *leader = &conf->file[first].domain;
	size_t nremoved = loading->removed == NULL ? 0 : loading->removed->n;
	struct idm_domain *copy;
	struct idm_domain **space;
	enum idm_status st;
	uint32_t n = 0;

	space = calloc(conf->n + nremoved, sizeof(struct idm_domain *));
	copy = calloc(nremoved + 1, sizeof(*copy));
	if (space == NULL || copy == NULL) {
		free(space);
		free(copy);
		return idm_fail(err, IDM_NOMEM, "out of memory");
	}
	for (size_t i = first; i < conf->n; i++) {
		struct idm_domain *domain = &conf->file[i].domain;

		if (i == first || idm_sss_shares(leader, domain))
			space[n++] = domain;
	}
	n = add_removed(loading, space, n, copy);
	st = idm_sss_place(space, n, loading->allocated, err);
	free(space);
	free(copy);
	if (st == IDM_OK || st == IDM_NOMEM)
		return st;
	complain(loading, &conf->file[first], 0, "%s", err->text);
	return IDM_OK;
}

/* Is it the first of its space? */
static bool
leads_space(const struct idm_domains_conf *conf, size_t i)
{
	if (conf->file[i].domain.backend != IDM_BACKEND_SSS)
		return false;
	for (size_t k = 0; k < i; k++) {
		if (idm_sss_shares(
			&conf->file[k].domain, &conf->file[i].domain))
			return false;
	}
	return true;
}

static enum idm_status
place_windows(struct loading *loading, struct idm_err *err)
{
	struct idm_domains_conf *conf = &loading->conf;
	enum idm_status st = IDM_OK;

	for (size_t i = 0; i < conf->n; i++) {
		if (conf->file[i].domain.backend == IDM_BACKEND_SSS)
			keep_windows(loading, &conf->file[i].domain);
	}
	for (size_t i = 0; i < conf->n && st == IDM_OK; i++) {
		if (leads_space(conf, i))
			st = place_space(loading, i, err);
	}
	return st;
}

/* ---- All of it. */

static enum idm_status
load(struct loading *loading, struct idm_err *err)
{
	enum idm_status st = read_files(loading, err);

	if (st != IDM_OK)
		return st;
	add_catch_all(loading);
	put_in_order(loading);
	check_pairs(loading);
	if (loading->mistakes == 0)
		st = place_windows(loading, err);
	if (st == IDM_OK && loading->mistakes > 0) {
		st = idm_fail(err, IDM_INVALID, "%s: %lu mistake%s",
		    loading->dir, loading->mistakes,
		    loading->mistakes == 1 ? "" : "s");
	}
	return st;
}

enum idm_status
idm_domains_load(const char *dir, const struct idm_domains *present,
    const struct idm_domains *removed, const struct idm_allocations *allocated,
    struct idm_domains_conf *out,
    void (*mistake)(void *context, const char *text), void *context,
    struct idm_err *err)
{
	struct loading loading = {
		.dir = dir,
		.present = present,
		.removed = removed,
		.allocated = allocated,
		.mistake = mistake,
		.context = context,
	};
	enum idm_status st = load(&loading, err);

	if (st == IDM_OK)
		*out = loading.conf;
	else
		idm_domains_conf_free(&loading.conf);
	return st;
}

void
idm_domains_conf_free(struct idm_domains_conf *conf)
{
	free(conf->file);
	*conf = (struct idm_domains_conf){ 0 };
}

/* ---- What moves. */

static bool
same_windows(const struct idm_domain *a, const struct idm_domain *b)
{
	/* More windows than before move nothing. */
	return a->nwindows <= b->nwindows &&
	    memcmp(a->window, b->window, a->nwindows * sizeof(a->window[0])) ==
	    0;
}

/* Why the ids of a changed domain are others; NULL: they are not. */
static const char *
reason_to_move(const struct idm_domain *old, const struct idm_domain *present)
{
	const struct idm_backend *backend = idm_backend_by_id(old->backend);

	if (old->backend != present->backend)
		return "the backend is another one";
	if (backend == NULL || backend->id == IDM_BACKEND_NONE)
		return NULL;
	if (!idm_sid_equal(&old->sid, &present->sid) && old->sid.nsubs > 0)
		return "the SID is another one";
	if (old->low != present->low &&
	    (!backend->allocates || present->low > old->low ||
		old->backend == IDM_BACKEND_AUTORID))
		return "the range begins elsewhere";
	if (present->high < old->high)
		return "the range ends earlier";
	if (old->base_rid != present->base_rid)
		return "base_rid is another one";
	if (old->rangesize != present->rangesize)
		return "rangesize is another one";
	if (old->backend == IDM_BACKEND_SSS &&
	    (strcmp(old->space, present->space) != 0 ||
		!same_windows(old, present) || old->high != present->high))
		return "slices are elsewhere";
	if (old->layout != present->layout)
		return "well-known SIDs are numbered otherwise";
	if (strcmp(old->services, present->services) != 0)
		return "other name services are asked";
	return NULL;
}

bool
idm_domain_keeps(const struct idm_domain *old, const struct idm_domain *present,
    char text[static 200])
{
	const char *reason;

	if (old == NULL || old->backend == IDM_BACKEND_NONE)
		return true;
	if (present == NULL)
		reason = "the domain goes";
	else
		reason = reason_to_move(old, present);
	if (reason == NULL)
		return true;
	(void)snprintf(text, 200, "%s", reason);
	return false;
}
