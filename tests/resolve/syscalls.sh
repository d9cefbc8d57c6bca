#!/bin/sh
# syscalls -- what is computed is computed without the kernel.

. "$top_srcdir/tests/lib.sh"

command -v strace >/dev/null || skip_all 'no strace'
# The leak sanitizer cannot look while strace does.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"
lookups=$top_builddir/tests/resolve/lookups
counts=$(mktemp)
strace -o /dev/null true 2>/dev/null || skip_all 'strace is not allowed'

# calls N: how many system calls the program makes in all, for N lookups.
calls() {
	strace -f -o "$counts" "$lookups" "$1" >/dev/null 2>&1 || return
	# What libgdbm does when it makes the map is not the same each time.
	grep -vcE 'getrandom|brk|mmap|munmap|futex' "$counts"
}

ok 'the lookups are answered' "$lookups" 10
once=$(calls 1)
often=$(calls 5000)
ok 'something was counted' test "${once:-0}" -gt 50
# Each lookup that asked the kernel would add 5000.
ok 'SID to uid and uid to SID make no system call' \
    test "$((often - once))" -lt 500
rm -f "$counts"
finish
