#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "daemon/memo.h"
#include "map/siphash.h"

#define BUCKETS 4096

struct entry {
	struct entry *next;  /* of the bucket */
	struct entry *newer; /* of all, in the order they came */
	struct entry *older;
	uint64_t hash;
	int64_t until;
	enum idm_status status;
	size_t key_len;
	size_t body_len;
	char bytes[]; /* the key, the body */
};

struct memo {
	uint8_t seed[IDM_SIPHASH_KEY];
	struct entry *bucket[BUCKETS];
	struct entry *newest;
	struct entry *oldest;
	struct memo_counts counts;
};

enum idm_status
memo_new(struct memo **out, struct idm_err *err)
{
	struct memo *memo = calloc(1, sizeof(*memo));

	if (memo == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	/* Keys are what strangers ask. */
	if (getrandom(memo->seed, sizeof(memo->seed), 0) !=
	    (ssize_t)sizeof(memo->seed)) {
		free(memo);
		return idm_fail_errno(err, "getrandom");
	}
	*out = memo;
	return IDM_OK;
}

void
memo_free(struct memo **memo)
{
	if (*memo == NULL)
		return;
	memo_clear(*memo);
	free(*memo);
	*memo = NULL;
}

static uint64_t
hash_of(const struct memo *memo, struct idm_str key)
{
	return idm_siphash(memo->seed, key.data, key.len);
}

static size_t
size_of(const struct entry *entry)
{
	return sizeof(*entry) + entry->key_len + entry->body_len;
}

/* The place that leads to an entry, or to the end of its bucket. */
static struct entry **
place_of(struct memo *memo, uint64_t hash, struct idm_str key)
{
	struct entry **at = &memo->bucket[hash % BUCKETS];

	while (*at != NULL &&
	    ((*at)->hash != hash || (*at)->key_len != key.len ||
		memcmp((*at)->bytes, key.data, key.len) != 0))
		at = &(*at)->next;
	return at;
}

static void
drop(struct memo *memo, struct entry **at)
{
	struct entry *entry = *at;

	*at = entry->next;
	*(entry->newer != NULL ? &entry->newer->older
			       : &memo->newest) = entry->older;
	*(entry->older != NULL ? &entry->older->newer
			       : &memo->oldest) = entry->newer;
	memo->counts.entries--;
	memo->counts.bytes -= size_of(entry);
	free(entry);
}

static void
drop_oldest(struct memo *memo)
{
	struct entry *entry = memo->oldest;
	struct entry **at = &memo->bucket[entry->hash % BUCKETS];

	while (*at != entry)
		at = &(*at)->next;
	drop(memo, at);
}

void
memo_put(struct memo *memo, struct idm_str key,
    const struct memo_answer *answer, int64_t until)
{
	uint64_t hash = hash_of(memo, key);
	struct entry **at = place_of(memo, hash, key);
	struct entry *entry;

	if (*at != NULL)
		drop(memo, at);
	if (answer->body.len > MEMO_BODY_MAX)
		return;
	entry = malloc(sizeof(*entry) + key.len + answer->body.len);
	if (entry == NULL)
		return; /* then it is asked again */
	*entry = (struct entry){
		.next = memo->bucket[hash % BUCKETS],
		.older = memo->newest,
		.hash = hash,
		.until = until,
		.status = answer->status,
		.key_len = key.len,
		.body_len = answer->body.len,
	};
	memcpy(entry->bytes, key.data, key.len);
	if (answer->body.len > 0)
		memcpy(entry->bytes + key.len, answer->body.data,
		    answer->body.len);
	memo->bucket[hash % BUCKETS] = entry;
	*(memo->newest != NULL ? &memo->newest->newer : &memo->oldest) = entry;
	memo->newest = entry;
	memo->counts.entries++;
	memo->counts.bytes += size_of(entry);
	while (memo->counts.entries > MEMO_ENTRIES ||
	    memo->counts.bytes > MEMO_BYTES)
		drop_oldest(memo);
}

bool
memo_get(const struct memo *memo, struct idm_str key, int64_t now,
    struct memo_answer *out)
{
	uint64_t hash = hash_of(memo, key);
	const struct entry *entry = memo->bucket[hash % BUCKETS];

	while (entry != NULL &&
	    (entry->hash != hash || entry->key_len != key.len ||
		memcmp(entry->bytes, key.data, key.len) != 0))
		entry = entry->next;
	if (entry == NULL || entry->until <= now)
		return false;
	*out = (struct memo_answer){ entry->status,
		{ entry->bytes + entry->key_len, entry->body_len } };
	return true;
}

void
memo_clear(struct memo *memo)
{
	while (memo->oldest != NULL)
		drop_oldest(memo);
}

struct memo_counts
memo_count(const struct memo *memo)
{
	return memo->counts;
}
