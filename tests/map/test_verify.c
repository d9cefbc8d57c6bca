#include <endian.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit.h"

#include "map/edit.h"
#include "map/layout.h"
#include "map/structure.h"
#include "map/verify.h"
#include "tests/fixture.h"
#include "tests/map/raw.h"

/* ---- Findings, one a line. */

struct findings {
	char text[4096];
	size_t len;
};

static void
keep(void *context, const char *text)
{
	struct findings *findings = context;
	size_t room = sizeof(findings->text) - findings->len;
	int n = snprintf(findings->text + findings->len, room, "%s\n", text);

	if (n > 0 && (size_t)n < room)
		findings->len += (size_t)n;
}

static struct idm_view *
open_map(const char *path, enum idm_map_kind kind)
{
	uid_t owner = getuid();
	struct idm_view *view = NULL;
	struct idm_err err;

	assert_good(idm_view_open(path, kind, &owner, 1, &view, &err), err);
	return view;
}

static struct findings
verify(const char *path, enum idm_map_kind kind)
{
	struct findings findings = { .len = 0 };
	struct idm_verify_report report = { keep, &findings, 99, 99 };
	struct idm_view *view = open_map(path, kind);
	struct idm_err err;
	unsigned lines = 0;

	assert_good(idm_verify(view, &report, &err), err);
	for (size_t i = 0; i < findings.len; i++)
		lines += findings.text[i] == '\n';
	if (findings.len < sizeof(findings.text) / 2)
		assert_int_equal(report.findings, lines);
	if (lines == 0)
		assert_int_equal(
		    report.records, idm_view_header(view)->records);
	idm_view_close(&view);
	return findings;
}

static void
assert_finds(const char *path, enum idm_map_kind kind, const char *why)
{
	struct findings findings = verify(path, kind);

	if (strstr(findings.text, why) == NULL)
		fail_msg("found '%s', not '%s'", findings.text, why);
}

static void
assert_finds_nothing(const char *path, enum idm_map_kind kind)
{
	struct findings findings = verify(path, kind);

	if (findings.len > 0)
		fail_msg("found '%s'", findings.text);
}

/* ---- A map with some of everything. */

static struct fixture fixture;
static char map_path[128];
static char users_path[128];

static const struct fixture_entry scheme_entries[] = {
	{ "h!a", "foo", 0 },
	{ "*!a", "%1", 0 },
	{ "*!b", "bar", 0 },
	{ "k*!c", "%i", 0 },
	{ "[ab]!c", "foo", 0 },
	{ "[cd]!c", "bar", 0 },
};
static const struct fixture_ruleset scheme = {
	FIXTURE_SCHEME("x", "M2!M1", scheme_entries),
	.user_mode = true,
};
static const struct fixture_entry attribute_entries[] = {
	{ "104", "105", 0 },
	{ "2*", "7", 0 },
};
static const struct fixture_ruleset attribute = {
	FIXTURE_ATTRIBUTE("uid", "M1", attribute_entries),
};

static int
make_maps(void **state)
{
	(void)state;
	fixture_make(&fixture, getuid());
	fixture_install(&fixture, &scheme);
	fixture_install(&fixture, &attribute);
	fixture_user_entry(&fixture, "x", "u!one", 1001, "one");
	fixture_user_entry(&fixture, "x", "u!two", 1002, "two");
	fixture_user_entry(&fixture, "x", "u!three", 1001, "one");
	(void)snprintf(
	    map_path, sizeof(map_path), "%s/%s", fixture.dir, IDM_MAP_FILE);
	(void)snprintf(users_path, sizeof(users_path), "%s/%s", fixture.dir,
	    IDM_USERS_FILE);
	return 0;
}

static int
remove_maps(void **state)
{
	(void)state;
	fixture_remove(&fixture);
	return 0;
}

static void
test_nothing_is_found_in_sound_maps(void **state)
{
	(void)state;
	assert_finds_nothing(map_path, IDM_MAP_POLICY);
	assert_finds_nothing(users_path, IDM_MAP_USERS);
}

static void
test_nothing_is_found_after_many_edits(void **state)
{
	struct idm_ruleset_name name = { IDM_RULESET_SCHEME, "x" };
	struct idm_err err;

	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		struct idm_rewrite *rewrite = fixture_begin(&fixture);
		char remote[32];
		bool unchanged;

		for (unsigned j = 0; j < 40; j++) {
			unsigned n = (i * 7919 + j * 104729) % 400;
			struct idm_entry entry = { .target = idm_str_of(
						       "foo") };

			assert_true(snprintf(remote, sizeof(remote),
					n % 3 == 0 ? "*%u!x%u" : "n%u!x%u", n,
					n % 5) > 0);
			entry.remote = idm_str_of(remote);
			if ((n + i) % 2 == 0) {
				assert_good(idm_edit_add(rewrite, name, &entry,
						&unchanged, &err),
				    err);
			} else if (idm_edit_delete(rewrite, name, entry.remote,
				       &err) != IDM_OK) {
				assert_int_equal(err.status, IDM_NOTFOUND);
			}
		}
		fixture_commit(rewrite);
		assert_finds_nothing(map_path, IDM_MAP_POLICY);
	}
}

/* ---- Records that are wrong, put in by libgdbm. */

static struct raw
edit_file(const char *path, enum idm_map_kind kind)
{
	struct idm_view *view = open_map(path, kind);
	struct raw raw = { .name = path };

	memcpy(raw.seed, idm_view_header(view)->seed, sizeof(raw.seed));
	idm_view_close(&view);
	raw.db = gdbm_open(path, 0, GDBM_WRITER, 0, NULL);
	assert_non_null(raw.db);
	return raw;
}

static void
raw_remove(struct raw *raw, const char *key)
{
	struct idm_buf buf;

	idm_buf_init(&buf, 4096);
	idm_buf_puts(&buf, key);
	idm_key_finish(&buf, raw->seed);
	assert_int_equal(gdbm_delete(raw->db, raw_datum(buf.data, buf.len)), 0);
	idm_buf_fini(&buf);
}

static void
put_bucket(struct raw *raw, const char *key, const char *one, const char *two)
{
	struct idm_entry entry[2] = {
		{ .remote = idm_str_of(one), .target = idm_str_of("foo") },
		{ .target = idm_str_of("foo") },
	};
	struct idm_buf buf;

	if (two != NULL)
		entry[1].remote = idm_str_of(two);
	idm_buf_init(&buf, 4096);
	idm_bucket_write(&buf, entry, two == NULL ? 1 : 2);
	raw_put_buf(raw, key, &buf);
}

static void
put_key_without_end(struct raw *raw)
{
	raw_store(raw, "short", 5, "", 0);
}

static void
put_key_of_wrong_hash(struct raw *raw)
{
	raw_store(raw, "policy#00000000", 15, "", 0);
}

static void
put_unknown_kind(struct raw *raw)
{
	raw_put(raw, "t/x", "T1", 2);
}

static void
put_owned(struct raw *raw)
{
	raw_put_list(raw, "u/1000", "s/x/u/h!a");
}

static void
put_damaged_policy(struct raw *raw)
{
	raw_put(raw, "policy", "P1", 2);
}

static void
remove_rulesets(struct raw *raw)
{
	raw_remove(raw, "rulesets");
}

static void
put_list_of_unknown(struct raw *raw)
{
	raw_put_list(raw, "rulesets", "s/y");
}

static void
put_list_unsorted(struct raw *raw)
{
	struct idm_str names[] = { idm_str_of("s/x"), idm_str_of("a/uid") };
	struct idm_buf buf;

	idm_buf_init(&buf, 4096);
	idm_list_write(&buf, names, IDM_COUNTOF(names));
	raw_put_buf(raw, "rulesets", &buf);
}

static void
put_unknown_serving(struct raw *raw)
{
	raw_put_list(raw, "serving", "gone");
}

static void
remove_scheme(struct raw *raw)
{
	raw_remove(raw, "s/x");
}

static void
put_scheme_of_attribute(struct raw *raw)
{
	raw_put_scheme(raw, "x", "M2!M1", 6);
	raw_put(raw, "a/new", "S2", 2);
}

/* A scheme's own record under the key of an attribute map. */
static void
put_scheme_as_attribute(struct raw *raw)
{
	struct idm_ruleset ruleset = { .kind = IDM_RULESET_SCHEME };
	struct idm_buf buf;

	assert_int_equal(
	    idm_descriptor_parse(idm_str_of("M1"), &ruleset.descriptor, NULL),
	    IDM_OK);
	idm_buf_init(&buf, 4096);
	idm_ruleset_write(&buf, &ruleset, NULL);
	raw_put_buf(raw, "a/uid", &buf);
}

static void
put_scheme_of_bad_name(struct raw *raw)
{
	raw_put_scheme(raw, ".x", "M2!M1", 0);
}

static void
remove_entry(struct raw *raw)
{
	raw_remove(raw, "s/x/e/h!a");
}

static void
put_entry_that_does_not_split(struct raw *raw)
{
	raw_put_entry(raw, "x", "h", "foo");
}

static void
put_entry_with_bad_target(struct raw *raw)
{
	raw_put_entry(raw, "x", "h!q", "%7");
}

static void
put_pattern_as_literal(struct raw *raw)
{
	raw_put_entry(raw, "x", "*!q", "foo");
}

static void
put_pattern_under_wrong_key(struct raw *raw)
{
	put_bucket(raw, "s/x/p/0/0:0:1:b", "*!a", NULL);
}

static void
put_pattern_of_other_shape(struct raw *raw)
{
	put_bucket(raw, "s/x/p/0/0:0:1:b", "k*!b", NULL);
}

static void
put_pattern_of_no_shape(struct raw *raw)
{
	put_bucket(raw, "s/x/p/99/0:0:1:b", "*!b", NULL);
}

static void
put_patterns_unsorted(struct raw *raw)
{
	put_bucket(raw, "s/x/p/0/0:0:1:b", "[cd]!c", "[ab]!c");
}

static void
put_bucket_with_rest(struct raw *raw)
{
	raw_put(raw, "s/x/p/0/0:0:1:b", "B1\1\0\0\0\0\3\0*!b\3\0foo?", 18);
}

static const struct damage {
	void (*put)(struct raw *);
	const char *why;
} policy_damages[] = {
	{ put_key_without_end, "record 'short': the key is no key of ours" },
	{ put_key_of_wrong_hash, "'policy': the key does not end in its hash" },
	{ put_unknown_kind, "'t/x': is of no kind that this program knows" },
	{ put_owned, "'u/1000': does not belong into this kind of file" },
	{ put_damaged_policy, "record 'policy': record is cut short" },
	{ remove_rulesets, "'a/uid': is not in the list of rulesets" },
	{ put_list_of_unknown, "'rulesets': there is no 's/y'" },
	{ put_list_unsorted, "'rulesets': the list is not sorted" },
	{ put_unknown_serving, "'serving': there is no scheme 'gone'" },
	{ remove_scheme,
	    "'s/x/e/h!a': entry of a ruleset that does not exist" },
	{ remove_scheme, ": patterns of a ruleset that does not exist" },
	{ remove_scheme, "'rulesets': there is no 's/x'" },
	{ put_scheme_of_attribute, "'s/x/p/0/0:0:1:a': patterns of a shape" },
	{ put_scheme_of_attribute, "'a/new': record of version 0x32" },
	{ put_scheme_as_attribute, "'a/uid': is of kind 's'" },
	{ put_scheme_of_bad_name, "'s/.x': " },
	{ remove_entry, "'s/x': says 6 entries, has 5" },
	{ remove_entry, "file says 13 records, has 12" },
	{ put_entry_that_does_not_split, "'s/x/e/h': " },
	{ put_entry_with_bad_target, "'s/x/e/h!q': " },
	{ put_pattern_as_literal, "pattern among the literal entries" },
	{ put_pattern_under_wrong_key, "pattern '*!a' is under the wrong key" },
	{ put_pattern_of_other_shape, "pattern 'k*!b' is of another shape" },
	{ put_pattern_of_no_shape, "patterns of a shape that does not exist" },
	{ put_patterns_unsorted, "the patterns are not sorted" },
	{ put_patterns_unsorted, "shape 0 says 2 entries, has 3" },
	{ put_bucket_with_rest, "there are bytes behind the last pattern" },
};

static void
put_unlisted(struct raw *raw)
{
	raw_remove(raw, "u/1002");
}

static void
put_listed_twice(struct raw *raw)
{
	raw_put_list(raw, "u/1003", "s/x/u/u!one");
}

static void
remove_listed(struct raw *raw)
{
	raw_remove(raw, "s/x/u/u!two");
}

static void
put_owner_without_uid(struct raw *raw)
{
	raw_put_list(raw, "u/0x", "s/x/u/u!one");
}

static void
put_bad_login(struct raw *raw)
{
	raw_put(raw, "s/x/u/u!bad", "U1........\1\0\0\0\3\0a:b", 19);
}

static void
put_entry_of_administrator(struct raw *raw)
{
	raw_put_entry(raw, "x", "h!a", "foo");
}

static const struct damage users_damages[] = {
	{ put_unlisted, "'s/x/u/u!two': is not in the list of what uid 1002" },
	{ put_listed_twice, ": an entry is listed twice" },
	{ remove_listed, "lists 's/x/u/u!two', which does not exist" },
	{ put_owner_without_uid, "'u/0x': the key has no uid" },
	{ put_bad_login, "'s/x/u/u!bad': record's logname: " },
	{ put_entry_of_administrator,
	    "does not belong into this kind of file" },
};

static void
assert_damages(const char *path, enum idm_map_kind kind,
    const struct damage *damages, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct raw raw;

		(void)make_maps(NULL);
		raw = edit_file(path, kind);
		damages[i].put(&raw);
		assert_int_equal(gdbm_close(raw.db), 0);
		assert_finds(path, kind, damages[i].why);
		(void)remove_maps(NULL);
	}
}

static void
test_each_wrong_record_is_found(void **state)
{
	(void)state;
	assert_damages(map_path, IDM_MAP_POLICY, policy_damages,
	    IDM_COUNTOF(policy_damages));
	assert_damages(users_path, IDM_MAP_USERS, users_damages,
	    IDM_COUNTOF(users_damages));
}

/* ---- The file itself, in a folder of its own. */

static char folder[] = "/tmp/idm-verify-XXXXXX";

static int
enter_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL || chdir(folder) == -1;
}

static int
leave_folder(void **state)
{
	(void)state;
	(void)unlink("map");
	return chdir("/") == -1 || rmdir(folder) == -1;
}

static void
test_nothing_is_found_in_files_of_libgdbm(void **state)
{
	static const int size[] = { 512, 1000, 4096, 16384 };

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(size); i++) {
		struct raw raw = raw_empty(
		    "map", size[i], i % 2 == 0 ? GDBM_NUMSYNC : 0);
		struct findings findings = { .len = 0 };
		struct idm_verify_report report = { keep, &findings, 0, 0 };
		struct idm_view *view;
		struct idm_err err;
		char value[1000];

		memset(value, 'v', sizeof(value));
		raw_put_header(&raw, &raw_header);
		/* Store, delete and store larger: much free space. */
		for (unsigned n = 0; n < 6000; n++) {
			unsigned key = n * 2654435761u % 2000;

			if (n % 3 == 0)
				(void)gdbm_delete(
				    raw.db, raw_datum(&key, sizeof(key)));
			else
				raw_store(&raw, &key, sizeof(key), value,
				    n * 7919 % sizeof(value));
		}
		raw_publish(&raw);
		view = open_map("map", IDM_MAP_POLICY);
		assert_good(idm_structure_check(view, &report, &err), err);
		assert_string_equal(findings.text, "");
		idm_view_close(&view);
		assert_int_equal(unlink("map"), 0);
	}
}

struct image {
	unsigned char *data;
	size_t len;
};

static void
set_32(struct image *image, uint64_t at, uint32_t value)
{
	value = htole32(value);
	assert_true(at + sizeof(value) <= image->len);
	memcpy(image->data + at, &value, sizeof(value));
}

/* The n-th element in use of the first bucket, as an offset. */
static uint64_t
bucket_of(const struct image *image)
{
	uint64_t dir = idm_gdbm_load_64(image->data + IDM_GDBM_DIR);

	return idm_gdbm_load_64(image->data + dir);
}

static uint64_t
element_of(const struct image *image, unsigned n)
{
	uint64_t at = bucket_of(image) + IDM_GDBM_BUCKET_TABLE;

	for (;; at += IDM_GDBM_ELEM) {
		if (idm_gdbm_load_32(image->data + at) != IDM_GDBM_EMPTY &&
		    n-- == 0)
			return at;
	}
}

static void
cut(struct image *image)
{
	image->len -= 16;
}

static void
lengthen(struct image *image)
{
	image->data = realloc(image->data, image->len + 16);
	assert_non_null(image->data);
	memset(image->data + image->len, 0, 16);
	image->len += 16;
}

static void
miscount(struct image *image)
{
	set_32(image, bucket_of(image) + IDM_GDBM_BUCKET_COUNT, 99);
}

static void
overlap(struct image *image)
{
	uint64_t first = element_of(image, 0), second = element_of(image, 1);

	memcpy(image->data + first + IDM_GDBM_ELEM_DATA,
	    image->data + second + IDM_GDBM_ELEM_DATA, 8);
}

static void
move_outside(struct image *image)
{
	set_32(image, element_of(image, 0) + IDM_GDBM_ELEM_DATA + 4, 1);
}

static void
move_into_header(struct image *image)
{
	set_32(image, element_of(image, 0) + IDM_GDBM_ELEM_DATA, 100);
}

static void
change_start(struct image *image)
{
	image->data[element_of(image, 0) + IDM_GDBM_ELEM_START] ^= 1;
}

static void
change_hash(struct image *image)
{
	uint64_t at = element_of(image, 0);

	set_32(image, at, idm_gdbm_load_32(image->data + at) ^ 1);
}

static void
change_bits(struct image *image)
{
	set_32(image, bucket_of(image) + IDM_GDBM_BUCKET_BITS, 31);
}

static void
change_span(struct image *image)
{
	set_32(image, bucket_of(image) + IDM_GDBM_BUCKET_BITS, 1);
}

static void
split_span(struct image *image)
{
	uint64_t dir = idm_gdbm_load_64(image->data + IDM_GDBM_DIR);

	set_32(image, dir + 8, (uint32_t)dir);
}

static void
lose_bucket(struct image *image)
{
	uint64_t dir = idm_gdbm_load_64(image->data + IDM_GDBM_DIR);

	set_32(image, dir + 4, 1);
}

static void
free_too_much(struct image *image)
{
	set_32(image, bucket_of(image) + IDM_GDBM_BUCKET_PIECES, 7);
}

static void
free_what_is_used(struct image *image)
{
	uint64_t piece = bucket_of(image) + IDM_GDBM_BUCKET_FREE;

	set_32(image, bucket_of(image) + IDM_GDBM_BUCKET_PIECES, 1);
	set_32(image, piece + IDM_GDBM_PIECE_SIZE, 100);
	set_32(image, piece + IDM_GDBM_PIECE_AT, 0);
	set_32(image, piece + IDM_GDBM_PIECE_AT + 4, 0);
}

static void
free_list_outside(struct image *image)
{
	set_32(
	    image, idm_gdbm_free_list(image->data) + IDM_GDBM_FREE_NEXT + 4, 1);
}

static void
free_list_round(struct image *image)
{
	uint64_t list = idm_gdbm_free_list(image->data);

	set_32(image, list + IDM_GDBM_FREE_NEXT, (uint32_t)list);
}

static const struct {
	void (*damage)(struct image *);
	const char *why;
} file_damages[] = {
	{ cut, "file is cut short: " },
	{ lengthen, "file has 16 bytes behind its end" },
	{ miscount, "says 99 records, has 11" },
	{ overlap, "overlaps the record at" },
	{ move_outside, ": ends outside the file" },
	{ move_into_header, "record at 100: overlaps the header at 0" },
	{ change_start, "has a record whose key begins otherwise" },
	{ change_hash, "a lookup of its key does not find it" },
	{ change_bits, "has 31 bits of" },
	{ change_span, "overlaps the bucket at" },
	{ split_span, "does not lead to the bucket at" },
	{ lose_bucket, "bucket at 429496" },
	{ free_too_much, "says it has 7 free pieces" },
	{ free_what_is_used, "overlaps the header at 0" },
	{ free_list_outside, ": outside the file" },
	{ free_list_round, ": longer than the file" },
};

static struct image
read_image(void)
{
	int fd = open("map", O_RDONLY);
	struct image image;
	struct stat st;

	assert_int_not_equal(fd, -1);
	assert_int_equal(fstat(fd, &st), 0);
	image.len = (size_t)st.st_size;
	image.data = malloc(image.len);
	assert_non_null(image.data);
	assert_int_equal(read(fd, image.data, image.len), image.len);
	assert_int_equal(close(fd), 0);
	return image;
}

static struct image
small_image(void)
{
	struct idm_header header = raw_header;
	struct raw raw;
	char key[32];

	header.records = 11;
	raw = raw_begin("map", &header);
	for (int i = 0; i < 10; i++) {
		assert_true(snprintf(key, sizeof(key), "s/x/e/n!%d", i) > 0);
		raw_put(&raw, key, "E1\0\1\0f", 6);
	}
	raw_publish(&raw);
	return read_image();
}

static void
write_image(const struct image *image)
{
	int fd = open("map", O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, image->data, image->len), image->len);
	assert_int_equal(close(fd), 0);
}

static void
test_each_damage_of_the_file_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(file_damages); i++) {
		struct image image = small_image();

		file_damages[i].damage(&image);
		write_image(&image);
		assert_finds("map", IDM_MAP_POLICY, file_damages[i].why);
		free(image.data);
	}
	assert_int_equal(unlink("map"), 0);
}

/*
 * Sixteen megabytes of directory that lead to one small bucket, which says it
 * stands for all of them.  To look at all from each place would take long,
 * and with a gigabyte of it days.
 */
static void
test_a_directory_that_is_wrong_everywhere(void **state)
{
	static const uint64_t entries = UINT64_C(1) << 21;
	struct raw raw = raw_empty("map", 512, 0);
	struct image image;
	uint64_t bucket, dir;

	(void)state;
	raw_put_header(&raw, &raw_header);
	raw_publish(&raw);
	image = read_image();
	bucket = bucket_of(&image);
	set_32(&image, bucket + IDM_GDBM_BUCKET_BITS, 0);
	dir = image.len;
	image.len += 8 * entries;
	image.data = realloc(image.data, image.len);
	assert_non_null(image.data);
	for (uint64_t i = 0; i < entries; i++) {
		set_32(&image, dir + 8 * i, (uint32_t)bucket);
		set_32(&image, dir + 8 * i + 4, 0);
	}
	set_32(&image, dir + 4, 1); /* the first leads nowhere */
	set_32(&image, IDM_GDBM_DIR, (uint32_t)dir);
	set_32(&image, IDM_GDBM_DIR_SIZE, (uint32_t)(8 * entries));
	set_32(&image, IDM_GDBM_DIR_BITS, 21);
	write_image(&image);
	assert_finds("map", IDM_MAP_POLICY, "as its bits say");
	free(image.data);
	assert_int_equal(unlink("map"), 0);
}

/* Whatever byte is changed: the check ends, and looks at nothing outside. */
static void
test_a_byte_changed_anywhere_does_no_harm(void **state)
{
	static const unsigned char change[] = { 0x01, 0x80, 0xff };
	struct image image = small_image();
	uid_t owner = getuid();

	(void)state;
	for (size_t i = 0; i < image.len * IDM_COUNTOF(change); i++) {
		size_t at = i / IDM_COUNTOF(change);
		struct findings findings = { .len = 0 };
		struct idm_verify_report report = { keep, &findings, 0, 0 };
		struct idm_view *view = NULL;
		struct idm_err err;

		image.data[at] ^= change[i % IDM_COUNTOF(change)];
		write_image(&image);
		if (idm_view_open("map", IDM_MAP_POLICY, &owner, 1, &view,
			&err) == IDM_OK)
			assert_good(idm_verify(view, &report, &err), err);
		idm_view_close(&view);
		image.data[at] ^= change[i % IDM_COUNTOF(change)];
	}
	free(image.data);
	assert_int_equal(unlink("map"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_nothing_is_found_in_sound_maps, make_maps,
		    remove_maps),
		cmocka_unit_test_setup_teardown(
		    test_nothing_is_found_after_many_edits, make_maps,
		    remove_maps),
		cmocka_unit_test(test_each_wrong_record_is_found),
		cmocka_unit_test(test_nothing_is_found_in_files_of_libgdbm),
		cmocka_unit_test(test_each_damage_of_the_file_is_found),
		cmocka_unit_test(test_a_directory_that_is_wrong_everywhere),
		cmocka_unit_test(test_a_byte_changed_anywhere_does_no_harm),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
