/*
 * A domain without numbers of its own, on its way through the whole pipeline.
 */
#include <unistd.h>

#include "tests/backends/ground.h"
#include "tests/fixture.h"

#include "resolve/resolve.h"

static void
test_a_domain_without_numbers_gets_those_of_all(void **state)
{
	struct idm_domain domain[2] = {
		{
		    .name = "*",
		    .backend = IDM_BACKEND_AUTORID,
		    .layout = IDM_LAYOUT_AUTORID,
		    .low = 1000000,
		    .high = 1999999,
		    .rangesize = 100000,
		},
		{
		    .name = "corp",
		    .backend = IDM_BACKEND_NONE,
		    .sid = sid_of("S-1-5-21-1-2-3"),
		},
	};
	struct idm_resolver resolver = { .maps = NULL };
	struct idm_identity identity;
	static struct idm_resolution found;
	struct fixture fixture;
	struct idm_maps *maps;
	struct idm_buf buf;
	struct idm_err err;

	(void)state;
	fixture_make(&fixture, geteuid());
	assert_good(idm_maps_open(fixture.dir, geteuid(), &maps, &err), err);
	idm_buf_init(&buf, 1 << 20);
	idm_domains_write(&buf, domain, 2);
	assert_good(idm_domains_read((struct idm_str){ buf.data, buf.len },
			&maps->domains, &err),
	    err);
	assert_good(idm_identity_parse(idm_str_of("usid:S-1-5-21-1-2-3-1107"),
			&identity, &err),
	    err);
	resolver.maps = maps;
	resolver.account_dir = fixture.dir;
	/* "*" would have to give a slice; nobody is asked to. */
	assert_int_equal(
	    idm_resolve(&resolver, &identity, IDM_ID_UID, &found, &err),
	    IDM_NOTFOUND);
	assert_int_equal(found.reason, IDM_REASON_NONE_GENERATED);
	idm_maps_close(&maps);
	idm_buf_fini(&buf);
	fixture_remove(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_domain_without_numbers_gets_those_of_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
