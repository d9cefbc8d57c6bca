#!/bin/sh
# grants_crash -- many processes allocate, and both of idmapd's are killed at
# any moment: no number is given twice, none is lost that was answered, and the
# same SID has the same number for ever.

. "$top_srcdir/tests/daemon/daemon.sh"
enter "$0"

granter=$top_builddir/tests/daemon/granter
state=/var/lib/idmap/state

$mapper policy 64 65536 512 64
$mapper domains "*::6:200000:2999999:0:0"
ok 'it starts' start
ok 'a state is adopted' idmap state adopt
: >/tmp/told

# Lines "SID ID" of all that was ever answered.
agree() {
	# One number a SID, one SID a number.
	sort -u /tmp/told >/tmp/pairs
	cut -d' ' -f1 /tmp/pairs | uniq -d >/tmp/twice
	cut -d' ' -f2 /tmp/pairs | sort | uniq -d >>/tmp/twice
	[ ! -s /tmp/twice ] || { head /tmp/twice; return 1; }
}
nothing_is_lost() {
	cut -d' ' -f1 /tmp/pairs | "$granter" find-all >/tmp/found ||
	    { tail -n 3 /tmp/found; return 1; }
	cut -d' ' -f1,2 /tmp/found | sort | cmp - /tmp/pairs
}

# ---- At once.
is 'eight processes ask for the same thousand' \
    "$("$granter" many 1000 1000 3 8 1 | sort -u | tee -a /tmp/told | wc -l)" \
    1000
is 'and for a thousand each, many in a request' \
    "$("$granter" many 1000 1000 0 8 100 | tee -a /tmp/told | sort -u | wc -l)" \
    8000
ok 'one number a SID, one SID a number' agree
ok 'and all of them are found' nothing_is_lost
is 'no number was left out' \
    "$(cut -d' ' -f2 /tmp/pairs | sort -n | tail -n 1)" 208999

# ---- Killed.
round=0
while [ $round -lt 8 ]; do
	round=$((round + 1))
	victim=$daemon_pid
	other=$(keeper_pid)
	[ $((round % 3)) -eq 0 ] || { victim=$other; other=$daemon_pid; }
	first=$((round * 10000))
	# The same SIDs, and each its own; one by one, and many at once.
	"$granter" many $first 2000 3 3 1 >/tmp/told.a 2>/dev/null &
	a=$!
	"$granter" many $first 4000 0 2 64 >/tmp/told.b 2>/dev/null &
	b=$!
	# Some rounds are killed while it folds, too.
	[ $((round % 2)) -eq 0 ] || "$granter" fold >/dev/null 2>&1 &
	sleep "0.$(printf %03d $((round * 41 % 190 + 10)))"
	kill -9 "$victim"
	wait $a || :
	wait $b || :
	wait "$daemon_pid" 2>/dev/null || :
	cat /tmp/told.a /tmp/told.b >>/tmp/told
	ok "round $round: the other process ends by itself" \
	    wait_for test ! -d "/proc/$other"
	ok "round $round: it starts again" start
	ok "round $round: nothing was given twice" agree
	ok "round $round: nothing that was answered is lost" nothing_is_lost
done
ok 'something was granted in the rounds' test "$(wc -l </tmp/pairs)" -gt 10000
ok 'what was on its way can still be had' sh -c \
    "'$granter' many 10000 500 3 2 50 >>/tmp/told"
ok 'and is the same' agree
ok 'all records agree' idmap verify
ok 'also when all is folded' idmap state fold
ok 'every one' idmap verify
ok 'no temporary file is left' sh -c \
    "[ \"\$(ls -A $state | tr '\n' ' ')\" = '.state.gdbm.lock journal state.gdbm ' ]"

# ---- A fold in a process of its own, which is stopped and killed.
folder() { pgrep -P "$(keeper_pid)"; }
# is_held PID: it was stopped in time, once it has taken the signal.
is_held() {
	until grep -qs '^State:.*(stopped)' "/proc/$1/status"; do
		grep -qsE '^State:.*\((running|sleeping|disk sleep)\)' \
		    "/proc/$1/status" || return 1
	done
}
# Ask for a fold and stop its process before it is done.
hold_fold() {
	for try in 1 2 3 4 5 6 7 8 9 10; do
		idmap state fold >/dev/null 2>/tmp/why &
		asked=$!
		until child=$(folder) || ! kill -0 $asked 2>/dev/null; do :; done
		[ -n "$child" ] && kill -STOP "$child" 2>/dev/null &&
		    is_held "$child" && return
		wait $asked
	done
	return 1
}
more_of() { "$granter" many "$1" 500 0 2 10 >>/tmp/told; }
ok 'a fold is held' hold_fold
ok 'meanwhile ids are granted' more_of 200000
ok 'none of them twice' agree
ok 'and are found' nothing_is_lost
ok 'the fold has not ended' kill -0 "$child"
kill -CONT "$child"
ok 'it ends well' wait $asked
ok 'with nothing lost' nothing_is_lost
ok 'a fold is held again' hold_fold
ok 'meanwhile ids are granted' more_of 210000
# One that was held when its work was done has ended well: then hold another.
kill_held() {
	for again in 1 2 3 4 5 6 7 8 9 10; do
		kill -KILL "$child"
		wait $asked || return
		hold_fold || return 0
	done
}
kill_held && status=0 || status=$?
is 'when it is killed, that is a failure' "$status" 1
ok 'which says why' grep -q 'folding the state: its process was killed' /tmp/why
ok 'ids are granted' more_of 220000
ok 'with nothing lost' nothing_is_lost
ok 'the next fold ends well' idmap state fold
ok 'with nothing given twice' agree
ok 'with nothing lost' nothing_is_lost
ok 'a fold is held while it is killed' hold_fold
ok 'ids are granted' more_of 230000
kill -9 "$(keeper_pid)"
wait $asked || :
wait "$daemon_pid" 2>/dev/null || :
ok 'the fold ends with it' wait_for test ! -d "/proc/$child"
ok 'it starts again' start
ok 'with nothing given twice' agree
ok 'with nothing lost' nothing_is_lost
ok 'all records agree' idmap verify
ok 'a last fold' idmap state fold
ok 'no temporary file is left' sh -c \
    "[ \"\$(ls -A $state | tr '\n' ' ')\" = '.state.gdbm.lock journal state.gdbm ' ]"

# ---- A full disk.
ok 'it stops' stop
mkdir /tmp/small
mount -t tmpfs -o size=2m,mode=0755 tmpfs /tmp/small
cp -a /var/lib/idmap/map.gdbm /tmp/small/
mkdir /tmp/small/state
chown idmap-keep: /tmp/small/state
mount --bind /tmp/small /var/lib/idmap
ok 'it starts on a small disk' start
ok 'with a new state' idmap state adopt --replace
: >/tmp/told
"$granter" many 1000 50000 0 1 64 >>/tmp/told 2>/tmp/why || :
ok 'which gets full' grep -q 'No space left' /tmp/why
ok 'after some ids' test "$(wc -l </tmp/told)" -gt 100
ok 'none of them given twice' agree
rm -f /tmp/small/filler
mount -o remount,size=64m /tmp/small
more() { "$granter" many 1000 200 0 1 64 >>/tmp/told; }
ok 'with room it goes on by itself' wait_for more
ok 'where it was' agree
ok 'with all that was answered' nothing_is_lost
ok 'it stops' stop
end
