#!/bin/sh
# operations -- what alice, mallory and root may do to users' entries.

. "$top_srcdir/tests/daemon/daemon.sh"
enter "$0"

record_of_alice() {
	logged 'uid=1501 euid=1501 scheme="s" command="asker" result=ok' &&
	    logged 'change="host!al: - -> alice"'
}

store_is_the_keepers() {
	[ "$(stat -c '%U %a' "$store")" = 'idmap-keep 644' ]
}

ok 'it starts' start
refused 'nothing can be added before a store is adopted' \
    "no store of users' entries is adopted yet" ask alice add s 'host!al' ''
ok 'it is on record, too' logged 'result=unavailable reason="no store'
refused 'alice cannot have one adopted' 'only root' ask alice adopt
ok 'which is on record' logged 'uid=1501 euid=1501 command="asker" result=denied'
ok 'root can' adopt
ok 'the store belongs to the keeper' store_is_the_keepers
is 'adopting again finds the same one' "$("$asker" adopt)" \
    "${adopted% *} present"

is 'alice adds an own entry' "$(ask alice add s 'host!al' alice)" added
ok 'which is on record with who did it' record_of_alice
is 'the same again is no change' "$(ask alice add s 'host!al' alice)" unchanged
is 'no login stands for the own one' \
    "$(ask alice add s 'host!al2' '')" added
refused 'a login of another user' "'mallory' is not a login of yours" \
    ask alice add s 'host!x' mallory
refused 'root as login' "'root' is not a login of yours" \
    ask alice add s 'host!x' root
refused 'a login that does not exist' "'nobody1' is not a login of yours" \
    ask alice add s 'host!x' nobody1
refused 'a name that another user has' "'host!al' is mapped to 'alice'" \
    ask mallory add s 'host!al' mallory
ok 'that attempt is on record' logged 'uid=1502 euid=1502 scheme="s"'
ok 'with its result' logged 'result=conflict'
refused 'another login for a name of the own' 'is mapped to' \
    "$asker" add s 'host!al' mallory
refused 'a scheme that does not exist' "there is no scheme 'nix'" \
    ask alice add nix 'host!al' ''
refused 'a name that does not split' 'a mandatory field is missing' \
    ask alice add s host ''
refused 'a pattern' 'one exact name' ask alice add s 'host!a*' ''
refused 'a field' 'one exact name' ask alice add s 'host!%1' ''
refused 'a name with a newline' 'control character U+000A' \
    ask alice add s 'host!a
2026-01-01 forged' ''
ok 'which is one record, with no line of its own' \
    logged 'control character U+000A'
refused 'a name with broken UTF-8' 'not UTF-8' \
    ask alice add s "$(printf 'host!\377')" ''
refused 'a name of four thousand bytes' 'longer than 1023' \
    ask alice add s "host!$(head -c 4000 /dev/zero | tr '\0' x)" ''
ok 'which is on record' logged 'longer than 1023'
refused 'a scheme that is a path' "begins with '.'" ask alice add ../s 'host!x' ''

$mapper entry s 'host!veto' %i
refused 'a name that the administrator refuses' '(%i)' \
    ask alice add s 'host!veto' ''
$mapper entry s '*!*' %1
is 'a pattern of the administrator does not stand in the way' \
    "$(ask alice add s 'host!al3' '')" added
$mapper mode s secure
refused 'a scheme in SECURE mode' 'is in SECURE mode' \
    ask alice add s 'host!al4' ''
refused 'where nothing can be deleted, either' 'is in SECURE mode' \
    ask alice delete s 'host!al3' ''
is 'but by root' "$("$asker" delete s 'host!al3' alice)" \
    'host!al3 alice 1501'
$mapper mode s user
is 'back in USER mode' "$(ask alice add s 'host!al3' '')" added
refused 'root must name a login' 'login name is empty' \
    "$asker" add s 'host!root' ''
refused 'root may not name a system account' "'daemon' (uid 1) is a system" \
    "$asker" add s 'host!root' daemon
refused 'nor root' "'root' (uid 0) is a system" "$asker" add s 'host!root' root
refused 'nor nobody' "'nobody' (uid 65534) is a system" \
    "$asker" add s 'host!root' nobody
refused 'nor a login that does not exist' 'nix' "$asker" add s 'host!root' nix
is 'root adds an entry for mallory' \
    "$("$asker" add s 'host!mal' mallory)" added

is 'alice sees the own entries, sorted' "$(ask alice list s '' '')" \
    'host!al alice 1501
host!al2 alice 1501
host!al3 alice 1501'
is 'also when she asks for those of mallory' \
    "$(ask alice list s '' mallory)" ''
is 'root sees all' "$("$asker" list s '' '')" \
    'host!al alice 1501
host!al2 alice 1501
host!al3 alice 1501
host!mal mallory 1502'
is 'or those of a login' "$("$asker" list s '' mallory)" \
    'host!mal mallory 1502'
is 'from a name on' "$("$asker" list s 'host!al2' '')" \
    'host!al3 alice 1501
host!mal mallory 1502'
refused 'a list of no scheme' "there is no scheme 'nix'" \
    ask alice list nix '' ''

refused 'alice may not check' 'only root' ask alice check s '' ''
userdel alice
useradd -u 1601 -m alice
$mapper entry s 'host!mal' %i
is 'root sees what is wrong with entries' "$("$asker" check s '' '')" \
    'host!al alice 1501 other
host!al2 alice 1501 other
host!al3 alice 1501 other
host!mal mallory 1502 vetoed'
userdel -r mallory 2>/dev/null
is 'also of a user who is gone' "$("$asker" check s '' mallory)" \
    'host!mal mallory 1502 unknown'
useradd -u 1502 -m mallory
userdel alice
useradd -u 1501 alice

refused 'alice may not delete what is not hers' 'belongs to another user' \
    ask alice delete s 'host!mal' ''
refused 'nor by the name of its login' 'has no entry' \
    ask alice delete s '' mallory
refused 'a login it does not map to' "is mapped to 'alice', not to 'bob'" \
    ask alice delete s 'host!al' bob
is 'alice deletes one, and sees which' \
    "$(ask alice delete s 'host!al' alice)" 'host!al alice 1501'
ok 'which is on record' logged 'change="host!al: alice -> -"'
refused 'once only' "no user's entry for 'host!al'" \
    ask alice delete s 'host!al' alice
is 'and all that are left' "$(ask alice delete s '' alice)" \
    'host!al2 alice 1501
host!al3 alice 1501'
ok 'in one record' \
    logged 'change="host!al2: alice -> -, host!al3: alice -> -"'
refused 'root must name a login to delete' 'login name is empty' \
    "$asker" delete s '' ''
is 'root deletes those of mallory' \
    "$("$asker" delete s '' mallory)" 'host!mal mallory 1502'
is 'nothing is left' "$("$asker" list s '' '')" ''

# Fixing: all of it or nothing.
generation() {
	"$asker" status | sed -n 's/^users generation //p'
}
next_generation() {
	[ "$(generation)" -eq "$(($1 + 1))" ]
}
records() {
	wc -l <"$updates"
}
for i in 1 2 3; do
	is "entry $i to be fixed" "$("$asker" add s "f!a$i" alice)" added
done
is 'one that is in the way' "$("$asker" add s 'f!m' mallory)" added
three='f!a1 alice 1501
f!a2 alice 1501
f!a3 alice 1501
f!m mallory 1502'
before=$(generation)
records=$(records)
refused 'the last of three edits is impossible' \
    "because of 'f!m alice': 'f!m' is mapped to 'mallory' (uid 1502)" \
    "$asker" fix s 'f!a1' alice '' '' 'f!a2' alice 'f!b2' mallory \
    'f!a3' alice 'f!m' alice
ok '... which is on record' logged "reason=\"nothing was changed, because of 'f!m"
is '... once' "$(records)" "$((records + 1))"
is '... and all three are as they were' "$("$asker" list s '' '')" "$three"
is '... in the same version of the store' "$(generation)" "$before"
is '... which the next change does not bring' \
    "$("$asker" add s 'f!a4' alice && "$asker" delete s 'f!a4' alice)" \
    'added
f!a4 alice 1501'
is '... either' "$("$asker" list s '' '')" "$three"
refused 'the last old entry is gone' "'f!x alice': there is no user's entry" \
    "$asker" fix s 'f!a1' alice '' '' 'f!x' alice '' ''
refused 'the last old entry is another one now' "not to 'mallory'" \
    "$asker" fix s 'f!a1' alice '' '' 'f!a2' mallory '' ''
refused 'an edit of no name would be all of a login' 'remote name is empty' \
    "$asker" fix s 'f!a1' alice '' '' '' alice '' ''
refused 'an edit to no login' "'f!b2 ': " \
    "$asker" fix s 'f!a1' alice '' '' 'f!a2' alice 'f!b2' ''
refused 'an edit to no name' "' alice': " \
    "$asker" fix s 'f!a1' alice '' '' 'f!a2' alice '' alice
refused 'an edit to a system account' "'daemon' (uid 1) is a system" \
    "$asker" fix s 'f!a1' alice '' '' 'f!a2' alice 'f!a2' daemon
long=f!$(head -c 900 /dev/zero | tr '\0' x)
refused 'more edits than one record of the log tells' \
    'bytes of edits, at most 4096 are allowed' "$asker" fix s \
    'f!a1' alice '' '' "$long" alice "$long" alice "$long" alice "$long" alice \
    "$long" alice '' ''
refused 'alice may not fix' 'only root' ask alice fix s 'f!a1' alice '' ''
ok '... which is on record' logged 'uid=1501 euid=1501 scheme="s" command="asker" result=denied'
is '... and all are there still' "$("$asker" list s '' '')" "$three"

# What waits for the keeper together with a fix that fails is done.
waiting() {
	"$asker" status | grep -x "clients $1"
}
fails() {
	! wait "$1"
}
freeze "$(keeper_pid)"
"$asker" add s 'f!w1' alice >/tmp/w1 &
first=$!
ok 'a request waits' wait_for waiting 2
"$asker" fix s 'f!a1' alice '' '' 'f!x' alice '' '' >/tmp/wf &
fix=$!
ok '... then a fix' wait_for waiting 3
"$asker" add s 'f!w2' alice >/tmp/w2 &
last=$!
ok '... and one more' wait_for waiting 4
kill -CONT "$(keeper_pid)"
ok 'what came before is done' wait "$first"
ok '... the fix is not' fails "$fix"
ok '... what came after is' wait "$last"
is '... as they are told' "$(cat /tmp/w1 /tmp/wf /tmp/w2)" "added
notfound: nothing was changed, because of 'f!x alice': there is no user's entry for 'f!x'
added"
is '... and nothing else' "$("$asker" list s '' '')" "$three
f!w1 alice 1501
f!w2 alice 1501"
is 'what was added goes' "$("$asker" delete s 'f!w1' alice &&
    "$asker" delete s 'f!w2' alice)" 'f!w1 alice 1501
f!w2 alice 1501'

before=$(generation)
records=$(records)
is 'a good fix, where one name moves on to another entry' \
    "$("$asker" fix s 'f!a1' alice 'f!a2' alice 'f!a2' alice 'f!b2' mallory \
    'f!a3' alice '' '')" fixed
is '... is done' "$("$asker" list s '' '')" 'f!a2 alice 1501
f!b2 mallory 1502
f!m mallory 1502'
ok '... by one publish' next_generation "$before"
is '... with one record' "$(records)" "$((records + 1))"
ok '... of all that goes' logged \
    'change="f!a1: alice -> -, f!a2: alice -> -, f!a3: alice -> -, f!a2: - -'
ok '... and comes' logged 'f!a2: - -> alice, f!b2: - -> mallory"'
for login in alice mallory; do
	ok "those of $login go" "$asker" delete s '' "$login"
done

$mapper policy 3 4 256 16
for i in 1 2 3; do
	is "entry $i of 3" "$(ask alice add s "h!a$i" '')" added
done
refused 'one too many of a user' '3 entries are there already' \
    ask alice add s 'h!a4' ''
is 'the last there may be' "$(ask mallory add s 'h!m' '')" added
refused 'one too many of all users' 'all users together have 4' \
    ask mallory add s 'h!m2' ''
is 'what goes makes room' "$(ask alice delete s 'h!a1' '')" 'h!a1 alice 1501'
is 'for another' "$(ask mallory add s 'h!a1' '')" added

$mapper drop s
$mapper install s 'M2!M1'
is 'a scheme made anew has no entries' "$("$asker" list s '' '')" ''
is 'but a check tells what an earlier one left' \
    "$("$asker" check s '' mallory)" 'h!a1 mallory 1502 dead
h!m mallory 1502 dead'
is 'and a dead entry is in nobody'\''s way' \
    "$(ask alice delete s 'h!a2' '' && ask alice add s 'h!a1' '')" \
    'h!a2 alice 1501
added'
refused 'alice may not purge' 'only root' ask alice purge
is 'root may' "$("$asker" purge)" 2
ok 'which is on record' logged 'change="2 entries of dead schemes -> -"'
is 'what is alive stays' "$("$asker" list s '' '')" 'h!a1 alice 1501'

is 'ping' "$("$asker" ping)" ''
ok 'status' sh -c "'$asker' status | grep -x 'clients 1'"
refused 'it runs once' 'is running already' idmapd

rm "$store"
refused 'a store that is gone is not made again' 'is missing: restore it' \
    ask alice add s 'h!b' ''
refused 'nor are its entries taken for none' 'users.gdbm' \
    "$asker" list s '' ''
ok 'until root adopts a new one' adopt
is 'then it serves' "$(ask alice add s 'h!b' '')" added
ok 'a store may be replaced' adopt replace
is 'the new one is empty' "$("$asker" list s '' '')" ''
ok 'the old one is kept' test -f "$store.old"
cp -p "$store.old" "$store"
refused 'a store that was not adopted' 'is not the store that was adopted' \
    ask alice add s 'h!c' ''
echo damage >"$store"
refused 'a damaged one' 'users.gdbm' ask alice add s 'h!c' ''
ok 'which can be replaced, too' adopt replace
is 'and serves again' "$(ask alice add s 'h!c' '')" added

ok 'gdbm_dump reads the store' gdbm_dump "$store" /tmp/dump
ok 'every record has its time and is whole' sh -c \
    "! grep -vE '^[-0-9]{10}T[0-9:]{8}\.[0-9]{6}[+-][0-9]{4} idmapd\[[0-9]+\]: login=([0-9]+|-) uid=[0-9]+ .*result=' '$updates'"
ok 'it stops cleanly' stop
end
