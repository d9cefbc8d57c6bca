#include "base/num.h"

enum idm_status
idm_num_parse(const char *text, size_t len, uint64_t max, uint64_t *out,
    struct idm_err *err)
{
	uint64_t value = 0;

	if (len == 0)
		return idm_fail(err, IDM_INVALID, "'' is not a number");
	if (text[0] == '0' && len > 1) {
		return idm_fail(err, IDM_INVALID, "'%.*s' has a leading zero",
		    (int)(len < 40 ? len : 40), text);
	}
	for (size_t i = 0; i < len; i++) {
		unsigned digit = (unsigned char)text[i] - (unsigned)'0';

		if (digit > 9) {
			return idm_fail(err, IDM_INVALID,
			    "'%.*s' is not a number",
			    (int)(len < 40 ? len : 40), text);
		}
		if (value > (max - digit) / 10 || digit > max) {
			return idm_fail(err, IDM_INVALID,
			    "'%.*s' is above %llu", (int)(len < 40 ? len : 40),
			    text, (unsigned long long)max);
		}
		value = value * 10 + digit;
	}
	*out = value;
	return IDM_OK;
}

enum idm_status
idm_num_id(const char *text, size_t len, uint32_t *out, struct idm_err *err)
{
	enum idm_status st;
	uint64_t value;

	st = idm_num_parse(text, len, UINT32_MAX - 1, &value, err);
	if (st != IDM_OK)
		return st;
	*out = (uint32_t)value;
	return IDM_OK;
}
