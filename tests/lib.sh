# lib.sh -- TAP for shell tests, and a private root to run them in.
#
#	. "$top_srcdir/tests/lib.sh"
#	private_root "$0"        # optional: go on as root of a throw-away system
#	ok 'foo is known' getent passwd foo
#	refused 'bar is not' 'no such user' id bar
#	is 'its uid' "$(id -u foo)" 1500
#	finish
#
# Each check is one TAP line; a failed one shows the command's output.

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_srcdir=$(cd "$top_srcdir" && pwd)
top_builddir=$(cd "${top_builddir:-$top_srcdir}" && pwd)
. "$top_srcdir/tests/private.sh"
tap_count=0
tap_failed=0
tap_out=$(mktemp)

tap_result() { # status description
	tap_count=$((tap_count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_count - $2"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $tap_count - $2"
		sed 's/^/#   /' "$tap_out"
	fi
}

# ok DESCRIPTION COMMAND...: the command must succeed.
ok() {
	tap_what=$1
	shift
	tap_status=0
	"$@" >"$tap_out" 2>&1 </dev/null || tap_status=$?
	tap_result "$tap_status" "$tap_what"
}

# refused DESCRIPTION WHY COMMAND...: the command must fail and say WHY (a
# fixed string; '' for any reason).
refused() {
	tap_what=$1
	tap_why=$2
	shift 2
	tap_status=0
	"$@" >"$tap_out" 2>&1 </dev/null || tap_status=$?
	if [ "$tap_status" -eq 0 ]; then
		echo "the command succeeded" >>"$tap_out"
		tap_result 1 "$tap_what"
	elif [ "$tap_status" -ge 124 ]; then
		echo "died with status $tap_status" >>"$tap_out"
		tap_result 1 "$tap_what"
	elif ! grep -qF -- "$tap_why" "$tap_out"; then
		echo "did not say: $tap_why" >>"$tap_out"
		tap_result 1 "$tap_what"
	else
		tap_result 0 "$tap_what"
	fi
}

# is DESCRIPTION ACTUAL EXPECTED
is() {
	if [ "$2" = "$3" ]; then
		tap_result 0 "$1"
	else
		printf 'got:      %s\nexpected: %s\n' "$2" "$3" >"$tap_out"
		tap_result 1 "$1"
	fi
}

# The last call of every test.
finish() {
	rm -f "$tap_out"
	echo "1..$tap_count"
	[ "$tap_failed" -eq 0 ]
	exit
}

# skip_all REASON: nothing here can run; never counted as passed.
skip_all() {
	rm -f "$tap_out"
	echo "1..0 # SKIP $1"
	exit 0
}

# private_root SCRIPT: go on as root of a throw-away copy of this system, as
# enter_private has it.  Loopback is up; in it, idmap is installed from the
# build tree (once per root).
private_root() {
	if [ "${IDM_PRIVATE_ROOT:-}" = yes ]; then
		ip link set lo up
		make -C "$top_builddir" install >"$tap_out" 2>&1 || {
			cat "$tap_out" >&2
			exit 99
		}
		ldconfig
		return 0
	fi
	tap_why=$(private_refused) && skip_all "$tap_why"
	rm -f "$tap_out"
	export top_srcdir top_builddir
	enter_private "$(readlink -f "$1")" "$top_srcdir" "$top_builddir"
}

# freeze PID...: stop processes, and wait until all of their threads are: until
# one of them has taken the signal, the others go on.
freeze() {
	kill -STOP "$@" || return
	for freeze_pid; do
		freeze_tries=0
		while awk '/^State:/ { print $2 }' \
		    "/proc/$freeze_pid/task"/*/status | grep -qv '^T'; do
			freeze_tries=$((freeze_tries + 1))
			[ "$freeze_tries" -lt 1000 ] || return
			sleep 0.01
		done
	done
}
