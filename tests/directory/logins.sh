#!/bin/sh
# logins -- users of a directory log in, unless their directory says no.
set -u
. "$top_srcdir/tests/lib.sh"
. "$top_srcdir/tests/directory/dc.sh"
dc_ready || exit 99
private_root "$0"
. "$top_srcdir/tests/login/world.sh"
make_world debian
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/host.sh"

fill() {
	{
		ldif_tree
		ldif_staff rfc2307
		ldif_users 10
		ldif_shadow
		ldif_user barred 81006 50000 | sed 's|/bin/bash|/usr/sbin/nologin|'
		ldif_user outside 900 50000
		ldif_user later 81007 50000 'shadowExpire: 60000'
		ldif_user unseen 81008 50000
	} | slapd_load /tmp/one
}

ok 'a server' slapd_make /tmp/one 127.0.0.11 rfc2307
ok 'is filled' fill
ok 'and answers' slapd_start /tmp/one
ldap_domain /tmp/one 127.0.0.11
ok 'a domain' idmap apply
ok 'idmapd starts' idmapd_start
start_sshd

# Everybody has the same key.
for name in living expired mustchange aged locked barred later unseen; do
	home=/home/$name
	mkdir -p -m 0700 "$home/.ssh"
	cp /root/key.pub "$home/.ssh/authorized_keys"
	chown -R "$(slapd_search /tmp/one -b "$ldif_base" "uid=$name" uidNumber |
	    sed -n 's/^uidNumber: //p')" "$home"
done

printf '%s\n' 'account required pam_idmap.so' \
    'auth required pam_idmap.so' 'auth required pam_permit.so' \
    'session required pam_idmap.so' >/etc/pam.d/trial
trial() { # USER [OPERATION]
	timeout 20 pamtester trial "$1" "${2:-acct_mgmt}" </dev/null 2>&1 |
	    sed -n '$s/.*pamtester: //p'
}

# judged NAME ANSWER LOG: what account says, and why.
judged() {
	forget_log
	is "$1: ${4:-account}" "$(trial "$1@example.com")" "$2"
	ok "$1: the log says why" logged "pam_idmap(trial:account): $3"
}

good='account management done.'
no='Permission denied'
judged living "$good" "admitted: 'living@example.com' is 'living@example.com', uid 81002 of its own"
judged expired 'User account has expired' \
    "'expired@example.com' refused: the account has expired in its directory"
judged locked "$no" \
    "'locked@example.com' refused: the account is locked in its directory"
judged mustchange 'Authentication token is no longer valid; new one required' \
    "'mustchange@example.com' has to change its password first"
judged aged 'Authentication token is no longer valid; new one required' \
    "'aged@example.com' has to change its password first"
judged barred "$no" \
    "'barred@example.com' refused: domain 'ldap': its shell '/usr/sbin/nologin' is none to log in with"
judged outside "$no" "'outside@example.com' refused: domain 'ldap': "
judged nobody-there 'User not known to the underlying authentication module' \
    "'nobody-there@example.com' refused: domain 'ldap': "
is 'auth refuses what is locked' "$(trial locked@example.com authenticate)" \
    'Authentication failure'
is 'session, too' "$(trial locked@example.com open_session)" \
    'Cannot make/remove an entry for the specified session'
is 'auth proves nothing, and is not in the way' \
    "$(trial living@example.com authenticate)" 'successfully authenticated'
is 'a local user is none of its business' \
    "$(trial foo authenticate)" 'successfully authenticated'

# ---- By key, through Debian's sshd, which asks only account and session.
is 'by key' "$(by_key living@example.com 'id -un; pwd')" 'living@example.com
/home/living'
stays_out 'by key: who has expired' \
    "pam_idmap(sshd:account): 'expired@example.com' refused: the account has expired" \
    by_key expired@example.com id
stays_out 'by key: who is locked' \
    "pam_idmap(sshd:account): 'locked@example.com' refused: the account is locked" \
    by_key locked@example.com id
stays_out 'by key: whose password must be changed, without a terminal' \
    "pam_idmap(sshd:account): 'mustchange@example.com' has to change" \
    by_key mustchange@example.com id

# ---- What the directory says now counts, and without it what it said last.
ok 'somebody is known' getent passwd later@example.com
ok 'and within a moment in the cache' wait_until cached i/t/later@
slapd_change /tmp/one <<END_OF_CHANGE
dn: uid=later,ou=people,$ldif_base
changetype: modify
replace: shadowExpire
shadowExpire: 1
END_OF_CHANGE
judged later 'User account has expired' \
    "'later@example.com' refused: the account has expired" 'closed meanwhile'
expired_is_cached() {
	idmapd_stop
	idmapd_start
	cached i/t/later@
}
ok 'idmapd ends, and begins' expired_is_cached
ok 'the server ends' slapd_stop /tmp/one
judged living "$good" "admitted: 'living@example.com'" 'without a server'
judged later 'User account has expired' \
    "'later@example.com' refused: the account has expired" 'without a server'
judged unseen 'Authentication service cannot retrieve authentication info' \
    "'unseen@example.com' refused: domain 'ldap': whether it may log in is not known: " \
    'without a server'
is 'by key without a server' "$(by_key living@example.com 'id -un')" \
    living@example.com
freeze "$host_pid"
judged living "$good" "admitted: 'living@example.com'" 'idmapd is silent'
judged unseen 'Authentication service cannot retrieve authentication info' \
    "'unseen@example.com' refused: domain 'ldap': whether it may log in is not known: " \
    'idmapd is silent'
is 'a local user does not wait for it' "$(by_key foo 'id -un')" foo
kill -CONT "$host_pid"
ok 'idmapd ends' idmapd_stop
judged locked "$no" \
    "'locked@example.com' refused: the account is locked" 'without idmapd'
is 'by key without idmapd' "$(by_key living@example.com 'id -un')" \
    living@example.com

# ---- Users of Active Directory.
ok 'a domain controller' dc_start corp
rm /etc/idmap/domains.d/ldap.conf
forest corp ad 1000-29999 'unix_primary_group = yes' 'unix_nss_info = yes'
ok 'its domain' idmap apply --force-move
ok 'idmapd starts once more' idmapd_start
for number in 10001 10010 10011 10012 10013; do
	mkdir -p -m 0700 "/home/unix$number/.ssh"
	cp /root/key.pub "/home/unix$number/.ssh/authorized_keys"
	chown -R "$number" "/home/unix$number"
done

# in_corp NAME ANSWER LOG, kept_out NAME LOG: by account alone; and by key, by
# su and by login, which all ask it.
in_corp() {
	forget_log
	is "AD: $1: account" "$(trial "$1@corp.example.com")" "$2"
	ok "AD: $1: the log says why" logged "pam_idmap(trial:account): $3"
}
kept_out() {
	kept_name=$1@corp.example.com
	kept_why=":account): '$kept_name' $2"
	stays_out "AD: $1: by key" "$kept_why" by_key "$kept_name" id
	stays_out "AD: $1: by su" "$kept_why" su - "$kept_name" -c id
	stays_out "AD: $1: by login" "$kept_why" on_pty x x login -f "$kept_name"
}
in_corp alice "$good" "admitted: 'alice@corp.example.com' is 'alice@corp.example.com', uid 10001 of its own"
in_corp disabled "$no" \
    "'disabled@corp.example.com' refused: the account is disabled in its directory"
in_corp locked "$no" \
    "'locked@corp.example.com' refused: the account is locked in its directory"
in_corp expired 'User account has expired' \
    "'expired@corp.example.com' refused: the account has expired in its directory"
in_corp mustchange 'Authentication token is no longer valid; new one required' \
    "'mustchange@corp.example.com' has to change its password first"
# Hours of the week, which the controller itself judges first: none, this one
# and the next alone, and all but these.
hours() {
	hours_dn="CN=nevermind,OU=People,DC=corp,DC=example,DC=com"
	printf 'dn: %s\nchangetype: modify\nreplace: logonHours\nlogonHours:: %s\n' \
	    "$hours_dn" "$1" | dc_change corp
}
week() {
	python3 - "$1" <<'END_OF_WEEK'
import base64, sys, time
hour = time.gmtime().tm_wday * 24 + 24 + time.gmtime().tm_hour
bits = bytearray(21)
for i in (hour % 168, (hour + 1) % 168):
    bits[i // 8] |= 1 << i % 8
if sys.argv[1] == 'but':
    bits = bytes(b ^ 255 for b in bits)
print(base64.b64encode(bytes(21) if sys.argv[1] == 'none' else bits).decode())
END_OF_WEEK
}
is_now() {
	[ "$(trial nevermind@corp.example.com)" = "$1" ]
}
ok 'AD: hours: this one' hours "$(week this)"
ok 'AD: hours: the controller lets it in' dc_bind corp nevermind pw-nevermind
in_corp nevermind "$good" "admitted: 'nevermind@corp.example.com'"
ok 'AD: hours: all but this one' hours "$(week but)"
refused 'AD: hours: the controller does not' 'data 530' \
    dc_bind corp nevermind pw-nevermind
ok 'AD: hours: nor is it let in here' wait_until is_now "$no"
in_corp nevermind "$no" \
    "'nevermind@corp.example.com' refused: this is none of the hours in which its directory lets it log in"
ok 'AD: hours: none' hours "$(week none)"
refused 'AD: hours: the controller never does' 'data 530' \
    dc_bind corp nevermind pw-nevermind
in_corp nevermind "$no" \
    "'nevermind@corp.example.com' refused: this is none of the hours"
in_corp dora "$no" \
    "'dora@corp.example.com' refused: domain 'corp': 'CN=dora,OU=People,DC=corp,DC=example,DC=com': has no uidNumber"
in_corp zero "$no" "'zero@corp.example.com' refused: domain 'corp': "
in_corp nobody-there 'User not known to the underlying authentication module' \
    "'nobody-there@corp.example.com' refused: domain 'corp': "
is 'AD: by key' "$(by_key alice@corp.example.com 'id -un; pwd')" \
    'alice@corp.example.com
/home/unix10001'
is 'AD: by key, in another spelling' "$(by_key 'CORP\Alice' 'id -un')" \
    alice@corp.example.com
is 'AD: by su' "$(su - alice@corp.example.com -c 'id -un; pwd')" \
    'alice@corp.example.com
/home/unix10001'
kept_out disabled 'refused: the account is disabled'
kept_out locked 'refused: the account is locked'
kept_out expired 'refused: the account has expired'
stays_out 'AD: mustchange: by_key' \
    "pam_idmap(sshd:account): 'mustchange@corp.example.com' has to change" \
    by_key mustchange@corp.example.com id
dc_change corp <<END_OF_CHANGE
dn: CN=alice,OU=People,DC=corp,DC=example,DC=com
changetype: modify
replace: userAccountControl
userAccountControl: 514
END_OF_CHANGE
is_closed() {
	[ "$(trial alice@corp.example.com)" = "$no" ]
}
ok 'AD: an account that is closed is closed here within seconds' \
    wait_until is_closed
kept_out alice 'refused: the account is disabled'
ok 'the controller ends' dc_stop corp
in_corp locked "$no" "'locked@corp.example.com' refused: the account is locked"
is 'AD: a local user does not wait for it' "$(by_key foo 'id -un')" foo
ok 'idmapd ends, at last' idmapd_stop
host_end
