#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <signal.h>
#include <unistd.h>

#include "tests/traced.h"
#include "tests/unit.h"

void *
traced_share(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(memory != MAP_FAILED);
	return memory;
}

static _Noreturn void
be_traced(void (*work)(void *), void *context)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == -1 || raise(SIGSTOP) != 0)
		_exit(99);
	work(context);
	_exit(0);
}

pid_t
traced_start(void (*work)(void *context), void *context)
{
	int status;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0)
		be_traced(work, context);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(ptrace(PTRACE_SETOPTIONS, pid, NULL,
			     PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL),
	    0);
	return pid;
}

bool
traced_next(pid_t pid)
{
	int status, signal = 0;

	for (;;) {
		assert_int_equal(
		    ptrace(PTRACE_SYSCALL, pid, NULL, (long)signal), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (!WIFSTOPPED(status)) {
			assert_true(WIFEXITED(status));
			assert_int_equal(WEXITSTATUS(status), 0);
			return false;
		}
		if (WSTOPSIG(status) == (SIGTRAP | 0x80))
			return true;
		signal = WSTOPSIG(status);
	}
}

void
traced_kill(pid_t pid)
{
	int status;

	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

#if defined(__x86_64__)
static struct user_regs_struct
registers_of(pid_t pid)
{
	struct user_regs_struct regs;

	assert_int_equal(ptrace(PTRACE_GETREGS, pid, NULL, &regs), 0);
	return regs;
}

unsigned long
traced_call(pid_t pid)
{
	return registers_of(pid).orig_rax;
}

bool
traced_is_of_interest(pid_t pid)
{
	struct user_regs_struct regs = registers_of(pid);

	switch (regs.orig_rax) {
	case SYS_exit_group:
	case SYS_brk:
	case SYS_munmap:
	case SYS_mremap:
	case SYS_madvise:
	case SYS_sigaltstack:
	case SYS_getpid:
	case SYS_geteuid:
	case SYS_clock_gettime:
	case SYS_lseek:
		return false;
	case SYS_mmap:
		return (int)regs.r8 != -1; /* of a file */
	default:
		return true;
	}
}

void
traced_skip(pid_t pid)
{
	struct user_regs_struct regs = registers_of(pid);

	regs.orig_rax = (unsigned long)-1;
	assert_int_equal(ptrace(PTRACE_SETREGS, pid, NULL, &regs), 0);
}

void
traced_fail(pid_t pid, int error)
{
	struct user_regs_struct regs = registers_of(pid);

	regs.rax = (unsigned long)-(long)error;
	assert_int_equal(ptrace(PTRACE_SETREGS, pid, NULL, &regs), 0);
}
#endif
