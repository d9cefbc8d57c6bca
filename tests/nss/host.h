/*
 * host -- a host of the test's own for the NSS module: maps and account files
 * in folders under /tmp.
 *
 * It takes the place of nss/place.c: the functions in nss/module.h, linked
 * into the test, look here.  What fails ends the test with a message.
 */

#ifndef IDM_TESTS_NSS_HOST_H
#define IDM_TESTS_NSS_HOST_H

#include <stddef.h>

#include "tests/fixture.h"

/*
 * Make the host.  Its scheme "myscheme", M2!M1, says
 *
 *	comunix!foo	foo
 *	comunix!bad	%i
 *	comunix!gone	gone
 *	comunix!daemon	daemon
 *	comunix!admin	root		(--privileged)
 *	*!*		%1
 *
 * and the scheme "dotted", M1.M2, says  *.*  %1 .  The users, groups and
 * shadow lines are those in host.c.
 */
void host_make(void);

void host_remove(void);

/* Where the maps are. */
const struct fixture *host_maps(void);

/* The folder of the account files. */
const char *host_accounts(void);

/* Write an account file anew. */
void host_write(const char *file, const char *text, size_t len);

/* Write them as they were. */
void host_restore(void);

/*
 * Forget what was read of the maps, as a new process would: what was put in
 * place by hand may else be seen after 100 ms.
 */
void host_forget_maps(void);

/* Publish the default policy but for alias_reply; host_forget_maps(). */
void host_reply(enum idm_alias_reply);

/* Rules from Windows names of a domain to accounts; host_forget_maps(). */
struct host_rule {
	const char *win;
	const char *domain;
	const char *unix;
	bool is_group;
	uint8_t flags;
};
void host_rules(const struct host_rule *, size_t n);

/* How many descriptors this process has open. */
unsigned open_files(void);

#endif
