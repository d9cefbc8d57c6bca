#include "base/attr.h"

#include "cli/verb.h"

static const struct verb_group groups[] = {
	{ "Name rules and mappings", verbs_rules },
	{ "Identities", verbs_identities },
	{ "Domains", verbs_domains },
	{ "State", verbs_state },
	{ "Maintenance", verbs_care },
};

int
main(int argc, char **argv)
{
	return verb_main("idmap", groups, IDM_COUNTOF(groups), argc, argv);
}
