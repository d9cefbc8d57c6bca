#include <string.h>

#include "backends/backend.h"
#include "config/domains.h"
#include "map/allocated.h"
#include "map/host.h"

#include "cli/checkdomains.h"
#include "cli/credentials.h"
#include "cli/domains.h"
#include "cli/hostids.h"
#include "cli/say.h"

/* A range with fewer ids left than one in so many will soon be full. */
#define NEARLY_FULL 10

struct checking {
	const struct idm_maps *maps;
	struct cli_findings findings;
};

static void
print_mistake(void *context, const char *text)
{
	(void)context;
	cli_error("%s", text);
}

/* ---- The text. */

/* Its stamp is in no text. */
static bool
is_same_domain(
    const struct idm_domain *of_file, const struct idm_domain *of_map)
{
	struct idm_domain stamped = *of_file;

	stamped.stamp = of_map->stamp;
	return memcmp(&stamped, of_map, sizeof(stamped)) == 0;
}

/* Both of its directories, if it has them. */
static bool
are_same_directories(
    const struct idm_domain_file *file, const struct idm_view *map)
{
	const char *name = file->domain.name;
	struct idm_directory names = { 0 }, numbers = { 0 };
	enum idm_status st[2];

	st[0] = idm_directory_find(map, name, &names, NULL);
	st[1] = idm_directory_find_numbers(map, name, &numbers, NULL);
	return (st[0] == IDM_OK) == file->has_directory &&
	    (st[1] == IDM_OK) == file->has_numbers &&
	    (!file->has_directory ||
		memcmp(&names, &file->directory, sizeof(names)) == 0) &&
	    (!file->has_numbers ||
		memcmp(&numbers, &file->numbers, sizeof(numbers)) == 0);
}

static bool
is_in_force(const struct idm_domains_conf *conf, const struct idm_maps *maps)
{
	const struct idm_domains *domains = &maps->domains;

	if (conf->n != domains->n)
		return false;
	for (uint32_t i = 0; i < domains->n; i++) {
		if (!is_same_domain(
			&conf->file[i].domain, &domains->domain[i]) ||
		    !are_same_directories(&conf->file[i], maps->map))
			return false;
	}
	return true;
}

static void
check_text(struct checking *checking)
{
	const struct idm_domains *domains = &checking->maps->domains;
	struct idm_allocations allocated = idm_backend_allocations(
	    checking->maps);
	struct idm_domains_conf conf = { 0 };
	struct idm_str properties;
	struct idm_err err;

	if (idm_domains_load(IDM_DOMAINS_DIR, domains, NULL,
		checking->maps->state != NULL ? &allocated : NULL, &conf,
		print_mistake, NULL, &err) != IDM_OK) {
		cli_findings_add(&checking->findings, false, "%s", err.text);
		return;
	}
	if (idm_view_get(checking->maps->map, IDM_PROPERTIES_KEY,
		sizeof(IDM_PROPERTIES_KEY) - 1, &properties) == IDM_OK)
		idm_domains_inherit(&conf, properties);
	if (!is_in_force(&conf, checking->maps))
		cli_findings_add(&checking->findings, false,
		    "the files of " IDM_DOMAINS_DIR
		    " are not in force: run 'idmap apply'");
	idm_domains_conf_free(&conf);
}

/* ---- Ranges. */

/* Numbers of the nss backend are those of other accounts: that is its use. */
static bool
is_own_range(const struct idm_domain *domain)
{
	return domain->high > 0 && domain->backend != IDM_BACKEND_NSS;
}

static void
check_range(struct checking *checking, const struct idm_domain *domain,
    const struct cli_hostids *ids)
{
	const struct cli_hostid *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < ids->n; i++) {
		const struct cli_hostid *id = &ids->at[i];

		if (id->high < domain->low || id->low > domain->high)
			continue;
		if (id->is_reserve) {
			/* New users would get ids of the domain. */
			cli_findings_add(&checking->findings,
			    strncmp(id->what, "SUB_", 4) == 0,
			    "the range of '%s', %u-%u, shares ids with %s, "
			    "%u-%u",
			    domain->name, domain->low, domain->high, id->what,
			    id->low, id->high);
			continue;
		}
		if (n++ == 0)
			first = id;
	}
	if (n > 0)
		cli_findings_add(&checking->findings, false,
		    "the range of '%s', %u-%u, holds %s, %u-%u%s", domain->name,
		    domain->low, domain->high, first->what, first->low,
		    first->high, n > 1 ? ", and others of this host" : "");
}

static void
check_ranges(struct checking *checking)
{
	const struct idm_domains *domains = &checking->maps->domains;
	struct cli_hostids ids = { 0 };
	struct idm_err err;

	if (cli_hostids_gather(&ids, &err) != IDM_OK)
		cli_findings_add(&checking->findings, false, "%s", err.text);
	for (uint32_t i = 0; i < domains->n; i++) {
		if (is_own_range(&domains->domain[i]))
			check_range(checking, &domains->domain[i], &ids);
	}
	cli_hostids_free(&ids);
}

/* ---- Allocations. */

static void
check_room(
    struct checking *checking, const struct idm_domain *domain, char kind)
{
	uint64_t size = (uint64_t)domain->high - domain->low + 1;
	char memory[IDM_KEY_MAX];
	struct idm_str value;
	struct idm_buf key;
	uint64_t next, left;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_state_key_next(&key, idm_str_of(domain->name), kind);
	if (idm_view_get(checking->maps->state, key.data, key.len, &value) !=
		IDM_OK ||
	    idm_number_read(value, &next, NULL) != IDM_OK)
		return;
	left = next > domain->high ? 0 : domain->high - next + 1;
	if (left < size / NEARLY_FULL)
		cli_findings_add(&checking->findings, false,
		    "the range of '%s', %u-%u, has %llu ids left: make it "
		    "longer at its end",
		    domain->name, domain->low, domain->high,
		    (unsigned long long)left);
}

static void
check_allocations(struct checking *checking)
{
	const struct idm_domains *domains = &checking->maps->domains;
	const struct idm_maps *maps = checking->maps;

	if (!maps->policy.has_state && cli_domains_need_state(domains)) {
		cli_findings_add(&checking->findings, false,
		    "allocations: there is no store of them yet: run 'idmap "
		    "state adopt' when idmapd runs");
		return;
	}
	if (maps->policy.has_state && maps->state == NULL) {
		cli_findings_add(&checking->findings, false,
		    "allocations: %s; bring them back with 'idmap state "
		    "restore'",
		    maps->state_err.text);
		return;
	}
	for (uint32_t i = 0; i < domains->n && maps->state != NULL; i++) {
		const struct idm_domain *domain = &domains->domain[i];

		if (domain->backend != IDM_BACKEND_TDB &&
		    domain->backend != IDM_BACKEND_EPHEMERAL)
			continue;
		check_room(checking, domain, 'u');
		check_room(checking, domain, 'g');
		check_room(checking, domain, 'b');
	}
}

/* ---- Directories. */

static void
check_credentials(struct checking *checking, const struct idm_domain *domain)
{
	const struct idm_view *map = checking->maps->map;
	struct idm_directory settings;
	struct idm_err err;
	bool is_good = true;

	if (idm_directory_find(map, domain->name, &settings, NULL) == IDM_OK)
		is_good = cli_credentials_check(&settings, &err) == IDM_OK;
	if (is_good &&
	    idm_directory_find_numbers(map, domain->name, &settings, NULL) ==
		IDM_OK)
		is_good = cli_credentials_check(&settings, &err) == IDM_OK;
	if (!is_good)
		cli_findings_add(&checking->findings, false,
		    "the directory of '%s': %s", domain->name, err.text);
}

void
cli_check_domains(const struct idm_maps *maps, cli_finding *tell, void *context)
{
	struct checking checking = {
		.maps = maps,
		.findings = { "domains", tell, context, 0 },
	};

	check_text(&checking);
	check_ranges(&checking);
	check_allocations(&checking);
	for (uint32_t i = 0; i < maps->domains.n; i++)
		check_credentials(&checking, &maps->domains.domain[i]);
	if (checking.findings.problems == 0)
		cli_findings_add(&checking.findings, true,
		    "%u in force, ranges are clear", maps->domains.n);
}
