#include "backends/autorid.h"
#include "backends/hash.h"
#include "backends/sss.h"
#include "backends/stored.h"
#include "state/placing.h"

#define TEXT_MAX 1024

/* A window of RIDs of a domain's SID. */
struct window {
	struct idm_sid sid;
	uint32_t n;
};

/* Put what buf holds under the key; both are cleared. */
static enum idm_status
put(const struct idm_placing *placing, struct idm_buf *key,
    struct idm_buf *value, struct idm_err *err)
{
	enum idm_status st = idm_place_put(placing, key, value, err);

	idm_buf_clear(key);
	idm_buf_clear(value);
	return st;
}

/* Stage both records of a window on a slice. */
static enum idm_status
put_window(const struct idm_placing *placing, const struct window *window,
    uint32_t slice, struct idm_err *err)
{
	struct idm_str scope = idm_stored_scope(placing->which.domain);
	char key_memory[TEXT_MAX], value_memory[TEXT_MAX],
	    owner_memory[TEXT_MAX];
	struct idm_buf key, value, owner;
	enum idm_status st;

	idm_buf_init_fixed(&key, key_memory, sizeof(key_memory));
	idm_buf_init_fixed(&value, value_memory, sizeof(value_memory));
	idm_buf_init_fixed(&owner, owner_memory, sizeof(owner_memory));
	idm_state_key_window(&key, scope, &window->sid, window->n);
	idm_number_write(&value, slice);
	st = put(placing, &key, &value, err);
	if (st != IDM_OK)
		return st;
	idm_state_key_slice(&key, scope, slice);
	idm_window_owner_put(&owner, &window->sid, window->n);
	idm_owner_write(&value, (struct idm_str){ owner.data, owner.len });
	return put(placing, &key, &value, err);
}

/* Does the keeper's memory, or the file, have somebody on the slice? */
static enum idm_status
is_stored(const struct idm_placing *placing, uint32_t slice, bool *out,
    struct idm_err *err)
{
	struct idm_sid owner;
	enum idm_status st;
	uint32_t n;

	st = idm_stored_window(&placing->which, slice, &owner, &n, err);
	*out = st == IDM_OK;
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

/*
 * Did somebody vouch for the SID's domain?  Whoever can say of what kind an
 * account is has seen it, and a configured domain is there; so winbindd sees
 * it, too.  Or the administrator takes everybody's.
 */
static bool
is_vouched_for(const struct idm_placing *placing)
{
	const struct idm_maps *maps = placing->which.maps;
	const struct idm_wish *wish = placing->wish;

	return wish->kind != IDM_KIND_BOTH || maps->policy.unknown_allocate ||
	    idm_domain_by_sid(&maps->domains, &wish->sid) != NULL;
}

/*
 * The first window of a domain that was never seen: a SID is easily made up,
 * and slices are few.
 */
static enum idm_status
check_first(const struct idm_placing *placing, const struct window *window,
    struct idm_err *err)
{
	char text[IDM_SID_TEXT_MAX];
	enum idm_status st;
	uint32_t slice;

	if (is_vouched_for(placing) || idm_sid_is_builtin(&window->sid))
		return IDM_OK;
	st = idm_stored_slice(&placing->which, &window->sid, 0, &slice, err);
	if (st != IDM_NOTFOUND)
		return st;
	return idm_fail(err, IDM_REFUSED,
	    "%s has no slice yet, and is not configured: see "
	    "'idmap domain add'",
	    idm_sid_format(&window->sid, text));
}

/* ---- autorid. */

static enum idm_status
next_slice(
    const struct idm_placing *placing, uint32_t *out, struct idm_err *err)
{
	const struct idm_domain *domain = placing->which.domain;
	struct idm_str scope = idm_stored_scope(domain);
	char key_memory[TEXT_MAX], value_memory[TEXT_MAX];
	uint32_t slices = idm_autorid_slices(domain);
	struct idm_buf key, value;
	enum idm_status st;
	bool taken = true;
	uint64_t slice;

	idm_buf_init_fixed(&key, key_memory, sizeof(key_memory));
	idm_buf_init_fixed(&value, value_memory, sizeof(value_memory));
	idm_state_key_next(&key, scope, 's');
	/* The first slice is the pool. */
	st = idm_place_counter(placing, &key, 1, &slice, err);
	for (; st == IDM_OK && slice < slices; slice++) {
		st = is_stored(placing, (uint32_t)slice, &taken, err);
		if (!taken)
			break;
	}
	if (st != IDM_OK)
		return st;
	if (taken) {
		return idm_fail(err, IDM_EXHAUSTED,
		    "domain '%s' has no slice left of %lu: widen its range",
		    domain->name, (unsigned long)slices);
	}
	idm_number_write(&value, slice + 1);
	*out = (uint32_t)slice;
	return put(placing, &key, &value, err);
}

static enum idm_status
place_autorid(const struct idm_placing *placing, struct idm_err *err)
{
	struct window window;
	enum idm_status st;
	uint32_t rest, slice = 0;

	if (!idm_autorid_window(placing->which.domain, &placing->wish->sid,
		&window.sid, &window.n, &rest))
		return idm_place_number(placing, err);
	st = check_first(placing, &window, err);
	if (st == IDM_OK)
		st = next_slice(placing, &slice, err);
	return st == IDM_OK ? put_window(placing, &window, slice, err) : st;
}

/* ---- sss. */

/* Is the slice that of a compiled window of any domain of the space? */
static bool
is_compiled(const struct idm_placing *placing, uint32_t slice)
{
	const struct idm_domains *domains = &placing->which.maps->domains;
	uint32_t n;

	for (uint32_t i = 0; i < domains->n; i++) {
		const struct idm_domain *other = &domains->domain[i];

		if (idm_sss_shares(placing->which.domain, other) &&
		    idm_sss_window(other, slice, &n))
			return true;
	}
	return false;
}

static enum idm_status
place_sss(const struct idm_placing *placing, struct idm_err *err)
{
	const struct idm_domain *domain = placing->which.domain;
	uint32_t slices = idm_sss_slices(domain);
	struct window window = { .sid = domain->sid };
	enum idm_status st;
	uint32_t rid, slice;
	bool taken;

	st = idm_backend_rid(domain, &placing->wish->sid, &rid, err);
	if (st != IDM_OK)
		return st;
	window.n = rid / domain->rangesize;
	slice = idm_sss_slot(domain, window.n);
	for (uint32_t i = 0; i < slices; i++) {
		taken = is_compiled(placing, slice);
		if (!taken)
			st = is_stored(placing, slice, &taken, err);
		if (st != IDM_OK)
			return st;
		if (!taken)
			return put_window(placing, &window, slice, err);
		slice = slice + 1 == slices ? 0 : slice + 1;
	}
	return idm_fail(err, IDM_EXHAUSTED,
	    "space '%s' has no slice left of %lu: widen its range",
	    domain->space, (unsigned long)slices);
}

/* ---- hash, for all domains. */

static enum idm_status
place_hash(const struct idm_placing *placing, struct idm_err *err)
{
	struct window window = { .n = 0 };
	enum idm_status st;
	uint32_t rid;

	/* The backend has said that the SID is a domain's account. */
	if (!idm_sid_split(&placing->wish->sid, &window.sid, &rid))
		return idm_fail(err, IDM_REFUSED, "it is of no domain");
	st = check_first(placing, &window, err);
	if (st != IDM_OK)
		return st;
	return put_window(placing, &window, idm_hash_domain(&window.sid), err);
}

enum idm_status
idm_place_window(const struct idm_placing *placing, struct idm_err *err)
{
	if (placing->which.domain->backend == IDM_BACKEND_AUTORID)
		return place_autorid(placing, err);
	if (placing->which.domain->backend == IDM_BACKEND_SSS)
		return place_sss(placing, err);
	return place_hash(placing, err);
}
