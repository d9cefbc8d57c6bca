/*
 * A disk that is full, to the page, and one that is read-only: the reason is
 * told, the map in place stays as it was, and nothing is left beside it.
 */

#include <sys/mount.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/fixture.h"
#include "tests/unit.h"

#include "map/edit.h"

#define PAGE    4096
#define ENTRIES 600

static const struct idm_ruleset_name scheme = { IDM_RULESET_SCHEME, "corp" };

static struct fixture fixture;
static bool is_private; /* mounts are ours alone */

static const char *
path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", fixture.dir, name);
	return path;
}

/* A small file system of its own, with a map in it. */
static int
make_disk(void **state)
{
	static char text[ENTRIES][32];
	static struct fixture_entry entry[ENTRIES];
	struct fixture_ruleset ruleset = { FIXTURE_SCHEME(
	    "corp", "M2!M1", entry) };

	(void)state;
	if (!is_private)
		return 0;
	fixture_make(&fixture, geteuid());
	if (mount("tmpfs", fixture.dir, "tmpfs", 0, "size=1m,mode=0755") == -1)
		return -1;
	for (int i = 0; i < ENTRIES; i++) {
		(void)snprintf(text[i], sizeof(text[i]), "host!u%d", i);
		entry[i] = (struct fixture_entry){ text[i], "foo", 0 };
	}
	fixture_install(&fixture, &ruleset);
	return 0;
}

static int
remove_disk(void **state)
{
	(void)state;
	if (!is_private)
		return 0;
	if (umount2(fixture.dir, MNT_DETACH) == -1)
		return -1;
	fixture_remove(&fixture);
	return 0;
}

static void
need_mounts(void)
{
	if (!is_private)
		skip();
}

/* Fill the disk up, but for so many pages. */
static void
leave_pages(unsigned pages)
{
	static const char zeros[PAGE];
	int fd = open(path_of("filler"), O_WRONLY | O_CREAT | O_APPEND, 0600);
	struct stat st;

	assert_int_not_equal(fd, -1);
	while (write(fd, zeros, sizeof(zeros)) == sizeof(zeros))
		continue;
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(ftruncate(fd, st.st_size - (off_t)pages * PAGE), 0);
	assert_int_equal(close(fd), 0);
}

/* What an update replaces: one entry, by copying, or all, by building. */
typedef enum idm_status change(struct idm_rewrite *, struct idm_err *);

static enum idm_status
add_one(struct idm_rewrite *rewrite, struct idm_err *err)
{
	struct idm_entry entry = {
		.remote = idm_str_of("new!entry"),
		.target = idm_str_of("foo"),
	};
	bool unchanged;

	return idm_edit_add(rewrite, scheme, &entry, &unchanged, err);
}

static enum idm_status
replace_all(struct idm_rewrite *rewrite, struct idm_err *err)
{
	struct idm_entries entries;
	enum idm_status status;

	status = idm_entries_load(
	    idm_rewrite_view(rewrite), scheme, &entries, err);
	if (status != IDM_OK)
		return status;
	status = idm_edit_replace(
	    rewrite, scheme, entries.entry, entries.n, err);
	idm_entries_free(&entries);
	return status;
}

static enum idm_status
begin(struct idm_rewrite **rewrite, struct idm_err *err)
{
	return idm_rewrite_begin(fixture.dir, "map.gdbm", IDM_MAP_POLICY,
	    fixture.owner, false, 0, rewrite, err);
}

static enum idm_status
update(change *what, struct idm_err *err)
{
	struct idm_rewrite *rewrite = NULL;
	enum idm_status status = begin(&rewrite, err);

	if (status == IDM_OK)
		status = what(rewrite, err);
	if (status == IDM_OK)
		status = idm_rewrite_commit(rewrite, NULL, NULL, err);
	idm_rewrite_end(&rewrite);
	return status;
}

/* The generation of the map in place, which must be whole. */
static uint64_t
generation_of_whole_map(void)
{
	struct idm_view *view = NULL;
	struct idm_walk walk = { 0 };
	struct idm_str key, value;
	uint64_t generation, n = 0;
	struct idm_err err;

	assert_good(idm_view_open(path_of("map.gdbm"), IDM_MAP_POLICY,
			&fixture.owner, 1, &view, &err),
	    err);
	while (idm_view_next(view, &walk, &key, &value, &err) == IDM_OK)
		n++;
	assert_int_equal(n, idm_view_header(view)->records);
	generation = idm_view_header(view)->generation;
	idm_view_close(&view);
	return generation;
}

static void
fill_to_the_page(change *what)
{
	uint64_t before = generation_of_whole_map();
	enum idm_status status = IDM_SYSTEM;
	unsigned failures = 0;

	for (unsigned pages = 0; status != IDM_OK; pages++) {
		struct idm_err err = { 0 };

		leave_pages(pages);
		status = update(what, &err);
		assert_int_equal(access(path_of(".map.gdbm.new"), F_OK), -1);
		if (status == IDM_OK)
			break;
		assert_int_equal(status, IDM_SYSTEM);
		assert_non_null(strstr(err.text, path_of("map.gdbm")));
		assert_non_null(strstr(err.text, "No space left on device"));
		assert_int_equal(generation_of_whole_map(), before);
		failures++;
	}
	assert_int_equal(generation_of_whole_map(), before + 1);
	/* The file has so many pages and more. */
	assert_true(failures > 15);
}

static void
test_a_full_disk_while_copying(void **state)
{
	(void)state;
	need_mounts();
	fill_to_the_page(add_one);
}

static void
test_a_full_disk_while_building(void **state)
{
	(void)state;
	need_mounts();
	fill_to_the_page(replace_all);
}

static void
remount(unsigned long flags)
{
	assert_int_equal(
	    mount(NULL, fixture.dir, NULL, MS_REMOUNT | MS_BIND | flags, NULL),
	    0);
}

static void
test_a_read_only_file_system(void **state)
{
	struct idm_err err;
	uint64_t before;

	(void)state;
	need_mounts();
	before = generation_of_whole_map();
	remount(MS_RDONLY);
	assert_fails(update(add_one, &err), IDM_SYSTEM, err,
	    "open .map.gdbm.lock: Read-only file system");
	assert_non_null(strstr(err.text, fixture.dir));
	assert_int_equal(generation_of_whole_map(), before);
}

int
main(void)
{
#define ON_A_DISK(test)                                                        \
	cmocka_unit_test_setup_teardown(test, make_disk, remove_disk)
	const struct CMUnitTest tests[] = {
		ON_A_DISK(test_a_full_disk_while_copying),
		ON_A_DISK(test_a_full_disk_while_building),
		ON_A_DISK(test_a_read_only_file_system),
	};

	is_private = geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
