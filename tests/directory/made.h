/*
 * made -- entries of directories, made up.
 *
 *	made_entry(&made, "cn=al,dc=corp");
 *	made_add(&made, "objectClass", "user");
 *	made_bytes(&made, "objectSid", sid, len);
 *	... &made.object ...
 *
 * Texts are lent; a sixteenth value or a fortieth attribute ends the program.
 */

#ifndef IDM_TESTS_DIRECTORY_MADE_H
#define IDM_TESTS_DIRECTORY_MADE_H

#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "directory/object.h"
#include "identity/sid.h"

#define MADE_ATTRIBUTES 40
#define MADE_VALUES     16

struct made {
	struct idm_object object;
	struct idm_attribute_values attribute[MADE_ATTRIBUTES];
	struct idm_str value[MADE_ATTRIBUTES][MADE_VALUES];
	char sid[IDM_SID_BINARY_MAX];
};

static inline void
made_entry(struct made *made, const char *dn)
{
	made->object = (struct idm_object){
		.dn = { dn, strlen(dn) },
		.attribute = made->attribute,
	};
}

static inline void
made_bytes(struct made *made, const char *name, const char *value, size_t len)
{
	struct idm_attribute_values *values = NULL;
	size_t at;

	for (at = 0; at < made->object.n; at++) {
		if (idm_str_is(made->attribute[at].name, name))
			break;
	}
	if (at == MADE_ATTRIBUTES)
		abort();
	values = &made->attribute[at];
	if (at == made->object.n) {
		made->object.n++;
		*values = (struct idm_attribute_values){
			.name = { name, strlen(name) },
			.value = made->value[at],
		};
	}
	if (values->n == MADE_VALUES)
		abort();
	made->value[at][values->n++] = (struct idm_str){ value, len };
}

static inline void
made_add(struct made *made, const char *name, const char *value)
{
	made_bytes(made, name, value, strlen(value));
}

/* Another value in the place of all that the attribute had. */
static inline void
made_set(struct made *made, const char *name, const char *value)
{
	for (size_t i = 0; i < made->object.n; i++) {
		if (idm_str_is(made->attribute[i].name, name))
			made->attribute[i].n = 0;
	}
	made_add(made, name, value);
}

/* The binary form of a SID, as objectSid has it. */
static inline void
made_sid(struct made *made, const char *text)
{
	struct idm_sid sid;
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, made->sid, sizeof(made->sid));
	if (idm_sid_parse((struct idm_str){ text, strlen(text) }, &sid, NULL) !=
	    IDM_OK)
		abort();
	idm_sid_write(&buf, &sid);
	for (size_t i = 0; i < made->object.n; i++) {
		if (idm_str_is(made->attribute[i].name, "objectSid"))
			made->attribute[i].n = 0;
	}
	made_bytes(made, "objectSid", buf.data, buf.len);
}

#endif
