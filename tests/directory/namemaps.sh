#!/bin/sh
# namemaps -- get-, set- and unset-namemap in a real LDAP server and a real
# Active Directory.
set -u
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/directory/dc.sh"
dc_ready || exit 99
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/host.sh"

server() {
	slapd_make /tmp/one 127.0.0.13 rfc2307 &&
	    { ldif_tree; ldif_staff rfc2307; ldif_users 5; } |
	    slapd_load /tmp/one && slapd_start /tmp/one
}

# entry FILTER: what its description is in the server.
entry() {
	slapd_search /tmp/one -b "$ldif_base" "$1" description |
	    sed -n 's/^description: //p'
}

ok 'a server' server
domain ldap <<END
[domain]
backend = rfc2307
range = 50000-1999999
dns = example.com
netbios = EX
[directory]
schema = rfc2307
servers = ldap://127.0.0.13/
tls = start_tls
ca_file = /tmp/one/ca/ca.pem
base = $ldif_base
winname_attribute = description
END
ok 'a domain' idmap apply
printf '%s\r\nsecond line\n' "$slapd_secret" >/tmp/pw
chmod 600 /tmp/pw

# as_admin VERB...: with the password of who may write.
as_admin() {
	as_verb=$1
	shift
	idmap "$as_verb" -a tls:simple -D "$slapd_admin" -j /tmp/pw "$@"
}

is 'at first there is none' "$(idmap get-namemap unixuser:u00001)" \
    'Native LDAP namemap for u00001
	no namemap found in native LDAP'
ok 'one is set' as_admin set-namemap unixuser:u00001 'winuser:alice@corp.example'
is 'it stands in the entry' "$(entry '(uid=u00001)')" 'corp.example\alice'
is 'and is shown' "$(idmap get-namemap unixuser:u00001)" \
    'Native LDAP namemap for u00001
		->	corp.example\alice'
ok 'a group, too' as_admin set-namemap unixgroup:staff 'wingroup:Staff@CORP'
is 'stands in its entry' "$(entry '(cn=staff)')" 'CORP\Staff'
ok 'another takes its place' \
    as_admin set-namemap unixuser:u00001 'winuser:bob@corp.example'
is 'alone' "$(entry '(uid=u00001)')" 'corp.example\bob'
refused 'a name is a value, whatever is in it' "has no 'unixuser:*)(uid=*'" \
    as_admin set-namemap 'unixuser:*)(uid=*' winuser:a@b
is 'and nobody else was meant' "$(entry '(uid=u00002)')" ''
refused 'who is not there' "ldap://127.0.0.13/ has no 'unixuser:nobody'" \
    as_admin set-namemap unixuser:nobody winuser:a@b
refused 'who may not write is told where' 'uid=u00001,' \
    idmap set-namemap unixuser:u00001 winuser:a@b
echo wrong >/tmp/wrong
chmod 600 /tmp/wrong
refused 'a wrong password' ldap://127.0.0.13/ idmap set-namemap -a simple \
    -D "$slapd_admin" -j /tmp/wrong unixuser:u00001 winuser:a@b
refused 'what idmap does not speak' 'use tls:simple or sasl/GSSAPI' \
    idmap set-namemap -a sasl/DIGEST-MD5 -D "$slapd_admin" -j /tmp/pw \
    unixuser:u00001 winuser:a@b
ok 'it is unset' as_admin unset-namemap unixuser:u00001
is 'and gone' "$(entry '(uid=u00001)')" ''
ok 'which is no mistake twice' as_admin unset-namemap unixuser:u00001
ok 'the server ends' slapd_stop /tmp/one
refused 'none answers' 'ldap://127.0.0.13/' idmap get-namemap unixuser:u00001

# ---- Active Directory.
ok 'a domain controller' dc_start corp
printf '%s\n' "$dc_password" >/tmp/adpw
chgrp idmap /tmp/adpw
chmod 640 /tmp/adpw
domain corp <<END
[domain]
backend = rid
range = 2000000-2999999
dns = corp.example.com
netbios = CORP
sid = $dc_sid_corp
[directory]
schema = ad
servers = ldaps://dc1.corp.example.com/
ca_file = $dc_folder/ca/ca.pem
bind = simple
bind_dn = administrator@corp.example.com
password_file = /tmp/adpw
unixuser_attribute = description
unixgroup_attribute = info
END
ok 'its domain' idmap apply
is 'none there' "$(idmap get-namemap winuser:alice@corp.example.com)" \
    'AD namemaps for alice@corp.example.com
	no namemap found in AD'
ok 'one is set' idmap set-namemap winuser:alice@corp.example.com unixuser:ali
is 'and stands there' "$(dc_search corp -b DC=corp,DC=example,DC=com \
    '(sAMAccountName=alice)' description | sed -n 's/^description: //p')" ali
ok 'of the other sort, too' \
    idmap set-namemap winuser:alice@CORP unixgroup:alis
is 'both are shown' "$(idmap get-namemap winuser:alice@CORP)" \
    'AD namemaps for alice@CORP
		->	unixuser:ali
		->	unixgroup:alis'
ok 'one of them is unset' idmap unset-namemap winuser:alice@CORP unixgroup
is 'the other stays' "$(idmap get-namemap winuser:alice@CORP)" \
    'AD namemaps for alice@CORP
		->	unixuser:ali'
ok 'a group with blanks' \
    idmap set-namemap 'wingroup:Group With Blank@CORP' unixgroup:gwb
is 'is shown' "$(idmap get-namemap 'wingroup:group with blank@CORP')" \
    'AD namemaps for group with blank@CORP
		->	unixgroup:gwb'
refused 'a user is no group' "has no 'wingroup:alice@CORP'" \
    idmap set-namemap wingroup:alice@CORP unixgroup:x

# ---- And who stands there is known by name, number and SID.
ok 'idmapd starts' idmapd_start
idmap show -v winuser:alice@CORP uid >/tmp/shown
sid=$(sed -n 's/^SID:	//p' /tmp/shown)
uid=$(sed -n 's/^UID:	//p' /tmp/shown)
is 'by name' "$(head -n 3 /tmp/shown)" \
    "winuser:alice@CORP -> uid:$uid
Source:	Directory
Method:	Backend rid"
is 'by SID' "$(idmap show "sid:$sid" unixuser)" \
    "usid:$sid -> unixuser:alice@corp.example.com"
is 'by number' "$(idmap show "uid:$uid" winuser)" \
    "uid:$uid -> winuser:alice@corp.example.com"
is 'a group in its own case' "$(idmap show -v 'wingroup:STAFF@corp' gid |
    sed -n 's/^Source:	//p')" Directory
refused 'who is not there' "winuser:nobody-there@CORP" \
    idmap show winuser:nobody-there@CORP
ok 'the controller ends' dc_stop corp
host_end
