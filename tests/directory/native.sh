#!/bin/sh
# native -- entries of an LDAP directory that name Windows accounts, as "idmap
# show", the name service and PAM obey them: beside overrides and name rules,
# and without the server.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/host.sh"
. "$top_srcdir/tests/directory/agreeing.sh"

printf '%s\n' 'account required pam_idmap.so' >/etc/pam.d/trial
useradd -u 1500 -m -s /bin/sh local
useradd -u 1501 -m -s /bin/sh ruled
useradd -u 1503 -m -s /bin/sh closed
groupadd -g 1600 locals
groupadd -g 1601 ruleds
usermod -aG locals local

# Accounts of corp are called NATIVE-RULE-OVERRIDE: whom an entry of LDAP says
# that each is, which rule there is for it, and whether it has an override.
natives='none own local several'
rules='no user inhibit'
overrides='no name sid'
sid=S-1-5-21-1-2-3

each() { # WHAT: with native, rule, override, name, rid and number set
	rid=1000
	for native in $natives; do
		for rule in $rules; do
			for override in $overrides; do
				rid=$((rid + 2))
				number=$((60000 + rid))
				name=$native-$rule-$override
				"$1"
			done
		done
	done
}

win_attribute() { # KIND: the line of the entry
	case $native in
	own | local | several) echo "description: $1:$name@corp.example" |
	    sed 's/ user:/ /; s/ group:/ /' ;;
	esac
}
posix_user() { # NAME NUMBER
	ldif_user "$1" "$2" 50000 "$(win_attribute user)"
}
posix_group() {
	cat <<-END
		dn: cn=$1,ou=groups,$ldif_base
		objectClass: posixGroup
		cn: $1
		gidNumber: $2
		memberUid: x-own-no-no
		$(win_attribute group)

	END
}
# The UNIX accounts: x-NAME of LDAP's own, or "local" of this host, whom only
# one entry can be; so others stand for accounts called as the Windows ones.
put_entries() {
	case $native in
	own)
		posix_user "x-$name" "$number"
		posix_group "x-$name" "$number"
		;;
	local)
		posix_user "$name" "$number"
		posix_group "$name" "$number"
		;;
	several)
		posix_user "x-$name" "$number"
		posix_user "y-$name" $((number + 10000))
		posix_group "x-$name" "$number"
		posix_group "y-$name" $((number + 10000))
		;;
	esac
}
put_locals() {
	[ $native = local ] || return 0
	useradd -M -u $((number - 50000)) -s /bin/sh "$name"
	groupadd -f -g $((number - 50000)) "$name"
}
put_names() {
	echo "user:$rid:$name:Domain Users"
	echo "group:$((rid + 1)):$name:none-no-no"
}
each put_locals
server() {
	slapd_make /tmp/one 127.0.0.19 rfc2307 &&
	    {
		ldif_tree
		ldif_staff rfc2307
		each put_entries
		ldif_user closed 58000 50000 \
		    'description: closed@CORP' 'shadowExpire: 1'
		ldif_user shut 58001 50000 \
		    'description: CORP\shut' 'shadowExpire: 1'
		ldif_user later 58002 50000
		printf 'dn: cn=pairs,ou=groups,%s\nobjectClass: posixGroup\n' \
		    "$ldif_base"
		printf 'cn: pairs\ngidNumber: 58010\ndescription: pair@corp\n\n'
	    } | slapd_load /tmp/one && slapd_start /tmp/one
}
ok 'a server' server
{
	echo 'group:513:Domain Users'
	each put_names
	printf 'user:%s:Domain Users\n' 2001:closed 2002:shut 2003:late 2004:pair
} >/etc/idmap/corp.names
domain corp <<END
[domain]
backend = rid
range = 100000-199999
sid = $sid
dns = corp.example
netbios = CORP
names = /etc/idmap/corp.names
home = /home/%U
shell = /bin/sh
enumerate = yes
END
# settings [LINE...]: of the LDAP domain
settings() {
	domain ldap <<-END
		[domain]
		backend = rfc2307
		range = 50000-99999
		dns = example.com
		netbios = EX
		[directory]
		schema = rfc2307
		servers = ldap://127.0.0.19/
		tls = start_tls
		ca_file = /tmp/one/ca/ca.pem
		base = $ldif_base
		mapping = name
		winname_attribute = description
	END
	printf '%s\n' "$@" >>/etc/idmap/domains.d/ldap.conf
}
settings
ok 'two domains' idmap apply
each put_rule >/tmp/rules
ok 'rules' idmap -f /tmp/rules
each put_override >/tmp/overrides
ok 'overrides' idmap override import /tmp/overrides
ok 'idmapd starts' idmapd_start
sleep 0.2

# ---- What show says is what the name service and PAM say.
who_wins() {
	case $override-$native-$rule in
	name-* | sid-*) wins=Override ;;
	no-own-* | no-local-*) wins='Native LDAP Directory' ;;
	no-several-*) wins= ;;
	no-none-no) wins='Backend rid' ;;
	*-user) wins='Name Rule' ;;
	*) wins= ;;
	esac
}
# Before anything of them is known.
sorted() {
	tr ' ' '\n' | sort -nu | tr '\n' ' '
}
all_groups=$(id -G none-no-no@corp.example | sorted)
agree 'asked for the first time'
agree 'and again'

# ---- In all that it comes to.
is 'who is LDAP'"'"'s own has its entry' \
    "$(getent passwd 'CORP\OWN-no-no')" "$(getent passwd x-own-no-no@example.com)"
is 'and its groups' "$(id -G own-no-no@corp.example)" \
    "$(id -G x-own-no-no@example.com)"
is 'of which there are some' "$(id -G own-no-no@corp.example | wc -w)" 37
is 'who is a user here has his line' \
    "$(getent passwd local-no-no@corp.example)" "$(getent passwd local-no-no)"
is 'and his groups' "$(id -G local-no-no@corp.example)" "$(id -G local-no-no)"
is 'a group is one of LDAP' "$(getent group own-no-no@corp.example | cut -d: -f1)" \
    x-own-no-no@example.com
# Whose groups they are does not depend on who is asked for first.
note_gid() {
	kind=group
	expect
	[ -z "$expected" ] || echo "$expected"
}
is 'who is himself is in what his groups are' "$all_groups" \
    "$({ echo 100513; each note_gid; } | sorted)"
refused 'two entries are nobody' 'several entries fit' \
    idmap show winuser:several-no-no@corp.example
# ---- A group whose entry names a user is he for who asks for that.
is 'a user is a group' "$(idmap show winuser:pair@corp.example gid)" \
    'winuser:pair@corp.example -> gid:58010'
is 'which is he' "$(idmap show unixgroup:pairs@example.com winuser)" \
    'unixgroup:pairs@example.com -> winuser:pair@corp.example'
is 'and himself as a user' "$(idmap show winuser:pair@corp.example uid)" \
    'winuser:pair@corp.example -> uid:102004'
is 'as the name service has him' "$(id -u pair@corp.example)" 102004

# ---- A login.
refused 'an account that its entry has closed stays out' 'account has expired' \
    pamtester trial shut@corp.example acct_mgmt
is 'though it is known' "$(id -un shut@corp.example)" shut@example.com
refused 'so does one of this host whose entry is closed' 'account has expired' \
    pamtester trial closed@corp.example acct_mgmt
is 'which is known, too' "$(id -u closed@corp.example)" 1503

say_name() {
	echo "$name@corp.example"
}
ok 'it is told' wait_until cached i/q/w:closed@
is 'lists leave out who is another, and keep who is himself' \
    "$(getent passwd | grep '@corp.example:' | cut -d: -f1 | sort | tr '\n' ' ')" \
    "$(getent passwd $(each say_name) closed@corp.example shut@corp.example pair@corp.example \
    late@corp.example |
    grep '@corp.example:' | cut -d: -f1 | sort | tr '\n' ' ')"

# ---- What the entries say changes.
is 'nobody names him' "$(id -un late@corp.example)" late@corp.example
slapd_change /tmp/one <<END
dn: uid=later,ou=people,$ldif_base
changetype: modify
add: description
description: Late@Corp.Example
END
ok 'what was cached is asked anew' idmap flush
late() {
	[ "$(id -un late@corp.example)" = "$1" ]
}
ok 'now an entry does' wait_until late later@example.com
ok 'it is shown' sh -c "idmap show -v winuser:late@corp.example unixuser |
    grep -q 'Attribute:.description=Late@Corp.Example'"

# ---- Without the server.
ok 'all of it is cached' wait_until cached i/q/w:late@corp.example@example.com
sleep 1.5
ok 'the cache is whole' idmap verify
ok 'the server ends' slapd_stop /tmp/one
agree 'without the server'
ok 'idmapd ends' idmapd_stop
agree 'without idmapd'
dumped() {
	grep "^win[a-z]*:$1@[^	]*	==" /tmp/dump | sort
}
ok 'dump' sh -c 'idmap dump -n >/tmp/dump'
is 'has who is LDAP'"'"'s own' "$(dumped own-no-no)" \
    'wingroup:own-no-no@corp.example	==	unixgroup:x-own-no-no@example.com
winuser:own-no-no@corp.example	==	unixuser:x-own-no-no@example.com'
is 'and who is a user of this host' "$(dumped local-inhibit-no)" \
    'wingroup:local-inhibit-no@corp.example	==	unixgroup:local-inhibit-no
winuser:local-inhibit-no@corp.example	==	unixuser:local-inhibit-no'
# ---- A directory that is kept as a whole is never waited for.
rm -f /var/lib/idmap/state/cache.gdbm
ok 'the server again' slapd_start /tmp/one
settings 'replicate = yes'
ok 'all of it is kept' idmap apply
ok 'idmapd starts again' idmapd_start
ok 'it comes' wait_until cached i/d/ldap
ok 'the cache is whole with it' idmap verify
change() {
	slapd_change /tmp/one
}
late_is() {
	[ "$(id -un late@corp.example)" = "$1" ]
}
is 'who is named' "$(id -un late@corp.example)" later@example.com
change <<END
dn: uid=later,ou=people,$ldif_base
changetype: modify
delete: description
END
ok 'is not any more' wait_until late_is late@corp.example
change <<END
dn: uid=later,ou=people,$ldif_base
changetype: modify
add: description
description: late@corp

dn: uid=shut,ou=people,$ldif_base
changetype: modify
replace: description
description: late@corp
END
ok 'two name him' wait_until sh -c '! id late@corp.example'
refused 'which is told' 'several entries fit' idmap show winuser:late@corp.example
change <<END
dn: uid=shut,ou=people,$ldif_base
changetype: modify
replace: description
description: shut@corp
END
ok 'one does' wait_until late_is later@example.com
ok 'the server ends for good' slapd_stop /tmp/one
agree 'of a whole domain, without its server'
ok 'idmapd ends at last' idmapd_stop
agree 'and without idmapd'
host_end
