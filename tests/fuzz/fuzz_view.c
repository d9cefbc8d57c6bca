#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#include "map/image.h"
#include "map/verify.h"
#include "map/view.h"

/*
 * The first byte says what the file is: even, the bytes that follow; odd, a
 * sound file that they change.  Of those the first three are the length to
 * which it is cut, then comes one change after another: an offset of three
 * bytes and four bytes to put there.
 */
enum { LENGTH = 3, CHANGE = 7, SOUND_MAX = 1 << 20 };

static char dir[] = "/tmp/idm-fuzz-XXXXXX";
static char path[sizeof(dir) + 8];
static int file = -1;
static uint8_t *sound;
static size_t sound_len;

/* What is lent lies in the file. */
static void
assert_inside(const struct idm_view *view, struct idm_str lent)
{
	struct idm_str bytes = idm_view_bytes(view);

	if (lent.data < bytes.data || lent.len > bytes.len ||
	    (size_t)(lent.data - bytes.data) > bytes.len - lent.len)
		abort();
}

static void
look_up(const struct idm_view *view, const char *key)
{
	struct idm_str value;

	if (idm_view_get(view, key, strlen(key), &value) == IDM_OK)
		assert_inside(view, value);
}

static void
walk(const struct idm_view *view)
{
	struct idm_walk at = { 0 };
	struct idm_str key, value;
	enum idm_status st;
	size_t steps = 0;

	while ((st = idm_view_next(view, &at, &key, &value, NULL)) !=
	    IDM_NOTFOUND) {
		/* An element has 24 bytes, a place of the directory 8. */
		if (steps++ > idm_view_bytes(view).len / 6)
			abort();
		if (st != IDM_OK)
			continue;
		assert_inside(view, key);
		assert_inside(view, value);
		if (key.len <= IDM_KEY_MAX &&
		    idm_view_get_raw(view, key.data, key.len, &value) == IDM_OK)
			assert_inside(view, value);
	}
}

static void
pass_over(void *context, const char *text)
{
	(void)context;
	(void)text;
}

static void
clean_up(void)
{
	(void)unlink(path);
	(void)rmdir(dir);
}

/* A map of a few records, the same in every run. */
static void
make_sound(void)
{
	struct idm_header header = {
		.major = IDM_MAP_MAJOR,
		.kind = IDM_MAP_POLICY,
		.seed = "always the same",
		.records = 6,
	};
	static const char scheme[] = "S1s\0\0........\3\0\0\0\0\0\0\0\1\0\0\0"
				     "\5\0M2!M1\1\0\0\0" /* one shape: */
				     "\0\0\0\0\1\0\0\0\2\0\0\0\0\1\0\0\0"
				     "\0\0\0\0\0\0\0\0\0";
	struct idm_image_record records[] = {
		{ "rulesets", "L1\1\0\0\0\3\0s/x", 8, 11, 0, false },
		{ "s/x", scheme, 3, sizeof(scheme) - 1, 0, false },
		{ "s/x/e/h!a", "E1\0\3\0foo", 9, 8, 0, false },
		{ "s/x/e/h!b", "E1\1\3\0bar", 9, 8, 0, false },
		{ "s/x/p/0/0:0:1:c", "B1\1\0\0\0\0\3\0*!c\2\0%1", 15, 16, 0,
		    false },
	};
	struct idm_image_job job = {
		.header = &header,
		.record = records,
		.n = IDM_COUNTOF(records),
	};
	struct stat st;

	if (idm_image_build(file, &job, NULL) != IDM_OK ||
	    fstat(file, &st) == -1)
		abort();
	sound_len = (size_t)st.st_size;
	sound = malloc(sound_len);
	if (sound == NULL ||
	    pread(file, sound, sound_len, 0) != (ssize_t)sound_len)
		abort();
}

/* How much is found in the file; -1: it is refused. */
static int
verify_file(void)
{
	struct idm_verify_report report = { .finding = pass_over };
	uid_t owner = getuid();
	struct idm_view *view = NULL;

	if (idm_view_open(path, IDM_MAP_POLICY, &owner, 1, &view, NULL) !=
	    IDM_OK)
		return -1;
	look_up(view, "");
	look_up(view, "rulesets");
	look_up(view, "s/x/e/h!a");
	walk(view);
	if (idm_verify(view, &report, NULL) != IDM_OK)
		abort();
	(void)idm_view_free(view);
	idm_view_close(&view);
	return (int)report.findings;
}

static void
set_up(void)
{
	if (mkdtemp(dir) == NULL)
		abort();
	(void)snprintf(path, sizeof(path), "%s/map", dir);
	file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (file == -1 || atexit(clean_up) != 0)
		abort();
	make_sound();
	/* A base that is refused, or half looked at, would fuzz little. */
	if (verify_file() != 0)
		abort();
}

static void
write_file(const uint8_t *data, size_t len)
{
	if (ftruncate(file, 0) == -1 ||
	    pwrite(file, data, len, 0) != (ssize_t)len)
		abort();
}

static size_t
number_of(const uint8_t *data)
{
	return (size_t)data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16;
}

static void
write_changed(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(sound_len);
	size_t cut = sound_len;

	if (copy == NULL)
		abort();
	memcpy(copy, sound, sound_len);
	if (len >= LENGTH) {
		if (number_of(data) < cut)
			cut = number_of(data);
		data += LENGTH;
		len -= LENGTH;
	}
	for (; len >= CHANGE; data += CHANGE, len -= CHANGE) {
		size_t at = number_of(data);

		if (at + 4 <= sound_len)
			memcpy(copy + at, data + 3, 4);
	}
	write_file(copy, cut);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (file == -1)
		set_up();
	if (len == 0 || len > SOUND_MAX)
		return 0;
	if (data[0] % 2 == 0)
		write_file(data + 1, len - 1);
	else
		write_changed(data + 1, len - 1);
	(void)verify_file();
	return 0;
}
