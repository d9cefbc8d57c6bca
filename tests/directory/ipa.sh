#!/bin/sh
# ipa -- users and groups of a real LDAP server that has FreeIPA's schema.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/host.sh"

fill() {
	ldif_ipa | slapd_load /tmp/one
}

# of KEY: what the domain's file says.
of() {
	sed -n "s/^$1 *= *//p" /etc/idmap/domains.d/ipa.conf
}

# account NAME: what the directory says of its account, as it is cached.
account() {
	idmap cache show "unixuser:$1" 2>&1 | grep -i account
}

ok 'a server' slapd_make /tmp/one 127.0.0.15 ipa
ok 'is filled' fill
ok 'and answers' slapd_start /tmp/one
ok 'a domain is added by its server alone' idmap domain add ipa \
    servers=ldap://127.0.0.15/ ca_file=/tmp/one/ca/ca.pem
is 'the schema' "$(of schema)" ipa
is 'the base, without what is there once more' "$(of base)" \
    "cn=accounts,$ldif_base"
is 'the SID' "$(of sid)" "$ldif_ipa_sid"
is 'the short name' "$(of netbios)" EXAMPLE
is 'the numbers' "$(of backend) $(of range)" 'rfc2307 1946000000-1946099999'
ok 'idmapd starts' idmapd_start
is 'a user' "$(getent passwd ada@example.com)" \
    'ada@example.com:*:1946000001:1946000001:ada Example:/home/ada:/bin/sh'
is 'by number' "$(getent passwd 1946000001)" "$(getent passwd ada@example.com)"
is 'by the short name' "$(getent passwd 'EXAMPLE\ada')" \
    "$(getent passwd ada@example.com)"
is 'a group of his own' "$(id -gn ada@example.com)" ada@example.com
is 'groups, also through groups, but none without a number' \
    "$(id -G ada@example.com)" '1946000001 1946000101 1946000102'
is 'who is in none' "$(id -G eve@example.com)" 1946000003
is 'a group has members through others' \
    "$(getent group staff@example.com | cut -d: -f4 | tr , '\n' | sort |
	tr '\n' ' ')" 'ada@example.com bob@example.com fay@example.com '
none 'a group without a number is none' getent group everybody@example.com
is 'a SID' "$(idmap show "usid:$ldif_ipa_sid-1001")" \
    "usid:$ldif_ipa_sid-1001 -> uid:1946000001"
is 'of a group' "$(idmap show "gsid:$ldif_ipa_sid-1101" gid)" \
    "gsid:$ldif_ipa_sid-1101 -> gid:1946000101"
is 'and back' "$(idmap show gid:1946000101 sid)" \
    "gid:1946000101 -> gsid:$ldif_ipa_sid-1101"

# ---- Who may log in.
printf '%s\n' 'account required pam_idmap.so' >/etc/pam.d/trial
trial() {
	timeout 20 pamtester trial "$1" acct_mgmt </dev/null 2>&1 |
	    sed -n '$s/.*pamtester: //p'
}
is 'one comes in' "$(trial ada@example.com)" 'account management done.'
is 'who is locked does not' "$(trial bob@example.com)" 'Permission denied'
is 'nor whose principal has expired' "$(trial eve@example.com)" \
    'User account has expired'
is 'who expires later does' "$(trial fay@example.com)" \
    'account management done.'

# ---- Written by hand, and with the base that others are given.
ok 'idmapd ends' idmapd_stop
rm -rf /var/lib/idmap/*
domain ipa <<END
[domain]
backend = rfc2307
range = 1946000000-1946099999
dns = example.com
[directory]
schema = ipa
servers = ldap://127.0.0.15/
ca_file = /tmp/one/ca/ca.pem
END
ok 'a domain without a base' idmap apply
ok 'idmapd starts' idmapd_start
is 'has the accounts' "$(getent passwd ada@example.com | cut -d: -f3)" \
    1946000001
echo "base = $ldif_base" >>/etc/idmap/domains.d/ipa.conf
ok 'the whole tree' idmap apply
refused 'has everybody twice, of whom none is served' \
    'several entries fit, of which none is served' \
    idmap show winuser:fay@example.com
ok 'idmapd ends' idmapd_stop
host_pid=
host_end
