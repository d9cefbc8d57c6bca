#include "cli/verb.h"

const struct verb verbs_domains[] = {
	{ .name = NULL },
};
