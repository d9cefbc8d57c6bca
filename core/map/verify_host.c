#include <string.h>

#include "base/num.h"
#include "identity/winname.h"
#include "map/allocated.h"
#include "map/host.h"
#include "map/verify_host.h"

#define PREFIX 4 /* bytes: "o/u/" */

struct host {
	const struct idm_view *view;
	struct idm_verify_report *report;
	struct idm_str key; /* of the record that is looked at */
	struct idm_str value;
};

bool
idm_verify_is_host(struct idm_str key)
{
	return idm_str_is(key, IDM_MACHINE_KEY) ||
	    idm_str_is(key, IDM_PROPERTIES_KEY) ||
	    (key.len > PREFIX && key.data[0] == 'o' && key.data[1] == '/' &&
		memchr("ugUG", key.data[2], 4) != NULL && key.data[3] == '/');
}

static void
check_machine(const struct host *host)
{
	struct idm_machine machine;
	struct idm_err err;

	if (idm_machine_read(host->value, &machine, &err) != IDM_OK)
		idm_verify_found_at(host->report, host->key, "%s", err.text);
}

static void
check_properties(const struct host *host)
{
	struct idm_str last = { .data = "" };
	struct idm_cursor names;
	struct idm_err err;
	uint32_t n;

	if (idm_list_read(host->value, &names, &n, &err) != IDM_OK) {
		idm_verify_found_at(host->report, host->key, "%s", err.text);
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct idm_str text = idm_cursor_str(&names);

		if (memchr(text.data, '=', text.len) == NULL) {
			idm_verify_found_at(host->report, host->key,
			    "'%.*s' has no value", (int)text.len, text.data);
		}
		if (i > 0 && idm_str_compare(last, text) >= 0) {
			idm_verify_found_at(host->report, host->key,
			    "the properties are not sorted");
		}
		last = text;
	}
}

/* Whom an override is of: a SID, or a name with its domain. */
static void
check_subject(const struct host *host, struct idm_str text)
{
	struct idm_winname name;
	struct idm_sid sid;

	if (idm_sid_parse(text, &sid, NULL) != IDM_OK &&
	    (idm_winname_split(text, &name, NULL) != IDM_OK ||
		name.spelling != IDM_SPELL_AT)) {
		idm_verify_found_at(host->report, host->key,
		    "is neither of a SID nor of a name@domain");
	}
}

static void
check_override(const struct host *host, bool is_group, struct idm_str text)
{
	struct idm_override override;
	struct idm_str back;
	struct idm_err err;

	check_subject(host, text);
	if (idm_override_read(host->value, &override, &err) != IDM_OK) {
		idm_verify_found_at(host->report, host->key, "%s", err.text);
		return;
	}
	if (override.has_id &&
	    (idm_host_override_by_id(
		 host->view, is_group, override.id, &back, NULL) != IDM_OK ||
		idm_str_compare(back, text) != 0)) {
		idm_verify_found_at(host->report, host->key,
		    "its %s %lu does not lead back to it",
		    is_group ? "gid" : "uid", (unsigned long) override.id);
	}
}

static void
check_number(const struct host *host, bool is_group, struct idm_str text)
{
	struct idm_override override;
	struct idm_str subject;
	struct idm_err err;
	uint32_t id;

	if (idm_num_id(text.data, text.len, &id, &err) != IDM_OK ||
	    idm_owner_read(host->value, &subject, &err) != IDM_OK) {
		idm_verify_found_at(host->report, host->key, "%s", err.text);
		return;
	}
	if (idm_host_override(host->view, is_group, subject, &override, NULL) !=
		IDM_OK ||
	    !override.has_id || override.id != id) {
		idm_verify_found_at(host->report, host->key,
		    "no override of '%.*s' gives it", (int)subject.len,
		    subject.data);
	}
}

void
idm_verify_host(const struct idm_view *view, struct idm_verify_report *report,
    struct idm_str key, struct idm_str value)
{
	const struct host host = { view, report, key, value };
	struct idm_str text = key;

	if (idm_str_is(key, IDM_MACHINE_KEY)) {
		check_machine(&host);
		return;
	}
	if (idm_str_is(key, IDM_PROPERTIES_KEY)) {
		check_properties(&host);
		return;
	}
	text.data += PREFIX;
	text.len -= PREFIX;
	if (key.data[2] == 'u' || key.data[2] == 'g')
		check_override(&host, key.data[2] == 'g', text);
	else
		check_number(&host, key.data[2] == 'G', text);
}
