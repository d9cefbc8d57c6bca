#include <string.h>
#include <unistd.h>

#include "identity/wellknown.h"
#include "identity/winname.h"
#include "map/rulecanon.h"

const char *
idm_host_name(char text[static IDM_HOST_NAME_MAX + 1])
{
	if (gethostname(text, IDM_HOST_NAME_MAX + 1) == -1)
		text[0] = '\0';
	text[IDM_HOST_NAME_MAX] = '\0';
	text[strcspn(text, ".")] = '\0';
	return text[0] != '\0' ? text : "localhost";
}

static void
use_row(struct idm_namerule *rule, const struct idm_wellknown *row,
    struct idm_str domain)
{
	rule->win = idm_str_of(row->name);
	rule->domain = domain;
	rule->flags |= IDM_RULE_CANONICAL;
}

void
idm_namerule_canonicalise(
    struct idm_namerule *rule, const char *by_default, const char *host)
{
	const struct idm_wellknown *row;
	bool is_bare = rule->domain.len == 0;

	if (rule->win.len == 0 || idm_str_is(rule->domain, "*"))
		return;
	row = idm_wellknown_by_name(rule->win, rule->domain);
	if (row != NULL && row->where == IDM_WK_ABSOLUTE) {
		use_row(rule, row, idm_str_of(row->domain));
	} else if (row != NULL && row->where == IDM_WK_ACCOUNT &&
	    (is_bare || idm_fold_ascii_equal(rule->domain, idm_str_of(host)))) {
		use_row(rule, row, idm_str_of(host));
	} else if (is_bare) {
		if (row != NULL)
			use_row(rule, row, rule->domain);
		rule->domain = idm_str_of(by_default);
	}
}
