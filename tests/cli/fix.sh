#!/bin/sh
# fix -- the dialogue of -f on the map itself: answers from a pipe, a file and
# a terminal, and an end of input at every prompt.

. "$top_srcdir/tests/lib.sh"
private_root "$0"
. "$top_srcdir/tests/cli/users.sh"
cd "$(mktemp -d)"
map=/var/lib/idmap/map.gdbm

idadmin -S s -I M1@M2
idadmin -S s -a -r eve@mars -l eve --force
idadmin -S s -a -r foo@mars -l foo
idadmin -S s -a -r mallory@mars -l mallory --force
idadmin -S s -a -r '?@x' -l %1
idadmin -S s -a -r '[ab]@x' -l %1
cp "$map" before.gdbm

is 'the findings' "$(idadmin -S s -c | grep '^Error')" \
'Error on line number 2: Unknown mapped user
Error on line number 4: Unknown mapped user
Error on line number 6: Unreachable entry'

# Case 7: the answers to every prompt there is, cut off after each.
cat >answers <<'END'
c

nosuch
c
foo@mars
foo
c
adam@mars
foo
s
d
END
total=$(wc -l <answers)
for n in $(seq 0 $((total - 1))); do
	head -n "$n" answers >short
	refused "an end after $n answers" 'nothing was changed' \
	    idadmin -S s -f --answers short
	ok '... leaves the map as it was, byte by byte' cmp "$map" before.gdbm
done
is 'each is logged as failed' \
    "$(grep -c 'answers short.*result=refused' /var/log/idmap.log)" "$total"
refused 'giving up' 'given up, nothing was changed' \
    sh -c 'echo q | idadmin -S s -f'
ok '... leaves the map as it was, too' cmp "$map" before.gdbm
refused 'no answers' 'No such file' idadmin -S s -f --answers nowhere
ok 'a dry run' sh -c 'idadmin -S s -f --answers answers --dry-run |
    grep -F "1 changed, 1 deleted, 1 skipped, 0 put in order, if this were no dry run"'
ok '... leaves the map as it was, too' cmp "$map" before.gdbm

idadmin -S s -f --answers answers >transcript
ok 'a bad answer is refused with its reason' \
    grep -qF "that will not do: there is no user 'nosuch'" transcript
ok 'so is a name that is taken' \
    grep -qF 'that will not do: line 3 has the same remote name' transcript
is 'then all is done' "$(tail -n 1 transcript)" \
    '1 changed, 1 deleted, 1 skipped, 0 put in order'
is '... so' "$(idadmin -S s)" '!M1@M2
adam@mars foo
foo@mars foo
mallory@mars mallory
?@x %1'
ok '... and logged' grep -qF \
    'change="eve@mars: eve -> adam@mars: foo, [ab]@x: %1 -> -"' /var/log/idmap.log
ok 'what is skipped stays bad' sh -c \
    '! idadmin -S s -c && idadmin -S s -c | grep -F "line number 4: Unknown"'

# Somebody changes the entry in question during the dialogue.
mkfifo pipe
idadmin -S s -f <pipe >transcript 2>&1 &
fixer=$!
exec 9>pipe
for try in $(seq 200); do
	grep -qF '(q)uit' transcript && break
	sleep 0.05
done
ok 'the dialogue holds no lock' idadmin -S s -d -r mallory@mars -l mallory
echo d >&9
exec 9>&-
wait "$fixer" || status=$?
is 'what is gone meanwhile cannot be fixed' "${status:-0}" 1
ok '... which is said' grep -qF 'changed by somebody else' transcript

# On a terminal.
idadmin -S s -a -r eve@mars -l eve --force
cat >dialogue.exp <<'END'
log_user 0
set timeout 20
spawn idadmin -S s -f
expect {
	"Unknown mapped user" {}
	timeout { exit 2 }
}
expect "(c)hange, (s)kip, (d)elete or (q)uit? "
send "c\r"
expect "remote name \\\[eve@mars\\\]: "
send "\r"
expect "local name \\\[eve\\\]: "
send "johnd\r"
expect "1 changed, 0 deleted, 0 skipped"
expect eof
exit [lindex [wait] 3]
END
ok 'a terminal will do as well' expect -f dialogue.exp
is '... it was done' "$(idadmin -S s -l johnd)" 'eve@mars johnd'
idadmin -S s -a -r zoe@mars -l zoe --force
cp "$map" before.gdbm
cat >end.exp <<'END'
log_user 0
set timeout 20
spawn idadmin -S s -f
expect "(q)uit? "
send "\004"
expect "nothing was changed"
expect eof
exit [lindex [wait] 3]
END
status=0
expect -f end.exp || status=$?
is 'Control-D is an end, too' "$status" 1
ok '... and leaves the map as it was' cmp "$map" before.gdbm
ok 'a heading is for terminals' sh -c \
    'script -qec "idadmin" /dev/null </dev/null | grep -q "^SCHEME *MODE"'
is '... only' "$(idadmin | wc -l)" 1
finish
