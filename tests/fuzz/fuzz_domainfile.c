#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#include "cli/domaintext.h"
#include "config/domainfile.h"

enum { OUT_MAX = 1 << 20 };

static char path[64];

static void
remove_file(void)
{
	(void)unlink(path);
}

/* The reader wants a file, as root's editor leaves one. */
static void
write_file(const void *data, size_t len)
{
	FILE *file;

	if (path[0] == '\0') {
		(void)snprintf(path, sizeof(path), "/tmp/fuzz-domain-%ld.conf",
		    (long)getpid());
		(void)atexit(remove_file);
	}
	file = fopen(path, "w");
	if (file == NULL || fwrite(data, 1, len, file) != len ||
	    fclose(file) != 0)
		abort();
}

static void
count_mistake(void *context, const char *text)
{
	if (strncmp(text, path, strlen(path)) != 0)
		abort(); /* names its place */
	(*(unsigned long *)context)++;
}

static unsigned long
read_file(struct idm_domain_file *out)
{
	unsigned long told = 0, mistakes = 0;

	if (idm_domain_file_read(
		path, out, &mistakes, count_mistake, &told, NULL) != IDM_OK)
		return 1;
	if (told != mistakes)
		abort();
	return mistakes;
}

/* A domain without mistakes is one that readers take, all of it. */
static void
check_record(const struct idm_domain *domain)
{
	struct idm_domains again;
	struct idm_buf buf;

	idm_buf_init(&buf, OUT_MAX);
	idm_domains_write(&buf, domain, 1);
	if (idm_removed_read((struct idm_str){ buf.data, buf.len }, &again,
		NULL) != IDM_OK ||
	    memcmp(again.domain, domain, sizeof(*domain)) != 0)
		abort();
	idm_domains_free(&again);
	idm_buf_fini(&buf);
}

/* A setting that is put into its text is what is read then. */
static void
check_edit(const void *data, size_t len, const struct idm_domain *before)
{
	struct idm_domain_file file;
	struct idm_domain expected = *before;
	struct idm_str value;
	struct idm_buf text;

	idm_buf_init(&text, OUT_MAX);
	idm_buf_put(&text, data, len);
	if (cli_domain_text_set(
		&text, CLI_SECTION_DOMAIN, "gecos", "fuzzed", NULL) != IDM_OK)
		abort();
	if (!cli_domain_text_get((struct idm_str){ text.data, text.len },
		CLI_SECTION_DOMAIN, idm_str_of("gecos"), &value) ||
	    !idm_str_is(value, "fuzzed"))
		abort();
	write_file(text.data, text.len);
	if (read_file(&file) != 0)
		abort();
	memset(expected.gecos, 0, sizeof(expected.gecos));
	memcpy(expected.gecos, "fuzzed", sizeof("fuzzed"));
	memset(file.domain.gecos + sizeof("fuzzed"), 0,
	    sizeof(file.domain.gecos) - sizeof("fuzzed"));
	if (memcmp(&expected, &file.domain, sizeof(expected)) != 0)
		abort();
	idm_buf_fini(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_domain_file file;

	/* What ends in the middle of a text for libinih is not a text. */
	if (memchr(data, '\0', len) != NULL)
		return 0;
	write_file(data, len);
	if (read_file(&file) != 0)
		return 0;
	check_record(&file.domain);
	check_edit(data, len, &file.domain);
	return 0;
}
