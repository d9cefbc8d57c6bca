#include <string.h>

#include "base/attr.h"
#include "directory/ask.h"
#include "directory/ldaperr.h"

#define CHANGES_MAX 64
#define DN_MAX      4096

/* A request that has one answer, and no entries. */
struct changing {
	char dn[DN_MAX + 1];
	const struct idm_attribute_change *change;
	size_t n;
	int (*send)(LDAP *, struct changing *, int *request);
	LDAPMod mod[CHANGES_MAX];
	LDAPMod *mods[CHANGES_MAX + 1];
	struct berval value[CHANGES_MAX];
	struct berval *values[2 * CHANGES_MAX]; /* lists that end in NULL */
};

static int
operation_of(enum idm_change_kind kind)
{
	switch (kind) {
	case IDM_CHANGE_ADD:
		return LDAP_MOD_ADD | LDAP_MOD_BVALUES;
	case IDM_CHANGE_DELETE:
		return LDAP_MOD_DELETE | LDAP_MOD_BVALUES;
	case IDM_CHANGE_REPLACE:
		break;
	}
	return LDAP_MOD_REPLACE | LDAP_MOD_BVALUES;
}

/* libldap wants pointers to what it only reads. */
static char *
unconst(const char *const *pointer)
{
	char *text;

	memcpy(&text, pointer, sizeof(text));
	return text;
}

/* One more value of the same attribute, in the same operation. */
static bool
joins(const struct idm_attribute_change *change,
    const struct idm_attribute_change *before)
{
	return change->kind == before->kind && change->value.len > 0 &&
	    before->value.len > 0 &&
	    strcmp(change->attribute, before->attribute) == 0;
}

static void
lay_out(struct changing *changing)
{
	struct berval **at = changing->values;
	size_t nmods = 0;

	for (size_t i = 0; i < changing->n; i++) {
		const struct idm_attribute_change *change = &changing
								 ->change[i];
		LDAPMod *mod = &changing->mod[nmods];

		changing->value[i].bv_len = change->value.len;
		changing->value[i].bv_val = unconst(&change->value.data);
		if (i > 0 && joins(change, change - 1)) {
			at[-1] = &changing->value[i];
			*at++ = NULL;
			continue;
		}
		mod->mod_op = operation_of(change->kind);
		mod->mod_type = unconst(&change->attribute);
		mod->mod_bvalues = change->value.len > 0 ? at : NULL;
		changing->mods[nmods++] = mod;
		if (change->value.len == 0)
			continue;
		*at++ = &changing->value[i];
		*at++ = NULL;
	}
}

static int
send_modify(LDAP *ld, struct changing *changing, int *request)
{
	return ldap_modify_ext(
	    ld, changing->dn, changing->mods, NULL, NULL, request);
}

static int
send_add(LDAP *ld, struct changing *changing, int *request)
{
	return ldap_add_ext(
	    ld, changing->dn, changing->mods, NULL, NULL, request);
}

static int
send_delete(LDAP *ld, struct changing *changing, int *request)
{
	return ldap_delete_ext(ld, changing->dn, NULL, NULL, request);
}

static enum idm_status
change(void *context, struct idm_asking *asking, struct idm_err *err)
{
	struct changing *changing = context;
	LDAP *ld = asking->session->link->ld;
	LDAPMessage *message = NULL;
	enum idm_status st;
	int request = -1;
	int rc;

	rc = changing->send(ld, changing, &request);
	if (rc != LDAP_SUCCESS)
		st = idm_ask_unsent(asking, rc, err);
	else
		st = idm_ask_next(asking, request, true, &message, err);
	if (st == IDM_OK) {
		st = idm_ldaperr_result(ld, message, NULL, err);
		(void)ldap_msgfree(message);
	}
	if (st == IDM_OK)
		return st;
	return idm_within(err, st, "change '%.100s'", changing->dn);
}

static enum idm_status
run(struct idm_session *session, struct changing *changing, struct idm_str dn,
    int64_t deadline, struct idm_err *err)
{
	if (dn.len == 0 || dn.len > DN_MAX ||
	    memchr(dn.data, '\0', dn.len) != NULL)
		return idm_fail(err, IDM_INVALID,
		    "a DN that is empty, too long or has a NUL in it");
	if (changing->n > CHANGES_MAX)
		return idm_fail(
		    err, IDM_INVALID, "more than %d changes", CHANGES_MAX);
	memcpy(changing->dn, dn.data, dn.len);
	lay_out(changing);
	return idm_ask(session, deadline, change, changing, err);
}

enum idm_status
idm_session_change(struct idm_session *session, struct idm_str dn,
    const struct idm_attribute_change *changes, size_t n, int64_t deadline,
    struct idm_err *err)
{
	struct changing changing = {
		.change = changes, .n = n, .send = send_modify
	};

	return run(session, &changing, dn, deadline, err);
}

/* Values of one attribute stand together, as RFC 4511 wants it of an entry. */
static enum idm_status
check_distinct(
    const struct idm_attribute_change *changes, size_t n, struct idm_err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (changes[i].kind != IDM_CHANGE_ADD ||
		    changes[i].value.len == 0)
			return idm_fail(err, IDM_INVALID,
			    "%s: a new entry has values", changes[i].attribute);
	}
	return IDM_OK;
}

enum idm_status
idm_session_add(struct idm_session *session, struct idm_str dn,
    const struct idm_attribute_change *changes, size_t n, int64_t deadline,
    struct idm_err *err)
{
	struct changing changing = {
		.change = changes, .n = n, .send = send_add
	};
	enum idm_status st;

	st = check_distinct(changes, n, err);
	return st != IDM_OK ? st : run(session, &changing, dn, deadline, err);
}

enum idm_status
idm_session_delete(struct idm_session *session, struct idm_str dn,
    int64_t deadline, struct idm_err *err)
{
	struct changing changing = { .send = send_delete };

	return run(session, &changing, dn, deadline, err);
}
