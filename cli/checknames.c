#include <string.h>

#include "config/domains.h"
#include "map/own.h"
#include "resolve/taken.h"

#include "cli/checknames.h"
#include "cli/names.h"

/* Of very many that are an account's, the first are told. */
#define TOLD_MAX 20

struct checking {
	const struct idm_maps *maps;
	struct cli_findings findings;
	struct idm_taken *taken;
	size_t identities;
	size_t files;
	size_t clashes; /* with accounts */
};

/* ---- The files. */

/* Mistakes of the domains' files are checkdomains' to tell. */
static void
ignore_mistake(void *context, const char *text)
{
	(void)context;
	(void)text;
}

static void
check_file(struct checking *checking, const struct idm_domain_file *file)
{
	const struct idm_maps *maps = checking->maps;
	const struct idm_domain *domain = idm_domain_by_name(
	    &maps->domains, idm_str_of(file->domain.name));
	struct idm_err err;
	enum idm_status st;

	if (domain == NULL)
		return;
	checking->files += file->names[0] != '\0';
	st = cli_names_current(maps, domain, file, &err);
	if (st == IDM_CONFLICT)
		cli_findings_add(&checking->findings, false,
		    "%s: run 'idmap apply'", err.text);
	else if (st != IDM_OK)
		cli_findings_add(&checking->findings, false, "%s", err.text);
}

static void
check_files(struct checking *checking)
{
	struct idm_domains_conf conf = { 0 };

	if (idm_domains_load(IDM_DOMAINS_DIR, &checking->maps->domains, NULL,
		NULL, &conf, ignore_mistake, NULL, NULL) != IDM_OK)
		return;
	for (size_t i = 0; i < conf.n; i++)
		check_file(checking, &conf.file[i]);
	idm_domains_conf_free(&conf);
}

/* ---- What came of them. */

/* The nss backend's numbers are those of accounts: that is its use. */
static bool
is_of_accounts(const struct checking *checking, struct idm_str domain)
{
	const struct idm_domain *found = idm_domain_by_name(
	    &checking->maps->domains, domain);

	return found != NULL && found->backend == IDM_BACKEND_NSS;
}

static void
check_free(struct checking *checking, bool is_group, struct idm_str name,
    struct idm_str domain, uint32_t id)
{
	const char *kind = is_group ? "group" : "user";
	bool is_id;

	checking->identities++;
	if (is_of_accounts(checking, domain))
		return;
	is_id = idm_taken_id(checking->taken, is_group, id);
	if (!is_id && !idm_taken_name(checking->taken, is_group, name))
		return;
	if (++checking->clashes > TOLD_MAX)
		return;
	if (is_id)
		cli_findings_add(&checking->findings, false,
		    "%cid %u of '%.*s' is that of a %s of this host",
		    is_group ? 'g' : 'u', id, (int)name.len, name.data, kind);
	else
		cli_findings_add(&checking->findings, false,
		    "'%.*s' is a %s of this host", (int)name.len, name.data,
		    kind);
}

static bool
has_prefix(struct idm_str key, const char prefix[static IDM_OWN_PREFIX])
{
	return key.len > IDM_OWN_PREFIX &&
	    memcmp(key.data, prefix, IDM_OWN_PREFIX) == 0;
}

static void
check_record(
    struct checking *checking, struct idm_str key, struct idm_str value)
{
	struct idm_own_group group;
	struct idm_own_user user;

	/* A damaged record is for "idmap verify" to find. */
	if (has_prefix(key, IDM_OWN_USER) &&
	    idm_own_user_read(value, &user, NULL) == IDM_OK)
		check_free(checking, false, user.name, user.domain, user.uid);
	if (has_prefix(key, IDM_OWN_GROUP) &&
	    idm_own_group_open(value, &group, NULL) == IDM_OK)
		check_free(checking, true, group.name, group.domain, group.gid);
}

static void
check_identities(struct checking *checking)
{
	struct idm_walk walk = { 0 };
	struct idm_str key, value;
	struct idm_err err;

	if (idm_taken_new(IDM_ACCOUNTDIR, &checking->taken, &err) != IDM_OK) {
		cli_findings_add(&checking->findings, false, "%s", err.text);
		return;
	}
	while (idm_view_next(checking->maps->map, &walk, &key, &value, NULL) ==
	    IDM_OK)
		check_record(checking, key, value);
	idm_taken_free(&checking->taken);
	if (checking->clashes > TOLD_MAX)
		cli_findings_add(&checking->findings, false, "and %zu more",
		    checking->clashes - TOLD_MAX);
}

void
cli_check_names(const struct idm_maps *maps, cli_finding *tell, void *context)
{
	struct checking checking = {
		.maps = maps,
		.findings = { "names", tell, context, 0 },
	};

	check_files(&checking);
	check_identities(&checking);
	if (checking.findings.problems == 0 && checking.files > 0)
		cli_findings_add(&checking.findings, true,
		    "%zu own identities, of %zu files", checking.identities,
		    checking.files);
}
