#include "cli/verb.h"

const struct verb verbs_identities[] = {
	{ .name = NULL },
};
