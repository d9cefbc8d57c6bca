#!/bin/sh
# crash -- kill -9 at any moment: the store is whole, nothing that was answered
# is lost, and nothing is left that hinders the next start.

. "$top_srcdir/tests/daemon/daemon.sh"
enter "$0"
$mapper policy 100000 100000 512 16

store_is_whole() {
	gdbm_dump "$store" /tmp/dump
}

# Every name that a client was told is added is listed.
nothing_is_lost() {
	"$asker" list s '' '' | sed 's/ .*//' | sort >/tmp/listed
	sort -u /tmp/told | comm -23 - /tmp/listed >/tmp/lost
	[ ! -s /tmp/lost ] || { cat /tmp/lost; return 1; }
}

# Add one after the other until idmapd is gone; note what was answered.
add_names() { # PREFIX
	i=0
	while [ "$("$asker" add s "h!$1-$i" alice)" = added ]; do
		echo "h!$1-$i" >>"/tmp/told.$1"
		i=$((i + 1))
	done
}

ok 'it starts' start
ok 'a store is there' adopt
: >/tmp/told

# Two hundred at once: each one is there, each one on record, once.
before=$(wc -l <"$updates")
is 'two hundred clients add at once' \
    "$("$asker" -n 200 add s 'h!many%d' alice | sort | uniq -c | sed 's/^ *//')" \
    '200 added'
is 'all of their entries are there' \
    "$("$asker" list s '' '' | grep -c 'h!many')" 200
is 'and all are on record' $(($(wc -l <"$updates") - before)) 200
seq -f 'h!many%.0f' 0 199 >>/tmp/told

round=0
while [ $round -lt 12 ]; do
	round=$((round + 1))
	victim=$daemon_pid
	other=$(keeper_pid)
	[ $((round % 2)) -eq 0 ] || { victim=$other; other=$daemon_pid; }
	adders=
	for name in a b c; do
		add_names "$round$name" >/dev/null 2>&1 &
		adders="$adders $!"
	done
	sleep "0.$(printf %03d $((round * 37 % 150 + 5)))"
	kill -9 "$victim"
	for pid in $adders; do wait "$pid" || :; done
	wait "$daemon_pid" 2>/dev/null || :
	cat /tmp/told.* >>/tmp/told 2>/dev/null
	rm -f /tmp/told.*
	ok "round $round: the other process ends by itself" \
	    wait_for test ! -d "/proc/$other"
	ok "round $round: the store is whole" store_is_whole
	ok "round $round: it starts again" start
	ok "round $round: nothing that was answered is lost" nothing_is_lost
done
ok 'something was added in the rounds' test "$(wc -l </tmp/told)" -gt 220
ok 'no temporary file is left' sh -c \
    "[ \"\$(ls -A /var/lib/idmap/state)\" = \"\$(printf '%s\n' .users.gdbm.lock users.gdbm)\" ]"

# The keeper dies alone.
kill -9 "$(keeper_pid)"
ok 'without its keeper idmapd ends with an error' died
ok 'and says why' grep -q 'the keeper is gone' "$messages"
ok 'and starts again' start

# A stop waits for what is in flight.
add_names stop >/dev/null 2>&1 &
adder=$!
sleep 0.05
ok 'it stops cleanly under load' stop
wait $adder || :
cat /tmp/told.stop >>/tmp/told
ok 'and starts again after that' start
ok 'with all that was answered' nothing_is_lost
ok 'it stops' stop
end
