/*
 * replay -- runs a fuzz target without a fuzzer, as a test.
 *
 * Every file of the target's corpus, tests/fuzz/corpus/NAME for fuzz_NAME, is
 * one case; a few thousand mutations of them, the same in every run, are one
 * more.  The input at work is kept in a file, so that an input that kills the
 * process, by whatever means, is still there to be looked at:
 *
 *	fuzz_NAME FILE...	run these inputs instead, and nothing else
 */

#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#define MUTATIONS 4000      /* in all, shared out among the corpus */
#define GROWTH    4096      /* bytes that mutations may add to an input */
#define INPUT_MAX (1 << 20) /* bytes of a corpus file */
#define EDITS_MAX 6         /* edits that make one mutation */
#define HANGS     300       /* seconds after which something has got stuck */

struct input {
	unsigned char *data;
	size_t len;
};

/* The input at work, and the file that it is mapped from. */
static char witness_path[64];
static unsigned char *witness;
static int witness_fd;

static uint64_t
draw(uint64_t *state, uint64_t below)
{
	uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
	return (mixed ^ mixed >> 31) % below;
}

static void
open_witness(const char *target)
{
	(void)snprintf(
	    witness_path, sizeof(witness_path), "%s.witness", target);
	witness_fd = open(witness_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (witness_fd == -1)
		err(1, "%s", witness_path);
	witness = mmap(NULL, INPUT_MAX + GROWTH, PROT_READ | PROT_WRITE,
	    MAP_SHARED, witness_fd, 0);
	if (witness == MAP_FAILED)
		err(1, "%s", witness_path);
}

/* Keep the input, and its length as the file's. */
static void
keep(const unsigned char *data, size_t len)
{
	if (ftruncate(witness_fd, (off_t)len) == -1)
		err(1, "%s", witness_path);
	memcpy(witness, data, len);
}

static unsigned char *
allocate(size_t len)
{
	unsigned char *data = malloc(len > 0 ? len : 1);

	if (data == NULL)
		err(1, NULL);
	return data;
}

/* Run one input, from memory of just its size so that a sanitizer sees the
 * first byte read behind it. */
static void
run(const unsigned char *data, size_t len)
{
	unsigned char *copy = malloc(len);

	if (copy == NULL && len > 0)
		err(1, NULL);
	keep(data, len);
	if (len > 0)
		memcpy(copy, data, len);
	if (LLVMFuzzerTestOneInput(copy, len) != 0)
		errx(1, "the target did not return 0");
	free(copy);
}

static struct input
read_input(const char *path)
{
	struct input input = { .data = allocate(INPUT_MAX) };
	ssize_t got = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		err(1, "%s", path);
	while (
	    (got = read(fd, input.data + input.len, INPUT_MAX - input.len)) > 0)
		input.len += (size_t)got;
	if (got == -1)
		err(1, "%s", path);
	if (input.len == INPUT_MAX)
		errx(1, "%s: too large for a corpus", path);
	(void)close(fd);
	return input;
}

/* Open a gap of n random bytes at a random place. */
static void
insert(struct input *input, size_t room, uint64_t *seed)
{
	size_t at = draw(seed, input->len + 1);
	size_t n = 1 + draw(seed, 16);

	if (input->len + n > room)
		return;
	memmove(input->data + at + n, input->data + at, input->len - at);
	for (size_t i = 0; i < n; i++)
		input->data[at + i] = (unsigned char)draw(seed, 256);
	input->len += n;
}

static void delete (struct input *input, uint64_t *seed)
{
	size_t at = draw(seed, input->len);
	size_t n = 1 + draw(seed, input->len - at);

	memmove(input->data + at, input->data + at + n, input->len - at - n);
	input->len -= n;
}

/* Copy a piece of the other input over this one. */
static void
graft(struct input *input, const struct input *other, uint64_t *seed)
{
	size_t from = draw(seed, other->len);
	size_t at = draw(seed, input->len);
	size_t n = 1 + draw(seed, other->len - from);

	if (n > input->len - at)
		n = input->len - at;
	memcpy(input->data + at, other->data + from, n);
}

/* Overwrite one to eight bytes with a number on some edge. */
static void
write_edge(struct input *input, uint64_t *seed)
{
	static const uint64_t edges[] = { 0, 1, 0x7f, 0x80, 0xff, 0x7fff,
		0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, INT64_MAX,
		UINT64_MAX };
	uint64_t edge = edges[draw(seed, sizeof(edges) / sizeof(edges[0]))];
	size_t at = draw(seed, input->len);
	size_t n = (size_t)1 << draw(seed, 4);

	if (n > input->len - at)
		n = input->len - at;
	memcpy(input->data + at, &edge, n);
}

static void
edit(
    struct input *input, size_t room, const struct input *other, uint64_t *seed)
{
	uint64_t kind = draw(seed, 8);

	if (input->len == 0 || kind == 0)
		insert(input, room, seed);
	else if (kind == 1)
		delete (input, seed);
	else if (kind == 2 && other->len > 0)
		graft(input, other, seed);
	else if (kind == 3)
		write_edge(input, seed);
	else if (kind == 4)
		input->len = draw(seed, input->len + 1);
	else if (kind == 5)
		input->data[draw(seed, input->len)] = (unsigned char)draw(
		    seed, 256);
	else
		input->data[draw(seed, input->len)] ^= (unsigned char)(1u
		    << draw(seed, 8));
}

static void
run_mutations(const struct input *corpus, size_t count)
{
	unsigned char *data = allocate(INPUT_MAX + GROWTH);
	uint64_t seed = 1;

	for (size_t i = 0; i < MUTATIONS; i++) {
		const struct input *from = &corpus[i % count];
		const struct input *other = &corpus[draw(&seed, count)];
		struct input input = { data, from->len };

		memcpy(data, from->data, from->len);
		for (uint64_t n = 1 + draw(&seed, EDITS_MAX); n > 0; n--)
			edit(&input, from->len + GROWTH, other, &seed);
		run(input.data, input.len);
	}
	free(data);
}

static void
join(char path[static PATH_MAX], const char *folder, const char *name)
{
	if (snprintf(path, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
		errx(1, "%s/%s: name too long", folder, name);
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Run the corpus, a case for each file, and then what can be made of it. */
static void
run_corpus(const char *folder)
{
	struct dirent **names;
	struct input *corpus;
	int count = scandir(folder, &names, is_visible, alphasort);

	if (count == -1)
		err(1, "%s", folder);
	if (count == 0)
		errx(1, "%s: no inputs", folder);
	corpus = calloc((size_t)count, sizeof(*corpus));
	if (corpus == NULL)
		err(1, NULL);
	(void)printf("1..%d\n", count + 1);
	for (int i = 0; i < count; i++) {
		char path[PATH_MAX];

		join(path, folder, names[i]->d_name);
		corpus[i] = read_input(path);
		run(corpus[i].data, corpus[i].len);
		(void)printf("ok %d - %s\n", i + 1, names[i]->d_name);
		free(names[i]);
	}
	run_mutations(corpus, (size_t)count);
	(void)printf("ok %d - %d mutations\n", count + 1, MUTATIONS);
	for (int i = 0; i < count; i++)
		free(corpus[i].data);
	free(corpus);
	free(names);
}

int
main(int argc, char **argv)
{
	const char *target = strstr(program_invocation_short_name, "fuzz_");
	const char *top = getenv("top_srcdir");
	char folder[PATH_MAX];
	char corpus[PATH_MAX];

	if (target == NULL)
		errx(1, "the program's name does not contain fuzz_");
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	open_witness(target);
	(void)alarm(HANGS);
	if (argc > 1) {
		for (int i = 1; i < argc; i++) {
			struct input input = read_input(argv[i]);

			run(input.data, input.len);
			free(input.data);
		}
	} else {
		join(folder, top != NULL ? top : ".", "tests/fuzz/corpus");
		join(corpus, folder, target + strlen("fuzz_"));
		run_corpus(corpus);
	}
	(void)unlink(witness_path);
	return 0;
}
