#!/bin/sh
# servers -- the LDAP servers that other tests ask are what slapd.sh says.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/far.sh"

# count FOLDER FILTER: entries.
count() {
	slapd_search "$1" -b "$ldif_base" "$2" 1.1 | grep -c '^dn:'
}

# whoami URL ARGUMENT...: bind, or fail within seconds with status 1.
whoami() {
	whoami_url=$1
	shift
	timeout 5 ldapwhoami -x -H "$whoami_url" "$@" || return 1
}

# trusting FOLDER COMMAND...: with its CA.
trusting() {
	trusted=$1
	shift
	LDAPTLS_CACERT=$trusted/ca/ca.pem "$@"
}

everything() { # schema
	ldif_tree
	ldif_staff "$1"
	ldif_users 10000
	ldif_groups "$1" 10000 1000
	ldif_busy "$1" 100
	ldif_sizes "$1"
	ldif_shadow
	ldif_spelled
}

fill() {
	everything rfc2307 | slapd_load /tmp/one
}

fill_nested() {
	{ everything rfc2307bis; ldif_nested; } | slapd_load /tmp/two
}

fill_odd() {
	{ ldif_tree; ldif_odd; } | slapd_load /tmp/odd
}

# ---- Three servers, three schemas.
ok 'a server of RFC 2307' slapd_make /tmp/one 127.0.0.11 rfc2307
ok 'is filled' fill
ok 'and answers' slapd_start /tmp/one
ok 'one of RFC 2307bis on other ports' \
    slapd_make /tmp/two 127.0.0.11:3389:3636 rfc2307bis
ok 'is filled, too' fill_nested
ok 'and answers' slapd_start /tmp/two
ok 'one that allows anything' slapd_make /tmp/odd 127.0.0.12 loose
ok 'is filled with what it should not have' fill_odd
ok 'and answers' slapd_start /tmp/odd
is 'users are there' "$(count /tmp/one '(uid=u*)')" 10000
is 'so are groups' "$(count /tmp/one '(memberUid=u00042)')" 5
is 'with members by DN' \
    "$(count /tmp/two "(member=uid=u00042,ou=people,$ldif_base)")" 5
is 'a user of a hundred' "$(count /tmp/one '(memberUid=in100)')" 100
is 'a group of 5000' "$(slapd_search /tmp/two -b "$ldif_base" cn=size5000 |
    grep -c '^member: ')" 5000
is 'a loop' "$(count /tmp/two "(member=cn=loop0,ou=groups,$ldif_base)")" 1
is 'names beyond ASCII' "$(count /tmp/one '(uid=JÜRGEN.GROß)')" 1
is 'a number that is none' "$(slapd_search /tmp/odd -b "$ldif_base" uid=exponent |
    grep uidNumber)" 'uidNumber: 1e3'

# ---- Who may what.
ok 'StartTLS' trusting /tmp/two whoami ldap://127.0.0.11:3389 -ZZ
ok 'ldaps' trusting /tmp/one whoami ldaps://127.0.0.11
refused 'by that CA alone' "Can't contact" \
    trusting /tmp/two whoami ldaps://127.0.0.11
ok 'a password' whoami ldap://127.0.0.11 -D "$ldif_reader" \
    -w "$ldif_reader_secret"
refused 'a wrong one' 'Invalid credentials' \
    whoami ldap://127.0.0.11 -D "$ldif_reader" -w wrong
change() {
	slapd_change /tmp/one <<-END
		dn: uid=u00001,ou=people,$ldif_base
		changetype: modify
		replace: loginShell
		loginShell: /bin/zsh
	END
}
ok 'a change' change
is 'is there' "$(slapd_search /tmp/one -b "$ldif_base" uid=u00001 loginShell |
    grep Shell)" 'loginShell: /bin/zsh'

# ---- What becomes of servers.
# silent URL: no word and no refusal either, for a second.
silent() {
	timeout 1 ldapwhoami -x -H "$1"
	[ $? -eq 124 ]
}
slapd_freeze /tmp/one
ok 'frozen, it does not answer' silent ldap://127.0.0.11
slapd_thaw /tmp/one
ok 'thawed, it does' whoami ldap://127.0.0.11
ok 'killed' slapd_kill /tmp/one
refused 'nobody is there' "Can't contact" whoami ldap://127.0.0.11
ok 'it comes back' slapd_start /tmp/one
is 'with what it had' "$(count /tmp/one '(uid=u0000*)')" 10
ok 'and stops' slapd_stop /tmp/one

# ---- On another host.
ok 'another host' far_make away 10.9.1.2
ok 'a server there' slapd_make /tmp/away 10.9.1.2 rfc2307
ldif_tree | slapd_load /tmp/away
ok 'starts' slapd_start /tmp/away away
ok 'and answers' whoami ldap://10.9.1.2
far_silent away
ok 'silent, it does not' silent ldap://10.9.1.2
far_heard away
ok 'heard again, it does' whoami ldap://10.9.1.2

# ---- A script that is killed takes its server along.
cat >/tmp/starter <<'END'
. "$top_srcdir/tests/directory/slapd.sh"
slapd_start /tmp/one && echo started
sleep 100
END
mkfifo /tmp/words
sh /tmp/starter >/tmp/words 2>&1 &
starter=$!
read -r word </tmp/words
is 'a script starts a server' "$word" started
kill -KILL "$starter"
wait "$starter" 2>/dev/null
gone() {
	tries=0
	while kill -0 "$(cat /tmp/one/pid)" 2>/dev/null; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || return 1
		sleep 0.1
	done
}
ok 'and takes it along' gone
finish
