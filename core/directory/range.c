#include <strings.h>

#include "base/num.h"
#include "directory/range.h"

static bool
begins(struct idm_str text, const char *with)
{
	size_t len = strlen(with);

	return text.len >= len && strncasecmp(text.data, with, len) == 0;
}

static bool
read_number(const char *text, size_t len, uint32_t *number)
{
	uint64_t value;

	if (idm_num_parse(text, len, UINT32_MAX - 1, &value, NULL) != IDM_OK)
		return false;
	*number = (uint32_t)value;
	return true;
}

/* "0-1499", "1500-*" */
static bool
read_bounds(struct idm_str text, struct idm_range *range)
{
	const char *dash = memchr(text.data, '-', text.len);
	size_t len;

	if (dash == NULL ||
	    !read_number(text.data, (size_t)(dash - text.data), &range->first))
		return false;
	len = text.len - (size_t)(dash - text.data) - 1;
	range->is_end = len == 1 && dash[1] == '*';
	return range->is_end ||
	    (read_number(dash + 1, len, &range->last) &&
		range->last >= range->first);
}

struct idm_range
idm_range_read(struct idm_str text)
{
	const char *option = memchr(text.data, ';', text.len);
	struct idm_range range = { .name = text, .is_plain = option == NULL };
	struct idm_str left;

	if (option == NULL)
		return range;
	range.name.len = (size_t)(option - text.data);
	left.data = option + 1;
	left.len = text.len - range.name.len - 1;
	if (left.len == 6 && begins(left, "binary")) {
		range.is_plain = true;
	} else if (begins(left, "range=")) {
		left.data += 6;
		left.len -= 6;
		range.is_range = read_bounds(left, &range);
	}
	return range;
}
