#include <errno.h>
#include <sys/mman.h>

#include "base/wiped.h"

void *
idm_wiped_make(_Atomic(void *) *place, size_t size)
{
	void *expected = NULL;
	int saved_errno = errno;
	void *memory;

	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED) {
		memory = NULL;
	} else {
		(void)madvise(memory, size, MADV_WIPEONFORK);
		if (!atomic_compare_exchange_strong(place, &expected, memory)) {
			(void)munmap(memory, size);
			memory = expected;
		}
	}
	errno = saved_errno;
	return memory;
}

void
idm_wiped_free(_Atomic(void *) *place, size_t size)
{
	void *memory = atomic_exchange(place, NULL);

	if (memory != NULL)
		(void)munmap(memory, size);
}
