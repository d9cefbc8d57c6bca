/*
 * asker -- how whoever resolves an account gets what other name services say.
 *
 * The core starts no programs and calls no name service: programs lend it
 * somebody who does (cli/nssask.h).  Only the local files are read here, and
 * so is "files" where it is listed first.
 */

#ifndef IDM_RESOLVE_ASKER_H
#define IDM_RESOLVE_ASKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"
#include "identity/name.h"

struct idm_account_question {
	struct idm_str name; /* empty: who has the id */
	uint32_t id;
	bool is_group;
};

struct idm_account_answer {
	bool is_there;
	uint32_t id;
	char name[IDM_OWN_MAX + 1]; /* as the service spells it */
};

/*
 * Ask the services, in their order, n questions, and fill n answers.  One that
 * knows nobody is asked before the next one; one that fails ends it, because
 * whom it would have named is not known: IDM_TEMPFAIL, and err names them.
 */
struct idm_asker {
	enum idm_status (*ask)(void *context, struct idm_str services,
	    const struct idm_account_question *, size_t n,
	    struct idm_account_answer *, struct idm_err *);
	void *context;
};

/* Most questions that are asked together. */
#define IDM_QUESTIONS_MAX 1024

/*
 * The same for the nss backend: "files" at the front is read from account_dir,
 * and a name that nobody knows is asked for in lower case, too.  asker NULL:
 * as one that fails.  n is at most IDM_QUESTIONS_MAX.
 */
enum idm_status idm_accounts_ask(const char *account_dir,
    const struct idm_asker *asker, const char *services,
    const struct idm_account_question *, size_t n, struct idm_account_answer *,
    struct idm_err *) IDM_MUSTCHECK;

#endif
