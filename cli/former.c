#include <string.h>

#include "backends/hash.h"
#include "backends/sss.h"
#include "identity/winname.h"
#include "map/allocated.h"

#include "cli/former.h"
#include "cli/json.h"

/* ---- Of domains that were removed. */

struct span {
	uint32_t low;
	uint32_t high;
};

/*
 * The ids that a domain serves, of those in its range.  by_window: of sss
 * those that are placed; else all, since more may be placed at any time.
 */
static unsigned
spans_of(const struct idm_domain *domain, bool by_window,
    struct span span[static IDM_WINDOWS_MAX])
{
	if (domain->high == 0)
		return 0;
	if (domain->backend == IDM_BACKEND_SSS && by_window) {
		for (unsigned i = 0; i < domain->nwindows; i++) {
			span[i].low = domain->window[i].low;
			span[i].high = span[i].low + domain->rangesize - 1;
		}
		return domain->nwindows;
	}
	span[0] = (struct span){ domain->low, domain->high };
	if (domain->backend == IDM_BACKEND_HASH && domain->sid.nsubs > 0) {
		span[0].low = idm_hash_domain(&domain->sid) << 19;
		span[0].high = span[0].low + IDM_HASH_RIDS - 1;
	}
	return 1;
}

static bool
is_within(struct span part, const struct span *span, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (part.low >= span[i].low && part.high <= span[i].high)
			return true;
	}
	return false;
}

bool
former_owns(const struct idm_domain *removed, const struct idm_domain *was,
    const struct idm_domain *present)
{
	struct span theirs[IDM_WINDOWS_MAX], had[IDM_WINDOWS_MAX],
	    has[IDM_WINDOWS_MAX];
	bool shares = idm_sss_shares(removed, present);
	unsigned ntheirs = spans_of(removed, true, theirs);
	unsigned nhas = spans_of(present, shares, has);
	unsigned nhad = was == NULL ? 0 : spans_of(was, shares, had);

	for (unsigned i = 0; i < nhas; i++) {
		for (unsigned k = 0; k < ntheirs; k++) {
			struct span both = has[i];

			if (theirs[k].low > both.low)
				both.low = theirs[k].low;
			if (theirs[k].high < both.high)
				both.high = theirs[k].high;
			if (both.low <= both.high &&
			    !is_within(both, had, nhad))
				return true;
		}
	}
	return false;
}

/* ---- Of the catch-all. */

static bool
is_sid_of(struct idm_str text, const struct idm_domain *domain)
{
	struct idm_sid sid, above;
	uint32_t rid;

	return domain->sid.nsubs > 0 &&
	    idm_sid_parse(text, &sid, NULL) == IDM_OK &&
	    idm_sid_split(&sid, &above, &rid) &&
	    idm_sid_equal(&above, &domain->sid);
}

/* NAME@DOMAIN, by any name that the domain has now. */
static bool
is_name_of(struct idm_str text, const struct idm_domain *domain)
{
	const char *at = memchr(text.data, '@', text.len);
	struct idm_str name;
	bool is_it;

	if (at == NULL)
		return false;
	name.data = at + 1;
	name.len = text.len - (size_t)(name.data - text.data);
	is_it = idm_fold_ascii_equal(name, idm_str_of(domain->name)) ||
	    idm_fold_ascii_equal(name, idm_str_of(domain->dns)) ||
	    idm_fold_ascii_equal(name, idm_str_of(domain->netbios));
	for (unsigned i = 0; i < domain->naliases && !is_it; i++)
		is_it = idm_fold_ascii_equal(
		    name, idm_str_of(domain->alias[i]));
	return is_it;
}

/* "a/u/SID" and "b/u/NAME@DOMAIN": one number. */
static bool
is_number(const struct idm_domain *domain, struct idm_str key,
    struct idm_str value, struct idm_str *owner, uint32_t *id)
{
	struct idm_allocated is;

	if (key.len <= 4 || (key.data[0] != 'a' && key.data[0] != 'b') ||
	    key.data[1] != '/' ||
	    idm_allocated_read(value, &is, NULL) != IDM_OK ||
	    idm_str_is(is.domain, domain->name))
		return false;
	*owner = (struct idm_str){ key.data + 4, key.len - 4 };
	*id = is.id;
	return key.data[0] == 'a' ? is_sid_of(*owner, domain)
				  : is_name_of(*owner, domain);
}

/*
 * The 12 bits that the catch-all's hash gave to a SID: of the domain, when it
 * has another backend; when it has that one, of whoever else has them.
 */
static bool
is_hash_window(const struct idm_domain *domain, struct idm_str owner)
{
	struct idm_sid sid;

	if (idm_sid_parse(owner, &sid, NULL) != IDM_OK)
		return false;
	if (domain->backend != IDM_BACKEND_HASH)
		return idm_sid_equal(&sid, &domain->sid);
	return !idm_sid_equal(&sid, &domain->sid) && idm_sid_is_domain(&sid) &&
	    idm_hash_domain(&sid) == idm_hash_domain(&domain->sid);
}

/* "w/SCOPE/SID#N": a window in what is not the domain's own. */
static bool
is_window(
    const struct idm_domain *domain, struct idm_str key, struct idm_str *owner)
{
	struct idm_str scope = { key.data + 2, 0 };
	char text[IDM_SID_TEXT_MAX];
	const char *slash, *mark;

	if (key.len <= 2 || key.data[0] != 'w' || key.data[1] != '/' ||
	    domain->sid.nsubs == 0)
		return false;
	slash = memchr(scope.data, '/', key.len - 2);
	if (slash == NULL)
		return false;
	scope.len = (size_t)(slash - scope.data);
	*owner = (struct idm_str){ slash + 1, key.len - 3 - scope.len };
	mark = memchr(owner->data, '#', owner->len);
	if (mark == NULL)
		return false;
	owner->len = (size_t)(mark - owner->data);
	if (idm_str_is(scope, "*hash"))
		return is_hash_window(domain, *owner);
	return idm_str_is(scope, IDM_CATCH_ALL) &&
	    idm_str_is(*owner, idm_sid_format(&domain->sid, text));
}

bool
former_allocations(const struct cli_given *given,
    const struct idm_domain *present, json_t *numbers, size_t max)
{
	struct cli_given_walk walk = { .at = 0 };
	struct idm_str key, value;
	bool is_any = false;

	while (cli_given_next(given, &walk, &key, &value)) {
		struct idm_str owner;
		json_t *from = NULL;
		uint32_t id;

		if (is_number(present, key, value, &owner, &id))
			from = json_integer((json_int_t)id);
		else if (is_window(present, key, &owner))
			from = json_null();
		if (from == NULL)
			continue;
		is_any = true;
		if (json_array_size(numbers) < max)
			(void)json_array_append_new(numbers,
			    json_pack("{s:o, s:o, s:n}", "sid",
				cli_json_text(owner), "from", from, "to"));
		else
			json_decref(from);
	}
	return is_any;
}
