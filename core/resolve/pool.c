#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "resolve/pool.h"

/* One question needs little; a file with a million names gets big pieces. */
#define CHUNK_MIN ((size_t)4 << 10)
#define CHUNK_MAX ((size_t)1 << 20)

struct chunk {
	struct chunk *next;
	size_t used;
	size_t size;
	alignas(max_align_t) unsigned char bytes[];
};

struct idm_pool {
	struct chunk *chunk; /* the one that is being used up */
};

struct idm_pool *
idm_pool_new(void)
{
	return calloc(1, sizeof(struct idm_pool));
}

void
idm_pool_free(struct idm_pool **pool)
{
	struct chunk *next;

	if (*pool == NULL)
		return;
	for (struct chunk *chunk = (*pool)->chunk; chunk != NULL;
	     chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(*pool);
	*pool = NULL;
}

static struct chunk *
add_chunk(struct idm_pool *pool, size_t n)
{
	size_t size = CHUNK_MIN;
	struct chunk *chunk;

	if (pool->chunk != NULL)
		size = 2 * pool->chunk->size;
	if (size > CHUNK_MAX)
		size = CHUNK_MAX;
	if (size < n)
		size = n;
	if (size > SIZE_MAX - sizeof(*chunk))
		return NULL;
	chunk = calloc(1, sizeof(*chunk) + size);
	if (chunk == NULL)
		return NULL;
	chunk->size = size;
	chunk->next = pool->chunk;
	pool->chunk = chunk;
	return chunk;
}

void *
idm_pool_take(struct idm_pool *pool, size_t n)
{
	struct chunk *chunk = pool->chunk;
	void *out;

	if (n > SIZE_MAX - alignof(max_align_t))
		return NULL;
	n = (n + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (chunk == NULL || chunk->size - chunk->used < n)
		chunk = add_chunk(pool, n);
	if (chunk == NULL)
		return NULL;
	out = chunk->bytes + chunk->used;
	chunk->used += n;
	return out;
}

struct idm_str
idm_pool_text(struct idm_pool *pool, struct idm_str text)
{
	char *out = idm_pool_take(pool, text.len + 1);

	if (out != NULL && text.len > 0)
		memcpy(out, text.data, text.len);
	return (struct idm_str){ .data = out, .len = text.len };
}
