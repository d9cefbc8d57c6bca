#!/bin/sh
# hostile -- servers that limit, break the protocol, never end, or say nothing;
# networks that lose what is sent; name servers that do not answer.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/far.sh"
. "$top_srcdir/tests/directory/asker.sh"

# standin ADDRESS PORT: start it, and wait until it listens.
standin() {
	mkfifo "/tmp/standin-$1-$2"
	setpriv --pdeathsig KILL "$top_builddir/tests/directory/standin" "$1" "$2" \
	    >"/tmp/standin-$1-$2" 2>/dev/null </dev/null &
	read -r standin_word <"/tmp/standin-$1-$2"
	[ "$standin_word" = listening ]
}

ok 'a server that is not as it should be' standin 127.0.0.11 389
asker_start servers=ldap://127.0.0.11 tls=off

# ---- Attributes in parts, as Windows gives them.
for size in 1 1499 1500 1501 3000 5000; do
	is "$size members" "$(ask count "cn=size$size" '(cn=*)' member)" \
	    "ok 1 $size"
done
members() {
	ask show cn=size5000 '(cn=*)' member | tr '|' '\n' | sed 's/^ok //' |
	    sort | sha256sum
}
expected() {
	seq 0 4999 | sed 's/.*/cn=m&,dc=x/' | sort | sha256sum
}
is 'each of them once' "$(members)" "$(expected)"
is 'a rest that is the beginning' "$(ask count cn=stuck '(cn=*)' member)" \
    'ok 1 1500 cut'
is 'a rest that begins too late' "$(ask count cn=gap '(cn=*)' member)" \
    'ok 1 1500 cut'
is 'a rest that is not there' "$(ask count cn=nothing '(cn=*)' member)" \
    'ok 1 1500 cut'
is 'attributes with options are others' "$(ask show cn=tagged '(cn=*)' cn)" \
    'ok one'
is 'but for binary' "$(ask show cn=tagged '(cn=*)' key)" 'ok three'
is 'a part from nowhere' "$(ask count cn=tagged '(cn=*)' uid)" 'ok 1 1 cut'

# ---- Too much.
says '8 MiB are cut off' 'cut' count cn=huge '(cn=*)'
is 'a hundred attributes, too' "$(ask count cn=many '(cn=*)')" 'ok 1 64 cut'
says 'a server that has a limit says so' 'Size limit exceeded (4)' \
    count cn=limited '(cn=*)'
says 'which is no absence' 'exhausted' count cn=limited '(cn=*)'
ask max 100 >/dev/null
says 'entries without end end' 'more than 100 entries' count cn=endless '(cn=*)'
ask max 0 >/dev/null
says 'or when time is up' 'no end of the answer in time' count cn=endless '(cn=*)'
says 'so does one that stops in the middle' \
    'no end of the answer in time, after 1 entries' count cn=stops '(cn=*)'
says 'a page of nothing' "the server's page is none" page cn=empty '(cn=*)'
says 'so do pages' 'in time' page cn=pages '(cn=*)'
is 'and it is asked again' "$(ask count cn=size1500 '(cn=*)' member)" 'ok 1 1500'

# ---- What is no LDAP.
says 'a message of 1 GiB' 'more than 32 MiB' count cn=monster '(cn=*)'
says 'no BER' 'ldap://127.0.0.11: ' count cn=garbage '(cn=*)'
is 'who says so is asked at once' "$(ask retry)" ok
says 'a broken entry' 'corrupt' count cn=broken '(cn=*)'
says 'half a message' 'the connection is closed' count cn=short '(cn=*)'
says 'an end' 'the connection is closed' count cn=drop '(cn=*)'
says "another question's answer" 'no answer in time' count cn=other '(cn=*)'
says 'a message that does not belong there' 'corrupt' count cn=odd '(cn=*)'
is 'it is still asked' "$(ask count cn=size1 '(cn=*)' member)" 'ok 1 1'

# ---- Slow is not dead.
says 'no answer, but it is there' 'no answer in time' count cn=slow '(cn=*)'
is 'so it is asked again' "$(ask count cn=size1 '(cn=*)' member)" 'ok 1 1'
says 'it is up' 'ldap://127.0.0.11 up' status
says 'no answer to anything' 'no sign of life' count cn=silent '(cn=*)'
says 'then it is down' 'ldap://127.0.0.11 down' status
until_says 'until it answers' 'ok 1 1' count cn=size1 '(cn=*)' member
ok 'the session ends' asker_stop

# ---- A handshake that does not go on.
ok 'one that knows no TLS' standin 127.0.0.12 636
asker_start servers=ldaps://127.0.0.12 verify=no timeout=1500
says 'TLS does not hang' 'unavailable ldaps://127.0.0.12: ' count cn=size1 '(cn=*)'
ok 'the session ends' asker_stop

# ---- A network that loses everything.
ok 'another host' far_make away 10.9.1.2
ok 'a server there' slapd_make /tmp/away 10.9.1.2 rfc2307
{ ldif_tree; ldif_users 10; } | slapd_load /tmp/away
ok 'starts' slapd_start /tmp/away away
people=ou=people,$ldif_base
asker_start servers=ldap://10.9.1.2 ca_file=/tmp/away/ca/ca.pem
is 'it answers' "$(ask count "$people" '(uid=u0000*)' uid)" 'ok 10 10'
far_silent away
says 'cut off, there is no answer' 'no sign of life' \
    count "$people" '(uid=u0000*)' uid
says 'and then none at once' 'unavailable ldap://10.9.1.2: ' \
    count "$people" '(uid=u0000*)' uid
far_heard away
until_says 'back again, it answers' 'ok 10 10' count "$people" '(uid=u0000*)' uid
far_silent away
ok 'the session ends without it' asker_stop
asker_start servers=ldap://10.9.1.2 ca_file=/tmp/away/ca/ca.pem timeout=1500
says 'a first connection' 'unavailable ldap://10.9.1.2: ' \
    count "$people" '(uid=u0000*)' uid
says 'is not tried by all' 'unavailable' count "$people" '(uid=u0000*)' uid
asker_stop
asker_start "servers=ldap://10.9.1.2 ldap://127.0.0.11" tls=off
says 'another one has its time' 'ok 1 1' count cn=size1 '(cn=*)' member
asker_stop

# ---- Name servers that say nothing.
echo 'nameserver 10.9.1.2' >/etc/resolv.conf
echo 'hosts: files dns' >>/etc/nsswitch.conf
asker_start servers=ldap://silent.example.com tls=off timeout=1500
says 'a name that is not found in time' 'no connection within 1' \
    count cn=size1 '(cn=*)'
asker_stop
asker_start discovery=silent.example.com tls=off timeout=1500
says 'servers that are not found in time' 'no servers are known' \
    count cn=size1 '(cn=*)'
asker_stop
asker_start 'servers=ldap://silent.example.com ldap://127.0.0.11' tls=off
says 'another one has its time' 'ok 1 1' count cn=size1 '(cn=*)' member
asker_stop
finish
