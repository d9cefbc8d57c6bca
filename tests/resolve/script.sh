#!/bin/sh
# script -- "idmap script" where numbers are given: slices of autorid, through
# idmapd, and a real winbindd that has its ids from there.

. "$top_srcdir/tests/daemon/daemon.sh"
enter "$0"

corp=S-1-5-21-4-5-6 other=S-1-5-21-7-7-7

# id_of SID
id_of() {
	idmap script SIDTOID "$1"
}

ok 'idmapd runs' start
ok 'a catch-all' idmap domain add '*' backend=autorid range=1000000-1999999 \
    rangesize=100000
ok 'which has a state' idmap state adopt
is 'a domain that nobody knows gets no slice' "$(id_of $other-1107)" \
    "ERR:$other has no slice yet, and is not configured: see 'idmap domain add'"
refused 'nor does root give it one by accident' 'has no slice yet' \
    idmap show -c sid:$other-1107
ok 'a domain that is configured' idmap domain add corp backend=none sid=$corp
is 'has the first one, for both kinds' "$(id_of $corp-1107)" XID:1101107
is 'whose ids are all there' \
    "$(idmap script IDTOSID XID 1101108; idmap script IDTOSID GID 1101109)" \
    "SID:$corp-1108
SID:$corp-1109"
is 'and has the next for RIDs beyond it' "$(id_of $corp-100000)" XID:1200000
is 'well-known groups stand in the pool' "$(id_of S-1-5-11)" GID:1099982
is 'S-1-5-32 is always known' "$(id_of S-1-5-32-544)" XID:1300544
is 'others are none of the configured' "$(id_of $other-500 | cut -c 1-21)" \
    'ERR:no configured dom'
printf '[domains]\nunknown_domains = allocate\n' >/etc/idmap/idmap.conf
ok 'all may have them' idmap apply
is 'then they do' "$(id_of $other-500)" XID:1400500
is 'and keep them' "$(id_of $other-500)" XID:1400500

# ---- winbindd.
if ! command -v winbindd >/dev/null || ! command -v wbinfo >/dev/null; then
	stop
	end
fi
ip link set lo up
w=/tmp/winbind
mkdir -p /run/samba "$w/private"
printf '#!/bin/sh\nexec %s script "$@"\n' "$(command -v idmap)" >$w/script
chmod 755 $w/script
cat >$w/smb.conf <<END
[global]
	workgroup = TESTWG
	server role = standalone server
	interfaces = lo
	bind interfaces only = yes
	private dir = $w/private
	lock directory = $w
	state directory = $w
	cache directory = $w
	pid directory = $w
	log file = $w/log
	ncalrpc dir = $w/ncalrpc
	idmap config * : backend = script
	idmap config * : range = 1000000-1999999
	idmap config * : script = $w/script
END
timeout 120 winbindd -F --no-process-group -s $w/smb.conf >$w/out 2>&1 &
winbindd=$!
ok 'winbindd runs with the script' wait_for timeout 5 wbinfo --ping
is 'it gives a first slice' \
    "$(timeout 20 wbinfo --sid-to-uid S-1-5-21-8-8-8-1001)" 1501001
is 'in which both sides have the SID' \
    "$(idmap script IDTOSID GID 1501001)" SID:S-1-5-21-8-8-8-1001
is 'winbindd, too' "$(timeout 20 wbinfo --gid-to-sid 1501002)" \
    S-1-5-21-8-8-8-1002
kill "$winbindd"
wait "$winbindd"
ok 'idmapd ends' stop
end
