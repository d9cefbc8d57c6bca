#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map/directory.h"
#include "map/domain.h"
#include "map/host.h"
#include "map/own.h"
#include "map/siphash.h"
#include "map/stamp.h"

#define DIRECTORY_FLAGS                                                        \
	(IDM_DIRECTORY_HIDE_DISABLED | IDM_DIRECTORY_HOLD |                    \
	    IDM_DIRECTORY_UNIX_GROUP | IDM_DIRECTORY_UNIX_INFO |               \
	    IDM_DIRECTORY_ALL_MEMBERS)
#define OVERRIDE_PREFIX 4 /* bytes: "o/u/" */

static const uint8_t siphash_key[IDM_SIPHASH_KEY] = "domain's stamp";

/* A domain's overrides; their order does not matter. */
struct sum {
	uint64_t hash;
	uint64_t bits; /* IDM_STAMP_*: what they give */
};

struct stamps {
	struct idm_rewrite *rewrite;
	struct idm_domains domains;
	struct idm_policy policy;
	const struct idm_domain *by_default; /* of bare names */
	struct sum *overrides;               /* of each domain */
};

static enum idm_status
get(const struct idm_rewrite *rewrite, const char *key, struct idm_str *value)
{
	return idm_rewrite_get(rewrite, key, strlen(key), value);
}

/* ---- What decides. */

/* Without what only readers of the cache need. */
static void
put_domain(struct idm_buf *buf, const struct idm_domain *domain)
{
	struct idm_domain bare = *domain;

	bare.flags &= ~(uint32_t)(IDM_DOMAIN_ENUMERATE | IDM_DOMAIN_REPLICATE |
	    IDM_DOMAIN_FOREST);
	bare.stamp = 0;
	bare.cache_s = bare.stale_s = bare.wait_ms = 0;
	idm_domains_write(buf, &bare, 1);
}

/* Without what says whom to ask, how to reach him and when. */
static enum idm_status
put_directory(const struct stamps *stamps, const char *prefix,
    const struct idm_domain *domain, struct idm_buf *buf, struct idm_err *err)
{
	struct idm_directory directory, bare;
	char key[sizeof(IDM_DIRECTORY_NUMBERS_KEY) + IDM_DOMAIN_MAX];
	struct idm_str value;
	enum idm_status st;

	(void)snprintf(key, sizeof(key), "%s%s", prefix, domain->name);
	st = get(stamps->rewrite, key, &value);
	if (st == IDM_NOTFOUND)
		return IDM_OK;
	if (st == IDM_OK)
		st = idm_directory_read(value, &directory, err);
	else
		st = idm_fail(err, st, "damaged");
	if (st != IDM_OK)
		return idm_within(err, st, "record '%s'", key);
	bare = directory;
	bare.flags &= DIRECTORY_FLAGS;
	bare.bind = bare.tls = 0;
	bare.timeout_ms = bare.page = bare.enumerate_max = 0;
	bare.cache_s = bare.negative_s = bare.stale_s = 0;
	bare.servers[0] = bare.discovery[0] = bare.site[0] = '\0';
	bare.bind_dn[0] = bare.password_file[0] = bare.principal[0] = '\0';
	bare.keytab[0] = bare.ca_file[0] = '\0';
	idm_directory_write(buf, &bare);
	return IDM_OK;
}

/* Whose an override is: its key is a SID, or name@domain. */
static const struct idm_domain *
owner_of(const struct stamps *stamps, struct idm_str text)
{
	const char *at = memchr(text.data, '@', text.len);
	struct idm_sid sid;

	if (at != NULL) {
		at++;
		return idm_domain_by_name(&stamps->domains,
		    (struct idm_str){
			at, text.len - (size_t)(at - text.data) });
	}
	if (idm_sid_parse(text, &sid, NULL) != IDM_OK)
		return NULL;
	return idm_domain_by_sid(&stamps->domains, &sid);
}

static enum idm_status
add_override(void *context, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	struct stamps *stamps = context;
	const struct idm_domain *owner;
	struct idm_override override;
	enum idm_status st;
	struct idm_buf buf;
	struct sum *sum;

	if (key.len <= OVERRIDE_PREFIX ||
	    (memcmp(key.data, "o/u/", OVERRIDE_PREFIX) != 0 &&
		memcmp(key.data, "o/g/", OVERRIDE_PREFIX) != 0))
		return IDM_OK;
	owner = owner_of(stamps,
	    (struct idm_str){
		key.data + OVERRIDE_PREFIX, key.len - OVERRIDE_PREFIX });
	if (owner == NULL)
		return IDM_OK;
	sum = &stamps->overrides[owner - stamps->domains.domain];
	st = idm_override_read(value, &override, err);
	if (st != IDM_OK)
		return idm_within(
		    err, st, "record '%.*s'", (int)key.len, key.data);
	sum->bits |= override.name.len > 0 ? IDM_STAMP_NAMES : 0;
	sum->bits |= override.has_id ? IDM_STAMP_NUMBERS : 0;
	idm_buf_init(&buf, IDM_KEY_MAX + IDM_VALUE_MAX);
	idm_buf_put_str(&buf, key.data, key.len);
	idm_buf_put(&buf, value.data, value.len);
	st = idm_buf_status(&buf, err);
	if (st == IDM_OK)
		sum->hash += idm_siphash(siphash_key, buf.data, buf.len);
	idm_buf_fini(&buf);
	return st;
}

/* How often it was flushed.  Of names files such a record has a fingerprint. */
static uint32_t
count_of(const struct idm_rewrite *rewrite, const struct idm_domain *domain)
{
	char memory[IDM_OWN_PREFIX + IDM_DOMAIN_MAX + 1];
	struct idm_own_file file;
	struct idm_str value;
	struct idm_buf key;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_own_key(&key, IDM_OWN_FILE, idm_str_of(domain->name));
	if (idm_rewrite_get(rewrite, key.data, key.len, &value) != IDM_OK ||
	    idm_own_file_read(value, &file, NULL) != IDM_OK ||
	    file.fingerprint != 0)
		return 0;
	return file.users;
}

enum idm_status
idm_stamp_renew(struct idm_rewrite *rewrite, const struct idm_domain *domain,
    struct idm_err *err)
{
	const struct idm_own_file file = {
		.users = count_of(rewrite, domain) + 1,
	};
	char memory[IDM_OWN_PREFIX + IDM_DOMAIN_MAX + 1];
	struct idm_buf key, value;
	enum idm_status st;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_own_key(&key, IDM_OWN_FILE, idm_str_of(domain->name));
	idm_buf_init(&value, 64);
	idm_own_file_write(&value, &file);
	st = idm_buf_status(&value, err);
	if (st == IDM_OK)
		st = idm_rewrite_put(
		    rewrite, key.data, key.len, value.data, value.len, err);
	idm_buf_fini(&value);
	return st;
}

/* Never 0, which a domain has that was compiled just now. */
static enum idm_status
fingerprint(const struct stamps *stamps, const struct idm_domain *domain,
    uint64_t *out, struct idm_err *err)
{
	const struct sum
	    *overrides = &stamps->overrides[domain - stamps->domains.domain];
	struct idm_str properties;
	enum idm_status st;
	struct idm_buf buf;

	idm_buf_init(&buf, 2 * IDM_VALUE_MAX);
	put_domain(&buf, domain);
	st = put_directory(stamps, IDM_DIRECTORY_KEY, domain, &buf, err);
	if (st == IDM_OK)
		st = put_directory(
		    stamps, IDM_DIRECTORY_NUMBERS_KEY, domain, &buf, err);
	idm_buf_put_u64(&buf, overrides->hash);
	idm_buf_put_u8(&buf, stamps->policy.name_format);
	idm_buf_put_u8(&buf, domain == stamps->by_default);
	idm_buf_put_u32(&buf, count_of(stamps->rewrite, domain));
	if (get(stamps->rewrite, IDM_PROPERTIES_KEY, &properties) == IDM_OK)
		idm_buf_put(&buf, properties.data, properties.len);
	if (st == IDM_OK)
		st = idm_buf_status(&buf, err);
	if (st == IDM_OK)
		*out = (idm_siphash(siphash_key, buf.data, buf.len) &
			   ~(uint64_t)(IDM_STAMP_NAMES | IDM_STAMP_NUMBERS)) |
		    1 | overrides->bits;
	idm_buf_fini(&buf);
	return st;
}

/* ---- The record. */

static enum idm_status
put_stamps(struct stamps *stamps, struct idm_err *err)
{
	struct idm_domains *domains = &stamps->domains;
	struct idm_domain *domain;
	enum idm_status st = IDM_OK;
	bool is_other = false;
	struct idm_buf buf;

	domain = calloc((size_t)domains->n + 1, sizeof(*domain));
	if (domain == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	for (uint32_t i = 0; i < domains->n && st == IDM_OK; i++) {
		domain[i] = domains->domain[i];
		if ((domain[i].flags & IDM_DOMAIN_DIRECTORY) == 0)
			continue;
		st = fingerprint(
		    stamps, &domains->domain[i], &domain[i].stamp, err);
		is_other |= domain[i].stamp != domains->domain[i].stamp;
	}
	idm_buf_init(&buf, IDM_VALUE_MAX);
	if (st == IDM_OK && is_other) {
		idm_domains_write(&buf, domain, domains->n);
		st = idm_buf_status(&buf, err);
		if (st == IDM_OK)
			st = idm_rewrite_put(stamps->rewrite, IDM_DOMAINS_KEY,
			    sizeof(IDM_DOMAINS_KEY) - 1, buf.data, buf.len,
			    err);
	}
	idm_buf_fini(&buf);
	free(domain);
	return st;
}

static bool
has_directory(const struct idm_domains *domains)
{
	for (uint32_t i = 0; i < domains->n; i++) {
		if ((domains->domain[i].flags & IDM_DOMAIN_DIRECTORY) != 0)
			return true;
	}
	return false;
}

static enum idm_status
set_stamps(struct stamps *stamps, struct idm_err *err)
{
	struct idm_str value;
	enum idm_status st = IDM_OK;

	stamps->policy = idm_policy_default;
	if (get(stamps->rewrite, "policy", &value) == IDM_OK)
		st = idm_policy_read(value, &stamps->policy, err);
	if (st != IDM_OK)
		return idm_within(err, st, "record 'policy'");
	stamps->by_default = stamps->domains.by_default;
	stamps->overrides = calloc(
	    (size_t)stamps->domains.n + 1, sizeof(*stamps->overrides));
	if (stamps->overrides == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	st = idm_rewrite_each(stamps->rewrite, add_override, stamps, err);
	if (st == IDM_OK)
		st = put_stamps(stamps, err);
	free(stamps->overrides);
	return st;
}

enum idm_status
idm_stamps_set(struct idm_rewrite *rewrite, struct idm_err *err)
{
	struct stamps stamps = { .rewrite = rewrite };
	struct idm_str value;
	enum idm_status st;

	st = get(rewrite, IDM_DOMAINS_KEY, &value);
	if (st == IDM_NOTFOUND)
		return IDM_OK;
	if (st == IDM_OK)
		st = idm_domains_read(value, &stamps.domains, err);
	else
		st = idm_fail(err, st, "damaged");
	if (st != IDM_OK)
		return idm_within(err, st, "record 'domains'");
	if (has_directory(&stamps.domains))
		st = set_stamps(&stamps, err);
	idm_domains_free(&stamps.domains);
	return st;
}
