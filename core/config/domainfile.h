/*
 * domainfile -- one file of domains.d: a domain as its administrator wrote it.
 *
 * Full library only.  idmap-domains(5) describes the form.  What can be said
 * of a domain alone is checked here; what it has to do with others, in
 * domains.h.
 */

#ifndef IDM_CONFIG_DOMAINFILE_H
#define IDM_CONFIG_DOMAINFILE_H

#include <limits.h>
#include <stdbool.h>

#include "base/err.h"
#include "map/directory.h"
#include "map/domain.h"

#define IDM_DOMAIN_SUFFIX ".conf"
/* The file of the catch-all, whose domain is "*". */
#define IDM_DEFAULT_FILE  "default" IDM_DOMAIN_SUFFIX

/* The lowest and the highest number a range may have; ephemeral's go higher. */
#define IDM_RANGE_MIN 1000u
#define IDM_RANGE_MAX 2147000000u

struct idm_domain_file {
	char path[PATH_MAX];
	struct idm_domain domain; /* sss: windows only as "slices" says */
	char names[PATH_MAX];     /* the names file; "" when there is none */
	bool has_directory;
	struct idm_directory directory;
	bool has_numbers; /* they are elsewhere than the names */
	struct idm_directory numbers;
	bool is_default;          /* "default = yes" */
	unsigned long range_line; /* where the range was given; 0: nowhere */
};

/*
 * Read path, whose last part, less ".conf", is the domain's name.  Mistakes
 * are told as "path:line: reason", all of them; *nmistakes grows by how many.
 * *out is filled as far as it can be, also with mistakes.  IDM_NOTFOUND: no
 * such file.
 */
enum idm_status idm_domain_file_read(const char *path,
    struct idm_domain_file *out, unsigned long *nmistakes,
    void (*mistake)(void *context, const char *text), void *context,
    struct idm_err *) IDM_MUSTCHECK;

/* Tell a domain what readers of its cache need of its directory. */
void idm_domain_file_tell(struct idm_domain *, const struct idm_directory *);

/* One setting that a domain's file may have, besides its backend's options. */
struct idm_domain_key {
	const char *name;
	const char *brief;
	const char *value; /* what it is in words: "yes or no", "LOW-HIGH" */
};
/* All of them, ended by a NULL name. */
const struct idm_domain_key *idm_domain_keys(void);

/* Is it a domain's file by its name?  What editors leave behind is none. */
bool idm_domain_is_file(const char *name);

/* The name a file's path stands for; IDM_INVALID: it can be none. */
enum idm_status idm_domain_name_of(const char *path,
    char name[static IDM_DOMAIN_MAX + 1], struct idm_err *) IDM_MUSTCHECK;

#endif
