#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

#include "directory/facts.h"
#include "directory/idpool.h"
#include "identity/id.h"
#include "identity/name.h"
#include "identity/winname.h"

#define VALUES_MAX 256

/*
 * An entry: one byte for the schema, one for settings, then NAME NUL, two
 * bytes of length, VALUE, and again; the first NAME is the DN's.
 */
struct input {
	struct idm_object object;
	struct idm_attribute_values attribute[IDM_OBJECT_ATTRIBUTES];
	struct idm_str value[VALUES_MAX];
	size_t nvalues;
};

static void
take(struct input *input, struct idm_str name, struct idm_str value)
{
	struct idm_object *object = &input->object;
	struct idm_attribute_values *last = NULL;

	if (object->n > 0)
		last = &input->attribute[object->n - 1];
	if (last == NULL || idm_str_compare(last->name, name) != 0) {
		if (object->n == IDM_OBJECT_ATTRIBUTES)
			return;
		last = &input->attribute[object->n++];
		last->name = name;
		last->value = &input->value[input->nvalues];
	}
	if (input->nvalues == VALUES_MAX)
		return;
	input->value[input->nvalues++] = value;
	last->n++;
}

static void
read_input(struct input *input, struct idm_cursor *cursor)
{
	bool is_first = true;

	input->object.attribute = input->attribute;
	while (cursor->at < cursor->end && !cursor->bad) {
		size_t n = (size_t)(cursor->end - cursor->at);
		const unsigned char *nul = memchr(cursor->at, '\0', n);
		struct idm_str name;
		struct idm_str value;

		if (nul == NULL)
			return;
		name.len = (size_t)(nul - cursor->at);
		name.data = idm_cursor_bytes(cursor, name.len + 1);
		value = idm_cursor_str(cursor);
		if (is_first)
			input->object.dn = value;
		else
			take(input, name, value);
		is_first = false;
	}
}

static void
check_texts(const struct idm_facts *facts)
{
	struct idm_winname split;

	if (idm_name_own(facts->name, NULL) != IDM_OK ||
	    idm_winname_split(facts->name, &split, NULL) != IDM_OK ||
	    split.spelling != IDM_SPELL_BARE)
		abort();
	if (idm_name_field(facts->gecos, NULL) != IDM_OK ||
	    idm_name_field(facts->home, NULL) != IDM_OK ||
	    idm_name_field(facts->shell, NULL) != IDM_OK ||
	    (facts->home.len > 0 && facts->home.data[0] != '/') ||
	    (facts->shell.len > 0 && facts->shell.data[0] != '/'))
		abort();
	for (int i = 0; i < 2; i++) {
		if (facts->unix_name[i].len > 0 &&
		    idm_name_login(facts->unix_name[i], NULL) != IDM_OK)
			abort();
	}
}

static void
check_numbers(const struct idm_facts *facts, bool is_ad)
{
	struct idm_sid domain;
	uint32_t rid;

	if ((facts->has_id && idm_id_reserved(facts->id) != NULL) ||
	    (facts->has_gid && idm_id_reserved(facts->gid) != NULL))
		abort();
	if (facts->sid.nsubs == 0
		? is_ad
		: !idm_sid_split(&facts->sid, &domain, &rid) ||
		    !idm_sid_is_domain(&domain))
		abort();
}

/* The same entry, as one that says which number a SID has. */
static void
check_shared(const struct idm_object *object)
{
	struct idm_idpool_entry entry;
	char text[IDM_SID_TEXT_MAX];
	struct idm_sid sid;

	if (idm_idpool_read(object, &entry, NULL) != IDM_OK)
		return;
	if (!entry.has_uid && !entry.has_gid)
		abort();
	if (idm_sid_parse(idm_str_of(idm_sid_format(&entry.sid, text)), &sid,
		NULL) != IDM_OK ||
	    !idm_sid_equal(&sid, &entry.sid))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct idm_cursor cursor = idm_cursor_over(data, len);
	struct idm_directory settings;
	struct idm_schema_map schema;
	struct input input = { .nvalues = 0 };
	struct idm_facts *copy;
	struct idm_facts facts;
	struct idm_err err;

	idm_directory_defaults(&settings);
	settings.schema = (uint8_t)(IDM_SCHEMA_AD + idm_cursor_u8(&cursor) % 4);
	settings.flags = (uint32_t)idm_cursor_u8(&cursor) << 4;
	read_input(&input, &cursor);
	check_shared(&input.object);
	idm_schema_map(&settings, &schema);
	if (idm_facts_read(&schema, &input.object, 1800000000, &facts, &err) !=
	    IDM_OK)
		return 0;
	check_texts(&facts);
	check_numbers(&facts, settings.schema == IDM_SCHEMA_AD);
	if (idm_facts_dup(&facts, &copy, NULL) != IDM_OK)
		return 0;
	check_texts(copy);
	free(copy);
	return 0;
}
