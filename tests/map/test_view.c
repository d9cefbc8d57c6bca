#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit.h"

#include "map/view.h"
#include "tests/map/raw.h"

static char dir[] = "/tmp/idm-view-XXXXXX";

static int
enter_folder(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL || chdir(dir) == -1;
}

static int
leave_folder(void **state)
{
	(void)state;
	(void)unlink("map");
	return chdir("/") == -1 || rmdir(dir) == -1;
}

static enum idm_status
try_open(enum idm_map_kind kind, struct idm_view **view, struct idm_err *err)
{
	uid_t owner = getuid();

	return idm_view_open("map", kind, &owner, 1, view, err);
}

static struct idm_view *
open_view(void)
{
	struct idm_view *view = NULL;
	struct idm_err err;

	assert_good(try_open(IDM_MAP_POLICY, &view, &err), err);
	return view;
}

/* ---- The view and libgdbm, record by record. */

/* One of many different keys: short, long, with high bytes, with NULs. */
static size_t
make_key(char key[static 600], unsigned n)
{
	size_t len = (size_t)snprintf(key, 600, "%u", n);

	for (unsigned i = n % 97; i > 0; i--)
		key[len++] = (char)(n * 31 + i * 7);
	if (n % 211 == 0) {
		memset(key + len, (int)n, 400);
		len += 400;
	}
	return len;
}

/* Store n records and delete every third. */
static void
fill(struct raw *raw, unsigned n)
{
	char key[600], value[9000];

	for (unsigned i = 0; i < n; i++) {
		size_t len = make_key(key, i);
		size_t size = i % 503 == 0 ? sizeof(value) : i % 61;

		memset(value, (int)i, size);
		raw_store(raw, key, len, value, size);
	}
	for (unsigned i = 0; i < n; i += 3) {
		size_t len = make_key(key, i);

		assert_int_equal(gdbm_delete(raw->db, raw_datum(key, len)), 0);
	}
}

static void
assert_same_value(const struct idm_str *value, GDBM_FILE db, datum key)
{
	datum found = gdbm_fetch(db, key);

	assert_non_null(found.dptr);
	assert_int_equal(value->len, found.dsize);
	assert_memory_equal(value->data, found.dptr, value->len);
	free(found.dptr);
}

/* What libgdbm has, the view finds. */
static void
assert_has_all(const struct idm_view *view, GDBM_FILE db)
{
	datum key = gdbm_firstkey(db);

	while (key.dptr != NULL) {
		struct idm_str value;
		datum next;

		assert_int_equal(
		    idm_view_get_raw(view, key.dptr, (size_t)key.dsize, &value),
		    IDM_OK);
		assert_same_value(&value, db, key);
		next = gdbm_nextkey(db, key);
		free(key.dptr);
		key = next;
	}
}

/* A walk yields what libgdbm has, each record once. */
static void
assert_walks_all(const struct idm_view *view, GDBM_FILE db)
{
	struct idm_walk walk = { 0 };
	struct idm_str key, value;
	struct idm_err err;
	enum idm_status st;
	gdbm_count_t count;
	size_t walked = 0;

	while (
	    (st = idm_view_next(view, &walk, &key, &value, &err)) == IDM_OK) {
		assert_same_value(&value, db, raw_datum(key.data, key.len));
		walked++;
	}
	assert_int_equal(st, IDM_NOTFOUND);
	assert_int_equal(gdbm_count(db, &count), 0);
	assert_int_equal(walked, count);
	/* The end stays the end. */
	assert_int_equal(
	    idm_view_next(view, &walk, &key, &value, &err), IDM_NOTFOUND);
}

static void
compare_with_libgdbm(int block_size, int flags, unsigned n)
{
	struct raw raw = raw_empty("map", block_size, flags);
	struct idm_view *view;
	struct idm_str value;
	char key[600];

	raw_put_header(&raw, &raw_header);
	fill(&raw, n);
	raw_publish(&raw);
	raw.db = gdbm_open("map", 0, GDBM_READER | GDBM_NOLOCK, 0, NULL);
	assert_non_null(raw.db);
	view = open_view();
	assert_has_all(view, raw.db);
	assert_walks_all(view, raw.db);
	for (unsigned i = 0; i < n; i += 3) {
		size_t len = make_key(key, i);

		assert_int_equal(
		    idm_view_get_raw(view, key, len, &value), IDM_NOTFOUND);
	}
	idm_view_close(&view);
	assert_null(view);
	assert_int_equal(gdbm_close(raw.db), 0);
}

static void
test_the_view_agrees_with_libgdbm(void **state)
{
	static const int flags[] = { 0, GDBM_NUMSYNC, GDBM_NOMMAP };
	static const int size[] = { 0, 512, 1000, 4096, 16384, 65536, 1 << 20 };
	static const unsigned n[] = { 0, 1, 40, 3000 };

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(size); i++) {
		for (size_t j = 0; j < IDM_COUNTOF(flags); j++) {
			for (size_t k = 0; k < IDM_COUNTOF(n); k++)
				compare_with_libgdbm(size[i], flags[j], n[k]);
		}
	}
	compare_with_libgdbm(IDM_MAP_BLOCK, 0, 50000);
}

/* ---- Keys and header of ours. */

static void
test_a_key_is_found_without_its_end(void **state)
{
	struct raw raw = raw_begin("map", &raw_header);
	static char longest[IDM_KEY_MAX];
	struct idm_view *view;
	struct idm_str value;

	(void)state;
	memset(longest, 'k', IDM_KEY_MAX - 9);
	raw_put(&raw, "s/x", "value", 5);
	raw_put(&raw, "", "empty", 5);
	raw_put(&raw, longest, "long", 4);
	raw_publish(&raw);
	view = open_view();
	assert_int_equal(idm_view_get(view, "s/x", 3, &value), IDM_OK);
	assert_true(idm_str_is(value, "value"));
	assert_int_equal(idm_view_get(view, "s/x", 0, &value), IDM_OK);
	assert_true(idm_str_is(value, "empty"));
	assert_int_equal(
	    idm_view_get(view, longest, IDM_KEY_MAX - 9, &value), IDM_OK);
	assert_true(idm_str_is(value, "long"));

	assert_int_equal(idm_view_get(view, "s/y", 3, &value), IDM_NOTFOUND);
	assert_int_equal(
	    idm_view_get(view, IDM_HEADER_KEY, 5, &value), IDM_NOTFOUND);
	/* One byte longer than a key may be, and much longer. */
	assert_int_equal(
	    idm_view_get(view, longest, IDM_KEY_MAX - 8, &value), IDM_NOTFOUND);
	assert_int_equal(
	    idm_view_get(view, longest, IDM_KEY_MAX, &value), IDM_NOTFOUND);
	assert_true(idm_str_is(value, "long")); /* untouched */
	idm_view_close(&view);
}

static void
test_the_header_and_the_file_are_told(void **state)
{
	struct raw raw = raw_begin("map", &raw_header);
	const struct idm_header *header;
	struct idm_view *view;
	struct stat st;

	(void)state;
	raw_publish(&raw);
	view = open_view();
	header = idm_view_header(view);
	assert_true(header->generation == raw_header.generation);
	assert_memory_equal(
	    header->uuid, raw_header.uuid, sizeof(header->uuid));
	assert_int_equal(stat("map", &st), 0);
	assert_int_equal(idm_view_stat(view)->st_ino, st.st_ino);
	assert_int_equal(idm_view_stat(view)->st_size, st.st_size);
	idm_view_close(&view);
}

static unsigned
count_descriptors(void)
{
	DIR *fds = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(fds);
	while (readdir(fds) != NULL)
		n++;
	assert_int_equal(closedir(fds), 0);
	return n;
}

static void
test_no_descriptor_stays_open(void **state)
{
	struct raw raw = raw_begin("map", &raw_header);
	struct idm_view *view = NULL;
	unsigned before = count_descriptors();
	struct idm_err err;

	(void)state;
	raw_publish(&raw);
	before = count_descriptors();
	view = open_view();
	assert_int_equal(count_descriptors(), before);
	idm_view_close(&view);
	assert_fails(try_open(IDM_MAP_USERS, &view, &err), IDM_CORRUPT, err,
	    "map: map file of kind 'M', not 'U'");
	assert_null(view); /* untouched */
	assert_int_equal(count_descriptors(), before);
}

/* ---- Files that are refused. */

static void
write_file(const void *data, size_t len)
{
	int fd = open("map", O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, data, len), len);
	assert_int_equal(close(fd), 0);
}

/* A file of ours as bytes, for damaging them. */
struct image {
	unsigned char *data;
	size_t len;
};

static struct image
read_image(void)
{
	struct image image;
	struct stat st;
	int fd = open("map", O_RDONLY);

	assert_int_not_equal(fd, -1);
	assert_int_equal(fstat(fd, &st), 0);
	image.len = (size_t)st.st_size;
	image.data = malloc(image.len);
	assert_non_null(image.data);
	assert_int_equal(read(fd, image.data, image.len), image.len);
	assert_int_equal(close(fd), 0);
	return image;
}

/* Ten small records in blocks of 512 bytes: two kilobytes or three. */
static struct image
small_image(void)
{
	struct raw raw = raw_begin("map", &raw_header);
	char key[32];

	for (int i = 0; i < 10; i++) {
		assert_true(snprintf(key, sizeof(key), "s/x/e/%d", i) > 0);
		raw_put(&raw, key, "0123456789", (size_t)i);
	}
	raw_publish(&raw);
	return read_image();
}

static void
set_32(unsigned char *at, uint32_t value)
{
	value = htole32(value);
	memcpy(at, &value, sizeof(value));
}

static uint32_t
get_32(const unsigned char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return le32toh(value);
}

/* A 32-bit number of the file's header changed, and what is said then. */
static const struct {
	size_t offset;
	uint32_t value;
	const char *why;
} damages[] = {
	{ 0, 0x13579acd, "GDBM file with 32-bit offsets" },
	{ 0, 0x13579ad0, "GDBM file with 32-bit offsets" },
	{ 0, 0x13579ace, "GDBM file older than GDBM 1.9" },
	{ 0, 0xcf9a5713, "GDBM file of a big-endian machine" },
	{ 0, 0xd19a5713, "GDBM file of a big-endian machine" },
	{ 0, 0xcd9a5713, "GDBM file of a big-endian machine" },
	{ 0, 0x464c457f, "not a GDBM file" },
	{ 4, 0, "damaged: block size out of range" },
	{ 4, 1u << 21, "damaged: block size out of range" },
	{ 4, 1024, "damaged: block size out of range" },
	{ 24, 1024, "damaged: block size out of range" },
	{ 28, 0, "damaged: bucket size out of range" },
	{ 28, 17, "damaged: bucket size out of range" },
	{ 28, 0xffffffff, "damaged: bucket size out of range" },
	{ 16, 1024, "damaged: directory size out of range" },
	{ 20, 5, "damaged: directory size out of range" },
	{ 20, 32, "damaged: directory size out of range" },
	{ 20, 0xffffffff, "damaged: directory size out of range" },
	{ 8, 0xfffff000, "damaged: directory outside the file" },
	{ 12, 0xffffffff, "damaged: directory outside the file" },
};

static void
test_each_damage_of_the_header_has_its_reason(void **state)
{
	struct image image = small_image();
	struct idm_view *view = NULL;

	(void)state;
	assert_int_equal(get_32(image.data + 4), 512);
	assert_int_equal(get_32(image.data + 28), 16);
	for (size_t i = 0; i < IDM_COUNTOF(damages); i++) {
		unsigned char *at = image.data + damages[i].offset;
		uint32_t saved = get_32(at);
		struct idm_err err;

		set_32(at, damages[i].value);
		write_file(image.data, image.len);
		assert_fails(try_open(IDM_MAP_POLICY, &view, &err), IDM_CORRUPT,
		    err, damages[i].why);
		set_32(at, saved);
	}
	free(image.data);
}

static void
test_files_that_are_no_map_are_refused(void **state)
{
	struct raw raw = raw_empty("map", 512, 0);
	struct idm_view *view = NULL;
	struct idm_header header = raw_header;
	struct idm_err err;

	(void)state;
	raw_publish(&raw);
	assert_fails(try_open(IDM_MAP_POLICY, &view, &err), IDM_CORRUPT, err,
	    "map: not a map file: no 'idmap' record");
	raw = raw_empty("map", 512, 0);
	raw_store(&raw, IDM_HEADER_KEY, strlen(IDM_HEADER_KEY), "no", 2);
	raw_publish(&raw);
	assert_fails(try_open(IDM_MAP_POLICY, &view, &err), IDM_CORRUPT, err,
	    "map: 'idmap' record: record is of kind");
	header.major = IDM_MAP_MAJOR + 1;
	raw = raw_begin("map", &header);
	raw_publish(&raw);
	assert_fails(try_open(IDM_MAP_POLICY, &view, &err), IDM_CORRUPT, err,
	    "map: 'idmap' record: file of format 2.0, this program reads 1");
	write_file("", 0);
	assert_fails(try_open(IDM_MAP_POLICY, &view, &err), IDM_CORRUPT, err,
	    "map: not a GDBM file: empty");
	write_file("!M2!M1\nnot a map", 16);
	assert_fails(try_open(IDM_MAP_POLICY, &view, &err), IDM_CORRUPT, err,
	    "map: not a GDBM file: only 16 bytes long");
}

static void
test_files_of_others_are_refused(void **state)
{
	struct raw raw = raw_begin("map", &raw_header);
	uid_t other = getuid() + 1;
	struct idm_view *view = NULL;
	struct idm_err err;

	(void)state;
	raw_publish(&raw);
	assert_fails(
	    idm_view_open("map", IDM_MAP_POLICY, &other, 1, &view, &err),
	    IDM_DENIED, err, "map: owned by uid");
	assert_fails(
	    idm_view_open("map", IDM_MAP_POLICY, &other, 0, &view, &err),
	    IDM_DENIED, err, "map: owned by uid");
	assert_int_equal(chmod("map", 0664), 0);
	assert_fails(try_open(IDM_MAP_POLICY, &view, &err), IDM_DENIED, err,
	    "map: mode 0664 lets others write it");
	assert_int_equal(rename("map", "target"), 0);
	assert_int_equal(symlink("target", "map"), 0);
	assert_fails(try_open(IDM_MAP_POLICY, &view, &err), IDM_DENIED, err,
	    "map: is a symbolic link");
	assert_int_equal(unlink("map"), 0);
	assert_int_equal(unlink("target"), 0);
	assert_fails(try_open(IDM_MAP_POLICY, &view, &err), IDM_NOTFOUND, err,
	    "map: no such file");
}

/* ---- Files that are damaged anywhere. */

/* Touch every byte that is lent, so that one outside the mapping is a fault. */
static unsigned
touch(struct idm_str str)
{
	unsigned sum = 0;

	for (size_t i = 0; i < str.len; i++)
		sum += (unsigned char)str.data[i];
	return sum;
}

/* Walk and look up everything; end, and lend only what is in the file. */
static void
exercise(const struct idm_view *view, size_t file_len)
{
	struct idm_walk walk = { 0 };
	struct idm_str key, value;
	struct idm_err err;
	enum idm_status st;
	size_t steps = 0;
	char name[32];

	while ((st = idm_view_next(view, &walk, &key, &value, &err)) !=
	    IDM_NOTFOUND) {
		assert_true(st == IDM_OK || st == IDM_CORRUPT);
		assert_true(steps++ < file_len);
		if (st == IDM_OK)
			(void)(touch(key) + touch(value));
	}
	for (int i = 0; i < 12; i++) {
		int len = snprintf(name, sizeof(name), "s/x/e/%d", i);

		st = idm_view_get(view, name, (size_t)len, &value);
		if (st == IDM_OK)
			(void)touch(value);
	}
}

static void
test_a_file_cut_anywhere_yields_no_wrong_answer(void **state)
{
	struct image image = small_image();

	(void)state;
	for (size_t len = 0; len < image.len; len++) {
		struct idm_view *view = NULL;
		struct idm_str value;
		struct idm_err err;

		write_file(image.data, len);
		if (try_open(IDM_MAP_POLICY, &view, &err) != IDM_OK) {
			assert_int_equal(err.status, IDM_CORRUPT);
			continue;
		}
		exercise(view, len);
		for (int i = 0; i < 10; i++) {
			char key[32];
			int n = snprintf(key, sizeof(key), "s/x/e/%d", i);
			enum idm_status st = idm_view_get(
			    view, key, (size_t)n, &value);

			if (st != IDM_OK) {
				assert_int_equal(st, IDM_CORRUPT);
				continue;
			}
			assert_int_equal(value.len, i);
			assert_memory_equal(
			    value.data, "0123456789", value.len);
		}
		idm_view_close(&view);
	}
	free(image.data);
}

static void
test_a_byte_changed_anywhere_does_no_harm(void **state)
{
	static const unsigned char change[] = { 0x01, 0x80, 0xff };
	struct image image = small_image();

	(void)state;
	for (size_t i = 0; i < image.len * IDM_COUNTOF(change); i++) {
		size_t at = i / IDM_COUNTOF(change);
		struct idm_view *view = NULL;
		struct idm_err err;

		image.data[at] ^= change[i % IDM_COUNTOF(change)];
		write_file(image.data, image.len);
		if (try_open(IDM_MAP_POLICY, &view, &err) == IDM_OK)
			exercise(view, image.len);
		else
			assert_int_equal(err.status, IDM_CORRUPT);
		idm_view_close(&view);
		image.data[at] ^= change[i % IDM_COUNTOF(change)];
	}
	free(image.data);
}

/*
 * Every place of a large directory leads to the same bucket, which says that
 * it stands for that place alone and has one record, far behind.
 */
static void
test_a_directory_of_references_to_one_bucket_ends(void **state)
{
	struct image image = small_image();
	uint32_t dir_at = get_32(image.data + 8);
	uint32_t bucket_at = get_32(image.data + dir_at);
	uint32_t bits = get_32(image.data + 20);
	struct idm_view *view;
	struct idm_walk walk = { 0 };
	struct idm_str key, value;
	struct idm_err err;
	enum idm_status st;
	bool said = false;

	(void)state;
	assert_int_equal(get_32(image.data + bucket_at + 104), 0);
	set_32(image.data + bucket_at + 104, bits);
	write_file(image.data, image.len);
	view = open_view();
	while ((st = idm_view_next(view, &walk, &key, &value, &err)) !=
	    IDM_NOTFOUND) {
		if (st == IDM_CORRUPT)
			said = strstr(err.text, "more buckets than fit") !=
			    NULL;
	}
	assert_true(said); /* and it was the last that was said */
	idm_view_close(&view);
	free(image.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_view_agrees_with_libgdbm),
		cmocka_unit_test(test_a_key_is_found_without_its_end),
		cmocka_unit_test(test_the_header_and_the_file_are_told),
		cmocka_unit_test(test_no_descriptor_stays_open),
		cmocka_unit_test(test_each_damage_of_the_header_has_its_reason),
		cmocka_unit_test(test_files_that_are_no_map_are_refused),
		cmocka_unit_test(test_files_of_others_are_refused),
		cmocka_unit_test(
		    test_a_file_cut_anywhere_yields_no_wrong_answer),
		cmocka_unit_test(test_a_byte_changed_anywhere_does_no_harm),
		cmocka_unit_test(
		    test_a_directory_of_references_to_one_bucket_ends),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
