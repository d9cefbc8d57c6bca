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

# slapd_add: entries from standard input, into the server that runs.
slapd_add() {
	sed 's/^dn: .*/&\nchangetype: add/' | slapd_change /tmp/one
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

# A password that is typed touches no file system.
cat >/tmp/typed.py <<'END'
import os, pty, sys
child, fd = pty.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
seen = b""
while b"password:" not in seen:
    seen += os.read(fd, 1024)
os.write(fd, sys.argv[1].encode() + b"\n")
try:
    while os.read(fd, 1024):
        pass
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
END
mount -t tmpfs -o ro tmpfs /dev/shm
ok 'a password is typed' timeout 60 python3 /tmp/typed.py "$slapd_secret" \
    idmap set-namemap -a tls:simple -D "$slapd_admin" \
    unixuser:u00002 winuser:carl@corp.example
is 'and was the right one' "$(entry '(uid=u00002)')" 'corp.example\carl'
umount /dev/shm

# ---- Native LDAP says who a Windows account is.
ok 'one is set again' \
    as_admin set-namemap unixuser:u00001 'winuser:alice@corp.example'
ok 'and is obeyed' idmap domain edit ldap mapping=name
ok 'idmapd starts for a while' idmapd_start
is 'from Windows' "$(idmap show -v winuser:alice@corp.example |
    sed -n '1p; /^Method/p; /^DN/p; /^Attribute/p')" \
    "winuser:alice@corp.example -> unixuser:u00001@example.com
Method:	Native LDAP Directory
DN:	uid=u00001,ou=people,$ldif_base
Attribute:	description=alice@corp.example"
is 'to Windows' "$(idmap show unixuser:u00001@example.com)" \
    'unixuser:u00001@example.com -> winuser:alice@corp.example'
is 'by number' "$(idmap show "uid:$(id -u u00001@example.com)" winuser)" \
    "uid:$(id -u u00001@example.com) -> winuser:alice@corp.example"
refused 'nobody else is' 'is not configured' \
    idmap show winuser:bob@corp.example
ok 'two entries name one' \
    as_admin set-namemap unixuser:u00004 'winuser:Alice@corp.example'
ok 'the directory is asked again' idmap flush
wait_until sh -c 'idmap show winuser:alice@corp.example 2>&1 | grep -q "several"'
refused 'which is nobody' 'several entries fit' \
    idmap show winuser:alice@corp.example
ok 'it is taken back' as_admin unset-namemap unixuser:u00004
ok 'and not obeyed' idmap domain edit ldap mapping=none

# ---- One identity, asked afresh.
name=u00003@example.com
shell() {
	getent passwd "$name" | cut -d: -f7
}
is 'a user' "$(shell)" /bin/bash
ok 'is cached in a moment' wait_until cached "i/p/$name"
slapd_change /tmp/one <<END
dn: uid=u00003,ou=people,$ldif_base
changetype: modify
replace: loginShell
loginShell: /bin/dash
END
is 'what is cached is answered' "$(shell)" /bin/bash
ok 'it is asked afresh' sh -c "idmap flush $name >/tmp/flushed"
is 'the next look-up has it' "$(shell)" /bin/dash
is 'which was told' "$(sed 's/; what was.*//; s/in [0-9]* groups/in N groups/' \
    /tmp/flushed)" \
    "$name: the directory of 'ldap' has $name, uid $(id -u $name), in N groups beside the primary one"
ok 'with how old it was' grep -q 'what was cached was [0-9]* seconds old' /tmp/flushed
slapd_change /tmp/one <<END
dn: cn=staff,ou=groups,$ldif_base
changetype: modify
add: memberUid
memberUid: u00003
END
in_staff() {
	id -Gn "$name" | grep -q staff@
}
ok 'by number' idmap flush "uid:$(id -u $name)"
ok 'his groups, too' in_staff
ok 'nobody yet' sh -c '! getent passwd fresh@example.com'
ldif_user fresh 81999 50000 | slapd_add
ok 'who is new is known at once' idmap flush fresh@example.com
ok 'also to the name service' getent passwd fresh@example.com
slapd_change /tmp/one <<END
dn: uid=u00003,ou=people,$ldif_base
changetype: delete
END
ok 'who has gone' sh -c "idmap flush $name >/tmp/flushed"
ok 'is told to be gone' grep -q "the directory of 'ldap' does not serve it" /tmp/flushed
none 'and is' getent passwd "$name"
refused 'who is of no directory' 'no domain that has a directory' idmap flush root
refused 'more than one thing' 'do not go with them' idmap flush -a "$name"
ok 'the server ends' slapd_stop /tmp/one
refused 'nobody can be asked' 'ldap://127.0.0.13/' idmap flush fresh@example.com
ok 'what is known stays' getent passwd fresh@example.com
ok 'idmapd ends' idmapd_stop
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

# The caller's own ticket, and not the domain's password.
export KRB5CCNAME=FILE:/tmp/tickets
refused 'without a ticket' 'see kinit' \
    idmap set-namemap -a sasl/GSSAPI winuser:nevermind@CORP unixuser:x
ok 'a ticket' sh -c "echo '$dc_password' | kinit administrator@$dc_realm"
ok 'is used' idmap set-namemap -a sasl/GSSAPI winuser:nevermind@CORP unixuser:fritz
is 'and it is written' "$(idmap get-namemap winuser:nevermind@CORP | tail -n 1)" \
    '		->	unixuser:fritz'
ok 'a ticket of somebody else' sh -c "echo pw-idmap-svc | kinit idmap-svc@$dc_realm"
refused 'may not do so' 'Insufficient access' \
    idmap set-namemap -a sasl/GSSAPI winuser:nevermind@CORP unixuser:other
unset KRB5CCNAME

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

# ---- Directory-based mapping: the directory says which accounts are equal.
useradd -u 1500 -m ali
useradd -u 1501 -m bert
groupadd -g 1600 gwb
groupadd -g 1601 wheels
usermod -aG wheels ali
idmapd_stop
{
	cat /etc/idmap/domains.d/corp.conf
	echo 'mapping = name'
} >/tmp/corp.conf
ok 'properties are for files that are silent' \
    idmap property set directory_based_mapping=name
is 'and in force' "$(idmap check 2>&1 | grep -c 'not in force')" 0
ok 'idmapd looks on' idmapd_start
is 'the directory maps' \
    "$(idmap show winuser:alice@CORP uid)" 'winuser:alice@CORP -> uid:1500'
ok 'not without them' idmap property unset directory_based_mapping
is 'and it does not' "$(idmap show winuser:alice@CORP uid)" \
    "winuser:alice@CORP -> uid:$uid"
idmapd_stop
cp /tmp/corp.conf /etc/idmap/domains.d/corp.conf
ok 'mapping = name' idmap apply
ok 'idmapd starts again' idmapd_start

how() { # WORD: of the last answer, what it says of it
	sed -n "s/^$1:	//p" /tmp/shown
}
shows() { # what, answer, question...
	shows_what=$1 shows_answer=$2
	shift 2
	idmap show -v "$@" >/tmp/shown 2>&1
	is "$shows_what" "$(head -n 1 /tmp/shown)" "$shows_answer"
}

shows 'AD names a user of this host' 'winuser:alice@CORP -> uid:1500' \
    winuser:alice@CORP uid
is 'the directory was asked' "$(how Source)" Directory
is 'in the words of the manual' "$(how Method)" 'AD Directory'
is 'which object' "$(how DN)" 'CN=alice,OU=People,DC=corp,DC=example,DC=com'
is 'and what it says' "$(how Attribute)" 'description=ali'
shows 'by SID' "usid:$sid -> unixuser:ali" "sid:$sid" unixuser
shows 'the way back' 'uid:1500 -> winuser:alice@corp.example.com' uid:1500 winuser
is 'in the same way' "$(how Method)" 'AD Directory'
shows 'by its name' "unixuser:ali -> usid:$sid" unixuser:ali sid
shows 'a group' 'wingroup:group with blank@CORP -> unixgroup:gwb' \
    'wingroup:group with blank@CORP' unixgroup
shows 'its way back' 'gid:1600 -> wingroup:Group With Blank@corp.example.com' \
    gid:1600 wingroup
refused 'the number that she would have is nobodys' 'its directory says is another account' \
    idmap show "uid:$uid" winuser

is 'the name service has the local account' "$(getent passwd 'CORP\alice')" \
    "$(getent passwd ali)"
is 'with its groups' "$(id -Gn alice@corp.example.com)" 'ali wheels'
is 'a group, too' "$(getent group 'group with blank@corp.example.com')" \
    "$(getent group gwb)"
none 'and not her number' getent passwd "$uid"
ok 'who is not named is who she was' getent passwd bob.brown@corp.example.com

# Rules come after it, and before the backend.
ok 'a rule for her' idmap add winuser:alice@corp.example.com unixuser:bert
ok 'a rule for another' idmap add -d winuser:bob.brown@corp.example.com unixuser:bert
shows 'the directory comes first' 'winuser:alice@CORP -> uid:1500' \
    winuser:alice@CORP uid
is 'also for the name service' "$(id -un alice@corp.example.com)" ali
shows 'a rule counts where it says nothing' \
    'winuser:bob.brown@CORP -> uid:1501' winuser:bob.brown@CORP uid
is 'also there' "$(id -un bob.brown@corp.example.com)" bert
ok 'the rules go' idmap remove -a
ok 'an override' idmap override set --uid 3777001 user alice@corp.example.com
shows 'comes before it' 'winuser:alice@CORP -> uid:3777001' \
    winuser:alice@CORP uid
is 'also for the name service, too' "$(id -u alice@corp.example.com)" 3777001
ok 'it is taken back' idmap override unset user alice@corp.example.com
is 'and she is ali again' "$(id -un alice@corp.example.com)" ali

# What cannot be.
ok 'somebody is named who is not there' \
    idmap set-namemap winuser:dora@CORP unixuser:nobody-there
refused 'that is an error, and no number' "there is no UNIX user for description=nobody-there" \
    idmap show winuser:dora@CORP uid
none 'nor has the name service one' getent passwd dora@corp.example.com
ok 'root is named' idmap set-namemap winuser:emil@CORP unixuser:root
shows 'show tells so' 'winuser:emil@CORP -> uid:0' winuser:emil@CORP uid
none 'the name service does not' getent passwd emil@corp.example.com
ok 'two name one' idmap set-namemap 'winuser:Carl Blank@CORP' unixuser:ali
shows 'each is he' 'winuser:carl blank@CORP -> uid:1500' \
    'winuser:carl blank@CORP' uid
ok 'the cache goes' idmap flush
refused 'the way back is none' 'several entries fit' idmap show uid:1500 winuser
ok 'one is unset' idmap unset-namemap 'winuser:Carl Blank@CORP' unixuser

# Groups of this host, by groups of the directory.
ok 'a group that bob is in' idmap set-namemap wingroup:ring1@CORP unixgroup:wheels
ok 'the cache goes again' idmap flush
in_wheels() {
	id -Gn bob.brown@corp.example.com | tr ' ' '\n' | grep -qx wheels
}
ok 'makes him one of its' in_wheels
ok 'and not of its own' sh -c \
    '! id -Gn bob.brown@corp.example.com | grep -q ring1@'

# A user who is a group here, for who asks for that.
ok 'bob names a group' idmap set-namemap winuser:bob.brown@CORP unixgroup:wheels
ok 'which is asked for' idmap flush
sleep 0.2
shows 'which he is' 'winuser:bob.brown@CORP -> gid:1601' winuser:bob.brown@CORP gid
is 'as the object says' "$(how Method) $(how Attribute)" 'AD Directory info=wheels'
shows 'and which is he' 'gid:1601 -> winuser:Bob.Brown@corp.example.com' \
    gid:1601 winuser
is 'as it says, too' "$(how Attribute)" info=wheels
shows 'straight it is another' 'gid:1601 -> wingroup:ring1@corp.example.com' \
    gid:1601 wingroup
shows 'the straight one is shown to who asks for either' \
    'gid:1601 -> wingroup:ring1@corp.example.com' gid:1601 winname
ok 'he is himself' sh -c 'id -un bob.brown@corp.example.com | grep -q ^bob.brown@'

# By number.
ok 'mapping = idmu' idmap domain edit corp mapping=idmu
useradd -u 10001 unixalice
shows 'who has her number' 'winuser:alice@CORP -> uid:10001' \
    winuser:alice@CORP uid
is 'in the words of the manual ' "$(how Method) $(how Attribute)" \
    'IDMU uidNumber=10001'
is 'is she' "$(id -un alice@corp.example.com)" unixalice
shows 'the way back ' 'uid:10001 -> winuser:alice@corp.example.com' \
    uid:10001 winuser
refused 'a number of nobody here' 'there is no UNIX user for uidNumber=' \
    idmap show winuser:bob.brown@CORP uid
none 'is nobody' getent passwd bob.brown@corp.example.com
ok 'who has none is who he was' id -u dora@corp.example.com
ok 'mapping = name again' idmap domain edit corp mapping=name

# PAM admits the account of this host, unless the directory has closed hers.
printf '%s\n' 'account required pam_idmap.so' >/etc/pam.d/trial
ok 'PAM admits her' pamtester trial alice@corp.example.com acct_mgmt
ok 'somebody who is disabled' \
    idmap set-namemap winuser:disabled@CORP unixuser:ali
is 'has the account' "$(id -un disabled@corp.example.com)" ali
refused 'and may not log in with it' 'ermission denied' \
    pamtester trial disabled@corp.example.com acct_mgmt
ok 'bob has his groups again' in_wheels
ok 'and is cached with them' idmap flush bob.brown@corp.example.com
ok 'he is himself again' idmap unset-namemap winuser:disabled@CORP unixuser
ok 'and known to be' idmap flush disabled@corp.example.com

# Without the controller.
shows 'who is known' 'winuser:alice@CORP -> uid:1500' winuser:alice@CORP uid
ok 'within a moment all is cached' wait_until cached i/e/alice@
ok 'his groups, too' wait_until cached i/l/bob.brown@
shows 'the way back, which is asked' \
    'uid:1500 -> winuser:alice@corp.example.com' uid:1500 winuser
ok 'and cached' wait_until cached i/q/u:ali@
ok 'the cache is whole' idmap verify
ok 'the controller ends' dc_stop corp
shows 'is known without it' 'winuser:alice@CORP -> uid:1500' \
    winuser:alice@CORP uid
is 'from the cache' "$(how Source)" Cache
shows 'the way back, too' 'uid:1500 -> winuser:alice@corp.example.com' \
    uid:1500 winuser
is 'by the name service' "$(id -Gn alice@corp.example.com)" 'ali wheels'
ok 'with groups' in_wheels
refused 'who is not known is not said to be nobody' 'Connection refused' \
    idmap show winuser:fritz@CORP uid

# ---- All of it is kept here.
ok 'the controller is back' dc_start corp
rm -f /var/lib/idmap/state/cache.gdbm
ok 'replicate = yes' idmap domain edit corp replicate=yes
ok 'all of it comes' wait_until cached i/d/corp
two() {
	idmap set-namemap "winuser:$1@CORP" "unixuser:$2"
}
shows 'an alias' 'winuser:alice@CORP -> uid:1500' winuser:alice@CORP uid
is 'was not asked for' "$(how Source)" Cache
shows 'nor the way back' 'uid:1500 -> winuser:alice@corp.example.com' \
    uid:1500 winuser
is 'which is cached, too' "$(how Source)" Cache
shows 'also of the other kind' 'gid:1601 -> winuser:Bob.Brown@corp.example.com' \
    gid:1601 winuser
is 'is cached' "$(how Source)" Cache
ok 'somebody else is named so' two bob.brown ali
named_twice() {
	idmap show uid:1500 winuser 2>&1 | grep -q 'several entries fit'
}
ok 'the way back is none' wait_until named_twice
ok 'not any more' idmap unset-namemap winuser:bob.brown@CORP unixuser
back_to() {
	[ "$(idmap show uid:1500 winuser)" = "uid:1500 -> winuser:$1" ]
}
ok 'it is hers again' wait_until back_to alice@corp.example.com
ok 'she is somebody else' two alice bert
is_bert() {
	[ "$(id -un alice@corp.example.com)" = bert ]
}
ok 'in a moment' wait_until is_bert
ok 'and again' two alice ali
is_ali() {
	[ "$(id -un alice@corp.example.com)" = ali ]
}
ok 'is herself' wait_until is_ali
ok 'the cache is whole with it' idmap verify

# By number, accounts of this host come and go.
ok 'by number' idmap domain edit corp mapping=idmu
complete() {
	idmap status | grep -q '^  corp complete, 30[0-9][0-9] users'
}
is_unix() { # NAME WHO
	[ "$(id -un "$1@corp.example.com")" = "$2" ]
}
ok 'who has her number' wait_until is_unix alice unixalice
number=$(idmap show winuser:bob.brown@CORP 2>&1 |
    sed -n 's/.*uidNumber=\([0-9]*\).*/\1/p' | head -n 1)
none 'nobody has his' getent passwd bob.brown@corp.example.com
useradd -u "$number" unixbob
ok 'now there is one' wait_until is_unix bob.brown unixbob
ok 'by name again' idmap domain edit corp mapping=name
ok 'is read again' wait_until is_unix alice ali
ok 'all of it' wait_until complete
ok 'the controller ends again' dc_stop corp
is 'nobody waits for it' "$(id -Gn alice@corp.example.com)" 'ali wheels'
is 'nor for a group' "$(getent group 'group with blank@corp.example.com')" \
    "$(getent group gwb)"
ok 'groups of this host are there' in_wheels
none 'who is not there is not' getent passwd nobody-there@corp.example.com
refused 'nor is his name anybody' 'there is no UNIX user for description=' \
    idmap show winuser:dora@CORP uid
ok 'PAM knows her' pamtester trial alice@corp.example.com acct_mgmt
host_end
