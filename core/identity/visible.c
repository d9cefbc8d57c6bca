#include <unictype.h>

#include "base/utf8.h"
#include "identity/name.h"
#include "identity/visible.h"

#define HIDDEN                                                                 \
	(UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf | UC_CATEGORY_MASK_Cs |     \
	    UC_CATEGORY_MASK_Co | UC_CATEGORY_MASK_Cn | UC_CATEGORY_MASK_Zl |  \
	    UC_CATEGORY_MASK_Zp)

static bool
is_visible(uint32_t point)
{
	return !uc_is_general_category_withtable(point, HIDDEN);
}

enum idm_status
idm_visible_name(struct idm_str name, struct idm_err *err)
{
	if (name.len == 0 || idm_name_is_plain(name))
		return IDM_OK;
	for (size_t i = 0, used; i < name.len; i += used) {
		uint32_t point;

		used = idm_utf8_decode(name.data + i, name.len - i, &point);
		if (used == 0)
			return idm_fail(err, IDM_INVALID, "name is not UTF-8");
		if (!is_visible(point))
			return idm_fail(err, IDM_INVALID,
			    "name has the character U+%04X at %zu, which is "
			    "not to be seen",
			    (unsigned)point, i + 1);
	}
	return IDM_OK;
}

void
idm_visible_put(struct idm_buf *buf, struct idm_str text)
{
	size_t i = 0;

	while (i < text.len) {
		uint32_t point;
		size_t used = idm_utf8_decode(
		    text.data + i, text.len - i, &point);

		if (used == 0)
			return;
		if (is_visible(point))
			idm_buf_put(buf, text.data + i, used);
		i += used;
	}
}
