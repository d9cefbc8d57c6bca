/*
 * descriptor -- the format of a scheme's remote names, and how a name splits.
 *
 *     descriptor := field { separator field }      field := 'M' digit
 *
 * The digit is the field's number, 1 to 9, each used once; the higher, the
 * more significant.  A separator is one printable ASCII character that is not
 * alphanumeric, not blank and none of * ? [ ] % " .  Example: M2!M1.
 *
 * A struct idm_descriptor is a value; it owns nothing.
 */

#ifndef IDM_RULES_DESCRIPTOR_H
#define IDM_RULES_DESCRIPTOR_H

#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"

#define IDM_FIELDS_MAX          9
#define IDM_DESCRIPTOR_TEXT_MAX (3 * IDM_FIELDS_MAX) /* with its NUL */

struct idm_descriptor {
	uint8_t nfields;
	uint8_t number[IDM_FIELDS_MAX]; /* of each field, in text order */
	uint8_t order[IDM_FIELDS_MAX];  /* text positions, highest first */
	char separator[IDM_FIELDS_MAX]; /* behind each field but the last */
};

/* The fields of one name, in text order, lent from the name. */
struct idm_fields {
	uint8_t nfields;
	struct idm_str field[IDM_FIELDS_MAX];
};

/* Read the text form.  IDM_INVALID says what is wrong and where. */
enum idm_status idm_descriptor_parse(
    struct idm_str, struct idm_descriptor *, struct idm_err *) IDM_MUSTCHECK;

/* Write the text form into buf and return buf. */
const char *idm_descriptor_format(
    const struct idm_descriptor *, char buf[static IDM_DESCRIPTOR_TEXT_MAX]);

/*
 * Split a name: each field ends at the first occurrence of its separator, the
 * last field takes the rest.  No field may be empty, and none may contain any
 * of the separators: whoever controls one part of a name could shift the split
 * with it.  *out is untouched on failure.
 */
enum idm_split {
	IDM_SPLIT_GOOD,
	IDM_SPLIT_MISSING, /* a field is empty, or its separator is missing */
	IDM_SPLIT_EXCESS,  /* a separator too many */
};
enum idm_split idm_descriptor_try(const struct idm_descriptor *,
    struct idm_str name, struct idm_fields *out) IDM_MUSTCHECK;

/* The same, for people: IDM_INVALID says why the name does not split. */
enum idm_status idm_descriptor_split(const struct idm_descriptor *,
    struct idm_str name, struct idm_fields *, struct idm_err *) IDM_MUSTCHECK;

/* The text position of the field with this number, or -1. */
int idm_descriptor_position(const struct idm_descriptor *, unsigned number);

#endif
