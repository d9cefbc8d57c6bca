#!/bin/sh
# winbind -- what a real winbindd answers with autorid, and what ours does.
#
# Its hash and rid know only domains that it has joined or that trust it.

. "$top_srcdir/tests/lib.sh"
private_root "$0"

for program in winbindd wbinfo net; do
	if ! command -v "$program" >/dev/null; then
		skip_all "no $program"
	fi
done

mapper=$top_builddir/tests/backends/mapper
w=/tmp/winbind
conf=$w/smb.conf
mkdir -p /run/samba
ip link set lo up

# start: a winbindd that has nothing yet.
start() {
	rm -rf "$w"
	mkdir -p "$w/private" "$w/lock" "$w/state" "$w/cache" "$w/pid" "$w/log"
	cat >"$conf" <<-END
	[global]
		workgroup = TESTWG
		server role = standalone server
		interfaces = lo
		bind interfaces only = yes
		private dir = $w/private
		lock directory = $w/lock
		state directory = $w/state
		cache directory = $w/cache
		pid directory = $w/pid
		log file = $w/log/%m
		ncalrpc dir = $w/ncalrpc
		idmap config * : backend = autorid
		idmap config * : range = 1000000-1999999
		idmap config * : rangesize = 100000
	END
	winbindd -F --no-process-group -s "$conf" >"$w/out" 2>&1 </dev/null &
	winbindd=$!
	tries=0
	until timeout 5 wbinfo --ping >/dev/null 2>&1; do
		tries=$((tries + 1))
		if [ "$tries" -gt 50 ] || ! kill -0 "$winbindd" 2>/dev/null; then
			cat "$w/out"
			return 1
		fi
		sleep 0.2
	done
}

stop() {
	kill "$winbindd"
	wait "$winbindd" || :
}

# of_winbindd: answer "sid SID" and "id ID" as mapper does.  Numbers that
# winbindd has for neither user nor group are "-".
of_winbindd() {
	while read -r word value; do
		case $word in
		sid)
			answer=$(timeout 10 wbinfo --sids-to-unix-ids "$value" 2>/dev/null |
			    sed -n 's/.* -> [a-z/]* \([0-9]*\)$/\1/p') ;;
		id)
			answer=$(timeout 10 wbinfo --gid-to-sid "$value" 2>/dev/null |
			    grep '^S-1-') ;;
		esac
		echo "$value ${answer:--}"
	done
}

# agree QUESTIONS: both say the same.
agree() {
	of_winbindd <"$1" >"$w/theirs"
	cat "$w/slices" "$1" | "$mapper" 1000000 1999999 100000 >"$w/ours"
	# Something was answered at all.
	grep -q '[0-9] [S0-9]' "$w/theirs" && diff "$w/theirs" "$w/ours"
}

ok 'winbindd runs with autorid' start
# It makes its database when it is first asked.
timeout 10 wbinfo --sids-to-unix-ids S-1-1-0 >/dev/null 2>&1 || :
ok 'its first domain gets a slice' \
    timeout 20 net -s "$conf" idmap set range 1 S-1-5-21-1-2-3
ok 'and one for RIDs from 200000 on' \
    timeout 20 net -s "$conf" idmap set range 5 S-1-5-21-1-2-3 2
ok 'another domain has the next' \
    timeout 20 net -s "$conf" idmap set range 6 S-1-5-21-3623811015-3361044348-30300820
# The first RID of a window that has no slice yet makes winbindd take one.
timeout 10 wbinfo --sids-to-unix-ids S-1-5-21-1-2-3-100000 >/dev/null 2>&1 || :
timeout 20 net -s "$conf" idmap get ranges >"$w/ranges" 2>&1 || :
sed -n 's/^RANGE \([0-9]*\): \(S-[-0-9]*\)$/slice \2 0 \1/p
	s/^RANGE \([0-9]*\): \(S-[-0-9]*\)#\([0-9]*\)$/slice \2 \3 \1/p' \
    "$w/ranges" >"$w/slices"
is 'four slices were given' "$(grep -c . "$w/slices")" 4
is 'the last one is the next that was free' \
    "$(grep 'S-1-5-21-1-2-3 1 ' "$w/slices")" 'slice S-1-5-21-1-2-3 1 7'

{
	for sid in 1-0 2-0 2-1 3-0 3-1 3-2 3-3 3-4 5-1 5-2 5-3 5-4 5-6 5-7 5-8 \
	    5-9 5-10 5-11 5-12 5-13 5-14 5-15 5-17 5-18 5-19 5-20; do
		echo "sid S-1-$sid"
	done
} >"$w/wellknown"
ok 'well-known SIDs have its numbers' agree "$w/wellknown"

awk 'BEGIN {
	srand(7)
	for (i = 0; i < 40; i++) {
		print "sid S-1-5-21-1-2-3-" int(rand() * 299999)
		print "sid S-1-5-21-3623811015-3361044348-30300820-" int(rand() * 99999)
	}
}' >"$w/accounts"
ok 'accounts have its numbers' agree "$w/accounts"

awk 'BEGIN {
	srand(8)
	for (i = 0; i < 20; i++) {
		print "id " 1100000 + int(rand() * 100000)
		print "id " 1500000 + int(rand() * 300000)
	}
	print "id 1099999"; print "id 1099974"; print "id 1099973"
	print "id 1200000"; print "id 2000000"
}' >"$w/numbers"
ok 'its numbers have the same SIDs' agree "$w/numbers"
stop

finish
