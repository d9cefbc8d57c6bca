# daemon.sh -- idmapd in a private root, for the tests of this folder.
#
#	. "$top_srcdir/tests/daemon/daemon.sh"
#	enter "$0"         # a private root with users and a map
#	start; adopt; ...; stop; end

. "$top_srcdir/tests/lib.sh"

asker=$top_builddir/tests/daemon/asker
mapper="$top_builddir/tests/daemon/mapper /var/lib/idmap"
hostile=$top_builddir/tests/daemon/hostile
updates=/var/log/idmap.log
messages=/tmp/messages
store=/var/lib/idmap/state/users.gdbm
daemon_pid=

# The daemon cannot be traced, so that it cannot look for leaks either; the
# unit tests do.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"

enter() {
	private_root "$1"
	useradd -r -s /usr/sbin/nologin idmap
	useradd -r -s /usr/sbin/nologin idmap-keep
	useradd -u 1501 -m alice
	useradd -u 1502 -m mallory
	install -d -m 0755 /var/lib/idmap
	$mapper policy
	$mapper install s 'M2!M1'
	chmod 0777 /tmp
}

# as USER COMMAND...
as() {
	as_user=$1
	shift
	setpriv --reuid "$as_user" --regid "$as_user" --clear-groups "$@"
}

# ask USER REQUEST...
ask() {
	ask_user=$1
	shift
	as "$ask_user" "$asker" "$@"
}

# wait_for COMMAND...: until it succeeds, for at most ten seconds.
wait_for() {
	waited=0
	until "$@" >/dev/null 2>&1; do
		waited=$((waited + 1))
		[ "$waited" -lt 1000 ] || return 1
		sleep 0.01
	done
}

# The last call: what idmapd said, when something failed.
end() {
	[ "$tap_failed" -eq 0 ] || sed 's/^/# /' "$messages"
	finish
}

# start OPTION...: idmapd in the background, ready when this returns.
start() {
	idmapd "$@" >>"$messages" 2>&1 &
	daemon_pid=$!
	wait_for "$asker" ping || {
		echo 'idmapd is not ready:'
		cat "$messages"
		return 1
	}
}

# The keeper is the engine's only child.
keeper_pid() {
	pgrep -P "$daemon_pid"
}

# stop: end it, and give its exit status.
stop() {
	kill -TERM "$daemon_pid"
	wait "$daemon_pid"
}

# died: wait for a daemon that must end with an error by itself.
died() {
	! wait "$daemon_pid"
}

# Have the map name the store that is there, as idadmin -u does.
adopt() {
	adopted=$("$asker" adopt "$@") || return
	$mapper adopt "${adopted% *}"
}

# logged TEXT: the last record of the update log has it.
logged() {
	tail -n 1 "$updates" | grep -F -- "$1"
}
