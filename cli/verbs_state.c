#include "cli/verb.h"

const struct verb verbs_state[] = {
	{ .name = NULL },
};
