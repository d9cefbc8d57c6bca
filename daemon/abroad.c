#include "daemon/abroad.h"

static enum idm_status
lend(void *context, const struct idm_domain *domain, struct idm_finder *finder,
    struct idm_err *err)
{
	const struct abroad *abroad = context;
	struct realm *realm = realms_find(abroad->moment, domain->name);

	if (realm == NULL)
		return idm_fail(err, IDM_NOTFOUND,
		    "domain '%s' has no directory", domain->name);
	*finder = (struct idm_finder){
		.settings = &realm->settings,
		.schema = &realm->schema,
		.domain_sid = domain->sid,
		.now = abroad->now,
	};
	return realm_take_session(realm, &finder->session, err);
}

static void
give_back(
    void *context, const struct idm_domain *domain, struct idm_finder *finder)
{
	const struct abroad *abroad = context;

	realm_give_session(
	    realms_find(abroad->moment, domain->name), finder->session);
}

struct idm_elsewhere
abroad_lends(struct abroad *abroad)
{
	return (struct idm_elsewhere){ lend, give_back, abroad };
}
