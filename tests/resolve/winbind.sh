#!/bin/sh
# winbind -- a real winbindd that takes its ids from "idmap script".

. "$top_srcdir/tests/lib.sh"
private_root "$0"

for program in winbindd wbinfo; do
	if ! command -v "$program" >/dev/null; then
		skip_all "no $program"
	fi
done

w=/tmp/winbind
conf=$w/smb.conf
corp=S-1-5-21-1-2-3
mkdir -p /run/samba "$w/private" "$w/lock" "$w/state" "$w/cache" "$w/pid" \
    "$w/log"
useradd -u 1500 foo

# ---- What the script says, before anybody asks it through winbindd.
ok 'there is a map' idmap apply
ok 'with a domain' "$top_builddir/tests/resolve/put_domains" \
    corp $corp rid 100000 199999
is 'a SID has an id of both kinds' "$(idmap script SIDTOID $corp-1107)" \
    XID:101107
is 'a uid has a SID' "$(idmap script IDTOSID UID 101107)" SID:$corp-1107
is 'so has a gid' "$(idmap script IDTOSID GID 101107)" SID:$corp-1107
is 'and an id of either kind' "$(idmap script IDTOSID XID 101108)" \
    SID:$corp-1108
is 'a UNIX SID is told by its number' "$(idmap script SIDTOID S-1-22-1-1500)" \
    UID:1500
is 'but not of a system account' "$(idmap script SIDTOID S-1-22-1-0)" \
    "ERR:uid 0 is a system account's"
is 'nor of a system group' "$(idmap script SIDTOID S-1-22-2-27)" \
    "ERR:gid 27 is a system account's"
is 'what is unknown is an error line' \
    "$(idmap script SIDTOID S-1-5-21-9-9-9-1000 | cut -c 1-4)" ERR:
is 'so is what makes no sense' "$(idmap script FROB | cut -c 1-4)" ERR:
is 'and no SID' "$(idmap script SIDTOID 12 | cut -c 1-4)" ERR:
is 'and no number' "$(idmap script IDTOSID UID x | cut -c 1-4)" ERR:
ok 'the status says nothing' idmap script SIDTOID S-1-5-21-9-9-9-1000

# ---- winbindd.
cat >/usr/local/sbin/idmap-script <<'END'
#!/bin/sh
exec idmap script "$@"
END
chmod 755 /usr/local/sbin/idmap-script
sed -i "s|exec idmap|exec $(command -v idmap)|" /usr/local/sbin/idmap-script
cat >"$conf" <<END
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
	idmap config * : backend = script
	idmap config * : range = 100000-199999
	idmap config * : script = /usr/local/sbin/idmap-script
END

start() {
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

# ask OPTION VALUE: what wbinfo says.
ask() {
	timeout 20 wbinfo "$1" "$2" 2>&1
}

ok 'winbindd runs with the script' start
is 'it gives a SID our uid' "$(ask --sid-to-uid $corp-1107)" 101107
is 'and our gid' "$(ask --sid-to-gid $corp-1107)" 101107
is 'several at once' "$(ask --sids-to-unix-ids $corp-1200,$corp-1201 |
    sed 's/.* //' | tr '\n' ' ')" '101200 101201 '
is 'a uid our SID' "$(ask --uid-to-sid 103000)" $corp-3000
is 'a gid, too' "$(ask --gid-to-sid 103001)" $corp-3001
refused 'what we refuse has none' 'Could not convert' \
    timeout 20 wbinfo --sid-to-uid S-1-5-21-9-9-9-1000
refused 'what is out of the range has none' 'Could not convert' \
    timeout 20 wbinfo --sid-to-uid $corp-200000
kill "$winbindd"
wait "$winbindd" || :
finish
