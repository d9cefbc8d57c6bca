#!/bin/sh
# overruled -- overrides, an Active Directory that names accounts of this host,
# name rules and own identities, all of them against each other: "idmap show",
# the name service and PAM tell the same, asked for the first time, cached, and
# without the server.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/host.sh"
. "$top_srcdir/tests/directory/agreeing.sh"

sid=S-1-5-21-10-20-30
printf '%s\n' 'account required pam_idmap.so' >/etc/pam.d/trial
useradd -u 1500 -m -s /bin/sh local
useradd -u 1501 -m -s /bin/sh ruled
groupadd -g 1600 locals
groupadd -g 1601 ruleds

# Accounts are called EQUAL-RULE-OVERRIDE: whom their object names, which rule
# there is, and whether there is an override, by name or SID.
equals='none local missing'
rules='no user inhibit'
overrides='no name sid'

each() { # WHAT: with equal, rule, override, name, rid set
	rid=1100
	for equal in $equals; do
		for rule in $rules; do
			for override in $overrides; do
				rid=$((rid + 2))
				name=$equal-$rule-$override
				"$1"
			done
		done
	done
}

object() { # CLASS CN RID
	cat <<-END
		dn: cn=$2,$ldif_base
		objectClass: $1
		sAMAccountName: ${2#group-}
		objectSid:: $(ldif_sid "$sid-$3")
	END
}
named() { # ATTRIBUTE LOCAL
	case $equal in
	local) echo "$1: $2" ;;
	missing) echo "$1: nobody-there" ;;
	esac
}
put_objects() {
	object user "$name" "$rid"
	echo 'sAMAccountType: 805306368'
	echo 'primaryGroupID: 513'
	named description local
	echo
	object group "group-$name" $((rid + 1))
	echo 'sAMAccountType: 268435456'
	echo 'groupType: -2147483646'
	named info locals
	echo
}
server() {
	slapd_make /tmp/one 127.0.0.29 ad && {
		ldif_tree
		each put_objects
	} | slapd_load /tmp/one && slapd_start /tmp/one
}
ok 'a server' server
domain corp <<END
[domain]
backend = rid
range = 100000-199999
sid = $sid
dns = corp.example
netbios = CORP
home = /home/%U
shell = /bin/sh
[directory]
schema = ad
servers = ldap://127.0.0.29/
bind = anonymous
tls = off
base = $ldif_base
mapping = name
unixuser_attribute = description
unixgroup_attribute = info
END
ok 'a domain' idmap apply
each put_rule >/tmp/rules
ok 'rules' idmap -f /tmp/rules
each put_override >/tmp/overrides
ok 'overrides' idmap override import /tmp/overrides
ok 'idmapd starts' idmapd_start
sleep 0.2

who_wins() {
	case $override-$equal-$rule in
	name-* | sid-*) wins=Override ;;
	no-local-*) wins='AD Directory' ;;
	no-none-no) wins='Backend rid' ;;
	no-none-user) wins='Name Rule' ;;
	*) wins= ;;
	esac
}

# Each is asked for by the name service first.
# first NAME NUMBER: nobody has asked for it before.
first() {
	is "$1 is so from the start" "$(getent passwd "$1@corp.example" |
	    cut -d: -f3)" "$2"
}
first none-user-sid 301112
first local-user-name 301128
first local-no-no 1500
first none-user-no 1501
agree 'asked for the first time'
agree 'and again'
ok 'within a moment all is cached' wait_until cached i/p/none-no-no@
sleep 1.5
ok 'the cache is whole' idmap verify
ok 'the server ends' slapd_stop /tmp/one
agree 'without the server'

# ---- Who is not known is not somebody else.
ok 'idmapd ends' idmapd_stop
rm -f /var/lib/idmap/state/cache.gdbm
sleep 0.2
name=none-user-sid
is 'a rule does not count where an override may' \
    "$(getent passwd $name@corp.example)" ''
refused 'as show tells, with the reason' idmapd.sock \
    idmap show winuser:$name@corp.example uid
refused 'and PAM' '' pamtester trial $name@corp.example acct_mgmt
host_end
