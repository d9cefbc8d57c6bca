#include "base/utf8.h"
#include "base/attr.h"

/* A lead byte says how long its character is and which ones are overlong. */
static const struct {
	unsigned char mask;
	unsigned char lead;
	uint32_t least;
} forms[] = {
	{ 0x80, 0x00, 0 },
	{ 0xe0, 0xc0, 0x80 },
	{ 0xf0, 0xe0, 0x800 },
	{ 0xf8, 0xf0, 0x10000 },
};

size_t
idm_utf8_decode(const char *text, size_t len, uint32_t *point)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t more = 0;
	uint32_t value;

	if (len == 0)
		return 0;
	while ((bytes[0] & forms[more].mask) != forms[more].lead) {
		if (++more == IDM_COUNTOF(forms))
			return 0;
	}
	if (more >= len)
		return 0;
	value = bytes[0] & ~(uint32_t)forms[more].mask;
	for (size_t i = 1; i <= more; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (bytes[i] & 0x3fu);
	}
	if (value < forms[more].least || value > 0x10ffff ||
	    (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*point = value;
	return more + 1;
}
