#!/bin/sh
# windows -- users and groups of a real Active Directory, by the name service.
set -u
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/directory/dc.sh"
dc_ready || exit 99
private_root "$0"
. "$top_srcdir/tests/directory/host.sh"

# in_group USER GROUP
in_group() {
	id -Gn "$1" | tr ' ' '\n' | grep -qx "$2@corp.example.com"
}

ok 'a domain controller' dc_start corp
domain corp <<END
[domain]
backend = rid
range = 200000-999999
sid = $dc_sid_corp
dns = corp.example.com
netbios = CORP
default = yes
home = /home/%U
shell = /bin/bash
[directory]
schema = ad
principal = idmap-svc@$dc_realm
keytab = /run/idmap-keytab
timeout = 30
END
install -o idmap -m 0400 "$dc_folder/corp/keytab" /run/idmap-keytab
ok 'a domain' idmap apply
ok 'idmapd starts' idmapd_start
is 'a user, found by DNS, Kerberos and a sealed connection' \
    "$(getent passwd alice@corp.example.com | cut -d: -f1,3,4,6,7)" \
    'alice@corp.example.com:201104:200513:/home/alice:/bin/bash'
is 'by number' "$(getent passwd 201104)" \
    "$(getent passwd alice@corp.example.com)"
is 'in other spellings' "$(getent passwd 'CORP\ALICE')" \
    "$(getent passwd alice@corp.example.com)"
is 'a name with a dot' "$(id -un 'CORP\bob.brown')" bob.brown@corp.example.com
is 'a name with a blank' "$(id -un 'CORP\Carl Blank')" \
    'carl blank@corp.example.com'
is 'a name beyond ASCII' "$(id -un 'CORP\JÜRGEN GROß')" \
    'jürgen groß@corp.example.com'
ok 'one without numbers of its own' id -u dora@corp.example.com
is 'another primary group' "$(id -gn emil@corp.example.com)" \
    staff@corp.example.com
is 'a group' "$(getent group staff@corp.example.com | cut -d: -f1,3)" \
    'staff@corp.example.com:201103'
is 'a large group, whole' "$(getent group many@corp.example.com |
    cut -d: -f4 | tr , '\n' | grep -c .)" $dc_people
ok 'groups in groups' in_group alice@corp.example.com middle
ok 'and in those' in_group alice@corp.example.com outer
ok 'a loop of groups ends' in_group bob.brown@corp.example.com ring2
none 'nobody' getent passwd nobody-there@corp.example.com
ok 'within a moment all of it is in the cache' wait_until cached i/m/alice@
ok 'the cache is whole' idmap verify
ok 'the domain controller ends' dc_stop corp
is 'and alice is known' \
    "$(getent passwd alice@corp.example.com | cut -d: -f1,3)" \
    'alice@corp.example.com:201104'
ok 'with her groups' in_group alice@corp.example.com outer
ok 'idmapd ends' idmapd_stop

# ---- Numbers that are given here: by "*", a slice to each domain.
cat >/etc/idmap/domains.d/default.conf <<END
[domain]
backend = autorid
range = 2000000-2999999
[options]
rangesize = 100000
END
rm -rf /var/lib/idmap/state/cache.gdbm /var/lib/idmap/map.gdbm
sed -i -e 's/^backend = rid/backend = none/' -e '/^range/d' \
    /etc/idmap/domains.d/corp.conf
ok 'the domain has its numbers from the catch-all' idmap apply
ok 'a domain controller again' dc_start corp
ok 'idmapd, again' idmapd_start
ok 'its store' idmap state adopt
is 'the domain gets its first slice' "$(getent passwd alice@corp.example.com |
    cut -d: -f1,3,4)" 'alice@corp.example.com:2101104:2100513'
is 'its numbers lead back' "$(getent passwd 2101104 | cut -d: -f1)" \
    alice@corp.example.com
is 'a group has its number there' "$(getent group 2101103 | cut -d: -f1,3)" \
    'staff@corp.example.com:2101103'
is 'and a user his groups' "$(id -G emil@corp.example.com | tr ' ' '\n' |
    grep -cv '^21.....$')" 0
is 'idmap says the same' "$(idmap show usid:$dc_sid_corp-1104 uid)" \
    "usid:$dc_sid_corp-1104 -> uid:2101104"
ok 'idmapd ends, at last' idmapd_stop
host_end
