#include "daemon/exposition.h"

#define MILLION 1000000u

void
exposition_family(
    struct idm_buf *out, const char *name, const char *type, const char *help)
{
	idm_buf_printf(
	    out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
put_escaped(struct idm_buf *out, const char *value)
{
	for (; *value != '\0'; value++) {
		if (*value == '\\')
			idm_buf_puts(out, "\\\\");
		else if (*value == '"')
			idm_buf_puts(out, "\\\"");
		else if (*value == '\n')
			idm_buf_puts(out, "\\n");
		else
			idm_buf_put(out, value, 1);
	}
}

static void
begin_sample(struct idm_buf *out, const char *name,
    const struct exposition_label *labels)
{
	const char *before = "{";

	idm_buf_puts(out, name);
	for (; labels != NULL && labels->name != NULL; labels++) {
		idm_buf_printf(out, "%s%s=\"", before, labels->name);
		put_escaped(out, labels->value);
		idm_buf_puts(out, "\"");
		before = ",";
	}
	idm_buf_puts(out, *before == ',' ? "} " : " ");
}

void
exposition_count(struct idm_buf *out, const char *name,
    const struct exposition_label *labels, uint64_t value)
{
	begin_sample(out, name, labels);
	idm_buf_printf(out, "%llu\n", (unsigned long long)value);
}

void
exposition_time(struct idm_buf *out, const char *name,
    const struct exposition_label *labels, uint64_t microseconds)
{
	begin_sample(out, name, labels);
	idm_buf_printf(out, "%llu.%06llu\n",
	    (unsigned long long)(microseconds / MILLION),
	    (unsigned long long)(microseconds % MILLION));
}
