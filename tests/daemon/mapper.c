/*
 * mapper -- the administrator of the daemon's tests.
 *
 *	mapper DIR policy [USER_ENTRIES USERS_TOTAL CLIENTS CLIENTS_PER_USER]
 *	mapper DIR install SCHEME DESCRIPTOR
 *	mapper DIR mode SCHEME user|secure
 *	mapper DIR entry SCHEME REMOTE TARGET
 *	mapper DIR drop SCHEME
 *	mapper DIR adopt UUID
 *	mapper DIR domains [NAME:SID:BACKEND:LOW:HIGH:RANGESIZE:FLAGS]...
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fixture.h"

#include "base/num.h"
#include "identity/account.h"
#include "map/domain.h"
#include "map/snapshot.h"

static struct fixture fixture;

static void
check(enum idm_status st, const struct idm_err *why)
{
	if (st != IDM_OK)
		errx(1, "%s", why->text);
}

static uint32_t
number(const char *text)
{
	uint32_t value;
	struct idm_err why;

	check(idm_num_id(text, strlen(text), &value, &why), &why);
	return value;
}

static struct idm_policy
present_policy(void)
{
	struct idm_policy policy = idm_policy_default;
	struct idm_maps *maps = NULL;

	if (idm_maps_open(fixture.dir, 0, &maps, NULL) == IDM_OK)
		policy = maps->policy;
	idm_maps_close(&maps);
	return policy;
}

static void
set_policy(int argc, char **argv)
{
	struct idm_policy policy = present_policy();

	if (argc == 4) {
		policy.user_entries = number(argv[0]);
		policy.users_total = number(argv[1]);
		policy.clients = number(argv[2]);
		policy.clients_per_user = number(argv[3]);
	}
	fixture_policy(&fixture, &policy);
}

static void
adopt(const char *text)
{
	struct idm_policy policy = present_policy();
	struct idm_account keeper;
	struct idm_err why;

	check(idm_account_by_name(
		  IDM_ACCOUNTDIR, idm_str_of("idmap-keep"), &keeper, &why),
	    &why);
	policy.keeper[0] = keeper.uid;
	policy.nkeepers = 1;
	policy.has_users = true;
	for (size_t i = 0; i < IDM_UUID_SIZE; i++) {
		char byte[3] = "";

		if (strlen(text) < 2 * i + 2)
			errx(1, "short uuid");
		memcpy(byte, text + 2 * i, 2);
		policy.users_uuid[i] = (uint8_t)strtoul(byte, NULL, 16);
	}
	fixture_policy(&fixture, &policy);
}

static void
install(const char *scheme, const char *descriptor)
{
	const struct fixture_ruleset ruleset = {
		.name = { IDM_RULESET_SCHEME, scheme },
		.descriptor = descriptor,
		.user_mode = true,
	};

	fixture_install(&fixture, &ruleset);
}

/* The next field of a text with colons. */
static struct idm_str
cut(struct idm_str *rest)
{
	const char *colon = memchr(rest->data, ':', rest->len);
	struct idm_str field = *rest;

	if (colon != NULL)
		field.len = (size_t)(colon - rest->data);
	rest->data += field.len + (colon != NULL);
	rest->len -= field.len + (colon != NULL);
	return field;
}

static uint32_t
cut_number(struct idm_str *rest)
{
	struct idm_str field = cut(rest);
	struct idm_err why;
	uint64_t value = 0;

	if (field.len > 0)
		check(idm_num_parse(
			  field.data, field.len, UINT32_MAX, &value, &why),
		    &why);
	return (uint32_t)value;
}

static void
read_domain(const char *text, struct idm_domain *domain)
{
	struct idm_str rest = idm_str_of(text);
	struct idm_str field = cut(&rest);
	struct idm_err why;

	*domain = (struct idm_domain){ .backend = IDM_BACKEND_TDB };
	memcpy(domain->name, field.data, field.len);
	field = cut(&rest);
	if (field.len > 0)
		check(idm_sid_parse(field, &domain->sid, &why), &why);
	domain->backend = (uint8_t)cut_number(&rest);
	domain->low = cut_number(&rest);
	domain->high = cut_number(&rest);
	domain->rangesize = cut_number(&rest);
	domain->flags = cut_number(&rest);
}

static void
put_domains(int n, char **text)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_domain domain[8];
	struct idm_err why = { 0 };
	struct idm_buf buf;

	if (n > (int)IDM_COUNTOF(domain))
		errx(2, "too many domains");
	for (int i = 0; i < n; i++)
		read_domain(text[i], &domain[i]);
	idm_buf_init(&buf, 1 << 20);
	idm_domains_write(&buf, domain, (uint32_t)n);
	check(idm_buf_status(&buf, &why), &why);
	check(idm_rewrite_put(rewrite, IDM_DOMAINS_KEY,
		  sizeof(IDM_DOMAINS_KEY) - 1, buf.data, buf.len, &why),
	    &why);
	idm_buf_fini(&buf);
	fixture_commit(rewrite);
}

static void
edit(char **argv)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_ruleset_name name = { IDM_RULESET_SCHEME, argv[1] };
	struct idm_err why = { 0 };
	bool unchanged;

	if (strcmp(argv[0], "mode") == 0) {
		check(idm_edit_mode(
			  rewrite, argv[1], strcmp(argv[2], "user") == 0, &why),
		    &why);
	} else if (strcmp(argv[0], "drop") == 0) {
		check(idm_edit_drop(rewrite, name, &why), &why);
	} else {
		struct idm_entry entry = {
			.remote = idm_str_of(argv[2]),
			.target = idm_str_of(argv[3]),
		};

		check(idm_edit_add(rewrite, name, &entry, &unchanged, &why),
		    &why);
	}
	fixture_commit(rewrite);
}

int
main(int argc, char **argv)
{
	int n;

	if (argc < 3)
		errx(2, "see the source");
	n = snprintf(fixture.dir, sizeof(fixture.dir), "%s", argv[1]);
	if (n < 0 || (size_t)n >= sizeof(fixture.dir))
		errx(2, "folder too long");
	if (strcmp(argv[2], "policy") == 0)
		set_policy(argc - 3, argv + 3);
	else if (strcmp(argv[2], "adopt") == 0 && argc == 4)
		adopt(argv[3]);
	else if (strcmp(argv[2], "domains") == 0)
		put_domains(argc - 3, argv + 3);
	else if (strcmp(argv[2], "install") == 0 && argc == 5)
		install(argv[3], argv[4]);
	else if ((strcmp(argv[2], "mode") == 0 && argc == 5) ||
	    (strcmp(argv[2], "drop") == 0 && argc == 4) ||
	    (strcmp(argv[2], "entry") == 0 && argc == 6))
		edit(argv + 2);
	else
		errx(2, "see the source");
	return 0;
}
