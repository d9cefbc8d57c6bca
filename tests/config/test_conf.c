#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit.h"

#include "base/attr.h"
#include "config/conf.h"

static char dir[] = "/tmp/idm-conf-XXXXXX";

static void
put(const char *name, const char *text)
{
	FILE *file = fopen(name, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(name, 0644), 0);
}

static int
enter_folder(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		return -1;
	put("passwd",
	    "root:x:0:0:root:/root:/bin/sh\n"
	    "idmap-keep:x:471:471::/:/usr/sbin/nologin\n"
	    "other:x:472:472::/:/usr/sbin/nologin\n");
	return 0;
}

static int
leave_folder(void **state)
{
	(void)state;
	(void)unlink("idmap.conf");
	(void)unlink("login.defs");
	return unlink("passwd") == -1 || chdir("/") == -1 || rmdir(dir) == -1;
}

/* Every mistake, a line each. */
struct told {
	char text[4096];
};

static void
tell(void *context, const char *text)
{
	struct told *told = context;
	size_t used = strlen(told->text);

	(void)snprintf(
	    told->text + used, sizeof(told->text) - used, "%s\n", text);
}

static enum idm_status
load(const char *text, struct idm_policy *conf, struct told *told,
    struct idm_err *err)
{
	*told = (struct told){ 0 };
	put("idmap.conf", text);
	return idm_conf_load("idmap.conf", ".", conf, tell, told, err);
}

static void
test_a_missing_file_means_the_defaults_of_the_host(void **state)
{
	struct idm_policy conf;
	struct idm_err err;
	struct told told = { 0 };

	(void)state;
	put("login.defs",
	    "# UID_MIN 5\nUID_MIN\t\t 2000 \nGID_MIN 3000 # all\nUID_MAX 9\n");
	assert_good(idm_conf_load("none", ".", &conf, tell, &told, &err), err);
	assert_int_equal(conf.uid_min, 2000);
	assert_int_equal(conf.gid_min, 3000);
	assert_int_equal(conf.alias_reply, IDM_REPLY_CANONICAL);
	assert_int_equal(conf.nkeepers, 1);
	assert_int_equal(conf.keeper[0], 471);
	assert_int_equal(unlink("login.defs"), 0);
}

static void
test_every_setting_is_taken(void **state)
{
	struct idm_policy conf;
	struct idm_err err;
	struct told told;

	(void)state;
	assert_good(load("[nss]\n"
			 "alias_reply = typed   ; as they typed it\n"
			 "  uid_min = 500\n"
			 "gid_min = 501\n"
			 "[pam]\n"
			 "canonicalize = login, gdm-password\n"
			 "[users]\n"
			 "entries_per_user = 7\n"
			 "entries_total = 77\n"
			 "keeper = other\n"
			 "[idmapd]\n"
			 "clients = 100\n"
			 "clients_per_user = 10\n"
			 "cache_records = 100000\n"
			 "cache_megabytes = 64",
			&conf, &told, &err),
	    err);
	assert_string_equal(told.text, "");
	assert_int_equal(conf.alias_reply, IDM_REPLY_TYPED);
	assert_int_equal(conf.uid_min, 500);
	assert_int_equal(conf.gid_min, 501);
	assert_int_equal(conf.nservices, 2);
	assert_string_equal(conf.service[0], "login");
	assert_string_equal(conf.service[1], "gdm-password");
	assert_int_equal(conf.user_entries, 7);
	assert_int_equal(conf.users_total, 77);
	assert_int_equal(conf.keeper[0], 472);
	assert_int_equal(conf.clients, 100);
	assert_int_equal(conf.clients_per_user, 10);
	assert_int_equal(conf.cache_records, 100000);
	assert_int_equal(conf.cache_mib, 64);
}

static void
test_all_mistakes_are_told_in_one_run_with_their_lines(void **state)
{
	struct idm_policy conf = { .clients = 42 };
	struct idm_err err;
	struct told told;

	(void)state;
	assert_fails(load("[nss]\n"
			  "alias_reply = maybe\n"
			  "uid_min = 0\n"
			  "uid_min = 5\n"
			  "gid_min = 1e3\n"
			  "colour = blue\n"
			  "[wheel]\n"
			  "x = 1\n"
			  "[pam\n"
			  "[pam]\n"
			  "canonicalize = login sshd\n"
			  "[users]\n"
			  "keeper = nobody-here\n"
			  "entries_total\n",
			 &conf, &told, &err),
	    IDM_INVALID, err, "10 mistakes");
	assert_string_equal(told.text,
	    "idmap.conf:2: nss.alias_reply: 'maybe' is none of canonical, "
	    "typed, off\n"
	    "idmap.conf:3: nss.uid_min: '0' is below 1\n"
	    "idmap.conf:4: nss.uid_min: already given in line 3\n"
	    "idmap.conf:5: nss.gid_min: '1e3' is not a number\n"
	    "idmap.conf:6: nss.colour: there is no such setting\n"
	    "idmap.conf:8: there is no section '[wheel]'\n"
	    "idmap.conf:9: the section's name has no ']'\n"
	    "idmap.conf:11: pam.canonicalize: 'sshd' refuses a login whose "
	    "name changes; it cannot be listed\n"
	    "idmap.conf:13: users.keeper: there is no user 'nobody-here' in "
	    "./passwd\n"
	    "idmap.conf:14: users.entries_total: there is no '=' behind the "
	    "name\n");
	assert_int_equal(conf.clients, 42); /* untouched */
}

static void
test_metrics_are_a_file_that_is_collected(void **state)
{
	static const struct {
		const char *value;
		const char *why; /* NULL: it is one */
	} cases[] = {
		{ "/run/idmap/metrics/idmapd.prom", NULL },
		{ "/x.prom", NULL },
		{ "x.prom", "is no absolute path" },
		{ "/run/idmapd.txt", "is no file of the name NAME.prom" },
		{ "/run/.prom", "is no file of the name NAME.prom" },
		{ "/.prom", "is no file of the name NAME.prom" },
		{ "/run/a:b.prom", "text has a ':'" },
	};
	char text[400];
	struct told told;

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		struct idm_policy conf;
		struct idm_err err;

		(void)snprintf(text, sizeof(text), "[idmapd]\nmetrics = %s\n",
		    cases[i].value);
		if (cases[i].why == NULL) {
			assert_good(load(text, &conf, &told, &err), err);
			assert_string_equal(conf.metrics, cases[i].value);
			continue;
		}
		assert_fails(load(text, &conf, &told, &err), IDM_INVALID, err,
		    "1 mistake");
		assert_non_null(strstr(told.text, cases[i].why));
	}
	(void)snprintf(text, sizeof(text), "[idmapd]\nmetrics = /%0*d.prom\n",
	    IDM_METRICS_MAX, 0);
	assert_int_not_equal(
	    load(text, &(struct idm_policy){ 0 }, &told, NULL), IDM_OK);
	assert_non_null(strstr(told.text, "is longer than 160 bytes"));
}

static void
test_an_overlong_line_does_not_shift_the_others(void **state)
{
	char text[3000];
	struct idm_policy conf;
	struct idm_err err;
	struct told told;

	(void)state;
	(void)snprintf(text, sizeof(text),
	    "[nss]\nalias_reply = %02000d\nuid_min = x\n", 1);
	assert_fails(
	    load(text, &conf, &told, &err), IDM_INVALID, err, "2 mistakes");
	assert_string_equal(told.text,
	    "idmap.conf:2: the line is longer than 997 bytes\n"
	    "idmap.conf:3: nss.uid_min: 'x' is not a number\n");
}

static void
test_a_file_others_can_write_is_refused(void **state)
{
	struct idm_policy conf;
	struct idm_err err;
	struct told told = { 0 };

	(void)state;
	put("idmap.conf", "[nss]\n");
	assert_int_equal(chmod("idmap.conf", 0666), 0);
	assert_fails(idm_conf_load("idmap.conf", ".", &conf, tell, &told, &err),
	    IDM_DENIED, err, "idmap.conf: mode 0666");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_missing_file_means_the_defaults_of_the_host),
		cmocka_unit_test(test_every_setting_is_taken),
		cmocka_unit_test(
		    test_all_mistakes_are_told_in_one_run_with_their_lines),
		cmocka_unit_test(test_metrics_are_a_file_that_is_collected),
		cmocka_unit_test(
		    test_an_overlong_line_does_not_shift_the_others),
		cmocka_unit_test(test_a_file_others_can_write_is_refused),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
