#!/bin/sh
# "idmap import winbind": not one number changes.  A real winbindd, in folders
# of its own, gives numbers; idmapd takes them over.
. "$top_srcdir/tests/daemon/daemon.sh"
for tool in winbindd wbinfo net tdbdump; do
	command -v $tool >/dev/null || skip_all "there is no $tool"
done
enter "$0"

world=S-1-1-0 authenticated=S-1-5-11 corp=S-1-5-21-1-2-3

# winbind BACKEND [OPTION]: one that runs, with the folder /tmp/BACKEND.
winbind() {
	backend=$1 dir=/tmp/$1
	mkdir -p /run/samba "$dir/private"
	cat >"$dir/smb.conf" <<-EOF
		[global]
		workgroup = TESTWG
		server role = standalone server
		interfaces = lo
		bind interfaces only = yes
		private dir = $dir/private
		lock directory = $dir
		state directory = $dir
		cache directory = $dir
		pid directory = $dir
		log file = $dir/log
		ncalrpc dir = $dir/ncalrpc
		idmap config * : backend = $backend
		idmap config * : range = 1000000-1999999
		${2-}
	EOF
	timeout 60 winbindd -F --no-process-group -s "$dir/smb.conf" \
	    >"$dir/out" 2>&1 &
	winbindd=$!
	wait_for timeout 5 wbinfo --ping
}

end_winbind() {
	kill "$winbindd"
	wait "$winbindd" 2>/dev/null
	rm -f /run/samba/winbindd/pipe
}

# table FILE: its ids as a table for "idmap diff".
table() {
	net idmap dump "$1" 2>/dev/null |
	    sed -n 's/^\([UG]\)ID \([0-9]*\) \(S-1.*\)/\3 \1id:\2/p' |
	    sed 's/ U/ u/; s/ G/ g/'
}

# catch_all TEXT: what the catch-all is.
catch_all() {
	mkdir -p /etc/idmap/domains.d
	printf '[domain]\n%s\n' "$1" >/etc/idmap/domains.d/default.conf
	idmap apply --force-move
}

ip link set lo up

# ---- winbindd_idmap.tdb
ok 'a winbindd with tdb' winbind tdb
wbinfo --sid-to-gid $world >/tmp/world
wbinfo --sid-to-gid $authenticated >/tmp/authenticated
wbinfo --allocate-gid >/dev/null
end_winbind
tdb=/tmp/tdb/winbindd_idmap.tdb
table $tdb >/tmp/table
ok 'has given numbers' test "$(wc -l </tmp/table)" -ge 2

ok 'idmapd runs' start
refused 'without a domain there is no import' 'is not of backend tdb' \
    sh -c 'idmap apply && idmap import winbind --tdb '$tdb
ok 'which nothing has changed' test ! -e /etc/idmap/domains.d/default.conf
refused 'a file that is not there' '/nosuch: there is no such file' \
    idmap import winbind --configure --tdb /nosuch
refused 'by default, too' \
    '/var/lib/samba/winbindd_idmap.tdb: there is no such file' \
    idmap import winbind --configure
refused 'a range without a domain to write' 'go with --configure' \
    idmap import winbind --range 1-2 --tdb $tdb
refused 'a range that is missing' 'the range is missing' \
    idmap import winbind --configure --tdb $tdb
refused 'one that is none' "'1000000' is no range" \
    idmap import winbind --configure --range 1000000 --tdb $tdb
ok 'with the domain, in a rehearsal' sh -c "
    idmap import winbind -n --configure --range 1000000-1999999 --tdb $tdb \
    >/tmp/rehearsal"
is 'which shows it' "$(head -n 1 /tmp/rehearsal)" \
    'backend=tdb range=1000000-1999999'
ok 'and the numbers' grep -qx "gid $(cat /tmp/world) $world" /tmp/rehearsal
ok 'and changes nothing' test ! -e /etc/idmap/domains.d/default.conf
ok 'a domain of another range' catch_all 'backend = tdb
range = 1000001-1999999'
ok 'a state' idmap state adopt
refused 'a number outside of it is told' \
    "record 'GID 1000000': is outside the range 1000001-1999999" \
    idmap import winbind --tdb $tdb
refused 'and then nothing is imported' 'nothing was imported' \
    idmap import winbind --tdb $tdb
is 'nothing' "$(idmap dump)" ''
ok 'the range of smb.conf' sh -c '
    sed -i s/1000001/1000000/ /etc/idmap/domains.d/default.conf &&
    idmap apply --force-move'
ok 'a rehearsal lists what it would keep' sh -c \
    "idmap import winbind -n --tdb $tdb | grep -qx 'gid $(cat /tmp/world) $world'"
is 'and keeps nothing' "$(idmap dump)" ''
ok 'the import' idmap import winbind --tdb $tdb
is 'not one number changed' "$(idmap diff /tmp/table)" \
    "$(wc -l </tmp/table) the same, 0 different"
is 'a second time all are there' \
    "$(idmap import winbind --tdb $tdb | cut -d, -f 1)" '0 new'
is 'what net printed says the same' \
    "$(net idmap dump $tdb 2>/dev/null | idmap import winbind --dump - |
    cut -d, -f 1)" '0 new'
is 'a new number is behind the high-water mark' \
    "$(idmap show -c sid:$corp-5000 uid)" \
    "sid:$corp-5000 -> uid:$(net idmap dump $tdb 2>/dev/null |
    sed -n 's/^GROUP HWM //p')"
ok 'the log tells of it' grep -q 'import winbind' $updates

# ---- autorid.tdb
ok 'idmapd ends' stop
rm -rf /var/lib/idmap/* /etc/idmap/domains.d
$mapper policy
ok 'a winbindd with autorid' winbind autorid \
    'idmap config * : rangesize = 100000'
wbinfo --sid-to-gid $world >/dev/null
net -s /tmp/autorid/smb.conf idmap set range 1 $corp >/dev/null 2>&1
net -s /tmp/autorid/smb.conf idmap set range 5 $corp 2 >/dev/null 2>&1
for rid in 500 99999 100000 250000 299999; do
	wbinfo --sids-to-unix-ids $corp-$rid
done | sed -n 's|\(.*\) -> uid/gid \(.*\)|\1 uid:\2\n\1 gid:\2|p' >/tmp/table
wbinfo --allocate-uid >/dev/null
end_winbind
tdb=/tmp/autorid/autorid.tdb
ok 'has given numbers' test "$(wc -l </tmp/table)" -eq 10
table $tdb >>/tmp/table
ok 'and some of the pool' test "$(wc -l </tmp/table)" -eq 36
ok 'idmapd runs again' start
ok 'a domain like that' catch_all 'backend = autorid
range = 1000000-1999999
[options]
rangesize = 200000'
ok 'a state' idmap state adopt
refused 'slices must have the same size' 'every number would change' \
    idmap import winbind --autorid --tdb $tdb
ok 'a rehearsal of one with the domain' sh -c "
    idmap import winbind -n --configure --autorid --tdb $tdb |
    grep -qx 'backend=autorid range=1000000-1999999 rangesize=100000'"
refused 'a domain that is there moves when it is told to' --force-move \
    idmap import winbind --configure --autorid --tdb $tdb
ok 'the import writes it' \
    idmap import winbind --configure --force-move --autorid --tdb $tdb
is 'as the database says' "$(cat /etc/idmap/domains.d/default.conf)" \
    '[domain]
backend = autorid
range = 1000000-1999999
[options]
rangesize = 100000'
is 'which is no news the second time' \
    "$(idmap import winbind --configure --tdb $tdb | cut -d, -f 1)" '0 new'
is 'not one number changed' "$(idmap diff /tmp/table)" \
    '36 the same, 0 different'
is 'a second time all are there' \
    "$(idmap import winbind --tdb $tdb | cut -d, -f 1)" '0 new'
# NEXT RANGE was 7: slices 2 to 4 may have been somebody's.
is 'a new slice is behind all that were given' \
    "$(idmap show -c sid:S-1-5-21-9-9-9-7 uid | grep -o 'uid:.*')" uid:1700007
ok 'idmapd ends' stop
end
