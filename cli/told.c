#include "base/clock.h"

#include "cli/json.h"
#include "cli/say.h"
#include "cli/told.h"

static uint64_t
age_of(const struct idm_resolution *found)
{
	uint64_t now = idm_clock_seconds();

	return now > found->when ? now - found->when : 0;
}

/* Seconds until it is served no more; below 0 when it is that already. */
static long long
expires_in(const struct idm_resolution *found)
{
	return (long long)found->expires - (long long)idm_clock_seconds();
}

void
cli_told_put(struct idm_buf *buf, const struct idm_resolution *found)
{
	if (found->when == 0)
		return;
	idm_buf_printf(buf, "Directory:\t%s\n", found->directory);
	if (found->server[0] != '\0') {
		/* A name that DNS told. */
		idm_buf_puts(buf, "Server:\t");
		cli_clean(buf, idm_str_of(found->server));
		idm_buf_puts(buf, "\n");
	}
	idm_buf_printf(
	    buf, "Age:\t%llu s\n", (unsigned long long)age_of(found));
	if (found->expires != 0)
		idm_buf_printf(buf, "Expires:\tin %lld s\n", expires_in(found));
	if (found->is_partial)
		idm_buf_puts(buf, "Complete:\tno\n");
}

void
cli_told_json(json_t *object, const struct idm_resolution *found)
{
	if (found->when == 0)
		return;
	(void)json_object_update_new(object,
	    json_pack("{s:I, s:I, s:s, s:b}", "when", (json_int_t)found->when,
		"age", (json_int_t)age_of(found), "directory", found->directory,
		"complete", !found->is_partial));
	if (found->server[0] != '\0')
		(void)json_object_set_new(
		    object, "server", cli_json_text(idm_str_of(found->server)));
	if (found->expires != 0)
		(void)json_object_set_new(object, "expires",
		    json_integer((json_int_t)found->expires));
}
