#include <stdlib.h>
#include <string.h>

#include "identity/id.h"
#include "map/domain.h"
#include "map/record.h"

#define RECORD_LETTER    'D'
#define RECORD_VERSION   '1'
/* Bytes of a domain whose texts are all empty; what is shorter is no domain. */
#define DOMAIN_BYTES_MIN 42
#define FLAGS_KNOWN      0x7fffu

/* One name of a domain, for the search by name. */
struct idm_domain_name {
	struct idm_str text;
	const struct idm_domain *domain;
};

/* Names a domain can be found by: its own, DNS, NetBIOS, aliases. */
#define NAMES_MAX (3 + IDM_ALIASES_MAX)

/* What a struct idm_domains owns, in one piece. */
struct memory {
	const struct idm_domain **by_low;
	const struct idm_domain **by_sid;
	struct idm_domain_name *by_name;
	struct idm_domain domain[];
};

/* ---- Writing. */

static void
put_text(struct idm_buf *buf, const char *text)
{
	idm_buf_put_str(buf, text, strlen(text));
}

static void
put_sid(struct idm_buf *buf, const struct idm_sid *sid)
{
	idm_buf_put_u8(buf, sid->nsubs);
	if (sid->nsubs == 0)
		return;
	idm_buf_put_u64(buf, sid->authority);
	for (unsigned i = 0; i < sid->nsubs; i++)
		idm_buf_put_u32(buf, sid->sub[i]);
}

static void
put_domain(struct idm_buf *buf, const struct idm_domain *domain)
{
	put_text(buf, domain->name);
	put_text(buf, domain->dns);
	put_text(buf, domain->netbios);
	idm_buf_put_u8(buf, domain->naliases);
	for (unsigned i = 0; i < domain->naliases; i++)
		put_text(buf, domain->alias[i]);
	put_sid(buf, &domain->sid);
	idm_buf_put_u8(buf, domain->backend);
	idm_buf_put_u8(buf, domain->layout);
	idm_buf_put_u32(buf, domain->flags);
	idm_buf_put_u32(buf, domain->low);
	idm_buf_put_u32(buf, domain->high);
	idm_buf_put_u32(buf, domain->base_rid);
	idm_buf_put_u32(buf, domain->rangesize);
	put_text(buf, domain->space);
	idm_buf_put_u16(buf, domain->nwindows);
	for (unsigned i = 0; i < domain->nwindows; i++) {
		idm_buf_put_u32(buf, domain->window[i].first_rid);
		idm_buf_put_u32(buf, domain->window[i].low);
	}
	put_text(buf, domain->services);
	put_text(buf, domain->home);
	put_text(buf, domain->shell);
	put_text(buf, domain->gecos);
	if ((domain->flags & IDM_DOMAIN_DIRECTORY) == 0)
		return;
	idm_buf_put_u64(buf, domain->stamp);
	idm_buf_put_u32(buf, domain->cache_s);
	idm_buf_put_u32(buf, domain->stale_s);
	idm_buf_put_u32(buf, domain->wait_ms);
}

void
idm_domains_write(
    struct idm_buf *buf, const struct idm_domain *domain, uint32_t n)
{
	idm_record_begin(buf, 'D');
	idm_buf_put_u32(buf, n);
	for (uint32_t i = 0; i < n; i++)
		put_domain(buf, &domain[i]);
}

/* ---- Reading. */

/* A text that fits and has no NUL in it; missing bytes are told later. */
static enum idm_status
read_text(struct idm_cursor *cursor, const char *field, char *out, size_t size,
    struct idm_err *err)
{
	struct idm_str text = idm_cursor_str(cursor);

	if (text.len >= size)
		return idm_record_out_of_range(field, text.len, err);
	if (text.len > 0 && memchr(text.data, '\0', text.len) != NULL)
		return idm_fail(err, IDM_CORRUPT, "NUL in %s", field);
	if (text.len > 0)
		memcpy(out, text.data, text.len);
	out[text.len] = '\0';
	return IDM_OK;
}

static enum idm_status
read_names(
    struct idm_cursor *cursor, struct idm_domain *domain, struct idm_err *err)
{
	enum idm_status st;

	st = read_text(
	    cursor, "length of name", domain->name, sizeof(domain->name), err);
	if (st == IDM_OK && domain->name[0] == '\0' && !cursor->bad)
		st = idm_record_out_of_range("length of name", 0, err);
	if (st == IDM_OK)
		st = read_text(cursor, "length of dns", domain->dns,
		    sizeof(domain->dns), err);
	if (st == IDM_OK)
		st = read_text(cursor, "length of netbios", domain->netbios,
		    sizeof(domain->netbios), err);
	if (st != IDM_OK)
		return st;
	domain->naliases = idm_cursor_u8(cursor);
	if (domain->naliases > IDM_ALIASES_MAX)
		return idm_record_out_of_range(
		    "number of aliases", domain->naliases, err);
	for (unsigned i = 0; i < domain->naliases && st == IDM_OK; i++)
		st = read_text(cursor, "length of alias", domain->alias[i],
		    sizeof(domain->alias[i]), err);
	return st;
}

static enum idm_status
read_sid(struct idm_cursor *cursor, struct idm_sid *sid, struct idm_err *err)
{
	sid->nsubs = idm_cursor_u8(cursor);
	if (sid->nsubs > IDM_SID_SUBS_MAX)
		return idm_record_out_of_range(
		    "number of sub-authorities", sid->nsubs, err);
	if (sid->nsubs == 0)
		return IDM_OK;
	sid->authority = idm_cursor_u64(cursor);
	for (unsigned i = 0; i < sid->nsubs; i++)
		sid->sub[i] = idm_cursor_u32(cursor);
	if (sid->authority >> 48 != 0)
		return idm_fail(
		    err, IDM_CORRUPT, "authority of SID out of range");
	return IDM_OK;
}

static enum idm_status
read_windows(
    struct idm_cursor *cursor, struct idm_domain *domain, struct idm_err *err)
{
	domain->nwindows = idm_cursor_u16(cursor);
	if (domain->nwindows > IDM_WINDOWS_MAX)
		return idm_record_out_of_range(
		    "number of windows", domain->nwindows, err);
	for (unsigned i = 0; i < domain->nwindows; i++) {
		domain->window[i].first_rid = idm_cursor_u32(cursor);
		domain->window[i].low = idm_cursor_u32(cursor);
	}
	return IDM_OK;
}

static enum idm_status
read_templates(
    struct idm_cursor *cursor, struct idm_domain *domain, struct idm_err *err)
{
	enum idm_status st;

	st = read_text(cursor, "length of services", domain->services,
	    sizeof(domain->services), err);
	if (st == IDM_OK)
		st = read_text(cursor, "length of home", domain->home,
		    sizeof(domain->home), err);
	if (st == IDM_OK)
		st = read_text(cursor, "length of shell", domain->shell,
		    sizeof(domain->shell), err);
	if (st == IDM_OK)
		st = read_text(cursor, "length of gecos", domain->gecos,
		    sizeof(domain->gecos), err);
	return st;
}

/* What only a domain with a directory has. */
static void
read_directory(struct idm_cursor *cursor, struct idm_domain *domain)
{
	if ((domain->flags & IDM_DOMAIN_DIRECTORY) == 0)
		return;
	domain->stamp = idm_cursor_u64(cursor);
	domain->cache_s = idm_cursor_u32(cursor);
	domain->stale_s = idm_cursor_u32(cursor);
	domain->wait_ms = idm_cursor_u32(cursor);
}

/* Is what was read a domain that can be served? */
static enum idm_status
check_numbers(const struct idm_domain *domain, struct idm_err *err)
{
	if (domain->backend > IDM_BACKEND_LDAP)
		return idm_record_out_of_range("backend", domain->backend, err);
	if (domain->layout > IDM_LAYOUT_TRUENAS)
		return idm_record_out_of_range("layout", domain->layout, err);
	if ((domain->flags & ~FLAGS_KNOWN) != 0)
		return idm_record_out_of_range("flags", domain->flags, err);
	if (domain->low > domain->high)
		return idm_record_out_of_range(
		    "low end of range", domain->low, err);
	for (unsigned i = 0; i < domain->nwindows; i++) {
		if (domain->rangesize == 0)
			return idm_record_out_of_range("rangesize", 0, err);
		if (domain->window[i].low < domain->low ||
		    domain->window[i].low > domain->high)
			return idm_record_out_of_range(
			    "window", domain->window[i].low, err);
	}
	return IDM_OK;
}

static enum idm_status
read_domain(
    struct idm_cursor *cursor, struct idm_domain *domain, struct idm_err *err)
{
	enum idm_status st;

	st = read_names(cursor, domain, err);
	if (st == IDM_OK)
		st = read_sid(cursor, &domain->sid, err);
	if (st != IDM_OK)
		return st;
	domain->backend = idm_cursor_u8(cursor);
	domain->layout = idm_cursor_u8(cursor);
	domain->flags = idm_cursor_u32(cursor);
	domain->low = idm_cursor_u32(cursor);
	domain->high = idm_cursor_u32(cursor);
	domain->base_rid = idm_cursor_u32(cursor);
	domain->rangesize = idm_cursor_u32(cursor);
	st = read_text(cursor, "length of space", domain->space,
	    sizeof(domain->space), err);
	if (st == IDM_OK)
		st = read_windows(cursor, domain, err);
	if (st == IDM_OK)
		st = read_templates(cursor, domain, err);
	if (st == IDM_OK)
		read_directory(cursor, domain);
	if (st == IDM_OK && cursor->bad)
		st = idm_fail(err, IDM_CORRUPT, "record is cut short");
	if (st == IDM_OK)
		st = check_numbers(domain, err);
	return st;
}

/* How many domains follow; no more than could lie in the bytes. */
static enum idm_status
open_record(struct idm_str value, struct idm_cursor *out, uint32_t *n,
    struct idm_err *err)
{
	struct idm_cursor cursor;
	enum idm_status st;
	uint32_t count;

	st = idm_record_open(value, 'D', &cursor, err);
	if (st != IDM_OK)
		return st;
	count = idm_cursor_u32(&cursor);
	if (cursor.bad)
		return idm_fail(err, IDM_CORRUPT, "record is cut short");
	if (count > IDM_DOMAINS_MAX ||
	    count > (size_t)(cursor.end - cursor.at) / DOMAIN_BYTES_MIN)
		return idm_record_out_of_range("number of domains", count, err);
	*out = cursor;
	*n = count;
	return IDM_OK;
}

/* ---- What finds them. */

static unsigned char
fold(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/*
 * Order of texts with A to Z folded, the shorter one first: most that a search
 * meets are told apart by their length.
 */
static int
compare_folded(struct idm_str a, struct idm_str b)
{
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	if (memcmp(a.data, b.data, a.len) == 0)
		return 0;
	for (size_t i = 0; i < a.len; i++) {
		int difference = fold(a.data[i]) - fold(b.data[i]);

		if (difference != 0)
			return difference;
	}
	return 0;
}

/* By low end, domains that share a range in their own order. */
static int
compare_low(const void *a, const void *b)
{
	const struct idm_domain *const *first = a;
	const struct idm_domain *const *second = b;

	if ((*first)->low != (*second)->low)
		return (*first)->low < (*second)->low ? -1 : 1;
	return *first < *second ? -1 : *first > *second;
}

static int
compare_sid(const void *a, const void *b)
{
	const struct idm_domain *const *first = a;
	const struct idm_domain *const *second = b;

	return idm_sid_compare(&(*first)->sid, &(*second)->sid);
}

/* The same name twice: the domain's that comes first. */
static int
compare_name(const void *a, const void *b)
{
	const struct idm_domain_name *first = a;
	const struct idm_domain_name *second = b;
	int order = compare_folded(first->text, second->text);

	if (order != 0)
		return order;
	return first->domain < second->domain ? -1
					      : first->domain > second->domain;
}

static void
add_name(struct idm_domains *domains, struct idm_domain_name *names,
    const struct idm_domain *domain, const char *text)
{
	if (text[0] == '\0')
		return;
	names[domains->nnames].text = idm_str_of(text);
	names[domains->nnames].domain = domain;
	domains->nnames++;
}

static void
add_domain(struct idm_domains *domains, struct memory *memory,
    const struct idm_domain *domain)
{
	if (strcmp(domain->name, IDM_CATCH_ALL) == 0)
		domains->catch_all = domain;
	else if (domain->sid.nsubs > 0)
		memory->by_sid[domains->nsids++] = domain;
	if ((domain->flags & IDM_DOMAIN_DEFAULT) != 0)
		domains->by_default = domain;
	if (domain->high > 0)
		memory->by_low[domains->nranges++] = domain;
	add_name(domains, memory->by_name, domain, domain->name);
	add_name(domains, memory->by_name, domain, domain->dns);
	add_name(domains, memory->by_name, domain, domain->netbios);
	for (unsigned i = 0; i < domain->naliases; i++)
		add_name(domains, memory->by_name, domain, domain->alias[i]);
}

/* The search by id takes it that ranges are the same or have no id in common.
 */
static enum idm_status
check_ranges(const struct idm_domains *domains, struct idm_err *err)
{
	for (uint32_t i = 1; i < domains->nranges; i++) {
		const struct idm_domain *before = domains->by_low[i - 1];
		const struct idm_domain *domain = domains->by_low[i];

		if (domain->low > before->high)
			continue;
		if (domain->low != before->low || domain->high != before->high)
			return idm_fail(err, IDM_CORRUPT,
			    "ranges of '%s' and '%s' overlap", before->name,
			    domain->name);
	}
	return IDM_OK;
}

static struct memory *
new_memory(uint32_t n)
{
	struct memory *memory = calloc(
	    1, sizeof(*memory) + n * sizeof(memory->domain[0]));

	if (memory == NULL)
		return NULL;
	memory->by_low = calloc(n, 2 * sizeof(memory->by_low[0]));
	memory->by_name = calloc(n, NAMES_MAX * sizeof(memory->by_name[0]));
	if (memory->by_low == NULL || memory->by_name == NULL) {
		free(memory->by_low);
		free(memory->by_name);
		free(memory);
		return NULL;
	}
	memory->by_sid = memory->by_low + n;
	return memory;
}

static void
free_memory(struct memory *memory)
{
	if (memory == NULL)
		return;
	free(memory->by_low);
	free(memory->by_name);
	free(memory);
}

static enum idm_status
read_all(struct idm_cursor *cursor, uint32_t n, struct memory *memory,
    struct idm_err *err)
{
	for (uint32_t i = 0; i < n; i++) {
		enum idm_status st = read_domain(
		    cursor, &memory->domain[i], err);

		if (st != IDM_OK)
			return idm_within(err, st, "domain %u", i + 1);
	}
	return idm_record_close(cursor, err);
}

static void
index_all(struct idm_domains *domains, struct memory *memory)
{
	for (uint32_t i = 0; i < domains->n; i++)
		add_domain(domains, memory, &memory->domain[i]);
	qsort(memory->by_low, domains->nranges, sizeof(memory->by_low[0]),
	    compare_low);
	qsort(memory->by_sid, domains->nsids, sizeof(memory->by_sid[0]),
	    compare_sid);
	qsort(memory->by_name, domains->nnames, sizeof(memory->by_name[0]),
	    compare_name);
	domains->domain = memory->domain;
	domains->by_low = memory->by_low;
	domains->by_sid = memory->by_sid;
	domains->by_name = memory->by_name;
	domains->memory = memory;
}

enum idm_status
idm_removed_read(
    struct idm_str value, struct idm_domains *out, struct idm_err *err)
{
	struct idm_domains domains = { 0 };
	struct memory *memory = NULL;
	struct idm_cursor cursor;
	enum idm_status st;

	st = open_record(value, &cursor, &domains.n, err);
	if (st != IDM_OK)
		return st;
	/* Of none, too: there is something to free then. */
	memory = new_memory(domains.n + 1);
	if (memory == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	st = read_all(&cursor, domains.n, memory, err);
	if (st != IDM_OK) {
		free_memory(memory);
		return st;
	}
	index_all(&domains, memory);
	*out = domains;
	return IDM_OK;
}

enum idm_status
idm_domains_read(
    struct idm_str value, struct idm_domains *out, struct idm_err *err)
{
	struct idm_domains domains;
	enum idm_status st;

	st = idm_removed_read(value, &domains, err);
	if (st != IDM_OK)
		return st;
	st = check_ranges(&domains, err);
	if (st == IDM_OK)
		*out = domains;
	else
		idm_domains_free(&domains);
	return st;
}

void
idm_domains_free(struct idm_domains *domains)
{
	free_memory(domains->memory);
	memset(domains, 0, sizeof(*domains));
}

/* ---- Finding. */

const struct idm_domain *
idm_domain_by_name(const struct idm_domains *domains, struct idm_str name)
{
	const struct idm_domain *found = NULL;
	uint32_t from = 0;
	uint32_t to = domains->nnames;

	/* The first of those that have the name. */
	while (from < to) {
		uint32_t middle = from + (to - from) / 2;
		int order = compare_folded(domains->by_name[middle].text, name);

		if (order < 0)
			from = middle + 1;
		else
			to = middle;
		if (order == 0)
			found = domains->by_name[middle].domain;
	}
	return found;
}

static const struct idm_domain *
find_sid(const struct idm_domains *domains, const struct idm_sid *sid)
{
	uint32_t from = 0;
	uint32_t to = domains->nsids;

	while (from < to) {
		uint32_t middle = from + (to - from) / 2;
		int order = idm_sid_compare(&domains->by_sid[middle]->sid, sid);

		if (order == 0)
			return domains->by_sid[middle];
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}

const struct idm_domain *
idm_domain_by_sid(const struct idm_domains *domains, const struct idm_sid *sid)
{
	const struct idm_domain *domain;
	struct idm_sid head;
	uint32_t rid;

	if (domains->nsids == 0)
		return NULL;
	domain = find_sid(domains, sid);
	if (domain == NULL && idm_sid_split(sid, &head, &rid))
		domain = find_sid(domains, &head);
	return domain;
}

const struct idm_domain *
idm_domain_by_id(const struct idm_domains *domains, uint32_t id,
    const struct idm_domain *const **first, uint32_t *n)
{
	uint32_t from = 0;
	uint32_t to = domains->nranges;
	uint32_t low, end;

	/* Behind the last that begins at id or below. */
	while (from < to) {
		uint32_t middle = from + (to - from) / 2;

		if (domains->by_low[middle]->low <= id)
			from = middle + 1;
		else
			to = middle;
	}
	end = from;
	if (end == 0 || domains->by_low[end - 1]->high < id)
		return NULL;
	low = domains->by_low[end - 1]->low;
	while (from > 0 && domains->by_low[from - 1]->low == low)
		from--;
	if (first != NULL)
		*first = &domains->by_low[from];
	if (n != NULL)
		*n = end - from;
	return domains->by_low[from];
}

const struct idm_domain *
idm_domain_giver(
    const struct idm_domains *domains, const struct idm_domain *domain)
{
	if (domain == NULL || domain->backend == IDM_BACKEND_NONE)
		return domains->catch_all;
	return domain;
}

const char *
idm_domain_shown(const struct idm_domain *domain)
{
	return domain->dns[0] != '\0' ? domain->dns : domain->name;
}

/* That nobody else is there is a state, too. */
#define FOREST_SALT UINT64_C(0x9e3779b97f4a7c15)

uint64_t
idm_domain_crowd(
    const struct idm_domains *domains, const struct idm_domain *domain)
{
	uint64_t crowd = domain->stamp ^ FOREST_SALT;

	if ((domain->flags & IDM_DOMAIN_FOREST) == 0 ||
	    (domain->flags & IDM_DOMAIN_REPLICATE) != 0)
		return domain->stamp;
	for (uint32_t i = 0; i < domains->n; i++) {
		const struct idm_domain *other = &domains->domain[i];

		/* Not the same when two have each other's stamp. */
		if (other != domain && (other->flags & IDM_DOMAIN_FOREST) != 0)
			crowd += other->stamp * FOREST_SALT;
	}
	return crowd;
}
