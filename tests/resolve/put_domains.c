/*
 * put_domains -- give this host's map the domains that the arguments say.
 *
 *	put_domains NAME SID|- BACKEND LOW HIGH [NAME ...]
 *
 * What "idmap apply" would find in the domains' files, without them.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backends/backend.h"
#include "base/num.h"
#include "map/domain.h"
#include "map/edit.h"
#include "map/rewrite.h"

#define DOMAINS_MAX 8

static struct idm_domain domain[DOMAINS_MAX];

static uint32_t
number(const char *text)
{
	uint32_t value = 0;

	if (idm_num_id(text, strlen(text), &value, NULL) != IDM_OK)
		exit(2);
	return value;
}

static void
fill(struct idm_domain *to, char **word)
{
	const struct idm_backend *backend;

	(void)snprintf(to->name, sizeof(to->name), "%s", word[0]);
	if (strcmp(word[1], "-") != 0 &&
	    idm_sid_parse(idm_str_of(word[1]), &to->sid, NULL) != IDM_OK)
		exit(2);
	backend = idm_backend_by_name(idm_str_of(word[2]));
	if (backend == NULL)
		exit(2);
	to->backend = backend->id;
	to->low = number(word[3]);
	to->high = number(word[4]);
}

int
main(int argc, char **argv)
{
	struct idm_rewrite *rewrite = NULL;
	struct idm_buf buf;
	struct idm_err err;
	enum idm_status st;
	uint32_t n = 0;

	for (; 5 * n + 5 < (uint32_t)argc && n < DOMAINS_MAX; n++)
		fill(&domain[n], argv + 1 + 5 * n);
	idm_buf_init(&buf, 1 << 20);
	idm_domains_write(&buf, domain, n);
	st = idm_rewrite_begin(IDM_STATEDIR, IDM_MAP_FILE, IDM_MAP_POLICY, 0,
	    true, 10000, &rewrite, &err);
	if (st == IDM_OK)
		st = idm_rewrite_put(rewrite, IDM_DOMAINS_KEY,
		    strlen(IDM_DOMAINS_KEY), buf.data, buf.len, &err);
	if (st == IDM_OK)
		st = idm_rewrite_commit(rewrite, NULL, NULL, &err);
	idm_rewrite_end(&rewrite);
	idm_buf_fini(&buf);
	if (st != IDM_OK)
		fprintf(stderr, "put_domains: %s\n", err.text);
	return st != IDM_OK;
}
