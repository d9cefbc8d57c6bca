#include "map/shape.h"
#include "rules/pattern.h"

struct idm_shape
idm_shape_of(
    const struct idm_descriptor *descriptor, const struct idm_fields *fields)
{
	struct idm_shape shape = { 0 };

	for (size_t i = 0; i < descriptor->nfields; i++) {
		struct idm_str field = fields->field[descriptor->order[i]];

		shape.rank[i] = idm_pattern_rank(field);
		shape.suffix[i] = (uint16_t)idm_pattern_suffix(field).len;
	}
	return shape;
}

bool
idm_shape_literal(
    const struct idm_descriptor *descriptor, const struct idm_shape *shape)
{
	for (size_t i = 0; i < descriptor->nfields; i++) {
		if (shape->rank[i].class != IDM_PATTERN_LITERAL)
			return false;
	}
	return true;
}

int
idm_shape_compare(const struct idm_descriptor *descriptor,
    const struct idm_shape *a, const struct idm_shape *b)
{
	int order = 0;

	for (size_t i = 0; i < descriptor->nfields && order == 0; i++)
		order = idm_rank_compare(&a->rank[i], &b->rank[i]);
	return order;
}

int
idm_shape_order(const struct idm_descriptor *descriptor,
    const struct idm_shape *a, const struct idm_shape *b)
{
	int order = idm_shape_compare(descriptor, a, b);

	for (size_t i = 0; i < descriptor->nfields && order == 0; i++) {
		order = (a->suffix[i] > b->suffix[i]) -
		    (a->suffix[i] < b->suffix[i]);
	}
	return order;
}

void
idm_key_ruleset(
    struct idm_buf *key, enum idm_ruleset_kind kind, struct idm_str name)
{
	idm_buf_put_u8(key, (uint8_t)kind);
	idm_buf_put(key, "/", 1);
	idm_buf_put(key, name.data, name.len);
}

void
idm_key_entry(struct idm_buf *key, enum idm_ruleset_kind kind,
    struct idm_str name, struct idm_str remote)
{
	idm_key_ruleset(key, kind, name);
	idm_buf_put(key, "/e/", 3);
	idm_buf_put(key, remote.data, remote.len);
}

void
idm_key_patterns(
    struct idm_buf *key, enum idm_ruleset_kind kind, struct idm_str name)
{
	idm_key_ruleset(key, kind, name);
	idm_buf_put(key, "/p/", 3);
}

void
idm_key_user_entry(
    struct idm_buf *key, struct idm_str scheme, struct idm_str remote)
{
	idm_key_ruleset(key, IDM_RULESET_SCHEME, scheme);
	idm_buf_put(key, "/u/", 3);
	idm_buf_put(key, remote.data, remote.len);
}

/* A decimal number and what ends it; printf would cost more than the lookup. */
static void
put_number(struct idm_buf *key, size_t number, char end)
{
	char text[24];
	char *digit = text + sizeof(text);

	*--digit = end;
	do {
		*--digit = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	idm_buf_put(key, digit, (size_t)(text + sizeof(text) - digit));
}

static void
put_piece(struct idm_buf *key, const char *data, size_t len)
{
	put_number(key, len, ':');
	idm_buf_put(key, data, len);
}

static bool
put_literals(struct idm_buf *key, struct idm_str field,
    const struct idm_rank *rank, size_t suffix)
{
	if (rank->class == IDM_PATTERN_LITERAL) {
		put_piece(key, field.data, field.len);
		return true;
	}
	if (field.len < rank->literals || field.len < rank->first + suffix)
		return false;
	put_piece(key, field.data, rank->first);
	put_piece(key, field.data + field.len - suffix, suffix);
	return true;
}

bool
idm_key_bucket(struct idm_buf *key, const struct idm_descriptor *descriptor,
    const struct idm_shape *shape, const struct idm_fields *fields)
{
	size_t before = key->len;

	put_number(key, shape->id, '/');
	for (size_t i = 0; i < descriptor->nfields; i++) {
		if (!put_literals(key, fields->field[descriptor->order[i]],
			&shape->rank[i], shape->suffix[i])) {
			key->len = before;
			return false;
		}
	}
	return true;
}
