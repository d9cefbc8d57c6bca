#!/bin/sh
# apart -- names are in a real Active Directory, and numbers in an LDAP server.
set -u
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/directory/dc.sh"
dc_ready || exit 99
private_root "$0"
. "$top_srcdir/tests/directory/host.sh"
. "$top_srcdir/tests/directory/slapd.sh"

# account NAME NUMBER GROUP: a user there, and a group of that name and number.
account() {
	ldif_user "$1" "$2" "$3"
	ldif_awk_groups rfc2307 n=0 "group(\"$1@$dc_realm\", $2)"
}
fill() {
	{
		ldif_tree
		account alice 500001 500010
		account emil 900000 500010
		ldif_awk_groups rfc2307 n=0 \
		    "group(\"staff@$dc_realm\", 500010)
		    group(\"domain users@$dc_realm\", 500011)
		    group(\"inner@$dc_realm\", 500012)"
		printf 'dn: ou=idmap,%s\nobjectClass: organizationalUnit\n' \
		    "$ldif_base"
		printf 'objectClass: sambaUnixIdPool\nou: idmap\n'
		printf 'uidNumber: 700000\ngidNumber: 700000\n\n'
	} | slapd_load /tmp/numbers
}
# placed BACKEND LINE...: where the numbers of corp are.
placed() {
	placed_backend=$1
	shift
	domain corp <<-END
		[domain]
		backend = $placed_backend
		range = 500000-799999
		sid = $dc_sid_corp
		dns = corp.example.com
		netbios = CORP
		home = /home/%U
		shell = /bin/bash
		[options]
		ldap_url = ldap://127.0.0.11/
		ldap_ca_file = /tmp/numbers/ca/ca.pem
		$(printf '%s\n\t\t' "$@")
		[directory]
		schema = ad
		principal = idmap-svc@$dc_realm
		keytab = /run/idmap-keytab
		timeout = 30
	END
}
# anew: as if nothing had been served before.
anew() {
	rm -rf /var/lib/idmap/state /var/lib/idmap/map.gdbm
	idmap apply && idmapd_start && idmap state adopt
}
ok 'a domain controller' dc_start corp
install -o idmap -m 0400 "$dc_folder/corp/keytab" /run/idmap-keytab

# ---- Under the same names.
ok 'an LDAP server' slapd_make /tmp/numbers 127.0.0.11 rfc2307samba
ok 'is filled' fill
ok 'and answers' slapd_start /tmp/numbers
placed rfc2307 'ldap_server = stand-alone' \
    "bind_path_user = ou=people,$ldif_base" \
    "bind_path_group = ou=groups,$ldif_base" 'ldap_realm = yes'
ok 'names from Windows, numbers from there' anew
is 'a user, of both' "$(getent passwd 'CORP\alice' | cut -d: -f1,3,4)" \
    'alice@corp.example.com:500001:500011'
is 'by number' "$(getent passwd 500001 | cut -d: -f1)" alice@corp.example.com
is 'a group, with its realm there' \
    "$(getent group 'CORP\staff' | cut -d: -f1,3)" \
    'staff@corp.example.com:500010'
is 'by number, too' "$(getent group 500010 | cut -d: -f1)" \
    staff@corp.example.com
is 'groups of a user, as far as they are there' \
    "$(id -G 'CORP\alice' | tr ' ' '\n' | sort -n | tr '\n' ' ')" \
    '500010 500011 500012 '
none 'who has no number there' getent passwd 'CORP\dora'
none 'nor who has one out of the range' getent passwd 'CORP\emil'
ok 'the numbers are in the cache' wait_until cached i/p/alice@
ok 'the LDAP server ends' slapd_stop /tmp/numbers
is 'who was seen is known' "$(getent passwd 500001 | cut -d: -f1)" \
    alice@corp.example.com
ok 'it comes back' slapd_start /tmp/numbers
ok 'idmapd ends then' idmapd_stop

# ---- The same, kept as a whole: both are followed.
whole() {
	for whole_try in 1 2 3 4 5 6; do
		wait_until cached i/d/corp && return
	done
}
says() {
	says_text=$1
	shift
	[ "$("$@" 2>/dev/null)" = "$says_text" ]
}
entry() {
	getent passwd "$1" | cut -d: -f1,3,4
}
sed -i 's/^timeout = 30/&\nreplicate = yes/' /etc/idmap/domains.d/corp.conf
ok 'both as a whole' anew
ok 'all of it comes' whole
is 'a user, of both' "$(entry alice@corp.example.com)" \
    'alice@corp.example.com:500001:500011'
is 'groups of a user' "$(id -G alice@corp.example.com | tr ' ' '\n' |
    sort -n | tr '\n' ' ')" '500010 500011 500012 '
none 'who has no number there' getent passwd dora@corp.example.com
slapd_change /tmp/numbers <<END
dn: uid=alice,ou=people,$ldif_base
changetype: modify
replace: uidNumber
uidNumber: 500099

dn: uid=emil,ou=people,$ldif_base
changetype: modify
replace: uidNumber
uidNumber: 500002
END
ok 'a number that comes there' wait_until says \
    'emil@corp.example.com:500002:500010' entry emil@corp.example.com
ok 'and one that changes' wait_until says \
    'alice@corp.example.com:500099:500011' entry alice@corp.example.com
none 'of which the old one is nobody' getent passwd 500001
is 'the name service has asked nobody' "$(idmap status --json |
    sed -n 's/^ *"lookups_asked": \([0-9]*\),*$/\1/p')" 0
before=$(grep -c 'was read:' "$host_messages")
slapd_change /tmp/numbers <<END
dn: uid=alice,ou=people,$ldif_base
changetype: modify
replace: loginShell
loginShell: /bin/dash
END
cat >/tmp/ldif <<END
dn: CN=alice,OU=People,DC=corp,DC=example,DC=com
changetype: modify
replace: displayName
displayName: Alice Elm
END
change() {
	dc_change corp </tmp/ldif >/tmp/ldapmodify 2>&1 ||
	    { cat /tmp/ldapmodify; false; }
}
named() {
	getent passwd alice@corp.example.com | grep 'Alice Elm'
}
ok 'a name changes' change
ok 'which is seen' wait_until named
is 'with its number' "$(entry alice@corp.example.com)" \
    'alice@corp.example.com:500099:500011'
is 'for which nothing was read again' \
    "$(grep -c 'was read:' "$host_messages")" "$before"
ok 'the cache is whole' idmap verify
ok 'idmapd ends again' idmapd_stop
slapd_change /tmp/numbers <<END
dn: uid=alice,ou=people,$ldif_base
changetype: modify
replace: uidNumber
uidNumber: 500001

dn: uid=emil,ou=people,$ldif_base
changetype: modify
replace: uidNumber
uidNumber: 900000
END

# ---- Numbers that are shared there.
printf '%s\n' "$slapd_secret" >/run/idmap-secret
chgrp idmap /run/idmap-secret
chmod 0640 /run/idmap-secret
placed ldap "ldap_base_dn = ou=idmap,$ldif_base" \
    "ldap_user_dn = $slapd_admin" \
    'ldap_user_dn_password_file = /run/idmap-secret'
ok 'numbers that hosts share' anew
alice=$(getent passwd 'CORP\alice' | cut -d: -f1,3,4)
is 'are given to a user and his group' "$alice" \
    'alice@corp.example.com:700000:700001'
is 'which is written there' "$(slapd_search /tmp/numbers -b "$ldif_base" \
    "(sambaSID=$dc_sid_corp-1104)" uidNumber | grep '^uidNumber')" \
    'uidNumber: 700000'
is 'the number leads back' "$(getent passwd 700000 | cut -d: -f1)" \
    alice@corp.example.com
other_host() {
	slapd_change /tmp/numbers <<-END
		dn: sambaSID=$dc_sid_corp-1105,ou=idmap,$ldif_base
		changetype: add
		objectClass: sambaSidEntry
		objectClass: sambaIdmapEntry
		sambaSID: $dc_sid_corp-1105
		uidNumber: 712345
	END
}
ok 'another host gives somebody a number' other_host
is 'which leads to him' "$(getent passwd 712345 | cut -d: -f1)" \
    bob.brown@corp.example.com
is 'and is his' "$(id -u 'CORP\bob.brown')" 712345
is 'his groups get numbers from there, too' \
    "$(id -G 'CORP\bob.brown' | tr ' ' '\n' | grep -cv '^700[0-9]*$')" 0
ok 'they are in the cache' wait_until cached i/p/bob.brown@
ok 'the LDAP server ends for good' slapd_stop /tmp/numbers
is 'who was seen is known by number' "$(getent passwd 712345 | cut -d: -f1)" \
    bob.brown@corp.example.com
unknown() {
	unknown_status=0
	getent passwd "$1" >/dev/null || unknown_status=$?
	[ "$unknown_status" -ne 0 ]
}
ok 'nobody new gets a number' unknown 'CORP\Carl Blank'
ok 'it comes back at last' slapd_start /tmp/numbers
ok 'and he is not absent' wait_until getent passwd 'CORP\Carl Blank'
ok 'idmapd ends' idmapd_stop

# ---- Numbers of a whole domain.
sed -i 's/^timeout = 30/&\nreplicate = yes/' /etc/idmap/domains.d/corp.conf
ok 'all of it is to be kept here' idmap apply
ok 'idmapd starts' idmapd_start
ok 'all of it comes' whole
is 'each has a number, and who had one that' \
    "$(getent passwd m00001@corp.example.com m03000@corp.example.com |
	wc -l) $(id -u bob.brown@corp.example.com)" '2 712345'
is 'no number is there twice' "$(slapd_search /tmp/numbers \
    -b "ou=idmap,$ldif_base" '(objectClass=sambaIdmapEntry)' uidNumber \
    gidNumber | sed -n 's/^.idNumber: //p' | sort | uniq -d)" ''
ok 'and this host has what is there' sh -c \
    'idmap state fold && idmap domain pool corp'
ok 'idmapd ends' idmapd_stop
dc_stop corp
host_end
