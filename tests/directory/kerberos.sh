#!/bin/sh
# kerberos -- sessions with a real domain controller: binds by keytab, signed
# and sealed, and what goes wrong with them.
set -u
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/directory/dc.sh"
dc_ready || exit 99
private_root "$0"
. "$top_srcdir/tests/directory/asker.sh"

base=DC=corp,DC=example,DC=com
dc=dc1.corp.example.com
ca=ca_file=$dc_folder/ca/ca.pem
ok 'a domain controller' dc_start corp

# one WHAT REPLY KEY=VALUE...: what a session with these settings says first.
one() {
	one_what=$1
	one_reply=$2
	shift 2
	asker_start timeout=20000 "$ca" "$@"
	says "$one_what" "$one_reply" \
	    show "$base" '(sAMAccountName=idmap-svc)' sAMAccountName
	asker_stop
}
kerberos() { # WHAT REPLY KEY=VALUE...
	kerberos_what=$1
	kerberos_reply=$2
	shift 2
	one "$kerberos_what" "$kerberos_reply" bind=gssapi "$@"
}
keytab=keytab=$dc_folder/corp/keytab

# The names of hosts are taken as they are: with a resolver that could say
# otherwise, and without.
sed -i '/rdns/d' /etc/krb5.conf
kerberos 'sealed by Kerberos' 'ok idmap-svc' servers=ldap://$dc tls=off "$keytab"
kerberos 'over StartTLS' 'ok idmap-svc' servers=ldap://$dc "$keytab"
kerberos 'over TLS' 'ok idmap-svc' servers=ldaps://$dc "$keytab"
kerberos 'a principal that is named' 'ok idmap-svc' servers=ldap://$dc tls=off \
    "$keytab" principal=idmap-svc@CORP.EXAMPLE.COM
kerberos 'the machine itself' 'ok idmap-svc' servers=ldap://$dc tls=off \
    keytab=$dc_folder/corp/keytab.client
sed -i '/domain_realm/,$d' /etc/krb5.conf
kerberos 'a realm that the KDC knows alone' 'ok idmap-svc' servers=ldap://$dc \
    tls=off "$keytab"

# ---- What does not work says why.
kerberos 'another principal' 'denied ldap://dc1.corp.example.com: Kerberos: ' \
    servers=ldap://$dc tls=off "$keytab" principal=nobody@CORP.EXAMPLE.COM
kerberos 'no keytab' 'denied ldap://dc1.corp.example.com: Kerberos: keytab: ' \
    servers=ldap://$dc tls=off keytab=/nowhere
kerberos 'a host that has no service' 'Kerberos: ' \
    servers=ldap://127.0.0.10 tls=off "$keytab"
cp /etc/krb5.conf /etc/krb5.good
sed -i 's/kdc = .*/kdc = 127.0.0.99/' /etc/krb5.conf
kerberos 'no KDC' 'unavailable ldap://dc1.corp.example.com: Kerberos: ticket: ' \
    servers=ldap://$dc tls=off "$keytab"
cp /etc/krb5.good /etc/krb5.conf

# ---- A clock that is wrong: Kerberos takes the KDC's time, unless told not to.
for clock in 7200 -7200; do
	kerberos "a clock that is wrong by $clock s" 'ok idmap-svc' \
	    servers=ldap://$dc tls=off "$keytab" clock=$clock
done
kerberos 'by more than a ticket holds' 'is the clock of this host right?' \
    servers=ldap://$dc tls=off "$keytab" clock=86400
sed -i 's/^\[libdefaults\]/&\nkdc_timesync = 0/' /etc/krb5.conf
kerberos 'when the time is not taken' \
    'unavailable ldap://dc1.corp.example.com: Kerberos: ticket: Clock skew' \
    servers=ldap://$dc tls=off "$keytab" clock=7200
cp /etc/krb5.good /etc/krb5.conf

# ---- A keytab that is replaced while we run.
sed -i 's/^\[libdefaults\]/&\nticket_lifetime = 250/' /etc/krb5.conf
asker_start timeout=20000 bind=gssapi "$keytab" servers=ldap://$dc tls=off
asked_as() {
	ask show "$base" '(sAMAccountName=idmap-svc)' sAMAccountName
}
is 'with the old one' "$(asked_as)" 'ok idmap-svc'
other_password() {
	dc_tool samba-tool user setpassword idmap-svc --newpassword=other \
	    -H "$dc_folder/corp/private/sam.ldb"
}
ok 'another password' other_password
is 'the connection lives' "$(asked_as)" 'ok idmap-svc'
dc_kill corp
dc_start corp
until_says 'the next ticket is refused' \
    'denied ldap://dc1.corp.example.com: Kerberos: ticket: Preauthentication' \
    show "$base" '(sAMAccountName=idmap-svc)' sAMAccountName
dc_keytab corp idmap-svc keytab >/dev/null 2>&1
ask retry >/dev/null
until_says 'with the new keytab it is not' 'ok idmap-svc' \
    show "$base" '(sAMAccountName=idmap-svc)' sAMAccountName
asker_stop
cp /etc/krb5.good /etc/krb5.conf

# ---- Large answers, many of them, sealed.
asker_start timeout=30000 bind=gssapi "$keytab" servers=ldap://$dc tls=off
says 'all pages come' 'ok 3' page "$base" '(objectClass=user)' sAMAccountName
says 'all of everything' 'ok' page "$base" '(objectClass=*)'
says 'a second question' 'ok idmap-svc' show "$base" \
    '(sAMAccountName=idmap-svc)' sAMAccountName
dc_freeze corp
ask deadline 2000 >/dev/null
says 'frozen, there is no answer' 'unavailable' show "$base" \
    '(sAMAccountName=idmap-svc)' sAMAccountName
dc_thaw corp
until_says 'thawed, there is' 'ok idmap-svc' show "$base" \
    '(sAMAccountName=idmap-svc)' sAMAccountName
asker_stop

# ---- Found by DNS, and by site.
asker_start timeout=20000 bind=gssapi "$keytab" schema=ad tls=off \
    discovery=corp.example.com
says 'a DC is found' 'ok idmap-svc' show "$base" \
    '(sAMAccountName=idmap-svc)' sAMAccountName
is 'by its name' "$(ask server)" "ok ldap://$dc"
asker_stop
asker_start timeout=20000 schema=ad tls=off discovery=nowhere.example.com
says 'or none' 'unavailable no servers are known: DNS: _ldap._tcp.nowhere' \
    count "$base" '(sAMAccountName=idmap-svc)'
asker_stop

# ---- Passwords, too.
printf 'no\n' >/etc/wrong
chmod 0600 /etc/wrong
one 'a wrong password' 'wrong password or no such user' bind=simple \
    bind_dn=idmap-svc@corp.example.com password_file=/etc/wrong servers=ldaps://$dc
one 'nobody reads without a name' 'denied' servers=ldaps://$dc
dc_stop corp
finish
