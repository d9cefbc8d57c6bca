#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

#include "config/services.h"
#include "identity/name.h"

#include "cli/nssask.h"

/* What is taken for an answer has a name that can be one. */
static void
check_answers(struct idm_str text)
{
	struct cli_nss_answer answer;
	enum idm_status st;

	do {
		size_t before = text.len;

		st = cli_nss_next(&text, &answer, NULL);
		if (st != IDM_OK)
			continue;
		if (text.len >= before ||
		    idm_name_remote(answer.name, NULL) != IDM_OK ||
		    (answer.is_there && answer.id == UINT32_MAX))
			abort();
	} while (st == IDM_OK);
	if (st == IDM_NOTFOUND && text.len != 0)
		abort();
}

/* A list that is good has nobody in it who may be us, and comes to its end. */
static void
check_services(struct idm_str text)
{
	bool is_good = idm_services_check(text, NULL) == IDM_OK;
	struct idm_str name;

	while (idm_services_next(&text, &name)) {
		if (is_good &&
		    (idm_str_is(name, "idmap") || idm_str_is(name, "compat")))
			abort();
	}
	if (text.len != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct idm_str text = { .data = (const char *)data, .len = len };

	check_answers(text);
	check_services(text);
	return 0;
}
