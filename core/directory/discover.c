#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "directory/discover.h"
#include "directory/ping.h"
#include "directory/srv.h"

#define PINGED_MAX 3    /* servers asked for our site */
#define PING_MS    1000 /* each */
#define LEAST_S    60
#define MOST_S     3600

static void
add(struct idm_discovered *found, const struct idm_srv *srv)
{
	char *uri = found->uri[found->n];
	int len;

	if (found->n == IDM_DISCOVERED_MAX)
		return;
	if (srv->port == 389)
		len = snprintf(
		    uri, sizeof(found->uri[0]), "ldap://%s", srv->host);
	else
		len = snprintf(uri, sizeof(found->uri[0]), "ldap://%s:%u",
		    srv->host, srv->port);
	if (len < 0 || (size_t)len >= sizeof(found->uri[0]))
		return;
	for (size_t i = 0; i < found->n; i++) {
		if (strcmp(found->uri[i], uri) == 0)
			return;
	}
	found->n++;
}

static void
add_all(struct idm_discovered *found, const struct idm_srvs *srvs)
{
	for (size_t i = 0; i < srvs->n; i++)
		add(found, &srvs->srv[i]);
	if (srvs->ttl < found->seconds)
		found->seconds = srvs->ttl;
}

/* Our site, as the settings or one of the servers has it; "": none. */
static void
find_site(const struct idm_directory *settings, const struct idm_srvs *all,
    char *site, size_t size)
{
	struct idm_ping ping;

	(void)snprintf(site, size, "%s", settings->site);
	for (size_t i = 0; site[0] == '\0' && i < all->n && i < PINGED_MAX;
	     i++) {
		int64_t deadline = idm_clock_ms() + PING_MS;

		if (idm_ping(all->srv[i].host, settings->discovery, deadline,
			&ping, NULL) != IDM_OK)
			continue;
		(void)snprintf(site, size, "%s", ping.client_site);
		/* It answered: whoever else is asked says the same. */
		break;
	}
}

enum idm_status
idm_discover(const struct idm_directory *settings, struct idm_discovered *out,
    struct idm_err *err)
{
	struct idm_discovered found = { .seconds = MOST_S };
	bool is_ad = settings->schema == IDM_SCHEMA_AD;
	char site[IDM_DOMAIN_MAX + 1] = "";
	struct idm_srvs all, near;
	char name[2 * IDM_DOMAIN_MAX + 64];
	enum idm_status st;

	if (settings->discovery[0] == '\0')
		return idm_fail(err, IDM_INVALID,
		    "neither servers nor a name to discover them by");
	(void)snprintf(
	    name, sizeof(name), "_ldap._tcp.%s", settings->discovery);
	st = idm_srv_ask(name, &all, err);
	if (st != IDM_OK)
		return st == IDM_NOTFOUND ? IDM_TEMPFAIL : st;
	if (is_ad && (settings->flags & IDM_DIRECTORY_SITES) != 0)
		find_site(settings, &all, site, sizeof(site));
	if (site[0] != '\0') {
		(void)snprintf(name, sizeof(name), "_ldap._tcp.%s._sites.%s",
		    site, settings->discovery);
		if (idm_srv_ask(name, &near, NULL) == IDM_OK)
			add_all(&found, &near);
	}
	add_all(&found, &all);
	if (found.seconds < LEAST_S)
		found.seconds = LEAST_S;
	*out = found;
	return IDM_OK;
}
