#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "daemon/forget.h"
#include "identity/name.h"
#include "map/allocated.h"
#include "map/domain.h"

#define BOOT_KEY "boot"
#define BOOT_MAX 64

static struct idm_str
str_of_buf(const struct idm_buf *buf)
{
	return (struct idm_str){ .data = buf->data, .len = buf->len };
}

/* ---- One domain's numbers. */

struct forgetting {
	struct idm_state *state;
	const struct idm_domain *domain;
	uint32_t n;
};

/* Records of ids: "a/u/SID" or "b/u/NAME". */
static bool
is_id(struct idm_str key)
{
	return key.len > 4 && (key.data[0] == 'a' || key.data[0] == 'b') &&
	    key.data[1] == '/' && key.data[3] == '/';
}

static enum idm_status
forget_record(void *context, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	struct forgetting *forgetting = context;
	struct idm_allocated allocated;
	struct idm_buf back;
	enum idm_status st;
	char memory[64];

	if (!is_id(key) ||
	    idm_allocated_read(value, &allocated, NULL) != IDM_OK)
		return IDM_OK;
	if (allocated.is_imported ||
	    !idm_str_is(allocated.domain, forgetting->domain->name))
		return IDM_OK;
	idm_buf_init_fixed(&back, memory, sizeof(memory));
	idm_state_key_id(&back, key.data[2], allocated.id);
	st = idm_state_remove(forgetting->state, key, err);
	if (st == IDM_OK)
		st = idm_state_remove(
		    forgetting->state, str_of_buf(&back), err);
	forgetting->n++;
	return st;
}

/* Begin a counter again when more than half of the range is behind it. */
static enum idm_status
wind_back(const struct forgetting *forgetting, char kind, struct idm_err *err)
{
	const struct idm_domain *domain = forgetting->domain;
	uint64_t half = domain->low +
	    (uint64_t)(domain->high - domain->low) / 2;
	char key_memory[IDM_DOMAIN_MAX + 16], value_memory[16];
	struct idm_buf key, number;
	struct idm_str value;
	uint64_t next;

	idm_buf_init_fixed(&key, key_memory, sizeof(key_memory));
	idm_state_key_next(&key, idm_str_of(domain->name), kind);
	if (idm_state_get(forgetting->state, str_of_buf(&key), &value) !=
		IDM_OK ||
	    idm_number_read(value, &next, NULL) != IDM_OK || next <= half)
		return IDM_OK;
	idm_buf_init_fixed(&number, value_memory, sizeof(value_memory));
	idm_number_write(&number, domain->low);
	return idm_state_put(
	    forgetting->state, str_of_buf(&key), str_of_buf(&number), err);
}

static enum idm_status
forget_one(struct idm_state *state, const struct idm_domain *domain,
    bool is_reboot, uint32_t *n, struct idm_err *err)
{
	struct forgetting forgetting = { .state = state, .domain = domain };
	enum idm_status st;

	st = idm_state_each(state, forget_record, &forgetting, err);
	for (const char *kind = "ugb"; st == IDM_OK && is_reboot && *kind != 0;
	     kind++)
		st = wind_back(&forgetting, *kind, err);
	*n += forgetting.n;
	return st;
}

static enum idm_status
forget_all(const struct idm_domains *domains, bool is_reboot,
    struct idm_state *state, uint32_t *n, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	for (uint32_t i = 0; i < domains->n && st == IDM_OK; i++) {
		if ((domains->domain[i].flags & IDM_DOMAIN_BOOT) != 0)
			st = forget_one(
			    state, &domains->domain[i], is_reboot, n, err);
	}
	return st;
}

enum idm_status
forget_domain(const struct idm_maps *maps, struct idm_str name,
    struct idm_state *state, uint32_t *n, struct idm_err *err)
{
	const struct idm_domains *domains = &maps->domains;
	const struct idm_domain *domain;

	*n = 0;
	if (name.len == 0)
		return forget_all(domains, false, state, n, err);
	domain = idm_str_is(name, IDM_CATCH_ALL)
	    ? domains->catch_all
	    : idm_domain_by_name(domains, name);
	if (domain == NULL) {
		return idm_fail(err, IDM_NOTFOUND, "there is no domain '%.*s'",
		    (int)name.len, name.data);
	}
	if ((domain->flags & IDM_DOMAIN_BOOT) == 0) {
		return idm_fail(err, IDM_REFUSED,
		    "domain '%s' keeps its numbers: 'ephemeral = boot' is not "
		    "set",
		    domain->name);
	}
	return forget_one(state, domain, false, n, err);
}

/* ---- Boots. */

/* The id of this boot; empty when it cannot be told. */
static struct idm_str
read_boot(const char *path, char text[static BOOT_MAX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = -1;

	if (fd != -1) {
		len = read(fd, text, BOOT_MAX);
		(void)close(fd);
	}
	while (len > 0 && text[len - 1] == '\n')
		len--;
	return (struct idm_str){ text, len < 0 ? 0 : (size_t)len };
}

static enum idm_status
put_boot(struct idm_state *state, struct idm_str boot, struct idm_err *err)
{
	char memory[BOOT_MAX + 16];
	struct idm_buf value;
	enum idm_status st;

	idm_buf_init_fixed(&value, memory, sizeof(memory));
	idm_owner_write(&value, boot);
	st = idm_buf_status(&value, err);
	if (st != IDM_OK)
		return st;
	return idm_state_put(
	    state, idm_str_of(BOOT_KEY), str_of_buf(&value), err);
}

enum idm_status
forget_earlier_boots(const struct idm_maps *maps, const char *boot_file,
    struct idm_state *state, uint32_t *n, struct idm_err *err)
{
	struct idm_str boot, seen, value;
	char text[BOOT_MAX];
	enum idm_status st;

	*n = 0;
	boot = read_boot(boot_file, text);
	if (boot.len == 0)
		return IDM_OK;
	st = idm_state_get(state, idm_str_of(BOOT_KEY), &value);
	if (st == IDM_NOTFOUND)
		return put_boot(state, boot, err);
	if (st != IDM_OK)
		return idm_fail(
		    err, st, "record '" BOOT_KEY "' cannot be read");
	st = idm_owner_read(value, &seen, err);
	if (st != IDM_OK || idm_str_compare(seen, boot) == 0)
		return st;
	st = forget_all(&maps->domains, true, state, n, err);
	return st == IDM_OK ? put_boot(state, boot, err) : st;
}
