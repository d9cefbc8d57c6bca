#include <string.h>

#include "base/attr.h"
#include "config/conf.h"

#include "cli/say.h"
#include "cli/settings.h"

static void
print_mistake(void *context, const char *text)
{
	(void)context;
	cli_error("%s", text);
}

enum idm_status
settings_load(struct idm_policy *policy, struct idm_err *err)
{
	return idm_conf_load(
	    IDM_CONF_PATH, IDM_ACCOUNTDIR, policy, print_mistake, NULL, err);
}

void
settings_merge(struct idm_policy *policy, const struct idm_policy *conf)
{
	struct idm_policy merged = *conf;

	merged.epoch = policy->epoch;
	merged.has_users = policy->has_users;
	memcpy(merged.users_uuid, policy->users_uuid, IDM_UUID_SIZE);
	merged.has_state = policy->has_state;
	memcpy(merged.state_uuid, policy->state_uuid, IDM_UUID_SIZE);
	*policy = merged;
}

static void
write_alias_reply(struct idm_buf *buf, const struct idm_policy *policy)
{
	static const char *const replies[] = {
		[IDM_REPLY_CANONICAL] = "canonical",
		[IDM_REPLY_TYPED] = "typed",
		[IDM_REPLY_OFF] = "off",
	};

	idm_buf_puts(buf, replies[policy->alias_reply]);
}

static void
write_uid_min(struct idm_buf *buf, const struct idm_policy *policy)
{
	idm_buf_printf(buf, "%u", policy->uid_min);
}

static void
write_gid_min(struct idm_buf *buf, const struct idm_policy *policy)
{
	idm_buf_printf(buf, "%u", policy->gid_min);
}

static void
write_canonicalize(struct idm_buf *buf, const struct idm_policy *policy)
{
	for (uint8_t i = 0; i < policy->nservices; i++) {
		idm_buf_printf(
		    buf, "%s%s", i == 0 ? "" : " ", policy->service[i]);
	}
}

static void
write_entries_per_user(struct idm_buf *buf, const struct idm_policy *policy)
{
	idm_buf_printf(buf, "%u", policy->user_entries);
}

static void
write_entries_total(struct idm_buf *buf, const struct idm_policy *policy)
{
	idm_buf_printf(buf, "%u", policy->users_total);
}

static void
write_keeper(struct idm_buf *buf, const struct idm_policy *policy)
{
	for (uint8_t i = 0; i < policy->nkeepers; i++) {
		idm_buf_printf(
		    buf, "%suid %u", i == 0 ? "" : ", ", policy->keeper[i]);
	}
}

static void
write_clients(struct idm_buf *buf, const struct idm_policy *policy)
{
	idm_buf_printf(buf, "%u", policy->clients);
}

static void
write_clients_per_user(struct idm_buf *buf, const struct idm_policy *policy)
{
	idm_buf_printf(buf, "%u", policy->clients_per_user);
}

static void
write_name_format(struct idm_buf *buf, const struct idm_policy *policy)
{
	static const char *const formats[] = {
		[IDM_NAMES_AT] = "name@domain",
		[IDM_NAMES_NT4] = "DOMAIN\\name",
		[IDM_NAMES_SHORT] = "name",
	};

	idm_buf_puts(buf, formats[policy->name_format]);
}

static void
write_short_names(struct idm_buf *buf, const struct idm_policy *policy)
{
	idm_buf_puts(buf, policy->short_names ? "yes" : "no");
}

static void
write_log_lookups(struct idm_buf *buf, const struct idm_policy *policy)
{
	idm_buf_puts(buf, policy->log_lookups ? "yes" : "no");
}

static void
write_metrics(struct idm_buf *buf, const struct idm_policy *policy)
{
	idm_buf_puts(buf, policy->metrics);
}

static void
write_cache_records(struct idm_buf *buf, const struct idm_policy *policy)
{
	idm_buf_printf(buf, "%u", policy->cache_records);
}

static void
write_cache_megabytes(struct idm_buf *buf, const struct idm_policy *policy)
{
	idm_buf_printf(buf, "%u", policy->cache_mib);
}

static void
write_unknown_domains(struct idm_buf *buf, const struct idm_policy *policy)
{
	idm_buf_puts(buf, policy->unknown_allocate ? "allocate" : "refuse");
}

static const struct {
	const char *name;
	/* Append the value as text. */
	void (*write)(struct idm_buf *, const struct idm_policy *);
} settings[] = {
	{ "nss.alias_reply", write_alias_reply },
	{ "nss.uid_min", write_uid_min },
	{ "nss.gid_min", write_gid_min },
	{ "pam.canonicalize", write_canonicalize },
	{ "users.entries_per_user", write_entries_per_user },
	{ "users.entries_total", write_entries_total },
	{ "users.keeper", write_keeper },
	{ "idmapd.clients", write_clients },
	{ "idmapd.clients_per_user", write_clients_per_user },
	{ "idmapd.log_lookups", write_log_lookups },
	{ "idmapd.metrics", write_metrics },
	{ "idmapd.cache_records", write_cache_records },
	{ "idmapd.cache_megabytes", write_cache_megabytes },
	{ "domains.name_format", write_name_format },
	{ "domains.short_names", write_short_names },
	{ "domains.unknown_domains", write_unknown_domains },
};

json_t *
settings_difference(const struct idm_policy *from, const struct idm_policy *to)
{
	json_t *difference = json_object();

	for (size_t i = 0; i < IDM_COUNTOF(settings); i++) {
		char memory[2][1024];
		struct idm_buf old;
		struct idm_buf new;

		idm_buf_init_fixed(&old, memory[0], sizeof(memory[0]));
		idm_buf_init_fixed(&new, memory[1], sizeof(memory[1]));
		settings[i].write(&old, from);
		settings[i].write(&new, to);
		if (strcmp(idm_buf_text(&old), idm_buf_text(&new)) == 0)
			continue;
		(void)json_object_set_new(difference, settings[i].name,
		    json_pack("{s:s, s:s}", "from", idm_buf_text(&old), "to",
			idm_buf_text(&new)));
	}
	return difference;
}

void
settings_write(struct idm_buf *buf, json_t *difference)
{
	const char *name;
	json_t *change;

	json_object_foreach(difference, name, change)
	{
		const char *from;
		const char *to;

		if (json_unpack(
			change, "{s:s, s:s}", "from", &from, "to", &to) != 0)
			continue;
		idm_buf_printf(buf, "%s%s: %s -> %s", buf->len > 0 ? "\n" : "",
		    name, from[0] != '\0' ? from : "none",
		    to[0] != '\0' ? to : "none");
	}
}
