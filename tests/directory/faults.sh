#!/bin/sh
# faults -- the server is frozen, killed, unheard; idmapd is killed: who is
# known stays known, nobody is said not to exist, and nobody waits for long.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/far.sh"
. "$top_srcdir/tests/directory/host.sh"

probe=/usr/local/bin/probe
install -m 0755 "$top_builddir/tests/nss/probe" "$probe"
timeout=4  # seconds: the domain's
slack=4    # more than a busy machine needs
stranger=9 # whose number was last asked for

fill() {
	{
		ldif_tree
		ldif_staff rfc2307
		ldif_users 500
		ldif_busy rfc2307 20
	} | slapd_load /tmp/one
}

# whom N: the name of user N.
whom() {
	printf 'u%05d@example.com' "$1"
}

now_ms() {
	date +%s%3N
}

# took LIMIT COMMAND...: it ends within so many seconds, however it ends.
took() {
	took_limit=$1
	shift
	took_from=$(now_ms)
	timeout "$took_limit" "$@" >"$tap_out" 2>&1 </dev/null
	took_status=$?
	echo "took $(($(now_ms) - took_from)) ms, status $took_status" >>"$tap_out"
	[ "$took_status" -ne 124 ]
}

# unavailable LIMIT NAME: within so many seconds, and not that there is none.
unavailable() {
	took "$1" "$probe" user "$2" && [ "$took_status" -ne 0 ] &&
	    ! grep -q ', errno 0$' "$tap_out"
	unavailable_status=$?
	cat "$tap_out"
	return "$unavailable_status"
}

next_stranger() {
	stranger=$((stranger + 1))
}

# at_once N: so many names, each another one, in the time that is slack.
at_once() {
	at_once_from=$(now_ms)
	for at_once_i in $(seq "$1"); do
		next_stranger
		unavailable "$timeout" "$(whom "$stranger")" || return 1
	done
	echo "all in $(($(now_ms) - at_once_from)) ms"
	[ $(($(now_ms) - at_once_from)) -lt $((slack * 1000)) ]
}

# known WHEN: who was asked for before.
known() {
	is "$1: a known user" "$(timeout "$slack" getent passwd "$(whom 1)")" \
	    "$one"
	is "$1: by number" "$(timeout "$slack" getent passwd 100001)" "$one"
	is "$1: the groups of one" \
	    "$(timeout "$slack" id -Gn in20@example.com | wc -w)" 21
}

# dark WHEN: nobody answers.
dark() {
	known "$1"
	next_stranger
	ok "$1: an unknown one costs the deadline, once" \
	    unavailable $((timeout + slack)) "$(whom "$stranger")"
	ok "$1: further ones nothing" at_once 5
	ok "$1: nor does who does not exist, of whom nobody knows it" \
	    unavailable "$slack" nobody-there@example.com
	known "$1, still"
}

# bright WHEN: all is as it was, within seconds.
bright() {
	next_stranger
	bright_from=$(now_ms)
	ok "$1: normal again" wait_until getent passwd "$(whom "$stranger")"
	echo "# after $(($(now_ms) - bright_from)) ms"
	next_stranger
	is "$1: one more" \
	    "$(getent passwd "$(whom "$stranger")" | cut -d: -f1)" \
	    "$(whom "$stranger")"
	none "$1: and who does not exist does not" \
	    getent passwd "nobody-$stranger@example.com"
}

# ---- A host, and a server behind a cable.
ok 'another host' far_make away 10.9.1.2
ok 'a server' slapd_make /tmp/one 10.9.1.2 rfc2307
ok 'is filled' fill
ok 'and answers' slapd_start /tmp/one away
ldap_domain /tmp/one 10.9.1.2 "timeout = $timeout"
ok 'a domain' idmap apply
ok 'idmapd starts' idmapd_start
one=$(getent passwd "$(whom 1)")
is 'somebody' "$one" \
    'u00001@example.com:*:100001:50000:User 00001,Room 1,,:/home/u00001:/bin/bash'
is 'with groups' "$(id -Gn in20@example.com | wc -w)" 21
known_by_cache() {
	cached i/p/u00001@ && cached i/m/in20@
}
ok 'is in the cache' wait_until known_by_cache

# ---- The server.
slapd_freeze /tmp/one
dark frozen
slapd_thaw /tmp/one
bright thawed

ok 'it is killed' slapd_kill /tmp/one
dark killed
ok 'it is started' slapd_start /tmp/one away
bright started

ok 'its packets are lost' far_silent away
dark unheard
ok 'they arrive' far_heard away
bright heard

# ---- Many at once, while it is dark: a crowd waits no longer than one.
slapd_freeze /tmp/one
crowd() {
	crowd_pids=
	crowd_bad=0
	for crowd_i in $(seq 40); do
		next_stranger
		"$probe" user "$(whom "$stranger")" >"/tmp/crowd.$crowd_i" 2>&1 &
		crowd_pids="$crowd_pids $!"
	done
	for crowd_pid in $crowd_pids; do
		wait "$crowd_pid" && crowd_bad=1
	done
	! grep -l ', errno 0$' /tmp/crowd.* && [ "$crowd_bad" -eq 0 ]
}
crowd_from=$(now_ms)
ok 'forty at once are told that it is not known' crowd
ok 'together within a deadline' \
    [ $(($(now_ms) - crowd_from)) -lt $(((timeout + 2 * slack) * 1000)) ]
slapd_thaw /tmp/one
bright 'after the crowd'

# ---- One user who asks without end, and does not wait for the answers.
useradd -u 1502 mallory
hostile=/usr/local/bin/hostile
install -m 0755 "$top_builddir/tests/daemon/hostile" "$hostile"
as_mallory() {
	setpriv --reuid mallory --regid mallory --clear-groups "$@"
}
slapd_freeze /tmp/one
ok 'a user asks more than idmapd takes' as_mallory "$hostile" ask ldap 1200
next_stranger
"$probe" user "$(whom "$stranger")" >/tmp/beside 2>&1 &
beside=$!
sleep 0.2
slapd_thaw /tmp/one
ok 'root is answered nevertheless' wait "$beside"
next_stranger
ok 'and so are others' setpriv --reuid 1503 --regid 1503 --clear-groups \
    "$probe" user "$(whom "$stranger")"

# ---- Two domains go dark at once, with many who ask them; a third is well.
for number in 1 2; do
	ok "domain dark$number" slapd_make "/tmp/dark$number" "127.0.0.1$number" rfc2307
	{ ldif_tree; ldif_users 40; } | slapd_load "/tmp/dark$number"
	slapd_start "/tmp/dark$number"
	domain "dark$number" <<-END_OF_DOMAIN
	[domain]
	backend = rfc2307
	range = ${number}0000000-${number}0999999
	dns = dark$number.example.com
	[directory]
	schema = rfc2307
	servers = ldap://127.0.0.1$number/
	tls = start_tls
	ca_file = /tmp/dark$number/ca/ca.pem
	base = $ldif_base
	timeout = 30
	END_OF_DOMAIN
done
ok 'three domains' idmap apply
slapd_freeze /tmp/dark1
slapd_freeze /tmp/dark2
crowd_pids=
for crowd_i in $(seq 10 29); do
	for number in 1 2; do
		"$probe" user "u000$crowd_i@dark$number.example.com" >/dev/null 2>&1 &
		crowd_pids="$crowd_pids $!"
	done
done
sleep 0.5
next_stranger
ok 'the third is asked meanwhile' getent passwd "$(whom "$stranger")"
ok 'and idmapd tells of it' idmapd_answers
crowd_waits() {
	for crowd_pid in $crowd_pids; do
		kill -0 "$crowd_pid" || return 1
	done
}
ok 'while the others still wait' crowd_waits
slapd_thaw /tmp/dark1
slapd_thaw /tmp/dark2
wait $crowd_pids
rm /etc/idmap/domains.d/dark?.conf
ok 'one domain again' idmap apply --force-move
slapd_stop /tmp/dark1
slapd_stop /tmp/dark2

# ---- idmapd.  keeper: the child of the engine.
keeper() {
	pgrep -P "$host_pid" | head -n 1
}

freeze "$host_pid"
known 'idmapd is stopped'
next_stranger
ok 'idmapd is stopped: an unknown one does not hang' \
    unavailable $((timeout + slack)) "$(whom "$stranger")"
kill -CONT "$host_pid"
bright 'idmapd goes on'

# in_flight WHEN COMMAND...: a question is on its way when that happens.
in_flight() {
	in_flight_when=$1
	shift
	slapd_freeze /tmp/one
	next_stranger
	timeout $((timeout + slack)) "$probe" user "$(whom "$stranger")" \
	    >/tmp/flight 2>&1 &
	in_flight_pid=$!
	sleep 0.5
	"$@"
	in_flight_status=0
	wait "$in_flight_pid" || in_flight_status=$?
	slapd_thaw /tmp/one
	is "$in_flight_when: who waits does not hang" "$in_flight_status" 1
	ok "$in_flight_when: and is not told that there is none" \
	    sh -c '! grep ", errno 0$" /tmp/flight'
}


kill_engine() {
	kill -KILL "$host_pid"
}
in_flight 'the engine is killed' kill_engine
wait "$host_pid" 2>/dev/null
known 'without idmapd'
ok 'without idmapd: an unknown one is unavailable' \
    unavailable "$slack" "$(whom 499)"
ok 'idmapd starts again' idmapd_start
bright 'idmapd is back'

kill_keeper() {
	kill -KILL "$(keeper)"
}
in_flight 'the keeper is killed' kill_keeper
keeper_status=0
wait "$host_pid" 2>/dev/null || keeper_status=$?
ok 'the engine ends, too, with an error' [ "$keeper_status" -ne 0 ]
known 'without idmapd'
ok 'idmapd starts again' idmapd_start
bright 'idmapd is back'

end_in_order() {
	kill -TERM "$host_pid"
}
in_flight 'idmapd is told to end' end_in_order
ended_status=0
wait "$host_pid" || ended_status=$?
is 'and does' "$ended_status" 0
known 'it has ended'
ok 'the cache is whole' idmap verify
ok 'idmapd starts again' idmapd_start
bright 'idmapd is back'
ok 'idmapd ends' idmapd_stop
host_end
