#include <stdio.h>
#include <unistd.h>

#include "cli/progress.h"

struct cli_progress
cli_progress_begin(const char *what)
{
	struct cli_progress progress = {
		.what = what,
		.is_wanted = isatty(STDERR_FILENO) == 1,
	};

	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &progress.last);
	return progress;
}

static bool
is_due(struct cli_progress *progress)
{
	struct timespec now;
	int64_t passed;

	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	passed = (now.tv_sec - progress->last.tv_sec) * INT64_C(1000) +
	    (now.tv_nsec - progress->last.tv_nsec) / 1000000;
	if (passed < 500)
		return false;
	progress->last = now;
	return true;
}

void
cli_progress_show(void *context, uint64_t done, uint64_t total)
{
	struct cli_progress *progress = context;

	if (!progress->is_wanted || total == 0 || !is_due(progress))
		return;
	progress->is_shown = true;
	fprintf(stderr, "\r%s: %llu of %llu (%u %%)\033[K", progress->what,
	    (unsigned long long)done, (unsigned long long)total,
	    (unsigned)(done * 100 / total));
}

void
cli_progress_end(struct cli_progress *progress)
{
	if (progress->is_shown)
		fputs("\r\033[K", stderr);
	progress->is_shown = false;
}
