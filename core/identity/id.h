/*
 * id -- numbers that no mapping may ever hand out, whoever asks for them.
 */

#ifndef IDM_IDENTITY_ID_H
#define IDM_IDENTITY_ID_H

#include <stdint.h>

/*
 * Why the number is never served, or NULL when it may be: 0 (root), 65534
 * (nobody), 65535 and 4294967295 (no id), 61184-65519 (systemd's dynamic
 * users).  Static storage.
 */
const char *idm_id_reserved(uint32_t id);

#endif
