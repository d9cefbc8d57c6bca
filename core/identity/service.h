/*
 * service -- PAM services under which a login's name must not change.
 */

#ifndef IDM_IDENTITY_SERVICE_H
#define IDM_IDENTITY_SERVICE_H

#include <stdbool.h>

#include "base/cursor.h"

/*
 * Does the service hold on to the name it began with?  sshd, su, sudo and
 * their kin compare PAM_USER with it and end the login, or go on as somebody
 * else; so do those named after them with a dash: su-l, sudo-rs.
 */
bool idm_service_holds_name(struct idm_str service);

#endif
