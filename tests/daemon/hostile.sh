#!/bin/sh
# hostile -- mallory cannot stop idmapd, fill it, or keep alice out.

. "$top_srcdir/tests/daemon/daemon.sh"
enter "$0"

alice_is_served() {
	[ -z "$(ask alice ping)" ]
}

# says TEXT MODE...: a hostile client of mallory's is told TEXT.
says() {
	said=$(as mallory "$hostile" "$2" "$3") || return
	case $said in
	*"$1"*'hung up') ;;
	*) echo "$said"; return 1 ;;
	esac
}

# Mallory's clients in the background, each with its output in /tmp/NAME.
launch() {
	launch_name=$1
	shift
	as mallory "$hostile" "$@" >"/tmp/$launch_name" 2>&1 &
	launched="$launched $!"
}

connections_are() {
	[ "$("$asker" status | sed -n 's/^clients //p')" -eq "$1" ]
}

ok 'it starts' start
ok 'a store is there' adopt

# These take the time that idmapd gives a client; the rest goes on meanwhile.
launched=
launch silent silent
launch slow slow

ok 'another version is refused' says 'version 9 was not offered' bytes 0900
ok 'garbage is refused' says 'at most 32768' bytes 0100deadbeefdeadbeef
ok 'a huge length is refused' says '4294967295 bytes' \
    bytes 0100ffffffff03000000
ok 'a request with a status is refused' says 'has no status' \
    bytes 01000000000001000200
ok 'half a frame and gone' as mallory "$hostile" vanish 01000500
ok 'a whole request and gone' as mallory "$hostile" vanish \
    01000000000002000000
ok 'alice is served' alice_is_served

mkfifo /tmp/hold
as mallory "$hostile" many 1000 </tmp/hold >/tmp/many 2>&1 &
many=$!
exec 9>/tmp/hold
ok 'a thousand connections are answered' wait_for grep -q served /tmp/many
served=$(sed -n 's/served \([0-9]*\) .*/\1/p' /tmp/many)
ok 'but only as many served as a user may have' test "$served" -le 16
ok 'alice is served meanwhile' alice_is_served
is 'she can add' "$(ask alice add s 'h!a' '')" added
exec 9>&-
wait $many
ok 'all are let go' wait_for connections_are 3

$mapper policy 64 65536 24 64
kill -HUP "$daemon_pid"
ok 'limits are loaded again' wait_for grep -q 'limits and directories loaded' "$messages"
as mallory "$hostile" many 100 </tmp/hold >/tmp/many2 2>&1 &
many=$!
exec 9>/tmp/hold
ok 'connections are bounded in all' wait_for grep -q refused /tmp/many2
refused 'alice is told why not' 'as many clients as it may' ask alice ping
ok 'root gets through' "$asker" ping
exec 9>&-
wait $many
$mapper policy 64 65536 256 16
kill -HUP "$daemon_pid"
ok 'and so does alice again' wait_for alice_is_served

# Mallory may have more uids to spend than idmapd has connections.
as 200001 "$hostile" many 20 </tmp/hold >/tmp/many3 2>&1 &
many=$!
exec 9>/tmp/hold
ok 'a uid that is no user has what a user has' \
    wait_for grep -q 'served 16' /tmp/many3
refused 'the next such uid has to share it' 'most they may have together' \
    ask 200002 ping
ok 'alice is served meanwhile, too' alice_is_served
exec 9>&-
wait $many

before=$(wc -l <"$updates")
is 'a flood is answered, and cut' "$(as mallory "$hostile" flood 400)" \
    'notfound
exhausted'
after=$(wc -l <"$updates")
ok 'it does not fill the log' test $((after - before)) -lt 200
ok 'but it is on record' grep -q 'too many requests' "$updates"
ok 'alice is served after it' alice_is_served

for i in 1 2 3 4 5 6 7 8; do
	launch "deaf$i" deaf
done
ok 'those who do not listen keep nobody waiting' alice_is_served
for pid in $launched; do
	wait "$pid" || :
done
ok 'a silent client was let go' grep -q 'hung up' /tmp/silent
ok 'a slow one, too' grep -q 'hung up' /tmp/slow
ok 'and those who do not listen' grep -q 'hung up' /tmp/deaf1
ok 'alice is served to the end' alice_is_served
ok 'it stops cleanly' stop
is 'it had nothing to complain of' "$(grep -c 'gone\|memory\|accept' "$messages")" 0
end
