#!/bin/sh
# cache_faults -- the cache's file system is full or read only, its file gone,
# damaged or another's: answers go on, it is said, and all is well afterwards.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/host.sh"

state=/var/lib/idmap/state
cache=$state/cache.gdbm

fill() {
	{ ldif_tree; ldif_staff rfc2307; ldif_users 50; } | slapd_load /tmp/one
}

# uid N: of user N, for whoever asks for the first time.
uid() {
	getent passwd "$(printf 'u%05d@example.com' "$1")" | cut -d: -f3
}

# A process that goes on asking: it says the uid, or the error.
mkfifo /tmp/names /tmp/uids
client_start() {
	"$top_builddir/tests/nss/probe" users </tmp/names >/tmp/uids 2>&1 &
	client_pid=$!
	exec 7>/tmp/names 8</tmp/uids
}
client_stop() {
	exec 7>&- 8<&-
	wait "$client_pid"
}
client() {
	printf 'u%05d@example.com\n' "$1" >&7
	IFS= read -r client_reply <&8
	printf '%s\n' "$client_reply"
}

# told WHAT: status says it, and so does the log.
told() {
	wait_until sh -c 'idmap status | grep "problem.*$1"' told "$1" &&
	    grep "cache: .*$1" "$host_messages" &&
	    [ "$(grep -c "cache: .*$1" "$host_messages")" -lt 10 ]
}
healthy() {
	! idmap status | grep "problem.*cache.gdbm"
}
number_cached() {
	gdbmtool -r "$cache" list 2>/dev/null | grep -c '^i/p/'
}
# cached_now N: so many users are in the cache within seconds.
cached_now() {
	cached_wanted=$1
	wait_until has_cached && wait_until healthy
}
has_cached() {
	[ "$(number_cached)" -eq "$cached_wanted" ]
}

# known WHEN N: answers go on; N was not asked for before.
known() {
	is "$1: who is known" "$(uid 1) $(client 1)" '100001 100001'
	is "$1: and who is asked for now" "$(uid "$2") $(client "$2")" \
	    "$((100000 + $2)) $((100000 + $2))"
}

ok 'a server' slapd_make /tmp/one 127.0.0.11 rfc2307
ok 'is filled' fill
ok 'and answers' slapd_start /tmp/one
ldap_domain /tmp/one 127.0.0.11
ok 'a domain' idmap apply
mkdir "$state"
ok 'a small file system' mount -t tmpfs -o size=1m,mode=0755 tmpfs "$state"
ok 'idmapd starts' idmapd_start
client_start
is 'somebody is asked for' "$(uid 1) $(client 1)" '100001 100001'
ok 'and is in the cache' cached_now 1

# ---- No room.
dd if=/dev/zero of="$state/filler" bs=4k >/dev/null 2>&1
known full 2
ok 'full: it is told' told 'No space left on device'
is 'full: the cache is as it was' "$(number_cached)" 1
ok 'full: and whole' idmap verify
known 'full, still' 3
rm "$state/filler"
ok 'room again: what was told meanwhile is in the cache' cached_now 3

# ---- Read only, from the start.  Whoever has a file that has gone keeps a file
# system from becoming that.
client_stop
ok 'idmapd ends' idmapd_stop
ok 'a file system that cannot be written' \
    wait_until mount -o remount,ro "$state"
ok 'idmapd starts all the same' idmapd_start
client_start
known 'read only' 4
ok 'read only: it is told' told 'Read-only file system'
ok 'written again' mount -o remount,rw "$state"
known 'written again' 5
ok 'whoever is asked for is in the cache' cached_now 4

# ---- Another file.
# replaced COMMAND: the cache's file is another one.
replaced() {
	cp -p "$cache" "$state/.other" && "$@" "$state/.other" &&
	    mv "$state/.other" "$cache"
}
put_aside() {
	grep 'is put aside as cache.gdbm.damaged' "$host_messages"
}
cut_off() {
	truncate -s 30000 "$1"
}
junk() {
	head -c 65536 /dev/urandom >"$1"
}
emptied() {
	: >"$1"
}
# Of a later version: a header that is not ours.
later() {
	gdbmtool "$1" store idmap 'a header of tomorrow'
}
begun() {
	test -s "$cache" && idmap verify
}
ok 'it is deleted' rm "$cache"
known deleted 6
ok 'deleted: it is there again' wait_until begun
next=10
for fault in cut_off junk emptied later; do
	ok "$fault" replaced "$fault"
	known "$fault" "$next"
	next=$((next + 1))
	ok "$fault: the old one is put aside, which is told" \
	    wait_until put_aside
	ok "$fault: a new one is begun" wait_until begun
	: >"$host_messages"
done
client_stop
ok 'idmapd ends' idmapd_stop
host_end
