#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "daemon/level.h"
#include "directory/filter.h"
#include "directory/sync.h"

#define VALUES_MAX 64 /* of contextCSN: one for each server that is written */

/* One question. */
struct asked {
	struct level *level;
	struct idm_str base;
	struct idm_buf suffix; /* the naming context of the base */
	struct idm_buf server; /* AD: the DN of its settings */
};

void
level_init(struct level *level)
{
	*level = (struct level){ .usn = 0 };
	idm_buf_init(&level->cookie, LEVEL_COOKIE_MAX);
}

void
level_fini(struct level *level)
{
	idm_buf_fini(&level->cookie);
}

static struct idm_str
text_of(const struct idm_buf *buf)
{
	return (struct idm_str){ buf->data, buf->len };
}

static void
put(struct idm_buf *buf, struct idm_str text)
{
	idm_buf_clear(buf);
	idm_buf_put(buf, text.data, text.len);
}

/* ---- The server. */

static enum idm_status
take_root(void *context, const struct idm_object *root, struct idm_err *err)
{
	struct asked *asked = context;
	struct level *level = asked->level;
	struct idm_str usn = idm_object_first(root, "highestCommittedUSN");
	const struct idm_attribute_values *suffix;

	(void)err;
	level->can_sync = idm_object_has(
	    root, "supportedControl", IDM_SYNC_REQUEST);
	if (usn.len > 0 &&
	    idm_num_parse(usn.data, usn.len, UINT64_MAX, &level->usn, NULL) ==
		IDM_OK) {
		put(&asked->server, idm_object_first(root, "dsServiceName"));
		return IDM_OK;
	}
	suffix = idm_object_values(root, "namingContexts");
	for (size_t i = 0; suffix != NULL && i < suffix->n; i++) {
		struct idm_str dn = suffix->value[i];

		if (dn.len > asked->suffix.len &&
		    idm_dn_is_below(asked->base, dn))
			put(&asked->suffix, dn);
	}
	return IDM_OK;
}

/* ---- OpenLDAP. */

static int
compare_texts(const void *a, const void *b)
{
	return idm_str_compare(
	    *(const struct idm_str *)a, *(const struct idm_str *)b);
}

static enum idm_status
take_csn(void *context, const struct idm_object *suffix, struct idm_err *err)
{
	struct asked *asked = context;
	const struct idm_attribute_values *csn;
	struct idm_str sorted[VALUES_MAX];

	(void)err;
	csn = idm_object_values(suffix, "contextCSN");
	if (csn == NULL || csn->n > VALUES_MAX)
		return IDM_OK;
	memcpy(sorted, csn->value, csn->n * sizeof(sorted[0]));
	qsort(sorted, csn->n, sizeof(sorted[0]), compare_texts);
	for (size_t i = 0; i < csn->n; i++)
		idm_buf_printf(&asked->level->cookie, "%.*s ",
		    (int)sorted[i].len, sorted[i].data);
	return IDM_OK;
}

void
level_put_sync_cookie(struct idm_buf *buf, struct idm_str cookie)
{
	idm_buf_puts(buf, "rid=000,csn=");
	while (cookie.len > 0 && cookie.data[cookie.len - 1] == ' ')
		cookie.len--;
	for (size_t i = 0; i < cookie.len; i++)
		idm_buf_put(
		    buf, cookie.data[i] == ' ' ? ";" : &cookie.data[i], 1);
}

/* ---- Active Directory. */

/* A server that was restored from a backup counts anew under another id. */
static enum idm_status
take_invocation(
    void *context, const struct idm_object *server, struct idm_err *err)
{
	struct asked *asked = context;
	struct idm_str id = idm_object_first(server, "invocationId");

	(void)err;
	for (size_t i = 0; i < id.len; i++)
		idm_buf_printf(
		    &asked->level->cookie, "%02x", (unsigned char)id.data[i]);
	return IDM_OK;
}

static struct idm_str
server_in(struct idm_str cookie)
{
	const char *blank = memchr(cookie.data, ' ', cookie.len);

	if (blank == NULL)
		return (struct idm_str){ "", 0 };
	return (struct idm_str){ blank,
		cookie.len - (size_t)(blank - cookie.data) };
}

bool
level_since(const struct level *level, struct idm_str cookie, uint64_t *usn)
{
	struct idm_str server = server_in(cookie);

	return level->usn != 0 && server.len > 0 &&
	    idm_str_compare(server, server_in(text_of(&level->cookie))) == 0 &&
	    idm_num_parse(cookie.data, cookie.len - server.len, UINT64_MAX, usn,
		NULL) == IDM_OK &&
	    *usn <= level->usn;
}

/* ---- All of it. */

/* One entry; that there is none is an answer, too. */
static enum idm_status
ask_entry(struct asked *asked, struct idm_session *session, struct idm_str dn,
    const char *attribute, int64_t deadline, idm_session_each *each,
    struct idm_err *err)
{
	const char *const wanted[] = { attribute, NULL };
	const struct idm_search search = {
		.base = dn,
		.scope = IDM_SCOPE_BASE,
		.filter = idm_str_of("(objectClass=*)"),
		.attribute = wanted,
	};
	enum idm_status st;

	if (dn.len == 0)
		return IDM_OK;
	st = idm_session_search(session, &search, deadline, each, asked, err);
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

/* A cookie that is too long is as good as none. */
enum idm_status
level_ask(struct level *level, struct idm_session *session, struct idm_str base,
    int64_t deadline, struct idm_err *err)
{
	struct asked asked = { .level = level, .base = base };
	enum idm_status st;

	idm_buf_init(&asked.suffix, LEVEL_COOKIE_MAX);
	idm_buf_init(&asked.server, LEVEL_COOKIE_MAX);
	st = idm_session_root(session, deadline, take_root, &asked, err);
	if (st == IDM_OK && level->usn != 0) {
		idm_buf_printf(&level->cookie, "%llu %.*s ",
		    (unsigned long long)level->usn, (int)asked.server.len,
		    asked.server.len > 0 ? asked.server.data : "");
		st = ask_entry(&asked, session, text_of(&asked.server),
		    "invocationId", deadline, take_invocation, err);
	} else if (st == IDM_OK) {
		st = ask_entry(&asked, session, text_of(&asked.suffix),
		    "contextCSN", deadline, take_csn, err);
	}
	if (idm_buf_status(&level->cookie, NULL) != IDM_OK)
		idm_buf_clear(&level->cookie);
	idm_buf_fini(&asked.suffix);
	idm_buf_fini(&asked.server);
	return st;
}
