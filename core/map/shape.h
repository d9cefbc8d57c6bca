/*
 * shape -- in which bucket an entry with metacharacters lies, and in which
 * buckets a name has to be looked for.
 *
 * The keys of the map's records are made here, and nowhere else: the editor
 * that stores an entry and the lookup that finds it call the same functions.
 * Nothing here allocates; the caller's buffer keeps any failure.
 */

#ifndef IDM_MAP_SHAPE_H
#define IDM_MAP_SHAPE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "map/format.h"
#include "rules/descriptor.h"

/*
 * The shape of an entry whose remote name splits into these fields, with no
 * id and no entries yet.
 */
struct idm_shape idm_shape_of(
    const struct idm_descriptor *, const struct idm_fields *);

/* Has no field of the shape a metacharacter?  Such entries have E records. */
bool idm_shape_literal(const struct idm_descriptor *, const struct idm_shape *);

/*
 * The order of the ranks, as in idm_entry_compare(); 0 when they are equal.
 * Shapes of equal ranks may still differ in the lengths of literal ends.
 */
int idm_shape_compare(const struct idm_descriptor *, const struct idm_shape *,
    const struct idm_shape *);

/*
 * The total order in which a ruleset has its shapes: by their ranks, then by
 * the lengths of literal ends.  0: they are the same shape.
 */
int idm_shape_order(const struct idm_descriptor *, const struct idm_shape *,
    const struct idm_shape *);

/* Append "s/NAME", "s/NAME/e/REMOTE" or "s/NAME/p/" ("a/" for attributes). */
void idm_key_ruleset(
    struct idm_buf *, enum idm_ruleset_kind, struct idm_str name);
void idm_key_entry(struct idm_buf *, enum idm_ruleset_kind, struct idm_str name,
    struct idm_str remote);
void idm_key_patterns(
    struct idm_buf *, enum idm_ruleset_kind, struct idm_str name);

/* Append "s/SCHEME/u/REMOTE", a user's own entry. */
void idm_key_user_entry(
    struct idm_buf *, struct idm_str scheme, struct idm_str remote);

/*
 * Append "SHAPE/TEXT" to "s/NAME/p/": the shape's id, and of each field, the
 * highest number first, the literal beginning and end that the shape says
 * (the whole of a literal field), each as its length, ':' and its bytes.  The
 * fields are those of an entry or of a name that is looked for.
 *
 * false, with the buffer as it was: a field is too short for this shape, so
 * no entry of the shape can match.
 */
bool idm_key_bucket(struct idm_buf *, const struct idm_descriptor *,
    const struct idm_shape *, const struct idm_fields *);

#endif
