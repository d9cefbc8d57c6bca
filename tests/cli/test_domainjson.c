#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/random.h"
#include "tests/unit.h"

#include "backends/backend.h"
#include "config/domainfile.h"

#include "cli/domainjson.h"
#include "cli/domaintext.h"

#define DOMAINS 3000
#define SEED    UINT64_C(0x1d3a9f0e5b7c2461)

static char dir[] = "/tmp/idm-domainjson-XXXXXX";
static struct dice dice;
static unsigned at; /* which draw it is */

static int
enter_folder(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL || chdir(dir) == -1;
}

static int
leave_folder(void **state)
{
	(void)state;
	return chdir("/") == -1 || rmdir(dir) == -1;
}

/* ---- A domain, setting by setting, as an administrator types them. */

/* What has been drawn of one. */
struct drawn {
	const struct idm_backend *backend;
	bool is_catch_all;
	char file[64];
	uint32_t low, high;
	uint32_t rangesize;
	struct idm_sid sid;
	struct idm_buf text;
};

static const char *
one_of(const char *const *words, unsigned n)
{
	return words[roll(&dice, n)];
}

/* A word of letters, some of them not ASCII's. */
static void
random_word(struct idm_buf *out, unsigned most)
{
	static const char *const pieces[] = { "a", "b", "Z", "0", "-", "x.y",
		"\xc3\xa4", "\xce\xa3", "\xf0\x9f\x98\x80" };

	idm_buf_puts(out, "d");
	random_words(&dice, pieces, IDM_COUNTOF(pieces), most, out);
}

/* A template of a passwd field. */
static void
random_template(struct idm_buf *out)
{
	static const char *const pieces[] = { "%U", "%D", "%d", "%u", "%%", "a",
		"/", " x", "#", "=", "\"", "'", "a;", "[b]", "\\", "\xc3\xa4" };

	idm_buf_puts(out, "/");
	random_words(&dice, pieces, IDM_COUNTOF(pieces), 8, out);
}

/* The value of a setting; false: it is left out. */
static bool
draw_setting(const struct drawn *drawn, const char *name, struct idm_buf *out)
{
	static const char *const answers[] = { "yes", "no", "true", "false" };
	char sid[IDM_SID_TEXT_MAX];

	if (strcmp(name, "backend") == 0) {
		idm_buf_puts(out, drawn->backend->name);
	} else if (strcmp(name, "range") == 0) {
		idm_buf_printf(out, "%lu-%lu", (unsigned long)drawn->low,
		    (unsigned long)drawn->high);
		return drawn->high > 0;
	} else if (strcmp(name, "sid") == 0) {
		idm_buf_puts(out, idm_sid_format(&drawn->sid, sid));
		return !drawn->is_catch_all;
	} else if (strcmp(name, "names") == 0) {
		random_template(out);
		return !drawn->is_catch_all;
	} else if (strcmp(name, "home") == 0 || strcmp(name, "shell") == 0 ||
	    strcmp(name, "gecos") == 0) {
		random_template(out);
	} else if (strcmp(name, "dns") == 0 || strcmp(name, "netbios") == 0) {
		random_word(out, 2);
		return !drawn->is_catch_all;
	} else if (strcmp(name, "aliases") == 0) {
		for (unsigned n = 1 + roll(&dice, 4); n > 0; n--) {
			random_word(out, 4);
			idm_buf_puts(out, n > 1 ? ", " : "");
		}
		return !drawn->is_catch_all;
	} else if (strcmp(name, "default") == 0) {
		idm_buf_puts(out, one_of(answers, 4));
		return !drawn->is_catch_all;
	} else if (strcmp(name, "placeholder") == 0 ||
	    strcmp(name, "user_private_groups") == 0 ||
	    strcmp(name, "enumerate") == 0) {
		idm_buf_puts(out, one_of(answers, 4));
	} else {
		return false; /* a directory's */
	}
	return true;
}

static void
draw_text(const struct drawn *drawn, const char *name, struct idm_buf *out)
{
	if (strcmp(name, "slices") == 0) {
		unsigned slices = (drawn->high - drawn->low + 1) /
		    drawn->rangesize;

		for (unsigned i = 0; i < slices && i < 3; i++)
			idm_buf_printf(out, "%s%lu:%u", i > 0 ? ", " : "",
			    (unsigned long)i * drawn->rangesize,
			    slices - 1 - i);
	} else if (strcmp(name, "services") == 0) {
		idm_buf_puts(
		    out, roll(&dice, 2) ? "files" : "files extrausers");
	} else {
		random_word(out, 4);
	}
}

/* The value of a backend's option, by its row. */
static void
draw_option(const struct drawn *drawn, const struct idm_backend_option *option,
    struct idm_buf *out)
{
	unsigned nwords = 0;

	switch ((enum idm_option_type)option->type) {
	case IDM_OPTION_NUMBER:
		if (strcmp(option->name, "rangesize") == 0)
			idm_buf_put_decimal(out, drawn->rangesize);
		else
			idm_buf_put_decimal(
			    out, (uint32_t)option->min + roll(&dice, 1000));
		break;
	case IDM_OPTION_BOOL:
		/* A range that is computed has to be the one that is given. */
		idm_buf_puts(out,
		    roll(&dice, 2) && strcmp(option->name, "sssd_compat") != 0
			? "yes"
			: "no");
		break;
	case IDM_OPTION_WORD:
		while (option->words[nwords] != NULL)
			nwords++;
		idm_buf_puts(out, one_of(option->words, nwords));
		break;
	case IDM_OPTION_TEXT:
		draw_text(drawn, option->name, out);
		break;
	}
}

/* A range of many slices, for who must have one. */
static void
draw_range(struct drawn *drawn)
{
	if (drawn->backend->id == IDM_BACKEND_NONE || drawn->backend->high > 0)
		return;
	drawn->low = 1000 + 7 * roll(&dice, 1000000);
	drawn->high = drawn->low + 10000 + roll(&dice, 1000000);
}

static void
put_setting(struct drawn *drawn, const char *section, const char *name,
    const struct idm_buf *value)
{
	char copy[1024];
	struct idm_err err;

	(void)snprintf(
	    copy, sizeof(copy), "%.*s", (int)value->len, value->data);
	assert_good(
	    cli_domain_text_set(&drawn->text, section, name, copy, &err), err);
}

static void
draw(struct drawn *drawn, const struct idm_backend *backend)
{
	const struct idm_domain_key *key = idm_domain_keys();
	const struct idm_backend_option *option = backend->options;

	*drawn = (struct drawn){
		.backend = backend,
		.is_catch_all = !backend->for_domain ||
		    (backend->for_catch_all && roll(&dice, 2)),
		.rangesize = 2000 + roll(&dice, 1000),
		.sid = { 5, { 21, 1 + roll(&dice, 1u << 31), 2, 3 }, 4 },
	};
	idm_buf_init(&drawn->text, 65536);
	(void)snprintf(drawn->file, sizeof(drawn->file), "%s.conf",
	    drawn->is_catch_all ? "default" : "corp");
	draw_range(drawn);
	for (; key->name != NULL; key++) {
		struct idm_buf value;

		idm_buf_init(&value, 1000);
		if (draw_setting(drawn, key->name, &value) &&
		    (strcmp(key->name, "backend") == 0 ||
			strcmp(key->name, "range") == 0 ||
			strcmp(key->name, "sid") == 0 || roll(&dice, 2)))
			put_setting(
			    drawn, CLI_SECTION_DOMAIN, key->name, &value);
		idm_buf_fini(&value);
	}
	for (; option->name != NULL; option++) {
		struct idm_buf value;

		/* What a slice is must be known to draw some. */
		if (strcmp(option->name, "rangesize") != 0 && roll(&dice, 2))
			continue;
		idm_buf_init(&value, 1000);
		draw_option(drawn, option, &value);
		put_setting(drawn, CLI_SECTION_OPTIONS, option->name, &value);
		idm_buf_fini(&value);
	}
}

/* ---- Text, record, JSON, text. */

static void
write_file(const char *name, const struct idm_buf *text)
{
	FILE *file = fopen(name, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text->data, 1, text->len, file), text->len);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(name, 0644), 0);
}

/* Which draw it was, and what it said. */
static void
tell(void *context, const char *text)
{
	(void)context;
	print_error("domain %u of seed %#llx: %s\n", at,
	    (unsigned long long)SEED, text);
}

static void
read_file(const struct drawn *drawn, struct idm_domain_file *out)
{
	unsigned long mistakes = 0;
	struct idm_err err;

	write_file(drawn->file, &drawn->text);
	assert_good(
	    idm_domain_file_read(drawn->file, out, &mistakes, tell, NULL, &err),
	    err);
	if (mistakes > 0)
		fail_msg("%.*s", (int)drawn->text.len, drawn->text.data);
}

static void
check_record(const struct idm_domain *domain)
{
	struct idm_domains again;
	struct idm_buf value;
	struct idm_err err;

	idm_buf_init(&value, 1 << 20);
	idm_domains_write(&value, domain, 1);
	assert_good(idm_removed_read((struct idm_str){ value.data, value.len },
			&again, &err),
	    err);
	assert_int_equal(again.n, 1);
	assert_memory_equal(again.domain, domain, sizeof(*domain));
	idm_domains_free(&again);
	idm_buf_fini(&value);
}

/* What is in force is told as it is. */
static void
check_told(const struct idm_domain *domain)
{
	json_t *told = cli_domain_json(domain);
	const char *name, *backend, *sid = "", *dns = "", *netbios = "";
	json_int_t low = 0, high = 0;
	char text[IDM_SID_TEXT_MAX];
	int by_default;

	assert_int_equal(
	    json_unpack(told, "{s:s, s:s, s?s, s?s, s?s, s?I, s?I, s:b}",
		"name", &name, "backend", &backend, "sid", &sid, "dns", &dns,
		"netbios", &netbios, "low", &low, "high", &high, "default",
		&by_default),
	    0);
	assert_string_equal(name, domain->name);
	assert_int_equal(
	    idm_backend_by_name(idm_str_of(backend))->id, domain->backend);
	assert_string_equal(sid,
	    domain->sid.nsubs > 0 ? idm_sid_format(&domain->sid, text) : "");
	assert_string_equal(dns, domain->dns);
	assert_string_equal(netbios, domain->netbios);
	assert_int_equal(low, domain->low);
	assert_int_equal(high, domain->high);
	assert_int_equal(by_default, (domain->flags & IDM_DOMAIN_DEFAULT) != 0);
	assert_int_equal(json_array_size(json_object_get(told, "windows")),
	    domain->nwindows);
	json_decref(told);
}

/* The settings as JSON, as bytes, as JSON, and as the text of a file. */
static void
through_json(struct drawn *drawn)
{
	json_t *settings = json_object();
	struct idm_err err;
	json_t *again;
	char *bytes;

	assert_good(
	    cli_domain_settings(drawn->file, settings, tell, &err), err);
	bytes = json_dumps(settings, 0);
	assert_non_null(bytes);
	again = json_loads(bytes, 0, NULL);
	assert_true(json_equal(settings, again));
	idm_buf_clear(&drawn->text);
	cli_domain_settings_put(&drawn->text, again);
	json_decref(settings);
	json_decref(again);
	free(bytes);
}

static void
check_domain(const struct idm_backend *backend)
{
	struct idm_domain_file before, after;
	struct drawn drawn;

	draw(&drawn, backend);
	read_file(&drawn, &before);
	check_record(&before.domain);
	check_told(&before.domain);
	through_json(&drawn);
	read_file(&drawn, &after);
	assert_memory_equal(
	    &before.domain, &after.domain, sizeof(before.domain));
	assert_string_equal(before.names, after.names);
	assert_int_equal(before.is_default, after.is_default);
	assert_int_equal(unlink(drawn.file), 0);
	idm_buf_fini(&drawn.text);
}

/* Those that need nothing but the file. */
static bool
is_local(const struct idm_backend *backend)
{
	return backend->id <= IDM_BACKEND_EPHEMERAL;
}

static void
test_random_domains_come_back_from_json(void **state)
{
	unsigned n, tried = 0;
	const struct idm_backend *const *all = idm_backend_all(&n);

	(void)state;
	dice.state = SEED;
	for (at = 0; at < DOMAINS; at++)
		for (unsigned i = 0; i < n; i++)
			if (is_local(all[i])) {
				check_domain(all[i]);
				tried++;
			}
	assert_int_equal(tried, DOMAINS * (IDM_BACKEND_EPHEMERAL + 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_domains_come_back_from_json),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
