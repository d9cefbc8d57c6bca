#include "daemon/once.h"
#include "map/siphash.h"

#define HASH_KEY "what was said of" /* 16 bytes; the texts are no secret */

bool
once_is_due(struct once *once, struct idm_str text, int64_t now)
{
	uint64_t hash = idm_siphash(
	    (const uint8_t *)HASH_KEY, text.data, text.len);

	for (size_t i = 0; i < ONCE_TEXTS; i++) {
		if (once->text[i].hash == hash && now < once->text[i].until)
			return false;
	}
	once->text[once->next] = (struct once_text){ hash, now + ONCE_MS };
	once->next = (once->next + 1) % ONCE_TEXTS;
	return true;
}
