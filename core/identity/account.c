#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/num.h"
#include "identity/account.h"

#define BLOCK_SIZE 4096
#define HEAD_SIZE  1024
#define LINE_LIMIT (1 << 20)

/*
 * A file, a block at a time.  A failed read ends the file early; its errno is
 * kept, and scan_close() turns whatever was found into that failure.
 */
struct scan {
	int fd;
	int error;
	bool ended;
	size_t at;  /* where we stand in the block ... */
	size_t len; /* ... of this many bytes */
	char block[BLOCK_SIZE];
};

static enum idm_status
open_failed(const char *dir, const char *file, struct idm_err *err)
{
	if (errno == EACCES || errno == EPERM) {
		return idm_fail(
		    err, IDM_DENIED, "%s/%s: permission denied", dir, file);
	}
	return idm_fail_errno(err, "%s/%s", dir, file);
}

static enum idm_status
scan_open(
    struct scan *scan, const char *dir, const char *file, struct idm_err *err)
{
	struct idm_buf path;

	/* The block is not needed yet, and stacks may be small. */
	idm_buf_init_fixed(&path, scan->block, sizeof(scan->block));
	idm_buf_puts(&path, dir);
	idm_buf_puts(&path, "/");
	idm_buf_puts(&path, file);
	(void)idm_buf_text(&path);
	if (path.status != IDM_OK)
		return idm_fail(err, IDM_INVALID, "%s: name too long", dir);

	/* O_NONBLOCK: whatever stands there, nobody waits for it. */
	do {
		scan->fd = open(
		    scan->block, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	} while (scan->fd == -1 && errno == EINTR);
	scan->fd = idm_fd_above_stdio(scan->fd);
	if (scan->fd == -1)
		return open_failed(dir, file, err);
	scan->error = 0;
	scan->ended = false;
	scan->at = 0;
	scan->len = 0;
	return IDM_OK;
}

/* Close, and give st, unless the file could not be read to where we stand. */
static enum idm_status
scan_close(struct scan *scan, enum idm_status st, const char *dir,
    const char *file, struct idm_err *err)
{
	(void)close(scan->fd);
	if (scan->error == 0)
		return st;
	errno = scan->error;
	return idm_fail_errno(err, "%s/%s", dir, file);
}

/* Read on until want bytes, at most BLOCK_SIZE, lie in front of us. */
static size_t
refill(struct scan *scan, size_t want)
{
	memmove(scan->block, scan->block + scan->at, scan->len - scan->at);
	scan->len -= scan->at;
	scan->at = 0;
	while (scan->len < want && !scan->ended) {
		ssize_t n = read(scan->fd, scan->block + scan->len,
		    sizeof(scan->block) - scan->len);

		if (n > 0) {
			scan->len += (size_t)n;
		} else if (n == 0 || errno != EINTR) {
			scan->ended = true;
			scan->error = n == 0 ? 0 : errno;
		}
	}
	return scan->len;
}

/*
 * How many bytes lie in front of us in the block: at least want, or all that
 * the file still has.
 */
static inline size_t
have(struct scan *scan, size_t want)
{
	size_t n = scan->len - scan->at;

	return n >= want || scan->ended ? n : refill(scan, want);
}

static inline const char *
here(const struct scan *scan)
{
	return scan->block + scan->at;
}

/* Go behind the next newline. */
static inline void
skip_line(struct scan *scan)
{
	size_t n;

	while ((n = have(scan, 1)) > 0) {
		const char *newline = memchr(here(scan), '\n', n);

		if (newline != NULL) {
			scan->at = (size_t)(newline - scan->block) + 1;
			return;
		}
		scan->at += n;
	}
}

/* No line begins with such a name, or it means something else there. */
static bool
is_impossible(struct idm_str name)
{
	return name.len == 0 || name.len > IDM_LOGIN_MAX ||
	    memchr("#+-", name.data[0], 3) != NULL ||
	    memchr(name.data, ':', name.len) != NULL ||
	    memchr(name.data, '\n', name.len) != NULL;
}

/* Is name the first field of the line we stand at?  It must be in reach. */
static inline bool
is_at(const struct scan *scan, struct idm_str name)
{
	return scan->len - scan->at > name.len && here(scan)[name.len] == ':' &&
	    memcmp(here(scan), name.data, name.len) == 0;
}

/* Go to the line whose first field is name. */
static bool
find_name(struct scan *scan, struct idm_str name)
{
	for (; have(scan, name.len + 1) > 0; skip_line(scan)) {
		if (is_at(scan, name))
			return true;
	}
	return false;
}

/* The line we stand at, or its first HEAD_SIZE bytes. */
static struct idm_str
head_of_line(struct scan *scan)
{
	struct idm_str head = { .len = have(scan, HEAD_SIZE) };
	const char *newline;

	head.data = here(scan);
	if (head.len > HEAD_SIZE)
		head.len = HEAD_SIZE;
	newline = memchr(head.data, '\n', head.len);
	if (newline != NULL)
		head.len = (size_t)(newline - head.data);
	return head;
}

bool
idm_account_cut(struct idm_str *line, struct idm_str *field)
{
	const char *colon = memchr(line->data, ':', line->len);

	if (colon == NULL)
		return false;
	field->data = line->data;
	field->len = (size_t)(colon - line->data);
	line->data += field->len + 1;
	line->len -= field->len + 1;
	return true;
}

enum idm_status
idm_account_parse(
    struct idm_str line, struct idm_account *out, struct idm_err *err)
{
	struct idm_account account = { .uid = 0 };
	struct idm_str name, password, uid, gid;
	enum idm_status st;

	if (!idm_account_cut(&line, &name) ||
	    !idm_account_cut(&line, &password) ||
	    !idm_account_cut(&line, &uid) || !idm_account_cut(&line, &gid))
		return idm_fail(err, IDM_CORRUPT, "passwd: too few fields");
	if (name.len == 0 || name.len > IDM_LOGIN_MAX)
		return idm_fail(err, IDM_CORRUPT, "passwd: bad name");
	st = idm_num_id(uid.data, uid.len, &account.uid, err);
	if (st == IDM_OK)
		st = idm_num_id(gid.data, gid.len, &account.gid, err);
	if (st != IDM_OK) {
		(void)idm_within(
		    err, st, "passwd: user %.*s", (int)name.len, name.data);
		return IDM_CORRUPT;
	}
	memcpy(account.name, name.data, name.len);
	*out = account;
	return IDM_OK;
}

/* Go to the line whose third field, a uid or gid, is this text. */
static bool
find_number(struct scan *scan, struct idm_str number)
{
	for (; have(scan, 1) > 0; skip_line(scan)) {
		struct idm_str line = head_of_line(scan);
		struct idm_str field;

		if (line.len == 0 || memchr("#+-", *line.data, 3) != NULL)
			continue;
		if (idm_account_cut(&line, &field) &&
		    idm_account_cut(&line, &field) &&
		    idm_account_cut(&line, &field) && field.len == number.len &&
		    memcmp(field.data, number.data, number.len) == 0)
			return true;
	}
	return false;
}

/* A file of accounts, and what messages call what is in it. */
struct source {
	const char *file;
	const char *who;
	const char *number;
};
static const struct source users = { "passwd", "user", "uid" };
static const struct source groups = { "group", "group", "gid" };

/* The head of the line with this name; it lies in the scan, which is closed. */
static enum idm_status
find_by_name(struct scan *scan, const char *dir, const struct source *source,
    struct idm_str name, struct idm_str *line, struct idm_err *err)
{
	enum idm_status st;

	if (is_impossible(name))
		return idm_fail(err, IDM_NOTFOUND, "no such %s", source->who);
	st = scan_open(scan, dir, source->file, err);
	if (st != IDM_OK)
		return st;
	if (find_name(scan, name))
		*line = head_of_line(scan);
	else
		st = idm_fail(err, IDM_NOTFOUND, "no %s %.*s", source->who,
		    (int)name.len, name.data);
	return scan_close(scan, st, dir, source->file, err);
}

/* The same by number. */
static enum idm_status
find_by_number(struct scan *scan, const char *dir, const struct source *source,
    uint32_t id, struct idm_str *line, struct idm_err *err)
{
	enum idm_status st;
	struct idm_buf text;
	char digits[16];

	idm_buf_init_fixed(&text, digits, sizeof(digits));
	idm_buf_put_decimal(&text, id);
	st = scan_open(scan, dir, source->file, err);
	if (st != IDM_OK)
		return st;
	if (find_number(scan, (struct idm_str){ text.data, text.len }))
		*line = head_of_line(scan);
	else
		st = idm_fail(err, IDM_NOTFOUND, "no %s with %s %lu",
		    source->who, source->number, (unsigned long)id);
	return scan_close(scan, st, dir, source->file, err);
}

enum idm_status
idm_account_by_name(const char *dir, struct idm_str name,
    struct idm_account *out, struct idm_err *err)
{
	struct idm_str line = { "", 0 };
	enum idm_status st;
	struct scan scan;

	st = find_by_name(&scan, dir, &users, name, &line, err);
	return st == IDM_OK ? idm_account_parse(line, out, err) : st;
}

enum idm_status
idm_account_by_uid(
    const char *dir, uint32_t uid, struct idm_account *out, struct idm_err *err)
{
	struct idm_str line = { "", 0 };
	enum idm_status st;
	struct scan scan;

	st = find_by_number(&scan, dir, &users, uid, &line, err);
	return st == IDM_OK ? idm_account_parse(line, out, err) : st;
}

static enum idm_status
parse_group(
    struct idm_str line, struct idm_account_group *out, struct idm_err *err)
{
	struct idm_account_group group = { .gid = 0 };
	struct idm_str name, password, gid;
	enum idm_status st;

	if (!idm_account_cut(&line, &name) ||
	    !idm_account_cut(&line, &password) || !idm_account_cut(&line, &gid))
		return idm_fail(err, IDM_CORRUPT, "group: too few fields");
	if (name.len == 0 || name.len > IDM_LOGIN_MAX)
		return idm_fail(err, IDM_CORRUPT, "group: bad name");
	st = idm_num_id(gid.data, gid.len, &group.gid, err);
	if (st != IDM_OK) {
		return idm_within(
		    err, IDM_CORRUPT, "group: %.*s", (int)name.len, name.data);
	}
	memcpy(group.name, name.data, name.len);
	*out = group;
	return IDM_OK;
}

enum idm_status
idm_account_group_by_name(const char *dir, struct idm_str name,
    struct idm_account_group *out, struct idm_err *err)
{
	struct idm_str line = { "", 0 };
	enum idm_status st;
	struct scan scan;

	st = find_by_name(&scan, dir, &groups, name, &line, err);
	return st == IDM_OK ? parse_group(line, out, err) : st;
}

enum idm_status
idm_account_group_by_gid(const char *dir, uint32_t gid,
    struct idm_account_group *out, struct idm_err *err)
{
	struct idm_str line = { "", 0 };
	enum idm_status st;
	struct scan scan;

	st = find_by_number(&scan, dir, &groups, gid, &line, err);
	return st == IDM_OK ? parse_group(line, out, err) : st;
}

enum idm_status
idm_account_each(const char *dir,
    bool (*found)(void *context, const struct idm_account *), void *context,
    struct idm_err *err)
{
	struct idm_account account;
	enum idm_status st;
	struct scan scan;

	st = scan_open(&scan, dir, "passwd", err);
	if (st != IDM_OK)
		return st;
	for (; have(&scan, 1) > 0; skip_line(&scan)) {
		struct idm_str line = head_of_line(&scan);

		if (line.len == 0 || memchr("#+-", *line.data, 3) != NULL)
			continue;
		if (idm_account_parse(line, &account, NULL) == IDM_OK &&
		    !found(context, &account))
			break;
	}
	return scan_close(&scan, IDM_OK, dir, "passwd", err);
}

enum idm_status
idm_account_each_group(const char *dir,
    bool (*found)(void *context, const struct idm_account_group *),
    void *context, struct idm_err *err)
{
	struct idm_account_group group;
	enum idm_status st;
	struct scan scan;

	st = scan_open(&scan, dir, "group", err);
	if (st != IDM_OK)
		return st;
	for (; have(&scan, 1) > 0; skip_line(&scan)) {
		struct idm_str line = head_of_line(&scan);

		if (line.len == 0 || memchr("#+-", *line.data, 3) != NULL)
			continue;
		if (parse_group(line, &group, NULL) == IDM_OK &&
		    !found(context, &group))
			break;
	}
	return scan_close(&scan, IDM_OK, dir, "group", err);
}

/* Append the rest of the line to buf. */
static enum idm_status
take_line(struct scan *scan, struct idm_buf *buf, struct idm_err *err)
{
	const char *newline = NULL;
	size_t taken = 0;
	size_t n;

	while (newline == NULL && (n = have(scan, 1)) > 0) {
		newline = memchr(here(scan), '\n', n);
		if (newline != NULL)
			n = (size_t)(newline - here(scan));
		taken += n;
		if (taken > LINE_LIMIT) {
			return idm_fail(err, IDM_CORRUPT,
			    "a line is longer than %d bytes", LINE_LIMIT);
		}
		idm_buf_put(buf, here(scan), n);
		if (buf->status != IDM_OK)
			break;
		scan->at += n;
	}
	return idm_buf_status(buf, err);
}

enum idm_status
idm_account_line(const char *dir, const char *file, struct idm_str name,
    struct idm_buf *buf, struct idm_err *err)
{
	size_t before = buf->len;
	enum idm_status st;
	struct scan scan;

	if (is_impossible(name))
		return idm_fail(err, IDM_NOTFOUND, "%s: no such name", file);
	st = scan_open(&scan, dir, file, err);
	if (st != IDM_OK)
		return st;
	if (find_name(&scan, name)) {
		st = take_line(&scan, buf, err);
	} else {
		st = idm_fail(err, IDM_NOTFOUND, "%s: no entry %.*s", file,
		    (int)name.len, name.data);
	}
	st = scan_close(&scan, st, dir, file, err);
	if (st != IDM_OK)
		buf->len = before;
	return st;
}

/* The account of the line we stand at, and, unless buf is NULL, the line. */
static enum idm_status
take_account(struct scan *scan, struct idm_account *out, struct idm_buf *buf,
    struct idm_err *err)
{
	enum idm_status st;

	st = idm_account_parse(head_of_line(scan), out, err);
	if (st == IDM_OK && buf != NULL)
		st = take_line(scan, buf, err);
	return st;
}

/* To the end of the file: only there it is known that alias is no user. */
static enum idm_status
take_alias(struct scan *scan, struct idm_str alias, struct idm_str name,
    struct idm_account *out, struct idm_buf *buf, struct idm_err *err)
{
	bool may_be_user = !is_impossible(alias);
	enum idm_status st = IDM_NOTFOUND;
	size_t reach = name.len + 1;

	if (may_be_user && alias.len > name.len)
		reach = alias.len + 1;
	for (; have(scan, reach) > 0; skip_line(scan)) {
		if (may_be_user && is_at(scan, alias)) {
			return idm_fail(err, IDM_CONFLICT, "%.*s is a user",
			    (int)alias.len, alias.data);
		}
		if (st == IDM_NOTFOUND && is_at(scan, name))
			st = take_account(scan, out, buf, err);
	}
	if (st == IDM_NOTFOUND) {
		return idm_fail(
		    err, st, "no user %.*s", (int)name.len, name.data);
	}
	return st;
}

enum idm_status
idm_account_alias(const char *dir, struct idm_str alias, struct idm_str name,
    struct idm_account *out, struct idm_buf *buf, struct idm_err *err)
{
	size_t before = buf == NULL ? 0 : buf->len;
	struct idm_account account;
	enum idm_status st;
	struct scan scan;

	if (is_impossible(name))
		return idm_fail(err, IDM_NOTFOUND, "no such user");
	st = scan_open(&scan, dir, "passwd", err);
	if (st != IDM_OK)
		return st;
	st = take_alias(&scan, alias, name, &account, buf, err);
	st = scan_close(&scan, st, dir, "passwd", err);
	if (st == IDM_OK)
		*out = account;
	else if (buf != NULL)
		buf->len = before;
	return st;
}

/*
 * Is name one of the members, in front of whose list we stand?  Afterwards we
 * stand somewhere in the same line.
 */
static bool
lists_member(struct scan *scan, struct idm_str name)
{
	bool at_start = true; /* of a member, not within an overlong one */
	size_t n, len;

	while ((n = have(scan, IDM_LOGIN_MAX + 1)) > 0) {
		const char *member = here(scan);

		for (len = 0; len < n; len++) {
			if (member[len] == ',' || member[len] == '\n')
				break;
		}
		scan->at += len;
		if (len == n && !scan->ended) {
			at_start = false;
			continue;
		}
		if (at_start && len == name.len &&
		    memcmp(member, name.data, len) == 0)
			return true;
		if (len == n || member[len] == '\n')
			return false;
		scan->at++;
		at_start = true;
	}
	return false;
}

/*
 * Go to the members of the group whose line we stand at.  False when it has
 * none, or no number.
 */
static bool
find_members(struct scan *scan, uint32_t *gid)
{
	struct idm_str line = head_of_line(scan);
	struct idm_str field;

	if (line.len == 0)
		return false;
	/* Most groups list nobody, and show that at the end of the line. */
	if (line.len < HEAD_SIZE && line.data[line.len - 1] == ':')
		return false;
	if (memchr("#+-", *line.data, 3) != NULL)
		return false;
	if (!idm_account_cut(&line, &field) ||
	    !idm_account_cut(&line, &field) || !idm_account_cut(&line, &field))
		return false;
	scan->at += (size_t)(line.data - here(scan));
	return have(scan, 1) > 0 && *here(scan) != '\n' &&
	    idm_num_id(field.data, field.len, gid, NULL) == IDM_OK;
}

enum idm_status
idm_account_groups(const char *dir, struct idm_str name,
    bool (*found)(void *context, uint32_t gid), void *context,
    struct idm_err *err)
{
	enum idm_status st;
	struct scan scan;
	uint32_t gid;

	if (is_impossible(name))
		return IDM_OK;
	st = scan_open(&scan, dir, "group", err);
	if (st != IDM_OK)
		return st;
	for (; have(&scan, 1) > 0; skip_line(&scan)) {
		if (find_members(&scan, &gid) && lists_member(&scan, name) &&
		    !found(context, gid))
			break;
	}
	return scan_close(&scan, IDM_OK, dir, "group", err);
}
