#!/bin/sh
# windows -- users and groups of real Active Directories, by the name service.
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

# groups_of USER: but his primary one, sorted.
groups_of() {
	id -Gn "$1" | tr ' ' '\n' | grep -v '^domain\|^users' | sort |
	    tr '\n' ' '
}

# members GROUP: sorted.
members() {
	getent group "$1" | cut -d: -f4 | tr , '\n' | sort | tr '\n' ' '
}

# anew: idmapd, on a host that has served nobody.
anew() {
	[ -z "$host_pid" ] || idmapd_stop || return
	rm -rf /var/lib/idmap/*
	idmap apply && idmapd_start
}

ok 'a domain controller' dc_start corp
forest corp rid 200000-999999
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
is 'a large group, whole' "$(members many@corp.example.com | wc -w)" $dc_people
is 'also through another one' "$(members whole@corp.example.com | wc -w)" \
    $dc_people
ok 'groups in groups' in_group alice@corp.example.com middle
ok 'and in those' in_group alice@corp.example.com outer
ok 'a loop of groups ends' in_group bob.brown@corp.example.com ring2
none 'nobody' getent passwd nobody-there@corp.example.com
is 'whom another domain knew by another SID' \
    "$(idmap show "usid:$dc_sid_former-4711" uid | sed 's/.*-> //')" \
    "uid:$(id -u moved@corp.example.com)"
refused 'a SID that nobody ever had' "has the SID $dc_sid_former" \
    idmap show "usid:$dc_sid_former-4712" uid
ok 'within a moment all of it is in the cache' wait_until cached i/m/alice@
ok 'the cache is whole' idmap verify
ok 'the domain controller ends' dc_stop corp
is 'and alice is known' \
    "$(getent passwd alice@corp.example.com | cut -d: -f1,3)" \
    'alice@corp.example.com:201104'
ok 'with her groups' in_group alice@corp.example.com outer
refused 'that a SID is unknown is not said of a domain that is silent' \
    "in 'corp' is not known" idmap show "usid:$dc_sid_former-4713" uid
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
ok 'idmapd ends again' idmapd_stop

# ---- All of it is kept here, and nobody is asked for anything.
# Who counts 3000 entries rests for a while.
patiently() {
	wait_until "$@" || wait_until "$@" || wait_until "$@"
}

rm -rf /var/lib/idmap/state/cache.gdbm /var/lib/idmap/map.gdbm \
    /etc/idmap/domains.d/default.conf
sed -i -e 's/^backend = none/backend = rid\nrange = 200000-999999/' \
    -e 's/^schema = ad/&\nreplicate = yes/' /etc/idmap/domains.d/corp.conf
: >"$host_messages"
ok 'the domain as a whole' idmap apply
ok 'idmapd, once more' idmapd_start
ok 'all of it comes' patiently cached i/d/corp
ok 'and is whole' idmap verify

# says TEXT COMMAND...
says() {
	says_text=$1
	shift
	[ "$("$@" 2>/dev/null)" = "$says_text" ]
}

gone() {
	! getent passwd "$1" >/dev/null
}

change() {
	dc_change corp </tmp/ldif >/tmp/ldapmodify 2>&1 ||
	    { cat /tmp/ldapmodify; false; }
}

dc_change_other() {
	dc_change other </tmp/ldif >/tmp/ldapmodify 2>&1 ||
	    { cat /tmp/ldapmodify; false; }
}

ad_base=DC=corp,DC=example,DC=com
is 'a user' "$(getent passwd alice@corp.example.com | cut -d: -f1,3,4,6,7)" \
    'alice@corp.example.com:201104:200513:/home/alice:/bin/bash'
ok 'in all her groups' in_group alice@corp.example.com outer
is 'in another spelling, beyond ASCII' "$(id -un 'CORP\JÜRGEN GROß')" \
    'jürgen groß@corp.example.com'
is 'a large group, whole' "$(getent group many@corp.example.com |
    cut -d: -f4 | tr , '\n' | grep -c .)" $dc_people
{
	ad_user newbie 'displayName: New Bie'
	ad_group club global "$(ad_member @inner)"
	ad_join staff newbie
	ad_join middle newbie
} | sed 's/^objectClass/changetype: add\n&/' >/tmp/ldif
ok 'a user and a group come' change
ok 'he is seen' wait_until getent passwd newbie@corp.example.com
ok 'in his group' wait_until in_group newbie@corp.example.com staff
ok 'and in one that has it' in_group newbie@corp.example.com outer
ok 'a group has the members of another' in_group alice@corp.example.com club
cat >/tmp/ldif <<END
dn: CN=newbie,OU=People,$ad_base
changetype: modify
replace: displayName
displayName: Other Name
-
replace: sAMAccountName
sAMAccountName: Oldie
-

dn: CN=newbie,OU=People,$ad_base
changetype: modrdn
newrdn: CN=oldie
deleteoldrdn: 1
END
ok 'he changes his name' change
ok 'the new one is seen' wait_until getent passwd oldie@corp.example.com
none 'the old one is not' getent passwd newbie@corp.example.com
ok 'his groups are the same' in_group oldie@corp.example.com outer
ok 'which list him' sh -c 'getent group staff@corp.example.com |
    grep -q "[:,]oldie@corp.example.com"'
cat >/tmp/ldif <<END
dn: CN=inner,OU=Groups,$ad_base
changetype: modify
delete: member
member: CN=alice,OU=People,$ad_base
END
ok 'somebody leaves a group' change
ok 'and all that have it' wait_until says \
    "club@corp.example.com:*:$(getent group club@corp.example.com |
	cut -d: -f3):" getent group club@corp.example.com
is 'which her groups say, too' "$(id -Gn alice@corp.example.com |
    tr ' ' '\n' | grep -c '^outer@')" 0
printf 'dn: CN=oldie,OU=People,%s\nchangetype: delete\n' "$ad_base" >/tmp/ldif
ok 'a user goes, which we are not shown' change
ok 'and is gone' patiently gone oldie@corp.example.com
ok 'the cache is whole still' idmap verify
is 'all was read once' "$(grep -c 'was read:' "$host_messages")" 1

# Without it, and with what happened meanwhile.
ok 'the domain controller is killed' dc_kill corp
is 'everybody is known' "$(id -un 'CORP\JÜRGEN GROß')" \
    'jürgen groß@corp.example.com'
none 'nobody is not' getent passwd nobody-there@corp.example.com
ok 'it comes back' dc_start corp
ok 'idmapd ends' idmapd_stop
printf 'dn: CN=emil,OU=People,%s\nchangetype: delete\n' "$ad_base" >/tmp/ldif
ok 'somebody goes while it is down' change
ok 'it starts' idmapd_start
ok 'who went is gone' patiently gone emil@corp.example.com
is 'nothing was read again' "$(grep -c 'was read:' "$host_messages")" 1
is 'the name service has asked nobody' "$(idmap status --json |
    sed -n 's/^ *"lookups_asked": \([0-9]*\),*$/\1/p')" 0
ok 'idmapd ends, at last' idmapd_stop

# ---- Two forests, with names in common.
rm /etc/idmap/domains.d/default.conf
ok 'a domain controller that trusts it' dc_start other
forest corp rid 200000-999999
forest other rid 1200000-1999999
ok 'both domains' anew
is 'a name that both have' "$(id -un 'CORP\shared') $(id -un 'OTHER\shared')" \
    'shared@corp.example.com shared@other.example.net'
is 'is two users' "$(id -u 'OTHER\alice') $(id -u 'CORP\alice')" \
    '1201104 201104'
is 'a member of another domain, of whom nobody has asked' \
    "$(members mixed@corp.example.com)" \
    'alice@other.example.net bob.brown@corp.example.com '
is 'a whole group of it' "$(members round@corp.example.com)" \
    'alice@other.example.net olga@other.example.net '
is 'who is in groups of the other domain' \
    "$(groups_of alice@other.example.net)" \
    'mixed@corp.example.com outside@corp.example.com round@corp.example.com staff@other.example.net '
is 'and who is by his group' "$(groups_of olga@other.example.net)" \
    'outside@corp.example.com round@corp.example.com staff@other.example.net '
ok 'within a moment it is in the cache' wait_until cached i/m/olga@
ok 'one ends' dc_stop other
is 'what was seen is known' "$(groups_of olga@other.example.net)" \
    'outside@corp.example.com round@corp.example.com staff@other.example.net '
is 'and the other one is not slowed down' \
    "$(members staff@corp.example.com | wc -w)" 3

# ---- Numbers that "*" gives to both, while only the keeper knows them: the
# files tell of a number neither whose it is nor which domain is to be asked.
ok 'it comes back' dc_start other
cat >/etc/idmap/domains.d/default.conf <<END
[domain]
backend = autorid
range = 2000000-2999999
[options]
rangesize = 100000
END
forest corp none ''
forest other none ''
sed -i '/^range/d' /etc/idmap/domains.d/corp.conf \
    /etc/idmap/domains.d/other.conf
ok 'both have their numbers from the catch-all' anew
ok 'which has a store' idmap state adopt
number=$(id -u alice@other.example.net)
is 'a number leads back at once' "$(id -un "$number")" alice@other.example.net
number=$(id -u olga@other.example.net)
killed_and_back() {
	kill -KILL $(cat "/proc/$host_pid/task/$host_pid/children") "$host_pid"
	wait "$host_pid"
	rm -f /var/lib/idmap/state/cache.gdbm
	idmapd_start
}
ok 'idmapd is killed' killed_and_back
is 'and another one finds whose it is' "$(id -un "$number")" \
    olga@other.example.net
none 'and that nobody has the next one' getent passwd "$((number + 1000))"
ok 'idmapd ends now' idmapd_stop
rm /etc/idmap/domains.d/default.conf

# ---- Two forests again, kept as a whole.
forest corp rid 200000-999999 'replicate = yes'
forest other rid 1200000-1999999 'replicate = yes'
ok 'both as a whole' anew
ok 'all of the one comes' patiently cached i/d/corp
ok 'and of the other' patiently cached i/d/other
ok 'members of the other domain' wait_until says \
    'alice@other.example.net bob.brown@corp.example.com ' \
    members mixed@corp.example.com
is 'a whole group of it' "$(members round@corp.example.com)" \
    'alice@other.example.net olga@other.example.net '
ok 'who is in groups of the other domain' wait_until says \
    'mixed@corp.example.com outside@corp.example.com round@corp.example.com staff@other.example.net ' \
    groups_of alice@other.example.net
is 'and who is by his group' "$(groups_of olga@other.example.net)" \
    'outside@corp.example.com round@corp.example.com staff@other.example.net '
cat >/tmp/ldif <<END
dn: CN=staff,OU=Groups,DC=other,DC=example,DC=net
changetype: modify
delete: member
member: CN=olga,OU=People,DC=other,DC=example,DC=net
END
ok 'she leaves that' dc_change_other
ok 'and is in none of theirs' wait_until says '' \
    groups_of olga@other.example.net
ok 'which have her no more' wait_until says 'alice@other.example.net ' \
    members round@corp.example.com
is 'the name service has asked nobody' "$(idmap status --json |
    sed -n 's/^ *"lookups_asked": \([0-9]*\),*$/\1/p')" 0
ok 'the cache is whole' idmap verify
sed -i 's/^delete: /add: /' /tmp/ldif
ok 'she comes back' dc_change_other
ok 'and is in theirs again' wait_until says \
    'outside@corp.example.com round@corp.example.com staff@other.example.net ' \
    groups_of olga@other.example.net

# ---- Numbers that stand in the directories.
unix='unix_primary_group = yes
unix_nss_info = yes'
forest corp ad 1000-29999 "$unix" \
    'deny_ous = OU=Hidden,DC=corp,DC=example,DC=com'
forest other ad 30000-39999 "$unix"
ok 'numbers of the directories' anew
is 'a user' "$(getent passwd alice@corp.example.com)" \
    'alice@corp.example.com:*:10001:10000:Alice Ash,Room 1,,:/home/unix10001:/bin/bash'
is 'and who bears her name' "$(getent passwd alice@other.example.net)" \
    'alice@other.example.net:*:30001:30000:Alice Elsewhere:/home/unix30001:/bin/bash'
none 'who has no number' getent passwd dora@corp.example.com
none 'nor who has a number of the other domain' \
    getent passwd clash@other.example.net
is 'that number is whose it is' "$(getent passwd 10001 | cut -d: -f1)" \
    alice@corp.example.com
is 'members of the other domain' "$(members outside@corp.example.com)" \
    'alice@other.example.net olga@other.example.net '
is 'and the groups they are in' "$(groups_of alice@other.example.net)" \
    'mixed@corp.example.com outside@corp.example.com round@corp.example.com staff@other.example.net '
is 'who is disabled has a name' "$(id -u disabled@corp.example.com)" 10010
none 'who is below an OU that is denied has none' \
    getent passwd hidden@corp.example.com
forest corp ad 1000-29999 "$unix" 'disabled = hide' \
    'foreign_members = no' 'allow_ous = OU=Hidden,DC=corp,DC=example,DC=com'
ok 'only one OU' anew
is 'who is there' "$(id -u hidden@corp.example.com)" 10030
none 'and who is not' getent passwd alice@corp.example.com
none 'nor who is disabled' getent passwd disabled@corp.example.com
is 'users of other domains are in groups of their own' \
    "$(groups_of alice@other.example.net)" 'staff@other.example.net '

# ---- Services for UNIX.
forest corp ad 1000-29999 "$unix" 'schema_mode = sfu'
ok 'attributes of Services for UNIX 3' anew
is 'a user' "$(getent passwd sfu@corp.example.com)" \
    'sfu@corp.example.com:*:10070:10260:Sfu Thirty:/home/sfu30:/bin/dash'
is 'a group' "$(getent group 10260)" \
    'sfus@corp.example.com:*:10260:sfu@corp.example.com'
forest corp ad 1000-29999 "$unix" 'schema_mode = sfu20'
ok 'of Services for UNIX 2' anew
is 'a user' "$(getent passwd sfu@corp.example.com)" \
    'sfu@corp.example.com:*:10071:10261:Sfu Twenty:/home/sfu20:/bin/sh'
is 'a group' "$(getent group 10261)" \
    'sfus@corp.example.com:*:10261:sfu@corp.example.com'
none 'nobody else has those' getent passwd alice@corp.example.com
ok 'idmapd ends' idmapd_stop
ok 'the controllers end' dc_stop corp
dc_stop other
host_end
