#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"

#include "base/nearest.h"
#include "cli/namemap.h"
#include "cli/pair.h"
#include "cli/say.h"
#include "cli/verb.h"

enum { NAMEMAP_METHOD, NAMEMAP_DN, NAMEMAP_PASSWORD };
const struct verb_option verb_namemap_options[] = {
	[NAMEMAP_METHOD] = { 'a', "authentication", "method",
	    "how to bind to the directory; the default is\n"
	    "simple with a dn, else as the domain is set" },
	[NAMEMAP_DN] = { 'D', "bindDN", "dn", "whom to bind as" },
	[NAMEMAP_PASSWORD] = { 'j', "passwd-file", "file",
	    "the file whose first line is the password of dn" },
	{ .name = NULL },
};

#define PASSWORD_MAX 512

static const char *const methods[] = { "simple", "sasl/CRAM-MD5",
	"sasl/DIGEST-MD5", "sasl/GSSAPI", "tls:simple", "tls:sasl/CRAM-MD5",
	"tls:sasl/DIGEST-MD5" };

static enum idm_status
check_method(const char *method, struct idm_err *err)
{
	struct idm_nearest nearest = idm_nearest_to(method);

	for (size_t i = 0; i < IDM_COUNTOF(methods); i++) {
		if (idm_fold_ascii_equal(
			idm_str_of(method), idm_str_of(methods[i])))
			return IDM_OK;
		idm_nearest_try(&nearest, methods[i]);
	}
	return idm_fail(err, IDM_INVALID,
	    "-a: there is no method '%.64s'; there are simple, sasl/CRAM-MD5, "
	    "sasl/DIGEST-MD5, sasl/GSSAPI, tls:simple, tls:sasl/CRAM-MD5 and "
	    "tls:sasl/DIGEST-MD5%s%s",
	    method, nearest.best == NULL ? "" : "; did you mean ",
	    nearest.best == NULL ? "" : nearest.best);
}

static enum idm_status
check_password_mode(int fd, const char *path, struct idm_err *err)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return idm_fail_errno(err, "-j %s", path);
	if (!S_ISREG(st.st_mode))
		return idm_fail(
		    err, IDM_INVALID, "-j %s: it is no regular file", path);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return idm_fail(err, IDM_DENIED,
		    "-j %s: it belongs to somebody else, uid %lu", path,
		    (unsigned long)st.st_uid);
	if ((st.st_mode & 077) != 0)
		return idm_fail(err, IDM_DENIED,
		    "-j %s: others can read the password: 'chmod 600 %s'", path,
		    path);
	return IDM_OK;
}

/* A password that could be used: the first line is not empty. */
static enum idm_status
check_password(const char *path, struct idm_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char line[PASSWORD_MAX];
	enum idm_status st;
	ssize_t n = 0;

	if (fd == -1)
		return idm_fail_errno(err, "-j %s", path);
	st = check_password_mode(fd, path, err);
	if (st == IDM_OK) {
		n = read(fd, line, sizeof(line));
		if (n == -1)
			st = idm_fail_errno(err, "-j %s", path);
	}
	if (st == IDM_OK && (n == 0 || line[0] == '\n' || line[0] == '\r'))
		st = idm_fail(err, IDM_INVALID,
		    "-j %s: its first line, the password, is empty", path);
	explicit_bzero(line, sizeof(line));
	(void)close(fd);
	return st;
}

static enum idm_status
check_options(const struct verb_call *call, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	if (call->given[NAMEMAP_METHOD])
		st = check_method(call->value[NAMEMAP_METHOD], err);
	if (st != IDM_OK)
		return st;
	if (call->given[NAMEMAP_DN] && call->value[NAMEMAP_DN][0] == '\0')
		return idm_fail(err, IDM_INVALID, "-D: the name is empty");
	if (call->given[NAMEMAP_PASSWORD] && !call->given[NAMEMAP_DN])
		return idm_fail(err, IDM_INVALID,
		    "-j is the password of whom -D names: -D is missing");
	if (call->given[NAMEMAP_PASSWORD])
		return check_password(call->value[NAMEMAP_PASSWORD], err);
	if (call->given[NAMEMAP_DN] &&
	    (call->batch != NULL || !isatty(STDIN_FILENO)))
		return idm_fail(err, IDM_INVALID,
		    "-D needs -j: without a terminal nobody can be asked for "
		    "the password");
	return IDM_OK;
}

/* One object of a directory: neither "" nor a wildcard. */
static enum idm_status
check_name(const struct idm_identity *name, struct idm_err *err)
{
	bool is_windows = idm_idtype_is_windows(name->type);

	if (name->text.len == 0)
		return idm_fail(
		    err, IDM_INVALID, "\"\" names no object of a directory");
	if (idm_str_is(name->text, "*") ||
	    (is_windows &&
		(idm_str_is(name->win.name, "*") ||
		    idm_str_is(name->win.domain, "*"))))
		return idm_fail(err, IDM_INVALID,
		    "'%.*s': a wildcard names no object of a directory",
		    (int)(name->text.len > 80 ? 80 : name->text.len),
		    name->text.data);
	return IDM_OK;
}

static enum verb_exit
refuse(const char *verb, const struct idm_err *err)
{
	cli_error("%s: %s", verb, err->text);
	return VERB_USAGE;
}

static enum verb_exit
report(const char *verb, enum idm_status st, const struct idm_err *err)
{
	if (st == IDM_OK)
		return VERB_SUCCESS;
	cli_error("%s: %s", verb, err->text);
	return VERB_FAILURE;
}

static struct cli_namemap_bind
bind_of(const struct verb_call *call)
{
	return (struct cli_namemap_bind){
		.method = call->given[NAMEMAP_METHOD]
		    ? call->value[NAMEMAP_METHOD]
		    : NULL,
		.dn = call->given[NAMEMAP_DN] ? call->value[NAMEMAP_DN] : NULL,
		.password_file = call->given[NAMEMAP_PASSWORD]
		    ? call->value[NAMEMAP_PASSWORD]
		    : NULL,
	};
}

/* An object, the attribute for a counterpart, and what is put there. */
static enum idm_status
put(const struct verb_call *call, const struct idm_identity *name,
    enum idm_idtype other, struct idm_str value, struct idm_err *err)
{
	const struct cli_namemap_bind bind = bind_of(call);
	struct cli_namemap namemap;
	const char *attribute;
	enum idm_status st;

	st = cli_namemap_open(&namemap, name, &bind, err);
	if (st == IDM_OK)
		st = cli_namemap_attribute(
		    &namemap, name, other, &attribute, err);
	if (st == IDM_OK)
		st = cli_namemap_put(&namemap, name, attribute, value, err);
	cli_namemap_close(&namemap);
	return st;
}

/* As idmap of Solaris writes it: DOMAIN\name. */
static enum idm_status
put_winname(const struct verb_call *call, const struct cli_pair *pair,
    struct idm_err *err)
{
	const struct idm_winname *win = &pair->win.win;
	struct idm_buf value;
	enum idm_status st;

	idm_buf_init(&value, 2 * IDM_WINNAME_MAX);
	if (win->domain.len > 0) {
		idm_buf_put(&value, win->domain.data, win->domain.len);
		idm_buf_puts(&value, "\\");
	}
	idm_buf_put(&value, win->name.data, win->name.len);
	st = idm_buf_status(&value, err);
	if (st == IDM_OK)
		st = put(call, &pair->unix, pair->win.type,
		    (struct idm_str){ value.data, value.len }, err);
	idm_buf_fini(&value);
	return st;
}

enum verb_exit
verb_set_namemap(const struct verb_call *call)
{
	struct cli_pair pair;
	enum idm_status st;
	struct idm_err err;

	st = check_options(call, &err);
	if (st == IDM_OK)
		st = cli_pair_parse(call->argv[0], call->argv[1], &pair, &err);
	if (st == IDM_OK)
		st = check_name(&pair.win, &err);
	if (st == IDM_OK)
		st = check_name(&pair.unix, &err);
	if (st != IDM_OK)
		return refuse("set-namemap", &err);
	if (pair.is_win_first)
		st = put(call, &pair.win, pair.unix.type, pair.unix.text, &err);
	else
		st = put_winname(call, &pair, &err);
	return report("set-namemap", st, &err);
}

/* ---- What is there. */

/* One attribute's line, if it has a value. */
static enum idm_status
print_value(struct cli_namemap *namemap, const struct idm_identity *name,
    enum idm_idtype other, bool *is_there, struct idm_err *err)
{
	struct idm_buf dn, value;
	const char *attribute;
	enum idm_status st;

	idm_buf_init(&dn, IDM_DIRECTORY_TEXT_MAX);
	idm_buf_init(&value, IDM_DIRECTORY_TEXT_MAX);
	st = cli_namemap_attribute(namemap, name, other, &attribute, err);
	if (st == IDM_OK)
		st = cli_namemap_find(
		    namemap, name, attribute, &dn, &value, err);
	if (st == IDM_OK && value.len > 0) {
		printf("\t\t->\t%s%s", idm_idtype_name(other),
		    other == IDM_ID_NONE ? "" : ":");
		cli_put(stdout, (struct idm_str){ value.data, value.len });
		printf("\n");
		*is_there = true;
	}
	idm_buf_fini(&dn);
	idm_buf_fini(&value);
	return st;
}

/* Both of a Windows name's; only one of them may be set up. */
static enum idm_status
print_values(struct cli_namemap *namemap, const struct idm_identity *name,
    struct idm_err *err)
{
	const char *const *attribute = (const char *const[]){
		namemap->settings.attribute[IDM_ATTR_UNIX_USER],
		namemap->settings.attribute[IDM_ATTR_UNIX_GROUP],
	};
	bool is_windows = idm_idtype_is_windows(name->type);
	bool is_there = false;
	enum idm_status st = IDM_OK;

	printf("%s for ", is_windows ? "AD namemaps" : "Native LDAP namemap");
	cli_put(stdout, name->text);
	printf("\n");
	if (!is_windows)
		st = print_value(namemap, name, IDM_ID_NONE, &is_there, err);
	else if (attribute[0][0] != '\0' || attribute[1][0] == '\0')
		st = print_value(
		    namemap, name, IDM_ID_UNIXUSER, &is_there, err);
	if (is_windows && st == IDM_OK && attribute[1][0] != '\0')
		st = print_value(
		    namemap, name, IDM_ID_UNIXGROUP, &is_there, err);
	if (st == IDM_OK && !is_there)
		printf("\tno namemap found in %s\n",
		    is_windows ? "AD" : "native LDAP");
	return st;
}

enum verb_exit
verb_get_namemap(const struct verb_call *call)
{
	const struct cli_namemap_bind bind = { .method = NULL };
	struct cli_namemap namemap;
	struct idm_identity name;
	enum idm_status st;
	struct idm_err err;

	st = cli_name_parse(call->argv[0], &name, &err);
	if (st == IDM_OK)
		st = check_name(&name, &err);
	if (st != IDM_OK)
		return refuse("get-namemap", &err);
	st = cli_namemap_open(&namemap, &name, &bind, &err);
	if (st == IDM_OK)
		st = print_values(&namemap, &name, &err);
	cli_namemap_close(&namemap);
	return report("get-namemap", st, &err);
}

/* The attribute of a Windows object that is meant. */
static enum idm_status
parse_target(const struct idm_identity *name, const char *word,
    enum idm_idtype *type, struct idm_err *err)
{
	enum idm_status st = idm_idtype_parse(idm_str_of(word), type, err);

	if (st != IDM_OK)
		return st;
	if (idm_idtype_is_unix(name->type))
		return idm_fail(err, IDM_INVALID,
		    "'%s' is redundant: a UNIX name has one attribute", word);
	if (*type != IDM_ID_UNIXUSER && *type != IDM_ID_UNIXGROUP)
		return idm_fail(err, IDM_INVALID,
		    "'%s': of a Windows name, unixuser or unixgroup can be "
		    "unset",
		    word);
	return IDM_OK;
}

enum verb_exit
verb_unset_namemap(const struct verb_call *call)
{
	enum idm_idtype other = IDM_ID_UNIXUSER;
	struct idm_identity name;
	enum idm_status st;
	struct idm_err err;

	st = check_options(call, &err);
	if (st == IDM_OK)
		st = cli_name_parse(call->argv[0], &name, &err);
	if (st == IDM_OK)
		st = check_name(&name, &err);
	if (st == IDM_OK && call->argc == 2)
		st = parse_target(&name, call->argv[1], &other, &err);
	if (st != IDM_OK)
		return refuse("unset-namemap", &err);
	st = put(call, &name, other, (struct idm_str){ "", 0 }, &err);
	return report("unset-namemap", st, &err);
}
