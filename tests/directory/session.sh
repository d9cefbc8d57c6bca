#!/bin/sh
# session -- what a session asks real servers, and what becomes of it when they
# are not what they should be.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/asker.sh"

people=ou=people,$ldif_base
fill() {
	{
		ldif_tree
		ldif_users 2500
		ldif_sizes rfc2307
		# The same people, at the second server.
		cat <<-END
			dn: ou=elsewhere,$ldif_base
			objectClass: referral
			objectClass: extensibleObject
			ou: elsewhere
			ref: ldap://127.0.0.12/$people
		END
	} | slapd_load "$1"
}
secret() { # FILE MODE TEXT
	printf '%s\n' "$3" >"$1" && chmod "$2" "$1"
}

ok 'a server' slapd_make /tmp/one 127.0.0.11 rfc2307
ok 'is filled' fill /tmp/one
ok 'and answers' slapd_start /tmp/one
ca=ca_file=/tmp/one/ca/ca.pem
echo "127.0.0.11 $slapd_host other.example.com" >>/etc/hosts

# ---- What is asked and answered.
asker_start servers=ldap://127.0.0.11 "$ca"
is 'entries come by StartTLS' "$(ask count "$people" '(uid=u0001*)' uid)" \
    'ok 10 10'
is 'nothing is an answer, too' "$(ask count "$people" '(uid=nobody)')" 'ok 0 0'
is 'all pages come' "$(ask page "$people" '(uid=u*)' uid)" 'ok 2500 2500'
says 'no such base' "notfound ldap://127.0.0.11: search '(uid=*)' in 'ou=nowhere,$ldif_base': No such object (32)" \
    count "ou=nowhere,$ldif_base" '(uid=*)'
says 'a filter that is none' 'Bad search filter' count "$people" '(uid=*'
is 'the connection lives' "$(ask server)" 'ok ldap://127.0.0.11'
ask max 10 >/dev/null
says 'more than are wanted' 'more than 10 entries' page "$people" '(uid=u*)'
ask max 0 >/dev/null
is 'and nothing is left of that' "$(ask count "$people" '(uid=u0001*)' uid)" \
    'ok 10 10'
is 'the root says where it begins' "$(ask root namingContexts)" "ok $ldif_base"
is 'a group is whole' \
    "$(ask count "ou=groups,$ldif_base" '(cn=size5000)' memberUid)" 'ok 1 5000'
says 'anonymous may not write' 'denied' \
    swap "uid=u00001,$people" loginShell /bin/sh /bin/zsh
ok 'the session ends' asker_stop

# one WHAT REPLY KEY=VALUE...: what a session with these settings says first.
one() {
	one_what=$1
	one_reply=$2
	shift 2
	asker_start "$@"
	says "$one_what" "$one_reply" count "$people" '(uid=u0001*)' uid
	asker_stop
}

# ---- TLS.
one 'ldaps' 'ok 10 10' servers=ldaps://127.0.0.11 "$ca"
one 'the name of the certificate' 'ok 10 10' "servers=ldaps://$slapd_host" "$ca"
one 'another name is refused' 'unavailable ldaps://other.example.com: TLS: the certificate' \
    servers=ldaps://other.example.com "$ca"
one 'with StartTLS, too' 'unavailable ldap://other.example.com: TLS: ' \
    servers=ldap://other.example.com "$ca"
ok 'another CA' tls_ca /tmp/stranger
one 'is refused' 'unavailable ldaps://127.0.0.11: TLS: ' \
    servers=ldaps://127.0.0.11 ca_file=/tmp/stranger/ca.pem
one 'with StartTLS, too' 'unavailable ldap://127.0.0.11: TLS: ' \
    servers=ldap://127.0.0.11 ca_file=/tmp/stranger/ca.pem
one "and the system's" 'TLS' servers=ldap://127.0.0.11
openssl x509 -in /tmp/one/ca/ca.pem -outform der -out /tmp/der
one 'an authority in another form is told of' \
    '/tmp/der has no certificate in it' servers=ldaps://127.0.0.11 ca_file=/tmp/der
one 'unless nothing is verified' 'ok 10 10' servers=ldaps://127.0.0.11 verify=no
tls_certificate /tmp/one/ca /tmp/one/tls "DNS:$slapd_host,IP:127.0.0.11" 0
slapd_stop /tmp/one
slapd_start /tmp/one
sleep 1
one 'one that has expired is refused, and that may be why' 'not valid today' \
    servers=ldaps://127.0.0.11 "$ca"
tls_certificate /tmp/one/ca /tmp/one/tls "DNS:$slapd_host,IP:127.0.0.11"
slapd_stop /tmp/one
slapd_start /tmp/one
one 'another one in its place is not' 'ok 10 10' servers=ldaps://127.0.0.11 "$ca"
one 'no such file of authorities' 'read /nowhere: No such file' \
    servers=ldaps://127.0.0.11 ca_file=/nowhere
one 'no TLS at all' 'ok 10 10' servers=ldap://127.0.0.11 tls=off
one 'a socket of this host' 'ok 10 10' "servers=$(slapd_socket /tmp/one)"

# ---- Passwords.
bound() { # WHAT REPLY KEY=VALUE...
	bound_what=$1
	bound_reply=$2
	shift 2
	one "$bound_what" "$bound_reply" bind=simple "bind_dn=$ldif_reader" \
	    "$ca" "$@"
}
secret /etc/good 0600 "$ldif_reader_secret"
secret /etc/wrong 0600 wrong
secret /etc/empty 0600 ''
secret /etc/open 0644 "$ldif_reader_secret"
secret /etc/grouped 0640 "$ldif_reader_secret"
secret /etc/strange 0640 "$ldif_reader_secret"
secret /etc/theirs 0600 "$ldif_reader_secret"
chgrp 60 /etc/strange
chown 60 /etc/theirs
bound 'a password by ldaps' 'ok 10 10' servers=ldaps://127.0.0.11 \
    password_file=/etc/good
bound 'by StartTLS' 'ok 10 10' servers=ldap://127.0.0.11 password_file=/etc/good
bound 'by a local socket' 'ok 10 10' "servers=$(slapd_socket /tmp/one)" tls=off \
    password_file=/etc/good
bound "of root's group" 'ok 10 10' servers=ldap://127.0.0.11 \
    password_file=/etc/grouped
bound 'not in clear text' 'would go over the network in clear text' \
    servers=ldap://127.0.0.11 tls=off password_file=/etc/good
bound 'a wrong one' "denied ldap://127.0.0.11: bind as $ldif_reader: Invalid credentials (49)" \
    servers=ldap://127.0.0.11 password_file=/etc/wrong
bound 'an empty one' 'no password in it' servers=ldap://127.0.0.11 \
    password_file=/etc/empty
bound 'one that all may read' '/etc/open: mode 0644 lets everybody read' \
    servers=ldap://127.0.0.11 password_file=/etc/open
bound 'one that a group may read' '/etc/strange: mode 0640 lets group 60 read' \
    servers=ldap://127.0.0.11 password_file=/etc/strange
bound "somebody else's" 'denied' servers=ldap://127.0.0.11 \
    password_file=/etc/theirs
bound 'one that is not there' 'denied' servers=ldap://127.0.0.11 \
    password_file=/etc/absent
asker_start bind=simple "bind_dn=$ldif_reader" "$ca" \
    servers=ldap://127.0.0.11 password_file=/etc/wrong
says 'a refusal' 'Invalid credentials' count "$people" '(uid=u0001*)'
says 'is not asked for again' 'denied' count "$people" '(uid=u0001*)'
is 'at once' "$(ask status)" 'ok ldap://127.0.0.11 down 0 1'
asker_stop

# ---- Writing.
secret /etc/admin 0600 "$slapd_secret"
asker_start bind=simple "bind_dn=$slapd_admin" "$ca" servers=ldap://127.0.0.11 \
    password_file=/etc/admin
is 'a value is swapped' \
    "$(ask swap "uid=u00001,$people" loginShell /bin/bash /bin/zsh)" ok
says 'and not twice' 'conflict' \
    swap "uid=u00001,$people" loginShell /bin/bash /bin/ksh
is 'it is there' "$(ask show "$people" '(uid=u00001)' loginShell)" 'ok /bin/zsh'
is 'an entry is added' "$(ask add "cn=new,$people" objectClass=device cn=new)" ok
says 'and not twice' 'conflict' add "cn=new,$people" objectClass=device cn=new
is 'and deleted' "$(ask delete "cn=new,$people")" ok
says 'and not twice' 'notfound' delete "cn=new,$people"
asker_stop

# ---- Servers that come and go.
ok 'a second server' slapd_make /tmp/two 127.0.0.12 rfc2307
ok 'is filled' fill /tmp/two
ok 'and answers' slapd_start /tmp/two
cat /tmp/one/ca/ca.pem /tmp/two/ca/ca.pem >/tmp/both.pem
asker_start 'servers=ldap://127.0.0.11 ldap://127.0.0.12' ca_file=/tmp/both.pem
is 'the first is asked' "$(ask count "$people" '(uid=u0001*)' uid)" 'ok 10 10'
says 'a referral is not followed, and is no answer' \
    'denied ldap://127.0.0.11: search' \
    count "ou=elsewhere,$ldif_base" '(uid=u0001*)' uid
is 'one beside an answer does not count' \
    "$(ask count "$ldif_base" '(uid=u0001*)' uid)" 'ok 10 10'
slapd_kill /tmp/one
is 'killed, the second answers' "$(ask count "$people" '(uid=u0001*)' uid)" \
    'ok 10 10'
is 'it does' "$(ask server)" 'ok ldap://127.0.0.12'
slapd_start /tmp/one
until_first() {
	first_tries=0
	until [ "$(ask server)" = 'ok ldap://127.0.0.11' ]; do
		ask count "$people" '(uid=u0001*)' >/dev/null
		first_tries=$((first_tries + 1))
		[ "$first_tries" -lt 300 ] || return 1
		sleep 0.1
	done
}
ok 'the first is returned to' until_first
slapd_freeze /tmp/one
is 'frozen, the second answers' "$(ask count "$people" '(uid=u0001*)' uid)" \
    'ok 10 10'
is 'it does' "$(ask server)" 'ok ldap://127.0.0.12'
slapd_freeze /tmp/two
says 'both frozen, there is no answer' 'unavailable ldap://127.0.0.1' \
    count "$people" '(uid=u0001*)' uid
says 'and at once' 'unavailable ldap://127.0.0.11: ' \
    count "$people" '(uid=u0001*)' uid
slapd_thaw /tmp/one
slapd_thaw /tmp/two
until_says 'thawed, they answer' 'ok 10 10' count "$people" '(uid=u0001*)' uid
slapd_kill /tmp/one
slapd_kill /tmp/two
says 'killed, there is no answer' 'unavailable' count "$people" '(uid=u0001*)' uid
until_says 'each with its reason' 'ldap://127.0.0.11: connect to port 389: Connection refused; ldap://127.0.0.12: connect to port 389: Connection refused' \
    count "$people" '(uid=u0001*)' uid
slapd_start /tmp/two
until_says 'one returns' 'ok 10 10' count "$people" '(uid=u0001*)' uid
asker_stop
finish
