#!/bin/sh
# shared -- several hosts have their numbers from one LDAP directory.
#
# A host is a mount namespace with folders of its own for what is a host's.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/host.sh"

granter=$top_builddir/tests/daemon/granter
base=ou=idmap,$ldif_base
sid=S-1-5-21-1-2-3
hosts='1 2 3'

# ---- Hosts.
host_make() {
	mkdir -p "/tmp/host$1/lib" "/tmp/host$1/run"
	unshare --mount sh -c "
		mount --bind /tmp/host$1/lib /var/lib/idmap
		mount --bind /tmp/host$1/run /run/idmap
		echo \$\$ >/tmp/host$1/pid
		exec sleep infinity" </dev/null >/dev/null 2>&1 &
	wait_until test -s "/tmp/host$1/pid"
}

# on N COMMAND...: there.
on() {
	on_host=/proc/$(cat "/tmp/host$1/pid")
	shift
	nsenter --mount="$on_host/ns/mnt" --root="$on_host/root" --wd=/ "$@"
}

host_start() {
	start_host=/proc/$(cat "/tmp/host$1/pid")
	nsenter --mount="$start_host/ns/mnt" --root="$start_host/root" \
	    idmapd >>"$host_messages" 2>&1 </dev/null &
	echo $! >"/tmp/host$1/idmapd"
	wait_until on "$1" "$granter" status
}

host_kill() {
	read -r host_dead <"/tmp/host$1/idmapd"
	kill -KILL "$host_dead"
	wait "$host_dead" 2>/dev/null
}

# all COMMAND...: on each host at the same time; what they print is in out.
all() {
	all_pids=
	for all_host in $hosts; do
		on "$all_host" "$@" >"/tmp/host$all_host/out" 2>&1 </dev/null &
		all_pids="$all_pids $!"
	done
	all_failed=0
	for all_pid in $all_pids; do
		wait "$all_pid" || all_failed=1
	done
	return "$all_failed"
}

# given: "SID ID" of all that hosts were told, each once.
given() {
	cat /tmp/host*/out | sort -u
}
# pairs, sids, numbers: how many of them there are.
pairs() {
	given | wc -l
}
sids() {
	given | cut -d' ' -f1 | sort -u | wc -l
}
numbers() {
	given | cut -d' ' -f2 | sort -u | wc -l
}

# ---- The directory.
fill() {
	{
		ldif_tree
		printf 'dn: %s\nobjectClass: organizationalUnit\nou: idmap\n\n' \
		    "$base"
	} | slapd_load /tmp/one
}

# pool NEXT: set it there.
pool() {
	slapd_change /tmp/one <<-END
		dn: $base
		changetype: modify
		replace: uidNumber
		uidNumber: $1
		-
		replace: gidNumber
		gidNumber: $1
	END
}
next() {
	slapd_search /tmp/one -s base -b "$base" uidNumber gidNumber |
	    sed -n 's/^.idNumber: //p' | sort -u | tr '\n' ' '
}

# entry SID LINE...: somebody else's entry, under the name of its SID or NAME.
entry() {
	entry_sid=$1
	shift
	{
		printf 'dn: sambaSID=%s,%s\nchangetype: add\n' "$entry_sid" "$base"
		printf 'objectClass: sambaSidEntry\nobjectClass: sambaIdmapEntry\n'
		printf 'sambaSID: %s\n' "$entry_sid"
		printf '%s\n' "$@"
	} | slapd_change /tmp/one
}

settings() {
	domain corp <<-END
		[domain]
		backend = ldap
		range = 700000-$1
		sid = $sid
		dns = corp.example
		[options]
		ldap_url = ldap://127.0.0.11/
		ldap_ca_file = /tmp/one/ca/ca.pem
		ldap_base_dn = $base
		ldap_user_dn = $slapd_admin
		ldap_user_dn_password_file = /etc/idmap/secret
		readonly = ${2:-no}
	END
}
apply() {
	for apply_host in $hosts; do
		on "$apply_host" idmap apply || return
	done
}

ok 'a server' slapd_make /tmp/one 127.0.0.11 rfc2307samba 'index sambaSID eq'
ok 'is filled' fill
ok 'and answers' slapd_start /tmp/one
install -g idmap -m 0640 /dev/null /etc/idmap/secret
echo "$slapd_secret" >/etc/idmap/secret
settings 799999
for host in $hosts; do
	ok "host $host" host_make "$host"
	ok 'has the domain' on "$host" idmap apply
	ok 'and idmapd' host_start "$host"
	ok 'with a store' on "$host" idmap state adopt
done

# ---- The pool is made by who wants it, and not by accident.
refused 'without a pool nobody gets a number' 'idmap domain pool --create' \
    on 1 "$granter" grant $sid-900
ok 'it is made' on 1 idmap domain pool --create corp
refused 'once' 'there is a pool already' on 2 idmap domain pool --create corp
is 'and begins where the range does' "$(next)" '700000 '

# ---- Everybody at the same time.
ok 'all hosts ask for the same accounts at once' \
    all "$granter" many 1000 120 3 2 7
is 'each has one number' "$(pairs)" 120
is 'and no other has it' "$(numbers)" 120
ok 'and each for one at a time' all "$granter" many 2000 60 3 3 1
is 'each of these, too' "$(sids) $(pairs) $(numbers)" '60 60 60'
given >/tmp/before
is 'one more is the next' \
    "$(on 3 "$granter" grant $sid-5000 | cut -d' ' -f2)" \
    "$(next | tr -d ' ' | awk '{ print $1 - 1 }')"

# ---- One of them dies, again and again.
dying() {
	all "$granter" many 3000 300 3 2 3 &
	dying_pid=$!
	for dying_time in 1 2 3; do
		sleep 0.1
		host_kill 2
		host_start 2 || return
	done
	wait "$dying_pid"
	all "$granter" many 3000 300 3 1 50
}
ok 'one host is killed while all of them ask' dying
is 'each account has one number, and nobody another one' \
    "$(sids) $(pairs) $(numbers)" '300 300 300'
is 'all numbers of the directory are different' \
    "$(slapd_search /tmp/one -b "$base" '(objectClass=sambaIdmapEntry)' \
	uidNumber | sed -n 's/^uidNumber: //p' | sort | uniq -d)" ''
for host in $hosts; do
	ok "host $host has what the directory has" on "$host" sh -c '
	    idmap state fold && idmap domain pool corp && idmap verify'
done

# ---- What another host gave.
is 'a new account on one host' "$(on 1 "$granter" grant $sid-6001 |
    cut -d' ' -f1)" $sid-6001
id=$(on 1 "$granter" find $sid-6001 | cut -d' ' -f2)
is 'is found on another' "$(on 2 "$granter" find $sid-6001 | cut -d' ' -f2)" \
    "$id"
is 'and on a third by its number' "$(on 3 "$granter" find-id u "$id")" \
    $sid-6001
is 'whose SID it then knows, too' \
    "$(on 3 idmap show sid:$sid-6001 uid)" "sid:$sid-6001 -> uid:$id"
refused 'what nobody has is not found' notfound on 2 "$granter" find $sid-6002
refused 'nor a number that nobody has' 'to nobody' \
    on 2 "$granter" find-id u 799000
id=$(on 1 idmap show -c usid:$sid-6003 uid | sed 's/.*://')
is 'a user is no group' "$(on 2 idmap show sid:$sid-6003 gid 2>&1 |
    grep -c 'user')" 1
refused 'nor is its number' 'to nobody' on 3 "$granter" find-id g "$id"
is 'which leads to the user' "$(on 3 "$granter" find-id u "$id")" $sid-6003

# ---- Without the directory.
ok 'the directory is gone' slapd_stop /tmp/one
is 'what was known is' "$(on 1 "$granter" find $sid-6001 | cut -d' ' -f1)" \
    $sid-6001
is 'also what was only asked for by number' \
    "$(on 3 idmap show sid:$sid-6001 uid | cut -d' ' -f2)" '->'
refused 'what was not known is not absent' unavailable \
    on 1 "$granter" find $sid-6002
refused 'nor does idmap say so' "numbers of domain 'corp'" \
    on 1 idmap show sid:$sid-6002 uid
refused 'nor of a number' "numbers of domain 'corp'" \
    on 1 idmap show uid:799000 sid
refused 'nor is a number' unavailable on 1 "$granter" find-id u 799000
refused 'and nobody gets a new one' unavailable on 1 "$granter" grant $sid-6002
for host in $hosts; do
	host_kill "$host"
	ok "host $host starts without it" host_start "$host"
done
is 'and knows all the same' "$(while read -r who id; do
	on 2 "$granter" find "$who" | grep -q "^$who $id " || echo "$who"
    done </tmp/before)" ''
ok 'the directory is back' slapd_start /tmp/one

# ---- What is not right there.
ok 'somebody sets the pool back' pool 700000
is 'no number is given a second time' \
    "$(on 1 "$granter" many 7000 20 3 1 20 >/tmp/host1/out; pairs >/dev/null
    slapd_search /tmp/one -b "$base" uidNumber | sed -n 's/^uidNumber: //p' |
	sort | uniq -d | grep -cv "^$(next | tr -d ' ')$")" 0
ok 'and numbers go on' pool 710000
ok 'two entries of one number come in' entry $sid-8001 'uidNumber: 720000'
ok 'as by replication' entry $sid-8002 'uidNumber: 720000'
refused 'the one is refused' "720000 to $sid-8002, too" \
    on 1 "$granter" find $sid-8001
refused 'so is the other' "720000 to $sid-8001, too" \
    on 2 "$granter" grant $sid-8002
refused 'and so is the number' 'gives 720000 to' on 3 "$granter" find-id u 720000
ok 'one out of the range' entry $sid-8003 'uidNumber: 800000'
refused 'is refused' 'out of the range' on 1 "$granter" find $sid-8003
ok 'one that is never served' entry $sid-8004 'uidNumber: 65534'
refused 'is refused, too' '65534, which' on 1 "$granter" find $sid-8004
ok 'one without any' entry $sid-8005
refused 'is none' 'neither uidNumber nor gidNumber' \
    on 1 "$granter" find $sid-8005
echo 'ours:x:720500:' >>/etc/group
ok 'one of an account of this host' entry $sid-8006 'uidNumber: 720500'
refused 'is not taken from it' 'somebody else has on this host' \
    on 1 "$granter" find $sid-8006
other_number() {
	slapd_change /tmp/one <<-END
		dn: sambaSID=$sid-6001,$base
		changetype: modify
		replace: uidNumber
		uidNumber: 730000
	END
}
ok 'somebody gives an account another number' other_number
is 'here it keeps the one it has' \
    "$(on 1 idmap show sid:$sid-6001 uid | cut -d' ' -f2)" '->'
refused 'and the pool tells of it' 'and 730000 in the directory' \
    on 1 idmap domain pool corp

# ---- The end of the range, and readers.
ok 'the pool is at its end' pool 799999
ok 'the last one' on 1 "$granter" grant $sid-9001
refused 'there is none any more' 'no number left' on 2 "$granter" grant $sid-9002
settings 799999 yes
ok 'the hosts only read now' apply
is 'what is there is found' "$(on 2 "$granter" grant $sid-9001 |
    cut -d' ' -f2)" 799999
reads_only() {
	on 2 "$granter" grant $sid-9003 2>&1 | grep -qF 'is read only'
}
ok 'and nothing is added' wait_until reads_only

for host in $hosts; do
	kill "$(cat "/tmp/host$host/idmapd")" "$(cat "/tmp/host$host/pid")"
done
host_end
