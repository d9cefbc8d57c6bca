#!/bin/sh
# lookups -- users and groups of a real LDAP server, by the name service.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/host.sh"

fill() {
	{
		ldif_tree
		ldif_staff rfc2307
		ldif_users 100
		ldif_groups rfc2307 100 10
		ldif_busy rfc2307 20
		ldif_user cut 81990 50000
	} | slapd_load /tmp/one
}

ok 'a server' slapd_make /tmp/one 127.0.0.11 rfc2307
ok 'is filled' fill
ok 'and answers' slapd_start /tmp/one
ldap_domain /tmp/one 127.0.0.11 'timeout = 20' \
    '[domain]' 'netbios = EX' 'default = yes'
ok 'a domain' idmap apply
ok 'the map is whole' idmap verify
in_force() {
	! idmap check | grep -F 'not in force'
}
ok 'what the files say is in force' in_force
sed -i 's/^timeout = 20/timeout = 21/' /etc/idmap/domains.d/ldap.conf
refused 'a directory that was changed is not' 'not in force' in_force
sed -i 's/^timeout = 21/timeout = 20/' /etc/idmap/domains.d/ldap.conf
none 'without idmapd nobody is known' getent passwd u00001@example.com
ok 'idmapd starts' idmapd_start
is 'a user, by name' "$(getent passwd u00001@example.com)" \
    'u00001@example.com:*:100001:50000:User 00001,Room 1,,:/home/u00001:/bin/bash'
is 'and by number' "$(getent passwd 100001)" \
    "$(getent passwd u00001@example.com)"
is 'and in another spelling' "$(getent passwd 'EX\U00001')" \
    "$(getent passwd u00001@example.com)"
is 'a group, by name' "$(getent group staff@example.com)" \
    'staff@example.com:*:50000:u00000@example.com'
is 'and by number' "$(getent group 50000)" "$(getent group staff@example.com)"
is 'the groups of a user' "$(id -Gn in20@example.com | wc -w)" 21
none 'who is not there' getent passwd nobody-there@example.com
none 'nor by number' getent passwd 1999999

ok 'an override gives a user another name' \
    idmap override set --name third@example.com user u00003@example.com
is 'which is his' "$(getent passwd third@example.com | cut -d: -f1,3)" \
    third@example.com:100003
is 'also when the first is asked for' \
    "$(getent passwd u00003@example.com | cut -d: -f1)" third@example.com

# ---- Rules about groups that nobody has asked for.
groupadd -g 1600 locals
ok 'a rule' idmap add -d wingroup:in20-00003@example.com unixgroup:locals
ok 'and one that inhibits' \
    idmap add -d wingroup:in20-00004@example.com 'unixgroup:""'
ruled="1600 50000 $(seq 1090000 1090019 |
    grep -vx -e 1090003 -e 1090004 | xargs)"
groups_of() {
	id -G "$1@example.com" | tr ' ' '\n' | sort -n | xargs
}
ok 'nothing is cached' idmap flush
is 'they are obeyed the first time' "$(groups_of in20)" "$ruled"
is 'and afterwards' "$(groups_of in20)" "$ruled"
ok 'within a moment the groups are in the cache' \
    wait_until cached i/g/in20-00003@
ok 'one of them is forgotten' idmap flush in20-00003@example.com
is 'which changes nothing' "$(groups_of in20)" "$ruled"

ok 'within a moment they are in the cache' wait_until cached i/p/u00001@
ok 'and so are groups' wait_until cached i/g/staff@
ok 'the cache is whole' idmap verify
ok 'idmapd ends' idmapd_stop
ok 'the server ends' slapd_stop /tmp/one
is 'who was seen is known without either' \
    "$(getent passwd u00001@example.com)" \
    'u00001@example.com:*:100001:50000:User 00001,Room 1,,:/home/u00001:/bin/bash'
is 'by number, too' "$(getent passwd 100001 | cut -d: -f1)" u00001@example.com
is 'with all his groups' "$(groups_of in20)" "$ruled"
none 'and nobody else' getent passwd u00002@example.com
forget() {
	forget_file=/var/lib/idmap/state/cache.gdbm
	forget_key=$(gdbmtool -r "$forget_file" list |
	    sed -n "s,^\($1#[^ ]*\).*,\1,p")
	gdbmtool "$forget_file" delete "$forget_key"
}
ok 'a group is forgotten' forget i/G/1090005
is 'that a rule could keep from the user: he does not get it' \
    "$(groups_of in20)" "$(echo "$ruled" | sed 's/ 1090005//')"
host_end
