#!/bin/sh
# renumbered -- a directory gives accounts other numbers than they were served
# with: that is told, and with "on_change = hold" here they keep what they had.
set -u
. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/directory/slapd.sh"
. "$top_srcdir/tests/directory/host.sh"

fill() {
	{
		ldif_tree
		ldif_staff rfc2307
		ldif_users 10
		ldif_groups rfc2307 10 10
	} | slapd_load /tmp/one
}

# settings LINE...: of the domain's directory.
settings() {
	ldap_domain /tmp/one 127.0.0.11 "$@" && idmap apply
}

# renumber RDN ATTRIBUTE NUMBER: what the directory says from now on.
renumber() {
	printf 'dn: %s,%s\nchangetype: modify\nreplace: %s\n%s: %s\n' \
	    "$1" "$ldif_base" "$2" "$2" "$3" | slapd_change /tmp/one
}

# uid N, gid N: the number that user or group N is served with.
uid() {
	getent passwd "$(printf 'u%05d@example.com' "$1")" | cut -d: -f3
}
gid() {
	getent group "$(printf 'g%05d@example.com' "$1")" | cut -d: -f3
}

# told TEXT: once, in the messages.
told() {
	[ "$(grep -cF -- "$1" "$host_messages")" -eq 1 ]
}
says() {
	says_text=$1
	shift
	[ "$("$@" 2>/dev/null)" = "$says_text" ]
}

ok 'a server' slapd_make /tmp/one 127.0.0.11 rfc2307
ok 'is filled' fill
ok 'and answers' slapd_start /tmp/one
ok 'a domain' settings
ok 'idmapd starts' idmapd_start

# ---- Followed, which is said.
is 'a user' "$(uid 1)" 100001
is 'and a group' "$(gid 1)" 200001
ok 'are cached' wait_until cached i/g/g00001@
ok 'the user gets another number' renumber uid=u00001,ou=people uidNumber 177001
ok 'the group, too' renumber cn=g00001,ou=groups gidNumber 277001
ok 'they are asked for again' idmap flush u00001@example.com g00001@example.com
is 'the user has it' "$(uid 1)" 177001
is 'so has the group' "$(gid 1)" 277001
none 'the old number is nobody' getent passwd 100001
ok 'the messages tell of the user' wait_until told \
    "user 'u00001@example.com' has uid 177001 now, and was served with 100001"
ok 'and of the group' wait_until told \
    "group 'g00001@example.com' has gid 277001 now, and was served with 200001"
moved() {
	idmap status --json | "$top_builddir/tests/cli/json_get" cache renumbered
}
is 'they are counted' "$(moved)" 2

# ---- Held.
ok 'what was served stays' settings 'on_change = hold'
is 'two users' "$(uid 2) $(uid 3)" '100002 100003'
is 'and a group' "$(gid 2)" 200002
ok 'are cached' wait_until cached i/g/g00002@
ok 'a user gets another number' renumber uid=u00002,ou=people uidNumber 177002
ok 'the group, too' renumber cn=g00002,ou=groups gidNumber 277002
ok 'they are asked for again' idmap flush u00002@example.com g00002@example.com
is 'the user keeps his' "$(uid 2)" 100002
is 'by number, too' "$(getent passwd 100002 | cut -d: -f1)" u00002@example.com
none 'the new one is nobody' getent passwd 177002
is 'the group keeps its' "$(gid 2)" 200002
is 'of which he is still a member' \
    "$(id -G u00002@example.com | tr ' ' '\n' | grep -c '^[12][07][07]002$')" 1
ok 'also when his number is asked for again' idmap flush uid:100002
is 'he is who he was' "$(uid 2)" 100002
ok 'the messages tell of the user' told \
    "user 'u00002@example.com' keeps uid 100002, though its directory says 177002"
ok 'and of the group' told \
    "group 'g00002@example.com' keeps gid 200002, though its directory says 277002"
is 'nobody was renumbered' "$(moved)" 2

# His number is not for somebody else.
ok 'another user gets the number' renumber uid=u00003,ou=people uidNumber 100002
idmap flush u00003@example.com >/tmp/flushed 2>&1
is 'which is held' "$(uid 2) $(getent passwd 100002 | cut -d: -f1)" \
    '100002 u00002@example.com'
is 'so that he, too, keeps what he had' "$(uid 3)" 100003
fresh() {
	ldif_user fresh 100002 50000 | sed 's/^dn: .*/&\nchangetype: add/' |
	    slapd_change /tmp/one
}
ok 'a new one wants it' fresh
refused 'is refused, with the reason' "is held for 'u00002@example.com'" \
    idmap show winuser:fresh@example.com
is 'and he keeps it' "$(getent passwd 100002 | cut -d: -f1)" u00002@example.com

# ---- Of a whole domain.
ok 'all of it' settings 'on_change = hold' 'replicate = yes'
ok 'is here' wait_until cached i/d/ldap
is 'they have what they had' "$(uid 2) $(uid 3) $(gid 2)" '100002 100003 200002'
ok 'one more gets another number' renumber uid=u00004,ou=people uidNumber 177004
ok 'which is told' wait_until told \
    "user 'u00004@example.com' keeps uid 100004, though its directory says 177004"
is 'and held' "$(uid 4)" 100004
none 'the other number is nobody' getent passwd 177004
ok 'a server that ends' slapd_stop /tmp/one
is 'changes nothing of that' "$(uid 2) $(uid 4)" '100002 100004'
ok 'and comes back' slapd_start /tmp/one

# ---- Let go.
ok 'what the directory says counts' settings 'replicate = yes'
ok 'everybody has it' wait_until says 177002 uid 2
ok 'everybody' wait_until says 177004 uid 4
ok 'which is told' wait_until told \
    "user 'u00002@example.com' has uid 177002 now, and was served with 100002"
ok 'the cache is whole' idmap verify
ok 'idmapd ends' idmapd_stop
host_pid=
host_end
