/*
 * operation -- one change of a ruleset, while it is being worked out.
 *
 * Private to the editors (edit.c and its like, ruleedit.c).  What an
 * operation changes is gathered apart from the rewrite and handed over in one
 * step at its end, so that a failure on the way leaves nothing half done.
 */

#ifndef IDM_MAP_OPERATION_H
#define IDM_MAP_OPERATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "map/changes.h"
#include "map/entries.h"
#include "map/rewrite.h"
#include "map/shape.h"

struct idm_op {
	struct idm_rewrite *rewrite;
	struct idm_ruleset_name name;
	struct idm_changes *todo;
	struct idm_buf key; /* the last one made below */
	char key_memory[IDM_KEY_MAX];
	struct idm_buf value; /* the last one written */

	/* The ruleset as it will be, and its shapes in their order. */
	struct idm_ruleset set;
	struct idm_shape *shape;
};

/*
 * Begin, on the named ruleset (IDM_NOTFOUND) or without reading one.  To be
 * given back with idm_op_fini() even after a failure.
 */
enum idm_status idm_op_begin(struct idm_op *, struct idm_rewrite *,
    struct idm_ruleset_name, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_op_begin_ruleset(struct idm_op *, struct idm_rewrite *,
    struct idm_ruleset_name, struct idm_err *) IDM_MUSTCHECK;
void idm_op_fini(struct idm_op *);

/*
 * Hand everything to the rewrite, the ruleset's record too or not.  Whatever
 * changes, the policy's epoch does.
 */
enum idm_status idm_op_finish(struct idm_op *, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_op_finish_ruleset(
    struct idm_op *, struct idm_err *) IDM_MUSTCHECK;

/*
 * The same in steps, for a ruleset named later: read it and its shapes, as
 * they were (IDM_NOTFOUND); note its record as it is now.
 */
enum idm_status idm_op_load_ruleset(
    struct idm_op *, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_op_put_ruleset(
    struct idm_op *, struct idm_err *) IDM_MUSTCHECK;

/* Read a record as it was before this operation. */
enum idm_status idm_op_get(const struct idm_op *, struct idm_str key,
    struct idm_str *value, struct idm_err *) IDM_MUSTCHECK;

/* Note what op->value holds as the new value of a key. */
enum idm_status idm_op_put(
    struct idm_op *, struct idm_str key, struct idm_err *) IDM_MUSTCHECK;

/* The policy as it was; the default one when there was none. */
enum idm_status idm_op_get_policy(
    const struct idm_op *, struct idm_policy *, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_op_put_policy(
    struct idm_op *, const struct idm_policy *, struct idm_err *) IDM_MUSTCHECK;

/*
 * The key of the ruleset, of one of its entries, of the bucket of an entry
 * with these fields.  In op->key, lent until the next one is made.  Names that
 * are too long for any key make an empty one, which no record has.
 */
struct idm_str idm_op_ruleset_key(struct idm_op *);
struct idm_str idm_op_entry_key(struct idm_op *, struct idm_str remote);
struct idm_str idm_op_bucket_key(
    struct idm_op *, const struct idm_shape *, const struct idm_fields *);

/* Note that every entry of the ruleset goes; its record stays as it is. */
enum idm_status idm_op_remove_entries(
    struct idm_op *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Examine an entry, split it and find out its shape.  IDM_INVALID: it cannot
 * stand in this ruleset; err says which and why.
 */
enum idm_status idm_op_classify(const struct idm_op *, const struct idm_entry *,
    struct idm_fields *, struct idm_shape *, struct idm_err *) IDM_MUSTCHECK;

/*
 * What an entry means for one of the same remote name that is there: the same
 * (*unchanged), other flags, or another target, which is IDM_CONFLICT.
 */
enum idm_status idm_op_compare(const struct idm_entry *there,
    const struct idm_entry *, bool *unchanged, struct idm_err *) IDM_MUSTCHECK;

/* Write the record of an entry without metacharacters; that of a bucket. */
enum idm_status idm_op_put_literal(
    struct idm_op *, const struct idm_entry *, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_op_put_bucket(struct idm_op *, struct idm_str key,
    const struct idm_entry *, uint32_t n, struct idm_err *) IDM_MUSTCHECK;

/* Where the shape stands in op->shape, or would stand. */
uint32_t idm_op_find_shape(
    const struct idm_op *, const struct idm_shape *, bool *found);

/*
 * The shape has one entry more; a new one is inserted.  *shape becomes the one
 * in the ruleset, with its id.  IDM_EXHAUSTED: there are too many.
 */
enum idm_status idm_op_count_in(
    struct idm_op *, struct idm_shape *, struct idm_err *) IDM_MUSTCHECK;

/* The shape at this place has one entry less; the last one removes it. */
void idm_op_count_out(struct idm_op *, uint32_t place);

/*
 * "scheme" or "attribute"; a buffer's content, nothing when it has failed; the
 * buffer, emptied.
 */
const char *idm_op_kind(enum idm_ruleset_kind);
struct idm_str idm_op_text(const struct idm_buf *);
struct idm_buf *idm_op_empty(struct idm_buf *);

/* IDM_NOMEM, with its text. */
enum idm_status idm_op_nomem(struct idm_err *);

#endif
