/*
 * raw -- map files made by libgdbm record by record, sound or not, for tests
 * of what reads them.  The file is built as NAME.new and then put in place,
 * as every map file is.
 */

#ifndef IDM_TESTS_MAP_RAW_H
#define IDM_TESTS_MAP_RAW_H

#include <gdbm.h>

#include "map/format.h"

/* The header that raw_begin() stores: a policy map. */
extern const struct idm_header raw_header;

struct raw {
	GDBM_FILE db;
	const char *name;
	uint8_t seed[IDM_SEED_SIZE];
};

/* An empty GDBM file; flags beside GDBM_NEWDB.  The name is kept. */
struct raw raw_empty(const char *name, int block_size, int flags);

/* One with this header. */
struct raw raw_begin(const char *name, const struct idm_header *);

/* Store a record under the key as it is, or with its end appended. */
void raw_store(
    struct raw *, const void *key, size_t len, const void *value, size_t n);
void raw_put(struct raw *, const char *key, const void *value, size_t n);
/* The same with what a buffer holds, which is freed. */
void raw_put_buf(struct raw *, const char *key, struct idm_buf *);

void raw_put_header(struct raw *, const struct idm_header *);
void raw_put_policy(struct raw *, const struct idm_policy *);
void raw_put_list(struct raw *, const char *key, const char *name);
/* A scheme without patterns, with that many entries. */
void raw_put_scheme(
    struct raw *, const char *name, const char *descriptor, uint64_t entries);
void raw_put_entry(
    struct raw *, const char *scheme, const char *remote, const char *target);

/* Close the file and put it in place. */
void raw_publish(struct raw *);

datum raw_datum(const void *data, size_t len);

#endif
