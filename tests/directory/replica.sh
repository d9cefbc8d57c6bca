#!/bin/sh
# replica -- a domain whose whole directory is kept here, and follows it.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/host.sh"

fill() {
	{
		ldif_tree
		ldif_staff rfc2307bis
		ldif_users 1000
		ldif_groups rfc2307bis 1000 100
		ldif_busy rfc2307bis 20
		ldif_user mover 81990 50000
		ldif_user guest 81991 50000
		ldif_user tiny 40 50000
		ldif_user jürgen 81899 50000 | sed 's|/home/jürgen|/home/j|'
	} | slapd_load /tmp/one
}

# settings REPLICATE
settings() {
	domain ldap <<-END
		[domain]
		backend = rfc2307
		range = 50000-1999999
		dns = example.com
		netbios = EX
		default = yes
		enumerate = yes
		[directory]
		schema = rfc2307bis
		servers = ldap://127.0.0.11/
		tls = start_tls
		ca_file = /tmp/one/ca/ca.pem
		base = $ldif_base
		replicate = $1
	END
}

# gone COMMAND...: it fails, as getent does.
gone() {
	gone_status=0
	"$@" >/dev/null 2>&1 || gone_status=$?
	[ "$gone_status" -eq 2 ]
}

# says TEXT COMMAND...
says() {
	says_text=$1
	shift
	[ "$("$@" 2>/dev/null)" = "$says_text" ]
}

gids() {
	id -G "$1" | tr ' ' '\n' | sort -n | tr '\n' ' '
}

users() {
	getent passwd | grep -c '@example.com:'
}

groups_all() {
	getent group | grep -c '@example.com:'
}

# status_of NAME: what idmap says of the domain.
status_of() {
	idmap status --json | sed -n '/"replicas"/,/]/p' |
	    sed -n "s/^ *\"$1\": \([^,]*\),*$/\1/p"
}

error_is() {
	status_of error | grep -q "$1"
}

# whole: how often everything was read.
whole() {
	grep -c "was read:" "$host_messages"
}

change() {
	slapd_change /tmp/one </tmp/ldif
}

ok 'a server' slapd_make /tmp/one 127.0.0.11 rfc2307bis
ok 'is filled' fill
ok 'and answers' slapd_start /tmp/one
settings yes
ok 'a domain' idmap apply
ok 'idmapd starts' idmapd_start
ok 'all of it comes' wait_until cached i/d/ldap
ok 'the map and the cache are whole' idmap verify
ok 'which server all of it is from is told' sh -c \
    '[ "$(idmap cache list -v | grep -c "told by ldap")" -gt 10 ]'
is 'all users are listed' "$(users)" 1004
ok 'idmap says so' wait_until says '"complete"' status_of state
is 'and how many' \
    "$(status_of users) $(status_of groups) $(status_of refused)" '1004 121 1'
ok 'also to people' sh -c "idmap status |
    grep -E '^  ldap complete, 1004 users, 121 groups, 1 refused, as of 20'"
out_of_range="'uid=tiny,ou=people,$ldif_base': uidNumber 40 is out of the range"
is 'who is refused is told of, with the reason' \
    "$(grep -c "refused: $out_of_range" "$host_messages")" 1
refused 'is said not to be among those who are here' 'not among them' \
    idmap show winuser:tiny@example.com
refused 'and why, when that is asked for' "$out_of_range" \
    idmap show -V winuser:tiny@example.com
ok 'also when he is asked for afresh' sh -c "idmap flush tiny@example.com |
    grep -F \"$out_of_range\""
is 'a name beyond ASCII, in another spelling' \
    "$(getent passwd JÜRGEN@example.com | cut -d: -f1,3)" \
    'jürgen@example.com:81899'
is 'and all groups' "$(groups_all)" 121
is 'a user has all groups' "$(id -Gn in20@example.com | wc -w)" 21
is 'a group has its members' \
    "$(getent group g00000@example.com | cut -d: -f4 | tr ',' '\n' | wc -l)" 10

# What changes there.
cat >/tmp/ldif <<END
dn: uid=new,ou=people,$ldif_base
changetype: add
objectClass: inetOrgPerson
objectClass: posixAccount
uid: new
cn: new
sn: new
uidNumber: 81992
gidNumber: 50000
homeDirectory: /home/new

dn: cn=inner,ou=groups,$ldif_base
changetype: add
objectClass: groupOfNames
objectClass: posixGroup
cn: inner
gidNumber: 60001
member: uid=new,ou=people,$ldif_base
member: cn=outer,ou=groups,$ldif_base

dn: cn=outer,ou=groups,$ldif_base
changetype: add
objectClass: groupOfNames
objectClass: posixGroup
cn: outer
gidNumber: 60002
member: cn=inner,ou=groups,$ldif_base
member: uid=guest,ou=people,$ldif_base
END
ok 'a user and groups come' change
ok 'he is seen' wait_until cached i/p/new@
ok 'he is in a group that is in another one' \
    wait_until says '50000 60001 60002 ' gids new@example.com
is 'groups in each other have the same members' \
    "$(getent group inner@example.com outer@example.com | cut -d: -f4 |
	tr ',' '\n' | sort | uniq -c | awk '{ printf "%s%s ", $1, $2 }')" \
    '2guest@example.com 2new@example.com '

cat >/tmp/ldif <<END
dn: uid=guest,ou=people,$ldif_base
changetype: modify
replace: loginShell
loginShell: /bin/dash
END
ok 'a user changes' change
ok 'which is seen' wait_until says \
    'guest@example.com:*:81991:50000:guest:/home/guest:/bin/dash' \
    getent passwd guest@example.com

cat >/tmp/ldif <<END
dn: uid=mover,ou=people,$ldif_base
changetype: modrdn
newrdn: uid=moved
deleteoldrdn: 1
END
ok 'a user is renamed' change
ok 'the old name goes' wait_until gone getent passwd mover@example.com
is 'the number has the new one' \
    "$(getent passwd 81990 | cut -d: -f1)" moved@example.com

cat >/tmp/ldif <<END
dn: uid=guest,ou=people,$ldif_base
changetype: delete

dn: cn=outer,ou=groups,$ldif_base
changetype: delete
END
ok 'users and groups go' change
ok 'the user is not there' wait_until gone getent passwd guest@example.com
ok 'nor by number' wait_until gone getent passwd 81991
ok 'nor the group' wait_until gone getent group outer@example.com
ok 'whose members are in it no more' \
    wait_until says '50000 60001 ' gids new@example.com
is 'all others are' "$(users)" 1004

is 'for none of which everything was read again' "$(whole)" 1

# Two with one number, or one name: none silently wins.
cat >/tmp/ldif <<END
dn: uid=first,ou=people,$ldif_base
changetype: add
objectClass: inetOrgPerson
objectClass: posixAccount
uid: first
cn: first
sn: first
uidNumber: 81994
gidNumber: 50000
homeDirectory: /home/first

dn: uid=second,ou=people,$ldif_base
changetype: add
objectClass: inetOrgPerson
objectClass: posixAccount
uid: second
cn: second
sn: second
uidNumber: 81994
gidNumber: 50000
homeDirectory: /home/second

dn: uid=intruder,ou=people,$ldif_base
changetype: add
objectClass: inetOrgPerson
objectClass: posixAccount
uid: intruder
cn: intruder
sn: intruder
uidNumber: 81899
gidNumber: 50000
homeDirectory: /home/intruder

dn: ou=more,ou=people,$ldif_base
changetype: add
objectClass: organizationalUnit
ou: more

dn: uid=NEW,ou=more,ou=people,$ldif_base
changetype: add
objectClass: inetOrgPerson
objectClass: posixAccount
uid: NEW
cn: NEW
sn: NEW
uidNumber: 81995
gidNumber: 50000
homeDirectory: /home/impostor

dn: cn=copy,ou=groups,$ldif_base
changetype: add
objectClass: groupOfNames
objectClass: posixGroup
cn: copy
gidNumber: 60001
member: uid=new,ou=people,$ldif_base

dn: uid=seen,ou=people,$ldif_base
changetype: add
objectClass: inetOrgPerson
objectClass: posixAccount
uid: seen
cn: seen
sn: seen
uidNumber: 81996
gidNumber: 50000
homeDirectory: /home/seen
END
ok 'several come who are in the way of others' change
ok 'all were read' wait_until cached i/p/seen@
is 'who had the number keeps it' \
    "$(getent passwd 81899 | cut -d: -f1)" jürgen@example.com
none 'who wants it, too, is not served' getent passwd intruder@example.com
none 'of two new ones neither is' getent passwd first@example.com
none 'nor the other' getent passwd second@example.com
none 'nor their number' getent passwd 81994
is 'who had the name keeps it' \
    "$(getent passwd new@example.com | cut -d: -f3)" 81992
none 'so it is not the other one' getent passwd 81995
is 'a group keeps its number' \
    "$(getent group 60001 | cut -d: -f1)" inner@example.com
none 'which no other gets' getent group copy@example.com
ok 'the cache is whole' idmap verify
is 'it is told once, and who they are' \
    "$(grep -c "rgen@example.com' and 'uid=intruder,.* number 81899: only" \
	"$host_messages")" 1
is 'they are counted' "$(status_of refused)" 6
is 'also that neither is' \
    "$(grep -c "users 'first@.* and 'uid=second,.* 81994: neither is served" \
	"$host_messages")" 1
cat >/tmp/ldif <<END
dn: uid=first,ou=people,$ldif_base
changetype: delete

dn: uid=intruder,ou=people,$ldif_base
changetype: delete

dn: uid=NEW,ou=more,ou=people,$ldif_base
changetype: delete

dn: ou=more,ou=people,$ldif_base
changetype: delete

dn: cn=copy,ou=groups,$ldif_base
changetype: delete

dn: uid=seen,ou=people,$ldif_base
changetype: delete
END
ok 'they go again' change
ok 'who is alone then is served' wait_until getent passwd second@example.com
is 'with the number' "$(getent passwd 81994 | cut -d: -f1)" second@example.com
printf 'dn: uid=second,ou=people,%s\nchangetype: delete\n' "$ldif_base" \
    >/tmp/ldif
ok 'and goes' change
ok 'and is gone' wait_until gone getent passwd second@example.com

# Without the server.
ok 'the server ends' slapd_stop /tmp/one
is 'whoever was never asked for is known' \
    "$(getent passwd u00777@example.com | cut -d: -f3)" 100777
is 'also by a name beyond ASCII, in another spelling' \
    "$(getent passwd JÜRGEN@example.com | cut -d: -f1,3)" \
    'jürgen@example.com:81899'
ok 'with his groups' [ "$(id -gn JÜRGEN@example.com)" = staff@example.com ]
none 'and one that is nobody is not' getent passwd JÖRGEN@example.com
none 'and who is not there is not' getent passwd nobody-there@example.com
ok 'that nobody answers is told' wait_until error_is 'refused'
ok 'the server comes back' slapd_start /tmp/one
cat >/tmp/ldif <<END
dn: uid=late,ou=people,$ldif_base
changetype: add
objectClass: inetOrgPerson
objectClass: posixAccount
uid: late
cn: late
sn: late
uidNumber: 81993
gidNumber: 50000
homeDirectory: /home/late
END
ok 'a user comes' change
ok 'and is seen' wait_until getent passwd late@example.com

# What is here is not read again, but what happened meanwhile is seen.
before=$(whole)
ok 'idmapd ends' idmapd_stop
cat >/tmp/ldif <<END
dn: uid=late,ou=people,$ldif_base
changetype: delete
END
ok 'somebody goes meanwhile' change
is 'all are known without it' "$(users)" 1005
ok 'it starts again' idmapd_start
ok 'who went is not there' wait_until gone getent passwd late@example.com
is 'all others are' "$(users)" 1004

is 'for which nothing was read again' "$(whole)" "$before"
is 'how many cannot be served is known all the same' \
    "$(status_of refused)" 1

# The cache is emptied.
ok 'the cache is deleted' rm /var/lib/idmap/state/cache.gdbm
ok 'all of it comes again' wait_until says 1004 users
ok 'and is whole' idmap verify
ok 'the server ends' slapd_stop /tmp/one
ok 'idmapd ends' idmapd_stop

# While all is read the first time: the first entry and the last one have the
# same number, and a part is published when only the first was seen.
fill_long() {
	{
		ldif_tree
		ldif_user first 81994 50000
		ldif_users 30000
		ldif_user last 81994 50000
	} | slapd_load /tmp/one
}
ok 'a larger server' slapd_make /tmp/one 127.0.0.11 rfc2307bis
ok 'is filled' fill_long
ok 'and answers' slapd_start /tmp/one
ok 'nothing is known of it' \
    rm -rf /var/lib/idmap/state /var/lib/idmap/map.gdbm
ok 'a domain' idmap apply
ok 'idmapd starts' idmapd_start
ok 'a part is published' wait_until cached i/P/81994
ok 'the server is frozen' slapd_freeze /tmp/one
none 'which is not all' sh -c 'gdbmtool -r /var/lib/idmap/state/cache.gdbm \
    list | grep -F i/d/ldap && exit 0; exit 2'
ok 'who may not be alone is not served' sh -c '! getent passwd 81994'
ok 'the server goes on' slapd_thaw /tmp/one
ok 'all of it comes' wait_until cached i/d/ldap
is 'those who are alone are served' "$(users)" 30000
none 'and the two are not' getent passwd 81994
ok 'the cache is whole' idmap verify
ok 'the server ends' slapd_stop /tmp/one
ok 'idmapd ends' idmapd_stop
host_end
