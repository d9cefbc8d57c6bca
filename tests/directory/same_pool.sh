#!/bin/sh
# same_pool -- a real winbindd and idmap have their numbers from one pool, in one
# LDAP directory.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/host.sh"

base=ou=idmap,$ldif_base
w=/tmp/winbind
conf=$w/smb.conf
# Groups of everybody's; winbindd knows of what kind they are.
sids='1-0 2-0 2-1 3-0 3-1 3-2 3-3 3-4 5-1 5-2 5-3 5-4 5-6 5-7 5-8 5-9 5-11 5-12
	5-13 5-14 5-15 5-17 5-18 5-19 5-20'

fill() {
	{
		ldif_tree
		printf 'dn: %s\nobjectClass: organizationalUnit\nou: idmap\n\n' \
		    "$base"
	} | slapd_load /tmp/one
}

winbindd_start() {
	mkdir -p /run/samba "$w/private" "$w/lock" "$w/state" "$w/cache" "$w/pid"
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
		log file = $w/log.%m
		ncalrpc dir = $w/ncalrpc
		ldap ssl = off
		idmap config * : backend = ldap
		idmap config * : range = 700000-799999
		idmap config * : ldap_url = $(slapd_socket /tmp/one)
		idmap config * : ldap_base_dn = $base
		idmap config * : ldap_user_dn = $slapd_admin
	END
	timeout 20 net -s "$conf" idmap set secret '*' "$slapd_secret" || return
	setpriv --pdeathsig KILL winbindd -F --no-process-group -s "$conf" \
	    >"$w/out" 2>&1 </dev/null &
	wait_until timeout 5 wbinfo --ping
}

# theirs, ours: "SID GID" of each, by the one and the other.
theirs() {
	for sid in $sids; do
		echo "S-1-$sid $(timeout 10 wbinfo --sid-to-gid "S-1-$sid")"
	done
}
ours() {
	for sid in $sids; do
		echo "S-1-$sid $(idmap show -c "gsid:S-1-$sid" gid |
		    sed 's/.*gid://')"
	done
}

ok 'a server' slapd_make /tmp/one 127.0.0.11 rfc2307samba 'index sambaSID eq'
ok 'is filled' fill
ok 'and answers' slapd_start /tmp/one
install -g idmap -m 0640 /dev/null /etc/idmap/secret
echo "$slapd_secret" >/etc/idmap/secret
domain default <<END
[domain]
backend = ldap
range = 700000-799999
[options]
ldap_url = $(slapd_socket /tmp/one)
ldap_base_dn = $base
ldap_user_dn = $slapd_admin
ldap_user_dn_password_file = /etc/idmap/secret
split_counters = yes
END
ok 'a catch-all' idmap apply
ok 'idmapd' idmapd_start
ok 'its store' idmap state adopt
ok 'the pool' idmap domain pool --create '*'
ok 'winbindd' winbindd_start
is 'winbindd gives a number' "$(wbinfo --sid-to-gid S-1-5-10)" 700000
is 'and idmap has it' "$(idmap show sid:S-1-5-10 gid)" \
    'gsid:S-1-5-10 -> gid:700000'
is 'idmap gives one' "$(idmap show -c gsid:S-1-5-22 gid)" \
    'gsid:S-1-5-22 -> gid:700001'
is 'and winbindd has it' "$(wbinfo --gid-to-sid 700001)" S-1-5-22
theirs >/tmp/theirs &
theirs_pid=$!
ours >/tmp/ours
wait "$theirs_pid"
is 'both give numbers at the same time' "$(grep -c ' 7' /tmp/theirs)" 25
ok 'the same ones' diff /tmp/theirs /tmp/ours
is 'and none twice' "$(cut -d' ' -f2 /tmp/ours | sort | uniq -d)" ''
ok 'the pool is as it should be' sh -c \
    "idmap state fold && idmap domain pool '*'"
host_end
